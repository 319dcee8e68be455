"""Math CHOP against numpy."""

import numpy as np
import pytest


def const(net, name="c1", **values):
    chop = net.constantCHOP(name)
    for i, (key, value) in enumerate(values.items()):
        chop.seq.const.numBlocks = max(chop.seq.const.numBlocks, i + 1)
        chop.seq.const[i].par.name, chop.seq.const[i].par.value = key, value
    return chop


def values(chop):
    found = {channel.name: channel.val for channel in chop.chans()}
    assert chop.errors() == ""
    return found


@pytest.mark.parametrize(
    ("op", "expected"),
    [("negate", -4), ("pos", 4), ("root", 2), ("square", 16), ("inverse", 0.25), ("off", 4)],
)
@pytest.mark.parametrize("when", ["preop", "postop"])
def test_single_operations(net, op, expected, when):
    chop = net.mathCHOP(inputs=[const(net, a=4)], **{when: op})
    assert values(chop) == {"a": expected}


def test_dividing_by_zero_and_roots_of_negatives_give_zero(net):
    source = const(net, a=0, b=-4)
    assert values(net.mathCHOP(inputs=[source], preop="inverse")) == {"a": 0, "b": -0.25}
    assert values(net.mathCHOP(inputs=[source], preop="root")) == {"a": 0, "b": 0}


MANY = [("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("div", np.divide), ("min", np.minimum),
        ("max", np.maximum)]  # fmt: skip


@pytest.mark.parametrize(("op", "function"), MANY)
def test_channels_are_combined_into_the_first(net, op, function):
    chop = net.mathCHOP(inputs=[const(net, a=6, b=3, c=2)], chanop=op)
    assert values(chop) == {"a": function.reduce(np.array([6.0, 3.0, 2.0]))}


@pytest.mark.parametrize(("op", "expected"), [("avg", 11 / 3), ("len", 7)])
def test_average_and_length(net, op, expected):
    chop = net.mathCHOP(inputs=[const(net, a=6, b=3, c=2)], chanop=op)
    assert values(chop) == {"a": expected}


@pytest.mark.parametrize(("op", "function"), MANY)
def test_inputs_are_combined_by_number_or_name(net, op, function):
    first, second = const(net, "one", a=6, b=3), const(net, "two", b=2, a=12)
    by_index = net.mathCHOP(inputs=[first, second], chopop=op)
    assert values(by_index) == {"a": function(6.0, 2.0), "b": function(3.0, 12.0)}
    by_name = net.mathCHOP(inputs=[first, second], chopop=op, match="name")
    assert values(by_name) == {"a": function(6.0, 12.0), "b": function(3.0, 2.0)}


def test_inputs_that_are_not_combined_follow_one_another(net):
    chop = net.mathCHOP(inputs=[const(net, "one", a=1), const(net, "two", a=2, b=3)])
    assert values(chop) == {"a": 1, "a1": 2, "b": 3}


def test_the_order_is_add_multiply_add_range_round(net):
    chop = net.mathCHOP(inputs=[const(net, a=1)], preoff=1, gain=3, postoff=0.5, fromrange1=0, fromrange2=2,
                        torange1=10, torange2=20, integer="floor")  # fmt: skip
    assert values(chop) == {"a": np.floor(10 + (2 * 3 + 0.5) / 2 * 10)}


@pytest.mark.parametrize(("how", "expected"), [("ceiling", [-1, 3]), ("floor", [-2, 2]), ("round", [-1, 3])])
def test_rounding(net, how, expected):
    chop = net.mathCHOP(inputs=[const(net, a=-1.5, b=2.5)], integer=how)
    assert list(values(chop).values()) == expected


def test_scope_leaves_other_channels_alone(net):
    chop = net.mathCHOP(inputs=[const(net, a=1, b=2)], gain=10, scope="b")
    assert values(chop) == {"a": 1, "b": 20}


def ramp(net, name, start, end, value):
    return net.constantCHOP(name, single=False, start=start, end=end, const0value=value, left="default",
                            right="default")  # fmt: skip


@pytest.mark.parametrize(
    ("how", "start", "expected"),
    [
        ("auto", 0, [1, 1, 3, 3, 2, 2]),
        ("none", 0, [1, 1, 3, 3, 2, 2]),
        ("stretch", 0, [3] * 6),
        ("start", 0, [3, 3, 3, 3]),
        ("end", 2, [3, 3, 3, 3]),
        ("shift1", 0, [3, 3, 3, 3]),
        ("trim1", 0, [1, 1, 3, 3]),
        ("stretch1", 0, [3, 3, 3, 3]),
        ("trim", 2, [3, 3]),
        ("squash", 0, [3, 3, 3, 3]),
    ],
)
def test_alignment(net, how, start, expected):
    inputs = [ramp(net, "one", 0, 3, 1), ramp(net, "two", 2, 5, 2)]
    chop = net.mathCHOP(inputs=inputs, chopop="add", align=how)
    assert chop[0].vals == expected
    assert chop.start == start


@pytest.mark.parametrize(("how", "rate", "length"), [("first", 60, 4), ("max", 120, 8), ("min", 60, 4)])
def test_rates_are_matched(net, how, rate, length):
    inputs = [net.constantCHOP(single=False, end=3), net.constantCHOP(single=False, end=7, rate=120)]
    chop = net.mathCHOP(inputs=inputs, chopop="add", srselect=how)
    assert (chop.rate, chop.numSamples) == (rate, length)


def test_different_rates_can_be_an_error(net):
    chop = net.mathCHOP(inputs=[net.constantCHOP(), net.constantCHOP(rate=120)], srselect="err")
    chop.cook()
    assert "60, 120" in chop.errors()


def test_slices_stay_slices(net):
    wave = net.lfoCHOP(rate=240)
    chop = net.mathCHOP(inputs=[net.constantCHOP(const0value=2), wave], chopop="mul", srselect="max")
    net.frames(2, pull=[chop])
    assert chop.isTimeSlice
    np.testing.assert_allclose(chop[0].vals, [2 * v for v in wave[0].vals])


def test_it_does_not_cook_again_while_nothing_changes(fast):
    chop = fast.mathCHOP(inputs=[fast.constantCHOP()])
    chop.viewer = True
    fast.run(5)
    assert fast.cooked.count(chop.path) == 1
