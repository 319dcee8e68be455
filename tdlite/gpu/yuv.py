"""From a picture to luma and chroma planes in a buffer: what encoders take, made on the GPU in one pass."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import NDArray

from .errors import GpuError
from .hostbuffer import HostBuffer
from .image import Image
from .passes import Sampler
from .source import Line, load
from .wrapper import VERSION
from .yuvlayout import YuvLayout

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu

_FETCH = Sampler("nearest")
_GROUP = 256  # as in the shader
_MOST_GROUPS = 65_535
_WEIGHTS = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}
"""Of red and blue in luma, by the matrix codes of ITU-T H.273: Rec.709, 601, 601, SMPTE 240M, Rec.2020."""

SITINGS = ("left", "center", "topleft")
"""Where a chroma sample lies among the pixels that it covers; at the left edge is what all modern codecs assume."""


class YuvFrame:
    """A converted picture: planes in a GL buffer, never changed while anybody holds this.

    When the last reference goes, on whatever thread, the buffer is used again.
    """

    __slots__ = ("_home", "buffer", "layout")

    def __init__(self, buffer: moderngl.Buffer, layout: YuvLayout, home: deque[moderngl.Buffer]) -> None:
        self.buffer = buffer
        self.layout = layout
        self._home = home

    def __del__(self) -> None:
        self._home.append(self.buffer)


class YuvConversion:
    """Turns images of one size into the planes of a layout, in one compute pass.

    ``matrix`` is a code of ITU-T H.273 (1 is Rec.709, 5 and 6 Rec.601, 9 Rec.2020), ``siting`` one of SITINGS: chroma
    is the mean of the pixels that it covers, with weights 1, 2, 1 in a direction in which it lies on a pixel. Values
    are clamped to 0..1 (NaN is 0) and rounded to nearest; padding is 0. sRGB images give what they have stored.
    GpuError for what there is no conversion for.
    """

    def __init__(
        self, gpu: Gpu, layout: YuvLayout, matrix: int = 1, full_range: bool = False, siting: str = "left"
    ) -> None:
        if matrix not in _WEIGHTS:
            raise GpuError(f"cannot convert RGB with matrix {matrix} (H.273); use one of {sorted(_WEIGHTS)}")
        if siting not in SITINGS:
            raise GpuError(f"there is no chroma siting {siting!r}; use one of {', '.join(SITINGS)}")
        largest: int = gpu.ctx.info["GL_MAX_SHADER_STORAGE_BLOCK_SIZE"]
        if layout.nbytes > largest:
            raise GpuError(
                f"a {layout.width}×{layout.height} picture as {layout.name} takes {layout.nbytes / 1e6:.1f} MB; "
                f"{gpu.renderer} can write {largest / 1e6:.1f} MB at once"
            )
        self.gpu = gpu
        self.layout = layout
        self._words = -(-layout.nbytes // 4)
        self._constants = _constants(layout, self._words, *_coefficients(layout.bits, matrix, full_range))
        self._constants += [
            f"const int CO_SITED_X = {int(layout.across == 2 and siting != 'center')};",
            f"const int CO_SITED_Y = {int(layout.down == 2 and siting == 'topleft')};",
        ]
        self._kernels: dict[bool, Any] = {}
        self._free: deque[moderngl.Buffer] = deque()

    def into(self, image: Image, buffer: moderngl.Buffer) -> None:
        """Write the planes of an image into a GL buffer, which CUDA, a copy or a read may use next.

        GpuError when the image has another size, or the buffer is smaller than ``nbytes`` rounded up to 4.
        """
        layout, gpu = self.layout, self.gpu
        gpu.check()
        if image.spec[:2] != (layout.width, layout.height) or image.spec.kind != "texture2d":
            raise GpuError(f"cannot convert {image!r} to a picture of {layout.width}×{layout.height} {layout.name}")
        if buffer.size < self._words * 4:
            raise GpuError(f"{layout.nbytes} bytes of {layout.name} do not fit into a buffer of {buffer.size}")
        encoded = image.format.srgb
        kernel = self._kernels.get(encoded)
        if kernel is None:
            kernel = self._kernels[encoded] = gpu.programs.kernel(self._lines(encoded), True)
        image.texture.use(0)
        gpu.samplers[_FETCH].use(0)
        buffer.bind_to_storage_buffer(0)
        groups = -(-self._words // _GROUP)
        columns = min(groups, _MOST_GROUPS)
        kernel.dispatch(columns, -(-groups // columns))
        gpu.ctx.memory_barrier()

    def convert(self, image: Image) -> YuvFrame:
        """The planes of an image in a buffer that nobody else holds."""
        try:
            buffer = self._free.popleft()
        except IndexError:
            self.gpu.check()
            buffer = self.gpu.ctx.buffer(reserve=self._words * 4)
        frame = YuvFrame(buffer, self.layout, self._free)
        self.into(image, buffer)
        return frame

    def release(self) -> None:
        """Give the buffers that nobody holds back to the driver."""
        self.gpu.check()
        while self._free:
            buffer = self._free.popleft()
            self.gpu.forget("buffer", buffer.glo)
            buffer.release()

    def _lines(self, encoded: bool) -> list[Line]:
        text = load("gpu/yuv.glsl")
        head = [VERSION, *self._constants, f"const bool ENCODED = {str(encoded).lower()};"]
        return [*map(Line, head), *(Line(line, "yuv.glsl", n) for n, line in enumerate(text.splitlines(), 1))]


class YuvToken(NamedTuple):
    """A started conversion: the memory that its planes are copied into."""

    memory: HostBuffer


class YuvReadback:
    """Converts images and brings the planes to the CPU while the GPU goes on: ``start``, later ``finish``."""

    def __init__(self, conversion: YuvConversion) -> None:
        self._conversion = conversion
        self._free: list[HostBuffer] = []

    def start(self, image: Image) -> YuvToken:
        """Convert an image and start copying; returns the token to finish, from the context's thread."""
        frame = self._conversion.convert(image)
        memory = self._free.pop() if self._free else HostBuffer(self._conversion.gpu, frame.buffer.size)
        memory.copy(frame.buffer)
        return YuvToken(memory)

    def finish(self, token: YuvToken) -> tuple[NDArray[Any], ...]:
        """The planes of a started conversion, each [rows, columns]; the caller's own. A token is finished once."""
        data = token.memory.read()
        self._free.append(token.memory)
        return self._conversion.layout.views(data)

    def release(self) -> None:
        """Give all unused memory back to the driver."""
        for memory in self._free:
            memory.release()
        self._free.clear()
        self._conversion.release()


_Vector = tuple[float, float, float]


def _coefficients(bits: int, matrix: int, full: bool) -> tuple[_Vector, _Vector, _Vector, float, float]:
    """Factors of R, G, B in luma, U and V, in steps of a code value; black's luma and the chroma of grey.

    ITU-R BT.601, 709 and 2020 differ in the weights of red and blue alone; the ranges are those of H.273, 8.3.
    """
    kr, kb = _WEIGHTS[matrix]
    kg = 1 - kr - kb
    step = 2 ** (bits - 8)
    y, c, black = (2**bits - 1, 2**bits - 1, 0) if full else (219 * step, 224 * step, 16 * step)
    u, v = c / (2 * (1 - kb)), c / (2 * (1 - kr))
    return (
        (y * kr, y * kg, y * kb),
        (-u * kr, -u * kg, u * (1 - kb)),
        (v * (1 - kr), -v * kg, -v * kb),
        black,
        2 ** (bits - 1),
    )


def _constants(
    layout: YuvLayout, words: int, luma: _Vector, u: _Vector, v: _Vector, black: float, neutral: float
) -> list[str]:
    """The layout in GLSL."""
    planes = layout.planes
    lists = zip(("OFFSETS", "PITCHES", "ROWS", "COLUMNS"), zip(*planes, strict=True), strict=True)
    vectors = {"LUMA": luma, "CB": u, "CR": v}
    return [
        f"const int WIDTH = {layout.width}, HEIGHT = {layout.height}, PLANES = {len(planes)};",
        f"const int ACROSS = {layout.across}, DOWN = {layout.down};",
        f"const uint WORDS = {words}u, SAMPLE_BYTES = {layout.sample_bytes}u;",
        f"const uint MOST = {2**layout.bits - 1}u;",
        f"const int SHIFT = {layout.shift};",
        f"const bool INTERLEAVED = {str(layout.interleaved).lower()};",
        *(f"const uint {name}[] = uint[]({', '.join(f'{n}u' for n in numbers)});" for name, numbers in lists),
        *(f"const vec3 {name} = vec3({', '.join(map(repr, map(float, vector)))});" for name, vector in vectors.items()),
        f"const float BLACK = {float(black)}, NEUTRAL = {float(neutral)};",
    ]
