"""Constant CHOP: channels with the values that one types in."""

from tdlite.graph.paths import expand
from tdlite.ops import CHOP, At, Blocks, Channels, Float, Page, Str


class constantCHOP(CHOP):
    """Hold named values, one sample a channel. A name may be a pattern for several channels."""

    parameters = (
        Page(
            "Constant",
            Blocks(
                "const",
                Str("name", "chan#", label="Name", help="Name of the channel; t[xyz] makes three."),
                Float("value", 0, label="Value", help="Its value."),
            ),
        ),
    )

    def evaluate(self, at: At) -> Channels:
        return Channels.single({name: value for names, value in at.blocks("const") for name in expand(names)})
