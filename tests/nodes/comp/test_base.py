"""Base COMP: a plain container, and what every COMP can do from the public face."""

from __future__ import annotations

from typing import Any

import tdlite as td


def test_a_base_holds_operators_and_nothing_else(net: Any) -> None:
    base = net.root.create(td.baseCOMP, "render")
    chop = base.create("constantCHOP", "c")
    assert (base.family, base.isCOMP, base.opType, base.path) == ("COMP", True, "baseCOMP", "/render")
    assert (base.children, chop.parent(), chop.path) == ([chop], base, "/render/c")
    assert [par.page for par in base.builtinPars if par.page not in ("Common", "Extensions")] == []
    net.frames(1, pull=[base])
    assert base.errors() == ""


def test_the_tutorials_base_has_record_parameters(net: Any) -> None:
    base = net.baseCOMP("base1")
    page = base.appendCustomPage("Record")
    page.appendFloat("recordLength", label="Record Length")[0].default = 2
    page.appendToggle("record")
    base.par.recordLength.reset()
    chop = net.constantCHOP("c", parent=base, const0value="=parent.par.recordLength * me.time.rate")
    assert chop["chan1"] == 120
    assert [par.label for par in base.customPars] == ["Record Length", "record"]
    assert base.customPages[0].name == "Record"
    base.par.recordLength = 0.5
    assert chop["chan1"] == 30


def test_a_base_can_be_copied_renamed_and_destroyed_with_its_contents(net: Any) -> None:
    base = net.baseCOMP("a")
    net.constantCHOP("c", parent=base, const0value=3)
    net.constantCHOP("d", parent=base, const0value="=op('c')['chan1'] + 1")
    copy = net.root.copy(base, "b")
    copy.op("c").par.const0value = 10
    assert (base.op("d")["chan1"], copy.op("d")["chan1"]) == (4, 11)
    copy.name = "z"
    assert net.op("/z/d")["chan1"] == 11
    copy.destroy()
    assert net.ops("/*") == [base]
