"""Reading images back from the GPU, now or while the next frame is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from . import gl
from .formats import FORMATS, Floats, to_dtype
from .hostbuffer import HostBuffer
from .image import Image, Spec

if TYPE_CHECKING:
    from .context import Gpu

_INVERTS, _PACK_INVERT = "GL_MESA_pack_invert", 0x8758


def read(image: Image) -> Floats:
    """The image as float32 RGBA [h, w, 4], row 0 at the bottom, as a shader reads it: missing channels filled
    in, fixed formats 0..1, sRGB linear. [slice, h, w, 4] where there are slices. Waits for the GPU. Raises
    GpuError on another thread than the context's.
    """
    return image.format.expand(read_raw(image))


def read_raw(image: Image, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """The image's stored values, row 0 at the bottom.

    Without ``dtype``: the stored channels [h, w, components] in the format's own type (sRGB: still encoded).
    With uint8, uint16, float16 or float32: RGBA [h, w, 4] of that type; integers clamp 0..1 to their range.
    """
    image.gpu.regain()
    return converted(_array(image.texture.read(), image.spec), image.spec, dtype)


def _array(data: bytes | NDArray[np.uint8], spec: Spec) -> NDArray[Any]:
    made = FORMATS[spec.format]
    slices = () if spec.kind == "texture2d" else (spec.depth,)
    return np.frombuffer(data, made.dtype).reshape(*slices, spec.height, spec.width, made.components)


def converted(raw: NDArray[Any], spec: Spec, dtype: DTypeLike | None) -> NDArray[Any]:
    """Stored values as ``read_raw`` gives them; no GPU is needed any more."""
    made = FORMATS[spec.format]
    if dtype is None or (raw.dtype == np.dtype(dtype) and made.channels == "rgba"):
        return raw
    return to_dtype(made.expand(raw), dtype)


def _from_top(image: Image) -> NDArray[Any]:
    """The image's stored values as ``read_raw`` gives them, in memory that is used again.

    Where Mesa can, the rows lie in it from the top, as files and encoders want them; they are counted from the bottom
    all the same.
    """
    gpu, spec = image.gpu, image.spec
    gpu.regain()
    memory = gpu.memory.take(spec.width * spec.height * image.format.components * image.format.dtype.itemsize)
    inverts = _INVERTS in gpu.ctx.extensions
    if inverts:
        gl.call("glPixelStorei", _PACK_INVERT, 1)
    try:
        image.texture.read_into(memory)
    finally:
        if inverts:
            gl.call("glPixelStorei", _PACK_INVERT, 0)
    return _array(memory, spec)[::-1] if inverts else _array(memory, spec)


class Token(NamedTuple):
    """A started read: the image, and the memory that its pixels are copied into (None: read at the end)."""

    image: Image
    memory: HostBuffer | None


class Readback:
    """Reads images while the GPU goes on: ``start`` asks for a copy, ``finish`` waits for it alone.

    The image is held until its token is finished. Memory is used again; ``release`` gives it back.
    """

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._free: list[HostBuffer] = []

    def start(self, image: Image) -> Token:
        """Start copying an image; returns the token to finish, from the context's thread."""
        self._gpu.regain()
        if self._gpu.software or image.spec.kind != "texture2d":
            # In software there is nothing to overlap with: reading at the end saves a copy.
            return Token(image, None)
        made = image.format
        size = image.width * image.height * made.components * made.dtype.itemsize
        memory = next((free for free in self._free if free.size == size), None)
        if memory is None:
            memory = HostBuffer(self._gpu, size)
        else:
            self._free.remove(memory)
        memory.copy_texture(image.texture)
        return Token(image, memory)

    def finish(self, token: Token, dtype: DTypeLike | None = None) -> NDArray[Any]:
        """The pixels of a started read, as ``read_raw`` gives them. A token is finished once."""
        image, memory = token
        if memory is None:
            raw = _from_top(image) if image.spec.kind == "texture2d" else read_raw(image)
            return converted(raw, image.spec, dtype)
        raw = _array(memory.read(), image.spec)
        self._free.append(memory)
        return converted(raw, image.spec, dtype)

    def release(self) -> None:
        """Give all unused memory back to the driver."""
        for memory in self._free:
            memory.release()
        self._free.clear()
