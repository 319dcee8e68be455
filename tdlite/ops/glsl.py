"""The complete shader of a GLSL TOP: its author's texts, after as much of the interface as they use."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from tdlite.gpu.source import Line, Source, expanded, load

from . import glslpath
from .dat import DAT
from .glslbegin import begun
from .glslinterface import DEEP_UV, Target, interface
from .glslold import OLDEST, borrowed, modernised, needs, once, unfrozen
from .glslpath import RasterOnly
from .glslpowers import whole_powers
from .glsltext import Reader, substituted

_WORD = re.compile(r"\b[A-Za-z_]\w*")
_VERSION = re.compile(r"\s*#\s*version\s+(\d+)\s*(\w*)\s*$")
_EXTENSION = re.compile(r"\s*#\s*extension\b")
_RENUMBERS = re.compile(r"\s*#\s*line\b")
_OWN_UV = re.compile(r"\bin\s+(?:(?:highp|mediump|lowp)\s+)?vec\d\s+vUV\b")
_UV = re.compile(r"\bvUV\b")
_DEEPENED = f"vec3 {DEEP_UV} = vec3(vUV.st, (float(uTDCurrentDepth) + 0.5) * uTDOutputInfo.depth.x);"
_UNIFORM = re.compile(
    r"\buniform\s+(?:(?:highp|mediump|lowp)\s+)?\w+(?:(?:\s*\[[^\]]*\])+\s*|\s+)([^;{\s][^;{]{0,4000});"
)
_COUNTER = re.compile(r"(?:\blayout\s*\(([^)]*)\)\s*)?\buniform\s+atomic_uint\s+([^;]+);")
_CONSTANT = re.compile(r"\blayout\s*\(\s*constant_id\s*=\s*\d+\s*\)\s*const\s+(\w+)\s+(\w+)\s*=\s*([^;]+);")
_INNERMOST = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_STARTS = re.compile(r"(?:#define|const \w+) (\w+)|\w+ (\w+)\(")
_PIXEL = re.compile(r"\bgl_FragCoord\b")
_OLDEST_COMPUTE = 430
_PLACES = {"compute": "gl_GlobalInvocationID", "vertex": "gl_VertexID"}
"""What tells one thread from another."""


class Assembly(NamedTuple):
    """A complete shader's lines, and what its author declares."""

    lines: list[Line]
    uniforms: dict[str, bool]
    """Name → whether with a value."""
    words: frozenset[str]
    """All names in the author's texts."""
    counters: tuple[str, ...]
    constants: tuple[str, ...]
    version: int
    begun: list[Line]
    """The lines with values for what GLSL leaves undefined; not every text bears that."""
    kernel: list[Line] | None = None
    """A pixel shader's lines for compute, if that is where it should run and can."""
    raster: str = ""
    """What it uses that compute does not have."""

    def at(self, version: int) -> list[Line]:
        """The lines in another version of the language."""
        return [_head(version), *self.lines[1:]]


def assembled(reader: Reader, main: DAT, before: DAT | None, target: Target) -> Assembly:
    """Put together the text of ``main`` with what it includes, and the text of ``before`` at the very front.

    Reads the DATs and files. Raises ShaderError.
    """
    first = reader.lines(before) if before is not None else []
    body = reader.lines(main)
    words = frozenset(_WORD.findall("\n".join(line.text for line in (*first, *body))))
    first, _ = modernised(first, words, target.stage)
    first, body = once(first), once(body)
    body, old = modernised(body, words, target.stage)
    version = target.version
    extensions = []
    for lines in (first, body):
        for index, line in enumerate(lines):
            found = _VERSION.match(line.text)
            if found:
                version = _modern_version(int(found[1]), found[2])
            elif _EXTENSION.match(line.text):  # must come before everything that is declared
                extensions.append(line)
            elif not _RENUMBERS.match(line.text):  # messages would speak of other lines than we know
                continue
            lines[index] = line._replace(text="")
    version = min(max(version, _OLDEST_COMPUTE if target.compute else OLDEST), target.newest)
    body, constants = _specialised(body, dict(target.constants))
    body, counters = _counted(body) if "atomic_uint" in words else (body, ())
    text = "\n".join(line.text for line in (*first, *body))
    uniforms = _uniforms(text)
    if "const" in words:
        body = unfrozen(body, uniforms, version)
    old += borrowed(text, words)
    if target.compute and words.isdisjoint({"local_size_x", "local_size_y", "local_size_z"}):
        old.append("layout(local_size_x = 1) in;")  # as Vulkan has it
    wanted = needs(words)
    own = bool(_OWN_UV.search(text))
    deep = target.kind == "texture3d" and target.stage == "pixel" and not target.vertex
    if deep and not own and "vUV" in wanted:
        first, body = (substituted(lines, _UV, DEEP_UV) for lines in (first, body))
        wanted |= {"uTDCurrentDepth", "uTDOutputInfo"}
        old.append(_DEEPENED)
    outputs = [*map(Line, old)]
    functions = _functions(words)
    if target.stage != "pixel":
        functions = substituted(functions, _PIXEL, _PLACES[target.stage])
    opening = [_head(version), *extensions, *first, *interface(wanted - {"vUV"} if own else wanted, target), *functions]
    lines = [*opening, *outputs, *body]
    body = begun(body)
    if "pow" in words:
        body, powers = whole_powers(body)
        outputs += map(Line, powers)
    uniforms = {name: valued for name, valued in uniforms.items() if name not in counters}
    drawn = glslpath.raster([*outputs, *body], target.buffers) if target.stage == "pixel" else [*outputs, *body]
    made = Assembly(lines, uniforms, words, counters, constants, version, [*opening, *drawn])
    if target.stage != "pixel" or target.path == "raster":
        return made
    try:
        image = target.format.image
        if target.vertex:
            raise RasterOnly("a vertex shader")
        if image is None:
            raise RasterOnly(f"the pixel format {target.format.token}")
        glslpath.check(text, words, target.mipmapped)
        head, body, tail = glslpath.kernel([*outputs, *body], version, image, target.buffers)
    except RasterOnly as reason:
        return made._replace(raster=str(reason))
    variables = [Line(line) for name, line in glslpath.VARIABLES.items() if name in wanted or name == "gl_FragCoord"]
    declared = [*interface((wanted | glslpath.NEEDED) - glslpath.VARIABLES.keys(), target), *variables]
    version = min(max(version, _OLDEST_COMPUTE), target.newest)
    functions = glslpath.renamed(functions)
    return made._replace(kernel=[_head(version), *extensions, *first, *head, *declared, *functions, *body, *tail])


def _head(version: int) -> Line:
    return Line(f"#version {version} core")


def _modern_version(number: int, profile: str) -> int:
    """The version that stands for one of another kind of GL, or for one that is too old."""
    if profile == "es":
        return OLDEST if number < 310 else _OLDEST_COMPUTE
    return number


def _specialised(lines: list[Line], values: dict[str, float]) -> tuple[list[Line], tuple[str, ...]]:
    """Specialisation constants, which GL does not have, as plain ones of these values; and their names."""
    names: list[str] = []

    def plain(match: re.Match[str]) -> str:
        kind, name, value = match.groups()
        names.append(name)
        if name in values:
            number = values[name]
            match kind:
                case "bool":
                    value = "true" if number else "false"
                case "int" | "uint":
                    value = f"{kind}({int(number)})"
                case _:
                    value = f"{kind}({number!r})"
        return f"const {kind} {name} = {value};"

    return substituted(lines, _CONSTANT, plain), tuple(names)


def _counted(lines: list[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """Atomic counters with the binding point that GL wants to be told, and their names."""
    names: list[str] = []

    def bound(match: re.Match[str]) -> str:
        layout, declared = match[1] or "", match[2]
        names.extend(_names(declared))
        if "binding" not in layout:
            layout = f"binding = 0, {layout}".rstrip(", ")
        return f"layout({layout}) uniform atomic_uint {declared};"

    return substituted(lines, _COUNTER, bound), tuple(names)


def _names(declared: str) -> dict[str, bool]:
    """The names in ``a, b[3], c = 1.0``, and whether with a value."""
    while _INNERMOST.search(declared):
        declared = _INNERMOST.sub("", declared)
    return {name.partition("=")[0].strip(): "=" in name for name in declared.split(",")}


def _uniforms(text: str) -> dict[str, bool]:
    """The names that a text declares as uniforms, and whether with a value."""
    return {name: valued for match in _UNIFORM.finditer(text) for name, valued in _names(match[1]).items()}


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
