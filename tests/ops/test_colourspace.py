"""Pictures converted on the GPU, by compute and by raster, against the standards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import colours
import numpy as np
import pytest

import tdlite as td
from tdlite.gpu.context import Gpu
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.readback import read
from tdlite.gpu.upload import upload
from tdlite.media.colour import SPACES, Conversion
from tdlite.ops.colourspace import Converted, conversion, file_format, inward, outward

REAL = [token for token in SPACES if token != "passthrough"]


@pytest.fixture(params=["compute", "raster"])
def gpu(request: Any) -> Iterator[Gpu]:
    """The device, drawing by one path and by the other."""
    device = Gpu.shared()
    before, device.path = device.path, request.param
    yield device
    device.path = before


def picture(gpu: Gpu, colour: Any, alpha: Any = 1.0, format: str = "rgba32float") -> Image:
    """Colours [n, 3] as one row of pixels."""
    rgba = np.empty((1, len(colour), 4), np.float32)
    rgba[0, :, :3], rgba[0, :, 3] = colour, alpha
    return upload(gpu, rgba, Spec.square(len(colour), 1, format))


def way(source: str, target: str, source_white: float = 100, target_white: float = 100) -> Conversion:
    return Conversion(SPACES[source], SPACES[target], source_white, target_white)


def shown(gpu: Gpu, image: Image, each: Conversion, format: str, premultiplied: bool = True) -> Any:
    made = Converted()(image, each, format, premultiplied)
    assert made.spec == image.spec._replace(format=format)
    return read(made)[0].astype(np.float64)


@pytest.mark.parametrize("target", REAL)
def test_a_picture_is_converted_as_the_standard_says(gpu: Gpu, target: str) -> None:
    light = colours.chart()
    wanted = colours.converted("acescg", target, light, 80, 120)
    found = shown(gpu, picture(gpu, light), way("acescg", target, 80, 120), "rgba32float")[:, :3]
    assert np.abs(found - wanted).max() < 3e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("source", REAL)
def test_a_picture_comes_back_into_linear_light(gpu: Gpu, source: str) -> None:
    light = np.maximum(colours.chart(), 0.05)
    stored = colours.converted("srgblinear", source, light, 100, 203)
    found = shown(gpu, picture(gpu, stored), way(source, "srgblinear", 203, 100), "rgba32float")[:, :3]
    assert np.abs(found - light).max() < 5e-4


def test_16_bits_keep_every_code_of_10_and_12_bit_pq() -> None:
    gpu = Gpu.shared()
    for depth in (10, 12):
        codes = np.arange(2**depth) / (2**depth - 1)
        light = Conversion(SPACES["rec2020st2084pq"], SPACES["acescg"], 100, 100).apply(
            np.repeat(codes[:, None], 3, axis=1)
        )
        fixed = shown(gpu, picture(gpu, light), way("acescg", "rec2020st2084pq"), "rgba16fixed")[:, 0]
        assert np.abs(fixed - codes).max() * (2**depth - 1) < 0.25
    # Half floats do not: from 0.5 up they are 1/2048 apart, two steps of 12 bits.
    half = codes.astype(np.float16).astype(float)
    assert np.abs(half - codes).max() * 4095 > 0.9


def test_a_picture_that_needs_no_conversion_is_itself(gpu: Gpu) -> None:
    image = picture(gpu, colours.chart())
    for each in (way("passthrough", "rec2020st2084pq"), way("acescg", "passthrough"), way("acescg", "acescg")):
        assert conversion(image, each, "rgba8fixed") is image


def test_colours_are_converted_as_they_are_without_alpha(gpu: Gpu) -> None:
    light, alpha = colours.chart(), np.linspace(0.1, 1, 72)
    premultiplied = light * alpha[:, None]
    found = shown(gpu, picture(gpu, premultiplied, alpha), way("srgblinear", "srgb"), "rgba32float")
    assert np.abs(found[:, :3] - colours.encoded("srgb", light, 100) * alpha[:, None]).max() < 3e-5 * 2
    assert found[:, 3] == pytest.approx(alpha)


def test_over_black_the_premultiplied_light_is_what_is_converted(gpu: Gpu) -> None:
    light = np.array([[0.25, 0.1, 0.0]])
    found = shown(gpu, picture(gpu, light, 0.5), way("srgblinear", "srgb"), "rgba32float", premultiplied=False)
    assert found[0, :3] == pytest.approx(colours.encoded("srgb", light, 100)[0], abs=3e-5)
    assert found[0, 3] == 0.5


def test_light_without_alpha_is_kept(gpu: Gpu) -> None:
    light = np.array([[0.5, 0.25, 0.0], [0.0, 0.0, 0.0]])
    found = shown(gpu, picture(gpu, light, 0.0), way("srgblinear", "srgb"), "rgba32float")
    assert found[0, :3] == pytest.approx(colours.encoded("srgb", light, 100)[0], abs=3e-5)
    assert np.array_equal(found[1], np.zeros(4))


def test_a_picture_that_stays_is_converted_once() -> None:
    image, convert = picture(Gpu.shared(), colours.chart()), Converted()
    first = convert(image, way("acescg", "srgb"), "rgba8fixed", True)
    assert convert(image, way("acescg", "srgb"), "rgba8fixed", True) is first
    assert convert(image, way("acescg", "rec709"), "rgba8fixed", True) is not first


@pytest.mark.parametrize(
    ("format", "space", "wanted"),
    [
        ("rgba8fixed", "srgb", "rgba8fixed"),
        ("rgba8fixed", "rec2020st2084pq", "rgba16fixed"),
        ("rgba8fixed", "acescg", "rgba16float"),
        ("rgb10a2fixed", "rec709", "rgba16fixed"),
        ("mono16fixed", "aces2065-1", "rgba32float"),
        ("rgba16float", "srgb", "rgba16float"),
        ("mono32float", "rec2020hlg", "rgba32float"),
        ("rgba11float", "srgblinear", "rgba16float"),
        ("srgba8fixed", "srgb", "rgba8fixed"),
    ],
)
def test_files_get_a_format_that_keeps_what_the_space_can_say(format: str, space: str, wanted: str) -> None:
    assert file_format(format, SPACES[space]) == wanted


def test_a_project_is_passed_through_until_it_says_what_its_numbers_mean(fast: Any) -> None:
    assert fast.workingColorSpace is td.WorkingColorSpace.PASS_THROUGH
    assert (fast.sdrReferenceWhiteNits, fast.hdrReferenceWhiteNits) == (100, 100)
    assert outward(fast, "rec2020hlg").nothing
    assert inward(fast, "rec2020hlg").nothing


def test_the_working_space_and_the_whites_decide_about_the_way(fast: Any) -> None:
    fast.workingColorSpace = "acescg"
    fast.sdrReferenceWhiteNits, fast.hdrReferenceWhiteNits = 120, 80
    assert fast.workingColorSpace is td.WorkingColorSpace.ACES_CG
    assert outward(fast, "srgb") == way("acescg", "srgb", 80, 120)
    assert outward(fast, "srgb", "hdr") == way("acescg", "srgb", 80, 80)
    assert inward(fast, "displayp3d65", "sdr") == way("displayp3d65", "acescg", 120, 80)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("workingColorSpace", "rec709", "ACES_CG ('acescg')"),
        ("sdrReferenceWhiteNits", 0, "above 0"),
        ("hdrReferenceWhiteNits", float("nan"), "not nan"),
    ],
)
def test_impossible_settings_are_refused(fast: Any, name: str, value: Any, said: str) -> None:
    before = getattr(fast, name)
    with pytest.raises(td.TdError) as caught:
        setattr(fast, name, value)
    assert said in str(caught.value)
    assert getattr(fast, name) == before


def test_what_reads_the_working_space_cooks_again_when_it_changes(fast: Any) -> None:
    level = fast.levelTOP(
        inputs=[fast.constantTOP()], brightness1="=2 if project.workingColorSpace.value == 'acescg' else 1"
    )
    fast.frames(1, pull=[level])
    fast.trace.clear()
    fast.sdrReferenceWhiteNits = 80  # which nobody read
    fast.frames(1, pull=[level])
    assert level.path not in fast.cooked
    fast.workingColorSpace = td.WorkingColorSpace.ACES_CG
    fast.frames(1, pull=[level])
    assert level.path in fast.cooked
