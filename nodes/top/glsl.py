"""GLSL TOP: a picture by a shader of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from tdlite.gpu.compiled import Value
from tdlite.gpu.errors import ShaderError
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass, Sampler
from tdlite.gpu.program import FullProgram, PixelProgram
from tdlite.gpu.source import Line, load
from tdlite.graph.engine import CookError, Memo, WithError
from tdlite.graph.paths import nearest
from tdlite.ops import (
    COMP,
    DAT,
    RGB,
    TOP,
    XYZW,
    At,
    Blocks,
    DATRef,
    Float,
    Menu,
    Page,
    Pulse,
    Str,
    Toggle,
    optional,
)
from tdlite.ops.glsl import advice, assembled
from tdlite.ops.top import gpu_of

_NUMBERS = {"float", "vec2", "vec3", "vec4", "mat2", "int", "ivec2", "ivec3", "ivec4", "uint", "uvec2", "uvec3",
            "uvec4", "bool", "bvec2", "bvec3", "bvec4"}  # fmt: skip
_SHOWN = 5
"""How many of the driver's messages the operator's error repeats."""


class Build(NamedTuple):
    """What became of a text: a program, or the reason why there is none and the last build that had one."""

    lines: list[Line]
    program: FullProgram | None
    log: str
    declared: dict[str, bool]
    """All uniforms that the author declares, and whether with a value."""
    uniforms: dict[str, str]
    """Those of them that the driver kept, with their types."""
    error: str = ""
    previous: Build | None = None
    noise_map: bool = False


class glslTOP(TOP):
    """Draw with a fragment shader of one's own, written for TouchDesigner's GLSL interface."""

    title = "GLSL"
    wires = optional("Input 1", "Input 2", "Input 3")
    parameters = (
        Page(
            "GLSL",
            Menu("glslversion", [(f"glsl{n}", f"{n / 100:.2f}") for n in (330, 400, 410, 420, 430, 440, 450, 460)],
                 "glsl430", label="GLSL Version", help="The language version, unless the text has a #version line."),
            DATRef("predat", label="Preprocess Directives", help="Its text comes before all declarations."),
            DATRef("pixeldat", label="Pixel Shader", help="The DAT whose text is the shader."),
            Menu("errorbehavior", (("showcheckerboard", "Show Checkerboard"), ("showblack", "Show Black"),
                                   ("showprevious", "Show Previous Shader")), label="Error Behavior",
                 help="The picture while the shader does not compile."),
            Pulse("loaduniformnames", label="Load Uniform Names",
                  help="Add a vector for each uniform of the shader that has no value yet."),
            Menu("inputextenduv", ("hold", "zero", "repeat", "mirror"), label="Input Extend Mode UV",
                 help="What lies beyond the edges of the inputs."),
        ),
        Page(
            "Vectors",
            Blocks("vec", Str("name", label="Name", help="The uniform that gets the value."),
                   XYZW("value", label="Value", help="Its value; it takes as many numbers as it has components."),
                   help="Values for uniforms of floats, ints and bools."),
        ),
        Page(
            "Colors",
            Toggle("premultrgbbyalpha", label="Pre-Multiply RGB by Alpha", help="Multiply the colours by their alpha."),
            Blocks("color", Str("name", label="Name", help="The uniform, a vec4, that gets the colour."),
                   RGB("rgb", (1, 1, 1), label="Color", help="The colour."),
                   Float("alpha", 1, label="Alpha", help="Its opacity."), help="Colours for uniforms."),
        ),
    )  # fmt: skip

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self.build = Memo(self.engine, self, "program", self._build)

    def created(self) -> None:
        parent: COMP = self.parent()
        pixel = parent.create("textDAT", f"{self.name}_pixel")
        pixel.text = load("glsl/pixel.glsl")
        pixel.par.language = "glsl"
        info = parent.create("infoDAT", f"{self.name}_info")
        info.par.op = self.name
        pixel.dock = info.dock = self
        self.par.pixeldat = pixel.name

    # -- the program -------------------------------------------------------------------------------------------

    def _build(self) -> Build:
        """The program of the current texts, number of inputs and format; the old one if that changes nothing.

        Only these are read: no uniform's value makes this anew.
        """
        old: Build | None = self.build.peek()
        previous = old if old is None or old.program is not None else old.previous
        self.engine.read(self._structure)
        spec: Spec = self.spec_memo.pull()
        main, before = self._text("pixeldat"), self._text("predat")
        version = self.par.glslversion.eval().removeprefix("glsl")
        try:
            if main is None:
                raise ShaderError("there is no shader; set pixeldat to a DAT with one")
            made = assembled(main, before, version, len(self._wires), self.maxInputs, FORMATS[spec.format])
        except ShaderError as error:
            return Build([], None, error.log, {}, {}, error.log, previous)
        if old is not None and made.lines == old.lines:
            return old
        program = FullProgram(made.lines, self.path)
        gpu = gpu_of(self.project)
        try:
            active = program.uniforms(gpu)
        except ShaderError as error:
            hint = advice(made.words)
            found = [f"{name}:{line}: {said}" for name, line, said in error.lines if not said.startswith("warning")]
            shown = [text.replace(": error: ", ": ", 1) for text in dict.fromkeys(found)] or [error.log]
            if len(shown) > _SHOWN:
                shown[_SHOWN:] = [f"{len(shown) - _SHOWN} more in compileResult"]
            message = "\n".join([*shown, *([hint] if hint else [])])
            log = f"{error.log}\n{hint}".rstrip()
            return Build(made.lines, None, log, made.uniforms, {}, message, previous)
        uniforms = {name: kind for name, (kind, _) in active.items() if name in made.uniforms}
        listed = "".join(f"\nuniform {kind} {name}" for name, kind in uniforms.items())
        log = f"Compiled without errors{listed}"
        return Build(made.lines, program, log, made.uniforms, uniforms, noise_map="sTDNoiseMap" in active)

    def _text(self, name: str) -> DAT | None:
        """The DAT that a parameter names."""
        found: list[Any] = getattr(self.par, name).evalOPs()
        return found[0] if found else None

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
        yield self.build

    # -- the picture -------------------------------------------------------------------------------------------

    def describe(self, at: At, spec: Spec) -> Pass | WithError:
        build: Build = self.build.pull()
        error = build.error
        if error and build.previous is not None and at.par.errorbehavior == "showprevious":
            build = build.previous
        if build.program is None:
            shown = "black" if at.par.errorbehavior == "showblack" else "checkerboard"
            return WithError(Pass(_instead(shown), spec), error)
        uniforms = self._fed(at)
        self._compare(at, build, uniforms)
        inputs = (*at.inputs, *[None] * (self.maxInputs - len(at.inputs)))
        sampler = Sampler(self.values.row(1).inputfiltertype, at.par.inputextenduv)
        textures = {"sTDNoiseMap": (self._noise_map(), Sampler(extend="repeat"))} if build.noise_map else {}
        made = Pass(build.program, spec, inputs=inputs, sampler=sampler, uniforms=uniforms, textures=textures)
        return WithError(made, error) if error else made

    def _fed(self, at: At) -> dict[str, Value]:
        """The values of the Vectors and Colors pages by the names of their uniforms."""
        uniforms: dict[str, Value] = {}
        premultiplied = at.par.premultrgbbyalpha
        for sequence in ("vec", "color"):
            for name, *values in at.blocks(sequence):
                if not name:
                    continue
                if name in uniforms:
                    at.warn(f"the uniform {name} is named twice; the last value counts")
                if sequence == "color" and premultiplied:
                    values[:3] = (channel * values[3] for channel in values[:3])
                uniforms[name] = values
        return uniforms

    def _compare(self, at: At, build: Build, fed: dict[str, Value]) -> None:
        """Warn of values without a uniform, and of uniforms without a value."""
        for name in fed:
            if name not in build.declared:
                at.warn(f"the shader declares no uniform {name}{nearest(name, build.declared)}")
        for name, kind in build.uniforms.items():
            if kind not in _NUMBERS:
                at.warn(f"the uniform {name} is a {kind}, which no page can set")
            elif name not in fed and not build.declared[name]:
                unused = [other for other in fed if other not in build.declared]
                at.warn(f"the uniform {name} has no value and is 0; name it on a page{nearest(name, unused)}")

    def _noise_map(self) -> Image:
        image: Image | None = self.project.resources.get("noise map")
        if image is None:
            job = Pass(_instead("noisemap"), Spec.square(256, 256, "mono8fixed"))
            image = self.project.resources["noise map"] = gpu_of(self.project).draw(job)
        return image

    def _pulsed(self, name: str) -> None:
        build: Build = self.build.pull()
        vectors = self.seq.vec
        names = {name for sequence in ("vec", "color") for name, *_ in self.values.blocks_of(sequence)}
        for uniform, kind in build.uniforms.items():
            if uniform in names or kind not in _NUMBERS or build.declared[uniform]:
                continue
            free = next((index for index in range(len(vectors)) if not vectors[index].name.eval()), len(vectors))
            vectors.numBlocks = max(len(vectors), free + 1)
            vectors[free].name = uniform


@cache
def _instead(name: str) -> PixelProgram:
    return PixelProgram(f"glsl/{name}.glsl")
