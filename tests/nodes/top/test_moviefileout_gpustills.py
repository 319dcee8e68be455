"""JPEGs made on the GPU: how nvImageCodec is called, with a double in its place. No GPU has shown it yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from doubles import cupy, nvimgcodec
from fakecuda import FakeCuda
from PIL import Image
from recordings import counting, files, frame_of, recorder

from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import Cuda
from tdlite.gpu.readback import Readback
from tdlite.media import gpustills


@pytest.fixture
def stills(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A GPU with CUDA and nvImageCodec, played by the CPU."""
    gpu = Gpu.shared()
    nvidia = ModuleType("nvidia")
    nvidia.nvimgcodec = nvimgcodec  # type: ignore[attr-defined]  # as the package has it
    monkeypatch.setitem(sys.modules, "nvidia", nvidia)
    monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", nvimgcodec)
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    monkeypatch.setattr(gpu, "cuda", Cuda(gpu, FakeCuda()))
    monkeypatch.setattr(nvimgcodec.Encoder, "made", [])
    gpustills.gpu_stills.cache_clear()
    yield nvimgcodec.Encoder
    gpustills.gpu_stills.cache_clear()


def jpegs(net: Any, source: Any, count: int, **pars: Any) -> Any:
    pars = {"type": "imagesequence", "imagefiletype": "jpeg", "file": "a", "encoder": "auto", "record": True, **pars}
    out = recorder(net, source, **pars)
    net.run(frames=count)
    out.par.record = False
    return out


def test_a_sequence_is_encoded_where_the_pictures_are(
    fast: Any, stills: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Readback, "start", lambda *_: pytest.fail("pixels were read back"))
    out = jpegs(fast, counting(fast), 4)
    assert out.errors() == ""
    assert [frame_of(tmp_path / f"a.0.{index}.jpg") for index in range(4)] == [1, 2, 3, 4]
    (encoder,) = stills.made
    assert nvimgcodec.BackendKind.CPU_ONLY not in encoder.kinds
    assert encoder.kinds
    assert encoder.streams == [4096] * 4


def test_the_picture_stands_upright_and_loses_its_alpha(fast: Any, stills: Any, tmp_path: Path) -> None:
    source = fast.rectangleTOP(
        resolution=(32, 16), sizex=1, sizey=0.5, sizeunit="fraction", centery=0.25, centerunit="fraction",
        fillcolorr=1, fillcolorg=0.2, fillcolorb=0, bgalpha=0, antialias=False,
    )  # fmt: skip
    jpegs(fast, source, 1, quality=1)
    shown = np.asarray(Image.open(tmp_path / "a.0.0.jpg")).astype(int)
    expected = np.round(source.numpyArray()[::-1, :, :3] * 255)
    assert shown.shape == (16, 32, 3)
    assert np.abs(shown - expected)[[0, 3, 12, 15]].max() <= 3


@pytest.mark.parametrize(("quality", "error"), [(1, 0), (0.85, 1.4)])
def test_jpeg_2000_keeps_its_alpha_and_at_the_best_quality_every_value(
    fast: Any, stills: Any, tmp_path: Path, quality: float, error: float
) -> None:
    source = fast.noiseTOP(resolution=(48, 32), mono=False, alpha="random", format="rgba8fixed")
    jpegs(fast, source, 1, imagefiletype="jp2", quality=quality)
    shown = np.asarray(Image.open(tmp_path / "a.0.0.jp2")).astype(int)
    expected = np.round(source.numpyArray()[::-1] * 255)
    assert len(stills.made) == 1
    assert np.sqrt(np.mean((shown - expected) ** 2)) <= error


@pytest.mark.parametrize(("pars", "made"), [({"encoder": "software"}, 0), ({"imagefiletype": "png"}, 0)])
def test_software_and_other_formats_are_the_cpus(
    fast: Any, stills: Any, tmp_path: Path, pars: dict[str, Any], made: int
) -> None:
    jpegs(fast, counting(fast), 2, **pars)
    assert len(files(tmp_path)) == 2
    assert len(stills.made) == made


def test_what_the_package_refuses_or_lacks_is_the_cpus(
    fast: Any, stills: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "refuse", True)
    jpegs(fast, counting(fast), 2)
    gpustills.gpu_stills.cache_clear()
    monkeypatch.setitem(sys.modules, "nvidia", None)
    jpegs(fast, fast.op("rectangle1"), 2, file="b")
    shown = [frame_of(tmp_path / f"{name}.0.{index}.jpg") for name in "ab" for index in range(2)]
    assert shown == [1, 2, 3, 4]
