"""Memory of the CPU that is used again."""

from __future__ import annotations

from sys import getrefcount

import numpy as np
from numpy.typing import NDArray


def _references(arrays: list[NDArray[np.uint8]]) -> list[int]:
    return [getrefcount(array) for array in arrays]


_UNHELD = _references([np.empty(0, np.uint8)])[0]  # of an array that a list alone has; Pythons count differently


class Memory:
    """Arrays of bytes that are used again once nobody holds them, or a view of them.

    Fresh memory costs more than what is copied into it: the system clears every page when it is first touched.
    """

    def __init__(self) -> None:
        self._arrays: list[NDArray[np.uint8]] = []

    def take(self, size: int) -> NDArray[np.uint8]:
        """So many bytes of unknown content, which are the caller's until the last reference goes."""
        free = [count == _UNHELD for count in _references(self._arrays)]
        for array, unheld in zip(self._arrays, free, strict=True):
            if unheld and array.size == size:
                return array
        # What is read back keeps its size as a rule: the free ones are of a size that is past.
        self._arrays = [array for array, unheld in zip(self._arrays, free, strict=True) if not unheld]
        made = np.empty(size, np.uint8)
        self._arrays.append(made)
        return made
