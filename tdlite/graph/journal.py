"""What a project tells: problems of its operators, and edits of its network."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from .pace import Standing

if TYPE_CHECKING:
    from .engine import Fault
    from .op import OP


class Problem(NamedTuple):
    """An error or a warning that an operator showed."""

    path: str
    message: str
    frame: int
    warning: bool
    kind: str = ""
    """'device', 'encoder' or 'output' where the error is of that sort."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Change(NamedTuple):
    """One edit of the network, as the change log tells it."""

    kind: str
    """create, destroy, rename, wire, parameter, pulse, flag or text."""
    op: OP
    details: dict[str, Any]


class Reporting(Standing):
    """The errors and warnings of a project's operators: each is told once, and again when it comes again."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: deque[Problem] = deque(maxlen=10_000)
        """Errors and warnings in the order in which they came up."""
        self.failed = False
        """Whether any operator had an error in any frame."""
        self.on_problem: list[Callable[[Problem], None]] = []
        self._reported: dict[int, set[str]] = {}
        """What has been told of each operator, by its id."""

    def fault_changed(self, op: OP, fault: Fault | None, before: Fault | None) -> None:
        """An operator shows another error than before: report it once, unless it only depends on another's."""
        reported = self._reported.setdefault(op.id, set())
        if before is not None and before.own:
            reported.discard(before.message)
        if fault is not None and fault.own and fault.message not in reported:
            reported.add(fault.message)
            self.report(op, fault.message, kind=fault.kind)

    def warnings_gone(self, op: OP, before: list[str]) -> None:
        """Warnings that ``op`` showed ``before`` and does not show now may be reported again."""
        reported = self._reported.get(op.id, set())
        for message in before:
            if message not in op.warnings_now and message not in op._cautions:
                reported.discard(message)

    def report(self, op: OP, message: str, warning: bool = False, kind: str = "") -> None:
        """Tell whoever listens that an operator shows an error or a warning."""
        problem = Problem(op.path, message, self.frame, warning, kind)
        if warning:
            reported = self._reported.setdefault(op.id, set())
            if message in reported:
                return
            reported.add(message)
        else:
            self.failed = True
        self.problems.append(problem)
        for listener in self.on_problem:
            listener(problem)
