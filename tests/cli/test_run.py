"""``tdlite run``."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import QUITS_AT_5, RECORDER, RECTANGLE, Tdlite


def red(path: Path) -> int:
    """The red of the picture's middle."""
    with Image.open(path) as picture:
        return int(np.asarray(picture)[8, 16, 0])


def test_a_network_records_itself_to_the_end_of_its_timeline(tdlite: Tdlite, tmp_path: Path) -> None:
    result = tdlite("run", "net.py", net=RECORDER)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert {path.name: red(path) for path in tmp_path.glob("*.png")} == {f"own.0.{i}.png": i + 1 for i in range(12)}


@pytest.mark.parametrize(("length", "frames"), [(("--frames", "3"), 3), (("--seconds", "0.1"), 6)])
def test_the_length_can_be_given(tdlite: Tdlite, tmp_path: Path, length: tuple[str, str], frames: int) -> None:
    assert tdlite("run", "net.py", *length, net=RECORDER).returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == frames


def test_a_length_shorter_than_a_frame_is_one_frame(tdlite: Tdlite, tmp_path: Path) -> None:
    assert tdlite("run", "net.py", "--seconds", "1e-9", net=RECORDER).returncode == 0
    assert [path.name for path in tmp_path.glob("*.png")] == ["own.0.0.png"]


def test_the_network_can_end_the_run(tdlite: Tdlite, tmp_path: Path) -> None:
    net = (
        RECORDER + "    root.create('executeDAT').text = 'def onFrameEnd(frame):\\n    if frame == 5: project.quit()'\n"
    )
    net += "    root.op('execute1').par.frameend = True\n"
    assert tdlite("run", "net.py", net=RECORDER + QUITS_AT_5).returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == 5


def test_output_goes_to_the_callers_folder_and_siblings_of_the_network_can_be_imported(
    tdlite: Tdlite, tmp_path: Path
) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "helper.py").write_text(RECORDER)
    (tmp_path / "nets" / "net.py").write_text("from helper import build")
    assert tdlite("run", "nets/net.py", "--frames", "1").returncode == 0
    assert [path.name for path in tmp_path.rglob("*.png")] == ["own.0.0.png"]
    assert (tmp_path / "own.0.0.png").exists()


def test_parameters_are_set_by_their_style_once_the_network_is_built(tdlite: Tdlite, tmp_path: Path) -> None:
    tell = """
def build(root):
    base = root.create('baseCOMP', 'base1')
    page = base.appendCustomPage('Custom')
    page.appendFloat('Amount'); page.appendInt('Count'); page.appendToggle('On'); page.appendStr('Word')
    page.appendMenu('Kind')[0].menuNames = ['a', 'b']
    root.create('executeDAT').par.start = True
    root.op('execute1').text = (
        "def onStart():\\n    par = op('base1').par\\n"
        "    print([par.Amount.eval(), par.Count.eval(), par.On.eval(), par.Word.eval(), par.Kind.eval()])")
"""
    sets = ("Amount=-2.5", "Count=7", "On=yes", "Word=a=b.c", "Kind=b")
    arguments = [item for each in sets for item in ("--set", f"/base1.{each}")]
    result = tdlite("run", "net.py", "--frames", "1", *arguments, net=tell)
    assert (result.stdout, result.stderr) == ("[-2.5, 7, True, 'a=b.c', 'b']\n", "")


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("/rect2.sizex=1", "--set /rect2.sizex=1: no operator '/rect2' (nearest: '/rect1')"),
        ("/rect1.sizz=1", "has no parameter 'sizz' (nearest: 'size"),
        ("/rect1.justifyh=lef", "no menu entry 'lef' (nearest: 'left')"),
        ("/rect1.sizex=wide", "sizex is of style Float and cannot be 'wide'"),
        ("/rect1.antialias=maybe", "antialias is of style Toggle and cannot be 'maybe'"),
        ("/rect1.sizex", "is not /path.par=value"),
    ],
)
def test_a_wrong_setting_is_a_usage_error_with_the_nearest_name(tdlite: Tdlite, setting: str, found: str) -> None:
    result = tdlite("run", "net.py", "--set", setting, net=RECTANGLE)
    assert result.returncode == 2
    assert found in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("net", "said"),
    [
        ("x = 1\ny = nothing\n", "net.py line 2: NameError: name 'nothing' is not defined"),
        ("def build(root)\n    pass\n", "net.py line 1: SyntaxError: expected ':'"),
        ("def build(root):\n    root.create('noizeTOP')\n", "net.py line 2: there is no operator type 'noizeTOP'"),
        ("a = 1\n", "net.py has no function build(root)"),
        ("cookRate = -1\ndef build(root): pass\n", "net.py: cookRate must be above 0"),
        ("cookRate = '30 fps'\ndef build(root): pass\n", "net.py: cookRate is a number of frames per second, not '30"),
        (
            "def build(root):\n    op('noise1').par.seed = 2\n",
            "net.py line 2: NameError: name 'op' is not defined; op is for expressions and callbacks, in a network "
            "file write root.op('…')",
        ),
    ],
)
def test_a_network_file_that_fails_is_a_message_with_its_line(tdlite: Tdlite, net: str, said: str) -> None:
    result = tdlite("run", "net.py", net=net)
    assert result.returncode == 2
    assert result.stderr.startswith(f"tdlite: {said}")
    assert "Traceback" not in result.stderr


def test_a_traceback_is_shown_on_request(tdlite: Tdlite) -> None:
    assert "Traceback" in tdlite("run", "net.py", "--debug", net="y = nothing\n").stderr


def test_a_missing_network_file_is_an_input_error(tdlite: Tdlite) -> None:
    result = tdlite("run", "nothing.py")
    assert (result.returncode, result.stderr) == (5, "tdlite: there is no network file 'nothing.py'\n")


FAILING = RECORDER + "    rect.par.sizex.expr = '1 / (absTime.frame - 3)'\n"


def test_an_error_in_any_frame_is_told_once_and_fails_the_run(tdlite: Tdlite, tmp_path: Path) -> None:
    result = tdlite("run", "net.py", net=FAILING)
    assert result.returncode == 1
    assert result.stderr.count("error: /rect1: par.sizex: ZeroDivisionError") == 1
    assert len(list(tmp_path.glob("*.png"))) >= 9  # the other frames went on


def test_strict_stops_after_the_frame_with_the_error(tdlite: Tdlite, tmp_path: Path) -> None:
    result = tdlite("run", "net.py", "--strict", net=FAILING)
    assert result.returncode == 1
    assert "stopped after frame 3" in result.stderr
    assert len(list(tmp_path.glob("*.png"))) == 2


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("out.par.type = 'movie'; out.par.file = 'a.mp4'; rect.par.resolutionw = 31", 4),
        ("out.par.file = '/dev/null/a.png'", 5),
    ],
)
def test_the_exit_code_tells_encoder_from_output_errors(tdlite: Tdlite, lines: str, code: int) -> None:
    result = tdlite("run", "net.py", "--frames", "2", net=f"{RECORDER}    {lines}\n")
    assert result.returncode == code
    assert "error: /out1: cannot" in result.stderr


def test_without_gl_the_run_stops_with_its_own_exit_code(tdlite: Tdlite) -> None:
    env = {**os.environ, "__EGL_VENDOR_LIBRARY_DIRS": "/nowhere"}
    result = tdlite("run", "net.py", net=RECTANGLE, env=env)
    assert result.returncode == 3
    assert "no usable OpenGL" in result.stderr
    assert tdlite("run", "net.py", "--frames", "1", net="def build(root):\n    pass\n", env=env).returncode == 0


def test_json_progress_is_one_line_a_frame_and_a_problem(tdlite: Tdlite) -> None:
    result = tdlite("run", "net.py", "--frames", "4", "--progress", "json", net=FAILING)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    frames = [line for line in lines if line["event"] == "frame"]
    assert [(line["frame"], line["of"]) for line in frames] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(line["seconds"] >= 0 for line in frames)
    error = next(line for line in lines if line["event"] == "error")
    assert (error["path"], error["frame"]) == ("/rect1", 3)
    assert "ZeroDivisionError" in error["message"]
    assert lines[-1] == {"event": "end", "exit": 1}


def test_what_a_network_prints_does_not_come_between_json_lines(tdlite: Tdlite) -> None:
    result = tdlite("run", "net.py", "--frames", "1", "--progress", "json", net=f"print('hello')\n{RECTANGLE}")
    assert [json.loads(line)["event"] for line in result.stdout.splitlines()] == ["frame", "end"]
    assert "hello" in result.stderr


def test_the_rate_is_the_network_files_unless_the_command_line_says_otherwise(tdlite: Tdlite) -> None:
    net = "cookRate = 24\ndef build(root):\n    print(float(root.project.rate))\n"
    assert tdlite("run", "net.py", "--frames", "1", net=net).stdout == "24.0\n"
    assert tdlite("run", "net.py", "--frames", "1", "--fps", "50", net=net).stdout == "50.0\n"


def test_a_network_that_nobody_asks_for_pictures_is_no_silent_success(tdlite: Tdlite) -> None:
    result = tdlite("run", "net.py", net=RECTANGLE)
    assert result.returncode == 0
    assert "nothing was cooked" in result.stderr
    assert "tdlite render net.py --top" in result.stderr
    assert tdlite("run", "net.py", net=RECORDER).stderr == ""
    assert tdlite("run", "net.py", net="def build(root):\n    pass\n").stderr == ""


def test_an_interrupt_finishes_the_movie(tmp_path: Path) -> None:
    net = RECORDER.replace("root.time.end = 12", "root.time.end = 100000")
    (tmp_path / "net.py").write_text(net + "    out.par.type = 'movie'\n    out.par.file = 'a.mp4'\n")
    command = [sys.executable, "-P", "-m", "tdlite", "run", "net.py", "--progress", "json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        shown = next(line for line in process.stdout if '"frame": 30,' in line and '"event": "frame"' in line)
        process.send_signal(signal.SIGINT)
        last = [json.loads(line) for line in (shown, *process.stdout)]
        said = process.stderr.read()
    assert process.returncode == 130
    frames = max(line["frame"] for line in last if line["event"] == "frame")
    assert f"interrupted after frame {frames}" in said
    probe = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]
    counted = subprocess.run([*probe, tmp_path / "a.mp4"], capture_output=True, text=True, check=True)
    assert (int(counted.stdout), counted.stderr) == (frames, "")
