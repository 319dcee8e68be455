"""Which side of a picture is up: the eight orientations of EXIF, and pictures turned by them."""

from __future__ import annotations

import struct

import numpy as np

from tdlite.media.decoded import Picture, Plane

_TURNS = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""What shows a picture of each orientation upright: rows become columns, then left and right, then top and bottom
change places (EXIF 2.32, tag 274)."""


def of_matrix(matrix: bytes) -> tuple[int, str]:
    """The orientation that a movie's display matrix means, and a sentence if it is more than such a turn.

    Nine 32-bit numbers a b u, c d v, x y w: the pixel in column p and row q is shown at (a·p + c·q, b·p + d·q), down
    being positive (ISO/IEC 14496-12, 8.2.2).
    """
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix[:36])
    swapped = abs(b) + abs(c) > abs(a) + abs(d)
    across, down, rest = (c, b, (a, d)) if swapped else (a, d, (b, c))
    turn = swapped, across < 0, down < 0
    found = next(number for number, each in _TURNS.items() if each == turn)
    if max(map(abs, rest)) * 100 > max(abs(across), abs(down)):
        return found, "it asks to be turned by other than a right angle: the nearest of these is shown"
    return found, ""


def of_exif(exif: bytes) -> int:
    """The orientation in a block of EXIF, which is a small TIFF file; 1, upright, where it does not say."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if (tag, kind) == (274, 3):
                return int(value)
    except struct.error:  # cut off: what is not there says nothing
        pass
    return 1


def upright(picture: Picture, orientation: int) -> Picture:
    """The picture as it is to be shown, its chroma where it was; an orientation that there is not is none."""
    swap, mirror, flip = _TURNS.get(orientation, _TURNS[1])
    if not (swap or mirror or flip):
        return picture
    form, reading = picture.form, picture.reading
    size, aspect = (form.width, form.height), form.pixel_aspect
    chroma = picture.planes[min(1, len(picture.planes) - 1)]
    texels = chroma.shape[1], chroma.shape[0]
    step, shift = reading.step, reading.shift
    # From the top, as orientations are told: what lies at p from one side lies at size − p from the other.
    shift = shift[0], _mirrored(texels[1], size[1], step[1], shift[1])
    if swap:
        size, texels, step, shift = size[::-1], texels[::-1], step[::-1], shift[::-1]
        aspect = 1 / aspect
    if mirror:
        shift = _mirrored(texels[0], size[0], step[0], shift[0]), shift[1]
    if not flip:
        shift = shift[0], _mirrored(texels[1], size[1], step[1], shift[1])
    return picture._replace(
        form=form._replace(width=size[0], height=size[1], pixel_aspect=aspect),
        planes=tuple(_turned(plane, swap, mirror, flip) for plane in picture.planes),
        reading=reading._replace(step=step, shift=shift),
    )


def _mirrored(texels: int, pixels: int, step: float, shift: float) -> float:
    """The shift of chroma that is counted from the other side."""
    return texels - pixels * step - shift


def _turned(plane: Plane, swap: bool, mirror: bool, flip: bool) -> Plane:
    rows = plane[::-1]
    if swap:
        rows = rows.swapaxes(0, 1)
    rows = rows[:: -1 if flip else 1, :: -1 if mirror else 1]
    return np.ascontiguousarray(rows[::-1])
