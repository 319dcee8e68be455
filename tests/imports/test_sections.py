"""Shadertoys as people keep them: one file with headings, channels in words, a main() for another host."""

import json

import pytest

from tdlite.imports import read
from tdlite.imports.sections import title, told

from .shaders import MAIN_IMAGE, imported, text, toy
from .test_shadertoy import api, entry, pixels, rendered

ONE = """// {image}
{0}
/* ---- Common ---- */
float twice(float x) {{ return x + x; }} // Buffer D
// {buffer}
{1}
// Sound
vec2 mainSound(int n, float t) {{ return vec2(0.0); }}
"""


def body(text):
    return MAIN_IMAGE.format(text)


@pytest.mark.parametrize(
    ("image", "buffer"), [("==== Image (image) ====", "==== Buffer A (buffer) ===="), ("IMAGE", "BUF A:")]
)
def test_one_file_may_hold_all_passes_under_headings(net, tmp_path, image, buffer):
    path = text(
        tmp_path / "all.glsl",
        ONE.format(
            body("fragColor = texelFetch(iChannel0, ivec2(0), 0);"),
            body("fragColor = vec4(twice(texelFetch(iChannel0, ivec2(0), 0).r) + 1.0);"),
            image=image, buffer=buffer,
        ),
    )  # fmt: skip
    comp = imported(net, path)
    for value in (1, 3, 7):
        net.frames(1, pull=[comp.op("out1")])
        assert pixels(comp)[0, 0, 0] == value
    notes = " ".join(read(path).notes)
    assert "sound" in notes
    assert "nothing says what is on which channel" in notes


def test_two_variants_of_one_pass_are_not_cut_apart(net, tmp_path):
    path = text(
        tmp_path / "variants.glsl",
        f"#ifdef OTHER\n// Image\n{body('fragColor = vec4(1.0);')}"
        f"#else\n// Image\n{body('fragColor = vec4(0.25);')}#endif\n",
    )
    comp = imported(net, path)
    net.frames(1, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, 0] == 0.25


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("README.md", "### Image\n\n * **iChannel1**: Buffer B _(nearest, repeat)_\n\n### Buffer B\n\nno inputs\n"),
        ("config.json", '{"layout": "tabbed", "BufferB": {}, "Image": {"iChannel1": {"buffer": "BufferB"}}}'),
        ("shadertoy.json", '{"image": {"channels": {"1": {"type": "buffer", "source": "buffer_b"}}}}'),
        ("", ""),
    ],
)
def test_words_beside_or_in_the_passes_say_what_is_on_their_channels(net, tmp_path, name, says):
    folder = tmp_path / "two"
    comment = "" if name else "// iChannel1 = Buffer B, of this frame\n"
    toy(folder, "fragColor = vec4(0.25);", name="Buffer A.glsl")
    toy(folder, "fragColor = vec4(0.5);", name="Buffer B.glsl")
    toy(folder, "fragColor = texture(iChannel1, uv);", before=comment, name="Image.glsl")
    if name:
        text(folder / name, says)
    comp = imported(net, folder)
    net.frames(1, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, 0] == 0.5
    assert not any("nothing says" in note for note in read(folder).notes)


def test_a_buffer_that_is_told_to_be_elsewhere_is_not_guessed(net, tmp_path):
    folder = tmp_path / "two"
    toy(folder, "fragColor = vec4(0.25);", name="Buffer A.glsl")
    toy(folder, "fragColor = vec4(0.5);", name="Buffer B.glsl")
    toy(
        folder,
        "fragColor = texture(iChannel0, uv);",
        name="Image.glsl",
        before="// iChannel0: Buffer B (linear, clamp)\n",
    )
    comp = imported(net, folder)
    net.frames(1, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, 0] == 0.5


def test_a_macro_of_common_may_be_the_head_of_every_pass(net, tmp_path):
    head = "#define Main void mainImage(out vec4 Q, in vec2 U) {\n"
    buffer = {**rendered("", "Buffer A", "buffer", output="a"), "code": "Main Q = vec4(0.75); }"}
    image = {**rendered("", inputs=[entry(0, "buffer", "a")]), "code": "Main Q = texelFetch(iChannel0, ivec2(U), 0); }"}
    path = text(tmp_path / "m.json", json.dumps(api(image, buffer, rendered(head, "Common", "common"))))
    comp = imported(net, path)
    net.frames(1, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, 0] == 0.75


@pytest.mark.parametrize(
    "end",
    [
        "#ifdef HOST\nout vec4 color;\nvoid main() { mainImage(color, gl_FragCoord.xy); }\n#endif\n",
        "out vec4 color; void main() { mainImage(color, gl_FragCoord.xy); }\n",
        "void main() { mainImage(gl_FragColor, gl_FragCoord.xy); }\n",
    ],
)
def test_a_main_of_another_host_takes_nothing_from_a_shadertoy(net, tmp_path, end):
    path = toy(tmp_path, "fragColor = vec4(uv, iTime, 1.0);")
    path.write_text(path.read_text() + end)
    comp = imported(net, path)
    net.run(frames=31)
    assert tuple(pixels(comp)[1, 2, :3]) == (2.5 / 8, 1.5 / 4, 0.5)


def test_a_text_that_declares_what_it_needs_keeps_its_own_main(net, tmp_path):
    path = text(
        tmp_path / "own.frag",
        "uniform vec2 iResolution;\nvoid mainImage(out vec4 c, in vec2 p) { c = vec4(p / iResolution, 0.0, 1.0); }\n"
        "void main() { mainImage(gl_FragColor, gl_FragCoord.xy); gl_FragColor.b = 1.0; }\n",
    )
    comp = imported(net, path)
    net.frames(1, pull=[comp.op("out1")])
    assert tuple(pixels(comp)[1, 2, :3]) == (2.5 / 8, 1.5 / 4, 1)


@pytest.mark.parametrize(
    ("line", "role"),
    [("==== Buffer C (buffer) ====", "bufferC"), (" Common tab ", "common"), ("Main Image:", "image"),
     ("Cube A", "sound"), ("/ Buf B /////", "bufferB"), ("image of the sun", ""), ("a buffer", ""), ("", "")],
)  # fmt: skip
def test_only_a_heading_that_is_a_name_names_a_pass(line, role):
    assert title(line) == role


def test_words_about_channels_are_read_with_filter_and_wrap():
    assert told("The keyboard is bound to iChannel2.") == {2: ("keyboard", "", "")}
    assert told("iChannel0: Buffer A _(nearest, repeat, vflipped)_, iChannel3 = keyboard; iChannel1 is used") == {
        0: ("bufferA", "nearest", "repeat"), 3: ("keyboard", "", ""),
    }  # fmt: skip


def test_textures_of_qt_quick_end_at_their_edges(net, tmp_path):
    main = "void main() {{ gl_FragColor = texture2D(source, gl_FragCoord.xy / 8.0 + 0.5){}; }}\n"
    ways = []
    for name, by in (("qt", " * qt_Opacity"), ("other", "")):
        uniforms = "uniform sampler2D source; uniform float qt_Opacity;\n" if by else "uniform sampler2D source;\n"
        comp = imported(net, text(tmp_path / f"{name}.frag", uniforms + main.format(by)))
        ways.append(comp.op("image").par.sampler0extendu.eval())
    assert ways == ["hold", "repeat"]
