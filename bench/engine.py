"""Engine benchmarks: what one frame costs above the driver. Run: python bench/engine.py

Each line prints the median of several runs, in microseconds, beside its target.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from typing import Any

import tdlite as td
from tdlite.graph.op import OP
from tdlite.graph.pardefs import Float, Page
from tdlite.graph.wires import optional

clock = time.process_time
"""CPU time of this process: other processes on the machine do not count."""

RUNS = 7


class plainX(OP):
    """The smallest operator: one input, six parameters."""

    family = "X"
    wires = optional("Input")
    parameters = (Page("P", *(Float(name) for name in "abcdef")),)

    def _cook(self) -> float:
        self._read_structure()
        total: float = self._wires[0].result.pull() if self._wires and self._wires[0] is not None else 0.0
        row = self.values.row(0)
        return total + row.a + row.b


class clockX(plainX):
    """The same, and it reads the clock."""

    def _cook(self) -> float:
        return super()._cook() + self.project.absTime.frame


def sink(op: OP) -> None:
    """Have an operator pulled every frame."""
    op.viewer = True


def per_frame(project: td.Project, frames: int) -> float:
    """Microseconds of one frame: the median over runs of ``frames`` frames."""
    project.run(frames=5)
    times = []
    for _ in range(RUNS):
        start = clock()
        project.run(frames=frames)
        times.append((clock() - start) / frames * 1e6)
    return statistics.median(times)


def static(count: int, unrelated: bool) -> float:
    """A frame of a static network with one sink that reads the clock."""
    with td.Project() as project:
        ops: list[Any] = [project.root.create(plainX, f"n{i}") for i in range(count)]
        for source, target in itertools.pairwise(ops):
            target._connect(0, source)
        last = project.root.create(clockX, "last")
        last._connect(0, ops[-1])
        sink(last)
        other = project.root.create(plainX, "other")
        if unrelated:
            dat: Any = project.root.create(td.executeDAT, "each")
            dat.par.framestart = True
            dat.bind(onFrameStart=lambda frame: setattr(other.par, "a", frame))
        return per_frame(project, 2000)


def chain(count: int) -> tuple[float, float]:
    """A chain in which every operator is animated: first cook and each frame, per operator."""
    with td.Project() as project:
        ops: list[Any] = [project.root.create(plainX, f"n{i}") for i in range(count)]
        for source, target in itertools.pairwise(ops):
            target._connect(0, source)
        for op in ops:
            op.par.b.expr = "absTime.seconds * 2"
        sink(ops[-1])
        start = clock()
        project.run(frames=1)
        first = (clock() - start) / count * 1e6
        return first, per_frame(project, 3) / count


def chops(count: int) -> tuple[float, float]:
    """A chain of Null CHOPs under an animated Constant CHOP."""
    with td.Project() as project:
        first: Any = project.root.create(td.constantCHOP)
        first.par.const0value.expr = "absTime.seconds"
        last = first
        for _ in range(count):
            null = project.root.create(td.nullCHOP)
            null._connect(0, last)
            last = null
        sink(last)
        start = clock()
        project.run(frames=1)
        cold = (clock() - start) / count * 1e6
        return cold, per_frame(project, 3) / count


class Nothing:
    """Stands in for a GL object: what a draw calls returns at once."""

    @staticmethod
    def run(*args: Any) -> None:
        return None

    use = write = render = bind_to_image = bind_to_uniform_block = bind = memory_barrier = run
    enable_direct = disable_direct = release = run


def top(path: str) -> float:
    """A frame with one animated TOP and no driver: everything up to the calls into GL is real."""
    with td.Project() as project:
        source: Any = project.root.create(td.constantTOP)
        shape: Any = project.root.create(td.rectangleTOP)
        for op in (source, shape):
            op.par.outputresolution = "custom"
            op.par.resolutionw = op.par.resolutionh = 8
        shape.inputConnectors[0].connect(source)
        shape.par.centerx.expr = "(absTime.seconds % 1) - 0.5"
        sink(shape)
        project.run(frames=1)
        gpu: Any = project.resources["gpu"]
        default = gpu.path
        gpu.path = path
        project.run(frames=5)
        undo: list[tuple[Any, str, Any]] = []

        def silence(owner: Any, *names: str) -> None:
            for name in names:
                if getattr(owner, name) is not None:
                    undo.append((owner, name, getattr(owner, name)))
                    setattr(owner, name, Nothing())

        silence(gpu, "ctx")
        silence(gpu._executor, "_ubo")
        for program in type(shape).programs._made.values():
            for compiled in program._compiled.values():
                silence(compiled.kernel, "shader", "vertices")
                undo.append((compiled.kernel, "_software", compiled.kernel._software))
                compiled.kernel._software = False  # the way it goes on a GPU
        held = [op.result.value._surface for op in (source, shape)]
        for surface in [*held, *(free for free_list in gpu.pool._free.values() for free in free_list)]:
            silence(surface, "framebuffer")
            silence(surface.texture, "mglo")
        for sampler in gpu.samplers.values():
            silence(sampler, "mglo")
        try:
            return per_frame(project, 2000)
        finally:
            for owner, name, value in reversed(undo):
                setattr(owner, name, value)
            gpu.path = default


def import_time() -> float:
    """Seconds that ``import tdlite`` adds to starting Python."""

    def run(code: str) -> float:
        best = []
        for _ in range(RUNS):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            best.append(time.perf_counter() - start)
        return min(best)

    return run("import tdlite") - run("pass")


def line(what: str, value: float, target: str, unit: str = "µs") -> None:
    print(f"{what:<66} {value:9.2f} {unit}   target {target}")


def main() -> None:
    line("import tdlite", import_time() * 1e3, "< 200 ms", "ms")
    base = static(1, False)
    line("frame of a project with three operators", base, "")
    line("same, a callback sets an unrelated parameter every frame", static(1, True), "")
    for count in (1_000, 10_000):
        line(f"frame of {count:,} static operators, one sink", static(count, False), "< 10 µs")
        line(
            "same, an unrelated parameter set by a callback every frame", static(count, True), "no more than with three"
        )
    first, each = chain(10_000)
    line("animated operator (1 wire, 6 parameters, 1 expression), first cook", first, "")
    line("same, each frame", each, "< 8 µs")
    cold, each = chops(10_000)
    line("chain of 10,000 CHOPs, first cook, per operator", cold, "cooks")
    line("same, each frame", each, "")
    for path in ("compute", "raster"):
        line(f"animated TOP above the driver, {path}", top(path) - base, "< 12 µs")


if __name__ == "__main__":
    main()
