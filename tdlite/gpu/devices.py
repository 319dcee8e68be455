"""What GL devices the machine has, and why an NVIDIA GPU may not be among them."""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_ssize_t, c_uint, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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


def nvidia_but_software(gpu: Gpu) -> str | None:
    """Cause and mend, in a sentence, when there is an NVIDIA driver but GL came up on the CPU; else None."""
    if not gpu.software or not _has_nvidia_driver():
        return None
    if not any(map(_exists, _VENDOR_FILES)):
        cause = (
            "there is no /usr/share/glvnd/egl_vendor.d/10_nvidia.json, the driver's EGL part: in a container "
            "set NVIDIA_DRIVER_CAPABILITIES=all (it needs `graphics`), else install the driver's GL libraries"
        )
    else:
        cause = (
            "no NVIDIA device of EGL works: check that libEGL_nvidia.so.0 has the driver's version and that "
            "/dev/nvidia* can be opened; a MIG slice has no graphics"
        )
    return f"this machine has an NVIDIA driver, but OpenGL runs in software ({gpu.renderer}): {cause}"


def _has_nvidia_driver() -> bool:
    if _exists("/proc/driver/nvidia/version"):
        return True
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def _exists(path: str) -> bool:
    return Path(path).exists()
