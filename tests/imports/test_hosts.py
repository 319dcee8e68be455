"""Fragments that were written for hosts of other kinds: games, toolkits, old pipelines."""

import numpy as np
import pytest

from tdlite.imports import ImportFault, read

from .shaders import imported, text, toy

COLUMNS, ROWS = np.meshgrid((np.arange(8) + 0.5) / 8, (np.arange(4) + 0.5) / 4)


def picture(net, tmp_path, source, errors=""):
    comp = imported(net, text(tmp_path / "host.frag", source))
    made = comp.op("out1").numpyArray()
    assert comp.op("image").errors() == errors
    return made


def test_the_fields_of_uniform_blocks_and_push_constants_are_parameters(net, tmp_path):
    source = """#version 440
layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf { mat4 qt_Matrix; float qt_Opacity; vec2 shift; } ubuf;
layout(push_constant) uniform More {
#ifdef NEVER
    layout(offset = 0) uniform float level;
#else
    layout(offset = 4) uniform float level;
#endif
} more;
void main() { fragColor = vec4(qt_TexCoord0 + ubuf.shift, more.level, ubuf.qt_Opacity); }
"""
    comp = imported(net, text(tmp_path / "host.frag", source))
    comp.par.Shiftx, comp.par.Level = 2, 0.5
    made = comp.op("out1").numpyArray()
    assert comp.op("image").errors() == ""
    np.testing.assert_allclose(made[..., 0], COLUMNS + 2)
    np.testing.assert_allclose(made[..., 1], ROWS)
    assert (made[..., 2:] == (0.5, 1)).all()


def test_what_an_interface_block_hands_over_is_known_by_its_name(net, tmp_path):
    source = "in Data { vec2 uv; vec4 color; } from;\nout vec4 c;\nvoid main() { c = vec4(from.uv, from.color.ba); }"
    made = picture(net, tmp_path, source)
    np.testing.assert_allclose(made[..., 0], COLUMNS)
    assert (made[..., 2:] == 1).all()


@pytest.mark.parametrize("name", ["m_cord0", "v_texturePosition", "where"])
def test_what_a_texture_is_looked_up_with_is_the_place_in_the_picture(net, tmp_path, name):
    source = f"uniform sampler2D s;\nvarying vec4 {name};\n" \
             f"void main() {{ gl_FragColor = texture2D(s, {name}.xy) * 0.0 + {name}; }}"  # fmt: skip
    made = picture(net, tmp_path, source)
    np.testing.assert_allclose(made[..., 0], COLUMNS)
    np.testing.assert_allclose(made[..., 1], ROWS)


def test_a_varying_of_several_has_a_length_that_is_defined_below(net, tmp_path):
    source = "#define MOST 2\nvarying vec3 lights[MOST];\nvoid main() { gl_FragColor = vec4(lights[1], 1.0); }"
    assert (picture(net, tmp_path, source)[..., 3] == 1).all()


def test_both_branches_of_a_condition_may_declare_the_same(net, tmp_path):
    declared = "in vec2[2] at;\nuniform float g;\n"
    source = f"#ifdef A\n{declared}#else\n{declared}#endif\nout vec4 c;\nvoid main() {{ c = vec4(at[1], g, 1.0); }}"
    comp = imported(net, text(tmp_path / "host.frag", source))
    comp.par.G = 3
    assert comp.op("out1").numpyArray()[0, 0].tolist() == [0, 0, 3, 1]
    assert comp.op("image").errors() == ""


def test_a_licence_before_the_code_hides_no_varying(net, tmp_path):
    source = "/*\n in all copies; in connection\n in no event */\nvarying vec2 texCoord;\n/* used in\n this way; */\n" \
             "void main() { gl_FragColor = vec4(texCoord, 0.0, 1.0); }"  # fmt: skip
    np.testing.assert_allclose(picture(net, tmp_path, source)[..., 0], COLUMNS)


def test_the_fixed_pipeline_of_old_gives_a_white_rectangle(net, tmp_path):
    source = "void main() { vec4 p = gl_TextureMatrix[0] * gl_TexCoord[0]; gl_FragColor = vec4(p.st, gl_Color.rg); }"
    made = picture(net, tmp_path, source)
    np.testing.assert_allclose(made[..., 0], COLUMNS)
    assert (made[..., 2:] == 1).all()


def test_rectangle_textures_are_looked_up_in_pixels(net, tmp_path):
    source = """uniform sampler2DRect s;
void main() { gl_FragColor = vec4(texture2DRect(s, vec2(1.5, 0.5)).r, textureSize(s), 1.0); }"""
    comp = imported(net, text(tmp_path / "host.frag", source))
    shown = net.glslTOP(resolution=(4, 2), format="rgba32float")
    shown.par.pixeldat.eval().text = "out vec4 c; void main() { c = vec4(floor(gl_FragCoord.x)); }"
    comp.par.S = shown
    assert comp.op("out1").numpyArray()[0, 0].tolist() == [1, 4, 2, 1]


def test_a_uniform_with_the_name_of_a_sampler_and_size_is_its_size(net, tmp_path):
    source = "uniform sampler2D tex;\nuniform vec2 texSize;\n" \
             "void main() { gl_FragColor = vec4(texSize, texture2D(tex, vec2(0.5)).r * 0.0, 1.0); }"  # fmt: skip
    assert picture(net, tmp_path, source)[0, 0].tolist() == [8, 4, 0, 1]


def test_where_a_uniform_lies_is_of_no_use(net, tmp_path):
    source = (
        "const int at = 3;\nlayout(location = at) uniform float u_time;\nout vec4 c;\nvoid main() { c = vec4(u_time); }"
    )
    assert (picture(net, tmp_path, source) == 0).all()


def test_a_vertex_shader_with_outputs_is_still_refused(tmp_path):
    path = text(tmp_path / "x.glsl", "in vec3 p;\nout vec4 tint;\nvoid main() { gl_Position = vec4(p, 1.0); }")
    with pytest.raises(ImportFault, match="is a vertex shader"):
        read(path)


def test_a_main_image_that_another_host_calls_is_refused(tmp_path):
    path = toy(tmp_path, "fragColor = vec4(uv, 0.0, 1.0);")
    whole = path.read_text().replace("in vec2 fragCoord)", "in vec2 fragCoord, in vec2 resolution, in vec2 at)")
    with pytest.raises(ImportFault, match="is no shader that can be imported"):
        read(text(path, whole))
