"""Where the GLSL TOP's texts come from, and what older or other GLSL in them becomes."""

import os
import time

import numpy as np
import pytest
from glslshaders import OUT, compute_shader, pixel_shader

from tdlite.gpu.context import Gpu

SHAPE = "float shape() { return %s; }\n"
USE = f"{OUT}void main() {{ fragColor = vec4(shape()); }}"


def write(path, text):
    """A file with this text, and another time than it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    later = time.time_ns() + 1_000_000_000
    os.utime(path, ns=(later, later))


# -- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["folder", "relative folder", "project", "absolute"])
def test_a_text_includes_a_file(net, tmp_path, how):
    write(tmp_path / "lib" / "shapes.glsl", SHAPE % 0.25)
    name = {"project": "lib/shapes.glsl", "absolute": str(tmp_path / "lib" / "shapes.glsl")}.get(how, "shapes.glsl")
    folder = {"folder": str(tmp_path / "lib"), "relative folder": "lib"}.get(how, "")
    top = pixel_shader(net, f'#include "{name}"\n{USE}', includefolder=folder)
    assert np.all(top.numpyArray() == 0.25)


def test_a_file_includes_one_beside_it_once_and_a_dat(net, tmp_path):
    write(tmp_path / "lib" / "shapes.glsl", '#include "inner.glsl"\n#include "inner.glsl"\n#include <half>\n' + SHAPE
          % "inner() * HALF")  # fmt: skip
    write(tmp_path / "lib" / "inner.glsl", "float inner() { return 3.0; }\n")
    net.textDAT("half").text = "#define HALF 0.5"
    top = pixel_shader(net, f'#include "lib/shapes.glsl"\n#include "lib/inner.glsl"\n{USE}')
    assert np.all(top.numpyArray() == 1.5)


def test_a_dat_comes_before_a_file_of_that_name(net, tmp_path):
    write(tmp_path / "shapes", SHAPE % 0.25)
    net.textDAT("shapes").text = SHAPE % 0.5
    assert np.all(pixel_shader(net, f"#include <shapes>\n{USE}").numpyArray() == 0.5)


def test_an_error_in_a_file_names_it_and_its_line(net, tmp_path):
    write(tmp_path / "shapes.glsl", "\nfloat shape() {\n    return nothing;\n}\n")
    top = pixel_shader(net, f'#include "shapes.glsl"\n{USE}')
    top.cook()
    assert f"{tmp_path}/shapes.glsl:3: `nothing' undeclared" in top.errors()


def test_a_file_that_is_nowhere_or_includes_itself_is_an_error_at_its_line(net, tmp_path):
    top = pixel_shader(net, '\n#include "lost.glsl"', includefolder="lib")
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:2: #include: there is no DAT 'lost.glsl'")
    assert f"no such file in {tmp_path}/lib, {tmp_path}" in top.errors()
    write(tmp_path / "loop.glsl", '\n#include "loop.glsl"\n')
    top.par.pixeldat.eval().text = '#include "loop.glsl"'
    top.cook()
    path = tmp_path / "loop.glsl"
    assert top.errors() == f"{path}:2: #include: /glsl1_pixel → {path} → {path}: a text cannot include itself"


def test_a_changed_file_is_read_again_in_the_next_frame(fast, tmp_path):
    write(tmp_path / "shapes.glsl", SHAPE % 0.25)
    top = pixel_shader(fast, f'#include "shapes.glsl"\n{USE}')
    fast.frames(3, pull=[top])
    assert fast.cooked.count(top.path) == 1
    (tmp_path / "shapes.glsl").write_text(SHAPE % 0.75)
    fast.frames(1, pull=[top])
    assert np.all(top.numpyArray() == 0.75)
    (tmp_path / "shapes.glsl").unlink()
    fast.frames(1, pull=[top])
    assert "there is no DAT 'shapes.glsl'" in top.errors()
    write(tmp_path / "shapes.glsl", SHAPE % 0.5)
    fast.frames(1, pull=[top])
    assert np.all(top.numpyArray() == 0.5)
    assert top.errors() == ""


def test_a_file_that_is_touched_without_a_change_compiles_nothing(fast, tmp_path):
    write(tmp_path / "shapes.glsl", SHAPE % 0.125)
    top = pixel_shader(fast, f'#include "shapes.glsl"\n{USE}')
    fast.frames(1, pull=[top])
    before = Gpu.shared().programs.compiled
    write(tmp_path / "shapes.glsl", SHAPE % 0.125)
    fast.frames(2, pull=[top])
    assert Gpu.shared().programs.compiled == before
    assert fast.cooked.count(top.path) == 1


@pytest.mark.parametrize("blank", ["\ufeff", "\u00a0", "\u3000", "\u200b", "\r", "\x0c", "\u2028"])
def test_blanks_that_glsl_does_not_know_are_spaces(net, blank):
    text = f"{blank}// a note\r\n{OUT}void{blank}main() {{ fragColor = vec4(0.25); }}{blank}"
    top = pixel_shader(net, text)
    assert np.all(top.numpyArray() == 0.25)
    assert top.errors() == ""


def test_a_letter_that_glsl_does_not_know_is_named(net):
    top = pixel_shader(net, f"// naïve\n{OUT}void main() {{ fragColor = vec4(1.0)；}}")
    top.numpyArray()
    assert ":3: GLSL has no letter '；' outside of comments" in top.errors()
    assert "ï" not in top.errors()


NOT_WRITTEN = {
    "an output": ("", "fragColor.r += 0.5;", [0.5, 0, 0, 0]),
    "an output on no path": ("", "if (gl_FragCoord.x < 0.0) fragColor = vec4(1.0);", [0, 0, 0, 0]),
    "a global": ("vec3 sum; void add(float v) { sum.g += v; }", "add(0.25); add(0.5); fragColor = vec4(sum, 1.0);",
                 [0, 0.75, 0, 1]),
    "a local": ("", "bool hit; float d; if (gl_FragCoord.x < 0.0) { hit = true; d = 3.0; } "
                "fragColor = vec4(hit ? 1.0 : 0.0, d, 0.5, 1.0);", [0, 0, 0.5, 1]),
}  # fmt: skip


@pytest.mark.parametrize("path", ["raster", "compute"])
@pytest.mark.parametrize("what", NOT_WRITTEN)
def test_what_is_read_before_it_is_written_is_zero(net, path, what):
    declared, body, colour = NOT_WRITTEN[what]
    other = pixel_shader(net, OUT + "void main() { fragColor = vec4(7.0); }", pathmode=path)
    other.numpyArray()  # leaves something behind
    top = pixel_shader(net, f"{OUT}{declared}\nvoid main() {{ {body} }}", pathmode=path)
    np.testing.assert_array_equal(top.numpyArray(), np.broadcast_to(np.float32(colour), (4, 4, 4)))
    assert top.errors() == top.warnings() == ""


def test_variables_of_a_compute_shader_begin_at_zero_too(net):
    body = "float v; if (p.x > 99) v = 5.0; sum += 0.25; TDImageStoreOutput(0, ivec3(p, 0), vec4(sum, v, 0.0, 1.0));"
    top = compute_shader(net, body, "shared float other[2]; float sum;\n")
    np.testing.assert_array_equal(top.numpyArray(), np.broadcast_to(np.float32([0.25, 0, 0, 1]), (4, 4, 4)))
    assert top.errors() == ""


def test_outputs_that_may_not_be_there_are_left_as_they_are(net):
    text = "#define OTHER 0\n#if OTHER\nout vec3 c;\n#else\nout vec4 fragColor;\n#endif\n"
    top = pixel_shader(net, f"{text}void main() {{ float a; a += 0.5; fragColor = vec4(a - a + 0.5); }}")
    assert top.errors() == ""
    assert np.all(top.numpyArray() == 0.5)


# -- other GLSL ------------------------------------------------------------------------------------------------


@pytest.fixture
def source(net):
    return net.constantTOP(colorr=0.25, colorg=0.5, colorb=0.75, resolution=(4, 4), format="rgba32float")


@pytest.mark.parametrize(
    "text",
    [
        "void main() { gl_FragColor = texture2D(sTD2DInputs[0], vUV.st); }",
        "#version 120\nvoid main() { gl_FragColor = texture2D(sTD2DInputs[0], gl_TexCoord[0].st); }",
        "#version 100\nprecision mediump float;\nvarying vec3 vUV;\n"
        "void main() { gl_FragColor = texture2D(sTD2DInputs[0], vUV.st); }",
        "#version 100\nvarying highp vec3 vUV;\nuniform highp sampler2D sTD2DInputs[1];\nuniform lowp int uTDPass;\n"
        "void main() { gl_FragColor = texture2D(sTD2DInputs[uTDPass], vUV.st); }",
        "#version 300 es\nprecision highp float;\nprecision mediump int;\nout vec4 c;\n"
        "void main() { c = texture(sTD2DInputs[0], vUV.st); }",
        "#version 460\n#extension GL_EXT_nonuniform_qualifier : require\nlayout(location = 0) out vec4 c;\n"
        "void main() { c = texture(sTD2DInputs[nonuniformEXT(0)], vUV.st); }",
        "#version 430 compatibility\nout vec4 c;\nvoid main() { c = texture(sTD2DInputs[0], vUV.st); }",
        "void main() { gl_FragData[0] = texture2DLod(sTD2DInputs[0], vUV.st, 0.0); }",
        "void main() { gl_FragColor = texture2DProj(sTD2DInputs[0], vec3(vUV.st, 1)); }",
        "uniform sampler2D texture;\nvoid main() { gl_FragColor = texture2D(texture, vUV.st); }",
        "vec4 texture2D(sampler2D s, vec3 p) { return texture(s, p.st); }\n"
        "void main() { gl_FragColor = texture2D(sTD2DInputs[0], vUV); }",
        "#define look texture2D // by another name\n  # define texture texture2D\n"
        "void main() { gl_FragColor = mix(look(sTD2DInputs[0], vUV.st), texture(sTD2DInputs[0], vUV.st), 0.5); }",
        "void main() { gl_FragColor = texelFetch2D(sTD2DInputs[0], textureSize2D(sTD2DInputs[0], 0) / 2, 0); }",
        "vec3 texture2D(sampler2D s, vec3 p) { return texture(s, p.st).bgr; }\n"
        "void main() { gl_FragColor = vec4(texture2D(sTD2DInputs[0], vUV).bgr, 1.0); }",
        "layout(set = 0, binding = 0) uniform sampler2D own; out vec4 c; void main() { c = texture(own, vUV.st); }",
    ],
)
def test_other_glsl_draws_as_it_would_at_home(net, source, text):
    top = pixel_shader(net, text, inputs=[source])
    np.testing.assert_allclose(top.numpyArray(), source.numpyArray(), atol=1e-6)
    assert top.errors() == ""


@pytest.mark.parametrize(
    "text",
    [
        "#version 330\nout vec4 c; void main() { float a[2] = {0.5, 2.0}; c = vec4(a[0] * a[1]); }",
        "#version 330\nlayout(binding = 0) uniform sampler2D s; out vec4 c;\n"
        "void main() { uint one = 1; c = vec4(one); }",
        "const int at = 1; layout(location = at) uniform float zero; out vec4 c; void main() { c = vec4(1.0 + zero); }",
        "out vec4 c; void main() { vec4 sample = vec4(1.0), buffer = sample; c = buffer; }",
        "#version 450\nout vec4 c; void main() { float patch = 1.0; c = vec4(patch); }",
    ],
)
def test_a_text_may_be_ahead_of_its_version_or_behind_it(net, text):
    top = pixel_shader(net, text)
    assert np.all(top.numpyArray() == 1)
    assert top.errors() == ""


@pytest.mark.parametrize(
    "text",
    [
        "float x = 1; x *= 2; c = vec4(x / 2);",
        "float a[2] = {0.5, 2}; c = vec4(a[0] * a[1]);",
        "c = vec4(min(1, 2.0), max(1.0f, 1), pow(1, 2), mix(0, 1, 1.0));",
        "vec3 v = vec3(1) * 1; uint u = 1; c = vec4(v, u);",
        "const float eps = 1e-3, one = 1.; c = vec4(eps > 0 ? one : 0);",
        "ivec2 size = textureSize(sTD2DInputs[0], 0); c = vec4(size.x / size.y);",
        "lowp float low = 1.; highp vec4 high = vec4(low); c = high;",
    ],
)
def test_numbers_convert_as_desktop_compilers_do_it(net, text):
    top = pixel_shader(net, f"{OUT}void main() {{ vec4 c; {text} fragColor = c; }}")
    assert np.all(top.numpyArray() == 1)
    assert top.errors() == ""


@pytest.mark.parametrize(
    "text",
    [
        "int i = 3; c = vec4((float)i / 2 - 0.5);",
        "float a = 2.75; c = vec4((int)a - (uint) 1.9);",
        "float a[2] = {5.5, 1.5}; c = vec4((float)((int)a[1 - 0] * 2 / 2));",
        "c = (vec4)vUV.stt[0] / (vec4) (vUV.s);",
        "c = vec4(-(float)-1, half_of(2), one(0.0), (float2)1);",
    ],
)
def test_casts_of_c_are_constructors(net, text):
    before = "#define half_of(x) (float)(x) / 2\nfloat one(float);\nfloat one(float x) { return x + (float)1; }\n"
    top = pixel_shader(net, f"{OUT}{before}void main() {{ vec4 c; {text} fragColor = c; }}")
    assert np.all(top.numpyArray() == 1)
    assert top.errors() == ""


def test_a_message_about_a_cast_names_its_line(net):
    top = pixel_shader(net, f"{OUT}void main() {{\n  float a = (float)1\n    + (int)missing;\n}}")
    assert "_pixel:4: error: `missing' undeclared" in top.compileResult


def test_old_functions_work_in_compute_shaders_and_in_included_texts(net, source):
    net.textDAT("common").text = "vec4 look(vec2 uv) { return texture2D(sTD2DInputs[0], uv); }"
    body = "TDImageStoreOutput(0, gl_GlobalInvocationID, look((vec2(p) + 0.5) * uTDOutputInfo.res.xy));"
    top = compute_shader(net, body, "#include <common>", inputs=[source])
    np.testing.assert_allclose(top.numpyArray(), source.numpyArray(), atol=1e-6)


def test_old_fragment_data_fill_several_buffers(net):
    text = "void main() { gl_FragData[0] = vec4(1.0); gl_FragData[1] = vec4(2.0); }"
    top = pixel_shader(net, text, numcolorbufs=2)
    assert np.all(top.numpyArray() == 1)
    assert np.all(net.renderselectTOP(top=top.path, colorbufferindex=1).numpyArray() == 2)


def test_messages_speak_of_the_authors_names(net):
    top = pixel_shader(net, "void main() {\n    gl_FragColor.nothing = 1.0 + gl_FragColor();\n}")
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:2: ")
    assert "gl_FragColor" in top.errors()
    assert "td_" not in top.errors()
    assert "td_" not in top.compileResult


@pytest.mark.parametrize("wrong", ["texture(sTDNoiseMap, vUV)", "vec4(0); vec2 uv = vUV", "vec4(missing)"])
def test_a_whole_uv_where_two_coordinates_are_wanted_is_told_so(net, wrong):
    top = pixel_shader(net, f"{OUT}void main() {{\n  fragColor = {wrong};\n  fragColor.a = vUV.s; }}")
    top.numpyArray()
    assert "_pixel:3: " in top.errors()
    assert ("use vUV.st" in top.errors()) == ("vUV" in wrong)


def test_a_shadertoy_main_is_told_what_is_missing(net):
    top = pixel_shader(net, "void mainImage(out vec4 c, in vec2 p) { c = vec4(1.0); }")
    top.cook()
    assert "mainImage() is not called by anybody" in top.errors()
    top.par.pixeldat.eval().text += f"{OUT}void main() {{ mainImage(fragColor, wrong); }}"
    top.cook()
    assert "wrong" in top.errors()
    assert "mainImage() is not called" not in top.errors()


def test_a_line_directive_does_not_lead_messages_astray(net):
    top = pixel_shader(net, f"#line 100\n{OUT}\nvoid main() {{ fragColor = missing; }}")
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:4: `missing' undeclared")


@pytest.mark.parametrize("text", ["", "// nothing yet", "out vec4 c;\nfloat f() { return 1.0; }"])
def test_a_text_without_a_main_function_says_so(fast, text):
    op = fast.glslTOP()
    fast.op("glsl1_pixel").text = text
    op.cook()
    assert op.errors() == "/glsl1_pixel: there is no void main() in this shader"


def test_an_include_that_is_switched_off_does_not_keep_a_later_one_out(net):
    net.textDAT("tool").text = "float tool() { return 0.5; }"
    net.textDAT("guarded").text = "#ifndef GUARD\n#define GUARD\n#include <tool>\n#endif"
    for first in ("#ifdef NOTHING\n#include <tool>\n#endif", "#if 0\n#include <guarded>\n#else\n#endif"):
        for then in ("#include <tool>", "#include <guarded>\n#include <tool>\n#include <guarded>"):
            top = pixel_shader(net, f"{first}\n{then}\n{OUT}void main() {{ fragColor = vec4(tool()); }}")
            assert np.all(top.numpyArray() == 0.5)
            assert top.errors() == ""


def test_an_include_may_have_a_comment_over_several_lines_behind_it(net):
    net.textDAT("lib").text = "float quarter() { return 0.25; }"
    top = pixel_shader(
        net, f"#include <lib> /* what\n we share */\n{OUT}void main() {{ fragColor = vec4(quarter()); }}"
    )
    assert (top.errors(), (top.numpyArray() == 0.25).all()) == ("", True)


def test_includes_that_grow_without_end_are_an_error(net):
    for number in range(40):
        line = f"#if A\n#include <t{number + 1}>\n#endif\n"
        net.textDAT(f"t{number}").text = line + line
    net.textDAT("t40").text = "float x;\n" * 9
    top = pixel_shader(net, "#include <t0>")
    top.cook()
    assert "#include: the text has grown over 100000 lines" in top.errors()
