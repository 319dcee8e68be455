"""Parameters that were declared together, such as tx ty tz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import ParError

if TYPE_CHECKING:
    from .par import Par


class ParGroup:
    """Parameters declared together, such as tx ty tz; behaves like a tuple of them."""

    __slots__ = ("name", "pars")

    def __init__(self, name: str, pars: list[Par]) -> None:
        self.name = name
        self.pars = pars

    def __repr__(self) -> str:
        return f"<ParGroup {self.name}: {', '.join(par.name for par in self.pars)}>"

    def __iter__(self) -> Iterator[Par]:
        return iter(self.pars)

    def __len__(self) -> int:
        return len(self.pars)

    def __getitem__(self, index: int) -> Par:
        return self.pars[index]

    def eval(self) -> tuple[Any, ...]:
        return tuple(par.eval() for par in self.pars)

    @property
    def val(self) -> tuple[Any, ...]:
        return tuple(par.val for par in self.pars)

    @val.setter
    def val(self, values: Any) -> None:
        values = tuple(values) if isinstance(values, (tuple, list, ParGroup)) else (values,) * len(self.pars)
        if len(values) != len(self.pars):
            raise ParError(f"{self!r} takes {len(self.pars)} values, not {len(values)}")
        for par, value in zip(self.pars, values, strict=True):
            par.val = value

    @property
    def expr(self) -> tuple[str, ...]:
        return tuple(par.expr for par in self.pars)

    @expr.setter
    def expr(self, texts: Any) -> None:
        texts = (texts,) * len(self.pars) if isinstance(texts, str) else tuple(texts)
        if len(texts) != len(self.pars):
            raise ParError(f"{self!r} takes {len(self.pars)} expressions, not {len(texts)}")
        for par, text in zip(self.pars, texts, strict=True):
            par.expr = text

    def pulse(self) -> None:
        for par in self.pars:
            par.pulse()
