"""``tdlite doctor``: what this machine can do, and what is missing where it cannot."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import tdlite

from .exits import DEVICE, DONE

_PACKAGES = (
    *("numpy", "moderngl", "glcontext", "av", "networkx", "OpenEXR", "opencv-python-headless", "simplejpeg"),
    *("tifffile", "imagecodecs", "rich", "cupy-cuda12x", "cuda-bindings", "PyNvVideoCodec", "imageio-ffmpeg"),
)
_ENCODERS = (
    *("libx264", "libx265", "libsvtav1", "libvpx-vp9", "libvpx", "prores_ks", "cfhd", "qtrle", "mjpeg", "mpeg4"),
    *("gif", "hap", "libvvenc"),
)


def command(args: argparse.Namespace) -> int:
    """Look at GL, CUDA, NVENC, codecs and image formats; exit code 3 when nothing can draw."""
    found = examined()
    print(json.dumps(found, indent=1, ensure_ascii=False)) if args.json else _tell(found)
    return DONE if found["gl"]["usable"] else DEVICE


def examined() -> dict[str, Any]:
    """What there is, as plain data."""
    from tdlite.media.images import SUFFIXES

    return {
        "tdlite": tdlite.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "gl": _gl(),
        "egl": _egl(),
        "cuda": _cuda(),
        "nvenc": _nvenc(),
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
        "path": gpu.path,
        "why": "compute runs on all of a GPU, fragment shaders only on a small part of data-centre ones; "
        "what needs raster uses it",
        "warning": nvidia_but_software(gpu),
    }


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
    missing = [name for name in ("cupy-cuda12x", "cuda-bindings") if _version(name) is None]
    return {
        **found,
        "usable": bool(names) and not missing,
        "version": f"{version.value // 1000}.{version.value % 1000 // 10}",
        "devices": names,
        "reason": f"without {' and '.join(missing)}: pip install 'tdlite[nvidia]'" if missing else None,
    }


def _nvenc() -> dict[str, Any]:
    reason = _no_nvenc()
    return {"usable": reason is None, "reason": reason}


def _no_nvenc() -> str | None:
    """Why there is no NVENC; None when an encoder session opens."""
    try:
        if ctypes.CDLL("libcuda.so.1").cuInit(0) != 0:
            return "no usable NVIDIA GPU"
    except OSError:
        return "no libcuda.so.1: no NVIDIA driver"
    try:
        encode = ctypes.CDLL("libnvidia-encode.so.1")
    except OSError:
        return "no libnvidia-encode.so.1: in a container set NVIDIA_DRIVER_CAPABILITIES=all (it needs `video`)"
    version = ctypes.c_uint32()
    if encode.NvEncodeAPIGetMaxSupportedVersion(ctypes.byref(version)) != 0 or version.value < 0xC1:
        major, minor = version.value >> 4, version.value & 15
        return f"the driver's NVENC is {major}.{minor}, at least 12.1 is needed: update the driver"
    if importlib.util.find_spec("PyNvVideoCodec") is None:
        return "without PyNvVideoCodec: pip install 'tdlite[nvidia]'"
    import PyNvVideoCodec

    try:
        PyNvVideoCodec.GetEncoderCaps(gpuid=0, codec="h264")
    except Exception as error:  # the package raises its own type, and others when a session is refused
        return f"this GPU opens no encoder session ({error}); data-centre GPUs such as A100 and H100 have no NVENC"
    return None


def _encoders() -> dict[str, str | None]:
    """Encoder → None where PyAV's FFmpeg has it, else what is missing."""
    try:
        import av
    except ImportError as error:
        return dict.fromkeys(_ENCODERS, f"PyAV does not load: {error}")
    return {name: None if _encodes(av, name) else "not in PyAV's FFmpeg" for name in _ENCODERS}


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
        line("path", f"{gl['path']}: {gl['why']}")
        if gl["warning"]:
            line("warning", gl["warning"])
    else:
        line("GL", f"not usable: {gl['reason']}")
    for device in found["egl"]:
        ordinal = device["cuda_ordinal"]
        line(
            "EGL", f"device {device['index']}: {device['name']}{'' if ordinal is None else f', CUDA device {ordinal}'}"
        )
    if "devices" in cuda:
        line("CUDA", f"{cuda['version']}: {', '.join(cuda['devices']) or 'no device'}")
    if cuda["reason"]:
        line("CUDA", f"not usable: {cuda['reason']}")
    line("NVENC", "usable" if nvenc["usable"] else f"not usable: {nvenc['reason']}")
    line("encoders", " ".join(name for name, reason in found["encoders"].items() if reason is None))
    absent = [name for name, reason in found["encoders"].items() if reason is not None]
    if absent:
        line("", f"not there: {' '.join(absent)}")
    line("images", " ".join(found["images"]))
