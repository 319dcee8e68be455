"""DDS files by Microsoft's documented layout, read by a parser of their own and by other libraries."""

from __future__ import annotations

import io
import struct
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from tdlite.media.dds import LAYOUTS, decode_dds
from tdlite.media.errors import MediaError
from tdlite.media.images import encode_image
from tdlite.media.picture import ImageOptions

Array = NDArray[Any]

# DXGI_FORMAT numbers of dxgiformat.h, and bytes a pixel.
DXGI = {
    "rgba8fixed": (28, 4), "srgba8fixed": (29, 4), "rgba16fixed": (11, 8), "rgba16float": (10, 8),
    "rgba32float": (2, 16), "rgb10a2fixed": (24, 4), "rgba11float": (26, 4), "rgb16float": (10, 8),
    "rgb32float": (6, 12), "mono8fixed": (61, 1), "mono16fixed": (56, 2), "mono16float": (54, 2),
    "mono32float": (41, 4), "rg8fixed": (49, 2), "rg16fixed": (35, 4), "rg16float": (34, 4), "rg32float": (16, 8),
    "a8fixed": (65, 1),
}  # fmt: skip


class File(NamedTuple):
    """What a DDS file says, field by field, and the bytes of its levels."""

    width: int
    height: int
    pitch: int
    dxgi: int
    levels: list[bytes]


def parse(data: bytes, size: int) -> File:
    """Read a DDS with a DX10 header, whose pixels have ``size`` bytes; every field is checked."""
    magic, length, flags, height, width, pitch, depth, levels = struct.unpack_from("<4s7I", data, 0)
    assert (magic, length, depth) == (b"DDS ", 124, 0)
    assert flags & 0x1007 == 0x1007  # caps, height, width, pixel format
    assert bool(flags & 0x20000) == (levels > 1 or width == height == 1)
    assert not any(data[32:76])
    assert struct.unpack_from("<2I4s5I", data, 76) == (32, 4, b"DX10", 0, 0, 0, 0, 0)
    caps, *rest = struct.unpack_from("<5I", data, 108)
    assert caps & 0x1000
    assert rest == [0, 0, 0, 0]
    assert bool(caps & 0x400000) == bool(flags & 0x20000)
    dxgi, dimension, misc, count, _ = struct.unpack_from("<5I", data, 128)
    assert (dimension, misc, count) == (3, 0, 1)
    at, found, w, h = 148, [], width, height
    for _ in range(levels):
        found.append(data[at : at + w * h * size])
        at, w, h = at + w * h * size, max(1, w // 2), max(1, h // 2)
    assert at == len(data)
    return File(width, height, pitch, dxgi, found)


def stored(token: str, height: int = 5, width: int = 7) -> Array:
    """Pixels as a texture of that format has them, row 0 at the bottom; floats that 11 bits hold exactly."""
    layout = LAYOUTS[token]
    random = np.random.default_rng(5)
    shape = height, width, 4 if token in ("rgb16float", "rgb32float") else layout.channels
    if token == "rgb10a2fixed":
        return (random.integers(0, 1024, shape) / [1023, 1023, 1023, 1023] * 1).astype(np.float32)
    if token == "rgba11float":
        return (2.0 ** random.integers(-10, 10, shape) * (1 + random.integers(0, 32, shape) / 32)).astype(np.float32)
    if np.dtype(layout.dtype).kind == "u":
        return random.integers(0, np.iinfo(layout.dtype).max, shape, layout.dtype, endpoint=True)
    return random.standard_normal(shape).astype(layout.dtype)


def test_the_table_is_dxgis() -> None:
    assert {token: layout.dxgi for token, layout in LAYOUTS.items()} == {t: number for t, (number, _) in DXGI.items()}


@pytest.mark.parametrize("token", [token for token in DXGI if token not in ("rgb10a2fixed", "rgba11float")])
def test_each_format_is_stored_as_it_is_top_row_first(token: str) -> None:
    pixels = stored(token)
    found = parse(encode_image(pixels, ".dds", ImageOptions(format=token)), DXGI[token][1])
    assert found[:4] == (7, 5, 7 * DXGI[token][1], DXGI[token][0])
    assert found.levels == [pixels[::-1, :, : LAYOUTS[token].channels].tobytes()]


def test_ten_bits_and_two_lie_from_the_lowest_bit_on() -> None:
    pixels = np.array([[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0.5, 2, -1, np.nan]]], np.float32)
    (level,) = parse(encode_image(pixels, ".dds", ImageOptions(format="rgb10a2fixed")), 4).levels
    assert struct.unpack("<5I", level) == (1023, 1023 << 10, 1023 << 20, 3 << 30, 512 | 1023 << 10)


def unpacked_11f(word: int) -> tuple[float, float, float]:
    """Three floats without sign: 5 bits of exponent with bias 15, then 6, 6 and 5 bits of mantissa."""

    def value(bits: int, mantissa: int) -> float:
        exponent, rest = bits >> mantissa, bits & ((1 << mantissa) - 1)
        if exponent == 31:
            return float("nan") if rest else float("inf")
        if exponent == 0:
            return rest / (1 << mantissa) * 2.0**-14
        return (1 + rest / (1 << mantissa)) * 2.0 ** (exponent - 15)

    return value(word & 0x7FF, 6), value(word >> 11 & 0x7FF, 6), value(word >> 22, 5)


def test_eleven_bit_floats_are_exact_where_they_can_be_and_nearest_elsewhere() -> None:
    pixels = stored("rgba11float")
    (level,) = parse(encode_image(pixels, ".dds", ImageOptions(format="rgba11float")), 4).levels
    words = struct.unpack("<35I", level)
    assert [unpacked_11f(word) for word in words] == [tuple(pixel) for pixel in pixels[::-1].reshape(-1, 3).tolist()]
    odd = np.array([[[1 + 1 / 200, -3, 70_000], [1.99999, 0, np.nan], [np.inf, 2.0**-20, 1e-9]]], np.float32)
    words = struct.unpack("<3I", parse(encode_image(odd, ".dds", ImageOptions(format="rgba11float")), 4).levels[0])
    assert unpacked_11f(words[0]) == (1.0, 0.0, float("inf"))
    assert unpacked_11f(words[1])[:2] == (2.0, 0.0)
    assert np.isnan(unpacked_11f(words[1])[2])
    assert unpacked_11f(words[2]) == (float("inf"), 2.0**-20, 0.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_rgba_of_any_type_is_written_as_it_is(dtype: type[Any]) -> None:
    token = {"uint8": "rgba8fixed", "uint16": "rgba16fixed", "float16": "rgba16float", "float32": "rgba32float"}
    pixels = stored(token[np.dtype(dtype).name])
    found = parse(encode_image(pixels, ".dds"), pixels.itemsize * 4)
    assert found.dxgi == DXGI[token[np.dtype(dtype).name]][0]
    assert found.levels == [pixels[::-1].tobytes()]


def test_pillow_and_ffmpeg_read_the_same(tmp_path: Path) -> None:
    for token in ("rgba8fixed", "srgba8fixed"):
        pixels = stored(token)
        data = encode_image(pixels, ".dds", ImageOptions(format=token, mipmaps=True))
        found = Pillow.open(io.BytesIO(data))
        found.load()
        np.testing.assert_array_equal(np.asarray(found)[::-1], pixels)
    # ffmpeg 5 calls these formats BGRA, though DXGI says that red comes first; it knows few others.
    for token, kind in (("rgba8fixed", "bgra"), ("rgba16fixed", "bgra64le")):
        pixels = stored(token)
        path = tmp_path / f"{token}.dds"
        path.write_bytes(encode_image(pixels, ".dds", ImageOptions(format=token)))
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", kind, "-"]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        np.testing.assert_array_equal(np.frombuffer(raw, pixels.dtype).reshape(pixels.shape)[::-1], pixels)


# -- smaller levels ----------------------------------------------------------------------------------------------


def levels(pixels: Array, token: str) -> list[Array]:
    """All levels that are written, row 0 at the bottom."""
    data = encode_image(pixels, ".dds", ImageOptions(format=token, mipmaps=True))
    height, width = pixels.shape[:2]
    made = []
    for raw in parse(data, DXGI[token][1]).levels:
        made.append(np.frombuffer(raw, pixels.dtype).reshape(height, width, -1)[::-1])
        height, width = max(1, height // 2), max(1, width // 2)
    return made


@pytest.mark.parametrize("token", [token for token in DXGI if token not in ("rgb10a2fixed", "rgba11float")])
def test_the_levels_of_one_colour_are_that_colour(token: str) -> None:
    pixels = np.repeat(np.repeat(stored(token, 1, 1), 13, 0), 21, 1)
    made = levels(pixels, token)
    assert [level.shape[1::-1] for level in made] == [(21, 13), (10, 6), (5, 3), (2, 1), (1, 1)]
    for level in made:
        kept = pixels[:1, :1, : level.shape[2]]
        np.testing.assert_allclose(level, np.broadcast_to(kept, level.shape), rtol=1e-3 if "16float" in token else 1e-6)


def test_a_ramp_halves_into_the_means_of_its_pairs() -> None:
    ramp = np.zeros((4, 16, 4), np.float32)
    ramp[..., 0], ramp[..., 1] = np.arange(16), np.arange(4)[:, None]
    made = levels(ramp, "rgba32float")
    np.testing.assert_array_equal(made[1][0, :, 0], np.arange(8) * 2 + 0.5)
    np.testing.assert_array_equal(made[1][:, 0, 1], [0.5, 2.5])
    np.testing.assert_array_equal(made[2][0, :, 0], np.arange(4) * 4 + 1.5)
    np.testing.assert_array_equal(made[-1].ravel(), [7.5, 1.5, 0, 0])


def test_an_odd_size_is_averaged_over_the_whole_area() -> None:
    row = np.array([3, 6, 9], np.float32).reshape(1, 3, 1)
    np.testing.assert_allclose(levels(row, "mono32float")[1].ravel(), [6])
    five = np.array([1, 2, 4, 8, 16], np.float32).reshape(1, 5, 1)
    # Each of two pixels covers two and a half.
    np.testing.assert_allclose(levels(five, "mono32float")[1].ravel(), [(1 + 2 + 2) / 2.5, (2 + 8 + 16) / 2.5])


def test_srgb_levels_are_means_of_light_and_alpha_of_itself() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0] = 255
    made = levels(pixels, "srgba8fixed")
    assert made[1].ravel().tolist() == [188, 188, 188, 128]  # half the light is 0.7354 encoded
    assert levels(pixels, "rgba8fixed")[1].ravel().tolist() == [128, 128, 128, 128]


def test_packed_formats_have_levels_too() -> None:
    for token in ("rgb10a2fixed", "rgba11float"):
        pixels = np.full((4, 4, LAYOUTS[token].channels), 1.0, np.float32)
        found = parse(encode_image(pixels, ".dds", ImageOptions(format=token, mipmaps=True)), 4)
        assert [len(level) // 4 for level in found.levels] == [16, 4, 1]
        assert len(set(np.frombuffer(b"".join(found.levels), np.uint32).tolist())) == 1


# -- read again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", DXGI)
@pytest.mark.parametrize("mipmaps", [False, True])
def test_what_was_written_is_read_again(token: str, mipmaps: bool) -> None:
    pixels = stored(token)
    found = decode_dds(encode_image(pixels, ".dds", ImageOptions(format=token, mipmaps=mipmaps)))
    assert found is not None
    pixels = pixels[::-1]
    if token.startswith("rg") and not token.startswith("rgb"):
        top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
        np.testing.assert_array_equal(found[..., :2], pixels)
        assert (found[..., 2] == 0).all()
        assert (found[..., 3] == top).all()
    elif token == "a8fixed":
        np.testing.assert_array_equal(found[..., 3:], pixels)
        assert not found[..., :3].any()
    elif token == "rgb10a2fixed":
        np.testing.assert_allclose(found[..., :3] / 65535, pixels[..., :3], atol=1 / 65535)
        np.testing.assert_array_equal(found[..., 3] // 21845, np.rint(pixels[..., 3] * 3))
    else:
        np.testing.assert_array_equal(found, pixels[..., : found.shape[2]].astype(found.dtype))


def test_other_files_are_left_to_others_and_missing_pixels_are_an_error() -> None:
    data = encode_image(stored("rgba8fixed"), ".dds")
    assert decode_dds(b"") is None
    assert decode_dds(b"\x89PNG" + data[4:]) is None
    assert decode_dds(data[:84] + b"DXT1" + data[88:]) is None
    assert decode_dds(data[:128] + struct.pack("<I", 98) + data[132:]) is None  # BC7
    with pytest.raises(ValueError, match="buffer"):
        decode_dds(data[:-1])


def test_too_few_channels_are_refused() -> None:
    with pytest.raises(MediaError, match=r"give \[h, w, 2\]"):
        encode_image(np.zeros((2, 2, 1), np.uint8), ".dds", ImageOptions(format="rg8fixed"))
