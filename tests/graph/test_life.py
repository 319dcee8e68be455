"""Creating, copying, renaming and destroying operators."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from graphops import boxCOMP, kitX, refX, sumX

from tdlite.graph.engine import Memo
from tdlite.graph.errors import OpError
from tdlite.graph.parvalues import ParMode


def test_a_new_operator_gets_a_free_numbered_name(net: Any) -> None:
    names = [net.root.create(sumX).name for _ in range(3)]
    assert names == ["sum1", "sum2", "sum3"]
    assert net.root.create(sumX, "sum2").name == "sum4"
    assert net.root.create(sumX, "own").name == "own"
    assert net.root.create(sumX, "own").name == "own1"


def test_what_cannot_be_created_is_refused(net: Any) -> None:
    with pytest.raises(OpError, match=r"there is no operator type 'textDTA'.*nearest: 'textDAT'"):
        net.root.create("textDTA")
    for wrong in (int, 3, "noise"):
        with pytest.raises(OpError):
            net.root.create(wrong)
    for name in ("has space", "1st", "a/b", "ä", "a-b"):
        with pytest.raises(OpError, match="cannot be named"):
            net.root.create(sumX, name)
    assert net.root.children == []


def test_creating_many_operators_stays_quick_for_each(net: Any) -> None:
    for number in range(3000):
        net.root.create(sumX, f"n{number}")
    assert net.root.numChildren == 3000


# -- rename ----------------------------------------------------------------------------------------------------


def test_a_renamed_operator_is_followed_by_operator_and_lost_by_name(net: Any) -> None:
    source = net.make(sumX, "source", a=2)
    by_op, by_path = net.make(refX, "by_op", target=source), net.make(refX, "by_path", target="source")
    reader = net.make(sumX, "reader", a="=op('source').par.a")
    assert (by_op.value, by_path.value, reader.value) == ((2.0,), (2.0,), 2)
    source.name = "other"
    assert by_op.value == (2.0,)
    for op in (by_path, reader):
        op.cook()
        assert "source" in op.errors()
    source.name = "source"
    assert (by_path.value, reader.value) == ((2.0,), 2)
    assert by_path.errors() == reader.errors() == ""


def test_a_taken_name_becomes_the_next_numbered_one(net: Any) -> None:
    a, b = net.make(sumX, "a"), net.make(sumX, "b")
    b.name = "a"
    assert (a.name, b.name) == ("a", "a1")
    assert net.op("a1") is b
    assert net.op("b") is None
    with pytest.raises(OpError, match="cannot be named"):
        b.name = "no good"
    with pytest.raises(OpError, match="root"):
        net.root.name = "x"
    assert [child.name for child in net.root.children] == ["a", "a1"]


def test_expressions_that_read_a_name_or_path_notice_a_rename(net: Any) -> None:
    box = net.make(boxCOMP, "box1")
    op = net.make(kitX, "item3", parent=box, free="=me.digits + parent().digits")
    op.par.text.expr = "me.path + ' ' + me.base"
    assert (op.par.free.eval(), op.par.text.eval()) == (4, "/box1/item3 item")
    assert op.value[0].free == 4
    op.name = "thing5"
    assert (op.par.free.eval(), op.par.text.eval()) == (6, "/box1/thing5 thing")
    box.name = "box7"
    assert (op.value[0].free, op.value[0].text) == (12, "/box7/thing5 thing")


def test_a_rename_elsewhere_cooks_nothing(fast: Any) -> None:
    op = fast.make(sumX, "s7", a="=me.digits")
    other = fast.make(sumX, "other")
    _ = op.value
    fast.trace.clear()
    other.name = "another"
    assert op.value == 7
    assert fast.cooked == []


# -- copy ------------------------------------------------------------------------------------------------------


def test_a_copy_has_everything_but_the_wires(net: Any) -> None:
    source = net.make(sumX, "source")
    op = net.make(kitX, "kit", gain=4, mode="sub", free="=absTime.frame", thing=[1], item1value=1, item2value=3)
    op.par.steps.bindExpr = "op('source').par.a"
    op.bypass = op.display = True
    op.store("key", 5)
    op.tags.add("red")
    op.comment, op.color, op.nodeX = "a note", (1, 0, 0), 200
    new = net.root.copy(op, "copy")
    assert (new.name, new.opType, new.id != op.id) == ("copy", "kitX", True)
    assert (new.par.gain.val, new.par.mode.val, new.par.free.expr, new.par.thing.val) == (
        4,
        "sub",
        "absTime.frame",
        [1],
    )
    assert (new.par.steps.mode, new.par.steps.bindExpr) == (ParMode.BIND, "op('source').par.a")
    assert (new.seq.item.numBlocks, new.par.item2value.val) == (3, 3)
    assert (new.bypass, new.display, new.lock) == (True, True, False)
    assert (new.fetch("key"), new.tags, new.comment, new.color, new.nodeX) == (5, {"red"}, "a note", (1, 0, 0), 200)
    new.par.gain = 1
    new.tags.add("blue")
    new.store("key", 6)
    assert (op.par.gain.val, op.tags, op.fetch("key")) == (4, {"red"}, 5)
    wired = net.make(sumX, "wired", inputs=[source])
    assert net.root.copy(wired).inputs == []


def test_copies_of_several_keep_the_wires_among_them(net: Any) -> None:
    a, b = net.make(sumX, "a", a=1), net.make(sumX, "b", a=2)
    c = net.make(sumX, "c", a=4, inputs=[a, b, a])
    box = net.make(boxCOMP, "box")
    new_a, new_c = box.copyOPs([a, c])
    assert (new_a.path, new_c.path) == ("/box/a", "/box/c")
    assert new_c.inputs == [new_a, new_a]
    assert new_c.value == 6
    assert c.value == 8


def test_a_copied_comp_brings_its_contents_and_its_custom_parameters(net: Any) -> None:
    box = net.make(boxCOMP, "box")
    page = box.appendCustomPage("Controls")
    page.appendFloat("Speed")[0].default = 3
    page.appendMenu("Mode")[0].menuNames = ["x", "y"]
    box.par.Speed, box.par.Mode = 2, "y"
    box.allowCooking = False
    inner = net.make(sumX, "inner", parent=box, a="=parent.par.Speed")
    net.make(refX, "ref", parent=box, target=inner)
    net.make(sumX, "out", parent=box, inputs=[inner])
    net.textDAT("text", parent=box).text = "hello"
    new = net.root.copy(box, "new")
    assert [child.name for child in new.children] == ["inner", "ref", "out", "text"]
    assert (new.par.Speed.val, new.par.Speed.default, new.par.Mode.val) == (2, 3, "y")
    assert [par.name for par in new.customPages[0].pars] == ["Speed", "Mode"]
    assert new.allowCooking is False
    new.par.Speed = 10
    assert (new.op("out").value, box.op("out").value) == (10, 2)
    assert new.op("ref").value == (10.0,)
    assert new.op("text").text == "hello"


def test_a_comp_cannot_be_copied_into_itself(net: Any) -> None:
    box = net.make(boxCOMP, "box")
    inner = net.make(boxCOMP, "inner", parent=box)
    for place, what in ((box, box), (inner, box), (box, net.root)):
        with pytest.raises(OpError, match="copied into itself"):
            place.copy(what)
    assert box.copy(inner).path == "/box/inner1"
    boxes = net.make(boxCOMP, "boxes")  # a longer name that begins alike is another place
    assert boxes.copy(box).path == "/boxes/box"


# -- destroy ---------------------------------------------------------------------------------------------------


def test_a_destroyed_operator_is_gone_with_wires_and_contents(net: Any) -> None:
    a, b = net.make(sumX, "a", a=1), net.make(sumX, "b", a=2)
    c = net.make(sumX, "c", inputs=[a, b])
    a.destroy()
    assert not a.valid
    assert (net.op("a"), c.inputs, c.value, b.outputs) == (None, [b], 2, [c])
    assert repr(a) == "<destroyed sumX>"
    with pytest.raises(OpError, match="destroyed already"):
        a.destroy()
    with pytest.raises(OpError, match="root cannot be destroyed"):
        net.root.destroy()
    box = net.make(boxCOMP, "box")
    inner = net.make(sumX, "inner", parent=box)
    box.destroy()
    assert not inner.valid
    assert net.all_ops() == [net.root, b, c]


def test_readers_of_a_destroyed_operator_have_errors_until_it_is_made_again(net: Any) -> None:
    source = net.make(sumX, "source", a=3)
    by_path, by_op = net.make(refX, "by_path", target="source"), net.make(refX, "by_op", target=source)
    reader = net.make(sumX, "reader", a="=op('source').par.a")
    net.frames(1, pull=[by_path, by_op, reader])
    source.destroy()
    net.frames(2, pull=[by_path, by_op, reader])
    assert "no operator 'source'" in by_path.errors()
    assert "no operator '/source'" in by_op.errors()
    assert "op('source').par.a" in reader.errors()
    again = net.make(sumX, "source", a=5)
    net.frames(1, pull=[by_path, by_op, reader])
    assert (by_path.value, by_op.value, reader.value) == ((5.0,), (5.0,), 5)
    assert by_path.errors() == by_op.errors() == reader.errors() == ""
    assert by_op.par.target.eval() is again


def test_destroying_releases_the_result(net: Any) -> None:
    released = []

    class heldX(sumX):
        def removed(self) -> None:
            released.append(("removed", self.valid))

        def released(self) -> None:
            released.append(("released", self.result.peek()))

    op = net.make(heldX, "held", a=1)
    assert op.value == 1
    op.destroy()
    assert released == [("removed", True), ("released", None)]


def test_an_operator_destroyed_in_a_frame_is_not_called_in_it(net: Any) -> None:
    seen: list[str] = []
    first, second = net.executeDAT("a1", framestart=True), net.executeDAT("a2", framestart=True)
    first.bind(onFrameStart=lambda frame: second.destroy() if second.valid else None)
    second.bind(onFrameStart=lambda frame: seen.append("second"))
    net.run(frames=2)
    assert seen == []
    assert first.scriptErrors() == ""


# -- the change log --------------------------------------------------------------------------------------------


def test_every_edit_is_in_the_change_log_in_order(net: Any) -> None:
    log: list[Any] = []
    stop = net.listen(lambda change: log.append((change.kind, change.op.name, change.details)))
    a, b = net.make(kitX, "a"), net.make(sumX, "b")
    c = net.make(sumX, "c")
    a.par.gain = 3
    a.par.gain = 3
    b.par.a.expr = "1"
    c.inputConnectors[0].connect(b)
    b.name = "bb"
    a.par.go.pulse()
    a.display = True
    net.root.appendCustomPage("P").appendXY("Pos")
    text = net.textDAT("t")
    text.text = "x"
    b.destroy()
    stop()
    a.par.gain = 4
    assert log == [
        ("create", "a", {}),
        ("create", "b", {}),
        ("create", "c", {}),
        ("parameter", "a", {"name": "gain", "value": 3.0}),
        ("parameter", "b", {"name": "a", "value": "1"}),
        ("wire", "c", {"index": 0, "source": b}),
        ("rename", "bb", {"before": "/b"}),
        ("pulse", "a", {"name": "go"}),
        ("flag", "a", {"name": "display", "value": True}),
        ("declare", "", {"name": "Pos"}),
        ("create", "t", {}),
        ("text", "t", {}),
        ("wire", "c", {"index": 0, "source": None}),
        ("destroy", "bb", {"before": "/bb"}),
    ]


# -- edits while something is computed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        "setattr(op('other').par, 'a', 5)",
        "setattr(op('other').par.a, 'expr', '5')",
        "setattr(op('other'), 'name', 'renamed')",
        "setattr(op('other'), 'display', True)",
        "setattr(op('other'), 'bypass', True)",
        "op('other').destroy()",
        "root.create(type(me), 'new')",
        "op('other').inputConnectors[0].connect(me)",
        "op('other').setInputs([me])",
        "op('other').store('key', 1)",
        "op('box').appendCustomPage('P').appendFloat('X')",
        "setattr(root.time, 'end', 5)",
        "root.copy(op('other'))",
    ],
)
def test_nothing_can_be_changed_from_inside_a_cook(net: Any, edit: str) -> None:
    other, _box = net.make(sumX, "other", a=1), net.make(boxCOMP, "box")
    before = (net.engine.revision, [op.path for op in net.all_ops()])
    editor = net.make(sumX, "editor")
    editor.par.a.expr = edit
    revision = net.engine.revision
    editor.cook()
    assert "cannot be changed while cooking (/editor" in editor.errors()
    assert net.engine.revision == revision
    assert [op.path for op in net.all_ops() if op is not editor] == before[1]
    assert (other.name, other.valid, other.value, other.storage, other.inputs) == ("other", True, 1, {}, [])
    assert net.op("other") is other
    assert net.root.time.end == 600


def test_a_result_read_while_nothing_cooks_is_recorded_by_nobody(net: Any) -> None:
    op = net.make(sumX, "s")
    _ = op.value
    assert net.engine.recording is None
    assert isinstance(op.result, Memo)


def calls(function: Callable[[], Any]) -> int:
    """How many calls, in Python and in C, running ``function`` takes."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("what", ["copy", "destroy", "create", "disconnect"])
def test_twice_as_many_operators_are_about_twice_the_work(net: Any, what: str) -> None:
    def work(count: int) -> int:
        box = net.make(boxCOMP)
        ops = [net.make(sumX, f"n{i}", parent=box) for i in range(count)]
        for op in ops[1:]:
            op._connect(0, ops[0])
        return calls(
            {
                "copy": lambda: net.root.copy(box),
                "destroy": box.destroy,
                "create": lambda: [box.create(sumX) for _ in ops],
                "disconnect": ops[0].outputConnectors[0].disconnect,
            }[what]
        )

    assert work(400) < 2.5 * work(200)


def test_free_names_are_found_without_asking_for_all_the_taken_ones(net: Any) -> None:
    class Asked(dict[str, Any]):
        count = 0

        def __contains__(self, name: object) -> bool:
            self.count += 1
            return super().__contains__(name)

    box = net.make(boxCOMP)
    box._children = asked = Asked()
    made = [box.create(sumX) for _ in range(100)]
    assert [op.name for op in made] == [f"sum{n + 1}" for n in range(100)]
    assert asked.count < 500
    made[41].destroy()
    made[7].destroy()
    assert [box.create(sumX).name for _ in range(3)] == ["sum8", "sum42", "sum101"]
    made[2].name = "other"
    assert [box.create(sumX).name for _ in range(2)] == ["sum3", "sum102"]


def test_what_was_made_before_its_host_is_docked_in_copies_too(net: Any) -> None:
    box = net.root.create(boxCOMP, "box")
    calls, host, far = (box.create(sumX, name) for name in ("host_calls", "host", "far"))
    calls.dock, far.dock = host, calls
    for copy in (net.root.copy(box), net.root.copyOPs([box, box])[0]):
        docks = {child.name: child.dock and child.dock.path for child in copy.children}
        assert docks == {"far": f"{copy.path}/host_calls", "host": None, "host_calls": f"{copy.path}/host"}
    assert [each.name for each in box.copyOPs([calls, host])] == ["host1_calls", "host1"]
    assert len(net.root.children) == 3


def test_operators_are_not_docked_in_circles(net: Any) -> None:
    a, b, c = (net.root.create(sumX, name) for name in "abc")
    a.dock, b.dock = b, c
    with pytest.raises(OpError, match="/c cannot be docked to /a, which is docked to it"):
        c.dock = a
    c.destroy()
    assert net.root.children == []


def test_an_operator_is_docked_to_one_at_a_time_and_forgotten_when_it_is_gone(net: Any) -> None:
    a, b, x, y = (net.make(sumX, name) for name in ("a", "b", "x10", "x9"))
    x.dock = y.dock = a
    assert (a.docked, b.docked) == ([y, x], [])
    x.dock = b
    assert (a.docked, b.docked, x.dock) == ([y], [x], b)
    x.destroy()
    assert b.docked == []
    a.destroy()
    assert (y.valid, net.root.children) == (False, [b])


@pytest.mark.parametrize("name", ["a" * 256, "a" + "9" * 5000, "9a", "a b", "ä", "", 7])
def test_what_cannot_be_a_name_is_refused_in_words(net: Any, name: Any) -> None:
    with pytest.raises(OpError, match="an operator cannot be named .{1,60}: at most 255 letters"):
        net.root.create(sumX, name or " ")
    assert net.root.children == []


def test_a_name_may_be_long(net: Any) -> None:
    op = net.make(sumX, "a" + "9" * 254)
    net.run(frames=1)
    assert net.op(op.name) is op
