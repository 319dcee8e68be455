"""Halo: imported from halo.fs (ISF).

A ring of light whose glow lingers: the second pass fades over the first.
"""

from typing import Any

import tdlite as td

SHADER = """
uniform sampler2D glow;
uniform float TIME;
uniform int PASSINDEX;
uniform vec2 RENDERSIZE;
uniform vec4 tint;
uniform vec2 center;
uniform float radius;
uniform int petals;
uniform float trail;
uniform bool inverted;
#define IMG_NORM_PIXEL(image, uv) texture(image, uv)
#define IMG_THIS_PIXEL(image) texture(image, vUV.st)
#define isf_FragNormCoord vUV.st

void main() {
    if (PASSINDEX == 0) {
        vec2 p = (isf_FragNormCoord - center) * RENDERSIZE / RENDERSIZE.y;
        float wave = radius * (1.0 + 0.25 * sin(float(petals) * atan(p.y, p.x) + 2.0 * TIME));
        float ring = 0.004 / (0.004 + pow(length(p) - wave, 2.0) * 8.0);
        vec4 before = IMG_THIS_PIXEL(glow);
        gl_FragColor = vec4(max(before.rgb * trail, tint.rgb * ring), 1.0);
    } else {
        vec3 light = IMG_NORM_PIXEL(glow, isf_FragNormCoord).rgb;
        gl_FragColor = vec4(inverted ? 1.0 - light : light, 1.0);
    }
}
"""


def build(root: Any) -> None:
    comp = root.create(td.baseCOMP, "halo")
    page = comp.appendCustomPage("Halo")
    custom(page.appendWH("Resolution"), 1280, 720)
    custom(page.appendRGBA("Tint"), 1.0, 0.55, 0.2, 1.0, low=(0.0, 0.0, 0.0, 0.0), high=(1.0, 1.0, 1.0, 1.0))
    custom(page.appendXY("Center"), 0.5, 0.5, low=(0.0, 0.0), high=(1.0, 1.0))
    custom(page.appendFloat("Radius"), 0.3, low=0.0, high=1.0)
    menu(page.appendMenu("Petals"), {"3": "Three", "5": "Five", "8": "Eight"}, "5")
    custom(page.appendFloat("Trail"), 0.95, low=0.0, high=1.0)
    custom(page.appendToggle("Inverted"), False)

    glow_size = (
        "max(1, int(math.floor(parent().par.Resolutionw / 2.0)))",
        "max(1, int(math.floor(parent().par.Resolutionh / 2.0)))",
    )

    glow_past = last_frame(comp, "glow", size=glow_size, deep=True)

    glow = shader(
        comp,
        "glow",
        SHADER,
        samplers={
            "glow": glow_past,
        },
        values={
            "TIME": "absTime.seconds",
            "RENDERSIZE": ("me.width", "me.height"),
            "tint": ("parent().par.Tintr", "parent().par.Tintg", "parent().par.Tintb", "parent().par.Tinta"),
            "center": ("parent().par.Centerx", "parent().par.Centery"),
            "radius": "parent().par.Radius",
            "petals": "int(parent().par.Petals)",
            "trail": "parent().par.Trail",
            "inverted": "parent().par.Inverted",
            "PASSINDEX": 0,
        },
        size=glow_size,
        deep=True,
    )

    image = shader(
        comp,
        "image",
        SHADER,
        samplers={
            "glow": glow,
        },
        values={
            "TIME": "absTime.seconds",
            "RENDERSIZE": ("me.width", "me.height"),
            "tint": ("parent().par.Tintr", "parent().par.Tintg", "parent().par.Tintb", "parent().par.Tinta"),
            "center": ("parent().par.Centerx", "parent().par.Centery"),
            "radius": "parent().par.Radius",
            "petals": "int(parent().par.Petals)",
            "trail": "parent().par.Trail",
            "inverted": "parent().par.Inverted",
            "PASSINDEX": 1,
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


def menu(group: Any, entries: dict[str, str], value: str) -> None:
    """Give a new menu its entries and its value."""
    par = group[0]
    par.menuNames, par.menuLabels = list(entries), list(entries.values())
    par.default = par.val = value


def last_frame(comp: Any, name: str, size: tuple[str, str] | None = None, deep: bool = False) -> Any:
    """The TOP of that name as it was in the frame before; black in the first."""
    black = sized(comp.create(td.constantTOP, f"{name}_black"), size, deep)
    black.par.colorr = black.par.colorg = black.par.colorb = black.par.alpha = 0
    past = comp.create(td.feedbackTOP, f"{name}_past")
    past.inputConnectors[0].connect(black)
    past.par.top = name
    return past
