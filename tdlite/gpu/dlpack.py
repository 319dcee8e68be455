"""DLPack: handing an array to another library without a copy. The structures are those of dlpack.h, version 0."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

CUDA, CPU = 2, 1
"""Device types."""

_CODES = {"i": 0, "u": 1, "f": 2}


class _Tensor(ctypes.Structure):
    _fields_ = (
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
    )


_Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Managed(ctypes.Structure):
    _fields_ = (("tensor", _Tensor), ("context", ctypes.c_void_p), ("deleter", _Deleter))


_handed: dict[int, tuple[Any, ...]] = {}
"""What is in others' hands, by the address of its structure: all that must live until they give it back."""


def _return(address: int) -> None:
    _handed.pop(address, None)


_returned = _Deleter(_return)


_Destructor = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_api = ctypes.pythonapi
_new = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(("PyCapsule_New", _api))
_is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_IsValid", _api))
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", _api))
_NAME = b"dltensor"


def _drop(capsule: int) -> None:
    """A capsule that nobody took goes; one that was taken has another name, and its taker calls the deleter."""
    if _is_valid(capsule, _NAME):
        _return(_pointer(capsule, _NAME))


_dropped = _Destructor(_drop)


def capsule(
    owner: Any, address: int, shape: Sequence[int], strides: Sequence[int], dtype: np.dtype[Any],
    device: tuple[int, int],
) -> Any:  # fmt: skip
    """An array as a DLPack capsule; ``owner`` lives until its taker gives it back. ``strides`` are in bytes."""
    count = len(shape)
    lengths = (ctypes.c_int64 * count)(*shape)
    steps = (ctypes.c_int64 * count)(*(stride // dtype.itemsize for stride in strides))
    managed = _Managed()
    managed.tensor = _Tensor(address, *device, count, _CODES[dtype.kind], dtype.itemsize * 8, 1, lengths, steps, 0)
    managed.deleter = _returned
    where = ctypes.addressof(managed)
    _handed[where] = (managed, lengths, steps, owner)
    return _new(where, _NAME, ctypes.cast(_dropped, ctypes.c_void_p))
