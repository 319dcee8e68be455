"""Decoded pictures as images on the GPU."""

from __future__ import annotations

from functools import cache

from tdlite.gpu.context import Gpu
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.layout import Layout
from tdlite.gpu.passes import Pass, Sampler
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.source import Source
from tdlite.gpu.upload import upload
from tdlite.media.decoded import COMPONENTS, Form, Picture, Plane

_DEPTHS = {"uint8": "8fixed", "uint16": "16fixed", "float16": "16float", "float32": "32float"}
_LAYOUTS = ("packed", "yuv", "gbr")
_FETCHED = Sampler("nearest", "hold")
_BLOCK = Layout(
    (("matrix", "mat3"), ("offset", "vec3"), ("scale", "float"), ("chroma_step", "vec2"), ("chroma_shift", "vec2"))
)


def spec_of(form: Form) -> Spec:
    """The spec in which a picture loses nothing; wide pixels make the aspect wider."""
    token = form.components + _DEPTHS[form.dtype]
    return Spec(form.width, form.height, token, (form.width * form.pixel_aspect, float(form.height)))


def image_of(gpu: Gpu, picture: Picture) -> Image:
    """A picture on the GPU, at its own size, in its own pixel format."""
    spec, reading = spec_of(picture.form), picture.reading
    if reading.layout == "packed" and reading.scale == 1:
        return upload(gpu, picture.planes[0], spec)
    planes = tuple(_uploaded(gpu, plane) for plane in picture.planes)
    full = all(plane.spec[:2] == spec[:2] for plane in planes)
    program = _program(_LAYOUTS.index(reading.layout), len(planes), full)
    columns = [reading.matrix[row * 3 + column] for column in range(3) for row in range(3)]
    block = _BLOCK.pack((*columns, *reading.offset, reading.scale, *reading.step, *reading.shift))
    return gpu.draw(Pass(program, spec, block, planes, _FETCHED))


def _uploaded(gpu: Gpu, plane: Plane) -> Image:
    height, width, count = plane.shape
    token = COMPONENTS[count] + _DEPTHS[plane.dtype.name]
    assert FORMATS[token].dtype == plane.dtype
    return upload(gpu, plane, Spec.square(width, height, token))


@cache
def _program(layout: int, planes: int, full: bool) -> PixelProgram:
    return PixelProgram("picture.glsl", _BLOCK, 4, (("layout_of", layout), ("planes", planes), ("full", int(full))))


def half(spec: Spec) -> Spec:
    """The spec of the upper half of a picture that has its alpha in the lower one."""
    height = max(spec.height // 2, 1)
    token = spec.format.replace("monoalpha", "rgba").replace("mono", "rgba")
    return Spec(spec.width, height, token, (spec.aspect[0], spec.aspect[1] * height / spec.height))


def halved(image: Image) -> Pass:
    """The upper half of a picture, with the lower one as its alpha."""
    return Pass(_HALVED, half(image.spec), inputs=(image,), sampler=_FETCHED)


def multiplied(image: Image) -> Pass:
    """A picture with its colours multiplied by alpha."""
    return Pass(_MULTIPLIED, image.spec, inputs=(image,), sampler=_FETCHED)


def blended(first: Image, second: Image, weight: float, spec: Spec) -> Pass:
    """A mixture of two pictures, ``weight`` of the second."""
    return Pass(_BLENDED, spec, _WEIGHT.pack((weight,)), (first, second))


def filled(spec: Spec, alpha: float) -> Pass:
    """Black, transparent or not."""
    return Pass(_FILLED, spec, _WEIGHT.pack((alpha,)))


def failed(spec: Spec) -> Pass:
    """What is shown in place of a picture that cannot be loaded: a red square at the bottom right."""
    return Pass(_FAILED, spec)


def _small(name: str, text: str, inputs: int, layout: Layout | None = None) -> PixelProgram:
    return PixelProgram(Source(name, f"vec4 pixel(vec2 uv) {{ {text} }}"), layout, inputs)


_WEIGHT = Layout((("weight", "float"),))
_HALVED = _small(
    "halved",
    "vec2 size = input_size(0), p = vec2(pixel_coord) + 0.5;"
    "return vec4(input0((p + vec2(0.0, size.y - size_px.y)) / size).rgb, input0(p / size).r);",
    1,
)
_MULTIPLIED = _small("multiplied", "vec4 c = input0(); return vec4(c.rgb * c.a, c.a);", 1)
_BLENDED = _small("blended", "return mix(input0(), input1(), par.weight);", 2, _WEIGHT)
_FILLED = _small("filled", "return vec4(vec3(0.0), par.weight);", 0, _WEIGHT)
_FAILED = _small(
    "failed", "return uv.x > 0.875 && uv.y * size_px.y < 0.125 * size_px.x ? vec4(1.0, 0.0, 0.0, 1.0) : vec4(0.0);", 0
)
