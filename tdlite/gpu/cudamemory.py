"""Pictures in CUDA's memory, as cupy, PyTorch and numba take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dlpack
from .arrays import format_of, image_from_buffer
from .cuda import Cuda, cuda_of, stream_handle
from .errors import CudaError, GpuError
from .formats import FORMATS
from .image import Image
from .passes import Pass
from .program import PixelProgram
from .scratch import Scratch
from .source import Source

if TYPE_CHECKING:
    pass

# sRGB cannot be registered: its bytes are copied as they are stored, by way of a format that can.
_ENCODED = PixelProgram(
    Source(
        "encoded",
        """
        vec4 pixel(vec2 uv) {
            vec4 c = input0();
            vec3 high = 1.055 * pow(c.rgb, vec3(1.0 / 2.4)) - 0.055;
            return vec4(mix(high, 12.92 * c.rgb, lessThanEqual(c.rgb, vec3(0.0031308))), c.a);
        }
        """,
    ),
    inputs=1,
)
_SAME = PixelProgram(Source("same", "vec4 pixel(vec2 uv) { return input0(); }"), inputs=1)


class CUDAMemoryShape:
    """What lies in a block of CUDA memory: ``height`` rows of ``width`` pixels of ``numComps`` channels.

    ``dataType`` is a numpy type. The first row is the bottom one, the channels are R, G, B, A in this order.
    """

    def __init__(
        self, width: int = 0, height: int = 0, numComps: int = 4, dataType: Any = np.uint8, depth: int = 1
    ) -> None:
        self.width = width
        self.height = height
        self.numComps = numComps
        self.depth = depth
        self.dataType = dataType
        self.is3D = False
        self.isCube = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """``dataType`` as numpy's dtype object."""
        dtype: np.dtype[Any] = np.dtype(self.dataType)
        return dtype

    @property
    def nbytes(self) -> int:
        """Bytes without padding."""
        return self.width * self.height * self.numComps * self.dtype.itemsize

    def __repr__(self) -> str:
        return f"<CUDAMemoryShape {self.width}×{self.height}×{self.numComps} {self.dtype}>"


class CudaBlock:
    """So many bytes of CUDA memory at ``ptr``. With the last reference they serve later work in their stream.

    Memory that was ``lent`` to another stream, or to one that nobody told, does not: what goes on there is not known.
    """

    def __init__(self, cuda: Cuda, nbytes: int, stream: int = 0) -> None:
        self._cuda, self._nbytes, self._stream = cuda, nbytes, stream
        self.lent = False
        self.ptr = cuda.allocate(nbytes, stream)

    def __del__(self) -> None:
        if hasattr(self, "ptr"):
            self._cuda.free(self.ptr, self._nbytes, self._stream, again=not self.lent)


class CudaArray:
    """An array in CUDA's memory: what it says to other libraries. ``strides`` are in bytes.

    What is there comes with the work that ``stream`` has now; ``block`` lives as long as anybody holds the array.
    """

    def __init__(
        self, cuda: Cuda, ptr: int, shape: Sequence[int], strides: Sequence[int], dtype: np.dtype[Any],
        stream: int = 0, block: CudaBlock | None = None,
    ) -> None:  # fmt: skip
        self.ptr = ptr
        self.lengths = tuple(shape)
        """Elements along each axis."""
        self._cuda = cuda
        self._stream = stream
        self._strides = tuple(strides)
        self._dtype = dtype
        self._block = block

    def rows(self, first: int, last: int) -> CudaArray:
        """The rows from ``first`` up to ``last``, which is not among them; not copied."""
        shape = (last - first, *self.lengths[1:])
        start = self.ptr + first * self._strides[0]
        return CudaArray(self._cuda, start, shape, self._strides, self._dtype, self._stream, self._block)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        self._lend()  # this protocol does not tell in which stream the taker works
        return {
            "shape": self.lengths,
            "strides": self._strides,
            "typestr": self._dtype.str,
            "data": (self.ptr, False),
            "version": 3,
            "stream": self._stream or 1,  # 1 is the protocol's name of the default stream
        }

    def __dlpack_device__(self) -> tuple[int, int]:
        return dlpack.CUDA, self._cuda.ordinal

    def __dlpack__(
        self, stream: int | None = None, *, max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None, copy: bool | None = None,
    ) -> Any:  # fmt: skip
        """A capsule whose memory work in ``stream`` may use; -1: the taker sees to the order itself.

        It is of DLPack's version 0, which all takers know. BufferError for another device, or a copy.
        """
        if copy or (dl_device is not None and tuple(dl_device) != self.__dlpack_device__()):
            raise BufferError(
                f"this lends CUDA memory of device {self._cuda.ordinal} as it is: let the library that takes it make "
                "a copy, or bring it elsewhere"
            )
        taker = 0 if stream is None or stream == 1 else int(stream)
        if taker != -1:
            self._cuda.order(self._stream, taker)
        if taker != self._stream:
            self._lend()
        return dlpack.capsule(self, self.ptr, self.lengths, self._strides, self._dtype, self.__dlpack_device__())

    def _lend(self) -> None:
        if self._block is not None:
            self._block.lent = True


class CUDAMemory(CudaArray):
    """A picture in CUDA memory of its own: ``ptr``, ``size`` in bytes and ``shape``, a CUDAMemoryShape.

    To other libraries it is an array [height, width, numComps], row 0 at the bottom, through
    ``__cuda_array_interface__`` and DLPack. Work in the stream that it was made with comes after the picture. The
    memory is free when the last reference is gone; then it serves later pictures of that stream.
    """

    def __init__(self, cuda: Cuda, shape: CUDAMemoryShape, stream: int = 0) -> None:
        item, row = shape.dtype.itemsize * shape.numComps, shape.dtype.itemsize * shape.numComps * shape.width
        lengths = (shape.height, shape.width, shape.numComps)
        block = CudaBlock(cuda, shape.nbytes, stream)
        super().__init__(cuda, block.ptr, lengths, (row, item, shape.dtype.itemsize), shape.dtype, stream, block)
        self.shape = shape
        self.size = shape.nbytes

    def __repr__(self) -> str:
        return f"<CUDAMemory {self.size} bytes, {self.shape!r}>"


def registrable(image: Image) -> Image:
    """The picture in a format that CUDA can register: itself, sRGB's bytes as 8-bit, packed formats as floats."""
    spec = image.spec
    if image.format.srgb:
        return image.gpu.draw(Pass(_ENCODED, spec._replace(format="rgba8fixed"), inputs=(image,)))
    if image.format.transfer == "f4" and "32float" not in spec.format:  # unpacked to float32, too, when it is read
        return image.gpu.draw(Pass(_SAME, spec._replace(format="rgba32float"), inputs=(image,)))
    return image


def shape_of(image: Image) -> CUDAMemoryShape:
    """What the picture's memory holds: the stored channels of a format that CUDA can register."""
    form = FORMATS[image.spec.format]
    return CUDAMemoryShape(image.width, image.height, form.components, form.dtype.type)


def cuda_memory(image: Image, stream: Any = None) -> CUDAMemory:
    """A copy of the picture in CUDA memory, made in ``stream``, as ``stream_handle`` takes it; None is the default one.

    The stored channels in their own type (RGB floats come with alpha 1; sRGB still encoded; packed formats as
    float32), so it equals ``read_raw``. CudaError when there is no CUDA.
    """
    cuda, handle = cuda_of(image.gpu), stream_handle(stream)
    if image.spec.kind != "texture2d":
        raise CudaError(
            f"CUDA memory holds pictures; this texture has slices, {image.width}×{image.height}×{image.spec.depth}: "
            "choose one slice first"
        )
    source = registrable(image)
    memory = CUDAMemory(cuda, shape_of(source), handle)
    cuda.copy_texture(memory.ptr, source.texture, memory._strides[0], handle)
    return memory


def check_shape(shape: Any, size: int) -> CUDAMemoryShape:
    """The shape of somebody's memory of ``size`` bytes. GpuError for one that cannot be shown, or does not fit."""
    wanted = {"width", "height", "numComps", "dataType"}
    if not all(hasattr(shape, name) for name in wanted):
        raise GpuError(f"the shape must have {', '.join(sorted(wanted))}, as a CUDAMemoryShape has, not {shape!r}")
    try:
        made = CUDAMemoryShape(int(shape.width), int(shape.height), int(shape.numComps), np.dtype(shape.dataType).type)
    except (TypeError, ValueError) as error:
        raise GpuError(f"a shape has numbers and a numpy type, such as numpy.float32, as dataType ({error})") from None
    if min(made.width, made.height) < 1 or not 1 <= made.numComps <= 4 or getattr(shape, "depth", 1) != 1:
        raise GpuError(f"a TOP cannot show {made!r}: one layer of at least 1×1 pixels with 1 to 4 channels is needed")
    if made.nbytes > size:
        raise GpuError(f"{made!r} takes {made.nbytes} bytes; there are {size}")
    return made


class CudaBuffer(Scratch):
    """The way from CUDA memory to a picture, through a GL buffer."""

    def image(self, address: int, size: int, shape: Any, stream: Any = None) -> Image:
        """A picture from the ``size`` bytes at an address of CUDA memory, copied in ``stream``, rows from the bottom.

        CudaError without CUDA, for memory of the CPU, or a stream of another device; GpuError for a shape that is no
        picture or does not fit.
        """
        cuda, handle = cuda_of(self._gpu), stream_handle(stream)
        made = check_shape(shape, size)
        format_of(made.dtype, made.numComps)  # refuses what is no picture before anything is copied
        buffer = self._room(made.nbytes)
        with cuda.mapped_buffer(buffer, handle) as (target, _):
            try:
                cuda.copy(target, address, made.nbytes, handle)
            except CudaError as error:
                raise CudaError(
                    f"{error}; are there {made.nbytes} bytes of CUDA memory at {address:#x}, which nobody has freed?"
                ) from None
        return image_from_buffer(self._gpu, buffer, made.dtype, (made.height, made.width, made.numComps))
