"""NVENC through PyNvVideoCodec: all its pixel formats, and lossless."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tdlite.media.encoder import Colour, Packet, Settings
from tdlite.media.nvencencoder import DeviceArray, NvencEncoder
from tdlite.media.nvencoptions import pynv_options

_KEY = 3  # NV_ENC_PIC_TYPE_IDR: the only pictures that a player can start at


class _Frame:
    """A picture as PyNvVideoCodec wants it: with `.cuda()`, and a `__dlpack__` that it calls positionally."""

    def __init__(self, array: DeviceArray) -> None:
        self._array = array

    def cuda(self) -> _Frame:
        return self

    def __dlpack__(self, stream: int | None = None) -> Any:
        return self._array.__dlpack__(stream=stream)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._array.__dlpack_device__()


class PyNvEncoder(NvencEncoder):
    """NVENC that copies each picture, on the GPU and in its stream, when it takes it."""

    def _opened(
        self, width: int, height: int, rate: Fraction, settings: Settings, colour: Colour
    ) -> tuple[Any, list[str]]:
        import PyNvVideoCodec

        options, warnings = pynv_options(self.codec, rate, settings)
        where = {"gpu_id": self._device, **({"cudastream": self._stream} if self._stream else {})}
        session = PyNvVideoCodec.CreateEncoder(width, height, self.layout.nvenc, False, **options, **where)
        self._given = 0
        self._reorder: int = session.GetNumBFrames()
        return session, warnings

    def _encoded(self, frame: DeviceArray, index: int) -> list[Packet]:
        return self._packets(self._session.Encode(_Frame(frame)))

    def _drained(self) -> list[Packet]:
        return self._packets(self._session.EndEncode())

    def _packets(self, found: Iterable[dict[str, Any]]) -> list[Packet]:
        packets = []
        for each in found:
            time = each["timestamp"]  # its own count of the pictures, whatever times they are given
            # AV1 hides what it reorders inside packets that come in the order in which they are shown.
            decoded = time if self.codec == "av1" else self._given - self._reorder
            self._given += 1
            packets.append(Packet(each["data"], time, decoded, 1, each["picture_type"] == _KEY))
        return packets
