"""Finding operators by ids, paths and patterns; every look-up is recorded as a read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .errors import OpError
from .paths import is_pattern, nearest, pattern

if TYPE_CHECKING:
    from .op import OP
    from .pardef import ParDef


def find(me: OP, path: Any, inside: bool = False) -> list[OP]:
    """Operators named by ids, operators, paths or patterns; look-ups are recorded as reads.

    A relative path starts in the network that holds this operator, or with ``inside`` in this COMP.
    Dots alone count from the operator itself: ``.`` is it, ``..`` the COMP that holds it. A word that begins
    with ``^`` takes its matches away again. An operator that was destroyed is looked up by its path.
    """
    if path is None or path == "":
        return []
    if hasattr(path, "_read_structure"):
        (path._parent or path)._read_structure()
        return [path] if path.valid else find(me, path.path)
    if isinstance(path, int):
        return me.project._by_id(path)
    out: dict[int, OP] = {}
    words = str(path).split()
    if words and words[0].startswith("^"):
        words.insert(0, words[0][1:].rpartition("/")[0] + "/*" if "/" in words[0] else "*")
    for word in words:
        for found in _find_word(me, word.removeprefix("^"), inside):
            if word.startswith("^"):
                out.pop(found.id, None)
            else:
                out.setdefault(found.id, found)
    return list(out.values())


def _find_word(me: OP, word: str, inside: bool) -> Iterable[OP]:
    parts = [part for part in word.split("/") if part]
    if not word.startswith("/") and all(part in (".", "..") for part in parts):
        above = me._ancestor(parts.count(".."))
        return [above] if above is not None else []
    start: OP | None
    if word.startswith("/"):
        start = me.project.root
    elif (inside or parts[0] == ".") and me.isCOMP:
        start = me
    else:
        start = me._parent or me
    here: list[OP] = [start]
    for part in parts:
        if part == ".":
            continue
        if part == "..":
            here = [op._parent for op in here if op._parent is not None]
        elif is_pattern(part):
            compiled = pattern(part)
            here = [child for op in here for child in op._all_children() if compiled.match(child._name)]
        else:
            here = [child for op in here if (child := op._child(part)) is not None]
    return here


def near(me: OP, paths: Iterable[Any]) -> str:
    """A hint for a path that leads nowhere."""
    place: OP = me._parent or me
    return next(
        (hint for path in paths if (hint := nearest(str(path).rpartition("/")[2], [c.name for c in place.children]))),
        "",
    )


def references(me: OP, pardef: ParDef, value: Any) -> tuple[OP, ...]:
    """The operators that a reference parameter names; its family is checked."""
    if value is None or value == "":
        return ()
    found = find(me, value)
    text = getattr(value, "path", value)
    if not found and not is_pattern(str(text)):
        raise OpError(f"par.{pardef.name}: no operator {text!r} from {me.path}{near(me, (text,))}")
    if pardef.style != "OP":
        wrong = next((op for op in found if op.family != pardef.style), None)
        if wrong is not None and not is_pattern(str(text)):
            raise OpError(f"par.{pardef.name}: {wrong.path} is of type {wrong.opType}, not a {pardef.style}")
        found = [op for op in found if op.family == pardef.style]
    return tuple(found)


def relative_path(me: OP, op: OP) -> str:
    """The path that leads from ``me`` to ``op``."""
    if op._parent is None:
        return "/"
    mine, other = me.path.split("/")[1:-1], op.path.split("/")[1:]
    shared = 0
    while shared < len(mine) and shared < len(other) - 1 and mine[shared] == other[shared]:
        shared += 1
    return "/".join([".."] * (len(mine) - shared) + other[shared:])
