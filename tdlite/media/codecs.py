"""The video codecs: one row each says what it is called, where it goes, and which encoder makes it how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tdlite.media import options as translate
from tdlite.media import slices
from tdlite.media.encoder import Settings
from tdlite.media.errors import EncoderError
from tdlite.media.formats import AUTOMATIC, PIXEL_FORMATS, bits
from tdlite.media.x264 import x264_options


@dataclass(frozen=True)
class Type:
    """A variety of a codec: `pixels` from our pixel formats to FFmpeg's, the usual one first."""

    label: str
    pixels: Mapping[str, str]


@dataclass(frozen=True)
class Codec:
    """One entry of the menu `videocodec`.

    `label` is the menu's, `title` for sentences, `name` FFmpeg's of the format, `encoder` FFmpeg's of the
    software encoder; `containers` by token, the preferred one first. `alpha_containers` are those that keep
    alpha, where not all do. Width and height are even where chroma is halved if `even`, multiples of
    `multiple`, not below `smallest` and not above `largest`.
    """

    token: str
    label: str
    title: str
    name: str
    encoder: str
    containers: tuple[str, ...]
    types: Mapping[str, Type]
    options: Callable[[Settings], translate.Translation]
    slices: Callable[[int, int, Settings], int] | None = None
    """How many slices a picture of that width and height is cut into, of as many as the settings ask for."""
    alpha_containers: tuple[str, ...] = ()
    even: bool = False
    multiple: tuple[int, int] = (1, 1)
    smallest: tuple[int, int] = (1, 1)
    largest: tuple[int, int] = (65535, 65535)
    tag: str = ""
    """The four characters in mov and mp4, where FFmpeg's choice is not the one that plays everywhere."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The same by the option `format`, for encoders that run in another process."""
    reading: tuple[int, bool] | None = None
    """Matrix (H.273) and full range, where the definition of the format leaves no choice."""
    centred: bool = False
    """Chroma is in the middle of its pixels, by the definition of the format."""
    b_frames: bool = False
    reorder: int = 0
    """By how many frames decoding comes before showing, with B-frames, where the encoder does not say it right."""
    longest_interval: int = 0
    """The most frames from key frame to key frame of an encoder that loses count with B-frames: each key frame
    is asked for. 0: the encoder counts."""
    header: bool = False
    """The encoder's header goes to the file, not into the key frames."""
    largest_rate: int = 0
    """The most frames a second; 0 is no limit."""
    shown_rate: int = 0
    """The most frames a second that players show; 0 is no limit."""
    largest_tick: int = 0
    """The largest numerator of the rate; 0 is no limit."""
    process: bool = False
    """The encoder is run by an ffmpeg process: PyAV lacks it."""
    failing: str = ""
    """What it may mean when the encoder takes no more frames, and the mend."""

    @property
    def pixel_formats(self) -> tuple[str, ...]:
        """The tokens of all types, the usual one first."""
        return tuple(dict.fromkeys(token for each in self.types.values() for token in each.pixels))

    def resolve(self, settings: Settings) -> Settings:
        """Return settings with a type and a pixel format of this codec in place of 'automatic'.

        EncoderError, with what there is instead, for those it does not have.
        """
        kind = settings.type
        if kind == AUTOMATIC:
            # The first type that has the pixel format.
            fitting = [name for name, each in self.types.items() if settings.pixel_format in each.pixels]
            kind = fitting[0] if fitting else next(iter(self.types))
        if kind not in self.types:
            choices = ", ".join(name for name in self.types if name)
            mend = f"one of {choices}" if choices else AUTOMATIC
            raise EncoderError(f"cannot record {self.title} of type {kind!r}; set videocodectype to {mend}")
        pixels = self.types[kind].pixels
        token = next(iter(pixels)) if settings.pixel_format == AUTOMATIC else settings.pixel_format
        if token not in pixels:
            title = f"{self.title} ({self.types[kind].label})" if len(self.types) > 1 else self.title
            others = [name for name, each in self.types.items() if token in each.pixels]
            mend = f", or videocodectype to {' or '.join(others)}" if others else ""
            choices = ", ".join(pixels) if len(pixels) == 1 else f"one of {', '.join(pixels)}"
            wanted = PIXEL_FORMATS[token].title if token in PIXEL_FORMATS else repr(token)
            raise EncoderError(f"cannot record {wanted} as {title}; set moviepixelformat to {choices}{mend}")
        return replace(settings, type=kind, pixel_format=token)

    def pixels(self, settings: Settings) -> str:
        """FFmpeg's name of the pixel format that `settings` mean."""
        settings = self.resolve(settings)
        return self.types[settings.type].pixels[settings.pixel_format]

    def check(self, width: int, height: int, rate: Fraction, settings: Settings) -> None:
        """EncoderError when `width`×`height` at `rate` cannot be recorded with resolved `settings`."""
        wanted = PIXEL_FORMATS[settings.pixel_format]
        attempt = f"cannot record {width}×{height} as {self.title}"
        across, down = self.multiple
        if self.even:
            across, down = max(across, wanted.across), max(down, wanted.down)
        least = self.smallest
        needs = [f"at least {least[0]}×{least[1]}"] if width < least[0] or height < least[1] else []
        mends = [f"set the resolution to {_up(max(width, least[0]), across)}×{_up(max(height, least[1]), down)}"]
        if width % across or height % down:
            if self.multiple == (1, 1):
                attempt += f" {wanted.title}"
                full = next((token for token in ("yuv444", "yuv444p10bit") if token in self.pixel_formats), "")
                if full and not needs:
                    mends.append(f"moviepixelformat to {self._with_type(full, settings.type)}")
                needs.insert(0, "even sizes" if down == 2 else "an even width")
            else:
                need = f"a width divisible by {across}" + (f" and a height divisible by {down}" if down > 1 else "")
                needs.insert(0, need)
        if needs:
            raise EncoderError(f"{attempt} (needs {', '.join(needs)}); {' or '.join(mends)}")
        most = self.largest
        if width > most[0] or height > most[1]:
            raise EncoderError(
                f"{attempt} (at most {most[0]}×{most[1]}); lower the resolution, or use another videocodec"
            )
        if self.largest_rate and rate > self.largest_rate:
            raise EncoderError(
                f"cannot record {float(rate):g} frames/s as {self.title} (at most {self.largest_rate}); set a lower fps"
            )
        if self.largest_tick and rate.numerator > self.largest_tick:
            raise EncoderError(
                f"cannot record {rate} frames/s as {self.title} (counts at most {self.largest_tick} parts of a "
                "second); round fps"
            )

    def _with_type(self, token: str, kind: str) -> str:
        """A pixel format for a sentence, with the type it needs where that is another than `kind`."""
        fitting = [name for name, each in self.types.items() if token in each.pixels]
        return token if kind in fitting else f"{token} and videocodectype to {fitting[0]}"


def _up(length: int, step: int) -> int:
    return -(-length // step) * step


def _only(*pixels: tuple[str, str]) -> Mapping[str, Type]:
    return {"": Type("", dict(pixels))}


_MPEG_PIXELS = (
    *(("yuv420", "yuv420p"), ("yuv422", "yuv422p"), ("yuv444", "yuv444p")),
    *(("yuv420p10bit", "yuv420p10le"), ("yuv422p10bit", "yuv422p10le"), ("yuv444p10bit", "yuv444p10le")),
)
_PRORES = {"yuv422p10bit": "yuv422p10le"}
_PRORES_4444 = {"rgba": "yuva444p10le", "yuv444p10bit": "yuv444p10le"}

CODECS: Mapping[str, Codec] = {
    each.token: each
    for each in (
        Codec(
            *("rle", "Animation", "Animation", "qtrle", "qtrle", ("mov",)),
            types=_only(("rgb", "rgb24"), ("rgba", "argb")),
            options=translate.qtrle,
        ),
        Codec(
            *("mjpa", "Photo/Motion JPEG", "Motion JPEG", "mjpeg", "mjpeg", ("mov", "mp4", "mkv")),
            types=_only(("yuv420", "yuvj420p"), ("yuv422", "yuvj422p"), ("yuv444", "yuvj444p")),
            options=translate.mjpeg,
            reading=(5, True),
            centred=True,
            largest=(65500, 65500),
        ),
        Codec(
            *("mpeg4", "MPEG 4 (Part 2)", "MPEG-4 Part 2", "mpeg4", "mpeg4", ("mov", "mp4", "mkv")),
            types=_only(("yuv420", "yuv420p")),
            options=translate.mpeg4,
            b_frames=True,
            header=True,
            largest=(8191, 8191),
            largest_tick=65535,
            longest_interval=translate.MPEG4_INTERVAL,
        ),
        Codec(
            *("h264nvgpu", "H.264 (NVIDIA GPU)", "H.264", "h264", "libx264", ("mov", "mp4", "mkv")),
            types=_only(*_MPEG_PIXELS),
            options=x264_options,
            slices=slices.h264,
            b_frames=True,
            even=True,
            largest=(16384, 16384),
        ),
        Codec(
            *("cineform", "GoPro-Cineform", "CineForm", "cfhd", "cfhd", ("mov",)),
            types=_only(("yuv422p10bit", "yuv422p10le"), ("rgb", "gbrp12le"), ("rgba", "gbrap12le")),
            options=translate.cineform,
            multiple=(16, 1),
            smallest=(48, 32),
        ),
        Codec(
            *("hap", "Hap", "Hap", "hap", "hap", ("mov",)),
            types={
                "hap": Type("Hap", {"rgb": "rgba", "rgba": "rgba"}),
                "hapalpha": Type("Hap Alpha", {"rgba": "rgba"}),
                "hapq": Type("Hap Q", {"rgb": "rgba"}),
            },
            options=translate.hap,
            slices=slices.hap,
            multiple=(4, 4),
            tags={"hap": "Hap1", "hap_alpha": "Hap5", "hap_q": "HapY"},
            process=True,
        ),
        Codec(
            *("h265nvgpu", "H.265/HEVC (NVIDIA GPU)", "H.265", "hevc", "libx265", ("mov", "mp4", "mkv")),
            types=_only(*_MPEG_PIXELS),
            options=translate.x265,
            slices=slices.h265,
            b_frames=True,
            reorder=2,
            even=True,
            smallest=(16, 16),
            tag="hvc1",
        ),
        Codec(
            *("gif", "GIF", "GIF", "gif", "gif", ("gif",)),
            types=_only(("3", "pal8")),
            options=translate.gif,
            largest_rate=100,
            shown_rate=50,
        ),
        Codec(
            *("vp8", "VP8", "VP8", "vp8", "libvpx", ("webm", "mkv")),
            types=_only(("yuv420", "yuv420p"), ("rgba", "yuva420p")),
            options=translate.vp8,
            slices=slices.vp8,
            reading=(5, False),
            largest=(16383, 16383),
        ),
        Codec(
            *("vp9", "VP9", "VP9", "vp9", "libvpx-vp9", ("webm", "mkv", "mp4")),
            types=_only(*(("yuv420", "yuv420p"), ("yuv422", "yuv422p"), ("yuv444", "yuv444p")), ("rgba", "yuva420p")),
            options=translate.vp9,
            slices=slices.vp9,
            alpha_containers=("webm", "mkv"),
        ),
        Codec(
            *("prores", "Apple ProRes", "ProRes", "prores", "prores_ks", ("mov", "mkv")),
            types={
                "hq": Type("ProRes 422 HQ", _PRORES),
                "standard": Type("ProRes 422", _PRORES),
                "lt": Type("ProRes 422 LT", _PRORES),
                "proxy": Type("ProRes 422 Proxy", _PRORES),
                "4444": Type("ProRes 4444", _PRORES_4444),
                "4444xq": Type("ProRes 4444 XQ", _PRORES_4444),
            },
            options=translate.prores,
            even=True,
        ),
        Codec(
            *("vvc", "VVC/H.266 (Slow)", "VVC", "vvc", "libvvenc", ("mov", "mp4", "mkv")),
            types=_only(("yuv420p10bit", "yuv420p10le")),
            options=translate.vvc,
            even=True,
            smallest=(32, 32),
            largest=(25328, 25328),
            process=True,
            failing="perhaps a frame needs more than the byte a pixel there is room for: lower quality or avgbitrate",
        ),
        Codec(
            *("av1", "AV1 (NVIDIA GPU)", "AV1", "av1", "libsvtav1", ("mp4", "mkv", "webm")),
            types=_only(("yuv420", "yuv420p"), ("yuv420p10bit", "yuv420p10le")),
            options=translate.svtav1,
            slices=slices.av1,
            smallest=(4, 4),
            largest=(16384, 8704),
            largest_rate=240,
        ),
    )
}
"""The codecs that can be written, by token."""

UNAVAILABLE: Mapping[str, tuple[str, str]] = {
    "notchlc": (
        "NotchLC",
        "there is no open NotchLC encoder; use prores (4444), cineform or hap (hapq), which play back as easily",
    ),
}
"""Codecs of the menu that nothing here can write: label, and why and what to use instead."""

_MENU = (
    *("rle", "mjpa", "mpeg4", "h264nvgpu", "cineform", "hap", "h265nvgpu", "gif", "notchlc"),
    *("vp8", "vp9", "prores", "vvc", "av1"),
)

CODEC_MENU = tuple((token, CODECS[token].label if token in CODECS else UNAVAILABLE[token][0]) for token in _MENU)
"""Tokens and labels of `videocodec`, in the order of TouchDesigner's menu."""

TYPE_MENU = (
    (AUTOMATIC, "Automatic"),
    *((name, each.label) for codec in CODECS.values() for name, each in codec.types.items() if name),
)
"""Tokens and labels of `videocodectype`, of all codecs that have types."""

PIXEL_FORMAT_MENU = ((AUTOMATIC, "Automatic"), *((each.token, each.label) for each in PIXEL_FORMATS.values()))
"""Tokens and labels of `moviepixelformat`, of all codecs."""


def codec(token: str) -> Codec:
    """Return the codec of the menu entry `token`. EncoderError for one that cannot be written, and why."""
    if token in CODECS:
        return CODECS[token]
    if token in UNAVAILABLE:
        label, reason = UNAVAILABLE[token]
        raise EncoderError(f"cannot record as {label}: {reason}")
    raise EncoderError(f"cannot record as {token!r}; set videocodec to one of {', '.join(CODECS)}")


def named(name: str) -> Codec | None:
    """Return the codec that FFmpeg calls `name` ('hevc')."""
    return next((each for each in CODECS.values() if each.name == name), None)


def frame_bits(token: str, settings: Settings) -> int:
    """How many bits a sample of the movie has: with more than 8, frames of uint16 or floats are of use."""
    return bits(codec(token).pixels(settings))
