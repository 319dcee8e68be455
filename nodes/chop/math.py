"""Math CHOP: arithmetic on channels and between inputs."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tdlite.graph.paths import unique
from tdlite.ops import CHOP, At, Channels, Float, Menu, Page, Pair, many
from tdlite.ops.choppage import align_par, aligned

Samples = NDArray[np.float64]
_ONE = (("off", "Off"), ("negate", "Negate"), ("pos", "Positive"), ("root", "Root"), ("square", "Square"),
        ("inverse", "Inverse"))  # fmt: skip
_MANY = (("off", "Off"), ("add", "Add"), ("sub", "Subtract"), ("mul", "Multiply"), ("div", "Divide"),
         ("avg", "Average"), ("min", "Minimum"), ("max", "Maximum"), ("len", "Length"))  # fmt: skip
_ROUND: dict[str, Callable[[Samples], Samples]] = {
    "off": lambda values: values,
    "ceiling": np.ceil,
    "floor": np.floor,
    "round": lambda values: np.floor(values + 0.5),
}


def divided(a: Samples, b: Samples) -> Samples:
    """a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def single(operation: str, values: Samples) -> Samples:
    """An operation on each value."""
    match operation:
        case "negate":
            return -values
        case "pos":
            return np.abs(values)
        case "root":
            return np.sqrt(np.maximum(values, 0))
        case "square":
            return values * values
        case "inverse":
            return divided(np.ones_like(values), values)
    return values


def combined(operation: str, rows: Sequence[Samples]) -> Samples:
    """Several rows as one; a single row comes back as it is, but for Length its magnitude."""
    first, *others = rows
    match operation:
        case "avg":
            mean: Samples = np.mean(rows, axis=0)
            return mean
        case "len":
            length: Samples = np.sqrt(np.sum(np.square(rows), axis=0))
            return length
    for row in others:
        match operation:
            case "add":
                first = first + row
            case "sub":
                first = first - row
            case "mul":
                first = first * row
            case "div":
                first = divided(first, row)
            case "min":
                first = np.minimum(first, row)
            case _:
                first = np.maximum(first, row)
    return first


class mathCHOP(CHOP):
    """Calculate with channels.

    In this order: pre-operation on each channel, the channels of each input combined, the inputs combined,
    post-operation, (value + pre-add) · multiply + post-add, range, rounding. Dividing by 0 gives 0, the root
    of a negative number too. Inputs that are not combined follow one another.
    """

    scoped = True
    wires = many("Source")
    parameters = (
        Page(
            "OP",
            Menu("preop", _ONE, label="Channel Pre OP", help="Done to each channel first."),
            Menu("chanop", _MANY, label="Combine Channels", help="Makes one channel of those of each input."),
            Menu("chopop", _MANY, label="Combine CHOPs", help="Makes one channel of matching ones of all inputs."),
            Menu("postop", _ONE, label="Channel Post OP", help="Done to each channel after combining."),
            Menu("match", (("index", "Channel Number"), ("name", "Channel Name")), label="Match by",
                 help="Which channels of the inputs belong together."),
            align_par,
            Menu("integer", ("off", "ceiling", "floor", "round"), help="Rounding at the end; round is half up."),
        ),
        Page(
            "Mult-Add",
            Float("preoff", 0, label="Pre-Add", help="Added first."),
            Float("gain", 1, label="Multiply", help="Then multiplied by this."),
            Float("postoff", 0, label="Post-Add", help="Then added."),
        ),
        Page(
            "Range",
            Pair("fromrange", (0, 1), label="From Range", help="What becomes To Range."),
            Pair("torange", (0, 1), label="To Range", help="What From Range becomes; values outside go on in a line."),
        ),
    )  # fmt: skip

    @np.errstate(all="ignore")  # what overflows is infinite in the channel
    def evaluate(self, at: At) -> Channels:
        par = at.par
        given = [each for each in at.inputs if each is not None]
        if len(given) > 1:
            given = aligned(given, par.align, self.values.row(1).srselect)
        parts = [each.like(each.names, single(par.preop, each.samples)) for each in given]
        if par.chanop != "off":
            parts = [
                each.like(each.names[:1], [combined(par.chanop, list(each.samples))]) if len(each) else each
                for each in parts
            ]
        result = self._joined(parts, par.chopop, by_name=par.match == "name")
        values = (single(par.postop, result.samples) + par.preoff) * par.gain + par.postoff
        low, high, to_low, to_high = par.fromrange1, par.fromrange2, par.torange1, par.torange2
        if (low, high) != (to_low, to_high):
            values = to_low + divided(values - low, np.full_like(values, high - low)) * (to_high - to_low)
        return result.like(result.names, _ROUND[par.integer](values))

    @staticmethod
    def _joined(parts: Sequence[Channels], operation: str, by_name: bool) -> Channels:
        first = parts[0]
        if operation == "off" and len(parts) == 1:
            return first
        if operation == "off":
            names: list[str] = []
            for name in (name for part in parts for name in part.names):
                names.append(unique(name, names))
            return first.like(names, np.concatenate([part.samples for part in parts]))
        groups: dict[str, list[Samples]] = {}
        if by_name:
            for part in parts:
                for name, row in zip(part.names, part.samples, strict=True):
                    groups.setdefault(name, []).append(row)
        else:
            names = list(max(parts, key=len).names)
            names[: len(first)] = first.names
            for index, name in enumerate(names):
                groups[name] = [part.samples[index] for part in parts if index < len(part)]
        return first.like(groups, [combined(operation, rows) for rows in groups.values()])
