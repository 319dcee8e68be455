"""Operators with state step once in each frame in which a sink demands them; looking never steps them."""

from __future__ import annotations

from typing import Any

import pytest

from tdlite.ops import CHOP, At, Channels, Float, Page, Pulse, optional


class tallyCHOP(CHOP):
    """Adds ``by`` each frame, and 100 for each press of ``hit``."""

    sliced = True
    wires = optional("Amount")
    parameters = (Page("Tally", Float("by", 1), Pulse("hit")),)

    def initial(self) -> tuple[float, int]:
        return 0.0, 0

    def step(self, at: At, state: tuple[float, int]) -> tuple[Channels, tuple[float, int]]:
        total, seen = state
        total += at.par.by * at.elapsed + 100 * at.pulses("hit", seen)
        if at.inputs and at.inputs[0] is not None:
            total += at.inputs[0].samples[0, -1]
        return Channels.single({"total": total}, sliced=True), (total, at.pressed("hit"))


def total(op: Any) -> float:
    return float(op["total"].val)


@pytest.fixture
def tally(net: Any) -> Any:
    op = net.make(tallyCHOP, "tally")
    op.viewer = True
    return op


def test_a_state_steps_once_a_frame_however_many_ask(net: Any, tally: Any) -> None:
    for number in range(3):
        dat = net.chopexecuteDAT(f"watch{number}", chop="tally")
        dat.bind(onValueChange=lambda *args: None)
    net.run(frames=5)
    assert total(tally) == 5
    assert tally.state.frame == 5


def test_looking_before_the_first_frame_shows_the_first_step_and_does_not_make_it(net: Any, tally: Any) -> None:
    for _ in range(3):
        assert total(tally) == 1
    assert tally.state is None
    net.run(frames=3)
    assert total(tally) == 3


def test_looking_between_frames_changes_no_later_output(net: Any) -> None:
    runs = []
    for look in (False, True):
        with type(net)(checked=True) as project:
            tally = project.make(tallyCHOP, "tally")
            chained = project.make(tallyCHOP, "chained", inputs=[tally])
            chained.viewer = True
            out = []
            for frame in range(1, 7):
                if look:
                    _ = total(tally), total(chained)
                    tally.cook(force=True)
                    chained.numpyArray()
                if frame == 3:
                    tally.par.hit.pulse()
                if look:
                    _ = total(chained)
                project.run(frames=1)
                out.append(total(chained))
            runs.append(out)
    assert runs[0] == runs[1]
    plain, carried = 0.0, 0.0
    expected = []
    for frame in range(1, 7):
        plain += 1 + (100 if frame == 3 else 0)
        carried += 1 + plain
        expected.append(carried)
    assert runs[0] == expected


@pytest.mark.parametrize("moment", ["onFrameStart", "onFrameEnd"])
def test_looking_in_the_middle_of_a_frame_changes_no_later_output(net: Any, tally: Any, moment: str) -> None:
    seen: list[float] = []
    dat = net.executeDAT("look", framestart=True, frameend=True)
    dat.bind(**{moment: lambda frame: seen.append(total(tally))})
    net.run(frames=4)
    assert total(tally) == 4
    assert seen == [1, 2, 3, 4]  # what the frame is going to show, or shows


def test_a_script_that_looks_at_what_no_sink_demands_does_not_step_it(net: Any) -> None:
    tally = net.make(tallyCHOP, "tally")
    seen: list[float] = []
    net.executeDAT("look", framestart=True).bind(onFrameStart=lambda frame: seen.append(total(tally)))
    net.run(frames=4)
    assert tally.state is None
    assert seen == [1, 1, 1, 1]
    tally.viewer = True
    net.run(frames=1)
    assert tally.state.frame == 5


def test_a_parameter_set_in_the_frame_steps_again_from_the_state_before_it(net: Any, tally: Any) -> None:
    net.run(frames=2)
    dat = net.chopexecuteDAT("watch", chop="tally")  # steps the tally before the callback sets its parameter
    dat.bind(onValueChange=lambda *args: setattr(tally.par, "by", 10))
    net.run(frames=1)
    assert total(tally) == 12
    net.run(frames=1)
    assert total(tally) == 22


def test_a_parameter_set_between_frames_acts_on_the_next_frame(net: Any, tally: Any) -> None:
    net.run(frames=2)
    tally.par.by = 10
    assert total(tally) == 11  # what frame 2 would have shown
    net.run(frames=1)
    assert total(tally) == 12  # but frame 2 was over


def test_a_state_that_nobody_demanded_for_a_while_knows_how_long(net: Any, tally: Any) -> None:
    net.run(frames=2)
    tally.viewer = False
    net.run(frames=3)
    tally.viewer = True
    net.run(frames=1)
    assert total(tally) == 6


def test_a_press_between_frames_is_seen_once_by_the_next_frame(net: Any, tally: Any) -> None:
    tally.par.hit.pulse()
    net.run(frames=2)
    assert total(tally) == 102
    tally.par.hit.pulse()
    tally.par.hit.pulse()
    assert total(tally) == 102  # frame 2 was over when they were made
    net.run(frames=2)
    assert total(tally) == 304


def test_a_press_in_a_frame_is_seen_by_that_frame(net: Any, tally: Any) -> None:
    dat = net.executeDAT("press", framestart=True)
    dat.bind(onFrameStart=lambda frame: tally.par.hit.pulse() if frame == 2 else None)
    seen = []
    net.on_frame.append(lambda: seen.append(total(tally)))
    net.run(frames=3)
    assert seen == [1, 102, 103]


def test_a_state_whose_source_fails_goes_on_afterwards(net: Any, tally: Any) -> None:
    tally.par.by.expr = "1 / 0 if absTime.frame == 3 else 1"
    errors = []
    net.on_frame.append(lambda: errors.append(bool(tally.errors())))
    net.run(frames=5)
    assert errors == [False, False, True, False, False]
    assert total(tally) == 5  # frame 4 stands for two


def test_reading_a_channel_stops_the_wave_at_an_equal_value(fast: Any) -> None:
    from graphops import sumX

    tally = fast.make(tallyCHOP, "tally", by=0)
    reader = fast.make(sumX, "reader", a="=op('tally')['total']")
    fast.frames(4, pull=[tally, reader])
    assert fast.cooked.count("/tally") == 4
    assert fast.cooked.count("/reader") == 1


def test_a_latch_that_fails_is_an_error_of_its_operator_and_the_frame_goes_on(net: Any) -> None:
    class latchCHOP(tallyCHOP):
        def latch(self) -> None:
            if self.project.frame == 2:
                raise OSError("no memory")

    op = net.make(latchCHOP, "l")
    op.viewer = True
    errors: list[str] = []
    net.on_frame.append(lambda: errors.append(op.errors()))
    net.run(frames=3)
    assert errors == ["", "OSError: no memory", ""]
    assert total(op) == 3
