"""All parameters that an operator class declares: in the order of their positions, and by name."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from .errors import ParError
from .pardef import BlockSequence, Group, Page, ParDef


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
