"""What TouchDesigner declares for a shader before its text: inputs, sizes, outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tdlite.gpu.formats import PixelFormat
from tdlite.gpu.source import Line

_INPUTS = {"texture2d": "2D", "texture3d": "3D", "texture2darray": "2DArray", "cube": "Cube"}
"""Kinds of inputs, and what the interface calls them. Nothing makes cubes yet: there are none to count."""
_IMAGES = {"texture2d": "image2D", "texture3d": "image3D", "texture2darray": "image2DArray"}
_UNPACKED = {
    "rgba": "c", "rgb": "vec4(c.rgb, 1.0)", "mono": "vec4(c.rrr, 1.0)", "rg": "vec4(c.rg, 0.0, 1.0)",
    "a": "vec4(0.0, 0.0, 0.0, c.r)", "monoalpha": "c.rrrg",
}  # fmt: skip
"""What a shader reads from an output: the inverse of TDOutputSwizzle."""


DEEP_UV = "td_UV"
"""What stands for vUV in the slices of a 3D texture."""
_PLACE = re.compile(r"\b(?:sTD(2D|3D|2DArray|Cube)Inputs|uTD(2D|3D|2DArray|Cube)Infos)\s*\[\s*(\d{1,9})[uU]?\s*\]")


def named_inputs(lines: Iterable[Line]) -> dict[str, int]:
    """By kind, as the interface calls it, how many inputs there must be for those that a text calls by number."""
    counts: dict[str, int] = {}
    for array, infos, number in _PLACE.findall("\n".join(line.text for line in lines)):
        counts[array or infos] = max(counts.get(array or infos, 0), int(number) + 1)
    return counts


class Target(NamedTuple):
    """What a shader is put together for."""

    version: int
    """That of a text without a ``#version`` of its own."""
    newest: int
    """The latest version that the device knows."""
    inputs: tuple[str, ...]
    """The kind of each input that the shader sees, texture2d for a gap."""
    open: int
    """How many of them, the last ones, are places without a wire."""
    format: PixelFormat
    """The format that the shader writes."""
    named: tuple[tuple[str, int], ...] = ()
    """By kind how many inputs the texts call by number, be they there or not."""
    buffers: int = 1
    stage: str = "pixel"
    """pixel, compute or vertex."""
    vertex: bool = False
    """Whether a pixel shader follows upon a vertex shader."""
    readable: bool = False
    """Whether a compute shader may read its outputs."""
    constants: tuple[tuple[str, float], ...] = ()
    kind: str = "texture2d"
    """What the shader writes."""
    path: str = "raster"
    """How a pixel shader should run: by compute if that is possible, or by raster."""
    forced: bool = False
    """Whether that is the user's wish."""
    mipmapped: bool = False

    @property
    def compute(self) -> bool:
        """Whether this is a compute shader."""
        return self.stage == "compute"


def samplers(target: Target) -> dict[str, list[int | None]]:
    """By sampler array the numbers of its inputs; None where an array is there for nobody."""
    made: dict[str, list[int | None]] = {"sTD2DInputs": []}
    for number, kind in enumerate(target.inputs):
        made.setdefault(_array(_INPUTS[kind]), []).append(number)
    for name, count in target.named:
        array = made.setdefault(_array(name), [])
        array += [None] * (count - len(array))
    made["sTD2DInputs"] = made["sTD2DInputs"] or [None]
    return made


def missing(target: Target, reads: Mapping[str, int], words: frozenset[str]) -> list[str]:
    """What a shader reads and calls by number that is not there, nor a place for it, of each kind the last.

    ``reads`` is how long its arrays are. A text that asks how many inputs there are, as its ``words`` tell, looks
    after itself.
    """
    made = []
    for kind, name in _INPUTS.items():
        there = target.inputs.count(kind) + (target.open if name != "2D" else 0)
        count = min(reads.get(_array(name), 0), dict(target.named).get(name, 0))
        if count > there and _number(name) not in words:
            made.append(f"{_array(name)}[{count - 1}]")
    return made


def _array(name: str) -> str:
    """The samplers of a kind of inputs."""
    return f"sTD{name}Inputs"


def _number(name: str) -> str:
    """The macro that says how many inputs of a kind there are."""
    return f"TD_NUM_{'2D_ARRAY' if name == '2DArray' else name.upper()}_INPUTS"


VERTEX = {
    "td_corner": "vec2 td_corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);",
    "P": "vec3 P = vec3(td_corner * 2.0 - 1.0, 0.0);",
    "N": "const vec3 N = vec3(0.0, 0.0, 1.0);",
    "Cd": "const vec4 Cd = vec4(1.0);",
    "uv": "vec3 uv[1] = vec3[1](vec3(td_corner, 0.0));",
    "TDSOPToProj": "vec4 TDSOPToProj(vec4 p) { return p; } vec4 TDSOPToProj(vec3 p) { return vec4(p, 1.0); }",
}
"""What a vertex shader knows of the corners of the rectangle that it moves: a place from -1 to 1, a coordinate."""


def interface(words: frozenset[str], target: Target) -> list[Line]:
    """The declarations, one line each, of the names of the interface that are in ``words``.

    All places for inputs are declared, connected or not: GLSL has no empty arrays, and an open input reads as 0.
    """
    buffers = target.buffers
    packed = target.format.packed("c")
    infos = {f"uTD{name}Infos" for name in _INPUTS.values()} | {"uTDOutputInfo"}
    declarations = {
        "TD_NUM_COLOR_BUFFERS": f"#define TD_NUM_COLOR_BUFFERS {buffers}",
        "nonuniformEXT": "#define nonuniformEXT(index) (index)",
        "vUV": "in vec3 vUV;",
        "TDTexInfo": "struct TDTexInfo { vec4 res; vec4 depth; };",
        **_inputs(target),
        "uTDOutputInfo": "uniform TDTexInfo uTDOutputInfo;",
        "uTDPass": "uniform int uTDPass;",
        "uTDCurrentDepth": "uniform int uTDCurrentDepth;",
        "sTDNoiseMap": "uniform sampler2D sTDNoiseMap;",
        "sTDSineLookup": "uniform sampler1D sTDSineLookup;",
        "TDOutputSwizzle": f"vec4 TDOutputSwizzle(vec4 c) {{ return {packed}; }} "
        f"uvec4 TDOutputSwizzle(uvec4 c) {{ return uvec4({packed}); }}",
    }
    wanted = words | {"TDTexInfo"} if words & infos else words
    if target.stage == "vertex":
        del declarations["vUV"]
        declarations |= VERTEX
        wanted = wanted | {"td_corner"}
    if target.compute:
        declarations |= _outputs(target, packed)
        del declarations["vUV"]
        wanted = wanted | {"sTDComputeOutputs"}
    return [Line(line) for name, line in declarations.items() if name in wanted]


def _inputs(target: Target) -> dict[str, str]:
    arrays = samplers(target)
    wired = target.inputs[: len(target.inputs) - target.open]
    made = {}
    for kind, name in _INPUTS.items():
        places = len(arrays.get(_array(name), (None,)))
        made[_number(name)] = f"#define {_number(name)} {wired.count(kind)}"
        made[_array(name)] = f"uniform sampler{name} {_array(name)}[{places}];"
        made[f"uTD{name}Infos"] = f"uniform TDTexInfo uTD{name}Infos[{places}];"
    return made


def _outputs(target: Target, packed: str) -> dict[str, str]:
    """How a compute shader writes, by the functions of today and by the images of before, and reads.

    An array of images takes only constant indices everywhere, so the functions choose. Coordinates outside need no
    test: GL drops what is stored there, and loads 0.
    """
    image = target.format.image or ""
    access = "" if target.readable else "writeonly "
    chosen = range(target.buffers)
    place = "ivec2(p.xy)" if target.kind == "texture2d" else "ivec3(p)"
    stores = " ".join(f"if (index == {n}u) imageStore(sTDComputeOutputs[{n}], {place}, c);" for n in chosen)
    loads = " ".join(f"if (index == {n}u) c = imageLoad(sTDComputeOutputs[{n}], {place});" for n in chosen)
    store = "void TDImageStoreOutput(uint index, {kind} p, vec4 c) {{ c = {packed}; {stores} }}"
    load = "vec4 TDImageLoadOutput(uint index, {kind} p) {{ vec4 c = vec4(0.0); {loads} return {unpacked}; }}"
    unpacked = _UNPACKED[target.format.channels]
    made = {
        "sTDComputeOutputs": f"layout({image}, binding = 0) {access}uniform {_IMAGES[target.kind]} "
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
