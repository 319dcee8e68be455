"""Movie File Out's images: the EXR page, DDS, and what goes wrong on the way to the disk."""

from __future__ import annotations

import resource
import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from recordings import counting, files, frame_of, sequence

from tdlite.media.dds import LAYOUTS
from tdlite.media.errors import OutputError
from tdlite.ops import saving


def exr(net: Any, source: Any = None, **pars: Any) -> Any:
    return sequence(net, source, **{"imagefiletype": "exr", "file": "a.exr", "record": True, **pars})


def channels(path: Path) -> dict[str, Any]:
    """The channels of an EXR file, row 0 at the bottom."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: channel.pixels[::-1] for name, channel in file.channels().items()}


def colour(net: Any, *rgba: float, **pars: Any) -> Any:
    given = dict(zip(("colorr", "colorg", "colorb", "alpha"), rgba, strict=True))
    return net.constantTOP(**{"resolution": (16, 16), "premultrgbbyalpha": False, **given, **pars})


# -- the EXR page ------------------------------------------------------------------------------------------------


def test_additional_tops_add_the_channels_that_have_names(net: Any, tmp_path: Path) -> None:
    depth = colour(net, 7.5, 0.25, 0.5, 1, format="rgba32float")
    out = exr(net)
    out.par.input1top, out.par.input1r, out.par.input1b = depth, "depth.Z", "other"
    net.run(frames=2)
    found = channels(tmp_path / "a.1.exr")
    assert sorted(found) == ["A", "B", "G", "R", "depth.Z", "other"]
    assert (found["depth.Z"] == np.float32(7.5)).all()
    assert (found["other"] == np.float32(0.5)).all()
    assert (found["depth.Z"].dtype, found["R"].dtype) == (np.float32, np.float16)  # each by its own pixel format
    assert np.allclose(found["R"], 16 / 255, atol=1e-3)
    assert not out.warnings()


def test_the_wired_input_is_named_by_the_first_block(net: Any, tmp_path: Path) -> None:
    out = exr(net, colour(net, 0.25, 0.5, 0.75, 1, format="rgba16float"))
    assert [out.par[f"input0{each}"].eval() for each in "rgba"] == ["R", "G", "B", "A"]
    out.par.input0r, out.par.input0g, out.par.input0a = "beauty.R", "", "beauty.A"
    net.run(frames=1)
    found = channels(tmp_path / "a.0.exr")
    assert {name: float(pixels[0, 0]) for name, pixels in found.items()} == {"beauty.R": 0.25, "B": 0.75, "beauty.A": 1}


def test_a_top_in_the_first_block_stands_in_for_the_wired_input(net: Any, tmp_path: Path) -> None:
    out = exr(net, input0top=colour(net, 0.5, 1, 0, 1, format="rgba16float"))
    net.run(frames=1)
    assert float(channels(tmp_path / "a.0.exr")["R"][0, 0]) == 0.5
    assert out.image() is out.inputs[0].image()


def test_of_two_channels_with_one_name_the_later_is_kept(net: Any, tmp_path: Path) -> None:
    out = exr(net, colour(net, 0.25, 0.5, 0.75, 1))
    out.par.input1top, out.par.input1g = colour(net, 0, 0.125, 0, 1), "R"
    net.run(frames=1)
    found = channels(tmp_path / "a.0.exr")
    assert sorted(found) == ["A", "B", "G", "R"]
    assert abs(float(found["R"][0, 0]) - 0.125) < 1 / 255


def test_additional_tops_cook_each_frame_while_images_are_exr_and_only_then(fast: Any) -> None:
    moving, still = counting(fast), colour(fast, 1, 0, 0, 1)
    out = exr(fast, still, record=False)
    out.par.input1top, out.par.input1r = moving, "x"
    fast.run(frames=3)
    assert fast.cooked.count(moving.path) == 3
    assert fast.cooked.count(still.path) == 1
    out.par.imagefiletype = "png"
    fast.trace.clear()
    fast.run(frames=3)
    assert moving.path not in fast.cooked


def test_a_still_additional_top_cooks_once_and_does_not_make_the_operator_cook_again(fast: Any, tmp_path: Path) -> None:
    still, other = colour(fast, 1, 0, 0, 1), colour(fast, 0, 1, 0, 1)
    out = exr(fast, still)
    out.par.input1top, out.par.input1r = other, "x"
    fast.run(frames=5)
    assert sorted(fast.cooked) == sorted([still.path, other.path, out.path])
    assert len(files(tmp_path)) == 5


def test_pictures_of_another_size_are_refused(net: Any, tmp_path: Path) -> None:
    out = exr(net)
    out.par.input1top, out.par.input1r = colour(net, 1, 1, 1, 1, resolution=(8, 4)), "x"
    net.run(frames=2)
    assert "cannot add input1top /constant1 (8×4) to an EXR file of 16×16" in out.errors()
    assert files(tmp_path) == []


def test_a_frame_whose_additional_top_fails_is_left_out_and_the_recording_goes_on(fast: Any, tmp_path: Path) -> None:
    out = exr(fast)
    bad = colour(fast, "=1 / (absTime.frame - 2)", 0, 0, 1)
    out.par.input1top, out.par.input1r = bad, "x"
    fast.on_frame.append(lambda: seen.append(out.errors()))
    seen: list[str] = []
    fast.run(frames=3)
    assert [bad.path in text for text in seen] == [False, True, False]
    assert files(tmp_path) == ["a.0.exr", "a.1.exr"]


def test_a_top_that_does_not_exist_is_an_error(fast: Any, tmp_path: Path) -> None:
    out = exr(fast)
    out.par.input1top, out.par.input1r = "nowhere", "x"
    fast.run(frames=1)
    assert "input1top: no operator 'nowhere'" in out.errors()
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("pars", "said"),
    [
        ({"input1top": "/constant1"}, "input1top adds nothing: name its channels with input1r, g, b or a"),
        ({"input1r": "x"}, "the channels of block 1 are not written: set input1top"),
        (
            {"input1top": "/constant1", "input1r": "x", "imagefiletype": "png", "file": "a.png"},
            "input1top is not written: only EXR files have additional inputs",
        ),
    ],
)
def test_a_block_that_adds_nothing_says_so(net: Any, tmp_path: Path, pars: dict[str, Any], said: str) -> None:
    colour(net, 1, 1, 1, 1)
    out = exr(net)
    for name, value in pars.items():
        setattr(out.par, name, value)
    net.run(frames=2)
    assert out.warnings() == said
    assert not out.errors()
    assert len(files(tmp_path)) == 2


def test_a_file_without_channels_is_an_error(fast: Any, tmp_path: Path) -> None:
    out = exr(fast)
    for each in "rgba":
        out.par[f"input0{each}"] = " "
    fast.run(frames=1)
    assert "without channels" in out.errors()
    assert files(tmp_path) == []


def test_compression_and_point_cloud_are_in_the_header(net: Any, tmp_path: Path) -> None:
    exr(net, exrcompression="piz", pointcloud=True)
    exr(net, file="b.exr")
    net.run(frames=1)
    told = [
        subprocess.run(["exrheader", str(tmp_path / name)], check=True, capture_output=True, text=True).stdout
        for name in ("a.0.exr", "b.0.exr")
    ]
    assert "compression (type compression): piz" in told[0]
    assert "pointcloud (type int): 1" in told[0]
    assert "compression (type compression): zip" in told[1]
    assert "pointcloud" not in told[1]


@pytest.mark.parametrize(
    ("format", "dtype"),
    [
        *(("rgba8fixed", np.float16), ("srgba8fixed", np.float16), ("rgba16float", np.float16)),
        *(("rgba16fixed", np.float32), ("rgba32float", np.float32)),
    ],
)
def test_half_or_float_by_the_pixel_format(net: Any, tmp_path: Path, format: str, dtype: Any) -> None:
    source = net.noiseTOP(resolution=(8, 4), format=format)
    exr(net, source)
    net.run(frames=1)
    found, expected = channels(tmp_path / "a.0.exr"), source.numpyArray()
    for index, name in enumerate("RGBA"):
        assert found[name].dtype == dtype
        np.testing.assert_array_equal(found[name], expected[..., index].astype(dtype))


# -- DDS ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["rgba8fixed", "srgba8fixed", "rgb10a2fixed", "rgba11float", "rg16float", "a8fixed"])
def test_a_dds_holds_the_pixel_format_as_it_is(net: Any, tmp_path: Path, format: str) -> None:
    out = sequence(net, net.noiseTOP(resolution=(8, 4), format=format), imagefiletype="dds", record=True)
    net.run(frames=1)
    data = (tmp_path / "TDMovieOut.0.0.dds").read_bytes()
    assert struct.unpack_from("<2I", data, 12) == (4, 8)
    assert struct.unpack_from("<I", data, 128) == (LAYOUTS[format].dxgi,)
    assert struct.unpack_from("<I", data, 28) == (1,)
    assert not out.warnings()


def test_a_pixel_format_that_dds_lacks_becomes_rgba_with_a_warning(net: Any, tmp_path: Path) -> None:
    source = net.noiseTOP(resolution=(8, 4), format="monoalpha16fixed")
    out = sequence(net, source, imagefiletype="dds", record=True)
    net.run(frames=1)
    data = (tmp_path / "TDMovieOut.0.0.dds").read_bytes()
    assert struct.unpack_from("<I", data, 128) == (LAYOUTS["rgba16fixed"].dxgi,)
    pixels = np.frombuffer(data, np.uint16, offset=148).reshape(4, 8, 4)[::-1]
    np.testing.assert_array_equal(pixels, np.rint(source.numpyArray() * 65535))
    assert out.warnings() == "DDS has no pixel format monoalpha16fixed: it is written as RGBA of as many bits"


def test_mip_maps_are_written_when_asked_for(net: Any, tmp_path: Path) -> None:
    sequence(net, colour(net, 0.2, 0.4, 0.6, 1), imagefiletype="dds", mipmaps=True, record=True)
    net.run(frames=1)
    data = (tmp_path / "TDMovieOut.0.0.dds").read_bytes()
    assert struct.unpack_from("<I", data, 28) == (5,)
    assert data[148:] == bytes((51, 102, 153, 255)) * (256 + 64 + 16 + 4 + 1)


# -- the disk ----------------------------------------------------------------------------------------------------


@contextmanager
def small_files() -> Iterator[None]:
    """Files end at 2000 bytes, as on a disk that is full; not while pytest reports, which may be into a file, too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("token", ["png", "exr", "tiff", "dds"])
def test_what_does_not_fit_on_the_disk_leaves_no_half_file_and_the_rest_goes_on(
    fast: Any, tmp_path: Path, token: str, threads: int
) -> None:
    """Frame 3 is too large."""
    source = fast.noiseTOP(resolution=(8, 8), type="randomgpu", period=0, mono=False, format="rgba16fixed")
    source.par.resolutionw.expr = source.par.resolutionh.expr = "64 if absTime.frame == 3 else 8"
    out = sequence(fast, source, imagefiletype=token, maxthread=threads, file="new/", record=True)
    other = sequence(fast, counting(fast), file="good/", record=True)
    with small_files():
        fast.run(frames=5)
    extension = {"tiff": "tif"}.get(token, token)
    names = [f"new/0.{index}.{extension}" for index in (0, 1, 3, 4)]
    assert [name for name in files(tmp_path) if name.startswith("new")] == names
    assert f"new/0.2.{extension} (File too large)" in out.errors()
    assert "ulimit -f" in out.errors()
    assert not other.errors()
    assert len([name for name in files(tmp_path) if name.startswith("good")]) == 5


def test_a_folder_that_is_taken_away_is_an_error_and_no_other_operator_minds(fast: Any, tmp_path: Path) -> None:
    out = sequence(fast, file="gone/", record=True, maxthread=1)
    other = sequence(fast, file="good/", record=True)
    fast.on_frame.append(lambda: shutil.rmtree(tmp_path / "gone") if fast.frame == 3 else None)
    fast.run(frames=6)
    assert "the folder is missing, or was removed" in out.errors()
    assert files(tmp_path) == [f"good/0.{index}.png" for index in range(6)]
    assert not other.errors()


def test_a_slow_writer_holds_the_render_up_and_not_the_memory(fast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most ``maxthread`` pictures wait, however many are cooked."""
    gate, held, most = threading.Semaphore(0), set(), []
    encode = saving.encode_image

    def slow(pixels: Any, *args: Any) -> bytes:
        held.add(id(pixels))
        most.append(len(held))
        assert gate.acquire(timeout=60)
        held.discard(id(pixels))
        return encode(pixels, *args)

    monkeypatch.setattr(saving, "encode_image", slow)
    out = sequence(fast, maxthread=3, record=True)
    seen: list[int] = []
    fast.on_frame.append(lambda: seen.append(int(out.info()["active_records"])))
    opener = threading.Thread(target=lambda: [gate.release() for _ in range(20) if not threading.Event().wait(0.02)])
    opener.start()
    fast.run(frames=20)
    opener.join()
    assert max(most) <= 3
    assert max(seen) <= 3
    assert out.info()["total_frames_written"] == 20


# -- save() ------------------------------------------------------------------------------------------------------


def test_an_asynchronous_save_that_fails_is_said_on_the_operator_later(fast: Any, tmp_path: Path) -> None:
    source = counting(fast)
    source.save("fine.png", asynchronous=True)
    (tmp_path / "taken.png").mkdir()
    path = source.save("taken.png", asynchronous=True)
    assert path == str(tmp_path / "taken.png")
    assert not source.scriptErrors()
    fast.resources["saves"]._writer.flush()
    fast.run(frames=1)
    assert f"save(): cannot write {path} (Is a directory)" in source.scriptErrors()
    assert fast.failed
    assert fast.problems[-1].kind == OutputError.kind
    assert frame_of(tmp_path / "fine.png") == 1


def test_an_asynchronous_save_that_fails_last_is_said_when_the_project_closes(fast: Any, tmp_path: Path) -> None:
    (tmp_path / "taken.png").mkdir()
    counting(fast).save("taken.png", asynchronous=True)
    fast.close()
    assert fast.failed


def test_save_writes_dds_and_says_what_it_cannot_keep(fast: Any, tmp_path: Path) -> None:
    source = fast.noiseTOP(resolution=(8, 4), format="rgb10a2fixed")
    source.save("a.dds", metadata={"a": "b"})
    data = (tmp_path / "a.dds").read_bytes()
    assert struct.unpack_from("<I", data, 128) == (24,)
    assert source.saveByteArray("x/y.dds") == data
    assert source.warnings() == "save(): metadata is not written: only EXR files keep it"
    source.par.format = "a16float"
    source.saveByteArray(".dds")
    assert "saveByteArray(): DDS has no pixel format a16float" in source.warnings()
