"""What the ways of using NVENC have in common: pictures in CUDA memory in, packets out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tdlite.media.codecs import Codec
from tdlite.media.encoder import Colour, Packet, Settings, StreamInfo
from tdlite.media.errors import EncoderError
from tdlite.media.libav import stream_colour
from tdlite.media.nvencframes import DeviceArray, NoNvenc, layout_of
from tdlite.media.nvencprobe import Limits, first_line, refused

_USUAL_B_FRAMES = Settings().max_bframes


class NvencEncoder(ABC):
    """Encode pictures in CUDA memory within the `limits` of the GPU that is CUDA's `device`.

    All work goes into the CUDA stream whose address `stream` is, of the device's primary context; 0 is a
    stream of NVENC's own. `layout` says, once it is open, how pictures have to lie in memory. All methods are
    called on one thread.
    """

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
                self.warnings.append(f"this GPU's NVENC makes at most {limits.b_frames} B-frames of {row.title}")
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
        return StreamInfo(row.name, width, height, rate, 1 / rate, self.layout.movie, colour, tag=row.tag)

    def encode(self, frame: DeviceArray, index: int) -> list[Packet]:
        """Take a picture; EncoderError for another shape. Its packet comes some pictures later."""
        if self._session is None:
            raise EncoderError(f"cannot encode frame {index}: the encoder is not open")
        found, wanted = tuple(frame.__cuda_array_interface__["shape"]), self.layout.shape(*self._size)
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
            return packets()
        except Exception as error:  # as above
            raise EncoderError(f"cannot encode {what} with NVENC ({first_line(error)})") from error

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
