"""The roads from a picture on the GPU to an encoder: what crosses the bus, and which side converts.

- Pixels: RGBA is read back, and the encoder's thread converts it. For what is no YUV, and where the CPU draws.
- Planes: the GPU converts to the movie's pixel format; 1.5 bytes a pixel are read back in 4:2:0.
- NVENC: the GPU converts and encodes; nothing but the finished movie crosses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from tdlite.gpu.cuda import Cuda, cuda_of
from tdlite.gpu.cudamemory import CudaArray, CudaBlock
from tdlite.gpu.errors import CudaError
from tdlite.gpu.image import Image
from tdlite.gpu.yuv import YuvConversion, YuvFrame
from tdlite.gpu.yuvlayout import NAMES, YuvLayout
from tdlite.media.audio import Sound
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.codecs import Codec, codec
from tdlite.media.encoder import Encoder, Packet, Settings, StreamInfo
from tdlite.media.formats import bits
from tdlite.media.libav import stream_colour
from tdlite.media.nvenc import nvenc_for
from tdlite.media.nvencencoder import NoNvenc, NvencEncoder, layout_of
from tdlite.media.nvencprobe import nvenc_status

from .reading import PixelSource, PlaneSource, Reader, Source

_PITCH = 256  # bytes; NVENC takes multiples of 4 alone, and copies those of 256 fastest

Put = Callable[[Any], None]
"""Takes the frames that the road's encoder takes, in order, one for each picture."""


class Road(Protocol):
    """Pictures in, frames for an encoder out; ``put`` may be called later than ``add``, but in order."""

    @property
    def encoder(self) -> Encoder[Any]: ...

    @property
    def opens_elsewhere(self) -> bool:
        """Whether its encoder may be opened on another thread than the one that draws."""
        ...

    def add(self, image: Image, put: Put) -> None: ...

    def flush(self) -> None:
        """Hand on what waits."""
        ...

    def finish(self, put: Put) -> None:
        """Hand on what waits and what no picture brings any more."""
        ...

    def release(self) -> None:
        """End it, whatever happened, and give GPU memory back."""
        ...


def software_road(image: Image, token: str, encoder: Encoder[Any], settings: Settings) -> Road:
    """The road to a software encoder for pictures of this one's size."""
    row = codec(token)
    settings = row.resolve(settings)
    name = row.pixels(settings)
    if image.gpu.converts and name in NAMES:
        conversion = _conversion(image, name, row, settings)
        # PyAV takes planes of halved chroma only where the halves are whole.
        if image.width % conversion.layout.across == 0 and image.height % conversion.layout.down == 0:
            return ReadRoad(encoder, PlaneSource(conversion))
    dtype = np.uint16 if bits(name) > 8 else np.uint8
    return ReadRoad(encoder, PixelSource(lambda image: dtype))


def nvenc_road(image: Image, token: str, settings: Settings) -> Road:
    """The road to NVENC. NoNvenc, with the reason, when there is none on the GPU that draws."""
    row = codec(token)
    try:
        cuda = cuda_of(image.gpu)
    except CudaError as error:
        # What hinders NVENC is told rather than what hinders OpenGL.
        raise NoNvenc(nvenc_status(row.name).reason or str(error)) from error
    encoder = nvenc_for(token, settings, cuda.ordinal, cuda.stream)
    settings = row.resolve(settings)
    return NvencRoad(encoder, cuda, _conversion(image, layout_of(settings).name, row, settings, _PITCH))


def _conversion(image: Image, name: str, row: Codec, settings: Settings, pitch: int = 1) -> YuvConversion:
    """What turns pictures of this one's size into ``name``, with rows that begin every so many bytes."""
    colour = stream_colour(row, row.pixels(settings), settings.colour)
    layout = YuvLayout(name, image.width, image.height)
    if layout.pitch % pitch:
        layout = replace(layout, pitch=-(-layout.pitch // pitch) * pitch)
    return YuvConversion(image.gpu, layout, colour.matrix, colour.full_range, "center" if row.centred else "left")


class ReadRoad:
    """Pictures are read back, while the next one is drawn where a GPU draws."""

    opens_elsewhere = True

    def __init__(self, encoder: Encoder[Any], source: Source) -> None:
        self.encoder = encoder
        self._reader = Reader(source)

    def add(self, image: Image, put: Put) -> None:
        """Ask for the picture, and hand on those that are there."""
        self._reader.ask(image, put)

    def flush(self) -> None:
        """Hand on what waits."""
        self._reader.flush()

    def finish(self, put: Put) -> None:
        """Hand on what waits."""
        self._reader.flush()

    def release(self) -> None:
        """Give GPU memory back."""
        self._reader.release()


class NvencRoad:
    """Pictures are converted and encoded on the GPU, on the thread that draws; packets are what is handed on.

    One CUDA stream orders it all: drawing, conversion, NVENC's copy, and the next use of the buffer. Nobody waits.
    """

    opens_elsewhere = False

    def __init__(self, encoder: NvencEncoder, cuda: Cuda, conversion: YuvConversion) -> None:
        self.encoder = Relay(encoder)
        self._nvenc = encoder
        self._cuda = cuda
        self._conversion = conversion
        self._count = 0
        # Two buffers in turns: the next picture is converted while NVENC copies this one.
        self._held: deque[YuvFrame] = deque(maxlen=2)
        self._serial = 0

    def add(self, image: Image, put: Put) -> None:
        """Encode the picture and hand on the packets that are ready; a picture that stays is converted once."""
        if image.serial != self._serial or not self._held:
            self._held.append(self._conversion.convert(image))
            self._serial = image.serial
        buffer = self._held[-1].buffer
        with self._cuda.mapped_buffer(buffer, self._cuda.stream) as (address, _):
            packets = self._nvenc.encode(self._array(address), self._count)
        self._count += 1
        put(packets)

    def _array(self, address: int) -> CudaArray:
        """The planes at an address, or a copy of them for an encoder that keeps pictures, as one array."""
        layout, cuda = self._conversion.layout, self._cuda
        block = None
        if self._nvenc.keeps:
            block = CudaBlock(cuda, layout.nbytes, cuda.stream)
            cuda.copy(block.ptr, address, layout.nbytes, cuda.stream)
            address = block.ptr
        shape, strides = (layout.nbytes // layout.pitch, layout.width), (layout.pitch, layout.sample_bytes)
        return CudaArray(cuda, address, shape, strides, layout.dtype, cuda.stream, block)

    def flush(self) -> None:
        """Nothing waits here."""

    def finish(self, put: Put) -> None:
        """Hand on the packets that NVENC still has."""
        if self._count:
            put(self._nvenc.finish())

    def release(self) -> None:
        """End the session and give the buffers back."""
        self._nvenc.abort()
        self._held.clear()
        self._conversion.release()


class _Around:
    """An encoder around another one."""

    def __init__(self, encoder: Encoder[Any]) -> None:
        self._encoder = encoder
        self.codec = encoder.codec

    @property
    def warnings(self) -> list[str]:
        """The other encoder's."""
        return self._encoder.warnings

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        """Open the other encoder."""
        return self._encoder.open(width, height, rate, settings)


class Relay(_Around):
    """The encoder of a movie whose frames are the packets that another encoder has made already."""

    def encode(self, frame: list[Packet], index: int) -> list[Packet]:
        """Give back the packets."""
        return frame

    def finish(self) -> list[Packet]:
        """Nothing is left here: the other encoder's last packets come as a frame."""
        return []

    def abort(self) -> None:
        """Nothing: the road ends the other encoder, on the thread that it is used on."""


class Discarding(_Around):
    """An encoder that works and gives nothing back: no file comes of it."""

    def encode(self, frame: Any, index: int) -> list[Packet]:
        """Encode, and drop what comes of it."""
        return _dropped(self._encoder.encode(frame, index))

    def finish(self) -> list[Packet]:
        """End, and drop what comes of it."""
        return _dropped(self._encoder.finish())

    def abort(self) -> None:
        """End the other encoder."""
        self._encoder.abort()


class DiscardingAudio(AudioEncoder):
    """The same for sound."""

    def encode(self, samples: Sound) -> list[Packet]:
        """Encode, and drop what comes of it."""
        return _dropped(super().encode(samples))

    def finish(self) -> list[Packet]:
        """End, and drop what comes of it."""
        return _dropped(super().finish())


def _dropped(packets: Iterable[Packet]) -> list[Packet]:
    deque(packets, maxlen=0)
    return []
