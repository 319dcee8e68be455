"""Level TOP: brightness, gamma, contrast and ranges of a picture."""

from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Spec
from tdlite.ops import RGBA, TOP, At, Float, Menu, Page, Toggle, required


class levelTOP(TOP):
    """Adjust tones, page by page: Pre, Range, RGBA, Step, Post. Colour and alpha are treated apart."""

    wires = required("Input")
    derived = (("clamped", "bool"),)
    parameters = (
        Page(
            "Pre",
            Menu("clampinput", ("automatic", ("clamp", "Clamp 0-1"), "unclamped"), label="Clamp Input", shader=False,
                 help="Keep what comes in, and what the Range page makes of it, in 0 to 1; Automatic: not floats."),
            Float("invert", 0, low=0, high=1, help="Blend towards the negative."),
            Float("blacklevel", 0, label="Black Level", help="The value that becomes black; 1 stays where it is."),
            Float("brightness1", 1, label="Brightness 1", help="Factor on the colour."),
            Float("gamma1", 1, low=0, label="Gamma 1", help="Above 1 brightens the middle, below 1 darkens it."),
            Float("contrast", 1, help="Stretch around middle grey."),
        ),
        Page(
            "Range",
            Float("inlow", 0, label="In Low", help="The value that becomes Out Low."),
            Float("inhigh", 1, label="In High", help="The value that becomes Out High."),
            Float("outlow", 0, label="Out Low", help="What In Low becomes."),
            Float("outhigh", 1, label="Out High", help="What In High becomes."),
        ),
        Page(
            "RGBA",
            RGBA("low", (0, 0, 0, 0), label="Low", help="What 0 becomes in this channel."),
            RGBA("high", (1, 1, 1, 1), label="High", help="What 1 becomes in this channel."),
        ),
        Page(
            "Step",
            Toggle("stepping", label="Apply Stepping", variant=True, help="Reduce the colour to steps."),
            Float("stepsize", 0.25, low=0, label="Step Size", help="Height of a step."),
            Float("threshold", 0, help="A value at which a step begins."),
            Float("clamplow", 0, label="Clamp Low", help="The lowest step. Applies while stepping is on."),
            Float("clamphigh", 1, label="Clamp High", help="The highest step. Applies while stepping is on."),
            Float("soften", 0, low=0, high=1, help="How much of each step is a slope."),
        ),
        Page(
            "Post",
            Float("gamma2", 1, low=0, label="Gamma 2", help="Gamma again, after the steps."),
            Float("opacity", 1, help="Factor on alpha."),
            Float("brightness2", 1, label="Brightness 2", help="Factor on the colour, after everything else."),
            Toggle("clamp", label="Clamp", help="Keep the colour between the two values below."),
            Float("clamplow2", 0, label="Clamp Low", help="The least value, while Clamp is on."),
            Float("clamphigh2", 1, label="Clamp High", help="The greatest value, while Clamp is on."),
            Toggle("premultrgbbyalpha", label="Pre-Multiply RGB by Alpha", help="Multiply the colour by the alpha."),
        ),
    )  # fmt: skip

    def choices(self, at: At) -> tuple[tuple[str, int], ...]:
        # A CPU works out what a condition skips: powers only where there is a gamma.
        return (("bent1", int(at.par.gamma1 != 1)), ("bent2", int(at.par.gamma2 != 1)))

    def derive(self, at: At, spec: Spec) -> tuple[float, ...]:
        mode = at.par.clampinput
        return (mode == "clamp" or (mode == "automatic" and FORMATS[at.inputs[0].spec.format].kind == "fixed"),)
