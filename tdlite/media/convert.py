"""RGBA frames into an encoder's pixel format, by FFmpeg's scaler."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.encoder import Colour, Picture, Pixels, Planes
from tdlite.media.errors import EncoderError
from tdlite.media.formats import bits, is_rgb

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame

# H.273 matrix codes to the scaler's names.
_MATRICES = {1: "bt709", 5: "bt601", 6: "smpte170m", 7: "smpte240m", 9: "bt2020"}

# Exact rounding, chroma from all pixels, and no processor-dependent short cuts.
_FLAGS = "bilinear+accurate_rnd+full_chroma_inp+bitexact"

_INPUTS = {"uint8": "rgba", "uint16": "rgba64le"}


def check_colour(colour: Colour) -> None:
    """EncoderError for a matrix that there is no conversion for."""
    if colour.matrix not in _MATRICES:
        raise EncoderError(f"cannot convert RGB with matrix {colour.matrix} (H.273); use one of {sorted(_MATRICES)}")


def check_frame(frame: Picture, width: int, height: int, index: int) -> Pixels:
    """Return `frame` if it is [height, width, 4] of a type that frames may have, else raise EncoderError."""
    if isinstance(frame, Planes):
        raise EncoderError(f"cannot encode frame {index}: it is {frame.name}, the movie takes RGBA")
    if frame.shape != (height, width, 4) or frame.dtype.name not in ("uint8", "uint16", "float16", "float32"):
        raise EncoderError(
            f"cannot encode frame {index}: it is {list(frame.shape)} {frame.dtype}, the movie takes "
            f"{[height, width, 4]} uint8, uint16, float16 or float32; keep the resolution while recording"
        )
    return frame


def quantised(frame: Pixels, depth: int) -> Pixels:
    """Return `frame` in the fixed-point type that `depth` bits are made from, rounded to nearest.

    Floats are clamped to 0..1, NaN becomes 0. uint8 stays: more bits would say nothing more.
    """
    if frame.dtype == np.uint8:
        return frame
    if frame.dtype == np.uint16:
        if depth > 8:
            return frame
        return ((frame.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    values = np.nan_to_num(np.clip(frame.astype(np.float32), 0, 1))
    return (values * 255 + 0.5).astype(np.uint8) if depth == 8 else (values * 65535 + 0.5).astype(np.uint16)


def _headroom(frame: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return `frame` with white at 255·256, where FFmpeg's scaler has it on the way to YUV; alpha as it was."""
    scaled = frame - (frame >> 8)
    scaled[..., 3] = frame[..., 3]
    return scaled


class Converter:
    """Convert frames of `width`×`height` to FFmpeg's pixel format `name`.

    YUV gets the matrix and range of `colour`; frames that are YUV already must have them. Chroma samples lie
    between pixels at the left edge (as in MPEG-2 and everything after it) or, if `centred`, in the middle of
    their pixels (as in JPEG and MPEG-1).
    """

    def __init__(self, width: int, height: int, name: str, colour: Colour, centred: bool = False) -> None:
        self._size = f"{width}x{height}"
        self._shape = (width, height)
        self._name = name
        self._colour = colour
        self._centred = centred
        self._graphs: dict[tuple[str, bool], Graph] = {}

    def picture(self, frame: Picture, index: int, time_base: Fraction) -> VideoFrame:
        """Return frame `index`, [h, w, 4] with row 0 at the bottom, as a picture with row 0 on top."""
        picture = self._passed(frame, index) if isinstance(frame, Planes) else self._converted(frame, index, time_base)
        picture.pts, picture.time_base = index, time_base
        # Some encoders go by the picture rather than by their own settings.
        picture.color_primaries, picture.color_trc = self._colour.primaries, self._colour.transfer
        picture.colorspace, picture.color_range = self._colour.matrix, 2 if self._colour.full_range else 1
        return picture

    def _passed(self, frame: Planes, index: int) -> VideoFrame:
        """Return planes as a picture; EncoderError unless they are in this format."""
        from av.video.frame import VideoFrame

        if frame.name != self._name:
            raise EncoderError(f"cannot encode frame {index}: it is {frame.name}, the movie takes {self._name}")
        # The exchange of arrays has no word for memory that must not be written.
        planes = [each if each.flags.writeable else each.copy() for each in frame.planes]
        try:
            return VideoFrame.from_dlpack(planes, self._name, *self._shape)
        except (BufferError, TypeError, ValueError) as error:
            width, height = self._shape
            raise EncoderError(
                f"cannot encode frame {index}: its planes are no {width}×{height} {self._name} ({error})"
            ) from error

    def _converted(self, frame: Pixels, index: int, time_base: Fraction) -> VideoFrame:
        import av

        check_frame(frame, *self._shape, index)
        pixels: NDArray[Any] = quantised(frame, bits(self._name))
        # Rows that lie in memory from the top are as they should be.
        from_top = pixels.strides[0] < 0
        pixels = np.ascontiguousarray(pixels[::-1] if from_top else pixels)
        kind = pixels.dtype.name
        if kind == "uint16" and not is_rgb(self._name):
            pixels = _headroom(pixels)
        if (kind, from_top) not in self._graphs:
            self._graphs[kind, from_top] = self._graph(_INPUTS[kind], from_top)
        graph = self._graphs[kind, from_top]
        source = av.VideoFrame.from_numpy_buffer(pixels, _INPUTS[kind])
        source.pts, source.time_base = index, time_base
        graph.vpush(source)
        return graph.vpull()

    def _graph(self, source: str, from_top: bool) -> Graph:
        import av

        graph = av.filter.Graph()
        # The time base is of no matter here: each picture gets its time afterwards.
        entry = f"video_size={self._size}:pix_fmt={source}:time_base=1/1000:colorspace=gbr:range=pc"
        scale: dict[str, Any] = {"flags": _FLAGS}
        if not is_rgb(self._name):
            scale |= {
                "out_color_matrix": _MATRICES[self._colour.matrix],
                "out_range": "pc" if self._colour.full_range else "tv",
                "out_chroma_loc": "center" if self._centred else "left",
            }
        graph.link_nodes(
            graph.add("buffer", entry),
            graph.add("null" if from_top else "vflip"),
            graph.add("scale", ":".join(f"{name}={value}" for name, value in scale.items())),
            graph.add("format", f"pix_fmts={self._name}"),
            graph.add("buffersink"),
        ).configure()
        return graph


class Palette:
    """Convert frames of `width`×`height` to 256 colours, chosen anew for each frame.

    `options` are those of FFmpeg's palettegen. A palette for the whole movie would need all its frames first.
    """

    def __init__(self, width: int, height: int, options: Mapping[str, str]) -> None:
        import av

        self._shape = (width, height)
        self._graph = graph = av.filter.Graph()
        source = graph.add("buffer", f"video_size={width}x{height}:pix_fmt=rgba:time_base=1/1000")
        flip, split, sink = graph.add("vflip"), graph.add("split"), graph.add("buffersink")
        palette = graph.add("palettegen", ":".join(f"{name}={value}" for name, value in options.items()))
        use = graph.add("paletteuse", "new=1:dither=sierra2_4a")
        graph.link_nodes(source, flip, split)
        split.link_to(use, 0, 0)
        split.link_to(palette, 1, 0)
        palette.link_to(use, 0, 1)
        graph.link_nodes(use, sink).configure()

    def picture(self, frame: Picture, index: int, time_base: Fraction) -> VideoFrame:
        """Return frame `index`, [h, w, 4] with row 0 at the bottom, as a picture with row 0 on top."""
        import av

        pixels: NDArray[Any] = np.ascontiguousarray(quantised(check_frame(frame, *self._shape, index), 8))
        source = av.VideoFrame.from_numpy_buffer(pixels, "rgba")
        source.pts = index
        self._graph.vpush(source)
        picture = self._graph.vpull()
        picture.pts, picture.time_base = index, time_base
        return picture


def planes(picture: VideoFrame) -> bytes:
    """Return the samples of a planar picture as raw video: plane by plane, without the padding of its rows."""
    size = 1 if bits(picture.format.name) == 8 else 2
    rows = (np.frombuffer(bytes(each), np.uint8).reshape(-1, each.line_size)[: each.height] for each in picture.planes)
    return b"".join(row[:, : each.width * size].tobytes() for each, row in zip(picture.planes, rows, strict=True))
