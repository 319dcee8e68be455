"""What callbacks a text defines, found without running it; those that a DAT does not have are told in words."""

from __future__ import annotations

import ast
from collections.abc import Mapping
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
    return list(dat.outline(text).absent(bound, tuple(callbacks.items()), required, where))


class Outline:
    """What a text may define, however it does. A DAT keeps that of its text, to be asked in every frame."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._told: dict[tuple[object, ...], tuple[str, ...]] = {}
        """What was said to each question, since it is the same as long as the text is."""
        try:
            tree: ast.Module | None = ast.parse(text)
        except (SyntaxError, ValueError):
            tree = None  # that is an error when it is run
        self._runs = tree is not None
        self._names = set() if tree is None else _names(tree)
        self._functions = () if tree is None else tuple(n.name for n in tree.body if isinstance(n, ast.FunctionDef))
        self.all = "*" in self._names
        """Whether it imports all that another module has."""

    def defines(self, name: str) -> bool:
        """Whether it may define ``name``; what does not compile may define all that it mentions."""
        return self.all or (name in self._names if self._runs else name in self.text)

    def absent(
        self, bound: tuple[str, ...], callbacks: tuple[tuple[str, str], ...], required: bool, where: str
    ) -> tuple[str, ...]:
        """The sentences of ``absent``, for a DAT with these bound functions."""
        question = bound, callbacks, required, where
        if question not in self._told:
            self._told[question] = self._absent(*question)
        return self._told[question]

    def _absent(
        self, bound: tuple[str, ...], callbacks: tuple[tuple[str, str], ...], required: bool, where: str
    ) -> tuple[str, ...]:
        if not self._runs:
            return ()
        known = dict(callbacks)
        missing = {name: given for name, given in callbacks if name not in bound and not self.defines(name)}
        meant = {closest(name, missing, _ALIKE): name for name in (*bound, *self._functions) if name not in known}
        return tuple(
            f"there is no callback {name}({arguments}) in {where}"
            + (f" (nearest: {meant[name]!r})" if name in meant else "")
            for name, arguments in missing.items()
            if required or name in meant
        )


def _names(tree: ast.Module) -> set[str]:
    """What a text may define."""
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
