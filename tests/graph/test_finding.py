"""Finding operators: paths, patterns, ids, shortcuts, modules and extensions."""

from __future__ import annotations

from typing import Any

import pytest
from graphops import boxCOMP, sumX

from tdlite.graph.errors import OpError
from tdlite.graph.paths import expand, natural, pattern


@pytest.fixture
def tree(net: Any) -> Any:
    """/a/b/{x1,x2,x10}, /a/n, /m"""
    a = net.make(boxCOMP, "a")
    b = net.make(boxCOMP, "b", parent=a)
    for name in ("x10", "x2", "x1"):
        net.make(sumX, name, parent=b)
    net.make(sumX, "n", parent=a)
    net.make(sumX, "m")
    return net


def paths(found: Any) -> Any:
    return [op.path for op in found] if isinstance(found, list) else found.path if found is not None else None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x2", "/a/b/x2"),  # beside
        ("/a/n", "/a/n"),  # absolute
        ("/", "/"),
        (".", "/a/b/x1"),  # itself
        ("..", "/a/b"),  # the COMP that holds it
        ("../..", "/a"),
        ("../../..", "/"),
        ("../../../..", None),
        ("../n", "/a/n"),  # beside that COMP
        ("../../m", "/m"),
        ("../b/x10", "/a/b/x10"),
        ("./x2", "/a/b/x2"),
        ("gone", None),
        ("", None),
        ("gone x2", "/a/b/x2"),
        ("x*", "/a/b/x1"),
    ],
)
def test_paths_start_in_the_network_that_holds_the_operator(tree: Any, path: str, expected: str | None) -> None:
    me = tree.op("/a/b/x1")
    assert paths(me.evalExpression(f"op({path!r})")) == expected


@pytest.mark.parametrize(
    ("pattern_", "expected"),
    [
        ("*", ["/a/b/x1", "/a/b/x2", "/a/b/x10"]),
        ("x?", ["/a/b/x1", "/a/b/x2"]),
        ("x[1-5]", ["/a/b/x1", "/a/b/x2"]),
        ("x[1-10]", ["/a/b/x1", "/a/b/x2", "/a/b/x10"]),
        ("x[2,10]", ["/a/b/x2", "/a/b/x10"]),
        ("x[1-9:2]", ["/a/b/x1"]),
        ("[xyz]2", ["/a/b/x2"]),
        ("* ^x2", ["/a/b/x1", "/a/b/x10"]),
        ("^x2", ["/a/b/x1", "/a/b/x10"]),
        ("x2 x1 x2", ["/a/b/x2", "/a/b/x1"]),
        ("../*", ["/a/b", "/a/n"]),
        ("../* ^../n", ["/a/b"]),
        ("/a/*/x[1,2]", ["/a/b/x1", "/a/b/x2"]),
        ("/*", ["/a", "/m"]),
        ("y*", []),
        ("x[]", []),
    ],
)
def test_patterns_name_several_in_natural_order(tree: Any, pattern_: str, expected: list[str]) -> None:
    me = tree.op("/a/b/x1")
    assert paths(me.evalExpression(f"ops({pattern_!r})")) == expected


def test_a_comp_looks_inside_itself_when_it_is_asked(tree: Any) -> None:
    b = tree.op("a/b")
    assert paths(b.op("x1")) == "/a/b/x1"
    assert paths(b.op("./x1")) == "/a/b/x1"
    assert paths(b.op("..")) == "/a"
    assert paths(b.op("../n")) == "/a/n"
    assert paths(b.ops("x*", "../n")) == ["/a/b/x1", "/a/b/x2", "/a/b/x10", "/a/n"]
    # its own expressions look beside it, with ./ inside it
    assert paths(b.evalExpression("op('n')")) == "/a/n"
    assert paths(b.evalExpression("op('./x1')")) == "/a/b/x1"


def test_ids_operators_and_several_arguments_are_taken(tree: Any) -> None:
    me, n = tree.op("/a/b/x1"), tree.op("/a/n")
    assert me.op(n.id) is n
    assert me.op(n) is n
    assert me.op("gone", 99999, "/m") is tree.op("m")
    assert tree.ops("m", n.id) == [tree.op("m"), n]
    with pytest.raises(OpError, match=r"no operator 'x3' .*\(nearest: 'x\d+'\)"):
        me.evalExpression("opex('x3')")
    assert me.evalExpression("opex('x2')").name == "x2"


def test_an_id_stays_through_a_rename_and_is_not_found_after_destruction(tree: Any) -> None:
    n = tree.op("/a/n")
    number = n.id
    n.name = "other"
    assert tree.op(number) is n
    n.destroy()
    assert tree.op(number) is None
    assert n not in tree.all_ops()


def test_a_look_up_by_id_notices_creation_and_destruction(tree: Any) -> None:
    reader = tree.make(sumX, "reader")
    number = reader.id + 1
    reader.par.a.expr = f"1 if op({number}) else 0"
    assert reader.value == 0
    later = tree.make(sumX, "later")
    assert later.id == number
    assert reader.value == 1
    later.destroy()
    assert reader.value == 0


def test_parents_are_counted_or_named(tree: Any) -> None:
    x1 = tree.op("/a/b/x1")
    assert paths(x1.parent()) == "/a/b"
    assert paths(x1.parent(2)) == "/a"
    assert paths(x1.parent(3)) == "/"
    assert x1.parent(4) is None
    assert x1.parent.name == "b"
    assert tree.root.parent() is None
    tree.op("a").par.parentshortcut = "Scene"
    assert paths(x1.parent.Scene) == "/a"
    assert paths(x1.evalExpression("parent.Scene.op('n')")) == "/a/n"
    with pytest.raises(AttributeError):
        _ = x1.parent.Nothing


def test_a_global_shortcut_is_found_from_everywhere_and_followed(tree: Any) -> None:
    reader = tree.make(sumX, "reader", a="=op.Deep.op('x1').par.a")
    reader.cook()
    assert "no operator has the Global OP Shortcut 'Deep'" in reader.errors()
    tree.op("a/b").par.opshortcut = "Deep"
    tree.op("a/b/x1").par.a = 3
    assert reader.value == 3
    tree.op("a/b").destroy()
    reader.cook()
    assert "Deep" in reader.errors()
    again = tree.make(boxCOMP, "again")
    tree.make(sumX, "x1", parent=again, a=4)
    again.par.opshortcut = "Deep"
    assert reader.value == 4


def test_internal_shortcuts_are_found_from_inside(tree: Any) -> None:
    a, x1 = tree.op("a"), tree.op("a/b/x1")
    a.par.iop0shortcut, a.par.iop0op = "Source", "m"
    tree.op("m").par.b = 6
    x1.par.a.expr = "iop.Source.par.b + ipar.Source.b"
    assert x1.value == 12
    tree.op("m").par.b = 7
    assert x1.value == 14
    with pytest.raises(OpError, match="finds no internal OP 'Other'"):
        x1.evalExpression("iop.Other")
    assert x1.iop.Source is tree.op("m")


def test_relative_paths_lead_back(tree: Any) -> None:
    every = tree.all_ops()
    for here in every:
        for there in every:
            if here is not tree.root and here is not there:
                assert here.evalExpression(f"op({here.relativePath(there)!r})") is there


def test_natural_order_is_by_number_and_by_level() -> None:
    names = ["/a10", "/a2", "/a", "/a2/b", "/a/b", "/B", "/a/b/c", "/a1/b"]
    assert sorted(names, key=natural) == ["/a", "/a/b", "/a/b/c", "/a1/b", "/a2", "/a2/b", "/a10", "/B"]
    assert pattern("[]").match("[]")


def test_all_operators_are_listed_in_natural_path_order(tree: Any) -> None:
    assert paths(tree.all_ops()) == ["/", "/a", "/a/b", "/a/b/x1", "/a/b/x2", "/a/b/x10", "/a/n", "/m"]


def test_children_are_found_by_every_condition(tree: Any) -> None:
    root = tree.root
    tree.op("m").tags |= {"red", "big"}
    tree.op("a/n").tags.add("red")
    assert root.numChildren == 2
    assert root.numChildrenRecursive == 7
    assert paths(root.findChildren(type=sumX, maxDepth=2)) == ["/m", "/a/n"]
    assert paths(root.findChildren(name="x1 n")) == ["/a/n", "/a/b/x1"]
    assert paths(root.findChildren(depth=1)) == ["/a", "/m"]
    assert paths(root.findChildren(path="/a/*")) == ["/a/b", "/a/n"]
    assert paths(root.findChildren(tags=["red"])) == ["/m", "/a/n"]
    assert paths(root.findChildren(tags=["red", "big"], allTags=True)) == ["/m"]
    assert paths(root.findChildren(parName="opshortcut")) == ["/a", "/a/b"]
    assert paths(root.findChildren(key=lambda op: op.digits == 10)) == ["/a/b/x10"]
    assert tree.op("m").children == []


def test_names_have_a_base_and_digits(net: Any) -> None:
    op = net.make(sumX, "noise12b3")
    assert (op.base, op.digits, op.type, op.opType, op.OPType) == ("noise", 3, "sum", "sumX", "sumX")
    assert net.make(sumX, "plain").digits is None


# -- modules and extensions ------------------------------------------------------------------------------------


def test_a_dat_is_a_module_for_its_neighbours(net: Any) -> None:
    dat = net.textDAT("utils")
    dat.text = "def twice(x):\n    return 2 * x\nhere = me.name\n"
    op = net.make(sumX, "s", a="=mod.utils.twice(4)", b="=mod('/utils').twice(1)")
    assert op.value == 12
    assert dat.module.here == "utils"
    inside = net.make(boxCOMP, "box")
    net.textDAT("own", parent=inside).text = "value = 3"
    assert net.make(sumX, "s", parent=inside, a="=mod.own.value").value == 3
    dat.text = "def twice(x):\n    return 20 * x\n"
    assert op.value == 120
    dat.text = "def twice(x:\n"
    op.cook()
    assert "SyntaxError" in op.errors()
    dat.text = "def twice(x):\n    return x\n"
    assert op.value == 6
    assert op.errors() == ""


def test_modules_are_searched_in_local_modules_upwards(tree: Any) -> None:
    local = tree.make(boxCOMP, "local")
    modules = tree.make(boxCOMP, "modules", parent=local)
    tree.textDAT("shared", parent=modules).text = "value = 5"
    x1 = tree.op("a/b/x1")
    x1.par.a.expr = "mod.shared.value"
    assert x1.value == 5
    x1.par.b.expr = "mod.sharde.value"
    x1.cook()
    assert "no module DAT 'sharde'" in x1.errors()


def test_scripts_know_operator_types(net: Any) -> None:
    dat = net.textDAT("t")
    dat.text = "made = me.parent().create(textDAT, 'made')\nkind = td.textDAT\n"
    assert dat.module.made is net.op("made")
    assert dat.module.kind is type(net.op("made"))


def test_an_extension_is_an_object_of_its_comp(net: Any) -> None:
    box = net.make(boxCOMP, "box")
    net.make(boxCOMP, "aaa", parent=box)
    dat = net.textDAT("Ext", parent=box)
    dat.text = (
        "class Ext:\n    def __init__(self, ownerComp):\n        self.ownerComp = ownerComp\n        self.Level = 2\n"
        "    def Path(self):\n        return self.ownerComp.path\n    def small(self):\n        return 1\n"
    )
    box.par.ext0object = "op('./Ext').module.Ext(me)"
    assert box.ext.Ext.Path() == "/box"
    assert box.Path() == "/box"
    assert box.extensions == [box.ext.Ext]
    assert not hasattr(box, "small")
    inner = net.make(sumX, "inner", parent=box, a="=ext.Ext.Level + parent().Level")
    assert inner.value == 4
    first = box.ext.Ext
    dat.text = dat.text.replace("Level = 2", "Level = 5")
    assert inner.value == 10
    assert box.ext.Ext is not first
    second = box.ext.Ext
    box.initializeExtensions()
    assert box.ext.Ext is not second
    box.par.ext0promote = False
    assert not hasattr(box, "Path")
    box.par.ext0name = "Other"
    assert box.ext.Other.Level == 5
    with pytest.raises(OpError, match="finds no extension 'Ext'"):
        _ = box.ext.Ext


def test_an_extension_is_not_made_again_because_a_parameter_moved(net: Any) -> None:
    box = net.make(boxCOMP, "box")
    box.appendCustomPage("P").appendFloat("Speed")
    dat = net.textDAT("E", parent=box)
    dat.text = "class E:\n    def __init__(self, comp):\n        self.speed = comp.par.Speed.eval()\n"
    box.par.ext0object = "op('./E').module.E(me)"
    first = box.ext.E
    box.par.Speed = 3
    assert box.ext.E is first
    box.par.ext0object = "1 / 0"
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            _ = box.ext.E


@pytest.mark.parametrize("names", ["a[1-999999999]", "a1-999999999", "a[1-9999]b[1-9999]", "a[1,5-999999999:3]"])
def test_a_pattern_that_stands_for_too_many_names_is_an_error_and_no_full_memory(names: str) -> None:
    with pytest.raises(OpError, match="the pattern .* 100,000"):
        expand(names)


def test_a_pattern_cannot_count_in_steps_of_nothing(net: Any) -> None:
    with pytest.raises(OpError, match=r"the pattern '1-9:0' cannot count in steps of 0"):
        net.op("a[1-9:0]")


def test_a_pattern_may_stand_for_very_many_names() -> None:
    assert len(expand("a[1-100000]")) == 100_000
    assert expand("c[0-999999999:999999999]") == ["c0", "c999999999"]
