"""Shadertoys become networks that draw what the site would."""

import json

import numpy as np
import pytest

from tdlite.imports import ImportFault, read

from .shaders import imported, text, toy


def pixels(comp):
    return comp.op("out1").numpyArray()


def test_the_place_in_the_picture_is_counted_from_the_bottom_left(net, tmp_path):
    comp = imported(net, toy(tmp_path, "fragColor = vec4(fragCoord, iResolution.xy);"))
    picture = pixels(comp)
    x, y = np.meshgrid(np.arange(8) + 0.5, np.arange(4) + 0.5)
    assert (picture[..., 0] == x).all()
    assert (picture[..., 1] == y).all()
    assert (picture[..., 2] == 8).all()
    assert (picture[..., 3] == 1).all()  # the picture is opaque, whatever the shader says
    assert comp.op("image").warnings() == ""


def test_time_and_frames_begin_at_zero(net, tmp_path):
    comp = imported(net, toy(tmp_path, "fragColor = vec4(iTime, float(iFrame), iTimeDelta, 1.0);"))
    for frame in range(3):
        net.frames(1, pull=[comp.op("out1")])
        expected = np.float32([frame / 60, frame, 1 / 60])
        assert pixels(comp)[0, 0, :3] == pytest.approx(expected, abs=1e-7)


def test_the_mouse_is_a_parameter_in_pixels(net, tmp_path):
    comp = imported(net, toy(tmp_path, "fragColor = vec4(iMouse.xyz, 1.0);"))
    comp.par.Mousex, comp.par.Mousey, comp.par.Mousez = 3, 2, -1
    assert (pixels(comp)[..., :3] == (3, 2, -1)).all()


def test_a_picture_is_the_same_whatever_the_day(net, tmp_path):
    comp = imported(net, toy(tmp_path, "fragColor = iDate / 1e4;"))
    assert comp.par.Datex.eval() == 2024
    comp.par.Datex, comp.par.Datew = 1999, 10
    net.run(frames=31)
    assert pixels(comp)[0, 0, 0] == pytest.approx(0.1999)
    comp2 = imported(net, toy(tmp_path, "fragColor = vec4(iDate.w);"))
    assert pixels(comp2)[0, 0, 0] == pytest.approx(43200 + 0.5)


def test_a_buffer_reads_its_own_last_frame_as_floats(net, tmp_path):
    text(tmp_path / "a" / "bufferA.glsl", "void mainImage(out vec4 c, in vec2 p) { c = texture(iChannel0, "
         "p / iResolution.xy) + vec4(0.375, -1.0, 2.0, 0.5); }")  # fmt: skip
    toy(tmp_path / "a", "fragColor = texture(iChannel0, uv);", name="image.glsl")
    comp = imported(net, tmp_path / "a")
    for frame in range(1, 4):
        net.frames(1, pull=[comp.op("out1")])
        assert (pixels(comp)[..., :3] == np.array((0.375, -1, 2)) * frame).all()


def test_a_buffer_that_comes_later_is_read_as_it_was(net, tmp_path):
    folder = tmp_path / "two"
    toy(folder, "fragColor = texelFetch(iChannel1, ivec2(0), 0) + 1.0;", name="Buffer A.glsl")
    toy(folder, "fragColor = texelFetch(iChannel0, ivec2(0), 0) * 10.0;", name="Buffer B.glsl")
    toy(folder, "fragColor = vec4(texelFetch(iChannel0, ivec2(0), 0).r, texelFetch(iChannel1, ivec2(0), 0).r, 0, 1);",
        name="Image.glsl")  # fmt: skip
    comp = imported(net, folder)
    a = b = 0.0
    for _ in range(3):
        net.frames(1, pull=[comp.op("out1")])
        a = b + 1
        b = a * 10
        assert tuple(pixels(comp)[0, 0, :2]) == (a, b)


def test_common_comes_before_every_pass_and_may_name_channels(net, tmp_path):
    folder = tmp_path / "toy"
    text(
        folder / "common.glsl",
        "#define HERE texelFetch(iChannel0, ivec2(0), 0)\nfloat twice(float x) { return x + x; }\n",
    )
    toy(folder, "fragColor = vec4(twice(0.75));", name="buffer_a.frag")
    toy(folder, "fragColor = vec4(twice(HERE.r));", name="image.frag")
    comp = imported(net, folder)
    net.frames(1, pull=[comp.op("out1")])
    assert (pixels(comp)[..., 0] == 3).all()
    assert comp.op("common").text.startswith("\n#define HERE")


def api(*passes, **info):
    return {"Shader": {"info": info, "renderpass": list(passes)}}


def entry(channel, ctype, id="", wrap="clamp", filter="linear", src=""):
    return {"channel": channel, "ctype": ctype, "id": id, "src": src, "sampler": {"wrap": wrap, "filter": filter}}


def rendered(code, name="Image", type="image", inputs=(), output=""):
    code = f"void mainImage(out vec4 c, in vec2 p) {{ {code} }}" if type != "common" else code
    return {"code": code, "name": name, "type": type, "inputs": list(inputs), "outputs": [{"id": output}]}


def test_the_sites_json_says_what_is_on_which_channel(net, tmp_path):
    data = api(
        rendered("c = texelFetch(iChannel2, ivec2(p), 0) + two;", inputs=[entry(2, "buffer", "b")]),
        rendered("c = vec4(p, 0.0, 1.0);", "Buf B", "buffer", output="b"),
        rendered("const float two = 2.0;", "Common", "common"),
        name="Two of Them", username="somebody",
    )  # fmt: skip
    path = text(tmp_path / "toy.json", json.dumps(data))
    comp = imported(net, path)
    net.frames(1, pull=[comp.op("out1")])
    assert comp.name == "Two_of_Them"
    assert tuple(pixels(comp)[1, 2, :2]) == (4.5, 3.5)
    assert "by somebody" in read(path).python


def test_channels_of_one_pass_are_sampled_each_in_its_own_way(net, tmp_path):
    # The buffer is (0, 1, 2, …) along x: beyond its right edge, repeat begins again and clamp stays.
    edge = "texture({}, vec2(1.0 + 0.5 / iResolution.x, 0.5)).r"
    code = f"c = vec4({edge.format('iChannel0')}, {edge.format('iChannel1')}, " \
        "texture(iChannel2, vec2(1.0, 0.5) / iResolution.xy).r, 1.0);"  # fmt: skip
    data = api(
        rendered(code, inputs=[entry(0, "buffer", "a"), entry(1, "buffer", "a", wrap="repeat"),
                               entry(2, "buffer", "a", filter="nearest")]),
        rendered("c = vec4(floor(p.x));", "Buffer A", "buffer", output="a"),
    )  # fmt: skip
    comp = imported(net, text(tmp_path / "toy.json", json.dumps(data)))
    net.frames(1, pull=[comp.op("out1")])
    # x = 1 lies between the pixels 0 and 1: the nearest is the one it begins.
    assert tuple(pixels(comp)[0, 0, :3]) == (7, 0, 1)


@pytest.mark.parametrize("kind", ["cubemap", "volume"])
def test_what_is_looked_up_in_space_draws_something_else_and_says_so(net, tmp_path, kind):
    lookups = "c = texture(iChannel0, vec3(p, 1.0)) + textureLod(iChannel0, vec3(0.0, 1.0, 0.0), 0.0);"
    path = text(tmp_path / "x.json", json.dumps(api(rendered(lookups, inputs=[entry(0, kind)]))))
    comp = imported(net, path)
    assert np.isfinite(pixels(comp)).all()
    assert comp.op("image").errors() == ""
    assert any(kind in note or "cube map" in note for note in read(path).notes)


def test_without_a_word_about_a_channel_its_use_says_whether_it_is_a_cube_map(net, tmp_path):
    body = "vec3 d = normalize(vec3(uv, 1.0)); fragColor = texture(iChannel0, d) + texture(iChannel1, uv);"
    comp = imported(net, toy(tmp_path, body))
    assert comp.op("image").errors() == ""
    assert "textureSky(iChannel0, d) + texture(iChannel1, uv)" in comp.op("image_pixel").text


def test_missing_media_stand_in_for_each_other_and_a_parameter_takes_the_real_ones(net, tmp_path):
    comp = imported(net, toy(tmp_path, "fragColor = texelFetch(iChannel0, ivec2(3), 0);"))
    stand_in = comp.par.Channel0.eval()
    assert stand_in.path == f"{comp.path}/channel0"
    assert stand_in.numpyArray().std() > 0.2
    comp.par.Channel0 = net.constantTOP(colorr=0.5, colorg=0.25, colorb=0)
    assert pixels(comp)[0, 0, :3] == pytest.approx((0.5, 0.25, 0), abs=0.003)


def test_channels_can_be_named_in_the_text(net, tmp_path):
    toy(tmp_path, "fragColor = vec4(0.25) + texture(iChannel0, uv);", '#iChannel0 "self"\n', name="other.glsl")
    path = toy(tmp_path, "fragColor = texture(iChannel0, uv) + speed;",
               '#iChannel0 "other.glsl"\n#iUniform float speed = 0.5 in { 0.0, 2.0 }\n')  # fmt: skip
    comp = imported(net, path)
    net.frames(2, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, 0] == 1
    assert (comp.par.Speed.eval(), comp.par.Speed.normMax) == (0.5, 2)


def test_variables_without_a_value_are_0_as_in_a_browser(net, tmp_path):
    # The idiom of the shortest Shadertoys; undefined where nobody says otherwise.
    path = tmp_path / "golf.frag"
    text(path, "vec3 g;\nvoid mainImage(out vec4 O, vec2 I) { float i, d; vec3 p; g += .25;\n"
         "for (O *= i; i++ < 4.; O += .125) p += d; O.yz += p.xy + g.xy; }")  # fmt: skip
    comp = imported(net, path)
    assert (pixels(comp)[..., :3] == (0.5, 0.75, 0.75)).all()


def test_text_of_the_first_webgl_may_use_words_that_desktop_gl_keeps(net, tmp_path):
    before = "float sample(float x) { return x; }\n#ifdef GL_ES\nprecision highp float;\n#endif\n"
    body = "float buffer = sample(0.5); vec4 texture = texture2D(iChannel0, uv) * 0.0; fragColor = texture + buffer;"
    comp = imported(net, toy(tmp_path, body, before))
    assert comp.op("image").errors() == ""
    assert (pixels(comp)[..., 0] == 0.5).all()


def test_sizes_and_times_of_channels_are_known(net, tmp_path):
    body = "fragColor = vec4(iChannelResolution[0].xy, iChannelTime[1], 1.0) + texture(iChannel0, uv) * 0.0;"
    comp = imported(net, toy(tmp_path, body))
    net.run(frames=31)
    assert tuple(pixels(comp)[0, 0, :3]) == (256, 256, 0.5)


def test_a_shader_that_makes_sound_only_is_refused(tmp_path):
    path = text(tmp_path / "sound.glsl", "vec2 mainSound(int s, float t) { return vec2(0.0); }")
    with pytest.raises(ImportFault, match=r"sound\.glsl has a mainSound\(\)"):
        read(path)


def test_a_folder_without_a_picture_is_refused(tmp_path):
    text(tmp_path / "bufferA.glsl", "void mainImage(out vec4 c, in vec2 p) { c = vec4(1); }")
    with pytest.raises(ImportFault, match=r"has no image\.glsl"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("const vec4 pixelColor = vec4(0.5);\n", "fragColor = pixelColor;"),
        ("#define color(x) vec4(x)\n#define pixelColor color(0.5)\n", "fragColor = pixelColor;"),
        ("#define color vec4(0.5)\n", "fragColor = color;"),
    ],
)
def test_names_of_our_own_main_are_free_to_the_author(net, tmp_path, before, body):
    comp = imported(net, toy(tmp_path, body, before))
    assert comp.op("image").errors() == ""
    assert (pixels(comp)[..., :3] == 0.5).all()


def test_a_direction_may_be_looked_up_with_slopes(net, tmp_path):
    slopes = "vec3(0.0), vec3(0.0)"
    lookups = f"fragColor = textureGrad(iChannel0, vec3(0.0, 1.0, 0.0), {slopes}) - texture(iChannel0, vec3(0, 1, 0));"
    comp = imported(net, toy(tmp_path, lookups))
    assert comp.op("image").errors() == ""
    assert (pixels(comp)[..., :3] == 0).all()
