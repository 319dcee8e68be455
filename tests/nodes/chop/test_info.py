"""Info CHOP: numbers about another operator."""

import pytest


def values(chop):
    return {channel.name: channel.val for channel in chop.chans()}


GENERAL = ["total_cooks", "cook_time", "cook_frame", "cook_abs_frame", "cook_start_time", "cook_end_time",
           "cooked_this_frame", "warnings", "errors"]  # fmt: skip


def test_it_shows_what_every_operator_has_and_what_its_type_adds(net):
    net.constantCHOP("target", single=False, end=9)
    chop = net.infoCHOP(op="target")
    found = values(chop)
    assert list(found)[: len(GENERAL)] == GENERAL
    assert (found["length"], found["num_channels"], found["errors"]) == (10, 1, 0)
    chop.par.infotype = "general"
    assert list(values(chop)) == GENERAL


def test_scope_and_range_choose_channels(net):
    net.constantCHOP("target", single=False, end=9)
    chop = net.infoCHOP(op="target", iscope="length num* err*")
    assert values(chop) == {"errors": 0, "length": 10, "num_channels": 1}
    chop.par.values = "inside"
    assert values(chop) == {"errors": 0, "num_channels": 1}
    chop.par.values = "outside"
    assert values(chop) == {"length": 10}


def test_without_passive_it_brings_the_operator_up_to_date(net):
    target = net.constantCHOP("target")
    passive = net.infoCHOP(op="target", passive=True)
    assert (passive["total_cooks"], target.totalCooks) == (0, 0)
    active = net.infoCHOP(op="target")
    assert active["total_cooks"] == 1


def test_a_failing_operator_can_be_told_about(net):
    net.countCHOP("target")
    chop = net.infoCHOP(op="target")
    net.frames(2, pull=[chop])
    assert (chop["errors"], chop.errors()) == (1, "")


def test_values_are_taken_again_at_the_end_of_each_frame(net):
    target = net.lfoCHOP("z_target")
    chop = net.infoCHOP("a_info", op="z_target", passive=True, iscope="total_cooks")
    seen = []
    net.on_frame.append(lambda: seen.append(chop["total_cooks"].val))
    net.frames(3, pull=[chop, target])
    assert seen == [1, 2, 3]


def test_what_is_inside_a_comp_can_be_added_to_the_cook_time(net):
    comp = net.baseCOMP("comp")
    inner = net.constantCHOP(parent=comp)
    inner.cook()
    chop = net.infoCHOP(op="comp", childcooktime=True)
    assert chop["cook_time"] == pytest.approx(comp.cookTime + inner.cookTime)


def test_without_an_operator_it_is_empty(net):
    assert values(net.infoCHOP()) == {}


def test_a_wrong_path_is_an_error(net):
    chop = net.infoCHOP(op="nowhere")
    chop.cook()
    assert "nowhere" in chop.errors()
