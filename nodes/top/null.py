"""Null TOP: a place to take a picture from, whatever changes before it."""

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.ops import TOP, At, required


class nullTOP(TOP):
    """Hand on the input's texture, without a copy unless the Common page asks for another size or format."""

    wires = required("Input")

    def describe(self, at: At, spec: Spec) -> Pass | Image:
        return self.shown(at.inputs[0], spec)
