"""Storage, tdu.Dependency and flags: values beside parameters that expressions can depend on."""

from __future__ import annotations

from typing import Any

import pytest
from graphops import boxCOMP, sumX

from tdlite.graph import tdu
from tdlite.graph.errors import OpError


def test_what_is_stored_is_fetched_here_or_above(net: Any) -> None:
    box = net.make(boxCOMP, "box")
    inner = net.make(sumX, "inner", parent=box)
    box.store("speed", 3)
    assert inner.fetch("speed") == 3
    assert inner.fetch("speed", 7, search=False) == 7
    inner.store("speed", 4)
    assert (inner.fetch("speed"), box.fetch("speed")) == (4, 3)
    with pytest.raises(OpError, match=r"/box/inner has nothing stored as 'sped'.*nearest: 'speed'"):
        inner.fetch("sped")
    assert inner.fetch("other", None) is None
    assert inner.fetch("count", 0, storeDefault=True) == 0
    assert inner.storage == {"speed": 4, "count": 0}
    inner.unstore("sp*")
    assert inner.fetch("speed") == 3
    inner.store("a/b", 1)
    inner.unstore("*")
    assert inner.storage == {}


def test_readers_of_storage_notice_what_is_stored_nearer(net: Any) -> None:
    box = net.make(boxCOMP, "box")
    inner = net.make(sumX, "inner", parent=box, a="=me.fetch('speed', 0)")
    assert inner.value == 0
    net.root.store("speed", 1)
    assert inner.value == 1
    box.store("speed", 2)
    assert inner.value == 2
    box.store("speed", 3)
    assert inner.value == 3
    box.unstore("speed")
    assert inner.value == 1
    inner.par.b.expr = "var('speed') or 0"
    assert inner.value == 3
    inner.par.a.expr = "me.parent().storage.get('speed', 10)"
    assert inner.value == 12
    box.store("speed", 5)
    assert inner.value == 15


def test_storing_an_equal_value_or_another_key_cooks_nothing(fast: Any) -> None:
    op = fast.make(sumX, "s", a="=me.fetch('speed')")
    op.store("speed", 2)
    _ = op.value
    fast.trace.clear()
    revision = fast.engine.revision
    op.store("speed", 2)
    assert fast.engine.revision == revision
    op.store("other", 2)
    _ = op.value
    assert fast.cooked == []


def test_a_mutable_value_stored_again_is_a_change(net: Any) -> None:
    op = net.make(sumX, "s", a="=len(me.fetch('list'))")
    values = [1]
    op.store("list", values)
    assert op.value == 1
    values.append(2)
    assert op.value == 1
    op.store("list", values)
    assert op.value == 2


def test_a_dependency_wakes_what_read_it(net: Any) -> None:
    speed = tdu.Dependency(2)
    net.root.store("speed", speed)
    op = net.make(sumX, "s", a="=root.fetch('speed').val")
    assert op.value == 2
    speed.val = 5
    assert op.value == 5
    revision = net.engine.revision
    speed.val = 5
    assert net.engine.revision == revision
    listed = tdu.Dependency([1])
    net.root.store("listed", listed)
    op.par.a.expr = "len(root.fetch('listed').val)"
    assert op.value == 1
    listed.val.append(1)
    listed.modified()
    assert op.value == 2


def test_a_dependency_can_serve_several_projects(net: Any) -> None:
    shared = tdu.Dependency(1)
    with type(net)() as other:
        ops = []
        for project in (net, other):
            for _ in range(5 if project is net else 1):  # the revisions differ
                project.root.store("x", [])
            project.root.store("shared", shared)
            ops.append(project.make(sumX, "s", a="=root.fetch('shared').val"))
        for value in (1, 2, 3):
            shared.val = value
            assert [op.value for op in ops] == [value, value]
    shared.val = 9
    assert ops[0].value == 9


def test_a_dependency_cannot_be_set_inside_a_cook(net: Any) -> None:
    speed = tdu.Dependency(2)
    net.root.store("speed", speed)
    op = net.make(sumX, "s", a="=root.fetch('speed').val")
    assert op.value == 2
    other = net.make(sumX, "other", a="=setattr(root.fetch('speed'), 'val', 3)")
    other.cook()
    assert "cannot be changed while cooking" in other.errors()
    assert (speed.val, op.value) == (2, 2)


def test_flags_are_noticed_and_only_bypass_and_lock_cook_the_operator(fast: Any) -> None:
    op = fast.make(sumX, "s", a=1)
    reader = fast.make(sumX, "reader", a="=op('s').display + 2 * op('s').bypass")
    assert (op.value, reader.value) == (1, 0)
    fast.trace.clear()
    for flag in ("display", "render", "viewer"):
        assert getattr(op, flag) is False
        setattr(op, flag, True)
        assert getattr(op, flag) is True
    _ = op.value
    assert fast.cooked == []
    assert reader.value == 1
    op.bypass = True
    assert reader.value == 3
    _ = op.value
    assert fast.cooked == ["/reader", "/reader", "/s"]
