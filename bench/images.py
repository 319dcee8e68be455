"""Image sequences against the obvious loop. Run: python bench/images.py [frames] [rounds]

The loop draws the same picture, reads it, flips it, and saves it with Pillow's defaults, or with the OpenEXR package
on all cores; tdlite records it with Movie File Out. All ways take turns, drawing is part of all, and numbers are
medians over the rounds. Where the CPU draws, most of a frame may be drawing: the second part has pictures that were
drawn before, which is as if a GPU drew them.
"""

from __future__ import annotations

import io
import os
import statistics
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


def compare(ways: dict[str, Callable[[int], None]], frames: int, rounds: int) -> dict[str, float]:
    """Milliseconds a frame of each way; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(1)
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way(frames)
            times[name].append((time.perf_counter() - start) / frames * 1e3)
    return {name: statistics.median(found) for name, found in times.items()}


def part(folder: Path, drawing: bool, frames: int, rounds: int) -> None:
    """Compare all formats and print the lines."""
    from PIL import Image

    eight, half = Bench(folder, drawing, "rgba8fixed"), Bench(folder, drawing, "rgba16float")
    still = half.pixels()
    alone = openexr(folder / "alone.exr")
    times = compare(
        {
            "draw": eight.drawn,
            "png loop": eight.loop(pillow(folder / "loop.png", "RGBA")),
            "png": eight.recorder(imagefiletype="png", file="ours.png"),
            "jpeg loop": eight.loop(pillow(folder / "loop.jpg", "RGB")),
            "jpeg": eight.recorder(imagefiletype="jpeg", quality=0.75, file="ours.jpg"),
            "draw half": half.drawn,
            "exr loop": half.loop(openexr(folder / "loop.exr")),
            "exr alone": lambda count: [alone(still) for _ in range(count)] and None,
            "exr": half.recorder(imagefiletype="exr", file="ours.exr"),
        },
        frames,
        rounds,
    )
    libpng = io.BytesIO()
    Image.fromarray(eight.pixels()).save(libpng, "PNG", compress_level=1)
    size = (folder / "ours.0.png").stat().st_size / len(libpng.getvalue())
    print(f"{'drawn for each frame' if drawing else 'drawn before':30} loop ms  tdlite ms  drawing ms   ratio  target")
    for name, loop, draw, target in (
        ("png", "png loop", "draw", f"10, size {size:.2f} of libpng 1 (1.5)"),
        ("jpeg", "jpeg loop", "draw", "1.3"),
        ("exr", "exr loop", "draw half", "-"),
        ("exr", "exr alone", "draw half", "0.85 of the package alone, which draws nothing"),
    ):
        print(f"  {name + ' against ' + loop:28}{times[loop]:8.1f}{times[name]:11.1f}{times[draw]:12.1f}"
              f"{times[loop] / times[name]:8.2f}  {target}")  # fmt: skip


def main() -> None:
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"{SIZE[0]}×{SIZE[1]}, {os.cpu_count()} cores, {rounds} rounds of {frames} frames")
    for drawing in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            part(Path(folder), drawing, frames, rounds)


if __name__ == "__main__":
    main()
