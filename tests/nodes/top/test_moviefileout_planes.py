"""Recording with pictures that the GPU has converted to luma and chroma, forced on where the CPU draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import counting, frames_of
from roads import SIZE, make, movie_samples, textured

from tdlite.gpu.context import Gpu


@pytest.mark.parametrize(
    ("codec", "pixel_format", "suffix", "size", "near"),
    [
        ("h264nvgpu", "yuv420", "mp4", SIZE, 1),
        ("h264nvgpu", "yuv444", "mp4", (33, 17), 1),
        ("h264nvgpu", "yuv422p10bit", "mp4", SIZE, 2),
        ("h265nvgpu", "yuv444p10bit", "mp4", SIZE, 2),
        ("h265nvgpu", "yuv420p10bit", "mkv", SIZE, 2),
        ("vp9", "yuv420", "webm", SIZE, 1),
    ],
)
def test_planes_give_the_picture_that_pixels_give(
    fast: Any, codec: str, pixel_format: str, suffix: str, size: tuple[int, int], near: int
) -> None:
    still = textured(fast, size)
    still.par.vec0valuex.expr = "1.5"
    pars = {"videocodec": codec, "moviepixelformat": pixel_format, "preset": "lossless"}
    pixels, told = movie_samples(fast, still, f"pixels.{suffix}", False, **pars)
    planes, also = movie_samples(fast, still, f"planes.{suffix}", True, **pars)
    assert told == also
    assert told["nb_read_frames"] == "3"
    # Within the rounding of two conversions, of which FFmpeg's is the less exact one.
    assert np.abs(pixels.astype(int) - planes).max() <= near


def test_planes_are_read_instead_of_pixels(fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tdlite.gpu.readback import Readback

    monkeypatch.setattr(Gpu.shared(), "converts", True)
    monkeypatch.setattr(Readback, "__init__", lambda *_: pytest.fail("RGBA was read back"))
    make(fast, counting(fast), 4, encoder="software")
    assert frames_of(tmp_path / "a.mp4") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("codec", "suffix", "size"),
    [("rle", "mov", SIZE), ("gif", "gif", SIZE), ("mjpa", "mov", SIZE), ("vp9", "webm", (33, 17))],
)
def test_what_has_no_planes_or_odd_ones_is_read_as_pixels(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str, suffix: str, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(Gpu.shared(), "converts", True)
    make(fast, counting(fast, size), 3, encoder="software", videocodec=codec, file=f"a.{suffix}", fps=50)
    assert frames_of(tmp_path / f"a.{suffix}") == [1, 2, 3]
