"""Frames that know their number, and movies as an independent reader (Debian's ffmpeg) sees them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.encoder import Encoder, Settings
from tdlite.media.movie import MovieWriter

BITS = 9


def record(
    path: Path, encoder: Encoder[Any], frames: Sequence[Any], settings: Settings, rate: Fraction | int = 30
) -> list[str]:
    """Record frames of one size, [h, w, 4]; what was warned of."""
    height, width = frames[0].shape[:2]
    with MovieWriter(path, encoder, "automatic", width, height, rate, settings) as movie:
        for frame in frames:
            movie.put(frame)
        return movie.warnings


def numbered_frame(index: int, width: int = 160, height: int = 96) -> NDArray[np.uint8]:
    """RGBA, row 0 = bottom: a dark bottom half, and above it bars that spell `index` in binary."""
    frame = np.zeros((height, width, 4), np.uint8)
    frame[..., 3] = 255
    bar = width // BITS
    for bit in range(BITS):
        frame[height // 2 :, bit * bar : (bit + 1) * bar, :3] = 235 if index >> bit & 1 else 20
    return frame


def number_of(picture: NDArray[np.uint8]) -> int:
    """Read the index back from a decoded picture (row 0 = top)."""
    height, width = picture.shape[:2]
    bar = width // BITS
    row = picture[height // 4]
    return sum(int(row[bit * bar + bar // 2].mean() > 128) << bit for bit in range(BITS))


_CHANNELS = {"rgb24": 3, "rgba": 4, "rgba64le": 4}


def decode(path: Path, pixel_format: str = "rgb24", *filters: str, decoder: str = "") -> NDArray[Any]:
    """Decode all frames with ffmpeg: [n, h, w, channels], or for YUV as planes, [n, 3, h, w] of 'yuv444p'."""
    stream = probe(path)["streams"][0]
    command = ["ffmpeg", "-v", "error", *(("-c:v", decoder) if decoder else ()), "-i", str(path), *filters]
    command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    size = stream["height"], stream["width"]
    dtype = "<u2" if pixel_format.endswith("le") else np.uint8
    shape = (-1, *size, _CHANNELS[pixel_format]) if pixel_format in _CHANNELS else (-1, 3, *size)
    return np.frombuffer(data, dtype).reshape(shape)


def samples(path: Path, count: int) -> NDArray[Any]:
    """Decode `count` frames with ffmpeg as they are stored, without any conversion: [count, samples]."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    deep = probe(path)["streams"][0]["pix_fmt"].endswith("le")
    return np.frombuffer(data, "<u2" if deep else np.uint8).reshape(count, -1)


def probe(path: Path, *arguments: str) -> dict[str, Any]:
    """What ffprobe says of the file; an unreadable file raises CalledProcessError."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", *arguments]
    done = subprocess.run([*command, str(path)], check=True, capture_output=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result
