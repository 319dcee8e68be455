"""How a shader reads its textures: samplers of other dimensions than 2D, put into words of 2D ones."""

from __future__ import annotations

import re
from functools import partial
from itertools import islice

from tdlite.glsl.text import bare, code, enclosed, split

from .glsl import replaced

_LOOKUPS = ("texture", "texture2D", "textureCube", "texture3D", "textureLod", "texture2DLod", "textureCubeLod",
            "texture2DLodEXT", "textureCubeLodEXT", "textureGrad")  # fmt: skip
_TWO = re.compile(r"\.[xyzwrgbastpq]{2}\s*\Z|\A\s*vec2\s*\([^()]*\)\s*\Z")
_THREE = re.compile(r"\A\s*[-+]?\s*vec3\b|\.(?:xyz|zyx|rgb|xzy|yzx|zxy|yxz)\s*(?:[-+*/]|\Z)")
_MOST_LOOKUPS = 200
"""How many of a sampler's lookups are looked at."""
_OTHER_SAMPLER = re.compile(r"\bsampler(?:Cube|3D)\b")
_COORDINATE = re.compile(r"\bgl_TexCoord\s*\[\s*(\d)\s*\]")
_OTHER_PARAMETER = re.compile(r"\bsampler(?:Cube|3D)\s+(\w+)")

SKY = """\
// A sky, for what was a cube map.
vec4 textureSky(sampler2D s, vec3 d, float bias) {
    float y = d.y / max(length(d), 1e-6);
    vec3 sky = mix(vec3(0.75, 0.82, 0.9), vec3(0.2, 0.38, 0.68), smoothstep(0.0, 0.7, y));
    return vec4(mix(vec3(0.2, 0.18, 0.16), sky, smoothstep(-0.06, 0.06, y)), 1.0);
}
vec4 textureSky(sampler2D s, vec3 d) { return textureSky(s, d, 0.0); }
vec4 textureSky(sampler2D s, vec2 uv, float bias) { return texture(s, uv, bias); }
vec4 textureSky(sampler2D s, vec2 uv) { return texture(s, uv); }
vec4 textureSkyGrad(sampler2D s, vec3 d, vec3 dx, vec3 dy) { return textureSky(s, d, 0.0); }
vec4 textureSkyGrad(sampler2D s, vec2 uv, vec2 dx, vec2 dy) { return textureGrad(s, uv, dx, dy); }
vec4 textureSkyLod(sampler2D s, vec3 d, float lod) { return textureSky(s, d, 0.0); }
vec4 textureSkyLod(sampler2D s, vec2 uv, float lod) { return textureLod(s, uv, lod); }
"""
VOLUME = """\
// Layers of a flat picture, for what was a volume.
vec4 textureVolume(sampler2D s, vec3 p, float bias) {
    float z = p.z * 32.0, k = floor(z);
    vec2 step = vec2(0.37, 0.71);
    return mix(textureLod(s, p.xy + k * step, 0.0), textureLod(s, p.xy + (k + 1.0) * step, 0.0), z - k);
}
vec4 textureVolume(sampler2D s, vec3 p) { return textureVolume(s, p, 0.0); }
vec4 textureVolume(sampler2D s, vec2 uv, float bias) { return texture(s, uv, bias); }
vec4 textureVolume(sampler2D s, vec2 uv) { return texture(s, uv); }
vec4 textureVolumeGrad(sampler2D s, vec3 p, vec3 dx, vec3 dy) { return textureVolume(s, p, 0.0); }
vec4 textureVolumeGrad(sampler2D s, vec2 uv, vec2 dx, vec2 dy) { return textureGrad(s, uv, dx, dy); }
vec4 textureVolumeLod(sampler2D s, vec3 p, float lod) { return textureVolume(s, p, 0.0); }
vec4 textureVolumeLod(sampler2D s, vec2 uv, float lod) { return textureLod(s, uv, lod); }
"""
PIXELS = """\
// What was a rectangle texture, looked up in pixels.
vec4 texturePixels(sampler2D s, vec2 p) { return texture(s, p / vec2(textureSize(s, 0))); }
"""
HELPERS = {"textureSky": SKY, "textureVolume": VOLUME, "texturePixels": PIXELS}
"""The functions that take the place of texture(), and their texts."""


def read_through(text: str, ways: dict[str, str]) -> str:
    """The text in which the named samplers are read by other functions than texture()."""
    ways = {**ways, **{name: "textureSky" for name in _OTHER_PARAMETER.findall(code(text)) if name not in ways}}
    text = replaced(text, _OTHER_SAMPLER, lambda match: "sampler2D")
    if not ways:
        return text
    names = "|".join(map(re.escape, ways))
    call = re.compile(rf"\b({'|'.join(_LOOKUPS)})(\s*\(\s*)({names})\b")

    def through(match: re.Match[str]) -> str:
        how = next((how for how in ("Lod", "Grad") if how in match[1]), "")
        return f"{ways[match[3]]}{how}{match[2]}{match[3]}"

    return replaced(text, call, through)


def flattened(text: str) -> str:
    """The text in which rectangle textures, which are looked up in pixels, are 2D ones.

    Hosts give the coordinates of such a texture in pixels too: ``gl_TexCoord[0]`` is in those of the first sampler.
    """
    samplers = [
        (kind, name.strip())
        for kind, names in re.findall(r"\buniform\s+sampler(2D|2DRect)\s+([\w\s,]{1,1000});", code(text))
        for name in names.split(",")
    ]
    names = re.findall(r"\bsampler2DRect\s+(\w+)", code(text)) + [name for kind, name in samplers if kind != "2D"]

    def coordinate(match: re.Match[str]) -> str:
        kind, name = samplers[int(match[1]) if int(match[1]) < len(samplers) else 0]
        if kind == "2D":
            return match[0]
        return f"vec4(vUV.st * vec2(textureSize({name}, 0)), 0.0, 1.0)"

    if samplers:
        text = replaced(text, _COORDINATE, coordinate)
    one = "|".join(names) or "(?!)"
    for pattern, new in (
        (r"\bsampler2DRect\b", "sampler2D"),
        (rf"\btexture(?:2DRect)?(\s*\(\s*)({one})\b", r"texturePixels\1\2"),
        (r"\btexture2DRect\b", "texturePixels"),
        (rf"\btextureSize(?:2DRect)?\s*\(\s*({one})\s*\)", r"textureSize(\1, 0)"),
        (r"\btextureSize2DRect\b", "textureSize"),
    ):
        text = replaced(text, re.compile(pattern), partial(re.Match.expand, template=new))
    return text


def helpers(texts: str) -> str:
    """The texts of the functions that ``texts`` use."""
    return "".join(text for name, text in HELPERS.items() if re.search(rf"\b{name}(?:Lod|Grad)?\b", texts))


def spatial(text: str, sampler: str) -> str:
    """The kind of texture that a sampler seems to be, by what it is looked up with: '', 'cubemap' or 'volume'."""
    plain = bare(text)
    cubes = re.search(rf"\btextureCube(?:Lod)?(?:EXT)?\s*\(\s*{sampler}\b", plain)
    if cubes or re.search(rf"\bsamplerCube\s+{sampler}\b", plain):
        return "cubemap"
    if re.search(rf"\b(?:texture3D\s*\(\s*|sampler3D\s+){sampler}\b", plain):
        return "volume"
    vectors = set(re.findall(r"\bvec3\s+(\w+)", plain)) | {
        name.strip() for names in re.findall(r"\bvec3\s+([\w\s,]{1,300});", plain) for name in names.split(",")
    }
    flat = set(re.findall(r"\b(?:vec2|float)\s+(\w+)", plain))
    for match in islice(re.finditer(rf"\btexture(?:Lod|Grad)?(\s*\(\s*){sampler}\s*,", plain), _MOST_LOOKUPS):
        inner = plain[match.end() : enclosed(plain, match.start() + match[0].find("(")) - 1]
        where = split(inner)[0]
        outside = re.sub(r"\[[^\]]*\]", "", where)
        if _flat(outside):
            continue
        names = set(re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?![\w.(]|\s*\()", outside))
        if names & vectors - flat or (re.match(r"\s*[-+]?\s*(?:normalize|reflect|refract)\b", outside)):
            return "cubemap"
        if _THREE.search(outside):
            return "cubemap"
    return ""


def _flat(where: str) -> bool:
    """Whether the outermost of a coordinate is plainly of two components."""
    return _TWO.search(where) is not None
