"""From the texts of a GLSL TOP to its program, or to the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from tdlite.gpu.context import Gpu
from tdlite.gpu.errors import ShaderError
from tdlite.gpu.program import FullProgram
from tdlite.gpu.source import Line

from .dat import DAT
from .glsl import Assembly, assembled
from .glslinterface import DEEP_UV, Target, missing, named_inputs, samplers
from .glslold import OLD_OUTPUT, advice, other_versions
from .glsltext import Reader

_SHOWN = 5
"""How many of the driver's messages the operator's error repeats."""
_WHOLE_UV = re.compile(r"\bvUV\b(?!\s*[.\[])")


class Build(NamedTuple):
    """What became of a text: a program, or the reason why there is none and the last build that had one."""

    parts: object
    """All that it was made of."""
    program: FullProgram | None
    log: str
    declared: dict[str, bool]
    """All uniforms that the author declares, and whether with a value."""
    uniforms: dict[str, tuple[str, int]]
    """Those of them that the driver kept, with their types and array lengths."""
    error: str = ""
    previous: Build | None = None
    noise_map: bool = False
    sine: bool = False
    counters: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    buffers: int = 1
    compute: bool = False
    """Whether the text is a compute shader."""
    places: int = 0
    """How many inputs the program expects, with or without wires."""
    units: int = 0
    """How many textures its inputs take, those that are not there too."""
    missing: tuple[str, ...] = ()
    """Inputs that it reads and that are not there."""


class Texts(NamedTuple):
    """The DATs of a shader."""

    main: DAT | None
    before: DAT | None
    vertex: DAT | None = None


def built(gpu: Gpu, name: str, reader: Reader, texts: Texts, target: Target, old: Build | None) -> Build:
    """The build of these texts; ``old``, the one before, if that changes nothing."""
    main, before, corners = texts
    previous = old if old is None or old.program is not None else old.previous
    try:
        if main is None:
            raise ShaderError(f"there is no shader; set {_par(target)} to a DAT with one")
        first, body = _lines(reader, before), _lines(reader, main)
        another = reader.another()
        opening, moving = (_lines(another, dat if corners is not None else None) for dat in (before, corners))
        target = target._replace(named=_named(gpu, [*first, *body, *opening, *moving]))
        made = assembled(first, body, target)
        vertex: list[Line] = []
        if corners is not None:
            moved = assembled(opening, moving, target._replace(stage="vertex"))
            vertex = moved.lines
            made = made._replace(uniforms=moved.uniforms | made.uniforms, words=made.words | moved.words)
    except ShaderError as error:
        return Build((), None, error.log, {}, {}, error.log, previous)
    inputs = target.inputs, target.named
    parts = made.lines, made.kernel, made.raster, vertex, inputs, target.buffers, target.path, target.forced
    if old is not None and parts == old.parts:
        return old
    try:
        program, active, path = _compiled(gpu, name, made, vertex, target)
    except ShaderError as error:
        message, log = _told(error, made, main.path, target)
        return Build(parts, None, log, made.uniforms, {}, message, previous, buffers=target.buffers)
    uniforms = {name: kind for name, kind in active.items() if name in made.uniforms}
    reads = {name: length for name, (_, length) in active.items()}
    listed = "".join(f"\nuniform {kind} {name}" + (f"[{n}]" if n > 1 else "") for name, (kind, n) in uniforms.items())
    return Build(
        parts, program, f"Compiled without errors{path}{listed}", made.uniforms, uniforms, previous=None,
        noise_map="sTDNoiseMap" in active, sine="sTDSineLookup" in active, counters=made.counters,
        constants=made.constants, buffers=target.buffers,
        compute=target.compute, places=len(target.inputs),
        units=sum(map(len, samplers(target).values())), missing=tuple(missing(target, reads, made.words)),
    )  # fmt: skip


def _told(error: ShaderError, made: Assembly, path: str, target: Target) -> tuple[str, str]:
    """What a driver says, in the author's words and with advice: the operator's error, and all of it."""
    hint = advice(_spoken_of(made, error, target), target.compute)
    lines = [(place, line, _as_written(said, made.words)) for place, line, said in error.lines]
    log = _as_written(error.log, made.words)
    found = [f"{place}:{line}: {said}" for place, line, said in lines if not said.startswith("warning")]
    shown = [text.replace(": error: ", ": ", 1) for text in dict.fromkeys(found)] or [log]
    if "main" not in made.words and all(place == "tdlite" for place, _, _ in lines):
        # Drivers say that of no line, and of an empty text in words of their own.
        shown = [f"{path}: there is no void main() in this shader"]
    if len(shown) > _SHOWN:
        shown[_SHOWN:] = [f"{len(shown) - _SHOWN} more in compileResult"]
    if odd := next((line for line in made.lines if not line.text.isascii()), None):
        letter = next(letter for letter in odd.text if not letter.isascii())
        shown.append(f"{odd.name}:{odd.number}: GLSL has no letter {letter!r} outside of comments")
    return "\n".join([*shown, *([hint] if hint else [])]), f"{log}\n{hint}".rstrip()


def _lines(reader: Reader, dat: DAT | None) -> list[Line]:
    return reader.lines(dat) if dat is not None else []


def _named(gpu: Gpu, lines: list[Line]) -> tuple[tuple[str, int], ...]:
    """How many inputs of each kind the texts call by number; nothing if that is more than the device has."""
    named = named_inputs(lines)
    return tuple(named.items()) if sum(named.values()) <= gpu.max_inputs else ()


_Compiled = tuple[FullProgram, dict[str, tuple[str, int]], str]
"""A program, its active uniforms, and a line that says which path it takes and why."""


def _compiled(gpu: Gpu, name: str, made: Assembly, vertex: list[Line], target: Target) -> _Compiled:
    """The program by compute if there is a kernel that compiles, else by raster; ShaderError if there is none."""

    arranged = samplers(target)

    def program(lines: list[Line], compute: bool, path: str = "") -> _Compiled:
        full = FullProgram(lines, name, compute=compute, counters=made.counters, samplers=arranged, vertex=vertex)
        return full, full.uniforms(gpu), path

    if target.compute:
        with suppress(ShaderError):
            return program(made.begun, True)
        return program(made.lines, True)
    reason = f"{made.raster} needs raster" if made.raster else "pathmode or the device wants it"
    if made.kernel is not None:
        try:
            return program(made.kernel, True, "\nPath: compute")
        except ShaderError as error:
            reason = f"the text does not compile for compute ({_first(error)})"
    drawn = _drawn(lambda lines: program(lines, False, f"\nPath: raster, because {reason}"), made, target)
    if target.forced and target.path == "compute":
        raise ShaderError(f"pathmode is compute, but {reason}; set it to auto")
    return drawn


def _as_written(said: str, words: frozenset[str]) -> str:
    """What a driver says, with the author's names for our own."""
    said = said.replace(OLD_OUTPUT, "gl_FragData" if "gl_FragData" in words else "gl_FragColor")
    return said.replace(DEEP_UV, "vUV")


def _spoken_of(made: Assembly, error: ShaderError, target: Target) -> frozenset[str]:
    """The words of a text without those that may give advice only where the driver speaks of them."""
    words = made.words
    if OLD_OUTPUT not in error.log:
        words -= {"gl_FragColor"}
    if "main" in words:
        words -= {"mainImage"}
    wrong = {(place, number) for place, number, said in error.lines if "vec3" in said}
    if not target.compute and not any(
        (line.name, line.number) in wrong and _WHOLE_UV.search(line.text) for line in made.lines
    ):
        words -= {"vUV"}
    return words


def _first(error: ShaderError) -> str:
    return error.lines[0][2].removeprefix("error: ") if error.lines else error.log


def _drawn(program: Callable[[list[Line]], _Compiled], made: Assembly, target: Target) -> _Compiled:
    """The program by raster; ShaderError as its own version of the language has it."""
    with suppress(ShaderError):
        return program(made.begun)
    try:
        return program(made.lines)
    except ShaderError as error:
        wanted = min(target.version, target.newest)
        for version in other_versions(made.version, wanted, target.newest, made.words, error.log):
            with suppress(ShaderError):
                return program(made.at(version))
        raise error


def _par(target: Target) -> str:
    return "computedat" if target.compute else "pixeldat"
