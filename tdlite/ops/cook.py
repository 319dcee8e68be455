"""What an operator sees while it cooks, and how explicit state steps once a frame."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from tdlite.graph.op import OP

from .channels import Channels

if TYPE_CHECKING:
    from tdlite.graph.pardef import Pulses

MAX_SLICE = Fraction(1, 5)
"""Seconds that one slice of a time-sliced CHOP can cover after a pause."""


class At:
    """The moment of a cook: the operator's parameter values, its inputs' results, and the time.

    ``par`` holds the values of the operator's own pages by name; ``inputs`` the results of the wires, None
    where one is open. Reading ``frame``, ``seconds`` or a slice makes the operator time-dependent.
    """

    __slots__ = ("common", "inputs", "op", "par", "previous")

    def __init__(self, op: OP, par: Any, inputs: list[Any], common: Any = None) -> None:
        self.op = op
        self.par = par
        self.inputs = inputs
        self.common = common
        """The values of a TOP's Common page."""
        self.previous: int | None = None
        """The frame of the state that is being stepped; None for the first step."""

    @property
    def frame(self) -> int:
        """The frame being cooked."""
        return self.op.project.absTime.frame

    @property
    def seconds(self) -> float:
        """Its time: ``(frame − 1) / rate``."""
        return self.op.project.absTime.seconds

    @property
    def rate(self) -> Fraction:
        """Frames per second."""
        return self.op.project.rate

    @property
    def elapsed(self) -> int:
        """Frames since the last step; 1 for the first."""
        return self.frame - self.previous if self.previous is not None else 1

    def slice(self, rate: float) -> range:
        """The indices of the samples at ``rate`` that this step adds: those of the frames since the last one.

        Frame f holds the samples in [(f−1)/fps, f/fps), so counts add up exactly. At most 0.2 s.
        """
        frame, fps = self.frame, self.rate
        exact = Fraction(rate).limit_denominator(1_000_000)
        first = frame - 1 if self.previous is None else min(self.previous, frame - 1)
        first = max(first, frame - max(1, int(MAX_SLICE * fps)))
        return range(int(first * exact / fps), int(frame * exact / fps))

    def sliced(self, channels: Channels) -> Channels:
        """The samples of this slice: those of time-sliced data, others taken at the times of the slice."""
        if channels.sliced:
            return channels
        span = self.slice(channels.rate)
        samples = channels.resampled(channels.rate, span.start, len(span))
        return Channels(channels.names, samples, channels.rate, span.start, sliced=True)

    def pulses(self, name: str, seen: int = 0) -> int:
        """How often a button was pressed, of which the state has not ``seen`` yet; later ones not counted."""
        pulses: Pulses = getattr(self.par, name)
        return pulses.by(self.frame) - seen if pulses.count > seen else 0

    def pressed(self, name: str) -> int:
        """All presses of a button so far: what a state remembers as seen."""
        pulses: Pulses = getattr(self.par, name)
        return pulses.by(self.frame)

    def blocks(self, name: str) -> list[tuple[Any, ...]]:
        """The values of each block of a sequence."""
        return self.op.values.blocks_of(name)

    def ref(self, name: str) -> Any:
        """The first operator that a reference parameter names, or None."""
        found = getattr(self.par, name)
        return found[0] if found else None

    def warn(self, message: str) -> None:
        """Say on the operator that something works, but not as asked."""
        self.op.warn(message)


class Step(NamedTuple):
    """The state of a stateful operator around one frame."""

    frame: int
    before: Any
    previous: int | None
    after: Any


def step(op: Any, at: At) -> Any:
    """Step an operator's state and return its output.

    It steps once per frame in which a sink demands it: cooked again in the same frame, it starts from the
    state before that frame; read by a script, the outcome is shown but not kept.
    """
    project = op.project
    project.engine.read(project.demand_cell)
    frame = at.frame
    last: Step | None = op.state
    if last is None:
        # Where `start` is a number, as of a CHOP's first sample, the first state has another name.
        before, at.previous = op.initial() if hasattr(op, "initial") else op.start(), None
    elif last.frame == frame:
        before, at.previous = last.before, last.previous
    else:
        before, at.previous = last.after, last.frame
    output, after = op.step(at, before)
    if project.demanding:
        op.state = Step(frame, before, at.previous, after)
        if hasattr(op, "latch"):
            project.latch_later(op)
    else:
        project.previewed = True
    return output


def gather(op: OP) -> list[Any]:
    """The results of the wires, in order, None for open ones; an error names a required one that is open.

    To be read before the parameters: a chain is then verified down its wires, upstream first, and no cook has to
    be started again because an expression changed before the input above it was settled.
    """
    op.engine.read(op._structure)
    wires = op._wires
    inputs = [wire.result.pull() if wire is not None else None for wire in wires]
    for index, wire in enumerate(op.wires):
        if wire.required and (index >= len(inputs) or inputs[index] is None):
            from tdlite.graph.errors import OpError

            raise OpError(f"not enough sources: connect input {index} ({wire.label})")
    return inputs
