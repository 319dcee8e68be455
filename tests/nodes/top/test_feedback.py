import numpy as np
import pytest

DEEP = {"resolution": (5, 3), "format": "rgba32float"}


def accumulator(net, **pars):
    """Adds a constant to its own last frame: after n frames n·c."""
    black = net.constantTOP("black", colorr=0, colorg=0, colorb=0, alpha=0, **DEEP)
    added = net.constantTOP("added", colorr=0.375, colorg=0.1, colorb=2, alpha=1, **DEEP)
    past = net.feedbackTOP("past", inputs=[black], **pars)
    total = net.compositeTOP("total", inputs=[past, added], operand="add")
    past.par.top = "total"
    return past, total


def test_a_loop_accumulates_exactly(net):
    past, total = accumulator(net)
    step = np.array((0.375, np.float32(0.1), 2, 1), np.float32)
    wanted = np.zeros(4, np.float32)
    for frame in range(1, 8):
        net.frames(1, pull=[total])
        assert (past.numpyArray() == wanted).all(), frame
        wanted = wanted + step
        assert (total.numpyArray() == wanted).all(), frame
    assert total.numpyArray()[0, 0, 0] == 7 * 0.375
    assert not total.errors()
    assert not past.errors()


def test_it_advances_only_in_frames_that_ask_for_it(net):
    _, total = accumulator(net)
    net.frames(2, pull=[total])
    net.run(frames=5)
    assert total.numpyArray()[0, 0, 2] == 6  # a look shows the next step, but does not take it
    assert total.numpyArray()[0, 0, 2] == 6
    net.frames(1, pull=[total])
    assert total.numpyArray()[0, 0, 2] == 6


def test_it_cooks_its_target_when_only_it_is_asked_for(net):
    past, _ = accumulator(net)
    net.frames(4, pull=[past])
    assert past.numpyArray()[0, 0, 2] == 6


def test_while_reset_is_on_it_shows_its_input(net):
    past, total = accumulator(net)
    net.frames(3, pull=[total])
    past.par.reset = True
    net.frames(2, pull=[total])
    assert past.image() is net.op("black").image()
    assert total.numpyArray()[0, 0, 2] == 2
    past.par.reset = False
    net.frames(1, pull=[total])
    assert total.numpyArray()[0, 0, 2] == 4


def test_a_pulse_resets_for_one_frame(net):
    past, total = accumulator(net)
    net.frames(3, pull=[total])
    past.par.resetpulse.pulse()
    net.frames(1, pull=[total])
    assert total.numpyArray()[0, 0, 2] == 2
    net.frames(1, pull=[total])
    assert total.numpyArray()[0, 0, 2] == 4


def test_size_and_format_are_those_of_the_input(net):
    target = net.constantTOP("target", colorr=0.25, resolution=(8, 8))
    small = net.constantTOP(resolution=(4, 2), format="mono32float")
    past = net.feedbackTOP(inputs=[small], top=target)
    net.frames(2, pull=[past])
    assert past.pixelFormatName == "mono32float"
    assert past.numpyArray().shape == (2, 4, 4)
    assert past.numpyArray()[0, 0, 0] == pytest.approx(0.25, abs=1 / 255)


def test_of_the_same_size_it_shows_the_targets_own_texture(net):
    target = net.constantTOP("target", resolution=(8, 8))
    past = net.feedbackTOP(inputs=[net.constantTOP(resolution=(8, 8))], top=target)
    net.frames(2, pull=[past])
    assert past.image() is target.image()


def test_it_goes_on_with_the_last_picture_while_the_target_has_an_error(net):
    _, total = accumulator(net)
    net.frames(2, pull=[total])
    total.par.resolutionw.expr = "1 / 0"
    net.frames(1, pull=[total])
    assert total.errors()
    total.par.resolutionw = 5
    net.frames(1, pull=[total])
    assert not total.errors()
    assert total.numpyArray()[0, 0, 2] == 6


def test_without_target_or_input_it_says_so(net):
    past = net.feedbackTOP()
    past.cook()
    assert "connect input 0" in past.errors()
    past = net.feedbackTOP(inputs=[net.constantTOP()])
    past.cook()
    assert "par.top is empty" in past.warnings()


def test_two_loops_see_each_others_last_frame(net):
    black = net.constantTOP(colorr=0, colorg=0, colorb=0, alpha=0, **DEEP)
    one = net.constantTOP(**DEEP)
    a, b = (net.feedbackTOP(name, inputs=[black]) for name in ("a", "b"))
    x = net.compositeTOP("x", inputs=[b, one], operand="add")
    y = net.compositeTOP("y", inputs=[a, one], operand="add")
    a.par.top, b.par.top = "x", "y"
    net.frames(5, pull=[x, y])
    assert x.numpyArray()[0, 0, 0] == 5
    assert y.numpyArray()[0, 0, 0] == 5
