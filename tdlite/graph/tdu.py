"""``tdu``: small utilities that expressions and scripts use."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from . import paths
from .engine import VALUE, Cell, Engine, same
from .proxy import unwrap

__all__ = [
    "Dependency", "base", "clamp", "digits", "expand", "match", "rand", "remap", "split", "tryExcept", "validName",
    "validPath",
]  # fmt: skip

base = paths.base
digits = paths.digits
expand = paths.expand


def rand(seed: Any) -> float:
    """A number in [0, 1) that depends on nothing but ``seed``; equal numbers are equal seeds."""
    plain = unwrap(seed)
    return random.Random(str(float(plain) if isinstance(plain, (int, float)) else plain)).random()


def clamp(value: Any, low: Any, high: Any) -> Any:
    """``value`` limited to [low, high]."""
    return min(max(value, low), high)


def remap(value: float, from_low: float, from_high: float, to_low: float, to_high: float) -> float:
    """Map one range to another linearly, without clamping. ZeroDivisionError for an empty range."""
    return to_low + (value - from_low) / (from_high - from_low) * (to_high - to_low)


def match(pattern: str, names: list[str], caseSensitive: bool = True) -> list[str]:
    """The names that match a pattern list, in their own order."""
    if caseSensitive:
        return paths.match(pattern, names)
    kept = set(paths.match(pattern.lower(), [name.lower() for name in names]))
    return [name for name in names if name.lower() in kept]


def split(text: Any, eval: bool = False) -> list[Any]:
    """Split as a shell does; with ``eval`` numbers become numbers."""
    import ast
    import shlex

    words = shlex.split(str(text))
    if not eval:
        return words
    out: list[Any] = []
    for word in words:
        try:
            out.append(ast.literal_eval(word))
        except (ValueError, SyntaxError):
            out.append(word)
    return out


def validName(text: str) -> str:
    """``text`` with everything that a name cannot hold replaced by underscores."""
    name = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in text) or "_"
    return "_" + name if name[0].isdigit() else name


def validPath(text: str) -> str:
    """Like validName for each part of a path."""
    return "/".join(validName(part) if part else "" for part in text.split("/"))


def tryExcept(first: Callable[[], Any], second: Any) -> Any:
    """``first()``; when it raises, ``second`` or what it returns."""
    try:
        return first()
    except Exception:
        return second() if callable(second) else second


class FileInfo(str):
    """A file path with questions answered."""

    __slots__ = ()

    @property
    def path(self) -> str:
        return str(self)

    @property
    def ext(self) -> str:
        return os.path.splitext(self)[1]

    @property
    def exists(self) -> bool:
        return os.path.exists(self)

    @property
    def dir(self) -> str:
        return os.path.dirname(self)

    @property
    def baseName(self) -> str:
        return os.path.basename(self)


class Dependency:
    """A value that wakes what read it: ``.val`` is recorded when read, and noticed when set."""

    def __init__(self, val: Any = None) -> None:
        self._val = val
        self._cells: WeakKeyDictionary[Engine, Cell] = WeakKeyDictionary()

    @property
    def val(self) -> Any:
        engine = _reading_engine()
        if engine is not None:
            engine.read(self._cells.setdefault(engine, Cell(VALUE, "a Dependency")))
        return self._val

    @val.setter
    def val(self, value: Any) -> None:
        if not same(value, self._val):
            self.modified()
            self._val = value

    def modified(self) -> None:
        """Say that a mutable value was changed in place."""
        for engine, cell in list(self._cells.items()):
            self._cells[engine] = engine.changed(cell)


def _reading_engine() -> Engine | None:
    from .project import Project

    return Project.computing_engine()
