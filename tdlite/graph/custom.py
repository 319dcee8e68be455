"""Custom parameters: pages that scripts add to a COMP."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .errors import ParError
from .op import OP
from .par import Par
from .pardef import ParDef, Pulses
from .pargroup import ParGroup

if TYPE_CHECKING:
    from .comp import COMP
    from .project import Project

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")


class CustomPage:
    """A page of custom parameters. Each append method returns the ParGroup it made.

    Names keep the case they were given; a name that is taken is replaced, with its value, or with ``replace`` off
    refused. ``order`` is the place on the page, at the end without one.
    """

    def __init__(self, owner: CustomPages, name: str) -> None:
        self.owner = owner
        self._name = name
        self._names: list[str] = []

    def __repr__(self) -> str:
        return f"<Page {self._name!r} of {self.owner.path}>"

    @property
    def name(self) -> str:
        return self._name

    isCustom = True

    @property
    def index(self) -> int:
        return self.owner.customPages.index(self)

    @property
    def pars(self) -> list[Par]:
        values = self.owner.values
        found = [Par(values, position) for name in self._names if (position := values.extra_index.get(name))]
        return [par for par in found if par._def.page == self._name]

    @property
    def parGroups(self) -> list[ParGroup]:
        return list({par._def.group: par.parGroup for par in self.pars}.values())

    def sort(self, *names: str) -> None:
        self._names = [*names, *(name for name in self._names if name not in names)]

    def destroy(self) -> None:
        """Remove the page and its parameters."""
        for par in self.pars:
            par.destroy()
        self.owner._custom_pages.pop(self._name, None)

    def _append(
        self,
        style: str,
        name: str,
        label: str | None,
        default: Any,
        parts: Sequence[str] = ("",),
        order: int | None = None,
        replace: bool = True,
        **more: Any,
    ) -> ParGroup:
        if not _NAME.match(name):
            raise ParError(
                f"{self.owner.path}: a custom parameter cannot be named {name!r}: letters and digits, a letter first"
            )
        values = self.owner.values
        taken = [name + part for part in parts if name + part in values.extra_index]
        if taken and not replace:
            raise ParError(f"{self.owner.path} has a custom parameter {taken[0]!r} already")
        pars = []
        place = len(self._names) if order is None else order
        for offset, part in enumerate(parts):
            text = f"{label or name} {part.upper()}".strip()
            pars.append(
                Par(values, values.add(
                    ParDef(name + part, style, default, text, group=name, page=self._name, clamp_low=False,
                           clamp_high=False, norm_low=0, norm_high=1, custom=True, **more)
                ))
            )  # fmt: skip
            if name + part not in self._names:
                self._names.insert(place + offset, name + part)
        self.owner.project.log("declare", self.owner, name=name)
        return ParGroup(name, pars)

    def appendFloat(
        self,
        name: str,
        label: str | None = None,
        size: int = 1,
        order: int | None = None,
        replace: bool = True,
    ) -> ParGroup:
        """One number, or ``size`` numbers named name1, name2…"""
        return self._append("Float", name, label, 0.0, _numbers(size), order, replace)

    def appendInt(
        self,
        name: str,
        label: str | None = None,
        size: int = 1,
        order: int | None = None,
        replace: bool = True,
    ) -> ParGroup:
        """One whole number, or ``size`` of them named name1, name2…"""
        return self._append("Int", name, label, 0, _numbers(size), order, replace)

    def appendMenu(
        self, name: str, label: str | None = None, order: int | None = None, replace: bool = True
    ) -> ParGroup:
        """A menu; give it entries through menuNames and menuLabels."""
        return self._append(
            "Menu", name, label, "default", order=order, replace=replace, menu=(("default", "Default"),)
        )

    def appendStrMenu(
        self, name: str, label: str | None = None, order: int | None = None, replace: bool = True
    ) -> ParGroup:
        """A text with suggestions."""
        return self._append("StrMenu", name, label, "", order=order, replace=replace)

    appendToggle: Callable[..., ParGroup]
    appendPulse: Callable[..., ParGroup]
    appendMomentary: Callable[..., ParGroup]
    appendStr: Callable[..., ParGroup]
    appendFile: Callable[..., ParGroup]
    appendFileSave: Callable[..., ParGroup]
    appendFolder: Callable[..., ParGroup]
    appendPython: Callable[..., ParGroup]
    appendHeader: Callable[..., ParGroup]
    appendOP: Callable[..., ParGroup]
    appendCOMP: Callable[..., ParGroup]
    appendTOP: Callable[..., ParGroup]
    appendCHOP: Callable[..., ParGroup]
    appendDAT: Callable[..., ParGroup]
    appendXY: Callable[..., ParGroup]
    appendXYZ: Callable[..., ParGroup]
    appendXYZW: Callable[..., ParGroup]
    appendUV: Callable[..., ParGroup]
    appendUVW: Callable[..., ParGroup]
    appendWH: Callable[..., ParGroup]
    appendRGB: Callable[..., ParGroup]
    appendRGBA: Callable[..., ParGroup]


def _numbers(size: int) -> tuple[str, ...]:
    if not 1 <= size <= 4:
        raise ParError(f"a custom parameter has 1 to 4 parts, not {size}")
    return ("",) if size == 1 else tuple(str(number + 1) for number in range(size))


def _appender(style: str, default: Any, parts: Sequence[str], summary: str) -> Callable[..., ParGroup]:
    def append(
        self: CustomPage, name: str, label: str | None = None, order: int | None = None, replace: bool = True
    ) -> ParGroup:
        return self._append(style, name, label, default, parts, order, replace)

    append.__doc__ = summary
    return append


for _style, _default in (
    ("Toggle", False), ("Pulse", Pulses()), ("Momentary", Pulses()), ("Str", ""), ("File", ""), ("FileSave", ""),
    ("Folder", ""), ("Python", None), ("Header", ""), ("OP", ""), ("COMP", ""), ("TOP", ""), ("CHOP", ""), ("DAT", ""),
):  # fmt: skip
    setattr(CustomPage, f"append{_style}", _appender(_style, _default, ("",), f"One {_style} parameter."))
for _style in ("XY", "XYZ", "XYZW", "UV", "UVW", "WH", "RGB", "RGBA"):
    _summary = f"Floats named {', '.join('name' + part for part in _style.lower())}."
    setattr(CustomPage, f"append{_style}", _appender("Float", 0.0, tuple(_style.lower()), _summary))


class CustomPages(OP):
    """An operator that scripts can give pages of parameters."""

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        self._custom_pages: dict[str, CustomPage] = {}
        super().__init__(project, name, parent)

    @property
    def customPages(self) -> list[CustomPage]:
        return list(self._custom_pages.values())

    def appendCustomPage(self, name: str) -> CustomPage:
        """A page to append custom parameters to; the existing one of that name, if there is one."""
        page = self._custom_pages.get(name)
        if page is None:
            page = self._custom_pages[name] = CustomPage(self, name)
        return page

    def destroyCustomPars(self) -> int:
        """Remove all custom parameters and pages; how many parameters there were."""
        pars = [par for page in self._custom_pages.values() for par in page.pars]
        for par in pars:
            par.destroy()
        self._custom_pages.clear()
        return len(pars)

    def sortCustomPages(self, *names: str) -> None:
        rest = [name for name in self._custom_pages if name not in names]
        self._custom_pages = {name: self._custom_pages[name] for name in (*names, *rest)}

    @property
    def customPars(self) -> list[Par]:
        return [par for page in self._custom_pages.values() for par in page.pars]
