"""Still images: pixels in, the bytes of a JPEG, JPEG 2000, PNG, TIFF, EXR, DDS or BMP file out.

Values are written as they are: no colour space is applied and alpha is neither multiplied nor divided out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tdlite.media.dds import LAYOUTS, encode_dds
from tdlite.media.errors import EncoderError, MediaError
from tdlite.media.exr import encode_exr
from tdlite.media.picture import Image, ImageOptions, fixed
from tdlite.media.png import encode_png

_DTYPES = ("uint8", "uint16", "float16", "float32")
_PLAIN = ImageOptions()


def encode_image(image: Image, suffix: str, options: ImageOptions = _PLAIN, others: Sequence[Image] = ()) -> bytes:
    """Return the bytes of an image file of the kind that `suffix` ('.png', any case) names.

    `image` is [h, w, 4] RGBA with row 0 at the bottom: uint8 and uint16 are 0..1 in fixed point, float16
    and float32 are the values. Fixed-point formats clamp to 0..1 and round to nearest; NaN becomes 0.

    - JPEG: 8-bit RGB, alpha dropped. `options.quality` 0..1 is libjpeg's 1..100; chroma is full from 0.9 up,
      else 4:2:0.
    - JPEG 2000: 8-bit RGBA from uint8, 16-bit RGBA from the rest; lossless at `options.quality` 1, else as `decibels`.
    - PNG: 8-bit RGBA from uint8, 16-bit RGBA from the rest.
    - TIFF: RGBA in the array's own type, deflate compressed.
    - EXR: half from uint8 and float16, float from uint16 and float32; also the channels of `others`.
    - DDS: the array's own type; with `options.format` the array is that format's stored channels instead.
    - BMP: 8-bit BGRA.

    All but JPEG, JPEG 2000 below quality 1 and some of EXR's compressions are lossless. MediaError for another
    suffix, shape or dtype and for options that cannot be; EncoderError when the writer refuses the image.
    """
    if suffix.lower() not in _WRITERS:
        raise MediaError(f"cannot write an image as {suffix!r}; use one of {' '.join(sorted(SUFFIXES))}")
    channels = LAYOUTS[options.format].channels if options.format else 4
    for each in (image, *others):
        if each.ndim != 3 or each.shape[2] < channels or 0 in each.shape or each.dtype.name not in _DTYPES:
            raise MediaError(
                f"cannot write an array of shape {list(each.shape)} and type {each.dtype} as an image; "
                f"give [h, w, {channels}] of {', '.join(_DTYPES)}"
            )
    try:
        return _WRITERS[suffix.lower()]([each[::-1] for each in (image, *others)], options)
    except MediaError:
        raise
    except Exception as error:
        height, width = image.shape[:2]
        raise EncoderError(
            f"cannot write {width}×{height} {image.dtype} as {suffix} ({error}); use another format or size"
        ) from error


def _jpeg(image: Image, options: ImageOptions) -> bytes:
    import simplejpeg

    quality = min(max(options.quality, 0.0), 1.0)
    pixels = np.ascontiguousarray(fixed(image, np.uint8))
    chroma = "444" if quality >= 0.9 else "420"
    return bytes(simplejpeg.encode_jpeg(pixels, 1 + round(quality * 99), "RGBA", chroma))


def decibels(quality: float) -> int | None:
    """The signal to noise that JPEG 2000 is made for at a quality of 0..1: 28 to 50 dB; None, lossless, at 1."""
    return None if quality >= 1 else 28 + round(22 * max(quality, 0.0))


def _jp2(image: Image, options: ImageOptions) -> bytes:
    import imagecodecs

    pixels = np.ascontiguousarray(fixed(image, np.uint8 if image.dtype == np.uint8 else np.uint16))
    level = decibels(options.quality)
    return bytes(imagecodecs.jpeg2k_encode(pixels, level, codecformat="jp2", reversible=level is None))


def _bmp(image: Image) -> bytes:
    import cv2

    done, data = cv2.imencode(".bmp", cv2.cvtColor(fixed(image, np.uint8), cv2.COLOR_RGBA2BGRA))
    if not done:
        raise EncoderError("OpenCV refused to write a BMP; use another format")
    return data.tobytes()


def _tiff(image: Image) -> bytes:
    import tifffile

    # Deflate at level 1 with a predictor is twice as fast as LZW, and smaller.
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        np.ascontiguousarray(image),
        photometric="rgb",
        extrasamples=["assocalpha"],
        compression="adobe_deflate",
        compressionargs={"level": 1},
        predictor=True,
        metadata=None,
        maxworkers=1,  # the caller has a thread per image
    )
    return file.getvalue()


Writer = Callable[[Sequence[Image], ImageOptions], bytes]
"""What is given has row 0 at the top; only EXR has use for more than the first picture."""

_WRITERS: Mapping[str, Writer] = {
    ".jpg": lambda images, options: _jpeg(images[0], options),
    ".jpeg": lambda images, options: _jpeg(images[0], options),
    ".jp2": lambda images, options: _jp2(images[0], options),
    ".png": lambda images, options: encode_png(images[0], options.space),
    ".tif": lambda images, options: _tiff(images[0]),
    ".tiff": lambda images, options: _tiff(images[0]),
    ".exr": encode_exr,
    ".dds": lambda images, options: encode_dds(images[0], options.format, options.mipmaps),
    ".bmp": lambda images, options: _bmp(images[0]),
}
SUFFIXES = frozenset(_WRITERS)
"""The suffixes that `encode_image` writes, in lower case."""
