"""Info CHOP: what an operator says about itself."""

from contextlib import suppress

from tdlite.graph.engine import CookError
from tdlite.graph.op import OP
from tdlite.graph.paths import match
from tdlite.ops import CHOP, At, Channels, Menu, OPRef, Page, Pair, StrMenu, Toggle


def general(op: OP) -> dict[str, float]:
    """The channels that every operator has. Times are in milliseconds."""
    return {
        "total_cooks": float(op.totalCooks),
        "cook_time": op.cookTime,
        "cook_frame": op.cookFrame,
        "cook_abs_frame": float(op.cookAbsFrame),
        "cook_start_time": op.cookStartTime,
        "cook_end_time": op.cookEndTime,
        "cooked_this_frame": float(op.cookedThisFrame),
        "warnings": float(len(op.warnings().splitlines())),
        "errors": float(len(op.errors().splitlines())),
    }


def inside_time(op: OP) -> float:
    """The last cook times of everything in an operator, in milliseconds."""
    return sum((child.cookTime + inside_time(child) for child in op.children), 0.0)


class infoCHOP(CHOP):
    """Show numbers about another operator: its cooks, its errors, and what its type adds.

    Values are as of this cook and once more as of the end of each frame.
    """

    parameters = (
        Page(
            "Info",
            OPRef("op", label="Operator", help="The operator to tell about."),
            Menu("infotype", (("all", "All"), ("general", "General")), label="Info Type",
                 help="Everything, or only what every operator has."),
            StrMenu("iscope", ("*",), "*", label="Scope", help="Channels to show, as patterns."),
            Menu("values", (("all", "All"), ("inside", "Inside Range"), ("outside", "Outside Range")),
                 help="Show all channels, or those whose values lie in or out of the range."),
            Pair("range", (0, 1), help="The range; its ends are inside."),
            Toggle("passive", False, help="Do not bring the operator up to date first."),
            Toggle("childcooktime", False, label="Children Cook Time",
                   help="Add what is inside the operator to cook_time."),
        ),
    )  # fmt: skip

    def evaluate(self, at: At) -> Channels:
        par = at.par
        op: OP | None = at.ref("op")
        if op is None:
            return Channels.empty(float(at.rate))
        self.engine.read(self.project.latch_cell)
        if not par.passive:
            with suppress(CookError):  # the channel `errors` tells
                op.result.pull()
        values = general(op)
        if par.childcooktime:
            values["cook_time"] += inside_time(op)
        if par.infotype == "all":
            values.update(op.info())
        low, high = sorted((par.range1, par.range2))
        kept = {
            name: float(values[name])
            for name in match(par.iscope, list(values))
            if par.values == "all" or (par.values == "inside") == (low <= values[name] <= high)
        }
        return Channels.single(kept, float(at.rate))

    def same_output(self, a: Channels, b: Channels) -> bool:
        return a.names == b.names  # cook times are measurements
