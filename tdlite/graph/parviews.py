"""Parameters found in other ways than by their name: ``op.parGroup`` by groups, ``op.seq`` by blocks of sequences."""

from __future__ import annotations

from typing import Any

from .errors import ParError
from .par import Par, Pars
from .pardef import BlockSequence
from .pargroup import ParGroup
from .parvalues import ParValues
from .paths import nearest


class ParGroups:
    """``op.parGroup``: parameter groups by name."""

    __slots__ = ("_values",)
    _values: ParValues

    def __init__(self, values: ParValues) -> None:
        object.__setattr__(self, "_values", values)

    def __getitem__(self, name: str) -> ParGroup | None:
        pars = [par for par in Pars(self._values) if par._def.group == name]
        return ParGroup(name, pars) if pars else None

    def __getattr__(self, name: str) -> ParGroup:
        group = self[name]
        if group is None:
            names = {par._def.group for par in Pars(self._values)}
            raise ParError(f"{self._values.op.path} has no parameter group {name!r}{nearest(name, names)}")
        return group

    def __setattr__(self, name: str, value: Any) -> None:
        getattr(self, name).val = value


class BlockView:
    """``op.seq.const``: the blocks of a sequence."""

    __slots__ = ("_sequence", "_values")

    def __init__(self, values: ParValues, sequence: BlockSequence) -> None:
        self._values = values
        self._sequence = sequence

    @property
    def numBlocks(self) -> int:
        return len(self._values.blocks[self._sequence.name])

    @numBlocks.setter
    def numBlocks(self, count: int) -> None:
        if not 0 <= int(count) <= 10_000:
            raise ParError(f"{self._values.op.path} seq.{self._sequence.name} cannot have {count} blocks")
        self._values.grow(self._sequence, int(count))

    def __len__(self) -> int:
        return self.numBlocks

    def __getitem__(self, index: int) -> BlockPars:
        if not -self.numBlocks <= index < self.numBlocks:
            raise IndexError(f"{self._values.op.path} seq.{self._sequence.name} has {self.numBlocks} blocks")
        return BlockPars(self._values, f"{self._sequence.name}{index % self.numBlocks}")


class BlockPars:
    """``op.seq.const[0].par``: the parameters of one block by their short names."""

    __slots__ = ("_prefix", "_values")
    _prefix: str
    _values: ParValues

    def __init__(self, values: ParValues, prefix: str) -> None:
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_prefix", prefix)

    @property
    def par(self) -> BlockPars:
        return self

    def __getattr__(self, name: str) -> Par:
        return Pars(self._values).__getattr__(self._prefix + name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(Pars(self._values), self._prefix + name, value)


class Sequences:
    """``op.seq``: the sequences of an operator."""

    __slots__ = ("_values",)

    def __init__(self, values: ParValues) -> None:
        self._values = values

    def __getattr__(self, name: str) -> BlockView:
        sequence = self._values.table.sequences.get(name)
        if sequence is None:
            raise ParError(
                f"{self._values.op.path} has no sequence {name!r}{nearest(name, self._values.table.sequences)}"
            )
        return BlockView(self._values, sequence)
