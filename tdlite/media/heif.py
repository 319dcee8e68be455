"""HEIF, still pictures in boxes (ISO/IEC 23008-12): what AVIF and HEIC say of theirs, and HEIC read by FFmpeg."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdlite.media.decoded import Picture
from tdlite.media.errors import InputError
from tdlite.media.imagetags import ImageTags
from tdlite.media.samples import as_stored

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.plane import VideoPlane

Boxes = list[tuple[bytes, bytes]]


class Item(NamedTuple):
    """The picture that a file is about: its number, its properties, and the numbers of its tiles if it has any.

    Tiles come row by row from the top left, all of one size; what they have beyond the picture's size is not shown.
    """

    number: int
    properties: Boxes
    tiles: tuple[int, ...]

    def body(self, kind: bytes, start: bytes = b"") -> bytes:
        """The body of the first property of that kind that begins so; empty when there is none."""
        return next((body for name, body in self.properties if name == kind and body.startswith(start)), b"")

    @property
    def tags(self) -> ImageTags:
        """Orientation and profile, from irot, imir and colr (6.5)."""
        turned, mirrored = self.body(b"irot"), self.body(b"imir")
        angle, mirror = turned[0] & 3 if turned else 0, mirrored[0] & 1 if mirrored else -1
        # Quarters of a turn counter-clockwise; then mirrored top to bottom (0) or left to right (1).
        turns = {-1: (1, 8, 3, 6), 0: (4, 5, 2, 7), 1: (2, 7, 4, 5)}
        profile = self.body(b"colr", b"prof") or self.body(b"colr", b"rICC")
        return ImageTags(turns[mirror][angle], profile[4:])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height before it is turned, from ispe; zeros where it does not say."""
        found = self.body(b"ispe")
        return struct.unpack_from(">II", found, 4) if len(found) >= 12 else (0, 0)


def tags(data: bytes) -> ImageTags:
    """The tags of a file's picture."""
    return _primary(data).tags


def picture(data: bytes) -> Picture:
    """The picture of a HEIC file as it is stored, not turned yet. InputError when a part of it cannot be decoded."""
    import av

    try:
        return _decoded(data)
    except av.FFmpegError as error:  # one is a MemoryError: of a length that a damaged file tells
        raise InputError(f"FFmpeg cannot read it ({error.strerror}): it is damaged") from error


def _decoded(data: bytes) -> Picture:
    import av
    from av.container import InputContainer
    from av.video.frame import VideoFrame

    item = _primary(data)
    wanted = item.tiles or (item.number,)
    found: dict[int, VideoFrame] = {}
    with av.open(io.BytesIO(data), metadata_errors="replace") as file:
        assert isinstance(file, InputContainer)
        streams = {each.id: each for each in file.streams.video}
        chosen = [streams[number] for number in wanted if number in streams]
        for packet in file.demux(chosen) if chosen else ():
            for frame in packet.decode():
                assert isinstance(frame, VideoFrame)
                found.setdefault(packet.stream.id, frame)
        lost = [number for number in wanted if number not in found]
        if lost:
            raise InputError(f"{len(lost)} of {len(wanted)} parts of the picture cannot be decoded: it is damaged")
        frame = found[item.number] if not item.tiles else _joined([found[each] for each in item.tiles], *item.size)
        nclx = item.body(b"colr", b"nclx")
        if len(nclx) >= 11:  # says more than the coded picture
            frame.colorspace, frame.color_range = struct.unpack_from(">H", nclx, 8)[0], 1 + (nclx[10] >> 7)
        made, _ = as_stored(frame, "heif")  # libav turns what is one piece, and not what has tiles
        # The frame's memory goes with it.
        return made._replace(planes=tuple(plane.copy() for plane in made.planes))


def _joined(tiles: list[VideoFrame], width: int, height: int) -> VideoFrame:
    """The picture of ``width``×``height`` that tiles make."""
    import av

    first = tiles[0]
    columns, rows = -(-width // first.width), -(-height // first.height)
    if columns * rows != len(tiles) or any(tile.format.name != first.format.name for tile in tiles):
        raise InputError(f"{len(tiles)} tiles of {first.width}×{first.height} do not make {width}×{height} pixels")
    whole = av.VideoFrame(width, height, first.format.name)
    whole.colorspace, whole.color_range = first.colorspace, first.color_range
    size = 1 if first.format.components[0].bits == 8 else 2
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        for source, target in zip(tile.planes, whole.planes, strict=True):
            x, y = column * source.width, row * source.height
            part = _samples(source, size)[: target.height - y, : target.width - x]
            _samples(target, size)[y : y + part.shape[0], x : x + part.shape[1]] = part
    return whole


def _samples(plane: VideoPlane, size: int) -> NDArray[Any]:
    """A plane's memory as rows from the top, without their padding."""
    rows: NDArray[Any] = np.frombuffer(memoryview(plane), f"u{size}").reshape(-1, plane.line_size // size)
    return rows[: plane.height, : plane.width]


def _primary(data: bytes) -> Item:
    """The item that a file is about; without properties where the file is damaged, as the decoder will say."""
    meta = dict(_boxes(dict(_boxes(data)).get(b"meta", b"")[4:]))
    described = dict(_boxes(meta.get(b"iprp", b"")))
    listed = list(_boxes(described.get(b"ipco", b"")))
    try:
        pitm = meta[b"pitm"]
        (number,) = struct.unpack_from(">I" if pitm[0] else ">H", pitm, 4)
        numbers = _associated(described[b"ipma"], number)
        tiles = _tiles(meta.get(b"iref", b""), number)
    except (struct.error, IndexError, KeyError):
        return Item(0, [], ())
    return Item(number, [listed[each - 1] for each in numbers if 0 < each <= len(listed)], tiles)


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


def _associated(ipma: bytes, item: int) -> list[int]:
    """The numbers of an item's properties, from 1."""
    wide, large = ipma[0] > 0, bool(ipma[3] & 1)
    (entries,) = struct.unpack_from(">I", ipma, 4)
    place = 8
    for _ in range(entries):
        number, count = struct.unpack_from(">IB" if wide else ">HB", ipma, place)
        place += 5 if wide else 3
        numbers = struct.unpack_from(f">{count}{'H' if large else 'B'}", ipma, place)
        place += count * (2 if large else 1)
        if number == item:
            return [each & (0x7FFF if large else 0x7F) for each in numbers]
    return []


def _tiles(iref: bytes, item: int) -> tuple[int, ...]:
    """The items that another one is put together from."""
    number = "I" if iref[:1] > b"\0" else "H"
    for kind, body in _boxes(iref[4:]):
        start, count = struct.unpack_from(f">{number}H", body)
        if (kind, start) == (b"dimg", item):
            return struct.unpack_from(f">{count}{number}", body, struct.calcsize(f">{number}H"))
    return ()
