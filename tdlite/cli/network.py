"""From a network file to a built project, with its parameters set."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Container
from math import isfinite
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from tdlite.graph.engine import sentence
from tdlite.graph.errors import OpError, ParError
from tdlite.graph.journal import Problem
from tdlite.graph.op import OP
from tdlite.graph.par import Par
from tdlite.graph.paths import nearest
from tdlite.graph.project import Project

from .exits import DEVICE, OUTPUT, USAGE, Stop, code_of

_HERE = {
    "op": "root.op('…')",
    "ops": "root.ops('…')",
    "project": "root.project",
    "absTime": "root.project.absTime",
    "tdu": "td.tdu",
    "parent": "comp.parent()",
}
"""What names of expressions and callbacks are outside of them."""
T = TypeVar("T")
_YES, _NO = ("1", "true", "on", "yes"), ("0", "false", "off", "no")


def build(args: argparse.Namespace, on_problem: Callable[[Problem], None], later: Container[str] = ()) -> Project:
    """The project of the network file in ``args``, built and set; Stop when that cannot be.

    Operators with paths in ``later`` are set when they are there, by whoever makes them.
    """
    path = Path(args.network)
    if path.is_dir():
        raise Stop(OUTPUT, f"{args.network!r} is a folder, not a network file; name the Python file with build(root)")
    if not path.is_file():
        raise Stop(OUTPUT, f"there is no network file {args.network!r}")
    module = guarded(args.network, path, lambda: _imported(path))
    builder = getattr(module, "build", None)
    if not callable(builder):
        raise Stop(USAGE, f"{args.network} has no function build(root); that is what makes the network")
    rate = args.fps or getattr(module, "cookRate", 60)
    project = guarded(
        args.network,
        path,
        lambda: Project(
            cookRate=rate,
            realTime=getattr(args, "realtime", False),
            checked=args.checked,
            device=args.device,
            pathmode=args.pathmode,
        ),
    )
    try:
        project.name = path.stem
        project.network_folder = str(path.resolve().parent)
        project.strict = getattr(args, "strict", False)
        project.on_problem.append(on_problem)
        guarded(args.network, path, lambda: builder(project.root))
        for setting in args.set:
            if setting[0] not in later:
                assign(project, *setting)
    except BaseException:
        project.close()
        raise
    return project


def require_gl(project: Project) -> None:
    """Stop now if the network has TOPs and nothing can draw them; say so if a GPU is there but not used."""
    if not any(op.isTOP for op in project.all_ops()):
        return
    from tdlite.gpu.devices import nvidia_but_software
    from tdlite.gpu.errors import NoDevice
    from tdlite.ops.top import gpu_of

    try:
        trap = nvidia_but_software(gpu_of(project))
    except NoDevice as error:
        raise Stop(DEVICE, str(error)) from error
    if trap:
        print(f"warning: {trap}", file=sys.stderr)


def _imported(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.resolve().parent))
    name = f"tdlite_network_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise Stop(USAGE, f"{path} is not a Python file; a network file ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def guarded(name: str, path: Path, function: Callable[[], T]) -> T:
    """Call code of the file that the user calls ``name``; what it raises becomes a message with the file's line."""
    try:
        return function()
    except (Stop, KeyboardInterrupt):
        raise
    except BaseException as error:
        said = f"SyntaxError: {error.msg}" if isinstance(error, SyntaxError) else sentence(error)
        if isinstance(error, NameError) and error.name in _HERE:
            said += f"; {error.name} is for expressions and callbacks, in a network file write {_HERE[error.name]}"
        raise Stop(code_of(error, USAGE), f"{name}{_line(path, error)}: {said}") from error


def _line(path: Path, error: BaseException) -> str:
    file = str(path.resolve())
    if isinstance(error, SyntaxError) and error.filename:
        return f" line {error.lineno}" if error.filename == file else f" ({error.filename} line {error.lineno})"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f" line {lines[-1]}" if lines else ""


def find(project: Project, path: str) -> OP:
    """The one operator at an absolute path; Stop names the nearest one, or some of several."""
    found = project.ops(path)
    if not found:
        raise Stop(USAGE, f"no operator {path!r}{nearest(path, [op.path for op in project.all_ops()])}")
    if len(found) > 1:
        some = ", ".join(op.path for op in found[:3])
        raise Stop(USAGE, f"{path!r} names {len(found)} operators ({some}{', …' if len(found) > 3 else ''}); name one")
    return found[0]


def assign(project: Project, path: str, name: str, text: str) -> None:
    """Do what one ``--set`` says; Stop when it cannot be done."""
    where = f"--set {path}.{name}={text}"
    try:
        op = find(project, path)
        par: Par = getattr(op.par, name)
        if par.isPulse:
            par.pulse()
        else:
            par.val = parsed(par, text)
    except (ParError, OpError, Stop) as error:
        raise Stop(USAGE, f"{where}: {error}") from error
    except (ValueError, SyntaxError) as error:
        raise Stop(USAGE, f"{where}: {name} is of style {par.style} and cannot be {text!r}") from error


def parsed(par: Par, text: str) -> Any:
    """What a text typed on the command line means for a parameter; ValueError when it means nothing."""
    if par.style == "Toggle":
        if text.lower() not in (*_YES, *_NO):
            raise ValueError(text)
        return text.lower() in _YES
    if par.isNumber:
        number = float(text)
        if not isfinite(number) or (par.isInt and number != int(number)):
            raise ValueError(text)
        return number
    if par.isMenu and par.style == "Menu" and text.isdecimal() and text not in (par.menuNames or ()):
        return int(text)
    return ast.literal_eval(text) if par.style == "Python" else text


def everything(project: Project) -> None:
    """Cook one frame in which every operator is asked for, and evaluate every parameter; no sink acts."""
    from contextlib import suppress

    from tdlite.graph.engine import CookError

    project.sinks = ()
    for op in project.all_ops():
        op.viewer = True
    project.run(frames=1)
    for op in project.all_ops():
        if not op.totalCooks:  # made or unlocked by a callback during the frame
            op.cook()
        for par in op.par:
            with suppress(CookError):  # it is on the operator
                par.eval()


def absolute(path: str) -> str:
    """An output path as the project sees it: relative ones start in the current folder."""
    return os.path.abspath(os.path.expanduser(path))
