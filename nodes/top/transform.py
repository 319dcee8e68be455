"""Transform TOP: move, turn, scale and tile a picture."""

from tdlite.gpu.image import Spec
from tdlite.gpu.passes import Sampler
from tdlite.ops import RGBA, TOP, XY, At, Float, Length, Menu, Page, Pair, Toggle, required
from tdlite.ops.xform import (
    LOOKUP,
    about,
    inverse,
    lookup,
    not_flat,
    ordered,
    rotation,
    scaling,
    transform_order,
    translation,
    within,
    xy_pixels,
)


class transformTOP(TOP):
    """Move, turn, scale and tile the input. Positive angles turn counter-clockwise."""

    wires = required("Input")
    derived = LOOKUP
    parameters = (
        Page(
            "Transform",
            transform_order(),
            XY("t", unit=Length("fraction"), label="Translate", shader=False, help="How far to move; y is up."),
            Float("rotate", unit="deg", shader=False, help="Turn about the pivot, counter-clockwise."),
            XY("s", (1, 1), label="Scale", shader=False, help="Scale about the pivot; negative mirrors."),
            XY("growshrink", label="Grow / Shrink", shader=False, help="Pixels to add to the scaled width and height."),
            XY("p", unit=Length("fraction"), label="Pivot", shader=False, help="The fixed point, from the centre."),
            RGBA("bgcolor", label="Background Color", help="Colour where the picture does not reach."),
            Toggle("premultrgbbyalpha", True, label="Pre-Multiply RGB by Alpha", variant=True,
                   help="Premultiply that colour."),
            Toggle("compover", label="Comp Over Background Color", variant=True,
                   help="Put the background also behind transparent parts of the picture."),
            Float("mipmapbias", label="Mipmap Bias",
                  help="With Mipmap as Input Smoothness: levels to go up (softer) or down (sharper)."),
        ),
        Page(
            "Tile",
            Menu("extend", ("hold", "zero", "repeat", "mirror"), "zero", variant=True,
                 help="What lies beyond the picture: its edge, the background, or the picture again."),
            Toggle("limittiles", label="Limit Tiles", variant=True,
                   help="Show only so many copies as Tile U and Tile V say."),
            Pair("tileu", low=0, label="Tile U", help="Copies to the left and to the right of the picture."),
            Pair("tilev", low=0, label="Tile V", help="Copies below and above the picture."),
        ),
    )  # fmt: skip

    def choices(self, at: At) -> tuple[tuple[str, int], ...]:
        par = at.par
        backed = any((par.bgcolorr, par.bgcolorg, par.bgcolorb, par.bgcolora))
        return ("backed", int(backed)), ("soft", int(at.common.inputfiltertype != "nearest"))

    def derive(self, at: At, spec: Spec) -> tuple[float, ...]:
        par, width, height = at.par, spec.width, spec.height
        parts = {
            "s": scaling(not_flat(par.sx + par.growshrinkx / width), not_flat(par.sy + par.growshrinky / height)),
            "r": rotation(par.rotate),
            "t": translation(*xy_pixels(par, "t", spec)),
        }
        back = inverse(about(xy_pixels(par, "p", spec), ordered(par.xord, parts)))
        return lookup(back, spec)

    def sampler(self, at: At) -> Sampler:
        return Sampler(at.common.inputfiltertype, within(at.par.extend))
