"""DDS files: pixels as the GPU stores them, uncompressed, with or without the smaller levels.

The layout is Microsoft's: "Programming Guide for DDS" (DDS_HEADER, DDS_HEADER_DXT10).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _pack_10_10_10_2(values: Array) -> Array:
    """0..1 as one uint32 a pixel, red in the lowest bits."""
    tops = np.array((1023, 1023, 1023, 3), np.float32)
    steps = np.rint(np.clip(np.nan_to_num(values, nan=0.0), 0, 1) * tops).astype(np.uint32)
    return np.asarray((steps << np.array((0, 10, 20, 30), np.uint32)).sum(-1, dtype=np.uint32)[..., None])


def _pack_11_11_10(values: Array) -> Array:
    """Floats as one uint32 a pixel: 11, 11 and 10 bits without sign, red in the lowest; negative ones become 0.

    They have half's exponent and 6, 6, 5 bits of mantissa: a half, rounded to even in what is cut off.
    """
    with np.errstate(over="ignore"):
        halves = np.where(values < 0, 0, values).astype(np.float16).view(np.uint16).astype(np.uint32) & 0x7FFF
    cut = np.array((4, 4, 5), np.uint32)
    rounded = (halves + ((1 << (cut - 1)) - 1) + ((halves >> cut) & 1)) >> cut
    rounded = np.where(halves > 0x7C00, halves >> cut, rounded)  # NaN stays NaN
    return np.asarray((rounded << np.array((0, 11, 22), np.uint32)).sum(-1, dtype=np.uint32)[..., None])


def _unpack_10_10_10_2(pixels: Array) -> Array:
    """16 bits of fixed point: what is nearest to the 10 and the 2."""
    steps = (pixels >> np.array((0, 10, 20, 30), np.uint32)) & np.array((1023, 1023, 1023, 3), np.uint32)
    tops = np.array((1023, 1023, 1023, 3), np.uint32)
    return np.asarray(((steps * 65535 + tops // 2) // tops).astype(np.uint16))


def _unpack_11_11_10(pixels: Array) -> Array:
    """Halves, exactly."""
    bits = (pixels >> np.array((0, 11, 22), np.uint32)) & np.array((0x7FF, 0x7FF, 0x3FF), np.uint32)
    return np.asarray((bits << np.array((4, 4, 5), np.uint32)).astype(np.uint16).view(np.float16))


@dataclass(frozen=True)
class Layout:
    """How a pixel format lies in the file: DXGI's number, and the stored channels that are kept."""

    dxgi: int
    dtype: type[np.generic]
    channels: int
    pack: Callable[[Array], Array] | None = None
    """What turns the channels into pixels, where these are not simply rows of them."""
    unpack: Callable[[Array], Array] | None = None
    srgb: bool = False
    places: tuple[int, ...] = ()
    """Which channels of a colour they are, where reading has to fill in others."""


def _layouts() -> Iterator[tuple[str, Layout]]:
    yield "rgba8fixed", Layout(28, np.uint8, 4)
    yield "srgba8fixed", Layout(29, np.uint8, 4, srgb=True)
    yield "rgba16fixed", Layout(11, np.uint16, 4)
    yield "rgba16float", Layout(10, np.float16, 4)
    yield "rgba32float", Layout(2, np.float32, 4)
    yield "rgb10a2fixed", Layout(24, np.float32, 4, _pack_10_10_10_2, _unpack_10_10_10_2)
    yield "rgba11float", Layout(26, np.float32, 3, _pack_11_11_10, _unpack_11_11_10)
    yield "rgb16float", Layout(10, np.float16, 4)  # there is none of three halves: stored with alpha 1, as on the GPU
    yield "rgb32float", Layout(6, np.float32, 3)
    yield "a8fixed", Layout(65, np.uint8, 1, places=(3,))
    kinds = ("8fixed", np.uint8, 61, 49), ("16fixed", np.uint16, 56, 35), ("16float", np.float16, 54, 34)
    for suffix, dtype, one, two in (*kinds, ("32float", np.float32, 41, 16)):
        yield f"mono{suffix}", Layout(one, dtype, 1)
        yield f"rg{suffix}", Layout(two, dtype, 2, places=(0, 1))


LAYOUTS: Mapping[str, Layout] = dict(_layouts())
"""The pixel formats that DDS files hold as they are, by token; DXGI has none for the others."""

_OF_RGBA = {
    np.dtype(layout.dtype): token
    for token, layout in LAYOUTS.items()
    if token.startswith("rgba") and layout.pack is None
}
_HEADER = struct.Struct("<4s7I44x2I4s5I4I4x5I")


def encode_dds(image: Array, format: str = "", mipmaps: bool = False) -> bytes:
    """Return a DDS file, with a DX10 header, of [h, w, channels], row 0 at the top.

    ``format`` is a token of `LAYOUTS` for an array of that format's stored channels, empty for RGBA of uint8,
    uint16, float16 or float32. With ``mipmaps`` all levels down to 1×1 follow, each half the size of the one
    before, rounded down: averages over the area of a pixel, for sRGB of linear light.
    """
    layout = LAYOUTS[format or _OF_RGBA[image.dtype]]
    image = image[..., : layout.channels]
    height, width = image.shape[:2]
    stored = [_stored(level, layout) for level in (_levels(image, layout.srgb) if mipmaps else (image,))]
    row = stored[0].nbytes // height
    flags = 0x100F | (0x20000 if mipmaps else 0)  # caps, height, width, pitch, pixel format
    caps = 0x1000 | (0x400008 if mipmaps else 0)  # a texture; complex, with levels
    header = _HEADER.pack(
        b"DDS ", 124, flags, height, width, row, 0, len(stored),
        32, 4, b"DX10", 0, 0, 0, 0, 0,
        caps, 0, 0, 0,
        layout.dxgi, 3, 0, 1, 0,
    )  # fmt: skip
    return b"".join((header, *(level.tobytes() for level in stored)))


def _stored(level: Array, layout: Layout) -> Array:
    return layout.pack(level) if layout.pack is not None else level


def _levels(image: Array, srgb: bool) -> Iterator[Array]:
    """The picture and all smaller ones, in its own type."""
    import cv2

    yield image
    height, width = image.shape[:2]
    integers = image.dtype.kind == "u"
    values: Array = image.astype(np.float32)
    if srgb:
        values[..., :3] = _linear(values[..., :3] / 255)
    while max(height, width) > 1:
        height, width = max(1, height // 2), max(1, width // 2)
        values = cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA).reshape(height, width, -1)
        level = values
        if srgb:
            level = values.copy()
            level[..., :3] = _encoded(values[..., :3]) * 255
        yield (np.rint(level) if integers else level).astype(image.dtype)


def _linear(encoded: Array) -> Array:
    """IEC 61966-2-1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _encoded(linear: Array) -> Array:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def decode_dds(data: bytes) -> Array | None:
    """Return the largest level of a DDS file of one of `LAYOUTS`, row 0 at the top; None for any other kind.

    [h, w, 1] of one channel, else [h, w, 3 or 4]: blue is 0 where there are only red and green, colours are 0
    where there is only alpha. ValueError when pixels are missing.
    """
    if len(data) < _HEADER.size or data[:4] != b"DDS " or data[84:88] != b"DX10":
        return None
    _, _, _, height, width, *_ = _HEADER.unpack_from(data)
    number = _HEADER.unpack_from(data)[-5]
    layout = next((layout for layout in LAYOUTS.values() if layout.dxgi == number), None)
    if layout is None:
        return None
    dtype, channels = (np.uint32, 1) if layout.pack is not None else (layout.dtype, layout.channels)
    pixels: Array = np.frombuffer(data, dtype, height * width * channels, _HEADER.size).reshape(height, width, channels)
    if layout.unpack is not None:
        return layout.unpack(pixels)
    if not layout.places:
        return pixels
    full = np.zeros((height, width, 4), pixels.dtype)
    full[..., 3] = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    full[..., list(layout.places)] = pixels
    return full
