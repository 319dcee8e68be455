"""Execute DAT: when its callbacks come, in which order, and what becomes of their errors."""

from __future__ import annotations

from typing import Any

import pytest

import tdlite as td

ALL = {"start": True, "create": True, "exit": True, "framestart": True, "frameend": True}


def everything(dat: Any, log: list[Any], name: str) -> None:
    dat.bind(
        onStart=lambda: log.append((name, "start")),
        onCreate=lambda: log.append((name, "create")),
        onExit=lambda: log.append((name, "exit")),
        onFrameStart=lambda frame: log.append((name, "framestart", frame)),
        onFrameEnd=lambda frame: log.append((name, "frameend", frame)),
    )


def test_callbacks_come_in_their_order() -> None:
    log: list[Any] = []
    with td.Project() as project:
        dat = project.root.create(td.executeDAT, "e")
        for name in ALL:
            setattr(dat.par, name, True)
        everything(dat, log, "e")
        assert log == []
        project.run(frames=2)
        project.run(frames=1)
    assert log == [
        ("e", "create"), ("e", "start"), ("e", "framestart", 1), ("e", "frameend", 1), ("e", "framestart", 2),
        ("e", "frameend", 2), ("e", "framestart", 3), ("e", "frameend", 3), ("e", "exit"),
    ]  # fmt: skip


@pytest.mark.parametrize("toggle", [*ALL, "active"])
def test_each_toggle_allows_its_callback_alone(toggle: str) -> None:
    log: list[Any] = []
    with td.Project() as project:
        dat = project.root.create(td.executeDAT, "e")
        for name in ALL:
            setattr(dat.par, name, name == toggle or toggle == "active")
        dat.par.active = toggle != "active"
        everything(dat, log, "e")
        project.run(frames=1)
    assert [entry[1] for entry in log] == ([] if toggle == "active" else [toggle])


def test_several_go_in_natural_order_of_their_paths(net: Any) -> None:
    log: list[Any] = []
    box = net.baseCOMP("a3")
    for name, parent in (("a10", None), ("a2", None), ("z", box), ("a1", None)):
        everything(net.executeDAT(name, parent=parent, framestart=True, frameend=True), log, name)
    net.run(frames=1)
    order = ["a1", "a2", "z", "a10"]
    assert log == [(name, kind, 1) for kind in ("framestart", "frameend") for name in order]


def test_the_frame_is_that_of_the_looping_timeline(net: Any) -> None:
    frames: list[int] = []
    net.root.time.end = 3
    net.executeDAT("e", framestart=True).bind(onFrameStart=frames.append)
    net.run(frames=7)
    assert frames == [1, 2, 3, 1, 2, 3, 1]
    assert all(type(frame) is int for frame in frames)


def test_callbacks_in_the_text_know_the_network(net: Any) -> None:
    net.constantCHOP("c", const0value=2)
    dat = net.executeDAT("e", framestart=True)
    dat.text = (
        "def onFrameStart(frame):\n"
        "    op('c').par.const0value = frame * 10\n"
        "    me.store('seen', (me.path, op('c')['chan1'].val, absTime.frame, parent().path))\n"
    )
    net.run(frames=2)
    assert dat.fetch("seen") == ("/e", 20, 2, "/")


def test_a_changed_text_is_used_from_the_next_callback_on(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.text = "def onFrameStart(frame):\n    me.store('x', 1)\n"
    net.run(frames=1)
    dat.text = "def onFrameStart(frame):\n    me.store('x', 2)\n"
    net.run(frames=1)
    assert dat.fetch("x") == 2
    dat.text = ""
    net.run(frames=1)
    assert dat.scriptErrors() == ""


def test_an_error_goes_onto_the_dat_once_and_goes_away_with_the_next_good_run(net: Any) -> None:
    dat, other = net.executeDAT("e", framestart=True, frameend=True), net.executeDAT("f", framestart=True)
    dat.text = (
        "def onFrameStart(frame):\n    if frame < 4:\n        raise ValueError('too early')\n"
        "def onFrameEnd(frame):\n    pass\n"
    )
    frames: list[int] = []
    other.bind(onFrameStart=frames.append)
    net.run(frames=3)
    assert dat.scriptErrors() == "line 3, in onFrameStart: ValueError: too early"
    assert net.root.scriptErrors(recurse=True) == dat.scriptErrors()
    assert [str(problem) for problem in net.problems] == [f"/e: {dat.scriptErrors()}"]
    assert net.failed
    assert frames == [1, 2, 3]
    net.run(frames=1)
    assert dat.scriptErrors() == ""


def test_a_text_that_does_not_compile_is_an_error_of_the_dat(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.text = "def onFrameStart(frame:\n    pass\n"
    net.run(frames=3)
    assert dat.scriptErrors() == "line 1: SyntaxError: '(' was never closed"
    assert len(net.problems) == 1
    dat.text = "def onFrameStart(frame):\n    pass\n"
    net.run(frames=1)
    assert dat.scriptErrors() == ""


def test_one_made_while_the_project_runs_is_created_but_did_not_start_it(net: Any) -> None:
    log: list[Any] = []

    def make() -> None:
        everything(net.executeDAT("late", start=True, create=True, framestart=True), log, "late")

    net.run(frames=1)
    net.post(make)
    net.run(frames=2)
    assert log == [("late", "create"), ("late", "framestart", 2), ("late", "framestart", 3)]


def test_what_frame_start_sets_the_sinks_of_the_frame_show(net: Any) -> None:
    chop = net.constantCHOP("c")
    net.executeDAT("e", framestart=True).bind(onFrameStart=lambda frame: setattr(chop.par, "const0value", frame))
    seen = []
    net.on_frame.append(lambda: seen.append(chop.result.peek().samples[0, 0]))
    net.frames(3, pull=[chop])
    assert seen == [1, 2, 3]


def test_an_exit_callback_that_fails_does_not_keep_the_project_from_closing() -> None:
    with td.Project() as project:
        dat = project.root.create(td.executeDAT, "e")
        dat.par.exit = True
        dat.bind(onExit=lambda: 1 / 0)
    assert project.closed
    assert "ZeroDivisionError" in dat.scriptErrors()


def test_each_callback_has_an_error_of_its_own(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True, frameend=True)
    fails = {"start": True, "end": True}
    dat.bind(onFrameStart=lambda frame: 1 // (not fails["start"]), onFrameEnd=lambda frame: {}[fails["end"] or frame])
    net.run(frames=3)
    assert [line.partition(": ")[2] for line in dat.scriptErrors().splitlines()] == [
        "ZeroDivisionError: integer division or modulo by zero",
        "KeyError: True",
    ]
    assert len(net.problems) == 2
    fails["start"] = False
    net.run(frames=1)
    assert dat.scriptErrors().endswith("KeyError: True")
    assert len(net.problems) == 2


def test_a_new_text_has_none_of_the_errors_of_the_old_one(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.text = "def onFrameStart(frame):\n    gone\n"
    net.run(frames=1)
    assert "NameError" in dat.scriptErrors()
    dat.text = "def onFrameStart(frame):\n    x = 1\n"
    net.run(frames=1)
    assert dat.scriptErrors() == ""
