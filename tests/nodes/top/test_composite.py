import re

import numpy as np
import pytest

from tdlite.gpu.source import load
from tdlite.ops import BLEND_MODES

DEEP = {"resolution": (8, 4), "format": "rgba32float"}


@pytest.fixture
def colours(net):
    """Three colours, premultiplied, and their values."""
    values = [(0.5, 0.25, 0.125, 0.5), (0.25, 0.75, 0.5, 0.75), (0.75, 0.5, 0.25, 1)]
    ops = [
        net.constantTOP(colorr=r, colorg=g, colorb=b, alpha=a, multrgbbyalpha=False, **DEEP) for r, g, b, a in values
    ]
    return ops, [np.array(value) for value in values]


def pixel(op):
    array = op.numpyArray()
    assert (array == array[0, 0]).all()
    return array[0, 0]


def over(a, b):
    return a + b * (1 - a[3])


def test_the_menu_has_the_modes_in_the_order_of_the_shader():
    said = re.findall(r"case (\d+):[^\n]*?(?:// (\w+)|\{\s*// (\w+))", load("lib/blend.glsl"))
    assert [(int(number), a or b) for number, a, b in said] == list(enumerate(BLEND_MODES))


def test_layers_are_blended_from_the_first_on_which_lies_on_top(net, colours):
    ops, (a, b, c) = colours
    np.testing.assert_allclose(pixel(net.compositeTOP(inputs=ops, operand="over")), over(over(a, b), c), rtol=1e-6)
    np.testing.assert_allclose(pixel(net.compositeTOP(inputs=ops, operand="subtract")), a - b - c, rtol=1e-6)
    np.testing.assert_allclose(pixel(net.compositeTOP(inputs=ops)), a * b * c, rtol=1e-6)


def test_swapped_the_next_layer_comes_first(net, colours):
    ops, (a, b, c) = colours
    op = net.compositeTOP(inputs=ops, operand="subtract", swaporder=True)
    np.testing.assert_allclose(pixel(op), c - (b - a), rtol=1e-6)


def test_layers_may_be_named_by_a_pattern(net, colours):
    ops, (a, b, c) = colours
    op = net.compositeTOP(inputs=ops[:1], top="constant[2-3]", operand="add")
    np.testing.assert_allclose(pixel(op), a + b + c, rtol=1e-6)
    ops[2].par.colorr = 0
    np.testing.assert_allclose(pixel(op), a + b + c - (0.75, 0, 0, 0), rtol=1e-6)
    only = net.compositeTOP(top=ops[1].path)
    assert only.image() is ops[1].image()


def test_one_layer_passes_through(net, colours):
    ops, _ = colours
    assert net.compositeTOP(inputs=ops[:1]).image() is ops[0].image()
    assert net.compositeTOP(inputs=ops, selectinput=True, inputindex=2).image() is ops[2].image()


def test_what_is_missing_is_said(net, colours):
    empty = net.compositeTOP()
    empty.cook()
    assert "nothing to composite" in empty.errors()
    beyond = net.compositeTOP(inputs=colours[0], selectinput=True, inputindex=3)
    beyond.cook()
    assert "set par.inputindex to 0…2" in beyond.errors()


def test_more_layers_than_the_gpu_reads_at_once_are_refused(net, colours):
    ops, _ = colours
    op = net.compositeTOP(inputs=[ops[0]] * (ops[0].image().gpu.max_inputs + 1))
    op.cook()
    assert "make groups" in op.errors()


def test_the_fixed_layer_gives_size_and_format(net):
    large = net.constantTOP(resolution=(16, 16), format="rgba16float")
    small = net.constantTOP(resolution=(8, 4))
    op = net.compositeTOP(inputs=[large, small])
    assert (op.width, op.height, op.pixelFormatName) == (16, 16, "rgba16float")
    op.par.size = "input2"
    assert (op.width, op.height, op.pixelFormatName) == (8, 4, "rgba8fixed")


def placed(net, overlay=(8, 8), size=(32, 16), **pars):
    """Where the overlay covers, as alpha."""
    back = net.constantTOP(alpha=0, resolution=size, format="rgba32float")
    front = net.constantTOP(resolution=overlay, format="rgba32float")
    op = net.compositeTOP(inputs=[back, front], operand="add", **pars)
    alpha = op.numpyArray()[..., 3]
    rows, columns = np.nonzero(alpha > 0.5)
    if not len(rows):
        return None
    box = (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1)
    assert alpha.sum() == pytest.approx((box[1] - box[0]) * (box[3] - box[2]), abs=0.01)
    return tuple(int(side) for side in box)


@pytest.mark.parametrize(("prefit", "box"), [
    ("fill", (0, 32, 0, 16)), ("fithorz", (0, 32, 0, 16)), ("fitvert", (8, 24, 0, 16)),
    ("fitbest", (8, 24, 0, 16)), ("fitoutside", (0, 32, 0, 16)), ("nativeres", (12, 20, 4, 12)),
])  # fmt: skip
def test_overlays_are_fitted(net, prefit, box):
    assert placed(net, prefit=prefit) == box


@pytest.mark.parametrize(("pars", "box"), [
    ({"justifyh": "left", "justifyv": "top"}, (0, 8, 8, 16)),
    ({"justifyh": "right", "justifyv": "bottom"}, (24, 32, 0, 8)),
    ({"tx": 0.25, "ty": 0.25}, (20, 28, 8, 16)),
    ({"tx": 4, "ty": -4, "tunit": "pixels"}, (16, 24, 0, 8)),
    ({"sx": 2, "sy": 0.5}, (8, 24, 6, 10)),
    ({"sx": 2, "px": -4, "punit": "pixels"}, (12, 28, 4, 12)),
    ({"r": 90, "tx": 8, "tunit": "pixels"}, (20, 28, 4, 12)),
    ({"r": 90, "px": 4, "punit": "pixels"}, (16, 24, 8, 16)),
    ({"sx": 0}, None),
])  # fmt: skip
def test_overlays_are_placed(net, pars, box):
    """Clockwise by 90° about a point 4 px to the right, what was left of it is above it."""
    assert placed(net, prefit="nativeres", **pars) == box


def test_later_overlays_are_moved_by_steps(net):
    back = net.constantTOP(alpha=0, resolution=(16, 4), format="rgba32float")
    dots = [net.constantTOP(resolution=(1, 1), format="rgba32float") for _ in range(3)]
    op = net.compositeTOP(inputs=[back, *dots], operand="add", prefit="nativeres", justifyh="left", justifyv="bottom",
                          tstepx=3, tstepy=1, tstepunit="pixels")  # fmt: skip
    rows, columns = np.nonzero(op.numpyArray()[..., 3])
    assert sorted(zip(columns.tolist(), rows.tolist(), strict=True)) == [(0, 0), (3, 1), (6, 2)]


def test_with_the_second_layer_fixed_the_first_is_an_overlay(net):
    front = net.constantTOP(resolution=(4, 4), format="rgba32float")
    back = net.constantTOP(alpha=0, resolution=(16, 8), format="rgba32float")
    op = net.compositeTOP(
        inputs=[front, back], operand="over", size="input2", prefit="nativeres", tx=-6, tunit="pixels"
    )
    wanted = np.zeros((8, 16))
    wanted[2:6, 0:4] = 1
    np.testing.assert_allclose(op.numpyArray()[..., 3], wanted, atol=1e-4)


def test_overlays_extend(net):
    assert placed(net, prefit="nativeres", extend="repeat") == (0, 32, 0, 16)


def test_it_is_drawn_once_for_layers_that_stay(fast):
    ops = [fast.constantTOP(), fast.constantTOP()]
    op = fast.compositeTOP(inputs=ops[:1], top=ops[1].path)
    fast.frames(5, pull=[op])
    assert fast.cooked.count(op.path) == 1
    ops[1].par.colorr = 0.5
    fast.frames(5, pull=[op])
    assert fast.cooked.count(op.path) == 2
    assert fast.cooked.count(ops[0].path) == 1


def test_what_moves_compiles_nothing(fast):
    names = ("r", "tx", "ty", "sx", "px", "tstepx")
    moves = dict.fromkeys(names, "=0.5 + 0.01 * absTime.frame")
    op = fast.compositeTOP(inputs=[fast.constantTOP(), fast.constantTOP()], **moves)
    fast.frames(1, pull=[op])
    before = op.image().gpu.programs.compiled
    fast.frames(5, pull=[op])
    assert fast.cooked.count(op.path) == 6
    assert op.image().gpu.programs.compiled == before
