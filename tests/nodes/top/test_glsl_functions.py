"""GLSL TOP: everything that the interface declares is there in each stage, and does what its name says."""

import numpy as np
import pytest
from glslshaders import GROUP, OUT, pixel_shader

from tdlite.gpu.context import Gpu

INTERFACE = """
vUV.s; sTD2DInputs[0]; sTD3DInputs[0]; sTD2DArrayInputs[0]; sTDCubeInputs[0]; TD_NUM_2D_INPUTS; TD_NUM_3D_INPUTS;
TD_NUM_2D_ARRAY_INPUTS; TD_NUM_CUBE_INPUTS; TD_NUM_COLOR_BUFFERS; uTD2DInfos[0].res; uTD3DInfos[0].depth;
uTD2DArrayInfos[0].res; uTDCubeInfos[0].res; uTDOutputInfo.res; uTDOutputInfo.depth; uTDCurrentDepth; uTDPass;
sTDNoiseMap; sTDSineLookup; nonuniformEXT(0); TDOutputSwizzle(vec4(1)); TDOutputSwizzle(uvec4(1));
TDPerlinNoise(vec2(1)); TDPerlinNoise(vec3(1)); TDPerlinNoise(vec4(1)); TDSimplexNoise(vec2(1));
TDSimplexNoise(vec3(1)); TDSimplexNoise(vec4(1)); TDHSVToRGB(vec3(1)); TDRGBToHSV(vec3(1)); TDDither(vec4(1));
TDTranslate(1, 2, 3); TDRotateX(1); TDRotateY(1); TDRotateZ(1); TDRotateOnAxis(1, vec3(1, 0, 0)); TDScale(1, 2, 3);
TDRotateToVector(vec3(1), vec3(0, 1, 0)); TDCreateRotMatrix(vec3(1, 0, 0), vec3(0, 1, 0)); TDSineLookup(0.5);
TDRemap(1.0, 0.0, 2.0, 0.0, 1.0); TDLoop(1.0, 0.0, 2.0); TDZigZag(1.0, 0.0, 2.0); TDAverage(1.0, 2.0);
TDCreateTBNMatrix(vec3(0, 0, 1), vec3(1, 0, 0), 1.0); TDEquirectangularToCubeMap(vec2(0.5));
TDCubeMapToEquirectangular(vec3(1, 0, 0));
"""
NAMES = [" ".join(name.split()) for name in INTERFACE.split(";") if name.strip()]
LOOKUPS = {
    "sTD2DInputs[0]": "texture({}, vec2(0.5))", "sTDNoiseMap": "texture({}, vec2(0.5))",
    "sTD3DInputs[0]": "texture({}, vec3(0.5))", "sTD2DArrayInputs[0]": "texture({}, vec3(0.5))",
    "sTDCubeInputs[0]": "texture({}, vec3(0.5))", "sTDSineLookup": "texture({}, 0.5)",
}  # fmt: skip


def number(name):
    """One number of whatever an expression is: of vectors and matrices the first."""
    value = LOOKUPS.get(name, "{}").format(name)
    return f"float(first({value}))"


PARTS = {"float": "", "int": "", "mat3": "[0][0]", "mat4": "[0][0]"}
PARTS |= dict.fromkeys(("vec2", "vec3", "vec4", "uvec4"), ".x")
FIRST = "".join(f"float first({kind} x) {{ return float(x{part}); }}" for kind, part in PARTS.items())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["compute", "raster"])
def test_a_pixel_shader_has_it(net, name, path):
    text = f"{OUT}{FIRST}\nvoid main() {{ fragColor = vec4({number(name)}); }}"
    top = pixel_shader(net, text, pathmode=path)
    assert np.isfinite(top.numpyArray()).all()
    assert top.errors() == top.warnings() == ""


@pytest.mark.parametrize("name", [*NAMES[1:], "TDImageLoadOutput(0, ivec3(0))", "TDImageLoadOutput(0, uvec3(0))"])
def test_a_compute_shader_has_it(net, name):
    top = net.glslTOP(resolution=(4, 4), mode="compute", outputaccess="readwrite", format="rgba32float")
    store = f"TDImageStoreOutput(0, gl_GlobalInvocationID, vec4({number(name)}));"
    top.par.computedat.eval().text = f"{GROUP}{FIRST}\nvoid main() {{ {store} }}"
    assert np.isfinite(top.numpyArray()).all()
    assert top.errors() == top.warnings() == ""


def value(net, expression, declarations="", **pars):
    top = pixel_shader(
        net, f"{declarations}\n{OUT}void main() {{ fragColor = vec4({expression}); }}", size=(1, 1), **pars
    )
    colour = top.numpyArray()[0, 0]
    assert top.errors() == top.warnings() == ""
    return colour


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("vec4(TDSineLookup(-1.0), TDSineLookup(0.25), TDSineLookup(0.5), TDSineLookup(2.0))",
         (0, 0.5 - 0.5**1.5, 0.5, 1)),
        ("vec4(TDRemap(15.0, 10.0, 20.0, 0.0, -1.0), TDRemap(vec2(0, 4), vec2(0), vec2(2), vec2(1), vec2(3)), 0)",
         (-0.5, 1, 5, 0)),
        ("vec4(TDLoop(7.0, 2.0, 5.0), TDLoop(1.0, 2.0, 5.0), TDLoop(2.0, 2.0, 5.0), TDAverage(1.0, 4.0))",
         (4, 4, 2, 2.5)),
        ("vec4(TDZigZag(2.5, 2.0, 5.0), TDZigZag(5.0, 2.0, 5.0), TDZigZag(6.0, 2.0, 5.0), TDZigZag(1.0, 2.0, 5.0))",
         (2.5, 5, 4, 3)),
        ("vec4(TDCreateTBNMatrix(vec3(0, 0, 1), vec3(1, 0, 0), -1.0) * vec3(2, 3, 5), 0)", (2, -3, 5, 0)),
        ("vec4(TDEquirectangularToCubeMap(vec2(0.25, 0.5)), 0)", (0, 0, 1, 0)),
        ("vec4(TDEquirectangularToCubeMap(vec2(0.5, 0.75)), 0)", (-(0.5**0.5), 0.5**0.5, 0, 0)),
        ("vec4(TDCubeMapToEquirectangular(TDEquirectangularToCubeMap(vec2(0.8, 0.3))), 0, 0)", (0.8, 0.3, 0, 0)),
    ],
)  # fmt: skip
def test_functions_do_what_their_names_say(net, expression, expected):
    np.testing.assert_allclose(value(net, expression), expected, atol=1e-5)


def test_the_sine_texture_rises_from_0_to_1_like_the_function(net):
    text = f"{OUT}void main() {{ fragColor = vec4(texture(sTDSineLookup, vUV.s).r, TDSineLookup(vUV.s), 0, 1); }}"
    drawn = pixel_shader(net, text, size=(64, 1)).numpyArray()[0]
    np.testing.assert_allclose(drawn[:, 0], drawn[:, 1], atol=0.01)
    assert np.all(np.diff(drawn[:, 0]) > -1e-6)


# -- words of HLSL ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("float4(lerp(1.0, 3.0, 0.5), frac(2.25), saturate(1.5), saturate(-1.0))", (2, 0.25, 1, 0)),
        ("vec4(lerp(float2(1, 2), float2(3, 4), 0.5), float3(5, 6, 7).yz)", (2, 3, 6, 7)),
        ("vec4(atan2(1.0, 0.0), rsqrt(4.0), fmod(-5.5, 2.0), int2(3.7, 1).x)", (np.pi / 2, 0.5, -1.5, 3)),
    ],
)
def test_words_of_hlsl_mean_what_they_mean_there(net, expression, expected):
    np.testing.assert_allclose(value(net, expression), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "own",
    ["float lerp(float a, float b, float t) { return 7.0; }", "#define lerp(a, b, t) 7.0",
     "float\nlerp (\nfloat a, float b, float t)\n{ return 7.0; }"],
)  # fmt: skip
def test_the_authors_own_word_comes_first(net, own):
    assert value(net, "lerp(1.0, 2.0, 3.0)", own)[0] == 7


def test_a_word_of_hlsl_may_be_a_name(net):
    assert (
        value(net, "f(2.5)", "float f(float x) { float frac = fract(x), saturate = 2.0; return frac * saturate; }")[0]
        == 1
    )


# -- what other compilers take ---------------------------------------------------------------------------------


def test_a_constant_may_be_made_of_uniforms(net):
    declared = "uniform float gain = 2.0; const vec2 size = uTDOutputInfo.res.zw;\nconst float twice =\n gain * 2.0;"
    assert value(net, "vec4(size, twice, 0)", declared).tolist() == [1, 1, 4, 0]


def test_constants_of_such_constants_and_arrays_of_them_are_variables_and_others_stay_constant(net):
    declared = """uniform float gain = 2.0; const float twice = gain * 2.0, half_ = twice / 4.0;
    const float more = twice + 1.0; const int N = 2, M = N + 1;
    const float list[2] = {gain, more}; const vec2[M - 1] pairs = vec2[2](vec2(more), uTDOutputInfo.res.zw);
    float sizes[M];"""
    assert value(net, "vec4(half_, more, list[1], sizes.length() + pairs[1].x)", declared).tolist() == [1, 5, 5, 4]


@pytest.mark.parametrize("path", ["compute", "raster"])
def test_whole_powers_of_numbers_below_0_have_their_values(net, path):
    declared = "uniform float u = -0.5;\n#define CUBE(x) pow(x, 3.0)\n"
    powers = "pow(u, 5.), CUBE(u),\n pow(vec2(u,\n 2), vec2(4.0)).x, pow(pow(u * (u + 2.5), 3.) * 2.0, 3)"
    drawn = value(net, f"vec4({powers})", declared, pathmode=path)
    np.testing.assert_allclose(drawn, (-0.03125, -0.125, 0.0625, -8), rtol=1e-5)


def test_powers_in_constants_stay_constant(net):
    declared = "const float A = 2.0, K = pow(A, 3.0); float list[int(pow(2.0, 3.0)) + int(K)];"
    assert value(net, "vec4(K, list.length(), 0, 0)", declared).tolist() == [8, 16, 0, 0]


def test_a_power_of_the_authors_own_comes_first(net):
    assert value(net, "vec4(pow(-2.0, 3.0))", "float pow(float x, float n) { return x + n; }")[0] == 1


def test_work_groups_without_a_size_have_one_thread(net):
    top = net.glslTOP(resolution=(3, 2), mode="compute", format="rgba32float")
    top.par.computedat.eval().text = "void main() { TDImageStoreOutput(0, gl_GlobalInvocationID, vec4(0.5)); }"
    assert np.all(top.numpyArray() == 0.5)


# -- vertex shaders --------------------------------------------------------------------------------------------

TEXTURE = "in vec3 texCoord;\n" + OUT + "void main() { fragColor = vec4(texCoord.st, 0, 1); }"


def moved(net, vertex, pixel=TEXTURE, **pars):
    corners = net.textDAT("corners")
    corners.text = vertex
    return pixel_shader(net, pixel, vertexdat="corners", **pars)


def test_a_vertex_shader_hands_its_own_values_to_the_pixels(net):
    top = moved(net, "out vec3 texCoord; void main() { texCoord = uv[0]; gl_Position = TDSOPToProj(vec4(P, 1.0)); }",
                size=(6, 3))  # fmt: skip
    drawn = top.numpyArray()
    y, x = np.mgrid[0:3, 0:6]
    np.testing.assert_allclose(drawn[..., 0], (x + 0.5) / 6, rtol=1e-5)
    np.testing.assert_allclose(drawn[..., 1], (y + 0.5) / 3, rtol=1e-5)
    assert "Path: raster, because a vertex shader needs raster" in top.compileResult


def test_it_reads_uniforms_and_inputs_and_moves_the_corners(net):
    vertex = """uniform float shrink; out vec3 texCoord;
        void main() { texCoord = texture(sTD2DInputs[0], uv[0].st).rgb; gl_Position = vec4(P.xy * shrink, 0, 1); }"""
    source = net.constantTOP(colorr=0.25, colorg=0.5, format="rgba32float", resolution=(2, 2))
    top = moved(net, vertex, size=(4, 4), inputs=[source], vec0name="shrink", vec0valuex=0.5)
    drawn = top.numpyArray()
    np.testing.assert_allclose(drawn[1:3, 1:3], [[[0.25, 0.5, 0, 1]] * 2] * 2)
    assert np.all(drawn[0] == 0)
    assert top.warnings() == ""


def test_errors_in_either_text_name_their_line(net):
    good = "out vec3 texCoord;\nvoid main() { texCoord = uv[0]; gl_Position = vec4(P, 1.0); }"
    top = moved(net, good.replace("uv[0]", "missing"))
    top.cook()
    assert top.errors().startswith("/corners:2: `missing' undeclared")
    net.op("corners").text = good
    top.par.pixeldat.eval().text = TEXTURE.replace("texCoord.st", "wrong")
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:3: `wrong' undeclared")


def test_forcing_compute_with_a_vertex_shader_is_an_error(net):
    top = moved(net, "void main() { gl_Position = vec4(P, 1.0); }", f"{OUT}void main() {{ fragColor = vec4(1); }}",
                pathmode="compute")  # fmt: skip
    top.cook()
    assert top.errors() == "pathmode is compute, but a vertex shader needs raster; set it to auto"


def test_a_changed_vertex_shader_compiles_and_another_pass_does_not(net):
    top = moved(net, f"// {__name__}\nout vec3 texCoord; void main() {{ texCoord = uv[0]; gl_Position = vec4(P, 1); }}")
    top.numpyArray()
    before = Gpu.shared().programs.compiled
    top.par.inputextenduv = "zero"
    top.numpyArray()
    assert Gpu.shared().programs.compiled == before
    net.op("corners").text = net.op("corners").text.replace("uv[0]", "uv[0] * 0.5")
    assert top.numpyArray()[..., 0].max() < 0.5
    assert Gpu.shared().programs.compiled == before + 1
