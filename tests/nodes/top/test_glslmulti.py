"""GLSL Multi TOP: any number of inputs."""

import numpy as np
import pytest
from glslshaders import OUT, compute_shader, pixel_shader

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


@pytest.mark.parametrize("path", ["raster", "compute"])
@pytest.mark.parametrize("operator", ["glslTOP", "glslmultiTOP"])
@pytest.mark.parametrize("count", [0, 2])
def test_an_input_that_is_named_but_not_there_reads_zero_with_a_warning(net, operator, path, count):
    source = net.constantTOP(colorr=0.5, format="rgba32float", resolution=(4, 4))
    text = f"{OUT}void main() {{ fragColor = vec4(0.25) + texture(sTD2DInputs[4], vUV.st) + uTD2DInfos[4].res; }}"
    top = pixel_shader(net, text, operator=operator, pathmode=path, inputs=[source] * count)
    assert np.all(top.numpyArray() == 0.25)
    assert top.errors() == ""
    assert top.warnings().startswith("the shader reads sTD2DInputs[4], which is not there and is 0; ")


def test_a_compute_shader_may_name_an_input_that_is_not_there_until_it_is(net):
    source = net.constantTOP(colorr=0.5, format="rgba32float", resolution=(4, 4))
    body = "TDImageStoreOutput(0, gl_GlobalInvocationID, vec4(0.25) + texelFetch(sTD2DInputs[1], p, 0));"
    top = compute_shader(net, body, operator="glslmultiTOP", inputs=[source])
    assert np.all(top.numpyArray() == 0.25)
    assert "sTD2DInputs[1]" in top.warnings()
    top.inputConnectors[1].connect(source)
    assert np.all(top.numpyArray()[..., 0] == 0.75)
    assert top.warnings() == ""


@pytest.mark.parametrize(
    "text",
    [
        "if (TD_NUM_2D_INPUTS > 1) fragColor += texture(sTD2DInputs[1], vUV.st);",
        "// fragColor += texture(sTD2DInputs[1], vUV.st);",
        "\n#if TD_NUM_2D_INPUTS > 1\nfragColor += texture(sTD2DInputs[1], vUV.st);\n#endif\n",
        "\n#ifdef SECOND\nfragColor += texture(sTD2DInputs[1], vUV.st);\n#endif\n",
    ],
)
def test_an_input_that_is_not_read_is_not_missed(net, text):
    top = pixel_shader(net, f"{OUT}void main() {{ fragColor = vec4(1); {text}\n}}", operator="glslmultiTOP")
    assert np.all(top.numpyArray() == 1)
    assert (top.errors(), top.warnings()) == ("", "")
