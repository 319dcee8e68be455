"""The frames of a movie before any is decoded: when each is shown, and from which key frame it can be had."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from tdlite.media.errors import MediaError
from tdlite.media.rates import rational_rate

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream


@dataclass(frozen=True)
class Key:
    """A packet that decoding can begin with: its number in the file, its time and its decoding time, in ticks."""

    order: int
    pts: int
    dts: int | None


@dataclass(frozen=True)
class FrameIndex:
    """All frames of a stream in the order in which they are shown.

    ``shown`` are their times in ticks, ``numbers`` their numbers by time, ``orders`` the packets' numbers in the file
    by time; ``last`` the ticks that the last one stays. With ``counted`` the file tells no times: frames are known
    only by counting from the first.
    """

    shown: Sequence[int]
    numbers: dict[int, int]
    orders: dict[int, int]
    keys: Sequence[Key]
    last: int
    counted: bool = False

    def key_for(self, number: int, earlier: int = 0) -> Key:
        """The last key frame that frame ``number`` can be decoded from, or one of those before it."""
        time = self.shown[number]
        fit = [position for position, key in enumerate(self.keys) if key.pts <= time] if self._tangled else None
        position = fit[-1] if fit else bisect_right(self._key_times, time) - 1
        return self.keys[max(position - earlier, 0)]

    def __post_init__(self) -> None:
        times = [key.pts for key in self.keys]
        object.__setattr__(self, "_key_times", times)
        object.__setattr__(self, "_tangled", any(b < a for a, b in pairwise(times)))

    _key_times: Sequence[int] = ()
    _tangled: bool = False


def index_of(packets: Iterable[Packet[VideoStream]], codec: str) -> FrameIndex:
    """Read through a stream's packets; no frames when there are none. With pts missing or doubled, ``counted``."""
    shown: list[int] = []
    orders: dict[int, int] = {}
    keys: list[Key] = []
    usable, count, last = True, 0, 1
    for packet in packets:
        if packet.size == 0:  # the end
            continue
        if codec == "vp8" and not memoryview(packet)[0] >> 4 & 1:
            continue  # a picture that others refer to, never shown
        time = packet.pts
        if time is None or time in orders:
            usable = False
        else:
            orders[time] = count
            if packet.is_keyframe:
                keys.append(Key(count, time, packet.dts))
            if not packet.is_discard:
                shown.append(time)
                last = packet.duration or last
        count += 1
    if not usable:
        return counted(count)
    shown.sort()
    if keys:  # what comes before the first key frame cannot be decoded
        shown = shown[bisect_left(shown, min(key.pts for key in keys)) :]
    elif shown:
        keys.append(Key(0, shown[0], None))
    return FrameIndex(shown, {time: number for number, time in enumerate(shown)}, orders, keys, last)


def counted(count: int) -> FrameIndex:
    """The index of a movie whose frames have no times of their own."""
    return FrameIndex(range(count), {}, {}, [Key(0, 0, None)] if count else [], 1, True)


def timing(
    index: FrameIndex, tick: Fraction, claims: Iterable[Fraction | None]
) -> tuple[Fraction, tuple[Fraction, ...] | None]:
    """The frame rate, and if it varies the time of each frame in seconds, the first at 0.

    The rate is the first of ``claims`` that every frame keeps to within a tick and a half; else the mean.
    """
    shown = index.shown
    count = len(shown)
    rates = [rate for rate in claims if rate]
    if index.counted or count < 2:
        return (rates[0] if rates else Fraction(25)), None
    first, span = shown[0], shown[-1] - shown[0]
    mean = Fraction(count - 1) / (span * tick)
    try:
        rates += [rational_rate(float(mean)), mean]
    except MediaError:
        rates.append(mean)
    for rate in rates:
        step = 1 / (rate * tick)
        top, bottom = step.numerator, step.denominator
        if all(abs((time - first) * bottom - number * top) * 2 <= 3 * bottom for number, time in enumerate(shown)):
            return rate, None
    return mean.limit_denominator(1_000_000), tuple((time - first) * tick for time in shown)
