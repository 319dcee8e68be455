"""The standard streams, where whoever started the process has closed them, or stops reading."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def open_streams() -> None:
    """Let a standard stream that was closed (``>&-``) lead nowhere.

    Python has None for it, and the next file to be opened would get its number.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115 as long as the process


def tell(text: str) -> None:
    """Print a line on standard error, as long as there is somebody to read it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Let what is written to ``stream`` from now on, and what it still holds, lead nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
