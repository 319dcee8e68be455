"""What holds for every CHOP and DAT: said once here, for all that are registered."""

import inspect
import random
import re

import numpy as np
import pytest

from tdlite.graph.op import Phase
from tdlite.ops import chop, choppage, clock, dat, registry

TYPES = {name: registry.find(name) for name in registry.names() if name.endswith(("CHOP", "DAT"))}
STEPPING = {"parameterCHOP": {"mode": "count"}}
"""What makes an operator keep a state that does not in a new one."""
CHOPS = [name for name in TYPES if name.endswith("CHOP")]


def made(net, name, **pars):
    """An operator of this type, with a constantCHOP or textDAT in every input that it requires."""
    cls = TYPES[name]
    source = net.constantCHOP if name.endswith("CHOP") else net.textDAT
    return net.make(name, inputs=[source() for wire in cls.wires if wire.required], **pars)


@pytest.mark.parametrize("name", TYPES)
def test_what_it_declares_it_uses(name):
    cls = TYPES[name]
    text = "".join(map(inspect.getsource, (inspect.getmodule(cls), chop, choppage, clock, dat)))
    by_name = "getattr(par, " in text
    for pardef in cls.table.own.defs:
        read = rf"\bpar\.{pardef.name}\b|\bref\(\"{pardef.name}\"\)|pulses\(\"{pardef.name}\""
        quoted = len(re.findall(rf"\"{pardef.name}\"", text))
        assert re.search(read, text) or ((pardef.style == "Pulse" or by_name) and quoted > 1), pardef.name


@pytest.mark.parametrize("name", TYPES)
def test_it_cooks_with_its_defaults(net, name):
    op = made(net, name)
    net.frames(3, pull=[op] if Phase.SINK not in op.phases else [])
    assert (op.errors(), op.warnings(), op.scriptErrors()) == ("", "", "")


@pytest.mark.parametrize("name", TYPES)
def test_it_tells_about_itself(net, name):
    op = made(net, name)
    op.cook()
    expected = {"start", "length", "sample_rate", "num_channels", "time_slice", "export_sernum"}
    assert set(op.info()) >= (expected if name in CHOPS else {"num_rows", "num_cols"})
    assert all(np.isfinite(float(value)) for value in op.info().values())


@pytest.mark.parametrize("name", TYPES)
def test_it_can_be_made_again_from_what_it_says(net, name):
    op = made(net, name)
    again = net.root.create(op.opType, op.name)
    again.copyParameters(op)
    again.setInputs(op.inputs)
    assert [(par.name, par.mode, par.expr, par.val) for par in again.par if not par.isPulse] == [
        (par.name, par.mode, par.expr, par.val) for par in op.par if not par.isPulse
    ]
    op.cook()
    again.cook()
    if name in CHOPS:
        assert again.result.value.same_names(op.result.value)


@pytest.mark.parametrize("name", [name for name in CHOPS if not TYPES[name].stateful and name != "infoCHOP"])
def test_without_a_state_it_does_not_cook_while_nothing_changes(fast, name):
    op = made(fast, name)
    op.viewer = True
    fast.run(2)
    fast.trace.clear()
    fast.run(3)
    assert fast.cooked == []


@pytest.mark.parametrize("name", [name for name in CHOPS if TYPES[name].stateful])
def test_a_state_steps_once_a_frame_however_often_it_is_asked(fast, name):
    op = made(fast, name, **STEPPING.get(name, {}))
    steps = []
    step = op.step
    op.step = lambda at, state: steps.append(at.frame) or step(at, state)
    op.viewer = True
    fast.on_frame.append(lambda: op.numpyArray())
    fast.run(3)
    assert steps == [1, 2, 3]


@pytest.mark.parametrize("name", CHOPS)
def test_time_slice_gives_the_samples_of_the_frame(net, name):
    op = made(net, name, timeslice=True)
    net.frames(2, pull=[op])
    assert op.isTimeSlice or not op.numChans
    first, stop = (int(frame * op.rate / 60) for frame in (1, 2))
    assert op.numSamples == stop - first or not op.numChans


@pytest.mark.parametrize("name", CHOPS)
def test_whatever_number_is_set_it_has_channels_or_says_why_not(fast, name):
    """Each number alone, then all at random with every mode: never an error that is Python's and not the operator's."""
    op = made(fast, name)
    if op.wires and not op.inputs:
        op.inputConnectors[0].connect(fast.constantCHOP(const0value=2))
    numbers = [par for par in op.pars() if par.isNumber]
    modes = [par for par in op.pars() if par.style in ("Menu", "Toggle")]

    def check(what):
        fast.frames(2, pull=[op])
        assert not re.match(r"\w*([Ee]rror|Exception|Warning)\b", op.errors()), what

    for par in numbers:
        for value in (1e38, -1e38, 1e300, -1e300, 1e-300, np.nan, np.inf, -np.inf):
            par.val = value
            check((par.name, value))
        par.val = par.default
    chance = random.Random(name)
    for _ in range(20):
        for par in numbers:
            par.val = chance.choice((1e38, -1e38, 1e300, -1e300, 1e-300, -1.0))
        for par in modes:
            par.val = chance.choice(par.menuNames or [False, True])
        check({par.name: par.val for par in (*numbers, *modes) if not par.isDefault})
