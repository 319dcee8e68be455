"""Compute shaders of the GLSL TOP: both ways to write, formats, passes, several buffers, and what is kept."""

import numpy as np
import pytest
from glslshaders import compute_shader, pixel_shader

from tdlite.gpu.formats import FORMATS, srgb_encoded

STORE = "TDImageStoreOutput(0, gl_GlobalInvocationID, {});"
COUNT = "TDImageStoreOutput(0, gl_GlobalInvocationID, TDImageLoadOutput(0, gl_GlobalInvocationID) + 1.0);"
KEPT = {"outputaccess": "readwrite", "clearoutputs": False}


def picture(net, array):
    """A TOP whose red is x and green y, in pixels."""
    height, width = array
    return compute_shader(net, STORE.format("vec4(p, 0.25, 0.5)"), size=(width, height))


def test_its_first_compute_shader_shows_the_input_or_white(net):
    source = picture(net, (3, 5))
    top = net.glslTOP(mode="compute", inputs=[source])
    np.testing.assert_array_equal(top.numpyArray(), source.numpyArray())
    assert np.all(net.glslTOP(mode="compute").numpyArray() == 1)


@pytest.mark.parametrize("coordinate", ["ivec3(p, 0)", "uvec3(p, 7)", "gl_GlobalInvocationID"])
@pytest.mark.parametrize("size", [(1, 1), (17, 9)])
def test_every_pixel_is_written_and_nothing_else(net, coordinate, size):
    top = compute_shader(net, f"TDImageStoreOutput(0, {coordinate}, vec4(p, 1.0, 1.0));", size=size)
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    np.testing.assert_array_equal(top.numpyArray()[..., :2], np.dstack([x, y]))
    assert top.errors() == top.warnings() == ""


@pytest.mark.parametrize("name", ["sTDComputeOutputs", "mTDComputeOutputs"])
@pytest.mark.parametrize("format", [name for name in FORMATS if name != "srgba8fixed"])
def test_both_interfaces_write_the_channels_of_each_format(net, name, format):
    colour = (0.2, 0.4, 0.6, 1.0)
    text = f"vec4{colour}"
    new = compute_shader(net, STORE.format(text), format=format).numpyArray()
    old = f"imageStore({name}[0], p, TDOutputSwizzle({text}));"
    made = FORMATS[format]
    stored = made.collapse(np.full((4, 4, 4), colour, np.float32))
    tolerance = 0.02 if format == "rgba11float" else 2e-3 if "16float" in format else made.step / 2 + 1e-6
    np.testing.assert_allclose(new, made.expand(stored), atol=tolerance)
    np.testing.assert_array_equal(compute_shader(net, old, format=format).numpyArray(), new)


@pytest.mark.parametrize("format", ["mono32float", "a32float", "monoalpha32float", "rg32float", "rgb32float"])
def test_what_is_read_back_is_what_the_format_keeps(net, format):
    body = (STORE + STORE).format("vec4(0.1, 0.2, 0.3, 0.4)", "TDImageLoadOutput(0, ivec3(p, 0)) * 2.0")
    once = pixel_shader(
        net, "out vec4 c; void main() { c = TDOutputSwizzle(vec4(0.1, 0.2, 0.3, 0.4)); }", format=format
    ).numpyArray()
    kept = FORMATS[format].channels
    filled = once * 2
    if kept in ("mono", "rg", "rgb"):
        filled[..., 3] = 1  # there is no alpha to double
    drawn = compute_shader(net, body, format=format, outputaccess="readwrite").numpyArray()
    np.testing.assert_allclose(drawn, filled, rtol=1e-6)


@pytest.mark.parametrize(
    ("format", "read"),
    [("mono32float", (0.1, 0.1, 0.1, 1)), ("a32float", (0, 0, 0, 0.4)), ("monoalpha32float", (0.1, 0.1, 0.1, 0.4)),
     ("rg32float", (0.1, 0.2, 0, 1)), ("rgb32float", (0.1, 0.2, 0.3, 1)), ("rgba32float", (0.1, 0.2, 0.3, 0.4))],
)  # fmt: skip
def test_an_output_is_read_as_an_input_of_its_format_would_be(net, format, read):
    for channel in range(4):
        back = f"vec4(TDImageLoadOutput(0, uvec3(p, 0))[{channel}])"
        body = (STORE + STORE).format("vec4(0.1, 0.2, 0.3, 0.4)", back)
        drawn = compute_shader(net, body, format=format, outputaccess="readwrite").numpyArray()
        kept = 3 if format == "a32float" else 0
        np.testing.assert_allclose(drawn[..., kept], read[channel], rtol=1e-6)


def test_srgb_is_written_in_linear_light_and_kept_encoded(net):
    top = compute_shader(net, STORE.format("vec4(0.3, 0.1, 0.9, 0.5)"), format="srgba8fixed", size=(9, 5))
    raw = np.round(srgb_encoded(np.array([0.3, 0.1, 0.9], np.float32)) * 255)
    decoded = FORMATS["srgba8fixed"].expand(np.array([[[*raw, 128]]], np.uint8))
    np.testing.assert_allclose(top.numpyArray()[2, 3], decoded[0, 0], atol=1e-6)


def test_threads_can_scatter(net):
    body = "TDImageStoreOutput(0, ivec3(6 - p.x, 4 - p.y, 0), vec4(p, 0.0, 1.0));"
    drawn = compute_shader(net, body, size=(7, 5)).numpyArray()
    y, x = np.mgrid[4:-1:-1, 6:-1:-1]
    inside = drawn[:5, :7, :2]
    np.testing.assert_array_equal(inside, np.dstack([x, y]))


def test_what_no_thread_writes_has_the_clear_value(net):
    body = "if (p.x == 1) " + STORE.format("vec4(1.0)")
    clear = {"clearvaluer": 0.25, "clearvalueg": -2, "clearvalueb": 3, "clearvaluea": 0.5}
    drawn = compute_shader(net, body, **clear).numpyArray()
    assert np.all(drawn[:, 1] == 1)
    assert np.all(drawn[:, [0, 2, 3]] == (0.25, -2, 3, 0.5))


def test_work_groups_are_as_many_as_asked(net):
    body = STORE.format("vec4(gl_NumWorkGroups, 1.0)")
    auto = compute_shader(net, body, size=(17, 9), group="layout(local_size_x = 4, local_size_y = 2) in;")
    assert np.all(auto.numpyArray() == (5, 5, 1, 1))
    sizes = {"dispatchsizex": 2, "dispatchsizey": 1, "dispatchsizez": 3}
    fixed = compute_shader(net, body, size=(17, 9), autodispatchsize=False, **sizes).numpyArray()
    assert np.all(fixed[:8, :16] == (2, 1, 3, 1))
    assert not fixed[8:].any()
    assert not fixed[:, 16:].any()


def test_the_outputs_persist_between_passes_and_input_0_stays_the_wired_one(net):
    source = picture(net, (4, 4))
    body = (
        "vec4 c = TDImageLoadOutput(0, ivec3(p, 0)) + vec4(texelFetch(sTD2DInputs[0], p, 0).r, uTDPass, 1.0, 0.0);"
        + STORE.format("c")
    )
    drawn = compute_shader(net, body, inputs=[source], npasses=3, outputaccess="readwrite").numpyArray()
    assert np.all(drawn == np.array([[(3 * x, 0 + 1 + 2, 3, 0) for x in range(4)]]))


def test_a_mask_leaves_the_other_channels_to_the_input(net):
    source = picture(net, (4, 4))
    drawn = compute_shader(net, STORE.format("vec4(9.0)"), inputs=[source], chanmask="rb").numpyArray()
    assert np.all(drawn[..., [0, 2]] == 9)
    np.testing.assert_array_equal(drawn[..., [1, 3]], source.numpyArray()[..., [1, 3]])


def test_textures_are_sampled_and_dithered_as_in_pixel_shaders(net):
    source = picture(net, (4, 4))
    body = "vec2 uv = (vec2(p) + 0.5) * uTDOutputInfo.res.xy;" + STORE.format("texture(sTD2DInputs[0], uv)")
    top = compute_shader(net, body, inputs=[source], inputfiltertype="nearest")
    np.testing.assert_array_equal(top.numpyArray(), source.numpyArray())
    pixel = pixel_shader(net, "out vec4 c; void main() { c = TDDither(vec4(0.5)); }")
    np.testing.assert_array_equal(
        compute_shader(net, STORE.format("TDDither(vec4(0.5))")).numpyArray(), pixel.numpyArray()
    )


# -- memory ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["rgba32float", "mono16float", "rgba8fixed", "srgba8fixed"])
def test_without_clearing_each_frame_goes_on_with_the_last(net, format):
    body = STORE.format("TDImageLoadOutput(0, ivec3(p, 0)) + 20.0 / 255.0")
    top = compute_shader(net, body, format=format, **KEPT)
    net.frames(5, pull=[top])
    drawn = top.numpyArray()[..., 0]
    if format == "srgba8fixed":  # each frame is rounded to what can be stored
        value = np.zeros(1, np.float32)
        for _ in range(5):
            colour = np.full((1, 1, 4), value[0] + 20 / 255, np.float32)
            value = FORMATS[format].expand(FORMATS[format].collapse(colour))[0, 0, :1]
        np.testing.assert_allclose(drawn, value[0], atol=1e-6)
    else:
        np.testing.assert_allclose(drawn, 100 / 255, rtol=2e-3)


def test_it_steps_once_a_frame_and_reading_it_does_not_step_it(fast):
    top = compute_shader(fast, COUNT, **KEPT)
    fast.frames(3, pull=[top])
    for _ in range(3):
        assert np.all(top.numpyArray() == 3)
    fast.frames(2)
    assert np.all(top.numpyArray() == 4)  # a look at the next step, which is not kept
    fast.frames(1, pull=[top])
    assert np.all(top.numpyArray() == 4)


def test_it_begins_with_the_clear_value_and_again_after_a_change_of_size(net):
    top = compute_shader(net, COUNT, clearvaluer=10, clearvalueg=20, **KEPT)
    net.frames(2, pull=[top])
    assert np.all(top.numpyArray() == (12, 22, 2, 2))
    top.par.resolutionw = 5
    net.frames(1, pull=[top])
    assert np.all(top.numpyArray() == (11, 21, 1, 1))


def test_what_was_before_a_cleared_frame_is_forgotten(net):
    top = compute_shader(net, COUNT, **KEPT)
    net.frames(3, pull=[top])
    top.par.clearoutputs = True
    net.frames(1, pull=[top])
    top.par.clearoutputs = False
    net.frames(2, pull=[top])
    assert np.all(top.numpyArray() == 2)


def test_a_still_compute_shader_that_clears_is_not_run_again(fast):
    top = compute_shader(fast, COUNT, outputaccess="readwrite")
    fast.frames(4, pull=[top])
    assert fast.cooked.count(top.path) == 1
    assert np.all(top.numpyArray() == 1)


def test_an_error_keeps_the_memory(net):
    top = compute_shader(net, COUNT, errorbehavior="showprevious", **KEPT)
    dat = top.par.computedat.eval()
    net.frames(2, pull=[top])
    good, dat.text = str(dat.text), "nonsense"
    net.frames(2, pull=[top])
    assert "compute:1" in top.errors()
    assert np.all(top.numpyArray() == 4)  # the shader before goes on
    top.par.errorbehavior = "showblack"
    net.frames(1, pull=[top])
    assert np.all(top.numpyArray() == (0, 0, 0, 1))
    dat.text = good
    net.frames(1, pull=[top])
    assert np.all(top.numpyArray() == 5)


def test_a_picture_that_is_held_is_not_written_again(net):
    top = compute_shader(net, COUNT, **KEPT)
    net.frames(1, pull=[top])
    held = top.image()
    before = held.texture.read()
    net.frames(3, pull=[top])
    assert held.texture.read() == before


# -- messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (STORE.format("TDImageLoadOutput(0, ivec3(p, 0))"), "needs outputaccess set to readwrite"),
        (STORE.format("vec4(vUV, 1.0)"), "a compute shader has no vUV"),
        ("int broken = 1 +;", ""),
    ],
)
def test_an_error_names_the_authors_line_and_what_to_do(net, body, hint):
    top = compute_shader(net, body)
    top.cook()
    assert top.errors().startswith("/glsl1_compute:3: ")
    assert hint in top.errors()


def test_a_pixel_shaders_text_in_compute_mode_is_an_error(net):
    top = compute_shader(net, STORE.format("vec4(vUV, 1.0)"), "in vec3 vUV;")
    top.cook()
    assert "/glsl1_compute:" in top.errors()
    assert "a compute shader has no vUV" in top.errors()


def test_a_pixel_shader_is_told_of_the_other_mode(net):
    top = pixel_shader(net, "void main() { TDImageStoreOutput(0, ivec3(0), vec4(1.0)); }")
    top.cook()
    assert "set mode to compute" in top.errors()


def test_without_a_shader_it_says_what_to_do(net):
    top = net.glslTOP(mode="compute", computedat="")
    top.cook()
    assert top.errors() == "there is no shader; set computedat to a DAT with one"


def test_an_old_version_is_raised_to_one_with_compute(net):
    top = compute_shader(net, STORE.format("vec4(__VERSION__)"), glslversion="glsl330")
    assert np.all(top.numpyArray() == 430)


# -- several buffers -------------------------------------------------------------------------------------------


def selected(net, top, index):
    return net.renderselectTOP(top=top.path, colorbufferindex=index)


@pytest.mark.parametrize("new", [True, False])
def test_a_compute_shader_writes_several_buffers(net, new):
    if new:
        body = "for (int i = 0; i < TD_NUM_COLOR_BUFFERS; i++) TDImageStoreOutput(i, gl_GlobalInvocationID, vec4(i));"
    else:
        body = "".join(f"imageStore(sTDComputeOutputs[{i}], p, vec4({i}));" for i in range(3))
    top = compute_shader(net, body, numcolorbufs=3, size=(9, 3))
    for index in range(3):
        assert np.all(selected(net, top, index).numpyArray() == index)
    assert selected(net, top, 2).numpyArray().shape == (3, 9, 4)


def test_an_index_without_a_buffer_writes_nothing(net):
    body = STORE.format("vec4(1.0)") + "TDImageStoreOutput(5, gl_GlobalInvocationID, vec4(2.0));"
    assert np.all(compute_shader(net, body).numpyArray() == 1)


def test_every_buffer_has_a_memory(net):
    body = "".join(
        f"TDImageStoreOutput({i}, gl_GlobalInvocationID, TDImageLoadOutput({i}, ivec3(p, 0)) + {i + 1}.0);"
        for i in (0, 1)
    )
    top = compute_shader(net, body, numcolorbufs=2, **KEPT)
    second = selected(net, top, 1)
    net.frames(3, pull=[second])
    assert np.all(top.numpyArray() == 3)
    assert np.all(second.numpyArray() == 6)


BOTH = "layout(location = 0) out vec4 a; layout(location = 1) out vec4 b;\n"


@pytest.mark.parametrize("format", ["rgba32float", "mono16float", "srgba8fixed"])
def test_a_pixel_shader_writes_several_buffers(net, format):
    text = BOTH + "void main() { a = TDOutputSwizzle(vec4(0.0)); b = TDOutputSwizzle(vec4(1.0)); }"
    top = pixel_shader(net, text, numcolorbufs=2, format=format)
    assert np.all(top.numpyArray()[..., 0] == 0)
    assert np.all(selected(net, top, 1).numpyArray()[..., 0] == 1)


def test_what_a_pixel_shader_does_not_write_is_zero(net):
    net.constantTOP(resolution=(4, 4), format="rgba32float").numpyArray()
    half = pixel_shader(net, BOTH + "void main() { a = vec4(1.0); b = vec4(1.0); }", numcolorbufs=3)
    assert np.all(selected(net, half, 2).numpyArray() == 0)
    holes = pixel_shader(net, "out vec4 c; void main() { if (vUV.x < 0.5) discard; c = vec4(1.0); }")
    assert np.all(holes.numpyArray() == [[[0] * 4, [0] * 4, [1] * 4, [1] * 4]])


def test_a_mask_and_passes_work_with_several_buffers(net):
    source = picture(net, (4, 4))
    text = BOTH + "void main() { a = texture(sTD2DInputs[0], vUV.st) + 1.0; b = vec4(uTDPass); }"
    top = pixel_shader(net, text, numcolorbufs=2, chanmask="rba", npasses=3, inputs=[source])
    assert np.all(top.numpyArray()[..., 2] == 3.25)
    np.testing.assert_array_equal(top.numpyArray()[..., 1], source.numpyArray()[..., 1])
    assert np.all(selected(net, top, 1).numpyArray()[..., [0, 2]] == 2)


def test_a_buffer_that_is_not_there_is_an_error(net):
    top = compute_shader(net, STORE.format("vec4(1.0)"))
    other = selected(net, top, 1)
    other.cook()
    assert other.errors() == f"{top.path} draws 1 color buffers; there is no number 1"
    nothing = net.renderselectTOP()
    nothing.cook()
    assert "set par.top" in nothing.errors()


def test_selecting_does_not_draw_again(fast):
    top = compute_shader(fast, STORE.format("vec4(1.0)"), numcolorbufs=2)
    first, second = selected(fast, top, 0), selected(fast, top, 1)
    fast.frames(3, pull=[first, second])
    assert [path for path in fast.cooked if path.endswith("glsl1")] == [top.path]
