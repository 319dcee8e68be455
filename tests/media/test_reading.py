"""Images read, against what other libraries wrote."""

from __future__ import annotations

import subprocess

import cv2
import imagecodecs
import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image as Pillow

from tdlite.media.decoded import field, packed
from tdlite.media.errors import InputError
from tdlite.media.reading import open_pictures

RANDOM = np.random.default_rng(3)


def noise(*shape, dtype=np.uint8):
    if np.dtype(dtype).kind == "f":
        return RANDOM.normal(size=shape).astype(dtype)
    return RANDOM.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def read(path):
    """The only picture of a file: its form and its pixels from the top."""
    source = open_pictures(str(path))
    assert source.count == 1
    picture = source.picture(0)
    source.close()
    assert picture.form == source.form
    assert picture.reading.layout == "packed"
    return source, picture.form, picture.planes[0][::-1]


def opaque(pixels):
    full = np.full((*pixels.shape[:2], 4), np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1, pixels.dtype)
    full[..., :3] = pixels
    return full


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1"])
def test_png(tmp_path, mode):
    pixels = noise(9, 13, 4)
    image = Pillow.fromarray(pixels).convert("RGB" if mode == "P" else "RGBA").convert(mode)
    image.save(tmp_path / "a.png")
    source, form, got = read(tmp_path / "a.png")
    wanted = {"L": "L", "1": "L", "LA": "LA"}.get(mode, "RGBA")
    array = np.asarray(image.convert(wanted))
    assert np.array_equal(got, array if array.ndim == 3 else array[..., None])
    assert form.components == {"L": "mono", "LA": "monoalpha", "RGBA": "rgba"}[wanted]
    assert form.alpha == (mode in ("LA", "RGBA"))
    assert source.straight


def test_png_of_16_bits(tmp_path):
    pixels = noise(9, 13, 4, dtype=np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))
    assert np.array_equal(read(tmp_path / "a.png")[2], pixels)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg(tmp_path, mode):
    image = Pillow.fromarray(np.kron(noise(4, 4, 3), np.ones((8, 8, 1), np.uint8))).convert(mode)
    image.save(tmp_path / "a.jpg", quality=95)
    _, form, got = read(tmp_path / "a.jpg")
    wanted = np.asarray(Pillow.open(tmp_path / "a.jpg").convert(mode)).astype(int)
    assert abs(got[..., :3].squeeze().astype(int) - wanted).max() <= 2
    assert not form.alpha


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_tiff(tmp_path, dtype, count):
    pixels = noise(9, 13, count, dtype=dtype)
    kind = {1: "minisblack", 3: "rgb", 4: "rgb"}[count]
    tifffile.imwrite(tmp_path / "a.tif", pixels.squeeze(), photometric=kind,
                     extrasamples=["unassalpha"] if count == 4 else None, compression="zlib")  # fmt: skip
    source, form, got = read(tmp_path / "a.tif")
    assert np.array_equal(got, opaque(pixels) if count == 3 else pixels)
    assert form.dtype == np.dtype(dtype).name
    assert source.straight


def test_a_tiff_says_whether_its_alpha_is_multiplied(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", noise(4, 4, 4), photometric="rgb", extrasamples=["assocalpha"])
    assert not open_pictures(str(tmp_path / "a.tif")).straight


def test_wider_integers_become_floats():
    pixels = np.array([[0, 2**31, 2**32 - 1]], np.uint32)
    assert packed(pixels).planes[0].ravel().tolist() == [0, pytest.approx(0.5), 1]
    assert packed(np.array([[False, True]])).planes[0].ravel().tolist() == [0, 255]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_exr(tmp_path, dtype):
    pixels = noise(9, 13, 4, dtype=dtype)
    pixels[0, 0, 0], pixels[0, 1, 0] = np.inf, np.nan
    OpenEXR.File({"artist": "somebody", "pixelAspectRatio": 2.0}, {"RGBA": pixels}).write(str(tmp_path / "a.exr"))
    source, form, got = read(tmp_path / "a.exr")
    assert np.array_equal(got, pixels, equal_nan=True)
    assert (form.pixel_aspect, form.dtype) == (2, np.dtype(dtype).name)
    assert not source.straight
    assert source.headers["artist"] == "somebody"


def test_an_exr_is_its_display_window(tmp_path):
    pixels = noise(4, 5, 3, dtype=np.float32)
    corners = {"dataWindow": ((2, 1), (6, 4)), "displayWindow": ((0, 0), (3, 7))}
    header = {name: tuple(np.array(corner, np.int32) for corner in box) for name, box in corners.items()}
    OpenEXR.File(header, {"RGB": pixels}).write(str(tmp_path / "a.exr"))
    got = read(tmp_path / "a.exr")[2]
    wanted = np.zeros((8, 4, 3), np.float32)
    wanted[1:5, 2:4] = pixels[:, :2]
    assert np.array_equal(got[..., :3], wanted)


def test_one_channel_of_an_exr_is_grey(tmp_path):
    depth = noise(4, 5, dtype=np.float32)
    OpenEXR.File({}, {"Z": depth}).write(str(tmp_path / "a.exr"))
    _, form, got = read(tmp_path / "a.exr")
    assert form.components == "mono"
    assert np.array_equal(got[..., 0], depth)


@pytest.mark.parametrize("suffix", ["webp", "jxl", "jp2", "qoi", "avif"])
def test_other_lossless_formats(tmp_path, suffix):
    pixels = noise(16, 24, 3)
    encode = {
        "webp": lambda: imagecodecs.webp_encode(pixels, lossless=True),
        "jxl": lambda: imagecodecs.jpegxl_encode(pixels, lossless=True),
        "jp2": lambda: imagecodecs.jpeg2k_encode(pixels, reversible=True, level=0),
        "qoi": lambda: imagecodecs.qoi_encode(pixels),
        "avif": lambda: imagecodecs.avif_encode(pixels, level=100),
    }[suffix]
    (tmp_path / f"a.{suffix}").write_bytes(encode())
    assert np.array_equal(read(tmp_path / f"a.{suffix}")[2][..., :3], pixels)


@pytest.mark.parametrize("suffix", ["bmp", "tga", "ppm"])
def test_formats_that_ffmpeg_reads(tmp_path, suffix):
    pixels = noise(9, 13, 3)
    Pillow.fromarray(pixels).save(tmp_path / f"a.{suffix}")
    assert np.array_equal(read(tmp_path / f"a.{suffix}")[2], opaque(pixels))


def test_dds(tmp_path):
    pixels = noise(8, 12, 4)
    Pillow.fromarray(pixels).save(tmp_path / "a.dds")
    assert np.array_equal(read(tmp_path / "a.dds")[2], pixels)


def test_contents_count_not_the_name(tmp_path):
    Pillow.fromarray(noise(4, 4, 3)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.mp4")
    assert read(tmp_path / "a.mp4")[1].width == 4


def test_a_gif_that_moves_is_a_movie(tmp_path):
    frames = [Pillow.new("RGB", (8, 8), (n * 80, 0, 0)) for n in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    source = open_pictures(str(tmp_path / "a.gif"))
    assert (source.count, source.rate) == (3, 10)
    assert [int(source.picture(n).planes[0][0, 0, 0]) for n in (2, 0, 1)] == [160, 0, 80]
    source.close()


def sequence(folder, names):
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        Pillow.new("RGB", (4, 4), (number, 0, 0)).save(folder / name)
    return folder


def reds(source):
    return [int(source.picture(n).planes[0][0, 0, 0]) for n in range(source.count)]


def test_a_folder_is_its_images_in_natural_order(tmp_path):
    folder = sequence(tmp_path / "f", ["a2.png", "a10.png", "B1.png", "a1.png"])
    (folder / "notes.txt").write_text("no image")
    (folder / ".a0.png.part").write_bytes(b"")
    source = open_pictures(str(folder))
    assert reds(source) == [3, 0, 1, 2]
    assert source.rate is None


def test_a_pattern_chooses_images(tmp_path):
    sequence(tmp_path / "f", ["a.2.png", "a.10.png", "b.1.png", "a.1.png"])
    assert reds(open_pictures(str(tmp_path / "f" / "a.*.png"))) == [3, 0, 1]


def test_images_may_be_numbered_by_their_names(tmp_path):
    folder = sequence(tmp_path / "f", ["a.0005.png", "a.0007.png", "a.0008.png", "a.png"])
    source = open_pictures(str(folder), by_name=True)
    assert (source.start, source.count) == (5, 4)
    assert reds(source) == [0, 0, 1, 2]
    assert "1 of 4 images" in source.warnings[0]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "there is no file"),
        (lambda path: path.mkdir(), "no image in the folder"),
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50)), "damaged"),
        (lambda path: path.write_bytes(b"\xff\xd8\xff" + bytes(50)), "damaged"),
        (lambda path: path.write_bytes(b"II*\0" + bytes(50)), "damaged"),
        (lambda path: path.write_bytes(b"\x76\x2f\x31\x01" + bytes(50)), "damaged"),
        (lambda path: path.write_text("Dear diary,"), "cannot show|cannot open"),
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.mp4", "a.bmp"])
def test_what_cannot_be_read_is_told_with_its_path(tmp_path, make, said, name):
    path = tmp_path / name
    make(path)
    with pytest.raises(InputError, match=said) as caught:
        open_pictures(str(path))
    assert str(path) in str(caught.value)


def test_a_truncated_image_is_told(tmp_path):
    Pillow.fromarray(noise(64, 64, 3)).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="damaged"):
        open_pictures(str(tmp_path / "a.png"))


def test_the_rows_of_one_field_fill_the_picture():
    rows = np.array([0, 10, 20, 30, 41], np.uint8)[:, None]
    even, odd = (field(packed(rows), each).planes[0][::-1, 0, 0].tolist() for each in (False, True))
    assert even == [0, 10, 20, 31, 41]
    assert odd == [10, 10, 20, 30, 30]


@pytest.mark.parametrize("pixels", ["gray10le", "gray16le", "gbrp10le", "rgb48le", "yuva420p", "ya8", "pal8", "bgra"])
def test_what_ffmpeg_stores_oddly_keeps_its_form(tmp_path, pixels):
    codec = {"pal8": "png", "ya8": "png", "bgra": "qtrle"}.get(pixels, "ffv1")
    path = tmp_path / ("a.mov" if codec == "qtrle" else "a.mkv")
    given = "argb" if pixels == "bgra" else pixels
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=32x18:d=0.2", "-c:v", codec, "-pix_fmt",
                    given, str(path)], check=True)  # fmt: skip
    source = open_pictures(str(path))
    form = source.form
    deep = "10" in pixels or "16" in pixels or "48" in pixels
    assert form.dtype == ("uint16" if deep else "uint8")
    assert form.components == {"gray": "mono", "ya8": "monoalpha"}.get(pixels.rstrip("160le"), "rgba")
    assert form.alpha == (pixels in ("yuva420p", "ya8", "pal8", "bgra"))
    source.close()


@pytest.mark.parametrize("suffix", ["png", "gif", "webp"])
def test_an_image_that_moves_is_a_movie_or_says_that_it_is_not(tmp_path, suffix):
    pictures = [Pillow.new("RGB", (16, 16), (grey, grey, grey)) for grey in (0, 51, 102, 204)]
    path = tmp_path / f"a.{suffix}"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100, lossless=True)
    source = open_pictures(str(path))
    found = [int(np.asarray(source.picture(number).planes[0])[0, 0, 0]) for number in range(source.count)]
    if suffix == "webp":
        assert found == [0]
        assert source.warnings == [
            f"{path} moves, but only its first picture can be read: save it as PNG, GIF or a movie"
        ]
    else:
        assert found == [0, 51, 102, 204]
        assert (source.rate, source.warnings) == (10, [])
    still = tmp_path / f"b.{suffix}"
    pictures[2].save(still)
    assert (open_pictures(str(still)).count, open_pictures(str(still)).warnings) == (1, [])
