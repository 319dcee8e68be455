"""How encoders keep pictures: the planes of luma and chroma, and where their samples lie in memory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import GpuError


class _Format(NamedTuple):
    """Pixels that a chroma sample covers across and down, bits, how far up they are shifted, U and V side by side."""

    across: int
    down: int
    bits: int
    shift: int = 0
    interleaved: bool = False


_FORMATS = {
    "nv12": _Format(2, 2, 8, 0, True),
    "nv16": _Format(2, 1, 8, 0, True),
    "p010le": _Format(2, 2, 10, 6, True),
    "p210le": _Format(2, 1, 10, 6, True),
    "yuv444p10msble": _Format(1, 1, 10, 6),
    "yuv420p": _Format(2, 2, 8),
    "yuv422p": _Format(2, 1, 8),
    "yuv444p": _Format(1, 1, 8),
    "yuv420p10le": _Format(2, 2, 10),
    "yuv422p10le": _Format(2, 1, 10),
    "yuv444p10le": _Format(1, 1, 10),
}
NAMES = tuple(_FORMATS)
"""The names of the layouts, which are FFmpeg's. ``msble`` and ``p…`` keep their 10 bits in the high bits of 16."""


class Plane(NamedTuple):
    """One plane of a layout: byte offset, bytes from row to row, rows, samples in a row."""

    offset: int
    pitch: int
    rows: int
    columns: int


@dataclass(frozen=True)
class YuvLayout:
    """Where the samples of a ``width``×``height`` picture lie in memory; rows go from the top to the bottom.

    ``name`` is FFmpeg's of the pixel format, one of NAMES. ``pitch`` is the bytes from one row of luma to the next,
    0 the least there can be. The planes follow each other: luma, then U and V, or one plane with U and V in turns,
    which has luma's pitch; in 4:2:0 and 4:2:2 planes of their own have half of it. Odd sizes count half a chroma
    sample as one. GpuError for an unknown name or too small a pitch.
    """

    name: str
    width: int
    height: int
    pitch: int = 0

    def __post_init__(self) -> None:
        if self.name not in _FORMATS:
            raise GpuError(f"there is no YUV layout {self.name!r}; there are {', '.join(NAMES)}")
        if min(self.width, self.height) < 1:
            raise GpuError(f"a {self.width}×{self.height} picture has no {self.name} layout")
        chroma = self._chroma_columns * (2 if self._format.interleaved else 1)
        least = max(self.width, chroma if self._format.interleaved else 0) * self.sample_bytes
        if self.pitch == 0:
            object.__setattr__(self, "pitch", least)
        if self.pitch < least or self.pitch % self.sample_bytes:
            raise GpuError(
                f"a pitch of {self.pitch} bytes is not possible for {self.name} {self.width} pixels wide: at least "
                f"{least}, a multiple of {self.sample_bytes}"
            )

    @property
    def _format(self) -> _Format:
        return _FORMATS[self.name]

    @property
    def _chroma_columns(self) -> int:
        return -(-self.width // self._format.across)

    @property
    def across(self) -> int:
        """Columns of pixels that a chroma sample stands for."""
        return self._format.across

    @property
    def down(self) -> int:
        """Rows of pixels that a chroma sample stands for."""
        return self._format.down

    @property
    def bits(self) -> int:
        """Bits of a sample."""
        return self._format.bits

    @property
    def shift(self) -> int:
        """How far the bits of a sample are above the lowest of its 16: 6 in the high-aligned layouts."""
        return self._format.shift

    @property
    def interleaved(self) -> bool:
        """Whether U and V share a plane, in turns."""
        return self._format.interleaved

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample: 1, or 2, low byte first."""
        return 1 if self._format.bits == 8 else 2

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy type of a sample."""
        return np.dtype(np.uint8 if self.sample_bytes == 1 else "<u2")

    @property
    def planes(self) -> tuple[Plane, ...]:
        """Luma and chroma, in the order in which they lie in memory."""
        form, size = self._format, self.sample_bytes
        rows = -(-self.height // form.down)
        if form.interleaved:
            chroma = [(self.pitch, rows, 2 * self._chroma_columns)]
        else:
            chroma = [(-(-self.pitch // size // form.across) * size, rows, self._chroma_columns)] * 2
        shapes = [(self.pitch, self.height, self.width), *chroma]
        offsets = accumulate((pitch * count for pitch, count, _ in shapes), initial=0)
        return tuple(Plane(offset, *shape) for offset, shape in zip(offsets, shapes, strict=False))

    @property
    def nbytes(self) -> int:
        """Bytes of all planes with their padding."""
        return sum(plane.pitch * plane.rows for plane in self.planes)

    def views(self, memory: Any) -> tuple[NDArray[Any], ...]:
        """The planes in ``memory``, any buffer of at least ``nbytes``: arrays [rows, columns], not copied."""
        data: NDArray[Any] = np.frombuffer(memory, np.uint8, self.nbytes)
        size = self.sample_bytes
        return tuple(
            np.ndarray((rows, columns), self.dtype, data, offset, (pitch, size))
            for offset, pitch, rows, columns in self.planes
        )
