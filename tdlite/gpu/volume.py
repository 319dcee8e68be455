"""Textures of several slices: 3D textures and arrays of 2D ones."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from . import gl
from .formats import FORMATS

KINDS = {"texture2darray": "2D texture array", "texture3d": "3D texture"}
"""The kinds of textures with slices, as people call them."""

_TARGETS = {"texture2d": 0x0DE1, "texture2darray": 0x8C1A, "texture3d": 0x806F}
_SWIZZLE = 0x8E46
_LETTERS = {"R": 0x1903, "G": 0x1904, "B": 0x1905, "A": 0x1906, "0": 0, "1": 1}
_TRANSFERS = {1: 0x1903, 2: 0x8227, 3: 0x1907, 4: 0x1908}
_TYPES = {"f1": 0x1401, "nu2": 0x1403, "f2": 0x140B, "f4": 0x1406}
_PACK, _UNPACK = 0x0D05, 0x0CF5
_READ, _WRITE, _BOTH = 0x88B8, 0x88B9, 0x88BA


class Volume:
    """One texture with slices; it does for them what moderngl's Texture does for pictures."""

    def __init__(self, width: int, height: int, format: str, kind: str, depth: int) -> None:
        self.size = (width, height, depth)
        self._made = FORMATS[format]
        self.target = _TARGETS[kind]
        name = ctypes.c_uint()
        gl.call("glGenTextures", 1, ctypes.byref(name))
        self.glo = name.value
        with self._bound():
            gl.call("glTexStorage3D", self.target, 1, self._made.internal, width, height, depth)

    def _set_swizzle(self, letters: str) -> None:
        values = (ctypes.c_int * 4)(*(_LETTERS[letter] for letter in letters))
        with self._bound():
            gl.call("glTexParameteriv", self.target, _SWIZZLE, values)

    swizzle = property(fset=_set_swizzle, doc="What reading gives for R, G, B and A.")

    @contextmanager
    def _bound(self) -> Iterator[None]:
        """Bind for a while: what stayed bound would be read by samplers that nobody feeds."""
        gl.call("glBindTexture", self.target, self.glo)
        yield
        gl.call("glBindTexture", self.target, 0)

    def use(self, unit: int) -> None:
        """Bind to a texture unit."""
        gl.call("glActiveTexture", gl.ACTIVE_TEXTURE + unit)
        gl.call("glBindTexture", self.target, self.glo)

    def bind_to_image(self, unit: int, read: bool, write: bool, level: int, format: int) -> None:
        """Bind all slices to an image unit."""
        access = _BOTH if read and write else _WRITE if write else _READ
        gl.call("glBindImageTexture", unit, self.glo, level, 1, 0, access, format)

    def read(self) -> bytes:
        """The stored values of all slices, the first one first."""
        width, height, depth = self.size
        made = self._made
        data = ctypes.create_string_buffer(width * height * depth * made.components * made.dtype.itemsize)
        gl.call("glPixelStorei", _PACK, 1)
        with self._bound():
            gl.call("glGetTexImage", self.target, 0, _TRANSFERS[made.components], _TYPES[made.transfer], data)
        return data.raw

    def write(self, data: bytes | NDArray[Any]) -> None:
        """Store values for all slices."""
        raw = data if isinstance(data, bytes) else data.tobytes()
        made = self._made
        formats = _TRANSFERS[made.components], _TYPES[made.transfer]
        gl.call("glPixelStorei", _UNPACK, 1)
        with self._bound():
            gl.call("glTexSubImage3D", self.target, 0, 0, 0, 0, *self.size, *formats, ctypes.c_char_p(raw))

    def put(self, slice: int, texture: int) -> None:
        """Copy a 2D texture, by its GL name, of the same size and format into a slice."""
        width, height, _ = self.size
        source = texture, _TARGETS["texture2d"], 0, 0, 0, 0
        gl.call("glCopyImageSubData", *source, self.glo, self.target, 0, 0, 0, slice, width, height, 1)

    def copy(self, other: Volume) -> None:
        """Copy all slices of one of the same kind, size and format."""
        source = other.glo, other.target, 0, 0, 0, 0
        gl.call("glCopyImageSubData", *source, self.glo, self.target, 0, 0, 0, 0, *self.size)

    def release(self) -> None:
        """Give the texture back to the driver."""
        gl.delete_texture(self.glo)
