"""The sound of movies: the audio codecs, one row each, and the encoder for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.encoder import Packet
from tdlite.media.errors import EncoderError, MediaError
from tdlite.media.formats import AUTOMATIC

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.resampler import AudioResampler

Sound = NDArray[np.float64]
"""Samples [channels, n], −1 to 1."""

COMMON_RATE = 48000
"""Samples a second of what no codec takes as it is; every codec knows it."""

_FILTER = 64
"""Samples after which libswresample's filter has no memory, at the lower rate."""

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
    options: Mapping[str, str] = field(default_factory=dict)

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
            mend = f"use another audio codec ({', '.join(fitting)})"
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
            *("vorbis", "Vorbis", "Vorbis", "vorbis", "vorbis", ("webm", "mkv"), "fltp"),
            rates=(32000, 44100, 48000),
            layouts=("", "stereo"),
            lossy=True,
            options={"strict": "experimental"},  # FFmpeg's own encoder calls itself that
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
            f"cannot record sound: {container} files have none; use another container ({', '.join(_USUAL)}), "
            "or no audio CHOP"
        )
    if token == AUTOMATIC:
        token = _USUAL[container]
    if token not in AUDIO_CODECS:
        raise EncoderError(f"cannot record sound as {token!r}; use one of {AUTOMATIC}, {', '.join(AUDIO_CODECS)}")
    codec = AUDIO_CODECS[token]
    if container not in codec.containers:
        fitting = ", ".join(each.token for each in AUDIO_CODECS.values() if container in each.containers)
        raise MediaError(
            f"cannot record sound as {codec.title}: {container} does not hold it; use another audio codec ({fitting}) "
            f"or another container ({', '.join(codec.containers)})"
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
    options: Mapping[str, str]

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
        context.options = dict(self.options)
        context.flags |= Flags.global_header


class AudioEncoder:
    """Encode sound for one movie; the same samples give the same packets.

    `rate` says how many samples a second will come. A rate that the codec lacks is resampled, band-limited and
    without drift: of n samples at r a second, ⌊n · R / r⌋ are in the file, whose rate is R. `bit_rate` is for one
    or two channels; with more, it is for each pair. EncoderError for what the codec cannot do.
    """

    def __init__(self, codec: AudioCodec, channels: int, rate: Fraction | int, bit_rate: int = 192_000) -> None:
        codec.check(channels)
        self.codec = codec
        self.rate = codec.rate(Fraction(rate))
        self.warnings: list[str] = []
        self._channels = channels
        self._speed = self.rate / Fraction(rate)
        self._bits = bit_rate * max(2, channels) // 2 if codec.lossy else 0
        most = codec.most_bits * channels
        if self._bits > most:
            self.warnings.append(f"{codec.title} of {channels} channel has at most {most // 1000} kb/s: it gets those")
            self._bits = most
        self._context: AudioCodecContext | None = None
        self._resampler: AudioResampler | None = None

    def written(self, count: int) -> int:
        """How many samples of the file `count` samples make."""
        return int(count * self._speed)

    def open(self) -> AudioInfo:
        """Start the encoder."""
        import av

        codec = self.codec
        layout = codec.layouts[self._channels - 1]
        info = AudioInfo(codec.name, codec.encoder, self.rate, layout, codec.samples, self._bits, codec.options)
        context = info.context()
        try:
            context.open()
        except (av.FFmpegError, PermissionError) as error:
            raise EncoderError(
                f"cannot record {self._channels} channels of sound as {codec.title} ({codec.encoder}: {error}); "
                "use another audio codec"
            ) from error
        self._context, self._info = context, info
        self._taken = self._given = 0
        if self._speed != 1:
            # Any two rates of the right proportion will do; whole numbers of about the real size work best.
            scale = max(1, self.rate // self._speed.numerator)
            self._source_rate = self._speed.denominator * scale
            self._resampler = av.AudioResampler("dbl", layout, self._speed.numerator * scale)
        return info

    def encode(self, samples: Sound) -> list[Packet]:
        """Take [channels, n] samples and return the packets that are ready; EncoderError for another shape."""
        if self._context is None:
            raise EncoderError("cannot encode sound: the encoder is not open")
        if samples.ndim != 2 or len(samples) != self._channels:
            raise EncoderError(f"cannot encode sound of shape {samples.shape}; it must be [{self._channels}, n]")
        samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
        if self._resampler is None:
            return list(self._encoded(samples))
        packets: list[Packet] = []
        if samples.shape[1]:
            self._edge = samples[:, -1:]
            for each in self._resampled(samples):
                packets += self._encoded(each)
            self._taken += samples.shape[1]
        return packets

    def finish(self) -> list[Packet]:
        """Return the delayed packets and end the encoder."""
        if self._context is None:
            return []
        packets: list[Packet] = []
        if self._resampler is not None and self._taken:
            # The filter gives what it has once it has seen what comes next: the last sample, held.
            ahead = np.repeat(self._edge, _FILTER * max(1, int(1 / self._speed) + 1), axis=1)
            for each in self._resampled(ahead):
                packets += self._encoded(each[:, : self.written(self._taken) - self._given])
        context, self._context = self._context, None
        return packets + [self._packet(each) for each in self._called(context, None)]

    def abort(self) -> None:
        """End the encoder; what is inside is dropped."""
        self._context = self._resampler = None

    def _encoded(self, samples: Sound) -> Iterator[Packet]:
        if not samples.shape[1]:
            return
        assert self._context is not None
        frame = self._frame(self._quantised(samples), self.codec.samples.removesuffix("p"), self.rate, self._given)
        self._given += samples.shape[1]
        for each in self._called(self._context, frame):
            yield self._packet(each)

    def _quantised(self, samples: Sound) -> NDArray[Any]:
        """The nearest samples of the codec's format; what is beyond ±1 is clipped where it cannot be kept."""
        if self.codec.samples.startswith("flt"):
            return samples.astype(np.float32)
        bits = 16 if self.codec.samples == "s16" else 32 if self.codec.token == "pcm32" else 24
        most = 2.0 ** (bits - 1)
        whole = np.clip(np.rint(samples * most), -most, most - 1).astype(np.int64)
        return whole.astype(np.int16) if bits == 16 else (whole << (32 - bits)).astype(np.int32)

    def _frame(self, samples: NDArray[Any], format: str, rate: int, position: int) -> Any:
        import av

        # Packed, also where the encoder wants planes: PyAV miscounts the planes of 8 channels, libav does not.
        array = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(array, format, self._info.layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
        return frame

    def _resampled(self, samples: Sound) -> Iterator[Sound]:
        assert self._resampler is not None
        for each in self._resampler.resample(self._frame(samples, "dbl", self._source_rate, self._taken)):
            yield each.to_ndarray().reshape(-1, self._channels).T

    def _called(self, context: AudioCodecContext, frame: Any) -> Iterable[Any]:
        import av

        try:
            return context.encode(frame)
        except av.FFmpegError as error:
            raise EncoderError(f"cannot encode sound ({self.codec.encoder}: {error.strerror})") from error

    @staticmethod
    def _packet(packet: Any) -> Packet:
        trailing = 0
        if packet.has_sidedata("skip_samples"):
            trailing = int.from_bytes(bytes(packet.get_sidedata("skip_samples"))[4:8], "little")
        return Packet(bytes(packet), packet.pts, packet.dts, packet.duration, True, trailing=trailing)
