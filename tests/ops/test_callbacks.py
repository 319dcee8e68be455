"""Callbacks that are called and not there, or misspelt: told alike by every operator that has some."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tdlite.ops import callbacks, clock, registry


def told(net: Any, op: Any) -> list[str]:
    """The warnings of an operator after two frames; each was reported once."""
    net.frames(2, pull=[op] if not op.isDAT else [])
    warnings: list[str] = op.warnings().splitlines()
    assert [problem.message for problem in net.problems if problem.path == op.path] == warnings
    return warnings


@pytest.mark.parametrize(
    ("toggle", "misspelt", "says"),
    [
        ("framestart", "onFrameStrat", "onFrameStart(frame) in the text (nearest: 'onFrameStrat')"),
        ("frameend", "onframeend", "onFrameEnd(frame) in the text (nearest: 'onframeend')"),
        ("start", "on_start", "onStart() in the text (nearest: 'on_start')"),
        ("create", "helper", "onCreate() in the text"),
        ("exit", "onExti", "onExit() in the text (nearest: 'onExti')"),
    ],
)
def test_an_execute_dat_tells_which_callback_is_not_there(net: Any, toggle: str, misspelt: str, says: str) -> None:
    dat = net.executeDAT("e", **{toggle: True})
    dat.text = f"def {misspelt}(*args):\n    pass\n"
    assert told(net, dat) == [f"there is no callback {says}"]
    setattr(dat.par, toggle, False)
    net.run(frames=1)
    assert dat.warnings() == ""


def test_the_warning_goes_with_the_right_name_and_comes_again_with_the_next_wrong_one(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    for name in ("onFrameStrat", "onFrameStrt", "onFrameStart", "onFrameStrat"):
        dat.text = f"def {name}(frame):\n    pass\n"
        net.run(frames=2)
        expected = [] if name == "onFrameStart" else [f"(nearest: {name!r})"]
        assert re.findall(r"\(nearest.*\)", dat.warnings()) == expected
    assert len(net.problems) == 3
    dat.text = dat.text + "# the same once more\n"
    net.run(frames=2)
    assert dat.warnings().endswith("(nearest: 'onFrameStrat')")
    assert len(net.problems) == 3


def test_functions_that_are_bound_can_be_misspelt_too(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.bind(onFrameStrat=print)
    assert told(net, dat) == ["there is no callback onFrameStart(frame) in the text (nearest: 'onFrameStrat')"]
    dat.bind(onFrameStart=lambda frame: None)
    net.run(frames=1)
    assert dat.warnings() == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def other(frame):\n    pass\nonFrameStart = other\n",
        "if True:\n    def onFrameStart(frame):\n        pass\n",
        "from os.path import exists as onFrameStart\n",
    ],
)
def test_an_empty_text_and_any_way_to_define_a_callback_are_right(net: Any, text: str) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.text = text
    assert told(net, dat) == []


def test_a_callback_is_called_however_it_was_defined(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.text = "def other(frame):\n    me.store('seen', frame)\nonFrameStart = other\n"
    net.run(frames=2)
    assert dat.fetch("seen") == 2


def test_a_callback_may_come_with_all_that_another_module_has(net: Any, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "tdlite_test_calls.py").write_text("seen = []\ndef onFrameStart(frame):\n    seen.append(frame)\n")
    monkeypatch.syspath_prepend(tmp_path)
    dat = net.executeDAT("e", framestart=True)
    dat.text = "from tdlite_test_calls import *\n"
    assert told(net, dat) == []
    assert sys.modules.pop("tdlite_test_calls").seen == [1, 2]


@pytest.mark.parametrize("define", ["def onInitialize (", "def answer("])
def test_a_timer_waits_for_on_initialize_however_it_was_defined(net: Any, define: str) -> None:
    calls, timer = net.textDAT("calls"), net.timerCHOP("t", callbacks="calls")
    last = "onInitialize = answer\n" if "answer" in define else ""
    calls.text = f"{define}timerOp, callCount):\n    return 1 if callCount < 3 else 0\n{last}"
    asked = net.textDAT("plain"), net.timerCHOP("u", callbacks="plain")
    asked[0].text = calls.text.replace("onInitialize", "onInitialise")
    timer.par.start.pulse()
    asked[1].par.start.pulse()
    net.frames(3, pull=[timer, asked[1]])
    assert float(timer["timer_fraction"]) == 0
    assert float(asked[1]["timer_fraction"]) > 0


def test_a_script_top_takes_on_cook_however_it_was_defined(net: Any) -> None:
    script = net.scriptTOP("s")
    script.par.callbacks.eval().text = (
        "import numpy\ncook = lambda top: top.copyNumpyArray(numpy.full((2, 3, 4), .25, numpy.float32))\n"
        "onCook = cook\n"
    )
    assert script.numpyArray().tolist() == [[[0.25] * 4] * 3] * 2
    script.par.callbacks.eval().text = "class Inner:\n    def onCook(self):\n        pass\n"
    net.frames(1, pull=[script])
    assert script.errors() == ""


def test_a_text_is_looked_at_once_in_however_many_dats(fast: Any, monkeypatch: Any) -> None:
    looked: list[Any] = []
    names = callbacks._names
    monkeypatch.setattr(callbacks, "_names", lambda tree: looked.append(tree) or names(tree))
    for number in range(300):
        fast.executeDAT(f"e{number}", framestart=True).text = f"def onFrameStart(frame):\n    return {number}\n"
    fast.run(frames=3)
    assert len(looked) == 300


def test_a_text_that_does_not_run_has_its_error_and_no_warning(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.text = "def onFrameStrat(frame:\n    pass\ndef onFrameStart():\n"
    net.run(frames=2)
    assert "SyntaxError" in dat.scriptErrors()
    assert dat.warnings() == ""
    dat.text = "def onFrameStart(frame):\n    pass\n\0"
    net.run(frames=1)
    assert dat.scriptErrors() == "SyntaxError: source code string cannot contain null bytes"


def test_a_timer_tells_of_a_misspelt_callback_and_not_of_those_that_nobody_wrote(net: Any) -> None:
    calls, timer = net.textDAT("calls"), net.timerCHOP("t", callbacks="calls")
    calls.text = "def onDoen(timerOp, segment, interrupt):\n    pass\ndef reset():\n    pass\n"
    assert told(net, timer) == [
        "there is no callback onDone(timerOp, segment, interrupt) in /calls (nearest: 'onDoen')"
    ]
    calls.text = "def onDone(timerOp, segment, interrupt):\n    pass\ndef onDone2():\n    pass\n"
    net.frames(1, pull=[timer])
    assert timer.warnings() == ""


def test_a_timer_knows_all_callbacks_that_it_makes() -> None:
    arguments = inspect.getmodule(registry.find("timerCHOP")).ARGUMENTS
    made = re.findall(r'(?:say|Event)\("(\w+)"', inspect.getsource(clock))
    assert len(made) > 10
    assert set(made) == set(arguments)


def test_a_script_top_tells_of_a_misspelt_callback(net: Any) -> None:
    script = net.scriptTOP("s")
    calls = script.par.callbacks.eval()
    calls.text = calls.text.replace("def onCook(", "def onCok(")
    net.frames(2, pull=[script])
    assert script.warnings().splitlines()[0] == (
        "there is no callback onCook(scriptOp) in /s_callbacks (nearest: 'onCok')"
    )
    calls.text = calls.text.replace("def onCok(", "def onCook(")
    net.frames(1, pull=[script])
    assert script.warnings() == ""
