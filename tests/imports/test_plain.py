"""Fragments of glslViewer, The Book of Shaders and others like them."""

import numpy as np
import pytest

from tdlite.imports import ImportFault, read

from .shaders import imported, plain, text


def pixels(comp):
    return comp.op("out1").numpyArray()


def test_time_size_and_mouse_arrive_under_their_names(net, tmp_path):
    comp = imported(net, plain(tmp_path, "gl_FragColor = vec4(st, u_time, u_mouse.x);"))
    comp.par.Mousex = 7
    net.run(frames=31)
    picture = pixels(comp)
    assert picture[0, :, 0] == pytest.approx((np.arange(8) + 0.5) / 8)
    assert (picture[..., 2:] == (0.5, 7)).all()
    assert comp.op("image").warnings() == ""


def test_other_uniforms_become_parameters(net, tmp_path):
    before = "uniform float gain;\nuniform vec3 tint = vec3(0.25, 0.5, 1.);\nuniform bool on;\nuniform int steps = 3;\n"
    comp = imported(net, plain(tmp_path, "gl_FragColor = vec4(tint * gain, on ? float(steps) : 0.0);", before))
    comp.par.Gain, comp.par.On = 2, True
    assert tuple(pixels(comp)[0, 0]) == (0.5, 1, 2, 3)


def test_numbered_buffers_are_passes_of_the_same_text(net, tmp_path):
    body = """
#if defined(BUFFER_0)
    gl_FragColor = texture2D(u_buffer1, st) + 1.0;
#elif defined(BUFFER_1)
    gl_FragColor = texture2D(u_buffer0, st) * 2.0;
#else
    gl_FragColor = texture2D(u_buffer1, st);
#endif
"""
    comp = imported(net, plain(tmp_path, body, "uniform sampler2D u_buffer0;\nuniform sampler2D u_buffer1;\n"))
    value = 0.0
    for _ in range(3):
        net.frames(1, pull=[comp.op("out1")])
        value = (value + 1) * 2
        assert (pixels(comp)[..., 0] == value).all()


def test_a_double_buffer_reads_its_last_frame_and_may_be_smaller(net, tmp_path):
    body = """
#ifdef DOUBLE_BUFFER_0
    gl_FragColor = texture2D(u_doubleBuffer0, st) + vec4(0.25, u_resolution, 1.0);
#else
    gl_FragColor = texture2D(u_doubleBuffer0, st);
#endif
"""
    comp = imported(net, plain(tmp_path, body, "uniform sampler2D u_doubleBuffer0; // 0.5\n"))
    net.frames(2, pull=[comp.op("out1")])
    assert tuple(pixels(comp)[0, 0]) == (0.5, 8, 4, 2)


def test_the_last_frame_of_the_picture_itself_can_be_read(net, tmp_path):
    path = plain(tmp_path, "gl_FragColor = texture2D(backbuffer, st) + 0.125;", "uniform sampler2D backbuffer;\n")
    comp = imported(net, path)
    net.frames(4, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, 0] == pytest.approx(0.5, abs=0.01)  # the picture of the last frame has 8 bits


def test_coordinates_that_a_vertex_shader_would_give_are_there(net, tmp_path):
    path = text(tmp_path / "three.frag", "#version 300 es\nprecision highp float;\nin vec2 vUv;\nout vec4 color;\n"
                "void main() { color = vec4(vUv, 0.0, 1.0); }")  # fmt: skip
    comp = imported(net, path)
    assert pixels(comp)[0, :, 0] == pytest.approx((np.arange(8) + 0.5) / 8)
    assert comp.op("image").errors() == ""


def test_included_files_are_put_in_once_and_found_beside_each_other(net, tmp_path):
    text(tmp_path / "lib" / "a.glsl", '#include "b.glsl"\nfloat a() { return b() + 1.0; }\n')
    text(tmp_path / "lib" / "b.glsl", "float b() { return 1.0; }\n")
    path = plain(tmp_path, "gl_FragColor = vec4(a());", '#include "lib/a.glsl"\n#include "lib/b.glsl"\n')
    assert (pixels(imported(net, path)) == 2).all()


def test_a_file_that_is_not_there_is_named_with_its_line(tmp_path):
    path = plain(tmp_path, "gl_FragColor = vec4(1.0);", '#include "lib/none.glsl"\n')
    with pytest.raises(ImportFault, match=r"plain\.frag line 4: #include: there is no file 'lib/none\.glsl' in"):
        read(path)


def test_files_that_include_each_other_end(net, tmp_path):
    text(tmp_path / "a.glsl", '#include "b.glsl"\n')
    text(tmp_path / "b.glsl", '#include "a.glsl"\n#define ONE 1.0\n')
    assert (pixels(imported(net, plain(tmp_path, "gl_FragColor = vec4(ONE);", '#include "a.glsl"\n'))) == 1).all()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("hello", "is no shader that can be imported"),
        ("attribute vec3 p; void main() { gl_Position = vec4(p, 1.0); }", "is a vertex shader"),
        ("{}", "no Shadertoy"),
        ("void main() {", "is no shader"),
        ("/* {a} */ float f() { return 1.0; }", "none of ISF's keys"),
    ],
)
def test_what_is_no_shader_is_refused_with_the_reason(tmp_path, content, said):
    with pytest.raises(ImportFault, match=said):
        read(text(tmp_path / "x.frag", content))
