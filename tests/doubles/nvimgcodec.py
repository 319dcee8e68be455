"""A stand-in for nvImageCodec 0.9 that keeps its contract and encodes on the CPU.

What it takes and refuses is what the real one does without a GPU: arrays without gaps, RGB for JPEG, the codec with a
leading dot, options by keyword; anything else gives None, without a word.
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
        self.streams.append(cuda_stream)
        array = image.array
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
