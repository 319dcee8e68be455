"""What image files say of their picture beside the pixels: which side is up, and their colour profile."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from tdlite.media.orientation import of_exif


class ImageTags(NamedTuple):
    """``orientation`` is EXIF's, 1 for upright; ``profile`` an ICC profile, empty without one."""

    orientation: int = 1
    profile: bytes = b""


def of_jpeg(data: bytes) -> ImageTags:
    """The tags in a JPEG's segments APP1 and APP2."""
    exif, profile = b"", {}
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        body = data[place + 4 : place + 2 + size]
        if kind == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or body[6:]
        elif kind == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            profile[body[12]] = body[14:]  # parts, numbered
        elif kind == 0xDA or size < 2:  # the picture begins
            break
        place += 2 + size
    return ImageTags(of_exif(exif), b"".join(profile[number] for number in sorted(profile)))


def of_png(data: bytes) -> ImageTags:
    """The tags in a PNG's chunks eXIf and iCCP."""
    exif = profile = b""
    place = 8
    while place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + size]
        if kind == b"eXIf":
            exif = body
        elif kind == b"iCCP":
            try:
                profile = zlib.decompress(body[body.index(b"\0") + 2 :])
            except (ValueError, zlib.error):  # a damaged profile is none
                profile = b""
        place += 12 + size
    return ImageTags(of_exif(exif), profile)


def of_webp(data: bytes) -> ImageTags:
    """The tags in a WebP's chunks EXIF and ICCP."""
    exif = profile = b""
    place = 12
    while place + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + size]
        if kind == b"EXIF":
            exif = body.removeprefix(b"Exif\0\0")
        elif kind == b"ICCP":
            profile = body
        place += 8 + size + size % 2
    return ImageTags(of_exif(exif), profile)
