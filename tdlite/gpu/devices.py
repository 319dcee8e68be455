"""What GL devices the machine has, and why an NVIDIA GPU may not be among them."""

from __future__ import annotations

import ctypes
import os
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_ssize_t, c_uint, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .errors import NoDevice

if TYPE_CHECKING:
    from .context import Gpu

SOFTWARE = "Mesa software"
"""The name of the EGL device that renders on the CPU."""

_EGL_CUDA_DEVICE_NV = 0x323A
_EGL_EXTENSIONS, _EGL_VENDOR, _EGL_RENDERER_EXT, _EGL_DRM_DEVICE_FILE_EXT = 0x3055, 0x3053, 0x335F, 0x3233
_VENDOR_FILES = (
    "/usr/share/glvnd/egl_vendor.d/10_nvidia.json",
    "/etc/glvnd/egl_vendor.d/10_nvidia.json",
)
_MOUNTED_VENDOR_FILE = "/usr/local/nvidia/share/glvnd/egl_vendor.d/10_nvidia.json"
"""Where clusters mount it, and EGL does not look."""


class EglDevice(NamedTuple):
    """One EGL device: index for ``Gpu.shared``, what it says of itself, CUDA ordinal if it has one."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    name: str
    cuda_ordinal: int | None


def egl_devices() -> list[EglDevice]:
    """All EGL devices in EGL's order, which is not CUDA's; empty when EGL is missing or cannot list them."""
    try:
        egl = ctypes.CDLL("libEGL.so.1")
    except OSError:
        return []
    find = egl.eglGetProcAddress
    find.restype, find.argtypes = c_void_p, [c_char_p]
    addresses = [find(name) for name in (b"eglQueryDevicesEXT", b"eglQueryDeviceAttribEXT", b"eglQueryDeviceStringEXT")]
    if not all(addresses):
        return []
    query = CFUNCTYPE(c_uint, c_int, POINTER(c_void_p), POINTER(c_int))(addresses[0])
    attribute = CFUNCTYPE(c_uint, c_void_p, c_int, POINTER(c_ssize_t))(addresses[1])
    string = CFUNCTYPE(c_char_p, c_void_p, c_int)(addresses[2])
    count = c_int()
    query(0, None, byref(count))
    handles = (c_void_p * count.value)()
    query(count.value, handles, byref(count))
    found = []
    for index, handle in enumerate(handles[: count.value]):
        ordinal = c_ssize_t(-1)
        cuda = attribute(handle, _EGL_CUDA_DEVICE_NV, byref(ordinal)) and ordinal.value >= 0
        words = (string(handle, name) for name in (_EGL_VENDOR, _EGL_RENDERER_EXT, _EGL_DRM_DEVICE_FILE_EXT))
        name = " ".join(word.decode(errors="replace") for word in words if word)
        if b"EGL_MESA_device_software" in (string(handle, _EGL_EXTENSIONS) or b""):
            name = SOFTWARE
        found.append(EglDevice(index, name or "unnamed", ordinal.value if cuda else None))
    return found


Device = int | str | None
"""A choice of device: None, a number, 'software', 'cuda:N' or 'egl:N'; see ``choices``."""


def choices(device: Device, found: list[EglDevice]) -> list[int]:
    """The EGL indexes to try, in order, for a choice of device.

    None is the best that works: CUDA devices in CUDA's order, then other GPUs, software last. A number is CUDA's
    ordinal where any device has one, else EGL's index; 'cuda:N' and 'egl:N' say which; 'software' is Mesa on the
    CPU. NoDevice for a device that is not there, with those that are.
    """
    if device is None:
        best = sorted(
            found, key=lambda each: (each.cuda_ordinal is None, each.name == SOFTWARE, each.cuda_ordinal, each.index)
        )
        return [each.index for each in best] or [0]
    if device == "software":
        wanted = [each.index for each in found if each.name == SOFTWARE]
        if wanted or found:
            return wanted or _none("software", found)
        return [0]
    kind, colon, number = device.partition(":") if isinstance(device, str) else ("", "", str(device))
    if not number.isdecimal() or (kind, colon) not in (("", ""), ("cuda", ":"), ("egl", ":")):
        raise NoDevice(f"there is no device {device!r}; a device is a number, 'cuda:N', 'egl:N' or 'software'")
    has_cuda = any(each.cuda_ordinal is not None for each in found)
    if kind == "cuda" or (not kind and has_cuda):
        return [each.index for each in found if each.cuda_ordinal == int(number)] or _none(f"cuda:{number}", found)
    if found and int(number) >= len(found):
        return _none(f"egl:{number}", found)
    return [int(number)]


def _none(wanted: str, found: list[EglDevice]) -> list[int]:
    listed = [
        f"egl:{each.index}{'' if each.cuda_ordinal is None else f' = cuda:{each.cuda_ordinal}'} ({each.name})"
        for each in found
    ]
    raise NoDevice(f"there is no device {wanted}; EGL has {', '.join(listed)}")


def nvidia_but_software(gpu: Gpu) -> str | None:
    """Cause and mend, in a sentence, when there is an NVIDIA driver but GL came up on the CPU unasked; else None."""
    if not gpu.software or gpu.asked_software or not _has_nvidia_driver():
        return None
    return f"this machine has an NVIDIA driver, but OpenGL runs in software ({gpu.renderer}): {_cause()}"


def _cause() -> str:
    """Why EGL has no NVIDIA device, by what can be seen of the machine."""
    listed = os.environ.get("__EGL_VENDOR_LIBRARY_FILENAMES", "")
    if listed and "nvidia" not in listed:
        return f"__EGL_VENDOR_LIBRARY_FILENAMES names only {listed}: unset it, or add the driver's 10_nvidia.json"
    given = os.environ.get("NVIDIA_DRIVER_CAPABILITIES")
    if given is not None and not {"all", "graphics"} & set(given.split(",")):
        return (
            f"NVIDIA_DRIVER_CAPABILITIES={given} keeps the driver's OpenGL out of this container: start it with "
            "NVIDIA_DRIVER_CAPABILITIES=all (it needs `graphics`, and `video` for NVENC)"
        )
    if any("MIG-" in os.environ.get(name, "") for name in ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")):
        return "this process has a MIG slice, and those have no graphics: use a whole GPU"
    if not listed and not any(map(_exists, _VENDOR_FILES)):
        if _exists(_MOUNTED_VENDOR_FILE):
            return (
                f"the driver's EGL part is {_MOUNTED_VENDOR_FILE}, where EGL does not look: set "
                f"__EGL_VENDOR_LIBRARY_FILENAMES={_MOUNTED_VENDOR_FILE}"
            )
        return (
            "there is no /usr/share/glvnd/egl_vendor.d/10_nvidia.json, the driver's EGL part: in a container "
            "set NVIDIA_DRIVER_CAPABILITIES=all (it needs `graphics`), else install the driver's GL libraries"
        )
    if not loads("libEGL_nvidia.so.0"):
        return (
            "libEGL_nvidia.so.0 does not load: install the driver's GL libraries in the version of the kernel's "
            "driver; in a container set NVIDIA_DRIVER_CAPABILITIES=all (it needs `graphics`)"
        )
    if not _opens("/dev/nvidiactl"):
        return "/dev/nvidiactl cannot be opened: start the container with --gpus all, or give this user the right"
    return (
        "no NVIDIA device of EGL works: check that libEGL_nvidia.so.0 has the version of the kernel's driver; "
        "a MIG slice has no graphics"
    )


def _has_nvidia_driver() -> bool:
    return _exists("/proc/driver/nvidia/version") or loads("libcuda.so.1")


def loads(library: str) -> bool:
    """Whether the system's loader finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _opens(path: str) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


def _exists(path: str) -> bool:
    return Path(path).exists()
