"""A project: the root network, its time, and the loop that cooks one frame after another.

The order within a frame is fixed: time advances → due scripts and posted edits → ``frame_start`` → ``watch``
(CHOP Execute, Timer callbacks…) → ``sink`` (Movie File Out…) → feedback latches → ``frame_end``; within each
step operators go in natural path order.
"""

from __future__ import annotations

import os
import threading
import time as wall
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from .comp import COMP
from .engine import STRUCTURE, TIME, VALUE, Cell, CookError, Engine, Fault, Memo, kind_of, sentence
from .errors import OpError, TdError
from .expr import Expressions
from .interrupt import Interrupts
from .journal import Change, Reporting
from .op import OP, Phase
from .pace import Demanding, RealTime
from .paths import natural
from .schedule import Scheduling
from .settings import Setting, WorkingColorSpace, factor, frame_rate, nits, working_space
from .timeline import AbsTime, Timeline
from .trace import Trace

if TYPE_CHECKING:
    from types import TracebackType


PATHMODES = ("auto", "compute", "raster")
"""How a project's shaders can be told to run."""


class _Here(threading.local):
    """The projects that were made in this thread."""

    def __init__(self) -> None:
        self.projects: WeakSet[Project] = WeakSet()


_here = _Here()


class rootCOMP(COMP):
    """The ``/`` of a project."""

    @property
    def path(self) -> str:
        return "/"


class Project(Reporting, Scheduling):
    """A network with its own time. Use it as a context manager; it belongs to the thread that made it.

    ``cookRate`` is in frames per second (23.976, 29.97, 59.94 mean n·1000/1001). With ``realTime`` off, the
    default, every frame is cooked however long it takes. ``checked`` repeats every cook and compares.

    ``device`` is the GPU to draw on: a number is CUDA's where there are CUDA devices, else EGL's; 'cuda:N', 'egl:N' or
    'software' say exactly which; None is the best that works. ``pathmode`` 'compute' or 'raster' has shaders run that
    way wherever they can; 'auto' leaves it to the device.
    """

    types: ClassVar[Callable[[str], type[OP]]]
    """Finds an operator class by its name; set by the registry."""

    resolutionMultiplier = Setting(
        1.0, factor, "The global resolution multiplier: every TOP whose ``resmult`` is on is that much larger."
    )
    workingColorSpace = Setting(
        WorkingColorSpace.PASS_THROUGH, working_space, "What the numbers of TOPs mean; by default nobody says."
    )
    sdrReferenceWhiteNits = Setting(100.0, nits, "How bright 1 is, in cd/m², in the colour spaces of SDR.")
    hdrReferenceWhiteNits = Setting(100.0, nits, "How bright 1 is, in cd/m², in the colour spaces of HDR.")

    def __init__(
        self,
        cookRate: float | Fraction = 60,
        realTime: bool = False,
        checked: bool = False,
        folder: str | os.PathLike[str] | None = None,
        device: int | str | None = None,
        pathmode: str = "auto",
    ) -> None:
        super().__init__()
        self.rate = frame_rate(cookRate)
        self.realTime = realTime
        self.checked = checked
        self.device = device
        if pathmode not in PATHMODES:
            raise TdError(f"pathmode is one of {', '.join(PATHMODES)}, not {pathmode!r}")
        self.pathmode = pathmode
        self.folder = os.path.abspath(os.fspath(folder) if folder is not None else os.getcwd())
        self.network_folder = self.folder
        """Where the network file is; files that the network reads are looked for there too."""
        self.name = ""
        self.strict = False
        self.sinks: Collection[OP] | None = None
        """The sinks that may act, such as the Movie File Outs that may write; None for all of them."""
        self.thread = threading.get_ident()
        self.engine = Engine(self._memo_fault_changed)
        self.trace = Trace(self)
        self.expressions = Expressions(self)
        self.timeline = Timeline(self)
        self.absTime = AbsTime(self)
        self.on_run: list[Callable[[], None]] = []
        self.on_frame: list[Callable[[], None]] = []
        self.on_close: list[Callable[[], None]] = []
        self.resources: dict[str, Any] = {}
        """What the families keep per project, such as the GPU."""
        self.closed = False
        self.step_now = 1
        self.seconds_now = 0.0
        self.frame_began = wall.perf_counter()
        self.demanding = False
        """Whether a sink or watcher is pulling: only then do stateful operators step."""
        self.previewed = False
        """Whether a stateful operator was read without stepping, since it last could."""
        self._demand = Demanding(self, True)
        self._pulling = Demanding(self, False)
        self._frame_cell = Cell(TIME, "frame")
        self._existence = Cell(STRUCTURE, "operators")
        self.demand_cell = Cell(TIME, "demand")
        self.latch_cell = Cell(TIME, "latch")
        self._settings_cell = Cell(VALUE, "project settings")
        self.settings: dict[str, tuple[Cell, Any]] = {}
        self._ids = 0
        self._ops: dict[int, OP] = {}
        self._order: dict[str, list[OP]] | None = None
        self._latches: dict[int, OP] = {}
        self._listeners: list[Callable[[Change], None]] = []
        self._quit = False
        self.root = rootCOMP(self, "", None)
        self._register(self.root)
        _here.projects.add(self)

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Project at frame {self.frame}, {len(self._ops)} operators>"

    @staticmethod
    def computing_engine() -> Engine | None:
        """The engine that is computing in this thread, if one is."""
        return next((each.engine for each in _here.projects if each.engine.computing is not None), None)

    # -- operators ---------------------------------------------------------------------------------------------

    def op(self, *paths: Any) -> OP | None:
        """The first operator at any of the paths, from the root."""
        return self.root.op(*paths)

    def ops(self, *paths: Any) -> list[OP]:
        """All operators that match, from the root."""
        return self.root.ops(*paths)

    def find_type(self, name: str) -> type[OP]:
        """An operator class by its name, such as 'noiseTOP'; OpError names the nearest one otherwise."""
        return type(self).types(name)

    def all_ops(self) -> list[OP]:
        """Every operator, in natural path order."""
        return sorted(self._ops.values(), key=lambda op: natural(op.path))

    def _new_id(self) -> int:
        self._ids += 1
        return self._ids

    def _register(self, op: OP) -> None:
        self._existence = self.engine.changed(self._existence)
        self._ops[op.id] = op

    def _unregister(self, op: OP) -> None:
        self._existence = self.engine.changed(self._existence)
        del self._ops[op.id]
        self._order = None
        self._reported.pop(op.id, None)

    def _by_id(self, number: int) -> list[OP]:
        self.engine.read(self._existence)
        op = self._ops.get(number)
        return [op] if op is not None else []

    def _shortcut(self, name: str) -> OP | None:
        self.engine.read(self._existence)
        return next(
            (op for op in self._ops.values() if isinstance(op, COMP) and op.par.opshortcut.eval() == name),
            None,
        )

    def _structure_changed(self) -> None:
        self._order = None

    def _in_order(self, phase: str) -> list[OP]:
        if self._order is None:
            self._order = {phase: [] for phase in Phase.ALL}
            for op in self.all_ops():
                for each in op.phases:
                    self._order[each].append(op)
                if op._flags.get("viewer") and Phase.SINK not in op.phases:
                    self._order[Phase.SINK].append(op)
        return self._order[phase]

    # -- time --------------------------------------------------------------------------------------------------

    @property
    def cookRate(self) -> float:
        """Frames per second. It can be set before the first frame."""
        self.engine.read(self._settings_cell)
        return float(self.rate)

    @cookRate.setter
    def cookRate(self, rate: float | Fraction) -> None:
        if self.begun:
            raise TdError(f"cookRate cannot change after the first frame (now {float(self.rate):g})")
        exact = frame_rate(rate)
        self._settings_cell = self.engine.changed(self._settings_cell)
        self.rate = exact

    def _read_frame(self) -> int:
        self.engine.read(self._frame_cell)
        return self.frame

    # -- running -----------------------------------------------------------------------------------------------

    def run(self, frames: int | None = None, seconds: float | None = None) -> None:
        """Cook frames: the next ``frames``, or ``seconds`` of them, or until quit() or the timeline's end.

        When it returns, accepted images are on disk and movies that no longer record are finished.
        Ctrl-C ends it after the frame being cooked, with every open file finished, as KeyboardInterrupt. A second
        one ends it at once: a movie whose encoder is busy is left as it is on disk, playable.
        """
        self._check_thread()
        if self.in_frame:
            raise TdError(
                "run() inside a frame: a callback cannot cook frames; run(script, delayFrames=n) waits for one"
            )
        if seconds is not None:
            if frames is not None:
                raise TdError(f"run() takes frames or seconds, not both ({frames} and {seconds})")
            frames = round(seconds * self.rate)
        if frames is not None and frames < 0:
            raise TdError(f"cannot run {frames} frames")
        first = self.begun
        self._quit = False
        for hook in self.on_run:
            hook()
        clock = RealTime(self) if self.realTime else None
        with Interrupts() as interrupts:
            try:
                while not self._quit and not interrupts.came:
                    left = self.timeline.end - self.begun if frames is None else first + frames - self.begun
                    if left <= 0:
                        break
                    self._frame(min(clock.wait(), left) if clock else 1)
                    if self.strict and self.failed:
                        break
            finally:
                self.flush()
            if interrupts.came:
                self.finish()
                raise KeyboardInterrupt

    def advance(self) -> None:
        """Cook one frame."""
        self.run(frames=1)

    def quit(self, force: bool = False) -> None:
        """End run() after this frame."""
        self._quit = True

    @property
    def quitting(self) -> bool:
        return self._quit

    def _frame(self, step: int) -> None:
        engine = self.engine
        self.begun += step
        self.step_now = step
        self.in_frame = True
        self.frame_began = wall.perf_counter()
        # Division of integers is correctly rounded, so this is the float nearest to the exact time.
        self.seconds_now = (self.begun - 1) * self.rate.denominator / self.rate.numerator
        self.timeline.at(self.begun)
        engine.frame = self.begun
        self.previewed = False
        self._frame_cell = engine.changed(self._frame_cell)
        try:
            for _ in range(len(self._posted)):  # what these post waits for the next frame
                self._guarded(self.root, self._posted.popleft())
            self._due(end_frame=False)
            for phase in (Phase.START, Phase.WATCH, Phase.SINK):
                self._phase(phase)
            self._latch()
            self.latch_cell = engine.changed(self.latch_cell)
            self._phase(Phase.END)
            self._due(end_frame=True)
            for hook in self.on_frame:
                hook()
        finally:
            self.in_frame = False

    def _phase(self, phase: str) -> None:
        ops = self._in_order(phase)
        if not ops:
            return
        for op in ops:
            if not op.valid or not _may_cook(op):
                continue
            try:
                if phase != Phase.SINK:
                    getattr(op, phase)()
                else:
                    with self._demand:
                        if phase in op.phases and (self.sinks is None or op in self.sinks):
                            op.sink()  # type: ignore[attr-defined]  # operators with this phase have the method
                        elif op._flags.get("viewer"):
                            with suppress(CookError):  # the error is on the operator
                                op.result.pull()
            except CookError as error:
                fault = error.fault
                op.phase_error(phase, Fault(op, fault.message, fault.origin, kind=fault.kind))
            except Exception as error:
                op.phase_error(phase, Fault(op, sentence(error), op, kind=kind_of(error)))
            else:
                if op._phase_faults:
                    op.phase_error(phase, None)

    def demand(self) -> AbstractContextManager[None]:
        """While a sink or watcher pulls: stateful operators step."""
        return self._demand

    def pulling(self) -> AbstractContextManager[None]:
        """While scripts read: results are brought up to date, but no state steps."""
        return self._pulling

    def latch_later(self, op: OP) -> None:
        """Have ``op.latch()`` called after this frame's sinks."""
        self._latches[op.id] = op

    def _latch(self) -> None:
        latches = sorted(self._latches.values())
        self._latches.clear()
        for op in latches:
            if not op.valid:
                continue
            fault = None
            try:
                with self.demand():
                    op.latch()  # type: ignore[attr-defined]  # only operators with the method ask for it
            except Exception as error:
                fault = Fault(op, sentence(error), op, kind=kind_of(error))
            if fault is not None or op._phase_faults:
                op.phase_error("latch", fault)

    def flush(self) -> None:
        """Wait until every accepted image is on disk; finish movies that no longer record."""
        self._sinks("flush")

    def finish(self) -> None:
        """End every recording: each open file is completed."""
        self._sinks("finish")

    def _sinks(self, method: str) -> None:
        for op in list(self._ops.values()):
            if Phase.SINK in op.phases:
                try:
                    getattr(op, method)()
                except Exception as error:  # the other sinks' files still have to be completed
                    op.phase_error(method, Fault(op, sentence(error), op, kind=kind_of(error)))
                else:
                    if op._phase_faults:
                        op.phase_error(method, None)

    def close(self) -> None:
        """Finish what is open and release everything. Closing twice is harmless.

        Ctrl-C is answered when that is done; a second one, while an encoder is busy, gives its movie up.
        """
        if self.closed:
            return
        if self.in_frame:
            raise TdError("close() inside a frame: quit() ends run() after the frame")
        self.closed = True
        with Interrupts() as interrupts:
            try:
                self._phase_exit()
                self.finish()
            finally:
                for op in reversed(list(self._ops.values())):
                    if op.valid and op is not self.root:
                        for memo in op._memos():
                            memo.forget()
                        self._guarded(op, op.released)  # what one operator fails to release is no reason for the others
                for hook in self.on_close:
                    hook()
        if interrupts.came:
            raise KeyboardInterrupt

    def _phase_exit(self) -> None:
        for op in self.all_ops():
            on_exit = getattr(op, "on_exit", None)
            if op.valid and on_exit is not None:
                self._guarded(op, on_exit)

    # -- changes -----------------------------------------------------------------------------------------------

    def _memo_fault_changed(self, memo: Memo, before: Fault | None) -> None:
        owner: Any = memo.owner
        self.fault_changed(owner, memo.fault, before)

    def log(self, kind: str, op: OP, **details: Any) -> None:
        """Write one edit into the change log."""
        if self._listeners and op.id in self._ops:  # not while an operator is being made
            change = Change(kind, op, details)
            for listener in list(self._listeners):
                listener(change)

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Follow the change log from now on; the function that comes back ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def find_file(self, path: str) -> str:
        """Where a file that the network reads is: in ``folder``, else beside the network file."""
        path = os.path.expanduser(path)
        for folder in (self.folder, self.network_folder):
            candidate = os.path.join(folder, path)
            if os.path.exists(candidate):
                return candidate
        return os.path.join(self.folder, path)

    def _check_thread(self) -> None:
        if threading.get_ident() != self.thread:
            raise TdError("a project belongs to the thread that made it; other threads use project.post(function)")
        if self.closed:
            raise OpError("this project is closed")


def _may_cook(op: OP) -> bool:
    comp = op._parent
    while comp is not None:
        if not comp.allowCooking:
            return False
        comp = comp._parent
    return True
