"""Settings of a project that operators read: whoever read one cooks again when it changes."""

from __future__ import annotations

import enum
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .engine import VALUE, Cell
from .errors import TdError
from .timeline import rational

if TYPE_CHECKING:
    from .project import Project

T = TypeVar("T")


class WorkingColorSpace(enum.Enum):
    """What the numbers of a project's pictures mean; the values are the tokens of the colour-space menus."""

    PASS_THROUGH = "passthrough"
    ACES_CG = "acescg"
    SRGB_LINEAR = "srgblinear"

    def __repr__(self) -> str:
        return f"WorkingColorSpace.{self.name}"


class Setting(Generic[T]):
    """A property of Project with a default; ``checked`` returns what is to be kept, or raises TdError."""

    def __init__(self, default: T, checked: Callable[[Any], T], doc: str) -> None:
        self.__doc__ = doc
        self._default = default
        self._checked = checked

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, project: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, project: Project, owner: type) -> T: ...
    def __get__(self, project: Project | None, owner: type) -> Setting[T] | T:
        if project is None:
            return self
        cell, value = self._of(project)
        project.engine.read(cell)
        return value

    def __set__(self, project: Project, value: Any) -> None:
        made = self._checked(value)
        cell, before = self._of(project)
        if made != before:
            project.settings[self._name] = project.engine.changed(cell), made

    def _of(self, project: Project) -> tuple[Cell, T]:
        found: tuple[Cell, T] = project.settings.setdefault(self._name, (Cell(VALUE, self._name), self._default))
        return found


def frame_rate(value: Any) -> Fraction:
    """A project's frames per second, exactly."""
    try:
        rate = rational(value)
    except (TypeError, ValueError, ArithmeticError):  # a text, none, infinite
        raise TdError(f"cookRate is a number of frames per second, not {value!r}") from None
    if rate <= 0:
        raise TdError(f"cookRate must be above 0 frames per second, not {value}")
    return rate


def factor(value: Any) -> float:
    """A resolution multiplier."""
    if not 0 < value < 1000:
        raise TdError(f"the resolution multiplier must be above 0, not {value}")
    return float(value)


def nits(value: Any) -> float:
    """The luminance of a reference white, at most that of PQ."""
    if not 0 < value <= 10_000:
        raise TdError(f"a reference white is above 0 and at most 10000 nits, not {value}")
    return float(value)


def working_space(value: Any) -> WorkingColorSpace:
    """A working colour space, or the token of one."""
    try:
        return WorkingColorSpace(value)
    except ValueError:
        choices = ", ".join(f"{each!r} ({each.value!r})" for each in WorkingColorSpace)
        raise TdError(f"the working colour space is one of {choices}, not {value!r}") from None
