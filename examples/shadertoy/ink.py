"""Ink: imported from ink (Shadertoy)."""

from typing import Any

import tdlite as td

COMMON = """
// Ink in water: shared by both passes.
#define TAU 6.2831853

mat2 turn(float angle) {
    float c = cos(angle), s = sin(angle);
    return mat2(c, -s, s, c);
}

// A slow current without sources or sinks: the curl of a few sine waves.
vec2 current(vec2 p, float time) {
    vec2 v = vec2(0.0);
    float size = 1.5;
    for (int i = 0; i < 4; i++) {
        p *= turn(1.3);
        v += vec2(cos(p.y * size + time), -sin(p.x * size - time * 0.7)) / size;
        size *= 1.8;
    }
    return v;
}
"""

BUFFER_A = """
uniform sampler2D iChannel0;
uniform vec3 iResolution;
uniform float iTime;

#include <common>

// The ink: what was here is carried on by the current and fades; three drops leave colour behind.

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 p = (2.0 * fragCoord - iResolution.xy) / iResolution.y;
    vec2 from = fragCoord - current(p, iTime * 0.3) * iResolution.y * 0.006;
    vec3 ink = texture(iChannel0, from / iResolution.xy).rgb * 0.992;

    for (float i = 0.0; i < 3.0; i++) {
        float angle = iTime * (0.5 + 0.2 * i) + TAU * i / 3.0;
        vec2 drop = 0.55 * vec2(cos(angle), sin(angle * 1.5));
        vec3 hue = 0.5 + 0.5 * cos(TAU * (i / 3.0 + vec3(0.0, 0.33, 0.67)) + 0.4 * iTime);
        ink += hue * 0.25 * exp(-600.0 * dot(p - drop, p - drop));
    }
    fragColor = vec4(ink, 1.0);
}

layout(location = 0) out vec4 pixelColor;
void main() {
    vec4 color = vec4(0.0);
    mainImage(color, gl_FragCoord.xy);
    pixelColor = color;
}
"""

IMAGE = """
uniform sampler2D iChannel0;
uniform vec3 iResolution;

#include <common>

// Paper, tinted by the ink that lies on it, with a little light on its edges.

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 uv = fragCoord / iResolution.xy, step = 1.0 / iResolution.xy;
    vec3 ink = texture(iChannel0, uv).rgb;
    float slope = texture(iChannel0, uv + step).g - texture(iChannel0, uv - step).g;
    vec3 paper = vec3(0.97, 0.95, 0.9) - 0.25 * dot(uv - 0.5, uv - 0.5);
    fragColor = vec4(paper * exp(-1.6 * ink) + 0.5 * slope, 1.0);
}

layout(location = 0) out vec4 pixelColor;
void main() {
    vec4 color = vec4(0.0);
    mainImage(color, gl_FragCoord.xy);
    pixelColor = vec4(color.rgb, 1.0);
}
"""


def build(root: Any) -> None:
    comp = root.create(td.baseCOMP, "ink")
    page = comp.appendCustomPage("Ink")
    custom(page.appendWH("Resolution"), 1280, 720)

    comp.create(td.textDAT, "common").text = COMMON

    buffer_a_past = last_frame(comp, "bufferA", deep=True)

    buffer_a = shader(
        comp,
        "bufferA",
        BUFFER_A,
        samplers={
            "iChannel0": buffer_a_past,
        },
        values={
            "iResolution": ("me.width", "me.height", 1),
            "iTime": "absTime.seconds",
        },
        deep=True,
    )

    image = shader(
        comp,
        "image",
        IMAGE,
        samplers={
            "iChannel0": buffer_a,
        },
        values={
            "iResolution": ("me.width", "me.height", 1),
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


def last_frame(comp: Any, name: str, size: tuple[str, str] | None = None, deep: bool = False) -> Any:
    """The TOP of that name as it was in the frame before; black in the first."""
    black = sized(comp.create(td.constantTOP, f"{name}_black"), size, deep)
    black.par.colorr = black.par.colorg = black.par.colorb = black.par.alpha = 0
    past = comp.create(td.feedbackTOP, f"{name}_past")
    past.inputConnectors[0].connect(black)
    past.par.top = name
    return past
