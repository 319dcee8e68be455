"""The complete shader of a GLSL TOP: its author's texts, after as much of the interface as they use."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from tdlite.glsl.text import PRECISION
from tdlite.glsl.zeros import initialised
from tdlite.gpu.source import Line, Source, expanded, load

from . import glslpath
from .glslinterface import DEEP_UV, Target, interface
from .glslold import OLDEST, borrowed, modernised, needs, once, unfrozen
from .glslpath import RasterOnly
from .glslpowers import whole_powers
from .glsltext import Conditions, retold, substituted

_WORD = re.compile(r"\b[A-Za-z_]\w*")
_VERSION = re.compile(r"\s*#\s*version\s+(\d+)\s*(\w*)\s*$")
_EXTENSION = re.compile(r"\s*#\s*extension\b")
_REQUIRED = re.compile(r"\brequire\b")
_LINE = re.compile(r"\b__LINE__\b")
_RENUMBERS = re.compile(r"\s*#\s*line\b")
_OWN_UV = re.compile(
    r"(?:\blayout\s*\([^()]{0,200}\)\s*)?(?:\b(?:smooth|flat|noperspective|centroid|sample)\s+)*"
    rf"\bin\s+{PRECISION}vec[234]\s+vUV\s*;"
)
_UV = re.compile(r"\bvUV\b")
_DEEPENED = f"vec3 {DEEP_UV} = vec3(vUV.st, (float(uTDCurrentDepth) + 0.5) * uTDOutputInfo.depth.x);"
_UNIFORM = re.compile(rf"\buniform\s+{PRECISION}\w+(?:(?:\s*\[[^\]]*\])+\s*|\s+)([^;{{\s][^;{{]{{0,4000}});")
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


def assembled(first: list[Line], body: list[Line], target: Target) -> Assembly:
    """Put together the author's text ``body`` and the text ``first``, which comes at the very front."""
    words = frozenset(_WORD.findall("\n".join(line.text for line in (*first, *body))))
    first, _ = modernised(first, words, target.stage)
    body, old = modernised(body, words, target.stage)
    first, body = once(first), once(body)
    if "__LINE__" in words:
        first, body = _numbered(first), _numbered(body)
    own_uv = target.vertex and _OWN_UV.search("\n".join(line.text for line in body))
    if target.stage == "pixel" and not target.vertex:
        first, body = (substituted(lines, _OWN_UV, "") for lines in (first, body))
    first, body, extensions, version = _settled(first, body, target)
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
    if target.kind == "texture3d" and target.stage == "pixel" and not target.vertex and "vUV" in wanted:
        first, body = (substituted(lines, _UV, DEEP_UV) for lines in (first, body))
        wanted |= {"uTDCurrentDepth", "uTDOutputInfo"}
        old.append(_DEEPENED)
    declared = [*map(Line, old)]
    functions = _functions(words)
    if target.stage != "pixel":
        functions = substituted(functions, _PIXEL, _PLACES[target.stage])
    given = interface(wanted - {"vUV"} if own_uv else wanted, target)
    opening = [_head(version), *extensions, *first, *given, *functions]
    plain = [*opening, *declared, *body]
    body = begun(body)
    if "pow" in words:
        body, powers = whole_powers(body)
        declared += map(Line, powers)
    body = [*declared, *body]
    uniforms = {name: valued for name, valued in uniforms.items() if name not in counters}
    drawn = glslpath.raster(body, target.buffers) if target.stage == "pixel" else body
    made = Assembly(plain, uniforms, words, counters, constants, version, [*opening, *drawn])
    if target.stage != "pixel" or target.path == "raster":
        return made
    try:
        if target.vertex:
            raise RasterOnly("a vertex shader")
        glslpath.check(text, words, target.mipmapped)
        return made._replace(kernel=_kernel([*extensions, *first], body, functions, version, wanted, target))
    except RasterOnly as reason:
        return made._replace(raster=str(reason))


def begun(lines: list[Line]) -> list[Line]:
    """Lines in which variables that may be read before they are written begin at 0; each keeps its number."""
    return retold(lines, initialised("\n".join(line.text for line in lines)))


def _kernel(
    first: list[Line], body: list[Line], functions: list[Line], version: int, wanted: frozenset[str], target: Target
) -> list[Line]:
    """A pixel shader's lines for compute. Raises RasterOnly."""
    image = target.format.image
    if image is None:
        raise RasterOnly(f"the pixel format {target.format.token}")
    head, body, tail = glslpath.kernel(body, version, image, target.buffers)
    variables = [Line(line) for name, line in glslpath.VARIABLES.items() if name in wanted or name == "gl_FragCoord"]
    given = [*interface((wanted | glslpath.NEEDED) - glslpath.VARIABLES.keys(), target), *variables]
    version = min(max(version, _OLDEST_COMPUTE), target.newest)
    return [_head(version), *first, *head, *given, *glslpath.renamed(functions), *body, *tail]


def _numbered(lines: list[Line]) -> list[Line]:
    """Lines with their author's numbers for ``__LINE__``: a driver would count ours, too."""
    return [line._replace(text=_LINE.sub(str(line.number), line.text)) for line in lines]


def _settled(first: list[Line], body: list[Line], target: Target) -> tuple[list[Line], list[Line], list[Line], int]:
    """Both texts without the lines that count for the whole shader; these extensions, and the version to use."""
    version = target.version
    extensions: list[Line] = []
    made: list[list[Line]] = []
    for lines in (first, body):
        conditions = Conditions([line.text for line in lines])
        kept = []
        for line in lines:
            conditions.pass_(line.text)
            found = _VERSION.match(line.text)
            if found:
                version = _modern_version(int(found[1]), found[2])
            elif _EXTENSION.match(line.text):  # must come before everything that is declared
                # Its condition is lost there, and then it must not be an error to lack it.
                named = line.text if conditions.certain else _REQUIRED.sub("enable", line.text)
                extensions.append(line._replace(text=named))
            elif not _RENUMBERS.match(line.text):  # messages would speak of other lines than we know
                kept.append(line)
                continue
            kept.append(line._replace(text=""))
        made.append(kept)
    oldest = _OLDEST_COMPUTE if target.compute else OLDEST
    return made[0], made[1], extensions, min(max(version, oldest), target.newest)


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
