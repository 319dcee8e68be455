"""The pictures that NVENC takes: planes in CUDA memory, one array a picture."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from tdlite.media.encoder import Settings
from tdlite.media.errors import EncoderError


class DeviceArray(Protocol):
    """A picture in CUDA memory: [rows, width] of uint8 or uint16, rows from the top, luma above chroma.

    NVENC's work is put in order after what the array's stream still has to do. The memory must stay as it is
    until that stream has passed the call that took it.
    """

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]: ...

    def __dlpack__(self, *, stream: int | None = None) -> Any: ...

    def __dlpack_device__(self) -> tuple[int, int]: ...


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
