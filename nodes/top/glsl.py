"""GLSL TOP: a picture by a shader of one's own."""

from tdlite.ops import optional
from tdlite.ops.glsltop import GlslTOP


class glslTOP(GlslTOP):
    """Draw with a shader of one's own, written for TouchDesigner's GLSL interface."""

    title = "GLSL"
    wires = optional("Input 1", "Input 2", "Input 3")
