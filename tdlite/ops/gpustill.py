"""Single images that never leave the GPU but as finished files."""

from __future__ import annotations

import numpy as np

from tdlite.gpu.cuda import cuda_of
from tdlite.gpu.cudamemory import CudaArray
from tdlite.gpu.errors import CudaError
from tdlite.gpu.image import Image
from tdlite.gpu.picturebytes import PictureBytes
from tdlite.media.gpustills import CHANNELS, gpu_stills

from .saving import suffix_of

_BYTE = np.dtype(np.uint8)


class GpuStill:
    """Makes the files of pictures where the pictures are, until that fails; ``problem`` then says how."""

    def __init__(self) -> None:
        self.problem = ""
        self._bytes: PictureBytes | None = None

    def file(self, image: Image, path: str, quality: float) -> bytes | None:
        """The file of a picture; None when it cannot be made on the GPU, for whatever reason."""
        spec, gpu = image.spec, image.gpu
        channels = CHANNELS.get(suffix_of(path))
        if self.problem or channels is None or (spec.format, spec.kind) != ("rgba8fixed", "texture2d"):
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
        if self._bytes is None:
            self._bytes = PictureBytes(gpu)
        shape, strides = (image.height, image.width, channels), (image.width * channels, channels, 1)
        try:
            with cuda.mapped_buffer(self._bytes.of(image, channels), cuda.stream) as (address, _):
                picture = CudaArray(cuda, address, shape, strides, _BYTE, cuda.stream)
                made = stills.encode(picture, suffix_of(path), quality, cuda.stream)
            reason = "it does not say why"
        except (CudaError, RuntimeError) as error:
            made, reason = None, str(error).strip().split("\n", 1)[0]
        if made is None:
            self.problem = f"nvImageCodec could not encode {path} on the GPU ({reason}): the CPU does it"
        return made

    def release(self) -> None:
        """Give GPU memory back."""
        if self._bytes is not None:
            self._bytes.release()
            self._bytes = None
