"""Values that stand for a number or text: parameters, channels and table cells cast themselves."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any


def unwrap(value: Any) -> Any:
    """The plain value behind a parameter, channel or cell; anything else unchanged."""
    return value.proxied() if isinstance(value, Proxy) else value


class Proxy:
    """Behaves in arithmetic, comparisons and casts like ``proxied()``."""

    __slots__ = ()

    def proxied(self) -> Any:
        """The value that this object stands for."""
        raise NotImplementedError  # pragma: no cover - every subclass has one

    def __float__(self) -> float:
        return float(self.proxied())

    def __int__(self) -> int:
        return int(self.proxied())

    def __index__(self) -> int:
        return operator.index(self.proxied())

    def __bool__(self) -> bool:
        return bool(self.proxied())

    def __str__(self) -> str:
        return str(self.proxied())

    def __format__(self, spec: str) -> str:
        return format(self.proxied(), spec)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.proxied(), digits)

    def __eq__(self, other: object) -> bool:
        return bool(self.proxied() == unwrap(other))

    def __ne__(self, other: object) -> bool:
        return bool(self.proxied() != unwrap(other))

    __hash__ = object.__hash__

    def __neg__(self) -> Any:
        return -self.proxied()

    def __pos__(self) -> Any:
        return +self.proxied()

    def __abs__(self) -> Any:
        return abs(self.proxied())

    def __floor__(self) -> int:
        whole: int = math.floor(self.proxied())
        return whole

    def __ceil__(self) -> int:
        whole: int = math.ceil(self.proxied())
        return whole

    def __trunc__(self) -> int:
        whole: int = math.trunc(self.proxied())
        return whole


def _forward(function: Callable[[Any, Any], Any]) -> Callable[[Proxy, Any], Any]:
    return lambda self, other: function(self.proxied(), unwrap(other))


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[Proxy, Any], Any]:
    return lambda self, other: function(unwrap(other), self.proxied())


for _name in (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "lshift",
    "rshift",
    "and_",
    "or_",
    "xor",
):
    _function = getattr(operator, _name)
    _stem = _name.rstrip("_")
    setattr(Proxy, f"__{_stem}__", _forward(_function))
    setattr(Proxy, f"__r{_stem}__", _reflected(_function))
for _name in ("lt", "le", "gt", "ge"):
    setattr(Proxy, f"__{_name}__", _forward(getattr(operator, _name)))
