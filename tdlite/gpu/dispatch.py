"""Dispatches: the description of a user's compute shader at work, and how it is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .errors import GpuError
from .formats import FORMATS
from .image import Image, Spec
from .layout import Layout
from .passes import BARRIERS, MASKED, Pass
from .program import PixelProgram
from .slices import put
from .source import Source
from .volume import KINDS

if TYPE_CHECKING:
    from .passes import Executor

MOST_GROUPS = 65_535
"""Work groups in one direction that every device can run."""

_VALUE = Layout([("value", "vec4")])
_CLEAR = PixelProgram(Source("clear", "vec4 pixel(vec2 uv) { return par.value; }"), _VALUE)
_COPY = PixelProgram(Source("copy", "vec4 pixel(vec2 uv) { return input0(); }"), inputs=1)


class Dispatch(NamedTuple):
    """A compute shader's work, described; ``job`` holds what it has in common with a draw.

    ``groups`` are the work groups in x, y, z; None: as many as cover the image. The outputs begin as the
    images of ``start``, those that it lacks and those of another size or format as ``clear``, a colour. All
    ``passes`` write to the same outputs and read the same inputs.
    """

    job: Pass
    groups: tuple[int, int, int] | None = None
    start: tuple[Image, ...] = ()
    clear: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    passes: int = 1


def working_format(format: str) -> str:
    """The format that a compute shader writes where an image of ``format`` is wanted.

    sRGB cannot be image-stored; such outputs are written in linear light, and encoded at the end.
    """
    return format if FORMATS[format].image is not None else "rgba32float"


def carried_out(executor: Executor, work: Dispatch) -> Image:
    """The first output of a dispatch, the others in its ``others``. Raises ShaderError and GpuError."""
    job = work.job
    spec = job.spec
    shader_spec = spec._replace(format=working_format(spec.format))
    if spec.kind != "texture2d" and (shader_spec != spec or job.mask != 15):
        what = "a channel mask" if shader_spec == spec else f"the pixel format {spec.format}"
        raise GpuError(f"a compute shader cannot write a {KINDS[spec.kind]} with {what}")
    compiled = job.program.compiled(executor.gpu, spec.format, "compute", len(job.inputs), 0, False)
    groups = work.groups or _covering(spec, compiled.kernel.group)
    if max(groups) > MOST_GROUPS:
        raise GpuError(
            f"{' × '.join(map(str, groups))} work groups are too many; {MOST_GROUPS} a direction is the limit"
        )
    outputs = [_begun(executor, work, shader_spec, number) for number in range(job.buffers)]
    for number in range(work.passes):
        executor.prepare(job._replace(pass_index=number), compiled)
        for unit, image in enumerate(outputs):
            image.texture.bind_to_image(unit, True, True, 0, FORMATS[shader_spec.format].internal)
        compiled.kernel.dispatch(*groups)
        executor.gpu.ctx.memory_barrier(BARRIERS)
    if shader_spec != spec:
        outputs = [executor.draw(Pass(_COPY, spec, inputs=(image,))) for image in outputs]
    if job.mask != 15:
        first = (*job.inputs, None)[0]
        outputs = [executor.draw(Pass(MASKED, spec, b"", (first, image), job.sampler, job.mask)) for image in outputs]
    outputs[0].others = tuple(outputs[1:])
    return outputs[0]


def _covering(spec: Spec, local: tuple[int, int, int]) -> tuple[int, int, int]:
    return -(-spec.width // local[0]), -(-spec.height // local[1]), -(-spec.depth // local[2])


def _begun(executor: Executor, work: Dispatch, spec: Spec, number: int) -> Image:
    """A new image with what an output has in it before the shader runs."""
    old = work.start[number] if number < len(work.start) else None
    if old is not None and _storage(old.spec) != _storage(work.job.spec):
        old = None
    if spec.kind != "texture2d":
        return _begun_slices(executor, work, spec, old)
    if old is not None:
        return executor.draw(Pass(_COPY, spec, inputs=(old,)))
    return executor.draw(Pass(_CLEAR, spec, _VALUE.pack(work.clear)))


def _storage(spec: Spec) -> tuple[object, ...]:
    """All of a spec but the aspect."""
    return spec[:3] + spec[4:]


def _begun_slices(executor: Executor, work: Dispatch, spec: Spec, old: Image | None) -> Image:
    image = Image(executor.gpu.pool.take(spec), spec)
    if old is not None:
        image.texture.copy(old.texture)
    else:
        cleared = executor.draw(Pass(_CLEAR, spec.flat(), _VALUE.pack(work.clear)))
        for number in range(spec.depth):
            put(image, number, cleared)
    return image
