"""Time and the frame loop: its order, delayed scripts, the timeline, real time, and how a run ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from fractions import Fraction
from typing import Any

import pytest
from graphops import X, boxCOMP, kitX, sumX

import tdlite as td
from tdlite.graph.errors import TdError


class sinkX(X):
    """Writes down what the frame loop calls."""

    log: list[Any]

    def sink(self) -> None:
        self.log.append(("sink", self.name, self.project.frame))

    def flush(self) -> None:
        self.log.append(("flush", self.name))

    def finish(self) -> None:
        self.log.append(("finish", self.name))


class everyX(sinkX):
    """Has every step of a frame."""

    def frame_start(self) -> None:
        self.log.append(("start", self.name))

    def watch(self) -> None:
        self.log.append(("watch", self.name))

    def frame_end(self) -> None:
        self.log.append(("end", self.name))


@pytest.fixture
def log() -> Any:
    sinkX.log = []
    return sinkX.log


# -- time ------------------------------------------------------------------------------------------------------


def test_a_new_project_stands_uncooked_at_frame_one(net: Any) -> None:
    assert (net.frame, net.begun, net.absTime.frame, net.absTime.seconds) == (1, 0, 1, 0.0)
    assert (net.root.time.frame, net.root.time.seconds) == (1.0, 0.0)
    net.run(frames=1)
    assert (net.frame, net.absTime.seconds) == (1, 0.0)
    net.run(frames=2)
    assert net.frame == 3
    net.advance()
    assert (net.frame, net.absTime.frame) == (4, 4)


@pytest.mark.parametrize(
    ("rate", "exact"),
    [
        (60, Fraction(60)), (24, Fraction(24)), (23.976, Fraction(24000, 1001)), (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)), (12.5, Fraction(25, 2)), (Fraction(24000, 1001), Fraction(24000, 1001)),
        (1, Fraction(1)), (1000, Fraction(1000)),
    ],
)  # fmt: skip
def test_seconds_are_the_float_nearest_to_the_exact_time(rate: Any, exact: Fraction) -> None:
    with td.Project(cookRate=rate) as project:
        assert project.rate == exact
        seen = []
        project.on_frame.append(lambda: seen.append(project.absTime.seconds))
        project.run(frames=300)
        assert seen == [float((frame - 1) / exact) for frame in range(1, 301)]
        assert project.root.time.seconds == float(299 / exact)
        assert project.absTime.stepSeconds == float(1 / exact)


def test_a_rate_must_be_above_zero_and_is_fixed_by_the_first_frame(net: Any) -> None:
    for rate in (0, -1):
        with pytest.raises(TdError, match="above 0"):
            td.Project(cookRate=rate)
    op = net.make(sumX, "s", a="=project.cookRate")
    assert op.value == 60
    net.cookRate = 29.97
    assert op.value == pytest.approx(29.97003)
    with pytest.raises(TdError, match="above 0"):
        net.cookRate = 0
    net.run(frames=1)
    with pytest.raises(TdError, match="cannot change after the first frame"):
        net.cookRate = 30


def test_the_timeline_loops_and_absolute_time_does_not(net: Any) -> None:
    op = net.make(kitX, "kit", free="=me.time.frame", text="=str(me.time.seconds)")
    net.root.time.end = 4
    seen = []
    net.on_frame.append(lambda: seen.append((op.par.free.eval(), op.par.text.eval(), net.absTime.frame)))
    net.run(frames=9)
    assert [frame for frame, _, _ in seen] == [1, 2, 3, 4, 1, 2, 3, 4, 1]
    assert [seconds for _, seconds, _ in seen[:5]] == [str(frame / 60) for frame in (0, 1, 2, 3, 0)]
    assert [frame for *_, frame in seen] == list(range(1, 10))
    net.root.time.loop = False
    net.run(frames=1)
    assert net.root.time.frame == 10


def test_the_timelines_range_is_noticed_by_expressions(net: Any) -> None:
    op = net.make(sumX, "s", a="=me.time.end", b="=me.time.loop")
    assert op.value == 602
    net.root.time.end = 10
    assert op.value == 12
    net.root.time.loop = False
    assert op.value == 10
    assert (net.root.time.rangeStart, net.root.time.rangeEnd, net.root.time.rate) == (1, 10, 60)
    with pytest.raises(TdError, match="cannot end at frame 0"):
        net.root.time.end = 0
    with pytest.raises(AttributeError):
        net.root.time.play = False  # it could mean nothing: run() is what plays


def test_run_without_frames_goes_to_the_timelines_end(net: Any) -> None:
    net.root.time.end = 5
    net.run()
    assert net.frame == 5
    net.run()
    assert net.frame == 5
    net.root.time.end = 20
    net.executeDAT("e", framestart=True).bind(
        onFrameStart=lambda frame: setattr(net.root.time, "end", 8) if frame == 7 else None
    )
    net.run()
    assert net.frame == 8


def test_run_by_seconds_and_what_cannot_be_run(net: Any) -> None:
    net.run(seconds=0.5)
    assert net.frame == 30
    net.run(frames=0)
    assert net.frame == 30
    with pytest.raises(TdError, match="cannot run -1 frames"):
        net.run(frames=-1)
    with pytest.raises(TdError, match="frames or seconds, not both"):
        net.run(frames=1, seconds=1)
    assert net.frame == 30


@pytest.mark.parametrize("rate", ["thirty", None, float("nan"), float("inf"), 0, -25])
def test_a_rate_that_is_no_rate_is_refused(net: Any, rate: Any) -> None:
    with pytest.raises(TdError, match="cookRate .* frames per second, not"):
        td.Project(cookRate=rate)
    with pytest.raises(TdError, match="cookRate .* frames per second, not"):
        net.cookRate = rate
    assert net.cookRate == 60


def test_quit_ends_the_run_after_the_frame(net: Any, log: Any) -> None:
    net.make(sinkX, "sink")
    net.executeDAT("e", framestart=True).bind(onFrameStart=lambda frame: net.quit() if frame == 3 else None)
    net.run(frames=10)
    assert net.frame == 3
    assert [entry for entry in log if entry[0] == "sink"] == [("sink", "sink", frame) for frame in (1, 2, 3)]
    net.run(frames=2)
    assert net.frame == 5


# -- the order within a frame ----------------------------------------------------------------------------------


def test_the_steps_of_a_frame_come_in_their_order_and_operators_in_natural_path_order(net: Any, log: Any) -> None:
    box = net.make(boxCOMP, "a2")
    for name, parent in (("x10", None), ("x2", None), ("y", box)):
        net.make(everyX, name, parent=parent)
    net.post(lambda: log.append("posted"))
    net.delay(lambda: log.append("delayed"))
    net.delay(lambda: log.append("at the end"), end_frame=True)
    net.on_frame.append(lambda: log.append("hook"))
    net.run(frames=1)
    names = ["y", "x2", "x10"]
    assert log == [
        "posted",
        "delayed",
        *[("start", name) for name in names],
        *[("watch", name) for name in names],
        *[("sink", name, 1) for name in names],
        *[("end", name) for name in names],
        "at the end",
        "hook",
        *sorted([("flush", name) for name in names], key=lambda entry: ["x10", "x2", "y"].index(entry[1])),
    ]


def test_operators_in_a_comp_that_may_not_cook_are_left_alone(net: Any, log: Any) -> None:
    outer = net.make(boxCOMP, "outer")
    inner = net.make(boxCOMP, "inner", parent=outer)
    net.make(sinkX, "sink", parent=inner)
    outer.allowCooking = False
    net.run(frames=2)
    assert [entry for entry in log if entry[0] == "sink"] == []
    outer.allowCooking = True
    net.run(frames=1)
    assert ("sink", "sink", 3) in log


def test_a_failing_step_is_an_error_of_its_operator_and_the_frame_goes_on(net: Any, log: Any) -> None:
    class badX(sinkX):
        def frame_start(self) -> None:
            if self.project.frame in (2, 3):
                raise ValueError("bad start")

        def flush(self) -> None:
            if self.project.frame < 6:
                raise OSError("disk full")

    bad, good = net.make(badX, "bad"), net.make(sinkX, "good")
    net.run(frames=2)
    assert bad.errors().splitlines() == ["ValueError: bad start", "OSError: disk full"]
    assert ("sink", "good", 2) in log
    assert ("flush", "good") in log
    net.run(frames=2)
    assert bad.errors() == "OSError: disk full"
    assert [problem.message for problem in net.problems] == ["ValueError: bad start", "OSError: disk full"]
    net.run(frames=2)
    assert bad.errors() == ""
    assert good.errors() == ""


def test_an_error_at_the_end_of_one_sink_keeps_no_other_from_finishing(log: Any) -> None:
    class worseX(sinkX):
        def finish(self) -> None:
            raise OSError("disk full")

    with td.Project() as project:
        worse = project.root.create(worseX, "a")
        project.root.create(sinkX, "b")
    assert log == [("finish", "b")]
    assert worse.errors() == "OSError: disk full"
    assert project.failed


def test_a_callback_cannot_run_frames_or_close_the_project(net: Any) -> None:
    dat = net.executeDAT("e", framestart=True)
    dat.bind(onFrameStart=lambda frame: net.run(frames=1))
    net.run(frames=1)
    assert "run() inside a frame" in dat.scriptErrors()
    dat.bind(onFrameStart=lambda frame: net.close())
    net.run(frames=1)
    assert "close() inside a frame" in dat.scriptErrors()
    assert net.frame == 2
    assert not net.closed


# -- delayed scripts -------------------------------------------------------------------------------------------


def test_a_script_without_delay_runs_at_once_with_its_arguments(net: Any) -> None:
    op = net.make(sumX, "s")
    run = op.evalExpression("run")
    done = run("me.par.a = args[0] + args[1]", 2, 3)
    assert (op.par.a.val, done.active) == (5, False)
    run(lambda value: setattr(op.par, "a", value), 9)
    assert op.par.a.val == 9
    other = net.make(sumX, "other")
    run("me.par.a = 4", fromOP=other)
    assert (op.par.a.val, other.par.a.val) == (9, 4)
    with pytest.raises(ZeroDivisionError):
        run("1 / 0")
    assert net.runs == []


def test_delays_count_from_the_frame_that_the_script_belongs_to(net: Any) -> None:
    seen: list[Any] = []

    def ask(frame: int) -> None:
        for delay in (0, 1, 2):
            name = f"{frame}+{delay}"
            net.run_script(net.root, lambda name=name: seen.append((name, net.frame)), delayFrames=delay, endFrame=True)
            if delay:
                net.run_script(net.root, lambda name=name: seen.append((name, net.frame)), delayFrames=delay)

    dat = net.executeDAT("e", framestart=True)
    dat.bind(onFrameStart=lambda frame: ask(frame) if frame == 2 else None)
    ask(1)  # before the first frame: belongs to frame 1
    net.run(frames=3)
    ask(4)  # between frames: belongs to the next one
    net.run(frames=4)
    assert sorted(seen) == sorted(
        [(f"{frame}+{delay}", frame + delay) for frame in (1, 2, 4) for delay in (0, 1, 1, 2, 2)]
    )


def test_delays_by_time_kill_and_what_is_pending(net: Any) -> None:
    seen: list[int] = []
    note = lambda: seen.append(net.frame)  # noqa: E731  # a script may be a lambda
    first = net.run_script(net.root, note, delayMilliSeconds=50, group="g")  # 3 frames at 60 per second
    second = net.run_script(net.root, note, delayFrames=2)
    assert (first.remainingFrames, first.remainingMilliseconds, first.group) == (3, 50.0, "g")
    assert net.runs == [first, second]
    second.kill()
    assert net.runs == [first]
    net.run(frames=2)
    assert first.remainingFrames == 1
    net.run(frames=4)
    assert (seen, net.runs, first.active, net._runs) == ([4], [], False, [])


def test_runs_that_are_due_together_go_in_the_order_they_were_asked_for(net: Any) -> None:
    seen: list[int] = []
    for number in range(2000):
        net.run_script(net.root, seen.append, number, delayFrames=1)
    net.run(frames=2)
    assert seen == list(range(2000))


def test_an_error_in_a_delayed_script_goes_onto_the_operator(net: Any) -> None:
    dat = net.textDAT("t")
    dat.text = "x = 1\nraise ValueError('late')\n"
    dat.run(delayFrames=1)
    net.run(frames=3)
    assert dat.scriptErrors() == "line 2, in <module>: ValueError: late"
    assert net.failed
    dat.clearScriptErrors()
    assert dat.scriptErrors() == ""


def test_a_dats_script_sees_me_args_and_its_neighbours(net: Any) -> None:
    net.make(sumX, "s", a=3)
    dat = net.textDAT("t")
    dat.text = "me.store('seen', (me.name, args, op('s').par.a.eval(), parent().path, absTime.frame))"
    dat.run(1, "two")
    assert dat.fetch("seen") == ("t", (1, "two"), 3, "/", 1)


def test_posted_functions_run_once_at_the_start_of_the_next_frame(net: Any) -> None:
    seen: list[Any] = []

    def again() -> None:
        seen.append(net.frame)
        net.post(again)

    net.post(again)
    net.post(lambda: 1 / 0)
    net.run(frames=3)
    assert seen == [1, 2, 3]
    assert "ZeroDivisionError" in net.root.scriptErrors()


# -- real time -------------------------------------------------------------------------------------------------


def test_without_real_time_every_frame_is_cooked_however_long_it_takes(fast: Any) -> None:
    steps = []
    fast.on_frame.append(lambda: (time.sleep(0.03), steps.append(fast.absTime.step)))
    fast.run(frames=4)
    assert steps == [1, 1, 1, 1]


def test_in_real_time_late_frames_are_skipped_and_steps_say_so() -> None:
    with td.Project(cookRate=100, realTime=True) as project:
        seen = []
        project.on_frame.append(lambda: seen.append((project.frame, project.absTime.step)))
        project.delay(lambda: time.sleep(0.055), 1)
        start = time.perf_counter()
        project.run(frames=20)
        took = time.perf_counter() - start
        assert project.frame == 20
    frames, steps = [frame for frame, _ in seen], [step for _, step in seen]
    assert frames == [sum(steps[: count + 1]) for count in range(len(steps))]
    assert max(steps) >= 4  # the sleep in frame 2 lasted for five frames
    assert took >= 0.18


def test_in_real_time_a_pulse_between_frames_is_not_lost_in_a_skip() -> None:
    with td.Project(cookRate=100, realTime=True) as project:
        op = project.root.create(kitX, "kit")
        project.on_frame.append(lambda: time.sleep(0.035))
        op.par.go.pulse()
        project.run(frames=10)
        pulses = op.value[0].go
        assert (pulses.count, pulses.by(project.frame)) == (1, 1)
        assert project.frame == 10  # also where the last frame came late


# -- interrupts ------------------------------------------------------------------------------------------------

INTERRUPTED = """
    import os, signal, sys
    sys.path[:0] = {path!r}
    import tdlite as td
    from test_frames import sinkX
    sinkX.log = []
    project = td.Project()
    project.root.create(sinkX, "s")
    def hook():
        if project.frame == 3:
            os.kill(os.getpid(), signal.{signal})
            sinkX.log.append("rest of the frame")
    project.on_frame.append(hook)
    try:
        project.run(frames=1000)
    except KeyboardInterrupt:
        print(project.frame, sinkX.log[-3:])
        project.close()
        print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_ends_the_run_after_the_frame_with_everything_finished(name: str) -> None:
    script = textwrap.dedent(INTERRUPTED).format(path=[entry for entry in sys.path if entry], signal=name)
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert out.stdout.splitlines() == ["3 ['rest of the frame', ('flush', 's'), ('finish', 's')]", "True"]


def test_a_handler_of_ones_own_is_left_alone(net: Any) -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        net.on_frame.append(lambda: signal.raise_signal(signal.SIGINT))
        net.run(frames=2)
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [signal.SIGINT, signal.SIGINT]
    assert net.frame == 2
