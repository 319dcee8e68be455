"""Parameter CHOP: parameters as channels."""

from collections.abc import Iterator
from typing import Any

from tdlite.graph.op import OP
from tdlite.graph.par import Par
from tdlite.graph.pardef import NUMERIC, Pulses
from tdlite.graph.paths import match, renamed, unique
from tdlite.ops import CHOP, At, Channels, Menu, OPRef, Page, Str, Toggle
from tdlite.ops.cook import step

Rises = dict[str, tuple[float, int]]
"""Of each channel the last value and how often it rose above 0."""


class parameterCHOP(CHOP):
    """Show parameters of operators as channels of one sample: numbers, toggles as 0 or 1, menus as the index.

    A button is 1 in the frame of its press. In Count mode a channel is the number of rises above 0 that were
    completed before the present one: 0 until the second rise, then 1, and so on, which numbers takes from 0.
    Before the first cook a watched parameter counts as 0; one look a frame is what a rise is found by.
    """

    parameters = (
        Page(
            "Source",
            OPRef("ops", label="Operators", help="The operators to watch: paths and patterns; .. is the parent."),
            Str("parameter", "*", label="Parameter", help="Names of parameters, as patterns; ^name leaves one out."),
            Toggle("custom", True, help="Watch custom parameters."),
            Toggle("builtin", False, label="Built-In", help="Watch built-in parameters."),
            Menu("mode", (("value", "Value"), ("count", "Count")),
                 help="Channels are the values, or how many rises above 0 came before the present one."),
            Menu("nameformat", (("parameter", "Parameter Name"), ("op", "OP and Parameter Names"),
                                ("path", "Full Path Name")), label="Name Format", help="How channels are named."),
            Str("renamefrom", "*", label="Rename from", help="Channels to rename, as patterns."),
            Str("renameto", "*", label="Rename to", help="Their new names; * is what * matched."),
        ),
    )  # fmt: skip

    def produce(self, at: At) -> Channels:
        if at.par.mode == "value":
            return Channels.single(self._values(at), float(at.rate))
        counted: Channels = step(self, at)
        return counted

    def initial(self) -> Rises:
        return {}

    def step(self, at: At, rises: Rises) -> tuple[Channels, Rises]:
        after: Rises = {}
        for name, value in self._values(at).items():
            before, count = rises.get(name, (0.0, 0))
            after[name] = value, count + (before <= 0 < value)
        shown = {name: float(max(0, count - 1)) for name, (_, count) in after.items()}
        return Channels.single(shown, float(at.rate)), {**rises, **after}

    def _values(self, at: At) -> dict[str, float]:
        par = at.par
        found: list[tuple[str, float]] = []
        for op in par.ops:
            pars = list(self._chosen(op, par))
            found += [(self._channel(op, each, par.nameformat), self._number(each, at)) for each in pars]
        if par.ops and not found:
            kinds = " and ".join(kind for kind, on in (("custom", par.custom), ("built-in", par.builtin)) if on)
            at.warn(f"none of the {kinds or 'parameters: custom and builtin are off'} is a number called "
                    f"{par.parameter!r}")  # fmt: skip
        values: dict[str, float] = {}
        names = renamed([name for name, _ in found], par.renamefrom, par.renameto)
        for name, (_, value) in zip(names, found, strict=True):
            values[unique(name, values)] = value
        return values

    @staticmethod
    def _chosen(op: OP, par: Any) -> Iterator[Par]:
        op._read_structure()  # parameters come and go
        pars = [
            each
            for each in op.par
            if each.style in NUMERIC and (par.custom if each.isCustom else par.builtin)
        ]  # fmt: skip
        names = set(match(par.parameter, [each.name for each in pars]))
        return (each for each in pars if each.name in names)

    @staticmethod
    def _channel(op: OP, par: Par, form: str) -> str:
        return par.name if form == "parameter" else f"{op.name if form == 'op' else op.path}:{par.name}"

    @staticmethod
    def _number(par: Par, at: At) -> float:
        if par.isPulse:
            value = par._values.outside(par._position).pull()
            if isinstance(value, Pulses):
                return float(value.count > 0 and value.frame == at.frame)
            return float(value)
        return float(par.menuIndex or 0) if par.isMenu else float(par.eval())
