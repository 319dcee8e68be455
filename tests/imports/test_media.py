"""Pictures and movies that a shader names: those that lie there are read, those that do not are named."""

import numpy as np
import pytest
from PIL import Image

from tdlite.imports import read

from .shaders import imported, text, toy


def picture(path, colour):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (2, 2), colour).save(path)
    return path


def pixels(net, comp):
    net.frames(1, pull=[comp.op("out1")])
    return comp.op("out1").numpyArray()[0, 0, :3]


@pytest.mark.parametrize("name", ["loop.mp4", "/nowhere/loop.mp4", "wall.png", "https://example.org/wall.png"])
def test_a_file_that_is_not_there_is_named_in_the_note_and_beside_its_stand_in(tmp_path, name):
    path = toy(tmp_path, "fragColor = texture(iChannel1, uv);", f'#iChannel1 "{name}"\n')
    made = read(path)
    assert any(f"iChannel1 was {name}, which was not found" in note for note in made.notes)
    assert f"# iChannel1 was {name}, which was not found" in made.python


def test_two_files_that_are_missing_are_two_stand_ins(net, tmp_path):
    passes = {"buffer A.glsl": "one.png", "image.glsl": "two.png"}
    for name, file in passes.items():
        toy(tmp_path / "two", "fragColor = texture(iChannel1, uv);", f'#iChannel1 "{file}"\n', name=name)
    comp = imported(net, tmp_path / "two")
    assert {comp.op("one").path, comp.op("two").path} == {f"{comp.path}/one", f"{comp.path}/two"}
    comp.par.Two = net.constantTOP(colorr=0.5, colorg=0.25, colorb=0)
    assert pixels(net, comp) == pytest.approx((0.5, 0.25, 0), abs=0.003)


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_file_may_be_anywhere(net, tmp_path, prefix):
    wall = picture(tmp_path / "far away" / "wall.png", (255, 0, 51))
    comp = imported(
        net, toy(tmp_path / "here", "fragColor = texture(iChannel0, uv);", f'#iChannel0 "{prefix}{wall}"\n')
    )
    assert pixels(net, comp) == pytest.approx((1, 0, 0.2), abs=1e-3)


def test_files_of_one_name_in_two_folders_are_two_pictures(net, tmp_path):
    picture(tmp_path / "a" / "x.png", (255, 0, 0))
    picture(tmp_path / "b" / "x.png", (0, 255, 0))
    body = "fragColor = texture(iChannel0, uv) + texture(iChannel1, uv);"
    comp = imported(net, toy(tmp_path, body, '#iChannel0 "a/x.png"\n#iChannel1 "b/x.png"\n'))
    assert tuple(pixels(net, comp)) == (1, 1, 0)


@pytest.mark.parametrize(
    "comment",
    [
        "// iChannel1: wall.png", "// iChannel1: texture wall.png", "/* iChannel1 = image \"wall.png\" */",
        "// iChannel1 is the picture wall.png, 2 × 2", "// iChannel1: video (linear)\n// iChannel1 -> wall.png",
    ],
)  # fmt: skip
def test_a_comment_may_name_the_file_on_a_channel(net, tmp_path, comment):
    picture(tmp_path / "wall.png", (51, 0, 255))
    path = toy(tmp_path, "fragColor = texture(iChannel1, uv);", f"{comment}\n")
    assert pixels(net, imported(net, path)) == pytest.approx((0.2, 0, 1), abs=1e-3)


@pytest.mark.parametrize(
    "comment", ["// iChannel1: wall.png or iChannel1: roof.png", "// iChannel1: none.png", "// iChannel1: wall.txt"]
)
def test_a_comment_that_names_no_one_file_is_not_followed(tmp_path, comment):
    for name in ("wall.png", "roof.png", "wall.txt"):
        picture(tmp_path / "wall.png", (51, 0, 255)).rename(tmp_path / name)
    made = read(toy(tmp_path, "fragColor = texture(iChannel1, uv);", f"{comment}\n"))
    assert "picture(comp" not in made.python
    assert "noise(comp" in made.python


def test_a_line_of_the_editor_counts_more_than_a_comment(net, tmp_path):
    picture(tmp_path / "wall.png", (255, 255, 255))
    picture(tmp_path / "roof.png", (51, 0, 255))
    path = toy(tmp_path, "fragColor = texture(iChannel1, uv);", '#iChannel1 "roof.png"\n// iChannel1: wall.png\n')
    assert pixels(net, imported(net, path)) == pytest.approx((0.2, 0, 1), abs=1e-3)


RECT = "uniform sampler2DRect s;\n"


@pytest.mark.parametrize(
    "source",
    [
        RECT + "void main() { gl_FragColor = texture2DRect(s, gl_TexCoord[0].st); }",
        "uniform sampler2D t;\n" + RECT + "void main() { gl_FragColor = texture2DRect(s, gl_TexCoord[1].xy) + "
        "0.0 * texture2D(t, gl_TexCoord[0].xy); }",
        "#define AT gl_TexCoord[0]\n" + RECT + "void main() { gl_FragColor = texture2DRect(s, AT.xy); }",
        "varying vec2 at;\n" + RECT + "void main() { gl_FragColor = texture2DRect(s, at); }",
        "#version 150\nin vec2 at;\nout vec4 c;\n" + RECT + "void main() { c = texture(s, at); }",
    ],
)
def test_the_coordinates_of_a_rectangle_texture_come_in_its_pixels(net, tmp_path, source):
    comp = imported(net, text(tmp_path / "rect.frag", source))
    shown = net.glslTOP(resolution=(8, 4), format="rgba32float")
    shown.par.pixeldat.eval().text = "out vec4 c; void main() { c = vec4(gl_FragCoord.xy, 0.0, 1.0); }"
    comp.par.S = shown
    np.testing.assert_allclose(comp.op("out1").numpyArray(), shown.numpyArray(), atol=1e-5)
    assert comp.op("image").errors() == ""


@pytest.mark.parametrize(
    "source",
    [
        "uniform sampler2DRect texture;\nvoid main() { gl_FragColor = texture2DRect(texture, gl_TexCoord[0].st); }",
        "uniform sampler2DRect texture, other;\nvoid main() { "
        "gl_FragColor = texture2DRect(texture, gl_TexCoord[0].st) + 0.0 * texture2DRect(other, vec2(0.0)); }",
        "uniform sampler2D texture;\nvoid main() { gl_FragColor = texture2D(texture, gl_TexCoord[0].st); }",
        "uniform sampler2D picture;\nvec4 texture(vec2 p) { return texture2D(picture, p); }\n"
        "void main() { gl_FragColor = texture(gl_TexCoord[0].st); }",
    ],
)
def test_an_author_may_call_something_texture(net, tmp_path, source):
    comp = imported(net, text(tmp_path / "named.frag", source))
    shown = net.noiseTOP(resolution=(8, 4), format="rgba32float", mono=False)
    setattr(comp.par, next(par.name for par in comp.customPars if par.name in ("Texture", "Picture")), shown)
    comp.par.Resolutionw, comp.par.Resolutionh = 8, 4
    comp.op("image").par.format = "rgba32float"
    np.testing.assert_allclose(comp.op("out1").numpyArray(), shown.numpyArray(), atol=1e-5)
    assert comp.op("image").errors() == ""


def test_a_buffer_that_is_not_here_is_black_and_no_file(net, tmp_path):
    path = toy(tmp_path, "fragColor = texture(iChannel0, uv) + 0.25;", "// iChannel0: Buffer A\n")
    assert "iChannel0 was Buffer A, which is not here" in read(path).notes[0]
    comp = imported(net, path)
    assert pixels(net, comp) == pytest.approx((0.25, 0.25, 0.25), abs=1e-3)
    assert comp.op("bufferA").opType == "constantTOP"
    comp.par.BufferA = net.constantTOP(colorr=0.5, colorg=0, colorb=0)
    assert pixels(net, comp)[0] == pytest.approx(0.75, abs=0.003)
