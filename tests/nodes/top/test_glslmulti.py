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


SLICED = {
    "sTD3DInputs[2]": "texelFetch(sTD3DInputs[2], ivec3(0), 0)",
    "sTD2DArrayInputs[1]": "texture(sTD2DArrayInputs[1], vec3(0.5))",
    "sTDCubeInputs[1]": "texture(sTDCubeInputs[1], vec3(1.0)) * vec4(1, 1, 1, 0)",
    "sTD3DInputs[1]": "texture(sTD3DInputs[0], vec3(0.5)) * 0.0 + texture(sTD3DInputs[1u], vUV) + uTD3DInfos[1].depth",
}


@pytest.mark.parametrize("path", ["raster", "compute"])
@pytest.mark.parametrize("sampler", SLICED)
@pytest.mark.parametrize("there", [True, False])
def test_an_input_with_slices_that_is_not_there_reads_zero_with_a_warning(net, path, sampler, there):
    text = f"{OUT}void main() {{ fragColor = vec4(0.5); }}"
    kinds = ("texture3d", "texture2darray") if there else ()
    sources = [pixel_shader(net, text, type=kind, depth="custom", customdepth=2) for kind in kinds]
    text = f"{OUT}void main() {{ fragColor = vec4(0.25) + {SLICED[sampler]}; }}"
    top = pixel_shader(net, text, operator="glslmultiTOP", pathmode=path, inputs=sources)
    assert np.all(top.numpyArray() == 0.25)
    assert top.errors() == ""
    assert top.warnings() == f"the shader reads {sampler}, which is not there and is 0; connect it"


def test_what_an_included_text_reads_may_be_missing_too(net):
    net.textDAT("tools").text = "vec4 far() { return texture(sTD2DInputs[5], vec2(0.5)); }"
    top = pixel_shader(net, f"#include <tools>\n{OUT}void main() {{ fragColor = far() + 0.5; }}")
    assert np.all(top.numpyArray() == 0.5)
    assert "reads sTD2DInputs[5], which is not there" in top.warnings()


def test_a_slice_that_is_not_there_does_not_read_what_was_drawn_before(net):
    text = f"{OUT}void main() {{ fragColor = vec4(0.5); }}"
    source = pixel_shader(net, text, type="texture3d", depth="custom", customdepth=2)
    both = f"{OUT}void main() {{ fragColor = texture(sTD3DInputs[0], vUV) + texture(sTD3DInputs[1], vUV); }}"
    fed, open_ = (pixel_shader(net, both, operator="glslmultiTOP") for _ in range(2))
    for number in range(2):
        fed.inputConnectors[number].connect(source)
    assert np.all(fed.numpyArray() == 1)
    assert np.all(open_.numpyArray() == 0)


def test_slices_have_no_mipmaps_and_a_warning_says_so(net):
    text = f"{OUT}void main() {{ fragColor = vec4(0.5); }}"
    source = pixel_shader(net, text, type="texture3d", depth="custom", customdepth=2)
    text = f"{OUT}void main() {{ fragColor = texture(sTD3DInputs[0], vUV.stp); }}"
    top = pixel_shader(net, text, inputs=[source], inputfiltertype="mipmap")
    assert np.all(top.numpyArray() == 0.5)
    assert (top.errors(), top.warnings()) == ("", "a 3D texture has no mipmaps; it is read as with linear")
    named = f"uniform sampler3D map;{OUT}void main() {{ fragColor = texture(map, vUV.stp); }}"
    pars = {"sampler0name": "map", "sampler0top": source.path, "sampler0filter": "mipmaplinear"}
    top = pixel_shader(net, named, **pars)
    assert np.all(top.numpyArray() == 0.5)
    assert "no mipmaps" in top.warnings()


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
