"""Feedback TOP: the previous frame of another TOP."""

from contextlib import suppress
from typing import NamedTuple

from tdlite.gpu.image import Image
from tdlite.gpu.passes import Pass
from tdlite.graph.engine import CookError
from tdlite.ops import TOP, At, Page, Pulse, Toggle, TOPRef, required


class Past(NamedTuple):
    """The target's picture at the end of the last frame, and the presses of Reset that were obeyed."""

    image: Image | None = None
    resets: int = 0


class feedbackTOP(TOP):
    """Show the target as it was in the frame before: a loop that is not a cycle. Until then, the input.

    Size and format are the input's; take it from outside the loop.
    """

    wires = required("Input")
    parameters = (
        Page(
            "Feedback",
            TOPRef("top", label="Target TOP", help="The TOP whose previous frame to show."),
            Toggle("reset", shader=False, help="While on, show the input."),
            Pulse("resetpulse", label="Reset Pulse", help="Show the input for one frame."),
        ),
    )

    def start(self) -> Past:
        return Past()

    def step(self, at: At, past: Past) -> tuple[Pass | Image, Past]:
        if not at.par.top:
            at.warn("par.top is empty; set it to the TOP whose previous frame to show")
        reset = at.par.reset or at.pulses("resetpulse", past.resets)
        image = at.inputs[0] if reset or past.image is None else past.image
        return self.shown(image, self.spec), past._replace(resets=at.pressed("resetpulse"))

    def latch(self) -> None:
        """Keep the target's picture of the frame that ends; the last one, if it has none for an error."""
        targets, now = self.par.top.evalOPs(), self.state
        if targets and now is not None:
            with suppress(CookError):
                self.state = now._replace(after=now.after._replace(image=targets[0].result.pull()))
