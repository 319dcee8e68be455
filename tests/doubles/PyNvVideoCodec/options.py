"""How keyword texts become a configuration, with the traps of the real package."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction

_TUNINGS = ("high_quality", "low_latency", "ultra_low_latency", "lossless", "uhq")
_UNITS = {"K": 1024, "M": 1024 * 1024}


@dataclass
class Options:
    """What the driver would be asked for. `preset` None is what makes it refuse."""

    preset: str | None
    tuning: str
    rate_control: str
    bitrate: int
    peak: int
    quality: int
    gop: int
    bf: int
    rate: Fraction

    @classmethod
    def of(cls, kwargs: dict[str, str]) -> Options:
        """Read the known names; the others are ignored, as the real package ignores them."""
        preset: str | None = kwargs.get("preset", "P4")
        if preset not in [f"P{number}" for number in range(1, 8)]:
            print(f"{preset} not found. Using default.", file=sys.stderr)
            preset = None
        tuning = kwargs.get("tuning_info", "high_quality")
        if tuning not in _TUNINGS:
            tuning = "high_quality"
        control = kwargs.get("rc", "cbr" if "bitrate" in kwargs else "")
        if control not in ("", "cbr", "vbr", "constqp"):
            print(f"{control} is not valid. Using cbr.", file=sys.stderr)
            control = "cbr"
        quality = int(float(kwargs["cq"])) if "cq" in kwargs else 0
        gop = int(kwargs.get("gop", 250))
        return cls(
            preset,
            tuning,
            control,
            0 if quality else _number(kwargs.get("bitrate", "0")),
            0 if quality else _number(kwargs.get("maxbitrate", "0")),
            quality,
            gop,
            min(int(kwargs.get("bf", 3)), gop - 1),
            _rate(kwargs.get("fps", "30")),
        )


def _number(text: str) -> int:
    unit = _UNITS.get(text[-1], 0)
    return int(float(text[:-1]) * unit) if unit else int(text)


def _rate(text: str) -> Fraction:
    """A decimal rate loses its end: 23.976 is 2397/100."""
    return Fraction(text) if "/" in text else Fraction(int(float(text) * 100), 100)
