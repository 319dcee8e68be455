"""Null CHOP: what it passes on, and what it stops."""

import pytest


@pytest.fixture
def chain(fast):
    source = fast.constantCHOP("source", const0name="a")
    null = fast.nullCHOP("null", inputs=[source])
    after = fast.mathCHOP("after", inputs=[null])
    after.viewer = True
    fast.run(1)
    fast.trace.clear()
    return source, null, after


def test_it_passes_the_very_samples(net):
    source = net.constantCHOP(const0value=3)
    null = net.nullCHOP(inputs=[source])
    null.cook()
    assert null.result.value is source.result.value


def test_without_an_input_it_is_empty(net):
    assert net.nullCHOP().numChans == 0


def test_selective_stops_what_is_equal(fast, chain):
    source, null, _ = chain
    null.par.cooktype = "selective"
    source.par.const0value.expr = "1 if absTime.frame > 6 else 0"
    fast.run(1)  # here its reader learns that it has become time-dependent
    fast.trace.clear()
    fast.run(3)
    assert set(fast.cooked) <= {"/source", "/null"}
    fast.run(3)
    assert fast.cooked.count("/after") == 1


def test_automatic_passes_every_cook_on(fast, chain):
    source, *_ = chain
    source.par.defval = 1  # another object with equal values
    fast.run(1)
    assert fast.cooked == ["/source", "/null", "/after"]


@pytest.mark.parametrize(
    ("check", "change"),
    [("checkvalues", ("const0value", 5)), ("checknames", ("const0name", "b")), ("checkrange", ("rate", 30))],
)
def test_each_check_can_be_left_out(fast, chain, check, change):
    source, null, after = chain
    null.par.cooktype = "selective"
    fast.run(1)
    before = after.totalCooks
    null.par[check] = False
    setattr(source.par, *change)
    fast.run(1)
    assert after.totalCooks == before
    null.par[check] = True
    fast.run(1)
    assert after.totalCooks == before + 1


def test_always_cooks_without_anybody_asking(fast):
    null = fast.nullCHOP(cooktype="always", inputs=[fast.constantCHOP("source")])
    fast.run(3)
    assert fast.cooked == ["/source", null.path, null.path, null.path]
