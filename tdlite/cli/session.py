"""A network that a command runs: built, reported on, and closed whatever happens."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Container

from .exits import FAILED, INTERRUPTED, Stop, code_of
from .network import build, require_gl
from .report import Report


def session(args: argparse.Namespace, work: Callable[..., None], later: Container[str] = ()) -> int:
    """Build the network, let ``work(project, report)`` run it, close it; the exit code.

    ``later`` are the paths of operators that ``work`` makes and sets.

    Ctrl-C ends it after the frame being cooked, with every file finished.
    """
    report = Report(args.progress)
    code: int | None = None
    try:
        # What the network prints must not come between the lines that a program reads.
        aside = contextlib.redirect_stdout(sys.stderr) if args.progress == "json" else contextlib.nullcontext()
        with aside, build(args, report.problem, later) as project:
            require_gl(project)
            try:
                work(project, report)
            except KeyboardInterrupt:
                project.finish()
                # A second interrupt leaves a movie unfinished, which its operator says.
                finished = "" if project.root.errors(recurse=True) else "; what was recorded is finished"
                report.say(f"interrupted after frame {project.frame}{finished}")
                code = INTERRUPTED
            if project.strict and report.errors:
                report.say(f"stopped after frame {project.frame}: --strict")
        code = code or report.code
        return code
    except Exception as error:
        code = error.code if isinstance(error, Stop) else code_of(error, FAILED)
        raise
    finally:
        report.end(INTERRUPTED if code is None else code)
