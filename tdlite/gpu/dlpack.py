"""DLPack: handing an array to another library without a copy, as a capsule of dlpack.h, version 0."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

CUDA, CPU = 2, 1
"""Device types."""

_DEVICE_TYPE, _DEVICE_ID = 8, 12  # offsets in DLTensor, behind the pointer to the data
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def capsule(
    owner: Any, address: int, shape: Sequence[int], strides: Sequence[int], dtype: np.dtype[Any],
    device: tuple[int, int],
) -> Any:  # fmt: skip
    """An array as a DLPack capsule; ``owner`` lives until its taker gives it back. ``strides`` are in bytes.

    numpy makes it, of memory that numpy never looks into: takers may give it back in any thread and in the middle of
    an exception, where a deleter written in Python would lose that exception.
    """
    size = sum((count - 1) * stride for count, stride in zip(shape, strides, strict=True)) + dtype.itemsize
    memory: Any = (ctypes.c_uint8 * size).from_address(address)
    memory.owner = owner
    array: NDArray[Any] = np.ndarray(tuple(shape), dtype, memory, 0, tuple(strides))
    made = array.__dlpack__()
    tensor = _pointer(made, b"dltensor")
    ctypes.c_int32.from_address(tensor + _DEVICE_TYPE).value = device[0]
    ctypes.c_int32.from_address(tensor + _DEVICE_ID).value = device[1]
    return made
