"""Playing: which pictures of a movie are shown when, by the parameters of its Play and Trim pages."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

from tdlite.graph.pardefs import Float, Int, Item, Menu, Page, Pulse, Toggle
from tdlite.media.reading import PictureSource

from .choppage import exact
from .cook import At

UNITS = (("indices", "I"), ("frames", "F"), ("seconds", "S"), ("fraction", "%"))
EXTENDS = ("hold", "cycle", "mirror", "black", "zero")
BLACK, ZERO = -1, -2
"""In place of a picture: nothing, opaque and transparent."""


def _place(name: str, default: float, unit: str, label: str, help: str) -> tuple[Item, Item]:
    """A place in the movie and the menu of its unit."""
    choice = Menu(f"{name}unit", UNITS, unit, label=f"{label} Unit", shader=False, help=f"Unit of {label}.")
    return Float(name, default, label=label, shader=False, help=help), choice


def _items(*items: Item | tuple[Item, Item]) -> list[Any]:
    return [part for item in items for part in (item if isinstance(item, tuple) else (item,))]


play_page = (
    Menu("playmode", (("locked", "Locked to Timeline"), ("specify", "Specify Index"), "sequential"), "sequential",
         label="Play Mode", help="Follow the timeline, show Index, or go on from picture to picture."),
    Toggle("play", True, help="In sequential mode: off stays where it is."),
    Float("speed", 1, help="In sequential mode: how fast, negative is backwards."),
    Toggle("cue", help="In sequential mode: stay at the cue point while on."),
    Pulse("cuepulse", label="Cue Pulse", help="In sequential mode: jump to the cue point and go on from there."),
    *_items(_place("cuepoint", 0, "indices", "Cue Point", "Where Cue goes, and where a file begins.")),
    Menu("cuebehavior", (("repeat", "On Release, Repeat Cued Frame"), ("play", "On Release, Play Next Frame")),
         label="Cue Behavior", help="What the frame shows in which Cue goes off."),
    *_items(_place("index", 0, "indices", "Index", "In mode Specify Index: what to show, from 0.")),
    *_items(_place("loopcrossfade", 0, "indices", "Loop Crossfade",
                   "How much of the end fades into the beginning where Extend Right cycles; at most half.")),
    Int("stepsize", 1, low=1, label="Step Size", help="Show only every so manieth picture, each as much longer."),
    Menu("imageindexing", (("zero", "Zero Based"), ("filename", "Filename Based")), label="Image Sequence Indexing",
         help="Count the images of a sequence from 0, or by the number in each name."),
)  # fmt: skip

trim_page = Page(
    "Trim",
    Toggle("trim", help="Play only the part between Trim Start and Trim End."),
    *_items(_place("tstart", 0, "indices", "Trim Start", "Where the part begins.")),
    *_items(_place("tend", 1, "fraction", "Trim End", "Where it ends: the first picture after it.")),
    Menu("textendleft", EXTENDS, "cycle", label="Extend Left", help="What is shown before the beginning."),
    Menu("textendright", EXTENDS, "cycle", label="Extend Right", help="What is shown after the end."),
    Toggle("overridesample", label="Override Sample Rate", help="Play at Sample Rate instead of the file's."),
    Float("samplerate", 30, low=0, label="Sample Rate", unit="1/s", help="Pictures per second."),
)


class Place(NamedTuple):
    """What a moment shows: one picture, or two blended, ``weight`` of the second. BLACK and ZERO are no pictures."""

    first: int
    second: int = ZERO
    weight: float = 0.0
    odd: bool = False
    """Whether a picture that is split into fields shows its second one: in the later half of its time."""


class Position(NamedTuple):
    """Where a movie stands, before anything is extended: how many pictures from the beginning of what plays."""

    number: Fraction
    looped: bool = False


class Part(NamedTuple):
    """The part of a movie that plays: its first picture, how many there are, and how fast.

    ``base`` is the index of its first picture.
    """

    source: PictureSource
    first: int
    length: int
    rate: Fraction
    base: int
    crossfade: int

    def index_at(self, seconds: Fraction) -> Fraction:
        """The index at so many seconds after the beginning of the part."""
        if not self.varies:
            return self.base + seconds * self.rate
        total = self._time(self.length)
        laps = floor(seconds / total)  # beyond its ends a part goes on as if it came again
        seconds -= laps * total
        low, high = 0, self.length - 1
        while low < high:  # the last picture that is shown by then
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._time(middle) <= seconds else (low, middle - 1)
        inside = (seconds - self._time(low)) / (self._time(low + 1) - self._time(low))
        return self.base + laps * self.length + low + inside

    def seconds_at(self, index: Fraction) -> Fraction:
        """The inverse."""
        place = index - self.base
        if not self.varies:
            return place / self.rate
        laps = floor(place / self.length)
        place -= laps * self.length
        number = floor(place)
        inside = (place - number) * (self._time(number + 1) - self._time(number))
        return laps * self._time(self.length) + self._time(number) + inside

    @property
    def varies(self) -> bool:
        """Whether its pictures stay for different times."""
        return self.source.times is not None and self.rate == self.source.rate

    def _time(self, number: int) -> Fraction:
        """When a picture of the part begins, in seconds; for ``length``, when the last one ends."""
        times, number = self.source.times or (), self.first + number
        end = times[number] if number < len(times) else self.source.duration or times[-1]
        return end - times[self.first]


def part_of(row: Any, source: PictureSource, fps: Fraction) -> Part:
    """The part that a row of parameters chooses; without a rate of its own a file has ``fps``, the project's."""
    rate = (exact(row.samplerate) if row.overridesample else None) or source.rate or fps
    named = source.start if row.imageindexing == "filename" else 0
    whole = Part(source, 0, source.count, rate, named, 0)
    first, end = 0, source.count
    if row.trim:
        first = floor(place_of(row.tstart, row.tstartunit, whole, fps)) - named
        end = floor(place_of(row.tend, row.tendunit, whole, fps)) - named
        first = min(max(first, 0), source.count - 1)
        end = min(max(end, first + 1), source.count)
    part = whole._replace(first=first, length=end - first, base=named + first if named else 0)
    fade = place_of(row.loopcrossfade, row.loopcrossfadeunit, part, fps) - part.base
    return part._replace(crossfade=min(max(round(fade), 0), part.length // 2))


def place_of(value: float, unit: str, part: Part, fps: Fraction) -> Fraction:
    """The index that a number with a unit means. Frames are the project's."""
    match unit:
        case "indices":
            return exact(value)
        case "fraction":
            return part.base + exact(value) * part.length
        case "frames":
            return part.index_at(exact(value) / fps)
    return part.index_at(exact(value))


class Head(NamedTuple):
    """The state of sequential playing."""

    source: PictureSource | None = None
    number: Fraction = Fraction(0)
    cued: bool = False
    presses: int = 0


def advance(at: At, part: Part, head: Head) -> tuple[Position, Head]:
    """Go on from the last frame: one step of sequential playing."""
    par, presses = at.par, at.pressed("cuepulse")
    cue = place_of(par.cuepoint, par.cuepointunit, part, at.rate)
    index, before = head.number, head.number
    released = head.cued and not par.cue
    if head.source is not part.source or par.cue or at.pulses("cuepulse", head.presses):
        index = before = cue
    elif par.play and not (released and par.cuebehavior == "repeat"):
        index = part.index_at(part.seconds_at(index) + exact(par.speed) * at.elapsed / at.rate)
        if par.textendright == "hold":  # it waits at the end, ready to go back
            index = min(index, Fraction(part.base + part.length))
        if par.textendleft == "hold":
            index = max(index, Fraction(part.base))
    looped = _lap(index, part) != _lap(before, part)
    return Position(index, looped), Head(part.source, index, par.cue, presses)


def position(at: At, part: Part) -> Position:
    """Where a movie stands that follows the timeline or an index."""
    if at.par.playmode == "specify":
        return Position(place_of(at.par.index, at.par.indexunit, part, at.rate))
    time = at.op.time
    frame = Fraction(time.frame) - time.start
    index = part.index_at(frame / at.rate)
    return Position(index, frame > 0 and _lap(index, part) != _lap(part.index_at((frame - 1) / at.rate), part))


def _lap(index: Fraction, part: Part) -> int:
    """How often the part was played to its end."""
    return floor((index - part.base) / max(part.length - part.crossfade, 1))


def place(index: Fraction, part: Part, row: Any) -> Place:
    """The pictures that an index shows."""
    step = row.stepsize
    number = index - part.base
    low = floor(number / step) * step
    odd = row.deinterlace == "bob" and 2 * (number - floor(number)) >= 1
    fade, period = part.crossfade, part.length - part.crossfade
    if fade and row.textendright == "cycle" and number >= period:
        inside = number - floor(number / period) * period
        low = floor(inside / step) * step
        if inside < fade:
            return Place(part.first + period + low, part.first + low, float(inside / fade), odd)
        return Place(part.first + low, odd=odd)
    shown = _extended(low, part, row)
    weight = float((number - low) / step)
    if not row.interp or weight == 0:
        return Place(shown, odd=odd)
    return Place(shown, _extended(low + step, part, row), weight, odd)


def _extended(number: int, part: Part, row: Any) -> int:
    """The picture of the file that stands at a whole number of the part, or BLACK or ZERO."""
    length = part.length
    if not 0 <= number < length:
        match row.textendleft if number < 0 else row.textendright:
            case "hold":
                number = 0 if number < 0 else length - 1
            case "cycle":
                number %= length
            case "mirror":
                number %= 2 * length
                number = min(number, 2 * length - 1 - number)
            case "black":
                return BLACK
            case _:
                return ZERO
    return part.first + number
