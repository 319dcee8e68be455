"""A pixel shader as a compute kernel: what raster would give it becomes variables, what it draws is stored."""

from __future__ import annotations

import re
from typing import NamedTuple

from tdlite.glsl.branches import Branch, Branches, exclusive
from tdlite.glsl.text import PRECISION, arguments
from tdlite.gpu.source import Line
from tdlite.gpu.wrapper import GROUP

from .glsltext import substituted

_RASTER = frozenset(
    {f"{name}{how}" for name in ("dFdx", "dFdy", "fwidth") for how in ("", "Fine", "Coarse")}
    | {"discard", "textureQueryLod", "textureQueryLOD", "interpolateAtCentroid", "interpolateAtSample"}
    | {"interpolateAtOffset", "gl_FragDepth", "gl_SampleID", "gl_SamplePosition", "gl_SampleMask", "gl_SampleMaskIn"}
    | {"gl_PointCoord", "gl_PrimitiveID", "gl_Layer", "gl_ViewportIndex", "gl_ClipDistance", "gl_CullDistance"}
    | {"gl_HelperInvocation", "early_fragment_tests", "origin_upper_left", "pixel_center_integer"}
)
"""Words that mean something only where triangles are drawn."""
_COMPUTE = frozenset(
    {"gl_GlobalInvocationID", "gl_LocalInvocationID", "gl_LocalInvocationIndex", "gl_WorkGroupID", "gl_WorkGroupSize"}
    | {"gl_NumWorkGroups", "local_size_x", "shared", "barrier", "memoryBarrierShared", "groupMemoryBarrier"}
)
"""Words that a pixel shader must not use: raster has the messages for them."""
_IN = re.compile(
    rf"(?:\b(?:flat|smooth|noperspective|centroid|sample)\s+)*\bin[ \t]+{PRECISION}(\w+)[ \t]+([^;(){{}}]+);"
)
"""On one line, for macros may end in this word."""
_STEADY = r"((?:\b(?:invariant|precise)\s+)*)"
_OUT = re.compile(rf"{_STEADY}(?:\blayout\s*\(([^)]{{0,200}})\)\s*)?{_STEADY}\bout\s+{PRECISION}(\w+)\s+([^;(){{}}]+);")
_BLOCK = re.compile(r"\b(?:in|out)\s+\w+\s*\{")
_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_LAYOUT = re.compile(r"\s*(?:location\s*=\s*(0|[1-9]\d?)\s*)?")
_ONE = re.compile(r"\s*(\w+)\s*(?:\[\s*(\w+)\s*\])?\s*$")
_WRITES = re.compile(r"\b(?:vUV|gl_FragCoord)\b(?:\s*\.\s*\w+)?\s*(?:[-+*/]?=(?!=)|\+\+|--)")
_LOOKUP = re.compile(r"\b(texture(?:Proj)?(?:Offset)?)\s*\(")
_UNBIASED = {"texture": 2, "textureProj": 2, "textureOffset": 3, "textureProjOffset": 3}
"""How many arguments a look-up has that says nothing of mip levels."""
_WHOLE = {"vec4": "{}", "vec3": "vec4({}, 1.0)", "vec2": "vec4({}, 0.0, 1.0)", "float": "vec4({}, 0.0, 0.0, 1.0)"}
"""The colour that an output of a type stands for."""
_MOST_OUTPUTS = 8
"""As many color buffers as there may be."""
_GIVEN = "(vec2(gl_GlobalInvocationID.xy) + 0.5)"
VARIABLES = {
    "vUV": f"vec3 vUV = vec3({_GIVEN} / uTDOutputInfo.res.zw, 0.0);",
    "gl_FragCoord": f"vec4 td_FragCoord = vec4({_GIVEN}, 0.5, 1.0);",
}
"""The declarations of what raster would give, by the names that shaders know it by."""
_BUILT_IN = {"gl_FragCoord": "td_FragCoord", "gl_FrontFacing": "true"}
_VERSION = re.compile(r"\b__VERSION__\b")
_NAMES = re.compile(rf"\b(?:{'|'.join(_BUILT_IN)})\b")

NEEDED = frozenset({"TDTexInfo", "uTDOutputInfo"})
"""The names of the interface that a kernel uses itself."""


class RasterOnly(Exception):
    """A shader cannot be a compute kernel; the message is what stands in the way."""


class Kernel(NamedTuple):
    """The parts of a kernel that were another text before."""

    head: list[Line]
    """What comes before the interface."""
    body: list[Line]
    tail: list[Line]


def check(text: str, words: frozenset[str], mipmapped: bool) -> None:
    """Raise RasterOnly, naming what it is, if a shader uses something that compute does not have."""
    for word in sorted(words & (_RASTER | _COMPUTE)):
        raise RasterOnly(word)
    if _BLOCK.search(text):
        raise RasterOnly("an interface block")
    if written := _WRITES.search(text):
        raise RasterOnly(f"writing to {written[0].split('.')[0].split()[0]}")
    if not _MAIN.search(text):
        raise RasterOnly("a shader without void main()")
    for kind, names in _IN.findall(text):
        if (kind, names.strip()) not in (("vec3", "vUV"), ("vec4", "gl_FragCoord")):
            raise RasterOnly(f"in {kind} {names.strip()}")
    for call in _LOOKUP.finditer(text):
        if mipmapped:
            raise RasterOnly("Input Smoothness mipmap")
        if len(arguments(text, call.end() - 1)) > _UNBIASED[call[1]]:
            raise RasterOnly(f"{call[1]}() with a bias")


def outputs(body: list[Line], buffers: int) -> tuple[list[Line], set[int]]:
    """Lines in which ``main`` is ``td_main`` and outputs are variables that begin at 0; and the locations of these.

    Beside each variable a function ``td_color0()``, with the number of its location, returns the colour that it
    stands for: channels that it does not have are 0, alpha 1. So branches of a text may have outputs of different
    names. Raises RasterOnly for outputs that are no colours, or whose place a compiler has to find.
    """
    branches = Branches("\n".join(line.text for line in body))
    taken: dict[int, list[Branch]] = {}
    places: dict[str, int] = {}

    def free(location: int, here: Branch) -> bool:
        return all(exclusive(branch, here) for branch in taken.get(location, ()))

    def variable(match: re.Match[str]) -> str:
        layout, kind, declared = _LAYOUT.fullmatch(match[2] or ""), match[4], match[5]
        if kind not in _WHOLE or layout is None:
            raise RasterOnly(f"out {kind} {declared.strip()}")
        here = branches.at(match.start())
        location = int(layout[1]) if layout[1] else next(n for n in range(_MOST_OUTPUTS + 1) if free(n, here))
        made = []
        for one in declared.split(","):
            name = _ONE.match(one)
            size = name and (name[2] or "1").replace("TD_NUM_COLOR_BUFFERS", str(buffers))
            if name is None or not size or not re.fullmatch("[1-9]", size):
                raise RasterOnly(f"out {kind} {one.strip()}")
            zero, count = f"{kind}(0.0)", int(size)
            if not layout[1]:
                location = places.get(name[1], location)
            places.setdefault(name[1], location)
            if location + count > _MOST_OUTPUTS:
                raise RasterOnly(f"more than {_MOST_OUTPUTS} outputs")
            initial = f"{kind}[{count}]({', '.join([zero] * count)})" if name[2] else zero
            precise = "precise " if "precise" in match[1] + match[3] else ""
            made.append(f"{precise}{kind} {name[1]}{f'[{count}]' if name[2] else ''} = {initial};")
            for n in range(count):
                colour = _WHOLE[kind].format(f"{name[1]}[{n}]" if name[2] else name[1])
                made.append(f"vec4 td_color{location}() {{ return {colour}; }}")
                taken.setdefault(location, []).append(here)
                location += 1
        return " ".join(made)

    body = substituted(substituted(body, _OUT, variable), _MAIN, "void td_main(")
    if places:
        again = re.compile(rf"\binvariant\s+(?:{'|'.join(places)})(?:\s*,\s*(?:{'|'.join(places)}))*\s*;")
        body = substituted(body, again, "")
    return body, set(taken)


def kernel(body: list[Line], version: int, image: str, buffers: int) -> Kernel:
    """A checked shader's lines for compute. Raises RasterOnly.

    ``version`` is the language version that the text was written for, ``image`` the format of the pictures.
    """
    body, drawn = outputs(body, buffers)
    body = substituted(body, _IN, "")
    body = substituted(body, _VERSION, str(version))
    body = renamed(body)
    head = [
        f"layout(local_size_x = {GROUP}, local_size_y = {GROUP}) in;",
        f"layout({image}, binding = 0) writeonly restrict uniform image2D td_outputs[{buffers}];",
    ]
    colours = [f"td_color{n}()" if n in drawn else "vec4(0.0)" for n in range(buffers)]
    tail = [
        "void main() {",
        "    if (any(greaterThanEqual(gl_GlobalInvocationID.xy, uvec2(uTDOutputInfo.res.zw)))) return;",
        "    td_main();",
        *(
            f"    imageStore(td_outputs[{n}], ivec2(gl_GlobalInvocationID.xy), {colour});"
            for n, colour in enumerate(colours)
        ),
        "}",
    ]
    return Kernel([*map(Line, head)], body, [*map(Line, tail)])


def raster(body: list[Line], buffers: int) -> list[Line]:
    """A pixel shader's lines for raster with the outputs of ``outputs``; as they are where they cannot have them."""
    try:
        body, drawn = outputs(body, buffers)
    except RasterOnly:
        return body
    seen = sorted(n for n in drawn if n < buffers)
    declared = [f"layout(location = {n}) out vec4 td_output{n};" for n in seen]
    given = [f"td_output{n} = td_color{n}();" for n in seen]
    return [*body, *map(Line, [*declared, "void main() {", "    td_main();", *given, "}"])]


def renamed(lines: list[Line]) -> list[Line]:
    """Lines with the names of what raster gives as a kernel has them."""
    return substituted(lines, _NAMES, lambda match: _BUILT_IN[match[0]])
