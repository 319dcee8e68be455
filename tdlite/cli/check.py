"""``tdlite check``: does everything in a network cook?"""

from __future__ import annotations

import argparse
import contextlib
import sys

from tdlite.graph.project import Project
from tdlite.graph.scripts import script_message
from tdlite.ops import DAT

from .exits import code_of_kind
from .network import build, everything, require_gl


def command(args: argparse.Namespace) -> int:
    """Cook one frame of everything and list what is wrong; nothing is recorded."""
    # What the network prints is no part of the list.
    with contextlib.redirect_stdout(sys.stderr), build(args, lambda problem: None) as project:
        require_gl(project)
        everything(project)
        _compile_scripts(project)
        operators = project.all_ops()
        broken = {problem.path for problem in project.problems if not problem.warning}
        dependent = [f"{op.path} {op.own_errors()[0]}" for op in operators if op.path not in broken and op.own_errors()]
        problems = list(dict.fromkeys(problem._replace(frame=0) for problem in project.problems))
    errors = [problem for problem in problems if not problem.warning]
    for problem in problems:
        print(f"{'warning' if problem.warning else 'error'}: {problem}")
    for line in dependent:
        print(f"no output: {line}")
    counts = {"operator": len(operators) - 1, "error": len(errors), "warning": len(problems) - len(errors)}
    words = [f"{count} {what}{'' if count == 1 else 's'}" for what, count in counts.items()]
    print(f"{args.network}: {', '.join(words)}")
    return max((code_of_kind(problem.kind) for problem in errors), default=0)


def _compile_scripts(project: Project) -> None:
    """Find syntax errors in callbacks that this frame did not call."""
    for op in project.all_ops():
        if isinstance(op, DAT) and op.par.language.eval() == "python" and not op.errors():
            try:
                compile(op.text, f"<{op.path}>", "exec")
            except SyntaxError as error:
                op.addScriptError(script_message(error))
