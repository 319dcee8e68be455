"""Level TOP: brightness, gamma, contrast and ranges of a picture."""

from typing import NamedTuple

from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Spec
from tdlite.ops import RGBA, TOP, At, Float, Menu, Page, Toggle, required

_NOTHING = 1e-30


class Line(NamedTuple):
    """What a factor and a shift make of values."""

    factor: float = 1.0
    shift: float = 0.0

    def then(self, factor: float, shift: float = 0.0) -> "Line":
        """This one, then another."""
        return Line(self.factor * factor, self.shift * factor + shift)

    def onto(self, low: float, high: float) -> "Line":
        """This one, then what maps ``low`` to 0 and ``high`` to 1; if they are one, only ``low`` to 0."""
        span = high - low if abs(high - low) >= _NOTHING else 1.0
        return self.then(1 / span, -low / span)


class levelTOP(TOP):
    """Adjust tones, page by page: Pre, Range, RGBA, Step, Post. Colour and alpha are treated apart."""

    wires = required("Input")
    # All that is a factor and a shift, with nothing between that bends or cuts, is one of each.
    derived = (
        ("pre", "vec2"),  # factor and shift before the first gamma
        ("inrange", "vec2"),  # those before values are limited to the input range
        ("factor", "vec4"),  # those of each channel thereafter
        ("shift", "vec4"),
        ("exponents", "vec2"),  # of the two gammas
    )
    parameters = (
        Page(
            "Pre",
            Menu("clampinput", ("automatic", ("clamp", "Clamp 0-1"), "unclamped"), label="Clamp Input", shader=False,
                 help="Keep what comes in, and what the Range page makes of it, in 0 to 1; Automatic: not floats."),
            Float("invert", 0, low=0, high=1, shader=False, help="Blend towards the negative."),
            Float("blacklevel", 0, label="Black Level", shader=False,
                  help="The value that becomes black; 1 stays where it is."),
            Float("brightness1", 1, label="Brightness 1", shader=False, help="Factor on the colour."),
            Float("gamma1", 1, low=0, label="Gamma 1", shader=False,
                  help="Above 1 brightens the middle, below 1 darkens it."),
            Float("contrast", 1, shader=False, help="Stretch around middle grey."),
        ),
        Page(
            "Range",
            Float("inlow", 0, label="In Low", shader=False, help="The value that becomes Out Low."),
            Float("inhigh", 1, label="In High", shader=False, help="The value that becomes Out High."),
            Float("outlow", 0, label="Out Low", shader=False, help="What In Low becomes."),
            Float("outhigh", 1, label="Out High", shader=False, help="What In High becomes."),
        ),
        Page(
            "RGBA",
            RGBA("low", (0, 0, 0, 0), label="Low", shader=False, help="What 0 becomes in this channel."),
            RGBA("high", (1, 1, 1, 1), label="High", shader=False, help="What 1 becomes in this channel."),
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
            Float("gamma2", 1, low=0, label="Gamma 2", shader=False, help="Gamma again, after the steps."),
            Float("opacity", 1, shader=False, help="Factor on alpha."),
            Float("brightness2", 1, label="Brightness 2", help="Factor on the colour, after everything else."),
            Toggle("clamp", label="Clamp", shader=False, help="Keep the colour between the two values below."),
            Float("clamplow2", 0, label="Clamp Low", help="The least value, while Clamp is on."),
            Float("clamphigh2", 1, label="Clamp High", help="The greatest value, while Clamp is on."),
            Toggle("premultrgbbyalpha", label="Pre-Multiply RGB by Alpha", variant=True,
                   help="Multiply the colour by the alpha."),
        ),
    )  # fmt: skip

    def worked_out(self, at: At, spec: Spec) -> tuple[tuple[tuple[str, int], ...], tuple[float, ...]]:
        # A CPU works out even what a condition skips, so what is off is compiled out.
        par, line = at.par, Line()
        fixed = FORMATS[at.inputs[0].spec.format].kind == "fixed"
        clamped = par.clampinput == "clamp" or (par.clampinput == "automatic" and fixed)
        cut, bent1, bent2 = abs(par.inhigh - par.inlow) < _NOTHING, par.gamma1 != 1, par.gamma2 != 1
        line = line.then(1 - 2 * par.invert, par.invert)
        pre = line = line.onto(par.blacklevel, max(1, par.blacklevel + 1e-6)).then(par.brightness1)
        if bent1:
            line = Line()
        inrange = line = line.then(par.contrast, 0.5 - 0.5 * par.contrast).onto(par.inlow, par.inhigh)
        if clamped or cut:
            line = Line()
        line = line.then(par.outhigh - par.outlow, par.outlow)
        post = 1 if par.stepping or bent2 else par.brightness2
        colour = [
            line.then(high - low, low).then(post)
            for low, high in ((par.lowr, par.highr), (par.lowg, par.highg), (par.lowb, par.highb))
        ]
        alpha = Line(par.higha - par.lowa, par.lowa).then(par.opacity)
        factors, shifts = zip(*colour, alpha, strict=True)
        exponents = (1 / max(gamma, 1e-4) for gamma in (par.gamma1, par.gamma2))
        choices = (
            ("clamped", (1 if fixed else 2) if clamped else 0),  # 2: the input, too
            ("cut", int(cut)),
            ("bent1", int(bent1)),
            ("bent2", int(bent2)),
            ("graded", 0 if set(colour) == {Line()} else 1 if len(set(colour)) == 1 else 2),  # 2: each channel its own
            ("faded", int(alpha != Line())),
            ("softened", int(par.soften > 0)),
            ("limited", int(par.clamp)),
        )
        return choices, (*pre, *inrange, *factors, *shifts, *exponents)
