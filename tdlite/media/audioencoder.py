"""Sound to packets, for every audio codec of the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.media.audio import AudioCodec, AudioInfo, Sound
from tdlite.media.encoder import Packet
from tdlite.media.errors import EncoderError
from tdlite.media.soundprocess import SoundProcess

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.resampler import AudioResampler

_FILTER = 64
"""Samples after which libswresample's filter has no memory, at the lower rate."""


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
            self.warnings.append(
                f"{codec.title} of {channels} channel has at most {most // 1000} kb/s: it gets those, not audiobitrate"
            )
            self._bits = most
        self._context: AudioCodecContext | SoundProcess | None = None
        self._resampler: AudioResampler | None = None

    def written(self, count: int) -> int:
        """How many samples of the file `count` samples make."""
        return int(count * self._speed)

    def open(self) -> AudioInfo:
        """Start the encoder."""
        import av

        codec = self.codec
        layout = codec.layouts[self._channels - 1]
        info = AudioInfo(codec.name, codec.encoder, self.rate, layout, codec.samples, self._bits)
        context: AudioCodecContext | SoundProcess
        try:
            if codec.process:
                context = SoundProcess(info)
                info = context.info
            else:
                context = info.context()
                context.open()
        except (av.FFmpegError, PermissionError, EncoderError) as error:
            raise EncoderError(
                f"cannot record {self._channels} channels of sound as {codec.title} ({codec.encoder}: {error}); "
                "set audiocodec to another"
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
        if isinstance(self._context, SoundProcess):
            self._context.abort()
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
            yield each.to_ndarray().reshape(-1, self._channels).T.astype(np.float64, copy=False)

    def _called(self, context: AudioCodecContext | SoundProcess, frame: Any) -> Iterable[Any]:
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
