"""GLSL Multi TOP: any number of inputs."""

import numpy as np
import pytest
from glslshaders import OUT, pixel_shader

SUM = f"{OUT}void main() {{ fragColor = vec4(0.0); for (int i = 0; i < TD_NUM_2D_INPUTS; i++) "
SUM += "fragColor += texture(sTD2DInputs[nonuniformEXT(i)], vUV.st) * pow(10.0, float(i)); }"


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_it_reads_all_its_inputs(net, count):
    sources = [net.constantTOP(colorr=(i + 1) / 10, format="rgba32float", resolution=(4, 4)) for i in range(count)]
    top = pixel_shader(net, SUM, operator="glslmultiTOP", inputs=sources)
    expected = sum((i + 1) / 10 * 10**i for i in range(count))
    np.testing.assert_allclose(top.numpyArray()[..., 0], expected, rtol=1e-5)
    assert top.errors() == ""


def test_another_input_makes_the_program_anew_and_a_gap_reads_zero(net):
    source = net.constantTOP(colorr=0.5, format="rgba32float", resolution=(4, 4))
    top = pixel_shader(net, SUM, operator="glslmultiTOP", inputs=[source])
    assert np.all(top.numpyArray()[..., 0] == 0.5)
    top.inputConnectors[1].connect(source)
    np.testing.assert_allclose(top.numpyArray()[..., 0], 0.5 + 5, rtol=1e-6)
    top.inputConnectors[0].disconnect()
    np.testing.assert_allclose(top.numpyArray()[..., 0], 5, rtol=1e-6)


def test_more_inputs_than_the_device_reads_are_an_error(net):
    source = net.constantTOP(resolution=(4, 4))
    top = pixel_shader(net, SUM, operator="glslmultiTOP", inputs=[source] * 200)
    top.cook()
    assert top.errors().startswith("200 inputs are more than the ")


def test_it_computes_as_well(net):
    source = net.constantTOP(colorr=0.5, format="rgba32float", resolution=(4, 4))
    assert np.all(net.glslmultiTOP(mode="compute", inputs=[source] * 5).numpyArray()[..., 0] == 0.5)
