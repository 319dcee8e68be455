"""FFmpeg's software encoders, in this process, through PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tdlite.media.codecs import CODECS, Codec
from tdlite.media.convert import Converter, Palette, check_colour
from tdlite.media.encoder import Colour, Packet, Picture, Settings, StreamInfo
from tdlite.media.errors import EncoderError
from tdlite.media.formats import has_alpha, is_rgb
from tdlite.media.scheduling import ordinary

if TYPE_CHECKING:
    from av.packet import Packet as LibavPacket
    from av.video.codeccontext import VideoCodecContext

_ROWS = {each.encoder: each for each in CODECS.values() if not each.process}
_GBR = 0  # the matrix code of H.273 for "no matrix: these are red, green and blue"


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


def stream_colour(codec: Codec, pixels: str, colour: Colour) -> Colour:
    """Return how the samples of `codec` in FFmpeg's format `pixels` are to be read, `colour` being asked for.

    EncoderError when RGB cannot be converted as asked.
    """
    if is_rgb(pixels) or pixels == "rgba":
        return replace(colour, matrix=_GBR, full_range=True)
    if codec.reading is not None:
        return replace(colour, matrix=codec.reading[0], full_range=codec.reading[1])
    check_colour(colour)
    return colour


class Prepared(NamedTuple):
    """What any software encoder has to know before it is opened."""

    settings: Settings
    pixels: str
    colour: Colour
    options: dict[str, str]
    warnings: list[str]


def prepared(row: Codec, width: int, height: int, rate: Fraction, settings: Settings) -> Prepared:
    """Settle what `settings` leave to the codec; EncoderError when it cannot record this size, rate or format."""
    settings = row.resolve(settings)
    row.check(width, height, rate, settings)
    pixels = row.pixels(settings)
    options, warnings = row.options(settings)
    made = row.slices(width, height, settings) if row.slices is not None and settings.slices else settings.slices
    if made < settings.slices:
        warnings.append(f"{width}×{height} is cut into {made} slices as {row.title}; {settings.ignored('slices')}")
    if row.shown_rate and rate > row.shown_rate:
        warnings.append(f"players show {row.title} at no more than {row.shown_rate} frames/s; fps is {float(rate):g}")
    return Prepared(settings, pixels, stream_colour(row, pixels, settings.colour), options, warnings)


class LibavEncoder:
    """Encode RGBA frames with one of FFmpeg's encoders.

    Frames are converted with the matrix and range of the settings' colour; alpha is kept where the pixel
    format has it, as it is. The same frames come at the same times in every movie, but not always as the same
    bytes: an encoder of several threads may spend its bits otherwise, as libx264 does once in thousands of movies.
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
        return self._row.name

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        """Start the encoder for frames of `width`×`height`; EncoderError when it cannot do what is asked."""
        import av
        from av.codec.context import Flags, ThreadType
        from av.video.codeccontext import VideoCodecContext

        row = self._row
        settings, pixels, colour, options, self.warnings = prepared(row, width, height, rate, settings)
        self._converter: Converter | Palette
        if pixels == "pal8":
            self._converter, options = Palette(width, height, options), {}
        else:
            self._converter = Converter(width, height, pixels, colour, row.centred)
        # SVT-AV1 announces itself on stderr unless it may only speak of errors.
        os.environ.setdefault("SVT_LOG", "1")
        if self._name == "libsvtav1" and min(width, height) < 32:
            # Its threads wait for each other for ever over strips of up to 24 pixels that are longer than 64.
            options["svtav1-params"] += ":lp=1"
        elif self._name == "libx265" and width <= 48:
            # There it writes past the end of its memory when it weighs blocks by how much refers to them.
            options["x265-params"] += ":cutree=0"
        context = av.CodecContext.create(self._name, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = width, height, pixels
        context.framerate, context.time_base = rate, 1 / rate
        context.gop_size = row.longest_interval or settings.keyframe_interval
        if row.b_frames:
            context.max_b_frames = settings.max_bframes
        context.color_primaries, context.color_trc = colour.primaries, colour.transfer
        context.colorspace, context.color_range = colour.matrix, 2 if colour.full_range else 1
        # PyAV's default is slice threads, which makes x264 cut each frame into as many slices as cores.
        context.thread_type = ThreadType.FRAME
        if row.header:
            context.flags |= Flags.global_header
        # H.264 and H.265 mean the left edge where nothing is said; AV1 means nothing then.
        sited = {"chroma_sample_location": "left"} if "420" in pixels and not row.centred else {}
        context.options = {**options, **sited}
        try:
            with ordinary():
                context.open()
        except av.FFmpegError as error:
            raise EncoderError(
                f"cannot record {width}×{height} as {row.title} ({self._name}: {error.strerror}); "
                "use another size or the default settings"
            ) from error
        self._context = context
        self._packets = 0
        self._interval = settings.keyframe_interval if row.longest_interval else 0
        # x265 has no decoding times, but random ones, in movies shorter than its reordering.
        self._reorder = row.reorder if settings.max_bframes else 0
        self._time_base = 1 / rate
        return StreamInfo(
            *(self.codec, width, height, rate, self._time_base, pixels, colour),
            extradata=context.extradata if row.header else None,
            tag=row.tag or context.codec_tag.strip("\0"),
            depth=context.bits_per_coded_sample,
            alpha=has_alpha(pixels),
        )

    def encode(self, frame: Picture, index: int) -> list[Packet]:
        """Take [h, w, 4] RGBA, row 0 = bottom, or planes in the movie's format; EncoderError for anything else."""
        import av
        from av.video.frame import PictureType

        if self._context is None:
            raise EncoderError(f"cannot encode frame {index}: the encoder is not open")
        picture = self._converter.picture(frame, index, self._time_base)
        if self._interval and index % self._interval == 0:
            picture.pict_type = PictureType.I
        try:
            return self._taken(self._context.encode(picture))
        except av.FFmpegError as error:
            raise EncoderError(f"cannot encode frame {index} ({self._name}: {error.strerror})") from error

    def finish(self) -> list[Packet]:
        """Return the delayed packets and end the encoder."""
        import av

        if self._context is None:
            return []
        context, self._context = self._context, None
        try:
            return self._taken(context.encode(None))
        except av.FFmpegError as error:
            raise EncoderError(f"cannot encode the last frames ({self._name}: {error.strerror})") from error

    def abort(self) -> None:
        """End the encoder; frames inside are dropped."""
        self._context = None

    def _taken(self, found: Iterable[LibavPacket]) -> list[Packet]:  # type: ignore[type-arg]  # generic in the stub only
        packets = []
        for each in map(packet_of, found):
            packets.append(each._replace(dts=self._packets - self._reorder) if self._reorder else each)
            self._packets += 1
        return packets


def packet_of(packet: LibavPacket) -> Packet:  # type: ignore[type-arg]  # as above
    """Return a packet of PyAV's as one of ours."""
    assert packet.pts is not None
    assert packet.dts is not None
    alpha = b""
    if packet.has_sidedata("matroska_block_additional"):
        alpha = bytes(packet.get_sidedata("matroska_block_additional"))
    return Packet(bytes(packet), packet.pts, packet.dts, packet.duration or 1, packet.is_keyframe, alpha)
