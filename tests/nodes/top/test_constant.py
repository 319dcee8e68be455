import numpy as np
import pytest


def pixel(op):
    array = op.numpyArray()
    assert (array == array[0, 0]).all()
    return array[0, 0]


@pytest.mark.parametrize(("unit", "full"), [("u1", 1), ("u256", 255), ("u65536", 65535)])
def test_units_only_change_how_the_numbers_are_read(net, unit, full):
    op = net.constantTOP(rgbaunit=unit, colorr=full * 0.5, colorg=full * 0.25, colorb=full, alpha=full * 0.75,
                         multrgbbyalpha=False, format="rgba32float")  # fmt: skip
    np.testing.assert_allclose(pixel(op), (0.5, 0.25, 1, 0.75), rtol=1e-6)


@pytest.mark.parametrize("name", ["multrgbbyalpha", "premultrgbbyalpha"])
def test_colour_is_premultiplied_unless_told_otherwise(net, name):
    pars = {"colorr": 0.5, "alpha": 0.5, "format": "rgba32float"}
    assert pixel(net.constantTOP(**pars)).tolist() == [0.25, 0.5, 0.5, 0.5]
    assert pixel(net.constantTOP(**pars, **{name: False})).tolist() == [0.5, 1, 1, 0.5]


def test_it_composites_with_its_input(net):
    back = net.constantTOP(colorr=0, colorg=0, format="rgba32float")
    front = {"colorg": 0, "colorb": 0, "alpha": 0.25, "inputs": [back]}
    assert pixel(net.constantTOP(**front)).tolist() == [0.25, 0, 0, 0.25]
    assert pixel(net.constantTOP(**front, compoverinput=True)).tolist() == [0.25, 0, 0.75, 1]
    assert pixel(net.constantTOP(**front, combineinput=True, swaporder=True)).tolist() == [0, 0, 1, 1]
    assert pixel(net.constantTOP(**front, compoverinput=True, operand="add")).tolist() == [0.25, 0, 1, 1.25]


def test_it_is_drawn_once(fast):
    op = fast.constantTOP()
    fast.frames(5, pull=[op])
    assert fast.cooked == [op.path]
