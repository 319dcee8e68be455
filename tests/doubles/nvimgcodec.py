"""A stand-in for nvImageCodec 0.9 that keeps its contract and encodes on the CPU.

What it takes and refuses is what the real one does without a GPU: RGB in rows without gaps, the codec with a leading
dot, options by keyword; anything else gives None, without a word.
"""

from __future__ import annotations

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


class Backend:
    def __init__(self, backend_kind: BackendKind) -> None:
        self.backend_kind = backend_kind


class EncodeParams:
    def __init__(
        self, quality_type: QualityType = QualityType.DEFAULT, quality_value: float = 0, chroma_subsampling: Any = None
    ) -> None:
        if quality_type is QualityType.QUALITY and not 1 <= quality_value <= 100:
            raise ValueError("quality")
        self.quality, self.chroma = int(quality_value), chroma_subsampling


class Image:
    def __init__(self, array: Any) -> None:
        self.array = array


def as_image(source: Any, cuda_stream: int = 0) -> Image:
    """The source must say what it is, and lie without gaps between samples."""
    said = source.__array_interface__
    if said["strides"] is not None:
        raise ValueError("not C-contiguous")
    return Image(source)


class Encoder:
    """`refuse` makes it give None."""

    made: list[Encoder] = []
    refuse = False

    def __init__(self, device_id: int = -1, max_num_cpu_threads: int = 0, backends: Any = None) -> None:
        self.device, self.kinds = device_id, [each.backend_kind for each in backends or ()]
        self.streams: list[int] = []
        Encoder.made.append(self)

    def encode(self, image: Image, codec: str, *, params: EncodeParams, cuda_stream: int = 0) -> Any:
        import simplejpeg

        self.streams.append(cuda_stream)
        array = image.array
        if self.refuse or codec != ".jpg" or array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8:
            return None
        return simplejpeg.encode_jpeg(array, params.quality, "RGB", params.chroma.value)
