"""How a command ends: exit codes, and the exception that carries one with a message."""

from __future__ import annotations

from tdlite.graph.engine import kind_of
from tdlite.graph.errors import TdError

DONE = 0
FAILED = 1
"""An operator had an error in any frame."""
USAGE = 2
"""The arguments or the network file are wrong."""
DEVICE = 3
"""There is no usable GL device."""
ENCODER = 4
OUTPUT = 5
"""Something could not be read or written."""
INTERRUPTED = 130

EXPLAINED = (
    "exit codes: 0 done, 1 an operator had an error, 2 usage, 3 no usable GL device, 4 encoder, 5 input/output, "
    "130 interrupted"
)

_KINDS = {"device": DEVICE, "encoder": ENCODER, "output": OUTPUT}


class Stop(Exception):
    """End the command with ``code`` and a message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def code_of_kind(kind: str) -> int:
    """The exit code for an error of that kind; FAILED when the error says none."""
    return _KINDS.get(kind, FAILED)


def code_of(error: BaseException, otherwise: int) -> int:
    """The exit code for an exception."""
    kind = kind_of(error)
    if kind:
        return code_of_kind(kind)
    return OUTPUT if isinstance(error, OSError) else otherwise


def is_plain(error: BaseException) -> bool:
    """Whether the error's text is a message for users, which needs no type before it."""
    return isinstance(error, (TdError, OSError)) or bool(kind_of(error) or getattr(error, "is_message", False))
