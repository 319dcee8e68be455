"""Count CHOP against counting by hand."""

import pytest

STEPS = (0, 1, 1, 0, 1, 0, 0, 1)


def counted(net, values=STEPS, **pars):
    source = net.constantCHOP(
        const0name="a", const0value=f"=({', '.join(map(str, values))})[min(absTime.frame, {len(values)}) - 1]"
    )
    chop = net.countCHOP(inputs=[source, *pars.pop("inputs", ())], **pars)
    chop.viewer = True
    out = []
    net.on_frame.append(lambda: out.append(chop["a"].val))
    net.run(len(values))
    assert chop.errors() == ""
    return out


def test_each_rise_counts_once(net):
    assert counted(net) == [0, 1, 1, 1, 2, 2, 2, 3]


def test_on_at_the_first_sample_is_a_rise(net):
    assert counted(net, (1, 1, 0)) == [1, 1, 1]


@pytest.mark.parametrize(
    ("pars", "expected"),
    [
        ({"offtoon": "none", "on": "inc"}, [0, 1, 2, 2, 3, 3, 3, 4]),
        ({"ontooff": "dec"}, [0, 1, 1, 0, 1, 0, 0, 1]),
        ({"off": "reset"}, [0, 1, 1, 0, 1, 0, 0, 1]),
        ({"offtoon": "none", "on": "inctime"}, [0, 1 / 60, 2 / 60, 2 / 60, 3 / 60, 3 / 60, 3 / 60, 4 / 60]),
        ({"offtoon": "none", "off": "dectime"}, [-1 / 60] * 3 + [-2 / 60] * 2 + [-3 / 60, -4 / 60, -4 / 60]),
    ],
)
def test_actions(net, pars, expected):
    assert counted(net, **pars) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("loop", [1, 2, 0, 1, 2]), ("min", [1, 2, 2, 2, 2]), ("zigzag", [1, 2, 1, 0, 1]), ("lc", [1, 2, 2, 2, 2]),
     ("cl", [1, 2, 0, 1, 2]), ("off", [1, 2, 3, 4, 5])],
)  # fmt: skip
def test_limits(net, limit, expected):
    assert counted(net, (1,) * 5, offtoon="none", on="inc", output=limit, limitmin=0, limitmax=2) == expected


def test_two_thresholds_make_a_hysteresis(net):
    values = (0.6, 0.4, 0.6, 0.1, 0.6)
    assert counted(net, values, threshup=0.5, threshdown=0.2, threshold=False) == [1, 1, 1, 1, 2]


def test_decreasing_values_trigger_when_asked(net):
    assert counted(net, (1, -1, 1, -1), triggeron="decrease") == [0, 1, 1, 2]


def test_rises_too_soon_do_not_count(net):
    assert counted(net, (1, 0, 1, 0, 0, 1, 1), retrigger=4, retriggerunit="frames") == [1, 1, 1, 1, 1, 2, 2]


def test_resets_by_input_and_button_go_to_the_reset_value(net):
    reset = net.constantCHOP(const0value="=absTime.frame in (3, 4)")
    assert counted(net, inputs=[reset], resetvalue=10) == [10, 11, 10, 10, 11, 11, 11, 12]


def test_the_increment_input_is_the_amount(net):
    assert counted(net, inputs=[None, net.constantCHOP(const0value=0.5)]) == [0, 0.5, 0.5, 0.5, 1, 1, 1, 1.5]


def test_every_sample_of_a_slice_counts(net):
    wave = net.lfoCHOP(wavetype="square", frequency=60, rate=240, channelname="a")
    chop = net.countCHOP(inputs=[wave])
    net.frames(10, pull=[chop])
    assert chop["a"] == 10
    assert chop.numSamples == 4


def test_it_needs_a_source(net):
    chop = net.countCHOP()
    chop.cook()
    assert "input 0 (Source)" in chop.errors()
