"""Frames as the real package takes them: a DLPack capsule of CUDA memory, looked at field by field."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CUDA, _UNSIGNED = 2, 1
_ROWS = {
    **dict.fromkeys(("NV12", "P010", "YUV420"), (3, 2)),
    **dict.fromkeys(("NV16", "P210"), (2, 1)),
    **dict.fromkeys(("YUV444", "YUV444_10BIT", "YUV444_16BIT"), (3, 1)),
}
_DEEP = ("P010", "P210", "YUV444_10BIT", "YUV444_16BIT")


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


def host(address: int, size: int, stream: int) -> bytes:
    """Memory of the CPU that plays CUDA's."""
    return ctypes.string_at(address, size)


def cuda(address: int, size: int, stream: int) -> bytes:
    """Real CUDA memory, copied in its stream."""
    from cuda.bindings import runtime

    data = bytearray(size)
    target = ctypes.addressof((ctypes.c_char * size).from_buffer(data))
    kind = runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost
    for result in (
        runtime.cudaMemcpyAsync(target, address, size, kind, stream),
        runtime.cudaStreamSynchronize(stream),
    ):
        if int(result[0]):
            raise RuntimeError(f"CUDA {result[0].name}")
    return bytes(data)


memory: Callable[[int, int, int], bytes] = host
"""How the memory of a frame is read; `cuda` on a real GPU."""


class Refused(Exception):
    """What the real package does not take, or takes without a word and reads wrongly."""


def read(frame: Any, format: str, width: int, height: int, stream: int, device: int) -> NDArray[Any]:
    """Return the samples of a frame, [rows, width]."""
    if not hasattr(frame, "__dlpack__"):
        raise Refused("the object has neither __dlpack__ nor planes")
    capsule = frame.__dlpack__(stream)
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    tensor = _Tensor.from_address(get(capsule, b"dltensor"))
    if tensor.device_type != _CUDA:
        raise Refused(f"DLPack device type {tensor.device_type} is not CUDA")
    if tensor.device_id != device:
        raise Refused(f"memory of device {tensor.device_id} is out of reach of the encoder's, {device}")
    if tensor.ndim != 2:
        raise Refused(f"a tensor of {tensor.ndim} dimensions is not {format}")
    over, under = _ROWS[format]
    size = 2 if format in _DEEP else 1
    shape = (height * over // under, width)
    found = (tensor.shape[0], tensor.shape[1])
    bits = tensor.bits
    if (found, bits) != (shape, 8 * size) and (found, bits) != ((shape[0], shape[1] * size), 8):
        raise Refused(f"a tensor of {found} with {bits} bits is not {format} of {width}x{height}")
    if (tensor.code, tensor.lanes) != (_UNSIGNED, 1):
        raise Refused(f"numbers of DLPack type {tensor.code} are no samples of {format}")
    itemsize = bits // 8
    pitch = tensor.strides[0] * itemsize if tensor.strides else found[1] * itemsize
    if tensor.strides and (tensor.strides[1] != 1 or pitch < found[1] * itemsize):
        raise Refused("the samples of a row, and the rows, do not follow each other")
    rows, row = shape[0], width * size
    data = memory(tensor.data + tensor.byte_offset, pitch * (rows - 1) + row, stream)
    lines = np.frombuffer(bytearray(data + bytes(pitch - row)), np.uint8).reshape(rows, pitch)
    return np.ascontiguousarray(lines[:, :row]).view("<u2" if size == 2 else np.uint8)
