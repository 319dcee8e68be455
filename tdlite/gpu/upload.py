"""Bringing arrays to the GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import GpuError
from .image import Image, Spec

if TYPE_CHECKING:
    from .context import Gpu


def upload(gpu: Gpu, array: NDArray[Any], spec: Spec) -> Image:
    """An image from an array [h, w, 1…4] of uint8, uint16 or floats, row 0 at the bottom.

    With slices it is [slice, h, w, 1…4]. An array with the format's own type and number of stored channels is
    stored as it is (sRGB: encoded values). Otherwise integers count as 0..1 of their range, and one channel is
    R=G=B, two are R and G, three RGB, with alpha 1 and anything else 0; floats for an sRGB format are linear.
    Raises GpuError for a wrong shape.
    """
    size = () if spec.kind == "texture2d" else (spec.depth,)
    if array.shape[:-1] != (*size, spec.height, spec.width) or not 1 <= array.shape[-1] <= 4:
        raise GpuError(f"cannot upload an array of shape {array.shape} as a {spec.width}×{spec.height} image")
    image = Image(gpu.pool.take(spec), spec)
    made = image.format
    if array.dtype == made.dtype and array.shape[-1] == made.components and made.channels != "rgb":
        stored = array
    else:
        stored = made.collapse(_rgba(array))
    gpu.check()
    image.texture.write(np.ascontiguousarray(stored))
    return image


def _rgba(array: NDArray[Any]) -> NDArray[np.float32]:
    values = array.astype(np.float32)
    if array.dtype.kind == "u":
        values /= np.iinfo(array.dtype).max
    if values.shape[-1] == 1:
        values = np.repeat(values, 3, axis=-1)
    full = np.zeros((*values.shape[:-1], 4), np.float32)
    full[..., 3] = 1
    full[..., : values.shape[-1]] = values
    return full
