"""Timecodes that a movie can begin at."""

from fractions import Fraction

import pytest

from tdlite.media.errors import MediaError
from tdlite.media.timecode import checked_timecode

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("01:00:00:00", 24), ("23:59:59:24", 25), ("00:00:00:59", 60), ("10:00:00:29", NTSC), (" 01:02:03:04 ", 30)],
)
def test_a_time_within_the_day_and_the_rate_is_taken(text: str, rate: Fraction) -> None:
    assert checked_timecode(text, Fraction(rate)) == text.strip()


@pytest.mark.parametrize("text", ["", "1:00:00:00", "01:00:00", "noon", "01:00:00:000", "-1:00:00:00"])
def test_what_is_no_timecode_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(MediaError, match="HH:MM:SS:FF"):
        checked_timecode(text, Fraction(25))


@pytest.mark.parametrize("text", ["24:00:00:00", "00:60:00:00", "00:00:60:00", "00:00:00:25"])
def test_numbers_beyond_their_range_are_refused_with_the_range(text: str) -> None:
    with pytest.raises(MediaError, match="up to 23:59:59:24"):
        checked_timecode(text, Fraction(25))


def test_drop_frame_counting_is_for_the_ntsc_rates_alone() -> None:
    assert checked_timecode("01:00:00;00", NTSC) == "01:00:00;00"
    assert checked_timecode("01:00:00.02", Fraction(60000, 1001)) == "01:00:00;02"
    for rate in (Fraction(30), Fraction(24000, 1001)):
        with pytest.raises(MediaError, match="drop-frame"):
            checked_timecode("01:00:00;00", rate)


@pytest.mark.parametrize("minute", range(60))
def test_drop_frame_counting_leaves_out_two_numbers_in_every_minute_but_each_tenth(minute: int) -> None:
    for frame in range(4):
        text = f"00:{minute:02}:00;{frame:02}"
        if minute % 10 and frame < 2:
            with pytest.raises(MediaError, match=f"00:{minute:02}:00;02"):
                checked_timecode(text, NTSC)
        else:
            assert checked_timecode(text, NTSC) == text
