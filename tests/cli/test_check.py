"""``tdlite check``."""

import os
from pathlib import Path

from .conftest import RECORDER, RECTANGLE, Tdlite


def test_a_sound_network_passes_and_nothing_is_written(tdlite: Tdlite, tmp_path: Path) -> None:
    result = tdlite("check", "net.py", net=RECORDER)
    assert (result.returncode, result.stdout, result.stderr) == (0, "net.py: 2 operators, 0 errors, 0 warnings\n", "")
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["net.py"]


def test_every_error_is_listed_on_its_operator_though_no_sink_asks_for_it(tdlite: Tdlite) -> None:
    net = (
        RECTANGLE
        + """
    rect.par.sizex.expr = 'nothing'
    after = root.create('nullTOP', 'after')
    after.inputConnectors[0].connect(rect)
    root.create('nullTOP', 'open')
    base = root.create('baseCOMP', 'base')
    base.appendCustomPage('Custom').appendFloat('Amount')[0].expr = '1 / 0'
    root.create('textDAT', 'lone').text = 'not python (, but a text'
    root.create('chopexecuteDAT', 'script').text = 'def onOffToOn(channel, sampleIndex, val, prev):\\n    pass)\\n'
    root.create('executeDAT', 'starts').text = 'def onStart():\\n    print("hello")\\n    op("nix").par'
    root.op('starts').par.start = True
"""
    )
    result = tdlite("check", "net.py", net=net)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 7
    assert lines[-1] == "net.py: 7 operators, 5 errors, 0 warnings"
    for start in (
        "error: /rect1: par.sizex: NameError: name 'nothing' is not defined",
        "error: /open: not enough sources",
        "error: /base: par.Amount: ZeroDivisionError",
        "error: /script: line 2: SyntaxError",
        "error: /starts: line 3, in onStart: AttributeError",
        "no output: /after depends on /rect1",
    ):
        assert sum(line.startswith(start) for line in lines) == 1, start
    assert result.stderr == "hello\n"


def test_what_is_no_network_file_is_told_apart(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    for name, code, said in (
        ("folder.py", 5, "'folder.py' is a folder, not a network file"),
        ("gone.py", 5, "there is no network file 'gone.py'"),
        ("", 5, "'' is a folder"),
        ("net.py", 2, "net.py has no function build(root)"),
    ):
        result = tdlite("check", name, net="# nothing")
        assert (result.returncode, result.stdout) == (code, "")
        assert result.stderr.startswith(f"tdlite: {said}")


def test_without_gl_the_exit_code_says_so(tdlite: Tdlite) -> None:
    env = {**os.environ, "__EGL_VENDOR_LIBRARY_DIRS": "/nowhere"}
    assert tdlite("check", "net.py", net=RECTANGLE, env=env).returncode == 3
