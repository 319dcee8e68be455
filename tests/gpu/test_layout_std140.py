"""A layout's offsets are the driver's own."""

import itertools
import struct

import moderngl
import numpy as np
import pytest

from tdlite.gpu.errors import GpuError
from tdlite.gpu.image import Spec
from tdlite.gpu.layout import Layout
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import read
from tdlite.gpu.source import Source

TYPES = {"float": 1, "int": 1, "bool": 1, "vec2": 2, "vec3": 3, "vec4": 4, "mat3": 9, "mat4": 16}


def sums(fields):
    """GLSL terms that weigh every number of every field by its place."""
    weight = itertools.count(1)
    for name, kind in fields:
        size = TYPES[kind]
        for i in range(size):
            side = {9: 3, 16: 4}.get(size)
            part = f"[{i // side}][{i % side}]" if side else f"[{i}]" if size > 1 else ""
            yield f"float(par.{name}{part}) * {next(weight)}.0"


@pytest.mark.parametrize("seed", range(8))
def test_every_number_arrives_in_its_place(gpu, seed, path):
    rng = np.random.default_rng(seed)
    kinds = rng.choice(list(TYPES), size=7)
    fields = [(f"p{i}", str(kind)) for i, kind in enumerate(kinds)]
    layout = Layout(fields)
    numbers = []
    for _, kind in fields:
        numbers += rng.integers(0, 2 if kind == "bool" else 9, TYPES[kind]).tolist()
    assert layout.numbers == len(numbers)
    text = "vec4 pixel(vec2 uv) { return vec4(" + " + ".join(sums(fields)) + "); }"
    job = Pass(
        PixelProgram(Source("t", text), layout), Spec.square(1, 1, "rgba32float"), layout.pack(numbers), path=path
    )
    assert read(gpu.draw(job))[0, 0, 0] == sum(i * n for i, n in enumerate(numbers, 1))


def test_the_block_has_the_size_that_the_driver_expects(gpu):
    layout = Layout([("a", "float"), ("b", "vec3"), ("c", "float"), ("d", "vec2"), ("e", "mat3")])
    shader = gpu.ctx.program(
        vertex_shader="#version 430\nvoid main() { gl_Position = vec4(0); }",
        fragment_shader="#version 430\nlayout(std140) uniform B {"
        + layout.glsl()
        + "}; out vec4 o; void main() { o = vec4(a + b.x + c + d.x + e[0][0]); }",
    )
    block = shader["B"]
    assert isinstance(block, moderngl.UniformBlock)
    assert layout.size == -(-block.size // 16) * 16
    assert layout.offsets == {"a": 0, "b": 16, "c": 28, "d": 32, "e": 48}
    shader.release()


def test_padding_is_zero_and_python_bools_are_ints():
    layout = Layout([("on", "bool"), ("p", "vec3")])
    assert layout.pack((True, 1, 2, 3)) == struct.pack("<i12x3f4x", 1, 1, 2, 3)


def test_too_few_numbers_are_an_error():
    with pytest.raises(struct.error):
        Layout([("p", "vec3")]).pack((1, 2))


@pytest.mark.parametrize("name", ["filter", "active", "a b", "a__b", "gl_x", "größe", ""])
def test_a_name_that_glsl_cannot_take_is_refused(name):
    with pytest.raises(GpuError, match="cannot be a name"):
        Layout([(name, "float")])


def test_a_name_twice_or_an_unknown_type_or_too_much_is_refused():
    with pytest.raises(GpuError, match="twice"):
        Layout([("a", "float"), ("a", "int")])
    with pytest.raises(GpuError, match="'dvec2'; a layout knows float"):
        Layout([("a", "dvec2")])
    with pytest.raises(GpuError, match="too large"):
        Layout((f"m{i}", "mat4") for i in range(300))
