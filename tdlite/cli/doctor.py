"""``tdlite doctor``: what this machine can do, and what is missing where it cannot."""

from __future__ import annotations

import argparse
import ctypes
import dataclasses
import json
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tdlite

from .exits import DEVICE, DONE

if TYPE_CHECKING:
    from tdlite.gpu.context import Gpu

_PACKAGES = (
    *("numpy", "moderngl", "glcontext", "av", "networkx", "OpenEXR", "opencv-python-headless", "simplejpeg"),
    *("tifffile", "imagecodecs", "rich", "cupy-cuda12x", "cuda-bindings", "PyNvVideoCodec", "nvidia-nvimgcodec-cu12"),
    "imageio-ffmpeg",
)
_ENCODERS = (
    *("libx264", "libx265", "libsvtav1", "libvpx-vp9", "libvpx", "prores_ks", "cfhd", "qtrle", "mjpeg", "mpeg4"),
    "gif",
)
_PROGRAMS = ("hap", "libvvenc", "libvorbis")  # the encoders that run in an ffmpeg program


def command(args: argparse.Namespace) -> int:
    """Look at GL, CUDA, NVENC, codecs and image formats; exit code 3 when nothing can draw."""
    found = examined()
    print(json.dumps(found, indent=1, ensure_ascii=False)) if args.json else _tell(found)
    return DONE if found["gl"]["usable"] else DEVICE


def examined() -> dict[str, Any]:
    """What there is, as plain data."""
    from tdlite.media.images import SUFFIXES

    gl = _gl()
    return {
        "tdlite": tdlite.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "gl": gl,
        "egl": _egl(),
        "cuda": _cuda(),
        "nvenc": _nvenc(gl),
        "encoders": _encoders(),
        "images": sorted(SUFFIXES),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _gl() -> dict[str, Any]:
    from tdlite.gpu.context import Gpu
    from tdlite.gpu.devices import nvidia_but_software
    from tdlite.gpu.errors import NoDevice

    try:
        gpu = Gpu.shared()
    except (NoDevice, ImportError) as error:
        return {"usable": False, "reason": str(error)}
    return {
        "usable": True,
        "renderer": gpu.renderer,
        "vendor": gpu.vendor,
        "version": gpu.version,
        "software": gpu.software,
        "max_size": gpu.max_size,
        "device": gpu.index,
        "path": gpu.path,
        "why": gpu.why,
        "shared_with_cuda": _shared_with_cuda(gpu),
        "warning": nvidia_but_software(gpu),
    }


def _shared_with_cuda(gpu: Gpu) -> dict[str, Any]:
    """The CUDA device that takes pictures from GL without the CPU, or why there is none."""
    from tdlite.gpu.cuda import cuda_of
    from tdlite.gpu.errors import CudaError

    try:
        return {"ordinal": cuda_of(gpu).ordinal, "reason": None}
    except CudaError as error:
        return {"ordinal": None, "reason": str(error)}


def _egl() -> list[dict[str, Any]]:
    from tdlite.gpu.devices import egl_devices

    return [device._asdict() for device in egl_devices()]


def _cuda() -> dict[str, Any]:
    driver = Path("/proc/driver/nvidia/version")
    found: dict[str, Any] = {"kernel_driver": driver.read_text().splitlines()[0] if driver.exists() else None}
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        cause = "the driver's libraries are missing (in a container: NVIDIA_DRIVER_CAPABILITIES=all)"
        return {
            **found,
            "usable": False,
            "reason": f"no libcuda.so.1: {cause if driver.exists() else 'no NVIDIA driver'}",
        }
    if (status := cuda.cuInit(0)) != 0:
        return {**found, "usable": False, "reason": f"cuInit failed with {status}: no usable NVIDIA GPU"}
    version, count = ctypes.c_int(), ctypes.c_int()
    cuda.cuDriverGetVersion(ctypes.byref(version))
    cuda.cuDeviceGetCount(ctypes.byref(count))
    names = []
    for ordinal in range(count.value):
        device, name = ctypes.c_int(), ctypes.create_string_buffer(256)
        cuda.cuDeviceGet(ctypes.byref(device), ordinal)
        cuda.cuDeviceGetName(name, len(name), device)
        names.append(name.value.decode(errors="replace"))
    missing = [name for name in ("cuda-bindings",) if _version(name) is None]
    return {
        **found,
        "usable": bool(names) and not missing,
        "version": f"{version.value // 1000}.{version.value % 1000 // 10}",
        "devices": names,
        "reason": f"without {' and '.join(missing)}: pip install 'tdlite[nvidia]'" if missing else None,
    }


def _nvenc(gl: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Per codec, what NVENC does with it on the GPU that draws, or else on the first one."""
    from tdlite.media.nvencoptions import TITLES
    from tdlite.media.nvencprobe import nvenc_status

    device = gl.get("shared_with_cuda", {}).get("ordinal") or 0
    found = {}
    for codec in TITLES:
        limits, reason = nvenc_status(codec, device)
        told = {"limits": dataclasses.asdict(limits), "told": limits.told()} if limits else {}
        found[codec] = {"usable": limits is not None, "reason": reason, **told}
    return found


def _encoders() -> dict[str, str | None]:
    """Encoder → None where PyAV's FFmpeg or an ffmpeg program has it, else what is missing."""
    try:
        import av
    except ImportError as error:
        return dict.fromkeys((*_ENCODERS, *_PROGRAMS), f"PyAV does not load: {error}")
    from tdlite.media.process import probe

    found = {name: None if _encodes(av, name) else "not in PyAV's FFmpeg" for name in _ENCODERS}
    return {**found, **{name: probe(name) for name in _PROGRAMS}}


def _encodes(av: Any, name: str) -> bool:
    try:
        av.Codec(name, "w")
    except Exception:  # PyAV has an error of its own for each sort of absence
        return False
    return True


def _tell(found: dict[str, Any]) -> None:
    gl, cuda, nvenc = found["gl"], found["cuda"], found["nvenc"]

    def line(name: str, text: object) -> None:
        print(f"{name:<10} {text}")

    line("tdlite", f"{found['tdlite']}, Python {found['python']}, {found['system']}")
    line("packages", ", ".join(f"{name} {version}" for name, version in found["packages"].items() if version))
    if gl["usable"]:
        line("GL", f"{gl['renderer']} ({gl['vendor']}), OpenGL {gl['version']}{', software' if gl['software'] else ''}")
        line("", f"images up to {gl['max_size']} pixels a side")
        line("path", f"{gl['path']}: {gl['why']}; --pathmode forces either")
        shared = gl["shared_with_cuda"]
        told = f"not possible: {shared['reason']}" if shared["reason"] else f"with CUDA device {shared['ordinal']}"
        line("GL → CUDA", told)
        if gl["warning"]:
            line("warning", gl["warning"])
    else:
        line("GL", f"not usable: {gl['reason']}")
    for device in found["egl"]:
        ordinal = device["cuda_ordinal"]
        line(
            "EGL",
            f"device {device['index']}: {device['name']}{'' if ordinal is None else f', CUDA device {ordinal}'}"
            f"{' (used)' if device['index'] == gl.get('device') else ''}",
        )
    if "devices" in cuda:
        line("CUDA", f"{cuda['version']}: {', '.join(cuda['devices']) or 'no device'}")
    if cuda["reason"]:
        line("CUDA", f"not usable: {cuda['reason']}")
    reasons = {each["reason"] for each in nvenc.values()}
    if len(reasons) == 1 and None not in reasons:
        line("NVENC", f"not usable: {reasons.pop()}")
    else:
        for codec, each in nvenc.items():
            line("NVENC", f"{codec}: {each['told'] if each['usable'] else 'not usable: ' + each['reason']}")
    line("encoders", " ".join(name for name, reason in found["encoders"].items() if reason is None))
    for reason in dict.fromkeys(reason for reason in found["encoders"].values() if reason is not None):
        absent = " ".join(name for name, each in found["encoders"].items() if each == reason)
        line("", f"not there: {absent}: {reason}")
    line("images", " ".join(found["images"]))
