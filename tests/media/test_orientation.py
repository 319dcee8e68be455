"""Pictures are shown upright, as other readers show them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from tdlite.media.orientation import of_exif, of_matrix
from tdlite.media.reading import open_pictures

SIZE = 48, 32

MATRICES = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}
"""a, b, c, d of ISO 14496-12: column p and row q are shown at (a·p + c·q, b·p + d·q)."""


def chart() -> NDArray[np.uint8]:
    """No two corners alike."""
    width, height = SIZE
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)[None]
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    pixels[: height // 4, : width // 4, 2] = 255
    return pixels


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[274] = orientation
    return made


def read(path: Path) -> NDArray[Any]:
    """RGB, row 0 on top."""
    source = open_pictures(str(path))
    picture = source.picture(0)
    source.close()
    pixels = picture.planes[0][::-1]
    assert pixels.shape[:2] == (picture.form.height, picture.form.width)
    return pixels[..., :3]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif", "avif"])
def test_an_image_is_turned_as_its_tag_says(tmp_path: Path, kind: str, orientation: int) -> None:
    path = tmp_path / f"a.{kind}"
    options: dict[str, Any] = {
        "jpg": {"quality": 100, "subsampling": 0},
        "webp": {"lossless": True},
        "avif": {"quality": 100, "subsampling": "4:4:4"},
        "tif": {"tiffinfo": {274: orientation}},
    }.get(kind, {})
    if kind != "tif":
        options["exif"] = exif(orientation)
    Image.fromarray(chart()).save(path, **options)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    assert expected.shape == ((48, 32, 3) if orientation > 4 else (32, 48, 3))
    np.testing.assert_allclose(read(path).astype(int), expected, atol=3)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_orientation_is_read_in_both_byte_orders(order: str) -> None:
    import struct

    start = b"II*\0" if order == "<" else b"MM\0*"
    block = start + struct.pack(f"{order}IHHHIHHI", 8, 1, 274, 3, 1, 6, 0, 0)
    assert of_exif(block) == 6
    for cut in range(len(block) - 6):
        assert of_exif(block[:cut]) == 1


@pytest.mark.parametrize("found", [0, 9, 65535])
def test_an_orientation_that_there_is_not_turns_nothing(tmp_path: Path, found: int) -> None:
    for kind in ("jpg", "tif"):
        options: dict[str, Any] = {"tiffinfo": {274: found}} if kind == "tif" else {"exif": exif(found)}
        Image.fromarray(chart()).save(tmp_path / f"a.{kind}", **options)
        assert read(tmp_path / f"a.{kind}").shape == (32, 48, 3)


def test_damaged_tags_cost_no_picture(tmp_path: Path) -> None:
    whole = tmp_path / "a.jpg"
    Image.fromarray(chart()).save(whole, exif=exif(6), quality=95)
    data = whole.read_bytes()
    place = data.index(b"Exif\0\0")
    for length in range(2, 26, 3):
        (tmp_path / "b.jpg").write_bytes(data[: place + 6 + length] + bytes(26 - length) + data[place + 32 :])
        assert read(tmp_path / "b.jpg").shape in ((32, 48, 3), (48, 32, 3))


# -- movies ----------------------------------------------------------------------------------------------------


def movie(path: Path, matrix: tuple[int, ...], size: tuple[int, int] = SIZE, pixels: str = "yuv444p") -> None:
    import av

    with av.open(path, "w") as file:
        stream = file.add_stream("libx264", 30, options={"qp": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        a, b, c, d = (each * 65536 for each in matrix)
        stream.set_display_matrix((a, b, 0, c, d, 0, 0, 0, 1 << 30))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(chart()[: size[1], : size[0]]), "rgb24")
        for _ in range(3):
            file.mux(stream.encode(frame.reformat(format=pixels)))
        file.mux(stream.encode())


@pytest.mark.parametrize("orientation", MATRICES)
def test_a_movie_is_turned_as_ffmpeg_turns_it(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.mp4"
    movie(path, MATRICES[orientation])
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv444p", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    source = open_pictures(str(path))
    picture = source.picture(2)
    assert picture.form == source.form
    width, height = (32, 48) if orientation > 4 else (48, 32)
    assert (source.form.width, source.form.height) == (width, height)
    found = np.stack([plane[::-1, :, 0] for plane in picture.planes])
    np.testing.assert_array_equal(found, np.frombuffer(data, np.uint8).reshape(3, height, width))
    source.close()


def test_a_turn_by_other_than_right_angles_is_the_nearest_with_a_sentence() -> None:
    def matrix(degrees: float) -> bytes:
        c, s = np.cos(np.radians(degrees)) * 65536, np.sin(np.radians(degrees)) * 65536
        return np.array([c, s, 0, -s, c, 0, 0, 0, 1 << 30], np.int32).tobytes()

    assert of_matrix(matrix(90)) == (6, "")
    assert of_matrix(matrix(270)) == (8, "")
    found, said = of_matrix(matrix(80))
    assert found == 6
    assert "other than a right angle" in said


# -- profiles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif", "avif"])
def test_a_profile_that_is_not_srgb_is_told_by_its_name(tmp_path: Path, kind: str) -> None:
    plain, srgb, other = (tmp_path / f"{name}.{kind}" for name in ("plain", "srgb", "other"))
    picture = Image.fromarray(chart())
    picture.save(plain)
    picture.save(srgb, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    picture.save(other, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    told = [open_pictures(str(path)).profile for path in (plain, srgb, other)]
    assert told[:2] == ["", ""]
    assert "Lab" in told[2]


def test_a_profile_with_other_primaries_or_another_curve_is_not_srgb(tmp_path: Path) -> None:
    from tdlite.media.icc import unlike_srgb

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert unlike_srgb(profile) == ""
    red = profile.index(b"XYZ \0\0\0\0", 400)
    changed = profile[: red + 8] + (33000).to_bytes(4, "big") + profile[red + 12 :]
    assert unlike_srgb(changed) != ""
    curve = profile.index(b"para\0\0\0\0")
    changed = profile[: curve + 12] + round(1.8 * 65536).to_bytes(4, "big") + profile[curve + 16 :]
    assert unlike_srgb(changed) != ""
    for cut in range(0, len(profile), 7):
        unlike_srgb(profile[:cut])
