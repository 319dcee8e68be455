"""Constant TOP: one colour."""

from tdlite.ops import TOP, Color, Menu, Page, Toggle, generator_output, optional


class constantTOP(TOP):
    """Fill the picture with one colour."""

    wires = optional("Composite Input")
    parameters = (
        Page(
            "Constant",
            Color("color", (1, 1, 1, 1), "alpha", high=None, help="The colour."),
            Toggle("multrgbbyalpha", True, label="Multiply RGB by Alpha", variant=True, help="Premultiply the colour.",
                   aliases=("premultrgbbyalpha",)),
            Menu("rgbaunit", (("u1", "0 to 1"), ("u256", "0 to 255"), ("u65536", "0 to 65535")), label="RGBA Units",
                 variant=True, help="The number that stands for full intensity in the parameters above."),
        ),
        generator_output,
    )  # fmt: skip
