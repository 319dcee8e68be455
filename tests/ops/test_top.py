"""The members and methods that every TOP has."""

import io
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tdlite.graph.engine import CookError
from tdlite.graph.errors import OpError
from tdlite.media.errors import MediaError, OutputError


@pytest.fixture
def left(fast: Any) -> Any:
    """6 × 4 pixels: the left half is opaque red, the right half transparent black."""
    half = {"justifyh": "left", "centerx": 0, "sizex": 3, "sizey": 9, "sizeunit": "pixels"}
    return fast.rectangleTOP("left", **half, fillcolorg=0, fillcolorb=0, bgalpha=0, resolution=(6, 4))


def test_its_members_tell_size_aspect_and_format(left: Any) -> None:
    assert (left.width, left.height, left.depth) == (6, 4, 1)
    assert (left.aspect, left.aspectWidth, left.aspectHeight) == (1.5, 6, 4)
    assert (left.isTOP, left.curPass, left.newestSliceWOffset) == (True, 0, 0)
    assert left.pixelFormat == "8-bit fixed (RGBA)"
    assert left.gpuMemory == 0  # not drawn yet
    left.cook()
    assert left.gpuMemory == 6 * 4 * 4
    left.par.outputaspect, left.par.aspect1, left.par.aspect2 = "custom", 16, 9
    assert (left.aspectWidth, left.aspectHeight) == (16, 9)


def test_its_pixels_are_float32_from_the_bottom_row_up(left: Any) -> None:
    array = left.numpyArray()
    assert (array.shape, array.dtype) == ((4, 6, 4), np.float32)
    assert (array[:, :3] == (1, 0, 0, 1)).all()
    assert not array[:, 3:].any()
    own = left.numpyArray(writable=True)
    own[:] = 9
    assert left.numpyArray().max() == 1


def test_a_delayed_download_is_the_picture_of_the_call_before(left: Any) -> None:
    assert left.numpyArray(delayed=True) is None
    left.par.fillcolorr = 0
    assert left.numpyArray(delayed=True)[0, 0, 0] == 1
    left.par.resolutionw = 8
    assert left.numpyArray(delayed=True).shape == (4, 6, 4)
    assert left.numpyArray(delayed=True).shape == (4, 8, 4)


def test_a_sample_is_one_pixel_by_pixels_or_fractions(left: Any) -> None:
    red, nothing = (1, 0, 0, 1), (0, 0, 0, 0)
    assert left.sample(x=2, y=3) == left.sample(x=2, v=1) == left.sample(u=0.49, v=0, w=0.5) == red
    assert left.sample(x=3, y=0, z=0) == left.sample(u=0.5, y=0) == left.sample(u=1, v=1) == nothing


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"x": 6, "y": 0}, "x=6.* x runs from 0 to 5"),
        ({"x": -0.5, "y": 0}, "x=-0.5.* x runs from 0 to 5"),
        ({"x": 0, "y": float("nan")}, "y=nan.* y runs from 0 to 3"),
        ({"u": 1.1, "v": 0}, "u=1.1.* u runs from 0 to 1"),
        ({"u": 0, "v": -0.01}, "v=-0.01.* v runs from 0 to 1"),
        ({"x": 0, "y": 0, "z": 1}, "z=1.* z runs from 0 to 0"),
        ({"x": 0}, "one vertical coordinate, y or v"),
        ({"x": 0, "u": 0, "y": 0}, "one horizontal coordinate, x or u"),
    ],
)
def test_a_sample_outside_says_how_far_it_goes(left: Any, where: dict[str, float], said: str) -> None:
    with pytest.raises(OpError, match=said):
        left.sample(**where)


@pytest.mark.parametrize("suffix", [".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".png"])
def test_a_picture_is_saved_as_the_suffix_says_top_row_first(left: Any, tmp_path: Any, suffix: str) -> None:
    left.par.justifyv, left.par.centery, left.par.sizey = "bottom", 0, 2
    path = left.save(f"picture{suffix.upper()}")
    assert path == str(tmp_path / f"picture{suffix.upper()}")
    for source in (path, io.BytesIO(left.saveByteArray(suffix)), io.BytesIO(left.saveByteArray(f"C:/a/b{suffix}"))):
        with Image.open(source) as image:
            red = np.asarray(image.convert("RGB"))[..., 0]
        assert red.shape == (4, 6)
        assert (red[3, 0] > 200, red[0, 0] < 50, red[3, 5] < 50) == (True, True, True)


def test_without_a_name_it_is_a_tiff_of_its_own_name_in_the_projects_folder(left: Any, tmp_path: Any) -> None:
    assert left.save() == str(tmp_path / "left.tiff")
    assert bytes(left.saveByteArray()) == (tmp_path / "left.tiff").read_bytes()


def test_an_exr_keeps_metadata_in_any_kind_of_pairs(left: Any) -> None:
    for metadata in ([("my_key", "my_value")], {"my_key": "my_value"}, (["my_key", "my_value"],)):
        assert b"my_value" in left.saveByteArray(".exr", metadata=metadata)
    with pytest.raises(OpError, match="a dict or a list of pairs"):
        left.saveByteArray(".exr", metadata=["abc"])


def test_a_file_that_cannot_be_says_why(left: Any, tmp_path: Any) -> None:
    with pytest.raises(MediaError, match=r"as '\.gif'; use one of \.bmp"):
        left.save("a.gif")
    with pytest.raises(MediaError, match="as 'png'; use one of"):
        left.saveByteArray("png")
    with pytest.raises(OutputError, match="there is no folder .*/new; make it or give createFolders=True"):
        left.save("new/a.png")
    assert os.listdir(tmp_path) == []
    left.save("new/a.png", createFolders=True, asynchronous=True)
    left.project.close()
    assert os.listdir(tmp_path / "new") == ["a.png"]


def test_without_a_picture_its_methods_say_so(fast: Any) -> None:
    null = fast.nullTOP("n")
    for method in (null.numpyArray, null.save, null.saveByteArray, lambda: null.sample(x=0, y=0)):
        with pytest.raises(CookError, match="/n: not enough sources"):
            method()


# -- the Common page's size --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "size", "aspect"),
    [
        ("useinput", (96, 32), (16, 9)),
        ("eighth", (12, 4), (16, 9)),
        ("quarter", (24, 8), (16, 9)),
        ("half", (48, 16), (16, 9)),
        ("2x", (192, 64), (16, 9)),
        ("4x", (384, 128), (16, 9)),
        ("8x", (768, 256), (16, 9)),
        ("fit", (50, 17), (50, 17)),
        ("limit", (50, 17), (16, 9)),
        ("custom", (50, 60), (50, 60)),
    ],
)
def test_the_size_is_the_inputs_a_multiple_or_ones_own(
    fast: Any, mode: str, size: tuple[int, int], aspect: tuple[int, int]
) -> None:
    source = fast.constantTOP(resolution=(96, 32), outputaspect="custom", aspect1=16, aspect2=9)
    null = fast.nullTOP(inputs=[source], outputresolution=mode, resolutionw=50, resolutionh=60)
    assert (null.width, null.height) == size
    assert (null.aspectWidth, null.aspectHeight) == aspect
    assert null.numpyArray().shape == (*size[::-1], 4)
    alone = fast.constantTOP(outputresolution=mode, resolutionw=50, resolutionh=60)
    assert (alone.width, alone.height) == (50, 60)


def test_limit_does_not_enlarge_and_fit_does(fast: Any) -> None:
    source = fast.constantTOP(resolution=(10, 4))
    sizes = {mode: fast.nullTOP(inputs=[source], outputresolution=mode, resolutionw=40, resolutionh=40).spec[:2]
             for mode in ("limit", "fit")}  # fmt: skip
    assert sizes == {"limit": (10, 4), "fit": (40, 16)}


@pytest.mark.parametrize("mode", ["useinput", "half", "2x", "fit", "limit", "custom"])
def test_the_resolution_multiplier_scales_every_size_of_a_chain_alike(fast: Any, mode: str) -> None:
    source = fast.constantTOP(resolution=(96, 32))
    chain = [source]
    for _ in range(3):
        chain.append(fast.nullTOP(inputs=[chain[-1]], outputresolution=mode, resolutionw=64, resolutionh=64))
    full = [op.spec[:2] for op in chain]
    fast.resolutionMultiplier = 0.25
    assert [op.spec[:2] for op in chain] == [(width // 4, height // 4) for width, height in full]
    source.par.resmult = False
    assert source.spec[:2] == (96, 32)


@pytest.mark.parametrize(("width", "height"), [(0, 64), (64, -5)])
@pytest.mark.parametrize("multiplier", [1, 0.5])
@pytest.mark.parametrize("mode", ["custom", "fit", "limit"])
def test_an_impossible_resolution_is_an_error_where_it_is_used(
    fast: Any, mode: str, multiplier: float, width: int, height: int
) -> None:
    fast.resolutionMultiplier = multiplier
    source = fast.constantTOP(resolution=(96, 32))
    null = fast.nullTOP(inputs=[source], outputresolution=mode, resolutionw=width, resolutionh=height)
    null.cook()
    assert null.errors() == (
        f"a resolution of {width}×{height} is not possible; set resolutionw and resolutionh to at least 1"
    )
    null.par.outputresolution = "useinput"
    null.cook()
    assert null.errors() == ""
