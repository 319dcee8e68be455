"""Composite TOP: any number of pictures, blended one after the other."""

from typing import Any

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass, Sampler
from tdlite.graph.engine import WithError
from tdlite.ops import (
    BLEND_MODES,
    TOP,
    XY,
    At,
    Float,
    Int,
    Length,
    Menu,
    OpError,
    Page,
    Toggle,
    TOPRef,
    many,
)
from tdlite.ops.top import gpu_of
from tdlite.ops.xform import (
    LOOKUP,
    about,
    inverse,
    lookup,
    not_flat,
    product,
    rotation,
    scaling,
    translation,
    within,
    xy_pixels,
)


class compositeTOP(TOP):
    """Blend the first input with the second, the result with the third, and so on.

    The first is the upper one: with Over it covers the others. The fixed layer decides the size; all other
    layers are overlays, which the Transform page places. A single layer passes through.
    """

    wires = many("Layer", required=False)
    derived = (*LOOKUP, ("stride", "vec2"))  # the last from layer to layer
    parameters = (
        Page(
            "Composite",
            TOPRef("top", label="TOP", help="More layers after the wired ones; paths and patterns."),
            Toggle("selectinput", label="Select Input", shader=False, help="Show one layer only."),
            Int("inputindex", 0, low=0, label="Input Index", shader=False, help="Which one, counted from 0."),
            Menu("operand", BLEND_MODES, "multiply", label="Operation", variant=True, help="How to blend."),
            Toggle("swaporder", label="Swap Operation Order", variant=True,
                   help="Blend B with A instead of A with B."),
        ),
        Page(
            "Transform",
            Menu("size", (("input1", "Input 1"), ("input2", "Input 2")), label="Fixed Layer", shader=False,
                 help="The layer that is not transformed; size, format and aspect are its."),
            Menu("prefit", ("fill", ("fithorz", "Fit Horizontal"), ("fitvert", "Fit Vertical"),
                            ("fitbest", "Fit Best"), ("fitoutside", "Fit Outside"), ("nativeres", "Native Resolution")),
                 label="Pre-Fit Overlay", variant=True,
                 help="How overlays are fitted into the picture before they are transformed."),
            Menu("justifyh", ("left", "center", "right"), "center", label="Justify Horizontal", variant=True,
                 help="Where a fitted overlay lies that is narrower or wider than the picture."),
            Menu("justifyv", ("bottom", "center", "top"), "center", label="Justify Vertical", variant=True,
                 help="The same, vertically."),
            Menu("extend", ("hold", "zero", "repeat", "mirror"), "zero", label="Extend Overlay", variant=True,
                 help="What lies beyond an overlay: its edge, nothing, or the overlay again."),
            Float("r", unit="deg", label="Rotate", shader=False, help="Turn overlays about the pivot, clockwise."),
            XY("t", unit=Length("fraction"), label="Translate", shader=False, help="Move overlays; y is up."),
            XY("s", (1, 1), label="Scale", shader=False, help="Scale overlays about the pivot."),
            XY("p", unit=Length("fraction"), label="Pivot", shader=False, help="The fixed point, from the centre."),
            XY("tstep", unit=Length("fraction"), label="Translate Step", shader=False,
               help="Move the third layer further by this, the fourth by twice as much, and so on."),
        ),
    )  # fmt: skip

    def layers(self) -> list[TOP]:
        """The sources: the wired ones, those that ``top`` names, or the one that is selected."""
        row: Any = self.values.row(0)
        sources: list[Any] = [*self.inputs, *row.top]
        if not sources:
            raise OpError("there is nothing to composite: connect an input, or name TOPs in par.top")
        if row.selectinput:
            if row.inputindex >= len(sources):
                raise OpError(f"there is no layer {row.inputindex}; set par.inputindex to 0…{len(sources) - 1}")
            sources = [sources[row.inputindex]]
        return sources

    def fixed(self, count: int) -> int:
        """The number of the fixed layer."""
        return int(self.values.row(0).size == "input2" and count > 1)

    def size(self, first: Spec | None) -> Spec:
        layers = self.layers()
        source: Spec = layers[self.fixed(len(layers))].spec_memo.pull()
        return super().size(source)

    def describe(self, at: At, spec: Spec) -> Pass | Image | WithError:
        images: list[Image] = [layer.result.pull() for layer in self.layers()]
        if len(images) == 1:
            return self.shown(images[0], spec)
        most = gpu_of(self.project).max_inputs
        if len(images) > most:
            raise OpError(f"{len(images)} layers are more than the {most} that this GPU reads at once; make groups")
        at.inputs = images
        return super().describe(at, spec)

    def choices(self, at: At) -> tuple[tuple[str, int], ...]:
        par = at.par
        still = not any((par.r, par.tx, par.ty, par.tstepx, par.tstepy)) and par.sx == par.sy == 1
        return (
            ("moved", int(not still or par.prefit != "fill")),
            ("fixed_layer", self.fixed(len(at.inputs))),
            ("soft", int(at.common.inputfiltertype != "nearest")),
        )

    def derive(self, at: At, spec: Spec) -> tuple[float, ...]:
        par = at.par
        turn = product(rotation(-par.r), scaling(not_flat(par.sx), not_flat(par.sy)))
        placed = product(translation(*xy_pixels(par, "t", spec)), about(xy_pixels(par, "p", spec), turn))
        found = lookup(inverse(placed), spec)
        (x, y), (a, b, _, c, d, *_) = xy_pixels(par, "tstep", spec), found
        return (*found, a * x + c * y, b * x + d * y)

    def sampler(self, at: At) -> Sampler:
        return Sampler(at.common.inputfiltertype, within(at.par.extend))
