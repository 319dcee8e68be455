"""Sound files, and the sound of movies, read to the sample."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.audio import Sound
from tdlite.media.errors import InputError
from tdlite.media.files import check_readable

if TYPE_CHECKING:
    from av.container import InputContainer

_BLOCK = 1 << 16
"""Samples that are kept or forgotten together."""

_BLOCKS = 128
"""Blocks that are kept: about 3 minutes at 48 kHz."""

_EXACT = ("wav", "w64", "aiff", "caf", "flac")
"""FFmpeg's names of the formats that say how many samples they have; others are counted."""


class SoundFile:
    """The first sound in the file `path`: `rate` samples a second, `channels`, `length` samples of each.

    It is decoded from the beginning on, so that sample n is sample n in every format; what was decoded last is kept,
    the rest decoded again when it is asked for. InputError, also when read, for what is no sound file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._container: InputContainer | None = None
        self._chunks: Iterator[NDArray[np.float32]] = iter(())
        self._blocks: OrderedDict[int, NDArray[np.float32]] = OrderedDict()
        self._next = 0
        self._rest = np.zeros((0, 0), np.float32)
        self._restart()
        assert self._container is not None
        stream = self._container.streams.audio[0]
        self.rate: int = int(stream.codec_context.sample_rate)
        self.channels: int = len(stream.codec_context.layout.channels)
        exact = self._container.format.name in _EXACT and stream.duration
        self.length: int = self._stated() if exact else self._counted()

    def read(self, first: int, count: int) -> Sound:
        """`count` samples from `first` on: [channels, count], silent outside the file."""
        out = np.zeros((self.channels, count))
        begin, end = max(0, first), min(self.length, first + count)
        while begin < end:
            number, offset = divmod(begin, _BLOCK)
            block = self._block(number)[:, offset : offset + end - begin]
            if not block.shape[1]:
                break  # the file ends before it says
            out[:, begin - first : begin - first + block.shape[1]] = block
            begin += block.shape[1]
        return out

    def close(self) -> None:
        """Close the file; what is asked for later opens it again."""
        if self._container is not None:
            self._container.close()
        self._container = None

    def _block(self, number: int) -> NDArray[np.float32]:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        if number < self._next or self._container is None:
            self._restart()
        while self._next <= number:
            block = self._decoded()
            self._blocks[self._next] = block
            self._blocks.move_to_end(self._next)
            self._next += 1
            if len(self._blocks) > _BLOCKS:
                self._blocks.popitem(last=False)
            if block.shape[1] < _BLOCK:
                break
        return self._blocks.get(number, np.zeros((self.channels, 0), np.float32))

    def _decoded(self) -> NDArray[np.float32]:
        """The next block; a shorter one is the last."""
        parts, have = [self._rest], self._rest.shape[1]
        while have < _BLOCK and (chunk := next(self._chunks, None)) is not None:
            parts.append(chunk)
            have += chunk.shape[1]
        joined = np.concatenate([part for part in parts if part.shape[1]] or [self._rest], axis=1)
        self._rest = joined[:, _BLOCK:]
        return joined[:, :_BLOCK]

    def _stated(self) -> int:
        """How many samples the file says that there are."""
        assert self._container is not None
        stream = self._container.streams.audio[0]
        return round((stream.duration or 0) * (stream.time_base or 0) * self.rate)

    def _counted(self) -> int:
        """How many samples there are, by decoding them all; the first blocks are kept on the way."""
        total = 0
        while (block := self._decoded()).shape[1]:
            if self._next < _BLOCKS:
                self._blocks[self._next] = block
            self._next += 1
            total += block.shape[1]
        return total

    def _restart(self) -> None:
        import av
        from av.container import InputContainer

        self.close()
        check_readable(self.path)
        try:
            container = av.open(self.path, metadata_errors="replace")
        except (OSError, av.FFmpegError) as error:
            raise self._error(error) from error
        assert isinstance(container, InputContainer)
        if not container.streams.audio:
            container.close()
            raise InputError(f"cannot read sound from {self.path}: there is none in it; give another file")
        self._container = container
        self._chunks = self._frames(container)
        self._next = 0
        self._rest = np.zeros((len(container.streams.audio[0].codec_context.layout.channels), 0), np.float32)

    def _frames(self, container: InputContainer) -> Iterator[NDArray[np.float32]]:
        import av

        stream = container.streams.audio[0]
        resampler: Any = None
        try:
            for frame in container.decode(stream):
                # libav makes the samples packed floats: PyAV miscounts the planes of 8 channels.
                resampler = resampler or av.AudioResampler("flt", frame.layout, frame.sample_rate)
                for each in resampler.resample(frame):
                    yield each.to_ndarray().reshape(-1, len(frame.layout.channels)).T
        except (av.FFmpegError, ValueError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> InputError:
        if isinstance(error, FileNotFoundError):
            return InputError(f"cannot read {self.path}: there is no such file; correct the path")
        said = getattr(error, "strerror", None) or str(error)
        return InputError(f"cannot read sound from {self.path} ({said}); give a sound file or a movie with sound")
