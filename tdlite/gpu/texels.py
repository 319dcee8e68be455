"""Runs of numbers for shaders: texels, read one by one as a samplerBuffer, and curves, as a sampler1D."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import gl

if TYPE_CHECKING:
    from .context import Gpu


class Texels:
    """Floats [n, 1…4], n at least 1, on the GPU; ``texelFetch(name, i)`` is row i, missing components as in a texture.

    Released by the next frame's sweep when the last reference goes, on whatever thread.
    """

    def __init__(self, gpu: Gpu, values: NDArray[Any]) -> None:
        gpu.check()
        self._trash = gpu.trash
        self._buffer = gpu.ctx.buffer(np.ascontiguousarray(values, np.float32).tobytes())
        self._texture = gl.buffer_texture(self._buffer.glo, values.shape[1])

    def use(self, unit: int) -> None:
        """Bind to a texture unit."""
        gl.call("glActiveTexture", gl.ACTIVE_TEXTURE + unit)
        gl.call("glBindTexture", gl.TEXTURE_BUFFER, self._texture)

    def __del__(self) -> None:
        if hasattr(self, "_texture"):
            self._trash.extend((_Name(self._texture), self._buffer))


class Curve:
    """Floats as a texture that a shader reads as a sampler1D, red, between the first and the last of them."""

    def __init__(self, gpu: Gpu, values: NDArray[Any]) -> None:
        gpu.check()
        self._trash = gpu.trash
        self._texture = gl.curve_texture(np.ascontiguousarray(values, np.float32).tobytes())

    def use(self, unit: int) -> None:
        """Bind to a texture unit."""
        gl.call("glActiveTexture", gl.ACTIVE_TEXTURE + unit)
        gl.call("glBindTexture", gl.TEXTURE_1D, self._texture)

    def __del__(self) -> None:
        if hasattr(self, "_texture"):
            self._trash.append(_Name(self._texture))


class _Name:
    """A texture to delete, as the sweep takes it."""

    def __init__(self, name: int) -> None:
        self._name = name

    def release(self) -> None:
        gl.delete_texture(self._name)
