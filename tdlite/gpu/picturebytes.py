"""Pictures of 8 bits as image encoders take them: the bytes of their pixels in a GL buffer, where CUDA can map them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import GpuError
from .image import Image
from .passes import Sampler
from .scratch import Scratch
from .source import Line, load
from .wrapper import VERSION

if TYPE_CHECKING:
    import moderngl

_FETCH = Sampler("nearest")
_GROUP = 256  # as in the shader
_MOST_GROUPS = 65_535


class PictureBytes(Scratch):
    """The way from pictures to bytes [height, width, channels], row 0 at the top, without padding.

    They come into one buffer, as large as the largest picture yet: use it before the next.
    """

    def of(self, image: Image, channels: int) -> moderngl.Buffer:
        """A buffer with the first 3 or 4 ``channels`` of a picture; GpuError when it is none of rgba8fixed."""
        if (image.spec.format, image.spec.kind) != ("rgba8fixed", "texture2d"):
            raise GpuError(f"cannot take {image!r} as bytes: only 2D pictures of rgba8fixed")
        gpu = self._gpu
        gpu.check()
        nbytes = image.width * image.height * channels
        buffer = self._room(nbytes)
        text = load("gpu/bytes.glsl").splitlines()
        head = (VERSION, f"const uint CHANNELS = {channels}u;")
        lines = [*map(Line, head), *(Line(line, "bytes.glsl", number) for number, line in enumerate(text, 1))]
        kernel = gpu.programs.kernel(lines, True)
        image.texture.use(0)
        gpu.samplers[_FETCH].use(0)
        buffer.bind_to_storage_buffer(0)
        groups = -(-nbytes // (4 * _GROUP))
        columns = min(groups, _MOST_GROUPS)
        kernel.dispatch(columns, -(-groups // columns))
        gpu.ctx.memory_barrier()
        return buffer
