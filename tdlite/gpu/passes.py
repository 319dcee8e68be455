"""Passes: the description of one draw, and the executor that carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import pack_into
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import gl
from .compiled import Compiled, Kernel, Value
from .errors import GpuError
from .image import Image, Spec
from .program import FullProgram, PixelProgram
from .source import Source
from .texels import Texels
from .wrapper import GROUP, header

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu
    from .pool import Surface

Filter = Literal["nearest", "linear", "mipmap"]
Extend = Literal["hold", "zero", "repeat", "mirror"]

_UBO_BYTES = 16_384
_FRAMEBUFFER_SRGB = 0x8DB9
# A mask over a FullProgram, whose text has no place for one: what it drew, with the masked channels of input 0.
MASKED = PixelProgram(Source("mask", "vec4 pixel(vec2 uv) { return input1(); }"), inputs=2)
# Texture fetch, image access, pixel buffer, texture update, framebuffer: all ways to use what was stored.
BARRIERS = 0x8 | 0x20 | 0x80 | 0x100 | 0x400


class Sampler(NamedTuple):
    """How a pass samples its inputs; beyond the edge: the edge, transparent black, or the image again."""

    filter: Filter = "linear"
    extend: Extend = "hold"


class Pass(NamedTuple):
    """One draw, described: nothing happens until an Executor draws it.

    ``params`` is the packed block of the program's layout; ``inputs`` the connected images, None for a gap
    (it reads as transparent black); bit 0..3 of ``mask`` are R, G, B, A, a channel whose bit is off is input
    0's; ``path`` overrides the device's 'compute' or 'raster'.

    For a FullProgram only: ``uniforms`` by name; ``textures``, images beside the inputs by the name of their
    sampler, sampled in their own way; ``texels`` for its samplerBuffers; ``counters``, what its atomic counters
    start with, one number for all of an array or one for each; ``buffers``, how many images it draws.
    """

    program: PixelProgram | FullProgram
    spec: Spec
    params: bytes = b""
    inputs: tuple[Image | None, ...] = ()
    sampler: Sampler = Sampler()
    mask: int = 15
    pass_index: int = 0
    uniforms: Mapping[str, Value] = {}
    path: str | None = None
    textures: Mapping[str, tuple[Image, Sampler]] = {}
    texels: Mapping[str, Texels] = {}
    counters: Mapping[str, float | Sequence[float]] = {}
    buffers: int = 1


class Executor:
    """Draws passes on one device."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._ubo = gpu.ctx.buffer(reserve=_UBO_BYTES, dynamic=True)
        self._nothing: Image | None = None

    def draw(self, job: Pass) -> Image:
        """Draw a pass into a texture that nobody holds, and return the image.

        Raises ShaderError when the program does not compile, GpuError when the image cannot be made, when
        there are more inputs than the device can bind, or on a thread that is not the context's.
        """
        gpu = self.gpu
        gpu.check()
        program, spec, inputs = job.program, job.spec, job.inputs
        if isinstance(program, FullProgram):
            return self._full(job)
        same_size, mipmapped = 0, job.sampler.filter == "mipmap"
        if inputs:
            same_size = self._bind(inputs, spec, job.sampler)
        compiled = program.compiled(gpu, spec.format, job.path or gpu.path, len(inputs), same_size, mipmapped)
        surface = gpu.pool.take(spec)
        image = Image(surface, spec)  # made before drawing: should that fail, the texture finds its way home
        width, height, _, (aspect_width, aspect_height) = spec
        ubo = self._ubo
        ubo.write(header(width, height, aspect_width / aspect_height, job.pass_index, job.mask) + job.params)
        ubo.bind_to_uniform_block(0)
        if compiled.compute:
            surface.texture.bind_to_image(0, False, True, 0, compiled.format.internal)
            compiled.kernel.shader.run(-(-width // GROUP), -(-height // GROUP), 1)
            gpu.ctx.memory_barrier(BARRIERS)
        else:
            self._raster(compiled, _framebuffer(gpu, surface))
        return image

    def _full(self, job: Pass) -> Image:
        """Draw a user's fragment shader, into one image or several; the first, the others in its ``others``."""
        gpu, spec = self.gpu, job.spec
        assert isinstance(job.program, FullProgram)
        compiled = job.program.compiled(gpu, spec.format, "raster", len(job.inputs), 0, False)
        surfaces = [gpu.pool.take(spec) for _ in range(job.buffers)]
        images = [Image(surface, spec) for surface in surfaces]
        self.prepare(job, compiled)
        written = compiled.kernel.outputs
        if len(surfaces) == 1 and 0 in written and not job.program.discards:
            self._raster(compiled, _framebuffer(gpu, surfaces[0]))
        else:
            # What a shader leaves out is 0: it need not write every pixel, nor every buffer.
            framebuffer = gpu.ctx.framebuffer([surface.texture for surface in surfaces])
            framebuffer.clear()
            masks: Any = [(number in written,) * 4 for number in range(len(surfaces))]
            framebuffer.color_mask = masks if len(masks) > 1 else masks[0]
            self._raster(compiled, framebuffer)
            gpu.rest.use()  # see Surface.release
            framebuffer.release()
        if job.mask != 15:
            first = (*job.inputs, None)[0]
            images = [self.draw(Pass(MASKED, spec, b"", (first, image), job.sampler, job.mask)) for image in images]
        images[0].others = tuple(images[1:])
        return images[0]

    def prepare(self, job: Pass, compiled: Compiled) -> None:
        """Bind all that a user's shader reads, and set its uniforms."""
        program = job.program
        assert isinstance(program, FullProgram)
        self._bind(job.inputs, job.spec, job.sampler)
        kernel = compiled.kernel
        kernel.set({**job.uniforms, **program.given(job.spec, job.inputs, job.pass_index)})
        unit = len(job.inputs)
        for number, (name, (image, sampler)) in enumerate(job.textures.items(), unit):
            image.texture.use(number)
            self.gpu.samplers[sampler].use(number)
            kernel.set_unit(name, number)
        for number, (name, texels) in enumerate(job.texels.items(), unit + len(job.textures)):
            texels.use(number)
            kernel.set_unit(name, number)
        if program.counters:
            self._bind_counters(job, program, kernel)

    def _bind_counters(self, job: Pass, program: FullProgram, kernel: Kernel) -> None:
        """Give each atomic counter its first value: in a new buffer for each binding point."""
        data: dict[int, bytearray] = {}
        for name in program.counters:
            place = kernel.counter(name)
            if place is None:
                continue
            binding, size, offset, length = place
            start = job.counters.get(name, 0)
            first = [start] * length if isinstance(start, (int, float)) else start[:length]
            values = [int(value) & 0xFFFFFFFF for value in first]
            pack_into(f"{len(values)}I", data.setdefault(binding, bytearray(size)), offset, *values)
        for binding, content in data.items():
            buffer = self.gpu.ctx.buffer(bytes(content))
            gl.call("glBindBufferBase", gl.ATOMIC_COUNTER_BUFFER, binding, buffer.glo)
            self.gpu.trash.append(buffer)

    def _bind(self, inputs: tuple[Image | None, ...], spec: Spec, sampler: Sampler) -> int:
        """Bind the inputs to units 0…; returns the bits of those that have the output's size."""
        gpu = self.gpu
        if len(inputs) > gpu.max_inputs:
            raise GpuError(f"a pass with {len(inputs)} inputs: {gpu.renderer} can bind {gpu.max_inputs}")
        how = gpu.samplers[sampler]
        same_size = 0
        for unit, image in enumerate(inputs):
            if image is None:
                image = self._blank()
            elif image.spec[:2] == spec[:2]:
                same_size |= 1 << unit
            if sampler.filter == "mipmap" and not image.mipmapped:
                image.texture.build_mipmaps()
                image.mipmapped = True
            image.texture.use(unit)
            how.use(unit)
        return same_size

    def _raster(self, compiled: Compiled, framebuffer: moderngl.Framebuffer) -> None:
        ctx = self.gpu.ctx
        framebuffer.use()
        if compiled.format.srgb:
            ctx.enable_direct(_FRAMEBUFFER_SRGB)
        compiled.kernel.vertices.render()
        if compiled.format.srgb:
            ctx.disable_direct(_FRAMEBUFFER_SRGB)

    def _blank(self) -> Image:
        """One transparent black pixel, for inputs that are not connected."""
        if self._nothing is None:
            spec = Spec.square(1, 1)
            surface = self.gpu.pool.take(spec)
            surface.texture.write(bytes(4))
            self._nothing = Image(surface, spec)
        return self._nothing


def _framebuffer(gpu: Gpu, surface: Surface) -> moderngl.Framebuffer:
    """The framebuffer that draws into a texture alone."""
    if surface.framebuffer is None:
        surface.framebuffer = gpu.ctx.framebuffer([surface.texture])
    return surface.framebuffer


class Samplers(dict[Sampler, "moderngl.Sampler"]):
    """The GL sampler objects of one device, made when first asked for."""

    def __init__(self, gpu: Gpu) -> None:
        super().__init__()
        self._gpu = gpu

    def __missing__(self, sampler: Sampler) -> moderngl.Sampler:
        import moderngl

        filters = {
            "nearest": (moderngl.NEAREST, moderngl.NEAREST),
            "linear": (moderngl.LINEAR, moderngl.LINEAR),
            "mipmap": (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR),
        }
        repeat = sampler.extend == "repeat"
        made = self._gpu.ctx.sampler(repeat_x=repeat, repeat_y=repeat, filter=filters[sampler.filter])
        if sampler.extend == "zero":
            made.border_color = (0.0, 0.0, 0.0, 0.0)
        elif sampler.extend == "mirror":
            self._gpu.mirror(made)
        self[sampler] = made
        return made
