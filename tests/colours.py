"""Colour spaces by their standards, in numpy: what conversions are compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_D65, _D60 = (0.3127, 0.3290), (0.32168, 0.33767)
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_AP1 = ((0.713, 0.293), (0.165, 0.830), (0.128, 0.044), _D60)  # ACES S-2014-004
_709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)  # BT.709
_2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65)  # BT.2020

PRIMARIES: dict[str, Any] = {
    "srgb": _709,
    "srgblinear": _709,
    "rec601ntsc": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # BT.601, 525 lines
    "rec709": _709,
    **dict.fromkeys(("rec2020", "rec2020st2084pq", "rec2020hlg"), _2020),
    **dict.fromkeys(("dcip3", "displayp3d65", "displayp3d65linear"), (*_P3, _D65)),  # SMPTE EG 432-1
    "dcip3d60": (*_P3, _D60),
    "aces2065-1": ((0.7347, 0.2653), (0.0, 1.0), (0.0001, -0.0770), _D60),  # SMPTE ST 2065-1
    "acescg": _AP1,
    "acesproxy": _AP1,
}


def matrix(token: str) -> Array:
    """Linear RGB to CIE XYZ, by SMPTE RP 177: scale the primaries so that (1, 1, 1) is white."""
    *primaries, white = PRIMARIES[token]
    columns = np.array([[x, y, 1 - x - y] for x, y in primaries]).T
    x, y = white
    return columns @ np.diag(np.linalg.inv(columns) @ np.array([x / y, 1, (1 - x - y) / y]))


def _adaptation(source: str, target: str) -> Array:
    """Bradford's: the cones' answers to one white become those to the other."""
    cones = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    ratio = (cones @ matrix(target).sum(1)) / (cones @ matrix(source).sum(1))
    return np.linalg.inv(cones) @ np.diag(ratio) @ cones


def _mirrored(curve: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda values: np.sign(values) * curve(np.abs(values))


def srgb(light: Array) -> Array:
    """IEC 61966-2-1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def rec709(light: Array) -> Array:
    """BT.2020, with α and β as its two equations for them give: straight and curved piece meet with equal slope.

    BT.709 and BT.601 have them rounded, to 1.099 and 0.018, which moves no value by more than 0.0003.
    """
    beta = 0.018053968510807
    alpha = 10 * beta**0.55
    return np.where(light < beta, 4.5 * light, alpha * light**0.45 - (alpha - 1))


def pq(nits: Array) -> Array:
    """SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = (nits / 10_000) ** m1
    return ((c1 + c2 * power) / (1 + c3 * power)) ** m2


def hlg_oetf(scene: Array) -> Array:
    """BT.2100, from scene light in 0..1."""
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def hlg(nits: Array) -> Array:
    """BT.2100, from display light on a display of 1000 nits, where the system gamma is 1.2."""
    display = nits / 1000
    luminance = np.maximum(display @ np.array([0.2627, 0.6780, 0.0593]), 1e-12)[..., None]
    return _mirrored(hlg_oetf)(display * luminance ** (1 / 1.2 - 1))


def proxy(light: Array) -> Array:
    """ACES S-2013-001, 10 bits, without rounding."""
    codes = (np.log2(np.maximum(light, 2.0**-9.72)) + 2.5) * 50 + 425
    return np.clip(codes, 64, 940) / 1023


def encoded(token: str, light: Array, white: float) -> Array:
    """Linear light of the space, 1 at ``white`` nits, as it is stored."""
    curves: dict[str, Callable[[Array], Array]] = {
        **dict.fromkeys(("srgb", "displayp3d65"), _mirrored(srgb)),
        **dict.fromkeys(("rec601ntsc", "rec709", "rec2020"), _mirrored(rec709)),
        **dict.fromkeys(("dcip3", "dcip3d60"), _mirrored(lambda values: values ** (1 / 2.6))),
        "rec2020st2084pq": lambda values: _mirrored(pq)(values * white),
        "rec2020hlg": lambda values: hlg(values * white),
        "acesproxy": proxy,
    }
    return curves.get(token, lambda values: values)(light)


def converted(source: str, target: str, light: Array, source_white: float = 100, target_white: float = 100) -> Array:
    """Linear light of the primaries of ``source`` [..., 3] as ``target`` stores it."""
    way = np.linalg.inv(matrix(target)) @ _adaptation(source, target) @ matrix(source)
    return encoded(target, light @ way.T * (source_white / target_white), target_white)


def chart() -> Array:
    """Linear light [72, 3]: a grey ramp from black to white and past it, primaries, and muted colours."""
    greys = np.linspace(0, 1, 33)[:, None] ** 2 * np.ones(3)
    bright = np.array([[1.5] * 3, [4.0] * 3])
    corners = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)], float)[1:-1]
    muted = 0.05 + 0.9 * np.random.default_rng(7).random((31, 3)) ** 2
    return np.concatenate([greys, bright, corners, muted])
