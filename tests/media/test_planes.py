"""Frames that are luma and chroma already, on their way through the software encoders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tdlite.media.encoder import Colour, Planes, Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError
from tdlite.media.movie import MovieWriter

from . import movies

WIDTH, HEIGHT = 64, 32


def noise(name: str, across: int, down: int, top: int = 255) -> Planes:
    """Random samples of a format whose chroma is divided so."""
    random = np.random.default_rng(4)
    dtype = np.uint8 if top == 255 else np.uint16
    shapes = [(HEIGHT, WIDTH), *[(HEIGHT // down, WIDTH // across)] * 2]
    return Planes(name, tuple(random.integers(0, top, shape, dtype, endpoint=True) for shape in shapes))


def swapped(frame: Planes) -> Planes:
    """The same samples, their bytes in the other order."""
    return frame._replace(planes=tuple(each.astype(each.dtype.newbyteorder()) for each in frame.planes))


@pytest.mark.parametrize(
    ("token", "pixel_format", "frame", "suffix"),
    [
        ("h264nvgpu", "yuv420", noise("yuv420p", 2, 2), "mp4"),
        ("h264nvgpu", "yuv422p10bit", noise("yuv422p10le", 2, 1, 1023), "mp4"),
        ("h265nvgpu", "yuv444", noise("yuv444p", 1, 1), "mkv"),
        ("vp9", "yuv420", noise("yuv420p", 2, 2), "webm"),
    ],
)
def test_every_sample_is_in_the_lossless_movie(
    tmp_path: Path, token: str, pixel_format: str, frame: Planes, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    settings = Settings(preset="lossless", pixel_format=pixel_format, colour=Colour(9, 16, 9, full_range=True))
    with MovieWriter(path, encoder_for(token, settings), "automatic", WIDTH, HEIGHT, 30, settings) as movie:
        for _ in range(3):
            movie.put(frame)
    expected = np.concatenate([plane.ravel() for plane in frame.planes])
    assert (movies.samples(path, 3) == expected).all()
    stream = movies.probe(path)["streams"][0]
    assert (stream["color_space"], stream["color_range"]) == ("bt2020nc", "pc")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (swapped(noise("yuv420p", 2, 2, 1023)), r"its planes are no 64×32 yuv420p \(.*byte order"),
        (noise("yuv444p", 1, 1), "cannot encode frame 0: it is yuv444p, the movie takes yuv420p"),
        (noise("yuv420p", 2, 1), "its planes are no 64×32 yuv420p"),
        (noise("yuv420p", 2, 2, 1023), "its planes are no 64×32 yuv420p"),
    ],
)
def test_planes_of_another_format_or_shape_are_refused(tmp_path: Path, frame: Planes, message: str) -> None:
    settings = Settings()
    encoder = encoder_for("h264nvgpu", settings)
    movie = MovieWriter(tmp_path / "a.mp4", encoder, "automatic", WIDTH, HEIGHT, 30, settings)
    movie.put(frame)
    with pytest.raises(EncoderError, match=message):
        movie.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["yuv420p", "yuv420p10le"])
def test_planes_that_must_not_be_written_are_encoded_as_they_are(tmp_path: Path, name: str) -> None:
    frame = noise(name, 2, 2, 255 if name == "yuv420p" else 1023)
    kept = [plane.copy() for plane in frame.planes]
    for plane in frame.planes:
        plane.setflags(write=False)
    settings = Settings(preset="lossless", pixel_format="yuv420" if name == "yuv420p" else "yuv420p10bit")
    encoder = encoder_for("h264nvgpu", settings)
    with MovieWriter(tmp_path / "a.mp4", encoder, "automatic", WIDTH, HEIGHT, 30, settings) as movie:
        movie.put(frame)
    assert (movies.samples(tmp_path / "a.mp4", 1) == np.concatenate([plane.ravel() for plane in kept])).all()


def test_an_encoder_of_colours_takes_no_planes(tmp_path: Path) -> None:
    settings = Settings(pixel_format="automatic")
    movie = MovieWriter(tmp_path / "a.gif", encoder_for("gif", settings), "automatic", WIDTH, HEIGHT, 30, settings)
    movie.put(noise("yuv444p", 1, 1))
    with pytest.raises(EncoderError, match="it is yuv444p, the movie takes RGBA"):
        movie.close()
