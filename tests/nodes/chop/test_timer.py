"""Timer CHOP: exact frames, and each callback once, wherever the timer stands in the path order."""

import pytest

CALLBACKS = [
    "onInitialize",
    "onReady",
    "onStart",
    "onSegmentEnter",
    "onTimerPulse",
    "onCycleStart",
    "whileTimerActive",
    "onCycleEndAlert",
    "onCycle",
    "onSegmentExit",
    "onDone",
]


class Log(list):
    """What a callbacks DAT was called for: (frame, function, arguments after the timer)."""

    def __init__(self, net, timer, functions=CALLBACKS, **more):
        dat = net.textDAT(f"{timer.name}_callbacks")
        timer.par.callbacks = dat

        def noted(name):
            def call(op, *args):
                assert op is timer
                self.append((net.frame, name, *args))
                return more[name](op, *args) if name in more else None

            return call

        dat.bind(**{name: noted(name) for name in (*functions, *more)})
        self.dat = dat

    def of(self, *names):
        return [(frame, name) for frame, name, *_ in self if name in names]


def history(net, timer, channel, frames, pulled=True):
    """The channel's values at the end of each of the next frames."""
    values = []
    timer.viewer = pulled
    net.on_frame.append(note := lambda: values.append(timer[channel].val))
    net.run(frames)
    net.on_frame.remove(note)
    return values


def presses(net, name, timer, frame, button="start", **pars):
    """A CHOP Execute that presses a button of the timer in one frame."""
    const = net.constantCHOP(f"{name}_source", const0name="on")
    const.par.const0value.expr = f"absTime.frame == {frame}"
    execute = net.chopexecuteDAT(name, chop=const.name, offtoon=True, valuechange=False)
    execute.bind(onOffToOn=lambda *_: getattr(timer.par, button).pulse())
    return execute


def test_a_timer_is_idle_until_it_is_started(net):
    timer = net.timerCHOP(outinit=True, outready=True, outrunning=True)
    net.frames(3, pull=[timer])
    assert {c.name: c.val for c in timer.chans()} == {
        "timer_fraction": 0, "initializing": 0, "ready": 0, "running": 0, "done": 0, "cycles": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "rate"), [(0.1, 60), (0.2, 30), (1, 24), (0.5, 50)])
def test_the_fraction_is_k_over_length_times_rate(net, tmp_path, seconds, rate):
    with type(net)(checked=True, cookRate=rate, folder=tmp_path) as net:
        timer = net.timerCHOP(length=seconds)
        timer.par.start.pulse()
        count = round(seconds * rate)
        assert history(net, timer, "timer_fraction", count + 2) == [*(k / count for k in range(count + 1)), 1.0]


def test_a_length_that_is_no_whole_number_of_frames_is_rounded_up(net):
    timer = net.timerCHOP(length=3.5, lengthunits="frames")
    timer.par.start.pulse()
    assert history(net, timer, "done", 6) == [0, 0, 0, 0, 1, 1]


def test_a_length_of_zero_is_done_at_once(net):
    timer = net.timerCHOP(length=0, ondone="restart")
    log = Log(net, timer)
    timer.par.start.pulse()
    assert history(net, timer, "timer_fraction", 2) == [1, 1]
    assert timer["done"] == 1
    assert [name for _, name in log.of(*CALLBACKS)] == [
        "onInitialize", "onReady", "onStart", "onSegmentEnter", "onTimerPulse", "onCycleStart", "onCycle",
        "onSegmentExit", "onDone",
    ]  # fmt: skip
    assert "length 0" in net.problems[0].message


@pytest.mark.parametrize("name", ["a_timer", "z_timer"])
@pytest.mark.parametrize("pulled", [True, False])
@pytest.mark.parametrize("answers", [True, False])
def test_a_start_counts_from_its_frame_wherever_the_timer_stands(net, name, pulled, answers):
    timer = net.timerCHOP(name, length=4, lengthunits="frames")
    log = Log(net, timer, [each for each in CALLBACKS if answers or each != "onInitialize"])
    presses(net, "m_execute", timer, 3)
    assert history(net, timer, "timer_fraction", 9, pulled) == [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1]
    noticed = 3 if name == "z_timer" else 4
    once = ["onReady", "onStart", "onSegmentEnter", "onTimerPulse", "onCycleStart"]
    assert log.of(*once) == [(noticed, each) for each in once]
    assert log.of("onInitialize") == ([(noticed, "onInitialize")] if answers else [])
    ends = ["onCycle", "onSegmentExit", "onDone"]
    assert log.of(*ends) == [(7, each) for each in ends]
    active = [args for frame, each, *args in log if each == "whileTimerActive"]
    assert active == [[0, 0, k / 4] for k in range(4)]


@pytest.mark.parametrize("name", ["a_timer", "z_timer"])
@pytest.mark.parametrize("count", [1, 5])
def test_a_recording_that_on_done_stops_has_exactly_its_frames(net, name, count):
    comp = net.baseCOMP("render1")
    page = comp.appendCustomPage("Record")
    page.appendToggle("record")
    page.appendFloat("recordLength")
    comp.par.recordLength = count / 60
    net.parameterCHOP("parameter1", parent=comp, ops="..", parameter="record recordLength")
    execute = net.chopexecuteDAT("m_execute", parent=comp, chop="parameter1", valuechange=True)
    execute.text = f"""
def onValueChange(channel, sampleIndex, val, prev):
    if channel.name == 'recordLength':
        op('{name}').par.initialize.pulse()
    if channel.name == 'record' and channel.val == 1:
        op('{name}').par.start.pulse()
"""
    callbacks = net.textDAT("callbacks", parent=comp, language="python")
    callbacks.text = "def onDone(timerOp, segment, interrupt):\n    parent.par.record.val = 0\n"
    timer = net.timerCHOP(name, parent=comp, length="=parent.par.recordLength.eval()", callbacks="callbacks")
    recorded = []
    # What sinks of the frame see: hooks at its end read the same.
    net.on_frame.append(lambda: comp.par.record.eval() and recorded.append(net.frame))
    net.run(3)
    assert recorded == []
    comp.par.record = 1
    net.run(count + 4)
    assert recorded == list(range(4, 4 + count))
    comp.par.record = 1
    net.run(count + 4)
    assert recorded[count:] == list(range(8 + count, 8 + 2 * count))
    assert (execute.scriptErrors(), callbacks.scriptErrors(), timer.errors()) == ("", "", "")


def test_start_while_running_is_done_initialize_start(net):
    timer = net.timerCHOP(length=10, lengthunits="frames")
    log = Log(net, timer)
    timer.par.start.pulse()
    net.run(3)
    log.clear()
    timer.par.start.pulse()
    assert history(net, timer, "timer_fraction", 2) == [0, 0.1]
    assert log[1:10] == [
        (4, "onSegmentExit", 0, True), (4, "onDone", 0, True), (4, "onInitialize", 1), (4, "onReady"),
        (4, "onStart"), (4, "onSegmentEnter", 0, False), (4, "onTimerPulse", 0), (4, "onCycleStart", 0, 0),
        (4, "whileTimerActive", 0, 0, 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [("initialize", "start"), ("start", "initialize")])
def test_initialize_and_start_in_one_frame_start_the_timer_in_either_order(net, order):
    timer = net.timerCHOP(length=10, lengthunits="frames")
    for button in order:
        timer.par[button].pulse()
    assert history(net, timer, "timer_fraction", 3) == [0, 0.1, 0.2]


def test_other_buttons_act_in_the_order_of_their_presses(net):
    timer = net.timerCHOP(length=10, lengthunits="frames")
    timer.par.start.pulse()
    timer.par.gotodone.pulse()
    assert history(net, timer, "done", 1) == [1]
    timer.par.gotodone.pulse()
    timer.par.start.pulse()
    assert history(net, timer, "done", 1) == [0]


@pytest.mark.parametrize("name", ["a_timer", "z_timer"])
def test_a_callback_that_starts_the_timer_again_is_not_called_twice(net, name):
    timer = net.timerCHOP(name, length=3, lengthunits="frames")
    log = Log(net, timer, onDone=lambda op, *_: op.par.start.pulse())
    timer.par.start.pulse()
    third = 1 / 3
    assert history(net, timer, "timer_fraction", 8) == [0, third, 2 * third, 0, third, 2 * third, 0, third]
    assert log.of("onDone") == [(4, "onDone"), (7, "onDone")]
    assert [frame for frame, each, *_ in log if each == "whileTimerActive"] == [1, 2, 3, 5, 5, 6, 8, 8]


def test_a_callback_that_lengthens_the_timer_does_not_undo_what_was_called(net):
    timer = net.timerCHOP(length=2, lengthunits="frames")
    log = Log(net, timer, onDone=lambda op, *_: setattr(op.par, "length", 9))
    timer.par.start.pulse()
    assert history(net, timer, "done", 6) == [0, 0, 1, 1, 1, 1]
    assert len(log.of("onDone")) == 1


def test_later_edits_in_a_frame_neither_lose_nor_repeat_callbacks(net):
    timer = net.timerCHOP("a_timer", length=6, lengthunits="frames")
    log = Log(net, timer)
    const = net.constantCHOP(const0value="=absTime.frame")
    execute = net.chopexecuteDAT("m_execute", chop=const.name)
    execute.bind(onValueChange=lambda *_: setattr(timer.par, "speed", 1 + net.frame % 2 / 1e3))
    reader = net.chopexecuteDAT("z_execute", chop="a_timer")
    reader.bind(onValueChange=lambda channel, *_: channel.val)
    timer.par.start.pulse()
    net.frames(9, pull=[timer])
    assert [frame for frame, each, *_ in log if each == "whileTimerActive"] == [1, 2, 3, 4, 5, 6]
    assert log.of("onDone") == [(7, "onDone")]


def test_on_initialize_can_make_the_timer_wait(net):
    timer = net.timerCHOP(length=4, lengthunits="frames", outinit=True)
    log = Log(net, timer, onInitialize=lambda op, calls: 2 if calls < 3 else 0)
    timer.par.start.pulse()
    assert history(net, timer, "initializing", 7) == [1, 1, 1, 1, 0, 0, 0]
    assert [each for each in log if each[1] == "onInitialize"] == [
        (1, "onInitialize", 1), (3, "onInitialize", 2), (5, "onInitialize", 3),
    ]  # fmt: skip
    assert log.of("onStart") == [(5, "onStart")]
    assert timer.fraction == 0.5


def test_a_delay_comes_first(net):
    timer = net.timerCHOP(length=2, lengthunits="frames", delay=4, delayunits="frames", outdelayfraction=True)
    log = Log(net, timer)
    timer.par.start.pulse()
    assert history(net, timer, "delay_fraction", 6) == [0, 0.25, 0.5, 0.75, 1, 1]
    assert log.of("onTimerPulse") == [(5, "onTimerPulse")]
    assert history(net, timer, "done", 2) == [1, 1]
    assert log.of("onDone") == [(7, "onDone")]


def test_cycles_wrap_and_end_at_their_limit(net):
    timer = net.timerCHOP(length=2, lengthunits="frames", cycle=True, cyclelimit=True, maxcycles=3, outcyclepulse=True)
    log = Log(net, timer)
    timer.par.start.pulse()
    fractions, cycles, pulses = [], [], []
    net.on_frame.append(lambda: fractions.append(timer["timer_fraction"].val))
    net.on_frame.append(lambda: cycles.append(timer["cycles"].val))
    net.on_frame.append(lambda: pulses.append(timer["cycle_pulse"].val))
    net.run(8)
    assert fractions == [0, 0.5, 0, 0.5, 0, 0.5, 1, 1]
    assert cycles == [0, 0, 1, 1, 2, 2, 2, 2]
    assert pulses == [0, 0, 1, 0, 1, 0, 1, 0]
    assert [each for each in log if each[1] in ("onCycle", "onDone")] == [
        (3, "onCycle", 0, 0), (5, "onCycle", 0, 1), (7, "onCycle", 0, 2), (7, "onDone", 0, False),
    ]  # fmt: skip


def test_cycles_of_broken_length_stay_in_time(net):
    timer = net.timerCHOP(length=2.5, lengthunits="frames", cycle=True)
    timer.par.start.pulse()
    assert history(net, timer, "cycles", 11) == [int(k / 2.5) for k in range(11)]


def test_exit_at_end_of_cycle_lets_the_cycle_finish(net):
    timer = net.timerCHOP(length=4, lengthunits="frames", cycle=True)
    log = Log(net, timer)
    timer.par.start.pulse()
    net.run(6)
    timer.lastCycle()
    net.run(6)
    assert [each for each in log if each[1] in ("onCycle", "onDone")] == [
        (5, "onCycle", 0, 0), (9, "onCycle", 0, 1), (9, "onDone", 0, False),
    ]  # fmt: skip


def test_go_to_end_of_cycle_is_done_now(net):
    timer = net.timerCHOP(length=4, lengthunits="frames", cycle=True)
    log = Log(net, timer)
    timer.par.start.pulse()
    net.run(2)
    timer.goToCycleEnd()
    net.run(2)
    assert log[-3:] == [(3, "onCycle", 0, 0), (3, "onSegmentExit", 0, True), (3, "onDone", 0, True)]


def test_the_alert_comes_before_the_end_and_says_whether_it_is_the_last(net):
    timer = net.timerCHOP(length=4, lengthunits="frames", cycle=True, cyclelimit=True, maxcycles=2,
                          cycleendalert=1, notifyunits="frames")  # fmt: skip
    log = Log(net, timer)
    timer.par.start.pulse()
    net.run(10)
    assert [each for each in log if each[1] == "onCycleEndAlert"] == [
        (4, "onCycleEndAlert", 0, 0, False, False, False), (8, "onCycleEndAlert", 0, 1, True, True, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "done", "fractions"),
    [
        ("donothing", [0, 0, 1, 1, 1], [0, 0.5, 1, 1, 1]),
        ("reinit", [0, 0, 0, 0, 0], [0, 0.5, 0, 0, 0]),
        ("restart", [0, 0, 0, 0, 0], [0, 0.5, 0, 0.5, 0]),
        ("restartnoinit", [0, 0, 0, 0, 0], [0, 0.5, 0, 0.5, 0]),
    ],
)
def test_what_follows_when_it_is_done(net, action, done, fractions):
    timer = net.timerCHOP(length=2, lengthunits="frames", ondone=action)
    log = Log(net, timer)
    timer.par.start.pulse()
    shown = []
    net.on_frame.append(lambda: shown.append(timer["done"].val))
    assert history(net, timer, "timer_fraction", 5) == fractions
    assert shown == done
    inits = {"donothing": 1, "reinit": 2, "restart": 3, "restartnoinit": 1}
    assert len(log.of("onInitialize")) == inits[action]


def test_play_holds_and_speed_scales(net):
    timer = net.timerCHOP(length=10, lengthunits="frames", speed=0.3, outplayingcount="frames",
                          outrunningcount="frames", outcumulativecount="frames")  # fmt: skip
    timer.par.start.pulse()
    net.frames(11, pull=[timer])
    assert timer["timer_fraction"] == pytest.approx(0.3, abs=0)
    timer.par.play = False
    net.frames(5, pull=[timer])
    assert timer["timer_fraction"] == 0.3
    assert (timer["playing_frames"], timer["running_frames"], timer["cumulative_frames"]) == (10, 15, 3)
    assert (timer.playingFrames, timer.runningSeconds, timer.cumulativeFrames) == (10, 0.25, 3)


def test_decimal_speeds_are_exact(net):
    timer = net.timerCHOP(length=3, lengthunits="frames", speed=0.1)
    timer.par.start.pulse()
    assert history(net, timer, "done", 32) == [0] * 30 + [1, 1]


def test_cue_holds_and_the_pulse_jumps(net):
    timer = net.timerCHOP(length=8, lengthunits="frames", cuepoint=0.5, cueunits="fraction")
    timer.par.start.pulse()
    net.frames(2, pull=[timer])
    timer.par.cuepulse.pulse()
    assert history(net, timer, "timer_fraction", 2) == [0.5, 0.625]
    timer.par.cue = True
    assert history(net, timer, "timer_fraction", 2) == [0.5, 0.5]
    timer.par.cue = False
    assert history(net, timer, "timer_fraction", 2) == [0.625, 0.75]


def test_run_values_one_shifts_counters_and_nothing_else(net):
    timer = net.timerCHOP(length=4, lengthunits="frames", runvalues="one")
    timer.par.start.pulse()
    done = []
    net.on_frame.append(lambda: done.append(timer["done"].val))
    assert history(net, timer, "timer_fraction", 6) == [0.25, 0.5, 0.75, 1, 1, 1]
    assert done == [0, 0, 0, 0, 1, 1]


def test_deferred_changes_wait_for_initialize(net):
    timer = net.timerCHOP(length=10, lengthunits="frames", deferpars=True)
    timer.par.start.pulse()
    net.frames(1, pull=[timer])
    timer.par.length = 4
    assert history(net, timer, "timer_fraction", 1) == [0.1]
    timer.par.start.pulse()
    assert history(net, timer, "timer_fraction", 2) == [0, 0.25]


def test_an_infinite_timer_ends_only_by_hand(net):
    timer = net.timerCHOP(lengthtype="infinite", outtimercount="all")
    timer.par.start.pulse()
    net.frames(31, pull=[timer])
    assert (timer["timer_seconds"], timer["timer_frames"], timer["timer_samples"]) == (0.5, 30, 30)
    timer.par.gotodone.pulse()
    assert history(net, timer, "done", 1) == [1]


def test_go_to_jumps_to_a_cycle_and_a_place(net):
    timer = net.timerCHOP(length=10, lengthunits="frames", cycle=True)
    timer.goTo(cycle=2, fraction=0.5)
    net.frames(2, pull=[timer])
    assert (timer.cycle, timer.fraction) == (2, 0.6)
    timer.goTo(frame=1)
    net.frames(1, pull=[timer])
    assert (timer.cycle, timer.fraction) == (0, 0.1)
    with pytest.raises(Exception, match="segment 0"):
        timer.goTo(segment=1)


def test_locked_to_the_timeline_it_stands_where_the_timeline_stands(net):
    net.timeline.end = 6
    timer = net.timerCHOP(timecontrol="lock", length=4, lengthunits="frames", delay=1, delayunits="frames")
    log = Log(net, timer)
    assert history(net, timer, "timer_fraction", 8) == [0, 0, 0.25, 0.5, 0.75, 1, 0, 0]
    assert log.of("onStart", "onDone") == [(1, "onStart"), (6, "onDone"), (7, "onStart")]


def test_locked_it_does_not_matter_since_when_it_is_asked(net):
    timer = net.timerCHOP(timecontrol="lock", length=8, lengthunits="frames")
    net.run(4)
    net.frames(1, pull=[timer])
    assert timer["timer_fraction"] == 0.5


def test_a_start_that_nobody_asked_for_meanwhile_counts_from_its_frame(net):
    timer = net.timerCHOP(length=10, lengthunits="frames")
    net.run(1)
    timer.par.start.pulse()
    net.run(4)
    net.frames(1, pull=[timer])
    assert timer["timer_fraction"] == 0.4


def test_wires_start_it_like_the_buttons(net):
    source = net.constantCHOP(const0value="=absTime.frame == 3")
    timer = net.timerCHOP(length=4, lengthunits="frames", inputs=[None, source])
    assert history(net, timer, "timer_fraction", 5) == [0, 0, 0, 0.25, 0.5]


def test_a_timer_without_callbacks_does_not_cook_by_itself(fast):
    timer = fast.timerCHOP()
    timer.par.start.pulse()
    fast.run(5)
    assert fast.cooked == []


def test_reading_it_from_a_script_does_not_step_it(net):
    timer = net.timerCHOP(length=4, lengthunits="frames")
    net.frames(1, pull=[timer])
    timer.par.start.pulse()
    net.run(1)
    assert [timer.fraction, timer.fraction] == [0, 0]
    assert timer.state.after.phase == "none"


def test_skipped_frames_are_all_in_the_slice(net):
    timer = net.timerCHOP(length=6, lengthunits="frames", cycle=False, outreadypulse=True)
    timer.par.start.pulse()
    net.frames(1, pull=[timer])
    net.run(2)
    net.frames(1, pull=[timer])
    assert timer["timer_fraction"].vals == [1 / 6, 2 / 6, 3 / 6]


def test_a_wrong_callback_shows_on_the_dat_and_the_timer_goes_on(net):
    timer = net.timerCHOP(length=2, lengthunits="frames", callbacks="callbacks")
    dat = net.textDAT("callbacks")
    dat.text = "def onStart(timerOp):\n    undefined\ndef onDone(timerOp, segment, interrupt):\n    me.store('done', 1)"
    timer.par.start.pulse()
    net.run(3)
    assert "undefined" in dat.scriptErrors()
    assert dat.fetch("done") == 1


def test_info_counts_frames(net):
    timer = net.timerCHOP(length=8, lengthunits="frames")
    timer.par.start.pulse()
    net.frames(4, pull=[timer])
    info = timer.info()
    assert (info["frames_timer"], info["frames_running"], info["num_channels"]) == (3, 3, 3)
