"""The GPU benchmark's recordings: through NVENC where there is one, beside what NVENC alone does."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gpurow import Row, Scale, judged, px, timed

import tdlite as td
from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import cuda_of
from tdlite.gpu.cudamemory import CudaArray, CudaBlock
from tdlite.gpu.errors import GpuError
from tdlite.gpu.image import Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.source import Source
from tdlite.gpu.yuv import YuvConversion
from tdlite.gpu.yuvlayout import YuvLayout
from tdlite.media.encoder import Settings
from tdlite.media.errors import MediaError
from tdlite.media.nvenc import nvenc_for

_TURNED = PixelProgram(
    Source("turned", "vec4 pixel(vec2 uv) { return mix(input0(fract(uv + vec2(0.37, 0.21))), vec4(uv, uv.xx), 0.1); }"),
    inputs=1,
)


def nvenc_alone(gpu: Gpu, size: tuple[int, int], frames: int) -> float:
    """Frames a second that NVENC takes of pictures that lie ready in CUDA memory; GpuError, MediaError without it."""
    cuda = cuda_of(gpu)
    encoder = nvenc_for("h264nvgpu", Settings(), cuda.ordinal, cuda.stream)
    conversion = YuvConversion(gpu, YuvLayout("nv12", *size, pitch=-(-size[0] // 256) * 256))
    ramp = PixelProgram(Source("ramp", "vec4 pixel(vec2 uv) { return vec4(uv, uv.x * uv.y, 1.0); }"))
    image, pictures = gpu.draw(Pass(ramp, Spec.square(*size))), []
    for _ in range(8):
        image = gpu.draw(Pass(_TURNED, image.spec, inputs=(image,)))
        block = CudaBlock(cuda, conversion.layout.nbytes, cuda.stream)
        frame = conversion.convert(image)
        with cuda.mapped_buffer(frame.buffer, cuda.stream) as (address, _):
            cuda.copy(block.ptr, address, conversion.layout.nbytes, cuda.stream)
        shape, strides = (size[1] * 3 // 2, size[0]), (conversion.layout.pitch, 1)
        pictures.append(CudaArray(cuda, block.ptr, shape, strides, conversion.layout.dtype, cuda.stream, block))
        del frame
    encoder.open(*size, Fraction(60), Settings())
    cuda.wait(cuda.stream)
    start = time.perf_counter()
    for index in range(frames):
        encoder.encode(pictures[index % len(pictures)], index)
    encoder.finish()
    seconds = time.perf_counter() - start
    conversion.release()
    return frames / seconds


def recording(gpu: Gpu, size: tuple[int, int], scale: Scale) -> Iterator[Row]:
    """Noise recorded as H.264, and how much of the time the GPU has nothing to draw."""
    what = f"noise → H.264, {px(size)}"
    chunk = max(1, scale.frames // 10)  # each run() waits for what it has drawn
    with tempfile.TemporaryDirectory() as folder, td.Project(folder=folder) as project:
        noise: Any = project.root.create("noiseTOP")
        noise.par.outputresolution = "custom"
        noise.par.resolutionw, noise.par.resolutionh = size
        noise.par.tz.expr = "absTime.seconds"
        noise.viewer = True
        count = 1 if gpu.software else chunk
        drawing = timed(gpu, lambda: project.run(frames=count), scale.seconds) / count
        noise.viewer = False
        out: Any = project.root.create("moviefileoutTOP")
        out.inputConnectors[0].connect(noise)
        out.par.file, out.par.videocodec, out.par.record = "out.mp4", "h264nvgpu", True
        project.run(frames=chunk)  # opens the encoder
        frames, start = 0, time.perf_counter()
        while frames < scale.frames and time.perf_counter() - start < scale.recording:
            project.run(frames=chunk)
            frames += chunk
        out.par.record = False  # closes the file
        each = (time.perf_counter() - start) / frames
        if out.errors():
            yield Row(what, "failed", out.errors())
            return
        by = "libx264" if "libx264" in out.warnings() else "NVENC"
        written = frames_in(os.path.join(folder, "out.mp4"))
    idle = max(0.0, 100 * (1 - drawing / each))
    alone, beside = 0.0, ""
    if by == "NVENC":
        try:
            alone = nvenc_alone(gpu, size, 6 * scale.frames)
            beside = f"; NVENC alone {alone:.1f}, {100 / each / alone:.0f} %"
        except (GpuError, MediaError) as error:
            beside = f"; NVENC alone: {error}"
    yield Row(
        what,
        f"{1 / each:.1f} frames/s by {by}" if written == frames + chunk else f"WRONG: {written}, not {frames + chunk}",
        f"drawing alone {1 / drawing:.1f}: the GPU draws nothing for {idle:.0f} % of the time{beside}",
        *(judged(100 / each / alone, 90, " %") if alone else ()),
    )


def frames_in(path: str) -> int:
    """The pictures in a movie."""
    import av

    with av.open(path) as movie:
        return sum(packet.size > 0 for packet in movie.demux(video=0))
