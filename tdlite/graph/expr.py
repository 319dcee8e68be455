"""Parameter expressions: one Python expression, evaluated in the context of its operator."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from . import tdu
from .errors import OpError, ParError
from .finding import near
from .parvalues import ParMode
from .paths import nearest
from .scripts import CookLevel

if TYPE_CHECKING:
    from .op import OP
    from .project import Project

CONTEXT = (
    "me", "op", "ops", "opex", "parent", "root", "absTime", "project", "mod", "ext", "iop", "ipar", "run", "var",
)  # fmt: skip
"""Names whose meaning depends on the operator or the project."""

_CONSTANTS: dict[str, Any] = {"math": math, "tdu": tdu, "ParMode": ParMode, "CookLevel": CookLevel}


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


@lru_cache(8192)
def compiled(text: str) -> tuple[tuple[str, ...], Callable[..., Any]]:
    """The context names that an expression uses, and a function of them. SyntaxError if it is none."""
    source = text.strip()
    used = _names(compile(source or "None", "<expression>", "eval"))
    names = tuple(name for name in CONTEXT if name in used)
    function = eval(f"lambda {', '.join(names)}: (\n{source or None}\n)", dict(_CONSTANTS))
    return names, function


class Expressions:
    """Binds expression texts to operators of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def bind(self, owner: OP, text: str, inside: bool = False) -> Callable[[], Any]:
        """A function without arguments that evaluates ``text`` as ``owner`` would see it.

        With ``inside``, op() looks for the children of ``owner`` instead of its siblings.
        """
        try:
            names, function = compiled(text)
        except (SyntaxError, ValueError) as error:
            message = getattr(error, "msg", None) or str(error)

            def fail() -> Any:
                raise ParError(f"SyntaxError: {message}")

            return fail
        values = tuple(owner.op if inside and name == "op" else scope(owner, name) for name in names)
        return lambda: function(*values)

    def missing(self, owner: OP, text: str) -> str:
        """What a failed expression looks for in vain, as an end of its message: ``op('…')``, or a channel of it."""
        try:
            nodes = list(ast.walk(ast.parse(text.strip(), mode="eval")))
        except (SyntaxError, ValueError):
            return ""
        for node in nodes:
            match node:
                case ast.Call(func=ast.Name(id="op"), args=[ast.Constant(value=str(path))]) if not owner._find(path):
                    return f": no operator {path!r} from {owner.path}{near(owner, [path])}"
        for node in nodes:
            match node:
                case ast.Subscript(
                    value=ast.Call(func=ast.Name(id="op"), args=[ast.Constant(value=str(path))]),
                    slice=ast.Constant(value=key),
                ):
                    chop: Any = owner._find(path)[0]
                    if chop.isCHOP and chop[key] is None:
                        there = " ".join(channel.name for channel in chop) or "none"
                        return f": {chop.path} has no channel {key!r}; it has {there}"
        return ""


def scope(owner: OP, name: str) -> Any:
    """What a context name means for ``owner``."""
    project = owner.project
    match name:
        case "me":
            return owner
        case "op":
            return Finder(owner)
        case "ops":
            return Finder(owner).all
        case "opex":
            return Finder(owner).required
        case "parent":
            return Parent(owner)
        case "root":
            return project.root
        case "absTime":
            return project.absTime
        case "project":
            return project
        case "run":
            return lambda script, *args, **options: project.run_script(owner, script, *args, **options)
        case "mod":
            return Modules(owner)
        case "ext":
            return Upwards(owner, "extension", lambda comp, key: comp._extensions.find(key))
        case "iop":
            return Upwards(owner, "internal OP", lambda comp, key: comp._internal_ops().get(key))
        case "ipar":
            return Upwards(
                owner,
                "internal parameters",
                lambda comp, key: getattr(comp._internal_ops().get(key), "par", None),
            )
        case _:
            return lambda name, search=True: owner.fetch(name, "", search=search)


def script_globals(owner: OP, code: CodeType) -> dict[str, Any]:
    """The names that a script of ``owner`` starts with; operator types are among them where ``code`` names some."""
    import tdlite

    names: dict[str, Any] = {name: scope(owner, name) for name in CONTEXT}
    for name in _names(code):
        if name.endswith(("TOP", "CHOP", "DAT", "COMP")):
            with suppress(OpError):
                names[name] = owner.project.find_type(name)
        elif name == "CUDAMemoryShape":
            names[name] = tdlite.CUDAMemoryShape
    return {**_CONSTANTS, **names, "td": tdlite, "debug": print}


class Finder:
    """``op``: find operators from ``me``; ``op('noise1')`` is a sibling, ``op.Name`` a global OP shortcut."""

    __slots__ = ("_me",)

    def __init__(self, me: OP) -> None:
        self._me = me

    def __call__(self, *paths: Any) -> OP | None:
        for path in paths:
            found = self._me._find(path)
            if found:
                return found[0]
        return None

    def all(self, *paths: Any) -> list[OP]:
        """Every operator that matches any of the patterns."""
        out: dict[int, OP] = {}
        for path in paths:
            for found in self._me._find(path):
                out.setdefault(found.id, found)
        return list(out.values())

    def required(self, *paths: Any) -> OP:
        """The first match; OpError when there is none."""
        found = self(*paths)
        if found is None:
            raise OpError(f"no operator {' or '.join(map(repr, paths))} from {self._me.path}{near(self._me, paths)}")
        return found

    def __getattr__(self, shortcut: str) -> OP:
        if shortcut.startswith("_"):
            raise AttributeError(shortcut)
        found = self._me.project._shortcut(shortcut)
        if found is None:
            raise OpError(f"no operator has the Global OP Shortcut {shortcut!r}")
        return found


class Parent:
    """``parent``: ``parent()``, ``parent(2)``, ``parent.Shortcut``; otherwise it behaves as ``parent()``."""

    __slots__ = ("_me",)

    def __init__(self, me: OP) -> None:
        self._me = me

    def __call__(self, n: int = 1) -> Any:
        return self._me._ancestor(n)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        above = self._me._ancestor(1)
        comp = above
        while comp is not None:
            shortcut = comp.par["parentshortcut"]
            if shortcut is not None and shortcut.eval() == name:
                return comp
            comp = comp._ancestor(1)
        if above is None:
            raise OpError(f"{self._me.path} has no parent")
        return getattr(above, name)


class Upwards:
    """A name searched in the operator itself and then in each COMP above it."""

    __slots__ = ("_find", "_me", "_what")

    def __init__(self, me: OP, what: str, find: Callable[[Any, str], Any]) -> None:
        self._me = me
        self._what = what
        self._find = find

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        comp: OP | None = self._me
        while comp is not None:
            if comp.isCOMP:
                found = self._find(comp, name)
                if found is not None:
                    return found
            comp = comp._ancestor(1)
        raise OpError(f"{self._me.path} finds no {self._what} {name!r} in itself or above")


class Modules:
    """``mod``: the text of DATs as Python modules; ``mod.utils`` or ``mod('/lib/utils')``."""

    __slots__ = ("_me",)

    def __init__(self, me: OP) -> None:
        self._me = me

    def __call__(self, path: str) -> Any:
        found = self._me._find(path)
        if not found:
            raise OpError(f"no module DAT {path!r} from {self._me.path}{near(self._me, (path,))}")
        return found[0].module  # type: ignore[attr-defined]  # only DATs have one, and others say so

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        comp = self._me._ancestor(1)
        found = comp._find(name, inside=True) if comp is not None else []
        while comp is not None and not found:
            found = comp._find(f"local/modules/{name}", inside=True)
            comp = comp._ancestor(1)
        if not found:
            names = [child.name for child in self._me.parent().children] if self._me.parent() else []
            raise OpError(f"no module DAT {name!r} beside {self._me.path}{nearest(name, names)}")
        return found[0].module  # type: ignore[attr-defined]  # as above
