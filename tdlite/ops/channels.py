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
            array = array.reshape(len(names), -1) if len(names) else np.zeros((0, 0))
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

    @property
    def end(self) -> int:
        """The index of the last sample."""
        return self.start + max(0, self.length - 1)

    def last(self) -> Channels:
        """Only the newest sample, no longer a slice."""
        return Channels(self.names, self.samples[:, -1:], self.rate, self.end, False, self.left, self.right,
                        self.default)  # fmt: skip

    def same(self, other: Channels) -> bool:
        """Whether both hold the same samples of the same names on the same time line."""
        return self.same_names(other) and self.same_range(other) and self.same_values(other)

    def same_names(self, other: Channels) -> bool:
        return self.names == other.names

    def same_range(self, other: Channels) -> bool:
        mine = (self.start, self.length, self.rate, self.sliced, self.left, self.right, self.default)
        return mine == (other.start, other.length, other.rate, other.sliced, other.left, other.right, other.default)

    def same_values(self, other: Channels) -> bool:
        return np.array_equal(self.samples, other.samples, equal_nan=True)

    def at(self, channel: int, index: float) -> float:
        """The value at a sample index, between samples linearly, outside by the extend conditions."""
        return float(self.sampled(np.array([index], dtype=np.float64))[channel, 0])

    def sampled(self, indices: NDArray[Any]) -> Samples:
        """All channels at sample indices, which need not be whole: [channels, len(indices)].

        Between samples linearly, outside by the extend conditions.
        """
        count = self.length
        if not count:
            return np.full((len(self), len(indices)), self.default)
        last = count - 1
        places = np.asarray(indices, dtype=np.float64) - self.start
        early, late = places < 0, places > last
        inside = places.copy()
        for outside, how in ((early, self.left), (late, self.right)):
            if how == "cycle":
                inside[outside] %= count
            elif how == "mirror":
                phase = inside[outside] % (2 * count)
                inside[outside] = np.where(phase < count, phase, 2 * count - 1 - phase)
        inside = np.clip(inside, 0, last)
        low = inside.astype(np.int64)
        high = np.minimum(low + 1, last)
        part, first = inside - low, self.samples[:, low]
        with np.errstate(over="ignore", invalid="ignore"):
            between = first + (self.samples[:, high] - first) * part
        # On a sample it is that sample, infinite ones as well.
        values: Samples = np.where(part == 0, first, between)
        for outside, how, edge in ((early, self.left, 0), (late, self.right, last)):
            if how == "default":
                values[:, outside] = self.default
            elif how == "slope" and last:
                with np.errstate(over="ignore", invalid="ignore"):
                    slope = self.samples[:, min(edge + 1, last)] - self.samples[:, min(edge + 1, last) - 1]
                    values[:, outside] = self.samples[:, edge, None] + slope[:, None] * (places[outside] - edge)
        return values

    def resampled(self, rate: float, start: int, length: int) -> Samples:
        """Samples of all channels at other times: ``length`` samples at ``rate`` from index ``start``."""
        return self.sampled((start + np.arange(length)) * (self.rate / rate))
