"""HEIC images, put together here by ISO/IEC 23008-12, and read as every image is."""

from __future__ import annotations

import contextlib
import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tdlite.media.errors import InputError
from tdlite.media.reading import open_pictures

Array = NDArray[np.uint8]
FULL = (1, 13, 6, 128)
"""nclx: sRGB with the matrix of Rec.601, in full range."""


def box(kind: bytes, content: bytes, *version: int) -> bytes:
    """A box; with a version it has flags, all 0."""
    head = struct.pack(">I", version[0] << 24) if version else b""
    return struct.pack(">I4s", 8 + len(head) + len(content), kind) + head + content


def coded(luma: Array, pixels: str) -> tuple[bytes, bytes]:
    """The box hvcC and the lossless picture of a luma plane without colours, as H.265."""
    file = io.BytesIO()
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], pixels)
    frame.pts, frame.time_base = 0, Fraction(1)
    for number, plane in enumerate(frame.planes):
        rows = np.full((plane.height, plane.line_size), 128, np.uint8)
        if number == 0:
            rows[:, : plane.width] = luma
        plane.update(rows.tobytes())
    with av.open(file, "w", format="mp4") as movie:
        stream = movie.add_stream("libx265", rate=1)
        stream.width, stream.height, stream.pix_fmt = luma.shape[1], luma.shape[0], pixels
        stream.options = {"x265-params": "log-level=none:lossless=1:info=0:bframes=0", "preset": "ultrafast"}
        stream.codec_context.codec_tag = "hvc1"
        movie.mux(stream.encode(frame))
        movie.mux(stream.encode(None))
    data = file.getvalue()
    at = data.index(b"hvcC") - 4
    with av.open(io.BytesIO(data)) as movie:
        return data[at : at + struct.unpack_from(">I", data, at)[0]], b"".join(bytes(each) for each in movie.demux())


def heic(
    tiles: list[Array], size: tuple[int, int], brand: bytes = b"heic", angle: int = 0, pixels: str = "yuv420p"
) -> bytes:
    """A file with one picture; of several tiles, row by row, it is a grid."""
    made = [coded(each, pixels) for each in tiles]
    count, grid = len(tiles), len(tiles) > 1
    primary = count + 1 if grid else 1
    items = [box(b"infe", struct.pack(">HH4sx", number + 1, 0, b"hvc1"), 2) for number in range(count)]
    items += [box(b"infe", struct.pack(">HH4sx", primary, 0, b"grid"), 2)] * grid
    small = tiles[0].shape[::-1]
    colr = box(b"colr", b"nclx" + struct.pack(">HHHB", *FULL))
    listed = [made[0][0], box(b"ispe", struct.pack(">II", *small), 0), colr, box(b"irot", bytes([angle]))]
    listed.append(box(b"ispe", struct.pack(">II", *size), 0))
    owned = {number + 1: [1, 2, 3] for number in range(count)}
    owned[primary] = [5, 3, 4] if grid else [1, 2, 3, 4]
    linked = [struct.pack(">HB", item, len(each)) + bytes(each) for item, each in owned.items()]
    columns = -(-size[0] // small[0])
    layout = struct.pack(">4B2H", 0, 0, max(count // columns, 1) - 1, columns - 1, *size) if grid else b""
    numbers = struct.pack(f">{count + 2}H", primary, count, *range(1, count + 1))
    meta = box(b"hdlr", struct.pack(">4x4s13x", b"pict"), 0) + box(b"pitm", struct.pack(">H", primary), 0)
    meta += box(b"iinf", struct.pack(">H", len(items)) + b"".join(items), 0)
    meta += box(b"iref", box(b"dimg", numbers), 0) * grid + box(b"idat", layout) * grid
    ipma = box(b"ipma", struct.pack(">I", len(linked)) + b"".join(linked), 0)
    meta += box(b"iprp", box(b"ipco", b"".join(listed)) + ipma)
    start = box(b"ftyp", brand + bytes(4) + b"mif1heic")
    places = 16 * (count + grid)
    at = len(start) + 12 + len(meta) + 12 + 4 + places + 8
    located = b""
    for number, (_, data) in enumerate(made):
        located += struct.pack(">4H2I", number + 1, 0, 0, 1, at, len(data))
        at += len(data)
    located += struct.pack(">4H2I", primary, 1, 0, 1, 0, len(layout)) * grid
    meta += box(b"iloc", struct.pack(">2BH", 0x44, 0, count + grid) + located, 1)
    return start + box(b"meta", meta, 0) + box(b"mdat", b"".join(data for _, data in made))


def ramp(width: int, height: int) -> Array:
    """Luma that tells every pixel's place."""
    y, x = np.mgrid[:height, :width]
    return (x * 2 + y).astype(np.uint8)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
@pytest.mark.parametrize("angle", [0, 1, 2, 3])
def test_a_heic_is_shown_upright_with_its_range(tmp_path: Path, brand: bytes, angle: int) -> None:
    path, luma = tmp_path / "a.heic", ramp(96, 64)
    path.write_bytes(heic([luma], (96, 64), brand, angle))
    source = open_pictures(str(path))
    picture = source.picture(0)
    shown = np.rot90(luma, angle)  # counter-clockwise
    assert (source.count, source.form.width, source.form.height) == (1, shown.shape[1], shown.shape[0])
    np.testing.assert_array_equal(picture.planes[0][::-1, :, 0], shown)
    assert picture.reading.matrix[0] == 1, "full range"
    assert picture.reading.matrix[2] == pytest.approx(2 * (1 - 0.299)), "Rec.601"
    assert source.warnings == []


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv444p"])
def test_the_tiles_of_a_heic_make_one_picture_and_what_is_beyond_it_is_cut_off(tmp_path: Path, pixels: str) -> None:
    whole = ramp(96, 64)
    tiles = [whole[y : y + 32, x : x + 32] for y in (0, 32) for x in (0, 32, 64)]
    (tmp_path / "a.heic").write_bytes(heic(tiles, (91, 57), pixels=pixels))
    picture = open_pictures(str(tmp_path / "a.heic")).picture(0)
    np.testing.assert_array_equal(picture.planes[0][::-1, :, 0], whole[:57, :91])
    assert picture.planes[1].shape[:2] == ((57, 91) if pixels == "yuv444p" else (29, 46))
    assert (picture.planes[1] == 128).all()


@pytest.mark.parametrize("fault", ["cut", "too few", "empty"])
def test_a_damaged_heic_is_an_error_that_names_it(tmp_path: Path, fault: str) -> None:
    whole = ramp(96, 64)
    tiles = [whole[y : y + 32, x : x + 32] for y in (0, 32) for x in (0, 32, 64)]
    data = heic(tiles, (200, 200) if fault == "too few" else (96, 64))
    path = tmp_path / "a.heic"
    path.write_bytes({"cut": data[: len(data) * 2 // 3], "empty": data[:40]}.get(fault, data))
    with pytest.raises(InputError, match=r"cannot show .*a\.heic: .*(damaged|do not make 200×200)"):
        open_pictures(str(path))


def test_a_folder_s_heics_are_a_sequence(tmp_path: Path) -> None:
    for index in range(2):
        (tmp_path / f"a{index}.HEIC").write_bytes(heic([ramp(64, 64) + np.uint8(index)], (64, 64)))
    source = open_pictures(str(tmp_path))
    assert [int(source.picture(number).planes[0][-1, 0, 0]) for number in range(source.count)] == [0, 1]


def test_a_heic_that_tells_of_billions_of_items_is_damaged_not_too_large(tmp_path: Path) -> None:
    data = heic([ramp(64, 64)], (64, 64))
    place = data.index(b"iinf") + 4
    many = b"\1\0\0\0\x7f\xff\xff\xff"
    (tmp_path / "a.heic").write_bytes(data[:place] + many + data[place + len(many) :])
    with pytest.raises(InputError, match=r"cannot show .*a\.heic: .*damaged"):
        open_pictures(str(tmp_path / "a.heic"))


def test_a_brand_that_is_no_text_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(heic([ramp(64, 64)], (64, 64), b"h\xffic"))
    assert open_pictures(str(tmp_path / "a.heic")).picture(0).planes[0].shape[:2] == (64, 64)


def test_damage_anywhere_is_an_error_or_a_picture(tmp_path: Path) -> None:
    whole, dice = heic([ramp(64, 64)] * 4, (128, 100)), np.random.default_rng(5)
    path = tmp_path / "a.heic"
    for _ in range(150):
        data = bytearray(whole)
        for place in dice.integers(0, dice.choice([700, len(data)]), dice.integers(1, 4)):
            data[place] = dice.choice([0, 1, 127, 255, dice.integers(256)])
        path.write_bytes(data)
        with contextlib.suppress(InputError):
            assert len(open_pictures(str(path)).picture(0).planes) in (1, 3)
