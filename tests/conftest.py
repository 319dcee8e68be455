"""A network to test with: every project is in checked mode, and GL must be without errors around each test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from network import Net


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    """A checked project in an empty folder, whose shaders run by compute as on a GPU; `fast` has the device's way."""
    with Net(checked=True, pathmode="compute", folder=tmp_path) as project:
        yield project


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Net]:
    """A project that is not checked, for counting cooks."""
    with Net(folder=tmp_path) as project:
        yield project


@pytest.fixture(autouse=True)
def no_gl_errors() -> Iterator[None]:
    """No test leaves a GL error behind."""
    yield
    context: Any = sys.modules.get("tdlite.gpu.context")
    for gpu in context.Gpu._shared.values() if context is not None else ():
        gpu.regain()
        assert gpu.ctx.error == "GL_NO_ERROR"


@pytest.fixture
def no_nvenc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without NVENC, whatever this one has."""
    from tdlite.media import nvencprobe

    monkeypatch.setattr(nvencprobe, "libraries", lambda device: "it is out")
    nvencprobe.forget()
    yield
    nvencprobe.forget()


@pytest.fixture
def nvenc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A machine with a driver and NVENC: the double of PyNvVideoCodec, a fresh machine behind it."""
    from doubles import PyNvVideoCodec as double

    from tdlite.media import nvencprobe

    monkeypatch.setitem(sys.modules, "PyNvVideoCodec", double)
    monkeypatch.setattr(double, "gpu", double.Machine())
    monkeypatch.setattr(double.PyNvEncoder, "created", [])
    monkeypatch.setattr(nvencprobe, "libraries", lambda device: None)
    nvencprobe.forget()
    yield double
    nvencprobe.forget()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked `gpu` skip without an NVIDIA GPU, and fail where one was asked for: -m gpu, TDLITE_REQUIRE_GPU=1.

    Those marked `nvenc` need NVENC as well, which not every GPU has: they fail with -m nvenc alone.
    """
    asked = item.config.getoption("-m")
    if item.get_closest_marker("gpu") is not None:
        missing, required = _no_cuda(), os.environ.get("TDLITE_REQUIRE_GPU") == "1" or asked == "gpu"
    elif item.get_closest_marker("nvenc") is not None:
        missing, required = _no_cuda() or _no_nvenc(), asked == "nvenc"
    else:
        return
    if missing and required:
        pytest.fail(f"a GPU was asked for: {missing}", pytrace=False)
    if missing:
        pytest.skip(missing)


@cache
def _no_cuda() -> str:
    """Why there is no CUDA beside GL; empty when there is."""
    from tdlite.gpu.context import Gpu
    from tdlite.gpu.cuda import cuda_of
    from tdlite.gpu.errors import GpuError

    try:
        cuda_of(Gpu.shared())
    except GpuError as error:
        return str(error)
    return ""


@cache
def _no_nvenc() -> str:
    """Why there is no NVENC on the GPU that draws; empty when there is."""
    from tdlite.gpu.context import Gpu
    from tdlite.gpu.cuda import cuda_of
    from tdlite.media.nvencprobe import nvenc_status

    return nvenc_status("h264", cuda_of(Gpu.shared()).ordinal).reason or ""
