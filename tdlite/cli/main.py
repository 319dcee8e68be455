"""The arguments of every command; a command's module is imported when it is used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

import tdlite

from .exits import DONE, EXPLAINED, FAILED, INTERRUPTED, OUTPUT, Stop, code_of, is_plain
from .streams import open_streams, silence, tell


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; the arguments are the process's own when none are given."""
    open_streams()
    return _flushed(_code(parser().parse_args(arguments)))


def _code(args: argparse.Namespace) -> int:
    """Run the command; what it raises becomes a line and an exit code."""
    try:
        code: int = import_module(f".{args.module}", __package__).command(args)
        return code
    except BrokenPipeError:
        return DONE  # whoever read the output has seen enough
    except KeyboardInterrupt:
        if args.debug:
            raise
        return _said(INTERRUPTED, "interrupted")
    except Exception as error:
        if args.debug:
            raise
        if isinstance(error, Stop):
            return _said(error.code, str(error))
        if type(error) is OSError and error.filename is None:  # a print; files are named, and have messages
            return _said(OUTPUT, f"cannot write to standard output ({error.strerror or error})")
        message = str(error) if is_plain(error) else f"{type(error).__name__}: {error} (--debug shows where)"
        return _said(code_of(error, FAILED), message)


def _flushed(code: int) -> int:
    """Write what standard output still holds; the exit code, unless that fails for another reason than no reader."""
    try:
        sys.stdout.flush()
    except OSError as error:
        silence(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            return _said(OUTPUT, f"cannot write to standard output ({error.strerror})")
    return code


def _said(code: int, message: str) -> int:
    tell(f"tdlite: {message}")
    return code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="tdlite",
        description="Run, record and look into networks of TOPs, CHOPs, DATs and COMPs.",
        epilog=EXPLAINED,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"tdlite {tdlite.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, module: str, summary: str, *more: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=summary, description=" ".join((f"{summary}.", *more)), epilog=EXPLAINED, allow_abbrev=False
        )
        made.set_defaults(module=module)
        made.add_argument("--debug", action="store_true", help="show the Python traceback of what goes wrong")
        return made

    run = add(
        "run",
        "run",
        "run a network, which records itself",
        "It ends when the network calls project.quit(), else at the end of its timeline (frame 600 unless it sets",
        "project.timeline.end). Relative output paths start in the current folder.",
    )
    _network(run)
    length = run.add_mutually_exclusive_group()
    length.add_argument("--frames", type=_above(int, 1), metavar="N", help="run N frames")
    length.add_argument("--seconds", type=_above(float, 0), metavar="S", help="run S seconds of timeline")
    run.add_argument("--realtime", action="store_true", help="hold to the wall clock, skip frames when late")
    _running(run)

    render = add(
        "render",
        "render",
        "record one TOP",
        "The network's own recorders write nothing meanwhile. Movies are recorded by a Movie File Out TOP beside the",
        "TOP, named tdlite_render: --set /render/tdlite_render.preset=lossless sets a parameter of it.",
    )
    _network(render)
    render.add_argument("--top", required=True, metavar="PATH", help="the TOP to record, such as /render/out1")
    render.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="a movie, an image, or images such as out/frame.{frame:05}.png; the suffix says what it becomes",
    )
    render.add_argument(
        "--frames",
        type=_frames,
        metavar="A:B",
        help="frames A to B, from 1, both included; those before A are cooked, not recorded. Without it: the whole "
        "timeline or up to project.quit(), for a single image frame 1",
    )
    render.add_argument(
        "--size",
        type=_size,
        metavar="WxH",
        help="scale the recorded picture to W×H; the TOP itself keeps the resolution that its network gives it",
    )
    render.add_argument("--codec", metavar="C", help="the videocodec of the Movie File Out")
    render.add_argument("--audio", metavar="PATH", help="the CHOP that is the sound of a movie, such as /sound/out1")
    render.add_argument("--quality", type=_quality, metavar="Q", help="0 (small) to 1 (best)")
    render.add_argument("--overwrite", action="store_true", help="replace files that exist")
    _running(render)

    check = add(
        "check",
        "check",
        "build a network, cook one frame of everything, list errors and warnings",
        "Nothing is recorded. The exit code is 1 when there are errors.",
    )
    _network(check)

    ops = add("ops", "operators", "list the operators, or the parameters of one")
    ops.add_argument(
        "name", nargs="?", metavar="NAME", help="an operator type, such as noiseTOP, or a Python file with operators"
    )
    ops.add_argument("--json", action="store_true", help="as JSON")

    graph = add(
        "graph",
        "graph",
        "draw a network",
        "Wires are solid, other dependencies (parameters, expressions) dashed, operators with an error red.",
    )
    _network(graph)
    graph.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="the drawing: .svg, .dot (Graphviz) or .mmd (Mermaid)"
    )

    shader = add(
        "import",
        "importing",
        "turn a Shadertoy, an ISF or a glslViewer fragment into a network file",
        "A Shadertoy is a file with mainImage(), a folder with its passes (common.glsl, bufferA.glsl, image.glsl), or",
        "the site's JSON. What cannot be carried over is said here and in the file.",
    )
    shader.add_argument("shader", metavar="SHADER", help="the file or folder")
    shader.add_argument("-o", "--output", required=True, metavar="NET.py", help="the network file; - prints it")
    shader.add_argument("--overwrite", action="store_true", help="replace a file that exists")

    doctor = add("doctor", "doctor", "tell what this machine can do: GL, CUDA, NVENC, codecs, image formats")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    return top


def _network(command: argparse.ArgumentParser) -> None:
    command.add_argument("network", metavar="NET.py", help="the network file: a Python module with build(root)")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="/PATH.PAR=VALUE",
        help="set a parameter once the network is built; may be given several times",
    )
    command.add_argument(
        "--fps",
        type=_above(float, 0),
        metavar="R",
        help="frames per second of the project; else cookRate in NET.py, else 60",
    )
    command.add_argument(
        "--device",
        type=_device,
        metavar="N",
        help="the GPU: its CUDA number, without CUDA its EGL number; or cuda:N, egl:N, software (see tdlite doctor)",
    )
    command.add_argument(
        "--pathmode",
        choices=("auto", "compute", "raster"),
        default="auto",
        help="run shaders as compute or by raster wherever they can; auto: as the device does it best",
    )
    command.add_argument("--checked", action="store_true", help="cook everything twice and compare")


def _running(command: argparse.ArgumentParser) -> None:
    command.add_argument("--strict", action="store_true", help="stop after the first frame with an error")
    command.add_argument(
        "--progress",
        choices=("auto", "json", "none"),
        default="auto",
        help="auto: a bar on a terminal; json: one JSON line a frame and a problem on standard output",
    )


def _above(kind: type[int] | type[float], least: float) -> Callable[[str], float]:
    """A number of at least ``least``; a float must be above it."""
    wanted = f"a whole number of at least {least}" if kind is int else f"a number above {least}"

    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = least - 1
        if not (value >= least if kind is int else least < value < float("inf")):
            raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
        return value

    return number


def _device(text: str) -> int | str:
    if text.isdecimal():
        return int(text)
    kind, colon, number = text.partition(":")
    if text != "software" and not (kind in ("cuda", "egl") and colon and number.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a device: a number, cuda:N, egl:N or software")
    return text


def _frames(text: str) -> tuple[int, int | None]:
    first, colon, last = text.partition(":")
    try:
        start = int(first or 1)
        end = int(last) if last else (None if colon else start)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a range of frames such as 1:120") from None
    if start < 1 or (end is not None and end < start):
        raise argparse.ArgumentTypeError(f"{text!r} is not a range of frames: they count up from 1")
    return start, end


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(side) for side in text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1920x1080") from None
    if min(width, height) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: both sides are at least 1")
    return width, height


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        quality = -1.0
    if not 0 <= quality <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a quality: it runs from 0 (small) to 1 (best)")
    return quality


def _setting(text: str) -> tuple[str, str, str]:
    target, equals, value = text.partition("=")
    path, dot, name = target.strip().rpartition(".")
    if not (equals and dot and path and name):
        raise argparse.ArgumentTypeError(f"{text!r} is not /path.par=value")
    return path, name, value
