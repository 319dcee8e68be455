"""Constant CHOP: named values, and what CHOPs do with their channels: expressions and exports."""

import pytest

from tdlite.graph.par import ParMode


def test_names_may_be_patterns(net):
    chop = net.constantCHOP(const0name="t[xyz]", const0value=2, const1name="r", const1value=-1)
    assert {c.name: c.val for c in chop.chans()} == {"tx": 2, "ty": 2, "tz": 2, "r": -1}


def test_a_range_has_a_start_an_end_and_extends(net):
    chop = net.constantCHOP(single=False, start=0.5, startunit="seconds", end=59, const0value=3, right="default",
                            defval=7)  # fmt: skip
    assert (chop.start, chop.end, chop.numSamples, chop.rate) == (30, 59, 30, 60)
    assert (chop[0].eval(0), chop[0].evalFrame(61), chop[0].evalFrame(1)) == (3, 7, 3)


def test_the_rate_is_the_projects(tmp_path, net):
    with type(net)(cookRate=24, folder=tmp_path) as other:
        assert other.constantCHOP().rate == 24


def test_time_slice_gives_the_samples_of_the_frame(net):
    chop = net.constantCHOP(timeslice=True, rate=240)
    net.frames(2, pull=[chop])
    assert (chop.isTimeSlice, chop.numSamples, chop.start) == (True, 4, 4)


def test_an_expression_follows_only_its_channel(fast):
    chop = fast.constantCHOP("c", const0name="a", const1name="b")
    reader = fast.rectangleTOP(resolution=(4, 4))
    reader.par.rotate.expr = "op('c')['a']"
    reader.viewer = True
    fast.run(1)
    fast.trace.clear()
    chop.par.const1value = 5
    fast.run(2)
    assert fast.cooked == [chop.path]
    chop.par.const0value = 5
    fast.run(2)
    assert fast.cooked == [chop.path, chop.path, reader.path]


def test_an_export_by_name_moves_a_parameter_until_the_flag_is_off(net):
    rect = net.rectangleTOP("rect", sizex=0.125)
    chop = net.constantCHOP(const0name="rect:sizex", const0value=0.75, exportmethod="autoname")
    assert rect.par.sizex.eval() == 0.125
    chop.export = True
    assert (rect.par.sizex.mode, rect.par.sizex.eval()) == (ParMode.EXPORT, 0.75)
    assert rect.par.sizex.exportOP is chop
    assert [par.name for par in chop[0].exports] == ["sizex"]
    chop.par.const0value = 0.25
    assert rect.par.sizex.eval() == 0.25
    chop.export = False
    assert (rect.par.sizex.mode, rect.par.sizex.eval()) == (ParMode.CONSTANT, 0.125)


@pytest.mark.parametrize(("method", "key"), [("datname", "b"), ("datindex", "1")])
def test_an_export_table_maps_channels(net, method, key):
    rect = net.rectangleTOP("rect")
    table = net.tableDAT("map")
    table.appendRow([key, "rect", "rotate"])
    chop = net.constantCHOP(const0name="a", const1name="b", const1value=30, exportmethod=method, exporttable="map")
    chop.export = True
    assert rect.par.rotate.eval() == 30
    chop.destroy()
    assert (rect.par.rotate.mode, rect.par.rotate.eval()) == (ParMode.CONSTANT, 0)


def test_exports_follow_renamed_channels(net):
    rect = net.rectangleTOP("rect")
    chop = net.constantCHOP(const0name="rect:sizex", const0value=0.75, exportmethod="autoname")
    chop.export = True
    chop.par.const0name = "rect:sizey"
    net.frames(1, pull=[chop])
    assert (rect.par.sizex.mode, rect.par.sizey.mode) == (ParMode.CONSTANT, ParMode.EXPORT)
    assert rect.par.sizey.eval() == 0.75


def test_an_exported_channel_that_changes_cooks_only_its_target(fast):
    rect = fast.rectangleTOP("rect", resolution=(4, 4))
    other = fast.rectangleTOP("other", resolution=(4, 4))
    chop = fast.constantCHOP(const0name="rect:rotate", const0value=1, exportmethod="autoname")
    chop.export = True
    rect.viewer = other.viewer = True
    fast.run(1)
    fast.trace.clear()
    chop.par.const0value = 5
    fast.run(2)
    assert fast.cooked == [chop.path, rect.path]


def test_an_exported_button_starts_a_timer(net):
    timer = net.timerCHOP("timer", length=4, lengthunits="frames")
    chop = net.constantCHOP(const0name="timer:start", exportmethod="autoname", const0value="=absTime.frame == 3")
    chop.export = True
    net.frames(4, pull=[timer])
    assert (timer.errors(), timer["timer_fraction"].val) == ("", 0.25)


def test_an_expression_that_names_no_channel_says_which_there_are(net):
    net.constantCHOP(name="c", const0name="tx", const1name="ty", const1value=3)
    op = net.constantCHOP(name="reader")
    op.par.const0value.expr = "op('c')['tz'] * 2"
    op.cook()
    assert "unsupported operand" in op.errors()
    assert "/c has no channel 'tz'; it has tx ty; expression: op('c')['tz'] * 2" in op.errors()
    op.par.const0value.expr = "op('c')['ty'] * 2"
    assert (op["chan1"].val, op.errors()) == (6, "")
