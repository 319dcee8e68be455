"""A stand-in for nvImageCodec 0.9 that keeps its contract and encodes on the CPU.

What it takes and refuses is what the real one does: arrays in CUDA memory without gaps between samples, RGB for JPEG,
the codec with a leading dot, options by keyword. What it does not encode gives None, without a word; memory that CUDA
does not know is a RuntimeError.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np

NVIMGCODEC_DEVICE_CURRENT = -1


class BackendKind(Enum):
    CPU_ONLY = 1
    GPU_ONLY = 2
    HYBRID_CPU_GPU = 3
    HW_GPU_ONLY = 4


class ChromaSubsampling(Enum):
    CSS_444 = "444"
    CSS_420 = "420"


class QualityType(Enum):
    DEFAULT = 0
    LOSSLESS = 1
    QUALITY = 2
    PSNR = 4


class Backend:
    def __init__(self, backend_kind: BackendKind) -> None:
        self.backend_kind = backend_kind


class EncodeParams:
    def __init__(
        self, quality_type: QualityType = QualityType.DEFAULT, quality_value: float = 0, chroma_subsampling: Any = None
    ) -> None:
        if quality_type is QualityType.QUALITY and not 1 <= quality_value <= 100:
            raise ValueError("quality")
        self.kind, self.quality, self.chroma = quality_type, quality_value, chroma_subsampling


known: Callable[[int, int, int], bool] = lambda address, size, stream: False  # noqa: E731 - tests put theirs here
"""Whether there is CUDA memory at an address, for work in a stream."""


class Image:
    """What lies in memory; nothing is read before it is encoded."""

    def __init__(self, said: dict[str, Any]) -> None:
        shape, strides = said["shape"], said["strides"]
        if strides is not None and tuple(strides[1:]) != (shape[2], 1):
            raise RuntimeError("Unexpected array style. Padding is only allowed for rows.")
        self.shape, self.strides, self.typestr = shape, strides, said["typestr"]
        self.address = said["data"][0]
        self.stream = 0 if said["stream"] == 1 else said["stream"]
        self.read()

    def read(self) -> Any:
        """The samples as they are now."""
        last = sum((count - 1) * step for count, step in zip(self.shape, self.strides, strict=True)) + 1
        if not known(self.address, last, self.stream):
            raise RuntimeError("Buffer is not CUDA-accessible")
        memory = (ctypes.c_uint8 * last).from_address(self.address)
        return np.ascontiguousarray(np.ndarray(self.shape, self.typestr, memory, 0, self.strides))


def as_image(source: Any, cuda_stream: int = 0) -> Image:
    """The source must say what it is."""
    return Image(source.__cuda_array_interface__)


class Encoder:
    """`refuse` makes it give None."""

    made: list[Encoder] = []
    refuse = False

    def __init__(self, device_id: int = -1, max_num_cpu_threads: int = 0, backends: Any = None) -> None:
        self.device, self.kinds = device_id, [each.backend_kind for each in backends or ()]
        self.streams: list[int] = []
        Encoder.made.append(self)

    def encode(self, image: Image, codec: str, *, params: EncodeParams, cuda_stream: int = 0) -> Any:
        self.streams.append(cuda_stream)
        array = image.read()
        if self.refuse or array.ndim != 3 or array.dtype != np.uint8:
            return None
        if codec == ".jpg" and array.shape[2] == 3 and params.kind is QualityType.QUALITY:
            import simplejpeg

            return simplejpeg.encode_jpeg(array, int(params.quality), "RGB", params.chroma.value)
        if codec == ".jp2" and params.kind in (QualityType.LOSSLESS, QualityType.PSNR):
            import imagecodecs

            lossless = params.kind is QualityType.LOSSLESS
            level = None if lossless else params.quality
            return imagecodecs.jpeg2k_encode(array, level, codecformat="jp2", reversible=lossless)
        return None
