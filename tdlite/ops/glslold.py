"""Older and other GLSL than ours: what shaders from elsewhere say is put into today's words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tdlite.glsl.text import PRECISION, code, edited, owns, split
from tdlite.gpu.source import Line

from .glslcasts import uncast
from .glsltext import retold, substituted

_LOOKUPS = {
    f"texture{kind}{how}{ending}": f"texture{how}"
    for kind in ("1D", "2D", "3D", "Cube", "2DRect", "2DArray")
    for how in ("", "Lod", "Proj", "ProjLod", "Grad", "ProjGrad")
    for ending in ("", "EXT", "ARB")
} | {
    f"{name}{kind}": name
    for name in ("texelFetch", "textureSize")
    for kind in ("1D", "2D", "3D", "Cube", "2DRect", "1DArray", "2DArray", "Buffer")
}
"""Functions that look a texture up or measure it, by dimension, and the one that has taken their place."""
_FIXED = {
    "gl_TexCoord": "vec4(vUV.st, 0.0, 1.0)", "gl_TextureMatrix": "mat4(1.0)", "gl_Color": "vec4(1.0)",
    "gl_SecondaryColor": "vec4(0.0, 0.0, 0.0, 1.0)", "gl_ModelViewMatrix": "mat4(1.0)",
    "gl_ProjectionMatrix": "mat4(1.0)", "gl_ModelViewProjectionMatrix": "mat4(1.0)", "gl_NormalMatrix": "mat3(1.0)",
}  # fmt: skip
"""What the fixed pipeline of old gave a fragment, for a plain white rectangle that covers the picture."""
_INDEXED = frozenset({"gl_TexCoord", "gl_TextureMatrix"})
_INDEX = r"\s*\[[^\[\]]*\]"
_SIZE = rf"(?:{_INDEX})?"
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_CONST = re.compile(rf"\bconst\s+{PRECISION}(\w+{_SIZE})\s+(\w+{_SIZE}\s*=(?!=)[^;]{{0,20000}});")
_ALIAS = r"^[ \t]*#[ \t]*define[ \t]+\w+[ \t]+"
_VULKAN_EXTENSION = re.compile(
    r"^[ \t]*#[ \t]*extension[ \t]+GL_(?:EXT_nonuniform_qualifier|KHR_vulkan_glsl)\b.*$", re.M
)
_DESCRIPTOR_SET = re.compile(r"(?<=[(,])\s*set\s*=\s*\d+\s*,\s*|\s*,\s*set\s*=\s*\d+\s*(?=[,)])")
_NEW_KEYWORDS = frozenset(
    {"sample", "patch", "buffer", "precise", "shared", "coherent", "restrict", "readonly", "writeonly", "subroutine"}
)
"""Words that versions after 3.30 reserve; before, they were names like others."""
OLDEST = 330
"""The oldest version that a device with ours still takes."""
_LOCAL_CONSTANTS = 420
"""The version from which on a const in a function is only a variable that stays as it is."""
OLD_OUTPUT = "td_FragColor"
"""What stands for gl_FragColor and gl_FragData, whose names GLSL keeps for itself."""
_ADVICE = {
    "mainImage": "a shader needs void main(); mainImage() is not called by anybody",
    "gl_FragColor": "the old gl_FragColor is one output, and cannot stand beside outputs of its own",
}
_PIXEL_ADVICE = {
    "gl_GlobalInvocationID": "gl_GlobalInvocationID belongs to compute shaders; set mode to compute",
    "TDImageStoreOutput": "TDImageStoreOutput() belongs to compute shaders; set mode to compute",
    "vUV": "vUV is a vec3; where two coordinates are wanted, use vUV.st",
}
_COMPUTE_ADVICE = {
    "vUV": "a compute shader has no vUV; use (vec2(gl_GlobalInvocationID.xy) + 0.5) * uTDOutputInfo.res.xy",
    "gl_FragCoord": "a compute shader has no gl_FragCoord; use gl_GlobalInvocationID",
    "TDImageLoadOutput": "TDImageLoadOutput() needs outputaccess set to readwrite",
    "imageLoad": "reading outputs needs outputaccess set to readwrite",
}


_HLSL_TYPES = {
    f"{kind}{n}": f"{short}vec{n}"
    for n in (2, 3, 4)
    for kind, short in (("float", ""), ("half", ""), ("int", "i"), ("uint", "u"), ("bool", "b"))
}
_HLSL_FUNCTIONS = {
    "lerp": "(a, b, t) mix(a, b, t)",
    "frac": "(x) fract(x)",
    "saturate": "(x) clamp(x, 0.0, 1.0)",
    "rsqrt": "(x) inversesqrt(x)",
    "atan2": "(y, x) atan(y, x)",
    "fmod": "(x, y) ((x) - (y) * trunc((x) / (y)))",
    "ddx": "(x) dFdx(x)",
    "ddy": "(x) dFdy(x)",
}


def borrowed(text: str, words: frozenset[str]) -> list[str]:
    """Definitions of the words of HLSL that a text uses and does not define; ``mul()`` is none: its order differs."""
    made = []
    for name in sorted(words & (_HLSL_TYPES.keys() | _HLSL_FUNCTIONS.keys())):
        if owns(text, name) or re.search(rf"\bstruct\s+{name}\b", text):
            continue
        if name in _HLSL_TYPES:
            if re.search(rf"\b{name}\s*(?:\(|\w)", text):
                made.append(f"#define {name} {_HLSL_TYPES[name]}")
        elif re.search(rf"\b{name}\s*\(", text):
            made.append(f"#define {name}{_HLSL_FUNCTIONS[name]}")
    return made


_UNIFORM = rf"\buniform\s+{PRECISION}"
_DECLARED_HERE = re.compile(
    rf"{_UNIFORM}(?:sampler(2D|3D|2DArray|Cube)\s+sTD\1Inputs|TDTexInfo\s+uTD(?:2D|3D|2DArray|Cube)Infos)"
    r"\s*\[[^\];]*\]\s*;"
    rf"|{_UNIFORM}(?:TDTexInfo\s+uTDOutputInfo|int\s+uTD(?:Pass|CurrentDepth)|sampler2D\s+sTDNoiseMap"
    r"|sampler1D\s+sTDSineLookup)\s*;"
    r"|\bstruct\s+TDTexInfo\s*\{[^}]*\}\s*;"
)


def once(lines: list[Line]) -> list[Line]:
    """A text without its own declarations of what the interface declares."""
    return substituted(lines, _DECLARED_HERE, "")


def unfrozen(lines: list[Line], uniforms: Iterable[str], version: int) -> list[Line]:
    """Constants that are made of uniforms, or of such constants, which are none in GLSL, as variables.

    From 4.20 on those in functions may be made of anything, and stay.
    """
    text = "\n".join(line.text for line in lines)
    plain = code(text)
    users: dict[str, list[re.Match[str]]] = {}
    depth, last = 0, 0
    for match in _CONST.finditer(text):
        depth += plain.count("{", last, match.start()) - plain.count("}", last, match.start())
        last = match.start()
        if depth <= 0 or version < _LOCAL_CONSTANTS:
            for word in set(_WORD.findall(match[2])):
                users.setdefault(word, []).append(match)
    made = [*uniforms, *(word for word in users if word.startswith("uTD"))]
    freed: dict[int, re.Match[str]] = {}
    while made:
        for match in users.pop(made.pop(), ()):
            if match.start() not in freed:
                freed[match.start()] = match
                made += (name[0] for part in split(match[2]) if (name := _WORD.search(part)))
    return retold(lines, edited(text, [(start, len("const"), "     ") for start in freed])) if freed else lines


def modernised(lines: list[Line], words: frozenset[str], stage: str) -> tuple[list[Line], list[str]]:
    """An author's lines in today's words, and the declarations that those need before them.

    ``texture2D()`` and its like become ``texture()``; ``gl_FragColor`` and ``gl_FragData`` an output;
    ``varying`` what a fragment shader gets in; casts of C constructors; Vulkan's descriptor sets and extensions
    are left out.
    """
    lines = uncast(lines)
    text = "\n".join(line.text for line in lines)
    declared: list[str] = []
    if "extension" in words:
        lines = substituted(lines, _VULKAN_EXTENSION, "")
    if "set" in words:
        lines = substituted(lines, _DESCRIPTOR_SET, "")
    wanted = []
    if stage == "vertex" and "varying" in words:
        lines = substituted(lines, re.compile(r"\bvarying\b"), "out")
    elif stage == "pixel":
        wanted = sorted(words & {"gl_FragColor", "gl_FragData"})
        if "gl_FragColor" in wanted and _named_otherwise(text):
            wanted.remove("gl_FragColor")
            lines = substituted(lines, re.compile(r"\bgl_FragColor\b"), OLD_OUTPUT)
        if "varying" in words:
            lines = substituted(lines, re.compile(r"\bvarying\b"), "in")
        for name in sorted(words & _FIXED.keys()):
            lines = substituted(lines, re.compile(rf"\b{name}\b{_INDEX if name in _INDEXED else ''}"), _FIXED[name])
    for name in wanted:
        size = "[TD_NUM_COLOR_BUFFERS]" if name == "gl_FragData" else ""
        declared.append(f"layout(location = 0) out vec4 {OLD_OUTPUT}{size};")
        lines = substituted(lines, re.compile(rf"\b{name}\b"), OLD_OUTPUT)
    lookups = [name for name in _LOOKUPS if name in words and not owns(text, name)]
    if lookups:
        if re.search(r"\buniform\s+sampler\w+\s+texture\b", text):  # a name that was free in those days
            lines = substituted(lines, re.compile(r"\btexture\b"), "td_texture")
        calls = re.compile(rf"({_ALIAS})?\b({'|'.join(lookups)})\b(?(1)|(?=\s*\())", re.M)
        lines = substituted(lines, calls, lambda match: (match[1] or "") + _LOOKUPS[match[2]])
    return lines, declared


def _named_otherwise(text: str) -> bool:
    """Whether gl_FragColor is another name for an output of a text's own, or that for it in other versions."""
    if re.search(r"#[ \t]*define[ \t]+gl_FragColor\b", text):
        return True
    aliases = re.findall(r"#[ \t]*define[ \t]+(\w+)[ \t]+gl_FragColor\b", text)
    return len(aliases) == len(re.findall(r"\bgl_FragColor\b", text)) and all(
        re.search(rf"\bout\s+(?:\w+\s+)?vec4\s+{alias}\s*;", text) for alias in aliases
    )


def other_versions(version: int, wanted: int, newest: int, words: frozenset[str], said: str) -> list[int]:
    """The versions in which a pixel shader may be good that is not in ``version``.

    Desktop compilers let a text use what came after its ``#version``, and what it says may have been a name in
    its days. ``newest`` is one of them if the driver ``said`` that something requires another version.
    """
    others = (wanted, newest) if re.search(r"\brequires?\b", said) else (wanted,)
    later = [one for one in dict.fromkeys(others) if one > version]
    return later + [OLDEST] * (version > OLDEST and not words.isdisjoint(_NEW_KEYWORDS))


def needs(words: frozenset[str]) -> frozenset[str]:
    """The names of the interface that old words stand for."""
    more = {"gl_FragData": "TD_NUM_COLOR_BUFFERS", "gl_TexCoord": "vUV"}
    return words | {name for old, name in more.items() if old in words}


def advice(words: Iterable[str], compute: bool) -> str:
    """What a shader that did not compile should use instead of names from other times and places."""
    return "; ".join(
        text for word, text in {**_ADVICE, **(_COMPUTE_ADVICE if compute else _PIXEL_ADVICE)}.items() if word in words
    )
