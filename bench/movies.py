"""Movie benchmark: 1080p noise to H.264 on the CPU. Run: python bench/movies.py [FRAMES [RUNS]]

Compares, interleaved, the medians of: Movie File Out; a plain script that pipes moderngl's frames into ffmpeg with
the same settings; and the limit, the CPU time that drawing, reading back, converting and encoding take, each alone,
divided by the number of cores.
"""

from __future__ import annotations

import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import tdlite as td
from tdlite.gpu.context import Gpu
from tdlite.gpu.passes import Pass
from tdlite.gpu.readback import read_raw
from tdlite.gpu.wrapper import header, wrapped
from tdlite.media.convert import Converter
from tdlite.media.encoder import Colour

SIZE = (1920, 1080)
PRESET, CRF, INTERVAL, B_FRAMES = "veryfast", 20, 60, 2
"""What Movie File Out does by default, told to the others."""


def noise(project: td.Project) -> Any:
    """Four octaves of moving noise."""
    op: Any = project.root.create(td.noiseTOP)
    op.par.outputresolution, (op.par.resolutionw, op.par.resolutionh) = "custom", SIZE
    op.par.type, op.par.harmon, op.par.mono = "simplex3d", 3, True
    op.par.tz.expr = "absTime.seconds * 0.2"
    return op


def recorded(path: Path, frames: int) -> float:
    """Seconds in which Movie File Out records the movie, the file finished."""
    with td.Project() as project:
        source = noise(project)
        out: Any = project.root.create(td.moviefileoutTOP)
        out.inputConnectors[0].connect(source)
        out.par.file, out.par.encoder, out.par.overwrite = str(path), "software", True
        project.run(frames=1)
        out.par.record = True
        start = time.perf_counter()
        project.run(frames=frames)
        out.par.record = False
        return time.perf_counter() - start


def blocks(frames: int) -> tuple[str, list[bytes]]:
    """The noise's fragment shader, and its uniform block in each frame."""
    found: list[Pass] = []
    draw = Gpu.draw

    def noted(gpu: Gpu, job: Any) -> Any:
        found.append(job)
        return draw(gpu, job)

    with td.Project() as project:
        source = noise(project)
        source.viewer = True
        Gpu.draw = noted
        try:
            project.run(frames=frames)
        finally:
            Gpu.draw = draw
    program: Any = found[0].program
    lines = wrapped(
        program._lines, program.layout, program.variants, program.inputs, format="rgba8fixed", compute=False,
        inputs=0, same_size=0, mipmapped=False, masked=False,
    )  # fmt: skip
    text = "\n".join(line.text for line in lines)
    return text, [header(*SIZE, SIZE[0] / SIZE[1], 0, 15) + each.params for each in found]


def piped(fragment: str, values: list[bytes], path: Path) -> float:
    """Seconds of the plain script."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg is not None, "this benchmark needs an ffmpeg with libx264 on the PATH"
    size = "x".join(map(str, SIZE))
    arguments = [ffmpeg, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", size, "-r", "60", "-i", "-",
                 "-vf", "vflip", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", PRESET, "-crf", str(CRF),
                 "-g", str(INTERVAL), "-bf", str(B_FRAMES), str(path)]  # fmt: skip
    script = [sys.executable, str(Path(__file__).with_name("plain.py"))]
    done = subprocess.run(script, input=pickle.dumps((fragment, values, SIZE, arguments)), capture_output=True)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return float(done.stdout)


def spent(job: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads together."""
    start = time.process_time()
    job()
    return time.process_time() - start


def limit(frames: int) -> dict[str, float]:
    """CPU seconds of each part alone, for all frames."""
    import av
    from av.codec.context import ThreadType

    pictures = []
    with td.Project() as project:
        source = noise(project)
        source.viewer = True
        project.run(frames=1)
        gpu = Gpu.shared()

        def draw() -> None:
            project.advance()
            gpu.ctx.finish()

        drawing = [spent(draw) for _ in range(frames)]
        image = source.image()
        reading = [spent(lambda: read_raw(image, np.uint8)) for _ in range(20)]
        converter = Converter(*SIZE, "yuv420p", Colour())
        converting = []
        for index in range(frames):
            project.advance()
            pixels = read_raw(source.image(), np.uint8)
            start = time.process_time()
            pictures.append(converter.picture(pixels, index, Fraction(1, 60)))
            converting.append(time.process_time() - start)
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *SIZE, "yuv420p"
    context.framerate, context.time_base = 60, Fraction(1, 60)
    context.gop_size, context.max_b_frames = INTERVAL, B_FRAMES
    context.thread_type = ThreadType.FRAME
    context.options = {"preset": PRESET, "crf": str(CRF)}

    def encode() -> None:
        for picture in pictures:
            context.encode(picture)
        context.encode(None)

    return {
        "draw": sum(drawing),
        "read": statistics.median(reading) * frames,
        "convert": sum(converting),
        "encode": spent(encode),
    }


def main() -> None:
    frames, runs = map(int, (sys.argv[1:] + ["120", "5"][len(sys.argv) - 1 :]))
    cores = len(os.sched_getaffinity(0))
    fragment, values = blocks(frames)
    ours, theirs, parts = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            ours.append(recorded(Path(folder, "ours.mp4"), frames))
            theirs.append(piped(fragment, values, Path(folder, "theirs.mp4")))
            parts.append(limit(frames))
        sizes = [Path(folder, name).stat().st_size for name in ("ours.mp4", "theirs.mp4")]
    least = statistics.median(sum(each.values()) / cores for each in parts)
    mine, plain = statistics.median(ours), statistics.median(theirs)
    print(f"{frames} frames of 1920×1080, H.264 {PRESET} crf {CRF}, {cores} cores, medians of {runs} runs")
    for name in parts[0]:
        print(f"  CPU to {name:<8} {statistics.median(each[name] for each in parts) / frames * 1e3:7.1f} ms a frame")
    print(f"limit                     {frames / least:6.1f} frames/s")
    print(
        f"Movie File Out            {frames / mine:6.1f} frames/s   {mine / least:4.2f} × the limit, target at most 1.2"
    )
    print(f"moderngl piped to ffmpeg  {frames / plain:6.1f} frames/s   {plain / mine:4.2f} × as long, target above 1")
    print(f"file sizes                {sizes[0] / 1e6:.2f} and {sizes[1] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
