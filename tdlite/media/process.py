"""Encoders that PyAV lacks (Hap, VVC), in an ffmpeg process: raw frames in, a fragmented MOV out.

MOV because it keeps Hap's tag and the timestamps of both; what comes through the pipe is taken apart into
packets again.
"""

from __future__ import annotations

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
from tdlite.media.program import Program, missing, program_with

_ROWS = {each.encoder: each for each in CODECS.values() if each.process}
_SOUND = [each.encoder for each in AUDIO_CODECS.values() if each.process]


def probe(name: str) -> str | None:
    """Return None when the encoder `name` can be used, else why not, as a sentence."""
    if name not in (known := [*_ROWS, *_SOUND]):
        return f"no encoder {name!r} is known here; use one of {', '.join(known)}"
    return missing(name) if program_with(name) is None else None


class ProcessEncoder:
    """Encode RGBA frames with an encoder of an ffmpeg program."""

    def __init__(self, name: str) -> None:
        if (reason := probe(name)) is not None:
            title = _ROWS[name].title if name in _ROWS else name
            raise EncoderError(f"cannot record as {title}: {reason}")
        self._name = name
        self._row = _ROWS[name]
        self._program: Program[Packet] | None = None
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
        try:
            self._program = Program(self._name, command, self._packets, row.failing)
        except EncoderError as error:
            raise EncoderError(f"cannot record as {row.title}: {error}") from error
        tag = row.tag or row.tags.get(options.get("format", ""), "")
        return StreamInfo(self.codec, width, height, rate, 1 / rate, pixels, colour, tag=tag)

    def encode(self, frame: Picture, index: int) -> list[Packet]:
        """Take [h, w, 4] RGBA, row 0 = bottom, or planes, and return the packets that the process has ready."""
        if self._program is None:
            raise EncoderError(f"cannot encode frame {index}: the encoder is not open")
        if self._converter is not None:
            data = memoryview(planes(self._converter.picture(frame, index, 1 / self._rate)))
        else:
            pixels = check_frame(frame, *self._shape, index)
            data = np.ascontiguousarray(quantised(pixels, 8)[::-1]).data.cast("B")
        return self._program.write(data, f"frame {index}")

    def finish(self) -> list[Packet]:
        """Return the delayed packets and end the process; after a failed `encode` those it had ready."""
        program, self._program = self._program, None
        return program.finish("the last frames") if program is not None else []

    def abort(self) -> None:
        """End the process; frames inside are dropped."""
        program, self._program = self._program, None
        if program is not None:
            program.abort()

    def _packets(self, pipe: IO[bytes]) -> Iterator[Packet]:
        """The packets of a MOV."""
        import av

        with av.open(pipe, format="mov") as file:
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
                        yield Packet(bytes(each), round(each.pts * unit), round(each.dts * unit), 1, each.is_keyframe)
