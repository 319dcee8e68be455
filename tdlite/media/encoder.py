"""What every encoder looks like to the rest: settings in, frames in, packets out.

An encoder may be a library in this process, a part of a GPU or another process. It never sees the file;
the muxer never sees a frame. Between them stand `Packet` and `StreamInfo`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tdlite.media.errors import EncoderError

Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float16] | NDArray[np.float32]
"""The frame of encoders that run on the CPU: [h, w, 4] RGBA, row 0 = bottom.

0..255 in uint8, 0..65535 in uint16, else 0..1. More than 8 bits are of use to formats of more than 8 bits.
"""


class Planes(NamedTuple):
    """A frame that is luma and chroma already: FFmpeg's name of the pixel format ('yuv420p10le') and its planes.

    Each is [rows, columns] of uint8 or uint16, row 0 = top.
    """

    name: str
    planes: tuple[NDArray[Any], ...]


Picture = Pixels | Planes
"""What encoders that run on the CPU take."""

FrameT_contra = TypeVar("FrameT_contra", contravariant=True)


@dataclass(frozen=True)
class Colour:
    """How the samples of a movie are to be read: code points of ITU-T H.273 (1 is Rec.709 in all three)."""

    primaries: int = 1
    transfer: int = 1
    matrix: int = 1
    full_range: bool = False


PARAMETERS: Mapping[str, str] = {
    **{name: name for name in ("profile", "preset", "quality")},
    "bitrate_mode": "bitratemode",
    "average_bitrate": "avgbitrate",
    "peak_bitrate": "peakbitrate",
    "keyframe_interval": "keyframeinterval",
    "max_bframes": "maxbframes",
    "slices": "numslices",
    "entropy": "entropymode",
    "motion": "motionpredict",
    "speed": "encoderspeed",
    "pixel_format": "moviepixelformat",
    "type": "videocodectype",
    "secondary_compression": "secondarycompression",
    "colour": "outputcolorspace",
}
"""What users call each field of ``Settings``: sentences for them use these names."""

_CHOICES = {
    "profile": ("auto", "baseline", "main", "high"),
    "preset": ("none", "lossless"),
    "bitrate_mode": ("quality", "constant", "variable", "constanthq", "variablehq"),
    "entropy": ("auto", "cabac", "cavlc"),
    "motion": ("default", "quarter", "half", "full"),
}


_MOST = 2**31 - 1
"""What all encoders count up to: frames, bits a second."""


@dataclass(frozen=True)
class Settings:
    """What is asked of an encoder, in no encoder's own words. EncoderError for values that mean nothing.

    `quality` is 0..1 and rules when `bitrate_mode` is 'quality'; the rates are bits per second and rule in
    the other modes ('hq' spends more time on each bit; the peak is of the variable ones, 0 means no limit).
    `keyframe_interval` and `max_bframes` count frames. `slices` 0, `speed` '' and 'auto' leave the choice to
    the encoder. `pixel_format` is a token of `formats.PIXEL_FORMATS`, `type` one of the codec's types ('hq' for
    ProRes); 'automatic' stands for the usual one. RGB is converted by `colour`'s matrix and range, unless the codec
    keeps RGB. `secondary_compression` is Hap's.
    """

    profile: str = "auto"
    preset: str = "none"
    bitrate_mode: str = "quality"
    quality: float = 0.85
    average_bitrate: int = 0
    peak_bitrate: int = 0
    keyframe_interval: int = 60
    max_bframes: int = 2
    slices: int = 0
    entropy: str = "auto"
    motion: str = "default"
    speed: str = ""
    pixel_format: str = "yuv420"
    type: str = "automatic"
    secondary_compression: bool = True
    colour: Colour = field(default_factory=Colour)

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise EncoderError(f"cannot encode with {PARAMETERS[name]} {value!r}; use one of {', '.join(choices)}")
        if not 0 <= self.quality <= 1:
            raise EncoderError(f"cannot encode with quality {self.quality}; use 0 (small) to 1 (best)")
        if not 1 <= self.keyframe_interval <= _MOST:
            raise EncoderError(f"cannot encode with keyframeinterval {self.keyframe_interval}; use 1 to {_MOST}")
        if min(self.max_bframes, self.slices, self.average_bitrate, self.peak_bitrate) < 0:
            raise EncoderError(
                "cannot encode with maxbframes, numslices, avgbitrate or peakbitrate below 0; use 0 or more"
            )
        if self.preset == "lossless" or self.bitrate_mode == "quality":
            return
        if self.average_bitrate == 0:
            raise EncoderError(f"cannot encode with bitratemode {self.bitrate_mode} at 0 kb/s; set avgbitrate")
        if self.bitrate_mode.startswith("variable") and 0 < self.peak_bitrate < self.average_bitrate:
            raise EncoderError(
                f"cannot encode with peakbitrate {self.peak_bitrate / 1000:g} below avgbitrate "
                f"{self.average_bitrate / 1000:g}; raise peakbitrate, or set it to 0 for none"
            )
        if not 1000 <= self.average_bitrate <= _MOST or self.peak_bitrate > _MOST:
            raise EncoderError(
                f"cannot encode with avgbitrate {self.average_bitrate / 1000:g} and peakbitrate "
                f"{self.peak_bitrate / 1000:g}; use 1 to {_MOST // 1000} kb/s"
            )

    def ignored(self, name: str) -> str:
        """Say in a user's words that the field `name` is not followed."""
        return f"{PARAMETERS[name]} {getattr(self, name)} is not used"


class Packet(NamedTuple):
    """One encoded picture, or a stretch of sound; times are in the stream's time base and may be negative.

    `alpha` is the alpha of the picture where the codec encodes that apart (VP8, VP9): what Matroska calls
    a block addition. `trailing` samples at the end of a stretch of sound are no part of it.
    """

    data: bytes
    pts: int
    dts: int
    duration: int
    key: bool
    alpha: bytes = b""
    trailing: int = 0


@dataclass(frozen=True)
class StreamInfo:
    """What a muxer must know of a stream besides its packets.

    `codec` is FFmpeg's name of the format ('h264'), `pixel_format` FFmpeg's as well ('yuv420p').
    `extradata` None means that the parameter sets travel in the key frames. `tag` names the codec in files
    that have four-character tags; '' leaves it to the container. `depth` is the bits of a pixel in files that
    say so; 0 leaves it to the container. `alpha` says that the packets have their alpha apart.
    """

    codec: str
    width: int
    height: int
    rate: Fraction
    time_base: Fraction
    pixel_format: str
    colour: Colour
    extradata: bytes | None = None
    tag: str = ""
    depth: int = 0
    alpha: bool = False


class Encoder(Protocol[FrameT_contra]):
    """Frames to packets, for one movie: open, encode in order, then finish or abort.

    `codec` is known before `open`, so that a container can refuse it while nothing is written. `warnings`
    collects, a sentence each, the settings that this encoder cannot follow. All methods raise EncoderError.
    They are called from one thread at a time, `open` from another than the rest.
    """

    @property
    def codec(self) -> str: ...

    @property
    def warnings(self) -> list[str]: ...

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        """Check everything and start the encoder; nothing is written."""
        ...

    def encode(self, frame: FrameT_contra, index: int) -> Iterable[Packet]:
        """Take frame `index` (0, 1, 2…) and return the packets that are ready, in decoding order."""
        ...

    def finish(self) -> Iterable[Packet]:
        """Return the packets still inside and end the encoder; also after a failed `encode`, to save them."""
        ...

    def abort(self) -> None:
        """End the encoder and drop what is inside; allowed at any time."""
        ...
