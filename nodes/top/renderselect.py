"""Render Select TOP: one of several pictures that another TOP draws at once."""

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.ops import TOP, At, Int, OpError, Page, TOPRef


class renderselectTOP(TOP):
    """Show one of the color buffers of a GLSL TOP, in its size and format."""

    title = "Render Select"
    parameters = (
        Page(
            "Render Select",
            TOPRef("top", label="Render/GLSL TOP", help="The TOP that draws several color buffers."),
            Int("colorbufferindex", 0, low=0, label="Color Buffer Index", help="Which of them, counted from 0."),
        ),
    )

    def target(self) -> TOP:
        """The TOP whose buffers to show."""
        found: tuple[TOP, ...] = self.values.row(0).top
        if not found:
            raise OpError("there is nothing to show; set par.top to the TOP that draws the buffers")
        return found[0]

    def size(self, first: Spec | None) -> Spec:
        source: Spec = self.target().spec_memo.pull()
        return super().size(source)

    def describe(self, at: At, spec: Spec) -> Pass | Image:
        target, index = self.target(), at.par.colorbufferindex
        first: Image = target.result.pull()
        buffers = (first, *first.others)
        if index >= len(buffers):
            raise OpError(f"{target.path} draws {len(buffers)} color buffers; there is no number {index}")
        return self.shown(buffers[index], spec)
