"""The complete shader of a GLSL TOP: its author's texts, after as much of the interface as they use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from tdlite.gpu.errors import ShaderError
from tdlite.gpu.formats import PixelFormat
from tdlite.gpu.source import Line, Source, expanded, load, uncommented
from tdlite.graph.finding import near

from .dat import DAT

_WORD = re.compile(r"\b[A-Za-z_]\w*")
_INCLUDE = re.compile(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")\s*$')
_VERSION = re.compile(r"\s*#\s*version\s+(\d+)\s*(\w*)\s*$")
_EXTENSION = re.compile(r"\s*#\s*extension\b")
_OWN_UV = re.compile(r"\bin\s+vec\d\s+vUV\b")
_UNIFORM = re.compile(r"\buniform\s+(?:(?:highp|mediump|lowp)\s+)?\w+\s+([^;{]+);")
_INNERMOST = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_STARTS = re.compile(r"(?:#define|const \w+) (\w+)|\w+ (\w+)\(")
_OLDEST = 330
_MODERN = {
    "gl_FragColor": "there is no gl_FragColor; declare layout(location = 0) out vec4 fragColor; and write that",
    "varying": "there are no varyings; the pixel's coordinate arrives in vUV",
    "texture2D": "texture2D() is texture() now",
    "mainImage": "a shader needs void main(); mainImage() is not called by anybody",
}


class Assembly(NamedTuple):
    """A complete shader's lines, and which uniforms its author declares: name → whether with a value."""

    lines: list[Line]
    uniforms: dict[str, bool]
    words: frozenset[str]
    """All names in the author's texts."""


def assembled(main: DAT, before: DAT | None, version: str, inputs: int, slots: int, format: PixelFormat) -> Assembly:
    """Put together the text of ``main`` with what it includes, and the text of ``before`` at the very front.

    ``version`` is that of the text without a ``#version`` of its own; ``inputs`` of the ``slots`` samplers are
    connected; ``format`` decides what TDOutputSwizzle does. Reads the DATs. Raises ShaderError.
    """
    seen: set[str] = set()
    first = _author(before, seen) if before is not None else []
    body = _author(main, seen)
    author = [*first, *body]
    text = "\n".join(line.text for line in author)
    words = frozenset(_WORD.findall(text))
    head = Line(f"#version {version} core")
    extensions = []
    for lines in (first, body):
        for index, line in enumerate(lines):
            found = _VERSION.match(line.text)
            if found:
                head = line
                if int(found[1]) < _OLDEST or found[2] == "es":
                    raise _error(line, f"{line.text.strip()} is not possible; it takes {_OLDEST} or later, not es")
            elif _EXTENSION.match(line.text):  # must come before everything that is declared
                extensions.append(line)
            else:
                continue
            lines[index] = line._replace(text="")
    interface = _interface(words, inputs, slots, format)
    if _OWN_UV.search(text):
        del interface["vUV"]
    declared = [Line(line) for line in interface.values()]
    return Assembly([head, *extensions, *first, *declared, *_functions(words), *body], _uniforms(text), words)


def advice(words: Iterable[str]) -> str:
    """What a shader that did not compile should use instead of names from other times and places."""
    return "; ".join(text for word, text in _MODERN.items() if word in words)


def _author(dat: DAT, seen: set[str], stack: tuple[str, ...] = ()) -> list[Line]:
    """The lines of a DAT, comments blanked, each DAT that it includes put in once, where it is first included."""
    path = dat.path
    seen.add(path)
    lines: list[Line] = []
    for number, text in enumerate(uncommented(dat.text).splitlines(), 1):
        line = Line(text, path, number)
        match = _INCLUDE.match(text)
        if match is None:
            lines.append(line)
            continue
        wanted = match[1] or match[2]
        found = dat.op(wanted)
        if not isinstance(found, DAT):
            what = "there is no DAT" if found is None else f"{found.path} is a {found.opType}, not a DAT;"
            raise _error(line, f"#include: {what} {wanted!r}{near(dat, (wanted,)) if found is None else ''}")
        if found.path in (*stack, path):
            cycle = " → ".join((*stack, path, found.path))
            raise _error(line, f"#include: {cycle}: a text cannot include itself")
        if found.path not in seen:
            lines.extend(_author(found, seen, (*stack, path)))
    return lines


def _error(line: Line, message: str) -> ShaderError:
    return ShaderError(f"{line.name}:{line.number}: {message}", ((line.name, line.number, message),))


def _uniforms(text: str) -> dict[str, bool]:
    """The names that a text declares as uniforms, and whether with a value."""
    found: dict[str, bool] = {}
    for match in _UNIFORM.finditer(text):
        names = match[1]
        while _INNERMOST.search(names):
            names = _INNERMOST.sub("", names)
        for name in names.split(","):
            found[name.partition("=")[0].strip()] = "=" in name
    return found


def _interface(words: frozenset[str], inputs: int, slots: int, format: PixelFormat) -> dict[str, str]:
    """The declarations, one line each, of the names of the interface that are in ``words``.

    All slots are declared, connected or not: GLSL has no empty arrays, and an open input reads as 0.
    """
    packed = format.packed("c")
    declarations = {
        "TD_NUM_2D_INPUTS": f"#define TD_NUM_2D_INPUTS {inputs}",
        "TD_NUM_3D_INPUTS": "#define TD_NUM_3D_INPUTS 0",
        "TD_NUM_2D_ARRAY_INPUTS": "#define TD_NUM_2D_ARRAY_INPUTS 0",
        "TD_NUM_CUBE_INPUTS": "#define TD_NUM_CUBE_INPUTS 0",
        "TD_NUM_COLOR_BUFFERS": "#define TD_NUM_COLOR_BUFFERS 1",
        "nonuniformEXT": "#define nonuniformEXT(index) (index)",
        "vUV": "in vec3 vUV;",
        "TDTexInfo": "struct TDTexInfo { vec4 res; vec4 depth; };",
        "sTD2DInputs": f"uniform sampler2D sTD2DInputs[{slots}];",
        "uTD2DInfos": f"uniform TDTexInfo uTD2DInfos[{slots}];",
        "uTDOutputInfo": "uniform TDTexInfo uTDOutputInfo;",
        "uTDPass": "uniform int uTDPass;",
        "uTDCurrentDepth": "const int uTDCurrentDepth = 0;",
        "sTDNoiseMap": "uniform sampler2D sTDNoiseMap;",
        "TDOutputSwizzle": f"vec4 TDOutputSwizzle(vec4 c) {{ return {packed}; }} "
        f"uvec4 TDOutputSwizzle(uvec4 c) {{ return uvec4({packed}); }}",
    }
    wanted = words | {"TDTexInfo"} if words & {"uTD2DInfos", "uTDOutputInfo"} else words
    return {name: line for name, line in declarations.items() if name in wanted}


class _Definition(NamedTuple):
    """A function or macro of the library; overloads have a definition each."""

    name: str
    lines: list[Line]
    words: set[str]


@cache
def _library() -> list[_Definition]:
    """The functions of functions.glsl and of what it includes, in order; all but the TD ones prefixed."""
    made: list[_Definition] = []
    for line in expanded(Source("glsl/functions.glsl", load("glsl/functions.glsl"))):
        starts = _STARTS.match(line.text)
        if starts:
            made.append(_Definition(starts[1] or starts[2], [], set()))
        if line.text.strip():
            made[-1].lines.append(line)
    inner = "|".join({definition.name for definition in made if not definition.name.startswith("TD")})
    prefixed = re.compile(rf"\b(?:{inner})\b")
    return [
        _Definition(
            prefixed.sub("td_\\g<0>", name),
            kept := [line._replace(text=prefixed.sub("td_\\g<0>", line.text)) for line in lines],
            {word for line in kept for word in _WORD.findall(line.text)},
        )
        for name, lines, _ in made
    ]


def _functions(words: frozenset[str]) -> list[Line]:
    """The library's definitions that a text with these words needs, in their order."""
    library = _library()
    wanted = {word for word in words if word.startswith("TD")}
    more = wanted
    while more:
        more = {word for made in library if made.name in more for word in made.words} - wanted
        wanted |= more
    return [line for made in library if made.name in wanted for line in made.lines]
