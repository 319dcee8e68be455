"""Declarations of parameters: what an operator's class says about them, as plain data.

``Page("Rectangle", XY("size", (0.5, 0.5)), Float("rotate", 0, unit="deg"))`` declares the parameters
``sizex``, ``sizey`` and ``rotate``. Documentation, stubs, coercion and the shader's parameter block are all
derived from these.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
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


# -- units -------------------------------------------------------------------------------------------------

LENGTH_UNITS = (("pixels", "P"), ("fraction", "F"), ("fractionaspect", "A"))
TIME_UNITS = (("samples", "I"), ("frames", "F"), ("seconds", "S"))


@dataclass(frozen=True, slots=True)
class Length:
    """A length in an image; adds the menu ``<name>unit``: pixels, fraction, fractionaspect.

    ``fraction`` is of the width for x and of the height for y and for single lengths; ``fractionaspect`` is
    of the height for both, so that equal numbers are equal lengths.
    """

    default: str = "fraction"
    suffix: str = "unit"


@dataclass(frozen=True, slots=True)
class Duration:
    """A time; adds the menu ``<name>units``: samples, frames, seconds."""

    default: str = "seconds"
    suffix: str = "units"


Unit = str | Length | Duration


def _with_unit(group: Group, unit: Unit) -> Group | tuple[Group, ...]:
    if isinstance(unit, str):
        return replace(group, pars=tuple(replace(p, unit=unit) for p in group.pars))
    menu = LENGTH_UNITS if isinstance(unit, Length) else TIME_UNITS
    name = group.name + unit.suffix
    label = f"{group.pars[0].label.rpartition(' ')[0] if len(group.pars) > 1 else group.pars[0].label} Unit"
    choice = ParDef(name, "Menu", unit.default, label, f"Unit of {group.name}.", menu=menu, group=name)
    return replace(group, length=isinstance(unit, Length)), Group(name, (choice,))


def _label(name: str) -> str:
    return name[:1].upper() + name[1:]


# -- kinds of parameters -------------------------------------------------------------------------------------


def _vector(style: str, parts: str | Sequence[str]) -> Callable[..., Item]:
    def declare(
        name: str,
        default: Sequence[float] | float = 0.0,
        *,
        label: str = "",
        help: str = "",
        low: float | None = None,
        high: float | None = None,
        unit: Unit = "",
        shader: bool = True,
    ) -> Item:
        values = tuple(default) if isinstance(default, Sequence) else (default,) * len(parts)
        text = label or _label(name)
        pars = tuple(
            ParDef(
                name + part,
                "Float",
                float(value),
                f"{text} {part.upper()}",
                help,
                low=low,
                high=high,
                group=name,
            )
            for part, value in zip(parts, values, strict=True)
        )
        return _with_unit(Group(name, pars, f"vec{len(parts)}" if shader else ""), unit)

    declare.__name__ = style
    declare.__doc__ = f"Declare a group of floats: {', '.join('<name>' + part for part in parts)}."
    return declare


XY = _vector("XY", "xy")
XYZ = _vector("XYZ", "xyz")
XYZW = _vector("XYZW", "xyzw")
WH = _vector("WH", "wh")
RGB = _vector("RGB", "rgb")
RGBA = _vector("RGBA", "rgba")
Pair = _vector("Pair", "12")
Quad = _vector("Quad", "1234")


def Color(
    name: str, default: Sequence[float], alpha: str, *, help: str = "", label: str = "", high: float | None = 1
) -> Item:
    """Declare a colour whose opacity, at most ``high``, has a name of its own; the shader sees one vec4."""
    text = label or _label(name)
    pars = [
        ParDef(name + part, "Float", float(value), f"{text} {part.upper()}", help, group=name)
        for part, value in zip("rgb", default, strict=False)
    ]
    opacity = float(default[3]) if len(default) > 3 else 1.0
    title = f"{text.removesuffix('Color')}Alpha" if text.endswith("Color") else f"{text} Alpha"
    pars.append(ParDef(alpha, "Float", opacity, title, "Opacity of it.", low=0, high=high, group=name))
    return Group(name, tuple(pars), "vec4")


def Float(
    name: str,
    default: float = 0.0,
    *,
    label: str = "",
    help: str = "",
    low: float | None = None,
    high: float | None = None,
    unit: Unit = "",
    shader: bool = True,
    expr: str = "",
    aliases: Sequence[str] = (),
) -> Item:
    """Declare a number. ``low`` and ``high`` clamp; ``expr`` is an expression that a new operator has in it."""
    pardef = ParDef(
        name,
        "Float",
        float(default),
        label or _label(name),
        help,
        "",
        low,
        high,
        group=name,
        aliases=tuple(aliases),
        default_expr=expr,
    )
    return _with_unit(Group(name, (pardef,), "float" if shader else ""), unit)


def Int(
    name: str,
    default: int = 0,
    *,
    label: str = "",
    help: str = "",
    low: int | None = None,
    high: int | None = None,
    unit: str = "",
    shader: bool = True,
    aliases: Sequence[str] = (),
) -> Group:
    """Declare a whole number. ``low`` and ``high`` clamp."""
    pardef = ParDef(
        name,
        "Int",
        int(default),
        label or _label(name),
        help,
        unit,
        low,
        high,
        group=name,
        aliases=tuple(aliases),
    )
    return Group(name, (pardef,), "int" if shader else "")


def Toggle(
    name: str,
    default: bool = False,
    *,
    label: str = "",
    help: str = "",
    shader: bool = True,
    variant: bool = False,
    aliases: Sequence[str] = (),
) -> Group:
    """Declare a switch."""
    pardef = ParDef(name, "Toggle", bool(default), label or _label(name), help, group=name, aliases=tuple(aliases))
    return Group(name, (pardef,), "bool" if shader else "", variant)


def Menu(
    name: str,
    items: Sequence[str | tuple[str, str]],
    default: str = "",
    *,
    label: str = "",
    help: str = "",
    shader: bool = True,
    variant: bool = False,
    aliases: Sequence[str] = (),
) -> Group:
    """Declare a choice between tokens; the shader sees the index. The default is the first token."""
    menu = tuple((item, _label(item)) if isinstance(item, str) else (item[0], item[1]) for item in items)
    pardef = ParDef(
        name,
        "Menu",
        default or menu[0][0],
        label or _label(name),
        help,
        menu=menu,
        group=name,
        aliases=tuple(aliases),
    )
    return Group(name, (pardef,), "int" if shader else "", variant)


def _plain(style: str, summary: str, default: Any) -> Callable[..., Group]:
    def declare(
        name: str,
        default: Any = default,
        *,
        label: str = "",
        help: str = "",
        expr: str = "",
        aliases: Sequence[str] = (),
    ) -> Group:
        pardef = ParDef(
            name,
            style,
            default,
            label or _label(name),
            help,
            group=name,
            aliases=tuple(aliases),
            default_expr=expr,
        )
        return Group(name, (pardef,))

    declare.__name__ = style
    declare.__doc__ = summary
    return declare


Str = _plain("Str", "Declare a text.", "")
File = _plain("File", "Declare the path of a file.", "")
Folder = _plain("Folder", "Declare the path of a folder.", "")
Python = _plain("Python", "Declare any Python object.", None)
Pulse = _plain("Pulse", "Declare a button.", Pulses())
OPRef = _plain("OP", "Declare a reference to operators: a path, a pattern or an operator.", "")
TOPRef = _plain("TOP", "Declare a reference to a TOP.", "")
CHOPRef = _plain("CHOP", "Declare a reference to a CHOP.", "")
DATRef = _plain("DAT", "Declare a reference to a DAT.", "")
COMPRef = _plain("COMP", "Declare a reference to a COMP.", "")


def StrMenu(name: str, items: Sequence[str] = (), default: str = "", *, label: str = "", help: str = "") -> Group:
    """Declare a text with suggestions."""
    menu = tuple((item, item) for item in items)
    return Group(name, (ParDef(name, "StrMenu", default, label or _label(name), help, menu=menu, group=name),))


def Blocks(
    name: str, *items: Item, blocks: int = 1, help: str = "", first: Mapping[str, Any] | None = None
) -> BlockSequence:
    """Declare blocks of parameters: ``const0name``, ``const0value``… A ``#`` in a text default is the number.

    ``first`` has the defaults of the first block, by the name in the block, where they are others.
    """
    flat: list[Group] = []
    for item in items:
        flat.extend(item) if isinstance(item, tuple) else flat.append(item)
    return BlockSequence(name, tuple(flat), blocks, help, first or {})


# -- all parameters of an operator class ------------------------------------------------------------------


class Block:
    """A part of a class's parameters that is evaluated together: the common page, or its own pages.

    ``row`` is the named tuple type of the values; ``start`` their position among all parameters.
    """

    def __init__(self, name: str, pages: Sequence[Page], start: int) -> None:
        self.pages = tuple(pages)
        self.start = start
        self.groups: list[Group] = []
        self.sequences: list[BlockSequence] = []
        self.defs: list[ParDef] = []
        for page in pages:
            for item in page.items:
                if isinstance(item, BlockSequence):
                    items = tuple(_on_page(group, page.name) for group in item.items)
                    self.sequences.append(replace(item, items=items))
                    continue
                item = _on_page(item, page.name)
                self.groups.append(item)
                self.defs.extend(item.pars)
        self.defaults = tuple(pardef.default for pardef in self.defs)
        self.row = _row(name, [pardef.name for pardef in self.defs])


def _on_page(group: Group, page: str) -> Group:
    return replace(group, pars=tuple(replace(pardef, page=page) for pardef in group.pars))


def _row(name: str, fields: list[str]) -> Any:
    """The named tuple type of a block's values: immutable, cheap, and it packs straight into a shader's block."""
    return namedtuple(name, fields)


class ParTable:
    """Everything a class declares: the own block, the common block, and names to positions."""

    def __init__(self, owner: str, own: Sequence[Page], common: Sequence[Page]) -> None:
        self.own = Block(f"{owner}_values", own, 0)
        self.common = Block(f"{owner}_common", common, len(self.own.defs))
        self.defs: list[ParDef] = self.own.defs + self.common.defs
        self.sequences = {item.name: item for item in self.own.sequences + self.common.sequences}
        self.defaults = [pardef.default for pardef in self.defs]
        self.index: dict[str, int] = {}
        for position, pardef in enumerate(self.defs):
            if pardef.name in self.index:
                raise ParError(f"{owner} declares the parameter {pardef.name!r} twice")
            self.index[pardef.name] = position
        for position, pardef in enumerate(self.defs):
            for alias in pardef.aliases:
                self.index.setdefault(alias, position)

    def pages(self) -> Iterator[Page]:
        yield from self.own.pages
        yield from self.common.pages
