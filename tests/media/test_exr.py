"""EXR files: named channels, compressions, and what the header says, read back by others."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray

from tdlite.media.errors import MediaError
from tdlite.media.exr import COMPRESSIONS
from tdlite.media.images import encode_image
from tdlite.media.picture import RGBA, ImageOptions

Array = NDArray[Any]
LOSSLESS = {"none", "rle", "zip", "zips", "piz", "htj2k32", "htj2k256", "zstd"}
NEWER = {"htj2k32", "htj2k256", "zstd"}  # than the command-line tools here


def picture(dtype: type[Any] = np.float16, height: int = 40, width: int = 64) -> Array:
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / 9), np.cos(y / 7), np.sin((x + y) / 11) + 2, 0.5 + 0 * x], -1)
    return (waves * 1.5).astype(dtype)


def channels(data: bytes) -> dict[str, Array]:
    """The channels of a file, row 0 at the bottom."""
    with OpenEXR.File(io.BytesIO(data), separate_channels=True) as file:
        return {name: channel.pixels[::-1] for name, channel in file.channels().items()}


def header(data: bytes, path: Path, tool: str = "exrheader") -> str:
    path.write_bytes(data)
    return subprocess.run([tool, str(path)], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("token", COMPRESSIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_each_compression_is_in_the_file_and_loses_no_more_than_it_says(
    token: str, dtype: type[Any], tmp_path: Path
) -> None:
    image = picture(dtype)
    data = encode_image(image, ".exr", ImageOptions(compression=token))
    found = channels(data)
    with OpenEXR.File(io.BytesIO(data)) as file:
        kind = file.header()["compression"].name
    assert kind == COMPRESSIONS[token][1]
    for index, name in enumerate(RGBA):
        assert found[name].dtype == dtype
        if token in LOSSLESS or (token == "pxr24" and dtype is np.float16):
            np.testing.assert_array_equal(found[name], image[..., index])
        elif token == "pxr24":
            np.testing.assert_allclose(found[name], image[..., index], rtol=2**-15)
        else:
            wrong = np.abs(found[name].astype(float) - image[..., index])
            assert (wrong.max() < 0.15, wrong.mean() < 0.02) == (True, True)  # of a range of 3
    if token not in NEWER:
        assert "4 channels" not in header(data, tmp_path / "a.exr")  # it opens
        assert "RGBA" not in header(data, tmp_path / "a.exr", "exrinfo")


def test_compressions_differ_in_size() -> None:
    sizes = {token: len(encode_image(picture(), ".exr", ImageOptions(compression=token))) for token in COMPRESSIONS}
    assert sizes["none"] > sizes["rle"] > sizes["zip"]
    assert sizes["none"] > picture().nbytes
    assert sizes["htj2k32"] < sizes["none"] / 2


def test_an_unknown_compression_says_which_there_are() -> None:
    with pytest.raises(MediaError, match="'lzw'; use one of zip, zips"):
        encode_image(picture(), ".exr", ImageOptions(compression="lzw"))


def test_channels_have_their_names_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    image = picture()
    data = encode_image(image, ".exr", ImageOptions(channels=(("X", "", "depth.Z", "A"),)))
    found = channels(data)
    assert sorted(found) == ["A", "X", "depth.Z"]
    for name, index in (("X", 0), ("depth.Z", 2), ("A", 3)):
        np.testing.assert_array_equal(found[name], image[..., index])
    told = header(data, tmp_path / "a.exr")
    assert told.index("A, 16-bit") < told.index("X, 16-bit") < told.index("depth.Z, 16-bit")


def test_several_pictures_share_a_file_each_in_its_own_type() -> None:
    first, second, third = picture(np.float16), picture(np.float32) * 3, np.full((40, 64, 4), 51, np.uint8)
    options = ImageOptions(channels=(RGBA, ("n.x", "n.y", "n.z", ""), ("mask", "", "", "")))
    found = channels(encode_image(first, ".exr", options, [second, third]))
    assert sorted(found) == ["A", "B", "G", "R", "mask", "n.x", "n.y", "n.z"]
    np.testing.assert_array_equal(found["G"], first[..., 1])
    np.testing.assert_array_equal(found["n.y"], second[..., 1])
    assert found["n.y"].dtype == np.float32
    assert found["mask"].dtype == np.float16
    assert (found["mask"] == np.float16(0.2)).all()


def test_of_two_channels_with_one_name_the_later_is_kept() -> None:
    first, second = picture(), picture() + 1
    options = ImageOptions(channels=(("R", "G", "R", "A"), ("", "A", "", "")))
    found = channels(encode_image(first, ".exr", options, [second]))
    assert sorted(found) == ["A", "G", "R"]
    np.testing.assert_array_equal(found["R"], first[..., 2])
    np.testing.assert_array_equal(found["A"], second[..., 1])


def test_pictures_of_two_sizes_and_files_without_channels_are_refused() -> None:
    options = ImageOptions(channels=(RGBA, ("x", "", "", "")))
    with pytest.raises(MediaError, match="64×40 and 32×16 into one EXR"):
        encode_image(picture(), ".exr", options, [picture(height=16, width=32)])
    with pytest.raises(MediaError, match="without channels; give"):
        encode_image(picture(), ".exr", ImageOptions(channels=(("",) * 4,)))


def test_a_point_cloud_says_so_and_a_picture_does_not(tmp_path: Path) -> None:
    image = picture(np.float32)
    assert "pointcloud (type int): 1" in header(
        encode_image(image, ".exr", ImageOptions(pointcloud=True)), tmp_path / "a.exr"
    )
    assert "pointcloud" not in header(encode_image(image, ".exr"), tmp_path / "b.exr")
    with pytest.raises(MediaError, match="'pointcloud'.*rename"):
        encode_image(image, ".exr", ImageOptions(metadata={"pointcloud": 0}))


def test_ffmpeg_and_the_tools_read_the_default(tmp_path: Path) -> None:
    image = picture(np.float32, 9, 7)
    told = header(encode_image(image, ".exr"), tmp_path / "a.exr")
    assert "compression (type compression): zip" in told
    assert "(0 0) - (6 8)" in told
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "a.exr"), "-f", "rawvideo", "-pix_fmt", "gbrapf32le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    planes = np.frombuffer(raw, np.float32).reshape(4, 9, 7)[[2, 0, 1, 3]].transpose(1, 2, 0)[::-1]
    np.testing.assert_array_equal(planes, image)
