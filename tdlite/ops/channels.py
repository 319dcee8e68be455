"""Channels: what a CHOP cooks. N named channels of M samples, with a rate and a start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

EXTENDS = ("hold", "slope", "cycle", "mirror", "default")


class Channels:
    """Immutable samples: ``samples[channel, index]`` in float64, sample 0 at index ``start`` of the time line.

    ``sliced`` data hold just the samples of this frame. ``left``, ``right`` and ``default`` say what lies
    outside.
    """

    __slots__ = ("default", "left", "names", "rate", "right", "samples", "sliced", "start")

    def __init__(
        self,
        names: Sequence[str],
        samples: Samples | Sequence[Sequence[float]],
        rate: float = 60.0,
        start: int = 0,
        sliced: bool = False,
        left: str = "hold",
        right: str = "hold",
        default: float = 0.0,
    ) -> None:
        array = np.asarray(samples, dtype=np.float64)
        if array.ndim != 2:
            array = array.reshape(len(names), -1)
        array.flags.writeable = False
        self.names = tuple(names)
        self.samples = array
        self.rate = rate
        self.start = start
        self.sliced = sliced
        self.left = left
        self.right = right
        self.default = default

    @classmethod
    def single(cls, values: Mapping[str, float], rate: float = 60.0, sliced: bool = False, start: int = 0) -> Channels:
        """One sample a channel."""
        return cls(tuple(values), np.array([list(values.values())], dtype=np.float64).T, rate, start, sliced)

    @classmethod
    def empty(cls, rate: float = 60.0) -> Channels:
        return cls((), np.zeros((0, 0)), rate)

    def like(self, names: Iterable[str], samples: Any) -> Channels:
        """Other names and samples on the same time line."""
        return Channels(tuple(names), samples, self.rate, self.start, self.sliced, self.left, self.right, self.default)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def length(self) -> int:
        """Samples a channel."""
        return int(self.samples.shape[1])

    def index(self, name: str | int) -> int | None:
        """The position of a channel, or None."""
        if isinstance(name, int):
            return name if -len(self.names) <= name < len(self.names) else None
        try:
            return self.names.index(name)
        except ValueError:
            return None

    def at(self, channel: int, index: float) -> float:
        """The value at a sample index, between samples linearly, outside by the extend conditions."""
        row = self.samples[channel]
        last = len(row) - 1
        if last < 0:
            return self.default
        position = index - self.start
        if position < 0 or position > last:
            position_or_value = self._outside(row, position, last)
            if position_or_value[1] is not None:
                return position_or_value[1]
            position = position_or_value[0]
        low = int(position)
        fraction = position - low
        if fraction == 0.0 or low >= last:
            return float(row[min(low, last)])
        return float(row[low] + (row[low + 1] - row[low]) * fraction)

    def _outside(self, row: Samples, position: float, last: int) -> tuple[float, float | None]:
        early = position < 0
        edge = 0 if early else last
        count = last + 1
        match self.left if early else self.right:
            case "cycle":
                return position % count, None
            case "mirror":
                phase = position % (2 * count)
                return (phase if phase < count else 2 * count - 1 - phase), None
            case "default":
                return 0.0, self.default
            case "slope" if last:
                slope = row[1] - row[0] if early else row[last] - row[last - 1]
                return 0.0, float(row[edge] + slope * (position - edge))
            case _:
                return float(edge), None

    def resampled(self, rate: float, start: int, length: int) -> Samples:
        """Samples of all channels at other times: ``length`` samples at ``rate`` from index ``start``."""
        scale = self.rate / rate
        columns = [[self.at(channel, (start + i) * scale) for i in range(length)] for channel in range(len(self))]
        return np.array(columns, dtype=np.float64).reshape(len(self), length)
