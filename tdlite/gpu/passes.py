"""Passes: the description of one draw, and the executor that carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from .compiled import Compiled, Value
from .errors import GpuError
from .image import Image, Spec
from .program import FullProgram, PixelProgram
from .source import Source
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
_MASKED = PixelProgram(Source("mask", "vec4 pixel(vec2 uv) { return input1(); }"), inputs=2)
# Texture fetch, image access, pixel buffer, texture update, framebuffer: all ways to use what was stored.
_BARRIERS = 0x8 | 0x20 | 0x80 | 0x100 | 0x400


class Sampler(NamedTuple):
    """How a pass samples its inputs; beyond the edge: the edge, transparent black, or the image again."""

    filter: Filter = "linear"
    extend: Extend = "hold"


class Pass(NamedTuple):
    """One draw, described: nothing happens until an Executor draws it.

    ``params`` is the packed block of the program's layout; ``inputs`` the connected images, None for a gap
    (it reads as transparent black); bit 0..3 of ``mask`` are R, G, B, A, a channel whose bit is off is input
    0's; ``uniforms`` are for a FullProgram, as are ``textures``: images by the name of their sampler, beside
    the inputs and sampled in their own way; ``path`` overrides the device's 'compute' or 'raster'.
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


class Executor:
    """Draws passes on one device."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._ubo = gpu.ctx.buffer(reserve=_UBO_BYTES, dynamic=True)
        self._nothing: Image | None = None

    def draw(self, job: Pass) -> Image:
        """Draw a pass into a texture that nobody holds, and return the image.

        Raises ShaderError when the program does not compile, GpuError when the image cannot be made, when
        there are more inputs than the device can bind, or on a thread that is not the context's.
        """
        gpu = self._gpu
        gpu.check()
        program, spec, params, inputs, sampler, mask, pass_index, uniforms, path, textures = job
        if mask != 15 and isinstance(program, FullProgram):
            drawn = self.draw(job._replace(mask=15))
            return self.draw(Pass(_MASKED, spec, b"", ((*inputs, None)[0], drawn), sampler, mask, path=path))
        same_size, mipmapped = 0, sampler.filter == "mipmap"
        if inputs:
            same_size = self._bind(inputs, spec, sampler)
        compiled = program.compiled(gpu, spec.format, path or gpu.path, len(inputs), same_size, mipmapped)
        surface = gpu.pool.take(spec)
        image = Image(surface, spec)  # made before drawing: should that fail, the texture finds its way home
        width, height, _, (aspect_width, aspect_height) = spec
        if isinstance(program, FullProgram):
            units = self._bind_named(textures, len(inputs))
            compiled.kernel.set({**uniforms, **program.given(spec, inputs, pass_index), **units})
        ubo = self._ubo
        ubo.write(header(width, height, aspect_width / aspect_height, pass_index, mask) + params)
        ubo.bind_to_uniform_block(0)
        if compiled.compute:
            surface.texture.bind_to_image(0, False, True, 0, compiled.format.internal)
            compiled.kernel.shader.run(-(-width // GROUP), -(-height // GROUP), 1)
            gpu.ctx.memory_barrier(_BARRIERS)
        else:
            self._raster(compiled, surface)
        return image

    def _bind(self, inputs: tuple[Image | None, ...], spec: Spec, sampler: Sampler) -> int:
        """Bind the inputs to units 0…; returns the bits of those that have the output's size."""
        gpu = self._gpu
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

    def _bind_named(self, textures: Mapping[str, tuple[Image, Sampler]], unit: int) -> dict[str, Value]:
        """Bind textures to the units from ``unit`` on; which of them each name is on."""
        units: dict[str, Value] = {}
        for number, (name, (image, sampler)) in enumerate(textures.items(), unit):
            image.texture.use(number)
            self._gpu.samplers[sampler].use(number)
            units[name] = number
        return units

    def _raster(self, compiled: Compiled, surface: Surface) -> None:
        ctx = self._gpu.ctx
        if surface.framebuffer is None:
            surface.framebuffer = ctx.framebuffer([surface.texture])
        surface.framebuffer.use()
        if compiled.format.srgb:
            ctx.enable_direct(_FRAMEBUFFER_SRGB)
        compiled.kernel.vertices.render()
        if compiled.format.srgb:
            ctx.disable_direct(_FRAMEBUFFER_SRGB)

    def _blank(self) -> Image:
        """One transparent black pixel, for inputs that are not connected."""
        if self._nothing is None:
            spec = Spec.square(1, 1)
            surface = self._gpu.pool.take(spec)
            surface.texture.write(bytes(4))
            self._nothing = Image(surface, spec)
        return self._nothing


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
