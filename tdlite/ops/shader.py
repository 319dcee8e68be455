"""From declared parameters to a shader's parameter block, and from an operator's file to its programs."""

from __future__ import annotations

import inspect
from operator import itemgetter
from pathlib import Path
from typing import Any

from tdlite.gpu.errors import GpuError
from tdlite.gpu.layout import Layout
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.source import Source, load
from tdlite.graph.pardef import Group
from tdlite.graph.partable import ParTable

_OVER_INPUT = """
#undef pixel
#include "lib/blend.glsl"
vec4 pixel(vec2 uv) {
    vec4 picture = td_generated(uv);
    return swaporder != 0 ? blend(operand, input0(), picture) : blend(operand, picture, input0());
}
"""


def pixels(value: float, unit: str, width: float, height: float, horizontal: bool) -> float:
    """A length in pixels: ``fraction`` is of the width for x, of the height for y; ``fractionaspect`` of the height."""
    if unit == "pixels":
        return value
    return value * (width if horizontal and unit == "fraction" else height)


def pixels_xy(x: float, y: float, unit: str, width: float, height: float) -> tuple[float, float]:
    """The same for a length in both directions."""
    if unit == "pixels":
        return x, y
    return x * (width if unit == "fraction" else height), y * height


class Block:
    """The parameters of a TOP class that its shader sees, packed in std140 order."""

    def __init__(self, table: ParTable, derived: tuple[tuple[str, str], ...]) -> None:
        self._variants: list[tuple[int, dict[Any, tuple[str, int]]]] = []
        """Of each compile-time constant: its position in the row, and its name and number for each value there."""
        self._menus: list[tuple[int, dict[Any, int]]] = []
        """Of each number that stands for a choice: its place in the block, and the numbers of its tokens."""
        self._lengths: list[tuple[int, int, bool]] = []
        """Of each length: its place in the block, the position of its unit in the row, whether it is in x."""
        positions: list[int] = []
        fields: list[tuple[str, str]] = []
        for group in table.own.groups:
            position = table.index[group.pars[0].name]
            if group.variant:
                chosen = {value: (group.name, number) for value, number in _tokens(group).items()}
                self._variants.append((position, chosen))
            elif group.glsl:
                fields.append((group.name, group.glsl))
                for offset in range(len(group.pars)):
                    place = len(positions)
                    positions.append(position + offset)
                    if group.pars[offset].menu:
                        self._menus.append((place, _tokens(group)))
                    if group.length:
                        unit = table.index[group.name + "unit"]
                        self._lengths.append((place, unit, len(group.pars) > 1 and offset == 0))
        # Several numbers are got as a tuple; so are none or one, as a slice.
        several, first = len(positions) > 1, (*positions, 0)[0]
        self._numbers = itemgetter(*positions) if several else itemgetter(slice(first, first + len(positions)))
        self.layout = Layout([*fields, *derived])

    def pack(self, row: Any, width: int, height: int, derived: tuple[float, ...] = ()) -> bytes:
        """The block's bytes for one row of values; lengths become pixels of a ``width`` × ``height`` image."""
        numbers = [*self._numbers(row)]
        for place, tokens in self._menus:
            numbers[place] = tokens[numbers[place]]
        for place, unit, horizontal in self._lengths:
            if numbers[place]:  # nothing is nothing in any unit
                numbers[place] = pixels(numbers[place], row[unit], width, height, horizontal)
        numbers += derived
        return self.layout.pack(numbers)

    def chosen(self, row: Any) -> tuple[tuple[str, int], ...]:
        """The compile-time constants that a row of values selects."""
        return tuple([chosen[row[position]] for position, chosen in self._variants])


def _tokens(group: Group) -> dict[Any, int]:
    """A choice's values and their numbers: the tokens of a menu, off and on of a switch."""
    return {value: index for index, value in enumerate(group.pars[0].tokens or (False, True))}


class Programs:
    """The programs of one TOP class: one for each choice of variants."""

    def __init__(self, cls: type, shader: str, inputs: int, layout: Layout, over: bool) -> None:
        self.source = _source(cls, shader)
        self.inputs = inputs
        self.layout = layout
        self.over = over
        """Whether the operator has the generators' Output page."""
        self._made: dict[Any, PixelProgram] = {}

    def program(self, variants: tuple[tuple[str, int], ...], over_input: tuple[int, bool] | None) -> PixelProgram:
        """The program for these compile-time constants; ``over_input`` is (operand, swapped) to composite."""
        key = (variants, over_input)
        try:
            return self._made[key]
        except KeyError:
            pass
        source = self.source
        if over_input is not None:
            operand, swapped = over_input
            source = source._replace(text=f"#define pixel td_generated\n{source.text}\n{_OVER_INPUT}")
            variants = (*variants, ("operand", operand), ("swaporder", int(swapped)))
        made = self._made[key] = PixelProgram(source, self.layout, self.inputs, variants)
        return made


def _source(cls: type, shader: str) -> Source:
    """A shader given as text, as a file beside the class's own, or as a file of the package."""
    if "vec4 pixel" in shader:
        return Source(f"{cls.__name__}.shader", shader, _folder(cls))
    folder = _folder(cls)
    if folder is not None and (folder / shader).is_file():
        return Source(shader, (folder / shader).read_text(encoding="utf-8"), folder)
    try:
        return Source(shader, load(shader))
    except GpuError as error:
        raise GpuError(f"{cls.__name__}: {error}; nor is it beside {folder}") from None


def _folder(cls: type) -> Path | None:
    try:
        return Path(inspect.getfile(cls)).resolve().parent
    except (TypeError, OSError):
        return None
