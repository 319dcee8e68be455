"""The pool of textures: a texture is made once and used again for images of the same size and format."""

from __future__ import annotations

from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .errors import GpuError
from .formats import FORMATS
from .volume import KINDS, Volume

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu
    from .image import Spec

_CHECK_EVERY = 60  # frames between two looks at the free lists
_UNUSED_AFTER = 120  # frames after which a free texture is given back to the driver


class Surface:
    """One texture of the pool with its framebuffer, once drawn by raster, and the free list it returns to."""

    __slots__ = ("framebuffer", "home", "nbytes", "pool", "taken", "texture")

    def __init__(self, pool: Pool, texture: Any, nbytes: int, home: deque[Surface]) -> None:
        self.pool = pool
        self.texture = texture  # moderngl's, or a Volume
        self.nbytes = nbytes
        self.home = home
        self.taken = 0
        self.framebuffer: moderngl.Framebuffer | None = None

    def release(self) -> None:
        """Give the texture back to the driver."""
        if self.framebuffer is not None:
            # Were it still bound, moderngl would bind its name again when the next framebuffer is made: a GL error.
            self.pool.gpu.rest.use()
            self.framebuffer.release()
        self.pool.gpu.forget("texture", self.texture.glo)
        self.texture.release()


_Key = tuple[int, int, str, str, int]
"""Width, height, format, kind, depth."""
_storage = itemgetter(0, 1, 2, 4, 5)


class Pool:
    """Textures by size, format and kind: ``take`` one, wrap it in an ``Image``; it comes back by itself."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._free: dict[_Key, deque[Surface]] = {}
        self._frame = 0
        self._bytes = 0
        self._count = 0

    def take(self, spec: Spec) -> Surface:
        """A texture that nobody holds, with undefined content.

        Raises GpuError when the size is not possible on this device or memory is out, also after freeing all
        unused textures.
        """
        key: _Key = _storage(spec)
        try:
            surface = self._free[key].pop()  # the most recently used, so that the oldest can be trimmed
        except LookupError:
            surface = self._make(key)
        surface.taken = self._frame
        return surface

    def frame(self) -> None:
        """Count a frame; once in a while give long unused textures back to the driver."""
        self._frame += 1
        if self._frame % _CHECK_EVERY == 0:
            self._trim(self._frame - _UNUSED_AFTER)

    def clear(self) -> None:
        """Give every free texture back to the driver; images that are held stay."""
        self._trim(self._frame + 1)

    @property
    def count(self) -> int:
        """Number of textures, held and free."""
        return self._count

    @property
    def free(self) -> int:
        """Number of textures that nobody holds."""
        return sum(map(len, self._free.values()))

    @property
    def held(self) -> int:
        """Number of textures that images hold."""
        return self._count - self.free

    @property
    def bytes_free(self) -> int:
        """Memory of free textures in bytes."""
        return sum(surface.nbytes for surfaces in self._free.values() for surface in surfaces)

    @property
    def bytes_held(self) -> int:
        """Memory of held textures in bytes."""
        return self._bytes - self.bytes_free

    def _trim(self, before: int) -> None:
        for surfaces in self._free.values():
            while surfaces and surfaces[0].taken < before:
                surface = surfaces.popleft()
                surface.release()
                self._count -= 1
                self._bytes -= surface.nbytes

    def _make(self, key: _Key) -> Surface:
        width, height, token, kind, depth = key
        largest, deepest = self._limits(kind)
        if not (0 < width <= largest and 0 < height <= largest):
            raise GpuError(f"cannot make a {width}×{height} image: a side has 1 to {largest} pixels here")
        if not 0 < depth <= deepest:
            raise GpuError(f"cannot make a {KINDS[kind]} of {depth} slices: it has 1 to {deepest} here")
        try:
            texture = self._allocated(key)
        except GpuError:
            self.clear()
            texture = self._allocated(key)
        pixel_format = FORMATS[token]
        nbytes = width * height * depth * pixel_format.stored_bytes
        self._count += 1
        self._bytes += nbytes
        return Surface(self, texture, nbytes, self._free.setdefault(key, deque()))

    def _limits(self, kind: str) -> tuple[int, int]:
        """The longest side and the most slices."""
        if kind == "texture2d":
            return self.gpu.max_size, 1
        info = self.gpu.ctx.info
        if kind == "texture3d":
            return info["GL_MAX_3D_TEXTURE_SIZE"], info["GL_MAX_3D_TEXTURE_SIZE"]
        return self.gpu.max_size, info["GL_MAX_ARRAY_TEXTURE_LAYERS"]

    def _allocated(self, key: _Key) -> Any:
        width, height, token, kind, depth = key
        made = FORMATS[token]
        ctx = self.gpu.ctx
        reason: object
        try:
            texture: Any
            if kind != "texture2d":
                texture = Volume(width, height, token, kind, depth)
            else:
                texture = ctx.texture(
                    (width, height), made.components, dtype=made.transfer, internal_format=made.internal
                )
            reason = ctx.error
            if reason == "GL_NO_ERROR":
                texture.swizzle = made.swizzle
                return texture
            texture.release()
        except Exception as error:  # moderngl has no class of its own for a failed allocation
            reason = error
        slices = f"×{depth}" if depth > 1 else ""
        megabytes = width * height * depth * made.stored_bytes / 1e6
        raise GpuError(
            f"cannot make a {width}×{height}{slices} {token} image ({megabytes:.1f} MB): {reason}; "
            f"{self.held} images hold {self.bytes_held / 1e6:.1f} MB"
        )
