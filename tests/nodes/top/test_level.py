import numpy as np
import pytest


@pytest.fixture
def levelled(net):
    """A ramp of values −0.5…1.5 in 32-bit float, or 0…1 in 8 bits, and the levels of it."""

    def levelled(format="rgba32float", alpha=1.0, **pars):
        values = np.linspace(-0.5, 1.5, 21) if format == "rgba32float" else np.arange(0, 256, 15) / 255
        outs = []
        source = net.constantTOP(resolution=(1, 1), format=format, alpha=alpha, multrgbbyalpha=False)
        level = net.levelTOP(inputs=[source], **{"format": "rgba32float", **pars})
        for value in values:
            source.par.colorr = source.par.colorg = source.par.colorb = value
            outs.append(level.numpyArray()[0, 0])
        return values, np.array(outs, np.float64)

    return levelled


def test_with_its_defaults_it_changes_nothing(net):
    noise = net.noiseTOP(resolution=(16, 16), amp=3, mono=False, alpha="random", format="rgba32float")
    level = net.levelTOP(inputs=[noise])
    assert np.array_equal(level.numpyArray(), noise.numpyArray())


@pytest.mark.parametrize(("pars", "formula"), [
    ({"invert": 1}, lambda v: 1 - v),
    ({"invert": 0.25}, lambda v: 0.75 * v + 0.25 * (1 - v)),
    ({"blacklevel": 0.2}, lambda v: (v - 0.2) / 0.8),
    ({"brightness1": 1.5}, lambda v: 1.5 * v),
    ({"gamma1": 2.2}, lambda v: np.sign(v) * np.abs(v) ** (1 / 2.2)),
    ({"contrast": 3}, lambda v: (v - 0.5) * 3 + 0.5),
    ({"inlow": 0.25, "inhigh": 0.75}, lambda v: (v - 0.25) / 0.5),
    ({"outlow": 0.9, "outhigh": 0.1}, lambda v: 0.9 - 0.8 * v),
    ({"gamma2": 0.5}, lambda v: np.sign(v) * v**2),
    ({"brightness2": 0.5}, lambda v: v / 2),
    ({"clamp": True, "clamplow2": 0.1, "clamphigh2": 0.7}, lambda v: np.clip(v, 0.1, 0.7)),
    ({"clampinput": "clamp"}, lambda v: np.clip(v, 0, 1)),
    ({"clampinput": "clamp", "inlow": 0.25, "inhigh": 0.75}, lambda v: np.clip((np.clip(v, 0, 1) - 0.25) / 0.5, 0, 1)),
])  # fmt: skip
def test_each_parameter_follows_its_formula(levelled, pars, formula):
    values, drawn = levelled(**pars)
    for channel in range(3):
        np.testing.assert_allclose(drawn[:, channel], formula(values), rtol=2e-5, atol=2e-6)
    assert (drawn[:, 3] == 1).all()


def test_the_steps_come_in_the_order_of_the_pages(levelled):
    values, drawn = levelled(invert=1, blacklevel=0.1, brightness1=0.8, gamma1=2, contrast=1.2, inhigh=0.9, outlow=0.05,
                             highr=0.9, gamma2=0.7, brightness2=1.1, clampinput="clamp")  # fmt: skip
    v = 1 - np.clip(values, 0, 1)
    v = (v - 0.1) / 0.9 * 0.8
    v = np.sign(v) * np.abs(v) ** 0.5
    v = (v - 0.5) * 1.2 + 0.5
    v = np.clip(v / 0.9, 0, 1) * 0.95 + 0.05
    v = (v * 0.9) ** (1 / 0.7) * 1.1
    np.testing.assert_allclose(drawn[:, 0], v, rtol=1e-4, atol=1e-5)


def test_pages_that_nothing_bends_or_cuts_come_in_their_order_too(levelled):
    values, drawn = levelled(invert=0.8, blacklevel=0.1, brightness1=0.8, contrast=1.2, inlow=-0.1, outlow=0.05,
                             lowg=0.3, highr=0.9, brightness2=1.1, opacity=0.5, lowa=0.2)  # fmt: skip
    v = 0.2 * values + 0.8 * (1 - values)
    v = (v - 0.1) / 0.9 * 0.8
    v = (v - 0.5) * 1.2 + 0.5
    v = (v + 0.1) / 1.1 * 0.95 + 0.05
    wanted = np.stack([v * 0.9 * 1.1, (v * 0.7 + 0.3) * 1.1, v * 1.1, np.full_like(v, 0.5)], axis=-1)
    np.testing.assert_allclose(drawn, wanted, rtol=1e-5, atol=1e-6)


def test_moving_values_compile_nothing(fast):
    source = fast.constantTOP(resolution=(8, 8), format="rgba32float")
    names = ("brightness1", "gamma1", "contrast", "inhigh", "outhigh", "highr", "stepsize", "gamma2", "opacity")
    op = fast.levelTOP(inputs=[source], **dict.fromkeys(names, "=0.9 - 0.01 * absTime.frame"))
    fast.frames(1, pull=[op])
    before = op.image().gpu.programs.compiled
    fast.frames(5, pull=[op])
    assert op.image().gpu.programs.compiled == before


def test_automatic_clamps_fixed_formats_and_not_floats(levelled):
    values, drawn = levelled(format="rgba8fixed", brightness1=2, outhigh=0.5)
    np.testing.assert_allclose(drawn[:, 0], np.minimum(values * 2, 1) / 2, atol=1e-6)
    values, drawn = levelled(brightness1=2, outhigh=0.5)
    np.testing.assert_allclose(drawn[:, 0], values, atol=1e-6)
    values, drawn = levelled(format="rgba8fixed", brightness1=2, outhigh=0.5, clampinput="unclamped")
    np.testing.assert_allclose(drawn[:, 0], values, atol=1e-6)


def test_channels_have_ranges_of_their_own(levelled):
    values, drawn = levelled(alpha=0.5, highr=0, lowg=0.25, highb=2, lowa=0.5, higha=0.7)
    wanted = np.stack([0 * values, 0.25 + 0.75 * values, 2 * values, np.full_like(values, 0.6)], axis=-1)
    np.testing.assert_allclose(drawn, wanted, atol=1e-6)


def test_opacity_is_of_alpha_alone_unless_premultiplied(levelled):
    values, drawn = levelled(opacity=0.5)
    np.testing.assert_allclose(drawn, np.stack([values] * 3 + [np.full_like(values, 0.5)], -1), atol=1e-6)
    values, drawn = levelled(opacity=0.5, premultrgbbyalpha=True)
    np.testing.assert_allclose(drawn[:, :3], np.stack([values / 2] * 3, -1), atol=1e-6)


def test_stepping_makes_steps(levelled):
    values, drawn = levelled(stepping=True, stepsize=0.3, threshold=0.12, clamplow=0.1, clamphigh=0.9)
    steps = 0.12 + 0.3 * np.floor((values - 0.12) / 0.3)
    np.testing.assert_allclose(drawn[:, 0], np.clip(steps, 0.1, 0.9), atol=1e-6)


def test_softened_steps_end_in_slopes(levelled):
    values, drawn = levelled(stepping=True, stepsize=0.3, soften=0.5, clamplow=-9, clamphigh=9)
    whole = np.floor(values / 0.3)
    t = np.clip((values / 0.3 - whole - 0.5) / 0.5, 0, 1)
    np.testing.assert_allclose(drawn[:, 0], 0.3 * (whole + t * t * (3 - 2 * t)), atol=1e-5)


def test_an_input_range_of_no_width_is_a_threshold(levelled):
    values, drawn = levelled(inlow=0.45, inhigh=0.45)
    assert np.array_equal(drawn[:, 0], values >= 0.45)
