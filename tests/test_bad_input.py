"""Bad input: a message on the right operator or a clean exit code, and nothing already written is lost.

Each network records 12 frames of a good picture as PNG beside the bad one.
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

GOOD = """
import tdlite as td

def build(root):
    root.time.end = 12
    good = root.create(td.constantTOP, 'good')
    good.par.outputresolution, good.par.resolutionw, good.par.resolutionh = 'custom', 64, 64
    good.par.colorr.expr = 'absTime.frame / 255'
    out = root.create(td.moviefileoutTOP, 'out')
    out.inputConnectors[0].connect(good)
    out.par.type, out.par.imagefiletype, out.par.file = 'imagesequence', 'png', 'good/'
    out.par.uniquesuff, out.par.record = False, True
    bad(root, good)

def view(op):
    op.viewer = True
    return op

def record(root, source, file):
    movie = root.create(td.moviefileoutTOP, 'movie')
    movie.inputConnectors[0].connect(source)
    movie.par.file, movie.par.encoder, movie.par.uniquesuff, movie.par.record = file, 'software', False, True
    return movie
"""


class Run:
    """A finished `tdlite run` of a bad network."""

    def __init__(self, folder: Path, bad: str, *arguments: str, limit: int | None = None) -> None:
        self.folder = folder
        (folder / "net.py").write_text(
            GOOD + "\ndef bad(root, good):\n" + "\n".join(f"    {line}" for line in bad.splitlines())
        )
        done = subprocess.run(
            [sys.executable, "-m", "tdlite", "run", "net.py", "--progress", "none", *arguments],
            cwd=folder, capture_output=True, text=True, timeout=60, check=False,
            preexec_fn=None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        self.code, self.err = done.returncode, done.stderr
        assert "Traceback" not in done.stderr

    @property
    def frames(self) -> list[int]:
        """What the good recording holds: the frame number that each of its images shows."""
        shown = []
        for file in sorted((self.folder / "good").glob("0.*.png"), key=lambda file: int(file.name.split(".")[1])):
            with Image.open(file) as image:
                shown.append(image.convert("RGB").getpixel((3, 3))[0])
        return shown

    def says(self, *words: str) -> None:
        """One line of the errors has all of these words."""
        lines = [line for line in self.err.splitlines() if all(word in line for word in words)]
        assert lines, self.err
        assert len(set(lines)) == len(lines), f"said more than once: {lines}"


ALL = list(range(1, 13))


def frames_in(movie: Path, whole: bool = True) -> int:
    """How many frames ffprobe decodes; of a whole file it has nothing to complain about."""
    count = ["-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "json"]
    probed = subprocess.run(["ffprobe", "-v", "error", *count, str(movie)], capture_output=True, text=True, check=True)
    assert not whole or probed.stderr == ""
    return int(json.loads(probed.stdout)["streams"][0]["nb_read_frames"])


def test_a_glsl_syntax_error_names_the_line_in_the_users_own_numbering(tmp_path):
    text = "out vec4 fragColor;\\nvoid main() {\\n    vec4 c = vec4(1.0)\\n    fragColor = TDOutputSwizzle(c);\\n}\\n"
    run = Run(tmp_path, f"glsl = view(root.create(td.glslTOP, 'glsl1'))\nroot.op('glsl1_pixel').text = '{text}'")
    assert run.code == 1
    run.says("/glsl1", "/glsl1_pixel:4", "syntax error")
    assert run.frames == ALL


def test_an_expression_that_raises_names_parameter_and_expression(tmp_path):
    run = Run(tmp_path, "noise = view(root.create(td.noiseTOP, 'noise1'))\nnoise.par.tz.expr = 'absTime.secnds * 2'")
    assert run.code == 1
    run.says("/noise1", "par.tz", "AttributeError", "absTime.secnds * 2")
    assert run.frames == ALL


CALLBACK = (
    "dat = root.create(td.executeDAT, 'each')\ndat.par.framestart = True\n"
    "dat.text = 'def onFrameStart(frame):\\n    if frame == 5:\\n        1 / 0\\n'"
)


def test_an_expression_or_a_callback_cannot_end_the_process(tmp_path):
    run = Run(
        tmp_path,
        "noise = view(root.create(td.noiseTOP, 'noise1'))\nnoise.par.tz.expr = 'exit()'\n"
        + CALLBACK.replace("1 / 0", "raise SystemExit(3)"),
    )
    assert run.code == 1
    run.says("/noise1", "par.tz", "SystemExit", "exit()")
    run.says("/each", "line 3", "SystemExit: 3")
    assert run.frames == ALL


def test_a_cycle_names_its_members(tmp_path):
    run = Run(
        tmp_path,
        "a, b = root.create(td.nullTOP, 'a'), root.create(td.nullTOP, 'b')\n"
        "a.inputConnectors[0].connect(b)\nb.inputConnectors[0].connect(a)\nview(a)",
    )
    assert run.code == 1
    run.says("error: /a:", "cycle", "/b", "→")
    run.says("error: /b:", "cycle", "/a", "→")
    assert run.frames == ALL


def test_a_callback_that_raises_does_not_stop_the_render(tmp_path):
    run = Run(tmp_path, CALLBACK)
    assert run.code == 1
    run.says("/each", "line 3", "ZeroDivisionError")
    assert run.frames == ALL


def test_strict_stops_at_the_first_error_and_keeps_what_is_written(tmp_path):
    run = Run(tmp_path, CALLBACK, "--strict")
    assert run.code == 1
    run.says("/each", "ZeroDivisionError")
    assert run.frames == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("size", "words"), [(0, ("0×256", "at least 1")), (100_000, ("100000×256", "limit"))])
def test_an_impossible_resolution_is_an_error_of_that_operator(tmp_path, size, words):
    run = Run(
        tmp_path,
        "noise = view(root.create(td.noiseTOP, 'noise1'))\nnoise.par.outputresolution = 'custom'\n"
        f"noise.par.resolutionw = {size}",
    )
    assert run.code == 1
    run.says("/noise1", *words)
    assert run.frames == ALL


def test_nan_in_a_parameter_is_an_error_of_that_operator(tmp_path):
    run = Run(tmp_path, "noise = view(root.create(td.noiseTOP, 'noise1'))\nnoise.par.period = float('nan')")
    assert run.code == 1
    run.says("/noise1", "par.period", "nan", "finite")
    assert run.frames == ALL


def test_an_unknown_parameter_stops_the_build_with_the_nearest_name(tmp_path):
    run = Run(tmp_path, "root.create(td.noiseTOP, 'noise1').par.perid = 2")
    assert run.code == 2
    run.says("net.py", "/noise1", "'perid'", "'period'")
    assert not (tmp_path / "good").exists()


def test_an_unknown_operator_type_stops_the_build_with_the_nearest_name(tmp_path):
    run = Run(tmp_path, "root.create('noyseTOP')")
    assert run.code == 2
    run.says("net.py", "'noyseTOP'", "'noiseTOP'")


def test_an_unknown_parameter_on_the_command_line_is_a_usage_error(tmp_path):
    run = Run(tmp_path, "pass", "--set", "/good.colr=1")
    assert run.code == 2
    run.says("/good", "colr")
    assert not (tmp_path / "good").exists()


def test_a_missing_network_file_is_an_input_error(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tdlite", "run", "nowhere.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert "nowhere.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_that_the_network_reads_is_an_error_of_that_operator(tmp_path):
    run = Run(tmp_path, "table = view(root.create(td.tableDAT, 'table1'))\ntable.par.file = 'numbers.csv'")
    assert run.code in (1, 5)
    run.says("/table1", "numbers.csv")
    assert run.frames == ALL


def test_an_unwritable_folder_is_an_error_of_the_movie_file_out(tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    run = Run(tmp_path, "record(root, good, 'taken/movie.mp4')")
    assert run.code == 5
    run.says("/movie", "taken")
    assert run.frames == ALL


def test_a_full_disk_is_an_error_and_what_was_written_is_kept(tmp_path):
    run = Run(
        tmp_path,
        "noise = root.create(td.noiseTOP, 'noise1')\nnoise.par.type = 'random'\nnoise.par.period = 0\n"
        "noise.par.seed.expr = 'absTime.frame'\nnoise.par.outputresolution = 'custom'\n"
        "noise.par.resolutionw = noise.par.resolutionh = 512\nmovie = record(root, noise, 'movie.mkv')\n"
        "movie.par.keyframeinterval = 1",
        limit=900_000,
    )
    assert run.code == 5
    run.says("/movie", "movie.mkv")
    assert run.frames == ALL
    assert frames_in(tmp_path / "movie.mkv", whole=False) >= 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_in_the_middle_of_a_recording_finishes_the_file(tmp_path, number):
    (tmp_path / "net.py").write_text(
        GOOD.replace("end = 12", "end = 100000") + "\ndef bad(root, good):\n    record(root, good, 'movie.mp4')\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "tdlite", "run", "net.py", "--progress", "none"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(list((tmp_path / "good").glob("*.png"))) < 20 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(number)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    images = list((tmp_path / "good").iterdir())
    for file in images:
        with Image.open(file) as image:
            image.load()
    assert frames_in(tmp_path / "movie.mp4") == len(images)
