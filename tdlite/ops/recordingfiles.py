"""The files of a recording: images and movies from pictures on the GPU."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.gpu.image import Image
from tdlite.gpu.readback import Readback
from tdlite.media.codecs import codec, frame_bits
from tdlite.media.containers import container_for
from tdlite.media.encoder import Encoder, Packet, Pixels, Settings, StreamInfo
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError, MediaError, OutputError
from tdlite.media.files import make_folder
from tdlite.media.movie import MovieWriter
from tdlite.media.sequence import ImageWriter

from .top import file_type

if TYPE_CHECKING:
    from collections.abc import Sequence

Use = Callable[[NDArray[Any]], None]


class _Read:
    """The pixels of one picture, downloaded once."""

    def __init__(self, readback: Readback, image: Image, dtype: type[Any]) -> None:
        self.serial = image.serial
        self._readback = readback
        self._token: Any = readback.start(image)
        self._dtype = dtype
        self._pixels: NDArray[Any] | None = None

    @property
    def pixels(self) -> NDArray[Any]:
        if self._pixels is None:
            self._pixels = self._readback.finish(self._token, self._dtype)
            self._token = None
        return self._pixels


class Reader:
    """Hands on the pixels of pictures in the order they come; a picture that stays is downloaded once.

    On a GPU the newest picture waits until the next one comes, or ``flush``: it is copied while that one is
    drawn. Where the CPU draws nothing waits.
    """

    def __init__(self, dtype: Callable[[Image], type[Any]]) -> None:
        self._dtype = dtype
        self._readback: Readback | None = None
        self._last: _Read | None = None
        self._waiting: deque[tuple[_Read, Use]] = deque()

    def ask(self, image: Image, use: Use) -> None:
        """Have ``use`` called with the pixels: RGBA [h, w, 4], row 0 at the bottom. They must not be changed."""
        if self._readback is None:
            self._readback = Readback(image.gpu)
        if self._last is None or self._last.serial != image.serial:
            self._last = _Read(self._readback, image, self._dtype(image))
        self._waiting.append((self._last, use))
        self._hand_on(0 if image.gpu.software else 1)

    def _hand_on(self, keep: int) -> None:
        while len(self._waiting) > keep:
            read, use = self._waiting.popleft()
            use(read.pixels)

    def flush(self) -> None:
        """Hand on everything that waits."""
        self._hand_on(0)

    def release(self) -> None:
        """Forget what waits and give GPU memory back."""
        self._waiting.clear()
        self._last = None
        if self._readback is not None:
            self._readback.release()
            self._readback = None


class ImageFiles:
    """Writes images with up to ``threads`` at once; with ``dry`` it only encodes them."""

    def __init__(self, threads: int, dry: bool) -> None:
        self._writer = ImageWriter(threads, dry)
        self._reader = Reader(lambda image: file_type(image.spec.format))

    @property
    def active(self) -> int:
        """Images that are accepted and not on disk yet."""
        return self._writer.active

    def add(self, image: Image, path: str, quality: float, metadata: Sequence[tuple[str, str]]) -> None:
        """Accept a picture for ``path``."""
        self._reader.ask(image, partial(self._writer.submit, path, quality=quality, metadata=metadata))

    def errors(self) -> list[MediaError]:
        """What went wrong since the last call, in the order of the images."""
        return [error for _, error in self._writer.errors()]

    def flush(self) -> None:
        """Wait until every accepted image is on disk."""
        self._reader.flush()
        self._writer.flush()

    def close(self) -> None:
        """Flush, and end the threads."""
        try:
            self._reader.flush()
        finally:
            self._reader.release()
            self._writer.close()


NVENC_CODECS = ("h264nvgpu", "h265nvgpu", "av1")
"""What the hardware encoder can make."""


class MovieFile:
    """A movie by an operator's parameters: checked when made, opened with the first picture's size."""

    def __init__(self, path: str, row: Any, rate: Fraction) -> None:
        self.path = path
        self.frames = 0
        """Frames accepted so far."""
        self.warnings: list[str] = []
        self.size: tuple[int, int] | None = None
        self._row = row
        self._settings = settings(row)
        self._encoder = self._chosen(row)
        deep = frame_bits(row.videocodec, self._settings) > 8
        self._reader = Reader(lambda image: np.uint16 if deep else np.uint8)
        self._writer: MovieWriter[Pixels] | None = None
        self._rate = rate
        container_for(path, row.moviecontainer, self._encoder.codec)

    def _chosen(self, row: Any) -> Encoder[Pixels]:
        """The encoder for the codec: NVENC, or software in its place."""
        if row.videocodec in NVENC_CODECS:
            if row.encoder == "nvenc":
                raise EncoderError(
                    f"cannot record {self.path} with encoder nvenc: NVENC is not available; "
                    "set encoder to auto or software"
                )
            if row.encoder == "auto":
                made = codec(row.videocodec)
                self.warnings.append(f"NVENC is not available: {made.title} is encoded by {made.encoder}, on the CPU")
        elif row.encoder == "nvenc":
            raise EncoderError(
                f"cannot record {self.path} with encoder nvenc: NVENC has no {codec(row.videocodec).title}; "
                "set encoder to auto or software"
            )
        return encoder_for(row.videocodec, self._settings)

    def open(self, image: Image) -> None:
        """Open the file for pictures of this one's size, unless it is open. MediaError before anything is written."""
        size = image.spec[:2]
        if self._writer is None:
            row, self.size = self._row, size
            encoder = _Discarding(self._encoder) if row.encodetestmode else self._encoder
            self._writer = MovieWriter(self.path, encoder, row.moviecontainer, *size, self._rate, self._settings)
            self.warnings += self._writer.warnings
        elif size != self.size:
            raise EncoderError(
                f"cannot add a picture of {size[0]}×{size[1]} to {self.path} ({self.size[0]}×{self.size[1]}); "  # type: ignore[index]  # open with a size
                f"the movie ends after {self.frames} frames: keep the resolution while recording"
            )

    def add(self, image: Image) -> None:
        """Accept the next frame."""
        assert self._writer is not None
        self._reader.ask(image, self._writer.put)
        self.frames += 1

    def flush(self) -> None:
        """Hand every accepted frame to the encoder."""
        self._reader.flush()

    def close(self) -> None:
        """Finish the file, whatever happened; without frames there is none."""
        if self._writer is None:
            return
        try:
            self._reader.flush()
        finally:
            self._reader.release()
            self._writer.close()


class _Discarding:
    """An encoder that works and gives nothing back: no file comes of it."""

    def __init__(self, encoder: Encoder[Pixels]) -> None:
        self._encoder = encoder
        self.codec = encoder.codec

    @property
    def warnings(self) -> list[str]:
        return self._encoder.warnings

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        return self._encoder.open(width, height, rate, settings)

    def encode(self, frame: Pixels, index: int) -> list[Packet]:
        deque(self._encoder.encode(frame, index), maxlen=0)
        return []

    def finish(self) -> list[Packet]:
        deque(self._encoder.finish(), maxlen=0)
        return []

    def abort(self) -> None:
        self._encoder.abort()


def settings(row: Any) -> Settings:
    """The encoder settings that an operator's parameters mean. EncoderError for impossible ones."""
    automatic = {"autoselect": "auto"}
    return Settings(
        profile=automatic.get(row.profile, row.profile),
        preset=row.preset,
        bitrate_mode=row.bitratemode,
        quality=row.quality,
        average_bitrate=round(row.avgbitrate * 1000),
        peak_bitrate=round(row.peakbitrate * 1000),
        keyframe_interval=row.keyframeinterval,
        max_bframes=row.maxbframes,
        slices=row.numslices if row.frameslicing else 0,
        entropy=automatic.get(row.entropymode, row.entropymode),
        motion=row.motionpredict,
        speed="" if row.encoderspeed == "automatic" else row.encoderspeed,
        pixel_format=row.moviepixelformat,
        type=row.videocodectype,
        secondary_compression=row.secondarycompression,
    )


def writable(path: str) -> None:
    """Make the folder of ``path``. OutputError when that, or writing there, cannot be."""
    make_folder(path)
    folder = os.path.dirname(path)
    if not os.access(folder, os.W_OK):
        raise OutputError(f"cannot record {path}: this user may not write into {folder}; choose another folder", path)
