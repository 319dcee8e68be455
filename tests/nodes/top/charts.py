"""The colour chart as a TOP, recorded; and the colours that files hold, by their own tags."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import colours
import numpy as np
from media.movies import probe, samples
from numpy.typing import NDArray
from recordings import recorder

from tdlite.gpu.image import Image as Picture
from tdlite.gpu.image import Spec
from tdlite.gpu.upload import upload
from tdlite.ops import TOP
from tdlite.ops.top import gpu_of

Array = NDArray[np.float64]

PATCH, COLUMNS = 16, 12

LOSSLESS = {"videocodec": "h264nvgpu", "moviepixelformat": "yuv444p10bit", "preset": "lossless"}

LUMA = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt470bg": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}
"""How much of red and blue is in luma, by the matrix that ffprobe names (H.273)."""


class colourchartTOP(TOP):
    """The chart of linear light, a patch a colour, with an alpha."""

    shader = "vec4 pixel(vec2 uv) { return vec4(0.0); }"
    alpha = 1.0

    def size(self, first: Any) -> Spec:
        return Spec.square(PATCH * COLUMNS, PATCH * len(colours.chart()) // COLUMNS, "rgba32float")

    def describe(self, at: Any, spec: Spec) -> Picture:
        patches = colours.chart().reshape(-1, COLUMNS, 3).repeat(PATCH, 0).repeat(PATCH, 1)
        pixels = np.dstack([patches * self.alpha, np.full(patches.shape[:2], self.alpha)])
        return upload(gpu_of(self.project), pixels.astype(np.float32), spec)


def chart(net: Any) -> Any:
    return net.root.create(colourchartTOP)


def patches(picture: NDArray[Any]) -> Array:
    """The mean of each patch's middle, in the order of the chart; row 0 of the picture is its top."""
    flipped = picture[::-1].astype(float)
    rows, columns = flipped.shape[0] // PATCH, flipped.shape[1] // PATCH
    blocks = flipped.reshape(rows, PATCH, columns, PATCH, -1)[:, 5:11, :, 5:11]
    return blocks.mean(axis=(1, 3)).reshape(rows * columns, -1)


def decoded(path: Path) -> Array:
    """RGB of a movie's first frame from its samples, by the matrix and range that the file is tagged with."""
    stream = probe(path)["streams"][0]
    name, width, height = stream["pix_fmt"], stream["width"], stream["height"]
    across, down = (2 if "420" in name or "422" in name else 1), (2 if "420" in name else 1)
    stored = samples(path, int(stream.get("nb_frames", 2)))[0].astype(float)
    top = {"le": 4 if "10le" in name else 16}.get(name[-2:], 1)
    sizes = [(height, width), *[(height // down, width // across)] * 2]
    planes, start = [], 0
    for h, w in sizes:
        plane = stored[start : start + h * w].reshape(h, w)
        planes.append(plane.repeat(height // h, 0).repeat(width // w, 1))
        start += h * w
    full = stream.get("color_range") == "pc"
    offset, scale = (0, (255, 255)) if full else (16, (219, 224))
    y = (planes[0] / top - offset) / scale[0]
    u, v = ((plane / top - 128) / scale[1] for plane in planes[1:])
    red, blue = LUMA[stream["color_space"]]
    r, b = y + 2 * (1 - red) * v, y + 2 * (1 - blue) * u
    return np.dstack([r, (y - red * r - blue * b) / (1 - red - blue), b])


def record(net: Any, *jobs: dict[str, Any], frames: int = 2) -> list[Any]:
    """Record the chart, once for each set of parameters."""
    source = chart(net)
    made = [recorder(net, source, record=1, uniquesuff=0, **job) for job in jobs]
    net.run(frames=frames)
    for each in made:
        each.par.record = 0
        assert each.errors() == ""
    return made


def image(net: Any, source: Any, kind: str, token: str) -> None:
    recorder(
        net, source, type="image", imagefiletype=kind, file=f"{token}.{kind}", uniquesuff=0, record=1,
        outputcolorspace=token,
    )  # fmt: skip
    net.run(frames=1)


def zimg(path: Path, white: float) -> Array:
    """Linear light with Rec.709's primaries, 1 being ``white`` nits, as zimg reads the file by its tags."""
    stream = probe(path)["streams"][0]
    said = f"tin={stream['color_transfer']}:pin={stream['color_primaries']}:min={stream['color_space']}:rin=limited"
    chain = f"zscale={said}:t=linear:p=bt709:m=gbr:r=full:npl={white},format=gbrpf32le"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", "1", "-vf", chain, "-f", "rawvideo", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    planes = np.frombuffer(data, "<f4").reshape(3, stream["height"], stream["width"])
    return np.dstack([planes[2], planes[0], planes[1]]).astype(float)


def said(path: Path, *arguments: str) -> dict[str, Any]:
    stream: dict[str, Any] = probe(path, *arguments)["streams"][0]
    return stream
