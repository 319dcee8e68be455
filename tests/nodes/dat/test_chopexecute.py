"""CHOP Execute DAT: which samples call back, in which order, and who sees the edits."""

from __future__ import annotations

from typing import Any

import pytest

from tdlite.ops import CHOP, At, Channels, Float, Page

KINDS = ("offtoon", "whileon", "ontooff", "whileoff", "valuechange")
CALLBACKS = ("onOffToOn", "whileOn", "onOnToOff", "whileOff", "onValueChange")
OFF = dict.fromkeys(KINDS, False)


class sliceCHOP(CHOP):
    """Puts out the samples that the script gives for each frame."""

    sliced = True
    parameters = (
        Page(
            "Slice",
            Float("unused"),
        ),
    )
    frames: list[list[float]] = []

    def evaluate(self, at: At) -> Channels:
        samples = self.frames[min(at.frame, len(self.frames)) - 1]
        return Channels(("chan1",), [samples], rate=60.0 * max(1, len(samples)), sliced=True)


def watch(net: Any, name: str, log: list[Any], **pars: Any) -> Any:
    dat = net.chopexecuteDAT(name, chop="c", **{**OFF, **pars})
    for callback in CALLBACKS:
        dat.bind(
            **{
                callback: lambda channel, index, val, prev, callback=callback: log.append(
                    (callback, channel.name, index, val, prev)
                )
            }
        )
    return dat


def play(net: Any, values: list[float], log: list[Any]) -> list[list[Any]]:
    """What is logged in each frame while the channel has these values."""
    chop = net.op("c")
    out = []
    for value in values:
        chop.par.const0value = value
        log.clear()
        net.run(frames=1)
        out.append(list(log))
    return out


def test_a_channel_counts_as_zero_before_its_first_cook(net: Any) -> None:
    log: list[Any] = []
    net.constantCHOP("c")
    watch(net, "w", log, offtoon=True, valuechange=True)
    assert play(net, [1, 1], log) == [
        [("onOffToOn", "chan1", 0, 1.0, 0.0), ("onValueChange", "chan1", 0, 1.0, 0.0)],
        [],
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("offtoon", {1: (2, 0), 5: (1, -1)}),
        ("whileon", {1: (2, 0), 2: (3, 2), 5: (1, -1), 6: (1, 1)}),
        ("ontooff", {3: (0, 3)}),
        ("whileoff", {0: (0, 0), 3: (0, 3), 4: (-1, 0)}),
        ("valuechange", {1: (2, 0), 2: (3, 2), 3: (0, 3), 4: (-1, 0), 5: (1, -1)}),
    ],
)
def test_each_kind_of_callback_comes_at_its_samples(
    net: Any, kind: str, expected: dict[int, tuple[float, float]]
) -> None:
    log: list[Any] = []
    net.constantCHOP("c")
    watch(net, "w", log, **{kind: True})
    callback = CALLBACKS[KINDS.index(kind)]
    calls = play(net, [0, 2, 3, 0, -1, 1, 1], log)
    assert calls == [
        [(callback, "chan1", 0, float(expected[frame][0]), float(expected[frame][1]))] if frame in expected else []
        for frame in range(7)
    ]


def test_no_number_is_equal_to_no_number(net: Any) -> None:
    log: list[Any] = []
    sliceCHOP.frames = [[float("nan")], [float("nan")], [1.0]]
    net.make(sliceCHOP, "c")
    watch(net, "w", log, valuechange=True)
    for _ in range(3):
        net.run(frames=1)
    assert [call[0] for call in log] == ["onValueChange"] * 2
    assert log[1][3] == 1.0


def test_every_sample_of_a_slice_calls_back_and_while_on_as_often_as_asked(net: Any) -> None:
    log: list[Any] = []
    sliceCHOP.frames = [[0, 1, 1], [0, 0, 1], []]
    net.make(sliceCHOP, "c")
    dat = watch(net, "w", log, offtoon=True, ontooff=True, whileon=True, whileoff=True, freq="everysample")
    net.run(frames=1)
    assert [(call[0], call[2], call[3], call[4]) for call in log] == [
        ("whileOff", 0, 0, 0), ("onOffToOn", 1, 1, 0), ("whileOn", 1, 1, 0), ("whileOn", 2, 1, 1),
    ]  # fmt: skip
    log.clear()
    dat.par.freq = "onceperframe"
    net.run(frames=1)
    assert [(call[0], call[2], call[3], call[4]) for call in log] == [
        ("onOnToOff", 0, 0, 1), ("onOffToOn", 2, 1, 0), ("whileOn", 2, 1, 0),
    ]  # fmt: skip


def test_channels_are_chosen_by_patterns_and_called_in_their_order(net: Any) -> None:
    log: list[Any] = []
    net.constantCHOP("c", const0name="b a10 a2", const0value=1)
    dat = watch(net, "w", log, offtoon=True, channel="a*")
    net.run(frames=1)
    assert [call[1] for call in log] == ["a10", "a2"]
    log.clear()
    dat.par.channel = "* ^a*"
    net.run(frames=1)
    assert [call[1] for call in log] == ["b"]


def test_nothing_is_watched_while_it_is_not_active_or_has_no_chop(fast: Any) -> None:
    log: list[Any] = []
    fast.constantCHOP("c", const0value=1)
    dat = watch(fast, "w", log, offtoon=True, active=False)
    fast.run(frames=2)
    assert (log, fast.cooked) == ([], [])
    dat.par.active = True
    dat.par.chop = ""
    fast.run(frames=1)
    assert (log, fast.cooked, dat.errors()) == ([], [], "")
    dat.par.chop = "c"
    fast.run(frames=1)
    assert len(log) == 1


def test_dats_go_in_natural_path_order(net: Any) -> None:
    log: list[str] = []
    net.constantCHOP("c", const0value=1)
    for name in ("a10", "a2", "a1"):
        net.chopexecuteDAT(name, chop="c", **OFF).par.offtoon = True
        net.op(name).bind(onOffToOn=lambda *args, name=name: log.append(name))
    net.run(frames=1)
    assert log == ["a1", "a2", "a10"]


def test_edits_are_seen_by_later_dats_in_this_frame_and_by_earlier_ones_in_the_next(net: Any) -> None:
    net.constantCHOP("c")
    log: list[Any] = []
    for name in ("a1", "a2", "a3"):
        dat = net.chopexecuteDAT(name, chop="c")
        dat.bind(onValueChange=lambda channel, index, val, prev, name=name: log.append((net.frame, name, val)))
    start = net.executeDAT("b", framestart=True)
    start.bind(onFrameStart=lambda frame: setattr(net.op("c").par, "const0value", 1) if frame == 2 else None)
    middle = net.op("a2")

    def change(channel: Any, index: int, val: float, prev: float) -> None:
        log.append((net.frame, "a2", val))
        if val == 1:
            net.op("c").par.const0value = 5

    middle.bind(onValueChange=change)
    net.run(frames=4)
    assert log == [(2, "a1", 1), (2, "a2", 1), (2, "a3", 5), (3, "a1", 5), (3, "a2", 5)]


def test_one_dat_calls_back_with_the_values_it_found_whatever_its_callbacks_change(net: Any) -> None:
    chop = net.constantCHOP("c", const0name="x y", const0value=1)
    log: list[Any] = []
    dat = net.chopexecuteDAT("w", chop="c")

    def change(channel: Any, index: int, val: float, prev: float) -> None:
        log.append((net.frame, channel.name, val, channel.val))
        chop.par.const0value = 2

    dat.bind(onValueChange=change)
    net.run(frames=3)
    assert log == [(1, "x", 1, 1), (1, "y", 1, 2), (2, "x", 2, 2), (2, "y", 2, 2)]


def test_an_error_goes_onto_the_dat_and_the_frame_goes_on(net: Any) -> None:
    log: list[Any] = []
    net.constantCHOP("c", const0name="x y", const0value=1)
    bad = net.chopexecuteDAT("a", chop="c", **{**OFF, "offtoon": True})
    bad.text = "def onOffToOn(channel, sampleIndex, val, prev):\n    raise KeyError(channel.name)\n"
    watch(net, "b", log, offtoon=True)
    net.run(frames=1)
    assert bad.scriptErrors() == "line 2, in onOffToOn: KeyError: 'y'"
    assert [problem.message.rpartition(" ")[2] for problem in net.problems] == ["'x'", "'y'"]
    assert len(log) == 2


def test_a_callback_that_takes_other_arguments_is_not_blamed_on_a_line_of_ours(net: Any) -> None:
    net.constantCHOP("c", const0value=1)
    dat = net.chopexecuteDAT("w", chop="c")
    dat.text = "def onValueChange(channel):\n    pass\n"
    net.run(frames=1)
    assert dat.scriptErrors() == "TypeError: onValueChange() takes 1 positional argument but 4 were given"


def test_a_pattern_beside_all_channels_is_a_warning_while_it_is(net: Any) -> None:
    net.constantCHOP("c", const0name="x y", const0value=1)
    dat = net.chopexecuteDAT("w", chop="c", channel="z*")
    log: list[str] = []
    dat.bind(onValueChange=lambda channel, *args: log.append(channel.name))
    net.run(frames=3)
    assert dat.warnings() == "no channel of /c is called 'z*'; it has x y"
    assert [problem.message for problem in net.problems] == [dat.warnings()]
    dat.par.channel = "z* y"
    net.run(frames=1)
    assert (dat.warnings(), log) == ("", ["y"])
    dat.par.channel = "z*"
    net.run(frames=1)
    assert len(net.problems) == 2
    dat.par.active = False
    net.run(frames=1)
    assert dat.warnings() == ""


def test_a_callback_that_is_called_and_not_there_is_a_warning_until_it_is(net: Any) -> None:
    chop = net.constantCHOP("c", const0value=1)
    dat = net.chopexecuteDAT("w", chop="c", offtoon=True)
    dat.text = "def onOffToOnn(channel, sampleIndex, val, prev):\n    pass\n"
    net.run(frames=2)
    assert dat.warnings().splitlines() == [
        "there is no callback onOffToOn(channel, sampleIndex, val, prev) in the text (nearest: 'onOffToOnn')",
        "there is no callback onValueChange(channel, sampleIndex, val, prev) in the text",
    ]
    dat.text = "def onOffToOn(channel, sampleIndex, val, prev):\n    op('c').store('on', val)\n"
    net.run(frames=1)
    assert dat.warnings() == ""
    chop.par.const0value = 0
    net.run(frames=1)
    chop.par.const0value = 2
    net.run(frames=1)
    assert (chop.fetch("on"), dat.warnings(), dat.scriptErrors()) == (2, "", "")


def test_a_watched_chop_with_an_error_is_named_on_the_dat(net: Any) -> None:
    chop = net.constantCHOP("c", const0value="=1 / 0")
    dat = net.chopexecuteDAT("w", chop="c")
    net.run(frames=2)
    assert dat.errors().startswith("depends on /c, which has an error: par.const0value: ZeroDivisionError")
    assert [problem.path for problem in net.problems] == ["/c"]
    chop.par.const0value = 1
    net.run(frames=1)
    assert dat.errors() == ""
    dat.par.chop = "gone"
    net.run(frames=2)
    assert dat.errors() == "par.chop: no operator 'gone' from /w"
    assert [problem.path for problem in net.problems] == ["/c", "/w"]


def test_the_channel_knows_its_owner_and_index(net: Any) -> None:
    chop = net.constantCHOP("c", const0name="x y", const0value=1)
    seen: list[Any] = []
    dat = net.chopexecuteDAT("w", chop="c")
    dat.bind(onValueChange=lambda channel, *args: seen.append((channel.name, channel.index, channel.owner)))
    net.run(frames=1)
    assert seen == [("x", 0, chop), ("y", 1, chop)]


def test_a_record_toggle_is_an_edge_in_the_first_frame(net: Any) -> None:
    # The tutorial's way: a parameter of the COMP, read by a CHOP, watched by a DAT that sets another parameter.
    box = net.baseCOMP("base")
    box.appendCustomPage("Record").appendToggle("record")
    net.constantCHOP("c", parent=box, const0value="=parent.par.record")
    dat = net.chopexecuteDAT("w", parent=box, chop="c", **{**OFF, "offtoon": True, "ontooff": True})
    dat.text = (
        "def onOffToOn(channel, sampleIndex, val, prev):\n    parent().store('on', absTime.frame)\n"
        "def onOnToOff(channel, sampleIndex, val, prev):\n    parent().store('off', absTime.frame)\n"
    )
    box.par.record = True
    net.run(frames=3)
    box.par.record = False
    net.run(frames=1)
    assert (box.fetch("on"), box.fetch("off")) == (1, 4)
