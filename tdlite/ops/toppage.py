"""The Common page of TOPs, the Output page of generators, and how a size is resolved."""

from __future__ import annotations

from typing import Any

from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Spec
from tdlite.graph.errors import OpError
from tdlite.graph.pardefs import Int, Menu, Page, Pair, Toggle

SCALES = {"eighth": (1, 8), "quarter": (1, 4), "half": (1, 2), "2x": (2, 1), "4x": (4, 1), "8x": (8, 1)}
MASKS = tuple(
    "".join(letter for bit, letter in enumerate("rgba") if mask >> bit & 1) or "none" for mask in range(15, -1, -1)
)
"""Tokens of the channel mask, all channels first."""
MASK_BITS = {token: 15 - index for index, token in enumerate(MASKS)}

BLEND_MODES = (
    "add", "atop", "average", "brightest", "burncolor", "burnlinear", "chromadifference", "color", "darkercolor",
    "difference", "dimmest", "divide", "dodge", "exclude", "freeze", "glow", "hardlight", "hardmix", "heat", "hue",
    "inside", "insideluminance", "inverse", "lightercolor", "linearlight", "luminancedifference", "maximum",
    "minimum", "multiply", "negate", "outside", "outsideluminance", "over", "overlay", "pinlight", "reflect",
    "screen", "softlight", "stencilluminance", "subtract", "subtractive", "under", "vividlight", "xor", "yfilm",
    "zfilm",
)  # fmt: skip
"""Tokens of the blend modes in the order of shaders/lib/blend.glsl."""

common = Page(
    "Common",
    Menu(
        "outputresolution",
        (
            ("useinput", "Use Input"),
            ("eighth", "Eighth"),
            ("quarter", "Quarter"),
            ("half", "Half"),
            ("2x", "2X"),
            ("4x", "4X"),
            ("8x", "8X"),
            ("fit", "Fit Resolution"),
            ("limit", "Limit Resolution"),
            ("custom", "Custom Resolution"),
        ),
        label="Output Resolution",
        help="The size: the first input's, a multiple of it, or the Resolution below.",
    ),
    (Int("resolutionw", 256, label="Resolution W", unit="px", help="Width; without an input this is the size."),),
    (Int("resolutionh", 256, label="Resolution H", unit="px", help="Height; without an input this is the size."),),
    Toggle(
        "resmult", True, label="Use Global Res Multiplier", help="Multiply Resolution by project.resolutionMultiplier."
    ),
    Menu(
        "outputaspect",
        (("useinput", "Use Input"), ("resolution", "Resolution"), ("custom", "Custom Aspect")),
        label="Output Aspect",
        help="The aspect that the image says it has; pixels do not change.",
    ),
    Pair("aspect", (1, 1), label="Aspect", help="The aspect, when it is custom."),
    Menu(
        "inputfiltertype",
        (("nearest", "Nearest Pixel"), ("linear", "Interpolate Pixels"), ("mipmap", "Mipmap Pixels")),
        "linear",
        label="Input Smoothness",
        help="How inputs are sampled between pixels.",
    ),
    Menu(
        "fillmode",
        ("useinput", "fill", "width", "height", "best", "outside", "nativeres"),
        label="Fill Viewer",
        help="How viewers fit the image.",
    ),
    Menu("filtertype", ("nearest", "linear", "mipmap"), "mipmap", label="Viewer Smoothness", help="In viewers."),
    Int("npasses", 1, low=1, label="Passes", help="Draw so often, each pass with the one before as first input."),
    Menu("chanmask", MASKS, label="Channel Mask", help="The channels to work on; others are the first input's."),
    Menu(
        "format",
        (("useinput", "Use Input"), *((token, made.label) for token, made in FORMATS.items())),
        label="Pixel Format",
        help="How each pixel is stored; Use Input without an input is 8-bit fixed (RGBA).",
    ),
)

generator_output = Page(
    "Output",
    Toggle("compoverinput", label="Comp Over Input", help="Composite the picture with the input.", shader=False,
           aliases=("combineinput",)),
    Menu("operand", BLEND_MODES, "over", label="Operation", help="How to composite.", shader=False),
    Toggle("swaporder", label="Swap Order", help="Exchange picture and input.", shader=False),
)  # fmt: skip


def resolve(par: Any, first: Spec | None, multiplier: float, max_size: int) -> Spec:
    """The spec that a Common page asks for, given the first input's. OpError for an impossible size.

    Fractions of an input are rounded to whole pixels, at least 1. The multiplier is for sizes that are typed:
    a size that comes from an input has it already.
    """
    mode = par.outputresolution
    if first is not None and mode == "useinput":
        width, height = first.width, first.height
    elif first is not None and mode in SCALES:
        times, over = SCALES[mode]
        width, height = (max(1, round(side * times / over)) for side in first[:2])
    else:
        width, height = par.resolutionw, par.resolutionh
        if width < 1 or height < 1:
            raise OpError(
                f"a resolution of {width}×{height} is not possible; set resolutionw and resolutionh to at least 1"
            )
        if par.resmult and multiplier != 1.0:
            width, height = max(1, round(width * multiplier)), max(1, round(height * multiplier))
        if first is not None and mode != "custom":
            factor = min(width / first.width, height / first.height)
            if mode == "limit":
                factor = min(1.0, factor)
            width, height = (max(1, round(side * factor)) for side in first[:2])
    if width > max_size or height > max_size:
        raise OpError(f"a resolution of {width}×{height} is over the limit of this GPU, {max_size} pixels a side")
    pixel_format = par.format
    if pixel_format == "useinput":
        pixel_format = first.format if first is not None else "rgba8fixed"
    # Slices are handed on; what cannot draw them says so when it draws.
    kind, depth = first[4:] if first is not None else ("texture2d", 1)
    return Spec(width, height, pixel_format, _aspect(par, first, width, height), kind, depth)


def _aspect(par: Any, first: Spec | None, width: int, height: int) -> tuple[float, float]:
    if par.outputaspect == "custom":
        if par.aspect1 <= 0 or par.aspect2 <= 0:
            raise OpError(f"an aspect of {par.aspect1}:{par.aspect2} is not possible; both must be above 0")
        if not 1e-6 < par.aspect1 / par.aspect2 < 1e6:
            raise OpError(f"an aspect of {par.aspect1}:{par.aspect2} is not possible; one is a million times the other")
        return (par.aspect1, par.aspect2)
    if par.outputaspect == "useinput" and first is not None and par.outputresolution not in ("custom", "fit"):
        return first.aspect
    return (float(width), float(height))
