"""Audio encoders that PyAV lacks (libvorbis), in an ffmpeg process: samples in, Ogg out."""

from __future__ import annotations

import contextlib
import functools
import queue
import subprocess
import tempfile
import threading
from dataclasses import replace
from typing import IO, Any

from tdlite.media.audio import AudioInfo
from tdlite.media.errors import EncoderError
from tdlite.media.process import ended, missing, program_with


@functools.cache
def _header(command: tuple[str, ...]) -> bytes:
    """An Ogg file of no more than silence: an encoder's header depends on its settings only."""
    done = subprocess.run(command, input=bytes(2**16), capture_output=True)
    if done.returncode:
        raise EncoderError(_first(done.stderr))
    return done.stdout


def _first(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "it ended early"


class SoundProcess:
    """The encoder that `info` names, by another program; it is used as a codec context is.

    It does not run before the first samples come. EncoderError when there is no such program, or when it refuses
    these settings.
    """

    def __init__(self, info: AudioInfo) -> None:
        program = program_with(info.encoder)
        if program is None:
            raise EncoderError(missing(info.encoder))
        self._name = info.encoder
        self._command = (
            *(program, "-v", "error", "-f", "f32le", "-ar", str(info.rate), "-ch_layout", info.layout, "-i", "pipe:0"),
            *("-c:a", info.encoder, "-b:a", str(info.bit_rate), "-flags", "+bitexact", "-fflags", "+bitexact"),
            # Packets are wanted as they are ready, not by the second.
            *("-page_duration", "1", "-flush_packets", "1", "-f", "ogg", "pipe:1"),
        )
        self.info = replace(info, header=_header(self._command))
        self._process: subprocess.Popen[bytes] | None = None
        self._packets: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._failed = False

    def encode(self, frame: Any) -> list[Any]:
        """Take an audio frame of packed floats, or None for the end, and return the packets that are ready.

        EncoderError when the process ends before it is told to; the end then gives what it had ready.
        """
        if frame is None:
            self._finish()
        else:
            if self._process is None:
                self._start()
            try:
                self._input.write(frame.to_ndarray().tobytes())
                self._input.flush()
            except OSError as error:
                assert self._process is not None
                ended(self._process)
                self._failed = True
                raise EncoderError(f"cannot encode sound ({self._complaint()})") from error
        packets = []
        with contextlib.suppress(queue.Empty):
            while True:
                packets.append(self._packets.get_nowait())
        return packets

    def abort(self) -> None:
        """End the process; sound inside is dropped."""
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(EncoderError):
                self._finish()

    def _start(self) -> None:
        self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            # Ctrl-C is for this process, which finishes the movie.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), name=self._name, daemon=True)
        self._reader.start()

    def _finish(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            self._input.close()
        self._reader.join()
        code = process.wait()
        complaint = self._complaint()
        self._messages.close()
        if code and not self._failed:
            raise EncoderError(f"cannot encode the end of the sound ({complaint})")

    def _complaint(self) -> str:
        self._messages.seek(0)
        return f"ffmpeg with {self._name}: {_first(self._messages.read())}"

    def _read(self, pipe: IO[bytes]) -> None:
        """Take apart what the process writes, in a thread of its own: it must never wait for us to read."""
        import av

        # The first packet comes before 0, but makes no sound; a file that begins with it would have all else late.
        earliest = 0
        # What breaks, the process tells by its exit status.
        with contextlib.suppress(OSError, ValueError, av.FFmpegError), pipe, av.open(pipe, format="ogg") as file:
            for packet in file.demux(audio=0):  # type: ignore[union-attr]  # it is open for reading
                if packet.size and packet.pts is not None:
                    packet.pts = packet.dts = max(packet.pts, earliest)
                    earliest = packet.pts + 1
                    self._packets.put(packet)
