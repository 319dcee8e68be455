"""What is done to text on its way: quoting, names, sizes; and that nothing breaks it."""

import ast
import contextlib
import json
import math
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tdlite.imports import ImportFault, read
from tdlite.imports.expressions import size_expression
from tdlite.imports.glsl import clean
from tdlite.imports.writer import quoted

from .shaders import isf, plain, text, toy


@given(st.text(max_size=60) | st.text(alphabet="\\\"'\n ab{}", max_size=30))
@example('"""')
@example('""""')
@example('\\"')
@example("a\\")
@settings(derandomize=True, database=None)
def test_a_text_survives_being_written_as_python(content):
    assert ast.literal_eval(quoted(clean(content))) == "\n" + clean(content)


@pytest.mark.parametrize(
    ("expression", "width", "value"),
    [
        ("$WIDTH/2.0", 9, 4), ("floor($WIDTH / 2.0)", 9, 4), ("max($WIDTH*0.1, 5.0)", 10, 5), ("256", 9, 256),
        ("-$WIDTH", 9, 1), ("2 ** 3 + $WIDTH % 4", 9, 9), ("min($WIDTH, $HEIGHT)", 9, 7), ("$size * 10.0", 9, 20),
    ],
)  # fmt: skip
def test_the_size_of_a_pass_is_calculated(expression, width, value):
    made = size_expression(expression, {"size": "2"})
    made = made.replace("parent().par.Resolutionw", str(width)).replace("parent().par.Resolutionh", "7")
    assert eval(made, {"math": math}) == value


@pytest.mark.parametrize("expression", ["import os", "__import__('os')", "$nothing", "1 +", "a.b", "x[0]", "(", "1;2"])
def test_what_is_no_size_is_not_made_into_python(expression):
    assert size_expression(expression, {}) is None


def test_a_shader_in_any_encoding_is_read(tmp_path):
    path = toy(tmp_path, "fragColor = vec4(1);")
    path.write_bytes(b"\xef\xbb\xbf// caf\xe9 \x00\x01\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    made = read(path)
    ast.parse(made.python)
    assert "\r" not in made.python
    assert "\0" not in made.python


def test_a_name_that_python_keeps_for_itself_is_no_trouble(net, tmp_path):
    path = isf(tmp_path, "gl_FragColor = IMG_THIS_PIXEL(lambda);", INPUTS=[{"NAME": "lambda", "TYPE": "image"}],
               name="class.fs", PASSES=[{"TARGET": "shader"}, {"TARGET": "root"}, {"TARGET": "def"}])  # fmt: skip
    ast.parse(read(path).python)


@pytest.mark.parametrize(
    "opened", ["(", "{", "/*", "uniform float ", "in vec2 ", "texture(iChannel0, ", "float x; x ", "#if\n"]
)
def test_a_text_that_never_closes_what_it_opens_ends_soon(tmp_path, opened):
    start = time.perf_counter()
    for body in (toy(tmp_path, "fragColor = vec4(1);", opened * 3000), plain(tmp_path, "", opened * 3000)):
        with contextlib.suppress(ImportFault):
            ast.parse(read(body).python)
    assert time.perf_counter() - start < 60  # a fraction of a second, where nothing else runs


SEEDS = [
    lambda folder: toy(folder, "float i; for (O(i); i++ < 2.; ) fragColor += texture(iChannel0, uv) * iMouse.x;",
                       '#iChannel0 "self"\n#iUniform float a = 1.0 in {0.0, 2.0}\nstruct S { float sample; };\n'),
    lambda folder: isf(folder, "gl_FragColor = IMG_THIS_PIXEL(b) * a + left_coord.x;",
                       before="varying vec2 left_coord;\n",
                       INPUTS=[{"NAME": "a", "TYPE": "float", "DEFAULT": 0.5, "MIN": 0, "MAX": 1},
                               {"NAME": "c", "TYPE": "color"},
                               {"NAME": "l", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["x", "y"]}],
                       PASSES=[{"TARGET": "b", "PERSISTENT": True, "WIDTH": "floor($WIDTH*$a)", "FLOAT": True}, {}],
                       IMPORTED={"t": {"PATH": "t.png"}}),
    lambda folder: plain(folder, "gl_FragColor = texture2D(u_buffer0, st);\n#ifdef BUFFER_0\n#endif\n",
                         '#include "x.glsl"\nuniform sampler2D u_buffer0; // 0.5\nuniform mat4 m;\n'
                         "varying vec2 v_texcoord;\n"),
    lambda folder: text(folder / "x.json", json.dumps({"info": {"name": "n"}, "renderpass": [
        {"type": "image", "code": "void mainImage(out vec4 c, in vec2 p) { c = texture(iChannel0, p); }", "inputs": [
            {"channel": 0, "ctype": "cubemap", "sampler": {"wrap": "clamp"}}], "outputs": [{"id": 1}]}]})),
]  # fmt: skip
STRANGE = [
    "", "{", "}", "(", ")", '"', "'", "\\", "\n", "/*", "*/", "//", "#", ";", ",", "null", "[]", "{}", "-1", "1e999",
    "NaN", '"""', "\0", "é", "\ud800", "uniform", "varying", "void main() {", '#include ".."', "#define", "in", "out",
    "iChannel3", "texture2D(", "true", "[[[[[[[[", "a" * 500, "$WIDTH", "9" * 400,
]  # fmt: skip


@given(data=st.data())
@settings(max_examples=300, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
def test_a_broken_shader_ends_in_a_network_file_or_a_message(tmp_path, data):
    path = data.draw(st.sampled_from(SEEDS))(tmp_path)
    content = path.read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 12))
        content = content[:at] + data.draw(st.sampled_from(STRANGE)) + content[at + cut :]
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(ImportFault):
        compile(read(path).python, "imported.py", "exec")
