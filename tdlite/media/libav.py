"""FFmpeg's software encoders, in this process, through PyAV. One row of `_ROWS` an encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tdlite.media.encoder import Packet, Pixels, Settings, StreamInfo
from tdlite.media.errors import EncoderError
from tdlite.media.x264 import x264_options

if TYPE_CHECKING:
    from av.packet import Packet as LibavPacket
    from av.video.codeccontext import VideoCodecContext


@dataclass(frozen=True)
class _Row:
    """An encoder of FFmpeg: `formats` from our pixel formats to FFmpeg's, `options` from settings to its
    options and the warnings about what it cannot follow."""

    codec: str
    title: str
    formats: Mapping[str, str]
    options: Callable[[Settings], tuple[dict[str, str], list[str]]]


_ROWS: Mapping[str, _Row] = {
    "libx264": _Row(
        codec="h264",
        title="H.264",
        formats={"yuv420": "yuv420p", "yuv422": "yuv422p", "yuv444": "yuv444p"},
        options=x264_options,
    ),
}

# Chroma subsampling: the name people know and the widths and heights it needs.
_SAMPLING = {"yuv420": ("4:2:0", 2, 2), "yuv422": ("4:2:2", 2, 1), "yuv444": ("4:4:4", 1, 1)}

# H.273 matrix codes to swscale's names.
_MATRICES = {1: "ITU709", 5: "ITU601", 6: "SMPTE170M", 7: "SMPTE240M", 9: "BT2020"}


def probe(name: str) -> str | None:
    """Return None when the encoder `name` ('libx264') can be used, else why not, as a sentence."""
    if name not in _ROWS:
        return f"no encoder {name!r} is known here; use one of {', '.join(_ROWS)}"
    try:
        import av
    except ImportError as error:
        return f"{name} needs PyAV, which does not load ({error}); install the package av"
    if name not in av.codecs_available:
        return f"this build of PyAV has no {name}; install the wheel from PyPI"
    return None


class LibavEncoder:
    """Encode RGBA frames with one of FFmpeg's encoders; the same frames give the same packets.

    Frames are converted with the matrix and range of the settings' colour; alpha is dropped.
    """

    def __init__(self, name: str = "libx264") -> None:
        if (reason := probe(name)) is not None:
            raise EncoderError(f"cannot encode with {name}: {reason}")
        self._name = name
        self._row = _ROWS[name]
        self._context: VideoCodecContext | None = None
        self.warnings: list[str] = []

    @property
    def codec(self) -> str:
        """FFmpeg's name of the format: 'h264'."""
        return self._row.codec

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        """Start the encoder for frames of `width`×`height`; EncoderError when it cannot do what is asked."""
        import av
        from av.codec.context import ThreadType
        from av.video.codeccontext import VideoCodecContext
        from av.video.reformatter import Colorspace, VideoReformatter

        pixel_format = self._pixel_format(width, height, settings)
        colour = settings.colour
        if colour.matrix not in _MATRICES:
            raise EncoderError(
                f"cannot convert RGB with matrix {colour.matrix} (H.273); use one of {sorted(_MATRICES)}"
            )
        options, self.warnings = self._row.options(settings)
        context = av.CodecContext.create(self._name, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = width, height, pixel_format
        context.framerate, context.time_base = rate, 1 / rate
        context.gop_size, context.max_b_frames = settings.keyframe_interval, settings.max_bframes
        context.color_primaries, context.color_trc = colour.primaries, colour.transfer
        context.colorspace, context.color_range = colour.matrix, 2 if colour.full_range else 1
        # PyAV's default is slice threads, which makes x264 cut each frame into as many slices as cores.
        context.thread_type = ThreadType.FRAME
        context.options = options
        try:
            context.open()
        except av.FFmpegError as error:
            raise EncoderError(
                f"cannot record {width}×{height} as {self._row.title} ({self._name}: {error.strerror}); "
                "use another size or the default settings"
            ) from error
        self._context = context
        self._reformatter = VideoReformatter()
        self._matrix = Colorspace[_MATRICES[colour.matrix]]
        self._shape = (height, width, 4)
        self._time_base = 1 / rate
        return StreamInfo(self.codec, width, height, rate, self._time_base, pixel_format, colour)

    def _pixel_format(self, width: int, height: int, settings: Settings) -> str:
        if settings.pixel_format not in self._row.formats:
            raise EncoderError(
                f"cannot record {settings.pixel_format} as {self._row.title} with {self._name}; "
                f"use one of {', '.join(self._row.formats)}"
            )
        sampling, across, down = _SAMPLING[settings.pixel_format]
        if width % across or height % down:
            even = f"{width + width % across}×{height + height % down}"
            need = "even sizes" if down == 2 else "an even width"
            raise EncoderError(
                f"cannot record {width}×{height} as {self._row.title} {sampling} (needs {need}); "
                f"set the resolution to {even} or the pixel format to yuv444"
            )
        return self._row.formats[settings.pixel_format]

    def encode(self, frame: Pixels, index: int) -> list[Packet]:
        """Take [h, w, 4] uint8 RGBA, row 0 = bottom; EncoderError for another shape or type."""
        import av
        from av.video.reformatter import ColorRange, Interpolation

        if self._context is None:
            raise EncoderError(f"cannot encode frame {index}: the encoder is not open")
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise EncoderError(
                f"cannot encode frame {index}: it is {list(frame.shape)} {frame.dtype}, the movie takes "
                f"{list(self._shape)} uint8; keep the resolution while recording"
            )
        rgba = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame[::-1]), "rgba")
        picture = self._reformatter.reformat(
            rgba,
            format=self._context.pix_fmt,
            dst_colorspace=self._matrix,
            src_color_range=ColorRange.JPEG,
            dst_color_range=self._context.color_range,
            # Exact rounding, chroma from all pixels, and no processor-dependent short cuts.
            interpolation=Interpolation.BILINEAR
            | Interpolation.ACCURATE_RND
            | Interpolation.FULL_CHR_H_INP
            | Interpolation.BITEXACT,
        )
        picture.pts, picture.time_base = index, self._time_base
        try:
            return [_packet(each) for each in self._context.encode(picture)]
        except av.FFmpegError as error:
            raise EncoderError(f"cannot encode frame {index} ({self._name}: {error.strerror})") from error

    def finish(self) -> list[Packet]:
        """Return the delayed packets and end the encoder."""
        import av

        if self._context is None:
            return []
        context, self._context = self._context, None
        try:
            return [_packet(each) for each in context.encode(None)]
        except av.FFmpegError as error:
            raise EncoderError(f"cannot encode the last frames ({self._name}: {error.strerror})") from error

    def abort(self) -> None:
        """End the encoder; frames inside are dropped."""
        self._context = None


def _packet(packet: LibavPacket) -> Packet:  # type: ignore[type-arg]
    assert packet.pts is not None
    assert packet.dts is not None
    return Packet(bytes(packet), packet.pts, packet.dts, packet.duration or 1, packet.is_keyframe)
