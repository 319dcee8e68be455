"""The sound of movies: the audio codecs, one row each, and what a muxer must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdlite.media.errors import EncoderError, MediaError
from tdlite.media.formats import AUTOMATIC

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext

Sound = NDArray[np.float64]
"""Samples [channels, n], −1 to 1."""

COMMON_RATE = 48000
"""Samples a second of what no codec takes as it is; every codec knows it."""

_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
_LAYOUTS = ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "6.1", "7.1")


@dataclass(frozen=True)
class AudioCodec:
    """One entry of the menu `audiocodec`.

    `label` is the menu's, `title` for sentences, `name` FFmpeg's of the format, `encoder` FFmpeg's of the encoder,
    which takes samples in FFmpeg's format `samples`. `rates` are in samples a second. `layouts` says where the
    speakers of 1, 2, 3… channels are, '' for what cannot be. `lossy` ones have a bit rate, per channel at most
    `most_bits`.
    """

    token: str
    label: str
    title: str
    name: str
    encoder: str
    containers: tuple[str, ...]
    samples: str
    rates: tuple[int, ...] = (*_RATES, 176400, 192000)
    layouts: tuple[str, ...] = _LAYOUTS
    lossy: bool = False
    most_bits: int = 320_000
    process: bool = False
    """The encoder is run by an ffmpeg process: PyAV lacks it."""

    @property
    def channels(self) -> tuple[int, ...]:
        """The numbers of channels that it can have."""
        return tuple(count for count, layout in enumerate(self.layouts, 1) if layout)

    def rate(self, source: Fraction) -> int:
        """The rate of the file for samples at `source` a second: the same where that can be."""
        return int(source) if source in self.rates else COMMON_RATE

    def check(self, channels: int) -> None:
        """EncoderError when it cannot have so many channels."""
        if channels in self.channels:
            return
        mend = "leave some out"
        if channels <= len(_LAYOUTS):
            fitting = [each.token for each in AUDIO_CODECS.values() if channels in each.channels]
            mend = f"set audiocodec to another ({', '.join(fitting)})"
            if channels < min(self.channels):
                mend += ", or add a channel"
        found = "1 channel" if channels == 1 else f"{channels} channels"
        counts = ", ".join(map(str, self.channels))
        raise EncoderError(f"cannot record {found} of sound as {self.title} (takes {counts}); {mend}")


_EVERYWHERE = ("mov", "mp4", "mkv")


AUDIO_CODECS: Mapping[str, AudioCodec] = {
    each.token: each
    for each in (
        AudioCodec(
            *("alac", "ALAC (Apple Lossless)", "ALAC", "alac", "alac", _EVERYWHERE, "s32p"),
            layouts=(*_LAYOUTS[:6], "6.1(back)", "7.1(wide)"),
        ),
        AudioCodec(
            *("mp3", "MP3", "MP3", "mp3", "libmp3lame", _EVERYWHERE, "fltp"),
            rates=(16000, 22050, 24000, 32000, 44100, 48000),
            layouts=_LAYOUTS[:2],
            lossy=True,
        ),
        AudioCodec(
            *("aac", "AAC", "AAC", "aac", "aac", _EVERYWHERE, "fltp"),
            rates=_RATES,
            lossy=True,
        ),
        AudioCodec(
            # FFmpeg's own encoder loses what is on the right only.
            *("vorbis", "Vorbis", "Vorbis", "vorbis", "libvorbis", ("webm", "mkv"), "flt"),
            rates=(32000, 44100, 48000),
            layouts=("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"),
            lossy=True,
            most_bits=160_000,
            process=True,
        ),
        AudioCodec(
            *("opus", "Opus", "Opus", "opus", "libopus", ("webm", "mkv", "mp4"), "flt"),
            rates=(COMMON_RATE,),
            # FFmpeg hands libopus the channels of 5.0 and 6.1 in another order than it reads them.
            layouts=("mono", "stereo", "3.0", "quad", "", "5.1", "", "7.1"),
            lossy=True,
            most_bits=256_000,
        ),
        AudioCodec(
            *("pcm16", "Uncompressed 16-bit (PCM)", "16-bit PCM", "pcm_s16le", "pcm_s16le", ("mov", "mkv"), "s16"),
        ),
        AudioCodec(
            *("pcm24", "Uncompressed 24-bit (PCM)", "24-bit PCM", "pcm_s24le", "pcm_s24le", ("mov", "mkv"), "s32"),
        ),
        AudioCodec(
            *("pcm32", "Uncompressed 32-bit (PCM)", "32-bit PCM", "pcm_s32le", "pcm_s32le", ("mov", "mkv"), "s32"),
        ),
    )
}
"""The audio codecs by token."""

AUDIO_MENU = ((AUTOMATIC, "Automatic"), *((each.token, each.label) for each in AUDIO_CODECS.values()))
"""Tokens and labels of `audiocodec`."""

BIT_RATES: Mapping[str, int] = {"b128": 128_000, "b192": 192_000, "b256": 256_000, "b320": 320_000}
"""Bits a second by the tokens of `audiobitrate`."""

BIT_RATE_MENU = tuple((token, f"{rate // 1000} kb/s") for token, rate in BIT_RATES.items())

_USUAL = {"mov": "aac", "mp4": "aac", "mkv": "aac", "webm": "opus"}
"""What 'automatic' means in each container: what most players of such files play."""


def audio_codec(token: str, container: str) -> AudioCodec:
    """The codec that the menu entry `token` means in `container`. MediaError, with what can be, for what cannot."""
    if container not in _USUAL:
        raise MediaError(
            f"cannot record sound: {container} files have none; leave audiochop empty, or set another videocodec and "
            f"end the name with one of {', '.join(_USUAL)}"
        )
    if token == AUTOMATIC:
        token = _USUAL[container]
    if token not in AUDIO_CODECS:
        known = ", ".join((AUTOMATIC, *AUDIO_CODECS))
        raise EncoderError(f"cannot record sound as {token!r}; set audiocodec to one of {known}")
    codec = AUDIO_CODECS[token]
    if container not in codec.containers:
        fitting = ", ".join(each.token for each in AUDIO_CODECS.values() if container in each.containers)
        raise MediaError(
            f"cannot record sound as {codec.title}: {container} does not hold it; set audiocodec to another "
            f"({fitting}), or record into {' or '.join(codec.containers)}"
        )
    return codec


@dataclass(frozen=True)
class AudioInfo:
    """What a muxer must know of the sound besides its packets, whose times count samples.

    `codec` and `encoder` are FFmpeg's names of format and encoder, `layout` and `samples` those of the speakers and
    of the sample format; `rate` is in samples, `bit_rate` in bits a second (0: the codec has none).
    """

    codec: str
    encoder: str
    rate: int
    layout: str
    samples: str
    bit_rate: int
    header: bytes = b""
    """An Ogg file that begins as the sound does, where PyAV lacks the encoder."""

    def context(self) -> AudioCodecContext:
        """An encoder by this description, not yet open."""
        import av
        from av.audio.codeccontext import AudioCodecContext

        context = av.CodecContext.create(self.encoder, "w")
        assert isinstance(context, AudioCodecContext)
        self.describe(context)
        return context

    def describe(self, context: AudioCodecContext) -> None:
        """Give an encoder that is not open yet everything said here."""
        from av.codec.context import Flags

        context.sample_rate, context.time_base = self.rate, Fraction(1, self.rate)
        context.layout, context.format = self.layout, self.samples
        if self.bit_rate:
            context.bit_rate = self.bit_rate
        context.flags |= Flags.global_header
