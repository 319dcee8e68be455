"""A shader's errors speak of the author's own file and line."""

import pytest

from tdlite.gpu.errors import GpuError, ShaderError
from tdlite.gpu.image import Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import FullProgram, PixelProgram
from tdlite.gpu.source import Line, Source, compile_error, expanded, load


def failure(gpu, program, path="compute"):
    with pytest.raises(ShaderError) as caught:
        gpu.draw(Pass(program, Spec.square(1, 1), path=path))
    return caught.value


def test_an_error_names_the_line_of_the_authors_file(gpu, path):
    text = "// one\n/* two\nthree */\nvec4 pixel(vec2 uv) {\n    return vec4(missing);\n}\n"
    error = failure(gpu, PixelProgram(Source("mine.glsl", text)), path)
    assert ("mine.glsl", 5) in {(name, line) for name, line, _ in error.lines}
    assert "mine.glsl:5: " in error.log
    assert "missing" in error.log


def test_an_error_after_an_include_keeps_its_own_numbering(gpu, path):
    text = '#include "lib/noise.glsl" // long\n\nvec4 pixel(vec2 uv) {\n    return broken;\n}'
    error = failure(gpu, PixelProgram(Source("mine.glsl", text)), path)
    assert {(name, line) for name, line, _ in error.lines} == {("mine.glsl", 4)}


def test_an_error_inside_an_included_file_names_that_file(gpu, path, tmp_path):
    (tmp_path / "outer.glsl").write_text('// first\n#include "sub/inner.glsl"\nfloat fine() { return 1.0; }\n')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner.glsl").write_text("float f() {\n  return oops;\n}\n")
    text = '#include "outer.glsl"\nvec4 pixel(vec2 uv) { return vec4(f()); }'
    error = failure(gpu, PixelProgram(Source("mine.glsl", text, tmp_path)), path)
    assert error.lines[0][:2] == ("sub/inner.glsl", 2)


def test_an_error_in_a_full_shader_does_not_count_the_preamble(gpu):
    shader = FullProgram("out vec4 c;\nvoid main() {\n    c = nothing;\n}", "text1", "uniform float a;\n\n\n")
    assert failure(gpu, shader).lines[0][:2] == ("text1", 3)


def test_a_failed_program_fails_again_and_mends_when_the_text_does(gpu):
    bad = PixelProgram(Source("mine.glsl", "vec4 pixel(vec2 uv) { return vec4(x); }"))
    failure(gpu, bad)
    failure(gpu, bad)
    good = PixelProgram(Source("mine.glsl", "vec4 pixel(vec2 uv) { return vec4(1.0); }"))
    gpu.draw(Pass(good, Spec.square(1, 1)))


@pytest.mark.parametrize(
    "message",
    ["0:2(14): error: `x' undeclared", "0(2) : error C1008: undefined variable", "ERROR: 0:2: 'x' : undeclared"],
)
def test_the_notations_of_mesa_nvidia_and_others_are_understood(message):
    error = compile_error(message, [Line("#version 430"), Line("x", "mine.glsl", 40)])
    assert error.lines[0][:2] == ("mine.glsl", 40)
    assert error.log.startswith("mine.glsl:40: ")


def test_each_file_is_included_once(tmp_path):
    (tmp_path / "a.glsl").write_text('#include "b.glsl"\nA\n')
    (tmp_path / "b.glsl").write_text("B\n")
    lines = expanded(Source("m", '#include "b.glsl"\n#include "a.glsl"\n#include "a.glsl"\nM', tmp_path))
    assert [line.text for line in lines] == ["B", "A", "M"]


def test_a_file_that_includes_itself_is_refused_with_the_way_round(tmp_path):
    (tmp_path / "a.glsl").write_text('\n#include "b.glsl"\n')
    (tmp_path / "b.glsl").write_text('#include "a.glsl"\n')
    with pytest.raises(ShaderError, match=r"a\.glsl → b\.glsl → a\.glsl") as caught:
        expanded(Source("m", '#include "a.glsl"', tmp_path))
    assert caught.value.lines[0][:2] == ("b.glsl", 1)


def test_a_missing_include_names_its_line_and_where_it_was_looked_for(tmp_path):
    with pytest.raises(ShaderError, match=rf'm:2: cannot find "gone\.glsl" in {tmp_path}') as caught:
        expanded(Source("m", '\n#include "gone.glsl"', tmp_path))
    assert caught.value.lines[0][:2] == ("m", 2)


def test_a_missing_shader_of_the_package_is_named():
    with pytest.raises(GpuError, match=r"no shader 'nothing\.glsl'"):
        load("nothing.glsl")


def test_an_include_in_a_comment_is_no_include():
    assert [line.text.strip() for line in expanded(Source("m", '// #include "gone"\n/*\n#include "gone"\n*/\nx'))] == [
        "", "", "", "", "x",
    ]  # fmt: skip
