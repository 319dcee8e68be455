"""A GL buffer through which things pass one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu


class Scratch:
    """One buffer, as large as the largest thing yet: what is in it is used before the next thing comes."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._buffer: moderngl.Buffer | None = None

    def _room(self, nbytes: int) -> moderngl.Buffer:
        """The buffer, with room for so many bytes and for whole words of 4."""
        needed = -(-nbytes // 4) * 4
        if self._buffer is None or self._buffer.size < needed:
            self.release()
            self._buffer = self._gpu.ctx.buffer(reserve=needed)
        return self._buffer

    def release(self) -> None:
        """Give the buffer back."""
        if self._buffer is not None:
            self._gpu.check()
            self._gpu.forget("buffer", self._buffer.glo)
            self._buffer.release()
            self._buffer = None
