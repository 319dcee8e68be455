"""Image sequences against the obvious loop. Run: python bench/images.py [frames] [rounds]

The loop draws the same picture, reads it, flips it, and saves it with Pillow's defaults, or with the OpenEXR package
on all cores; tdlite records it with Movie File Out. Each is a process of its own, as for those who run a script: what
one did to the memory allocator is of no use to the next. All take turns, drawing is part of all, and numbers are
medians over the rounds. Where the CPU draws, most of a frame may be drawing: the second part has pictures that were
drawn before, which is as if a GPU drew them.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tdlite as td
from tdlite.ops import TOP, At

Pixels = NDArray[Any]
SIZE = 1920, 1080
WAYS = ("draw", "png loop", "png", "jpeg loop", "jpeg", "draw half", "exr loop", "exr alone", "exr")
MODES = {"png": "RGBA", "jpeg": "RGB"}


class drawnTOP(TOP):
    """Show the pictures that were kept, in turn."""

    kept: list[Any]

    def size(self, first: Any) -> Any:
        return self.kept[0].spec

    def describe(self, at: At, spec: Any) -> Any:
        return self.kept[at.frame % len(self.kept)]


class Bench:
    """A project with noise of four octaves: new for each frame, or one of a few that were drawn before."""

    def __init__(self, folder: Path, drawing: bool, format: str) -> None:
        self.project = td.Project(folder=folder)
        root = self.project.root
        self.top: Any = root.create("noiseTOP")
        self.top.par.outputresolution, self.top.par.format = "custom", format
        self.top.par.resolutionw, self.top.par.resolutionh = SIZE
        self.top.par.type, self.top.par.harmon, self.top.par.period = "perlin2d", 3, 0.3
        self.top.par.tx.expr = "absTime.frame * 0.01"
        if not drawing:
            shown = root.create(drawnTOP)
            shown.kept = []
            for _ in range(4):
                self.project.run(frames=1)
                shown.kept.append(self.top.image())
            self.top = shown
        self.dtype = np.float16 if "float" in format else np.uint8

    def recorder(self, **pars: Any) -> Callable[[int], None]:
        """What records so many frames with Movie File Out."""
        out: Any = self.project.root.create("moviefileoutTOP")
        out.inputConnectors[0].connect(self.top)
        for name, value in {"type": "imagesequence", "overwrite": True, "uniquesuff": False, **pars}.items():
            setattr(out.par, name, value)

        def run(frames: int) -> None:
            out.par.record = True
            self.project.run(frames=frames)
            out.par.record = False
            if out.errors():
                raise SystemExit(out.errors())

        return run

    def loop(self, save: Callable[[Pixels], object]) -> Callable[[int], None]:
        """What draws, reads, flips and saves so many frames, one after the other."""

        def run(frames: int) -> None:
            for _ in range(frames):
                self.project.run(frames=1)
                save(self.pixels())

        return run

    def pixels(self) -> Pixels:
        """The picture, row 0 at the top."""
        data = self.top.image().texture.read()
        return np.ascontiguousarray(np.frombuffer(data, self.dtype).reshape(SIZE[1], SIZE[0], 4)[::-1])

    def drawn(self, frames: int) -> None:
        """Draw and read, and save nothing."""
        self.loop(lambda pixels: None)(frames)


def pillow(path: Path, mode: str) -> Callable[[Pixels], object]:
    """Save with Pillow's defaults."""
    from PIL import Image

    return lambda pixels: Image.fromarray(pixels).convert(mode).save(path)


def openexr(path: Path) -> Callable[[Pixels], object]:
    """Save with the OpenEXR package and all cores."""
    import OpenEXR

    cores = os.cpu_count() or 1
    OpenEXR.set_global_thread_count(cores)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    return lambda pixels: OpenEXR.File(header, {"RGBA": pixels}, num_threads=cores).write(str(path))


def way(bench: Bench, name: str, folder: Path) -> Callable[[int], object]:
    """What draws and saves so many frames, by its name."""
    if name.startswith("draw"):
        return bench.drawn
    if name == "exr alone":
        alone, still = openexr(folder / "alone.exr"), bench.pixels()
        return lambda frames: [alone(still) for _ in range(frames)]
    suffix = name.split()[0]
    if name.endswith("loop"):
        file = folder / f"loop.{suffix}"
        return bench.loop(openexr(file) if suffix == "exr" else pillow(file, MODES[suffix]))
    quality = {"quality": 0.75} if suffix == "jpeg" else {}  # Pillow's
    return bench.recorder(imagefiletype=suffix, file=f"ours.{suffix}", **quality)


def child(name: str, drawing: str, frames: str, folder: str) -> None:
    """Print the milliseconds a frame of one way."""
    half = "exr" in name or "half" in name
    bench = Bench(Path(folder), drawing == "drawn for each frame", "rgba16float" if half else "rgba8fixed")
    bench.project.run(frames=1)
    run = way(bench, name, Path(folder))
    run(1)
    start = time.perf_counter()
    run(int(frames))
    print((time.perf_counter() - start) / int(frames) * 1e3)
    if name == "png":
        bench.top.save(f"{folder}/picture.png")


def part(folder: str, drawing: str, frames: int, rounds: int) -> None:
    """Compare all ways and print the lines."""
    from PIL import Image

    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name in WAYS:
            command = [sys.executable, __file__, "--way", name, drawing, str(frames), folder]
            times[name].append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    found = {name: statistics.median(each) for name, each in times.items()}
    libpng = io.BytesIO()
    with Image.open(f"{folder}/picture.png") as picture:
        picture.save(libpng, "PNG", compress_level=1)
    size = os.stat(f"{folder}/picture.png").st_size / len(libpng.getvalue())
    print(f"{drawing:30} loop ms  tdlite ms  drawing ms   ratio  target")
    for name, loop, draw, target in (
        ("png", "png loop", "draw", f"10, size {size:.2f} of libpng 1 (1.5)"),
        ("jpeg", "jpeg loop", "draw", "1.3"),
        ("exr", "exr loop", "draw half", "-"),
        ("exr", "exr alone", "draw half", "0.85 of the package alone, which draws nothing"),
    ):
        print(f"  {name + ' against ' + loop:28}{found[loop]:8.1f}{found[name]:11.1f}{found[draw]:12.1f}"
              f"{found[loop] / found[name]:8.2f}  {target}", flush=True)  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["--way"]:
        child(*sys.argv[2:])
        return
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"{SIZE[0]}×{SIZE[1]}, {os.cpu_count()} cores, {rounds} rounds of {frames} frames")
    for drawing in ("drawn for each frame", "drawn before"):
        with tempfile.TemporaryDirectory() as folder:
            part(folder, drawing, frames, rounds)


if __name__ == "__main__":
    main()
