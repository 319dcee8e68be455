"""Whether this machine has NVENC, found without starting a recording, and how far it reaches."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tdlite.media.encoder import Settings
from tdlite.media.formats import PIXEL_FORMATS
from tdlite.media.nvencoptions import TITLES

_OLDEST = (12, 1)  # the NVENC interface that PyNvVideoCodec needs

# Codes of NVENCSTATUS. A refusal for want of room may be over in a moment, so it is not remembered.
_NO_ENCODER = (1, 2, 3, 4, 5)
_NO_ROOM = (10, 21)
_TOO_OLD = 15


@dataclass(frozen=True)
class Limits:
    """What one GPU's NVENC can do with one codec: sizes in pixels, formats, B-frames in a row."""

    codec: str
    smallest: tuple[int, int]
    largest: tuple[int, int]
    ten_bit: bool
    yuv422: bool
    yuv444: bool
    lossless: bool
    b_frames: int

    @classmethod
    def of(cls, codec: str, caps: Mapping[str, int]) -> Limits:
        """Return what `GetEncoderCaps` says of `codec`."""

        def have(name: str) -> bool:
            return caps.get(name, 0) > 0

        return cls(
            codec,
            (caps.get("width_min", 0), caps.get("height_min", 0)),
            (caps.get("width_max", 0), caps.get("height_max", 0)),
            ten_bit=have("support_10bit_encode"),
            yuv422=have("support_yuv422_encode"),
            yuv444=have("support_yuv444_encode"),
            lossless=have("support_lossless_encode"),
            b_frames=max(caps.get("num_max_bframes", 0), 0),
        )

    def refusal(self, settings: Settings, width: int, height: int) -> str | None:
        """Why a movie of `width`×`height` with resolved `settings` is beyond this NVENC; None if it is not."""
        wanted = PIXEL_FORMATS[settings.pixel_format]
        missing = None
        if width % 2 or height % 2:
            missing = "odd sizes"
        elif width > self.largest[0] or height > self.largest[1]:
            missing = f"more than {self.largest[0]}×{self.largest[1]}"
        elif width < self.smallest[0] or height < self.smallest[1]:
            missing = f"less than {self.smallest[0]}×{self.smallest[1]}"
        elif "10bit" in wanted.token and not self.ten_bit:
            missing = "10 bits"
        elif wanted.token.startswith("yuv422") and not self.yuv422:
            missing = "4:2:2"
        elif wanted.token.startswith("yuv444") and not self.yuv444:
            missing = "4:4:4"
        elif settings.preset == "lossless" and not self.lossless:
            missing = "lossless coding"
        return missing and f"this GPU's NVENC has no {TITLES[self.codec]} of {missing}"

    def told(self) -> str:
        """Say the limits in a few words, for `tdlite doctor`."""
        have = [
            f"up to {self.largest[0]}×{self.largest[1]}",
            *(["10 bit"] if self.ten_bit else []),
            *(["4:2:2"] if self.yuv422 else []),
            *(["4:4:4"] if self.yuv444 else []),
            *(["lossless"] if self.lossless else []),
            f"{self.b_frames} B-frames" if self.b_frames else "no B-frames",
        ]
        return ", ".join(have)


class Status(NamedTuple):
    """The limits of an NVENC that can be used, or else the reason why not, without a full stop."""

    limits: Limits | None
    reason: str | None


_known: dict[tuple[str, int], Status] = {}


def nvenc_status(codec: str, device: int = 0) -> Status:
    """Return what NVENC does with `codec` ('h264', 'hevc', 'av1') on the CUDA device, or why it does nothing.

    Never raises. The first call for a codec opens and closes an encoder session; the answer is kept, unless
    the GPU was merely busy.
    """
    if (codec, device) in _known:
        return _known[codec, device]
    status, lasting = _status(codec, device)
    if lasting:
        _known[codec, device] = status
    return status


def forget() -> None:
    """Ask again next time: the machine is another one now."""
    _known.clear()


def _status(codec: str, device: int) -> tuple[Status, bool]:
    """Return the status, and whether it will stay like that."""
    if (reason := libraries(device)) is not None:
        return Status(None, reason), True
    try:
        caps = encoder_caps(codec, device)
    except (ImportError, OSError, RuntimeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "PyNvVideoCodec":
            return Status(None, "PyNvVideoCodec is not installed: pip install 'tdlite[nvidia]'"), True
        mend = "install that" if isinstance(error, ModuleNotFoundError) else "update the NVIDIA driver"
        return Status(None, f"PyNvVideoCodec does not load ({said(error)}): {mend}"), True
    except Exception as error:  # PyNvVideoCodec's own errors have no common base
        return Status(None, refused(error, TITLES.get(codec, codec))), status_code(error) not in _NO_ROOM
    limits = Limits.of(codec, caps)
    if not limits.largest[0]:
        return Status(None, f"this GPU's NVENC has no {TITLES.get(codec, codec)}"), True
    return Status(limits, None), True


def libraries(device: int) -> str | None:
    """Return why the driver offers no NVENC on the CUDA device, None if it seems to."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return "there is no NVIDIA driver (no libcuda.so.1)"
    if (status := cuda.cuInit(0)) != 0:
        return f"the NVIDIA driver finds no usable GPU (cuInit failed with {status})"
    count = ctypes.c_int()
    if cuda.cuDeviceGetCount(ctypes.byref(count)) != 0 or device >= count.value:
        return f"there is no CUDA device {device} (there are {count.value})"
    try:
        encode = ctypes.CDLL("libnvidia-encode.so.1")
    except OSError:
        return (
            "there is no libnvidia-encode.so.1: in a container set NVIDIA_DRIVER_CAPABILITIES=all (it needs `video`), "
            "else install the driver's encode library"
        )
    version = ctypes.c_uint32()
    encode.NvEncodeAPIGetMaxSupportedVersion(ctypes.byref(version))
    found = version.value >> 4, version.value & 15
    if found < _OLDEST:
        found_text, oldest = (".".join(map(str, each)) for each in (found, _OLDEST))
        return f"the driver's NVENC is {found_text}, at least {oldest} is needed: update the NVIDIA driver"
    return None


def encoder_caps(codec: str, device: int) -> dict[str, int]:
    """Return the capabilities that NVENC tells of `codec`, through a session that is closed again."""
    import PyNvVideoCodec

    caps: dict[str, int] = PyNvVideoCodec.GetEncoderCaps(gpuid=device, codec=codec)
    return caps


def status_code(error: BaseException) -> int | None:
    """Return the code of NVENCSTATUS, which PyNvVideoCodec tells only in the text of its error."""
    found = re.search(r"(?:Error code|returned error)\s*:?\s*(\d+)", str(error))
    return int(found[1]) if found else None


def refused(error: BaseException, title: str) -> str:
    """Say why NVENC opened no session for `title`, in a sentence without its full stop."""
    code = status_code(error)
    if code in _NO_ENCODER:
        return (
            f"this GPU opens no NVENC session for {title} (NVENC error {code}): data-centre GPUs such as A100, H100 "
            "and H200 have no NVENC, and containers need NVIDIA_DRIVER_CAPABILITIES=all"
        )
    if code in _NO_ROOM:
        return (
            f"NVENC has no room for another session (error {code}): GeForce cards allow only so many on the whole "
            "machine; end other recordings"
        )
    if "nvEncGetEncodeCaps" in str(error):
        return f"this GPU's NVENC has no {title}"
    if code == _TOO_OLD:
        return f"the NVIDIA driver is older than PyNvVideoCodec (NVENC error {code}): update the driver"
    return f"NVENC opens no session for {title} ({said(error)})"


def said(error: BaseException) -> str:
    """Return what an error says in a line: without advice, and of PyNvVideoCodec's lines the one that tells it."""
    text = str(error).strip()
    found = re.search(r"Error Type\s*:\s*(.+)", text)
    return found[1].strip() if found else text.split("\n", 1)[0] or type(error).__name__
