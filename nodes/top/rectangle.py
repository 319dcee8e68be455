"""Rectangle TOP: one rectangle with rounded corners and a border."""

from tdlite.ops import TOP, XY, Color, Float, Length, Menu, Page, Toggle, generator_output, optional


class rectangleTOP(TOP):
    """Draw one anti-aliased rectangle over a background colour."""

    wires = optional("Composite Input")
    parameters = (
        Page(
            "Rectangle",
            XY("size", (0.5, 0.5), low=0, unit=Length("fractionaspect"), help="Width and height."),
            Float("rotate", 0, unit="deg", help="Turn about the centre, counter-clockwise."),
            XY("center", (0, 0), unit=Length("fraction"), help="Offset from the justified anchor; y is up."),
            Menu("justifyh", ("left", "center", "right"), "center", label="Justify Horizontal",
                 help="Which edge the centre is measured from, and which edge of the shape lies there."),
            Menu("justifyv", ("bottom", "center", "top"), "center", label="Justify Vertical",
                 help="The same, vertically."),
            Color("fillcolor", (1, 1, 1, 1), "fillalpha", label="Fill Color", help="Colour inside."),
            Color("border", (1, 1, 1, 1), "borderalpha", label="Border Color", help="Colour of the border."),
            Color("bgcolor", (0, 0, 0, 1), "bgalpha", label="Background Color", help="Colour outside."),
            Toggle("multrgbbyalpha", True, label="Multiply RGB by Alpha", help="Premultiply the colours.",
                   aliases=("premultrgbbyalpha",)),
            Float("borderwidth", 0, low=0, unit=Length("fraction"), label="Border Width", help="Width of the border."),
            Float("borderoffset", 0, low=0, high=1, label="Border Offset",
                  help="0 puts the border inside the shape, 1 outside."),
            Float("cornerradius", 0, low=0, unit=Length("fraction"), label="Corner Radius",
                  help="Radius of the corners, at most half the shorter side."),
            Toggle("antialias", True, label="Anti-Alias", help="Soften edges over one pixel."),
            Float("softness", 0, low=0, unit=Length("fraction"), help="Widen the edge to the background."),
        ),
        generator_output,
    )  # fmt: skip
