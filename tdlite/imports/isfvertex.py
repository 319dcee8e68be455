"""ISF's vertex shaders: each pixel computes what they hand over at the corners of its triangle, and what lies between.

Not at its own place: coordinates that are clamped at the corners, as those of ISF's authors are, differ between them.
One that moves the corners of the picture stays a vertex shader.
"""

from __future__ import annotations

import re

from tdlite.glsl.text import code
from tdlite.glsl.zeros import variable

from .glsl import Declared, renamed, replaced, used, varyings, without_uniforms, without_varyings, words
from .model import Sketch

_FUNCTION = re.compile(r"^[ \t]*(?!else\b)(?:[A-Za-z_]\w*[ \t]+)+([A-Za-z_]\w*)\s*\([^;{}()]*\)\s*\{", re.M)
_ATTRIBUTE = re.compile(r"\b(?:attribute|in)\s+\w+\s+[\w\s,]{1,300};")
_INIT = re.compile(r"\b(?:isf|vv)_vertShaderInit\s*\(\s*\)\s*;")
_HERE = re.compile(r"\bIMG_THIS_(?:NORM_)?PIXEL\s*\(([^()]*)\)")
_MAIN = re.compile(r"\bvoid\s+main\s*\(\s*(?:void)?\s*\)")
_MOVED = re.compile(r"\bgl_Position\b\s*(?:\.\w+\s*)?[-+*/]?=")
_UNMOVED = re.compile(r"\bgl_Position\s*=\s*(?:ftransform\s*\(\s*\)|gl_ModelViewProjectionMatrix\s*\*\s*gl_Vertex)\s*;")
"""What the first version's hosts could be told instead of isf_vertShaderInit()."""
_OFFSETS = {
    "left": (-1, 0), "right": (1, 0), "above": (0, 1), "below": (0, -1),
    "lefta": (-1, 1), "righta": (1, 1), "leftb": (-1, -1), "rightb": (1, -1),
}  # fmt: skip
"""The neighbours by the names that they have in the shaders of ISF's authors."""


class Varyings:
    """What a fragment gets from its vertex shader: its declarations, the function that computes it, the new main()."""

    def __init__(self, vertex: str, fragment: str, sketch: Sketch) -> None:
        vertex = replaced(vertex, _UNMOVED, lambda match: "isf_vertShaderInit();")
        own = {"isf_FragNormCoord", "vv_FragNormCoord", "isf_FragCoord", "vv_FragCoord"}
        names = used(fragment, "varying|in")
        wanted = {made.name: made for made in varyings(fragment) if made.name not in own and made.name in names}
        self.declarations: list[str] = []
        self.function = self.main = self.text = self.vertex = ""
        if _MOVED.search(code(vertex)) and _MAIN.search(code(vertex)):
            self._stays(vertex, list(wanted.values()))
            return
        if not wanted:
            return
        given = {made.name: made for made in varyings(vertex, ("varying", "out"))}
        for name, made in wanted.items():
            size = given[name].size if name in given and given[name].size else made.size
            self.declarations.append(variable(made.type, name, size))
        if vertex and all(name in given for name in wanted) and _MAIN.search(code(vertex)):
            for name, made in given.items():
                if name not in wanted and name not in own:
                    self.declarations.append(variable(made.type, name, made.size))
            sizes = {name: given[name].size or made.size for name, made in wanted.items()}
            self.function = f"{_as_function(vertex, own)}\n\n{_between(list(wanted.values()), sizes)}"
        else:
            self.function = _neighbours(list(wanted.values()), sketch)
        self.text = self.function
        self.main = "void main() {\n    vertexValues();\n    pixelMain();\n}"

    def _stays(self, vertex: str, wanted: list[Declared]) -> None:
        """Keep it as a vertex shader: what it hands over, and the place, are interpolated."""
        text = without_uniforms(vertex, lambda one: False, lambda one: "")
        text = replaced(text, _ATTRIBUTE, lambda match: "")
        text = replaced(text, re.compile(r"\bvarying\b"), lambda match: "out")
        place = "vec4(P, 1.0)"
        text = renamed(text, {
            "gl_Vertex": place, "isf_position": place, "vv_vertShaderInit": "isf_vertShaderInit",
            "vv_FragNormCoord": "isf_FragNormCoord", "gl_ModelViewProjectionMatrix": "mat4(1.0)",
            "gl_MultiTexCoord0": "vec4(uv[0].st, 0.0, 1.0)",
        })  # fmt: skip
        text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
        self.vertex = (
            "out vec2 isf_FragNormCoord;\n"
            f"void isf_vertShaderInit() {{ gl_Position = {place}; isf_FragNormCoord = uv[0].st; }}\n\n{text}\n"
        )
        self.declarations = ["in vec2 isf_FragNormCoord;"]
        self.declarations += [f"in {one.type} {one.name}{f'[{one.size}]' if one.size else ''};" for one in wanted]
        self.text = self.vertex

    def without(self, body: str) -> str:
        """The fragment with its declarations taken out and, if there is more to do before, main() renamed."""
        body = without_varyings(body)
        if self.main:
            body = replaced(body, _MAIN, lambda match: "void pixelMain()")
        return body


def _as_function(vertex: str, own: set[str]) -> str:
    """A vertex shader as a function; its own functions get names of their own."""
    text = without_varyings(vertex, ("varying", "out"))
    text = without_uniforms(text, lambda one: False, lambda one: "")
    text = replaced(text, _ATTRIBUTE, lambda match: "")
    text = replaced(text, _INIT, lambda match: "")
    plain = code(text)
    names = {match[1]: f"vertex_{match[1]}" for match in _FUNCTION.finditer(plain) if match[1] != "main"}
    text = replaced(text, _MAIN, lambda match: "void vertexMain()")
    text = replaced(text, _HERE, lambda match: f"texture({match[1]}, vertexPlace)")
    place = "vec4(vertexPlace * 2.0 - 1.0, 0.0, 1.0)"
    text = renamed(text, {
        **names, "gl_Position": "vertexPosition", "gl_Vertex": place, "isf_position": place,
        "gl_ModelViewProjectionMatrix": "mat4(1.0)", "gl_MultiTexCoord0": "vec4(vertexPlace, 0.0, 1.0)",
        "isf_FragNormCoord": "vertexPlace", "vv_FragNormCoord": "vertexPlace",
    })  # fmt: skip
    text = "\n".join(line.rstrip() for line in text.splitlines())
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    start = re.search(r"\bvoid\s+vertexMain\s*\(\)\s*\{", code(text))
    if start and "vertexPosition" in words(text):
        text = f"{text[: start.end()]}\n    vec4 vertexPosition = {place};{text[start.end() :]}"
    return f"vec2 vertexPlace = vec2(0.0);\n// What the vertex shader computes at this corner.\n{text}"


def _between(wanted: list[Declared], sizes: dict[str, str]) -> str:
    """The function that interpolates the varyings between the corners of the triangle that the pixel is in."""
    first, second, last = [], [], []
    for made in wanted:
        name, size = made.name, sizes[made.name]
        if not re.fullmatch(r"float|vec[234]|mat[234](?:x[234])?", made.type):
            continue
        length, index = (f"[{size}]", "[i]") if size else ("", "")
        first.append(f"    {made.type} {name}At0{length} = {name};")
        second.append(f"    {made.type} {name}At1{length} = {name};")
        loop = f"for (int i = 0; i < {name}.length(); i++) " if size else ""
        start = f"{name}At0{index}"
        last.append(
            f"    {loop}{name}{index} = {start} + vertexNear.x * ({name}At1{index} - {start})"
            f" + vertexNear.y * ({name}{index} - {start});"
        )
    return "\n".join([
        "// What lies between the corners of the lower left triangle of the picture, or of the other.",
        "void vertexValues() {",
        "    bool vertexUpper = vUV.s + vUV.t > 1.0;",
        "    vec2 vertexNear = vertexUpper ? 1.0 - vUV.ts : vUV.st;",
        "    vertexPlace = vec2(vertexUpper);", "    vertexMain();", *first,
        "    vertexPlace = vec2(1.0, 0.0);", "    vertexMain();", *second,
        "    vertexPlace = vec2(0.0, 1.0);", "    vertexMain();", *last, "}",
    ])  # fmt: skip


def _neighbours(wanted: list[Declared], sketch: Sketch) -> str:
    """Without a vertex shader: neighbours by their usual names, and the place in the picture for others."""
    lines, guessed = [], []
    for made in wanted:
        name = made.name
        stem = re.sub(r"_?[cC]oord\w*\Z", "", name)
        if name == "texOffsets" and made.size:
            lines.append("    for (int i = 0; i < texOffsets.length(); i++) texOffsets[i] = vUV.st;")
            sketch.note("there is no vertex shader that computes texOffsets; each is the place of the pixel itself")
        elif stem in _OFFSETS:
            x, y = _OFFSETS[stem]
            lines.append(f"    {name} = vUV.st + vec2({float(x)}, {float(y)}) * uTDOutputInfo.res.xy;")
            guessed.append(name)
        else:
            sketch.note(f"there is no vertex shader that computes {name}; it is 0")
    if guessed:
        sketch.note(f"there is no vertex shader; by their names {', '.join(guessed)} are one pixel away")
    return "// There is no vertex shader beside this file.\nvoid vertexValues() {\n" + "\n".join(lines) + "\n}"
