"""Fixtures of the GPU tests: the shared device, left as it was found, and a short way to draw a text."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tdlite.gpu.context import Gpu
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import read
from tdlite.gpu.source import Source
from tdlite.gpu.upload import upload

Draw = Callable[..., NDArray[np.float32]]


@pytest.fixture
def gpu() -> Gpu:
    return Gpu.shared()


@pytest.fixture(autouse=True)
def _no_gl_errors(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(gpu, "path", "compute")
    assert gpu.ctx.error == "GL_NO_ERROR"
    yield
    assert gpu.ctx.error == "GL_NO_ERROR"


@pytest.fixture(params=["compute", "raster"])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def draw(gpu: Gpu) -> Draw:
    """Draws a pixel function's text as 32-bit float 4×4 unless told otherwise, and reads it."""

    def draw(text: str, width: int = 4, height: int = 4, format: str = "rgba32float", **job: Any) -> NDArray[Any]:
        program = PixelProgram(Source("test.glsl", text), inputs=len(job.get("inputs", ())))
        return read(gpu.draw(Pass(program, Spec.square(width, height, format), **job)))

    return draw


@pytest.fixture
def image(gpu: Gpu) -> Callable[[Any], Image]:
    """An array [h, w, 1…4] as a 32-bit float image."""

    def image(array: Any, format: str = "rgba32float") -> Image:
        array = np.asarray(array, np.float32)
        return upload(gpu, array, Spec.square(array.shape[1], array.shape[0], format))

    return image
