"""Plain fragments: glslViewer, The Book of Shaders, GLSL Sandbox, and whatever else has a main() and uniforms."""

from __future__ import annotations

import re
from pathlib import Path

from tdlite.glsl.text import PRECISION, bare, code
from tdlite.glsl.zeros import variable

from . import feeds
from .blocks import loosened
from .channels import flattened, helpers, read_through, spatial
from .glsl import Declared, defines, desktop, included, replaced, uniforms, used, varyings, without_uniforms, words
from .glsl import without_varyings as stripped
from .model import Custom, ImportFault, Picture, Read, Sketch, Step, Value, op_name, par_name

_MAIN = re.compile(r"\bvoid\s+main\s*\(\s*(?:void)?\s*\)")
_BUFFER = re.compile(r"\b(DOUBLE_)?BUFFER_?(\d)\b")
_BUFFER_SAMPLER = re.compile(r"u_(double)?[bB]uffer(\d)\Z")
_SCALE = re.compile(
    r"\buniform\s+sampler2D\s+u_(double)?[bB]uffer(\d)\s*;[ \t]*//[ \t]*(?:(\d+)[ \t]*x[ \t]*(\d+)|(\d*\.?\d+))"
)
"""The size of a buffer, as glslViewer reads it from the comment behind its sampler."""
_LAST_FRAME = frozenset({"backbuffer", "u_backbuffer", "bb", "prevFrame", "u_prevFrame", "lastFrame", "feedback"})
_COORDINATES = {
    "v_texcoord", "vUv", "v_uv", "vTexCoord", "vTexcoord", "v_texCoord", "uv", "surfacePosition", "v_position",
    "vTextureCoord", "texCoord", "texcoord", "vUV", "TexCoord", "TexCoords", "fragCoord", "v_textureCoordinates",
    "v_tex_coord", "out_uv", "tex_coords",
}  # fmt: skip
_QT = frozenset({"qt_Opacity", "qt_TexCoord0", "qt_Matrix"})
"""Names of Qt Quick, whose textures end at their edges; those of glslViewer repeat."""
_FEATURES = {
    "POSTPROCESSING": "the postprocessing pass", "BACKGROUND": "the background",
    "CONVOLUTION_PYRAMID_0": "the convolution pyramid", "CONVOLUTION_PYRAMID_ALGORITHM": "the convolution pyramid",
}  # fmt: skip
_PLACED = re.compile(r"\bgl_Position\b\s*(?:\.\w+\s*)?=(?!=)")
_OUTPUT = re.compile(rf"\bout\s+{PRECISION}vec[34]\s+\w+\s*;")


def is_plain(text: str) -> bool:
    """Whether a text is a fragment shader with a main() that writes a colour."""
    if _PLACED.search(code(text)):
        return False  # what it hands over may look like a colour
    return defines(text, "main") and bool(words(text) & {"gl_FragColor", "gl_FragData"} or _OUTPUT.search(text))


def from_text(path: Path, text: str, name: str) -> Sketch:
    """The fragment in a text, with the buffers that it asks for."""
    sketch = Sketch(name, "glslViewer", [])
    text = flattened(loosened(desktop(included(text, [path.parent], str(path)))))
    if not defines(text, "main"):
        raise ImportFault(f"{path}: after its includes there is no void main()")
    names = words(text)
    for word, what in _FEATURES.items():
        if word in names:
            sketch.note(f"{what} of glslViewer is not carried over")
            break
    passes = sorted({(bool(double), int(number)) for double, number in _BUFFER.findall(text)})
    buffers = {one: f"{'doubleBuffer' if one[0] else 'buffer'}{one[1]}" for one in passes}
    order = [*buffers.values(), "image"]
    sizes = {f"{'doubleBuffer' if match[1] else 'buffer'}{match[2]}": _size(match) for match in _SCALE.finditer(text)}
    text, values, prelude = _uniforms(text, sketch)
    samplers, text = _samplers(text)
    text, coordinates = _varyings(text, sketch)
    for index, name_ in enumerate(order):
        macro = [f"#define {'DOUBLE_' if double else ''}BUFFER_{number}"
                 for (double, number), own in buffers.items() if own == name_]  # fmt: skip
        macro += [line.replace("BUFFER_", "BUFFER") for line in macro if "BUFFER_" in line and _old(words(text))]
        step = Step(name_, "", values=dict(values), deep=name_ != "image")
        step.size = sizes.get(name_)
        ways: dict[str, str] = {}
        for sampler in samplers:
            buffer = _BUFFER_SAMPLER.match(sampler)
            source = f"{'doubleBuffer' if buffer[1] else 'buffer'}{buffer[2]}" if buffer else ""
            if source in order:
                step.reads.append(Read(sampler, source, order.index(source) >= index))
            elif sampler in _LAST_FRAME or buffer:
                step.reads.append(Read(sampler, "image" if not buffer else order[0], past=True))
            else:
                kind = samplers[sampler] or spatial(text, sampler)
                if kind:
                    ways[sampler] = "textureSky" if kind == "cubemap" else "textureVolume"
                extend = "hold" if names & _QT else "repeat"
                step.reads.append(Read(sampler, _picture(sampler, kind, path, sketch), extend=extend))
        body = read_through(text, ways)
        parts = ["\n".join([*macro, *prelude, *coordinates[0]]), helpers(body).rstrip()]
        if coordinates[1]:
            body = replaced(body, _MAIN, lambda match: "void pixelMain()")
        parts += [body.strip("\n"), coordinates[1]]
        step.text = "\n\n".join(part for part in parts if part) + "\n"
        sketch.steps.append(step)
    return sketch


def _size(match: re.Match[str]) -> tuple[str, str]:
    if match[3]:
        return str(max(1, int(match[3][:5]))), str(max(1, int(match[4][:5])))
    width, height = (f"max(1, int(parent().par.Resolution{side} * {float(match[5][:9])}))" for side in "wh")
    return width, height


def _old(used: set[str]) -> bool:
    return any(re.fullmatch(r"(?:DOUBLE_)?BUFFER\d", word) for word in used)


def _uniforms(text: str, sketch: Sketch) -> tuple[str, dict[str, Value], list[str]]:
    """The text without the uniforms that nothing can feed, the values of the others, and what stands for sizes."""
    values: dict[str, Value] = {}
    prelude: list[str] = []
    names = used(text, "uniform")
    sizes: set[str] = set()
    samplers = {made.name for made in uniforms(text) if made.type.startswith("sampler")}
    for made in uniforms(text):
        stem = re.sub(r"_?(?:[rR]esolution|[sS]ize|[dD]imensions)\Z", "", made.name)
        if made.type == "vec2" and stem != made.name and stem in samplers:
            sizes.add(made.name)
            prelude.append(f"#define {made.name} vec2(textureSize({stem}, 0))")
        elif made.name in names and not made.type.startswith("sampler"):
            value = feeds.feed(made, sketch)
            if value is not None:
                values[made.name] = value

    def other(one: Declared) -> str:
        if one.name in sizes or one.name not in names:
            return ""
        sketch.note(f"{one.name} is a matrix of a camera, which is not here; it changes nothing")
        return f"const {one.type} {one.name} = {one.type}(1.0);"

    def keep(one: Declared) -> bool:
        matrix = one.type.startswith("mat") and not one.size
        return one.name not in sizes and one.name in names and not matrix

    return without_uniforms(text, keep, other), values, prelude


def _samplers(text: str) -> tuple[dict[str, str], str]:
    """The samplers that the text looks up, each with 'cubemap', 'volume' or ''; and the text without them."""
    kinds = {"samplerCube": "cubemap", "sampler3D": "volume"}
    kinds |= dict.fromkeys(("sampler2D", "samplerExternalOES"), "")
    names = used(text, "uniform")
    found = {made.name: kinds[made.type] for made in uniforms(text) if made.type in kinds and made.name in names}
    return found, without_uniforms(text, lambda one: one.type not in kinds, lambda one: "")


def _varyings(text: str, sketch: Sketch) -> tuple[str, tuple[list[str], str]]:
    """The text without its varyings; the declarations of what stands for them, and a main() that sets them."""
    names = used(text, "varying|in")
    lines, sets = [], []
    for made in varyings(text):
        if made.name not in names:
            continue
        size = re.search(rf"#[ \t]*define[ \t]+{made.size}[ \t]+(\d+)", text) if made.size else None
        length = size[1] if size else made.size  # these lines come before the text and its definitions
        lines.append(variable(made.type, made.name, length))
        value = _given(made, text)
        if value:
            sets.append(f"    {made.name} = {value};")
        else:
            sketch.note(f"{made.name} comes from a vertex shader that is not here; it is 0")
    text = stripped(text)
    if not lines:
        return text, ([], "")
    # Ours is the name vUV, from which the others are set.
    renamed = [re.sub(r"\bvUV\b", "vUV_", line, count=1) if re.search(r"\bvUV =", line) else line for line in lines]
    if renamed != lines:
        sets = [re.sub(r"^(\s*)vUV\b", r"\1vUV_", line) for line in sets]
        text = re.sub(r"\bvUV\b", "vUV_", text)
    body = "\n".join(sets)
    return text, (renamed, f"void main() {{\n{body}\n    pixelMain();\n}}")


def _given(made: Declared, text: str) -> str:
    """What a vertex shader that draws a rectangle would probably hand on under this name; '' if that is unknown."""
    count, name = feeds.components(made.type), made.name.lower()
    if made.size or made.type not in ("vec2", "vec3", "vec4", "float"):
        return ""
    tail = {2: "", 3: ", 0.0", 4: ", 0.0, 1.0"}.get(count, "")
    looked_up = re.search(rf"\btexture\w*\s*\(\s*\w+\s*,\s*{made.name}\b", bare(text))
    if name == "surfaceposition" or ("position" in name and "tex" not in name):
        return f"vec{count}((vUV.st - 0.5) * 2.0{tail})" if count > 1 else ""
    pixels = re.search(rf"\btexturePixels\s*\(\s*(\w+)\s*,\s*{made.name}\b", bare(text))
    if pixels and count > 1:
        return f"vec{count}(vUV.st * vec2(textureSize({pixels[1]}, 0)){tail})"
    if made.name in _COORDINATES or looked_up or re.search(r"uv|coord|tex", name):
        return f"vec{count}(vUV.st{tail})" if count > 1 else "vUV.s"
    if "normal" in name and count == 3:
        return "vec3(0.0, 0.0, 1.0)"
    return f"vec{count}(1.0)" if "color" in name and count > 2 else ""


def _picture(sampler: str, kind: str, path: Path, sketch: Sketch) -> str:
    """The name of the picture behind a sampler that nothing here draws."""
    name = op_name(sampler, "picture")
    if not any(picture.name == name for picture in sketch.pictures):
        custom = sketch.custom(Custom(par_name(sampler), "TOP", sampler))
        sketch.pictures.append(
            Picture(name, "noise" if sampler.startswith("iChannel") else "clouds", custom=custom.name)
        )
        sketch.note(f"{sampler} takes a picture: set the parameter {custom.name} to a TOP; until then one stands in")
    return name
