"""What a running command tells: problems once each, and how far it is."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tdlite.graph.journal import Problem
from tdlite.graph.project import Project

from .exits import DONE, FAILED, code_of_kind
from .streams import silence, tell

if TYPE_CHECKING:
    from rich.progress import Progress


class Report:
    """Prints problems as they come up, and shows progress: 'auto', 'json' or 'none'."""

    def __init__(self, progress: str) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self._json = progress == "json"
        self._lines = sys.stdout
        self._bar_wanted = progress == "auto" and sys.stderr.isatty()
        self._bar: Progress | None = None
        self._seen: set[tuple[str, str, bool]] = set()

    @property
    def code(self) -> int:
        """The exit code so far: that of the first error that has one of its own, else of any error."""
        codes = [code_of_kind(problem.kind) for problem in self.errors]
        return next((code for code in codes if code != FAILED), FAILED if codes else DONE)

    def problem(self, problem: Problem) -> None:
        """Tell about an error or warning, unless the same was told before."""
        key = (problem.path, problem.message, problem.warning)
        if key in self._seen:
            return
        self._seen.add(key)
        (self.warnings if problem.warning else self.errors).append(problem)
        kind = "warning" if problem.warning else "error"
        self.say(f"{kind}: {problem}")
        self._line(event=kind, path=problem.path, message=problem.message, frame=problem.frame)

    def say(self, text: str) -> None:
        """Print a line on standard error, above the bar where there is one."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            tell(text)

    def follow(self, project: Project, of: int) -> None:
        """Show the frames of ``project`` from now on, ``of`` in all."""
        start = time.perf_counter()
        if self._json:
            project.on_frame.append(
                lambda: self._line(
                    event="frame", frame=project.frame, of=of, seconds=round(time.perf_counter() - start, 3)
                )
            )
        elif self._bar_wanted:
            project.on_frame.append(self._show_bar(project, of))

    def _show_bar(self, project: Project, of: int) -> Callable[[], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        bar = self._bar = Progress(
            TextColumn("frame"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        task = bar.add_task("", total=of, rate="")
        bar.start()

        def show() -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=project.frame, rate=f"{speed:.1f} fps" if speed else "")

        return show

    def end(self, code: int) -> None:
        """Take the bar away; the last JSON line has the exit code."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._line(event="end", exit=code)

    def _line(self, **fields: Any) -> None:
        if not self._json:
            return
        try:
            print(json.dumps(fields, ensure_ascii=False), file=self._lines, flush=True)
        except OSError as error:
            self._json = False
            silence(self._lines)
            gone = isinstance(error, BrokenPipeError)
            why = "nobody reads the progress any more" if gone else f"the progress cannot be written ({error.strerror})"
            self.say(f"{why}; the run goes on without telling it")
