"""How a movie keeps its pixels: chroma resolution, bits, alpha, in the words of the menu `moviepixelformat`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AUTOMATIC = "automatic"
"""The pixel format or type that a codec is usually recorded in."""


@dataclass(frozen=True)
class PixelFormat:
    """One entry of the menu. A chroma sample covers `across`×`down` pixels."""

    token: str
    label: str
    title: str
    across: int = 1
    down: int = 1


PIXEL_FORMATS: Mapping[str, PixelFormat] = {
    each.token: each
    for each in (
        PixelFormat("yuv420", "YUV 4:2:0 (8-Bit)", "4:2:0", 2, 2),
        PixelFormat("yuv420p10bit", "YUV 4:2:0 (10-Bit)", "4:2:0 10-bit", 2, 2),
        PixelFormat("yuv422", "YUV 4:2:2 (8-Bit)", "4:2:2", 2, 1),
        PixelFormat("yuv422p10bit", "YUV 4:2:2 (10-Bit)", "4:2:2 10-bit", 2, 1),
        PixelFormat("yuv444", "YUV 4:4:4 (8-Bit)", "4:4:4"),
        PixelFormat("yuv444p10bit", "YUV 4:4:4 (10-Bit)", "4:4:4 10-bit"),
        PixelFormat("rgb", "RGB", "RGB"),
        PixelFormat("rgba", "RGBA", "RGBA"),
        PixelFormat("3", "RGB Palette", "RGB with a palette"),
    )
}
"""By token. How many bits RGB and RGBA have depends on the codec: see `bits`."""


def bits(name: str) -> int:
    """Return the bits of a sample in FFmpeg's pixel format `name` ('yuv422p10le': 10)."""
    return next((depth for depth in (16, 12, 10) if name.endswith(f"{depth}le")), 8)


def is_rgb(name: str) -> bool:
    """Whether FFmpeg's pixel format `name` holds red, green and blue rather than luma and chroma."""
    return name.startswith(("rgb", "argb", "gbr", "pal8"))


def has_alpha(name: str) -> bool:
    """Whether FFmpeg's pixel format `name` keeps alpha."""
    return name.startswith(("rgba", "argb", "gbrap", "yuva"))
