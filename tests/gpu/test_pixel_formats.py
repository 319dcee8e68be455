"""Every pixel format is written, stored and read back as its definition says, on both paths."""

import numpy as np
import pytest

from tdlite.gpu.formats import FORMATS, srgb_decoded, srgb_encoded, to_dtype
from tdlite.gpu.image import Spec
from tdlite.gpu.readback import read, read_raw
from tdlite.gpu.upload import upload

# Negative, zero, dark, middle, above one; four different channels.
COLOURS = np.array(
    [(-0.5, 0.0, 0.25, 0.5), (0.1, 0.2, 0.7, 1.0), (0.001, 0.5, 0.999, 0.2), (2.0, 1.5, 1.0, 3.0)], np.float32
)
DRAW_COLOURS = "vec4 pixel(vec2 uv) { return input0(); }"


def small_float_step(values, mantissa):
    """The distance between neighbours of unsigned floats with 5 exponent bits; either may be chosen."""
    return 2.0 ** (np.floor(np.log2(np.maximum(values, 2.0**-14))) - mantissa)


def expected(token, path):
    """What a shader reads after COLOURS were stored, and by how much it may differ."""
    made = FORMATS[token]
    values = COLOURS.astype(np.float64)
    if made.kind == "fixed":
        values = np.clip(values, 0, 1)
    tolerance = np.zeros_like(values)
    if token == "rgba11float":
        values = np.maximum(values, 0)
        tolerance[:, :2] = small_float_step(values[:, :2], 6)
        tolerance[:, 2] = small_float_step(values[:, 2], 5)
    elif made.kind == "float":
        tolerance[:] = np.abs(values) * (2.0**-10 if "16" in token else 1e-7)
    elif token == "rgb10a2fixed":
        # llvmpipe's raster path multiplies by 1024 and cuts off, which is up to a step away; compute rounds.
        tolerance[:, :3], tolerance[:, 3] = (0.5 if path == "compute" else 1) / 1023, 0.5 / 3
    else:
        tolerance[:] = 0.5 / (65535 if "16" in token else 255)
    if token == "srgba8fixed":
        tolerance[:, :3] = 0.7 / 255 * 2.4  # half a step of the encoded value, at the curve's steepest
    match made.channels:
        case "rgb":
            values[:, 3] = 1
        case "mono":
            values = values[:, [0, 0, 0, 3]]
            tolerance = tolerance[:, [0, 0, 0, 3]]
            values[:, 3] = 1
        case "rg":
            values[:, 2], values[:, 3] = 0, 1
        case "a":
            values[:, :3] = 0
        case "monoalpha":
            values, tolerance = values[:, [0, 0, 0, 3]], tolerance[:, [0, 0, 0, 3]]
    return values, tolerance + 2e-6


def test_there_are_the_25_formats_of_the_menu_besides_use_input():
    assert len(FORMATS) == 25
    assert [made.token for made in FORMATS.values()] == list(FORMATS)


@pytest.mark.parametrize("token", FORMATS)
def test_a_colour_survives_as_far_as_the_format_can_hold_it(token, path, draw, image):
    source = image(COLOURS[None])
    drawn = draw(DRAW_COLOURS, 4, 1, token, inputs=(source,), path=path)
    values, tolerance = expected(token, path)
    assert drawn.dtype == np.float32
    assert drawn.shape == (1, 4, 4)
    assert np.all(np.abs(drawn[0] - values) <= tolerance), drawn[0] - values


@pytest.mark.parametrize("token", FORMATS)
def test_a_shader_reads_what_reading_back_says(token, path, draw, image, gpu):
    stored = upload(gpu, COLOURS[None], Spec.square(4, 1, token))
    seen = draw(DRAW_COLOURS, 4, 1, inputs=(stored,), path=path)
    # Drivers approximate the sRGB curve: within half an 8-bit step.
    np.testing.assert_allclose(seen, read(stored), rtol=1e-6, atol=1e-6 if token != "srgba8fixed" else 0.5 / 255)


@pytest.mark.parametrize("token", FORMATS)
def test_compute_and_raster_store_the_same(token, draw, image):
    rng = np.random.default_rng(1)
    source = image(rng.random((16, 16, 4)))
    both = [draw(DRAW_COLOURS, 16, 16, token, inputs=(source,), path=way) for way in ("compute", "raster")]
    step = 1 / 255 if "8fixed" in token else 1 / 1023 if "10a2" in token else 1e-5
    np.testing.assert_allclose(both[0], both[1], atol=step + 1e-6, rtol=1e-5)


@pytest.mark.parametrize("token", [token for token, made in FORMATS.items() if made.kind == "fixed"])
def test_what_is_no_number_is_stored_as_zero_in_fixed_formats(token, path, draw):
    drawn = draw("vec4 pixel(vec2 uv) { return vec4(sqrt(uv.x - 2.0)); }", 4, 4, token, path=path)
    missing = drawn[..., 3] if FORMATS[token].channels in ("rgba", "a", "monoalpha") else drawn[..., 0]
    assert not missing.any()


def test_eight_bit_values_round_to_the_nearest_step(draw, path):
    drawn = draw(
        "vec4 pixel(vec2 uv) { return vec4(float(pixel_coord.x) * 0.2 / 255.0); }", 50, 1, "rgba8fixed", path=path
    )
    wanted = np.rint(np.arange(50) * 0.2).astype(int)
    assert np.array_equal(np.rint(drawn[0, :, 0] * 255).astype(int), wanted)


def test_rgb_floats_are_stored_with_alpha_one(gpu, draw, image):
    raw = read_raw(upload(gpu, COLOURS[None], Spec.square(4, 1, "rgb32float")))
    assert raw.shape == (1, 4, 4)
    assert np.all(raw[..., 3] == 1)
    assert FORMATS["rgb16float"].bytes == 6
    assert FORMATS["rgb16float"].stored_bytes == 8


def test_srgb_decoding_inverts_encoding_and_meets_the_standard():
    linear = np.linspace(0, 1, 1001, dtype=np.float32)
    np.testing.assert_allclose(srgb_decoded(srgb_encoded(linear)), linear, atol=1e-6)
    assert srgb_encoded(np.float32(0.5)) == pytest.approx(0.735357, abs=1e-5)
    assert srgb_encoded(np.float32(0.001)) == pytest.approx(0.01292)


def test_srgb_images_store_the_encoded_bytes(draw, gpu):
    stored = upload(gpu, np.full((1, 1, 4), 0.5, np.float32), Spec.square(1, 1, "srgba8fixed"))
    assert read_raw(stored).tolist() == [[[188, 188, 188, 128]]]


def test_floats_become_integers_by_clamping_and_rounding():
    values = np.array([-1, 0, 0.5, 1, 2, np.nan], np.float32)
    assert to_dtype(values, np.uint8).tolist() == [0, 0, 128, 255, 255, 0]
    assert to_dtype(values, np.uint16).tolist() == [0, 0, 32768, 65535, 65535, 0]


@pytest.mark.parametrize("token", FORMATS)
def test_collapsing_inverts_expanding_for_stored_values(token):
    made = FORMATS[token]
    rng = np.random.default_rng(2)
    if made.dtype.kind == "u":
        raw = rng.integers(0, np.iinfo(made.dtype).max + 1, (5, 7, made.components), dtype=made.dtype)
    else:
        raw = rng.random((5, 7, made.components)).astype(made.dtype)
    if made.channels == "rgb":
        raw[..., 3:] = 1
    assert np.array_equal(made.collapse(made.expand(raw)), raw)
