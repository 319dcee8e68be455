"""FFmpeg's frames as pictures: which planes they have, and what their samples mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.decoded import Form, Picture, Reading, packed
from tdlite.media.orientation import of_matrix, upright

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""The parts of red and blue in luma, by the matrix codes of ITU-T H.273: Rec.709, FCC, 601, 601, 240M, Rec.2020."""

_UNSPECIFIED = (2, 3)
_CENTRED = ("mjpeg", "mjpegb", "jpeg2000", "mpeg1video")
_SD_CODECS = ("mjpeg", "mjpegb", "mpeg1video", "vp8", "heif")
"""Codecs whose definition is Rec.601, whatever the size."""
_FULL_RANGE = ("mjpeg", "mjpegb", "heif")
"""Codecs that have full range unless they say otherwise."""

# Formats whose samples lie otherwise, and the one that holds the same samples in planes or as RGBA.
_PLAIN = {
    **dict.fromkeys(("nv12", "nv21"), "yuv420p"),
    **dict.fromkeys(("nv16", "yuyv422", "uyvy422", "yvyu422"), "yuv422p"),
    **dict.fromkeys(("nv24", "nv42"), "yuv444p"),
    **dict.fromkeys(("ayuv", "vuya", "uyva"), "yuva444p"),
    **dict.fromkeys(("p010le", "p010be"), "yuv420p10le"),
    **dict.fromkeys(("p210le", "p210be", "nv20le", "y210le", "y210be"), "yuv422p10le"),
    **dict.fromkeys(("p410le", "p410be", "xv30le", "v30xle"), "yuv444p10le"),
    **dict.fromkeys(("p012le", "p012be"), "yuv420p12le"),
    **dict.fromkeys(("p212le", "y212le"), "yuv422p12le"),
    **dict.fromkeys(("p412le", "xv36le", "xv36be"), "yuv444p12le"),
    **dict.fromkeys(("p016le", "p016be"), "yuv420p16le"),
    **dict.fromkeys(("p216le", "p216be"), "yuv422p16le"),
    **dict.fromkeys(("p416le", "p416be"), "yuv444p16le"),
    **dict.fromkeys(("ayuv64le", "ayuv64be"), "yuva444p16le"),
    **dict.fromkeys(("monow", "monob"), "gray"),
    "ya16be": "ya16le",
}


def matrix_of(code: int, codec: str, height: int) -> tuple[int, str]:
    """The matrix to read YUV with, and a sentence if it is not the one the file names.

    Without a tag it is what the codec defines, else Rec.601 below 720 lines and Rec.709 from there.
    """
    if code in WEIGHTS:
        return code, ""
    usual = 5 if codec in _SD_CODECS or height < 720 else 1
    if code in _UNSPECIFIED:
        return usual, ""
    return usual, f"its colours are coded with matrix {code} (H.273), which is read as Rec.{601 if usual == 5 else 709}"


def yuv_reading(
    matrix: int, full_range: bool, bits: int, size: tuple[int, int], chroma: tuple[int, int], centred: bool
) -> Reading:
    """How planes of YUV with ``bits`` a sample are read; sizes are of the picture and of a chroma plane.

    R = Y + 2(1−Kr)·V, B = Y + 2(1−Kb)·U, G from Y = Kr·R + Kg·G + Kb·B (H.273 8.3). Chroma samples lie at the left
    edge of their pixels, half-way down, or if ``centred`` in the middle.
    """
    red, blue = WEIGHTS[matrix]
    green = 1 - red - blue
    top = 255 if bits == 8 else 65535
    last, unit = 2**bits - 1, 2 ** (bits - 8)
    luma = top / last if full_range else top / (219 * unit)
    colour = top / last if full_range else top / (224 * unit)
    v, u = 2 * (1 - red) * colour, 2 * (1 - blue) * colour
    rows = (luma, 0, v, luma, -u * blue / green, -v * red / green, luma, u, 0)
    offset = (0 if full_range else 16 * unit / top, *[128 * unit / top] * 2)
    across, down = (-(-side // small) for side, small in zip(size, chroma, strict=True))
    shift = 0.25 if across == 2 and not centred else 0.375 if across == 4 and not centred else 0.0
    # Rows are counted from the bottom: an odd height leaves the lowest chroma sample with fewer rows.
    return Reading("yuv", top / last, rows, offset, (1 / across, 1 / down), (shift, chroma[1] - size[1] / down))


def picture_of(frame: VideoFrame, codec: str, pixel_aspect: float = 1.0) -> tuple[Picture, str]:
    """A frame as an upright picture, and a sentence where it cannot be read as the file says."""
    picture, trouble = as_stored(frame, codec, pixel_aspect)
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return picture, trouble
    orientation, odd = of_matrix(bytes(matrix))  # type: ignore[call-overload]  # a buffer, which the stub does not tell
    return upright(picture, orientation), trouble or odd


def as_stored(frame: VideoFrame, codec: str, pixel_aspect: float = 1.0) -> tuple[Picture, str]:
    """The same, but not turned."""
    alpha = any(part.is_alpha for part in frame.format.components) or frame.format.has_palette
    frame = plain(frame)
    form = frame.format
    parts = form.components
    size = frame.width, frame.height
    bits = parts[0].bits
    dtype = "float32" if "f32" in form.name else "uint8" if bits == 8 else "uint16"
    if not form.is_planar and len(parts) > 1:
        made = packed(_rows(frame, 0, len(parts), dtype)[::-1], pixel_aspect)
        return _tagged(made._replace(form=made.form._replace(alpha=alpha)), frame), ""
    planes = tuple(_rows(frame, number, 1, dtype) for number in range(len(frame.planes)))
    wide = 1.0 if dtype == "float32" else (255 if bits == 8 else 65535) / (2**bits - 1)
    full_range = frame.color_range == 2 or form.name.startswith("yuvj")
    if len(parts) == 1:
        made = packed(planes[0][::-1], pixel_aspect)
        if wide != 1:  # fewer bits than the type has
            made = made._replace(form=made.form._replace(dtype="uint16"), reading=Reading("packed", wide))
        return _tagged(made, frame), ""
    shown = Form(*size, pixel_aspect, "rgba", dtype, len(planes) == 4)
    if form.is_rgb:
        return _tagged(Picture(shown, planes, Reading("gbr", wide)), frame), ""
    matrix, trouble = matrix_of(int(frame.colorspace), codec, frame.height)
    full_range = full_range or (codec in _FULL_RANGE and frame.color_range == 0)
    chroma = planes[1].shape[1], planes[1].shape[0]
    reading = yuv_reading(matrix, full_range, bits, size, chroma, codec in _CENTRED)
    return _tagged(Picture(shown, planes, reading), frame), trouble


def _tagged(picture: Picture, frame: VideoFrame) -> Picture:
    return picture._replace(interlaced=bool(frame.interlaced_frame))


def plain(frame: VideoFrame) -> VideoFrame:
    """The same samples in planes, or as packed RGBA, where the frame has them in another way."""
    form = frame.format
    name = form.name
    wanted = _PLAIN.get(name)
    if wanted is None:
        deep = max(part.bits for part in form.components)
        if form.is_rgb or form.has_palette or form.is_bayer:
            if "f16" in name or "f32" in name:
                wanted = name if name in ("gbrpf32le", "gbrapf32le") else "gbrapf32le"
            elif form.is_planar and not form.is_big_endian:
                wanted = name
            else:
                wanted = "rgba" if deep <= 8 else "rgba64le"
        elif form.is_big_endian and deep > 8:
            wanted = name.removesuffix("be") + "le"
        elif form.is_planar or len(form.components) <= 2:
            wanted = name
        else:
            wanted = "yuva444p" if deep <= 8 else "yuva444p16le"
    return frame if wanted == name else frame.reformat(format=wanted)


def _rows(frame: VideoFrame, number: int, count: int, dtype: str) -> NDArray[Any]:
    """A plane as [h, w, count], row 0 at the bottom, without the padding of its rows."""
    plane = frame.planes[number]
    samples = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height]
    width = plane.width * count * np.dtype(dtype).itemsize
    rows = np.ascontiguousarray(samples[::-1, :width]).view(dtype)
    return rows.reshape(plane.height, plane.width, count)
