"""Scripts and callbacks: run now, with their errors put where they belong, or when their frame has come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .engine import kind_of
from .expr import script_globals
from .pace import Standing
from .scripts import script_message

if TYPE_CHECKING:
    from .comp import COMP
    from .op import OP


class Run:
    """A script waiting for its frame."""

    def __init__(
        self, project: Scheduling, function: Callable[[], Any], due: int, end_frame: bool, group: str | None
    ) -> None:
        self._project = project
        self._function = function
        self.due = due
        self.end_frame = end_frame
        self.group = group
        self.active = True

    @property
    def remainingFrames(self) -> int:
        return max(0, self.due - self._project.next_frame)

    @property
    def remainingMilliseconds(self) -> float:
        return float(1000 * self.remainingFrames / self._project.rate)

    def kill(self) -> None:
        """Never run it."""
        self.active = False
        if self in self._project._runs:
            self._project._runs.remove(self)


class Scheduling(Standing):
    """The scripts of a project: those that run now, and those that wait."""

    rate: Fraction
    root: COMP

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[Run] = []
        self._posted: deque[Callable[[], Any]] = deque()

    def pulling(self) -> AbstractContextManager[None]:
        """While scripts read: results are brought up to date, but no state steps."""
        raise NotImplementedError  # pragma: no cover - a project knows how

    def call(self, owner: OP, function: Callable[..., Any], *args: Any) -> Any:
        """Run a callback or script of ``owner``: its error goes onto the operator, the frame goes on."""
        with self.pulling():
            return self._guarded(owner, function, *args)

    def _guarded(self, owner: OP, function: Callable[..., Any], *args: Any) -> Any:
        script = getattr(function, "__code__", None) or getattr(function, "__qualname__", None)
        try:
            value = function(*args)
        except (Exception, SystemExit) as error:  # a network cannot end the process; project.quit() ends a run
            owner.addScriptError(script_message(error), kind_of(error), script)
            return None
        if owner.script_errors:
            owner.script_errors.pop(script, None)
        return value

    def post(self, function: Callable[[], Any]) -> None:
        """Have ``function`` called at the start of the next frame; the one call other threads may make."""
        self._posted.append(function)

    def delay(
        self, function: Callable[[], Any], frames: int = 0, end_frame: bool = False, group: str | None = None
    ) -> Run:
        """Have ``function`` called ``frames`` frames later, or at the end of the frame.

        Between frames that counts from the next frame, to which what a script does there belongs.
        """
        run = Run(self, function, self.next_frame + frames, end_frame, group)
        self._runs.append(run)
        return run

    def run_script(
        self,
        owner: OP,
        script: str | Callable[..., Any],
        *args: Any,
        endFrame: bool = False,
        fromOP: OP | None = None,
        asParameter: bool = False,
        group: str | None = None,
        delayFrames: int = 0,
        delayMilliSeconds: float = 0,
        delayRef: OP | None = None,
    ) -> Run:
        """``run()``: execute a script now, at the end of the frame, or some frames later."""
        me = fromOP or owner

        def execute() -> None:
            if callable(script):
                script(*args)
            else:
                code = compile(script, f"<run from {me.path}>", "exec")
                exec(code, {**script_globals(me, code), "args": args})

        frames = delayFrames + round(delayMilliSeconds / 1000 * self.rate)
        if frames <= 0 and not endFrame:
            execute()
            done = Run(self, execute, self.frame, False, group)
            done.active = False
            return done
        return self.delay(lambda: self.call(me, execute), frames, endFrame, group)

    @property
    def runs(self) -> list[Run]:
        return [run for run in self._runs if run.active]

    def _due(self, end_frame: bool) -> None:
        if not self._runs:
            return
        due: list[Run] = []
        later: list[Run] = []
        for run in self._runs:
            (due if run.end_frame == end_frame and run.due <= self.begun else later).append(run)
        if due:
            self._runs = later
            for run in sorted(due, key=lambda run: run.due):
                if run.active:
                    run.active = False
                    self._guarded(self.root, run._function)
