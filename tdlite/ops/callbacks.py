"""Callbacks that a DAT does not have: told in words, with the misspelt function that may have been meant."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from tdlite.graph.paths import closest

if TYPE_CHECKING:
    from .dat import DAT

_ALIKE = 0.8
"""How similar a function's name is to that of a callback, of 1, to be taken for a misspelt one."""


def absent(dat: DAT, callbacks: Mapping[str, str], required: bool, where: str = "the text") -> list[str]:
    """A sentence for each of the ``callbacks``, name to arguments, that is not there and should be.

    That is all of them where they are ``required``, because they will be called; else those that a function resembles
    which is none of them. Nothing is said of a DAT that is still empty, or whose text does not run.
    """
    bound = dat.bound
    if dat.script_errors or all(name in bound for name in callbacks):
        return []
    text = dat.text
    if not (bound or text.strip()):
        return []
    return list(_absent(text, bound, tuple(callbacks.items()), required, where))


@lru_cache(256)
def _absent(
    text: str, bound: tuple[str, ...], callbacks: tuple[tuple[str, str], ...], required: bool, where: str
) -> tuple[str, ...]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()  # that is an error when it is run
    there = {*bound, *_names(tree)}
    missing = {name: arguments for name, arguments in callbacks if name not in there and "*" not in there}
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    known = dict(callbacks)
    meant = {closest(name, missing, _ALIKE): name for name in (*bound, *functions) if name not in known}
    return tuple(
        f"there is no callback {name}({arguments}) in {where}"
        + (f" (nearest: {meant[name]!r})" if name in meant else "")
        for name, arguments in missing.items()
        if required or name in meant
    )


def _names(tree: ast.Module) -> set[str]:
    """What a text may define, however it does."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name)
    return names
