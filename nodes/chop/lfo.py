"""LFO CHOP: a wave that goes on for ever."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from tdlite.graph.paths import expand
from tdlite.ops import CHOP, At, Channels, Float, Menu, Page, Str, Toggle, optional
from tdlite.ops.channels import Samples
from tdlite.ops.choppage import Reset, exact, octaves_up, rate_par, reset_pars, resets
from tdlite.ops.waves import WAVES, scaled, wave

ZERO = Fraction(0)


class Phases(NamedTuple):
    """The phase of the next sample of each channel, 0 to 1."""

    phases: tuple[Fraction, ...]
    reset: Reset


class lfoCHOP(CHOP):
    """Make a periodic wave, whose phase goes on from frame to frame.

    The phase starts at 0 and grows by ``frequency · 2^octave / rate`` a sample. Sine, triangle and square lie
    between −1 and 1, ramp and Gaussian between 0 and 1; a pulse is 1 for the first sample of each period.
    Bias b moves the middle of the period to (1 + b) / 2 of it.
    """

    title = "LFO"
    sliced = True
    wires = optional("Octave Control", "Reset", "Source Wave")
    parameters = (
        Page(
            "LFO",
            Menu("wavetype", WAVES, label="Type", help="The shape of the wave; a wired source wave takes its place."),
            Toggle("play", True, help="Off holds the phase."),
            Float("frequency", 1, unit="Hz", help="Periods a second, before the octave control."),
            Float("offset", 0, help="Added to the wave."),
            Float("amp", 1, label="Amplitude", help="Multiplies the wave."),
            Float("bias", 0, low=-1, high=1, help="Moves the middle of the period: the width of a square."),
            Float("phase", 0, help="Added to the phase; 1 is a period."),
            *reset_pars,
        ),
        Page(
            "Channel",
            Str("channelname", "chan1", label="Channel Name", help="Names of the channels, as a pattern."),
            rate_par,
        ),
    )  # fmt: skip

    def initial(self) -> Phases:
        return Phases((), Reset())

    def step(self, at: At, state: Phases) -> tuple[Channels, Phases]:
        par = at.par
        octave, reset, source = (*at.inputs, None, None, None)[:3]
        names = expand(par.channelname)
        span = at.slice(par.rate)
        mask, after = resets(at, reset, state.reset, len(span))
        octaves = at.sliced(octave) if octave is not None else None
        rate = exact(par.rate)
        rows, ends = [], []
        for index, _ in enumerate(names):
            # In exact fractions: a sum of floats would miss the end of a period by a sample now and then.
            phase = state.phases[index] if index < len(state.phases) else ZERO
            phases, steps = np.empty(len(span)), np.empty(len(span))
            for i, frequency in enumerate(octaves_up(par.frequency, _octaves(octaves, index, len(span)))):
                if mask[i]:
                    phase = ZERO
                step = exact(float(frequency)) / rate
                phases[i], steps[i] = phase, abs(step)
                if par.play:
                    phase = (phase + step) % 1
                    if phase.denominator > 10**15:
                        phase = phase.limit_denominator(10**9)
            shape = wave(par.wavetype, (phases + par.phase) % 1.0, steps, par.bias, source)
            rows.append(scaled(shape, par.amp, par.offset))
            ends.append(phase)
        return Channels(names, np.array(rows), par.rate, span.start, sliced=True), Phases(tuple(ends), after)


def _octaves(channels: Channels | None, index: int, length: int) -> Samples:
    """The octave of each sample for one channel; channels beyond the last use the last."""
    if channels is None or not len(channels) or not channels.length:
        return np.zeros(length)
    row: Samples = channels.samples[min(index, len(channels) - 1)]
    picked: Samples = row[np.linspace(0, len(row) - 1, length).round().astype(int)]
    return picked
