"""The Samplers page of the GLSL TOP: TOPs by the names of samplers, each with its own edges and filter."""

import numpy as np
import pytest
from glslshaders import OUT, compute_shader, pixel_shader

WAYS = ["compute", "raster", "compute mode"]


def drawn(net, way, expression, declared="uniform sampler2D map;", size=(1, 1), **pars):
    """The GLSL TOP whose pixels are this expression of ``uv``, in each of the ways to run it."""
    if way == "compute mode":
        body = f"vec2 uv = (vec2(p) + 0.5) * uTDOutputInfo.res.xy; TDImageStoreOutput(0, ivec3(p, 0), {expression});"
        return compute_shader(net, body, declared, size=size, **pars)
    text = f"{declared}\n{OUT}void main() {{ vec2 uv = vUV.st; fragColor = {expression}; }}"
    return pixel_shader(net, text, size=size, pathmode=way, **pars)


@pytest.fixture
def ramp(net):
    """Four pixels by two, of which red is the column and green the row."""
    return pixel_shader(net, OUT + "void main() { fragColor = vec4(floor(gl_FragCoord.xy), 0, 1); }", size=(4, 2))


@pytest.mark.parametrize("way", WAYS)
def test_a_sampler_reads_the_top_beside_its_name(net, ramp, way):
    top = drawn(net, way, "texture(map, uv)", size=(4, 2), sampler0name="map", sampler0top=ramp.path)
    np.testing.assert_array_equal(top.numpyArray(), ramp.numpyArray())
    assert top.errors() == top.warnings() == ""


# The columns read 0.5 pixels left of the picture, 1.5 pixels right of it; the rows likewise below and above.
BEYOND = {"hold": (0, 3), "zero": (0, 0), "repeat": (3, 1), "mirror": (0, 2)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("extend", BEYOND)
def test_each_direction_has_its_own_edge(net, ramp, way, extend):
    at = "vec4(texture(map, vec2(-0.125, 0.25)).r, texture(map, vec2(1.375, 0.25)).r, " \
         "texture(map, vec2(0.125, 1.25)).g, 1.0)"  # fmt: skip
    pars = {"sampler0name": "map", "sampler0top": ramp.path, "sampler0filter": "nearest"}
    top = drawn(net, way, at, **pars, sampler0extendu=extend, sampler0extendv="hold")
    assert top.numpyArray()[0, 0].tolist() == [*BEYOND[extend], 1, 1]
    top.par.sampler0extendu, top.par.sampler0extendv = "hold", extend
    above = {"hold": 1, "zero": 0, "repeat": 0, "mirror": 1}[extend]
    assert top.numpyArray()[0, 0].tolist() == [0, 3, above, 1]


@pytest.mark.parametrize("way", WAYS)
def test_two_samplers_of_one_top_filter_as_each_is_told(net, ramp, way):
    top = drawn(
        net, way, "vec4(texture(sharp, vec2(0.5, 0.25)).r, texture(soft, vec2(0.5, 0.25)).r, 0.0, 0.0)",
        "uniform sampler2D sharp, soft;", sampler0name="sharp", sampler0top=ramp.path, sampler0filter="nearest",
        sampler1name="soft", sampler1top=ramp.path, sampler1filter="linear",
    )  # fmt: skip
    sharp, soft = top.numpyArray()[0, 0, :2]
    assert sharp in (1, 2)
    assert soft == pytest.approx(1.5)


def test_mipmaps_average_what_is_drawn_smaller(net, ramp):
    top = drawn(
        net, "auto", "texture(map, uv)", sampler0name="map", sampler0top=ramp.path, sampler0filter="mipmaplinear"
    )
    np.testing.assert_allclose(top.numpyArray()[0, 0], [1.5, 0.5, 0, 1], atol=1e-6)
    assert "raster" in top.compileResult


def test_a_sampler_does_not_disturb_the_inputs(net, ramp):
    wired = net.constantTOP(colorr=0.25, colorg=0.5, format="rgba32float")
    text = f"uniform sampler2D map;{OUT}void main() {{ fragColor = vec4(texture(sTD2DInputs[0], vUV.st).rg, " \
           "texture(map, vUV.st).rg); }"  # fmt: skip
    top = pixel_shader(net, text, size=(4, 2), inputs=[wired], sampler0name="map", sampler0top=ramp.path)
    np.testing.assert_array_equal(top.numpyArray()[0, 3], [0.25, 0.5, 3, 0])


def test_a_shader_of_the_same_text_keeps_its_own_tops(net, ramp):
    white = net.constantTOP(format="rgba32float")
    fed = [drawn(net, "auto", "texture(map, uv)", size=(4, 2), sampler0name="map") for _ in range(2)]
    fed[0].par.sampler0top, fed[1].par.sampler0top = ramp, white
    open_ = drawn(net, "auto", "texture(map, uv)", size=(4, 2))
    for _ in range(2):
        assert fed[1].numpyArray().min() == 1
        np.testing.assert_array_equal(fed[0].numpyArray(), ramp.numpyArray())
        assert open_.numpyArray().max() == 0
        fed.reverse()
        fed[0].par.sampler0top, fed[1].par.sampler0top = ramp, white


def test_the_top_of_a_sampler_is_cooked_when_it_is_read_and_only_then(fast):
    still, unread = fast.constantTOP("still"), fast.constantTOP("unread")
    moving = fast.constantTOP("moving", colorr="=absTime.frame")
    top = drawn(
        fast, "auto", "texture(map, uv) + texture(fixed_, uv)", "uniform sampler2D map, fixed_, other;",
        sampler0name="map", sampler0top=moving.path, sampler1name="fixed_", sampler1top=still.path,
        sampler2name="other", sampler2top=unread.path,
    )  # fmt: skip
    fast.frames(1, pull=[top])
    fast.trace.clear()
    fast.frames(1, pull=[top])
    assert fast.cooked == ["/moving", top.path]


def test_a_sampler_of_a_volume_reads_its_slices(net):
    text = OUT + "void main() { fragColor = vec4(uTDCurrentDepth); }"
    volume = pixel_shader(net, text, size=(2, 2), type="texture3d", depth="custom", customdepth=4)
    pars = {"sampler0name": "map", "sampler0top": volume.path, "sampler0filter": "nearest"}
    at = "vec4(texture(map, vec3(uv, 0.625)).r, texture(map, vec3(uv, 1.375)).r, 0.0, 0.0)"
    top = drawn(net, "auto", at, "uniform sampler3D map;", **pars, sampler0extendw="repeat")
    assert top.numpyArray()[0, 0].tolist() == [2, 1, 0, 0]
    top.par.pixeldat.eval().text = f"uniform sampler2D map;{OUT}void main() {{ fragColor = texture(map, vUV.st); }}"
    top.cook()
    assert "the sampler map is a sampler2D, and /glsl1 is a 3D texture" in top.errors()


def test_what_is_missing_on_the_page_is_a_warning(net, ramp):
    top = drawn(net, "auto", "texture(map, uv)", sampler0name="map")
    top.cook()
    assert "the sampler map has no TOP" in top.warnings()
    top.par.sampler0name, top.par.sampler0top = "mop", ramp
    top.cook()
    assert "the shader declares no uniform mop" in top.warnings()
    assert "the uniform map has no value and is 0; name it on a page (nearest: 'mop')" in top.warnings()
    top.par.sampler0name = "map"
    top.cook()
    assert top.warnings() == ""


def test_a_top_that_is_not_there_is_an_error_that_names_it(net):
    top = drawn(net, "auto", "texture(map, uv)", sampler0name="map", sampler0top="nowhere")
    top.cook()
    assert "nowhere" in top.errors()


def test_a_float_on_the_samplers_page_is_sent_to_its_own(net, ramp):
    top = drawn(net, "auto", "vec4(map)", "uniform float map;", sampler0name="map", sampler0top=ramp.path)
    top.cook()
    assert "the uniform map is a float; set it on the Vectors page" in top.warnings()


def test_a_shader_that_reads_itself_by_a_sampler_is_a_cycle(net):
    top = drawn(net, "auto", "texture(map, uv)", sampler0name="map", sampler0top="glsl1")
    top.cook()
    assert "→" in top.errors()


def test_more_textures_than_the_device_reads_are_an_error(net, ramp):
    names = [f"s{n}" for n in range(33)]
    pars = {f"sampler{n}name": name for n, name in enumerate(names)}
    pars |= {f"sampler{n}top": ramp.path for n in range(33)}
    text = " + ".join(f"texture({name}, uv)" for name in names)
    top = drawn(net, "auto", text, f"uniform sampler2D {', '.join(names)};", **pars)
    top.cook()
    assert top.errors() != ""


def test_load_uniform_names_fills_the_page(net):
    top = drawn(net, "auto", "texture(map, uv)")
    top.cook()
    top.par.loaduniformnames.pulse()
    assert top.par.sampler0name == "map"
