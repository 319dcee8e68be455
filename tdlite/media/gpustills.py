"""JPEG and JPEG 2000 files made on an NVIDIA GPU by nvImageCodec, from pictures that are there already.

No run on a GPU has shown this yet: what is tested is how the package is called.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tdlite.media.images import decibels

CHANNELS = {".jpg": 3, ".jpeg": 3, ".jp2": 4}
"""The suffixes of the files that `GpuStills` makes, in lower case, and how many channels they keep of RGBA."""


class GpuStills:
    """Encodes pictures in the memory of the CUDA device `device`, in one thread."""

    def __init__(self, device: int) -> None:
        from nvidia import nvimgcodec

        self._codec = nvimgcodec
        # Only what runs on the GPU: the package's other way is to copy the picture to the CPU and use OpenCV.
        kinds = nvimgcodec.BackendKind.GPU_ONLY, nvimgcodec.BackendKind.HYBRID_CPU_GPU
        self._encoder = nvimgcodec.Encoder(device_id=device, backends=[nvimgcodec.Backend(kind) for kind in kinds])

    def encode(self, picture: Any, suffix: str, quality: float, stream: int = 0) -> bytes | None:
        """Return a file of an array in CUDA memory, [h, w, channels] of uint8, row 0 = top; waits for it.

        `suffix` is one of CHANNELS, which says how many the array has; `quality` 0..1 as in `images`. `stream` is the
        CUDA stream in which the picture was made. None when the package refuses, and does not say why; RuntimeError
        when it does.
        """
        codec, jpeg = self._codec, suffix != ".jp2"
        params = self._jpeg(quality) if jpeg else self._jp2(quality)
        kind = ".jpg" if jpeg else ".jp2"
        found = self._encoder.encode(codec.as_image(picture, stream), kind, params=params, cuda_stream=stream)
        return None if found is None else bytes(found)

    def _jpeg(self, quality: float) -> Any:
        codec = self._codec
        return codec.EncodeParams(
            quality_type=codec.QualityType.QUALITY,
            quality_value=1 + round(min(max(quality, 0.0), 1.0) * 99),
            chroma_subsampling=codec.ChromaSubsampling.CSS_444 if quality >= 0.9 else codec.ChromaSubsampling.CSS_420,
        )

    def _jp2(self, quality: float) -> Any:
        kinds, level = self._codec.QualityType, decibels(quality)
        if level is None:
            return self._codec.EncodeParams(quality_type=kinds.LOSSLESS)
        return self._codec.EncodeParams(quality_type=kinds.PSNR, quality_value=level)


@cache
def gpu_stills(device: int) -> GpuStills | None:
    """Return the encoder of the CUDA device, None where there is none: the package or a library of it is missing."""
    try:
        return GpuStills(device)
    except (ImportError, OSError, RuntimeError, AttributeError):  # an older package has other names
        return None
