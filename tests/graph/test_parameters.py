"""Parameters in their four modes: values, coercion, errors, buttons, sequences and references."""

from __future__ import annotations

import math
from typing import Any

import pytest
from graphops import boxCOMP, kitX, refX, sumX

from tdlite.graph.errors import OpError, ParError
from tdlite.graph.parvalues import ParMode


@pytest.fixture
def kit(net: Any) -> Any:
    return net.make(kitX, "kit")


def test_a_parameter_has_its_declared_default_and_takes_values(kit: Any) -> None:
    assert kit.par.gain.eval() == 1.0
    kit.par.gain = 3
    assert kit.par.gain.val == 3.0
    assert type(kit.par.gain.val) is float
    kit.par["free"] = -7
    assert kit.par.free == -7
    kit.par.gain.val = 4
    assert kit.value[0].gain == 4.0


def test_values_are_clamped_where_limits_are_declared(kit: Any) -> None:
    kit.par.gain = 99
    assert kit.par.gain == 10
    kit.par.gain = -1
    assert kit.par.gain == 0
    kit.par.steps = 2.9
    assert kit.par.steps.val == 2
    assert type(kit.par.steps.val) is int
    kit.par.free = 1e30
    assert kit.par.free == 1e30


def test_parameters_behave_as_their_values_in_arithmetic(kit: Any) -> None:
    kit.par.gain = 3
    kit.par.steps = 5
    assert kit.par.gain + 1 == 4
    assert 1 - kit.par.gain == -2
    assert kit.par.gain * kit.par.steps == 15
    assert kit.par.steps // 2 == 2
    assert 2**kit.par.gain == 8
    assert kit.par.gain < 4 <= kit.par.steps
    assert -kit.par.gain == -3
    assert abs(-kit.par.gain) == 3
    assert f"{kit.par.gain:.2f}" == "3.00"
    assert list(range(kit.par.steps)) == [0, 1, 2, 3, 4]
    assert math.floor(kit.par.gain) == 3
    assert int(kit.par.gain) == 3
    assert str(kit.par.text) == "hi"
    assert not kit.par.on


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("gain", "3", "takes a number"),
        ("gain", None, "takes a number"),
        ("gain", [1], "takes a number"),
        ("gain", 10**400, "takes a number"),
        ("steps", "x", "takes a number"),
        ("on", "True", "takes True or False"),
        ("mode", "add1", "nearest: 'add'"),
        ("mode", 3, "it has add, sub, mul"),
        ("mode", -1, "it has add, sub, mul"),
        ("mode", 1.0e300, "it has add, sub, mul"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(kit: Any, name: str, value: Any, says: str) -> None:
    before = getattr(kit.par, name).val
    with pytest.raises(ParError, match=says) as caught:
        setattr(kit.par, name, value)
    assert f"/kit par.{name}" in str(caught.value)
    assert getattr(kit.par, name).val == before


def test_menus_take_tokens_labels_and_indices(kit: Any) -> None:
    for value, token in [("sub", "sub"), ("Multiply", "mul"), ("ADD", "add"), (1, "sub")]:
        kit.par.mode = value
        assert kit.par.mode.eval() == token
    kit.par.mode.menuIndex = 2
    assert (kit.par.mode.val, kit.par.mode.menuIndex) == ("mul", 2)
    assert kit.par.mode.menuNames == ["add", "sub", "mul"]
    assert kit.par.mode.menuLabels == ["Add", "Sub", "Multiply"]
    kit.par.mode.expr = "1"
    assert kit.par.mode.eval() == "sub"
    assert kit.par.gain.menuNames is None
    kit.par.pick = "something else"
    assert kit.par.pick.menuIndex is None
    assert kit.par.pick.menuNames == ["x", "y"]


def test_toggles_take_any_number(kit: Any) -> None:
    kit.par.on = 2
    assert kit.par.on.eval() is True
    kit.par.on = 0.0
    assert kit.par.on.eval() is False


def test_an_unknown_parameter_names_the_nearest_one(kit: Any) -> None:
    with pytest.raises(ParError, match=r"kitX\) has no parameter 'gian' \(nearest: 'gain'\)"):
        _ = kit.par.gian
    with pytest.raises(ParError, match="nearest: 'gain'"):
        kit.par.gian = 3
    assert kit.par["gian"] is None
    assert not hasattr(kit.par, "gian")
    with pytest.raises(ParError, match="nearest: 'size'"):
        _ = kit.parGroup.siez


def test_aliases_and_other_cases_name_the_same_parameter(kit: Any) -> None:
    kit.par.amount = 2
    assert kit.par.gain == 2
    assert kit.par.Gain == 2
    assert kit.par.amount.name == "gain"
    assert kit.par.amount.isSamePar(kit.par.gain)
    assert [par.name for par in kit.pars("gain", "amount")] == ["gain"]


def test_parameters_are_found_by_patterns(kit: Any) -> None:
    assert [par.name for par in kit.pars("size*")] == ["sizex", "sizey"]
    assert [par.name for par in kit.pars("tint[rg]", "on")] == ["on", "tintr", "tintg"]
    assert len(kit.pars()) == len(kit.par) == len(list(kit.par))
    assert "gain" in dir(kit.par)


def test_groups_behave_as_tuples(kit: Any) -> None:
    kit.parGroup.tint = (0.1, 0.2, 0.3)
    assert kit.parGroup.tint.eval() == (0.1, 0.2, 0.3)
    assert kit.par.tintg == 0.2
    assert [par.name for par in kit.parGroup.size] == ["sizex", "sizey"]
    kit.parGroup.size.expr = ("2", "me.par.sizex * 3")
    assert kit.parGroup.size.eval() == (2.0, 6.0)
    kit.parGroup.size = 5
    assert kit.parGroup.size.val == (5.0, 5.0)
    assert kit.par.sizey.vecIndex == 1
    assert kit.parGroup["nothing"] is None
    with pytest.raises(ParError, match="takes 2 values, not 3"):
        kit.parGroup.size = (1, 2, 3)


def test_a_parameter_says_what_was_declared(kit: Any) -> None:
    par = kit.par.gain
    assert (par.name, par.label, par.style, par.page) == ("gain", "Gain", "Float", "Kit")
    assert (par.min, par.max, par.default, par.help) == (0, 10, 1.0, "A clamped number.")
    assert par.isNumber
    assert par.isFloat
    assert not par.isCustom
    assert kit.par.steps.isInt
    assert kit.par.on.isToggle
    assert kit.par.mode.isMenu
    assert kit.par.text.isString
    assert kit.par.target.isOP
    assert kit.par.go.isPulse
    with pytest.raises(ParError, match="built in"):
        par.label = "other"
    with pytest.raises(ParError, match="built in"):
        par.destroy()


# -- constants that cannot be used -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_an_error_of_the_operator(net: Any, value: float) -> None:
    op = net.make(sumX, "s", a=value)
    op.cook()
    assert op.errors() == f"par.a is {value}; it must be a finite number"
    op.par.a = 1
    op.cook()
    assert op.errors() == ""
    op.par.a.expr = f"float('{value}')"
    op.cook()
    assert f"par.a is {value}; it must be a finite number" in op.errors()
    op.par.a = 2
    assert op.value == 2
    assert op.errors() == ""


# -- expressions -----------------------------------------------------------------------------------------------


def test_an_expression_follows_what_it_reads(net: Any) -> None:
    source, reader = net.make(sumX, "source", a=2), net.make(sumX, "reader")
    reader.par.a.expr = "op('source').par.a * 10"
    assert reader.par.a.mode is ParMode.EXPRESSION
    assert reader.value == 20
    source.par.a = 3
    assert reader.value == 30
    assert reader.par.a.eval() == 30


def test_setting_a_value_ends_the_expression_and_the_mode_brings_it_back(net: Any) -> None:
    op = net.make(sumX, "s", a="=1 + 1")
    op.par.a = 5
    assert (op.par.a.mode, op.par.a.expr, op.value) == (ParMode.CONSTANT, "", 5)
    op.par.a.mode = ParMode.EXPRESSION
    assert (op.par.a.expr, op.value) == ("1 + 1", 2)
    op.par.a.mode = ParMode.CONSTANT
    assert op.value == 5
    with pytest.raises(ParError, match="set expr or bindExpr"):
        op.par.b.mode = ParMode.EXPRESSION


def test_setting_the_same_value_or_expression_again_changes_nothing(fast: Any) -> None:
    op = fast.make(sumX, "s", a=2, b="=3")
    _ = op.value
    before = fast.engine.revision
    op.par.a = 2.0
    op.par.b.expr = "3"
    assert fast.engine.revision == before


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("1 +", "SyntaxError: invalid syntax"),
        ("x = 1", "SyntaxError"),
        ("nothing", "NameError: name 'nothing' is not defined"),
        ("op('gone').par.a", "'NoneType' object has no attribute 'par': no operator 'gone' from /s"),
        ("op('othr').par.a", "no operator 'othr' from /s (nearest: 'other')"),
        ("op('other').par.a.b", "'Par' object has no attribute 'b'; expression"),
        ("'text'", "takes a number, not 'text'"),
        ("me.par.aa", "nearest: 'a'"),
        ("a\0b", "null bytes"),
        ("(" * 300, "SyntaxError"),
    ],
)
def test_an_expression_that_fails_names_parameter_and_text_and_clears_later(
    net: Any, expression: str, says: str
) -> None:
    op, other = net.make(sumX, "s"), net.make(sumX, "other", a=1)
    op.par.a.expr = expression
    op.cook()
    assert op.errors().startswith("par.a")
    assert says in op.errors()
    assert f"expression: {expression}" in op.errors()
    assert other.value == 1
    op.par.a.expr = "1"
    assert op.value == 1
    assert op.errors() == ""


def test_a_default_expression_is_a_default(kit: Any) -> None:
    assert kit.par.greeting.eval() == "I am kit"
    assert kit.par.greeting.isDefault
    kit.par.greeting = "silence"
    assert not kit.par.greeting.isDefault
    assert kit.par.greeting.reset()
    kit.name = "tool"
    assert kit.par.greeting.eval() == "I am tool"
    assert not kit.par.greeting.reset()


def test_reset_brings_value_and_mode_back(kit: Any) -> None:
    kit.par.gain.expr = "5"
    kit.par.mode = "mul"
    kit.par.target = kit
    assert not kit.par.gain.isDefault
    assert kit.resetPars()
    assert (kit.par.gain.mode, kit.par.gain.eval()) == (ParMode.CONSTANT, 1.0)
    assert kit.par.mode.eval() == "add"
    assert kit.par.target.eval() is None
    assert not kit.resetPars()
    kit.par.gain, kit.par.free = 2, 2
    kit.resetPars("gain")
    assert (kit.par.gain.eval(), kit.par.free.eval()) == (1, 2)


def test_evaluating_a_parameter_that_fails_raises_and_leaves_the_frame_alone(net: Any) -> None:
    op = net.make(sumX, "s", a="=1/0")
    with pytest.raises(Exception, match="division by zero"):
        op.par.a.eval()
    net.frames(2, pull=[op])
    assert "division by zero" in op.errors()


def test_any_object_fits_a_python_parameter(kit: Any) -> None:
    import numpy as np

    thing = np.zeros(3)
    kit.par.thing = thing
    assert kit.par.thing.eval() is thing
    kit.par.thing.expr = "[1, 2, absTime.frame]"
    for frame in (1, 2, 3):
        kit.project.frames(1, pull=[kit])
        assert kit.value[0].thing == [1, 2, frame]


# -- binds -----------------------------------------------------------------------------------------------------


def test_a_bind_goes_both_ways(net: Any) -> None:
    master, slave = net.make(sumX, "master", a=1), net.make(sumX, "slave")
    slave.par.a.bindExpr = "op('master').par.a"
    assert slave.par.a.mode is ParMode.BIND
    assert slave.par.a.bindMaster.isSamePar(master.par.a)
    assert slave.value == 1
    master.par.a = 4
    assert slave.value == 4
    slave.par.a = 6
    assert slave.par.a.mode is ParMode.BIND
    assert (master.par.a.eval(), slave.par.a.eval(), master.value, slave.value) == (6, 6, 6, 6)
    slave.par.a.mode = ParMode.CONSTANT
    slave.par.a = 9
    assert master.par.a == 6


def test_a_chain_of_binds_has_one_value(net: Any) -> None:
    ops = [net.make(sumX, f"s{i}") for i in range(4)]
    for i in range(1, 4):
        ops[i].par.a.bindExpr = f"op('s{i - 1}').par.a"
    ops[3].par.a = 7
    assert [op.value for op in ops] == [7, 7, 7, 7]
    assert ops[0].par.a.mode is ParMode.CONSTANT


def test_a_circle_of_binds_is_an_error_and_not_endless(net: Any) -> None:
    a, b = net.make(sumX, "a"), net.make(sumX, "b")
    a.par.a.bindExpr = "op('b').par.a"
    b.par.a.bindExpr = "op('a').par.a"
    with pytest.raises(ParError, match="bound to itself"):
        a.par.a = 1
    a.cook()
    assert "dependency cycle" in a.errors()
    b.par.a.mode = ParMode.CONSTANT
    a.par.a = 3
    assert (a.value, b.value) == (3, 3)
    assert a.errors() == ""


# -- exports ---------------------------------------------------------------------------------------------------


def test_a_chop_moves_a_parameter_while_its_export_flag_is_on(net: Any) -> None:
    op = net.make(sumX, "s", a=5)
    chop = net.constantCHOP("c", const0name="s:a", const0value=2)
    assert op.value == 5
    chop.export = True
    assert op.par.a.mode is ParMode.EXPORT
    assert op.par.a.exportOP is chop
    assert op.par.a.exportSource.name == "s:a"
    assert op.value == 2
    chop.par.const0value = 3
    assert op.value == 3
    assert [par.name for par in chop["s:a"].exports] == ["a"]
    chop.export = False
    assert op.par.a.mode is ParMode.CONSTANT
    assert op.value == 5


def test_an_export_ends_with_its_chop_or_its_channel(net: Any) -> None:
    op = net.make(sumX, "s", a=5)
    chop = net.constantCHOP("c", const0name="s:a s:b", const0value=2)
    chop.export = True
    assert op.value == 6
    chop.par.const0name = "s:a"
    net.frames(1, pull=[chop])
    assert op.par.b.mode is ParMode.CONSTANT
    assert op.value == 2
    chop.destroy()
    assert op.value == 5
    assert op.errors() == ""


def test_a_value_set_by_hand_ends_an_export(net: Any) -> None:
    op = net.make(sumX, "s")
    chop = net.constantCHOP("c", const0name="s:a", const0value=2)
    chop.export = True
    op.par.a = 8
    assert op.par.a.mode is ParMode.CONSTANT
    assert op.value == 8


# -- buttons ---------------------------------------------------------------------------------------------------


def test_a_press_is_dated_with_the_frame_that_it_acts_on(kit: Any) -> None:
    project = kit.project
    kit.par.go.pulse()
    pulses = kit.value[0].go
    assert (pulses.count, pulses.frame, pulses.by(0), pulses.by(1)) == (1, 1, 0, 1)
    project.run(frames=3)
    kit.par.go.pulse()
    kit.par.go.pulse()
    pulses = kit.value[0].go
    assert (pulses.count, pulses.by(3), pulses.by(4)) == (3, 1, 3)
    kit.par.go = 0
    assert kit.value[0].go.count == 3
    kit.par.go = 1
    assert kit.value[0].go.count == 4
    assert kit.par.go.eval() is False


def test_a_press_in_a_frame_is_dated_with_that_frame(kit: Any) -> None:
    project = kit.project
    project.run(frames=1)
    project.post(kit.par.go.pulse)
    project.run(frames=1)
    assert kit.value[0].go.frame == 2


def test_pulsing_another_parameter_puts_its_value_back(net: Any) -> None:
    op = net.make(sumX, "s", a=1)
    seen = []
    net.on_frame.append(lambda: seen.append(op.par.a.eval()))
    net.run(frames=2)
    op.par.a.pulse(5)
    net.run(frames=2)
    op.par.a.pulse(7, frames=2)
    net.run(frames=3)
    assert seen == [1, 1, 5, 1, 7, 7, 1]


# -- sequences -------------------------------------------------------------------------------------------------


def test_a_sequence_has_blocks_of_parameters(kit: Any) -> None:
    assert kit.seq.item.numBlocks == 1
    kit.seq.item.numBlocks = 3
    assert kit.par.item2name == "it3"
    kit.seq.item[2].par.value = 4
    assert kit.par.item2value == 4
    kit.par.item1value.expr = "me.par.item2value * 2"
    assert kit.value[1] == (("it1", 0.0), ("it2", 8.0), ("it3", 4.0))
    kit.seq.item.numBlocks = 1
    assert kit.value[1] == (("it1", 0.0),)
    assert kit.par["item1value"] is None
    assert len(kit.seq.item) == 1
    with pytest.raises(IndexError):
        kit.seq.item[1]
    with pytest.raises(ParError, match="nearest: 'item'"):
        _ = kit.seq.items


def test_naming_the_next_block_makes_it(kit: Any) -> None:
    kit.par.item1value = 3
    assert kit.seq.item.numBlocks == 2
    with pytest.raises(ParError, match="no parameter 'item5value'"):
        kit.par.item5value = 3


def test_an_expression_that_names_a_missing_block_does_not_make_it(kit: Any) -> None:
    reader = kit.project.make(sumX, "r", a="=op('kit').par.item1value")
    reader.cook()
    assert "no parameter 'item1value'" in reader.errors()
    kit.seq.item.numBlocks = 2
    kit.par.item1value = 6
    assert reader.value == 6


def test_blocks_are_built_in_parameters_on_their_page(kit: Any) -> None:
    par = kit.par.item0value
    assert (par.isCustom, par.page) == (False, "Kit")
    assert par in kit.builtinPars
    assert kit.customPars == []
    with pytest.raises(ParError):
        par.destroy()
    with pytest.raises(ParError):
        par.label = "x"


def test_blocks_that_come_and_go_leave_nothing_behind(kit: Any) -> None:
    kit.seq.item.numBlocks = 5
    size = len(kit.values.values)
    for _ in range(50):
        kit.seq.item.numBlocks = 1
        kit.seq.item.numBlocks = 5
    assert len(kit.values.values) == size


# -- references ------------------------------------------------------------------------------------------------


def test_a_reference_takes_paths_patterns_and_operators(net: Any) -> None:
    ref = net.make(refX, "ref")
    a1, a2 = net.make(sumX, "a1", a=1), net.make(sumX, "a2", a=2)
    assert (ref.value, ref.par.target.eval()) == ((), None)
    ref.par.target = "a2"
    assert (ref.value, ref.par.target.eval()) == ((2.0,), a2)
    ref.par.target = a1
    assert (ref.value, ref.par.target.eval(), ref.par.target.val) == ((1.0,), a1, a1)
    ref.par.target = "/a*"
    assert (ref.value, ref.par.target.eval()) == ((1.0, 2.0), [a1, a2])
    ref.par.target = [a2, a1]
    assert ref.par.target.evalOPs() == [a2, a1]
    ref.par.target.expr = "op('a2')"
    assert ref.value == (2.0,)
    ref.par.target.expr = "'a' + str(1)"
    assert ref.value == (1.0,)
    ref.par.target = None
    assert ref.value == ()
    ref.par.target = "b*"
    assert ref.value == ()


def test_a_pattern_reference_follows_operators_that_come_and_go(net: Any) -> None:
    ref = net.make(refX, "ref", target="a*")
    assert ref.value == ()
    a1 = net.make(sumX, "a1", a=1)
    assert ref.value == (1.0,)
    net.make(sumX, "a0", a=5)
    assert ref.value == (5.0, 1.0)
    a1.name = "b1"
    assert ref.value == (5.0,)


def test_a_missing_reference_is_an_error_that_names_it_until_it_is_there(net: Any) -> None:
    ref = net.make(refX, "ref", target="soruce")
    net.make(sumX, "source")
    ref.cook()
    assert ref.errors() == "par.target: no operator 'soruce' from /ref (nearest: 'source')"
    net.make(sumX, "soruce", a=3)
    assert ref.value == (3.0,)
    assert ref.errors() == ""


def test_a_reference_of_the_wrong_family_is_an_error(net: Any) -> None:
    net.make(boxCOMP, "box")
    dat = net.chopexecuteDAT("watch", chop="box")
    net.run(frames=1)
    assert dat.errors() == "par.chop: /box is of type boxCOMP, not a CHOP"


def test_copying_parameters_takes_values_and_modes(net: Any) -> None:
    one, two = net.make(kitX, "one", gain=3, free="=1 + 1", mode="mul"), net.make(kitX, "two")
    two.par.steps.bindExpr = "op('one').par.steps"
    one.par.steps = 9
    two.copyParameters(one)
    assert (two.par.gain.val, two.par.free.expr, two.par.mode.eval()) == (3, "1 + 1", "mul")
    assert two.par.steps.mode is ParMode.CONSTANT
    assert (one.par.steps.val, two.par.steps.val) == (9, 9)


def test_evaluating_an_expression_in_an_operators_context(net: Any) -> None:
    op = net.make(sumX, "s", a=4)
    assert op.evalExpression("me.par.a + 1") == 5
    with pytest.raises(ParError):
        op.evalExpression("1 +")
    with pytest.raises(OpError):
        op.evalExpression("opex('nothing')")
