"""The commands that only look: ``ops``, ``graph``, ``doctor``, ``--version``, and what they cost to start."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import tdlite as td
from tdlite.media.process import probe
from tdlite.ops.registry import builtin

from .conftest import RECTANGLE, Tdlite

GREY = """
from tdlite.ops import TOP, Float, Page


class greyTOP(TOP):
    \"""Be grey.\"""

    parameters = (Page("Grey", Float("level", 0.5, help="How bright."),),)
    shader = "vec4 pixel(vec2 uv) { return vec4(vec3(par.level), 1.0); }"
"""
HEAVY = {"moderngl", "glcontext", "av", "cuda", "cupy", "networkx", "cv2", "OpenEXR", "numpy", "rich"}


def test_the_version_is_the_packages_and_costs_no_heavy_import() -> None:
    code = "import sys\nfrom tdlite.cli import main\ntry: main(['--version'])\nfinally: print(*sys.modules)"
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    version, modules = out.splitlines()
    assert version == f"tdlite {td.__version__}"
    assert {name.partition(".")[0] for name in modules.split()} & HEAVY == set()


def test_every_command_explains_itself(tdlite: Tdlite) -> None:
    for command in ("run", "render", "check", "ops", "graph", "import", "doctor"):
        result = tdlite(command, "--help")
        assert result.returncode == 0
        assert "exit codes: 0 done" in " ".join(result.stdout.split())


def test_an_unknown_command_is_a_usage_error(tdlite: Tdlite) -> None:
    assert tdlite("frobnicate").returncode == 2


def test_ops_lists_every_operator_once_with_a_sentence(tdlite: Tdlite) -> None:
    rows = tdlite("ops").stdout.splitlines()
    assert [row.split()[0] for row in rows] == sorted(builtin())
    data = json.loads(tdlite("ops", "--json").stdout)
    assert [row["name"] for row in data] == sorted(builtin())
    assert all(row["doc"].endswith(".") and row["label"].endswith(row["family"]) for row in data)


def test_ops_describes_one_operator(tdlite: Tdlite) -> None:
    told = json.loads(tdlite("ops", "rectangleTOP", "--json").stdout)
    pars = {row["name"]: row for row in told["parameters"]}
    with td.Project() as project:
        rect = project.root.create(td.rectangleTOP)
        assert list(pars) == [par.name for par in rect.par]
        assert {name: row["default"] for name, row in pars.items()} == {par.name: par.default for par in rect.par}
    assert (pars["fillalpha"]["min"], pars["fillalpha"]["max"]) == (0, 1)
    assert pars["justifyh"]["menu"] == ["left", "center", "right"]
    assert told["inputs"] == [{"label": "Composite Input", "required": False, "many": False}]
    assert {"resx", "resy", "gpu_memory_used"} <= set(told["info_channels"])
    text = tdlite("ops", "rectangleTOP").stdout
    assert all(re.search(rf"^  {name}: ", text, re.MULTILINE) for name in pars)


def test_ops_tells_labels_and_says_a_menus_labels_where_they_differ(tdlite: Tdlite) -> None:
    text = tdlite("ops", "noiseTOP").stdout
    assert "simplex2d (Simplex 2D (GPU))" in text
    assert "randomgpu, sparse, hermite, harmonic (Harmonic Summation), random, alligator" in text
    assert "      Harmonic Spread: How much finer" in text
    assert "``" not in tdlite("ops").stdout


def test_ops_describes_the_operators_of_a_file(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "grey.py").write_text(GREY)
    text = tdlite("ops", "grey.py").stdout
    assert text.startswith("greyTOP (Grey TOP)\n  Be grey.\n")
    assert "  level: Float = 0.5" in text
    assert "Resolution" in text
    assert "no operator file nope.py" in tdlite("ops", "nope.py").stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("exits.py", "\nraise SystemExit(7)", "tdlite: exits.py line 2: SystemExit: 7\n"),
        ("zeros.py", "\0", "tdlite: zeros.py: SyntaxError: source code string cannot contain null bytes\n"),
        ("wrong.py", "x = 1\n1 / 0", "tdlite: wrong.py line 2: ZeroDivisionError: division by zero\n"),
    ],
)
def test_ops_tells_what_is_wrong_with_a_file(tdlite: Tdlite, tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    result = tdlite("ops", name)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said)


def test_ops_describes_every_operator() -> None:
    from tdlite.cli.operators import described

    for name in sorted(builtin()):
        json.dumps(described(getattr(td, name)))


def test_an_unknown_operator_is_a_usage_error_with_the_nearest_name(tdlite: Tdlite) -> None:
    result = tdlite("ops", "rectangelTOP")
    assert result.returncode == 2
    assert "nearest: 'rectangleTOP'" in result.stderr


def test_a_file_without_operators_is_a_usage_error_and_not_an_empty_list(tdlite: Tdlite) -> None:
    tdlite("check", "net.py", net=RECTANGLE)
    result = tdlite("ops", "net.py")
    assert (result.returncode, result.stdout) == (2, "")
    assert "net.py defines no operators" in result.stderr


NETWORK = (
    RECTANGLE
    + """
    null = root.create('nullTOP', 'null1')
    null.inputConnectors[0].connect(rect)
    knob = root.create('constantCHOP', 'knob1')
    rect.par.sizey.expr = "op('knob1')['chan1']"
    comp = root.create('baseCOMP', 'inside')
    comp.create('textDAT', 'note1')
    rect.par.sizex.expr = 'broken'
"""
)


def test_graph_draws_operators_wires_references_and_errors(tdlite: Tdlite, tmp_path: Path) -> None:
    assert tdlite("graph", "net.py", "-o", "out/net.svg", net=NETWORK).returncode == 0
    root = ET.parse(tmp_path / "out" / "net.svg").getroot()
    svg = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{svg}text")]
    assert {"rect1", "null1", "knob1", "inside", "note1"} <= set(texts)
    dashed = [path.get("stroke-dasharray") is not None for path in root.iter(f"{svg}path")]
    assert sorted(dashed) == [False, True]
    titles = [title.text or "" for title in root.iter(f"{svg}title")]
    assert any(title.startswith("/rect1\npar.sizex: NameError") for title in titles)


def test_graph_boxes_do_not_overlap_and_wires_lead_right() -> None:
    from tdlite.cli.layout import Box, layout

    with td.Project() as project:
        row = [project.root.create("constantCHOP", f"c{number}") for number in range(6)]
        links = [(row[0], row[1], True), (row[1], row[2], True), (row[0], row[2], True), (row[2], row[0], False)]
        box = layout(project.root, links)
        places: dict[str, Box] = {child.op.name: child for child in box.children}
    assert places["c0"].x < places["c1"].x < places["c2"].x
    boxes = list(places.values())
    for number, a in enumerate(boxes):
        assert a.x >= 0
        assert a.x + a.width <= box.width
        assert a.y + a.height <= box.height
        for b in boxes[number + 1 :]:
            apart = (a.x + a.width <= b.x, b.x + b.width <= a.x, a.y + a.height <= b.y, b.y + b.height <= a.y)
            assert any(apart)


@pytest.mark.parametrize(("suffix", "wire", "reference"), [("dot", "->", "style=dashed"), ("mmd", "-->", "-.->")])
def test_graph_writes_text_formats(tdlite: Tdlite, tmp_path: Path, suffix: str, wire: str, reference: str) -> None:
    assert tdlite("graph", "net.py", "-o", f"net.{suffix}", net=NETWORK).returncode == 0
    text = (tmp_path / f"net.{suffix}").read_text()
    assert wire in text
    assert reference in text
    assert "rect1" in text


def test_graph_needs_a_known_suffix(tdlite: Tdlite) -> None:
    assert tdlite("graph", "net.py", "-o", "net.pdf", net=NETWORK).returncode == 2


def test_doctor_tells_what_gl_draws_and_what_is_missing(tdlite: Tdlite) -> None:
    result = tdlite("doctor", "--json")
    assert result.returncode == 0
    found = json.loads(result.stdout)
    assert found["gl"]["usable"]
    assert found["gl"]["path"] in ("compute", "raster")
    assert found["egl"][0].keys() == {"index", "name", "cuda_ordinal"}
    assert found["gl"]["device"] in [device["index"] for device in found["egl"]]
    shared = found["gl"]["shared_with_cuda"]
    assert (shared["ordinal"] is None) == bool(shared["reason"])
    assert found["encoders"]["libx264"] is None
    assert found["encoders"]["hap"] == probe("hap")  # it runs in an ffmpeg program, not in PyAV
    assert {".png", ".exr"} <= set(found["images"])
    assert all(each["usable"] or each["reason"] for each in found["nvenc"].values())
    text = tdlite("doctor").stdout
    assert found["gl"]["renderer"] in text
    assert "NVENC" in text


def test_doctor_without_gl_says_what_to_install(tdlite: Tdlite) -> None:
    result = tdlite("doctor", env={**os.environ, "__EGL_VENDOR_LIBRARY_DIRS": "/nowhere"})
    assert result.returncode == 3
    assert "apt-get install libegl1" in result.stdout
