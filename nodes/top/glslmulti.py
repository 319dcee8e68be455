"""GLSL Multi TOP: a GLSL TOP with any number of inputs."""

from tdlite.ops import many
from tdlite.ops.glsltop import GlslTOP


class glslmultiTOP(GlslTOP):
    """Draw with a shader of one's own from any number of inputs; otherwise as the GLSL TOP."""

    title = "GLSL Multi"
    wires = many("Input", required=False)
