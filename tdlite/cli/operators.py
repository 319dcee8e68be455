"""``tdlite ops``: which operators there are, and what one of them takes."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tdlite.graph.errors import OpError
from tdlite.graph.op import OP
from tdlite.graph.pardef import BlockSequence, Page, ParDef, Pulses
from tdlite.graph.project import Project
from tdlite.ops.registry import find, load, names

from .exits import USAGE, Stop
from .network import guarded


def command(args: argparse.Namespace) -> int:
    """List the operators, or describe one."""
    if args.name is None:
        rows = [_summary(find(name)) for name in names()]
        if args.json:
            print(json.dumps(rows, indent=1, ensure_ascii=False))
        else:
            _columns([[row["name"], row["label"], row["doc"]] for row in rows])
        return 0
    try:
        asked = _loaded(args.name) if args.name.endswith(".py") else [find(args.name)]
    except OpError as error:
        raise Stop(USAGE, str(error)) from error
    if not asked:
        raise Stop(USAGE, f"{args.name} defines no operators: classes that derive from TOP, CHOP, DAT or COMP")
    for cls in asked:
        told = described(cls)
        print(json.dumps(told, indent=1, ensure_ascii=False)) if args.json else _tell(told)
    return 0


def _loaded(name: str) -> list[type[OP]]:
    """The operators of a Python file; what is wrong with it is told as of network files."""
    return guarded(name, Path(name), lambda: load(name))


def _summary(cls: type[OP]) -> dict[str, Any]:
    doc = " ".join((cls.__doc__ or "").partition("\n\n")[0].split()).replace("``", "")
    label = str(getattr(cls, "title", cls.__name__.removesuffix(cls.family).capitalize()))
    return {"name": cls.__name__, "label": f"{label} {cls.family}", "family": cls.family, "doc": doc}


def described(cls: type[OP]) -> dict[str, Any]:
    """Everything an operator type says about itself, as plain data."""
    with Project() as project:
        channels = list(project.root.create(cls).info())
    return {
        **_summary(cls),
        "inputs": [{"label": wire.label, "required": wire.required, "many": wire.many} for wire in cls.wires],
        "parameters": [row for page in cls.table.pages() for row in _page(page)],
        "info_channels": channels,
    }


def _page(page: Page) -> Iterable[dict[str, Any]]:
    for item in page.items:
        if isinstance(item, BlockSequence):
            for group in item.items:
                for pardef in group.pars:
                    yield _parameter(pardef, page.name, f"{item.name}#{pardef.name}")
        else:
            for pardef in item.pars:
                yield _parameter(pardef, page.name, pardef.name)


def _parameter(pardef: ParDef, page: str, name: str) -> dict[str, Any]:
    default = pardef.default
    if isinstance(default, Pulses):
        default = None
    elif isinstance(default, float) and not math.isfinite(default):
        default = str(default)
    return {
        "name": name,
        "label": pardef.label,
        "page": page,
        "style": pardef.style,
        "default": pardef.default_expr or default,
        "min": pardef.low if pardef.clamp_low else None,
        "max": pardef.high if pardef.clamp_high else None,
        "unit": pardef.unit,
        "menu": list(pardef.tokens),
        "menu_labels": [label for _, label in pardef.menu],
        "aliases": list(pardef.aliases),
        "help": pardef.help,
    }


def _tell(told: dict[str, Any]) -> None:
    print(f"{told['name']} ({told['label']})\n  {told['doc']}")
    for number, wire in enumerate(told["inputs"]):
        kind = "any number" if wire["many"] else "required" if wire["required"] else "optional"
        print(f"  input {number}: {wire['label']} ({kind})")
    page = None
    for row in told["parameters"]:
        if row["page"] != page:
            page = row["page"]
            print(f"\n{page}")
        default = "" if row["default"] in (None, "") else f" = {_short(row['default'])}"
        print(f"  {row['name']}: {row['style']}{default}{_range(row)}{' ' + row['unit'] if row['unit'] else ''}")
        if row["menu"]:
            print(f"      one of {', '.join(map(_entry, row['menu'], row['menu_labels']))}")
        print(f"      {row['label']}: {row['help']}" if row["help"] else f"      {row['label']}")
    print(f"\nInfo CHOP channels\n  {' '.join(told['info_channels'])}")


def _entry(token: str, label: str) -> str:
    """An entry of a menu, with its label where that says more than the token."""
    return token if "".join(filter(str.isalnum, label)).lower() == token.lower() else f"{token} ({label})"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(row: dict[str, Any]) -> str:
    low, high = row["min"], row["max"]
    if low is None and high is None:
        return ""
    if high is None:
        return f" (at least {_short(low)})"
    return f" (at most {_short(high)})" if low is None else f" ({_short(low)} to {_short(high)})"


def _columns(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))
