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
from .slices import sliced
from .source import Source
from .texels import Curve, Texels
from .volume import KINDS
from .wrapper import GROUP, header

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu
    from .pool import Surface

Filter = Literal["nearest", "linear", "mipmap"]
Extend = Literal["hold", "zero", "repeat", "mirror"]

_UBO_BYTES = 16_384
_FRAMEBUFFER_SRGB = 0x8DB9
_WRAP = (0x2802, 0x2803, 0x8072)  # in s, t, r
_BEYOND: dict[Extend, int] = {"hold": 0x812F, "zero": 0x812D, "repeat": 0x2901, "mirror": 0x8370}  # borders are 0
# A mask over a FullProgram, whose text has no place for one: what it drew, with the masked channels of input 0.
MASKED = PixelProgram(Source("mask", "vec4 pixel(vec2 uv) { return input1(); }"), inputs=2)
# Texture fetch, image access, pixel buffer, texture update, framebuffer: all ways to use what was stored.
BARRIERS = 0x8 | 0x20 | 0x80 | 0x100 | 0x400


class Sampler(NamedTuple):
    """How a pass samples its inputs; beyond the edge: the edge, transparent black, or the image again.

    ``extend`` is what lies to the left and right, and above and below unless ``vertical`` says otherwise; ``depth``
    what lies beyond the first and the last slice of a 3D texture.
    """

    filter: Filter = "linear"
    extend: Extend = "hold"
    depth: Extend = "hold"
    vertical: Extend | None = None


_PLAIN = Sampler()
_SLICED = {"sTD3DInputs": "texture3d", "sTD2DArrayInputs": "texture2darray"}
"""Arrays of samplers for textures with slices, and the kinds of these."""


class Pass(NamedTuple):
    """One draw, described: nothing happens until an Executor draws it.

    ``params`` is the packed block of the program's layout; ``inputs`` the connected images, None for a gap
    (it reads as transparent black); bit 0..3 of ``mask`` are R, G, B, A, a channel whose bit is off is input
    0's; ``path`` overrides the device's 'compute' or 'raster'.

    For a FullProgram only: ``uniforms`` by name; ``textures``, images beside the inputs by the name of their
    sampler, sampled in their own way, None for a 2D sampler that reads what is on the first unit; ``texels`` for
    its samplerBuffers and sampler1Ds; ``counters``, what its atomic counters start with, one number for all of an
    array or one for each; ``buffers``, how many images it
    draws. Where ``spec`` has slices it draws each, with ``per_slice`` inputs of its own or all; ``slice`` of
    ``slices`` is the one that is being drawn.
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
    textures: Mapping[str, tuple[Image | None, Sampler]] = {}
    texels: Mapping[str, Texels | Curve] = {}
    counters: Mapping[str, float | Sequence[float]] = {}
    buffers: int = 1
    per_slice: int = 0
    slice: int = 0
    slices: int = 1


class Executor:
    """Draws passes on one device."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._ubo = gpu.ctx.buffer(reserve=_UBO_BYTES, dynamic=True)
        self._nothing: dict[str, Image] = {}

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
        path, masked = job.path or gpu.path, job.mask != 15
        compiled = program.compiled(gpu, spec.format, path, len(inputs), same_size, mipmapped, masked)
        surface = gpu.pool.take(spec)
        image = Image(surface, spec)  # made before drawing: should that fail, the texture finds its way home
        width, height, _, (aspect_width, aspect_height), kind, _ = spec
        if kind != "texture2d":
            raise GpuError(_flat_only(spec))
        ubo = self._ubo
        ubo.write(header(width, height, aspect_width / aspect_height, job.pass_index, job.mask) + job.params)
        ubo.bind_to_uniform_block(0)
        if compiled.compute:
            surface.texture.bind_to_image(0, False, True, 0, compiled.format.internal)
            compiled.kernel.dispatch(-(-width // GROUP), -(-height // GROUP))
            gpu.ctx.memory_barrier(BARRIERS)
        else:
            self._raster(compiled, _framebuffer(gpu, surface))
        return image

    def _full(self, job: Pass) -> Image:
        """Draw a user's pixel shader, into one image or several; the first, the others in its ``others``."""
        gpu, spec = self.gpu, job.spec
        assert isinstance(job.program, FullProgram)
        if spec.kind != "texture2d":
            return sliced(self, job)
        compiled = job.program.compiled(gpu, spec.format, "raster", len(job.inputs), 0, False)
        surfaces = [gpu.pool.take(spec) for _ in range(job.buffers)]
        images = [Image(surface, spec) for surface in surfaces]
        self.prepare(job, compiled)
        if compiled.compute:
            for unit, image in enumerate(images):
                image.texture.bind_to_image(unit, False, True, 0, compiled.format.internal)
            compiled.kernel.dispatch(-(-spec.width // GROUP), -(-spec.height // GROUP))
            gpu.ctx.memory_barrier(BARRIERS)
        elif len(surfaces) == 1 and 0 in compiled.kernel.outputs and not job.program.discards:
            self._raster(compiled, _framebuffer(gpu, surfaces[0]))
        else:
            self._partly(compiled, surfaces)
        if job.mask != 15:
            first = (*job.inputs, None)[0]
            images = [self.draw(Pass(MASKED, spec, b"", (first, image), job.sampler, job.mask)) for image in images]
        images[0].others = tuple(images[1:])
        return images[0]

    def _partly(self, compiled: Compiled, surfaces: list[Surface]) -> None:
        """Draw a shader that need not write every pixel, nor every buffer: what it leaves out is 0."""
        gpu, written = self.gpu, compiled.kernel.outputs
        framebuffer = gpu.ctx.framebuffer([surface.texture for surface in surfaces])
        framebuffer.clear()
        masks: Any = [(number in written,) * 4 for number in range(len(surfaces))]
        framebuffer.color_mask = masks if len(masks) > 1 else masks[0]
        self._raster(compiled, framebuffer)
        gpu.rest.use()  # see Surface.release
        framebuffer.release()

    def prepare(self, job: Pass, compiled: Compiled) -> None:
        """Bind all that a user's shader reads, and set its uniforms."""
        program = job.program
        assert isinstance(program, FullProgram)
        kernel = compiled.kernel
        inputs: list[Image | None] = []
        for name, images in program.arranged(job.inputs).items():
            if name != "sTD2DInputs":  # which has the units from 0 on
                kernel.set_unit(name, len(inputs), len(images))
            kind = _SLICED.get(name, "texture2d")
            inputs += [self._blank(kind) if image is None else image for image in images]
        self._bind(inputs, job.spec, job.sampler, flat=False)
        kernel.set({**job.uniforms, **program.given(job)})
        unit = len(inputs)
        for name, (image, sampler) in job.textures.items():
            kernel.set_unit(name, unit if image is not None else 0)  # programs are shared: another may have set it
            if image is not None:
                self._mipmaps(image, sampler)
                image.texture.use(unit)
                self.gpu.samplers[sampler].use(unit)
                unit += 1
        for number, (name, texels) in enumerate(job.texels.items(), unit):
            texels.use(number)
            self.gpu.samplers[_PLAIN].use(number)
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

    def _bind(self, inputs: Sequence[Image | None], spec: Spec, sampler: Sampler, flat: bool = True) -> int:
        """Bind the inputs to units 0…; returns the bits of those that have the output's size.

        Raises GpuError for one with slices where ``flat`` ones are wanted.
        """
        gpu = self.gpu
        if len(inputs) > gpu.max_inputs:
            raise GpuError(f"a pass with {len(inputs)} inputs: {gpu.renderer} can bind {gpu.max_inputs}")
        how = gpu.samplers[sampler]
        mipmapped = sampler.filter == "mipmap"
        size = spec[:2]
        same_size = 0
        for unit, image in enumerate(inputs):
            if image is None:
                image = self._blank()
            elif image.spec.kind != "texture2d":
                if flat:
                    raise GpuError(_flat_only(image.spec))
            elif image.spec[:2] == size:
                same_size |= 1 << unit
            if mipmapped:
                self._mipmaps(image, sampler)
            image.texture.use(unit)
            how.use(unit)
        return same_size

    @staticmethod
    def _mipmaps(image: Image, sampler: Sampler) -> None:
        """Make an image's mipmaps where a sampler wants them and they are not there yet; slices have none."""
        if sampler.filter == "mipmap" and image.spec.kind == "texture2d" and not image.mipmapped:
            image.texture.build_mipmaps()
            image.mipmapped = True

    def _raster(self, compiled: Compiled, framebuffer: moderngl.Framebuffer) -> None:
        ctx = self.gpu.ctx
        framebuffer.use()
        if compiled.format.srgb:
            ctx.enable_direct(_FRAMEBUFFER_SRGB)
        compiled.kernel.vertices.render()
        if compiled.format.srgb:
            ctx.disable_direct(_FRAMEBUFFER_SRGB)

    def _blank(self, kind: str = "texture2d") -> Image:
        """One transparent black pixel, for inputs that are not connected."""
        if kind not in self._nothing:
            spec = Spec.square(1, 1)._replace(kind=kind)
            surface = self.gpu.pool.take(spec)
            surface.texture.write(bytes(4))
            self._nothing[kind] = Image(surface, spec)
        return self._nothing[kind]


def _flat_only(spec: Spec) -> str:
    return f"a {KINDS[spec.kind]} of {spec.depth} slices cannot be drawn so; a GLSL TOP can read and write it"


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
        made = self._gpu.ctx.sampler(filter=filters[sampler.filter])
        # moderngl knows no mirrors, and does not publish a sampler's GL name, whatever its stub says.
        name: int = made._glo  # type: ignore[attr-defined]  # see above
        extends = (sampler.extend, sampler.vertical or sampler.extend, sampler.depth)
        for axis, extend in zip(_WRAP, extends, strict=True):
            gl.call("glSamplerParameteri", name, axis, _BEYOND[extend])
        self[sampler] = made
        return made
