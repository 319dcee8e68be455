"""``tdlite render``."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import QUITS_AT_5, RECORDER, RECTANGLE, Tdlite


def probe(path: Path) -> tuple[int, int, str, int]:
    """Width, height, rate and number of decoded frames of a movie, as ffprobe sees them."""
    entries = "stream=width,height,r_frame_rate,nb_read_frames"
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", entries, "-of", "csv=p=0", path]
    width, height, rate, frames = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(",")
    return int(width), int(height), rate, int(frames)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_range_of_frames_becomes_a_movie(tdlite: Tdlite, tmp_path: Path, suffix: str) -> None:
    result = tdlite("render", "net.py", "--top", "/rect1", "-o", f"a.{suffix}", "--frames", "3:8", net=RECTANGLE)
    assert result.returncode == 0, result.stderr
    assert probe(tmp_path / f"a.{suffix}") == (32, 16, "60/1", 6)


def test_rate_and_size_can_be_given(tdlite: Tdlite, tmp_path: Path) -> None:
    more = ("--fps", "23.976", "--size", "64x48", "--quality", "1")
    result = tdlite("render", "net.py", "--top", "/rect1", "-o", "new/a.mp4", *more, net=RECTANGLE)
    assert result.returncode == 0, result.stderr
    assert probe(tmp_path / "new" / "a.mp4") == (64, 48, "24000/1001", 12)


def test_a_movie_can_have_sound(tdlite: Tdlite, tmp_path: Path) -> None:
    net = RECTANGLE + "    root.create('audiooscillatorCHOP', 'tone').par.rate = 48000\n"
    render = ("render", "net.py", "--top", "/rect1", "-o", "a.mov", "--audio", "/tone")
    result = tdlite(*render, "--frames", "3:8", net=net)
    assert result.returncode == 0, result.stderr
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,duration", "-of", "csv=p=0", "a.mov"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert found.split() == ["h264,0.100000", "aac,0.100000"]


def test_an_odd_size_is_told_with_what_can_be_done_on_the_command_line_and_that_works(
    tdlite: Tdlite, tmp_path: Path
) -> None:
    net = RECTANGLE.replace("    rect = root", "    root = root.create('baseCOMP', 'box')\n    rect = root")
    render = ("render", "net.py", "--top", "/box/rect1", "-o", "a.mp4", "--size", "31x16")
    result = tdlite(*render, net=net)
    assert result.returncode == 4
    assert "set the resolution to 32×16 or moviepixelformat to yuv444" in result.stderr
    assert "--size WxH sets the resolution, and --set /box/tdlite_render.NAME=VALUE" in result.stderr
    result = tdlite(*render, "--overwrite", "--set", "/box/tdlite_render.moviepixelformat=yuv444")
    assert result.returncode == 0, result.stderr
    assert probe(tmp_path / "a.mp4") == (31, 16, "60/1", 12)
    result = tdlite(*render, "--overwrite", "--set", "/box/tdlite_render.moviepixelformt=yuv444")
    assert result.returncode == 2
    assert "no parameter 'moviepixelformt' (nearest: 'moviepixelformat')" in result.stderr


def test_images_carry_the_number_and_the_picture_of_their_frame(tdlite: Tdlite, tmp_path: Path) -> None:
    pattern = "out/frame.{frame:05}.png"
    result = tdlite("render", "net.py", "--top", "/rect1", "-o", pattern, "--frames", "9:12", net=RECTANGLE)
    assert (result.returncode, result.stderr) == (0, "")
    found = {path.name: np.asarray(Image.open(path)) for path in (tmp_path / "out").iterdir()}
    assert sorted(found) == [f"frame.{frame:05}.png" for frame in (9, 10, 11, 12)]
    for frame in (9, 10, 11, 12):
        assert (found[f"frame.{frame:05}.png"] == (frame, 0, 0, 255)).all()
        assert found[f"frame.{frame:05}.png"].shape == (16, 32, 4)


def test_an_image_holds_one_frame_scaled_to_the_size_asked_for(tdlite: Tdlite, tmp_path: Path) -> None:
    arguments = ("render", "net.py", "--top", "/rect1", "-o", "a.png", "--size", "8x6")
    assert tdlite(*arguments, net=RECTANGLE).returncode == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (8, 6)
        assert (np.asarray(picture) == (1, 0, 0, 255)).all()
    assert tdlite(*arguments, "--frames", "7", "--overwrite").returncode == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert (np.asarray(picture) == (7, 0, 0, 255)).all()


FEEDBACK = """
def build(root):
    source = root.create('constantTOP', 'c')
    source.par.colorr = source.par.colorg = source.par.colorb = 0
    source.par.outputresolution = 'custom'
    source.par.resolutionw = source.par.resolutionh = 4
    back = root.create('feedbackTOP', 'back')
    back.inputConnectors[0].connect(source)
    more = root.create('levelTOP', 'more')
    more.inputConnectors[0].connect(back)
    more.par.outlow = 0.2
    back.par.top = 'more'
"""


def test_state_is_the_same_whether_the_frames_before_are_recorded_or_not(tdlite: Tdlite, tmp_path: Path) -> None:
    render = ("render", "net.py", "--top", "/more", "-o")
    assert tdlite(*render, "all.{frame}.png", "--frames", "1:6", net=FEEDBACK).returncode == 0
    assert tdlite(*render, "last.{frame}.png", "--frames", "6").returncode == 0
    before, recorded, alone = (
        Image.open(tmp_path / name).tobytes() for name in ("all.5.png", "all.6.png", "last.6.png")
    )
    assert recorded == alone
    assert recorded != before


def test_the_networks_own_recorders_write_nothing(tdlite: Tdlite, tmp_path: Path) -> None:
    assert tdlite("render", "net.py", "--top", "/rect1", "-o", "a.png", net=RECORDER).returncode == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["a.png"]


def test_a_network_that_quits_ends_a_rendering_of_unstated_length_only(tdlite: Tdlite, tmp_path: Path) -> None:
    net = (
        RECTANGLE
        + "    root.create('executeDAT').text = 'def onFrameEnd(frame):\\n    if frame == 5: project.quit()'\n"
    )
    net += "    root.op('execute1').par.frameend = True\n"
    render = ("render", "net.py", "--top", "/rect1", "-o", "{frame}.png", "--overwrite")
    assert tdlite(*render, net=RECTANGLE + QUITS_AT_5).returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == 5
    assert tdlite(*render, "--frames", "2:7").returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == 7


def test_what_exists_is_not_replaced_unless_asked(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "f.4.png").write_bytes(b"precious")
    render = ("render", "net.py", "--top", "/rect1", "-o", "f.{frame}.png", "--frames", "3:5")
    result = tdlite(*render, net=RECTANGLE)
    assert result.returncode == 5
    assert "f.4.png exists; choose another name or give --overwrite" in result.stderr
    assert [path.name for path in tmp_path.glob("*.png")] == ["f.4.png"]
    assert (tmp_path / "f.4.png").read_bytes() == b"precious"
    assert tdlite(*render, "--overwrite").returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == 3
    (tmp_path / "a.mp4").write_bytes(b"precious")
    assert tdlite("render", "net.py", "--top", "/rect1", "-o", "a.mp4").returncode == 5
    assert (tmp_path / "a.mp4").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.xyz"), "cannot tell what to write from the name 'a.xyz'"),
        (("-o", "a.{frame}.mp4"), "a movie: it holds all frames"),
        (("-o", "a.{x}.png"), "a pattern has one field"),
        (("-o", "a.png", "--frames", "1:9"), "a.png holds one frame; for several name it a.{frame:05}.png"),
        (("-o", "a.png", "--codec", "h264nvgpu"), "--codec is for movies"),
        (("-o", "a.png", "--audio", "/rect1"), "--audio is for movies"),
        (("-o", "a.mp4", "--audio", "/rect1"), "not a CHOP: it has no sound"),
        (("-o", "a.png", "--frames", "5:3"), "not a range of frames"),
        (("-o", "a.png", "--size", "0x5"), "not a size"),
        (("-o", "a.mp4", "--quality", "7"), "not a quality: it runs from 0 (small) to 1 (best)"),
        (("-o", "a.mp4", "--quality", "nan"), "not a quality"),
        (("-o", "a.mp4", "--codec", "h264nvg"), "no menu entry 'h264nvg' (nearest: 'h264nvgpu')"),
        (("-o", "a.{frame.__class__}.png"), "every frame would have the same name; a pattern has one field"),
        (("-o", "a.{frame:99999999999999999999}.png"), "a pattern has one field"),
        (("-o", "a.{frame}.png", "--frames", "1:99999999999999999999"), "--frames takes 10,000,000 at a time"),
        (("-o", "a.png", "--set", "/rect1.sizex=inf"), "sizex is of style Float and cannot be 'inf'"),
        (("-o", "a.png", "--set", "/rect1.resolutionw=1e999"), "resolutionw is of style Int and cannot be '1e999'"),
        (("-o", "a.png", "--fps", "fast"), "'fast' is not a number above 0"),
        (("-o", "a.png", "--top", "/*1"), "'/*1' names 2 operators (/rect1, /text1); name one"),
        (("-o", "a.png", "--top", "/rect2"), "no operator '/rect2' (nearest: '/rect1')"),
        (("-o", "a.png", "--top", "/"), "not a TOP"),
    ],
)
def test_what_means_nothing_is_a_usage_error_before_anything_is_written(
    tdlite: Tdlite, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    net = RECTANGLE + "    root.create('textDAT')\n"
    result = tdlite("render", "net.py", "--top", "/rect1", *arguments, net=net)
    assert result.returncode == 2
    assert said in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".png", ".mp4", ".xyz")] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("-o", "a.mp4", "--size", "31x31"), 4, "needs even sizes"),
        (("-o", "net.py/a.png"), 5, "cannot create the folder"),
        (("-o", "net.py/a.mp4"), 5, "cannot create the folder"),
    ],
)
def test_encoder_and_output_errors_have_their_exit_codes(
    tdlite: Tdlite, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = tdlite("render", "net.py", "--top", "/rect1", *arguments, net=RECTANGLE)
    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
