"""ICC profiles, as far as to tell whether one is sRGB, and what it is called."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

_COLOURS = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
"""sRGB's primaries, adapted to D50."""

_MIDDLE = 0.2140
"""The light of sRGB's 0.5 (IEC 61966-2-1)."""


def unlike_srgb(profile: bytes) -> str:
    """What a profile is called that is not sRGB's; empty for sRGB, for its greys, and without a profile."""
    tags = _tags(profile)
    if not profile or not tags:
        return ""
    curves = [tags[name] for name in (b"rTRC", b"gTRC", b"bTRC", b"kTRC") if name in tags]
    colours = [_xyz(tags[name]) - expected for name, expected in _COLOURS.items() if name in tags]
    grey = b"kTRC" in tags
    same = bool(curves) and all(abs(_at_half(curve) - _MIDDLE) < 0.004 for curve in curves)
    if same and (grey or (len(colours) == 3 and max(np.abs(each).max() for each in colours) < 0.003)):
        return ""
    return _name(tags.get(b"desc", b"")) or "without a name"


def _tags(profile: bytes) -> dict[bytes, bytes]:
    try:
        (count,) = struct.unpack_from(">I", profile, 128)
        entries = [struct.unpack_from(">4sII", profile, 132 + 12 * number) for number in range(min(count, 100))]
    except struct.error:
        return {}
    return {name: profile[start : start + size] for name, start, size in entries}


def _xyz(tag: bytes) -> NDArray[np.float64]:
    return np.array(struct.unpack(">3i", tag[8:20].ljust(12, b"\0"))) / 65536


def _at_half(tag: bytes) -> float:
    """The light of 0.5 by a tone curve: a table, a power, or a power with a straight piece below; -1 if damaged."""
    try:
        kind, _, count = struct.unpack_from(">4sII", tag)
        if kind == b"curv":
            table = np.frombuffer(tag, ">u2", count, 12)
            if count < 2:
                return float(0.5 ** (table[0] / 256)) if count else 0.5
            return float(np.interp(0.5, np.linspace(0, 1, count), table / 65535))
        form = count >> 16
        numbers = [each / 65536 for each in struct.unpack_from(f">{(1, 3, 4, 5, 7)[form]}i", tag, 12)]
    except (struct.error, ValueError, IndexError):
        return -1.0
    power, slope, offset = numbers[:3] if form else (numbers[0], 1.0, 0.0)
    added = numbers[3] if form == 2 else numbers[5] if form == 4 else 0.0
    return float(max(slope * 0.5 + offset, 0.0) ** power + added)


def _name(tag: bytes) -> str:
    """The text of a description: ASCII in old profiles, UTF-16 in several languages in newer ones."""
    try:
        if tag[:4] == b"desc":
            (count,) = struct.unpack_from(">I", tag, 8)
            return tag[12 : 12 + count].split(b"\0")[0].decode("latin-1")
        if tag[:4] == b"mluc":
            size, start = struct.unpack_from(">II", tag, 20)
            return tag[start : start + size].decode("utf-16-be", "replace")
    except struct.error:  # damaged
        pass
    return ""
