"""Shapes, colours and blend modes of lib/, against their definitions."""

import colorsys
import re

import numpy as np
import pytest

from tdlite.gpu.formats import srgb_decoded, srgb_encoded

MODES = re.findall(
    r"\w+",
    """
    add atop average brightest burncolor burnlinear chromadifference color darkercolor difference dimmest divide
    dodge exclude freeze glow hardlight hardmix heat hue inside insideluminance inverse lightercolor linearlight
    luminancedifference maximum minimum multiply negate outside outsideluminance over overlay pinlight reflect screen
    softlight stencilluminance subtract subtractive under vividlight xor yfilm zfilm
    """,
)

DOCUMENTED = {  # on all four channels; a is on top
    "add": lambda a, b: a + b,
    "atop": lambda a, b: a * b[..., 3:] + b * (1 - a[..., 3:]),
    "average": lambda a, b: (a + b) / 2,
    "divide": lambda a, b: a / b,
    "inside": lambda a, b: a * b[..., 3:],
    "maximum": np.maximum,
    "minimum": np.minimum,
    "multiply": lambda a, b: a * b,
    "outside": lambda a, b: a * (1 - b[..., 3:]),
    "over": lambda a, b: b * (1 - a[..., 3:]) + a,
    "screen": lambda a, b: 1 - (1 - a) * (1 - b),
    "subtract": lambda a, b: a - b,
    "under": lambda a, b: a * (1 - b[..., 3:]) + b,
    "xor": lambda a, b: a * (1 - b[..., 3:]) + b * (1 - a[..., 3:]),
}
ON_COLOUR = {  # per channel
    "burncolor": lambda a, b: np.clip(1 - (1 - b) / a, 0, 1),
    "burnlinear": lambda a, b: a + b - 1,
    "difference": lambda a, b: np.abs(a - b),
    "dodge": lambda a, b: np.minimum(b / (1 - a), 1),
    "exclude": lambda a, b: a + b - 2 * a * b,
    "freeze": lambda a, b: 1 - np.minimum((1 - a) ** 2 / b, 1),
    "glow": lambda a, b: np.minimum(b**2 / (1 - a), 1),
    "hardlight": lambda a, b: np.where(a < 0.5, 2 * a * b, 1 - 2 * (1 - a) * (1 - b)),
    "hardmix": lambda a, b: (a + b >= 1).astype(float),
    "heat": lambda a, b: 1 - np.minimum((1 - b) ** 2 / a, 1),
    "linearlight": lambda a, b: b + 2 * a - 1,
    "negate": lambda a, b: 1 - np.abs(1 - a - b),
    "overlay": lambda a, b: np.where(b < 0.5, 2 * a * b, 1 - 2 * (1 - a) * (1 - b)),
    "pinlight": lambda a, b: np.where(a < 0.5, np.minimum(b, 2 * a), np.maximum(b, 2 * a - 1)),
    "reflect": lambda a, b: np.minimum(a**2 / (1 - b), 1),
    "subtractive": lambda a, b: a + b - 1,
}
LUMA = np.array((0.2126, 0.7152, 0.0722))


@pytest.fixture
def blended(draw, image):
    rng = np.random.default_rng(3)
    a, b = (rng.uniform(0.02, 0.98, (16, 16, 4)).astype(np.float32) for _ in range(2))

    def blended(mode):
        text = f"""#include "lib/blend.glsl"
        vec4 pixel(vec2 uv) {{ return blend({MODES.index(mode)}, input0(), input1()); }}"""
        return a, b, draw(text, 16, 16, inputs=(image(a), image(b)))

    return blended


@pytest.mark.parametrize("mode", DOCUMENTED)
def test_a_documented_mode_works_on_all_channels(blended, mode):
    a, b, drawn = blended(mode)
    np.testing.assert_allclose(drawn, DOCUMENTED[mode](a, b), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("mode", ON_COLOUR)
def test_a_mode_on_colours_follows_its_formula(blended, mode):
    a, b, drawn = blended(mode)
    near = np.isclose(a[..., :3] + b[..., :3], 1, atol=1e-4)  # where hardmix may go either way
    np.testing.assert_allclose(np.where(near, 0, drawn[..., :3]), np.where(near, 0, ON_COLOUR[mode](a, b)[..., :3]),
                               rtol=1e-3, atol=1e-5)  # fmt: skip
    alpha = 1 if mode == "difference" else a[..., 3] + b[..., 3] - a[..., 3] * b[..., 3]
    np.testing.assert_allclose(drawn[..., 3], np.broadcast_to(alpha, (16, 16)), rtol=1e-5)


@pytest.mark.parametrize(("mode", "brighter"), [("brightest", True), ("lightercolor", True), ("dimmest", False),
                                                ("darkercolor", False)])  # fmt: skip
def test_modes_that_choose_take_a_whole_pixel_by_luminance(blended, mode, brighter):
    a, b, drawn = blended(mode)
    first = (a[..., :3] @ LUMA >= b[..., :3] @ LUMA) == brighter
    assert np.array_equal(drawn, np.where(first[..., None], a, b))


@pytest.mark.parametrize(("mode", "keeps_colour_of"), [("color", 0), ("hue", 0)])
def test_modes_of_hue_keep_the_luminance_of_the_lower(blended, mode, keeps_colour_of):
    _, b, drawn = blended(mode)
    np.testing.assert_allclose(drawn[..., :3] @ LUMA, b[..., :3] @ LUMA, atol=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_finite_at_the_ends_of_the_range(draw, mode):
    text = f"""#include "lib/blend.glsl"
    vec4 pixel(vec2 uv) {{ return blend({MODES.index(mode)}, vec4(pixel_coord.x), vec4(pixel_coord.y)); }}"""
    assert np.isfinite(draw(text, 2, 2)).all()


def test_hue_saturation_value_are_those_of_colorsys(draw, image):
    colours = np.random.default_rng(4).random((8, 8, 4)).astype(np.float32)
    colours[0, :4, :3] = (0, 0, 0), (1, 1, 1), (1, 0, 0), (0, 0, 1)
    include = '#include "lib/color.glsl"\nvec4 pixel(vec2 uv) { return vec4(%s, 1.0); }'
    hsv = draw(include % "rgb_to_hsv(input0().rgb)", 8, 8, inputs=(image(colours),))[..., :3]
    wanted = np.array([[colorsys.rgb_to_hsv(*map(float, pixel[:3])) for pixel in row] for row in colours])
    np.testing.assert_allclose(hsv, wanted, atol=1e-5)
    back = draw(include % "hsv_to_rgb(rgb_to_hsv(input0().rgb))", 8, 8, inputs=(image(colours),))[..., :3]
    np.testing.assert_allclose(back, colours[..., :3], atol=1e-5)


def test_srgb_functions_are_the_standards(draw, image):
    values = np.linspace(0, 1, 64, dtype=np.float32)[None, :, None]
    include = '#include "lib/color.glsl"\nvec4 pixel(vec2 uv) { return vec4(%s(input0().rgb), 1.0); }'
    for function, reference in (("srgb_encoded", srgb_encoded), ("srgb_decoded", srgb_decoded)):
        drawn = draw(include % function, 64, 1, inputs=(image(values),))
        np.testing.assert_allclose(drawn[0, :, 0], reference(values[0, :, 0]), atol=2e-5)


def test_a_boxs_distance_is_euclidean_outside_and_negative_inside(draw):
    text = """#include "lib/shapes.glsl"
    vec4 pixel(vec2 uv) { return vec4(rounded_box(uv * size_px - 20.0, vec2(10.0, 6.0), %s)); }"""
    y, x = np.mgrid[0:40, 0:40] + 0.5 - 20
    sharp = np.hypot(np.maximum(np.abs(x) - 10, 0), np.maximum(np.abs(y) - 6, 0))
    inside = np.minimum(np.maximum(np.abs(x) - 10, np.abs(y) - 6), 0)
    np.testing.assert_allclose(draw(text % "0.0", 40, 40)[..., 0], sharp + inside, atol=1e-4)
    stadium = np.hypot(np.maximum(np.abs(x) - 4, 0), y) - 6  # the radius is cut to half the shorter side
    np.testing.assert_allclose(draw(text % "99.0", 40, 40)[..., 0], stadium, atol=1e-4)


def test_a_box_along_the_axes_covers_exactly_its_area(draw):
    text = """#include "lib/shapes.glsl"
    vec4 pixel(vec2 uv) { return vec4(coverage(rounded_box(uv * size_px - vec2(16.3, 8.0), vec2(5.25, 3.5), 0.0))); }"""
    drawn = draw(text, 32, 16)[..., 0].astype(np.float64)
    assert drawn[8].sum() == pytest.approx(10.5, abs=1e-4)


def test_turning_is_counter_clockwise(draw):
    text = """#include "lib/shapes.glsl"
    vec4 pixel(vec2 uv) { return vec4(rotated(vec2(2.0, 0.0), vec2(0.0, 1.0)), 0.0, 1.0); }"""
    np.testing.assert_allclose(draw(text)[0, 0], (0, 2, 0, 1), atol=1e-6)
