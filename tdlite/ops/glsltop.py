"""The base of GLSL TOPs: pictures by shaders of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from tdlite.gpu.dispatch import MOST_GROUPS, Dispatch, working_format
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass, Sampler
from tdlite.gpu.source import load
from tdlite.gpu.volume import KINDS
from tdlite.graph.comp import COMP
from tdlite.graph.engine import VALUE, Cell, CookError, Memo, WithError
from tdlite.graph.errors import OpError
from tdlite.graph.pardefs import RGBA, DATRef, Folder, Int, Menu, Page, Pulse, Toggle

from .cook import At
from .dat import DAT
from .glslbuild import Build, Texts, built
from .glslinterface import Target
from .glslmismatch import mismatches, unnamed
from .glslsamplers import KIND_NAMES, mipmapped, textures
from .glslsamplers import page as samplers_page
from .glslshared import instead, noise_map, sine
from .glsltext import Reader, Stamp, stamp
from .glslvalues import BUFFERS, Sent, pages, sent
from .top import TOP, gpu_of, path_of

_SEQUENCES = ("sampler", "vec", "color", "array", "matrix")
"""The pages whose blocks set uniforms."""


class GlslTOP(TOP):
    """What GLSL TOPs share; they differ in their inputs."""

    parameters = (
        Page(
            "GLSL",
            Menu("glslversion", [(f"glsl{n}", f"{n / 100:.2f}") for n in (330, 400, 410, 420, 430, 440, 450, 460)],
                 "glsl430", label="GLSL Version",
                 help="The language version, unless the text has a #version line; at most what the device knows."),
            Menu("mode", (("vertexpixel", "Vertex/Pixel Shader"), ("compute", "Compute Shader")), label="Mode",
                 help="Draw every pixel, or run work groups that write where they like."),
            Menu("pathmode", (("auto", "Auto"), ("compute", "Compute"), ("raster", "Raster")), label="Path Mode",
                 help="How a pixel shader runs: as a compute kernel, by drawing a rectangle, or as suits the device."),
            DATRef("predat", label="Preprocess Directives", help="Its text comes before all declarations."),
            DATRef("vertexdat", label="Vertex Shader", help="The DAT of a vertex shader, where one is wanted."),
            DATRef("pixeldat", label="Pixel Shader", help="The DAT whose text is the shader."),
            DATRef("computedat", label="Compute Shader", help="The DAT whose text is the compute shader."),
            Folder("includefolder", label="Include Folder", help="Where files are looked for that texts include."),
            Menu("errorbehavior", (("showcheckerboard", "Show Checkerboard"), ("showblack", "Show Black"),
                                   ("showprevious", "Show Previous Shader")), label="Error Behavior",
                 help="The picture while the shader does not compile."),
            Pulse("loaduniformnames", label="Load Uniform Names",
                  help="Add a block for each uniform of the shader that has no value yet."),
            Toggle("autodispatchsize", True, label="Auto Dispatch Size",
                   help="Run as many work groups as cover the picture."),
            (Int("dispatchsizex", 1, low=1, high=MOST_GROUPS, label="Dispatch Size X", help="Work groups in x."),),
            (Int("dispatchsizey", 1, low=1, high=MOST_GROUPS, label="Dispatch Size Y", help="Work groups in y."),),
            (Int("dispatchsizez", 1, low=1, high=MOST_GROUPS, label="Dispatch Size Z", help="Work groups in z."),),
            Menu("outputaccess", (("writeonly", "Write Only"), ("readwrite", "Read-Write")), label="Output Access",
                 help="Whether a compute shader may read the outputs."),
            Toggle("clearoutputs", True, label="Clear Outputs",
                   help="Begin each cook of a compute shader with cleared outputs, not with the last frame's."),
            RGBA("clearvalue", (0, 0, 0, 0), label="Clear Value", help="The colour of a cleared output."),
            Menu("type", (("texture2d", "2D Texture"), ("texture2darray", "2D Texture Array"),
                          ("texture3d", "3D Texture")), label="Output Type",
                 help="A picture, or one with slices: a pixel shader then draws each, a compute shader runs once."),
            Menu("depth", (("input", "Use Input"), ("custom", "Custom Depth")), label="Depth",
                 help="How many slices: as many as the first input has, or a number of one's own."),
            Int("customdepth", 1, low=1, label="Custom Depth", help="The number of slices."),
            Menu("inputmapping", (("all", "All Inputs to Every Slice"), ("ninputs", "N Input(s) per Slice")),
                 label="Input Mapping", help="Whether each slice of a pixel shader has inputs of its own."),
            Int("nval", 1, low=1, high=32, label="N Value", help="How many inputs each slice has as its own."),
            Menu("inputextenduv", ("hold", "zero", "repeat", "mirror"), label="Input Extend Mode UV",
                 help="What lies beyond the edges of the inputs."),
            Menu("inputextendw", ("hold", "zero", "repeat", "mirror"), label="Input Extend Mode W",
                 help="What lies beyond the first and the last slice of 3D inputs."),
            Int("numcolorbufs", 1, low=1, high=8, label="# of Color Buffers",
                help="How many pictures the shader draws; Render Select TOPs show the others than the first."),
        ),
        samplers_page,
        *pages,
    )  # fmt: skip

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self._constants = Memo(self.engine, self, "constants", self._read_constants)
        self._mipmapped = Memo(self.engine, self, "mipmaps", self._read_mipmapped)
        self.build = Memo(self.engine, self, "program", self._build)
        self._files: dict[str, Stamp] = {}
        self._files_cell = Cell(VALUE, "included files")

    def created(self) -> None:
        parent: COMP = self.parent()
        for stage in ("pixel", "compute"):
            shader = parent.create("textDAT", f"{self.name}_{stage}")
            shader.text = load(f"glsl/{stage}.glsl")
            shader.par.language = "glsl"
            shader.dock = self
            getattr(self.par, f"{stage}dat").val = shader.name
        info = parent.create("infoDAT", f"{self.name}_info")
        info.par.op = self.name
        info.dock = self

    def size(self, first: Spec | None) -> Spec:
        row, spec = self.values.row(0), super().size(first)
        depth = row.customdepth if row.depth == "custom" else first.depth if first is not None else 1
        return spec._replace(kind=row.type, depth=depth if row.type != "texture2d" else 1)

    # -- the program -------------------------------------------------------------------------------------------

    def _build(self) -> Build:
        """The program of the current texts, number of inputs, format and constants; the old one if they are the same.

        Only these are read: no uniform's value makes this anew.
        """
        engine, par = self.engine, self.par
        engine.read(self._structure)
        engine.read(self._files_cell)
        spec: Spec = self.spec_memo.pull()
        gpu = gpu_of(self.project)
        compute = par.mode.eval() == "compute"
        path = par.pathmode.eval()
        vertex = None if compute else self._text("vertexdat")
        wires: list[Any] = self._wires
        kinds = [wire.spec_memo.pull().kind if wire is not None else "texture2d" for wire in wires]
        shared = compute or spec.kind == "texture2d" or par.inputmapping.eval() == "all"
        if not shared:
            kinds = self._own_inputs(kinds, par.nval.eval())
        open = 0 if self.isMultiInputs or not shared else self.maxInputs - len(kinds)
        target = Target(
            version=int(par.glslversion.eval().removeprefix("glsl")),
            newest=gpu.ctx.version_code,
            inputs=(*kinds, *["texture2d"] * open),
            open=open,
            kind=spec.kind,
            format=FORMATS[working_format(spec.format) if compute else spec.format],
            buffers=par.numcolorbufs.eval(),
            stage="compute" if compute else "pixel",
            vertex=vertex is not None,
            readable=par.outputaccess.eval() == "readwrite",
            constants=self._constants.pull(),
            path=path_of(self.project) if path == "auto" else path,
            forced=path != "auto",
            mipmapped=self._mipmapped.pull(),
        )
        reader = Reader([*self._folder(), self.project.folder])
        texts = Texts(self._text("computedat" if compute else "pixeldat"), self._text("predat"), vertex)
        made = built(gpu, self.path, reader, texts, target, self.build.peek())
        self._files = reader.files
        return made

    def _own_inputs(self, kinds: list[str], count: int) -> list[str]:
        """The kinds of the inputs that each slice has as its own."""
        if other := next((kind for kind in kinds if kind != "texture2d"), None):
            raise OpError(f"inputmapping ninputs takes 2D inputs, and there is a {KINDS[other]}; set it to all")
        return ["texture2d"] * count

    def _read_constants(self) -> tuple[tuple[str, float], ...]:
        return tuple((name, value) for name, value in self.values.blocks_of("const") if name)

    def _read_mipmapped(self) -> bool:
        return self.par.inputfiltertype.eval() == "mipmap" or mipmapped(self.values.blocks_of("sampler"))

    def _folder(self) -> list[str]:
        folder = str(self.par.includefolder.eval())
        return [os.path.join(self.project.folder, os.path.expanduser(folder))] if folder else []

    def _text(self, name: str) -> DAT | None:
        """The DAT that a parameter names."""
        found: list[Any] = getattr(self.par, name).evalOPs()
        return found[0] if found else None

    def frame_start(self) -> None:
        """Look whether a file has changed that the shader includes."""
        if any(stamp(path) != before for path, before in self._files.items()):
            self._files = {}
            self._files_cell = self.engine.changed(self._files_cell)

    @property
    def compileResult(self) -> str:
        """What came of compiling the current text: the driver's messages, or that there are none."""
        try:
            with self.project.pulling():
                build: Build = self.build.pull()
        except CookError as error:
            return str(error)
        return build.log

    def info_text(self) -> str:
        """What an Info DAT shows."""
        return self.compileResult

    def _memos(self) -> Iterator[Memo]:
        yield from super()._memos()
        yield self._constants
        yield self._mipmapped
        yield self.build

    # -- the picture -------------------------------------------------------------------------------------------

    def steps(self, par: Any) -> bool:
        return bool(par.mode == "compute" and not par.clearoutputs)

    def start(self) -> tuple[Image, ...]:
        return ()

    def step(self, at: At, before: tuple[Image, ...]) -> tuple[Pass | Image | WithError, tuple[Image, ...]]:
        """Go on with the outputs of the last frame."""
        made = self._described(at, self.spec, before)
        image = made.value if isinstance(made, WithError) else made
        return made, (image, *image.others) if isinstance(image, Image) else before

    def describe(self, at: At, spec: Spec) -> Pass | Image | WithError:
        self.state = None  # what a cook without memory leaves behind is not gone on with
        return self._described(at, spec, ())

    def _described(self, at: At, spec: Spec, before: tuple[Image, ...]) -> Pass | Image | WithError:
        """The pass of a pixel shader, or what a compute shader made of the outputs ``before``."""
        self._counted(len(at.inputs))  # a compiler would count samplers in words of its own
        build: Build = self.build.pull()
        par, error = at.par, build.error
        if error and build.previous is not None and par.errorbehavior == "showprevious":
            build = build.previous
        if build.program is None:
            if spec.kind != "texture2d":  # the pictures in place of an error have no slices
                raise OpError(error)
            shown = "black" if par.errorbehavior == "showblack" else "checkerboard"
            return WithError(Pass(instead(shown), spec), error)
        values = sent(at, build.uniforms, build.counters, lambda: gpu_of(self.project))
        named = textures(at, build.uniforms)
        self._compare(at, build, values)
        if build.noise_map:
            named["sTDNoiseMap"] = noise_map(self.project), Sampler(extend="repeat")
        others = sum(image is not None for image, _ in named.values()) + len(values.texels)
        self._counted(max(len(at.inputs), build.units), others)
        places = build.places if self.isMultiInputs else max(build.places, self.maxInputs)
        inputs = (*at.inputs, *[None] * (places - len(at.inputs)))
        job = Pass(
            build.program,
            spec,
            inputs=tuple(inputs),
            sampler=Sampler(at.common.inputfiltertype, par.inputextenduv, par.inputextendw),
            uniforms=values.uniforms,
            textures=named,
            texels={**values.texels, "sTDSineLookup": sine(self.project)} if build.sine else values.texels,
            counters=values.counters,
            buffers=build.buffers,
            per_slice=par.nval if par.inputmapping == "ninputs" and spec.kind != "texture2d" else 0,
        )
        reduced = [image for image, sampler in named.values() if sampler.filter == "mipmap"]
        reduced += at.inputs if at.common.inputfiltertype == "mipmap" else []
        if sliced := next((image for image in reduced if image is not None and image.spec.kind in KINDS), None):
            at.warn(f"a {KINDS[sliced.spec.kind]} has no mipmaps; it is read as with linear")
        first = inputs[0].spec.kind if inputs and inputs[0] is not None else "texture2d"
        if at.common.npasses > 1 and not build.compute and spec.kind != first:
            raise OpError(
                f"npasses is {at.common.npasses}, and from the second pass on the first input is the pass before: a "
                f"{KIND_NAMES[spec.kind]}, where the shader expects a {KIND_NAMES[first]}; set npasses to 1"
            )
        made: Pass | Image = job
        if build.compute:
            groups = None if par.autodispatchsize else (par.dispatchsizex, par.dispatchsizey, par.dispatchsizez)
            clear = (par.clearvaluer, par.clearvalueg, par.clearvalueb, par.clearvaluea)
            made = self._drawn(Dispatch(job, groups, before, clear), at.common)
        return WithError(made, error) if error else made

    def _counted(self, inputs: int, others: int = 0) -> None:
        """OpError when a shader reads more textures than the device binds at once."""
        most = gpu_of(self.project).max_inputs
        if inputs + others > most:
            more = f" and {others} textures of other pages" if others else ""
            raise OpError(f"{inputs} inputs{more} are more than the {most} that this GPU reads at once; make groups")

    def _compare(self, at: At, build: Build, values: Sent) -> None:
        """Warn of inputs and values that are not there or not used, and of values of the wrong kind."""
        if build.missing:
            hint = "connect it" if self.isMultiInputs else "a GLSL Multi TOP has any number of inputs"
            are = "is" if len(build.missing) == 1 else "are"
            at.warn(f"the shader reads {', '.join(build.missing)}, which {are} not there and {are} 0; {hint}")
        for text in mismatches(at, build, values):
            at.warn(text)

    def _pulsed(self, name: str) -> None:
        build: Build = self.build.pull()
        named = {block[0] for page in (*_SEQUENCES, "ac", "const") for block in self.values.blocks_of(page)}
        for uniform, page in unnamed(build, named):
            blocks = getattr(self.seq, page)
            free = next((index for index in range(len(blocks)) if not blocks[index].name.eval()), len(blocks))
            blocks.numBlocks = max(len(blocks), free + 1)
            blocks[free].name = uniform
            if build.uniforms.get(uniform, ("", 1))[0] in BUFFERS:
                blocks[free].arraytype = "texturebuffer"
