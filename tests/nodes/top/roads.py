"""Movies of a picture that is different everywhere, by one road or another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from media.movies import probe, samples
from recordings import recorder

from tdlite.gpu.context import Gpu

SIZE = (64, 48)


def textured(net: Any, resolution: tuple[int, int] = SIZE) -> Any:
    """Colourful and smooth, and different in each frame."""
    source = net.glslTOP(resolution=resolution)
    net.op("glsl1_pixel").text = """
        uniform float time;
        out vec4 c;
        void main() {
            vec3 wave = 0.5 + 0.45 * sin(vec3(5.0, 6.0, 7.0) * vUV.s + vec3(4.0, 3.0, 2.0) * vUV.t + time);
            c = TDOutputSwizzle(vec4(wave, 1.0));
        }"""
    source.par.vec0name, source.par.vec0valuex.expr = "time", "absTime.frame * 0.2"
    return source


def ratio(a: Any, b: Any, top: float = 255) -> float:
    """Peak signal to noise, in dB."""
    return float(10 * np.log10(top**2 / max(np.mean((a.astype(float) - b) ** 2), 1e-9)))


def make(net: Any, source: Any, count: int, **pars: Any) -> Any:
    out = recorder(net, source, **{"type": "movie", "file": "a.mp4", "encoder": "nvenc", "record": True, **pars})
    net.run(frames=count)
    out.par.record = False
    return out


def movie_samples(net: Any, source: Any, name: str, planar: bool, **pars: Any) -> Any:
    """The first frame's samples as a movie stores them, lossless, by one road or the other."""
    gpu = Gpu.shared()
    before, gpu.converts = gpu.converts, planar
    try:
        out = make(net, source, 3, **{"file": name, "encoder": "software", **pars})
    finally:
        gpu.converts = before
    assert out.errors() == ""
    stream = probe(Path(net.folder) / name, "-count_frames")["streams"][0]
    told = {key: stream.get(key) for key in ("pix_fmt", "nb_read_frames", "color_space", "color_range", "width")}
    return samples(Path(net.folder) / name, 3), told
