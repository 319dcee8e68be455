"""Which operators there are: found by their files, imported at first use."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from typing import TypeVar

from tdlite.graph.errors import OpError
from tdlite.graph.op import OP
from tdlite.graph.paths import nearest

FAMILIES = ("TOP", "CHOP", "DAT", "COMP")
_registered: dict[str, type[OP]] = {}

C = TypeVar("C", bound=type[OP])


@cache
def builtin() -> dict[str, str]:
    """The built-in operators: class name → module. The files are listed, not imported."""
    spec = importlib.util.find_spec("tdlite.nodes")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or ())))
    return {
        file.stem + family: f"tdlite.nodes.{family.lower()}.{file.stem}"
        for family in FAMILIES
        for file in sorted((folder / family.lower()).glob("*.py"))
        if not file.stem.startswith("_")
    }


def names() -> list[str]:
    """The names of all operator types, built-in and registered."""
    return sorted({*builtin(), *_registered})


def find(name: str) -> type[OP]:
    """The class of an operator type; OpError with the nearest name when there is none."""
    found = _registered.get(name)
    if found is None:
        module = builtin().get(name)
        if module is None:
            raise OpError(f"there is no operator type {name!r}{nearest(name, names())}; tdlite ops lists them")
        found = getattr(importlib.import_module(module), name)
        _registered[name] = found
    return found


def register(cls: C) -> C:
    """Make an operator class of one's own known by its name; usable as a decorator.

    OpError if the name does not end in its family, or a built-in operator has it.
    """
    if not (isinstance(cls, type) and issubclass(cls, OP) and hasattr(cls, "table")):
        raise OpError(f"{cls!r} is not an operator class: derive it from TOP, CHOP, DAT or COMP, and end its name so")
    if cls.__name__ in builtin():
        raise OpError(f"{cls.__name__} is a built-in operator; name yours differently")
    _registered[cls.__name__] = cls
    return cls


def load(path: str | os.PathLike[str]) -> list[type[OP]]:
    """Import a Python file and register the operator classes that it defines."""
    file = Path(path).resolve()
    spec = importlib.util.spec_from_file_location(f"tdlite_user_{file.stem}", file)
    if spec is None or spec.loader is None or not file.exists():
        raise OpError(f"there is no operator file {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, OP)
        and value.__module__ == spec.name
        and hasattr(value, "table")
    ]
    return [register(cls) for cls in own]
