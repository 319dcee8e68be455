"""``tdlite import``: other people's shaders as network files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tdlite.imports import ImportFault, read
from tdlite.media.files import make_folder, write_atomically

from .exits import DONE, OUTPUT, USAGE, Stop


def command(args: argparse.Namespace) -> int:
    """Write the network file of a shader, and say what is not as in the original."""
    try:
        made = read(args.shader, None if args.output == "-" else Path(args.output).parent)
    except ImportFault as error:
        raise Stop(USAGE, str(error)) from error
    except OSError as error:
        raise Stop(OUTPUT, f"cannot read {args.shader}: {error.strerror or error}") from error
    for note in made.notes:
        print(f"note: {note}", file=sys.stderr)
    if args.output == "-":
        print(made.python, end="")
        return DONE
    target = Path(args.output)
    if target.exists() and not args.overwrite:
        raise Stop(OUTPUT, f"{target} exists; name another file, or allow --overwrite")
    if target.suffix != ".py":
        raise Stop(USAGE, f"{target} is a network file, whose name ends in .py")
    make_folder(target)
    write_atomically(target, made.python.encode())
    print(f"{target}: {made.kind}; look with: tdlite check {target}", file=sys.stderr)
    return DONE
