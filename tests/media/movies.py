"""Frames that know their number, and movies as an independent reader (Debian's ffmpeg) sees them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS = 9


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


def decode(path: Path, pixel_format: str = "rgb24", *filters: str) -> NDArray[np.uint8]:
    """Decode all frames with ffmpeg: [n, h, w, 3] for 'rgb24' and, as planes, [n, 3, h, w] for 'yuv444p'."""
    stream = probe(path)["streams"][0]
    command = ["ffmpeg", "-v", "error", "-i", str(path), *filters, "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    height, width = stream["height"], stream["width"]
    shape = (-1, height, width, 3) if pixel_format == "rgb24" else (-1, 3, height, width)
    return np.frombuffer(data, np.uint8).reshape(shape)


def probe(path: Path, *arguments: str) -> dict[str, Any]:
    """What ffprobe says of the file; an unreadable file raises CalledProcessError."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", *arguments]
    done = subprocess.run([*command, str(path)], check=True, capture_output=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result
