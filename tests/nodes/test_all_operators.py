"""What holds for every operator of every family: said once here, for all that are registered."""

import pytest

from tdlite.ops import CHOP, COMP, DAT, TOP, registry

TYPES = {name: registry.find(name) for name in registry.names()}


@pytest.mark.parametrize("name", TYPES)
def test_it_is_documented(name):
    cls = TYPES[name]
    assert cls.__name__ == name
    assert (cls.__doc__ or "").strip()
    assert cls.__doc__ not in (TOP.__doc__, CHOP.__doc__, DAT.__doc__, COMP.__doc__)
    for pardef in cls.table.defs:
        assert pardef.label, pardef.name
        assert pardef.help.endswith((".", "…")), pardef.name
    for sequence in cls.table.sequences.values():
        for group in sequence.items:
            assert all(pardef.label and pardef.help for pardef in group.pars), sequence.name


@pytest.mark.parametrize("name", TYPES)
def test_its_defaults_are_valid(name):
    for pardef in TYPES[name].table.defs:
        if pardef.style != "Pulse":
            assert pardef.coerce(pardef.default) == pardef.default, pardef.name
