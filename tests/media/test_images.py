from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from tdlite.media.errors import MediaError, OutputError
from tdlite.media.files import write_atomically
from tdlite.media.images import SUFFIXES, encode_image
from tdlite.media.picture import ImageOptions

Array = NDArray[Any]


def noise(dtype: type[np.generic], height: int = 37, width: int = 53) -> Array:
    """Values of the whole range, different in every pixel, channel and row."""
    random = np.random.default_rng(7)
    if issubclass(dtype, np.integer):
        return random.integers(0, np.iinfo(dtype).max, (height, width, 4), dtype, endpoint=True)
    return (random.standard_normal((height, width, 4)) * 3).astype(dtype)


def read(data: bytes) -> Array:
    """Pillow's reading, turned so that row 0 is the bottom."""
    return np.asarray(Pillow.open(io.BytesIO(data)))[::-1]


def read_cv2(data: bytes) -> Array:
    """OpenCV's reading as RGBA, row 0 = bottom: for what Pillow cannot read at full depth."""
    import cv2

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image[::-1, :, [2, 1, 0, 3]]


def read_exr(data: bytes, path: Path) -> Array:
    """imagecodecs cannot open EXR here; ffmpeg's own decoder (not OpenEXR) gives float planes G, B, R, A."""
    path.write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gbrapf32le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    header = subprocess.run(["exrheader", str(path)], check=True, capture_output=True, text=True).stdout
    right, top = header.split("dataWindow (type box2i): (0 0) - (")[1].split(")")[0].split()
    planes = np.frombuffer(raw, np.float32).reshape(4, int(top) + 1, int(right) + 1)
    return planes[[2, 0, 1, 3]].transpose(1, 2, 0)[::-1]


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".bmp"])
def test_8_bit_formats_are_bit_exact_and_the_right_way_up(suffix: str) -> None:
    image = noise(np.uint8)
    reading = read_cv2 if suffix.startswith(".tif") else read  # Pillow divides by alpha, as TIFF says
    np.testing.assert_array_equal(reading(encode_image(image, suffix)), image)


def test_tiff_says_that_its_colours_are_multiplied_by_alpha() -> None:
    """Pillow gives them back divided, which is what any reader shows over another picture."""
    image = np.full((2, 2, 4), (60, 30, 0, 120), np.uint8)
    np.testing.assert_allclose(
        read(encode_image(image, ".tif"))[0, 0], (60 / 120 * 255, 30 / 120 * 255, 0, 120), atol=1
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_jpeg_2000_is_bit_exact_at_the_best_quality(tmp_path: Path, dtype: type[np.generic]) -> None:
    image = noise(dtype)
    path = tmp_path / "a.jp2"
    path.write_bytes(encode_image(image, ".jp2"))
    assert path.read_bytes()[4:12] == b"jP  \r\n\x87\n"
    kind, read_as = ("rgba", "u1") if dtype is np.uint8 else ("rgba64le", "<u2")
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", kind, "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout  # FFmpeg's decoder is its own
    np.testing.assert_array_equal(np.frombuffer(raw, read_as).reshape(image.shape)[::-1], image)


def test_jpeg_2000_is_as_good_as_its_quality_says() -> None:
    y, x = np.mgrid[:96, :128]
    waves = [127 + 100 * np.sin(x / 9), 127 + 100 * np.cos(y / 7 + x / 11), 127 + 100 * np.sin((x + y) / 5), x * 1.9]
    image = (np.stack(waves, -1) + np.random.default_rng(0).normal(0, 4, (96, 128, 4))).clip(0, 255).astype(np.uint8)
    sizes = []
    for quality in (0.0, 0.5, 0.9):
        data = encode_image(image, ".jp2", ImageOptions(quality=quality))
        error = np.mean((read(data).astype(float) - image) ** 2)
        assert abs(10 * np.log10(255**2 / error) - (28 + 22 * quality)) < 2
        sizes.append(len(data))
    assert sizes == sorted(sizes)
    assert sizes[-1] < len(encode_image(image, ".jp2"))


def test_16_bit_png_is_bit_exact() -> None:
    image = noise(np.uint16)
    data = encode_image(image, ".png")
    assert data[24] == 16, "the bit depth in the PNG header"
    np.testing.assert_array_equal(read_cv2(data), image)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_deep_tiff_is_bit_exact(dtype: type[np.generic]) -> None:
    image = noise(dtype)
    np.testing.assert_array_equal(read_cv2(encode_image(image, ".tif")), image)


def test_half_float_tiff_is_bit_exact() -> None:
    import tifffile  # the only reader at hand that knows 16-bit floats

    image = noise(np.float16)
    back = tifffile.imread(io.BytesIO(encode_image(image, ".tif")))
    assert back.dtype == np.float16
    np.testing.assert_array_equal(back[::-1], image)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_float_exr_is_bit_exact_beyond_0_to_1(dtype: type[np.generic], tmp_path: Path) -> None:
    image = noise(dtype)
    assert image.min() < 0
    assert image.max() > 1
    back = read_exr(encode_image(image, ".exr"), tmp_path / "a.exr")
    np.testing.assert_array_equal(back, image.astype(np.float32))


def test_fixed_point_becomes_the_value_in_exr(tmp_path: Path) -> None:
    eight, sixteen = noise(np.uint8), noise(np.uint16)
    back = read_exr(encode_image(eight, ".exr"), tmp_path / "8.exr")
    np.testing.assert_array_equal(back, (eight / np.float32(255)).astype(np.float16).astype(np.float32))
    back = read_exr(encode_image(sixteen, ".exr"), tmp_path / "16.exr")
    np.testing.assert_array_equal(back, (sixteen / np.float32(65535)).astype(np.float32))


def test_exr_keeps_metadata_and_the_pixel_type(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    metadata = [("take", "7"), ("author_name", "Ångström")]
    path.write_bytes(encode_image(noise(np.float16), ".exr", ImageOptions(metadata=metadata)))
    header = subprocess.run(["exrheader", str(path)], check=True, capture_output=True, text=True).stdout
    assert 'take (type string): "7"' in header
    assert 'author_name (type string): "Ångström"' in header
    for channel in "ABGR":
        assert f"{channel}, 16-bit floating-point" in header


def test_metadata_may_be_a_dictionary_and_other_formats_ignore_it() -> None:
    image = noise(np.uint8)
    assert encode_image(image, ".png", ImageOptions(metadata={"a": 1})) == encode_image(image, ".png")
    assert b"frame\0string\0" in encode_image(image, ".exr", ImageOptions(metadata={"frame": 12}))


def test_metadata_must_not_replace_the_exr_header() -> None:
    with pytest.raises(MediaError, match=r"'compression'.*rename"):
        encode_image(noise(np.uint8), ".exr", ImageOptions(metadata={"compression": "none"}))


def smooth(height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 23), np.cos(y / 17 + 1), np.sin((x + y) / 31), 0 * x]
    return (np.stack(waves, -1) * 100 + 127).astype(np.uint8)


def psnr(a: Array, b: Array) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b.astype(float)) ** 2)))


def test_jpeg_is_close_to_the_picture_and_drops_alpha() -> None:
    image = smooth()
    back = read(encode_image(image, ".jpg"))
    assert back.shape[2] == 3
    assert psnr(back, image[..., :3]) > 45
    assert psnr(read(encode_image(image, ".jpeg", ImageOptions(quality=0.85))), image[..., :3]) > 35


def test_jpeg_quality_rules_size_and_chroma() -> None:
    image = noise(np.uint8)
    sizes = [len(encode_image(image, ".jpg", ImageOptions(quality=quality))) for quality in (0, 0.5, 0.89, 0.9, 1)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[1]

    def sampling(quality: float) -> tuple[int, ...]:
        picture = Pillow.open(io.BytesIO(encode_image(image, ".jpg", ImageOptions(quality=quality))))
        return picture.layer[0][1:3]  # type: ignore[attr-defined, no-any-return]

    assert sampling(0.9) == (1, 1)
    assert sampling(0.89) == (2, 2)


def test_floats_are_clamped_and_rounded_in_fixed_point() -> None:
    values = np.array([-np.inf, -1, 0, 0.5, 1, 2, np.inf, np.nan], np.float32)
    image = np.repeat(values[None, :, None], 4, axis=2)
    expected = [0, 0, 0, 32768, 65535, 65535, 65535, 0]
    assert read_cv2(encode_image(image, ".png"))[0, :, 0].tolist() == expected
    assert read(encode_image(image, ".bmp"))[0, :, 0].tolist() == [0, 0, 0, 128, 255, 255, 255, 0]
    halves = image.astype(np.float16)
    assert read_cv2(encode_image(halves, ".png"))[0, :, 0].tolist() == expected


def test_16_bit_is_rounded_to_8_bit() -> None:
    values = np.array([0, 128, 129, 65406, 65407, 65535], np.uint16)
    back = read(encode_image(np.repeat(values[None, :, None], 4, axis=2), ".bmp"))
    assert back[0, :, 0].tolist() == [0, 0, 1, 254, 255, 255]


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_every_format_takes_every_type_at_odd_sizes(suffix: str, dtype: type[np.generic]) -> None:
    for height, width in ((1, 1), (9, 17)):
        assert encode_image(noise(dtype, height, width), suffix.upper())


def test_a_view_is_written_like_a_copy() -> None:
    image = noise(np.uint8, 40, 60)
    for suffix in SUFFIXES:
        view = image[::2, ::-3]
        assert encode_image(view, suffix) == encode_image(view.copy(), suffix)


@pytest.mark.parametrize(
    ("array", "suffix", "found"),
    [
        (np.zeros((2, 2, 4), np.uint8), ".gif", "'.gif'"),
        (np.zeros((2, 2, 3), np.uint8), ".png", r"\[2, 2, 3\]"),
        (np.zeros((0, 2, 4), np.uint8), ".png", r"\[0, 2, 4\]"),
        (np.zeros((2, 2, 4)), ".png", "float64"),
        (np.zeros((1, 70000, 4), np.uint8), ".jpg", "70000×1"),
    ],
)
def test_what_cannot_be_encoded_is_an_error_that_says_what(array: Array, suffix: str, found: str) -> None:
    with pytest.raises(MediaError, match=found):
        encode_image(array, suffix)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match=r"a\.png.*Is a directory.*add a file name"):
        write_atomically(tmp_path / "a.png", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_missing_folder_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        write_atomically(tmp_path / "nowhere" / "a.png", b"data")


def test_importing_the_media_layer_loads_no_codec_library() -> None:
    code = (
        "import sys, pkgutil, importlib, tdlite.media as m\n"
        "for each in pkgutil.iter_modules(m.__path__): importlib.import_module(f'tdlite.media.{each.name}')\n"
        "print({'av', 'cv2', 'OpenEXR', 'tifffile', 'simplejpeg', 'imagecodecs', 'isal'} & set(sys.modules))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "set()"
