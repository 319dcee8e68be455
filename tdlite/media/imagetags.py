"""What image files say of their picture beside the pixels: which side is up, and their colour profile."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
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


def of_heif(data: bytes) -> ImageTags:
    """The tags in the properties of an AVIF's first picture: irot, imir and colr (ISO/IEC 23008-12, 6.5)."""
    meta = dict(_boxes(dict(_boxes(data)).get(b"meta", b"")[4:]))
    properties = dict(_boxes(meta.get(b"iprp", b"")))
    angle, mirrored, profile = 0, -1, b""
    listed = list(_boxes(properties.get(b"ipco", b"")))
    for number in _associated(properties.get(b"ipma", b""), meta.get(b"pitm", b"")):
        kind, body = listed[number - 1] if 0 < number <= len(listed) else (b"", b"")
        if kind == b"irot" and body:
            angle = body[0] & 3
        elif kind == b"imir" and body:
            mirrored = body[0] & 1
        elif kind == b"colr" and body[:4] in (b"prof", b"rICC"):
            profile = body[4:]
    # Quarters of a turn counter-clockwise; then mirrored top to bottom (0) or left to right (1).
    turns = {-1: (1, 8, 3, 6), 0: (4, 5, 2, 7), 1: (2, 7, 4, 5)}
    return ImageTags(turns[mirrored][angle], profile)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of an ISO file, kind and body."""
    place = 0
    while place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        begin = 8
        if size == 1 and place + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, place + 8)
            begin = 16
        size = size or len(data) - place
        if size < begin:
            return
        yield kind, data[place + begin : place + size]
        place += size


def _associated(ipma: bytes, pitm: bytes) -> list[int]:
    """The numbers of the properties of the primary item, from 1."""
    try:
        wide = pitm[0] > 0
        (primary,) = struct.unpack_from(">I" if wide else ">H", pitm, 4)
        wide, large = ipma[0] > 0, bool(ipma[3] & 1)
        (entries,) = struct.unpack_from(">I", ipma, 4)
        place = 8
        for _ in range(entries):
            item, count = struct.unpack_from(">IB" if wide else ">HB", ipma, place)
            place += 5 if wide else 3
            numbers = struct.unpack_from(f">{count}{'H' if large else 'B'}", ipma, place)
            place += count * (2 if large else 1)
            if item == primary:
                return [number & (0x7FFF if large else 0x7F) for number in numbers]
    except (struct.error, IndexError):  # damaged: the decoder will say so
        pass
    return []
