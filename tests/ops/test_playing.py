"""Which picture is shown when: the rules of the Play and Trim pages, on a source that is only a number."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from tdlite.ops.playing import BLACK, ZERO, Part, Place, part_of, place, place_of


def source(count=10, rate=30, times=None, start=0):
    duration = None if times is None else times[-1] + 1
    return SimpleNamespace(count=count, rate=Fraction(rate), times=times, start=start, duration=duration)


def row(**given):
    usual = {
        "trim": False, "tstart": 0, "tstartunit": "indices", "tend": 1, "tendunit": "fraction",
        "textendleft": "cycle", "textendright": "cycle", "overridesample": False, "samplerate": 30,
        "imageindexing": "zero", "loopcrossfade": 0, "loopcrossfadeunit": "indices", "stepsize": 1,
        "interp": False, "deinterlace": "off",
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **given})


def shown(numbers, count=4, **given):
    pars = row(**given)
    part = part_of(pars, source(count), Fraction(60))
    return [place(Fraction(number), part, pars).first for number in numbers]


EXTENDED = {
    "hold": ([0, 0, 0, 0, 0], [3, 3, 3, 3, 3]),
    "cycle": ([3, 0, 1, 2, 3], [0, 1, 2, 3, 0]),
    "mirror": ([3, 3, 2, 1, 0], [3, 2, 1, 0, 0]),
    "black": ([BLACK] * 5, [BLACK] * 5),
    "zero": ([ZERO] * 5, [ZERO] * 5),
}


@pytest.mark.parametrize("mode", EXTENDED)
def test_beyond_the_ends_a_movie_is_extended(mode):
    left, right = EXTENDED[mode]
    assert shown(range(-5, 0), textendleft=mode, textendright="zero") == left
    assert shown(range(4, 9), textendright=mode, textendleft="zero") == right
    assert shown(range(4), textendleft=mode, textendright=mode) == [0, 1, 2, 3]


def test_a_trimmed_movie_counts_from_its_start_and_ends_before_its_end():
    trimmed = {"count": 10, "trim": True, "tstart": 3, "tend": 6, "tendunit": "indices"}
    assert shown(range(-1, 5), **trimmed) == [5, 3, 4, 5, 3, 4]
    assert shown(range(-1, 5), **trimmed, textendright="mirror", textendleft="hold") == [3, 3, 4, 5, 5, 4]


@pytest.mark.parametrize(("value", "unit"), [(6, "indices"), (0.6, "fraction"), (12, "frames"), (0.2, "seconds")])
def test_units_say_the_same_place_in_different_numbers(value, unit):
    part = part_of(row(), source(10, 30), Fraction(60))
    assert place_of(value, unit, part, Fraction(60)) == 6
    whole = part_of(row(trim=True, tstart=value, tstartunit=unit), source(10, 30), Fraction(60))
    assert (whole.first, whole.length) == (6, 4)


def test_a_step_shows_every_so_manieth_picture_for_longer():
    assert shown(range(8), count=10, stepsize=3) == [0, 0, 0, 3, 3, 3, 6, 6]


def test_interpolation_blends_with_the_picture_that_comes_next():
    pars = row(interp=True)
    part = part_of(pars, source(4), Fraction(60))
    assert place(Fraction(5, 4), part, pars) == Place(1, 2, 0.25)
    assert place(Fraction(15, 4), part, pars) == Place(3, 0, 0.75)
    assert place(Fraction(2), part, pars) == Place(2)
    pars.textendright = "hold"
    assert place(Fraction(15, 4), part, pars)[:2] == (3, 3)
    pars.stepsize = 2
    assert place(Fraction(1), part, pars) == Place(0, 2, 0.5)


def test_a_loop_crossfades_its_end_into_its_beginning():
    pars = row(loopcrossfade=2)
    part = part_of(pars, source(10), Fraction(60))
    assert [place(Fraction(n), part, pars).first for n in range(8)] == list(range(8))
    # The loop is eight pictures long; the last two are shown over the first two.
    assert place(Fraction(8), part, pars) == Place(8, 0, 0.0)
    assert place(Fraction(9), part, pars) == Place(9, 1, 0.5)
    assert place(Fraction(10), part, pars) == Place(2)
    assert place(Fraction(17), part, pars) == Place(9, 1, 0.5)


def test_a_split_picture_shows_its_second_field_in_the_later_half_of_its_time():
    pars = row(deinterlace="bob")
    part = part_of(pars, source(10), Fraction(60))
    assert [place(Fraction(n, 4), part, pars).odd for n in range(5)] == [False, False, True, True, False]
    pars.deinterlace = "odd"
    assert not place(Fraction(3, 4), part, pars).odd


def test_a_rate_of_ones_own_changes_the_time_not_the_indices():
    part = part_of(row(overridesample=True, samplerate=12), source(10, 30), Fraction(60))
    assert part.index_at(Fraction(1, 2)) == 6
    assert part.seconds_at(Fraction(6)) == Fraction(1, 2)
    assert part_of(row(), source(10, 0), Fraction(60)).rate == 60


def test_where_the_rate_varies_seconds_go_by_the_times_of_the_pictures():
    times = [Fraction(n * n) for n in range(4)]  # 0 1 4 9, the last one until 10
    part = Part(source(4, Fraction(1, 3), times), 0, 4, Fraction(1, 3), 0, 0)
    wanted = {0: 0, 1: 1, Fraction(5, 2): Fraction(3, 2), 4: 2, 9: 3, 10: 4, 11: 5, 14: 6, -1: -1, -6: -2}
    assert {seconds: part.index_at(Fraction(seconds)) for seconds in wanted} == wanted
    assert {part.seconds_at(Fraction(index)): index for index in wanted.values()} == wanted


def test_numbers_in_names_are_indices_if_asked_for():
    part = part_of(row(imageindexing="filename"), source(10, 30, start=100), Fraction(60))
    assert place(Fraction(103), part, row(imageindexing="filename")).first == 3
    trimmed = row(imageindexing="filename", trim=True, tstart=104, tend=107, tendunit="indices")
    part = part_of(trimmed, source(10, 30, start=100), Fraction(60))
    assert (part.first, part.length, part.base) == (4, 3, 104)
    assert place(Fraction(104), part, trimmed).first == 4
