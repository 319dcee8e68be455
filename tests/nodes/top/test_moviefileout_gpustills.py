"""JPEGs made on the GPU: how nvImageCodec is called, with a double in its place. No GPU has shown it yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from doubles import nvimgcodec
from fakecuda import played
from PIL import Image
from recordings import counting, files, frame_of, recorder

from tdlite.gpu.context import Gpu
from tdlite.gpu.errors import GpuError
from tdlite.gpu.image import Spec
from tdlite.gpu.picturebytes import PictureBytes
from tdlite.gpu.readback import Readback
from tdlite.gpu.upload import upload
from tdlite.media import gpustills


@pytest.fixture
def stills(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A GPU with CUDA and nvImageCodec, played by the CPU."""
    gpu = Gpu.shared()
    nvidia = ModuleType("nvidia")
    nvidia.nvimgcodec = nvimgcodec  # type: ignore[attr-defined]  # as the package has it
    monkeypatch.setitem(sys.modules, "nvidia", nvidia)
    monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", nvimgcodec)
    monkeypatch.setattr(nvimgcodec.Encoder, "made", [])
    gpustills.gpu_stills.cache_clear()
    with played(gpu) as runtime:
        monkeypatch.setattr(nvimgcodec, "known", runtime._within)
        yield nvimgcodec.Encoder
    gpustills.gpu_stills.cache_clear()
    assert runtime.registered == []


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
    out = jpegs(fast, counting(fast), 2)
    assert "nvImageCodec could not encode" in out.warnings()
    assert "does not say why" in out.warnings()
    gpustills.gpu_stills.cache_clear()
    monkeypatch.setitem(sys.modules, "nvidia", None)
    jpegs(fast, fast.op("rectangle1"), 2, file="b")
    shown = [frame_of(tmp_path / f"{name}.0.{index}.jpg") for name in "ab" for index in range(2)]
    assert shown == [1, 2, 3, 4]


def test_what_fails_on_the_gpu_is_tried_once_told_and_left_to_the_cpu(
    fast: Any, stills: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(*_: Any, **__: Any) -> None:
        tried.append(1)
        raise RuntimeError("Buffer is not CUDA-accessible\nat somewhere")

    monkeypatch.setattr(nvimgcodec, "as_image", fail)
    out = jpegs(fast, counting(fast), 3)
    assert tried == [1]
    assert out.errors() == ""
    assert "a.0.0.jpg on the GPU (Buffer is not CUDA-accessible): the CPU does it" in out.warnings()
    assert [frame_of(tmp_path / f"a.0.{index}.jpg") for index in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (641, 7)])
@pytest.mark.parametrize("channels", [3, 4])
def test_the_bytes_of_a_picture_stand_upright_and_without_gaps(channels: int, size: tuple[int, int]) -> None:
    gpu = Gpu.shared()
    array = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 4), np.uint8)
    way = PictureBytes(gpu)
    for each in (array, 255 - array):  # the buffer is used again
        expected = each[::-1, :, :channels].tobytes()
        assert way.of(upload(gpu, each, Spec.square(*size)), channels).read()[: len(expected)] == expected
    way.release()
    with pytest.raises(GpuError, match="only 2D pictures of rgba8fixed"):
        way.of(upload(gpu, array, Spec.square(*size, "rgba16float")), 3)
