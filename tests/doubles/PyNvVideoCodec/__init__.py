"""A stand-in for PyNvVideoCodec 2.2 that keeps its contract and encodes on the CPU.

It takes and refuses what the real one takes and refuses, in the same words: formats and presets by case, frames by
`.cuda()`, a positional `__dlpack__` and exact shapes, unknown keywords in silence. Packets come bf + 3 pictures late,
stamped with a counter. What NVENC would then do is done by libx264, libx265 or SVT-AV1.

It is put into ``sys.modules`` under the real name. `gpu` is the machine that it plays; tests change it.
"""

from __future__ import annotations

import threading
from typing import Any

from .frames import Refused, read
from .options import Options
from .silicon import Silicon

module_suffix = "_130"
supportedNvEncVersion = 13 << 4


class PyNvVCException(Exception):
    """What the real package raises for what the driver refuses."""


class PyNvVCExceptionUnsupported(Exception):
    """What the real package raises for what it refuses itself; no relation of the other."""


def text(where: str, code: int, what: str) -> str:
    """An error in the lines of the real package."""
    return f"{where} : \nError code : {code}\nError Type : {what}\nat /project/src/PyNvVideoCodec/src/{where}.cpp:1\n"


CODECS = ("h264", "hevc", "av1")


class Machine:
    """The GPU that is played: the error that sessions fail with, how many there may be, and capabilities."""

    def __init__(self) -> None:
        self.error = 0
        self.session_limit = 1 << 30
        self.sessions = 0
        self.devices = 1
        self.codecs = CODECS
        self.caps = {
            "width_min": 32,
            "width_max": 8192,
            "height_min": 32,
            "height_max": 8192,
            "support_10bit_encode": 1,
            "support_yuv444_encode": 1,
            "support_yuv422_encode": 0,
            "support_lossless_encode": 1,
            "num_max_bframes": 4,
            "num_encoder_engines": 1,
        }

    def enter(self, gpu: int, codec: str) -> None:
        """Begin a session, or raise as the real package does."""
        if not 0 <= gpu < self.devices:
            raise PyNvVCException(text("ValidateGpuId", 801, "GPU ordinal out of range. Should be within [0, 0]"))
        code = self.error or (10 if self.sessions >= self.session_limit else 0)
        if code:
            call = "m_nvenc.nvEncOpenEncodeSessionEx(&encodeSessionExParams, &hEncoder)"
            raise PyNvVCException(text("PyNvEncoderCaps", code, f"{call} returned error {code}"))
        if codec not in self.codecs:
            call = "m_nvenc.nvEncGetEncodeCaps(hEncoder, encodeGUID, &capsParam, &v)"
            raise PyNvVCException(text("PyNvEncoderCaps", 12, f"{call} returned error 12"))
        self.sessions += 1

    def leave(self) -> None:
        """End a session."""
        self.sessions -= 1


gpu = Machine()


def GetEncoderCaps(gpuid: int = 0, codec: str = "h264") -> dict[str, int]:
    """Open a session, ask, and close it. Of a codec with another name there is nothing to say."""
    if codec not in CODECS:
        return {}
    gpu.enter(gpuid, codec)
    gpu.leave()
    return capabilities(codec)


def capabilities(codec: str) -> dict[str, int]:
    """What the machine's capabilities are for a codec, on GPUs up to Ada."""
    caps = dict(gpu.caps)
    if codec == "h264":
        caps |= {"width_max": 4096, "height_max": 4096, "support_10bit_encode": 0}
    if codec == "av1":
        caps |= {"support_yuv444_encode": 0, "support_lossless_encode": 0}
    return caps


def CreateEncoder(width: int, height: int, fmt: str, usecpuinputbuffer: bool, **kwargs: Any) -> PyNvEncoder:
    """Open a session for good."""
    return PyNvEncoder(width, height, fmt, usecpuinputbuffer, kwargs)


class PyNvEncoder:
    """One session."""

    created: list[PyNvEncoder] = []
    """The encoders made so far, for tests to look at."""

    def __init__(self, width: int, height: int, fmt: str, cpu: bool, kwargs: dict[str, Any]) -> None:
        self._open = False
        if not all(isinstance(side, int) for side in (width, height)) or not isinstance(fmt, str):
            raise TypeError(
                "__init__(): incompatible constructor arguments. The following argument types are supported:"
            )
        if cpu:
            raise PyNvVCExceptionUnsupported("this stand-in plays GPU buffers only")
        self.stream = int(kwargs.pop("cudastream", 0))
        kwargs.pop("cudacontext", None)
        self.kwargs = {name: str(value).replace("[", "").replace("]", "") for name, value in kwargs.items()}
        codec = self.kwargs.get("codec", "h264")
        if codec not in CODECS:
            raise PyNvVCException(text("PyNvEncoder", 20, "PyNvEncoder constructor failed: Invalid codec given."))
        if fmt not in Silicon.FORMATS:
            raise PyNvVCExceptionUnsupported(text("PyNvEncoder", 8, f"Unknown format: {fmt}"))
        if codec == "av1" and fmt not in ("NV12", "P010"):
            raise PyNvVCExceptionUnsupported(text("CreateEncoder", 8, f"{fmt} format isn't supported by AV1 encoder"))
        self.device = int(self.kwargs.get("gpu_id", 0))
        self._machine = gpu
        gpu.enter(self.device, codec)
        self._open = True
        self.options = Options.of(self.kwargs)
        if self.options.preset is None:
            raise PyNvVCException(text("PyNvEncoder", 12, "nvEncInitializeEncoder returned error 12"))
        caps = capabilities(codec)
        lossless = self.options.tuning == "lossless"
        beyond = (
            (fmt in ("P010", "P210", "YUV444_16BIT", "YUV444_10BIT") and not caps["support_10bit_encode"])
            or (fmt.startswith("YUV444") and not caps["support_yuv444_encode"])
            or (fmt in ("NV16", "P210") and not caps["support_yuv422_encode"])
            or (lossless and not caps["support_lossless_encode"])
            or self.options.bf > caps["num_max_bframes"]
        )
        if beyond:
            raise PyNvVCException(text("PyNvEncoder", 12, "nvEncInitializeEncoder returned error 12"))
        if not (caps["width_min"] <= width <= caps["width_max"] and caps["height_min"] <= height <= caps["height_max"]):
            raise PyNvVCException(text("PyNvEncoder", 8, "nvEncInitializeEncoder returned error 8"))
        self.size = width, height
        self.format = fmt
        self.seen: list[Any] = []
        self._silicon = Silicon(codec, fmt, width, height, self.options)
        self._late = self.options.bf + 3
        self._calls = 0
        self._drained = False
        self._thread = 0
        self._ready: list[tuple[bytes, int, bool]] = []
        PyNvEncoder.created.append(self)

    def __del__(self) -> None:
        if self._open:
            self._machine.leave()

    def GetNumBFrames(self) -> int:
        """What was configured."""
        return self.options.bf

    def Encode(self, frame: Any, *_: Any) -> list[dict[str, Any]]:
        """Take a picture; give what is due."""
        self._check_thread()
        assert not self._drained, "the real session goes on after EndEncode; nobody needs that here"
        if not hasattr(frame, "cuda"):
            raise PyNvVCException(text("Encode", 8, "incorrect usage of CPU input buffer"))
        try:
            picture = read(frame.cuda(), self.format, *self.size, self.stream, self.device)
        except Refused as error:
            raise PyNvVCException(text("GetEncoderInput", 8, str(error))) from None
        self._ready += self._silicon.encode(picture)
        self._calls += 1
        # NVENC gives one packet a call, from the call bf + 4 on.
        if self._calls <= self._late or not self._ready:
            return []
        return [self._told(self._ready.pop(0))]

    def EndEncode(self) -> list[dict[str, Any]]:
        """Give the rest, and nothing when asked again."""
        self._check_thread()
        if not self._drained:
            self._ready += self._silicon.drain()
            self._drained = True
        rest, self._ready = self._ready, []
        self._calls = 0
        return [self._told(each) for each in rest]

    def _check_thread(self) -> None:
        """A session has no lock of its own: only the thread that uses it first may go on."""
        self._thread = self._thread or threading.get_ident()
        assert self._thread == threading.get_ident(), "one session, two threads"

    def _told(self, packet: tuple[bytes, int, bool]) -> dict[str, Any]:
        data, number, key = packet
        return {"data": data, "timestamp": number, "picture_type": 3 if key else 0}
