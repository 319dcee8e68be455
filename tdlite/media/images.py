"""Still images: pixels in, the bytes of a JPEG, PNG, TIFF, EXR or BMP file out.

Values are written as they are: no colour space is applied and alpha is neither multiplied nor divided out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.errors import EncoderError, MediaError
from tdlite.media.files import write_atomically

__all__ = ["SUFFIXES", "Image", "Metadata", "encode_image", "write_atomically"]

Image = NDArray[np.generic]
"""[h, w, 4] RGBA, row 0 = bottom; uint8, uint16, float16 or float32."""

Metadata = Mapping[str, object] | Iterable[tuple[str, object]]
"""Pairs of name and value, written as text; only EXR files keep them."""

_DTYPES = ("uint8", "uint16", "float16", "float32")

# EXR attributes that describe the pixels; a string in their place makes a file that no reader opens.
_EXR_HEADER = {
    *("channels", "chunkCount", "compression", "dataWindow", "displayWindow", "lineOrder", "name", "type"),
    *("maxSamplesPerPixel", "pixelAspectRatio", "screenWindowCenter", "screenWindowWidth", "tiles"),
    *("version", "view"),
}


def encode_image(array: Image, suffix: str, quality: float = 1.0, metadata: Metadata = ()) -> bytes:
    """Return the bytes of an image file of the kind that `suffix` ('.png', any case) names.

    `array` is [h, w, 4] RGBA with row 0 at the bottom: uint8 and uint16 are 0..1 in fixed point, float16
    and float32 are the values. Fixed-point formats clamp to 0..1 and round to nearest; NaN becomes 0.

    - JPEG: 8-bit RGB, alpha dropped. `quality` 0..1 is libjpeg's 1..100; chroma is full from 0.9 up, else
      4:2:0.
    - PNG: 8-bit RGBA from uint8, 16-bit RGBA from the rest.
    - TIFF: RGBA in the array's own type, deflate compressed.
    - EXR: half from uint8 and float16, float from uint16 and float32; ZIP compressed; `metadata` as strings.
    - BMP: 8-bit BGRA.

    All but JPEG are lossless and have no use for `quality`. MediaError for another suffix, shape or dtype
    and for metadata that would overwrite the header; EncoderError when the writer refuses the image.
    """
    if suffix.lower() not in _WRITERS:
        raise MediaError(f"cannot write an image as {suffix!r}; use one of {' '.join(sorted(SUFFIXES))}")
    if array.ndim != 3 or array.shape[2] != 4 or 0 in array.shape or array.dtype.name not in _DTYPES:
        raise MediaError(
            f"cannot write an array of shape {list(array.shape)} and type {array.dtype} as an image; "
            f"give [h, w, 4] of {', '.join(_DTYPES)}"
        )
    try:
        return _WRITERS[suffix.lower()](array[::-1], quality, metadata)
    except MediaError:
        raise
    except Exception as error:
        height, width = array.shape[:2]
        raise EncoderError(
            f"cannot write {width}×{height} {array.dtype} as {suffix} ({error}); use another format or size"
        ) from error


def _fixed(image: Image, dtype: type[np.uint8] | type[np.uint16]) -> NDArray[Any]:
    """Round 0..1 to fixed point; an image that is fixed point of that width already is returned as it is."""
    top = np.iinfo(dtype).max
    if image.dtype == dtype:
        return image
    if image.dtype == np.uint16:
        return ((image.astype(np.uint32) * 255 + 32767) // 65535).astype(dtype)
    values = np.clip(np.nan_to_num(image.astype(np.float32), nan=0.0), 0.0, 1.0)
    return (values * np.float32(top) + np.float32(0.5)).astype(dtype)


def _jpeg(image: Image, quality: float, metadata: Metadata) -> bytes:
    import simplejpeg

    quality = min(max(quality, 0.0), 1.0)
    pixels = np.ascontiguousarray(_fixed(image, np.uint8))
    chroma = "444" if quality >= 0.9 else "420"
    return bytes(simplejpeg.encode_jpeg(pixels, 1 + round(quality * 99), "RGBA", chroma))


def _opencv(extension: str, pixels: NDArray[Any], options: Iterable[int] = ()) -> bytes:
    import cv2

    done, data = cv2.imencode(extension, cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA), list(options))
    if not done:
        raise EncoderError(f"OpenCV refused to write {extension}; use another format")
    return data.tobytes()


def _png(image: Image, quality: float, metadata: Metadata) -> bytes:
    import cv2

    # Run-length strategy: on rendered pictures as fast and as small as any other of zlib's at level 1.
    options = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
    return _opencv(".png", image if image.dtype == np.uint8 else _fixed(image, np.uint16), options)


def _bmp(image: Image, quality: float, metadata: Metadata) -> bytes:
    return _opencv(".bmp", _fixed(image, np.uint8))


def _tiff(image: Image, quality: float, metadata: Metadata) -> bytes:
    import tifffile

    # Deflate at level 1 with a predictor is twice as fast as LZW, and smaller.
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        np.ascontiguousarray(image),
        photometric="rgb",
        extrasamples=["unassalpha"],
        compression="adobe_deflate",
        compressionargs={"level": 1},
        predictor=True,
        metadata=None,
        maxworkers=1,  # the caller has a thread per image
    )
    return file.getvalue()


def _exr(image: Image, quality: float, metadata: Metadata) -> bytes:
    import OpenEXR

    pairs = {str(key): str(value) for key, value in dict(metadata).items()}
    if taken := sorted(_EXR_HEADER & pairs.keys()):
        raise MediaError(f"cannot write metadata {taken[0]!r}: EXR keeps its own value there; rename the key")
    if image.dtype == np.uint8:
        image = (image.astype(np.float32) / np.float32(255)).astype(np.float16)
    elif image.dtype == np.uint16:  # half has 11 bits, too few
        image = image.astype(np.float32) / np.float32(65535)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **pairs}
    file = io.BytesIO()
    OpenEXR.File(header, {"RGBA": np.ascontiguousarray(image)}, num_threads=0).write(file)
    return file.getvalue()


_WRITERS: Mapping[str, Callable[[Image, float, Metadata], bytes]] = {
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".png": _png,
    ".tif": _tiff,
    ".tiff": _tiff,
    ".exr": _exr,
    ".bmp": _bmp,
}
SUFFIXES = frozenset(_WRITERS)
"""The suffixes that `encode_image` writes, in lower case."""
