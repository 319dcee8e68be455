"""GPU benchmarks: passes, chains, the way to CUDA, conversion, recording. Run: python bench/gpu.py [--small] [--write]

Prints one table within five minutes; what cannot be measured here is in it with the reason. ``--small`` uses tiny
pictures, to see that everything runs; ``--write`` keeps the table in bench/results/.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import tdlite as td
from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import cuda_of
from tdlite.gpu.cudamemory import cuda_memory
from tdlite.gpu.errors import CudaError
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import Readback
from tdlite.gpu.source import Source
from tdlite.gpu.yuv import YuvConversion, YuvReadback
from tdlite.gpu.yuvlayout import YuvLayout
from tdlite.ops import registry

RESULTS = Path(__file__).parent / "results"
_COPY = PixelProgram(Source("copy", "vec4 pixel(vec2 uv) { return input0(); }"), inputs=1)


class Scale(NamedTuple):
    """How large and how long: the sizes that stand for 1080p and 4K, seconds a measurement, frames of a recording."""

    hd: tuple[int, int] = (1920, 1080)
    uhd: tuple[int, int] = (3840, 2160)
    seconds: float = 0.5
    frames: int = 120
    recording: float = 25.0


FULL = Scale()
SMALL = Scale((64, 36), (128, 72), 0.01, 6, 1.0)


class Row(NamedTuple):
    """One line of the table: what was measured, the result, what stands beside it."""

    what: str
    result: str
    beside: str = ""


def timed(gpu: Gpu, work: Callable[[], Any], seconds: float) -> float:
    """Seconds that ``work`` takes on the GPU, the CPU's time hidden where it can be: many in a row, then waiting."""
    work()
    gpu.ctx.finish()
    count, best = 1, float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(count):
            work()
        gpu.ctx.finish()
        spent = time.perf_counter() - start
        best = min(best, spent / count)
        if spent < seconds / 8:
            count *= 2
    return best


def gpu_time(gpu: Gpu, job: Pass, repeats: int = 15) -> float:
    """Seconds of one pass by the GPU's own clock: the least of several. Software draws when it is waited for."""
    if gpu.software:
        return timed(gpu, lambda: gpu.draw(job), 0.01 * repeats)
    gpu.draw(job)
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
    drawn: list[Any] = []
    draw = gpu.draw
    gpu.draw = lambda job: drawn.append(job) or draw(job)  # type: ignore[method-assign]  # watched for a moment
    try:
        op.cook()
    finally:
        del gpu.draw  # type: ignore[method-assign]  # the class's again
    return [job for job in drawn if isinstance(job, Pass) and isinstance(job.program, PixelProgram)]


def passes(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """Fragment against compute for every built-in TOP that has a pixel function."""
    ratios = []
    with td.Project() as project:
        for name in registry.names():
            if not name.endswith("TOP") or name in ("moviefileoutTOP", "scriptTOP"):
                continue
            try:
                drawn = jobs(project, name, scale.uhd)
            except td.CookError:
                drawn = []
            if not drawn:
                continue
            raster, compute = (
                sum(gpu_time(gpu, job._replace(path=path)) for job in drawn) for path in ("raster", "compute")
            )
            ratios.append(raster / compute)
            yield Row(
                f"{name} {_px(scale.uhd)}",
                f"compute {_ms(compute)}",
                f"fragment {_ms(raster)}, × {raster / compute:.2f}",
            )
    yield Row("median of all TOPs", f"fragment / compute × {statistics.median(ratios):.2f}", "target on Hopper × 10")


def bandwidth(gpu: Gpu, scale: Scale) -> tuple[float, Row]:
    """Bytes a second that a pass can move: a copy of large pixels."""
    image = blank(gpu, scale.uhd, "rgba32float")
    seconds = gpu_time(gpu, Pass(_COPY, image.spec, inputs=(image,)))
    rate = 2 * image.nbytes / seconds
    return rate, Row(
        "memory bandwidth", f"{rate / 1e9:.1f} GB/s", f"copy of {_px(scale.uhd)} RGBA32F, read and written"
    )


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
                seconds = timed(gpu, lambda project=project: project.run(frames=1), scale.seconds)  # type: ignore[misc]
            size = scale.uhd[0] * scale.uhd[1] * FORMATS[format].stored_bytes
            bound = rate / (size * (2 * length + 1))  # the constant is only written
            yield Row(
                f"chain of {length}, {_px(scale.uhd)} {format}",
                f"{1 / seconds:.1f} frames/s",
                f"bound {bound:.1f}, {100 / seconds / bound:.0f} % (target 60 %)",
            )


def to_cuda(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """Texture to CUDA memory, beside a copy inside CUDA memory."""
    what = f"texture → CUDA, {_px(scale.uhd)} RGBA16F"
    try:
        cuda = cuda_of(gpu)
    except CudaError as error:
        yield Row(what, "skipped", str(error))
        return
    image = blank(gpu, scale.uhd, "rgba16float")
    source, stream = cuda_memory(image, cuda.stream), cuda.stream
    target = cuda.allocate(source.size, stream)

    def finished(work: Callable[[], Any]) -> float:
        work()
        cuda.wait(stream)
        start, count = time.perf_counter(), 50
        for _ in range(count):
            work()
        cuda.wait(stream)
        return (time.perf_counter() - start) / count

    texture = finished(lambda: cuda.copy_texture(target, image.texture, scale.uhd[0] * 8, stream))
    device = finished(lambda: cuda.copy(target, source.ptr, source.size, stream))
    cuda.free(target, source.size, stream)
    rates = [source.size / seconds / 1e9 for seconds in (texture, device)]
    yield Row(
        what,
        f"{rates[0]:.1f} GB/s",
        f"device copy {rates[1]:.1f} GB/s, {100 * rates[0] / rates[1]:.0f} % (target 50 %)",
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
        yield Row(f"convert + read NV12, {_px(size)}", _ms(converted), f"read RGBA8 {_ms(plain)}")


def recordings(gpu: Gpu, scale: Scale) -> Iterator[Row]:
    """Noise recorded as H.264, and how much of the time the GPU has nothing to draw."""
    for size in (scale.hd, scale.uhd):
        with tempfile.TemporaryDirectory() as folder, td.Project(folder=folder) as project:
            noise: Any = project.root.create("noiseTOP")
            noise.par.outputresolution = "custom"
            noise.par.resolutionw, noise.par.resolutionh = size
            noise.par.tz.expr = "absTime.seconds"
            noise.viewer = True
            drawing = timed(gpu, lambda project=project: project.run(frames=1), scale.seconds)  # type: ignore[misc]
            noise.viewer = False
            out: Any = project.root.create("moviefileoutTOP")
            out.inputConnectors[0].connect(noise)
            out.par.file, out.par.videocodec, out.par.record = "out.mp4", "h264nvgpu", True
            project.run(frames=1)
            frames, start = 0, time.perf_counter()
            while frames < scale.frames and time.perf_counter() - start < scale.recording:
                project.run(frames=6)
                frames += 6
            out.par.record = False
            project.run(frames=1)
            each = (time.perf_counter() - start) / frames
            by = "libx264" if any("libx264" in problem.message for problem in project.problems) else "NVENC"
            waits = max(0.0, 100 * (1 - drawing / each))
            if out.errors():
                yield Row(f"noise → H.264, {_px(size)}", "failed", out.errors())
                continue
            yield Row(
                f"noise → H.264, {_px(size)}",
                f"{1 / each:.1f} frames/s by {by}",
                f"drawing alone {1 / drawing:.1f}; the GPU waits {waits:.0f} % of the time",
            )


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3f} ms"


def _px(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def table(scale: Scale) -> list[str]:
    """The whole benchmark as lines of Markdown."""
    gpu = Gpu.shared()
    rate, first = bandwidth(gpu, scale)
    rows = [
        *passes(gpu, scale), first, *chains(gpu, scale, rate), *to_cuda(gpu, scale), *readbacks(gpu, scale),
        *recordings(gpu, scale),
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in (*rows, ("", "result", "beside"))) for column in range(3)]
    lines = [
        f"tdlite {td.__version__} on {platform.node()}, {datetime.date.today()}",
        f"{gpu.renderer} ({gpu.vendor}), OpenGL {gpu.version}; {os.cpu_count()} CPUs; path {gpu.path}",
        "",
        "| "
        + " | ".join(text.ljust(width) for text, width in zip(("", "result", "beside"), widths, strict=True))
        + " |",
        "|" + "|".join("-" * (width + 2) for width in widths) + "|",
    ]
    return lines + [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="tiny pictures, to see that everything runs")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/results/")
    args = parser.parse_args(arguments)
    start = time.perf_counter()
    lines = table(SMALL if args.small else FULL)
    lines += ["", f"measured in {time.perf_counter() - start:.0f} s"]
    print("\n".join(lines))
    if args.write:
        RESULTS.mkdir(exist_ok=True)
        name = re.sub(r"[^a-zA-Z0-9]+", "-", Gpu.shared().renderer).strip("-").lower()
        file = RESULTS / f"gpu-{name}-{datetime.date.today()}.md"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"kept in {file}")


if __name__ == "__main__":
    main()
