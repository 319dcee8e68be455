"""Audio Oscillator CHOP against the formulas of its waves."""

import numpy as np
import pytest
from scipy import signal

from .test_lfo import shown

RATE = 44100


def times(frames, rate=RATE):
    return np.arange(int(frames * rate / 60)) / rate


@pytest.mark.parametrize("frequency", [440, 1000.5, 0.25, 19_000, -300])
def test_a_sine_is_its_formula_over_all_frames(net, frequency):
    chop = net.audiooscillatorCHOP(frequency=frequency)
    found = shown(net, chop, 30)
    assert (chop.rate, chop.isTimeSlice, len(found)) == (RATE, True, 30 * 735)
    np.testing.assert_allclose(found, np.sin(2 * np.pi * frequency * times(30)), atol=1e-7)


def test_a_phase_is_exact_after_many_frames(net):
    """441 Hz at 44100 Hz: a period is 100 samples, for ever."""
    chop = net.audiooscillatorCHOP(frequency=441, wavetype="ramp")
    found = shown(net, chop, 600)
    np.testing.assert_array_equal(found.reshape(-1, 100), np.broadcast_to(np.arange(100) / 100, (4410, 100)))


@pytest.mark.parametrize(
    ("wave", "expected"),
    [
        ("tri", lambda x: signal.sawtooth(2 * np.pi * (x + 0.25), 0.5)),
        ("ramp", lambda x: x % 1),
        ("square", lambda x: np.where(x % 1 < 0.5, 1, -1)),
        ("normal", lambda x: np.exp(-((x % 1 - 0.5) ** 2) / (2 / 36))),
        ("pulse", lambda x: (np.arange(len(x)) % 90 == 0).astype(float)),
    ],
)
def test_each_wave_is_its_formula(net, wave, expected):
    found = shown(net, net.audiooscillatorCHOP(frequency=490, wavetype=wave), 4)
    np.testing.assert_allclose(found, expected(np.arange(4 * 735) / 90), atol=1e-9)


def test_rate_offset_amplitude_and_phase(net):
    chop = net.audiooscillatorCHOP(rate=48000, frequency=100, offset=3, amp=2, phase=0.25)
    np.testing.assert_allclose(shown(net, chop, 3), 3 + 2 * np.cos(2 * np.pi * 100 * times(3, 48000)), atol=1e-9)


def test_white_noise_is_even_independent_and_the_same_each_time(net):
    chop, other = net.audiooscillatorCHOP(wavetype="whitenoise"), net.audiooscillatorCHOP(wavetype="whitenoise")
    found = shown(net, chop, 60)
    assert (np.abs(found) <= 1).all()
    assert abs(found.mean()) < 0.01
    assert abs(found.var() - 1 / 3) < 0.01
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.02
    counts = np.histogram(found, 10, (-1, 1))[0]
    assert abs(counts - 4410).max() < 300
    np.testing.assert_array_equal(chop.numpyArray(), other.numpyArray())


def test_pitch_doubles_the_frequency_with_each_octave(net):
    pitch = net.constantCHOP(const0value=12)
    chop = net.audiooscillatorCHOP(inputs=[pitch], frequency=220.5, octave=12, wavetype="ramp")
    np.testing.assert_allclose(shown(net, chop, 3), np.arange(3 * 735) % 100 / 100, atol=1e-9)


def test_each_pitch_channel_is_a_channel(net):
    pitch = net.constantCHOP()
    pitch.seq.const.numBlocks = 2
    pitch.par.const0name, pitch.par.const1name, pitch.par.const1value = "a", "b", 1
    chop = net.audiooscillatorCHOP(inputs=[pitch], frequency=441, wavetype="ramp")
    net.frames(2, pull=[chop])
    found = chop.numpyArray()
    assert found.shape == (2, 735)
    at = 735 + np.arange(735)
    np.testing.assert_allclose(found, [at % 100 / 100, at % 50 / 50], atol=1e-6)


def test_a_change_of_frequency_keeps_the_phase(net):
    chop = net.audiooscillatorCHOP(wavetype="ramp", frequency=6.3)
    found = [*shown(net, chop, 2)]
    chop.par.frequency = 12.6
    found += [*shown(net, chop, 1)]
    steps = np.diff(found) % 1
    np.testing.assert_allclose(steps[:1469], 6.3 / RATE, atol=1e-9)
    np.testing.assert_allclose(steps[1470:], 12.6 / RATE, atol=1e-9)


def test_a_smooth_pitch_glides(net):
    chop = net.audiooscillatorCHOP(wavetype="ramp", frequency=441, smooth=True)
    shown(net, chop, 1)
    chop.par.frequency = 882
    steps = np.diff(shown(net, chop, 1)) % 1 * RATE
    np.testing.assert_allclose(steps, 441 + 441 * (np.arange(734) + 1) / 735, rtol=1e-6)
    chop.par.smooth = False
    steps = np.diff(shown(net, chop, 1)) % 1 * RATE
    np.testing.assert_allclose(steps, 882, rtol=1e-6)


def test_a_reset_begins_the_wave_again(net):
    chop = net.audiooscillatorCHOP(wavetype="ramp", frequency=45)
    shown(net, chop, 1)
    chop.par.resetpulse.pulse()
    np.testing.assert_allclose(shown(net, chop, 1), np.arange(735) * 45 / RATE, atol=1e-9)
    chop.par.reset = True
    assert not shown(net, chop, 1).any()
    chop.par.reset = False
    np.testing.assert_allclose(shown(net, chop, 1), (np.arange(735) + 1) * 45 / RATE, atol=1e-9)


def test_a_source_wave_takes_the_place_of_the_shape(net):
    source = net.lfoCHOP(rate=240, wavetype="ramp", frequency=60)
    chop = net.audiooscillatorCHOP(inputs=[None, None, source], frequency=441)
    found = shown(net, chop, 1)
    np.testing.assert_allclose(found, np.arange(735) % 100 // 25 / 4, atol=1e-9)
