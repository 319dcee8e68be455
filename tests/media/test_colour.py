"""Colour spaces against their standards; the way between two is the way back from the other side."""

from __future__ import annotations

import subprocess
import sys

import colours
import numpy as np
import pytest

from tdlite.media.colour import SPACE_MENU, SPACES, Conversion, Whites, between, rgb_to_xyz, tagged
from tdlite.media.encoder import Colour

REAL = [token for token in SPACES if token != "passthrough"]
IN_ORDER = (
    *("srgb", "srgblinear", "rec601ntsc", "rec709", "rec2020", "rec2020st2084pq", "rec2020hlg", "dcip3"),
    *("dcip3d60", "displayp3d65", "displayp3d65linear", "aces2065-1", "acescg", "acesproxy", "passthrough"),
)


def way(source: str, target: str, source_white: float = 100, target_white: float = 100) -> Conversion:
    return Conversion(SPACES[source], SPACES[target], source_white, target_white)


def test_the_menu_has_touchdesigners_fifteen_spaces_in_its_order() -> None:
    assert tuple(token for token, _ in SPACE_MENU) == IN_ORDER


@pytest.mark.parametrize("source", ["srgblinear", "acescg"])
@pytest.mark.parametrize("target", REAL)
def test_linear_light_is_stored_as_the_standard_of_the_space_says(source: str, target: str) -> None:
    light = colours.chart()
    wanted = colours.converted(source, target, light, 80, 120)
    found = way(source, target, 80, 120).apply(light)
    # OpenColorIO's two pieces of sRGB meet exactly, those of the standard 1e-5 beside each other.
    assert np.abs(found - wanted).max() < 1.5e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("token", REAL)
def test_the_way_back_returns_what_was_stored(token: str) -> None:
    light = colours.chart()
    if token == "acesproxy":  # which ends at 2^-9.72 of light
        light = np.maximum(light, 0.05)
    there, back = way("srgblinear", token, 100, 203), way(token, "srgblinear", 203, 100)
    assert np.abs(back.apply(there.apply(light)) - light).max() < 2e-4


@pytest.mark.parametrize("token", REAL)
def test_white_stays_white_and_grey_stays_grey_in_every_space(token: str) -> None:
    stored = way("acescg", token).apply(np.array([[0.18] * 3, [1.0] * 3]))
    assert np.ptp(stored, axis=1).max() < 1e-5


def test_srgb_and_rec709_are_two_curves() -> None:
    grey = np.full((1, 3), 0.18)
    assert way("srgblinear", "srgb").apply(grey)[0, 0] == pytest.approx(0.46135, abs=1e-4)
    assert way("srgblinear", "rec709").apply(grey)[0, 0] == pytest.approx(0.4090, abs=2e-4)


def test_rec709_is_within_a_third_of_a_10_bit_step_of_its_rounded_constants() -> None:
    light = np.linspace(0, 1, 1001)[:, None] * np.ones(3)
    rounded = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)
    assert np.abs(way("srgblinear", "rec709").apply(light) - rounded).max() < 0.0003


def test_the_matrices_are_the_published_ones() -> None:
    # BT.709's and BT.2020's luminance, and AP1 to Rec.709 as ACES prints it, adapted from D60 to D65.
    assert rgb_to_xyz(SPACES["rec709"].chromaticities)[1] == pytest.approx([0.2126, 0.7152, 0.0722], abs=5e-5)
    assert rgb_to_xyz(SPACES["rec2020"].chromaticities)[1] == pytest.approx([0.2627, 0.6780, 0.0593], abs=5e-5)
    published = [[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]]
    assert np.allclose(between(SPACES["acescg"].chromaticities, SPACES["srgb"].chromaticities), published, atol=3e-5)


def test_hdr_white_of_203_nits_is_where_bt2408_has_it() -> None:
    white = np.ones((1, 3))
    assert way("srgblinear", "rec2020st2084pq", 203, 203).apply(white)[0, 0] == pytest.approx(0.58, abs=0.002)
    assert way("srgblinear", "rec2020hlg", 203, 203).apply(white)[0, 0] == pytest.approx(0.75, abs=0.002)


def test_a_white_of_80_nits_is_two_thirds_of_a_white_of_120() -> None:
    whites = Whites(sdr=120, hdr=80)
    working, target = SPACES["acescg"], SPACES["srgblinear"]
    found = Conversion(working, target, whites.of(working), whites.of(target)).apply(np.ones((1, 3)))
    assert found == pytest.approx(np.full((1, 3), 80 / 120), abs=1e-6)


def test_a_reference_white_can_be_said_against_the_spaces_own() -> None:
    whites = Whites(sdr=120, hdr=80)
    srgb, p3 = SPACES["srgb"], SPACES["displayp3d65"]
    assert [whites.of(srgb), whites.of(srgb, "sdr"), whites.of(srgb, "hdr")] == [120, 120, 80]
    assert [whites.of(p3), whites.of(p3, "sdr"), whites.of(p3, "hdr")] == [80, 120, 80]


@pytest.mark.parametrize("token", ["rec2020st2084pq", "rec2020hlg"])
def test_pq_and_hlg_mean_nits_whatever_the_targets_white(token: str) -> None:
    light = colours.chart()
    assert way("acescg", token, 100, 50).apply(light) == pytest.approx(
        way("acescg", token, 100, 400).apply(light), abs=2e-6
    )


def test_passthrough_and_the_same_space_change_nothing() -> None:
    light = colours.chart().astype(np.float32)
    for each in (way("passthrough", "srgb", 1, 2), way("acescg", "passthrough", 1, 2), way("srgb", "srgb")):
        assert each.nothing
        assert np.array_equal(each.apply(light), light)
    assert not way("acescg", "acescg", 80, 120).nothing


def test_the_fourth_channel_is_left_alone() -> None:
    pixels = np.random.default_rng(1).random((5, 3, 4), np.float32)
    found = way("srgblinear", "rec709").apply(pixels)
    assert found.shape == (5, 3, 4)
    assert np.array_equal(found[..., 3], pixels[..., 3])


def test_ocio_agrees_with_its_own_studio_config_where_that_has_the_space() -> None:
    import PyOpenColorIO as ocio

    names = {
        "srgb": "sRGB Encoded Rec.709 (sRGB)",
        "rec709": "Camera Rec.709",
        "displayp3d65": "sRGB Encoded P3-D65",
        "displayp3d65linear": "Linear P3-D65",
        "aces2065-1": "ACES2065-1",
        "srgblinear": "Linear Rec.709 (sRGB)",
    }
    config = ocio.Config.CreateFromBuiltinConfig("studio-config-v2.2.0_aces-v1.3_ocio-v2.4")
    have = {alias for space in config.getColorSpaces() for alias in (space.getName(), *space.getAliases())}
    light = colours.chart().astype(np.float32)
    compared = 0
    for token, name in names.items():
        if name in have:
            processor = config.getProcessor("ACEScg", name).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
            wanted = light.copy()
            processor.applyRGB(wanted)
            # The config lets negative values run on straight, here they are mirrored; its Rec.709 is the rounded one.
            inside = wanted.min(axis=1) >= 0
            assert np.abs(way("acescg", token).apply(light) - wanted)[inside].max() < 3e-4
            compared += 1
    assert compared >= 3


@pytest.mark.parametrize("source", REAL)
@pytest.mark.parametrize("target", ["srgb", "rec2020hlg", "acescg", "acesproxy"])
def test_the_shader_text_needs_no_table(source: str, target: str) -> None:
    if source != target:
        text = way(source, target).glsl("in_space")
        assert "vec4 in_space(vec4 inPixel)" in text
        assert "sampler" not in text


CODES = {
    "srgb": (1, 13, 1),
    "srgblinear": (1, 8, 1),
    "rec601ntsc": (6, 6, 6),
    "rec709": (1, 1, 1),
    "rec2020": (9, 14, 9),
    "rec2020st2084pq": (9, 16, 9),
    "rec2020hlg": (9, 18, 9),
    "dcip3": (12, 17, 1),
    "displayp3d65": (12, 13, 1),
    "displayp3d65linear": (12, 8, 1),
}
"""H.273: primaries, transfer function, and the matrix that is used."""


@pytest.mark.parametrize("token", SPACES)
def test_a_space_has_h273s_codes_or_none(token: str) -> None:
    codes = CODES.get(token, (2, 2, 1))
    assert SPACES[token].colour == Colour(*codes)
    if token in CODES:
        assert tagged(*codes[:2]) is SPACES[token]


def test_codes_are_read_by_what_they_mean() -> None:
    assert tagged(1, 6) is SPACES["rec709"]  # one function, four codes
    assert tagged(9, 1) is tagged(9, 15) is SPACES["rec2020"]
    assert tagged(2, 2) is None
    assert tagged(5, 1) is None  # PAL's primaries


def test_the_table_is_read_without_opencolorio() -> None:
    code = "import sys, tdlite.media.colour; print('PyOpenColorIO' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
