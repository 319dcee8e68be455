"""Shader sources: loading, includes, and the way back from a driver's message to the author's line."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, TypeVar

from tdlite.glsl.text import arguments, bare

from .errors import GpuError, ShaderError

_Made = TypeVar("_Made")

_INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"\s*$')
_STRAY_INCLUDE = re.compile(r"#\s*include\b")
_CALL = re.compile(r"\b(inputs|(?:input|gather)\d+)\s*\(")
# How drivers write a position: Mesa "0:12(5): error", NVIDIA "0(12) : error", others "ERROR: 0:12: ".
_POSITION = re.compile(r"\b\d+(?::(\d+)(?:\(\d+\))?|\((\d+)\)) ?:\s*")


class Source(NamedTuple):
    """A shader's text with the name that messages show, and the folder that its includes are looked for in.

    The package's own ``lib/`` is found from everywhere; ``folder`` is for operators that live elsewhere.
    """

    name: str
    text: str
    folder: Path | None = None


class Line(NamedTuple):
    """One line of a complete program and where it is from; ``name`` is empty for the engine's own lines."""

    text: str
    name: str = ""
    number: int = 0


@cache
def load(name: str) -> str:
    """The text of a shader of the package by its path in ``shaders/``; raises GpuError if there is none."""
    try:
        return files("tdlite.shaders").joinpath(name).read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise GpuError(f"there is no shader {name!r} in tdlite.shaders") from None


def expanded(source: Source) -> list[Line]:
    """The source's lines, comments blanked, each file it includes put in once, where it is first included.

    Raises ShaderError for a file that is not found or that includes itself, with the line of the include.
    """
    lines: list[Line] = []
    seen: set[str] = set()

    def add(source: Source, stack: tuple[str, ...]) -> None:
        for number, text in enumerate(bare(source.text).splitlines(), 1):
            match = _INCLUDE.match(text)
            if not match:
                lines.append(Line(text, source.name, number))
            elif match[1] in stack:
                cycle = " → ".join((*stack, match[1]))
                raise _at(source.name, number, f"{cycle}: a file cannot include itself")
            elif match[1] not in seen:
                seen.add(match[1])
                add(_included(source, match[1], number), (*stack, match[1]))

    add(source, (source.name,))
    return lines


def _included(source: Source, name: str, number: int) -> Source:
    if source.folder is not None and (path := source.folder / name).is_file():
        return Source(name, path.read_text("utf-8"), source.folder)
    try:
        return Source(name, load(name), source.folder)
    except GpuError:
        beside = f" in {source.folder} or" if source.folder is not None else ""
        raise _at(source.name, number, f'cannot find "{name}"{beside} among the shaders of tdlite') from None


def _at(name: str, number: int, message: str) -> ShaderError:
    return ShaderError(f"{name}:{number}: {message}", ((name, number, message),))


def reads_elsewhere(text: str) -> bool:
    """Whether the uncommented pixel function samples an input at a position other than its own pixel."""
    return any(
        len(arguments(text, call.end() - 1)) > (1 if call[1] == "inputs" else 0) for call in _CALL.finditer(text)
    )


def compile_error(log: str, lines: list[Line], vertex: Sequence[Line] = ()) -> ShaderError:
    """A driver's log as a ShaderError in terms of the author's files and lines."""
    found: list[tuple[str, int, str]] = []
    mapped = []
    for message in log.splitlines():
        if set(message) <= {"="}:  # moderngl underlines the stage's name
            continue
        if message == "vertex_shader" and vertex:
            lines = [*vertex]
        match = _POSITION.search(message)
        number = int(match[1] or match[2]) if match else 0
        if match and 0 < number <= len(lines):
            line = lines[number - 1]
            said = message[match.end() :]
            mapped.append(f"{line.name or 'tdlite'}:{line.number or number}: {said}")
            found.append((line.name or "tdlite", line.number or number, said))
        else:
            mapped.append(message)
    return ShaderError("\n".join(mapped).strip(), tuple(found))


def guarded(lines: list[Line], make: Callable[..., _Made], vertex: Sequence[Line] = ()) -> _Made:
    """``make(text)`` of the joined lines, ``make(text, vertex text)`` with ``vertex`` lines.

    What the driver says against it is raised as ShaderError.
    """
    import moderngl

    for line in (*lines, *vertex):
        if _STRAY_INCLUDE.search(line.text):  # moderngl would look for it among files that it has been told of
            raise _at(line.name, line.number, "#include has to stand alone on its line")
        if "\0" in line.text:
            raise _at(line.name, line.number, "there is a NUL character in the text")
    try:
        return make(*("\n".join(line.text for line in stage) + "\n" for stage in (lines, vertex) if stage))
    except moderngl.Error as error:
        raise compile_error(str(error), lines, vertex) from None
