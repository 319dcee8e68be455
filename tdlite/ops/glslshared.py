"""What the GLSL TOPs of a project share: textures that every shader may read, and pictures in place of an error."""

from __future__ import annotations

from functools import cache

import numpy as np

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.texels import Curve
from tdlite.graph.project import Project

from .top import gpu_of


def noise_map(project: Project) -> Image:
    """``sTDNoiseMap``: 256 × 256 random bytes."""
    image: Image | None = project.resources.get("noise map")
    if image is None:
        job = Pass(instead("noisemap"), Spec.square(256, 256, "mono8fixed"))
        image = project.resources["noise map"] = gpu_of(project).draw(job)
    return image


def sine(project: Project) -> Curve:
    """``sTDSineLookup``: from 0 to 1 in the shape of half a sine wave."""
    curve: Curve | None = project.resources.get("sine lookup")
    if curve is None:
        rising = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 256))
        curve = project.resources["sine lookup"] = Curve(gpu_of(project), rising)
    return curve


@cache
def instead(name: str) -> PixelProgram:
    """The picture of that name among the shaders of the GLSL TOP: black, or a checkerboard."""
    return PixelProgram(f"glsl/{name}.glsl")
