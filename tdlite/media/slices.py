"""Into how many slices encoders cut a picture, of as many as were asked for: each has a smallest size for them.

Encoders say nothing of it when they make fewer. What they round up to powers of 2 counts as asked.
"""

from __future__ import annotations

from tdlite.media.encoder import Settings


def h264(width: int, height: int, settings: Settings) -> int:
    """A slice has at least a row of macroblocks."""
    return min(settings.slices, -(-height // 16))


def h265(width: int, height: int, settings: Settings) -> int:
    """A slice has at least a row of the largest blocks, which are smaller in x265's fastest presets."""
    return min(settings.slices, -(-height // (32 if settings.speed in ("ultrafast", "superfast") else 64)))


def av1(width: int, height: int, settings: Settings) -> int:
    """Tiles are at least as wide as a superblock, and SVT-AV1 makes at most 16."""
    return min(settings.slices, -(-width // 64), 16)


def vp8(width: int, height: int, settings: Settings) -> int:
    """Token partitions, of any size."""
    return min(settings.slices, 8)


def vp9(width: int, height: int, settings: Settings) -> int:
    """Tiles are at least four superblocks wide, and a power of 2."""
    return min(settings.slices, 1 << max(0, (-(-width // 64) // 4).bit_length() - 1))


def hap(width: int, height: int, settings: Settings) -> int:
    """Chunks have the same number of rows of 4×4 blocks; without secondary compression there are none."""
    if not settings.secondary_compression:
        return settings.slices
    return max(count for count in range(1, min(settings.slices, 64) + 1) if height // 4 % count == 0)
