"""A numpy array that plays one in CUDA memory."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

CUDA = 2
_DEVICE = 8  # where a DLTensor has its device type


class CudaArray:
    """Host memory whose DLPack capsule says that it is CUDA's; `streams` collects the streams it was asked for.

    A `pitch` is the samples from the start of a row to that of the next; without one the array is taken as it is.
    """

    def __init__(self, array: NDArray[Any], pitch: int = 0, streams: list[int | None] | None = None) -> None:
        if pitch:
            padded = np.full((array.shape[0], pitch), 1, array.dtype)
            padded[:, : array.shape[1]] = array
            array = padded[:, : array.shape[1]]
        self.array = array
        self.lengths = self.array.shape
        self.streams: list[int | None] = [] if streams is None else streams

    def __dlpack__(self, *, stream: int | None = None) -> Any:
        self.streams.append(stream)
        capsule = self.array.__dlpack__()
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        ctypes.c_int32.from_address(get(capsule, b"dltensor") + _DEVICE).value = CUDA
        return capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return CUDA, 0

    def rows(self, first: int, last: int) -> CudaArray:
        """Those rows, in the same memory."""
        return CudaArray(self.array[first:last], streams=self.streams)
