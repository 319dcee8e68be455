"""Storage: values that scripts keep on operators; what fetched one notices when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from .engine import VALUE, Cell, Engine, same

MISSING: Any = object()


class Storage:
    """The stored values of one operator, with a cell for each key and one for all of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._values: dict[str, Any] = {}
        self._cells: dict[str, Cell] = {}

    def all(self) -> dict[str, Any]:
        """All values; the read is recorded, changes made in the dict itself are not noticed."""
        self._engine.read(self._cell(""))
        return self._values

    def get(self, key: str) -> Any:
        """A value, or MISSING."""
        self._engine.read(self._cell(key))
        return self._values.get(key, MISSING)

    def put(self, key: str, value: Any) -> None:
        """Keep a value. An equal one that cannot have been changed in place is no change."""
        if key not in self._values or not same(value, self._values[key]) or not _is_plain(value):
            self._changed(key)
            self._values[key] = value

    def remove(self, patterns: tuple[str, ...]) -> None:
        """Forget the values whose keys match."""
        for key in list(self._values):
            if any(fnmatchcase(key, word) for word in patterns):
                self._changed(key)
                del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def _cell(self, key: str) -> Cell:
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell(VALUE, f"storage {key!r}")
        return cell

    def _changed(self, key: str) -> None:
        for each in (key, ""):
            self._cells[each] = self._engine.changed(self._cell(each))


def _is_plain(value: Any) -> bool:
    """Whether a value cannot have been changed in place."""
    return value is None or isinstance(value, (int, float, str, bytes))
