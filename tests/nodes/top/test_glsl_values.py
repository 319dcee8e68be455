"""The pages of the GLSL TOP beside Vectors and Colors: arrays, matrices, atomic counters, constants."""

import numpy as np
import pytest
from glslshaders import OUT, compute_shader, pixel_shader

from tdlite.gpu.context import Gpu
from tdlite.ops import CHOP, Channels


class samplesCHOP(CHOP):
    """Samples that a test gives it."""

    samples: np.ndarray

    def evaluate(self, at):
        return Channels([f"c{n}" for n in range(len(self.samples))], self.samples)


@pytest.fixture
def samples(net):
    """A CHOP of these samples, [channels, length]."""

    def make(values):
        chop = net.root.create(samplesCHOP)
        chop.samples = np.asarray(values, float)
        return chop

    return make


def value(net, text, declarations, **pars):
    """The colour that a shader gives to one pixel, and the operator."""
    top = pixel_shader(net, f"{declarations}\n{OUT}void main() {{ {text} }}", size=(1, 1), **pars)
    colour = top.numpyArray()[0, 0].tolist()
    assert top.errors() == ""
    return colour, top


# -- arrays ----------------------------------------------------------------------------------------------------

SAMPLES = [[1, 2, 3], [10, 20, 30], [100, 200, 300], [1000, 2000, 3000]]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("buffer", [False, True])
def test_an_array_has_a_sample_an_element(net, samples, size, buffer):
    kind = "float" if size == 1 else f"vec{size}"
    pars = {"array0name": "a", "array0type": kind, "array0chop": samples(SAMPLES).path}
    if buffer:
        pars["array0arraytype"] = "texturebuffer"
    declared = "uniform samplerBuffer a;" if buffer else f"uniform {kind} a[3];"
    read = "texelFetch(a, 2)" if buffer else "a[2]"
    parts = ", ".join(f"{read}.{part}" for part in "xyzw"[:size]) if size > 1 or buffer else read
    zeros = ", 0.0" * (4 - size)
    colour, top = value(net, f"fragColor = vec4({parts}{zeros});", declared, **pars)
    assert colour == [row[2] for row in SAMPLES[:size]] + [0] * (4 - size)
    assert top.warnings() == ""


def test_a_shorter_chop_is_filled_with_zero_and_a_longer_one_cut(net, samples):
    pars = {"array0name": "a", "array0chop": samples([[1, 2, 3]]).path}
    assert value(net, "fragColor = vec4(a[0], a[2], a[3], a[4]);", "uniform float a[5];", **pars)[0] == [1, 3, 0, 0]
    assert value(net, "fragColor = vec4(a[0], a[1], 0, 0);", "uniform float a[2];", **pars)[0] == [1, 2, 0, 0]


def test_a_texture_buffer_may_be_long_and_knows_its_length(net, samples):
    chop = samples([np.arange(50_000)])
    pars = {"array0name": "a", "array0chop": chop.path, "array0arraytype": "texturebuffer"}
    text = "fragColor = vec4(textureSize(a), texelFetch(a, 49999).r, 0, 0);"
    assert value(net, text, "uniform samplerBuffer a;", **pars)[0] == [50_000, 49_999, 0, 0]


@pytest.mark.parametrize("declared", ["uniform float[3] a;", "uniform highp float [3] a;", "uniform float a [3];"])
def test_the_length_of_an_array_may_stand_with_its_type(net, samples, declared):
    read = "fragColor = vec4(a[0], a[1], a[2], 0);"
    colour, top = value(net, read, declared, array0name="a", array0chop=samples([[1, 2, 3]]).path)
    assert (colour, top.warnings()) == ([1, 2, 3, 0], "")
    assert "the uniform a has no value" in value(net, read, declared)[1].warnings()


def test_a_texture_buffer_is_read_by_its_old_functions_too(net, samples):
    pars = {"array0name": "a", "array0chop": samples([[5, 6]]).path, "array0arraytype": "texturebuffer"}
    text = "fragColor = vec4(texelFetchBuffer(a, 1).r, textureSizeBuffer(a), 0, 0);"
    assert value(net, text, "uniform samplerBuffer a;", **pars)[0] == [6, 2, 0, 0]


def test_two_texture_buffers_and_an_input_do_not_meet(net, samples):
    source = net.constantTOP(colorr=0.5, format="rgba32float", resolution=(1, 1))
    pars = {}
    for n in (0, 1):
        chop = samples([[n + 1, n + 10]]).path
        pars |= {f"array{n}name": f"b{n}", f"array{n}chop": chop, f"array{n}arraytype": "texturebuffer"}
    text = "fragColor = vec4(texelFetch(b0, 1).r, texelFetch(b1, 0).r, texture(sTD2DInputs[0], vUV.st).r, "
    text += "texelFetch(sTDNoiseMap, ivec2(0), 0).r * 0.0);"
    declared = "uniform samplerBuffer b0, b1;"
    assert value(net, text, declared, inputs=[source], **pars)[0] == [10, 2, 0.5, 0]


@pytest.mark.parametrize("kind", ["samplerBuffer", "sampler3D", "samplerCube"])
def test_a_sampler_without_a_value_leaves_the_inputs_alone(net, kind):
    source = net.constantTOP(colorr=0.5, format="rgba32float", resolution=(1, 1))
    place = {"samplerBuffer": "texelFetch(s, 0)", "sampler3D": "texture(s, vec3(0))"}.get(kind, "texture(s, vec3(1))")
    text = f"fragColor = vec4(texture(sTD2DInputs[0], vUV.st).r, {place}.r * 0.5, 0, 0);"
    colour, top = value(net, text, f"uniform {kind} s;", inputs=[source])
    assert colour == [0.5, 0, 0, 0]
    assert "the uniform s " in top.warnings()


def test_an_array_follows_its_chop_without_compiling(fast):
    lfo = fast.constantCHOP(const0name="x", const0value="=absTime.frame")
    text = f"uniform float a[1]; // {__name__}\n{OUT}void main() {{ fragColor = vec4(a[0]); }}"
    top = pixel_shader(fast, text, array0name="a", array0chop=lfo.path)
    top.numpyArray()
    before = Gpu.shared().programs.compiled
    for _ in range(3):
        fast.frames(1, pull=[top])
        assert np.all(top.numpyArray() == fast.absTime.frame)
    assert Gpu.shared().programs.compiled == before


def test_too_few_channels_and_the_wrong_page_are_warnings(net, samples):
    chop = samples([[1, 2]]).path
    _, top = value(net, "fragColor = vec4(a[1], 0, 0);", "uniform vec2 a[2];", array0name="a", array0chop=chop,
                   array0type="vec2")  # fmt: skip
    assert "has 1 channels of the 2 that vec2 takes" in top.warnings()
    _, top = value(net, "fragColor = texelFetch(a, 0);", "uniform samplerBuffer a;", array0name="a", array0chop=chop)
    assert "the uniform a is a samplerBuffer; set it on the Arrays page as a Texture Buffer" in top.warnings()


# -- matrices --------------------------------------------------------------------------------------------------

MATRIX = np.arange(16).reshape(4, 4) + 1.0
VECTOR = np.array([1, 10, 100, 1000.0])
TIMES = "fragColor = m * vec4(1, 10, 100, 1000);"


@pytest.mark.parametrize("source", ["table", "path", "chop", "rows", "array", "flat"])
def test_a_matrix_multiplies_as_in_the_books(net, samples, source):
    table = net.tableDAT("numbers")
    table.clear()
    table.appendRows([[str(number) for number in row] for row in MATRIX.tolist()])
    given = {
        "table": table, "path": "numbers", "chop": samples(MATRIX.T.reshape(16, 1)), "rows": MATRIX.tolist(),
        "array": MATRIX, "flat": tuple(MATRIX.T.ravel()),
    }[source]  # fmt: skip
    colour, top = value(net, TIMES, "uniform mat4 m;", matrix0name="m", matrix0value=given)
    assert colour == (MATRIX @ VECTOR).tolist()
    assert top.warnings() == ""


def test_a_smaller_uniform_gets_the_upper_left_part(net):
    text = "fragColor = vec4(m * vec3(1, 10, 100), 0); fragColor.w = (n * vec2(1, 10)).y;"
    pars = {"matrix0name": "m", "matrix0value": MATRIX, "matrix1name": "n", "matrix1value": MATRIX}
    expected = [*(MATRIX[:3, :3] @ VECTOR[:3]), (MATRIX[:2, :2] @ VECTOR[:2])[1]]
    assert value(net, text, "uniform mat3 m; uniform mat2 n;", **pars)[0] == expected


def test_without_a_value_it_is_the_identity(net):
    assert value(net, TIMES, "uniform mat4 m;", matrix0name="m")[0] == VECTOR.tolist()


@pytest.mark.parametrize("wrong", [[1, 2, 3], "there/is/none", "words", [["a"]], 7])
def test_what_is_no_matrix_is_an_error(net, wrong):
    net.tableDAT("words").appendRow(["a", "b"])
    top = pixel_shader(net, f"uniform mat4 m;{OUT}void main() {{ {TIMES} }}", matrix0name="m", matrix0value=wrong)
    top.cook()
    assert "the matrix m: " in top.errors()


def test_a_matrix_follows_its_table(net):
    table = net.tableDAT("numbers")
    table.clear()
    table.appendRows([["1", "0"], ["0", "1"]])
    top = pixel_shader(net, f"uniform mat2 m;{OUT}void main() {{ fragColor = vec4(m * vec2(1, 2), 0, 0); }}",
                       matrix0name="m", matrix0value=table)  # fmt: skip
    assert top.numpyArray()[0, 0].tolist() == [1, 2, 0, 0]
    table[0, 1] = "3"
    assert top.numpyArray()[0, 0].tolist() == [7, 2, 0, 0]


# -- atomic counters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", ["uniform atomic_uint ac;", "layout(binding = 0) uniform atomic_uint ac;",
                                      "layout(binding = 1, offset = 4) uniform atomic_uint ac;"])  # fmt: skip
def test_a_counter_gives_each_thread_a_number_of_its_own(net, declared):
    body = "TDImageStoreOutput(0, gl_GlobalInvocationID, vec4(atomicCounterIncrement(ac)));"
    top = compute_shader(net, body, declared, size=(16, 8), ac0name="ac", ac0singlevalue=100)
    for _ in range(2):
        drawn = top.numpyArray()[..., 0]
        assert sorted(drawn.ravel().tolist()) == list(range(100, 100 + 128))
        top.par.clearvaluer = 1  # cooks again, and counts from the start again
    assert top.warnings() == ""


def test_arrays_of_counters_start_with_the_samples_of_a_chop(net, samples):
    body = "TDImageStoreOutput(0, ivec3(0), vec4(atomicCounter(a[0]), atomicCounter(a[2]), atomicCounter(b), 0));"
    pars = {"ac0name": "a", "ac0initvalue": "chop", "ac0chopvalue": samples([[5, 6, 7, 8]]).path}
    top = compute_shader(net, body, "uniform atomic_uint a[3], b;", ac1name="b", ac1singlevalue=9, **pars)
    assert top.numpyArray()[0, 0].tolist() == [5, 7, 9, 0]


def test_counters_count_in_pixel_shaders_too_and_begin_with_zero(net):
    text = f"uniform atomic_uint n;\n{OUT}void main() {{ fragColor = vec4(atomicCounterIncrement(n)); }}"
    drawn = pixel_shader(net, text, size=(8, 4)).numpyArray()[..., 0]
    assert sorted(drawn.ravel().tolist()) == list(range(32))


def test_a_value_without_a_counter_is_a_warning(net):
    _, top = value(net, "fragColor = vec4(1);", "", ac0name="ghost")
    assert "declares no atomic counter ghost" in top.warnings()


# -- constants -------------------------------------------------------------------------------------------------

CONSTANTS = (
    "layout(constant_id = 0) const int N = 2;\nlayout(constant_id = 1) const float F = 0.5;\n"
    "layout(\n  constant_id=2) const bool B = false; layout(constant_id = 3) const uint U = 7u;"
)


def test_constants_have_the_values_of_their_declarations_or_of_the_page(net):
    text = "float a[N]; a[N - 1] = float(N); fragColor = vec4(a[N - 1], F, B ? 1 : 0, U);"
    assert value(net, text, CONSTANTS)[0] == [2, 0.5, 0, 7]
    pars = {"const0name": "N", "const0value": 3.7, "const1name": "F", "const1value": -0.25, "const2name": "B",
            "const2value": 1, "const3name": "U", "const3value": 9}  # fmt: skip
    colour, top = value(net, text, CONSTANTS, **pars)
    assert colour == [3, -0.25, 1, 9]
    assert top.warnings() == ""


def test_errors_after_a_constant_over_two_lines_keep_their_line(net):
    top = pixel_shader(net, f"{CONSTANTS}\n{OUT}void main() {{ fragColor = missing; }}")
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:6: `missing' undeclared")


def test_only_another_value_compiles_anew(net):
    text = f"// {__name__}\n{CONSTANTS}\nuniform float v;{OUT}void main() {{ fragColor = vec4(N, v, 0, 0); }}"
    top = pixel_shader(net, text, const0name="N", const0value=5, vec0name="v")
    top.numpyArray()
    before = Gpu.shared().programs.compiled
    top.par.vec0valuex = 3
    assert top.numpyArray()[0, 0].tolist() == [5, 3, 0, 0]
    assert Gpu.shared().programs.compiled == before
    top.par.const0value = 6
    assert top.numpyArray()[0, 0].tolist() == [6, 3, 0, 0]
    assert Gpu.shared().programs.compiled == before + 1


def test_a_constant_that_is_not_declared_is_a_warning_that_names_the_nearest(net):
    _, top = value(net, "fragColor = vec4(N + F);", CONSTANTS, const0name="M")
    assert "declares no constant M with a constant_id" in top.warnings()


# -- names -----------------------------------------------------------------------------------------------------


def test_load_uniform_names_fills_the_page_that_each_belongs_to(net):
    declared = "uniform float f; uniform vec2 a[3]; uniform mat3 m; uniform samplerBuffer s; uniform atomic_uint n;"
    text = "fragColor = vec4(f, a[2].x, m[1][1], texelFetch(s, 0).r + atomicCounterIncrement(n));"
    _, top = value(net, text, declared)
    for _ in range(2):
        top.par.loaduniformnames.pulse()
    names = {par.name: par.eval() for par in top.pars() if par.name.endswith("name") and par.eval()}
    assert {name: value for name, value in names.items() if "dat" not in name} == {
        "vec0name": "f", "array0name": "a", "array1name": "s", "matrix0name": "m", "ac0name": "n",
    }  # fmt: skip
    assert top.par.array1arraytype == "texturebuffer"
