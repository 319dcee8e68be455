from fractions import Fraction

import pytest

from tdlite.media.errors import MediaError
from tdlite.media.rates import rational_rate


@pytest.mark.parametrize(
    ("typed", "whole"),
    [(23.976, 24), (23.98, 24), (29.97, 30), (47.952, 48), (59.94, 60), (119.88, 120), (239.76, 240)],
)
def test_a_rounded_broadcast_rate_is_the_exact_one(typed: float, whole: int) -> None:
    assert rational_rate(typed) == Fraction(whole * 1000, 1001)


@pytest.mark.parametrize("rate", [1, 24, 25, 30.0, 60, 90, 1000, Fraction(24000, 1001), Fraction(7, 3)])
def test_whole_numbers_and_fractions_stay_exact(rate: float | Fraction) -> None:
    assert rational_rate(rate) == Fraction(rate)


@pytest.mark.parametrize(
    ("typed", "expected"), [(12.5, Fraction(25, 2)), (0.1, Fraction(1, 10)), (29.9, Fraction(299, 10))]
)
def test_other_rates_become_the_nearest_small_fraction(typed: float, expected: Fraction) -> None:
    assert rational_rate(typed) == expected


@pytest.mark.parametrize("rate", [2.0**31, 1e12, 1e300, 1e8 + 0.123, Fraction(2**40, 3)])
def test_a_rate_that_no_file_can_count_is_refused(rate: float | Fraction) -> None:
    with pytest.raises(MediaError, match="no file counts them"):
        rational_rate(rate)


@pytest.mark.parametrize("rate", [1e-9, 0.0009, Fraction(1, 1002)])
def test_a_rate_below_all_small_fractions_is_refused(rate: float | Fraction) -> None:
    assert rational_rate(0.001) == Fraction(1, 1000)
    with pytest.raises(MediaError, match="a frame lasts 1001 seconds at most"):
        rational_rate(rate)


@pytest.mark.parametrize("rate", [0, -25, float("nan"), float("inf")])
def test_a_rate_that_is_not_a_positive_number_is_refused(rate: float) -> None:
    with pytest.raises(MediaError, match="positive"):
        rational_rate(rate)
