"""Whether there is NVENC: each thing that can be missing has its own sentence, and nothing raises."""

from __future__ import annotations

import builtins
import ctypes
import json
import sys
from typing import Any

import pytest

from tdlite.media import nvencprobe
from tdlite.media.encoder import Settings
from tdlite.media.nvenc import nvenc_for
from tdlite.media.nvencencoder import NoNvenc
from tdlite.media.nvencprobe import nvenc_status


class Library:
    """A driver library whose functions answer what `answers` say; pointers are filled, too."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        def function(*arguments: Any) -> int:
            answer = self._answers.get(name, 0)
            if arguments and not isinstance(arguments[0], int):
                arguments[0]._obj.value = answer
                return 0
            return int(answer)

        return function


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets what libraries there are: `machine(**{"libcuda.so.1": Library(…)})`."""

    def have(**libraries: Library) -> None:
        def load(name: str, *_: Any) -> Library:
            if name not in libraries:
                raise OSError(f"{name}: cannot open shared object file")
            return libraries[name]

        monkeypatch.setattr(ctypes, "CDLL", load)
        nvencprobe.forget()

    yield have
    nvencprobe.forget()


CUDA = Library(cuInit=0, cuDeviceGetCount=1)
ENCODE = Library(NvEncodeAPIGetMaxSupportedVersion=13 << 4)


@pytest.mark.parametrize(
    ("libraries", "reason"),
    [
        ({}, "there is no NVIDIA driver (no libcuda.so.1)"),
        ({"libcuda.so.1": Library(cuInit=100)}, "finds no usable GPU (cuInit failed with 100)"),
        ({"libcuda.so.1": Library(cuDeviceGetCount=0)}, "there is no CUDA device 0 (there are 0)"),
        ({"libcuda.so.1": CUDA}, "in a container set NVIDIA_DRIVER_CAPABILITIES=all (it needs `video`)"),
        ({"libcuda.so.1": CUDA, "libnvidia-encode.so.1": Library(NvEncodeAPIGetMaxSupportedVersion=(11 << 4) + 1)},
         "the driver's NVENC is 11.1, at least 12.1 is needed"),
    ],
)  # fmt: skip
def test_what_the_driver_lacks_is_named(machine: Any, libraries: dict[str, Library], reason: str) -> None:
    machine(**libraries)
    status = nvenc_status("h264")
    assert status.limits is None
    assert reason in (status.reason or "")
    with pytest.raises(NoNvenc) as caught:
        nvenc_for("h264nvgpu", Settings())
    assert caught.value.reason == status.reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            ModuleNotFoundError("No module named 'PyNvVideoCodec'", name="PyNvVideoCodec"),
            "PyNvVideoCodec is not installed: pip install",
        ),
        (
            ModuleNotFoundError("No module named 'numpy'", name="numpy"),
            "does not load (No module named 'numpy'): install that",
        ),
        (RuntimeError("Driver version is too old\nmany lines"), "does not load (Driver version is too old): update"),
        (ImportError("libcuda.so.1: cannot open shared object file"), "does not load (libcuda.so.1: cannot open"),
    ],
)
def test_a_package_that_does_not_load_is_named(
    machine: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    machine(**{"libcuda.so.1": CUDA, "libnvidia-encode.so.1": ENCODE})
    monkeypatch.delitem(sys.modules, "PyNvVideoCodec", raising=False)
    importing = builtins.__import__

    def fail(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "PyNvVideoCodec":
            raise error
        return importing(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", fail)
    status = nvenc_status("h264")
    assert reason in (status.reason or "")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "data-centre GPUs such as A100, H100 and H200 have no NVENC"),
        (2, "data-centre GPUs such as A100, H100 and H200 have no NVENC"),
        (10, "NVENC has no room for another session (error 10)"),
        (21, "NVENC has no room for another session (error 21)"),
        (15, "the NVIDIA driver is older than PyNvVideoCodec"),
        (20, "(m_nvenc.nvEncOpenEncodeSessionEx(&encodeSessionExParams, &hEncoder) returned error 20)"),
    ],
)
def test_a_refused_session_says_why_as_far_as_the_code_tells(nvenc: Any, code: int, reason: str) -> None:
    nvenc.gpu.error = code
    assert reason in (nvenc_status("h264").reason or "")


def test_the_answer_is_kept_for_each_codec_and_gpu(nvenc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    caps = nvencprobe.encoder_caps
    monkeypatch.setattr(nvencprobe, "encoder_caps", lambda *args: asked.append(args) or caps(*args))
    nvenc.gpu.devices = 2
    for _ in range(3):
        for device in (0, 1):
            assert nvenc_status("h264", device).limits
        assert nvenc_status("hevc").limits
    assert asked == [("h264", 0), ("h264", 1), ("hevc", 0)]
    assert nvenc.gpu.sessions == 0


def test_a_busy_gpu_is_asked_again(nvenc: Any) -> None:
    nvenc.gpu.session_limit = 0
    assert nvenc_status("h264").limits is None
    nvenc.gpu.session_limit = 1
    assert nvenc_status("h264").limits is not None


def test_limits_are_those_of_the_codec(nvenc: Any) -> None:
    h264, hevc, av1 = (nvenc_status(codec).limits for codec in ("h264", "hevc", "av1"))
    assert h264 is not None
    assert hevc is not None
    assert av1 is not None
    assert (h264.largest, h264.ten_bit, h264.yuv444) == ((4096, 4096), False, True)
    assert (hevc.largest, hevc.ten_bit, hevc.b_frames) == ((8192, 8192), True, 4)
    assert (av1.yuv444, av1.lossless) == (False, False)
    assert hevc.told() == "up to 8192×8192, 10 bit, 4:4:4, lossless, 4 B-frames"


def test_a_codec_that_the_gpu_lacks_is_missing_alone(nvenc: Any) -> None:
    nvenc.gpu.codecs = ("h264", "hevc")
    assert nvenc_status("h264").limits
    assert nvenc_status("av1").limits is None


def test_doctor_tells_the_limits_of_each_codec_or_the_reason(nvenc: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from tdlite.cli.main import main

    nvenc.gpu.codecs = ("h264", "hevc")
    assert main(["doctor"]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("NVENC")]
    assert said[0].endswith("h264: up to 4096×4096, 4:4:4, lossless, 4 B-frames")
    assert said[1].endswith("hevc: up to 8192×8192, 10 bit, 4:4:4, lossless, 4 B-frames")
    assert "av1: not usable: this GPU's NVENC has no AV1" in said[2]
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["nvenc"]
    assert found["hevc"]["limits"]["largest"] == [8192, 8192]
    assert found["av1"]["usable"] is False
