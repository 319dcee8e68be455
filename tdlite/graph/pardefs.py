"""Declarations of parameters: what an operator's class says about them.

``Page("Rectangle", XY("size", (0.5, 0.5)), Float("rotate", 0, unit="deg"))`` declares the parameters
``sizex``, ``sizey`` and ``rotate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .pardef import BlockSequence, ParDef, Pulses
from .pardef import Group as Group
from .pardef import Item as Item
from .pardef import Page as Page

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
