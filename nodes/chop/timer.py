"""Timer CHOP: counts a length of time from a button press, in cycles if asked to, and calls back on the way."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tdlite.graph.engine import VALUE, Cell, CookError
from tdlite.graph.pardef import Pulses
from tdlite.ops import (
    CHOP,
    DAT,
    At,
    Channels,
    DATRef,
    Duration,
    Float,
    Int,
    Menu,
    OpError,
    Page,
    Pulse,
    Toggle,
    optional,
)
from tdlite.ops.callbacks import absent
from tdlite.ops.choppage import exact
from tdlite.ops.clock import BUTTONS, IDLE, UNITS, ZERO, Clock, Order, Tick
from tdlite.ops.cook import MAX_SLICE, Step

ARGUMENTS = {
    "onInitialize": "timerOp, callCount",
    "onReady": "timerOp",
    "onStart": "timerOp",
    "onTimerPulse": "timerOp, segment",
    "whileTimerActive": "timerOp, segment, cycle, fraction",
    "onSegmentEnter": "timerOp, segment, interrupt",
    "onSegmentExit": "timerOp, segment, interrupt",
    "onCycleStart": "timerOp, segment, cycle",
    "onCycleEndAlert": "timerOp, segment, cycle, alertSegment, alertDone, interrupt",
    "onCycle": "timerOp, segment, cycle",
    "onDone": "timerOp, segment, interrupt",
}
"""The callbacks, and what each is called with."""


def _count(name: str, label: str, what: str) -> Any:
    return Menu(name, UNITS, label=label, help=f"Channels with {what}, in the chosen unit.")


def _read(what: str, summary: str, of: Callable[[Tick], Fraction | int | None]) -> dict[str, property]:
    """The members ``<what>Seconds``, ``<what>Frames`` and ``<what>Samples``."""

    def frames(self: timerCHOP) -> float:
        return float(of(self._tick()) or 0)

    def seconds(self: timerCHOP) -> float:
        return float((of(tick := self._tick()) or ZERO) / tick.rate)

    return {
        f"{what}Seconds": property(seconds, doc=f"{summary}, in seconds."),
        f"{what}Frames": property(frames, doc=f"{summary}, in frames."),
        f"{what}Samples": property(frames, doc=f"{summary}, in samples, of which there is one a frame."),
    }


class timerCHOP(CHOP):
    """Count from 0 to 1 over a length of time after Start, and run callbacks on the way.

    On the frame of Start the fraction is 0; the timer is done on the first frame at which the length has
    passed, so a length that is no whole number of frames is rounded up. Cycles keep the remainder and stay in
    time. There is one sample a frame: samples and frames are the same here. A button is dated with the frame
    in which it was pressed, also when the timer only notices it in the next. Buttons act in the order in which
    they were pressed; only Initialize comes before the others of its frame.
    """

    sliced = True
    wires = optional("Initialize", "Start")
    parameters = (
        Page(
            "Timer",
            Menu("timecontrol", (("lock", "Lock To Timeline"), ("sequential", "Sequential")), "sequential",
                 label="Time Control", help="Stand where the timeline stands, or count from Start on."),
            Toggle("deferpars", label="Defer Par Changes",
                   help="Lengths, cycles and On Done are taken over only by the next Initialize."),
            Pulse("initialize", help="Stop, reset all counters and make ready."),
            Pulse("start", help="Start counting; a running or done timer is initialised first."),
            Menu("lengthtype", ("fixed", "infinite"), label="Length Type", help="Whether the timer ends by itself."),
            Float("length", 10, low=0, unit=Duration(), help="How long one cycle lasts; at 0 it is done at once."),
            Float("delay", 0, low=0, unit=Duration(), help="Time from Start until counting begins."),
            Menu("runvalues", (("zero", "Zero at Start"), ("one", "One Frame at Start")), label="Run Values",
                 help="What counters show on the frame of Start; it does not change when the timer is done."),
            Toggle("play", True, help="Off holds the delay and the counting."),
            Float("speed", 1, low=0, help="How fast it counts; the delay is not affected."),
            Toggle("cue", help="Hold a running timer at the cue point."),
            Pulse("cuepulse", label="Cue Pulse", help="Jump to the cue point."),
            Float("cuepoint", 0, low=0, label="Cue Point", help="The place in the cycle that Cue jumps to."),
            Menu("cueunits", (("samples", "I"), ("frames", "F"), ("seconds", "S"), ("fraction", "%")), "seconds",
                 label="Cue Units", help="Unit of the cue point."),
            Toggle("cycle", help="Begin again at the end of the length."),
            Toggle("cyclelimit", label="Cycle Limit", help="End after Maximum Cycles."),
            Int("maxcycles", 1, low=1, label="Maximum Cycles", help="How many cycles there are with Cycle Limit."),
            Float("cycleendalert", 0, low=0, label="Cycle End Alert",
                  help="How long before the end of a cycle onCycleEndAlert is called; never at 0."),
            Menu("notifyunits", (("samples", "I"), ("frames", "F"), ("seconds", "S")), "seconds",
                 label="Notify Units", help="Unit of Cycle End Alert."),
            Pulse("exitendcycle", label="Exit at End of Cycle", help="Let the present cycle be the last."),
            Pulse("gotoendcycle", label="Go to End of Cycle", help="End the present cycle and be done now."),
            Pulse("gotodone", label="Go to Done", help="Be done now."),
            Menu("ondone", (("donothing", "Do Nothing"), ("reinit", "Re-Initialize"), ("restart", "Re-Start"),
                            ("restartnoinit", "Re-Start without Initializing")),
                 label="On Done", help="What follows when the timer is done."),
            DATRef("callbacks", label="Callbacks DAT", help="Holds onInitialize, onStart, onCycle, onDone and so on."),
        ),
        Page(
            "Outputs",
            Toggle("outfraction", True, label="Timer Fraction", help="Channel timer_fraction: 0 to 1 in a cycle."),
            _count("outtimercount", "Timer Count", "the time in the present cycle"),
            Toggle("outtimeractive", label="Timer Active", help="Channel timer_active: on after the delay."),
            Toggle("outtimerpulse", label="Timer Pulse", help="Channel timer_pulse: on as the whole length ends."),
            Toggle("outdelayfraction", label="Delay Fraction", help="Channel delay_fraction: 0 to 1 in the delay."),
            _count("outdelaycount", "Delay Count", "the time in the delay"),
            Toggle("outinit", label="Initializing", help="Channel initializing: while onInitialize asks to wait."),
            Toggle("outready", label="Ready", help="Channel ready: initialised and not started."),
            Toggle("outreadypulse", label="Ready Pulse", help="Channel ready_pulse: on as it becomes ready."),
            Toggle("outrunning", label="Running", help="Channel running: from Start until done."),
            Toggle("outdone", True, label="Done", help="Channel done: on once the length has passed."),
            Toggle("outdonepulse", label="Done Pulse", help="Channel done_pulse: on as it is done."),
            Toggle("outcycle", True, label="Cycles", help="Channel cycles: how many cycles have ended."),
            Toggle("outcyclepulse", label="Cycle Pulse", help="Channel cycle_pulse: on as a cycle ends."),
            Toggle("outcycleplusfraction", label="Cycles + Fraction", help="Channel cycle_plus_fraction: their sum."),
            _count("outlength", "Length", "the length of a cycle"),
            _count("outcumulativecount", "Cumulative Timer Count", "the time counted over all cycles, at its speed"),
            _count("outplayingcount", "Playing Timer Count", "the time spent playing, whatever the speed"),
            _count("outrunningcount", "Running Time Count", "the time since Start, whatever speed and play"),
            _count("outmastercount", "Master Time Count", "the main clock, which counts on when cycles are limited"),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._orders: tuple[Order, ...] = ()
        self._number = 0
        self._cell = Cell(VALUE, "timer orders")
        self._last: Tick | None = None

    # -- cooking -----------------------------------------------------------------------------------------------

    def initial(self) -> Clock:
        return Clock()

    def step(self, at: At, clock: Clock) -> tuple[Channels, Clock]:
        self.engine.read(self._cell)
        clock = copy(clock)
        tick = Tick(at, clock)
        today = tick.frame
        again = at.previous == today
        orders = [order for order in self._orders if order.number > clock.seen and order.frame <= today]
        orders += self._signals(at, clock, today)
        # Pressed in the same frame, Initialize comes before Start: a length that changes as a take begins must not
        # stop the take.
        orders.sort(key=lambda order: (order.frame, order.kind != "initialize"))
        frame = at.previous if at.previous is not None else min([today, *(order.frame for order in orders)])
        samples = list(clock.earlier) if again else []
        if not again:
            clock.flags = frozenset()
        tick.frame = frame
        orders = self._carry_out(tick, orders)
        if tick.locked:
            tick.frame = today
            tick.follow(Fraction(at.op.time.frame) - at.op.time.start)
        else:
            clock.timeline = None
        longest = max(1, int(MAX_SLICE * at.rate))
        late = clock.flags  # what an order dated with a frame already shown has raised is shown in the next
        while tick.frame < today:
            if clock.phase in IDLE and not orders:
                tick.frame = max(tick.frame, today - longest)
            tick.frame += 1
            clock.flags, late = late, frozenset()
            tick.advance()
            orders = self._carry_out(tick, orders)
            if tick.frame < today and at.previous is not None:
                samples.append(dict(tick.channels()))
        clock.earlier = tuple(samples[-(longest - 1) :]) if longest > 1 else ()
        newest = dict(tick.channels())
        rows = [*clock.earlier, newest]
        values = [[row.get(name, 0.0) for row in rows] for name in newest]
        self._last = tick
        dat = at.ref("callbacks")
        for message in absent(dat, ARGUMENTS, False, dat.path) if dat is not None else ():
            at.warn(message)
        return Channels(tuple(newest), values, float(at.rate), today - len(rows), sliced=True), clock

    @staticmethod
    def _carry_out(tick: Tick, orders: list[Order]) -> list[Order]:
        """Do what is dated with the tick's frame or earlier; the orders that are left."""
        for order in orders:
            if order.frame <= tick.frame:
                tick.obey(order, tick.frame)
        return [order for order in orders if order.frame > tick.frame]

    def _signals(self, at: At, clock: Clock, today: int) -> list[Order]:
        """Orders from rising inputs, and from buttons that an expression or an export moves."""
        before = dict(clock.levels)
        levels: dict[str, list[float]] = {}
        for name, source in zip(("initialize", "start"), at.inputs, strict=False):
            if source is not None and len(source):
                levels[f"input {name}"] = [float(value) for value in at.sliced(source).samples[0]]
        for name in BUTTONS:
            value = getattr(at.par, name)
            if not isinstance(value, Pulses):
                levels[f"par {name}"] = [float(value)]
        orders = []
        for key, values in levels.items():
            steps = [before.get(key, 0.0), *values]
            rises = sum(a <= 0 < b for a, b in pairwise(steps))
            orders += [Order(0, today, key.rpartition(" ")[2])] * rises
            before[key] = steps[-1]
        clock.levels = tuple(before.items())
        return orders

    def _pulsed(self, name: str) -> None:
        if name in BUTTONS:
            self._tell(name)

    def _tell(self, kind: str, *args: Any) -> None:
        """Leave an order for the next step, dated like a button press."""
        self._cell = self.engine.changed(self._cell)
        self._number += 1
        seen = self.state.before.seen if self.state is not None else 0
        kept = tuple(order for order in self._orders if order.number > seen)
        self._orders = (*kept, Order(self._number, self.project.next_frame, kind, args))

    # -- callbacks ---------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Cook when there are callbacks, and call those that are due; an answer to onInitialize acts at once."""
        dat = self.par.callbacks.eval()
        if dat is None:
            return
        for _ in range(2):
            with self.project.demand():
                self.result.pull()
            if not self._deliver(dat):
                break

    def _deliver(self, dat: DAT) -> bool:
        """Call what is due, each callback once; whether onInitialize answered.

        What was called stands: from here on this frame's steps go on from the clock as it is now, not from
        the one before the frame.
        """
        state = self.state
        if state is None:
            return False
        clock: Clock = copy(state.after)
        events, clock.log = clock.log, ()
        self.state = Step(state.frame, clock, state.frame, clock)
        answered = False
        for event in events:
            result = dat.callback(event.function, self, *event.args)
            if event.asked:
                self._tell("answer", event.asked, int(result or 0))
                answered = True
        return answered

    # -- members -----------------------------------------------------------------------------------------------

    def _tick(self) -> Tick:
        """The clock as it stands, with orders that were given but not cooked yet."""
        try:
            self.result.pull()
        except CookError:
            if self._last is None:
                raise
        assert self._last is not None
        return self._last

    @property
    def fraction(self) -> float:
        """How much of the present cycle has passed, 0 to 1."""
        return self._tick().fraction

    @property
    def cycle(self) -> int:
        """How many cycles have ended."""
        return self._tick().clock.cycle

    @property
    def segment(self) -> int:
        """Always 0: the timer has one segment."""
        return 0

    @property
    def masterFraction(self) -> float:
        """The main clock as a part of all cycles, or of the present one where they have no end."""
        tick = self._tick()
        plan = tick.plan
        whole = (plan.length or ZERO) * (plan.cycles if plan.limited and plan.cycles else 1)
        return float(tick.master / whole) if whole else tick.fraction

    @property
    def runningFraction(self) -> float:
        """The time since Start as a part of delay and cycles; 0 where they have no end."""
        tick = self._tick()
        return float(tick.clock.running / tick.total) if tick.total else 0.0

    def goTo(
        self,
        segment: int = 0,
        cycle: int = 0,
        seconds: float | None = None,
        frame: float | None = None,
        sample: float | None = None,
        fraction: float | None = None,
    ) -> None:
        """Jump to a place in a cycle, given in one unit; a timer that does not run is started."""
        given = [each for each in (seconds, frame, sample, fraction) if each is not None]
        if segment != 0:
            raise OpError(f"{self.path}.goTo: there is only segment 0, not {segment}")
        if len(given) > 1 or cycle < 0 or any(each < 0 for each in given):
            raise OpError(f"{self.path}.goTo takes a cycle and one of seconds, frame, sample, fraction, from 0 up")
        place = exact(given[0]) if given else ZERO
        if seconds is not None:
            place *= self.project.rate
        self._tell("goto", int(cycle), place, fraction is not None)

    def goToCycleEnd(self) -> None:
        """End the present cycle and be done, like the Go to End of Cycle button."""
        self._tell("gotoendcycle")

    def lastCycle(self) -> None:
        """Let the present cycle be the last, like the Exit at End of Cycle button."""
        self._tell("exitendcycle")

    def own_info(self) -> dict[str, float]:
        clock: Clock = self.state.after if self.state is not None else Clock()
        return {
            "frames_timer": float(clock.position),
            "frames_segment": float(clock.position),
            "frames_cumulative": float(clock.cumulative),
            "frames_running": float(clock.running),
        }


for _name, _member in {
    **_read("master", "The main clock", lambda tick: tick.master),
    **_read("running", "The time since Start", lambda tick: tick.clock.running),
    **_read("runningLength", "The time from Start to done, 0 without end", lambda tick: tick.total),
    **_read("cumulative", "The time counted over all cycles", lambda tick: tick.clock.cumulative),
    **_read("playing", "The time spent playing", lambda tick: tick.clock.playing),
}.items():
    setattr(timerCHOP, _name, _member)
