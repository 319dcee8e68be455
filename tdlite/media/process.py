"""Encoders that PyAV lacks (Hap, VVC), in an ffmpeg process: raw frames in, a fragmented MOV out.

MOV because it keeps Hap's tag and the timestamps of both; what comes through the pipe is taken apart into
packets again.
"""

from __future__ import annotations

import contextlib
import functools
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import IO, Any

import numpy as np

from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.codecs import CODECS
from tdlite.media.convert import Converter, check_frame, planes, quantised
from tdlite.media.encoder import Packet, Picture, Settings, StreamInfo
from tdlite.media.errors import EncoderError
from tdlite.media.libav import prepared

_ROWS = {each.encoder: each for each in CODECS.values() if each.process}
_SOUND = [each.encoder for each in AUDIO_CODECS.values() if each.process]
_GRACE = 5.0  # seconds for a process that takes no more frames to end by itself, and again once it is asked to


def _programs() -> Iterator[str]:
    """Yield the ffmpeg programs there are: that of imageio-ffmpeg, then the system's."""
    try:
        import imageio_ffmpeg

        yield imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        pass
    if (found := shutil.which("ffmpeg")) is not None:
        yield found


@functools.cache
def _has(program: str, encoder: str) -> bool:
    command = [program, "-hide_banner", "-h", f"encoder={encoder}"]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return f"Encoder {encoder} " in done.stdout


def program_with(encoder: str) -> str | None:
    """Return the first ffmpeg program that has `encoder` ('hap', 'libvvenc'), None when none has it."""
    return next((each for each in _programs() if _has(each, encoder)), None)


def probe(name: str) -> str | None:
    """Return None when the encoder `name` can be used, else why not, as a sentence."""
    if name not in (known := [*_ROWS, *_SOUND]):
        return f"no encoder {name!r} is known here; use one of {', '.join(known)}"
    return missing(name) if program_with(name) is None else None


def missing(encoder: str) -> str:
    """Return the sentence for an `encoder` that no ffmpeg program has."""
    programs = " and ".join(_programs()) or "there is no ffmpeg at all"
    return f"no ffmpeg with the encoder {encoder} was found ({programs}); install the extra tdlite[codecs]"


def ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that has closed its input; if it does not end by itself it is made to."""
    for insist in (process.terminate, process.kill):
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            insist()
    process.wait()


class ProcessEncoder:
    """Encode RGBA frames with an encoder of an ffmpeg program."""

    def __init__(self, name: str) -> None:
        if (reason := probe(name)) is not None:
            title = _ROWS[name].title if name in _ROWS else name
            raise EncoderError(f"cannot record as {title}: {reason}")
        self._name = name
        self._row = _ROWS[name]
        self._process: subprocess.Popen[bytes] | None = None
        self.warnings: list[str] = []

    @property
    def codec(self) -> str:
        """FFmpeg's name of the format: 'vvc'."""
        return self._row.name

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        """Start the process for frames of `width`×`height`; EncoderError when it cannot do what is asked."""
        row = self._row
        _, pixels, colour, options, self.warnings = prepared(row, width, height, rate, settings)
        program = program_with(self._name)
        assert program is not None
        command = [program, "-v", "error", "-f", "rawvideo", "-pix_fmt", pixels, "-video_size", f"{width}x{height}"]
        command += ["-framerate", str(rate), "-i", "pipe:0"]
        if pixels != "rgba":
            tags = {"color_primaries": colour.primaries, "color_trc": colour.transfer, "colorspace": colour.matrix}
            tags["range"] = 2 if colour.full_range else 1
            command += ["-vf", "setparams=" + ":".join(f"{name}={value}" for name, value in tags.items())]
        command += ["-c:v", self._name, *(word for name, value in options.items() for word in (f"-{name}", value))]
        command += ["-f", "mov", "-movflags", "+frag_every_frame+empty_moov+delay_moov", "-flush_packets", "1"]
        command += ["-video_track_timescale", str(rate.numerator), "pipe:1"]
        self._shape = (width, height)
        self._rate = rate
        self._converter = Converter(width, height, pixels, colour, row.centred) if pixels != "rgba" else None
        self._packets: queue.SimpleQueue[Packet] = queue.SimpleQueue()
        self._failed = False
        self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        try:
            self._process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._messages,
                # Ctrl-C is for this process, which finishes the movie.
                start_new_session=True,
            )
        except OSError as error:
            self._messages.close()
            raise EncoderError(
                f"cannot record as {row.title} ({program}: {error.strerror}); check that file"
            ) from error
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), name=self._name, daemon=True)
        self._reader.start()
        tag = row.tag or row.tags.get(options.get("format", ""), "")
        return StreamInfo(self.codec, width, height, rate, 1 / rate, pixels, colour, tag=tag)

    def encode(self, frame: Picture, index: int) -> list[Packet]:
        """Take [h, w, 4] RGBA, row 0 = bottom, or planes, and return the packets that the process has ready."""
        if self._process is None:
            raise EncoderError(f"cannot encode frame {index}: the encoder is not open")
        if self._converter is not None:
            left = memoryview(planes(self._converter.picture(frame, index, 1 / self._rate)))
        else:
            pixels = check_frame(frame, *self._shape, index)
            left = np.ascontiguousarray(quantised(pixels, 8)[::-1]).data.cast("B")
        assert self._process.stdin is not None
        try:
            while left:
                left = left[self._process.stdin.write(left) :]
        except OSError as error:
            ended(self._process)
            self._failed = True
            raise EncoderError(f"cannot encode frame {index} ({self._complaint()})") from error
        return self._ready()

    def finish(self) -> list[Packet]:
        """Return the delayed packets and end the process; after a failed `encode` those it had ready."""
        if self._process is None:
            return []
        process, self._process = self._process, None
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # it was opened as a pipe
        self._reader.join()
        code = process.wait()
        complaint = self._complaint()
        self._messages.close()
        if code and not self._failed:
            raise EncoderError(f"cannot encode the last frames ({complaint})")
        return self._ready()

    def abort(self) -> None:
        """End the process; frames inside are dropped."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # it was opened as a pipe
        self._reader.join()
        process.wait()
        self._messages.close()

    def _ready(self) -> list[Packet]:
        packets = []
        with contextlib.suppress(queue.Empty):
            while True:
                packets.append(self._packets.get_nowait())
        return packets

    def _complaint(self) -> str:
        """What the process said first, without the addresses in it."""
        self._messages.seek(0)
        lines = self._messages.read().decode(errors="replace").strip().splitlines()
        said = re.sub(r"\[[^\]]*@ 0x[0-9a-f]+\] *", "", lines[0]) if lines else "it ended early"
        guess = f": {self._row.failing}" if self._row.failing and "submitting" in said else ""
        return f"ffmpeg with {self._name}: {said}{guess}"

    def _read(self, pipe: IO[bytes]) -> None:
        """Take apart what the process writes, in a thread of its own: it must never wait for us to read."""
        import av

        # Without frames there is nothing to read; what breaks, the process tells by its exit status.
        with contextlib.suppress(OSError, ValueError, av.FFmpegError), pipe, av.open(pipe, format="mov") as file:
            stream = file.streams.video[0]
            annexb: Any = None
            if self.codec == "vvc":
                # With the parameter sets in each key frame; that needs no header.
                annexb = av.BitStreamFilterContext("vvc_mp4toannexb", stream)
            assert stream.time_base is not None
            unit = stream.time_base * self._rate
            for packet in file.demux(stream):  # type: ignore[union-attr]  # it is open for reading
                for each in [packet] if annexb is None else annexb.filter(packet if packet.size else None):
                    if each.size and each.pts is not None and each.dts is not None:
                        times = round(each.pts * unit), round(each.dts * unit)
                        self._packets.put(Packet(bytes(each), *times, 1, each.is_keyframe))
