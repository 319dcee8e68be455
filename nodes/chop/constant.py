"""Constant CHOP: channels with the values that one types in."""

import numpy as np

from tdlite.graph.paths import expand
from tdlite.ops import CHOP, At, Blocks, Channels, Float, Page, Str, Toggle
from tdlite.ops.choppage import channel_page, sample_range


class constantCHOP(CHOP):
    """Hold named values. A name may be a pattern for several channels of the same value."""

    parameters = (
        Page(
            "Constant",
            Blocks(
                "const",
                Str("name", "chan#", label="Name", help="Name of the channel; t[xyz] makes three."),
                Float("value", 0, label="Value", help="Its value."),
            ),
        ),
        channel_page(
            Toggle("single", True, label="Single Sample", help="One sample at the start; else Start to End."),
            end=0,
        ),
    )

    def evaluate(self, at: At) -> Channels:
        values: dict[str, float] = {}
        for names, value in at.blocks("const"):
            values.update(dict.fromkeys(expand(names), value))
        par = at.par
        start, length = (0, 1) if par.single else sample_range(at)
        samples = np.repeat(np.array(list(values.values()), dtype=np.float64)[:, None], length, axis=1)
        return Channels(tuple(values), samples, par.rate, start, False, par.left, par.right, par.defval)
