"""Pictures as files hold them: planes of samples, and how to make red, green, blue and alpha of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]
"""[h, w, 1, 2 or 4] of uint8, uint16, float16 or float32, row 0 at the bottom; integers are 0..1 of their range."""

COMPONENTS = {1: "mono", 2: "monoalpha", 4: "rgba"}
"""What a plane with so many samples a pixel holds."""


class Form(NamedTuple):
    """What a picture is like: its size in pixels, the shape of a pixel (width over height), what it holds, and as what.

    ``components`` is 'mono', 'monoalpha' or 'rgba'; ``dtype`` is numpy's name of the type that holds them without
    loss; ``alpha`` tells whether there is any that is not 1 throughout by definition.
    """

    width: int
    height: int
    pixel_aspect: float = 1.0
    components: str = "rgba"
    dtype: str = "uint8"
    alpha: bool = False


class Reading(NamedTuple):
    """How the samples of planes become colours.

    ``layout`` 'packed': one plane, the colours themselves. 'gbr': planes of green, blue and red, and perhaps alpha,
    each times ``scale``. 'yuv': of luma and two chromas, and perhaps alpha: colour is ``matrix`` (row by row) times
    (samples − ``offset``), alpha is times ``scale``. The chroma texel of pixel position p, counted from the bottom
    left in pixels, is ``p · step + shift``.
    """

    layout: str = "packed"
    scale: float = 1.0
    matrix: tuple[float, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1)
    offset: tuple[float, float, float] = (0, 0, 0)
    step: tuple[float, float] = (1, 1)
    shift: tuple[float, float] = (0, 0)


class Picture(NamedTuple):
    """One decoded picture."""

    form: Form
    planes: tuple[Plane, ...]
    reading: Reading = Reading()
    interlaced: bool = False
    trouble: str = ""
    """Why this is another picture than the one asked for."""


def packed(pixels: NDArray[Any], pixel_aspect: float = 1.0) -> Picture:
    """A picture from [h, w] or [h, w, 1…4], row 0 on top: grey, grey and alpha, RGB, RGBA.

    Types without a pixel format become the next larger one: bool uint8, wider integers and float64 float32, where
    whole numbers are 0..1 of their range.
    """
    pixels = _stored(pixels[..., None] if pixels.ndim == 2 else pixels)
    alpha = pixels.shape[2] in (2, 4)
    if pixels.shape[2] == 3:
        full = np.empty((*pixels.shape[:2], 4), pixels.dtype)
        full[..., :3] = pixels
        full[..., 3] = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
        pixels = full
    height, width, count = pixels.shape
    form = Form(width, height, pixel_aspect, COMPONENTS[count], pixels.dtype.name, alpha)
    return Picture(form, (np.ascontiguousarray(pixels[::-1]),))


def _stored(pixels: NDArray[Any]) -> NDArray[Any]:
    """The same in a type that a pixel format has."""
    if pixels.dtype.name in ("uint8", "uint16", "float16", "float32"):
        return pixels
    if pixels.dtype.kind == "b":
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype.kind in "ui":
        return (pixels / np.iinfo(pixels.dtype).max).astype(np.float32)
    with np.errstate(over="ignore"):
        return pixels.astype(np.float32)


def field(picture: Picture, odd: bool) -> Picture:
    """One field of an interlaced picture, the rows between interpolated: rows 0, 2… from the top, or ``odd`` 1, 3…

    A row between two of the field is their mean; beyond the field's first or last row it is that row again.
    """
    return picture._replace(planes=tuple(_field(plane, odd) for plane in picture.planes), interlaced=False)


def _field(plane: Plane, odd: bool) -> Plane:
    rows = plane[::-1]  # from the top, as fields are counted
    kept = rows[odd::2] if len(rows) > 1 else rows
    place = np.arange(len(rows)) - odd
    above, below = (kept[np.clip(each, 0, len(kept) - 1)] for each in (place // 2, -(-place // 2)))
    if plane.dtype.kind == "u":
        full = ((above.astype(np.uint32) + below + 1) >> 1).astype(plane.dtype)
    else:
        full = above / plane.dtype.type(2) + below / plane.dtype.type(2)
    return np.ascontiguousarray(full[::-1])
