"""GLSL TOP: the interface of its shaders, errors in the author's own lines, and what compiles when."""

import colorsys
from collections.abc import Iterator

import numpy as np
import pytest

from tdlite.gpu.context import Gpu
from tdlite.graph.errors import OpError

OUT = "layout(location = 0) out vec4 fragColor;\n"
CHECKERBOARD = {(1, 0, 0, 1), (0, 0, 1, 1)}


@pytest.fixture(autouse=True)
def _no_gl_errors() -> Iterator[None]:
    assert Gpu.shared().ctx.error == "GL_NO_ERROR"
    yield
    assert Gpu.shared().ctx.error == "GL_NO_ERROR"


def shader(net, text, *, whole=False, size=(4, 4), format="rgba32float", **pars):
    """A GLSL TOP of this text, or with ``main`` made of it."""
    pars = {"resolution": size, "format": format, **pars}
    top = net.glslTOP(**pars)
    top.par.pixeldat.eval().text = text if whole else f"{OUT}void main() {{ {text} }}"
    return top


def value(net, text, declarations="", **pars):
    """The colour that a shader gives to one pixel."""
    whole = f"{declarations}\n{OUT}void main() {{ {text} }}"
    top = shader(net, whole, whole=True, size=(1, 1), **pars)
    colour = top.numpyArray()[0, 0]
    assert top.errors() == ""
    return colour


def picture(net, array):
    """An operator whose picture is a gradient that numpy knows as well: red is x, green is y, in pixels."""
    height, width = array
    return shader(net, "fragColor = vec4(floor(gl_FragCoord.xy), 0.25, 0.5);", size=(width, height))


def pixels(width, height):
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x, y


# -- life ------------------------------------------------------------------------------------------------------


def test_a_new_one_comes_with_its_shader_and_its_messages_docked(net):
    top = net.glslTOP()
    assert {op.name for op in top.docked} == {"glsl1_pixel", "glsl1_compute", "glsl1_info"}
    assert top.par.pixeldat.eval() is net.op("glsl1_pixel")
    assert net.op("glsl1_info").par.op.eval() is top
    assert top.errors() == ""
    assert np.all(top.numpyArray() == 1)


def test_its_first_shader_shows_the_input(net):
    source = picture(net, (3, 5))
    top = net.glslTOP(inputs=[source])
    np.testing.assert_allclose(top.numpyArray(), source.numpyArray(), atol=1e-5)


def test_a_copy_has_a_text_of_its_own(net):
    top = shader(net, "fragColor = vec4(0.25);")
    twin = net.root.copy(top, "twin")
    assert twin.par.pixeldat.eval() is net.op("twin_pixel")
    assert np.all(twin.numpyArray() == 0.25)
    net.op("twin_pixel").text = OUT + "void main() { fragColor = vec4(0.5); }"
    assert np.all(twin.numpyArray() == 0.5)
    assert np.all(top.numpyArray() == 0.25)


def test_a_copied_container_has_each_docked_operator_once(net):
    box = net.baseCOMP("box")
    net.make("glslTOP", "glsl1", parent=box).par.pixeldat.eval().text = OUT + "void main() { fragColor = vec4(0.2); }"
    copy = net.root.copy(box)
    assert sorted(op.name for op in copy.children) == ["glsl1", "glsl1_compute", "glsl1_info", "glsl1_pixel"]
    assert copy.op("glsl1").par.pixeldat.eval() is copy.op("glsl1_pixel")
    np.testing.assert_allclose(copy.op("glsl1").numpyArray(), 0.2)


def test_what_is_docked_goes_with_it(net):
    net.glslTOP().destroy()
    assert net.root.children == []


def test_only_neighbours_can_be_docked(net):
    top = net.glslTOP()
    with pytest.raises(OpError, match="same COMP"):
        net.make("textDAT", parent=net.baseCOMP()).dock = top


# -- interface -------------------------------------------------------------------------------------------------


def test_vuv_is_the_pixels_centre(net):
    drawn = shader(net, "fragColor = vec4(vUV, 1.0);", size=(6, 3)).numpyArray()
    x, y = pixels(6, 3)
    np.testing.assert_allclose(drawn[..., 0], (x + 0.5) / 6, rtol=1e-5)
    np.testing.assert_allclose(drawn[..., 1], (y + 0.5) / 3, rtol=1e-5)


def test_the_interface_may_be_declared_by_the_author(net):
    text = f"in vec3 vUV;\n{OUT}void main() {{ fragColor = vec4(vUV, 1.0); }}"
    assert shader(net, text, whole=True).errors() == ""


def test_all_of_it_may_be_declared_again(net):
    source = picture(net, (3, 5))
    text = f"""uniform sampler2D sTD2DInputs[2]; uniform sampler3D sTD3DInputs[TD_NUM_3D_INPUTS];
        struct TDTexInfo {{ vec4 res; vec4 depth; }};
        uniform TDTexInfo uTD2DInfos[TD_NUM_2D_INPUTS]; uniform TDTexInfo uTDOutputInfo;
        uniform int uTDPass; uniform sampler2D sTDNoiseMap;
        {OUT}void main() {{ fragColor = texture(sTD2DInputs[0], vUV.st) + uTDOutputInfo.res + float(uTDPass);
        fragColor += 0.0 * texture(sTDNoiseMap, vUV.st) + missing; }}"""
    top = shader(net, text, whole=True, inputs=[source])
    top.cook()
    assert top.errors().startswith("/glsl2_pixel:7: `missing' undeclared")
    top.par.pixeldat.eval().text = text.replace(" + missing", "")
    # Between the input's pixels 0 and 1 in x, at its edge in y; and the output's size.
    np.testing.assert_allclose(top.numpyArray()[0, 0], (0.125 + 0.25, 0.25, 0.25 + 4, 0.5 + 4), atol=1e-5)
    assert top.errors() == top.warnings() == ""


def test_an_input_is_fetched_pixel_by_pixel(net):
    source = picture(net, (4, 7))
    top = shader(net, "fragColor = texelFetch(sTD2DInputs[0], ivec2(gl_FragCoord.xy), 0);", size=(7, 4))
    top.inputConnectors[0].connect(source)
    x, y = pixels(7, 4)
    np.testing.assert_array_equal(top.numpyArray()[..., :2], np.dstack([x, y]))


def test_an_open_input_reads_zero(net):
    source = picture(net, (4, 4))
    text = "fragColor = texture(sTD2DInputs[0], vUV.st) + vec4(TD_NUM_2D_INPUTS) + texture(sTD2DInputs[2], vUV.st);"
    top = shader(net, text)
    assert np.all(top.numpyArray() == 0)
    top.inputConnectors[1].connect(source)
    assert np.all(top.numpyArray() == 2)


def test_infos_give_the_sizes_of_inputs_and_output(net):
    source = picture(net, (5, 8))
    text = "fragColor = {};"
    for what, (width, height) in {"uTD2DInfos[0]": (8, 5), "uTDOutputInfo": (4, 2)}.items():
        top = shader(net, text.format(what + ".res"), size=(4, 2), inputs=[source])
        np.testing.assert_allclose(top.numpyArray()[0, 0], (1 / width, 1 / height, width, height), rtol=1e-6)


@pytest.mark.parametrize(
    ("extend", "expected"),
    [("hold", [0, 0, 1, 2, 3, 3]), ("zero", [0, 0, 1, 2, 3, 0]), ("repeat", [3, 0, 1, 2, 3, 0]),
     ("mirror", [0, 0, 1, 2, 3, 3])],
)  # fmt: skip
def test_beyond_the_edges_comes_what_extend_says(net, extend, expected):
    source = picture(net, (1, 4))
    text = "fragColor = texture(sTD2DInputs[0], vec2((gl_FragCoord.x - 1.0) / 4.0, 0.5));"
    top = shader(net, text, size=(6, 1), inputextenduv=extend, inputs=[source], inputfiltertype="nearest")
    np.testing.assert_array_equal(top.numpyArray()[0, :, 0], expected)


def test_numbers_of_inputs_that_cannot_be_there_are_zero(net):
    text = "fragColor = vec4(TD_NUM_3D_INPUTS, TD_NUM_CUBE_INPUTS, TD_NUM_2D_ARRAY_INPUTS, TD_NUM_COLOR_BUFFERS);"
    assert value(net, text).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("rgba32float", (0.1, 0.2, 0.3, 0.4)),
        ("rgb32float", (0.1, 0.2, 0.3, 1)),
        ("mono32float", (0.1, 0.1, 0.1, 1)),
        ("rg32float", (0.1, 0.2, 0, 1)),
        ("a32float", (0, 0, 0, 0.4)),
        ("monoalpha32float", (0.1, 0.1, 0.1, 0.4)),
    ],
)
def test_output_swizzle_keeps_the_channels_of_the_format(net, format, expected):
    drawn = value(net, "fragColor = TDOutputSwizzle(vec4(0.1, 0.2, 0.3, 0.4));", format=format)
    np.testing.assert_allclose(drawn, expected, rtol=1e-6)


def test_every_pass_sees_the_one_before_and_its_number(net):
    source = picture(net, (2, 2))
    text = "fragColor = texelFetch(sTD2DInputs[0], ivec2(0), 0) * 10.0 + vec4(uTDPass, uTD2DInfos[0].res.z, 0, 0);"
    drawn = shader(net, text, size=(3, 1), npasses=3, inputs=[source]).numpyArray()
    # The input is (0, 0, ¼, ½), 2 pixels wide; from the second pass on the own output, 3 wide.
    assert np.all(drawn == (12, 233, 250, 500))


def test_a_mask_leaves_the_other_channels_to_the_input(net):
    source = shader(net, "fragColor = vec4(0.1, 0.2, 0.3, 0.4);")
    top = shader(net, "fragColor = vec4(0.5, 0.6, 0.7, 0.8);", chanmask="rb", inputs=[source])
    np.testing.assert_allclose(top.numpyArray()[0, 0], (0.5, 0.2, 0.7, 0.4), rtol=1e-6)


def test_a_mask_works_in_each_pass_and_in_small_formats(net):
    source = shader(net, "fragColor = vec4(0.0, 0.0, 0.0, 1.0);")
    text = "fragColor = texture(sTD2DInputs[0], vUV.st) + 0.2;"
    top = shader(net, text, format="rgba8fixed", chanmask="g", npasses=2, inputs=[source])
    np.testing.assert_allclose(top.numpyArray()[0, 0], (0, 0.4, 0, 1), atol=1e-6)


# -- functions -------------------------------------------------------------------------------------------------


def test_hsv_is_what_colorsys_says(net):
    rng = np.random.default_rng(1)
    for red, green, blue in rng.random((8, 3)):
        colour = f"vec3({red}, {green}, {blue})"
        np.testing.assert_allclose(
            value(net, f"fragColor = vec4(TDRGBToHSV({colour}), 1.0);")[:3],
            colorsys.rgb_to_hsv(red, green, blue), atol=1e-5,
        )  # fmt: skip
        np.testing.assert_allclose(
            value(net, f"fragColor = vec4(TDHSVToRGB({colour}), 1.0);")[:3],
            colorsys.hsv_to_rgb(red, green, blue), atol=1e-5,
        )  # fmt: skip


def test_dither_keeps_the_mean_that_eight_bits_lose(net):
    text = "fragColor = TDDither(vec4(0.3021));"
    drawn = shader(net, text, size=(128, 128), format="rgba8fixed").numpyArray()
    steps = np.unique(np.round(drawn * 255))
    assert steps.tolist() == [77, 78]  # 0.3021 · 255 = 77.04
    # Rounding 77.0355 ± ½ gives 78 with probability 0.0355; the mean over n pixels has σ = √(p(1−p)/n).
    for channel in range(4):
        mean = drawn[..., channel].mean() * 255 - 77
        assert abs(mean - 0.0355) < 4 * np.sqrt(0.0355 * 0.9645 / 128**2)


@pytest.mark.parametrize("noise", ["TDPerlinNoise", "TDSimplexNoise"])
@pytest.mark.parametrize("point", ["p", "vec3(p, 3.3)", "vec4(p, 3.3, 4.4)"])
def test_noise_is_about_zero_and_reaches_towards_one(net, noise, point):
    text = f"vec2 p = gl_FragCoord.xy * 0.05; fragColor = vec4({noise}({point}));"
    drawn = shader(net, text, size=(256, 256)).numpyArray()[..., 0]
    assert abs(drawn.mean()) < 0.1
    assert 0.5 < np.abs(drawn).max() <= 1.1
    assert np.abs(np.diff(drawn, axis=0)).max() < 0.5


def test_noise_map_has_all_bytes_equally_often(net):
    text = "fragColor = texelFetch(sTDNoiseMap, ivec2(gl_FragCoord.xy), 0);"
    drawn = shader(net, text, size=(256, 256)).numpyArray()[..., 0]
    counts = np.bincount(np.round(drawn * 255).astype(int).ravel(), minlength=256)
    assert counts.min() > 256 - 6 * 16  # 256 each, σ = 16
    assert counts.max() < 256 + 6 * 16


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("TDRotateX(radians(90.0)) * vec3(0, 1, 0)", (0, 0, 1)),
        ("TDRotateY(radians(90.0)) * vec3(0, 0, 1)", (1, 0, 0)),
        ("TDRotateZ(radians(90.0)) * vec3(1, 0, 0)", (0, 1, 0)),
        ("TDRotateOnAxis(radians(120.0), normalize(vec3(1))) * vec3(1, 0, 0)", (0, 1, 0)),
        ("TDScale(2.0, 3.0, 4.0) * vec3(1)", (2, 3, 4)),
        ("(TDTranslate(1.0, 2.0, 3.0) * vec4(1, 1, 1, 1)).xyz", (2, 3, 4)),
        ("TDCreateRotMatrix(vec3(1, 0, 0), vec3(0, 0.6, 0.8)) * vec3(1, 0, 0)", (0, 0.6, 0.8)),
        ("TDCreateRotMatrix(vec3(0, 1, 0), vec3(0, -1, 0)) * vec3(0, 1, 0)", (0, -1, 0)),
        ("TDRotateToVector(vec3(5, 0, 0), vec3(1, 2, 0)) * vec3(0, 0, 1)", (1, 0, 0)),
        ("TDRotateToVector(vec3(5, 0, 0), vec3(1, 2, 0)) * vec3(0, 1, 0)", (0, 1, 0)),
    ],
)
def test_matrices_turn_and_move_as_their_names_say(net, expression, expected):
    np.testing.assert_allclose(value(net, f"fragColor = vec4({expression}, 1.0);")[:3], expected, atol=1e-6)


def test_the_authors_names_do_not_meet_those_of_the_library(net):
    declarations = "#define FADE 0.5\nfloat unit(float x) { return x; }\nfloat perlin(vec2 p, uvec4 s) { return FADE; }"
    text = "fragColor = vec4(perlin(vec2(0), uvec4(0)), unit(0.25), TDPerlinNoise(vec2(0.0)), 1.0);"
    np.testing.assert_allclose(value(net, text, declarations), (0.5, 0.25, 0, 1), atol=1e-6)


def test_an_index_may_say_that_it_is_not_uniform(net):
    source = picture(net, (4, 4))
    text = "fragColor = texture(sTD2DInputs[nonuniformEXT(0)], vUV.st);"
    assert np.all(value(net, text, inputs=[source])[2:] == (0.25, 0.5))


# -- uniforms --------------------------------------------------------------------------------------------------


def test_uniforms_of_all_kinds_take_their_first_components(net):
    declarations = "uniform float f; uniform vec2 v; uniform vec3 w; uniform ivec2 i; uniform bool b; uniform uint u;"
    numbers = {"valuex": 2, "valuey": 3, "valuez": 5, "valuew": 7}
    pars = {f"vec{n}name": name for n, name in enumerate("fvwibu")}
    pars |= {f"vec{n}{name}": number for n in range(6) for name, number in numbers.items()}
    text = "fragColor = vec4(f + v.y, w.z + float(i.y), b ? 1.0 : 0.0, float(u));"
    assert value(net, text, declarations, **pars).tolist() == [2 + 3, 5 + 3, 1, 2]


def test_colors_arrive_as_vec4_premultiplied_if_asked(net):
    pars = {"color0name": "tint", "color0rgbr": 0.5, "color0rgbg": 0.25, "color0rgbb": 1, "color0alpha": 0.5}
    plain = value(net, "fragColor = tint;", "uniform vec4 tint;", **pars)
    assert plain.tolist() == [0.5, 0.25, 1, 0.5]
    multiplied = value(net, "fragColor = tint;", "uniform vec4 tint;", premultrgbbyalpha=True, **pars)
    assert multiplied.tolist() == [0.25, 0.125, 0.5, 0.5]


def test_a_value_without_a_uniform_is_a_warning_that_names_the_nearest(net):
    top = shader(net, f"uniform float uGain;\n{OUT}void main() {{ fragColor = vec4(uGain); }}", whole=True)
    top.par.vec0name = "uGian"
    assert np.all(top.numpyArray() == 0)
    assert "declares no uniform uGian (nearest: 'uGain')" in top.warnings()
    assert "uGain has no value and is 0" in top.warnings()
    top.par.vec0name = "uGain"
    top.numpyArray()
    assert top.warnings() == ""


def test_a_uniform_that_is_declared_but_not_used_may_have_a_value(net):
    top = shader(net, f"uniform float uGain;\n{OUT}void main() {{ fragColor = vec4(1.0); }}", whole=True)
    top.par.vec0name = "uGain"
    top.numpyArray()
    assert top.warnings() == ""


def test_a_uniform_without_a_value_has_that_of_its_declaration(net):
    declarations = "uniform vec2 a = vec2(1.0, 2.0), b;"
    other = {"vec0name": "a", "vec0valuex": 5, "vec0valuey": 6, "vec1name": "b", "vec1valuex": 7}
    text = "fragColor = vec4(a, b);"
    assert value(net, text, declarations, **other).tolist() == [5, 6, 7, 0]
    assert value(net, text, declarations).tolist() == [1, 2, 0, 0]  # the same program, shared


def test_load_uniform_names_adds_those_without_a_value(net):
    text = f"uniform float uA, uC = 1.0; uniform vec4 uTint;\n{OUT}void main() {{ fragColor = uTint * uA * uC; }}"
    top = shader(net, text, whole=True)
    top.par.color0name = "uTint"
    top.par.loaduniformnames.pulse()
    top.par.loaduniformnames.pulse()
    assert [par.eval() for par in top.pars("vec*name")] == ["uA"]


# -- errors ----------------------------------------------------------------------------------------------------

BROKEN = f"// one\n{OUT}/* three\nfour */\nvoid main() {{\n    fragColor = vec4(missing);\n}}\n"


def test_an_error_names_the_dat_and_its_line_and_shows_a_checkerboard(net):
    top = shader(net, BROKEN, whole=True, size=(64, 64), format="rgba8fixed")
    after = net.glslTOP("after", inputs=[top])
    assert {tuple(colour) for colour in top.numpyArray().reshape(-1, 4)} == CHECKERBOARD
    assert top.errors().startswith("/glsl1_pixel:6: `missing' undeclared")
    assert "/glsl1_pixel:6" in top.compileResult
    np.testing.assert_array_equal(after.numpyArray(), top.numpyArray())
    assert after.errors() == ""
    top.par.pixeldat.eval().text = BROKEN.replace("missing", "0.5")
    assert np.all(np.abs(top.numpyArray() - 0.5) < 1 / 255)
    assert top.errors() == ""


def test_only_outputs_that_collide_bring_gl_FragColor_up(net):
    top = shader(net, "void main() { gl_FragColor = vec4(missing); }", whole=True)
    top.numpyArray()
    assert top.errors().startswith("/glsl1_pixel:1: `missing' undeclared")
    assert "gl_FragColor" not in top.errors()
    both = "layout(location = 0) out vec4 own;\nvoid main() { own = vec4(fwidth(vUV.x)); gl_FragColor = own; }"
    top.par.pixeldat.eval().text = both
    top.numpyArray()
    assert "gl_FragColor is one output" in top.errors()


def test_the_picture_of_an_error_may_be_black_or_the_last_good_one(net):
    top = shader(net, f"uniform float v;\n{OUT}void main() {{ fragColor = vec4(v); }}", whole=True, vec0name="v")
    top.par.vec0valuex = 0.25
    top.par.errorbehavior = "showprevious"
    assert np.all(top.numpyArray() == 0.25)
    top.par.pixeldat.eval().text = BROKEN
    assert np.all(top.numpyArray() == 0.25)
    top.par.vec0valuex = 0.75
    assert np.all(top.numpyArray() == 0.75)
    assert "missing" in top.errors()
    top.par.errorbehavior = "showblack"
    assert np.all(top.numpyArray() == (0, 0, 0, 1))


def test_without_a_shader_it_says_what_to_do(net):
    top = net.glslTOP(pixeldat="")
    top.cook()
    assert top.errors() == "there is no shader; set pixeldat to a DAT with one"


def test_the_info_dat_shows_the_messages(net):
    top = shader(net, "fragColor = vec4(1.0);")
    assert net.op("glsl1_info").text == top.compileResult
    assert top.compileResult.startswith("Compiled without errors")
    top.par.pixeldat.eval().text = BROKEN
    assert "/glsl1_pixel:6" in net.op("glsl1_info").text


# -- texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["</shapes>", "<shapes>", '"shapes"'])
def test_a_text_includes_another_dat_and_follows_it(net, path):
    net.textDAT("shapes").text = "float shape() { return 0.25; }"
    top = shader(net, f"#include {path}\n{OUT}void main() {{ fragColor = vec4(shape()); }}", whole=True)
    assert np.all(top.numpyArray() == 0.25)
    net.op("shapes").text = "float shape() { return 0.5; }"
    assert np.all(top.numpyArray() == 0.5)


def test_an_error_in_an_included_text_names_that_dat_and_its_line(net):
    net.textDAT("shapes").text = "float shape() {\n    return nothing;\n}"
    top = shader(net, f"#include <shapes>\n{OUT}void main() {{\n    fragColor = vec4(wrong);\n}}", whole=True)
    top.cook()
    assert "/shapes:2: `nothing' undeclared" in top.errors()
    assert "/glsl1_pixel:4: `wrong' undeclared" in top.errors()


def test_a_missing_or_circular_include_is_an_error_at_its_line(net):
    net.textDAT("shapes").text = "#include <shapes>"
    top = shader(net, "\n#include <shpaes>", whole=True)
    top.cook()
    assert top.errors() == "/glsl1_pixel:2: #include: there is no DAT 'shpaes' (nearest: 'shapes')"
    top.par.pixeldat.eval().text = "#include <shapes>"
    top.cook()
    assert top.errors() == "/shapes:1: #include: /glsl1_pixel → /shapes → /shapes: a text cannot include itself"


def test_a_version_line_is_respected_and_counted(net):
    body = "#version {}\n" + OUT + "void main() {{ fragColor = vec4(__VERSION__); }}"
    assert np.all(shader(net, body.format(330), whole=True).numpyArray() == 330)
    assert np.all(shader(net, "fragColor = vec4(__VERSION__);", glslversion="glsl450").numpyArray() == 450)


def test_directives_come_before_everything(net):
    net.textDAT("directives").text = "#extension GL_ARB_gpu_shader5 : require\n#define GAIN 0.5"
    top = shader(net, "fragColor = vec4(GAIN) + vUV.x * 0.0;", predat="directives")
    assert np.all(top.numpyArray() == 0.5)
    text = f"#extension GL_ARB_gpu_shader5 : require\n{OUT}void main() {{ fragColor = vec4(vUV, 1.0); }}"
    assert shader(net, text, whole=True).errors() == ""


# -- when it works ---------------------------------------------------------------------------------------------


@pytest.fixture
def compiled():
    """How many programs were compiled since the last call."""
    programs = Gpu.shared().programs
    before = programs.compiled

    def count() -> int:
        nonlocal before
        before, made = programs.compiled, programs.compiled - before
        return made

    return count


def test_only_a_changed_text_compiles(fast, compiled):
    text = f"uniform float v; // {__name__}\n{OUT}void main() {{ fragColor = vec4(v + 0.015625); }}"
    top = shader(fast, text, whole=True, vec0name="v")
    twin = shader(fast, text, whole=True, vec0name="v")
    top.numpyArray()
    assert compiled() == 1
    twin.numpyArray()
    for number in range(3):
        top.par.vec0valuex = number
        assert np.all(top.numpyArray() == number + 0.015625)
    assert np.all(twin.numpyArray() == 0.015625)
    top.par.resolutionw = 8
    top.numpyArray()
    assert compiled() == 0
    twin.par.pixeldat.eval().text = text.replace("0.015625", "0.03125")
    twin.numpyArray()
    top.numpyArray()
    assert compiled() == 1


def test_of_100_shaders_only_the_changed_one_compiles(fast, compiled):
    text = f"// {__name__}\n{OUT}void main() {{ fragColor = vec4(%d.5); }}"
    tops = [shader(fast, text % (number // 2), whole=True) for number in range(100)]
    fast.frames(1, pull=tops)
    assert compiled() == 50  # two and two are the same
    tops[37].par.pixeldat.eval().text = text % 1000
    fast.trace.clear()
    fast.frames(1, pull=tops)
    assert compiled() == 1
    assert [path for path in fast.cooked if path in {top.path for top in tops}] == [tops[37].path]
    assert [top.numpyArray()[0, 0, 0] for top in (tops[36], tops[37])] == [18.5, 1000.5]


def test_what_does_not_compile_is_not_tried_again_every_frame(fast, compiled):
    top = shader(fast, f"uniform float v;\n{BROKEN}", whole=True, vec0name="v", vec0valuex="=absTime.frame")
    top.par.resolutionw.expr = "8 + absTime.frame"
    fast.frames(5, pull=[top])
    assert compiled() <= 3  # with values to begin with, as it is, and the checkerboard is a program, too
    assert top.width == 13


def test_a_still_shader_is_not_drawn_again_and_a_moving_one_is(fast):
    still = shader(fast, "fragColor = vec4(vUV, 1.0);")
    moving = shader(fast, f"uniform float t;\n{OUT}void main() {{ fragColor = vec4(t); }}", whole=True, vec0name="t",
                    vec0valuex="=absTime.seconds")  # fmt: skip
    fast.frames(4, pull=[still, moving])
    assert fast.cooked.count(still.path) == 1
    assert fast.cooked.count(moving.path) == 4
    assert moving.numpyArray()[0, 0, 0] == pytest.approx(3 / 60)


def test_a_text_that_is_set_again_unchanged_draws_nothing(fast):
    top = shader(fast, "fragColor = vec4(1.0);")
    top.numpyArray()
    fast.trace.clear()
    dat = top.par.pixeldat.eval()
    dat.text = str(dat.text)
    top.numpyArray()
    assert fast.cooked == []
