"""Stereo and spherical metadata: the boxes that say so in ISO files.

PyAV has no way to tell a muxer that a stream is stereoscopic or spherical, but it copies what a demuxer has found.
So the boxes go into a small file in memory, from which the stream is then described.
"""

from __future__ import annotations

import struct

_ST3D = {"topbottom": 1, "leftright": 2}
_PATH = ((b"moov", 0), (b"trak", 0), (b"mdia", 0), (b"minf", 0), (b"stbl", 0), (b"stsd", 8), (None, 0))
"""To the first sample entry of the first track: boxes, and the bytes before their own boxes begin."""


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, content: bytes) -> bytes:
    """A box with version and flags."""
    return _box(kind, bytes(4) + content)


def boxes(stereo: str, spherical: str) -> bytes:
    """The boxes for a sample entry: ``st3d`` for 'leftright' or 'topbottom', ``sv3d`` for 'equirectangular'.

    After Google's Spherical Video RFC, version 2: no rotation, the whole sphere.
    """
    made = b""
    if stereo != "off":
        made += _full(b"st3d", bytes([_ST3D[stereo]]))
    if spherical != "off":
        projection = _full(b"prhd", bytes(12)) + _full(b"equi", bytes(16))
        made += _box(b"sv3d", _full(b"svhd", b"tdlite\0") + _box(b"proj", projection))
    return made


def inserted(movie: bytes, new: bytes) -> bytes:
    """The ISO file ``movie``, its index at the end, with boxes added to the entry that describes its first track."""
    data = bytearray(movie)
    grown = []
    start, end = 0, len(data)
    for kind, skipped in _PATH:
        at = start
        while kind not in (None, data[at + 4 : at + 8]):
            at += struct.unpack_from(">I", data, at)[0]
        grown.append(at)
        start, end = at + 8 + skipped, at + struct.unpack_from(">I", data, at)[0]
    for at in grown:
        struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + len(new))
    return bytes(data[:end] + new + data[end:])
