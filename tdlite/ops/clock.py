"""The clock of the Timer CHOP: a machine of states that steps a frame at a time, in exact fractions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from tdlite.ops import (
    DAT,
    At,
)
from tdlite.ops.choppage import exact

ZERO = Fraction(0)
BUTTONS = ("initialize", "start", "cuepulse", "exitendcycle", "gotoendcycle", "gotodone")
IDLE = ("none", "ready", "done")
UNITS = (("off", "Off"), ("seconds", "Seconds"), ("frames", "Frames"), ("samples", "Samples"), ("all", "All"))


class Order(NamedTuple):
    """Something that a button, a script or an answered callback told the timer to do."""

    number: int
    frame: int
    kind: str
    args: tuple[Any, ...] = ()


class Event(NamedTuple):
    """A callback that is due."""

    function: str
    args: tuple[Any, ...]
    asked: int = 0
    """For onInitialize, the number of the question that its result answers."""


class Plan(NamedTuple):
    """The parameters that Defer Par Changes holds back; times in frames."""

    length: Fraction | None
    """None is endless."""
    delay: Fraction
    cycles: int | None
    """None is without end."""
    limited: bool
    alert: Fraction
    ondone: str


@dataclass(slots=True)
class Clock:
    """Where a timer stands at the end of a frame; times in frames. A step makes a new one."""

    phase: str = "none"
    """none, initializing, ready, running or done."""
    counting: bool = False
    """Whether the delay is over."""
    delayed: Fraction = ZERO
    position: Fraction = ZERO
    """In the present cycle."""
    cycle: int = 0
    running: int = 0
    playing: int = 0
    cumulative: Fraction = ZERO
    alerted: bool = False
    leaving: bool = False
    """Whether this cycle is the last by Exit at End of Cycle."""
    starting: bool = False
    """Whether Start was asked for before the timer was ready."""
    calls: int = 0
    questions: int = 0
    asked_at: int = 0
    ask_again: int | None = None
    waiting: bool = False
    """Whether onInitialize has not answered yet."""
    held: Plan | None = None
    seen: int = 0
    """The number of the last order that was carried out."""
    levels: tuple[tuple[str, float], ...] = ()
    timeline: Fraction | None = None
    flags: frozenset[str] = frozenset()
    """The pulse channels that are on in this frame."""
    earlier: tuple[dict[str, float], ...] = ()
    """Samples of this frame's slice before the last."""
    log: tuple[Event, ...] = ()
    """Callbacks not called yet."""


class Tick:
    """One step of a clock: the settings in force, and what can happen in a frame."""

    def __init__(self, at: At, clock: Clock) -> None:
        par = at.par
        rate = at.rate
        self.clock = clock
        self.par = par
        self.rate = rate
        self.warn = at.warn
        self.frame = at.frame
        self.locked = par.timecontrol == "lock"
        callbacks: DAT | None = at.ref("callbacks")
        self.talks = callbacks is not None
        self.asks = callbacks is not None and not self.locked and callbacks.defines("onInitialize")
        self.speed = Fraction(1) if self.locked else exact(par.speed)
        self.play = self.locked or par.play
        self.cue = par.cue and not self.locked
        endless = par.lengthtype == "infinite"
        self.now = Plan(
            None if endless else self.frames(par.length, par.lengthunits),
            self.frames(par.delay, par.delayunits),
            1 if not par.cycle else par.maxcycles if par.cyclelimit else None,
            bool(par.cycle and par.cyclelimit),
            self.frames(par.cycleendalert, par.notifyunits),
            "donothing" if self.locked else par.ondone,
        )

    def frames(self, value: float, unit: str) -> Fraction:
        """A time in frames; there is one sample a frame."""
        return exact(value) * self.rate if unit == "seconds" else exact(value)

    @property
    def plan(self) -> Plan:
        held = self.clock.held
        return held if self.par.deferpars and held is not None else self.now

    @property
    def fraction(self) -> float:
        clock, length = self.clock, self.plan.length
        if length is None:
            return 0.0
        if length == 0:
            return float(clock.phase == "done")
        return float(min(Fraction(1), (clock.position + self.ahead) / length))

    @property
    def ahead(self) -> Fraction:
        """What Run Values = One shows counters ahead by."""
        clock = self.clock
        moving = clock.phase == "running" and clock.counting and self.play and not self.cue
        return self.speed if moving and self.par.runvalues == "one" else ZERO

    def say(self, function: str, *args: Any) -> None:
        if self.talks:
            self.clock.log += (Event(function, args),)

    def flag(self, name: str) -> None:
        self.clock.flags |= {name}

    # -- from creation to running ------------------------------------------------------------------------------

    def initialize(self, date: int, start: bool = False) -> None:
        clock = self.clock
        clock.phase, clock.starting = "initializing", start
        clock.held = self.now
        clock.cumulative, clock.playing, clock.calls = ZERO, 0, 0
        self.rewind()
        self.ask(date)

    def rewind(self) -> None:
        clock = self.clock
        clock.position = clock.delayed = ZERO
        clock.cycle = clock.running = 0
        clock.counting = clock.alerted = clock.leaving = False

    def ask(self, date: int) -> None:
        """Call onInitialize; without one the timer is ready at once."""
        clock = self.clock
        clock.calls += 1
        clock.questions += 1
        clock.asked_at, clock.ask_again = date, None
        clock.waiting = self.asks
        if self.asks:
            clock.log += (Event("onInitialize", (clock.calls,), clock.questions),)
        else:
            self.answer(clock.questions, 0)

    def answer(self, question: int, frames: int) -> None:
        clock = self.clock
        if question != clock.questions or clock.phase != "initializing":
            return  # Initialize was pressed again meanwhile
        clock.waiting = False
        if frames > 0:
            clock.ask_again = clock.asked_at + frames
            return
        clock.phase = "ready"
        self.flag("ready_pulse")
        self.say("onReady")
        if clock.starting:
            self.begin(clock.asked_at)

    def begin(self, date: int) -> None:
        """Start counting as of frame ``date``; what has passed since then is counted now."""
        clock = self.clock
        clock.phase, clock.starting = "running", False
        self.rewind()
        self.say("onStart")
        self.say("onSegmentEnter", 0, False)
        today, self.frame = self.frame, date
        if self.cue or self.plan.delay == 0:
            self.enter()
            self.count(ZERO)
        while self.frame < today and clock.phase == "running":
            self.frame += 1
            self.advance()
        self.frame = today

    def enter(self) -> None:
        """The delay is over."""
        self.clock.counting = True
        self.say("onTimerPulse", 0)
        self.say("onCycleStart", 0, self.clock.cycle)

    # -- counting ----------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Let one frame pass."""
        clock = self.clock
        if clock.phase == "initializing":
            if clock.waiting and not self.asks:
                self.answer(clock.questions, 0)
            elif clock.ask_again is not None and clock.ask_again <= self.frame:
                self.ask(self.frame)
        if clock.phase != "running":
            return
        clock.running += 1
        if self.cue:
            if not clock.counting:
                self.enter()
            self.count(ZERO)
        elif self.play:
            clock.playing += 1
            step = self.speed
            if not clock.counting:
                clock.delayed += 1
                if clock.delayed < self.plan.delay:
                    return
                step *= clock.delayed - self.plan.delay
                self.enter()
            self.count(step)

    def count(self, step: Fraction) -> None:
        """Move on within the cycle, and over its end."""
        clock, plan = self.clock, self.plan
        if self.cue:
            clock.position = self.cuepoint
            return
        clock.cumulative += step
        position = clock.position + step
        # A speed that changes all the time would let the denominators grow without end.
        clock.position = position if position.denominator < 10**15 else position.limit_denominator(10**9)
        self.alert()
        length = plan.length
        while length is not None and clock.position >= length:
            self.flag("cycle_pulse")
            self.say("onCycle", 0, clock.cycle)
            if self.last or length == 0:
                self.flag("timer_pulse")
                self.finish(interrupt=False)
                return
            clock.position -= length
            clock.cycle += 1
            clock.alerted = False
            self.say("onCycleStart", 0, clock.cycle)
            self.alert()
        self.say("whileTimerActive", 0, clock.cycle, self.fraction)

    @property
    def last(self) -> bool:
        """Whether the present cycle is the last one."""
        clock, cycles = self.clock, self.plan.cycles
        return clock.leaving or (cycles is not None and clock.cycle + 1 >= cycles)

    @property
    def cuepoint(self) -> Fraction:
        par, length = self.par, self.plan.length
        if par.cueunits == "fraction":
            return exact(par.cuepoint) * (length or ZERO)
        return self.frames(par.cuepoint, par.cueunits)

    def alert(self) -> None:
        clock, plan = self.clock, self.plan
        if plan.length is None or not plan.alert or clock.alerted or clock.position < plan.length - plan.alert:
            return
        clock.alerted = True
        self.say("onCycleEndAlert", 0, clock.cycle, self.last, self.last, False)

    def finish(self, interrupt: bool, then: bool = True) -> None:
        clock, plan = self.clock, self.plan
        clock.phase, clock.counting, clock.leaving, clock.starting = "done", False, False, False
        clock.position = clock.position if plan.length is None else plan.length
        self.flag("done_pulse")
        self.say("onSegmentExit", 0, interrupt)
        self.say("onDone", 0, interrupt)
        if not then or plan.ondone == "donothing":
            return
        if plan.ondone == "reinit":
            self.initialize(self.frame)
        elif plan.length == 0 and plan.delay == 0:
            self.warn("a timer of length 0 without delay would restart endlessly in one frame; it stays done")
        elif plan.ondone == "restart":
            self.initialize(self.frame, start=True)
        else:
            self.begin(self.frame)

    # -- orders ------------------------------------------------------------------------------------------------

    def obey(self, order: Order, date: int) -> None:
        clock = self.clock
        clock.seen = max(clock.seen, order.number)
        running = clock.phase == "running"
        if self.locked:
            return
        match order.kind:
            case "initialize":
                self.initialize(date)
            case "start" if clock.phase == "ready":
                self.begin(date)
            case "start" if clock.phase == "initializing":
                clock.starting = True
            case "start":
                if running:
                    self.finish(interrupt=True, then=False)
                self.initialize(date, start=True)
            case "answer":
                self.answer(*order.args)
            case "goto":
                self.go_to(date, *order.args)
            case "gotodone" if clock.phase in ("ready", "running"):
                self.finish(interrupt=True)
            case "gotoendcycle" if running:
                self.flag("cycle_pulse")
                self.say("onCycle", 0, clock.cycle)
                self.finish(interrupt=True)
            case "exitendcycle" if running:
                clock.leaving = True
            case "cuepulse" if running:
                self.jump(self.cuepoint)

    def go_to(self, date: int, cycle: int, place: Fraction, is_fraction: bool) -> None:
        clock = self.clock
        if clock.phase in ("none", "done"):
            self.initialize(date, start=True)
        elif clock.phase == "ready":
            self.begin(date)
        if clock.phase == "running":
            clock.cycle = cycle
            self.jump(place * (self.plan.length or ZERO) if is_fraction else place)

    def jump(self, position: Fraction) -> None:
        clock = self.clock
        if not clock.counting:
            self.enter()
        clock.cumulative += position - clock.position
        clock.position = position
        clock.alerted = False

    def follow(self, timeline: Fraction) -> None:
        """Locked to the timeline: begin where it begins, and go on as far as it has gone."""
        clock = self.clock
        if clock.timeline is None or timeline < clock.timeline:
            self.initialize(self.frame, start=True)
            clock.timeline = ZERO
        for _ in range(int(timeline - clock.timeline)):
            self.advance()
        clock.timeline = timeline

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def master(self) -> Fraction:
        clock, plan = self.clock, self.plan
        before = clock.cycle * plan.length if plan.limited and plan.length is not None else ZERO
        return before + clock.position + self.ahead

    @property
    def total(self) -> Fraction | None:
        """From Start to done, in frames; None when there is no end."""
        plan = self.plan
        return None if plan.length is None or plan.cycles is None else plan.delay + plan.length * plan.cycles

    def channels(self) -> Iterator[tuple[str, float]]:
        """The channels that the Outputs page asks for."""
        clock, par, ahead = self.clock, self.par, self.ahead
        position = clock.position + ahead
        if par.outfraction:
            yield "timer_fraction", self.fraction
        yield from self.counts("timer", par.outtimercount, position)
        if par.outtimeractive:
            yield "timer_active", float(clock.phase == "running" and clock.counting)
        if par.outtimerpulse:
            yield "timer_pulse", float("timer_pulse" in clock.flags)
        delay = self.plan.delay
        over = clock.counting or clock.phase == "done"
        delayed = delay if over else clock.delayed
        if par.outdelayfraction:
            yield "delay_fraction", float(delayed / delay) if delay else float(over)
        yield from self.counts("delay", par.outdelaycount, delayed)
        if par.outinit:
            yield "initializing", float(clock.phase == "initializing")
        if par.outready:
            yield "ready", float(clock.phase == "ready")
        if par.outreadypulse:
            yield "ready_pulse", float("ready_pulse" in clock.flags)
        if par.outrunning:
            yield "running", float(clock.phase == "running")
        if par.outdone:
            yield "done", float(clock.phase == "done")
        if par.outdonepulse:
            yield "done_pulse", float("done_pulse" in clock.flags)
        if par.outcycle:
            yield "cycles", float(clock.cycle)
        if par.outcyclepulse:
            yield "cycle_pulse", float("cycle_pulse" in clock.flags)
        if par.outcycleplusfraction:
            yield "cycle_plus_fraction", clock.cycle + self.fraction
        yield from self.counts("length", par.outlength, self.plan.length or ZERO)
        yield from self.counts("cumulative", par.outcumulativecount, clock.cumulative + ahead)
        yield from self.counts("playing", par.outplayingcount, clock.playing + bool(ahead))
        yield from self.counts("running", par.outrunningcount, clock.running + bool(ahead))
        yield from self.counts("master", par.outmastercount, self.master)

    def counts(self, name: str, which: str, frames: Fraction | int) -> Iterator[tuple[str, float]]:
        """A time in the units that a menu of the Outputs page names."""
        for unit in ("seconds", "frames", "samples"):
            if which in (unit, "all"):
                yield f"{name}_{unit}", float(frames / self.rate if unit == "seconds" else frames)
