"""Rectangle TOP: one rectangle with rounded corners and a border."""

from tdlite.gpu.image import Spec
from tdlite.ops import TOP, XY, At, Color, Float, Length, Menu, Page, Toggle, generator_output, optional
from tdlite.ops.shader import pixels, pixels_xy
from tdlite.ops.xform import cosine_sine

_SIDES = {"left": -1, "bottom": -1, "center": 0, "right": 1, "top": 1}


class rectangleTOP(TOP):
    """Draw one anti-aliased rectangle over a background colour."""

    wires = optional("Composite Input")
    derived = (
        ("turn", "vec2"),  # cosine and sine of the angle that turns it upright
        ("anchor", "vec2"),  # its centre, from that of the first pixel
        ("half_size", "vec2"),  # with the border
    )
    parameters = (
        Page(
            "Rectangle",
            XY("size", (0.5, 0.5), low=0, unit=Length("fractionaspect"), shader=False, help="Width and height."),
            Float("rotate", 0, unit="deg", shader=False, help="Turn about the centre, counter-clockwise."),
            XY("center", (0, 0), unit=Length("fraction"), shader=False,
               help="Offset from the justified anchor; y is up."),
            Menu("justifyh", ("left", "center", "right"), "center", label="Justify Horizontal", shader=False,
                 help="Which edge the centre is measured from, and which edge of the shape lies there."),
            Menu("justifyv", ("bottom", "center", "top"), "center", label="Justify Vertical", shader=False,
                 help="The same, vertically."),
            Color("fillcolor", (1, 1, 1, 1), "fillalpha", label="Fill Color", help="Colour inside."),
            Color("border", (1, 1, 1, 1), "borderalpha", label="Border Color", help="Colour of the border."),
            Color("bgcolor", (0, 0, 0, 1), "bgalpha", label="Background Color", help="Colour outside."),
            Toggle("multrgbbyalpha", True, label="Multiply RGB by Alpha", variant=True,
                   help="Premultiply the colours.", aliases=("premultrgbbyalpha",)),
            Float("borderwidth", 0, low=0, unit=Length("fraction"), label="Border Width", help="Width of the border."),
            Float("borderoffset", 0, low=0, high=1, label="Border Offset", shader=False,
                  help="0 puts the border inside the shape, 1 outside."),
            Float("cornerradius", 0, low=0, unit=Length("fraction"), label="Corner Radius",
                  help="Radius of the corners, at most half the shorter side."),
            Toggle("antialias", True, label="Anti-Alias", variant=True, help="Soften edges over one pixel."),
            Float("softness", 0, low=0, unit=Length("fraction"), help="Widen the edge to the background."),
        ),
        generator_output,
    )  # fmt: skip

    def choices(self, at: At) -> tuple[tuple[str, int], ...]:
        par = at.par
        return ("bordered", int(par.borderwidth > 0)), ("softened", int(par.softness > 0))

    def derive(self, at: At, spec: Spec) -> tuple[float, ...]:
        par, across, up = at.par, spec.width, spec.height
        wide, high = pixels_xy(par.sizex, par.sizey, par.sizeunit, across, up)
        x, y = pixels_xy(par.centerx, par.centery, par.centerunit, across, up)
        # Justified left, the shape's left edge lies at the image's left edge; likewise the others.
        x += (across + _SIDES[par.justifyh] * (across - wide) - 1) / 2
        y += (up + _SIDES[par.justifyv] * (up - high) - 1) / 2
        border = par.borderwidth and par.borderoffset * pixels(par.borderwidth, par.borderwidthunit, across, up, False)
        cosine, sine = cosine_sine(-par.rotate)
        return cosine, sine, x, y, wide / 2 + border, high / 2 + border
