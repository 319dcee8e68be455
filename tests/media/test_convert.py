from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tdlite.media.convert import Converter, planes, quantised
from tdlite.media.encoder import Colour, Pixels
from tdlite.media.errors import EncoderError


def luma_and_chroma(rgb: tuple[float, float, float], colour: Colour, depth: int) -> list[float]:
    """Y'CbCr by the formulas of ITU-R BT.601, 709 and 2020 (they differ in the two weights), before rounding."""
    kr, kb = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 9: (0.2627, 0.0593)}[colour.matrix]
    red, green, blue = rgb
    y = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - y) / (2 * (1 - kb)), (red - y) / (2 * (1 - kr))
    if colour.full_range:
        most = 2**depth - 1
        return [most * y, most * cb + 2 ** (depth - 1), most * cr + 2 ** (depth - 1)]
    step = 2 ** (depth - 8)
    return [(219 * y + 16) * step, (224 * cb + 128) * step, (224 * cr + 128) * step]


def flat(rgb: tuple[float, float, float], dtype: Any) -> Pixels:
    values = np.ones((4, 8, 4))
    values[..., :3] = rgb
    if np.issubdtype(dtype, np.integer):
        values = np.round(values * np.iinfo(dtype).max)
    return values.astype(dtype)


def samples(converter: Converter, frame: Pixels, depth: int) -> NDArray[Any]:
    data = planes(converter.picture(frame, 0, Fraction(1, 30)))
    return np.frombuffer(data, np.uint8 if depth == 8 else "<u2")


COLOURS = [(0, 0, 0), (1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.2, 0.6, 0.8)]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize(("name", "depth"), [("yuv444p", 8), ("yuv444p10le", 10)])
@pytest.mark.parametrize("colour", [Colour(), Colour(matrix=5, full_range=True), Colour(9, 16, 9)])
def test_values_are_those_of_the_standard(colour: Colour, name: str, depth: int, dtype: Any) -> None:
    converter = Converter(8, 4, name, colour)
    for rgb in COLOURS:
        found = samples(converter, flat(rgb, dtype), depth).reshape(3, -1)[:, 0]
        most = 2**depth - 1
        expected = np.clip(luma_and_chroma(rgb, colour, depth), 0, most)
        # A frame of 8 bits is itself rounded to 255 steps.
        assert np.abs(found - expected).max() <= (1.01 if depth == 8 else 2.5), rgb


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("name", ["yuv420p", "yuv420p10le", "yuv422p", "yuv422p10le"])
def test_chroma_is_taken_where_its_samples_lie(name: str, centred: bool) -> None:
    # A step from blue to red between two pixels of one chroma sample.
    frame = np.zeros((8, 32, 4), np.uint8)
    frame[:, :17, 2] = frame[:, 17:, 0] = 255
    depth = 10 if name.endswith("10le") else 8
    data = samples(Converter(32, 8, name, Colour(), centred), frame, depth).astype(float)
    rows = 4 if "420" in name else 8
    red = data[32 * 8 + rows * 16 :].reshape(rows, 16)[rows // 2]
    low, high = red[0], red[-1]
    share = (red[8] - low) / (high - low)
    # Pixels 16 (blue) and 17 (red), in the middle between them; or 15, 16, 17 with weights 1, 2, 1 around 16.
    assert share == pytest.approx(0.5 if centred else 0.25, abs=0.02)
    assert (red[7], red[9]) == (low, high)


def test_the_first_row_is_the_bottom() -> None:
    frame = np.zeros((4, 8, 4), np.uint8)
    frame[0] = 255
    luma = samples(Converter(8, 4, "yuv444p", Colour()), frame, 8)[:32].reshape(4, 8)
    assert luma[:, 0].tolist() == [16, 16, 16, 235]


@pytest.mark.parametrize(
    ("name", "depth", "most"), [("gbrap12le", 12, 4095), ("yuva444p10le", 10, 1023), ("yuva420p", 8, 255)]
)
def test_alpha_keeps_its_range(name: str, depth: int, most: int) -> None:
    frame = np.zeros((4, 8, 4), np.uint16)
    frame[:2, :, 3] = 65535
    alpha = samples(Converter(8, 4, name, Colour()), frame, depth)[-32:].reshape(4, 8)
    assert alpha[:, 0].tolist() == [0, 0, most, most]


def test_a_frame_that_must_not_change_does_not() -> None:
    frame = np.random.default_rng(1).integers(0, 65535, (4, 8, 4), np.uint16)
    before = frame.copy()
    frame.flags.writeable = False
    Converter(8, 4, "yuv420p10le", Colour()).picture(frame, 0, Fraction(1))
    np.testing.assert_array_equal(frame, before)


def test_rgb_is_rounded_and_nothing_else() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (4, 8, 4), np.uint8, endpoint=True)
    picture = Converter(8, 4, "argb", Colour()).picture(frame, 0, Fraction(1))
    np.testing.assert_array_equal(picture.to_ndarray(), frame[::-1][..., [3, 0, 1, 2]])


def test_floats_are_clamped_and_rounded_to_nearest() -> None:
    values = np.array([[[-1, 0, 0.5, 2], [np.nan, np.inf, 1 / 255, 1.49 / 255]]], np.float32)
    assert quantised(values, 8).tolist() == [[[0, 0, 128, 255], [0, 255, 1, 1]]]
    assert quantised(values[:, :1], 10).tolist() == [[[0, 0, 32768, 65535]]]
    assert quantised(np.array([[[0, 128, 129, 65535]]], np.uint16), 8).tolist() == [[[0, 0, 1, 255]]]


@pytest.mark.parametrize("frame", [np.zeros((4, 9, 4), np.uint8), np.zeros((4, 8, 4), np.int32)])
def test_other_sizes_and_types_are_an_error_that_names_both(frame: Any) -> None:
    with pytest.raises(EncoderError, match=r"frame 3: it is \[4, \d, 4\] .*takes \[4, 8, 4\] uint8, uint16"):
        Converter(8, 4, "yuv420p", Colour()).picture(frame, 3, Fraction(1))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("name", ["yuv420p", "yuv444p10le", "argb", "gbrp10le"])
def test_it_is_the_same_from_which_end_rows_lie_in_memory(name: str, dtype: Any) -> None:
    random = np.random.default_rng(5).random((12, 8, 4))
    frame = (random * (np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1)).astype(dtype)
    from_top = frame[::-1].copy()[::-1]
    assert (frame.strides[0] < 0, from_top.strides[0] < 0) == (False, True)
    converter = Converter(8, 12, name, Colour())
    first, second = (converter.picture(each, 0, Fraction(1)) for each in (frame, from_top))
    if name == "argb":
        wanted = quantised(frame, 8)[::-1, :, [3, 0, 1, 2]]
        assert np.array_equal(first.to_ndarray(), wanted)
        assert np.array_equal(second.to_ndarray(), wanted)
    else:
        assert planes(first) == planes(second)
