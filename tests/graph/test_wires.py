"""Wires: connecting, replacing, disconnecting, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from graphops import bareX, boxCOMP, pairX, sumX

from tdlite.graph.errors import OpError


@pytest.fixture
def abc(net: Any) -> Any:
    return [net.make(sumX, name, a=value) for name, value in (("a", 1), ("b", 10), ("c", 100))]


def test_an_input_connector_replaces_its_wire(net: Any, abc: Any) -> None:
    a, b, _ = abc
    pair = net.make(pairX, "pair")
    pair.inputConnectors[0].connect(a)
    assert pair.value == (1.0,)
    pair.inputConnectors[0].connect(b.outputConnectors[0])
    assert (pair.value, pair.inputs, a.outputs, b.outputs) == ((10.0,), [b], [], [pair])


def test_an_output_connector_takes_the_first_free_input(net: Any, abc: Any) -> None:
    a, b, c = abc
    pair = net.make(pairX, "pair")
    pair.inputConnectors[1].connect(c)
    a.outputConnectors[0].connect(pair)
    assert pair.inputs == [a, c]
    with pytest.raises(OpError, match=r"/pair \(pairX\) has no free input for /b; inputConnectors\[n\].connect"):
        b.outputConnectors[0].connect(pair)
    b.outputConnectors[0].connect(pair.inputConnectors[1])
    assert pair.inputs == [a, b]


def test_an_operator_with_many_inputs_always_has_a_free_one(net: Any, abc: Any) -> None:
    total = net.make(sumX, "total")
    for op in abc:
        op.outputConnectors[0].connect(total)
    assert total.value == 111
    assert len(total.inputConnectors) == 4
    assert (total.minInputs, total.isMultiInputs) == (0, True)


def test_one_operator_can_feed_several_inputs(net: Any, abc: Any) -> None:
    a = abc[0]
    total = net.make(sumX, "total", inputs=[a, a, a])
    assert (total.value, a.outputs) == (3, [total, total, total])
    a.outputConnectors[0].disconnect()
    assert (total.value, total.inputs, a.outputs) == (0, [], [])


def test_disconnecting_leaves_a_gap_that_the_next_wire_fills(net: Any, abc: Any) -> None:
    a, b, c = abc
    total = net.make(sumX, "total", inputs=[a, b, c])
    total.inputConnectors[1].disconnect()
    assert (total.inputs, total.value) == ([a, c], 101)
    assert total.inputConnectors[1].connections == []
    b.outputConnectors[0].connect(total)
    assert total.inputs == [a, b, c]
    assert [end.owner for end in total.inputConnectors[2].connections] == [c]
    assert total.inputConnectors[2].connections[0].isOutput


def test_set_inputs_connects_all_at_once_and_keeps_gaps(net: Any, abc: Any) -> None:
    a, b, c = abc
    total = net.make(sumX, "total", inputs=[c])
    total.setInputs([a, None, b])
    assert (total.inputs, c.outputs) == ([a, b], [])
    assert [bool(end.connections) for end in total.inputConnectors] == [True, False, True, False]
    pair = net.make(pairX, "pair", inputs=[a, b])
    with pytest.raises(OpError, match="has 2 inputs, not 3"):
        pair.setInputs([c, c, c])
    assert pair.inputs == [a, b]
    pair.setInputs([b])
    assert pair.inputs == [b]
    pair.setInputs([])
    assert pair.inputs == []


def test_setting_the_same_inputs_again_changes_nothing(net: Any, abc: Any) -> None:
    total = net.make(sumX, "total", inputs=abc)
    before = net.engine.revision
    total.setInputs(abc)
    assert net.engine.revision == before


def test_what_cannot_be_wired_is_refused_and_changes_nothing(net: Any, abc: Any) -> None:
    a = abc[0]
    total = net.make(sumX, "total", inputs=[a])
    dat, box = net.textDAT("t"), net.make(boxCOMP, "box")
    inner = net.make(sumX, "inner", parent=box)
    cases = [
        (dat, r"a DAT \(/t\) cannot be wired into a X"),
        (inner, "another network; wires stay inside one COMP"),
        ("a", "cannot connect 'a'"),
        (None, "cannot connect None"),
        (total.inputConnectors[0], "an input connects to an output"),
    ]
    for source, says in cases:
        with pytest.raises(OpError, match=says):
            total.inputConnectors[0].connect(source)
    with pytest.raises(OpError, match="an output connects to an input"):
        a.outputConnectors[0].connect(total.outputConnectors[0])
    with pytest.raises(OpError, match="cannot connect to 'total'"):
        a.outputConnectors[0].connect("total")
    with type(net)() as other, pytest.raises(OpError, match="belongs to another project"):
        total.inputConnectors[0].connect(other.make(sumX))
    assert total.inputs == [a]


def test_a_required_input_that_is_open_is_an_error(net: Any) -> None:
    null = net.nullTOP("null")
    assert null.inputConnectors[0].connections == []
    null.cook()
    assert "not enough sources" in null.errors().lower()


def test_a_wire_is_noticed_by_expressions_that_ask_for_it(net: Any, abc: Any) -> None:
    a, b, _ = abc
    reader = net.make(sumX, "reader", a="=len(op('b').inputs) + 10 * len(op('a').outputs)")
    assert reader.value == 0
    b.inputConnectors[0].connect(a)
    assert reader.value == 11


def test_connectors_of_one_place_are_equal(abc: Any) -> None:
    a, b, _ = abc
    assert a.inputConnectors[0] == a.inputConnectors[0]
    assert a.inputConnectors[0] != b.inputConnectors[0]
    assert a.inputConnectors[0] != a.outputConnectors[0]
    assert len({a.inputConnectors[0], a.inputConnectors[0]}) == 1
    assert a.inputConnectors[0].description == "Input"
    assert repr(a.outputConnectors[0]) == "<output 0 of /a>"


def test_what_depends_on_what_is_known_after_a_cook(net: Any, abc: Any) -> None:
    a, b, c = abc
    b.inputConnectors[0].connect(a)
    c.par.b.expr = "op('b').result.pull()"
    _ = c.value
    assert c.dependenciesTo(a) == [[c, b, a]]
    assert a.dependenciesTo(c) == []


def test_a_connector_that_is_not_there_is_told_with_those_that_are(net: Any, abc: Any) -> None:
    pair, total, bare = net.make(pairX, "pair"), net.make(sumX, "total", inputs=abc), net.make(bareX, "bare")
    box = net.make(boxCOMP, "box")
    both, four = "0 (First), 1 (Second)", "0 (Input), 1 (Input), 2 (Input), 3 (Input)"
    cases = [
        (lambda: pair.inputConnectors[9], f"/pair (pairX) has no inputConnectors[9]; it has 2 inputs: {both}"),
        (lambda: pair.inputConnectors[-3], f"/pair (pairX) has no inputConnectors[-3]; it has 2 inputs: {both}"),
        (
            lambda: total.inputConnectors[9],
            f"/total (sumX) has no inputConnectors[9]; it takes any number, in order: {four}; the next free one is 3",
        ),
        (lambda: bare.inputConnectors[0], "/bare (bareX) has no inputConnectors[0]; a bareX takes no inputs"),
        (lambda: pair.outputConnectors[1], "/pair (pairX) has no outputConnectors[1]; its only output is 0"),
        (
            lambda: box.outputConnectors[0],
            "/box (boxCOMP) has no outputConnectors[0]; wires lead to what is in a COMP, not to the COMP",
        ),
    ]
    for ask, says in cases:
        with pytest.raises(OpError) as error:
            ask()
        assert str(error.value) == says
    assert pair.inputConnectors[-1] == pair.inputConnectors[1]
    assert [end.index for end in pair.inputConnectors[1:9]] == [1]


def test_a_connector_that_is_not_there_is_an_index_error_as_of_any_list(net: Any, abc: Any) -> None:
    with pytest.raises(IndexError):
        _ = abc[0].inputConnectors[9]
    with pytest.raises(IndexError, match="^list index out of range$"):
        _ = abc[0].inputs[9]
