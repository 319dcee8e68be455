"""The command line: ``tdlite`` and ``python -m tdlite``."""

from .main import main

__all__ = ["main"]
