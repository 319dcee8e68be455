"""The record of cooks: who, in which frame, why, how long. Tests and benchmarks read it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .engine import Cell, Memo

if TYPE_CHECKING:
    from .op import OP


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


class Trace:
    """The last cooks, newest last. Bounded, so it can stay on."""

    def __init__(self, size: int = 20_000) -> None:
        self._cooks: deque[tuple[OP, int, Cell | Memo | None, float]] = deque(maxlen=size)
        self.count = 0
        """All cooks since the start, also those no longer kept."""

    def cooked(self, op: OP) -> None:
        self.count += 1
        self._cooks.append((op, op.engine.frame, op.result.why, op.cookTime))

    def __iter__(self) -> Iterator[Cook]:
        for op, frame, why, milliseconds in self._cooks:
            yield Cook(op.path, frame, _reason(why), milliseconds)

    def __len__(self) -> int:
        return len(self._cooks)

    @property
    def paths(self) -> list[str]:
        """The operators that cooked, in order."""
        return [op.path for op, *_ in self._cooks]

    def clear(self) -> None:
        """Forget the cooks so far."""
        self._cooks.clear()
