"""The matrices of Transform pages, against numpy."""

import itertools

import numpy as np
import pytest

from tdlite.ops.xform import (
    ORDERS,
    ROTATE_ORDERS,
    about,
    inverse,
    not_flat,
    ordered,
    product,
    rotation,
    rotation3,
    scaling,
    translation,
)


def array(matrix):
    n = int(len(matrix) ** 0.5)
    return np.array(matrix).reshape(n, n).T


def axis_turn(axis, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


@pytest.mark.parametrize("order", [token for token, _ in ORDERS])
def test_the_first_letter_acts_first(order):
    parts = {"s": scaling(2, 3), "r": rotation(30), "t": translation(5, 7)}
    point = np.array([0.3, -0.4, 1])
    wanted = point
    for letter in order:
        wanted = array(parts[letter]) @ wanted
    np.testing.assert_allclose(array(ordered(order, parts)) @ point, wanted)


def test_srt_is_translation_times_rotation_times_scale():
    parts = {"s": scaling(2, 3, 4), "r": rotation3(10, 20, 30), "t": translation(5, 6, 7)}
    np.testing.assert_allclose(array(ordered("srt", parts)), array(parts["t"]) @ array(parts["r"]) @ array(parts["s"]))


@pytest.mark.parametrize("order", [token for token, _ in ROTATE_ORDERS])
def test_turns_about_the_axes_follow_the_order(order):
    angles = {"x": 20, "y": -35, "z": 70}
    wanted = np.eye(3)
    for axis in order:
        wanted = axis_turn(axis, angles[axis]) @ wanted
    np.testing.assert_allclose(array(rotation3(20, -35, 70, order))[:3, :3], wanted, atol=1e-15)


def test_the_menus_have_all_orders():
    assert {token for token, _ in ORDERS} == {"".join(p) for p in itertools.permutations("srt")}
    assert {token for token, _ in ROTATE_ORDERS} == {"".join(p) for p in itertools.permutations("xyz")}


def test_turning_is_counter_clockwise_and_quarters_are_exact():
    assert tuple(array(rotation(90)) @ (1, 0, 1)) == (0, 1, 1)
    assert tuple(array(rotation(-450)) @ (1, 0, 1)) == (0, -1, 1)
    np.testing.assert_allclose(array(rotation(37))[:2, :2], axis_turn("z", 37)[:2, :2])


def test_a_pivot_stays_where_it_is():
    matrix = about((3, -2), product(rotation(33), scaling(2, 5)))
    np.testing.assert_allclose(array(matrix) @ (3, -2, 1), (3, -2, 1), atol=1e-14)


def test_the_inverse_undoes():
    matrix = product(translation(4, 5), rotation(20), scaling(2, -3))
    np.testing.assert_allclose(array(inverse(matrix)), np.linalg.inv(array(matrix)), atol=1e-15)
    with pytest.raises(ZeroDivisionError):
        inverse(scaling(0, 1))
    assert np.isfinite(inverse(scaling(not_flat(0), not_flat(-0.0)))).all()
    assert not_flat(-2) == -2
