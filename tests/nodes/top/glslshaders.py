"""GLSL TOPs to test with."""

OUT = "layout(location = 0) out vec4 fragColor;\n"
GROUP = "layout(local_size_x = 8, local_size_y = 8) in;\n"


def pixel_shader(net, text, *, operator="glslTOP", size=(4, 4), format="rgba32float", **pars):
    """A GLSL TOP of this whole text."""
    top = net.make(operator, **{"resolution": size, "format": format, **pars})
    top.par.pixeldat.eval().text = text
    return top


def compute_shader(
    net, body, declarations="", *, group=GROUP, size=(4, 4), format="rgba32float", operator="glslTOP", **pars
):
    """A GLSL TOP whose compute shader has this main, in which ``p`` is the pixel."""
    top = net.make(operator, **{"resolution": size, "format": format, "mode": "compute", **pars})
    text = f"{group}{declarations}\nvoid main() {{ ivec2 p = ivec2(gl_GlobalInvocationID.xy); {body} }}"
    top.par.computedat.eval().text = text
    return top
