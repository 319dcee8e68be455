"""GPU benchmarks: passes, chains, the way to CUDA, conversion, recording. Run: python bench/gpu.py [--small] [--write]

Prints one table within five minutes: what was measured, what stands beside it, and where there is a target, whether it
is met. What cannot be measured here is in it with the reason; what a measurement finds wrong is WRONG. How far it is
can be seen on stderr. ``--small`` uses tiny pictures, to see that everything runs; ``--write`` keeps the table in
bench/results/.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from gpurecording import recording
from gpurow import Row, Scale, judged, missing, ms, px, timed, tried

import tdlite as td
from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import Cuda, cuda_of
from tdlite.gpu.cudamemory import CudaBuffer, cuda_memory
from tdlite.gpu.errors import CudaError, NoDevice
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import Readback, read_raw
from tdlite.gpu.source import Source
from tdlite.gpu.yuv import YuvConversion, YuvReadback
from tdlite.gpu.yuvlayout import YuvLayout
from tdlite.ops import registry

FULL = Scale()
SMALL = Scale((64, 36), (128, 72), 0.01, 30.0, 20, 1.0)
RESULTS = Path(__file__).parent / "results"
_HOPPER = ("H100", "H200", "H800", "H20", "GH200")
_COPY = PixelProgram(Source("copy", "vec4 pixel(vec2 uv) { return input0(); }"), inputs=1)


def gpu_time(gpu: Gpu, job: Pass, repeats: int = 15) -> float:
    """Seconds of one pass by the GPU's own clock: the least of several. Software draws when it is waited for."""
    if gpu.software:
        return timed(gpu, lambda: gpu.draw(job), 0.01 * repeats)
    timed(gpu, lambda: gpu.draw(job), 0.05)  # an idle GPU runs slowly until it has something to do
    times = []
    for _ in range(repeats):
        query = gpu.ctx.query(time=True)
        with query:
            gpu.draw(job)
        times.append(query.elapsed * 1e-9)
    return min(times)


def blank(gpu: Gpu, size: tuple[int, int], format: str = "rgba8fixed") -> Image:
    """A picture with something in it."""
    program = PixelProgram(Source("ramp", "vec4 pixel(vec2 uv) { return vec4(uv, uv.x * uv.y, 1.0); }"))
    return gpu.draw(Pass(program, Spec.square(*size, format)))


@contextmanager
def watched(gpu: Gpu) -> Iterator[list[Pass]]:
    """The passes that are drawn meanwhile."""
    drawn: list[Pass] = []
    draw = gpu.draw

    def noted(job: Any) -> Image:
        if isinstance(job, Pass):
            drawn.append(job)
        return draw(job)

    gpu.draw = noted  # for a moment
    try:
        yield drawn
    finally:
        del gpu.draw


def jobs(project: td.Project, name: str, size: tuple[int, int]) -> list[Pass]:
    """The passes that a TOP of this type draws with its defaults; none if it draws nothing of its own."""
    gpu = Gpu.shared()
    cls: Any = registry.find(name)
    count = 2 if any(wire.many for wire in cls.wires) else len(cls.wires)
    op: Any = project.root.create(cls)
    for index in range(count):
        source: Any = project.root.create("constantTOP")
        source.par.outputresolution = "custom"
        source.par.resolutionw, source.par.resolutionh = size
        op.inputConnectors[index].connect(source)
    op.par.outputresolution = "custom"
    op.par.resolutionw, op.par.resolutionh = size
    for each in op.inputs:
        each.cook()
    with watched(gpu) as drawn:
        op.cook()
    return [job for job in drawn if isinstance(job.program, PixelProgram)]


def passes(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """Fragment against compute for every built-in TOP that has a pixel function."""
    ratios, left, end = [], [], time.perf_counter() + scale.tops
    with td.Project() as project:
        for name in registry.names():
            if not name.endswith("TOP") or name in ("moviefileoutTOP", "scriptTOP"):
                continue
            if time.perf_counter() > end:
                left.append(name)
                continue
            try:
                drawn = jobs(project, name, scale.uhd)
            except td.CookError:
                drawn = []
            if not drawn:
                continue
            try:
                raster, compute = (
                    sum(gpu_time(gpu, job._replace(path=path)) for job in drawn) for path in ("raster", "compute")
                )
            except Exception as error:
                yield missing(f"{name} {px(scale.uhd)}", error)
                continue
            ratios.append(raster / compute)
            yield Row(
                f"{name} {px(scale.uhd)}",
                f"compute {ms(compute)}",
                f"fragment {ms(raster)}, × {raster / compute:.2f}",
            )
    if left:
        yield Row(f"{len(left)} more TOPs", "not measured", f"their {scale.tops:g} s were over: {', '.join(left)}")
    if not ratios:
        return
    ratio, hopper = statistics.median(ratios), any(name in gpu.renderer for name in _HOPPER)
    yield Row(
        f"median of {len(ratios)} TOPs", f"fragment / compute × {ratio:.2f}", "", *judged(ratio, 10, " ×", hopper)
    )


def bandwidth(gpu: Gpu, scale: Scale) -> tuple[float, Row]:
    """Bytes a second that a pass can move: a copy of large pixels."""
    image = blank(gpu, scale.uhd, "rgba32float")
    seconds = gpu_time(gpu, Pass(_COPY, image.spec, inputs=(image,)))
    rate = 2 * image.nbytes / seconds
    return rate, Row("memory bandwidth", f"{rate / 1e9:.1f} GB/s", f"copy of {px(scale.uhd)} RGBA32F, read and written")


def chains(gpu: Gpu, scale: Scale, rate: float) -> Iterator[Row]:
    """Frames a second of chains of Level TOPs in which every one is drawn in every frame."""
    for format in ("rgba8fixed", "rgba16float"):
        for length in (5, 10, 20):
            with td.Project() as project:
                op: Any = project.root.create("constantTOP")
                op.par.outputresolution, op.par.format = "custom", format
                op.par.resolutionw, op.par.resolutionh = scale.uhd
                op.par.colorr.expr = "absTime.frame % 100 / 100"
                for _ in range(length):
                    level: Any = project.root.create("levelTOP")
                    level.par.brightness1 = 0.99
                    level.inputConnectors[0].connect(op)
                    op = level
                op.viewer = True
                project.run(frames=1)
                with watched(gpu) as drawn:
                    project.run(frames=1)
                # A run ends when all is drawn: in a long one the next frame is prepared meanwhile.
                count = 1 if gpu.software else 30
                seconds = (
                    timed(gpu, lambda project=project, count=count: project.run(frames=count), scale.seconds) / count
                )
            size = scale.uhd[0] * scale.uhd[1] * FORMATS[format].stored_bytes
            moved = size * sum(1 + len(job.inputs) for job in drawn)
            right = [job.spec[:3] for job in drawn] == [(*scale.uhd, format)] * (length + 1)
            share = 100 * moved / rate / seconds
            yield Row(
                f"chain of {length}, {px(scale.uhd)} {format}",
                f"{1 / seconds:.1f} frames/s" if right else f"WRONG: {len(drawn)} passes a frame",
                f"bound {rate / moved:.1f}, {share:.0f} %",
                *judged(share, 60, " %", not gpu.software),
            )


def to_cuda(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """Texture to CUDA memory, beside a copy inside CUDA memory; the clock on the wall, many in a row."""
    for format in ("rgba16float", "rgba32float"):
        what = f"texture → CUDA, {px(scale.uhd)} {format}"
        try:
            cuda = cuda_of(gpu)
        except CudaError as error:
            yield Row(what, "not measured", str(error))
            return
        image = blank(gpu, scale.uhd, format)
        source, target, stream = cuda_memory(image, cuda.stream), cuda_memory(image, cuda.stream), cuda.stream
        row_bytes = source.size // scale.uhd[1]

        def finished(work: Callable[[], Any], cuda: Cuda = cuda) -> float:
            work()
            cuda.wait(cuda.stream)
            start, count = time.perf_counter(), 50
            for _ in range(count):
                work()
            cuda.wait(cuda.stream)
            return (time.perf_counter() - start) / count

        texture = finished(partial(cuda.copy_texture, target.ptr, image.texture, row_bytes, stream))
        shown = CudaBuffer(gpu).image(target.ptr, target.size, target.shape, stream)
        right = np.array_equal(read_raw(shown), read_raw(image))
        device = finished(partial(cuda.copy, target.ptr, source.ptr, source.size, stream))
        rates = [source.size / seconds / 1e9 for seconds in (texture, device)]
        share = 100 * device / texture
        yield Row(
            what,
            f"{rates[0]:.1f} GB/s" if right else "WRONG: another picture came",
            f"device copy {rates[1]:.1f} GB/s, {share:.0f} %",
            *judged(share, 50, " %"),
        )


def readbacks(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """Conversion to NV12 and its download beside the download of RGBA, one frame in flight."""
    for size in (scale.hd, scale.uhd):
        image = blank(gpu, size)
        yuv, rgba = YuvReadback(YuvConversion(gpu, YuvLayout("nv12", *size))), Readback(gpu)

        def pipelined(readback: Any, image: Image = image) -> Callable[[], None]:
            waiting = [readback.start(image)]

            def frame() -> None:
                waiting.append(readback.start(image))
                readback.finish(waiting.pop(0))

            return frame

        converted, plain = (timed(gpu, pipelined(each), scale.seconds) for each in (yuv, rgba))
        yuv.release()
        rgba.release()
        yield Row(f"convert + read NV12, {px(size)}", ms(converted), f"read RGBA8 {ms(plain)}")


def measured(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """All rows; what fails is one of them."""
    yield from tried("fragment against compute", passes(gpu, scale))
    try:
        rate, row = bandwidth(gpu, scale)
    except Exception as error:
        yield missing("memory bandwidth, and chains beside it", error)
    else:
        yield row
        yield from tried("chains", chains(gpu, scale, rate))
    yield from tried("texture → CUDA", to_cuda(gpu, scale))
    yield from tried("readback", readbacks(gpu, scale))
    for size in (scale.hd, scale.uhd):
        yield from tried(f"noise → H.264, {px(size)}", recording(gpu, size, scale))


def table(scale: Scale) -> list[str]:
    """The whole benchmark as lines of Markdown."""
    gpu = Gpu.shared()
    rows = []
    for row in measured(gpu, scale):
        print(f"{row.what}: {row.result}", file=sys.stderr, flush=True)
        rows.append(row)
    heads = Row("", "result", "beside", "target", "verdict")
    widths = [max(len(row[column]) for row in (*rows, heads)) for column in range(len(heads))]
    lines = [
        f"tdlite {td.__version__} on {platform.node()}, {datetime.date.today()}",
        f"{gpu.renderer} ({gpu.vendor}), OpenGL {gpu.version}; {os.cpu_count()} CPUs; path {gpu.path}",
        "",
    ]
    padded = [[text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in (heads, *rows)]
    texts = ["| " + " | ".join(row) + " |" for row in padded]
    return [*lines, texts[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *texts[1:]]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="tiny pictures, to see that everything runs")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/results/")
    args = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        lines = table(SMALL if args.small else FULL)
    except NoDevice as error:
        sys.exit(str(error))
    lines += ["", f"measured in {time.perf_counter() - start:.0f} s"]
    print("\n".join(lines))
    if args.write:
        RESULTS.mkdir(exist_ok=True)
        name = re.sub(r"[^a-zA-Z0-9]+", "-", Gpu.shared().renderer).strip("-").lower()
        file = RESULTS / f"{name}-{datetime.date.today()}.txt"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"kept in {file}")


if __name__ == "__main__":
    main()
