"""LFO CHOP against the formulas of its waves."""

import numpy as np
import pytest
from scipy import signal


def shown(net, chop, frames):
    out = []
    chop.viewer = True
    net.on_frame.append(lambda: out.extend(chop[0].vals))
    net.run(frames)
    net.on_frame.pop()
    return np.array(out)


K = np.arange(90) / 60


@pytest.mark.parametrize(
    ("wave", "expected"),
    [
        ("sin", np.sin(2 * np.pi * 2 * K)),
        ("tri", signal.sawtooth(2 * np.pi * (2 * K + 0.25), 0.5)),
        ("ramp", (2 * K) % 1),
        ("square", np.where((2 * K + 1e-9) % 1 < 0.5, 1, -1)),
        ("normal", np.exp(-(((2 * K) % 1 - 0.5) ** 2) / (2 / 36))),
        ("pulse", (np.arange(90) % 30 == 0).astype(float)),
    ],
)
def test_each_wave_is_its_formula(net, wave, expected):
    chop = net.lfoCHOP(wavetype=wave, frequency=2)
    found = shown(net, chop, 90)
    jumps = np.isclose((2 * K) % 0.5, 0, atol=1e-6) | np.isclose((2 * K) % 0.5, 0.5, atol=1e-6)
    keep = ~jumps if wave in ("square", "ramp") else slice(None)
    np.testing.assert_allclose(found[keep], np.broadcast_to(expected, found.shape)[keep], atol=1e-9)


def test_offset_amplitude_and_phase(net):
    chop = net.lfoCHOP(offset=3, amp=2, phase=0.25)
    np.testing.assert_allclose(shown(net, chop, 60), 3 + 2 * np.cos(2 * np.pi * np.arange(60) / 60), atol=1e-9)


def test_bias_is_the_width_of_a_square(net):
    chop = net.lfoCHOP(wavetype="square", bias=-0.5, phase=1 / 240)
    assert (shown(net, chop, 60) > 0).sum() == 15


def test_at_a_higher_rate_a_frame_has_more_samples(net):
    chop = net.lfoCHOP(rate=240)
    np.testing.assert_allclose(shown(net, chop, 3), np.sin(2 * np.pi * np.arange(12) / 240), atol=1e-9)


def test_the_octave_input_doubles_the_frequency(net):
    chop = net.lfoCHOP(inputs=[net.constantCHOP(const0value=1)], wavetype="ramp")
    np.testing.assert_allclose(shown(net, chop, 20), 2 * np.arange(20) / 60, atol=1e-9)


def test_a_change_of_frequency_keeps_the_phase(net):
    chop = net.lfoCHOP(wavetype="ramp")
    shown(net, chop, 10)
    chop.par.frequency = 3
    np.testing.assert_allclose(shown(net, chop, 5), (10 + 3 * np.arange(5)) / 60, atol=1e-9)


def test_the_reset_pulse_starts_the_period_again(net):
    chop = net.lfoCHOP(wavetype="ramp")
    shown(net, chop, 10)
    chop.par.resetpulse.pulse()
    np.testing.assert_allclose(shown(net, chop, 3), np.arange(3) / 60, atol=1e-9)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("offtoon", [0, 1, 0, 1, 2, 3]), ("on", [0, 1, 0, 0, 1, 2]), ("ontooff", [0, 1, 2, 3, 0, 1]),
     ("off", [0, 0, 1, 2, 0, 0])],
)  # fmt: skip
def test_the_reset_input_resets_on_its_condition(net, condition, expected):
    reset = net.constantCHOP(const0value="=absTime.frame in (3, 4)")
    chop = net.lfoCHOP(inputs=[None, reset], wavetype="ramp", resetcondition=condition)
    np.testing.assert_allclose(shown(net, chop, 6), np.array(expected) / 60, atol=1e-9)


def test_play_off_holds(net):
    chop = net.lfoCHOP(wavetype="ramp")
    shown(net, chop, 5)
    chop.par.play = False
    np.testing.assert_allclose(shown(net, chop, 3), [5 / 60] * 3, atol=1e-9)


def test_a_source_wave_takes_the_place_of_the_type(net):
    wave = net.constantCHOP(const0value=5)
    chop = net.lfoCHOP(inputs=[None, None, wave])
    assert set(shown(net, chop, 5)) == {5}


def test_without_time_slice_it_shows_its_newest_sample(net):
    chop = net.lfoCHOP(timeslice=False, rate=240, wavetype="ramp")
    shown(net, chop, 2)
    assert (chop.isTimeSlice, chop.numSamples) == (False, 1)
    assert chop[0].val == pytest.approx(7 / 240)


def test_without_a_name_it_has_no_channels(net):
    lfo = net.lfoCHOP(channelname="")
    assert (lfo.numChans, lfo.errors()) == (0, "")


@pytest.mark.parametrize("name", ["lfoCHOP", "audiooscillatorCHOP"])
def test_a_wave_beyond_all_numbers_is_infinite_and_no_warning(net, name):
    chop = getattr(net, name)(wavetype="square", amp=1.7e308, offset=1.7e308)
    net.frames(2, pull=[chop])
    assert (set(chop[0].vals) <= {np.inf, 0.0}, np.inf in chop[0].vals, chop.errors()) == (True, True, "")
