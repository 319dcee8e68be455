"""PNG files are what the specification says, whoever reads them."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from tdlite.media.images import encode_image

Array = NDArray[Any]
SIZES = [(1, 1), (3, 7), (7, 3), (1, 1921), (1921, 1), (2, 2), (9, 5), (33, 40), (64, 64), (100, 31)]


def pictures(dtype: type[Any], height: int, width: int) -> list[Array]:
    """What each filter is good for, and what none is: noise, ramps to the right and up, one colour."""
    top = np.iinfo(dtype).max
    random = np.random.default_rng(height * 10_000 + width)
    y, x = np.mgrid[0:height, 0:width]
    ramp = np.stack([x * 257 % (top + 1), x * 3 % (top + 1), (x // 2) % (top + 1), 0 * x + top], -1)
    up = np.stack([y * 257 % (top + 1), y * 3 % (top + 1), (x * y) % (top + 1), y % (top + 1)], -1)
    noise = random.integers(0, top, (height, width, 4), dtype, endpoint=True)
    return [noise, ramp.astype(dtype), up.astype(dtype), np.full((height, width, 4), top // 3, dtype)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_8_bits_come_back_bit_exact_from_each_reader(height: int, width: int) -> None:
    for picture in pictures(np.uint8, height, width):
        data = encode_image(picture, ".png")
        found = Pillow.open(io.BytesIO(data))
        assert found.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(found)[::-1], picture)
        np.testing.assert_array_equal(imagecodecs.png_decode(data)[::-1], picture)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_16_bits_come_back_bit_exact_from_each_reader(height: int, width: int) -> None:
    for picture in pictures(np.uint16, height, width):
        data = encode_image(picture, ".png")
        np.testing.assert_array_equal(imagecodecs.png_decode(data)[::-1], picture)
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        assert found is not None
        np.testing.assert_array_equal(found[::-1, :, [2, 1, 0, 3]], picture)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_ffmpeg_reads_the_same(dtype: type[Any], tmp_path: Path) -> None:
    for index, picture in enumerate(pictures(dtype, 37, 53)):
        path = tmp_path / f"{index}.png"
        path.write_bytes(encode_image(picture, ".png"))
        kind = "rgba" if dtype is np.uint8 else "rgba64le"
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", kind, "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        np.testing.assert_array_equal(np.frombuffer(raw, dtype).reshape(37, 53, 4)[::-1], picture)


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG; asserts that lengths and checksums are right and nothing follows."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        found.append((kind, body))
        at += length + 12
    return found


def test_the_file_is_a_header_pixels_and_an_end() -> None:
    picture = pictures(np.uint8, 12, 34)[0]
    header, pixels, end = chunks(encode_image(picture, ".png"))
    assert header == (b"IHDR", struct.pack(">IIBBBBB", 34, 12, 8, 6, 0, 0, 0))
    assert end == (b"IEND", b"")
    rows = np.frombuffer(zlib.decompress(pixels[1]), np.uint8).reshape(12, 1 + 34 * 4)
    assert set(rows[:, 0].tolist()) <= {0, 1, 2}


def test_large_pixels_are_cut_into_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tdlite.media.png._LARGEST_CHUNK", 100)
    picture = pictures(np.uint8, 30, 30)[0]
    data = encode_image(picture, ".png")
    kinds = [kind for kind, _ in chunks(data)]
    assert kinds.count(b"IDAT") > 30
    assert max(len(body) for _, body in chunks(data)) == 100
    np.testing.assert_array_equal(np.asarray(Pillow.open(io.BytesIO(data)))[::-1], picture)


def filter_of(picture: Array) -> int:
    """The filter of the first row."""
    return zlib.decompress(chunks(encode_image(picture, ".png"))[1][1])[0]


def test_the_filter_is_the_one_that_suits_the_picture() -> None:
    random = np.random.default_rng(1)
    columns = np.repeat(random.integers(0, 255, (1, 200, 4), np.uint8), 100, 0)
    rows = np.repeat(random.integers(0, 255, (100, 1, 4), np.uint8), 200, 1)
    few = np.array([0, 255], np.uint8)[random.integers(0, 2, (100, 200, 1))].repeat(4, 2)
    assert filter_of(columns) == 2  # up: each row is the one above
    assert filter_of(rows) == 1  # sub: each pixel is the one before
    assert filter_of(few) == 0  # none: differences are of three values, not of two


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_it_is_about_as_small_as_libpngs_fastest(dtype: type[Any]) -> None:
    random, noise = np.random.default_rng(3), np.zeros((300, 400, 4), np.float32)
    for octave in range(4):
        grid = random.standard_normal((3 << octave, 4 << octave, 4)).astype(np.float32)
        noise += cv2.resize(grid, (400, 300), interpolation=cv2.INTER_CUBIC) / 2**octave
    picture = (np.clip(noise * 0.15 + 0.5, 0, 1) * np.iinfo(dtype).max).astype(dtype)
    assert len(encode_image(picture, ".png")) < 1.5 * len(imagecodecs.png_encode(picture[::-1], level=1))
