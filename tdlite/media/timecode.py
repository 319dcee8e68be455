"""Timecode: hours, minutes, seconds and frames as they stand in files."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from tdlite.media.errors import MediaError

_TIMECODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)")


def checked_timecode(text: str, rate: Fraction) -> str:
    """``text`` as 'HH:MM:SS:FF', or with ';' before the frames for drop-frame counting (SMPTE ST 12-1).

    MediaError unless it is a time that a movie of ``rate`` frames per second can begin at.
    """
    found = _TIMECODE.fullmatch(text.strip())
    if found is None:
        raise MediaError(f"cannot start at timecode {text!r}; write starttimecode as HH:MM:SS:FF, such as 01:00:00:00")
    hours, minutes, seconds, frames = (int(found[group]) for group in (1, 2, 3, 5))
    counted = math.ceil(rate)
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= counted:
        raise MediaError(
            f"cannot start at timecode {text}: at {float(rate):g} frames/s it goes up to 23:59:59:{counted - 1:02}"
        )
    if found[4] == ":":
        return found[0]
    if rate.denominator != 1001 or counted % 30:
        raise MediaError(
            f"cannot start at drop-frame timecode {text}: only 29.97 and 59.94 frames/s have it; "
            "write : before the frames"
        )
    if minutes % 10 and not seconds and frames < counted // 15:
        raise MediaError(
            f"cannot start at timecode {text}: drop-frame counting leaves this number out; "
            f"begin at {hours:02}:{minutes:02}:00;{counted // 15:02}"
        )
    return f"{hours:02}:{minutes:02}:{seconds:02};{frames:02}"
