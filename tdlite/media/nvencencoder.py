"""What the ways of using NVENC have in common: pictures in CUDA memory in, packets out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tdlite.media.codecs import Codec
from tdlite.media.encoder import Colour, Packet, Settings, StreamInfo
from tdlite.media.errors import EncoderError
from tdlite.media.libav import stream_colour
from tdlite.media.nvencprobe import Limits, refused, said

if TYPE_CHECKING:
    from av.bitstream import BitStreamFilterContext

_USUAL_B_FRAMES = Settings().max_bframes


class DeviceArray(Protocol):
    """A picture in CUDA memory: [rows, width] of uint8 or uint16, rows from the top, luma above chroma.

    `rows` are those from the first up to the last, which is not among them, in the same memory. NVENC's work is
    put in order after what the array's stream still has to do.
    """

    @property
    def lengths(self) -> tuple[int, ...]: ...

    def __dlpack__(self, *, stream: int | None = None) -> Any: ...

    def __dlpack_device__(self) -> tuple[int, int]: ...

    def rows(self, first: int, last: int) -> DeviceArray: ...


class NoNvenc(EncoderError):
    """NVENC cannot be used for this movie; `reason` says why, for other sentences to go on."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot encode with NVENC: {reason}")
        self.reason = reason


class Layout(NamedTuple):
    """How a picture lies in memory: FFmpeg's name, PyNvVideoCodec's, and what the movie then has, in FFmpeg's words.

    Beside `height` rows of luma there are `chroma` times as many rows of chroma. 10 bits lie in the high bits of 16.
    """

    name: str
    nvenc: str
    movie: str
    chroma: float

    def shape(self, width: int, height: int) -> tuple[int, int]:
        """Rows and samples in a row of a picture."""
        return height + round(height * self.chroma), width


_LAYOUTS = {
    "yuv420": Layout("nv12", "NV12", "yuv420p", 0.5),
    "yuv420p10bit": Layout("p010le", "P010", "yuv420p10le", 0.5),
    "yuv422": Layout("nv16", "NV16", "yuv422p", 1),
    "yuv422p10bit": Layout("p210le", "P210", "yuv422p10le", 1),
    "yuv444": Layout("yuv444p", "YUV444", "yuv444p", 2),
    "yuv444p10bit": Layout("yuv444p10msble", "YUV444_16BIT", "yuv444p10le", 2),
}


def layout_of(settings: Settings) -> Layout:
    """Return the layout of pictures for resolved `settings`. NoNvenc for formats that NVENC does not take."""
    if settings.pixel_format not in _LAYOUTS:
        raise NoNvenc(f"NVENC takes no {settings.pixel_format}; use one of {', '.join(_LAYOUTS)}")
    return _LAYOUTS[settings.pixel_format]


class NvencEncoder(ABC):
    """Encode pictures in CUDA memory within the `limits` of the GPU that is CUDA's `device`.

    All work goes into the CUDA stream whose address `stream` is, of the device's primary context; 0 is a
    stream of NVENC's own. `layout` says, once it is open, how pictures have to lie in memory. All methods are
    called on one thread, on which that context is current.
    """

    keeps = False
    """Whether the memory of a picture must stay as it is while anybody refers to it, and not only until the stream
    has passed the call that took it."""

    def __init__(self, row: Codec, limits: Limits, device: int = 0, stream: int = 0) -> None:
        self._row = row
        self._limits = limits
        self._device = device
        self._stream = stream
        self._session: Any = None
        self.warnings: list[str] = []

    @property
    def codec(self) -> str:
        """FFmpeg's name of the format: 'h264'."""
        return self._row.name

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        """Open an encoder session. NoNvenc when the GPU cannot do what is asked, or the driver gives none."""
        row, limits = self._row, self._limits
        settings = row.resolve(settings)
        row.check(width, height, rate, settings)
        self.layout = layout_of(settings)
        if (reason := limits.refusal(settings, width, height)) is not None:
            raise NoNvenc(reason)
        self.warnings = []
        if settings.max_bframes > limits.b_frames:
            if settings.max_bframes != _USUAL_B_FRAMES:
                most = f"this GPU's NVENC makes at most {limits.b_frames} B-frames of {row.title}"
                self.warnings.append(f"{most}; {settings.ignored('max_bframes')}")
            settings = replace(settings, max_bframes=limits.b_frames)
        colour = stream_colour(row, self.layout.movie, settings.colour)
        self._size = width, height
        try:
            self._session, warnings = self._opened(width, height, rate, settings, colour)
        except EncoderError:
            raise
        except Exception as error:  # PyNvVideoCodec's errors have no common base
            raise NoNvenc(refused(error, row.title)) from error
        self.warnings += warnings
        self._tags = _tags(row.name, colour)
        return StreamInfo(row.name, width, height, rate, 1 / rate, self.layout.movie, colour, tag=row.tag)

    def encode(self, frame: DeviceArray, index: int) -> list[Packet]:
        """Take a picture; EncoderError for another shape. Its packet comes some pictures later."""
        if self._session is None:
            raise EncoderError(f"cannot encode frame {index}: the encoder is not open")
        found, wanted = frame.lengths, self.layout.shape(*self._size)
        if found != wanted:
            raise EncoderError(
                f"cannot encode frame {index}: it is {list(found)}, the movie takes {self.layout.name} in "
                f"{list(wanted)}; keep the resolution while recording"
            )
        return self._asked(f"frame {index}", lambda: self._encoded(frame, index))

    def finish(self) -> list[Packet]:
        """Return the delayed packets and end the session."""
        if self._session is None:
            return []
        try:
            return self._asked("the last frames", self._drained)
        finally:
            self.abort()

    def abort(self) -> None:
        """End the session; pictures inside are dropped."""
        self._session = None

    def _asked(self, what: str, packets: Callable[[], list[Packet]]) -> list[Packet]:
        try:
            return [each._replace(data=self._tagged(each.data)) for each in packets()]
        except Exception as error:  # as above
            raise EncoderError(f"cannot encode {what} with NVENC ({said(error)})") from error

    def _tagged(self, data: bytes) -> bytes:
        import av

        return b"".join(bytes(each) for each in self._tags.filter(av.Packet(data)))

    @abstractmethod
    def _opened(
        self, width: int, height: int, rate: Fraction, settings: Settings, colour: Colour
    ) -> tuple[Any, list[str]]:
        """Return an open session, which ends when the last reference goes, and the settings it cannot follow."""

    @abstractmethod
    def _encoded(self, frame: DeviceArray, index: int) -> list[Packet]:
        """Hand a picture to the session and return the packets that are ready."""

    @abstractmethod
    def _drained(self) -> list[Packet]:
        """Return the packets that are still in the session."""


def _tags(codec: str, colour: Colour) -> BitStreamFilterContext:
    """Return a filter that writes into the stream how its samples are to be read.

    PyNvVideoCodec leaves the colour out, or does it by half; nobody tells where AV1's chroma lies, which is at the
    left edge in H.264 and H.265 where nothing is said.
    """
    import av

    if codec == "av1":
        words = "av1_metadata=color_primaries={}:transfer_characteristics={}:matrix_coefficients={}:color_range={}"
        words += ":chroma_sample_position=vertical"
        span = "pc" if colour.full_range else "tv"
    else:
        words = codec + "_metadata=colour_primaries={}:transfer_characteristics={}:matrix_coefficients={}"
        words += ":video_full_range_flag={}"
        span = str(int(colour.full_range))
    return av.BitStreamFilterContext(words.format(colour.primaries, colour.transfer, colour.matrix, span), codec)
