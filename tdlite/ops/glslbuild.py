"""From the texts of a GLSL TOP to its program, or to the reason why there is none."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from tdlite.gpu.context import Gpu
from tdlite.gpu.errors import ShaderError
from tdlite.gpu.program import FullProgram
from tdlite.gpu.source import Line

from .dat import DAT
from .glsl import Assembly, Target, assembled
from .glslold import OLD_OUTPUT, advice, other_versions
from .glsltext import Reader

_SHOWN = 5
"""How many of the driver's messages the operator's error repeats."""


class Build(NamedTuple):
    """What became of a text: a program, or the reason why there is none and the last build that had one."""

    lines: list[Line]
    program: FullProgram | None
    log: str
    declared: dict[str, bool]
    """All uniforms that the author declares, and whether with a value."""
    uniforms: dict[str, tuple[str, int]]
    """Those of them that the driver kept, with their types and array lengths."""
    error: str = ""
    previous: Build | None = None
    noise_map: bool = False
    counters: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    buffers: int = 1

    @property
    def compute(self) -> bool:
        return self.program is not None and self.program.compute


def built(
    gpu: Gpu, name: str, reader: Reader, main: DAT | None, before: DAT | None, target: Target, old: Build | None
) -> Build:
    """The build of these texts; ``old``, the one before, if that changes nothing."""
    previous = old if old is None or old.program is not None else old.previous
    try:
        if main is None:
            raise ShaderError(f"there is no shader; set {_par(target)} to a DAT with one")
        made = assembled(reader, main, before, target)
    except ShaderError as error:
        return Build([], None, error.log, {}, {}, error.log, previous)
    if old is not None and (made.lines, target.buffers) == (old.lines, old.buffers):
        return old
    try:
        program, active = _compiled(gpu, name, made, target)
    except ShaderError as error:
        hint = advice(made.words, target.compute)
        written = "gl_FragData" if "gl_FragData" in made.words else "gl_FragColor"
        lines = [(place, line, said.replace(OLD_OUTPUT, written)) for place, line, said in error.lines]
        error = ShaderError(error.log.replace(OLD_OUTPUT, written), tuple(lines))
        found = [f"{place}:{line}: {said}" for place, line, said in error.lines if not said.startswith("warning")]
        shown = [text.replace(": error: ", ": ", 1) for text in dict.fromkeys(found)] or [error.log]
        if "main" not in made.words and all(place == "tdlite" for place, _, _ in lines):
            # Drivers say that of no line, and of an empty text in words of their own.
            shown = [f"{main.path}: there is no void main() in this shader"]
        if len(shown) > _SHOWN:
            shown[_SHOWN:] = [f"{len(shown) - _SHOWN} more in compileResult"]
        message = "\n".join([*shown, *([hint] if hint else [])])
        log = f"{error.log}\n{hint}".rstrip()
        return Build(made.lines, None, log, made.uniforms, {}, message, previous, buffers=target.buffers)
    uniforms = {name: kind for name, kind in active.items() if name in made.uniforms}
    listed = "".join(f"\nuniform {kind} {name}" + (f"[{n}]" if n > 1 else "") for name, (kind, n) in uniforms.items())
    return Build(
        made.lines, program, f"Compiled without errors{listed}", made.uniforms, uniforms, previous=None,
        noise_map="sTDNoiseMap" in active, counters=made.counters, constants=made.constants, buffers=target.buffers,
    )  # fmt: skip


def _compiled(gpu: Gpu, name: str, made: Assembly, target: Target) -> tuple[FullProgram, dict[str, tuple[str, int]]]:
    """The program and its active uniforms; ShaderError as its own version of the language has it."""

    def program(lines: list[Line]) -> tuple[FullProgram, dict[str, tuple[str, int]]]:
        full = FullProgram(lines, name, compute=target.compute, counters=made.counters)
        return full, full.uniforms(gpu)

    try:
        return program(made.lines)
    except ShaderError as error:
        others = () if target.compute else other_versions(made.version, min(target.version, target.newest), made.words)
        for version in others:
            with suppress(ShaderError):
                return program(made.at(version))
        raise error


def _par(target: Target) -> str:
    return "computedat" if target.compute else "pixeldat"
