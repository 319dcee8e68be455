"""The main job, end to end: the image-sequence tutorial, as a newcomer runs it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tdlite as td
from tdlite.ops.top import gpu_of

EXAMPLE = Path(__file__).parent.parent / "examples" / "image_sequence.py"
NAMES = [f"{take}.{index}.jpg" for take in (0, 1) for index in range(120)]


def run(folder: Path, *arguments: str, **environment: str) -> None:
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "tdlite", "run", str(EXAMPLE), "--progress", "none", *arguments],
        cwd=folder,
        check=True,
        env={**os.environ, **environment},
    )


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tutorial") / "takes"
    run(folder)
    return folder


def test_the_tutorial_writes_exactly_two_takes_of_120_frames(takes):
    assert sorted(file.name for file in takes.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize(
    ("name", "frame"), [("0.0.jpg", 1), ("0.17.jpg", 18), ("0.119.jpg", 120), ("1.0.jpg", 181), ("1.119.jpg", 300)]
)
def test_each_frame_shows_the_rectangle_where_the_expression_puts_it(takes, name, frame):
    picture = Image.open(takes / name)
    assert picture.size == (1024, 1024)
    # A column of the band in which the rectangle lies is white from top to bottom only where the rectangle is.
    columns = (np.asarray(picture.convert("L"))[390:634] > 245).all(axis=0)
    centre = 512 + 1024 * (((frame - 1) / 60) % 1 - 0.5)
    left, right = round(max(0, centre - 128)), round(min(1024, centre + 128))
    assert columns[left + 2 : right - 2].all()
    assert not columns[: max(0, left - 2)].any()
    assert not columns[right + 2 :].any()


def test_running_it_again_gives_the_same_bytes(takes, tmp_path):
    run(tmp_path / "again")
    assert digests(tmp_path / "again") == digests(takes)


def test_compute_and_raster_draw_the_same_frames():
    examples = importlib.util.spec_from_file_location("image_sequence", EXAMPLE)
    example = importlib.util.module_from_spec(examples)
    examples.loader.exec_module(example)
    drawn = {}
    for path in ("compute", "raster"):
        with td.Project() as project:
            comp = project.root.create(td.baseCOMP, "render")
            example.picture(comp)
            gpu = gpu_of(project)
            before, gpu.path = gpu.path, path
            try:
                for frame in range(1, 4):
                    project.run(frames=1)
                    drawn[path, frame] = comp.op("rectangle1").numpyArray()
            finally:
                gpu.path = before
    for frame in range(1, 4):
        assert np.abs(drawn["compute", frame] - drawn["raster", frame]).max() <= 1 / 255
    assert not np.array_equal(drawn["compute", 1], drawn["compute", 3])
