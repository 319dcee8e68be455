"""When Script operators cook, and what a script's error says."""

from __future__ import annotations

import enum

from .engine import sentence


class CookLevel(enum.Enum):
    """When a Script operator cooks, as its onGetCookLevel answers."""

    AUTOMATIC = "automatic"
    """When something that it reads changed, and its output is used."""
    ON_CHANGE = "onchange"
    """When something that it reads changed."""
    WHEN_USED = "whenused"
    """Every frame in which its output is used."""
    ALWAYS = "always"
    """Every frame."""

    def __repr__(self) -> str:
        return f"CookLevel.{self.name}"


def script_message(error: BaseException) -> str:
    """What a script's error says on its operator: the message and the line of the script, if it came so far."""
    if isinstance(error, SyntaxError):
        where = f"line {error.lineno}: " if error.lineno is not None else ""
        return f"{where}{type(error).__name__}: {error.msg}"
    where = ""
    trace = error.__traceback__ and error.__traceback__.tb_next  # the first is whoever called the script
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith("<") or trace.tb_next is None:
            where = f"line {trace.tb_lineno}, in {code.co_name}"
            if code.co_filename.startswith("<"):
                break
        trace = trace.tb_next
    return f"{where}: {sentence(error)}" if where else sentence(error)
