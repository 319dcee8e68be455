"""Memory of the CPU that the GPU copies into while it goes on."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import gl

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu


class HostBuffer:
    """So many bytes, mapped for good: ``copy`` asks for a copy, ``read`` waits for that copy alone.

    Reading a GL buffer itself would wait for everything that was drawn since, too.
    """

    def __init__(self, gpu: Gpu, nbytes: int) -> None:
        self._gpu = gpu
        gpu.check()
        self._name, address = gl.mapped_buffer(nbytes)
        self._memory: NDArray[np.uint8] = np.ctypeslib.as_array((ctypes.c_uint8 * nbytes).from_address(address))
        self._fence: int | None = None

    @property
    def size(self) -> int:
        """The bytes that it holds."""
        return len(self._memory)

    def copy(self, source: moderngl.Buffer) -> None:
        """Start copying a buffer of the same size."""
        gl.copy_buffer(source.glo, self._name, self.size)
        self._fence = gl.fence()

    def copy_texture(self, source: moderngl.Texture) -> None:
        """Start copying the pixels of a texture, rows from the bottom without padding, of the same size."""
        external: Any = self._gpu.ctx.external_buffer  # its stub lacks it
        source.read_into(external(self._name, self.size))
        self._fence = gl.fence()

    def read(self) -> NDArray[np.uint8]:
        """What was copied, once it is there: a copy of it, the caller's own."""
        self._gpu.check()
        if self._fence is not None:
            gl.wait(self._fence)
            self._fence = None
        made = self._gpu.memory.take(self.size)
        made[:] = self._memory
        return made

    def release(self) -> None:
        """Give the memory back."""
        if self._fence is not None:
            gl.wait(self._fence)
            self._fence = None
        gl.delete_buffer(self._name)
