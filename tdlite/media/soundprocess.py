"""Audio encoders that PyAV lacks (libvorbis), in an ffmpeg process: samples in, Ogg out."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from tdlite.media.audio import AudioInfo
from tdlite.media.errors import EncoderError
from tdlite.media.program import Program, first_line, missing, program_with


@functools.cache
def _header(command: tuple[str, ...]) -> bytes:
    """An Ogg file of no more than silence: an encoder's header depends on its settings only."""
    done = subprocess.run(command, input=bytes(2**16), capture_output=True)
    if done.returncode:
        raise EncoderError(first_line(done.stderr))
    return done.stdout


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
        self._program: Program[Any] | None = None

    def encode(self, frame: Any) -> list[Any]:
        """Take an audio frame of packed floats, or None for the end, and return the packets that are ready.

        EncoderError when the process ends before it is told to; the end then gives what it had ready.
        """
        if frame is not None:
            if self._program is None:
                self._program = Program(self._name, self._command, _packets)
            return self._program.write(memoryview(frame.to_ndarray().tobytes()), "sound")
        program, self._program = self._program, None
        return program.finish("the end of the sound") if program is not None else []

    def abort(self) -> None:
        """End the process; sound inside is dropped."""
        program, self._program = self._program, None
        if program is not None:
            program.abort()


def _packets(pipe: IO[bytes]) -> Iterator[Any]:
    """The packets of an Ogg file."""
    import av

    # The first packet comes before 0, but makes no sound; a file that begins with it would have all else late.
    earliest = 0
    with av.open(pipe, format="ogg") as file:
        for packet in file.demux(audio=0):  # type: ignore[union-attr]  # it is open for reading
            if packet.size and packet.pts is not None:
                packet.pts = packet.dts = max(packet.pts, earliest)
                earliest = packet.pts + 1
                yield packet
