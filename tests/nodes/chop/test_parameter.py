"""Parameter CHOP: parameters as channels, and counting takes."""

import pytest


@pytest.fixture
def comp(net):
    comp = net.baseCOMP("render1")
    page = comp.appendCustomPage("Record")
    page.appendToggle("record")
    page.appendFloat("recordLength")
    page.appendMenu("kind")
    comp.par.kind.menuNames = ["a", "b", "c"]
    page.appendStr("title")
    page.appendPulse("go")
    return comp


def values(chop):
    return {channel.name: channel.val for channel in chop.chans()}


def test_custom_numbers_toggles_and_menus_become_channels(net, comp):
    comp.par.recordLength, comp.par.record, comp.par.kind = 2.5, True, "c"
    chop = net.parameterCHOP(parent=comp, ops="..")
    assert values(chop) == {"record": 1, "recordLength": 2.5, "kind": 2, "go": 0}


def test_patterns_choose_and_leave_out(net, comp):
    chop = net.parameterCHOP(ops="render1", parameter="record* ^recordLength")
    assert values(chop) == {"record": 0}


def test_builtin_parameters_are_there_when_asked_for(net):
    net.rectangleTOP("rect", sizex=0.25)
    chop = net.parameterCHOP(ops="rect", parameter="size?", builtin=True)
    assert values(chop) == {"sizex": 0.25, "sizey": 0.5}
    chop.par.builtin = False
    chop.cook()
    assert values(chop) == {}
    assert "size?" in chop.warnings()


@pytest.mark.parametrize(
    ("form", "name"), [("parameter", "record"), ("op", "render1:record"), ("path", "/render1:record")]
)
def test_names_have_the_chosen_format(net, comp, form, name):
    chop = net.parameterCHOP(ops="render1", parameter="record", nameformat=form)
    assert list(values(chop)) == [name]


def test_names_are_renamed_and_stay_unique(net, comp):
    chop = net.parameterCHOP(ops="render1", parameter="record*", renamefrom="record*", renameto="take*")
    assert list(values(chop)) == ["take", "takeLength"]
    chop.par.renameto = "a b"
    assert list(values(chop)) == ["a", "b"]
    chop.par.renamefrom, chop.par.renameto = "record recordLength", "x x"
    assert list(values(chop)) == ["x", "x1"]


def test_it_cooks_only_when_a_watched_parameter_changed(fast):
    comp = fast.baseCOMP("render1")
    page = comp.appendCustomPage("Record")
    page.appendToggle("record")
    page.appendFloat("other")
    chop = fast.parameterCHOP(ops="render1", parameter="record")
    fast.frames(3, pull=[chop])
    comp.par.other = 5
    fast.frames(3, pull=[chop])
    comp.par.other.expr = "absTime.frame"
    fast.frames(3, pull=[chop])
    # A new viewer flag is a change of the operator itself.
    assert fast.cooked.count(chop.path) <= 3
    before = fast.cooked.count(chop.path)
    chop.viewer = True
    fast.run(1)
    fast.trace.clear()
    fast.run(3)
    assert fast.cooked == []
    comp.par.record = True
    fast.run(3)
    assert fast.cooked == [chop.path]
    assert before >= 1


def test_new_and_destroyed_parameters_are_noticed(net, comp):
    chop = net.parameterCHOP(ops="render1", parameter="extra* record")
    net.frames(1, pull=[chop])
    comp.customPages[0].appendFloat("extra")
    assert list(values(chop)) == ["record", "extra"]
    comp.par.extra.destroy()
    assert list(values(chop)) == ["record"]


def test_a_button_is_one_in_the_frame_of_its_press(net, comp):
    chop = net.parameterCHOP(ops="render1", parameter="go")
    seen = []
    net.on_frame.append(lambda: seen.append(chop["go"].val))
    net.run(2)
    comp.par.go.pulse()
    net.run(2)
    assert seen == [0, 0, 1, 0]


def test_count_is_the_number_of_rises_before_the_present_one(net, comp):
    chop = net.parameterCHOP(ops="render1", parameter="record", mode="count")
    chop.viewer = True
    seen = []
    net.on_frame.append(lambda: seen.append(chop["record"].val))
    for on in (0, 1, 1, 0, 0, 1, 0, 1):
        comp.par.record = on
        net.run(1)
    assert seen == [0, 0, 0, 0, 0, 1, 1, 2]


def test_a_parameter_that_is_on_at_the_first_cook_has_risen_once(net, comp):
    comp.par.record = True
    chop = net.parameterCHOP(ops="render1", parameter="record", mode="count")
    chop.viewer = True
    net.run(2)
    assert chop["record"] == 0
    comp.par.record = False
    net.run(1)
    comp.par.record = True
    net.run(1)
    assert chop["record"] == 1


def test_reading_the_count_from_a_script_counts_nothing(net, comp):
    chop = net.parameterCHOP(ops="render1", parameter="record", mode="count")
    for on in (1, 0, 1, 0):
        comp.par.record = on
        assert chop["record"] == 0
    chop.viewer = True
    net.run(1)
    assert chop["record"] == 0
