"""GLSL TOP: 3D textures and arrays of 2D ones, written slice by slice or by compute, and read by others."""

import numpy as np
import pytest
from glslshaders import OUT, compute_shader, pixel_shader

from tdlite.gpu.context import Gpu
from tdlite.gpu.formats import FORMATS
from tdlite.graph.errors import OpError

KINDS = ["texture2darray", "texture3d"]
NAMES = {"texture2darray": "2DArray", "texture3d": "3D"}
POSITION = f"{OUT}void main() {{ fragColor = vec4(floor(gl_FragCoord.xy), uTDCurrentDepth, 1.0); }}"


def volume(net, text=POSITION, *, kind="texture3d", depth=3, size=(5, 4), **pars):
    """A GLSL TOP with slices; by itself red is x, green is y, blue the slice."""
    slices = {"depth": "input"} if depth == "input" else {"depth": "custom", "customdepth": depth}
    return pixel_shader(net, text, operator="glslmultiTOP", size=size, type=kind, **slices, **pars)


def positions(depth=3, width=5, height=4):
    z, y, x = np.mgrid[0:depth, 0:height, 0:width].astype(np.float32)
    return np.stack([x, y, z, np.ones_like(x)], axis=-1)


def fetched(kind, where="ivec3(0)"):
    return f"{OUT}void main() {{ fragColor = texelFetch(sTD{NAMES[kind]}Inputs[0], {where}, 0); }}"


# -- writing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["compute", "raster"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_pixel_shader_draws_each_slice(net, kind, path):
    top = volume(net, kind=kind, pathmode=path)
    np.testing.assert_array_equal(top.numpyArray(), positions())
    assert (top.width, top.height, top.depth) == (5, 4, 3)
    assert top.errors() == ""


@pytest.mark.parametrize("path", ["compute", "raster"])
def test_the_third_coordinate_is_the_middle_of_the_slice(net, path):
    text = f"{OUT}vec4 at(vec3 vUV) {{ return vec4(vUV, 1.0); }}\nvoid main() {{ fragColor = at(vUV.stp); }}"
    deep = volume(net, text, depth=4, pathmode=path)
    np.testing.assert_array_equal(deep.numpyArray()[:, 0, 0, 2], [0.125, 0.375, 0.625, 0.875])
    sampled = f"{OUT}void main() {{ fragColor = texture(sTD3DInputs[0], vUV); }}"
    copy = volume(net, sampled, depth="input", pathmode=path)
    copy.inputConnectors[0].connect(deep)
    np.testing.assert_allclose(copy.numpyArray(), deep.numpyArray(), atol=1e-6)
    flat = volume(net, text, kind="texture2darray", pathmode=path)
    assert np.all(flat.numpyArray()[..., 2] == 0)
    assert deep.errors() == copy.errors() == flat.errors() == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("new", [True, False])
def test_a_compute_shader_runs_once_and_writes_where_it_likes(net, kind, new):
    store = (
        "TDImageStoreOutput(0, gl_GlobalInvocationID, c);" if new
        else "imageStore(sTDComputeOutputs[0], ivec3(gl_GlobalInvocationID), c);"
    )  # fmt: skip
    top = compute_shader(net, f"vec4 c = vec4(gl_GlobalInvocationID, 1.0); {store}", size=(5, 4), type=kind,
                         depth="custom", customdepth=3)  # fmt: skip
    np.testing.assert_array_equal(top.numpyArray(), positions())


def test_auto_dispatch_covers_the_slices_with_deep_groups(net):
    body = "TDImageStoreOutput(0, gl_GlobalInvocationID, vec4(gl_GlobalInvocationID, 1.0));"
    group = "layout(local_size_x = 4, local_size_y = 2, local_size_z = 2) in;\n"
    top = compute_shader(net, body, group=group, size=(5, 4), type="texture3d", depth="custom", customdepth=3)
    np.testing.assert_array_equal(top.numpyArray(), positions())


def test_a_compute_shader_goes_on_with_all_slices_of_the_last_frame(net):
    body = "TDImageStoreOutput(0, ivec3(p, gl_WorkGroupID.z), TDImageLoadOutput(0, ivec3(p, gl_WorkGroupID.z)) + 1);"
    top = compute_shader(net, body, type="texture3d", depth="custom", customdepth=2, clearoutputs=False,
                         outputaccess="readwrite", clearvaluer=0.5)  # fmt: skip
    net.frames(3, pull=[top])
    assert np.all(top.numpyArray() == (3.5, 3, 3, 3))


@pytest.mark.parametrize("format", [*FORMATS])
def test_every_format_has_slices(net, format):
    text = f"{OUT}void main() {{ fragColor = TDOutputSwizzle(vec4(0.2, 0.4, uTDCurrentDepth, 1.0)); }}"
    flat = pixel_shader(net, text.replace("uTDCurrentDepth", "1.0"), format=format)
    deep = volume(net, text, format=format, depth=2)
    np.testing.assert_array_equal(deep.numpyArray()[1, 0, 0], flat.numpyArray()[0, 0])


def test_several_buffers_have_slices_each(net):
    text = "layout(location = 1) out vec4 b; layout(location = 0) out vec4 a;\n"
    text += "void main() { a = vec4(uTDCurrentDepth); b = vec4(uTDCurrentDepth * 10); }"
    top = volume(net, text, numcolorbufs=2)
    for index, factor in enumerate((1, 10)):
        seen = net.renderselectTOP(top=top, colorbufferindex=index).numpyArray()
        assert seen[:, 0, 0, 0].tolist() == [0, factor, 2 * factor]


# -- reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["compute", "raster"])
@pytest.mark.parametrize("kind", KINDS)
def test_another_one_reads_every_voxel(net, kind, path):
    source = volume(net, kind=kind)
    where = "ivec3(gl_FragCoord.xy, 2 - uTDCurrentDepth)"
    top = volume(net, fetched(kind, where), kind=kind, inputs=[source], depth="input", pathmode=path)
    np.testing.assert_array_equal(top.numpyArray(), positions()[::-1])


def test_a_compute_shader_reads_slices(net):
    body = "TDImageStoreOutput(0, ivec3(p, 0), texelFetch(sTD3DInputs[0], ivec3(p, 2), 0));"
    top = compute_shader(net, body, size=(5, 4), inputs=[volume(net)])
    np.testing.assert_array_equal(top.numpyArray(), positions()[2])


def test_each_kind_is_numbered_by_itself(net):
    flat = [net.constantTOP(colorr=value, format="rgba32float", resolution=(2, 2)) for value in (0.25, 0.5)]
    deep = {kind: [volume(net, kind=kind, depth=depth) for depth in (2, 6)] for kind in KINDS}
    inputs = [deep["texture3d"][0], flat[0], deep["texture2darray"][1], flat[0], deep["texture3d"][1], flat[1]]
    counts = "vec4(TD_NUM_2D_INPUTS, TD_NUM_3D_INPUTS, TD_NUM_2D_ARRAY_INPUTS, TD_NUM_CUBE_INPUTS)"
    expected = {
        counts: (3, 2, 1, 0),
        "vec4(texture(sTD2DInputs[0], vUV.st).r, texture(sTD2DInputs[1], vUV.st).r,"
        " texture(sTD2DInputs[2], vUV.st).r, 0)": (0.25, 0, 0.5, 0),
        "vec4(uTD3DInfos[0].depth.y, uTD3DInfos[1].depth.y, uTD2DArrayInfos[0].depth.y, uTD2DInfos[2].depth.y)":
            (2, 6, 6, 1),
        "texelFetch(sTD3DInputs[1], ivec3(1, 2, 5), 0)": (1, 2, 5, 1),
        "texelFetch(sTD2DArrayInputs[0], ivec3(1, 2, 4), 0)": (1, 2, 4, 1),
        "uTDOutputInfo.depth": (1, 1, 0, 0),
    }  # fmt: skip
    top = pixel_shader(net, "", operator="glslmultiTOP", inputs=inputs)
    top.inputConnectors[3].disconnect()
    for expression, value in expected.items():
        for path in ("compute", "raster"):
            top.par.pathmode = path
            top.par.pixeldat.eval().text = f"{OUT}void main() {{ fragColor = {expression}; }}"
            assert top.numpyArray()[0, 0].tolist() == list(value), expression
            assert top.errors() == ""


def test_the_depths_of_output_and_inputs_are_told(net):
    top = volume(net, f"{OUT}void main() {{ fragColor = uTDOutputInfo.depth; }}", depth=4)
    assert np.all(top.numpyArray() == (0.25, 4, 0, 0))


@pytest.mark.parametrize(
    ("extend", "expected"), [("hold", [0, 0, 1, 1]), ("zero", [0, 0, 1, 0]), ("repeat", [1, 0, 1, 0]),
                             ("mirror", [0, 0, 1, 1])],
)  # fmt: skip
def test_beyond_the_first_and_last_slice_comes_what_extend_w_says(net, extend, expected):
    source = volume(net, depth=2)
    text = f"{OUT}void main() {{ fragColor = texture(sTD3DInputs[0], vec3(0.5, 0.5, (gl_FragCoord.x - 1.0) / 2.0)); }}"
    top = pixel_shader(net, text, size=(4, 1), inputs=[source], inputextendw=extend, inputfiltertype="nearest",
                       inputextenduv="zero")  # fmt: skip
    np.testing.assert_array_equal(top.numpyArray()[0, :, 2], expected)


def test_between_slices_3d_textures_are_filtered_and_arrays_are_not(net):
    for kind, expected in {"texture3d": 0.5, "texture2darray": 1}.items():
        where = "vec3(0.5, 0.5, 0.5)" if kind == "texture3d" else "vec3(0.5, 0.5, 0.7)"
        text = f"{OUT}void main() {{ fragColor = texture(sTD{NAMES[kind]}Inputs[0], {where}); }}"
        top = pixel_shader(net, text, inputs=[volume(net, kind=kind, depth=2)])
        np.testing.assert_allclose(top.numpyArray()[0, 0, 2], expected, atol=1e-6)


# -- inputs by slice -------------------------------------------------------------------------------------------


def test_each_slice_may_have_inputs_of_its_own(net):
    flat = [net.constantTOP(colorr=n, format="rgba32float", resolution=(5, 4)) for n in range(5)]
    text = f"{OUT}void main() {{ fragColor = vec4(texture(sTD2DInputs[0], vUV.st).r,\n"
    text += "texture(sTD2DInputs[1], vUV.st).r, TD_NUM_2D_INPUTS, 1); }"
    top = volume(net, text, inputs=flat, inputmapping="ninputs", nval=2)
    assert top.numpyArray()[:, 0, 0].tolist() == [[0, 1, 2, 1], [2, 3, 2, 1], [4, 0, 2, 1]]
    top.par.inputmapping = "all"
    assert top.numpyArray()[:, 0, 0].tolist() == [[0, 1, 5, 1]] * 3


def test_inputs_by_slice_are_flat(net):
    top = volume(net, fetched("texture3d"), inputs=[volume(net)], inputmapping="ninputs")
    top.cook()
    assert top.errors() == "inputmapping ninputs takes 2D inputs, and there is a 3D texture; set it to all"


# -- the rest of the network -----------------------------------------------------------------------------------


def test_a_null_and_a_copy_of_it_hand_slices_on(net):
    source = volume(net)
    null = net.nullTOP(inputs=[source])
    assert null.depth == 3
    np.testing.assert_array_equal(null.numpyArray(), positions())
    top = pixel_shader(net, fetched("texture3d", "ivec3(1, 2, 2)"), inputs=[null])
    assert top.numpyArray()[0, 0].tolist() == [1, 2, 2, 1]


@pytest.mark.parametrize("name", ["levelTOP", "transformTOP", "compositeTOP"])
def test_what_cannot_draw_slices_says_so(net, name):
    top = net.make(name, inputs=[volume(net), volume(net)][: 2 if name == "compositeTOP" else 1])
    top.cook()
    assert top.errors() == "a 3D texture of 3 slices cannot be drawn so; a GLSL TOP can read and write it"


def test_a_slice_is_sampled_by_its_number_or_place(net):
    top = volume(net)
    assert top.sample(x=2, y=1, z=2) == (2, 1, 2, 1)
    assert top.sample(x=2, y=1, w=0.5) == (2, 1, 1, 1)
    assert top.sample(x=2, y=1) == (2, 1, 0, 1)
    with pytest.raises(OpError, match="z runs from 0 to 2"):
        top.sample(x=0, y=0, z=3)


def test_image_files_and_movies_refuse_slices(net, tmp_path):
    top = volume(net, kind="texture2darray")
    with pytest.raises(OpError, match="image files hold 2D pictures; this is a 2D texture array of 3 slices"):
        top.save(str(tmp_path / "picture.png"))
    movie = net.moviefileoutTOP(inputs=[top], resolution=(6, 4), file=str(tmp_path / "movie.mp4"), record=True)
    net.run(frames=1)
    assert "a 2D texture array of 3 slices cannot be drawn so" in movie.errors()
    assert [*tmp_path.iterdir()] == []


def test_the_memory_of_all_slices_is_counted_and_given_back(net):
    pool = Gpu.shared().pool
    pool.clear()
    before = pool.bytes_held
    top = volume(net, depth=7, size=(16, 8))
    top.numpyArray()
    assert top.gpuMemory == 16 * 8 * 7 * 16
    assert top.info()["depth"] == 7
    assert pool.bytes_held - before == top.gpuMemory
    top.destroy()
    assert pool.bytes_held == before


def test_delayed_reading_brings_all_slices(net):
    top = volume(net)
    assert top.numpyArray(delayed=True) is None
    np.testing.assert_array_equal(top.numpyArray(delayed=True), positions())


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_slices_are_an_error_with_the_limit(net, kind):
    top = volume(net, kind=kind, depth=1_000_000, size=(2, 2))
    top.cook()
    assert "of 1000000 slices: it has 1 to" in top.errors()


def test_passes_need_an_input_like_the_output(net):
    text = f"{OUT}void main() {{ fragColor = vec4(1.0); }}"
    top = volume(net, text, npasses=2)
    top.cook()
    assert top.errors().endswith("a 3D texture, where the shader expects a 2D texture; set npasses to 1")
    where = "ivec3(gl_FragCoord.xy, uTDCurrentDepth)"
    text = fetched("texture3d", where).replace("; }", " * 2.0; }")
    top = volume(net, text, inputs=[volume(net)], npasses=3)
    np.testing.assert_array_equal(top.numpyArray(), positions() * 8)


def test_what_a_compute_shader_cannot_do_with_slices_is_an_error(net):
    for pars, what in (({"chanmask": "r"}, "a channel mask"), ({"format": "srgba8fixed"}, "the pixel format srgba8f")):
        top = compute_shader(net, "TDImageStoreOutput(0, ivec3(p, 0), vec4(1));", type="texture3d", **pars)
        top.cook()
        assert top.errors().startswith(f"a compute shader cannot write a 3D texture with {what}")


def test_a_change_of_kind_makes_the_program_anew_and_nothing_else_does(fast):
    text = f"// {__name__}\n{OUT}void main() {{ fragColor = vec4(TD_NUM_2D_INPUTS, TD_NUM_3D_INPUTS, 0, 1); }}"
    source = volume(fast)
    top = pixel_shader(fast, text, inputs=[source])
    assert top.numpyArray()[0, 0].tolist() == [0, 1, 0, 1]
    before = Gpu.shared().programs.compiled
    source.par.customdepth = 5
    assert top.numpyArray()[0, 0].tolist() == [0, 1, 0, 1]
    assert Gpu.shared().programs.compiled == before
    source.par.type = "texture2d"
    assert top.numpyArray()[0, 0].tolist() == [1, 0, 0, 1]
