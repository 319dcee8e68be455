"""Images: counted handles on pooled textures."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from .formats import FORMATS, PixelFormat

if TYPE_CHECKING:
    from .context import Gpu
    from .pool import Surface

_serials = count(1)


class Spec(NamedTuple):
    """What is known of an image without drawing it: size in pixels, format token, aspect (width, height).

    The aspect is metadata: it does not change pixels. Square pixels are ``(width, height)``; see ``square``.
    ``kind`` is texture2d, or texture2darray or texture3d with ``depth`` slices.
    """

    width: int
    height: int
    format: str
    aspect: tuple[float, float]
    kind: str = "texture2d"
    depth: int = 1

    @classmethod
    def square(cls, width: int, height: int, format: str = "rgba8fixed") -> Spec:
        """The spec of an image with square pixels."""
        return cls(width, height, format, (width, height))

    def flat(self) -> Spec:
        """The spec of one slice."""
        return Spec(*self[:4])


class Image:
    """A finished picture on the GPU, never changed after it is drawn; row 0 is at the bottom.

    Python's references are the count: when the last one goes, on whatever thread, the texture returns to
    its pool, and not before; so nothing draws into a texture that anybody still holds. ``serial`` is unique
    to the content. ``others`` are the images that were drawn with it, of a program that writes several.
    """

    __slots__ = ("_surface", "mipmapped", "others", "serial", "spec", "texture")

    def __init__(self, surface: Surface, spec: Spec) -> None:
        self._surface = surface
        self.texture: Any = surface.texture  # moderngl's Texture, or a Volume
        self.spec = spec
        self.serial = next(_serials)
        self.mipmapped = False
        self.others: tuple[Image, ...] = ()

    def __del__(self) -> None:
        # Only a deque append: atomic, and no GL call, because an encoder's thread may be the last holder.
        surface = self._surface
        surface.home.append(surface)

    @property
    def gpu(self) -> Gpu:
        """The device that the image lives on."""
        return self._surface.pool.gpu

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.spec.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.spec.height

    @property
    def format(self) -> PixelFormat:
        """The pixel format; ``spec.format`` is its token."""
        return FORMATS[self.spec.format]

    @property
    def nbytes(self) -> int:
        """GPU memory of the texture in bytes, without mip levels."""
        return self._surface.nbytes

    def __repr__(self) -> str:
        slices = f"×{self.spec.depth}" if self.spec.kind != "texture2d" else ""
        return f"<Image {self.serial}: {self.spec.width}×{self.spec.height}{slices} {self.spec.format}>"
