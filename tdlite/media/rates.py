"""Frame rates as exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

from tdlite.media.errors import MediaError

# 23.98 is how some tools print 24000/1001, the worst rounding in use: 0.00398 away.
_ROUNDING = 0.004

_LEAST = Fraction(1, 1001)

_MOST = 2**31 - 1
"""What files and encoders count parts of a second up to."""


def rational_rate(rate: float | Fraction) -> Fraction:
    """Return the exact rate, in frames per second, that a number typed by a person means.

    Whole numbers and fractions stay as they are. What lies within rounding of n·1000/1001, n a multiple
    of 24 or 30, is that broadcast rate (23.976, 29.97, 47.952, 59.94, 119.88). Anything else becomes the
    nearest fraction with a denominator of at most 1001. MediaError unless the rate is finite, positive and not below
    1/1001, and countable: its numerator is one of 31 bits.
    """
    if not math.isfinite(rate) or rate <= 0:
        raise MediaError(f"cannot use {float(rate):g} frames per second; the rate must be a positive number")
    if rate < _LEAST:
        raise MediaError(f"cannot use {float(rate):g} frames per second; a frame lasts 1001 seconds at most")
    exact = _meant(rate)
    if exact.numerator > _MOST:
        raise MediaError(f"cannot use {float(rate):g} frames per second; no file counts them: use a lower rate")
    return exact


def _meant(rate: float | Fraction) -> Fraction:
    if isinstance(rate, Fraction) or rate == int(rate):
        return Fraction(rate)
    whole = math.ceil(rate)
    broadcast = Fraction(whole * 1000, 1001)
    if (whole % 24 == 0 or whole % 30 == 0) and abs(rate - broadcast) < _ROUNDING:
        return broadcast
    return Fraction(rate).limit_denominator(1001)
