"""Time from the integer frame and a rational rate; reading any of it makes the reader time-dependent."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .engine import VALUE, Cell
from .errors import TdError

if TYPE_CHECKING:
    from .project import Project


def rational(rate: float | Fraction | int) -> Fraction:
    """A frame rate as a fraction: 23.976, 29.97, 59.94 mean n·1000/1001, others are taken as they are."""
    exact = Fraction(rate).limit_denominator(1_000_000)
    ntsc = Fraction(round(exact) * 1000, 1001)
    return ntsc if exact.denominator != 1 and abs(exact - ntsc) < Fraction(1, 500) else exact


class AbsTime:
    """``absTime``: frames and seconds since the project began; never loops."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def frame(self) -> int:
        """The frame being cooked; frame 1 is 0 seconds."""
        return self._project._read_frame()

    @property
    def seconds(self) -> float:
        """``(frame − 1) / rate``, exactly rounded."""
        project = self._project
        project.engine.read(project._frame_cell)
        return project.seconds_now

    @property
    def step(self) -> int:
        """Frames since the previous frame: 1 unless real time made it skip."""
        self._project._read_frame()
        return self._project.step_now

    @property
    def stepSeconds(self) -> float:
        return float(self.step / self._project.rate)


class Timeline:
    """The root timeline: a looping range of frames over absolute time. ``me.time``, ``root.time``."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._cell = Cell(VALUE, "timeline")
        self._start = 1
        self._end = 600
        self._loop = True
        self.tempo = 120.0
        self.frame_now = 1.0

    @property
    def frame(self) -> float:
        """The position on the timeline, 1-based."""
        self._project._read_frame()
        return self.frame_now

    @property
    def seconds(self) -> float:
        """The position as time: ``(frame − 1) / rate``."""
        return float((Fraction(self.frame) - 1) / self._project.rate)

    @property
    def rate(self) -> float:
        return float(self._project.rate)

    @property
    def end(self) -> int:
        """The last frame."""
        self._project.engine.read(self._cell)
        return self._end

    @end.setter
    def end(self, frame: int) -> None:
        if int(frame) < self._start:
            raise TdError(f"the timeline cannot end at frame {frame}, before its start {self._start}")
        self._cell = self._project.engine.changed(self._cell)
        self._end = int(frame)

    @property
    def start(self) -> int:
        """The first frame of the loop."""
        self._project.engine.read(self._cell)
        return self._start

    @property
    def loop(self) -> bool:
        """Whether the frame after the last one is the first again."""
        self._project.engine.read(self._cell)
        return self._loop

    @loop.setter
    def loop(self, on: bool) -> None:
        self._cell = self._project.engine.changed(self._cell)
        self._loop = bool(on)

    @property
    def play(self) -> bool:
        """True: time goes on with every frame that run() cooks."""
        return True

    rangeStart = property(lambda self: self.start)
    rangeEnd = property(lambda self: self.end)

    def at(self, frame: int) -> None:
        """Stand at absolute frame ``frame``."""
        length = self._end - self._start + 1
        self.frame_now = float((frame - self._start) % length + self._start) if self._loop else float(frame)
