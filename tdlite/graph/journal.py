"""What a project tells: problems of its operators, and edits of its network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
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
