"""Audio File In CHOP: the sound of a file, frame by frame."""

from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np

from tdlite.media.audio import Sound
from tdlite.media.soundfile import SoundFile
from tdlite.ops import CHOP, At, Channels, File, Float, Menu, Page, Pulse, Toggle
from tdlite.ops.choppage import exact

_UNITS = (("samples", "I"), ("frames", "F"), ("seconds", "S"), ("fraction", "%"))


def _unit(name: str, label: str, default: str = "seconds") -> Any:
    return Menu(f"{name}unit", _UNITS, default, label=f"{label} Unit", help=f"Unit of {label}.")


class Head(NamedTuple):
    """Where a file goes on: the sample that comes next, and what was asked for so far."""

    source: SoundFile | None = None
    place: Fraction = Fraction(0)
    presses: int = 0
    asked: Fraction | None = None
    """The index, where one was asked for."""


class Part(NamedTuple):
    """The samples of a file that play: from ``low`` up to ``high``, again and again or once."""

    source: SoundFile
    low: int
    high: int
    again: bool

    def read(self, first: int, count: int) -> Sound:
        """Samples at whole places, which may lie outside the part: there it comes again, or is silent."""
        out = np.zeros((self.source.channels, count))
        done = 0
        while done < count:
            place = first + done
            inside = self.low + (place - self.low) % (self.high - self.low) if self.again else place
            if inside < self.low:
                done += min(count - done, self.low - inside)
                continue
            take = min(count - done, self.high - inside)
            if take <= 0:
                break
            out[:, done : done + take] = self.source.read(inside, take)
            done += take
        return out

    def held(self, place: Fraction) -> Fraction:
        """The same place inside of the part."""
        if self.again:
            return self.low + (place - self.low) % (self.high - self.low)
        return min(max(place, Fraction(self.low)), Fraction(self.high))


class audiofileinCHOP(CHOP):
    """Play a sound file, or the sound of a movie: each frame has the samples of its time, at the file's rate.

    There is a channel for each of the file. Samples of the file come out as they are at speed 1; at other speeds they
    are interpolated. What does not play is silent: a stopped or cued file, an index that stands still, and what lies
    outside the file when it does not repeat.
    """

    title = "Audio File In"
    sliced = True
    parameters = (
        Page(
            "Play",
            File("file", help="The sound file, or a movie."),
            Pulse("reloadpulse", label="Reload", help="Open the file again."),
            Toggle("play", True, help="In sequential mode: off stays where it is."),
            Menu("playmode", (("locked", "Locked to Timeline"), ("specify", "Specify Index"), "sequential"),
                 "sequential", label="Play Mode", help="Follow the timeline, play from Index on, or go on by itself."),
            Float("speed", 1, low=-100, high=100, help="How fast; negative is backwards."),
            Toggle("cue", help="In sequential mode: wait at the cue point while on."),
            Pulse("cuepulse", label="Cue Pulse", help="In sequential mode: go on from the cue point."),
            Float("cuepoint", 0, label="Cue Point", help="Where Cue goes, and where a file begins."),
            _unit("cuepoint", "Cue Point"),
            Float("index", 0, help="In mode Specify Index: what to play in this frame, from 0."),
            _unit("index", "Index"),
            Menu("repeat", ("off", "on"), "on", help="Begin again at the end."),
            Toggle("trim", help="Play only the part between Trim Start and Trim End."),
            Float("trimstart", 0, label="Trim Start", help="Where the part begins."),
            _unit("trimstart", "Trim Start"),
            Float("trimend", 1, label="Trim End", help="Where it ends."),
            _unit("trimend", "Trim End", "fraction"),
            Toggle("mono", help="Mix all channels to one."),
            Float("volume", 1, low=0, help="Multiplies the samples."),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._source: SoundFile | None = None
        self._key: Any = None
        self._failed = False

    def initial(self) -> Head:
        return Head()

    def step(self, at: At, head: Head) -> tuple[Channels, Head]:
        par = at.par
        if not par.file:
            return Channels.empty(), Head()
        source = self._opened(at)
        part = self._part(par, source, at.rate)
        span = at.slice(source.rate)
        cue = part.low + _place(par.cuepoint, par.cuepointunit, part, at.rate)
        place, playing, asked, speed = head.place, True, None, exact(par.speed)
        match par.playmode:
            case "locked":
                time = at.op.time
                ends = (Fraction(time.frame) - time.start + 1) * source.rate / at.rate  # of this frame
                place = part.low + (floor(ends) - len(span)) * speed
            case "specify":
                place = asked = part.low + _place(par.index, par.indexunit, part, at.rate)
                playing = asked != head.asked or head.source is not source
            case _:
                if head.source is not source or par.cue or at.pulses("cuepulse", head.presses):
                    place = cue
                playing = par.play and not par.cue
        sound = _sampled(part, place, speed, len(span)) if playing else np.zeros((source.channels, len(span)))
        if playing:
            place += len(span) * speed
        if par.mono:
            sound = sound.mean(axis=0, keepdims=True)
        names = [f"chan{number + 1}" for number in range(len(sound))]
        after = Head(source, part.held(place), at.pressed("cuepulse"), asked)
        return Channels(names, sound * par.volume, source.rate, span.start, sliced=True), after

    def _opened(self, at: At) -> SoundFile:
        key = (self.project.find_file(at.par.file), at.pressed("reloadpulse"))
        if key != self._key or self._source is None:
            self._close()
            self._failed = True
            self._source, self._key = SoundFile(key[0]), key
            self._failed = False
        return self._source

    def _close(self) -> None:
        if self._source is not None:
            self._source.close()
        self._source = None

    @staticmethod
    def _part(par: Any, source: SoundFile, fps: Fraction) -> Part:
        whole = Part(source, 0, max(1, source.length), par.repeat == "on")
        if not par.trim:
            return whole
        low = min(max(floor(_place(par.trimstart, par.trimstartunit, whole, fps)), 0), whole.high - 1)
        high = min(max(floor(_place(par.trimend, par.trimendunit, whole, fps)), low + 1), whole.high)
        return whole._replace(low=low, high=high)

    def removed(self) -> None:
        self._close()
        super().removed()

    def own_info(self) -> dict[str, float]:
        source, head = self._source, self.state.after if self.state is not None else Head()
        if source is None or not self.values.row(0).file:
            return {**dict.fromkeys(_INFO, 0.0), "open_failed": float(self._failed)}
        part = self._part(self.values.row(0), source, self.project.rate)
        frame = float(source.rate / self.project.rate)
        length, place = part.high - part.low, float(head.place)
        values = (place - part.low, place, (place - part.low) / length, length, length / frame, source.length)
        return dict(zip(_INFO, (*values, source.length / frame, 1.0, 0.0, 0.0), strict=True))


_INFO = (
    *("sample", "true_sample", "fraction", "file_length", "file_length_frames", "true_file_length"),
    *("true_file_length_frames", "open", "opening", "open_failed"),
)


def _place(value: float, unit: str, part: Part, fps: Fraction) -> Fraction:
    """Samples from the beginning of the part. Frames are the project's."""
    match unit:
        case "seconds":
            return exact(value) * part.source.rate
        case "frames":
            return exact(value) * part.source.rate / fps
        case "fraction":
            return exact(value) * (part.high - part.low)
        case _:
            return exact(value)


def _sampled(part: Part, place: Fraction, speed: Fraction, count: int) -> Sound:
    """Samples at ``place``, ``place + speed``…: as they are at whole places, else between two, linearly."""
    if speed == 1 and place.denominator == 1:
        return part.read(int(place), count)
    low = floor(min(place, place + (count - 1) * speed))
    high = ceil(max(place, place + (count - 1) * speed)) + 1
    window = part.read(low, high - low + 1)
    places = float(place - low) + np.arange(count) * float(speed)
    whole = np.floor(places).astype(int)
    weight = places - whole
    sound: Sound = window[:, whole] * (1 - weight) + window[:, whole + 1] * weight
    return sound
