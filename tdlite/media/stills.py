"""Still images read: the bytes of an image file in, a picture out. What a file is, its first bytes tell."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdlite.media import heif, imagetags
from tdlite.media.decoded import Picture, packed
from tdlite.media.errors import InputError, MediaError
from tdlite.media.icc import unlike_srgb
from tdlite.media.imagetags import ImageTags
from tdlite.media.orientation import upright

SUFFIXES = frozenset(
    (
        *(".avif", ".bmp", ".cin", ".dds", ".dpx", ".exr", ".gif", ".hdr", ".heic", ".heif", ".hif", ".j2k", ".jfif"),
        *(".jp2", ".jpeg", ".jpg", ".jxl", ".pbm", ".pfm", ".pgm", ".png", ".pnm", ".ppm"),
        *(".psd", ".qoi", ".rgb", ".sgi", ".tga", ".tif", ".tiff", ".webp", ".xbm", ".xpm"),
    )
)
"""The suffixes by which a folder's images are known, in lower case."""


class Still(NamedTuple):
    """An image file's picture, whether its colours are not multiplied by alpha yet, and its metadata.

    ``profile`` is what its colour profile is called if that is not sRGB's.
    """

    picture: Picture
    straight: bool = False
    headers: dict[str, str] = {}
    profile: str = ""

    def tagged(self, tags: ImageTags) -> Still:
        """The same, turned upright, and with its profile."""
        return self._replace(picture=upright(self.picture, tags.orientation), profile=unlike_srgb(tags.profile))


Reader = Callable[[bytes], "Still | None"]


def _jpeg(data: bytes) -> Still | None:
    import simplejpeg

    space = simplejpeg.decode_jpeg_header(data)[2]
    if space in ("CMYK", "YCCK"):
        return _codec("jpeg", imagetags.of_jpeg)(data)
    made = packed(simplejpeg.decode_jpeg(data, "GRAY" if space == "Gray" else "RGBA"))
    return Still(made._replace(form=made.form._replace(alpha=False))).tagged(imagetags.of_jpeg(data))


def _codec(name: str, tags: Callable[[bytes], ImageTags] = lambda data: ImageTags()) -> Reader:
    def read(data: bytes) -> Still | None:
        import imagecodecs

        return Still(packed(getattr(imagecodecs, f"{name}_decode")(data)), straight=True).tagged(tags(data))

    return read


def _heif(data: bytes) -> Still | None:
    # 'mif1' is any picture: which ones, the compatible brands tell.
    if b"avif" in data[: int.from_bytes(data[:4], "big")]:
        return _codec("avif", heif.tags)(data)
    return Still(heif.picture(data), straight=True).tagged(heif.tags(data))


def _tiff(data: bytes) -> Still:
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page: Any = file.pages[0]
        pixels = page.asarray()
        kind = page.photometric.name
        if page.axes.startswith("S"):
            pixels = np.moveaxis(pixels, 0, -1)
        if kind == "PALETTE":
            pixels = np.moveaxis(np.asarray(page.colormap), 0, -1)[pixels]
        elif kind == "MINISWHITE":
            pixels = np.invert(pixels) if pixels.dtype.kind in "ub" else 1 - pixels
        elif kind == "SEPARATED":
            raise InputError(f"it is {kind}, printing inks; save it as RGB")
        elif pixels.dtype == np.uint8 and page.bitspersample < 8:
            pixels = (pixels.astype(np.uint16) * 255 // (2**page.bitspersample - 1)).astype(np.uint8)
        alpha = [extra.name for extra in page.extrasamples]
        tags = ImageTags(page.tags.valueof("Orientation", 1), page.tags.valueof("InterColorProfile", b""))
    if pixels.ndim != 2:
        colours = pixels.shape[2] - len(alpha)
        kept = colours + (alpha[:1] in (["UNASSALPHA"], ["ASSOCALPHA"], ["UNSPECIFIED"]))
        pixels = pixels[..., :kept]
    return Still(packed(pixels), "ASSOCALPHA" not in alpha).tagged(tags)


def _dds(data: bytes) -> Still | None:
    from tdlite.media.dds import decode_dds

    pixels = decode_dds(data)
    return None if pixels is None else Still(packed(pixels), straight=True)


def _exr(data: bytes) -> Still:
    import OpenEXR

    with OpenEXR.File(io.BytesIO(data), separate_channels=True) as file:
        header = dict(file.header())
        channels = {name: channel.pixels for name, channel in file.channels().items()}
    names = [name for name in "RGB" if name in channels]
    if len(names) == 3:
        order = ["R", "G", "B", *(["A"] if "A" in channels else [])]
    elif "Y" in channels:
        order = ["Y", *(["A"] if "A" in channels else [])]
    else:  # layers without colours of their own: the first one's channels
        layer = next(iter(channels)).rpartition(".")[0]
        rest = [name for name in channels if name.rpartition(".")[0] == layer]
        ranked = sorted(rest, key=lambda name: ("RGBA".find(name.rpartition(".")[2]) % 5, name))
        order = ranked[: 1 if len(ranked) < 3 else 4]
    pixels = np.stack([_exr_floats(channels[name]) for name in order], axis=-1)
    aspect = float(header.get("pixelAspectRatio", 1.0)) or 1.0
    texts = {key: value for key, value in header.items() if isinstance(value, str)}
    return Still(packed(_displayed(pixels, header), aspect), False, texts)


def _exr_floats(channel: NDArray[Any]) -> NDArray[Any]:
    return channel.astype(np.float32) if channel.dtype.kind == "u" else channel


def _displayed(pixels: NDArray[Any], header: dict[str, Any]) -> NDArray[Any]:
    """The display window of an EXR's pixels: what lies outside the data window is 0."""
    (left, top), (right, bottom) = (np.asarray(corner, int) for corner in header["displayWindow"])
    (x, y), _ = (np.asarray(corner, int) for corner in header["dataWindow"])
    height, width, count = pixels.shape
    if (x, y, width, height) == (left, top, right - left + 1, bottom - top + 1):
        return pixels
    full = np.zeros((bottom - top + 1, right - left + 1, count), pixels.dtype)
    rows = slice(max(y, top), min(y + height, bottom + 1))
    columns = slice(max(x, left), min(x + width, right + 1))
    if rows.start < rows.stop and columns.start < columns.stop:
        full[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = pixels[
            rows.start - y : rows.stop - y, columns.start - x : columns.stop - x
        ]
    return full


_READERS: tuple[tuple[int, bytes, Reader], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", _codec("png", imagetags.of_png)),
    (0, b"\xff\xd8\xff", _jpeg),
    (0, b"II*\0", _tiff),
    (0, b"MM\0*", _tiff),
    (0, b"II+\0", _tiff),
    (0, b"MM\0+", _tiff),
    (0, b"\x76\x2f\x31\x01", _exr),
    (0, b"DDS ", _dds),
    (8, b"WEBP", _codec("webp", imagetags.of_webp)),
    (0, b"qoif", _codec("qoi")),
    (0, b"#?RADIANCE", _codec("rgbe")),
    (0, b"#?RGBE", _codec("rgbe")),
    (4, b"jP  \r\n\x87\n", _codec("jpeg2k")),
    (0, b"\xff\x4f\xff\x51", _codec("jpeg2k")),
    (0, b"\xff\x0a", _codec("jpegxl")),
    (4, b"JXL \r\n\x87\n", _codec("jpegxl")),
    (4, b"ftypavif", _codec("avif", heif.tags)),
    *((4, b"ftyp" + brand, _heif) for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1")),
)
"""Place and bytes by which a format is known. What is not here, FFmpeg reads: BMP, TGA, DPX, PSD and so on."""


def reader(start: bytes) -> Reader | None:
    """What reads a file with these first bytes as a still image; None when it is left to FFmpeg."""
    for place, magic, read in _READERS:
        if start[place : place + len(magic)] == magic:
            return read
    return None


def read_still(data: bytes, read: Reader) -> Still | None:
    """The picture in the bytes of a file, None where FFmpeg has to read it. InputError when it is damaged."""
    try:
        return read(data)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        said = str(error).strip().splitlines()
        raise InputError(
            f"the image is damaged or of an unknown kind ({said[0] if said else type(error).__name__})"
        ) from error
