"""Programs: a pixel function, or a user's complete fragment shader, and what each compiles to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .compiled import Compiled, Value
from .errors import ShaderError
from .formats import FORMATS
from .image import Image
from .layout import Layout, check_name
from .source import Line, Source, expanded, load, reads_elsewhere
from .wrapper import VERSION, wrapped

if TYPE_CHECKING:
    from .context import Gpu
    from .passes import Pass

_PIXEL = re.compile(r"\bvec4\s+pixel\s*\(\s*(?:(?:const|in)\s+)*vec2\b")
_NEEDS_RASTER = re.compile(r"\b(?:dFdx|dFdy|fwidth)(?:Fine|Coarse)?\b|\bdiscard\b")


class PixelProgram:
    """A pixel function, compiled on demand for each output format, path and set of connected inputs.

    ``source`` is the name of a shader of the package or a Source. It defines ``vec4 pixel(vec2 uv)``, uv
    being the pixel's centre in 0..1 from the bottom left, and may use ``par.<name>``, ``input0()``
    ``input0(uv)`` …, ``inputs(i)`` ``inputs(i, uv)`` (both also with ``dx, dy`` after uv: how far uv moves
    from pixel to pixel, for mipmaps), ``gather0(uv)`` … (red of the four pixels around uv, as textureGather has
    them), ``input_count``, ``input_size(i)``, ``size_px``, ``aspect``,
    ``pass_index``, ``pixel_coord`` and the files of ``lib/``. ``inputs`` is how many numbered inputs it may
    name, connected or not; ``variants`` are compile-time ints. ``per_pixel`` tells that it reads inputs only
    at its own pixel, ``raster_only`` that it needs derivatives or discard.

    Raises ShaderError when an include or the function itself is missing, GpuError for impossible names.
    """

    def __init__(
        self, source: str | Source, layout: Layout | None = None, inputs: int = 0,
        variants: Iterable[tuple[str, int]] = (),
    ) -> None:  # fmt: skip
        if isinstance(source, str):
            source = Source(source, load(source))
        self.name = source.name
        self.layout = layout if layout is not None else Layout()
        self.inputs = inputs
        self.variants = tuple(variants)
        for name, _ in self.variants:
            check_name(name)
        self._lines = expanded(source)
        text = "\n".join(line.text for line in self._lines)
        if not _PIXEL.search(text):
            raise ShaderError(f"{self.name}: there is no vec4 pixel(vec2 uv) in this pixel function")
        self.raster_only = _NEEDS_RASTER.search(text) is not None
        self.per_pixel = not reads_elsewhere(text)
        self._compiled: dict[tuple[object, ...], Compiled] = {}

    def compiled(
        self, gpu: Gpu, format: str, path: str, inputs: int, same_size: int, mipmapped: bool, masked: bool = False
    ) -> Compiled:
        """The program for one output format, path ('compute' or 'raster') and set of inputs; see ``wrapped``.

        Raises ShaderError. The same complete text compiles once, whoever asks.
        """
        key = (gpu, format, path, inputs, same_size, mipmapped, masked)
        try:
            return self._compiled[key]
        except KeyError:
            pass
        compute = path == "compute" and not self.raster_only and FORMATS[format].image is not None
        lines = wrapped(
            self._lines, self.layout, self.variants, self.inputs, format=format, compute=compute,
            inputs=inputs, same_size=same_size, mipmapped=mipmapped, masked=masked,
        )  # fmt: skip
        made = self._compiled[key] = Compiled(gpu.programs.kernel(lines, compute), compute, FORMATS[format])
        return made


class FullProgram:
    """A user's complete shader: a fragment shader, or with ``compute`` a compute shader.

    A fragment shader's varying ``vec3 vUV`` is the pixel's centre, 0..1. A compute shader in a Pass writes every
    pixel of the images at units 0… in groups of the engine's size; in a Dispatch it does as it likes. ``counters``
    are the names of the atomic counters that the text declares; ``vertex`` is a vertex shader for the four corners.

    ``preamble`` is put before the text and not counted in its line numbers; without a ``#version`` of its own
    the program gets the engine's. A text put together from several comes as Lines. Inputs arrive in
    ``sampler2D sTD2DInputs[]``, or as ``samplers`` says: by array the numbers of its inputs, None for a gap,
    sTD2DInputs first. Uniforms are set by name, those of ``given`` by the executor.
    """

    def __init__(
        self, text: str | Sequence[Line], name: str, preamble: str = "", compute: bool = False,
        counters: Iterable[str] = (), samplers: Mapping[str, Sequence[int | None]] | None = None,
        vertex: Sequence[Line] = (),
    ) -> None:  # fmt: skip
        if isinstance(text, str):
            text = [Line(line, name, number) for number, line in enumerate(text.splitlines(), 1)]
        self.name = name
        self.compute = compute
        self.counters = tuple(counters)
        self._samplers = samplers
        self._vertex = vertex
        self.discards = bool(vertex) or any("discard" in line.text for line in text)
        """Whether pixels may stay as they were before."""
        self._lines = [*map(Line, preamble.lstrip().splitlines()), *text]
        if not (self._lines and self._lines[0].text.startswith("#version")):
            self._lines.insert(0, Line(VERSION))
        self._compiled: dict[tuple[object, ...], Compiled] = {}

    def compiled(self, gpu: Gpu, format: str, path: str, inputs: int, same_size: int, mipmapped: bool) -> Compiled:
        """The program on this device; only the output format matters. Raises ShaderError."""
        try:
            return self._compiled[gpu, format]
        except KeyError:
            kernel = gpu.programs.kernel(self._lines, self.compute, self._vertex)
            made = self._compiled[gpu, format] = Compiled(kernel, self.compute, FORMATS[format])
            return made

    def uniforms(self, gpu: Gpu) -> dict[str, tuple[str, int]]:
        """The active uniforms: name → (GLSL type, array length, 1 when not an array). Raises ShaderError."""
        return gpu.programs.kernel(self._lines, self.compute, self._vertex).uniform_types()

    def arranged(self, inputs: Sequence[Image | None]) -> Mapping[str, Sequence[Image | None]]:
        """The inputs by the sampler arrays that they arrive in."""
        if self._samplers is None:
            return {"sTD2DInputs": inputs}
        return {
            name: [inputs[number] if number is not None else None for number in numbers]
            for name, numbers in self._samplers.items()
        }

    def given(self, job: Pass) -> dict[str, Value]:
        """What a shader is told about a draw, if it asks: the pass, the slice, and the sizes of output and inputs."""
        values: dict[str, Value] = {"uTDPass": job.pass_index, "uTDCurrentDepth": job.slice}
        width, height, _, _, _, depth = job.spec
        infos = {"uTDOutputInfo": (width, height, max(depth, job.slices))}
        for array, images in self.arranged(job.inputs).items():
            name = array.replace("sTD", "uTD").replace("Inputs", "Infos")
            for number, image in enumerate(images):
                if image is not None:
                    infos[f"{name}[{number}]"] = image.width, image.height, image.spec.depth
        for name, (width, height, depth) in infos.items():
            values[f"{name}.res"] = (1 / width, 1 / height, width, height)
            values[f"{name}.depth"] = (1 / depth, depth, 0, 0)
        return values
