"""The complete shader of a GLSL TOP: its author's texts, after as much of the interface as they use."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from tdlite.gpu.formats import PixelFormat
from tdlite.gpu.source import Line, Source, expanded, load

from .dat import DAT
from .glslold import OLDEST, modernised, needs
from .glsltext import Reader, substituted

_WORD = re.compile(r"\b[A-Za-z_]\w*")
_VERSION = re.compile(r"\s*#\s*version\s+(\d+)\s*(\w*)\s*$")
_EXTENSION = re.compile(r"\s*#\s*extension\b")
_RENUMBERS = re.compile(r"\s*#\s*line\b")
_OWN_UV = re.compile(r"\bin\s+vec\d\s+vUV\b")
_UNIFORM = re.compile(r"\buniform\s+(?:(?:highp|mediump|lowp)\s+)?\w+\s+([^;{]+);")
_COUNTER = re.compile(r"(?:\blayout\s*\(([^)]*)\)\s*)?\buniform\s+atomic_uint\s+([^;]+);")
_CONSTANT = re.compile(r"\blayout\s*\(\s*constant_id\s*=\s*\d+\s*\)\s*const\s+(\w+)\s+(\w+)\s*=\s*([^;]+);")
_INNERMOST = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_STARTS = re.compile(r"(?:#define|const \w+) (\w+)|\w+ (\w+)\(")
_PIXEL = re.compile(r"\bgl_FragCoord\b")
_OLDEST_COMPUTE = 430
_UNPACKED = {
    "rgba": "c", "rgb": "vec4(c.rgb, 1.0)", "mono": "vec4(c.rrr, 1.0)", "rg": "vec4(c.rg, 0.0, 1.0)",
    "a": "vec4(0.0, 0.0, 0.0, c.r)", "monoalpha": "c.rrrg",
}  # fmt: skip
"""What a shader reads from an output: the inverse of TDOutputSwizzle."""


class Target(NamedTuple):
    """What a shader is put together for."""

    version: int
    """That of a text without a ``#version`` of its own."""
    newest: int
    """The latest version that the device knows."""
    inputs: int
    slots: int
    """How many samplers there are, of which ``inputs`` are connected."""
    format: PixelFormat
    """The format that the shader writes."""
    buffers: int = 1
    compute: bool = False
    readable: bool = False
    """Whether a compute shader may read its outputs."""
    constants: tuple[tuple[str, float], ...] = ()


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
    first, _ = modernised(first, words, target.compute)
    body, old = modernised(body, words, target.compute)
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
    interface = _interface(needs(words), target)
    if _OWN_UV.search(text):
        interface.pop("vUV", None)
    declared = [Line(line) for line in (*interface.values(), *old)]
    lines = [_head(version), *extensions, *first, *declared, *_functions(words, target.compute), *body]
    uniforms = {name: valued for name, valued in _uniforms(text).items() if name not in counters}
    return Assembly(lines, uniforms, words, counters, constants, version)


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


def _interface(words: frozenset[str], target: Target) -> dict[str, str]:
    """The declarations, one line each, of the names of the interface that are in ``words``.

    All slots are declared, connected or not: GLSL has no empty arrays, and an open input reads as 0.
    """
    slots, buffers = target.slots, target.buffers
    packed = target.format.packed("c")
    declarations = {
        "TD_NUM_2D_INPUTS": f"#define TD_NUM_2D_INPUTS {target.inputs}",
        "TD_NUM_3D_INPUTS": "#define TD_NUM_3D_INPUTS 0",
        "TD_NUM_2D_ARRAY_INPUTS": "#define TD_NUM_2D_ARRAY_INPUTS 0",
        "TD_NUM_CUBE_INPUTS": "#define TD_NUM_CUBE_INPUTS 0",
        "TD_NUM_COLOR_BUFFERS": f"#define TD_NUM_COLOR_BUFFERS {buffers}",
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
    if target.compute:
        declarations |= _outputs(target, packed)
        del declarations["vUV"]
        wanted = wanted | {"sTDComputeOutputs"}
    return {name: line for name, line in declarations.items() if name in wanted}


def _outputs(target: Target, packed: str) -> dict[str, str]:
    """How a compute shader writes, by the functions of today and by the images of before, and reads.

    An array of images takes only constant indices everywhere, so the functions choose. Coordinates outside need no
    test: GL drops what is stored there, and loads 0.
    """
    image = target.format.image or ""
    access = "" if target.readable else "writeonly "
    chosen = range(target.buffers)
    stores = " ".join(f"if (index == {n}u) imageStore(sTDComputeOutputs[{n}], ivec2(p.xy), c);" for n in chosen)
    loads = " ".join(f"if (index == {n}u) c = imageLoad(sTDComputeOutputs[{n}], ivec2(p.xy));" for n in chosen)
    store = "void TDImageStoreOutput(uint index, {kind} p, vec4 c) {{ c = {packed}; {stores} }}"
    load = "vec4 TDImageLoadOutput(uint index, {kind} p) {{ vec4 c = vec4(0.0); {loads} return {unpacked}; }}"
    unpacked = _UNPACKED[target.format.channels]
    made = {
        "sTDComputeOutputs": f"layout({image}, binding = 0) {access}uniform image2D "
        f"sTDComputeOutputs[{target.buffers}];",
        "mTDComputeOutputs": "#define mTDComputeOutputs sTDComputeOutputs",
        "TDImageStoreOutput": " ".join(
            store.format(kind=kind, packed=packed, stores=stores) for kind in ("ivec3", "uvec3")
        ),
    }
    if target.readable:
        made["TDImageLoadOutput"] = " ".join(
            load.format(kind=kind, loads=loads, unpacked=unpacked) for kind in ("ivec3", "uvec3")
        )
    return made


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


def _functions(words: frozenset[str], compute: bool) -> list[Line]:
    """The library's definitions that a text with these words needs, in their order."""
    library = _library()
    wanted = {word for word in words if word.startswith("TD")}
    more = wanted
    while more:
        more = {word for made in library if made.name in more for word in made.words} - wanted
        wanted |= more
    lines = [line for made in library if made.name in wanted for line in made.lines]
    return substituted(lines, _PIXEL, "gl_GlobalInvocationID") if compute else lines
