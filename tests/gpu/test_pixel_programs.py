"""What a pixel function may use, and that compute and raster give it the same."""

import numpy as np
import pytest

from tdlite.gpu.errors import GpuError, ShaderError
from tdlite.gpu.image import Spec
from tdlite.gpu.layout import Layout
from tdlite.gpu.passes import Pass, Sampler
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import read
from tdlite.gpu.source import Source


def program(text, layout=None, inputs=0, variants=()):
    return PixelProgram(Source("test.glsl", text), layout, inputs, variants)


def random_image(image, width=8, height=6, seed=0):
    values = np.random.default_rng(seed).random((height, width, 4)).astype(np.float32)
    return values, image(values)


def test_uv_is_the_pixels_centre_from_the_bottom_left(draw, path):
    drawn = draw("vec4 pixel(vec2 uv) { return vec4(uv, vec2(pixel_coord)); }", 7, 3, path=path)
    y, x = np.mgrid[0:3, 0:7]
    np.testing.assert_allclose(drawn, np.dstack([(x + 0.5) / 7, (y + 0.5) / 3, x, y]), rtol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (8, 8), (9, 8), (17, 9), (257, 3)])
def test_every_pixel_is_drawn_once_whatever_the_size(draw, path, size):
    drawn = draw("vec4 pixel(vec2 uv) { return vec4(pixel_coord, 1.0, 1.0); }", *size, path=path)
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    assert np.array_equal(drawn[..., 0], x)
    assert np.array_equal(drawn[..., 1], y)


def test_size_aspect_and_pass_index_are_those_of_the_pass(gpu, path):
    text = "vec4 pixel(vec2 uv) { return vec4(size_px, aspect, float(pass_index)); }"
    job = Pass(program(text), Spec(6, 4, "rgba32float", (16, 9)), pass_index=5, path=path)
    assert np.allclose(read(gpu.draw(job)), (6, 4, 16 / 9, 5))


def test_parameters_are_read_under_par(gpu, path):
    layout = Layout([("gain", "float"), ("fill", "vec3")])
    job = Pass(program("vec4 pixel(vec2 uv) { return vec4(par.fill * par.gain, 1.0); }", layout),
               Spec.square(2, 2, "rgba32float"), layout.pack((2, 0.1, 0.2, 0.3)), path=path)  # fmt: skip
    assert np.allclose(read(gpu.draw(job)), (0.2, 0.4, 0.6, 1))


def test_passes_with_the_same_program_keep_their_own_parameters(gpu, path):
    layout = Layout([("level", "float")])
    level = program("vec4 pixel(vec2 uv) { return vec4(par.level); }", layout)
    images = [
        gpu.draw(Pass(level, Spec.square(64, 64, "mono32float"), layout.pack((i,)), path=path)) for i in range(50)
    ]
    assert [read(drawn)[63, 63, 0] for drawn in images] == list(range(50))


def test_an_input_of_the_same_size_is_read_exactly(draw, image, path):
    values, source = random_image(image, 101, 37)
    assert np.array_equal(
        draw("vec4 pixel(vec2 uv) { return input0(); }", 101, 37, inputs=(source,), path=path), values
    )
    assert np.array_equal(
        draw("vec4 pixel(vec2 uv) { return inputs(0); }", 101, 37, inputs=(source,), path=path), values
    )


def test_an_input_of_another_size_is_filtered_at_the_same_place(draw, image, path):
    source = image(np.linspace(0, 1, 4)[None, :, None])
    drawn = draw("vec4 pixel(vec2 uv) { return input0(); }", 8, 1, inputs=(source,), path=path)
    at = np.clip((np.arange(8) + 0.5) / 8 * 4 - 0.5, 0, 3)
    np.testing.assert_allclose(drawn[0, :, 0], at / 3, atol=1e-6)


def test_inputs_are_known_by_number_and_by_index(draw, image, path):
    sources = [image(np.full((4, 4, 1), level)) for level in (1, 10, 100)]
    by_number = "vec4 pixel(vec2 uv) { return input0() + 2.0 * input1() + 3.0 * input2(); }"
    by_index = """vec4 pixel(vec2 uv) {
        vec4 sum = vec4(0.0);
        for (int i = 0; i < input_count; i++) sum += float(i + 1) * inputs(i);
        return sum;
    }"""
    for text in (by_number, by_index):
        assert np.all(draw(text, inputs=tuple(sources), path=path)[..., 0] == 321)


def test_an_input_that_is_not_connected_reads_as_nothing(gpu, image, path):
    text = """vec4 pixel(vec2 uv) {
        return vec4(input1() + input1(uv) + inputs(7) + inputs(7, uv)) + vec4(float(input_count), input_size(1), 0.0);
    }"""
    source = image(np.ones((4, 4, 4)))
    for inputs in ((), (source,)):
        job = Pass(program(text, inputs=2), Spec.square(4, 4, "rgba32float"), inputs=inputs, path=path)
        assert np.all(read(gpu.draw(job)) == (len(inputs), 0, 0, 0))


def test_a_gap_between_inputs_reads_as_transparent_black(draw, image, path):
    source = image(np.full((4, 4, 4), 0.5))
    drawn = draw("vec4 pixel(vec2 uv) { return input0() + 2.0 * input1(); }", inputs=(None, source), path=path)
    assert np.all(drawn == 1)


def test_input_size_is_in_pixels(draw, image, path):
    sources = (image(np.zeros((3, 5, 4))), image(np.zeros((7, 2, 4))))
    drawn = draw("vec4 pixel(vec2 uv) { return vec4(input_size(0), input_size(1)); }", inputs=sources, path=path)
    assert np.all(drawn == (5, 3, 2, 7))


EXTENDS = {  # the source's column for columns −4…7 of a source of four
    "hold": [0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3],
    "zero": [-1, -1, -1, -1, 0, 1, 2, 3, -1, -1, -1, -1],
    "repeat": [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
    "mirror": [3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0],
}


@pytest.mark.parametrize("extend", EXTENDS)
@pytest.mark.parametrize("filter", ["nearest", "linear"])
def test_beyond_the_edge_the_extend_mode_decides(draw, image, path, filter, extend):
    source = image(np.arange(1, 5)[None, :, None].repeat(4, 2))
    text = "vec4 pixel(vec2 uv) { return input0(vec2(uv.x * 3.0 - 1.0, uv.y)); }"
    drawn = draw(text, 12, 1, inputs=(source,), sampler=Sampler(filter, extend), path=path)
    wanted = [0 if column < 0 else column + 1 for column in EXTENDS[extend]]
    np.testing.assert_allclose(drawn[0, :, 0], wanted, atol=1e-4)
    assert drawn[0, 0, 3] == wanted[0]


def test_nearest_takes_one_pixel_and_linear_mixes(draw, image, path):
    source = image(np.array([0.0, 1.0])[None, :, None])
    text = "vec4 pixel(vec2 uv) { return input0(vec2(0.4, 0.5)); }"
    assert draw(text, inputs=(source,), sampler=Sampler("nearest"), path=path)[0, 0, 0] == 0
    assert draw(text, inputs=(source,), sampler=Sampler("linear"), path=path)[0, 0, 0] == pytest.approx(
        0.3, abs=1 / 256
    )


def test_a_mipmapped_input_is_averaged_over_the_pixels_area(draw, image, path):
    values, source = random_image(image, 64, 64)
    text = "vec4 pixel(vec2 uv) { return input0(); }"
    drawn = draw(text, 8, 8, inputs=(source,), sampler=Sampler("mipmap"), path=path)
    mean = values.reshape(8, 8, 8, 8, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(drawn, mean, atol=2e-3)


def test_mip_levels_follow_the_content_of_a_texture_that_is_used_again(gpu, draw, path):
    layout = Layout([("level", "float")])
    level = program("vec4 pixel(vec2 uv) { return vec4(par.level); }", layout)
    for value in (0.25, 0.75):
        source = gpu.draw(Pass(level, Spec.square(32, 32, "rgba32float"), layout.pack((value,))))
        drawn = draw(
            "vec4 pixel(vec2 uv) { return input0(); }", 2, 2, inputs=(source,), sampler=Sampler("mipmap"), path=path
        )
        assert np.all(drawn == value)
        del source


@pytest.mark.parametrize("mask", range(16))
def test_masked_channels_are_those_of_the_first_input(draw, image, path, mask):
    on = np.array([bool(mask >> i & 1) for i in range(4)])
    values, source = random_image(image)
    text = "vec4 pixel(vec2 uv) { return vec4(5.0, 6.0, 7.0, 8.0); }"
    assert np.array_equal(
        draw(text, 8, 6, inputs=(source,), mask=mask, path=path), np.where(on, (5, 6, 7, 8), values).astype(np.float32)
    )
    assert np.array_equal(draw(text, mask=mask, path=path)[0, 0], np.where(on, (5, 6, 7, 8), 0))


def test_passes_feed_on_the_one_before(gpu, image, path):
    add = program("vec4 pixel(vec2 uv) { return input0() + float(pass_index + 1); }", inputs=1)
    current = image(np.zeros((4, 4, 4)))
    for index in range(4):
        current = gpu.draw(Pass(add, Spec.square(4, 4, "rgba32float"), inputs=(current,), pass_index=index, path=path))
    assert np.all(read(current) == 1 + 2 + 3 + 4)


def test_variants_are_compile_time_constants(gpu, path):
    text = "vec4 pixel(vec2 uv) { float a[type]; a[0] = float(type); return vec4(a[0]); }"  # an array size must be one
    job = Pass(program(text, variants=(("type", 3),)), Spec.square(1, 1, "rgba32float"), path=path)
    assert read(gpu.draw(job))[0, 0, 0] == 3


def test_derivatives_make_a_program_raster_only(gpu):
    slope = program("vec4 pixel(vec2 uv) { return vec4(fwidth(uv.x), dFdy(uv.y), 0.0, 1.0); }")
    assert slope.raster_only
    drawn = read(gpu.draw(Pass(slope, Spec.square(16, 8, "rgba32float"), path="compute")))
    np.testing.assert_allclose(drawn[..., :2], np.broadcast_to((1 / 16, 1 / 8), (8, 16, 2)), rtol=1e-3)
    assert not program("// fwidth(x)\nvec4 pixel(vec2 uv) { return vec4(1.0); }").raster_only


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("return vec4(1.0);", True),
        ("return input0() + inputs(1) + inputs(min(0, 1));", True),
        ("return input0( ) * 2.0; // input0(uv * 2.0)", True),
        ("return input0(uv);", False),
        ("return inputs(input_count - 1, uv * vec2(2.0, 1.0));", False),
        ("return inputs(int(max(0.0, 1.0)), uv);", False),
        ("return input1(vec2(input0().x, 0.0));", False),
        ("return gather1(uv);", False),
    ],
)
def test_a_program_that_reads_inputs_only_at_its_own_pixel_is_per_pixel(text, own):
    assert program("vec4 pixel(vec2 uv) { " + text + "\n}", inputs=2).per_pixel is own


def test_the_same_text_compiles_once(gpu):
    text = "vec4 pixel(vec2 uv) { return vec4(0.12345); }"
    first, second = program(text + "// one"), program(text + "// two")
    before = gpu.programs.compiled
    spec = Spec.square(3, 3)
    gpu.draw(Pass(first, spec))
    assert gpu.programs.compiled == before + 1
    for other in (first, second):
        gpu.draw(Pass(other, Spec.square(5, 4)))
    gpu.draw(Pass(first, Spec.square(5, 4, "rgba16float")))
    assert gpu.programs.compiled == before + 2  # another format is another text
    gpu.draw(Pass(first, spec, path="raster"))
    assert gpu.programs.compiled == before + 3


def test_parameters_masks_passes_and_sizes_do_not_compile_again(gpu, image):
    layout = Layout([("x", "float")])
    source = image(np.zeros((4, 4, 4)))
    sized = program("vec4 pixel(vec2 uv) { return input0(uv) * par.x * 0.4321; }", layout, inputs=1)

    def job(value, size, **rest):
        return gpu.draw(Pass(sized, Spec.square(size, size), layout.pack((value,)), (source,), **rest))

    job(0, 8)
    job(0, 8, mask=7)
    before = gpu.programs.compiled
    job(1, 8)
    job(1, 16, mask=3, pass_index=2)
    job(1, 9, sampler=Sampler("nearest", "mirror"))
    assert gpu.programs.compiled == before


def test_programs_that_nobody_uses_are_released(gpu):
    def one(i):
        gpu.draw(Pass(program(f"vec4 pixel(vec2 uv) {{ return vec4({i}.5); }}"), Spec.square(1, 1)))

    for i in range(100):
        one(i)
    assert len(gpu.trash) >= 30
    gpu.frame()
    assert not gpu.trash


def test_too_many_inputs_are_refused_with_the_limit(draw, image, gpu):
    source = image(np.zeros((1, 1, 4)))
    with pytest.raises(GpuError, match=f"can bind {gpu.max_inputs}"):
        draw("vec4 pixel(vec2 uv) { return inputs(0); }", inputs=(source,) * (gpu.max_inputs + 1))


def test_a_source_without_a_pixel_function_is_refused():
    with pytest.raises(ShaderError, match=r"test\.glsl: there is no vec4 pixel"):
        program("void main() {}")


def test_the_path_is_one_of_two(gpu):
    with pytest.raises(GpuError, match="'compute' or 'raster'"):
        gpu.path = "vulkan"
