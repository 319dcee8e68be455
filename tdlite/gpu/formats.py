"""The pixel formats of the Common page and how each is stored in a GL texture.

A texture stores only the channels of its format; the texture's swizzle gives shaders the missing ones.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

Channels = Literal["rgba", "rgb", "mono", "rg", "a", "monoalpha"]
Kind = Literal["fixed", "float"]
Floats = NDArray[np.float32]

# Per channel layout: the colour channels that are stored, how reading puts them back (moderngl's swizzle
# letters), and the GLSL expression that packs the colour ``c``.
_LAYOUTS: dict[Channels, tuple[tuple[int, ...], str, str]] = {
    "rgba": ((0, 1, 2, 3), "RGBA", "{c}"),
    "rgb": ((0, 1, 2), "RGB1", "vec4({c}.rgb, 1.0)"),
    "mono": ((0,), "RRR1", "vec4({c}.r, 0.0, 0.0, 1.0)"),
    "rg": ((0, 1), "RG01", "vec4({c}.rg, 0.0, 1.0)"),
    "a": ((3,), "000R", "vec4({c}.a, 0.0, 0.0, 1.0)"),
    "monoalpha": ((0, 3), "RRRG", "vec4({c}.ra, 0.0, 1.0)"),
}
# What numpy calls the values that moderngl reads for its own type names.
_NUMPY: dict[str, Any] = {"f1": np.uint8, "nu2": np.uint16, "f2": np.float16, "f4": np.float32}


@dataclass(frozen=True)
class PixelFormat:
    """One pixel format: its menu token and label, and its storage.

    ``bytes`` is the size of a pixel as TouchDesigner counts it, ``stored_bytes`` what the texture takes:
    they differ for the RGB float formats, which GL cannot image-store: they are kept as RGBA with alpha 1.
    ``internal`` is the GL internal format, ``image`` the image-store qualifier (None: raster only),
    ``components`` and ``transfer`` how moderngl reads and writes it.
    """

    token: str
    label: str
    channels: Channels
    kind: Kind
    bytes: int
    internal: int
    image: str | None
    components: int
    transfer: str
    srgb: bool = False
    swizzle: str = field(init=False)
    stored_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "swizzle", _LAYOUTS[self.channels][1])
        padded = self.channels == "rgb" and self.components == 4
        object.__setattr__(self, "stored_bytes", self.bytes * 4 // 3 if padded else self.bytes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy type of the stored channels as they are read: uint8, uint16, float16 or float32.

        The two packed formats, ``rgb10a2fixed`` and ``rgba11float``, are unpacked to float32 by the driver.
        """
        dtype: np.dtype[Any] = np.dtype(_NUMPY[self.transfer])
        return dtype

    @property
    def step(self) -> float:
        """The distance between neighbouring colour values of a fixed format; 0 for floats."""
        return 0.0 if self.kind == "float" else 1 / {"f1": 255, "nu2": 65_535}.get(self.transfer, 1023)

    def packed(self, colour: str) -> str:
        """The GLSL expression for a ``vec4`` that, stored, keeps this format's channels of ``colour``."""
        return _LAYOUTS[self.channels][2].format(c=colour)

    def expand(self, raw: NDArray[Any]) -> Floats:
        """Stored channels [h, w, components] as a shader reads them: float32 RGBA [h, w, 4], sRGB linear."""
        values = raw.astype(np.float32)
        if raw.dtype.kind == "u":
            values /= np.iinfo(raw.dtype).max
        if self.srgb:
            values[..., :3] = srgb_decoded(values[..., :3])
        if self.channels == "rgba":
            return values
        full = np.zeros((*raw.shape[:-1], 4), np.float32)
        match self.channels:
            case "mono" | "monoalpha":
                full[..., :3] = values[..., :1]
                full[..., 3] = values[..., 1] if self.channels == "monoalpha" else 1
            case "a":
                full[..., 3] = values[..., 0]
            case _:
                kept = len(_LAYOUTS[self.channels][0])
                full[..., :kept] = values[..., :kept]
                full[..., 3] = 1
        return full

    def collapse(self, rgba: NDArray[Any]) -> NDArray[Any]:
        """Float RGBA [h, w, 4] as stored channels [h, w, components] of ``dtype``: the inverse of ``expand``.

        Fixed formats clamp to 0..1, turn NaN into 0 and round to the nearest step.
        """
        values = rgba[..., _LAYOUTS[self.channels][0]].astype(np.float32)
        if self.components > values.shape[-1]:
            values = np.concatenate((values, np.ones((*values.shape[:-1], 1), np.float32)), axis=-1)
        if self.kind == "fixed":
            values = np.clip(np.nan_to_num(values, nan=0.0), 0, 1)
        if self.srgb:
            values[..., :3] = srgb_encoded(values[..., :3])
        return to_dtype(values, self.dtype)


def to_dtype(values: Floats, dtype: DTypeLike) -> NDArray[Any]:
    """Floats as ``dtype``; integers: 0..1 over their range, clamped, NaN is 0, rounded to nearest."""
    wanted = np.dtype(dtype)
    if wanted.kind != "u":
        with np.errstate(over="ignore"):  # beyond float16 is infinity, as on the GPU
            return values.astype(wanted, copy=False)
    steps = np.clip(np.nan_to_num(values, nan=0.0), 0, 1) * np.float32(np.iinfo(wanted).max)
    return np.asarray(np.rint(steps), dtype=wanted)


def srgb_decoded(encoded: Floats) -> Floats:
    """Linear light from sRGB-encoded values 0..1 (IEC 61966-2-1)."""
    high = ((encoded + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(encoded <= 0.04045, encoded / np.float32(12.92), high)


def srgb_encoded(linear: Floats) -> Floats:
    """sRGB-encoded values from linear light 0..1 (IEC 61966-2-1)."""
    high = np.float32(1.055) * linear ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(linear <= 0.0031308, linear * np.float32(12.92), high)


def _families() -> list[PixelFormat]:
    """The four depths of each family with fewer channels: one stored channel, or two."""
    # Suffix, label, kind, bytes per channel, transfer, image qualifier, GL format of one and of two channels.
    depths: tuple[tuple[str, str, Kind, int, str, str, int, int], ...] = (
        ("8fixed", "8-bit fixed", "fixed", 1, "f1", "8", 0x8229, 0x822B),
        ("16fixed", "16-bit fixed", "fixed", 2, "nu2", "16", 0x822A, 0x822C),
        ("16float", "16-bit float", "float", 2, "f2", "16f", 0x822D, 0x822F),
        ("32float", "32-bit float", "float", 4, "f4", "32f", 0x822E, 0x8230),
    )
    families: tuple[tuple[Channels, str], ...] = (
        ("mono", "Mono"), ("rg", "RG"), ("a", "A"), ("monoalpha", "Mono+Alpha"),
    )  # fmt: skip
    made = []
    for channels, name in families:
        count = len(_LAYOUTS[channels][0])
        for suffix, label, kind, size, transfer, image, one, two in depths:
            made.append(
                PixelFormat(
                    channels + suffix,
                    f"{label} ({name})",
                    channels,
                    kind,
                    size * count,
                    one if count == 1 else two,
                    ("r" if count == 1 else "rg") + image,
                    count,
                    transfer,
                )
            )
    return made


FORMATS: dict[str, PixelFormat] = {
    made.token: made
    for made in (
        PixelFormat("rgba8fixed", "8-bit fixed (RGBA)", "rgba", "fixed", 4, 0x8058, "rgba8", 4, "f1"),
        PixelFormat("srgba8fixed", "sRGB 8-bit fixed (RGBA)", "rgba", "fixed", 4, 0x8C43, None, 4, "f1",
                    srgb=True),
        PixelFormat("rgba16float", "16-bit float (RGBA)", "rgba", "float", 8, 0x881A, "rgba16f", 4, "f2"),
        PixelFormat("rgba32float", "32-bit float (RGBA)", "rgba", "float", 16, 0x8814, "rgba32f", 4, "f4"),
        PixelFormat("rgb10a2fixed", "10-bit RGB, 2-bit Alpha, fixed (RGBA)", "rgba", "fixed", 4, 0x8059,
                    "rgb10_a2", 4, "f4"),
        PixelFormat("rgba16fixed", "16-bit fixed (RGBA)", "rgba", "fixed", 8, 0x805B, "rgba16", 4, "nu2"),
        PixelFormat("rgba11float", "11-bit float (RGB), Positive Values Only", "rgb", "float", 4, 0x8C3A,
                    "r11f_g11f_b10f", 3, "f4"),
        PixelFormat("rgb16float", "16-bit float (RGB)", "rgb", "float", 6, 0x881A, "rgba16f", 4, "f2"),
        PixelFormat("rgb32float", "32-bit float (RGB)", "rgb", "float", 12, 0x8814, "rgba32f", 4, "f4"),
        *_families(),
    )
}  # fmt: skip
"""All pixel formats by menu token, in menu order (without ``useinput``)."""
