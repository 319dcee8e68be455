import numpy as np
import pytest

W, H = 32, 16


@pytest.fixture
def source(net):
    """Noise without any symmetry, all pixels different."""
    return net.noiseTOP("source", resolution=(W, H), type="random", period=0, mono=False, alpha="one",
                        format="rgba32float")  # fmt: skip


def shifted(array, right, up, beyond=0.0):
    out = np.full_like(array, beyond)
    h, w = array.shape[:2]
    out[max(up, 0) : h + min(up, 0), max(right, 0) : w + min(right, 0)] = array[
        max(-up, 0) : h + min(-up, 0), max(-right, 0) : w + min(-right, 0)
    ]
    return out


def close(op, wanted):
    np.testing.assert_allclose(op.numpyArray(), wanted, atol=2e-4)


def test_with_its_defaults_it_changes_nothing(net, source):
    close(net.transformTOP(inputs=[source]), source.numpyArray())


@pytest.mark.parametrize(("unit", "tx", "ty"), [("pixels", 8, -4), ("fraction", 0.25, -0.25),
                                                ("fractionaspect", 0.5, -0.25)])  # fmt: skip
def test_translation_is_right_and_up_in_each_unit(net, source, unit, tx, ty):
    op = net.transformTOP(inputs=[source], tx=tx, ty=ty, tunit=unit)
    close(op, shifted(source.numpyArray(), 8, -4))


def test_it_turns_counter_clockwise_about_the_centre(net):
    source = net.noiseTOP(resolution=(16, 16), type="randomgpu", mono=False, format="rgba32float")
    close(net.transformTOP(inputs=[source], rotate=90), np.rot90(source.numpyArray()[::-1])[::-1])
    close(net.transformTOP(inputs=[source], rotate=180), source.numpyArray()[::-1, ::-1])


def test_turning_keeps_lengths_in_pictures_that_are_not_square(net):
    bar = net.rectangleTOP(resolution=(W, H), sizex=12, sizey=4, sizeunit="pixels", format="rgba32float")
    upright = net.rectangleTOP(resolution=(W, H), sizex=4, sizey=12, sizeunit="pixels", format="rgba32float")
    close(net.transformTOP(inputs=[bar], rotate=90, extend="hold"), upright.numpyArray())


@pytest.mark.parametrize(("pars", "edges"), [
    ({"sx": 0.5, "sy": 0.5}, (8, 24, 4, 12)),
    ({"sx": 0.5, "px": 0.5}, (16, 32, 0, 16)),
    ({"sx": 0.5, "px": -16, "punit": "pixels"}, (0, 16, 0, 16)),
    ({"sx": 0.5, "tx": 0.25, "xord": "srt"}, (16, 32, 0, 16)),
    ({"sx": 0.5, "tx": 0.25, "xord": "tsr"}, (12, 28, 0, 16)),
    ({"sx": 0.5, "growshrinkx": 2, "growshrinky": -4}, (7, 25, 2, 14)),
    ({"sx": 0}, (0, 0, 0, 0)),
])  # fmt: skip
def test_scale_pivot_and_order(net, pars, edges):
    full = net.constantTOP(resolution=(W, H), format="rgba32float")
    left, right, bottom, top = edges
    wanted = np.zeros((H, W))
    wanted[bottom:top, left:right] = 1
    drawn = net.transformTOP(inputs=[full], **pars).numpyArray()[..., 3]
    np.testing.assert_allclose(drawn, wanted, atol=1e-4)


def test_an_edge_is_as_soft_as_a_pixel_however_large_the_picture_is_drawn(net):
    dot = net.constantTOP(resolution=(4, 4), format="rgba32float")
    op = net.transformTOP(inputs=[dot], sx=0.25, sy=0.25, tx=0.3, tunit="pixels", resolution=(64, 64))
    alpha = op.numpyArray()[32, :, 3]
    np.testing.assert_allclose(alpha[23:42], [0] + [0.7] + [1] * 15 + [0.3] + [0], atol=1e-3)


def test_without_smoothness_edges_are_hard(net):
    full = net.constantTOP(resolution=(W, H), format="rgba32float")
    op = net.transformTOP(inputs=[full], sx=0.5, rotate=30, inputfiltertype="nearest")
    assert set(np.unique(op.numpyArray()[..., 3])) == {0, 1}


@pytest.mark.parametrize("extend", ["hold", "repeat", "mirror"])
def test_beyond_the_edge_it_extends(net, source, extend):
    mode = {"hold": "edge", "repeat": "wrap", "mirror": "symmetric"}[extend]
    op = net.transformTOP(inputs=[source], tx=5, ty=3, tunit="pixels", extend=extend)
    close(op, np.pad(source.numpyArray(), ((3, 0), (5, 0), (0, 0)), mode)[:H, :W])


def test_tiles_are_counted_beside_the_picture(net):
    full = net.constantTOP(resolution=(W, H), format="rgba32float")
    op = net.transformTOP(inputs=[full], sx=0.25, sy=0.25, extend="repeat", limittiles=True, tileu1=1, tilev2=0.5)
    wanted = np.zeros((H, W))
    wanted[6:12, 4:20] = 1
    np.testing.assert_allclose(op.numpyArray()[..., 3], wanted, atol=1e-4)


def test_the_background_shows_where_the_picture_does_not_reach(net):
    half = net.constantTOP(resolution=(W, H), format="rgba32float", colorr=0, alpha=0.5)
    pars = {"inputs": [half], "sx": 0.5, "bgcolorr": 1, "bgcolora": 0.5}
    drawn = net.transformTOP(**pars).numpyArray()
    assert drawn[0, 0].tolist() == [0.5, 0, 0, 0.5]
    np.testing.assert_allclose(drawn[8, 16], (0, 0.5, 0.5, 0.5), atol=1e-6)
    over = net.transformTOP(**pars, compover=True).numpyArray()
    np.testing.assert_allclose(over[8, 16], (0.25, 0.5, 0.5, 0.75), atol=1e-6)
    assert net.transformTOP(**pars, premultrgbbyalpha=False).numpyArray()[0, 0].tolist() == [1, 0, 0, 0.5]


def test_shrunk_with_mipmaps_it_averages(net):
    source = net.noiseTOP(resolution=(64, 64), type="randomgpu", format="rgba32float")
    deviations = {}
    for smoothness, bias in (("linear", 0), ("mipmap", 0), ("mipmap", 1)):
        op = net.transformTOP(inputs=[source], sx=0.125, sy=0.125, inputfiltertype=smoothness, mipmapbias=bias)
        deviations[smoothness, bias] = op.numpyArray()[29:35, 29:35, 0].std()
    assert deviations["mipmap", 0] < 0.5 * deviations["linear", 0]
    assert deviations["mipmap", 1] < deviations["mipmap", 0]


def test_it_is_drawn_again_only_when_it_moves(fast):
    source = fast.constantTOP()
    op = fast.transformTOP(inputs=[source], tx="=absTime.frame // 3")
    fast.frames(6, pull=[op])
    assert fast.cooked.count(op.path) == 3
    assert fast.cooked.count(source.path) == 1


def test_what_moves_compiles_nothing(fast):
    names = ("tx", "ty", "rotate", "sx", "growshrinkx", "px", "bgcolorr", "bgcolora")
    moves = dict.fromkeys(names, "=0.5 + 0.01 * absTime.frame")
    op = fast.transformTOP(inputs=[fast.constantTOP()], **moves)
    fast.frames(1, pull=[op])
    before = op.image().gpu.programs.compiled
    fast.frames(5, pull=[op])
    assert fast.cooked.count(op.path) == 6
    assert op.image().gpu.programs.compiled == before


def test_enlarged_beyond_all_measure_it_is_one_colour(net):
    op = net.transformTOP(inputs=[net.constantTOP(colorr=0.5, colorg=0.25, format="rgba32float")], sx=1e300, sy=1e300)
    assert op.numpyArray()[3, 5].tolist() == [0.5, 0.25, 1, 1]
