"""TOP: the base of texture operators."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tdlite.gpu.context import Gpu
from tdlite.gpu.dispatch import Dispatch
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass, Sampler
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import Readback, Token, read, read_raw
from tdlite.gpu.source import Source
from tdlite.graph.engine import Memo, WithError
from tdlite.graph.errors import OpError
from tdlite.graph.op import OP

from . import toppage
from .cook import At, Step, gather, step
from .shader import Block, Programs

if TYPE_CHECKING:
    from tdlite.gpu.cudamemory import CUDAMemory
    from tdlite.graph.comp import COMP
    from tdlite.graph.project import Project


def gpu_of(project: Project) -> Gpu:
    """The GPU that a project draws on; made when first asked for. NoDevice says what is missing."""
    gpu: Gpu | None = project.resources.get("gpu")
    if gpu is None:
        gpu = project.resources["gpu"] = Gpu.shared(project.device)
        project.on_run.append(gpu.regain)
        project.on_frame.append(gpu.frame)
    return gpu


def path_of(project: Project) -> str:
    """How a project's shaders run that do not say it themselves: 'compute' or 'raster'."""
    return gpu_of(project).path if project.pathmode == "auto" else project.pathmode


class TOP(OP):
    """A texture operator. Usually ``shader`` and ``parameters`` are all there is to say.

    ``describe(at, spec)`` returns the pass to draw, or an image of someone else's to show; the default draws
    ``shader`` with the parameters packed into its block. Stateful ones define ``start`` and
    ``step(at, state) → (Pass or Image, state)``.
    """

    family: ClassVar[str] = "TOP"
    common = (toppage.common,)
    shader: ClassVar[str] = ""
    """The pixel function: a file, or its text. The file named like the operator's by default."""
    derived: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Fields of the block, name and GLSL type, that ``derive`` computes."""
    extend: ClassVar[str] = "hold"
    """What lies beyond an input's edge, where the operator has no parameter ``extend``."""
    block: ClassVar[Block]
    programs: ClassVar[Programs | None]
    state: Step | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.stateful = hasattr(cls, "step")
        super().__init_subclass__(**kwargs)
        cls.programs = None

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        super().__init__(project, name, parent)
        self.spec_memo = Memo(self.engine, self, "size", self._compute_spec)
        self.curPass = 0
        self._readback: Readback | None = None
        self._delayed: Token | None = None

    # -- size --------------------------------------------------------------------------------------------------

    def _compute_spec(self) -> Spec:
        self.engine.read(self._structure)
        first = self._wires[0] if self._wires else None
        source: Spec | None = first.spec_memo.pull() if isinstance(first, TOP) else None
        return self.size(source)

    def size(self, first: Spec | None) -> Spec:
        """The size and format of the output, given the first input's; known without drawing."""
        project = self.project
        return toppage.resolve(self.values.row(1), first, project.resolutionMultiplier, gpu_of(project).max_size)

    @property
    def spec(self) -> Spec:
        """Size, format and aspect of the output."""
        spec: Spec = self.spec_memo.pull()
        return spec

    # -- cooking -----------------------------------------------------------------------------------------------

    def _cook(self) -> Image | WithError:
        if self._flags:
            self.engine.read(self.values.cell)
            if self._flags.get("lock") and self.result.value is not None:
                kept: Image = self.result.value
                return kept
            if self._flags.get("bypass"):
                passed = next((image for image in gather(self) if image is not None), None)
                if passed is not None:
                    shown: Image = passed
                    return shown
        inputs = gather(self)
        at = At(self, self.values.row(0), inputs, self.values.row(1))
        spec: Spec = self.spec_memo.pull()
        made = step(self, at) if self.stateful and self.steps(at.par) else self.describe(at, spec)
        if isinstance(made, WithError):
            return made._replace(value=self._drawn(made.value, at.common))
        return self._drawn(made, at.common)

    def steps(self, par: Any) -> bool:
        """Whether a cook with these values steps the state: an operator may have one only in some modes."""
        return True

    def _drawn(self, made: Pass | Dispatch | Image, common: Any) -> Image:
        """Draw what the operator described, as often as the Common page's Passes say."""
        if isinstance(made, Image):
            return made
        gpu = gpu_of(self.project)
        mask = toppage.MASK_BITS[common.chanmask]
        if isinstance(made, Dispatch):
            return gpu.draw(made._replace(job=made.job._replace(mask=mask), passes=common.npasses))
        if mask != 15:
            made = made._replace(mask=mask)
        if made.path is None and self.project.pathmode != "auto":
            made = made._replace(path=self.project.pathmode)
        image = gpu.draw(made)
        for number in range(1, common.npasses):
            self.curPass = number
            made = made._replace(inputs=(image, *made.inputs[1:]), pass_index=number)
            image = gpu.draw(made)
        self.curPass = 0
        return image

    def describe(self, at: At, spec: Spec) -> Pass | Image | WithError:
        """The pass that makes the picture, perhaps with an error: ``WithError(pass, message)``."""
        cls = type(self)
        programs = cls.programs or cls._prepare()
        block = cls.block
        row = at.par
        over = None
        if programs.over and row.compoverinput and at.inputs and at.inputs[0] is not None:
            over = (toppage.BLEND_MODES.index(row.operand), row.swaporder)
        choices, derived = self.worked_out(at, spec)
        return Pass(
            programs.program((*block.chosen(row), *choices), over),
            spec,
            block.pack(row, spec.width, spec.height, derived),
            tuple(at.inputs),
            self.sampler(at),
        )

    def shown(self, image: Image, spec: Spec) -> Pass | Image:
        """The output of an operator that shows somebody's picture: itself, or resampled if ``spec`` differs."""
        if image.spec == spec:
            return image
        return Pass(_copy, spec, inputs=(image,), sampler=_sampler(self.values.row(1).inputfiltertype, "hold"))

    def worked_out(self, at: At, spec: Spec) -> tuple[tuple[tuple[str, int], ...], tuple[float, ...]]:
        """What is worked out once for all pixels: ``choices`` and ``derive``, for operators that find both at once."""
        return self.choices(at), self.derive(at, spec)

    def choices(self, at: At) -> tuple[tuple[str, int], ...]:
        """Compile-time constants of the shader beside its variant parameters."""
        return ()

    def derive(self, at: At, spec: Spec) -> tuple[float, ...]:
        """The numbers of the ``derived`` fields, vectors and matrices flat, column by column."""
        return ()

    def sampler(self, at: At) -> Sampler:
        """How inputs are sampled: Input Smoothness, and the ``extend`` parameter where there is one."""
        return _sampler(at.common.inputfiltertype, getattr(at.par, "extend", self.extend))

    @classmethod
    def _prepare(cls) -> Programs:
        cls.block = Block(cls.table, cls.derived)
        shader = cls.shader or f"{cls.__name__.removesuffix(cls.family)}.glsl"
        inputs = 0 if any(wire.many for wire in cls.wires) else len(cls.wires)
        cls.programs = Programs(cls, shader, inputs, cls.block.layout, toppage.generator_output in cls.parameters)
        return cls.programs

    def same_output(self, a: Image, b: Image) -> bool:
        """Whether two cooks drew the same pixels."""
        if a is b:
            return True
        if a.spec != b.spec or len(a.others) != len(b.others):
            return False
        both = zip((a, *a.others), (b, *b.others), strict=True)
        return all(np.array_equal(read_raw(x), read_raw(y), equal_nan=x.format.kind == "float") for x, y in both)

    def _memos(self) -> Iterator[Memo]:
        yield self.spec_memo
        yield self.result

    def released(self) -> None:
        self.state = None
        self._delayed = None
        if self._readback is not None:
            self._readback.release()
            self._readback = None

    # -- members -----------------------------------------------------------------------------------------------

    def image(self) -> Image:
        """The current picture; cooks if needed. CookError when there is none."""
        with self.project.pulling():
            image: Image = self.result.pull()
        return image

    width = property(lambda self: self.spec.width, doc="Width in pixels.")
    height = property(lambda self: self.spec.height, doc="Height in pixels.")
    depth = property(lambda self: self.spec.depth, doc="Slices; 1 for a 2D texture.")
    aspectWidth = property(lambda self: float(self.spec.aspect[0]), doc="The first term of the aspect.")
    aspectHeight = property(lambda self: float(self.spec.aspect[1]), doc="The second term of the aspect.")
    aspect = property(lambda self: self.spec.aspect[0] / self.spec.aspect[1], doc="Width over height of the aspect.")
    pixelFormat = property(lambda self: FORMATS[self.spec.format].label, doc="The pixel format as people read it.")
    pixelFormatName = property(lambda self: self.spec.format, doc="The pixel format's menu token.")
    newestSliceWOffset = property(lambda self: 0, doc="W offset of the newest slice; 0 for a 2D texture.")

    @property
    def gpuMemory(self) -> int:
        """Bytes of GPU memory that the current picture takes."""
        image: Image | None = self.result.peek()
        return 0 if image is None else image.nbytes

    def numpyArray(self, delayed: bool = False, writable: bool = False) -> NDArray[np.float32] | None:
        """The picture as float32 [h, w, 4], row 0 at the bottom, missing channels filled in.

        With slices (a 3D texture or an array of 2D ones) it is [slice, h, w, 4].
        With ``delayed`` the download started by this call is returned by the next one; None the first time.
        CookError when there is no picture.
        """
        image = self.image()
        if not delayed:
            array = read(image)
            return array.copy() if writable and not array.flags.writeable else array
        if self._readback is None:
            self._readback = Readback(image.gpu)
        last, self._delayed = self._delayed, self._readback.start(image)
        return None if last is None else self._readback.finish(last, np.float32)

    def cudaMemory(self, stream: Any = None) -> CUDAMemory:
        """A copy of the picture in CUDA memory, for cupy, PyTorch, numba and others; freed with the object.

        Rows from the bottom, the stored channels of the pixel format as R, G, B, A, also of 8 bits (sRGB still encoded,
        packed formats as float32). Work in ``stream``, a CUDA stream or its handle, comes after the copy; None is the
        default stream. CudaError when there is no CUDA, CookError when there is no picture.
        """
        from tdlite.gpu.cudamemory import cuda_memory

        return cuda_memory(self.image(), stream)

    def sample(
        self,
        x: float | None = None,
        y: float | None = None,
        z: float | None = None,
        u: float | None = None,
        v: float | None = None,
        w: float | None = None,
    ) -> tuple[float, float, float, float]:
        """The colour of one pixel; x, y in pixels or u, v in 0..1 from the bottom left, mixed as you like.

        z or w choose the slice where there are several; the first one if neither is given.
        Downloads the whole picture. OpError when a direction is missing or lies outside.
        """
        array = self.numpyArray()
        assert array is not None
        slice = self._coordinate("depth", z, w, "z", "w", self.depth) if (z, w) != (None, None) else 0
        if array.ndim == 4:
            array = array[slice]
        row = self._coordinate("vertical", y, v, "y", "v", array.shape[0])
        column = self._coordinate("horizontal", x, u, "x", "u", array.shape[1])
        red, green, blue, alpha = (float(value) for value in array[row, column])
        return red, green, blue, alpha

    def _coordinate(self, way: str, pixel: float | None, unit: float | None, a: str, b: str, size: int) -> int:
        if (pixel is None) == (unit is None):
            raise OpError(f"{self.path}: sample() takes one {way} coordinate, {a} or {b}")
        name, given, last = (a, pixel, size - 1) if pixel is not None else (b, unit, 1)
        value = float(given or 0)
        if not (0 <= value < size if name == a else 0 <= value <= 1):
            raise OpError(f"{self.path}: sample({name}={given}) is outside; {name} runs from 0 to {last}")
        return int(value) if name == a else min(int(value * size), size - 1)

    def save(
        self,
        filepath: str | os.PathLike[str] | None = None,
        asynchronous: bool = False,
        createFolders: bool = False,
        quality: float = 1.0,
        metadata: Any = (),
    ) -> str:
        """Write the picture to a file, its format by its suffix; the path that was written.

        Without a path it is ``<project.folder>/<name>.tiff``. Relative paths start in project.folder.
        MediaError when it cannot be written; with ``asynchronous`` the error appears on the operator.
        """
        from tdlite.media.picture import ImageOptions

        from .saving import save, unkept

        path = os.path.join(self.project.folder, os.fspath(filepath) if filepath is not None else f"{self.name}.tiff")
        image, options = self.image(), ImageOptions(quality, pairs(metadata))
        save(self, image, path, asynchronous, createFolders, options)
        for message in unkept(path, image.spec.format, bool(options.metadata)):
            self.warn(f"save(): {message}")
        return path

    def saveByteArray(self, filetype: str = ".tiff", quality: float = 1.0, metadata: Any = ()) -> bytearray:
        """The picture as the bytes of an image file; the type is the suffix of ``filetype``."""
        from tdlite.media.picture import ImageOptions

        from .saving import encoder, unkept

        image, options = self.image(), ImageOptions(quality, pairs(metadata))
        data = encoder(image, filetype, options)()
        for message in unkept(filetype, image.spec.format, bool(options.metadata)):
            self.warn(f"saveByteArray(): {message}")
        return bytearray(data)

    def info(self) -> dict[str, float]:
        spec = self.spec_memo.peek() or Spec.square(0, 0)
        return {
            "resx": spec.width,
            "resy": spec.height,
            "aspectx": spec.aspect[0],
            "aspecty": spec.aspect[1],
            "depth": spec.depth,
            "gpu_memory_used": self.gpuMemory,
            **self.own_info(),
        }

    def own_info(self) -> dict[str, float]:
        """Info CHOP channels of this type alone."""
        return {}


_copy = PixelProgram(Source("copy", "vec4 pixel(vec2 uv) { return input0(); }"), inputs=1)
_samplers: dict[tuple[str, str], Sampler] = {}


def _sampler(smoothness: Any, extend: Any) -> Sampler:
    made = _samplers.get((smoothness, extend))
    if made is None:
        made = _samplers[smoothness, extend] = Sampler(smoothness, extend)
    return made


def pairs(metadata: Any) -> Sequence[tuple[str, str]]:
    """Metadata given as a dict or as any list of pairs. OpError when it is neither."""
    items = metadata.items() if isinstance(metadata, dict) else metadata
    try:
        return [(str(key), str(value)) for key, value in items]
    except (TypeError, ValueError):
        raise OpError(f"metadata is a dict or a list of pairs of key and value, not {metadata!r}") from None
