"""Pictures that are read back share memory that is used again: never while a file is still made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import recorder, sequence

import tdlite as td
from tdlite.media.codecs import CODECS
from tdlite.media.process import probe
from tdlite.media.reading import open_pictures
from tdlite.ops.top import gpu_of

FRAMES, WIDTH, HEIGHT = 24, 96, 64
LOSSLESS = {"preset": "lossless", "moviepixelformat": "yuv444"}
LOSSY = ("mjpa", "mpeg4", "vp8", "vp9", "av1", "prores", "cineform", "hap", "gif", "vvc", "jpeg", "jp2")
MOVIES: dict[str, dict[str, Any]] = {"rle": {}, "h264nvgpu": LOSSLESS, "h265nvgpu": LOSSLESS}
MOVIES |= {token: {} for token in LOSSY[:-2]}
IMAGES = ("tiff", "jpeg", "bmp", "exr", "png", "dds", "jp2")


def noise(frame: int, square: int = 1) -> NDArray[np.uint8]:
    """Opaque noise, row 0 at the bottom, another one in each frame, in squares of so many pixels."""
    colours = np.random.default_rng(frame).integers(0, 256, (HEIGHT // square, WIDTH // square, 3), np.uint8)
    if square > 1:  # colours at half resolution stay near
        colours[..., 1:] = colours[..., :1]
    return np.pad(colours.repeat(square, 0).repeat(square, 1), ((0, 0), (0, 0), (0, 1)), constant_values=255)


def noisy(net: Any, square: int = 1) -> Any:
    """The noise of the frame it is cooked in."""
    op = net.scriptTOP()
    op.par.callbacks.eval().bind(
        onCook=lambda script: script.copyNumpyArray(noise(net.absTime.frame, square)),
        onGetCookLevel=lambda script: td.CookLevel.ALWAYS,
    )
    return op


def movie(folder: Path) -> NDArray[np.float64]:
    """The frames of the movie in a folder, row 0 at the bottom."""
    (path,) = folder.iterdir()
    with av.open(path) as file:
        return np.array([frame.to_ndarray(format="rgb24")[::-1] for frame in file.decode(video=0)], float)


def images(folder: Path) -> NDArray[np.float64]:
    """The images of a folder in their order, of 255, row 0 at the bottom."""
    source = open_pictures(str(folder))
    white = 1 if folder.name == "exr" else 255
    return np.array([source.picture(number).planes[0][..., :3] / (white / 255) for number in range(source.count)])


def squares(pictures: NDArray[Any]) -> NDArray[np.float64]:
    """The means of the squares of 16 pixels, [n, h, w]."""
    return pictures[..., :3].reshape(len(pictures), HEIGHT // 16, 16, WIDTH // 16, 16, 3).mean((2, 4, 5))


@pytest.mark.parametrize("device", ["CPU", "GPU"])
def test_many_recordings_at_once_hold_the_frames_that_were_shown(
    fast: Any, tmp_path: Path, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = gpu_of(fast)  # which pictures leave by mapped memory, and as YUV, if it is one
    monkeypatch.setattr(gpu, "software", device == "CPU")
    monkeypatch.setattr(gpu, "converts", device == "GPU")
    fine, coarse = noisy(fast), noisy(fast, 16)
    for token, pars in MOVIES.items():
        if token not in ("hap", "vvc") or probe(CODECS[token].encoder) is None:
            pars = {"videocodec": token, "file": f"{token}/a", "record": True, **pars}
            recorder(fast, coarse if token in LOSSY else fine, type="movie", **pars)
    for kind in IMAGES:
        source = coarse if kind in LOSSY else fine
        sequence(fast, source, imagefiletype=kind, file=f"{kind}/a", record=True, maxthread=3)
    fast.run(frames=FRAMES)
    fast.close()

    wanted = {square: np.array([noise(number + 1, square) for number in range(FRAMES)]) for square in (1, 16)}
    fine_frames, coarse_frames = wanted[1][..., :3].astype(float), squares(wanted[16])
    for folder in sorted(each for each in tmp_path.iterdir() if each.is_dir()):
        found = movie(folder) if folder.name in MOVIES else images(folder)
        assert len(found) == FRAMES, folder.name
        if folder.name in LOSSY:
            assert abs(squares(found) - coarse_frames).max() < 8, folder.name
        else:
            assert abs(found - fine_frames).max() < 3, folder.name
    assert {each.name for each in tmp_path.iterdir() if each.is_dir()} >= {*MOVIES, *IMAGES} - {"hap", "vvc"}
