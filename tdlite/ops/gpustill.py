"""Single images that never leave the GPU but as finished files."""

from __future__ import annotations

from tdlite.gpu.cuda import cuda_of
from tdlite.gpu.cudamemory import cuda_memory
from tdlite.gpu.errors import CudaError
from tdlite.gpu.image import Image
from tdlite.media.gpustills import SUFFIXES, gpu_stills

from .saving import suffix_of


def gpu_still(image: Image, path: str, quality: float) -> bytes | None:
    """The file of a picture, made where the picture is; None when that cannot be, for whatever reason."""
    spec, gpu = image.spec, image.gpu
    if suffix_of(path) not in SUFFIXES or (spec.format, spec.kind) != ("rgba8fixed", "texture2d"):
        return None
    if gpu.software and gpu.cuda is None:
        return None
    try:
        cuda = cuda_of(gpu)
    except CudaError:
        return None
    stills = gpu_stills(cuda.ordinal)
    if stills is None:
        return None
    return stills.encode(cuda_memory(image, cuda.stream), suffix_of(path), quality, cuda.stream)
