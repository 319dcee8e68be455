"""Audio Oscillator CHOP: a tone, or noise, at an audio rate."""

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdlite.ops import CHOP, At, Channels, Float, Menu, Page, Toggle, optional
from tdlite.ops.channels import Samples
from tdlite.ops.choppage import MAX_RATE, Reset, exact, octaves_up, reset_pars, resets
from tdlite.ops.waves import WAVES, scaled, wave, white_noise

_FINE = 10**12
"""The largest denominator of a phase: integers of 64 bits hold all phases of a slice exactly."""


class Tone(NamedTuple):
    """Where each channel goes on: the phase of its next sample, 0 to 1, and its frequency."""

    phases: tuple[Fraction, ...]
    frequencies: tuple[float, ...]
    reset: Reset


class audiooscillatorCHOP(CHOP):
    """Make a wave at an audio rate, which goes on from frame to frame without a break.

    The phase starts at 0 and grows by ``frequency · 2^(pitch / octave) / rate`` a sample, exactly. There is a channel
    for each of the pitch input, else one. Shapes are those of the LFO CHOP; white noise lies between −1 and 1 and
    depends on the time alone.
    """

    title = "Audio Oscillator"
    sliced = True
    wires = optional("Pitch Control", "Reset", "Source Wave")
    parameters = (
        Page(
            "Waveform",
            Menu("wavetype", (*WAVES, ("whitenoise", "White Noise")), label="Type",
                 help="The shape of the wave; a wired source wave takes its place."),
            Float("frequency", 440, unit="Hz", label="Base Frequency", help="Periods a second where the pitch is 0."),
            Float("octave", 1, label="Units per Octave",
                  help="By how much the pitch grows to double the frequency; 12 counts semitones."),
            Float("offset", 0, help="Added to the wave."),
            Float("amp", 1, label="Amplitude", help="Multiplies the wave."),
            Float("bias", 0, low=-1, high=1, help="Moves the middle of the period: the width of a square."),
            Float("phase", 0, help="Added to the phase; 1 is a period."),
            Toggle("smooth", label="Smooth Pitch Changes",
                   help="Glide from pitch to pitch, rather than to step with each sample of the pitch."),
            *reset_pars,
        ),
        Page(
            "Channel",
            Float("rate", 44100, low=1, high=MAX_RATE, label="Sample Rate", unit="Hz", help="Samples a second."),
        ),
    )  # fmt: skip

    def initial(self) -> Tone:
        return Tone((), (), Reset())

    def step(self, at: At, state: Tone) -> tuple[Channels, Tone]:
        par = at.par
        pitch, reset, source = (*at.inputs, None, None, None)[:3]
        span = at.slice(par.rate)
        mask, after = resets(at, reset, state.reset, len(span))
        curves = self._frequencies(at, pitch, len(span), state.frequencies)
        rows, ends = [], []
        for channel, frequencies in enumerate(curves):
            begin = state.phases[channel] if channel < len(state.phases) else Fraction(0)
            phases, end = _phases(begin, frequencies, exact(par.rate), mask)
            if par.wavetype == "whitenoise" and source is None:
                shape = white_noise(span, channel)
            else:
                steps = np.abs(frequencies) / par.rate
                shape = wave(par.wavetype, (phases + par.phase) % 1.0, steps, par.bias, source)
            rows.append(scaled(shape, par.amp, par.offset))
            ends.append(end)
        last = tuple(float(curve[-1]) for curve in curves) if len(span) else state.frequencies
        names = [f"chan{number + 1}" for number in range(len(rows))]
        return Channels(names, np.array(rows), par.rate, span.start, sliced=True), Tone(tuple(ends), last, after)

    @staticmethod
    def _frequencies(at: At, pitch: Channels | None, length: int, before: tuple[float, ...]) -> list[Samples]:
        """The frequency of each sample, for each channel."""
        par: Any = at.par
        pitches = at.sliced(pitch).samples if pitch is not None and len(pitch) else np.zeros((1, 1))
        if not pitches.shape[1]:
            pitches = np.zeros((len(pitches), 1))
        octaves = pitches / (par.octave or 1.0)
        curves = []
        for channel, values in enumerate(octaves_up(par.frequency, octaves)):
            count = len(values)
            if par.smooth and channel < len(before):
                # Each sample of the pitch is reached at the end of its time.
                times = np.arange(count + 1) * (length / count) - 1
                curves.append(np.interp(np.arange(length), times, [before[channel], *values]))
            else:
                curves.append(values[np.arange(length) * count // max(1, length)])
        return curves


def _phases(begin: Fraction, frequencies: Samples, rate: Fraction, mask: NDArray[np.bool_]) -> tuple[Samples, Fraction]:
    """The phase of each sample, 0 to 1, and that of the one after; it is 0 where the mask is set."""
    count = len(frequencies)
    index = np.arange(count)
    since = np.maximum.accumulate(np.where(mask, index, -1))  # the last reset, −1 before the first
    if count and (frequencies == frequencies[0]).all():
        # In whole numbers: a sum of floats would miss the end of a period by a sample now and then.
        advance = exact(float(frequencies[0])) / rate % 1
        unit = np.lcm.reduce([begin.denominator, advance.denominator], dtype=object)
        if unit > _FINE:
            begin, advance = begin.limit_denominator(10**6), advance.limit_denominator(10**6)
            unit = np.lcm.reduce([begin.denominator, advance.denominator], dtype=object)
        parts = np.where(since < 0, int(begin * unit), 0) + (index - np.maximum(since, 0)) * int(advance * unit)
        run = count - since[-1] if since[-1] >= 0 else count
        return parts % unit / unit, ((begin if since[-1] < 0 else 0) + int(run) * advance) % 1
    passed = np.concatenate(([0.0], np.cumsum(frequencies / float(rate))))
    phases = np.where(since < 0, float(begin) + passed[:-1], passed[:-1] - passed[np.maximum(since, 0)])
    end = passed[-1] + (float(begin) if not count or since[-1] < 0 else -passed[since[-1]])
    return phases % 1.0, Fraction(float(end) % 1.0).limit_denominator(10**9)
