"""Pictures from arrays that lie in GL buffers, where CUDA and others can write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import GpuError
from .formats import FORMATS
from .image import Image, Spec
from .passes import BARRIERS
from .source import Line, load
from .wrapper import GROUP, VERSION

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu

_SUFFIXES = {"uint8": "8fixed", "uint16": "16fixed", "float16": "16float", "float32": "32float"}
_READS = {
    "uint8": "float(words[i >> 2] >> 8u * (i & 3u) & 255u) / 255.0",
    "uint16": "float(words[i >> 1] >> 16u * (i & 1u) & 65535u) / 65535.0",
    "float16": "unpackHalf2x16(words[i >> 1])[i & 1u]",
    "float32": "uintBitsToFloat(words[i])",
}


def format_of(dtype: Any, channels: int) -> str:
    """The pixel format that keeps an array of so many channels as it is. GpuError for other types and counts.

    Integers count as 0..1 of their range. One channel is mono, two RG, three RGB with alpha 1.
    """
    suffix = _SUFFIXES.get(np.dtype(dtype).name)
    if suffix is None or not 1 <= channels <= 4:
        raise GpuError(
            f"an array of {channels} channels of {np.dtype(dtype)} is no picture: 1 to 4 channels of "
            f"{', '.join(_SUFFIXES)} are"
        )
    kind = ("mono", "rg", "rgb" if "float" in suffix else "rgba", "rgba")[channels - 1]
    return kind + suffix


def image_from_buffer(gpu: Gpu, buffer: moderngl.Buffer, dtype: Any, shape: tuple[int, int, int]) -> Image:
    """A picture from an array [height, width, channels] in a GL buffer, row 0 at the bottom, in its own format.

    GpuError for arrays that are no pictures; see ``format_of``.
    """
    height, width, channels = shape
    form = FORMATS[format_of(dtype, channels)]
    gpu.check()
    spec = Spec.square(width, height, form.token)
    image = Image(gpu.pool.take(spec), spec)
    head = [
        VERSION,
        "layout(std430, binding = 0) readonly restrict buffer Numbers { uint words[]; };",
        f"layout({form.image}, binding = 0) writeonly restrict uniform image2D picture;",
        f"const uint CHANNELS = {channels}u;",
        f"float number(uint i) {{ return {_READS[np.dtype(dtype).name]}; }}",
        f"vec4 packed_colour(vec4 c) {{ return {form.packed('c')}; }}",
    ]
    text = load("gpu/array.glsl").splitlines()
    kernel = gpu.programs.kernel(
        [*map(Line, head), *(Line(line, "array.glsl", number) for number, line in enumerate(text, 1))], True
    )
    buffer.bind_to_storage_buffer(0)
    image.texture.bind_to_image(0, False, True, 0, form.internal)
    kernel.shader.run(-(-width // GROUP), -(-height // GROUP), 1)
    gpu.ctx.memory_barrier(BARRIERS)
    return image
