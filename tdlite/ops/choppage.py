"""Parameters that several CHOPs have in common, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdlite.graph.errors import OpError
from tdlite.graph.pardefs import Duration, Float, Menu, Page, Pulse, Toggle

from .channels import Channels, Samples
from .cook import At

EXTENDS = (
    ("hold", "Hold"),
    ("slope", "Slope"),
    ("cycle", "Cycle"),
    ("mirror", "Mirror"),
    ("default", "Default Value"),
)
EDGES = (("offtoon", "Off to On"), ("on", "While On"), ("ontooff", "On to Off"), ("off", "While Off"))

extend_pars = (
    Menu("left", EXTENDS, label="Extend Left", help="What lies before the first sample."),
    Menu("right", EXTENDS, label="Extend Right", help="What lies after the last sample."),
    Float("defval", 0, label="Default Value", help="The value outside, where an extend says Default Value."),
)

MAX_RATE = 1_000_000
"""Samples a second that a generator makes at most: a typing error must not fill the memory."""

MAX_SAMPLES = 10_000_000
"""Samples of a channel that is filled at once."""
_FARTHEST = 2**53  # beyond, floats cannot tell one sample from the next

rate_par = Float("rate", 60, low=0.001, high=MAX_RATE, label="Sample Rate", unit="Hz", expr="me.time.rate",
                 help="Samples a second; a new operator has the frame rate.")  # fmt: skip

reset_pars = (
    Menu("resetcondition", EDGES, label="Reset Condition", help="What of the reset input resets."),
    Toggle("reset", help="Hold at the reset state."),
    Pulse("resetpulse", label="Reset Pulse", help="Reset once."),
)


def exact(value: float) -> Fraction:
    """The fraction that a typed number means: 0.1 is a tenth, so that ten of them are exactly one."""
    return Fraction(value).limit_denominator(1_000_000)


def octaves_up(frequency: float, octaves: Samples) -> Samples:
    """``frequency`` so many octaves higher. OpError where that is beyond all numbers."""
    with np.errstate(over="ignore"):
        frequencies: Samples = frequency * 2.0**octaves
    if not np.isfinite(frequencies).all():
        raise OpError(
            f"{octaves.max():g} octaves above {frequency:g} Hz is no frequency; let the input of the pitch be lower"
        )
    return frequencies


class Reset(NamedTuple):
    """What a state keeps about resetting: the reset input's last value and the presses seen."""

    level: float = 0.0
    presses: int = 0


def resets(at: At, source: Channels | None, before: Reset, length: int) -> tuple[NDArray[np.bool_], Reset]:
    """At which of ``length`` samples the parameters ``reset_pars`` or the reset input reset."""
    mask = np.full(length, bool(at.par.reset))
    if length and at.pulses("resetpulse", before.presses):
        mask[0] = True
    level = before.level
    if source is not None and len(source) and length:
        values = at.sliced(source).samples[0]
        if len(values):
            values = values[np.linspace(0, len(values) - 1, length).round().astype(int)]
        else:
            values = np.full(length, level)
        on = values > 0
        was = np.concatenate(([level > 0], on[:-1]))
        level = float(values[-1])
        mask |= {"offtoon": on & ~was, "on": on, "ontooff": ~on & was, "off": ~on}[at.par.resetcondition]
    return mask, Reset(level, at.pressed("resetpulse") if length else before.presses)


def samples_of(at: At, value: float, unit: str, rate: float) -> float:
    """A time in samples at ``rate``; it need not be whole."""
    if unit == "seconds":
        return value * rate
    return value * rate / float(at.rate) if unit == "frames" else value


def channel_page(*more: Any, start: float = 0.0, end: float = 599.0, extend: str = "hold") -> Page:
    """The Channel page of generators whose samples lie in a range."""
    return Page(
        "Channel",
        *more,
        Float("start", start, unit=Duration("samples", "unit"), help="The first sample."),
        Float("end", end, unit=Duration("samples", "unit"), help="The last sample."),
        rate_par,
        *extend_pars,
    )


def sample_range(at: At) -> tuple[int, int]:
    """The index of the first sample and the number of samples that a Channel page asks for, at least one."""
    par = at.par
    start, end = samples_of(at, par.start, par.startunit, par.rate), samples_of(at, par.end, par.endunit, par.rate)
    if max(abs(start), abs(end)) > _FARTHEST or end - start >= MAX_SAMPLES:
        raise OpError(f"samples {start:g} to {end:g} are too many; let start and end be {MAX_SAMPLES:,} apart at most")
    return round(start), max(1, round(end) - round(start) + 1)


# -- alignment -----------------------------------------------------------------------------------------------

align_par = Menu(
    "align",
    (
        ("auto", "Automatic"),
        ("none", "Extend to Min/Max"),
        ("stretch", "Stretch to Min/Max"),
        ("start", "Shift to Minimum"),
        ("end", "Shift to Maximum"),
        ("shift1", "Shift to First Interval"),
        ("trim1", "Trim to First Interval"),
        ("stretch1", "Stretch to First Interval"),
        ("trim", "Trim to Smallest Interval"),
        ("squash", "Stretch to Smallest Interval"),
    ),
    label="Align",
    help="How inputs of different extent are brought to one; Automatic follows slices, else extends.",
)


def aligned(sources: Sequence[Channels], how: str, rates: str) -> list[Channels]:
    """The same channels on one time line: equal rate, start and length."""
    if not sources:
        return []
    first = sources[0]
    rate = _rate(sources, rates)
    if all(s.same_range(first) for s in sources) and rate == first.rate:
        return list(sources)
    # Each source's interval in samples of the common rate, as [start, stop).
    starts = [s.start * rate / s.rate for s in sources]
    counts = [s.length * rate / s.rate for s in sources]
    stops = [a + n for a, n in zip(starts, counts, strict=True)]
    slices = [i for i, s in enumerate(sources) if s.sliced]
    if how == "auto" and slices:
        starts[0], stops[0], how = starts[slices[0]], stops[slices[0]], "trim1"
    match how:
        case "shift1" | "trim1" | "stretch1":
            low, high = starts[0], stops[0]
        case "trim":
            low, high = max(starts), min(stops)
        case "squash":
            shortest = counts.index(min(counts))
            low, high = starts[shortest], stops[shortest]
        case "start":
            low = min(starts)
            high = low + max(counts)
        case "end":
            high = max(stops)
            low = high - max(counts)
        case _:
            low, high = min(starts), max(stops)
    length = max(0, round(high - low))
    begin = round(low)
    out = []
    for i, source in enumerate(sources):
        grid = begin + np.arange(length, dtype=np.float64)
        if how in ("stretch", "stretch1", "squash"):
            last = max(1, length - 1)
            grid = source.start + (grid - begin) * max(0, source.length - 1) / last
        else:
            shift = {"start": low - starts[i], "shift1": low - starts[i], "end": high - stops[i]}.get(how, 0.0)
            grid = (grid - shift) * source.rate / rate
        out.append(Channels(source.names, source.sampled(grid), rate, begin, bool(slices), first.left, first.right,
                            first.default))  # fmt: skip
    return out


def _rate(sources: Sequence[Channels], how: str) -> float:
    rates = [source.rate for source in sources]
    if how == "err" and len(set(rates)) > 1:
        found = ", ".join(f"{Fraction(rate).limit_denominator(1000)}" for rate in rates)
        raise OpError(f"inputs have different sample rates ({found}); choose another Sample Rate Match")
    return max(rates) if how == "max" else min(rates) if how == "min" else rates[0]
