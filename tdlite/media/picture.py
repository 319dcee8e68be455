"""Pictures as image writers take them: the array, and how it is to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.colour import Space

Image = NDArray[np.generic]
"""[h, w, 4] RGBA, row 0 = bottom; uint8, uint16, float16 or float32."""

Metadata = Mapping[str, object] | Iterable[tuple[str, object]]
"""Pairs of name and value, written as text; only EXR files keep them."""

RGBA = ("R", "G", "B", "A")


@dataclass(frozen=True)
class ImageOptions:
    """How a picture is written. A format has no use for what it has no place for."""

    quality: float = 1.0
    """JPEG, JPEG 2000: 0 is small, 1 is best."""
    metadata: Metadata = ()
    """EXR: attributes of the header."""
    compression: str = "zip"
    """EXR: a token of `exr.COMPRESSIONS`."""
    channels: tuple[tuple[str, ...], ...] = (RGBA,)
    """EXR: the names of red, green, blue and alpha of each picture in the file; an empty one is left out."""
    pointcloud: bool = False
    """EXR: say in the header that the pixels are points."""
    format: str = ""
    """DDS: the pixel format of an array that holds its stored channels; empty for RGBA."""
    mipmaps: bool = False
    """DDS: add every smaller level."""
    space: Space | None = None
    """PNG, EXR: the colour space, to be said as far as the format has words for it."""


def fixed(image: Image, dtype: type[np.uint8] | type[np.uint16]) -> NDArray[Any]:
    """Round 0..1 to fixed point; an image that is fixed point of that width already is returned as it is.

    Values outside are clamped, NaN becomes 0.
    """
    top = np.iinfo(dtype).max
    if image.dtype == dtype:
        return image
    if image.dtype == np.uint16:
        return ((image.astype(np.uint32) * 255 + 32767) // 65535).astype(dtype)
    values = np.clip(np.nan_to_num(image.astype(np.float32), nan=0.0), 0.0, 1.0)
    return (values * np.float32(top) + np.float32(0.5)).astype(dtype)
