"""CUDA streams of others, in cupy."""

from __future__ import annotations

from typing import Any


class _Address:
    """A CUDA stream by its address, as cupy takes streams that are not its own."""

    def __init__(self, address: int) -> None:
        self._address = address

    def __cuda_stream__(self) -> tuple[int, int]:
        return 0, self._address


def cupy_stream(address: int) -> Any:
    """Return the stream as one of cupy's, to be used in a `with`; 0 is the default stream."""
    import cupy

    return cupy.cuda.Stream.from_external(_Address(address)) if address else cupy.cuda.Stream.null
