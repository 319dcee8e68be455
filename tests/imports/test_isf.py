"""ISF files become networks with their parameters, passes and buffers."""

import numpy as np
import pytest

from tdlite.imports import ImportFault, read

from .shaders import imported, isf, text

IMAGE = {"NAME": "inputImage", "TYPE": "image"}


def pixels(comp):
    return comp.op("out1").numpyArray()


def test_inputs_become_parameters_with_ranges_that_feed_the_shader(net, tmp_path):
    path = isf(
        tmp_path, "gl_FragColor = vec4(level, pos.x, tint.b, float(mode) + (on ? 100.0 : 0.0));",
        INPUTS=[
            {"NAME": "level", "LABEL": "How Much", "TYPE": "float", "MIN": -1, "MAX": 4, "DEFAULT": 0.5},
            {"NAME": "pos", "TYPE": "point2D", "DEFAULT": [0.25, 0.75], "MIN": [0, 0], "MAX": [2, 1]},
            {"NAME": "tint", "TYPE": "color", "DEFAULT": [0.1, 0.2, 0.375, 1]},
            {"NAME": "mode", "TYPE": "long", "VALUES": [10, 20], "LABELS": ["Ten", "Twenty"], "DEFAULT": 20},
            {"NAME": "on", "TYPE": "bool", "DEFAULT": 1.0},
        ],
    )  # fmt: skip
    comp = imported(net, path)
    assert tuple(pixels(comp)[0, 0]) == (0.5, 0.25, 0.375, 120)
    level = comp.par.Level
    assert (level.label, level.normMin, level.normMax, level.default) == ("How Much", -1, 4, 0.5)
    assert (comp.par.Posx.normMax, comp.par.Posy.normMax) == (2, 1)
    assert (comp.par.Mode.menuNames, comp.par.Mode.menuLabels) == (["10", "20"], ["Ten", "Twenty"])
    comp.par.Level, comp.par.Mode, comp.par.On = 3, "10", False
    assert tuple(pixels(comp)[0, 0]) == (3, 0.25, 0.375, 10)
    assert comp.op("image").warnings() == ""


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"DEFAULT": [0.5, 0.25]}, (0.5, 0.25)), ({"DEFAULT": [960, 540]}, (960, 540)), ({}, (0, 0)),
        ({"DEFAULT": [3, 4], "MAX": [1, 1]}, (3, 4)), ({"DEFAULT": [3, 4], "MIN": [5, 5], "MAX": [9, 9]}, (3, 4)),
    ],
)  # fmt: skip
def test_a_point_is_what_it_says_be_it_pixels_or_a_fraction(net, tmp_path, given, value):
    # As the format's own hosts have it: they scale nothing, with MIN and MAX or without, and one of them alone is none.
    comp = imported(net, isf(tmp_path, "gl_FragColor = vec4(at, RENDERSIZE);",
                             INPUTS=[{"NAME": "at", "TYPE": "point2D", **given}]))  # fmt: skip
    assert tuple(pixels(comp)[0, 0]) == (*value, 8, 4)
    assert comp.par.Atx.normMax == (9 if "MIN" in given else 1)
    comp.par.Atx = 700
    assert pixels(comp)[0, 0, 0] == 700


@pytest.mark.parametrize(
    ("default", "on"), [("TRUE", 1), ("yes", 1), (2, 1), ("1", 1), ("FALSE", 0), ("no", 0), (0.0, 0)]
)
def test_a_switch_is_on_by_a_number_or_a_word(default, on, net, tmp_path):
    inputs = [{"NAME": "lit", "TYPE": "bool", "DEFAULT": default}]
    comp = imported(net, isf(tmp_path, "gl_FragColor = vec4(lit);", INPUTS=inputs))
    assert (pixels(comp) == on).all()


def test_a_picture_is_read_in_pixels_or_as_a_fraction(net, tmp_path):
    path = isf(
        tmp_path,
        "vec2 p = gl_FragCoord.xy; gl_FragColor = vec4(IMG_PIXEL(inputImage, p).r, "
        "IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).g, IMG_THIS_PIXEL(inputImage).b, IMG_SIZE(inputImage).x);",
        INPUTS=[IMAGE],
    )
    comp = imported(net, path)
    source = net.noiseTOP(resolution=(8, 4), mono=False, format="rgba32float")
    comp.par.InputImage = source
    picture = pixels(comp)
    assert (picture[..., :3] == source.numpyArray()[..., :3]).all()
    assert (picture[..., 3] == 8).all()


def test_a_persistent_float_buffer_of_another_size_is_read_as_it_was(net, tmp_path):
    path = isf(
        tmp_path,
        "if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(sum) + vec4(2.0, 0.0, RENDERSIZE);"
        "else gl_FragColor = IMG_THIS_PIXEL(sum);",
        PASSES=[
            {"TARGET": "sum", "PERSISTENT": True, "FLOAT": True, "WIDTH": "floor($WIDTH / 2.0)", "HEIGHT": "1"},
            {},
        ],
    )
    comp = imported(net, path)
    for frame in range(1, 4):
        net.frames(1, pull=[comp.op("out1")])
        assert tuple(pixels(comp)[0, 0]) == (2 * frame, 0, 4 * frame, frame)
    assert (comp.op("sum").width, comp.op("sum").height) == (4, 1)
    assert comp.op("sum").par.format.eval() == "rgba32float"


def test_the_first_version_of_the_format_says_it_otherwise(net, tmp_path):
    path = isf(
        tmp_path,
        "gl_FragColor = PASSINDEX == 0 ? IMG_THIS_PIXEL(kept) + 0.125 : IMG_NORM_PIXEL(kept, vv_FragNormCoord);",
        PERSISTENT_BUFFERS={"kept": {"WIDTH": "$WIDTH/4.0", "FLOAT": True}}, PASSES=[{"TARGET": "kept"}, {}],
    )  # fmt: skip
    comp = imported(net, path)
    net.frames(3, pull=[comp.op("out1")])
    assert (pixels(comp) == 0.375).all()
    assert comp.op("kept").width == 2


def test_a_later_pass_of_the_same_frame_reads_what_an_earlier_one_drew(net, tmp_path):
    path = isf(
        tmp_path,
        "if (PASSINDEX == 0) gl_FragColor = vec4(float(FRAMEINDEX)); else gl_FragColor = IMG_THIS_PIXEL(first) + 0.5;",
        PASSES=[{"TARGET": "first", "FLOAT": True}, {"TARGET": "second", "FLOAT": True}],
    )
    comp = imported(net, path)
    net.frames(3, pull=[comp.op("out1")])
    assert (pixels(comp) == 2.5).all()
    assert comp.op("first_past") is None


def test_the_size_of_a_pass_may_depend_on_a_parameter(net, tmp_path):
    path = isf(
        tmp_path, "gl_FragColor = vec4(RENDERSIZE, 0.0, scale);",
        INPUTS=[{"NAME": "scale", "TYPE": "float", "DEFAULT": 0.5}],
        PASSES=[{"TARGET": "small", "WIDTH": "max($WIDTH * $scale, 1.0)", "HEIGHT": "$HEIGHT"}],
    )  # fmt: skip
    comp = imported(net, path)
    assert pixels(comp).shape == (4, 4, 4)
    comp.par.Scale = 0.25
    assert pixels(comp).shape == (4, 2, 4)


def test_what_a_vertex_shader_clamps_at_the_corners_is_interpolated_between_them(net, tmp_path):
    given = "varying vec2 left;\nvarying float sides[2];\n"
    path = isf(tmp_path, "gl_FragColor = vec4(left, sides[1], 1.0);", before=given)
    text(path.with_suffix(".vs"), given + "void main() {\n    isf_vertShaderInit();\n"
         "    left = clamp(isf_FragNormCoord - vec2(0.25, 0.0), 0.0, 1.0);\n"
         "    sides[0] = sides[1] = isf_FragNormCoord.x * isf_FragNormCoord.y;\n}\n")  # fmt: skip
    x, y = np.meshgrid((np.arange(8) + 0.5) / 8, (np.arange(4) + 0.5) / 4)
    between = np.maximum(0, x + y - 1)  # 1 in the corner at the top right, 0 in the others
    picture = pixels(imported(net, path))
    np.testing.assert_allclose(picture[..., :3], np.stack([0.75 * x, y, between], -1), atol=1e-6)


def test_a_vertex_shader_reads_pictures_at_the_corners(net, tmp_path):
    path = isf(tmp_path, "gl_FragColor = corner;", before="varying vec4 corner;\n", INPUTS=[IMAGE])
    text(path.with_suffix(".vs"), "varying vec4 corner;\nvoid main() {\n    isf_vertShaderInit();\n"
         "    corner = IMG_THIS_PIXEL(inputImage);\n}\n")  # fmt: skip
    comp = imported(net, path)
    comp.par.InputImage = source = net.noiseTOP(resolution=(2, 2), mono=False, format="rgba32float")
    lower, upper = source.numpyArray()
    expected = lower[0] + (lower[1] - lower[0]) / 16 + (upper[0] - lower[0]) / 8  # the first of 8 × 4 pixels
    np.testing.assert_allclose(pixels(comp)[0, 0], expected, atol=1e-6)


def test_pictures_that_stand_in_for_two_inputs_differ(net, tmp_path):
    images = [{"NAME": name, "TYPE": "image"} for name in ("before", "after")]
    comp = imported(net, isf(
        tmp_path, "gl_FragColor = IMG_THIS_PIXEL(before) - IMG_THIS_PIXEL(after);", INPUTS=images,
    ))  # fmt: skip
    assert np.abs(pixels(comp)[..., :3]).mean() > 0.05


def test_a_vertex_shader_is_a_function_of_the_pixel_shader(net, tmp_path):
    path = isf(
        tmp_path, "gl_FragColor = vec4(left, offsets[1]);",
        before="#if __VERSION__ <= 120\nvarying vec2 left;\nvarying vec2 offsets[2];\n#else\nin vec2 left;\n"
        "in vec2 offsets[2];\n#endif\nfloat helper() { return 2.0; }\n",
    )  # fmt: skip
    text(path.with_suffix(".vs"), "varying vec2 left;\nvarying vec2 offsets[2];\nfloat helper() { return 1.0; }\n"
         "void main() {\n    isf_vertShaderInit();\n    left = isf_FragNormCoord - vec2(helper(), 0.0) / RENDERSIZE;\n"
         "    offsets[1] = left * 2.0;\n}\n")  # fmt: skip
    comp = imported(net, path)
    picture = pixels(comp)
    assert picture[..., 0] == pytest.approx(np.tile((np.arange(8) - 0.5) / 8, (4, 1)))
    assert (picture[..., 2:] == picture[..., :2] * 2).all()
    assert comp.op("image").errors() == ""


def test_a_choice_in_a_vertex_shader_is_no_function_of_its_own(net, tmp_path):
    path = isf(tmp_path, "gl_FragColor = vec4(left, 0.0, 1.0);", before="varying vec2 left;\n")
    text(path.with_suffix(".vs"), "varying vec2 left;\nvoid main() {\n    isf_vertShaderInit();\n"
         "    if (RENDERSIZE.x < 2.0) {\n        left = vec2(0.0);\n    }\n"
         "    else if (RENDERSIZE.x > 4.0) {\n        left = vec2(0.25, 0.5);\n    }\n}\n")  # fmt: skip
    comp = imported(net, path)
    assert (pixels(comp) == (0.25, 0.5, 0, 1)).all()
    assert comp.op("image").errors() == ""


def test_a_number_without_a_default_begins_in_the_middle_of_its_range(net, tmp_path):
    inputs = [
        {"NAME": "smoothness", "TYPE": "float"},
        {"NAME": "wide", "TYPE": "float", "MIN": -2, "MAX": 8},
        {"NAME": "zero", "TYPE": "float", "MIN": -2, "MAX": 8, "DEFAULT": 0},
    ]
    comp = imported(net, isf(tmp_path, "gl_FragColor = vec4(smoothness, wide, zero, 1.0);", INPUTS=inputs))
    assert tuple(pixels(comp)[0, 0]) == (0.5, 3, 0, 1)


def test_a_chain_of_conditions_in_a_vertex_shader_is_no_function(net, tmp_path):
    path = isf(tmp_path, "gl_FragColor = vec4(far);", before="varying float far;\n")
    text(path.with_suffix(".vs"), "varying float far;\nvoid main() {\n    isf_vertShaderInit();\n"
         "    if (PASSINDEX == 1) {\n        far = 1.0;\n    }\n    else if (PASSINDEX == 0) {\n        far = 0.25;\n"
         "    }\n}\n")  # fmt: skip
    comp = imported(net, path)
    assert (pixels(comp) == 0.25).all()
    assert comp.op("image").errors() == ""


def test_code_may_stand_before_the_header(net, tmp_path):
    inputs = [{"NAME": "level", "TYPE": "float", "DEFAULT": 2}]
    path = isf(tmp_path, "gl_FragColor = vec4(level * TWICE);", INPUTS=inputs)
    text(path, "// by somebody\n#define TWICE 2.0\n" + path.read_text())
    assert (pixels(imported(net, path)) == 4).all()


@pytest.mark.parametrize("place", ["ftransform()", "gl_ModelViewProjectionMatrix * gl_Vertex"])
def test_a_vertex_shader_of_the_first_version_may_place_its_corners_itself(net, tmp_path, place):
    path = isf(tmp_path, "gl_FragColor = vec4(where, 0.0, 1.0);", before="varying vec2 where;\n")
    moves = f"    gl_Position = {place};\n    where = gl_MultiTexCoord0.xy;\n"
    text(path.with_suffix(".vs"), f"varying vec2 where;\nvoid main() {{\n{moves}}}\n")
    comp = imported(net, path)
    assert pixels(comp)[1, 2, :2] == pytest.approx((np.array((2, 1)) + 0.5) / (8, 4))
    assert comp.op("image").errors() == ""


def test_every_kind_of_sound_is_a_picture(net, tmp_path):
    kinds = ("audio", "audioFFT", "audioHist", "audioWaveform")
    inputs = [{"NAME": kind, "TYPE": kind} for kind in kinds]
    values = ", ".join(f"IMG_NORM_PIXEL({kind}, vec2(0.5)).r" for kind in kinds)
    comp = imported(net, isf(tmp_path, f"gl_FragColor = vec4({values});", INPUTS=inputs))
    assert pixels(comp)[0, 0] == pytest.approx((0.5, 0, 0, 0.5), abs=0.01)


def test_of_two_inputs_of_one_name_the_first_counts(net, tmp_path):
    inputs = [{"NAME": "a", "TYPE": "float", "DEFAULT": value} for value in (0.25, 0.75)]
    path = isf(tmp_path, "gl_FragColor = vec4(a);", INPUTS=inputs)
    assert (pixels(imported(net, path)) == 0.25).all()
    assert any("two inputs a" in note for note in read(path).notes)


def test_neighbours_are_known_by_their_names_where_the_vertex_shader_is_missing(net, tmp_path):
    before = "varying vec2 left_coord;\nvarying vec2 rightb_coord;\n"
    comp = imported(net, isf(tmp_path, "gl_FragColor = vec4(left_coord, rightb_coord);", before=before))
    place = (np.array((2, 1)) + 0.5) / (8, 4)
    step = 1 / np.array((8, 4))
    expected = (*(place - step * (1, 0)), *(place + step * (1, -1)))
    assert pixels(comp)[1, 2] == pytest.approx(expected)


def test_an_imported_picture_comes_from_its_file(net, tmp_path):
    from PIL import Image

    Image.new("RGB", (4, 4), (255, 0, 51)).save(tmp_path / "card.png")
    path = isf(tmp_path, "gl_FragColor = IMG_NORM_PIXEL(card, vec2(0.5));", IMPORTED={"card": {"PATH": "card.png"}})
    comp = imported(net, path)
    net.frames(2, pull=[comp.op("out1")])
    assert pixels(comp)[0, 0, :3] == pytest.approx((1, 0, 0.2), abs=0.01)


@pytest.mark.parametrize("header", [
    {"IMPORTED": [{"NAME": "env", "TYPE": "cube", "PATH": ["a.jpg", "b.jpg"]}]},
    {"IMPORTED": {"env": {"PATH": ["a.jpg"] * 6}}},
    {"INPUTS": [{"NAME": "env", "TYPE": "cube"}]},
])  # fmt: skip
def test_a_sky_is_computed_for_a_cube_map(net, tmp_path, header):
    path = isf(tmp_path, "gl_FragColor = textureCube(env, vec3(0.1, gl_FragCoord.y - 2.0, 0.2));", **header)
    comp = imported(net, path)
    ground, sky = pixels(comp)[0, 0], pixels(comp)[3, 0]
    assert ground[0] > ground[2]
    assert sky[0] < sky[2]
    assert any("env is a cube map" in note for note in read(path).notes)
    assert comp.op("image").errors() == ""


def test_a_surface_of_another_host_is_refused(tmp_path):
    path = isf(tmp_path, "colour = MM_SHADER_THIS_NORM_PIXEL();", before="out vec4 colour;\n", INPUTS=[IMAGE])
    with pytest.raises(ImportFault, match="MadMapper surface"):
        read(path)


@pytest.mark.parametrize("entry", [
    {"VALUES": ["Low", "Mid", "High"], "DEFAULT": "High"},
    {"VALUES": [0, 1, 2], "LABELS": ["Low", "Mid", "High"], "DEFAULT": "High"},
    {"LABELS": ["Low", "Mid", "High"], "DEFAULT": "High"},
])  # fmt: skip
def test_a_choice_may_be_among_words(net, tmp_path, entry):
    inputs = [{"NAME": "mode", "TYPE": "long", **entry}]
    comp = imported(net, isf(tmp_path, "gl_FragColor = vec4(float(mode));", INPUTS=inputs))
    assert (comp.par.Mode.menuNames, comp.par.Mode.menuLabels) == (["0", "1", "2"], ["Low", "Mid", "High"])
    assert (pixels(comp) == 2).all()


def test_a_rectangle_texture_is_read_in_pixels(net, tmp_path):
    before = "vec4 at(sampler2DRect s, vec2 p) { return texture2DRect(s, p); }\n"
    body = "vec2 p = gl_FragCoord.xy; gl_FragColor = vec4(texture2DRect(inputImage, p).rg, at(inputImage, p).ba);"
    comp = imported(net, isf(tmp_path, body, before=before, INPUTS=[IMAGE]))
    source = net.noiseTOP(resolution=(8, 4), mono=False, format="rgba32float")
    comp.par.InputImage = source
    assert (pixels(comp) == source.numpyArray()).all()


def test_inputs_may_have_the_names_of_keywords_and_of_each_other(net, tmp_path):
    names = ("filter", "value", "Value", "sample")
    inputs = [{"NAME": name, "TYPE": "float", "DEFAULT": n} for n, name in enumerate(names)]
    path = isf(tmp_path, "gl_FragColor = vec4(filter, value, Value, sample);", INPUTS=inputs)
    comp = imported(net, path)
    assert tuple(pixels(comp)[0, 0]) == (0, 1, 2, 3)


def test_authors_may_use_names_that_newer_glsl_and_our_own_texts_use(net, tmp_path):
    path = isf(
        tmp_path,
        "Held held; held.flat = layout; vec4 c = IMG_THIS_PIXEL(texture);"
        "gl_FragColor = vec4(c.r, vUV.x, smooth(held.flat), IMG_SIZE(small).x);",
        before="varying vec2 vUV;\nstruct Held { float flat; };\n"
        "float smooth(float texture) { return texture * IMG_PIXEL(small, vec2(0.5)).a; }\n",
        INPUTS=[
            {"NAME": "texture", "TYPE": "image"}, {"NAME": "layout", "TYPE": "float", "DEFAULT": 0.75},
        ],
        PASSES=[{"TARGET": "small", "WIDTH": "$WIDTH * $layout"}, {}],
    )  # fmt: skip
    text(path.with_suffix(".vs"), "varying vec2 vUV;\nvoid main() {\n    isf_vertShaderInit();\n"
         "    vUV = isf_FragNormCoord.yx * layout;\n}\n")  # fmt: skip
    comp = imported(net, path)
    comp.par.Texture = source = net.noiseTOP(resolution=(8, 4), mono=False, format="rgba32float")
    picture = pixels(comp)
    assert comp.op("image").errors() == ""
    assert (picture[..., 0] == source.numpyArray()[..., 0]).all()
    assert picture[..., 1] == pytest.approx(np.tile((np.arange(4)[:, None] + 0.5) / 4 * 0.75, (1, 8)))
    assert (picture[..., 2:] == (0.75, 6)).all()


def test_a_text_may_call_the_look_up_by_a_name_of_its_own(net, tmp_path):
    path = isf(
        tmp_path, "gl_FragColor = texture(inputImage, isf_FragNormCoord);", INPUTS=[IMAGE],
        before="#define texture texture2D\n",
    )  # fmt: skip
    comp = imported(net, path)
    comp.par.InputImage = source = net.noiseTOP(resolution=(8, 4), mono=False, format="rgba32float")
    assert (pixels(comp) == source.numpyArray()).all()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ('/*{\n "INPUTS": [\n  {"NAME": "a" "TYPE": "float"} ] }*/', r"line 3: the JSON header is broken"),
        ('/*{ "INPUTS": [ }*/', r"line 1: the JSON header is broken"),
    ],
)
def test_a_broken_header_is_named_with_its_line(tmp_path, head, said):
    with pytest.raises(ImportFault, match=said):
        read(text(tmp_path / "x.fs", head + "\nvoid main() { gl_FragColor = vec4(1.0); }"))


def test_a_comma_after_the_last_entry_does_no_harm(tmp_path):
    assert (
        read(text(tmp_path / "x.fs", '/*{ "INPUTS": [ ], }*/ void main() { gl_FragColor = vec4(1.0); }')).kind == "ISF"
    )


MOVING = (
    "void main() {\n    isf_vertShaderInit();\n    gl_Position.xy *= half_;\n    place = isf_FragNormCoord * 2.0;\n}\n"
)


def test_a_vertex_shader_that_moves_the_corners_stays_one(net, tmp_path):
    path = isf(
        tmp_path, "gl_FragColor = vec4(isf_FragNormCoord, place);", before="varying vec2 place;\n",
        INPUTS=[{"NAME": "half_", "TYPE": "float", "DEFAULT": 0.5}],
    )  # fmt: skip
    text(path.with_suffix(".vs"), "varying vec2 place;\n" + MOVING)
    comp = imported(net, path)
    picture = pixels(comp)
    assert comp.op("image").errors() == comp.op("image").warnings() == ""
    x, y = np.meshgrid((np.arange(4) + 0.5) / 4, (np.arange(2) + 0.5) / 2)
    np.testing.assert_allclose(picture[1:3, 2:6], np.stack([x, y, 2 * x, 2 * y], -1), atol=1e-6)
    picture[1:3, 2:6] = 0
    assert not picture.any()
    assert read(path).notes == ()


def test_an_event_is_a_button_that_is_on_for_one_frame(net, tmp_path):
    path = isf(tmp_path, "gl_FragColor = vec4(go ? 1.0 : 0.0);", INPUTS=[{"NAME": "go", "TYPE": "event"}])
    comp = imported(net, path)
    seen = []
    for frame in range(3):
        if frame == 1:
            comp.par.Go.pulse()
        net.frames(1, pull=[comp.op("out1")])
        seen.append(pixels(comp)[0, 0, 0])
    assert seen == [0, 1, 0]


def test_a_variable_may_have_the_name_of_the_picture_it_is_read_from(net, tmp_path):
    comp = imported(net, isf(tmp_path, "vec4 card = IMG_NORM_PIXEL(card, vec2(0.5)); gl_FragColor = card;",
                             INPUTS=[{"NAME": "card", "TYPE": "image"}]))  # fmt: skip
    comp.par.Card = net.constantTOP(colorr=0.5, colorg=0.25, format="rgba32float")
    assert pixels(comp)[0, 0].tolist() == [0.5, 0.25, 1, 1]


def test_silence_is_the_middle_of_a_waveform_and_the_bottom_of_a_spectrum(net, tmp_path):
    comp = imported(net, isf(
        tmp_path, "gl_FragColor = vec4(IMG_NORM_PIXEL(wave, vec2(0.3)).rg, IMG_NORM_PIXEL(fft, vec2(0.3)).rg);",
        INPUTS=[{"NAME": "wave", "TYPE": "audio"}, {"NAME": "fft", "TYPE": "audioFFT"}],
        PASSES=[{"TARGET": "grey"}],
    ))  # fmt: skip
    assert tuple(pixels(comp)[0, 0]) == (0.5, 0.5, 0, 0)


def test_offsets_that_no_vertex_shader_computes_are_the_pixel_itself_and_the_importer_says_so(net, tmp_path):
    path = isf(tmp_path, "gl_FragColor = vec4(texOffsets[2], left_coord);",
               before="varying vec2 texOffsets[3];\nvarying vec2 left_coord;\n")  # fmt: skip
    notes = " ".join(read(path).notes)
    assert "computes texOffsets" in notes
    assert "left_coord are one pixel away" in notes
    comp = imported(net, path)
    across = np.tile((np.arange(8) + 0.5) / 8, (4, 1))
    assert pixels(comp)[..., 0] == pytest.approx(across)
    assert pixels(comp)[..., 2] == pytest.approx(across - 1 / 8)
    assert comp.op("image").errors() == comp.op("image").warnings() == ""
    text(path.with_suffix(".vs"), "varying vec2 texOffsets[3];\nvarying vec2 left_coord;\nvoid main() {\n"
         "    isf_vertShaderInit();\n    texOffsets[2] = left_coord = isf_FragNormCoord;\n}\n")  # fmt: skip
    assert not any("vertex shader" in note for note in read(path).notes)
