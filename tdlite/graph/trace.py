"""The record of cooks: who, in which frame, why, how long. Tests and benchmarks read it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .engine import Cell, Memo

if TYPE_CHECKING:
    from .op import OP
    from .project import Project


class Cook(NamedTuple):
    """One cook of one operator."""

    path: str
    frame: int
    why: str
    """What had changed: ``first``, or the read's name, for a result with the operator it belongs to."""
    milliseconds: float


def _reason(why: Cell | Memo | None) -> str:
    if isinstance(why, Memo):
        return f"{why.owner.path} {why.label}"
    return "first" if why is None else why.label


Record = tuple["OP | None", int, "Cell | Memo | None", float, float, float, float]
"""A cook as it is kept: operator, frame, why, start, end, frame of the timeline, when the frame began."""

NEVER: Record = (None, 0, None, 0.0, 0.0, 0.0, 0.0)
"""What stands for the last cook of an operator that has not cooked."""


class Trace:
    """The last cooks, newest last. Bounded, so it can stay on."""

    def __init__(self, project: Project, size: int = 20_000) -> None:
        self._project = project
        self._cooks: deque[Record] = deque(maxlen=size)
        self.count = 0
        """All cooks since the start, also those no longer kept."""

    def cooked(self, op: OP, start: float, end: float) -> Record:
        """Keep a cook; times by perf_counter."""
        project = self._project
        self.count += 1
        record = (op, project.begun or 1, op.result.why, start, end, project.timeline.frame_now, project.frame_began)
        self._cooks.append(record)
        return record

    def __iter__(self) -> Iterator[Cook]:
        for op, frame, why, start, end, *_ in self._cooks:
            assert op is not None
            yield Cook(op.path, frame, _reason(why), (end - start) * 1e3)

    def __len__(self) -> int:
        return len(self._cooks)

    @property
    def paths(self) -> list[str]:
        """The operators that cooked, in order."""
        return [op.path for op, *_ in self._cooks if op is not None]

    def clear(self) -> None:
        """Forget the cooks so far."""
        self._cooks.clear()
