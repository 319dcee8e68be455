"""Tiles: imported from tiles.frag (glslViewer)."""

from typing import Any

import tdlite as td

SHADER = """
// Tiles of quarter circles, each turned at random, that change their mind now and then.
#ifdef GL_ES

#endif

uniform vec2 u_resolution;
uniform vec2 u_mouse;
uniform float u_time;

float random(vec2 st) {
    return fract(sin(dot(st, vec2(12.9898, 78.233))) * 43758.5453);
}

void main() {
    vec2 st = gl_FragCoord.xy / u_resolution.y * 6.0 + u_mouse / u_resolution.y;
    vec2 cell = floor(st), p = fract(st);
    if (random(cell + floor(u_time * 0.5 + random(cell.yx))) > 0.5) p.x = 1.0 - p.x;
    float d = min(abs(length(p) - 0.5), abs(length(p - 1.0) - 0.5));
    float line = 1.0 - smoothstep(0.12, 0.12 + 12.0 / u_resolution.y, d);
    vec3 ground = mix(vec3(0.08, 0.1, 0.2), vec3(0.12, 0.2, 0.3), random(cell));
    gl_FragColor = vec4(mix(ground, vec3(0.95, 0.75, 0.45) - 0.3 * d, line), 1.0);
}
"""


def build(root: Any) -> None:
    comp = root.create(td.baseCOMP, "tiles")
    page = comp.appendCustomPage("Tiles")
    custom(page.appendWH("Resolution"), 1280, 720)
    # The pointer in pixels; z and w are where the button went down, negative once it is up.
    custom(page.appendXYZW("Mouse"), 0, 0, 0, 0)

    image = shader(
        comp,
        "image",
        SHADER,
        values={
            "u_resolution": ("me.width", "me.height"),
            "u_mouse": ("parent().par.Mousex", "parent().par.Mousey"),
            "u_time": "absTime.seconds",
        },
    )

    out = comp.create(td.nullTOP, "out1")
    out.inputConnectors[0].connect(image)


def custom(group: Any, *values: Any, low: Any = None, high: Any = None) -> None:
    """Give new custom parameters their values and the range of their sliders."""
    for index, par in enumerate(group):
        par.default = par.val = values[index]
        if low is not None and high is not None:
            par.min = par.normMin = low[index] if isinstance(low, tuple) else low
            par.max = par.normMax = high[index] if isinstance(high, tuple) else high


def sized(top: Any, size: tuple[str, str] | None = None, deep: bool = False) -> Any:
    """Give a TOP the size of its COMP, or that of these expressions, and 8-bit or 32-bit float pixels."""
    width, height = size or ("parent().par.Resolutionw", "parent().par.Resolutionh")
    top.par.outputresolution = "custom"
    top.par.resolutionw.expr, top.par.resolutionh.expr = width, height
    top.par.format = "rgba32float" if deep else "rgba8fixed"
    return top


def shader(
    comp: Any,
    name: str,
    text: str,
    samplers: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
    size: tuple[str, str] | None = None,
    deep: bool = False,
) -> Any:
    """A GLSL TOP with its text, what its samplers read and what its uniforms are.

    A sampler reads a TOP, or an expression of one, or either with an extend mode and a filter. A uniform's value is
    a number, an expression or some of them.
    """
    top = sized(comp.create(td.glslTOP, name), size, deep)
    top.par.pixeldat.eval().text = text
    samplers, values = samplers or {}, values or {}
    top.seq.sampler.numBlocks, top.seq.vec.numBlocks = max(1, len(samplers)), max(1, len(values))
    for block, (sampler, source) in zip(top.seq.sampler, samplers.items(), strict=False):
        source, extend, smooth = source if isinstance(source, tuple) else (source, "hold", "linear")
        block.name, block.extendu, block.extendv, block.filter = sampler, extend, extend, smooth
        if isinstance(source, str):
            block.top.expr = source
        else:
            block.top.val = source.name
    for block, (uniform, value) in zip(top.seq.vec, values.items(), strict=False):
        block.name = uniform
        for part, number in zip("xyzw", value if isinstance(value, tuple) else (value,), strict=False):
            par = getattr(block, f"value{part}")
            if isinstance(number, str):
                par.expr = number
            else:
                par.val = number
    return top
