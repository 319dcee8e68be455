"""Custom parameters: pages that scripts append to a COMP."""

from __future__ import annotations

from typing import Any

import pytest
from graphops import boxCOMP, sumX

from tdlite.graph.errors import ParError
from tdlite.graph.parvalues import ParMode


@pytest.fixture
def box(net: Any) -> Any:
    return net.make(boxCOMP, "box")


@pytest.mark.parametrize(
    ("append", "value", "expected"),
    [
        ("Float", 1.5, 1.5), ("Int", 2.0, 2), ("Toggle", 1, True), ("Str", 3, "3"), ("StrMenu", "any", "any"),
        ("File", "a.png", "a.png"), ("FileSave", "b.png", "b.png"), ("Folder", "/tmp", "/tmp"),
        ("Python", {"a": 1}, {"a": 1}), ("Header", "Title", "Title"),
    ],
)  # fmt: skip
def test_each_kind_of_one_parameter_holds_its_kind_of_value(box: Any, append: str, value: Any, expected: Any) -> None:
    page = box.appendCustomPage("Controls")
    group = getattr(page, f"append{append}")("Thing", label="A Thing")
    par = group[0]
    assert (par.name, par.label, par.style, par.isCustom) == ("Thing", "A Thing", append, True)
    assert par.page is page
    box.par.Thing = value
    assert box.par.Thing.eval() == expected
    assert type(box.par.Thing.eval()) is type(expected)


@pytest.mark.parametrize(
    ("append", "parts"),
    [("XY", "xy"), ("XYZ", "xyz"), ("XYZW", "xyzw"), ("UV", "uv"), ("UVW", "uvw"), ("WH", "wh"), ("RGB", "rgb"),
     ("RGBA", "rgba")],
)  # fmt: skip
def test_groups_of_floats_are_named_after_their_parts(box: Any, append: str, parts: str) -> None:
    group = getattr(box.appendCustomPage("Controls"), f"append{append}")("Pos")
    assert [par.name for par in group] == [f"Pos{part}" for part in parts]
    box.parGroup.Pos = tuple(range(1, len(parts) + 1))
    assert group.eval() == tuple(float(n + 1) for n in range(len(parts)))


def test_several_numbers_are_counted_from_one(box: Any) -> None:
    page = box.appendCustomPage("Controls")
    assert [par.name for par in page.appendFloat("Speed", size=3)] == ["Speed1", "Speed2", "Speed3"]
    assert [par.name for par in page.appendInt("Count", size=1)] == ["Count"]
    with pytest.raises(ParError, match="1 to 4 parts"):
        page.appendFloat("Many", size=5)


@pytest.mark.parametrize(("append", "target"), [("OP", "s"), ("COMP", "inner"), ("CHOP", "c"), ("DAT", "t")])
def test_references_lead_to_operators_beside_the_comp(net: Any, box: Any, append: str, target: str) -> None:
    ops = {"s": net.make(sumX, "s"), "inner": net.make(boxCOMP, "inner")}
    ops |= {"c": net.constantCHOP("c"), "t": net.textDAT("t")}
    getattr(box.appendCustomPage("Controls"), f"append{append}")("Target")
    box.par.Target = target
    assert box.par.Target.eval() is ops[target]
    if append != "OP":
        box.par.Target = "s"
        with pytest.raises(Exception, match=f"is of type sumX, not a {append}"):
            box.par.Target.eval()


def test_pulses_count_presses(box: Any) -> None:
    page = box.appendCustomPage("Controls")
    for append in (page.appendPulse, page.appendMomentary):
        par = append("Go")[0]
        par.pulse()
        assert box.values.values[par.index].count == 1
        assert par.eval() is True  # a new project stands at the frame that they are dated with


def test_a_button_is_on_in_the_frame_of_its_press_only(net: Any, box: Any) -> None:
    go = box.appendCustomPage("Controls").appendPulse("Go")[0]
    s = net.make(sumX, "s", a="=op('box').par.Go")
    seen = []
    for frame in range(1, 6):
        if frame in (2, 4):
            go.pulse()
            assert go.eval() is False
        net.frames(1, pull=[s])
        seen.append(s.result.pull())
    assert seen == [0, 1, 0, 1, 0]
    net.trace.clear()
    net.frames(3, pull=[s])
    assert net.cooked == []


def test_a_menu_gets_its_entries_from_the_script(box: Any) -> None:
    par = box.appendCustomPage("Controls").appendMenu("Mode")[0]
    par.menuNames = ["low", "high"]
    par.menuLabels = ["Low Quality", "High Quality"]
    assert par.eval() == "low"
    box.par.Mode = "High Quality"
    assert (par.eval(), par.menuIndex, par.menuLabels[1]) == ("high", 1, "High Quality")
    with pytest.raises(ParError, match="nearest: 'high'"):
        box.par.Mode = "hihg"
    with pytest.raises(ParError, match="2 menu entries, not 1"):
        par.menuLabels = ["one"]
    par.menuNames = ["5", "10"]
    with pytest.raises(ParError, match=r"entry 10 \(a number counts from 0; the one named 10 is '10'\); it has 5, 10"):
        box.par.Mode = 10
    with pytest.raises(ParError, match="entry 7; it has 5, 10"):
        box.par.Mode = 7
    with pytest.raises(ParError, match="needs entries"):
        par.menuNames = []
    strmenu = box.appendCustomPage("Controls").appendStrMenu("Pick")[0]
    strmenu.val = "own words"
    strmenu.menuNames = ["a", "b"]
    assert strmenu.eval() == "own words"


def test_attributes_of_a_custom_parameter_can_be_set(box: Any) -> None:
    par = box.appendCustomPage("Controls").appendFloat("Speed")[0]
    assert (par.val, par.default, par.normMin, par.normMax, par.clampMin, par.clampMax) == (0, 0, 0, 1, False, False)
    par.default = 2
    assert par.val == 0
    assert par.reset()
    assert par.val == 2
    par.min, par.max, par.normMin, par.normMax = 0, 5, -1, 3
    par.val = 9
    assert par.eval() == 9
    par.clampMax = True
    assert par.eval() == 5
    par.val = -4
    assert par.eval() == -4
    par.clampMin = True
    assert par.eval() == 0
    par.label, par.help, par.readOnly, par.enable, par.startSection = "Pace", "How fast.", True, False, True
    assert (par.label, par.help, par.readOnly, par.enable, par.startSection) == ("Pace", "How fast.", True, False, True)
    par.val = 3  # read-only is for people
    assert par.eval() == 3
    with pytest.raises(ParError, match="takes a number"):
        par.default = "fast"


def test_names_keep_their_case_and_are_found_in_any(box: Any) -> None:
    page = box.appendCustomPage("Controls")
    page.appendFloat("recordLength")
    box.par.recordLength = 4
    assert box.par.Recordlength.eval() == 4
    assert box.par["RECORDLENGTH"].name == "recordLength"
    page.appendFloat("RecordLength")
    box.par.RecordLength = 7
    assert (box.par.recordLength.eval(), box.par.RecordLength.eval()) == (4, 7)
    for name in ("record_length", "1st", "", "with space"):
        with pytest.raises(ParError, match="cannot be named"):
            page.appendFloat(name)
    with pytest.raises(ParError, match="built-in parameter 'opshortcut'"):
        page.appendStr("opshortcut")


def test_appending_a_name_again_replaces_the_parameter_unless_told_not_to(box: Any) -> None:
    page = box.appendCustomPage("Controls")
    par = page.appendFloat("Speed")[0]
    par.expr = "3"
    assert box.par.Speed.eval() == 3
    page.appendInt("Speed")
    assert (par.style, par.mode, par.eval()) == ("Int", ParMode.CONSTANT, 0)
    assert [each.name for each in page.pars] == ["Speed"]
    with pytest.raises(ParError, match="has a custom parameter 'Speed' already"):
        page.appendFloat("Speed", replace=False)
    other = box.appendCustomPage("Other")
    other.appendFloat("Speed")
    assert (page.pars, [each.name for each in other.pars]) == ([], ["Speed"])
    assert [each.name for each in box.customPars] == ["Speed"]


def test_order_is_the_place_on_the_page(box: Any) -> None:
    page = box.appendCustomPage("Controls")
    page.appendFloat("A")
    page.appendFloat("B")
    page.appendXY("C", order=1)
    assert [par.name for par in page.pars] == ["A", "Cx", "Cy", "B"]
    page.sort("B", "A")
    assert [par.name for par in page.pars] == ["B", "A", "Cx", "Cy"]
    assert [group.name for group in page.parGroups] == ["B", "A", "C"]


def test_pages_are_found_again_sorted_and_destroyed(box: Any) -> None:
    one, two = box.appendCustomPage("One"), box.appendCustomPage("Two")
    assert box.appendCustomPage("One") is one
    one.appendFloat("A")
    two.appendFloat("B")
    assert (one.index, two.index) == (0, 1)
    box.sortCustomPages("Two")
    assert box.customPages == [two, one]
    one.destroy()
    assert box.customPages == [two]
    assert box.par["A"] is None
    assert box.destroyCustomPars() == 1
    assert (box.customPages, box.customPars) == ([], [])


def test_a_destroyed_parameter_is_an_error_for_its_readers_until_it_is_back(net: Any, box: Any) -> None:
    page = box.appendCustomPage("Controls")
    par = page.appendFloat("Speed")[0]
    par.val = 3
    reader = net.make(sumX, "reader", a="=op('box').par.Speed * 2")
    assert reader.value == 6
    par.destroy()
    assert not par.valid
    reader.cook()
    assert "no parameter 'Speed'" in reader.errors()
    with pytest.raises(ParError, match="'Speed' was destroyed"):
        par.eval()
    page.appendFloat("Speed")
    box.par.Speed = 5
    assert reader.value == 10
    assert reader.errors() == ""


def test_an_expression_notices_a_parameter_that_appears(net: Any, box: Any) -> None:
    reader = net.make(sumX, "reader", a="=op('box').par.Speed")
    reader.cook()
    assert "no parameter 'Speed'" in reader.errors()
    box.appendCustomPage("Controls").appendFloat("Speed")
    box.par.Speed = 2
    assert reader.value == 2


def test_children_read_the_parameters_of_the_comp_that_holds_them(net: Any, box: Any) -> None:
    box.appendCustomPage("Controls").appendFloat("recordLength")
    box.par.recordLength = 2.5
    inner = net.make(sumX, "inner", parent=box, a="=parent.par.recordLength", b="=parent().par.recordLength")
    assert inner.value == 7.5
    box.par.parentshortcut = "Render"
    inner.par.b.expr = "parent.Render.par.recordLength"
    assert inner.value == 7.5
    box.par.recordLength = 1
    assert inner.value == 3


def test_a_custom_parameter_can_have_every_mode(net: Any, box: Any) -> None:
    box.appendCustomPage("Controls").appendFloat("Speed")
    net.make(sumX, "s", a=4)
    box.par.Speed.expr = "op('s').par.a + 1"
    assert box.par.Speed.eval() == 5
    box.par.Speed.bindExpr = "op('s').par.a"
    box.par.Speed = 8
    assert net.op("s").par.a.eval() == 8
    chop = net.constantCHOP("c", const0name="box:Speed", const0value=2)
    chop.export = True
    assert box.par.Speed.mode is ParMode.EXPORT
    assert box.par.Speed.eval() == 2
