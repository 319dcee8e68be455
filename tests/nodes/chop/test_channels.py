"""Sampling channels between and outside their samples, against numpy."""

import numpy as np
import pytest

from tdlite.ops import Channels

ROW = np.array([1.0, 4.0, 2.0, 7.0])


@pytest.mark.parametrize(("extend", "mode"), [("hold", "edge"), ("cycle", "wrap"), ("mirror", "symmetric")])
def test_outside_is_what_the_extends_say(extend, mode):
    channels = Channels(["a"], [ROW], start=10, left=extend, right=extend)
    expected = np.pad(ROW, 9, mode=mode)
    np.testing.assert_array_equal(channels.sampled(np.arange(1, 23))[0], expected)
    assert [channels.at(0, i) for i in range(1, 23)] == list(expected)


def test_an_infinite_sample_is_itself_where_it_lies():
    channels = Channels(["a"], [[1, np.inf, np.inf, 2]])
    assert channels.sampled([0, 1, 2, 3])[0].tolist() == [1, np.inf, np.inf, 2]


def test_a_slope_from_an_infinite_edge_is_no_number_and_no_warning():
    channels = Channels(["a"], [[1.0, np.inf, np.inf]], right="slope")
    assert np.isnan(channels.at(0, 4))
    assert Channels(["a"], [[-1e308, 1e308]], right="slope").at(0, 4) == np.inf


def test_slope_and_default_go_on_from_the_edges():
    channels = Channels(["a"], [ROW], left="slope", right="default", default=-3)
    np.testing.assert_array_equal(channels.sampled(np.array([-2, -1, 0, 3, 4]))[0], [-5, -2, 1, 7, -3])
    channels = Channels(["a"], [ROW], right="slope")
    np.testing.assert_array_equal(channels.sampled(np.array([3, 4, 5]))[0], [7, 12, 17])


def test_between_samples_it_is_linear():
    places = np.linspace(0, 3, 31)
    np.testing.assert_allclose(Channels(["a"], [ROW]).sampled(places)[0], np.interp(places, range(4), ROW))


def test_another_rate_samples_the_same_times():
    channels = Channels(["a"], [ROW], rate=60)
    np.testing.assert_allclose(channels.resampled(120, 0, 7)[0], np.interp(np.arange(7) / 2, range(4), ROW))


def test_no_samples_are_the_default():
    assert Channels(["a"], np.zeros((1, 0)), default=5).at(0, 3) == 5
