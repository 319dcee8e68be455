"""Small operators of families of their own, to test networks without channels, images and GL."""

from __future__ import annotations

from typing import Any

from tdlite.graph.comp import COMP
from tdlite.graph.op import OP
from tdlite.graph.pardefs import (
    RGB,
    XY,
    Blocks,
    File,
    Float,
    Int,
    Menu,
    OPRef,
    Page,
    Pulse,
    Python,
    Str,
    StrMenu,
    Toggle,
)
from tdlite.graph.wires import many, optional, required


class boxCOMP(COMP):
    """A plain container."""


class X(OP):
    """Operators whose result is a plain value."""

    family = "X"

    @property
    def value(self) -> Any:
        """The result, brought up to date."""
        return self.result.pull()


class sumX(X):
    """a + 2·b + the sum of the inputs."""

    wires = many("Input", required=False)
    parameters = (Page("Sum", Float("a"), Float("b")),)

    def _cook(self) -> float:
        row = self.values.row(0)
        self._read_structure()
        return float(row.a + 2 * row.b + sum(wire.result.pull() for wire in self._wires if wire is not None))


class pairX(X):
    """Two inputs, the first required."""

    wires = required("First") + optional("Second")

    def _cook(self) -> tuple[Any, ...]:
        self._read_structure()
        return tuple(None if wire is None else wire.result.pull() for wire in self._wires)


class kitX(X):
    """One parameter of each kind."""

    parameters = (
        Page(
            "Kit",
            Float("gain", 1, low=0, high=10, aliases=("amount",), help="A clamped number."),
            Float("free", 0.5, help="An unlimited number."),
            Int("steps", 4, low=1, high=64, help="A whole number."),
            Toggle("on", help="A switch."),
            Menu("mode", ("add", "sub", ("mul", "Multiply")), help="A choice."),
            Str("text", "hi", help="A text."),
            StrMenu("pick", ("x", "y"), "x", help="A text with suggestions."),
            File("file", help="A file."),
            Pulse("go", help="A button."),
            OPRef("target", help="An operator."),
            XY("size", (1, 2), help="Two numbers."),
            RGB("tint", (1, 0, 0), help="A colour."),
            Python("thing", help="Anything."),
            Str("greeting", expr="'I am ' + me.name", help="A text that an expression gives."),
            Blocks("item", Str("name", "it#"), Float("value", 0)),
        ),
    )

    def _cook(self) -> Any:
        return self.values.row(0), tuple(self.values.blocks_of("item"))


class refX(X):
    """Reads what its reference names: the results, or the names of operators without one."""

    parameters = (Page("Ref", OPRef("target")),)

    def _cook(self) -> tuple[Any, ...]:
        return tuple(op.result.pull() for op in self.values.row(0).target)


class bareX(X):
    """No inputs and no parameters."""
