"""The pace of the frame loop: held to the wall clock in real time; and when stateful operators step."""

from __future__ import annotations

import time as wall
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .project import Project


class Standing:
    """Where a project stands in time."""

    def __init__(self) -> None:
        self.begun = 0
        """The frame being cooked, or the last one cooked; 0 in a new project."""
        self.in_frame = False

    @property
    def frame(self) -> int:
        """The frame being cooked, or the last one cooked; 1 in a new project."""
        return max(self.begun, 1)

    @property
    def next_frame(self) -> int:
        """The frame that edits made now belong to."""
        return self.begun if self.in_frame else self.begun + 1


class Demanding:
    """A stretch in which stateful operators step, or do not; reusable and nestable."""

    def __init__(self, project: Project, on: bool) -> None:
        self._project = project
        self._on = on
        self._before: list[bool] = []

    def __enter__(self) -> None:
        project = self._project
        self._before.append(project.demanding)
        project.demanding = self._on
        if self._on and project.previewed:
            # What was read without stepping has to be asked again, now that it may step.
            project.previewed = False
            project.demand_cell = project.engine.changed(project.demand_cell)

    def __exit__(self, kind: object, error: object, where: object) -> None:
        self._project.demanding = self._before.pop()


class RealTime:
    """Holds the frame loop to the wall clock; skips frames when it is late."""

    def __init__(self, project: Project) -> None:
        self.period = float(1 / project.rate)
        self.next = wall.perf_counter()

    def wait(self) -> int:
        """Sleep until the next frame is due; how many frames have passed."""
        now = wall.perf_counter()
        if now < self.next:
            wall.sleep(self.next - now)
            steps = 1
        else:
            steps = 1 + int((now - self.next) / self.period)
        self.next += steps * self.period
        return steps
