"""Parameters as plain data: one of them, groups, runs of blocks and pages; and what values they take.

Documentation, stubs, coercion and the shader's parameter block are all derived from these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import ParError
from .paths import nearest

NUMERIC = frozenset({"Float", "Int", "Toggle", "Menu", "Pulse", "Momentary"})
"""Styles whose value is a number or stands for one."""
REFERENCES = frozenset({"OP", "TOP", "CHOP", "DAT", "COMP"})


class Pulses:
    """Presses of a button: how many, and the frame that the last ones are dated with."""

    __slots__ = ("before", "count", "frame")

    def __init__(self, count: int = 0, frame: int = 0, before: int = 0) -> None:
        self.count = count
        self.frame = frame
        self.before = before
        """The count before those of ``frame``."""

    def __bool__(self) -> bool:
        return False  # a button is not held down

    def by(self, frame: int) -> int:
        """How many presses are dated with ``frame`` or earlier."""
        return self.count if self.frame <= frame else self.before


@dataclass(frozen=True, slots=True)
class ParDef:
    """One parameter: its name, style and default, and what is said about it."""

    name: str
    style: str
    default: Any = 0
    label: str = ""
    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    clamp_low: bool = True
    clamp_high: bool = True
    norm_low: float | None = None
    norm_high: float | None = None
    menu: tuple[tuple[str, str], ...] = ()
    group: str = ""
    aliases: tuple[str, ...] = ()
    page: str = ""
    read_only: bool = False
    enable: bool = True
    section: bool = False
    custom: bool = False
    default_expr: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(token for token, _ in self.menu)

    def coerce(self, value: Any) -> Any:
        """``value`` as this parameter stores it; ParError says what it takes, to be put after its name."""
        convert = _COERCE.get(self.style)
        return value if convert is None else convert(self, value)

    def clamped(self, value: float) -> float:
        """``value`` within the limits that clamp."""
        if self.low is not None and self.clamp_low and value < self.low:
            return type(value)(self.low)
        if self.high is not None and self.clamp_high and value > self.high:
            return type(value)(self.high)
        return value


def _number(kind: type[float] | type[int]) -> Callable[[ParDef, Any], Any]:
    def convert(pardef: ParDef, value: Any) -> Any:
        if isinstance(value, (str, bytes)) or value is None:
            raise ParError(f"takes a number, not {value!r}")
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise ParError(f"takes a number, not {value!r}") from None
        if not math.isfinite(number):
            return number
        return pardef.clamped(kind(value) if kind is int and isinstance(value, int) else kind(number))

    return convert


def _toggle(pardef: ParDef, value: Any) -> bool:
    if isinstance(value, str):
        raise ParError(f"is a toggle: it takes True or False, not {value!r}")
    return bool(value)


def _menu(pardef: ParDef, value: Any) -> str:
    tokens = pardef.tokens
    if isinstance(value, str):
        if value in tokens:
            return value
        for token, label in pardef.menu:
            if value.lower() in (token.lower(), label.lower()):
                return token
        raise ParError(f"has no menu entry {value!r}{nearest(value, tokens)}; it has {', '.join(tokens)}")
    try:
        index = int(value)
    except (TypeError, ValueError, OverflowError):
        index = -1
    if not 0 <= index < len(tokens):
        named = f" (a number counts from 0; the one named {value} is {str(value)!r})" if str(value) in tokens else ""
        raise ParError(f"has no menu entry {value!r}{named}; it has {', '.join(tokens)}")
    return tokens[index]


def _text(pardef: ParDef, value: Any) -> str:
    return "" if value is None else str(value)


def _reference(pardef: ParDef, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return " ".join(getattr(item, "path", str(item)) for item in value)
    return value if hasattr(value, "path") else str(value)


_COERCE: dict[str, Callable[[ParDef, Any], Any]] = {
    "Float": _number(float),
    "Int": _number(int),
    "Toggle": _toggle,
    "Menu": _menu,
    **dict.fromkeys(("Str", "StrMenu", "File", "FileSave", "Folder", "Header"), _text),
    **dict.fromkeys(REFERENCES, _reference),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters declared together: ``XY("size")`` is sizex and sizey. Also the shader's view of them."""

    name: str
    pars: tuple[ParDef, ...]
    glsl: str = ""
    """Type of the field in the shader's parameter block; empty when the shader does not see it."""
    variant: bool = False
    """A compile-time constant of the shader: a menu or a switch that selects between different programs."""
    length: bool = False
    """Values are lengths in the unit that ``<name>unit`` selects; shaders get pixels."""


Item = Group | tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class BlockSequence:
    """A run of blocks of parameters: ``const0name``, ``const0value``, ``const1name``…"""

    name: str
    items: tuple[Group, ...]
    blocks: int = 1
    help: str = ""
    first: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of the first block where they are others."""

    def groups(self, block: int) -> list[Group]:
        """The declarations of block number ``block``."""
        prefix = f"{self.name}{block}"
        own = self.first if block == 0 else {}
        return [
            replace(
                group,
                name=prefix + group.name,
                pars=tuple(
                    replace(
                        p,
                        name=prefix + p.name,
                        group=prefix + group.name,
                        default=_numbered(own.get(p.name, p.default), block),
                    )
                    for p in group.pars
                ),
            )
            for group in self.items
        ]


def _numbered(default: Any, block: int) -> Any:
    """Text defaults may count: ``chan#`` is chan1 in block 0."""
    return default.replace("#", str(block + 1)) if isinstance(default, str) else default


@dataclass(frozen=True, slots=True)
class Page:
    """A page of parameters."""

    name: str
    items: tuple[Group | BlockSequence, ...] = field(default=())

    def __init__(self, name: str, *items: Item | BlockSequence) -> None:
        object.__setattr__(self, "name", name)
        flat: list[Group | BlockSequence] = []
        for item in items:
            flat.extend(item) if isinstance(item, tuple) else flat.append(item)
        object.__setattr__(self, "items", tuple(flat))
