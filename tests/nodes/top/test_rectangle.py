import numpy as np
import pytest

W, H = 64, 32
SIZE = {"resolution": (W, H), "format": "rgba32float"}


def centres(width=W, height=H):
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return x, y


def box(left, right, bottom, top):
    x, y = centres()
    return ((x > left) & (x < right) & (y > bottom) & (y < top)).astype(float)


def red(op):
    return op.numpyArray()[..., 0].astype(float)


@pytest.mark.parametrize(("unit", "size"), [("pixels", (16, 8)), ("fraction", (0.25, 0.25)),
                                            ("fractionaspect", (0.5, 0.25))])  # fmt: skip
def test_each_unit_means_its_length(net, unit, size):
    op = net.rectangleTOP(**SIZE, sizeunit=unit, sizex=size[0], sizey=size[1])
    assert np.array_equal(red(op), box(24, 40, 12, 20))


@pytest.mark.parametrize(("justify", "edges"), [
    (("left", "bottom"), (0, 16, 0, 8)), (("right", "top"), (48, 64, 24, 32)), (("center", "center"), (24, 40, 12, 20)),
])  # fmt: skip
def test_a_justified_edge_lies_at_the_pictures_edge(net, justify, edges):
    op = net.rectangleTOP(**SIZE, sizex=16, sizey=8, sizeunit="pixels", justifyh=justify[0], justifyv=justify[1])
    assert np.array_equal(red(op), box(*edges))


def test_the_centre_is_an_offset_right_and_up(net):
    op = net.rectangleTOP(**SIZE, sizex=16, sizey=8, sizeunit="pixels", centerx=0.25, centery=-0.25)
    assert np.array_equal(red(op), box(40, 56, 4, 12))


def test_an_edge_within_a_pixel_covers_a_part_of_it(net):
    op = net.rectangleTOP(**SIZE, sizex=10.5, sizey=40, sizeunit="pixels")
    assert red(op)[16].sum() == pytest.approx(10.5)
    hard = net.rectangleTOP(**SIZE, sizex=10.5, sizey=40, sizeunit="pixels", antialias=False)
    assert set(np.unique(red(hard))) == {0, 1}


def test_it_turns_counter_clockwise_about_its_centre(net):
    pars = {**SIZE, "sizeunit": "pixels"}
    turned = net.rectangleTOP(**pars, sizex=16, sizey=8, rotate=90, centerx=0.25)
    upright = net.rectangleTOP(**pars, sizex=8, sizey=16, centerx=0.25)
    np.testing.assert_allclose(red(turned), red(upright), atol=1e-5)
    x, y = centres()
    slanted = red(net.rectangleTOP(**pars, sizex=24, sizey=2, rotate=30))
    line = np.abs(-np.sin(np.radians(30)) * (x - 32) + np.cos(np.radians(30)) * (y - 16))
    assert (slanted[line < 0.4][np.abs(x - 32)[line < 0.4] < 8] > 0.9).all()
    assert not slanted[line > 2].any()


@pytest.mark.parametrize(("offset", "grown"), [(0, 0), (0.5, 2), (1, 4)])
def test_the_border_lies_inside_or_outside_by_its_offset(net, offset, grown):
    op = net.rectangleTOP(**SIZE, sizex=24, sizey=16, sizeunit="pixels", borderwidth=4, borderwidthunit="pixels",
                          borderoffset=offset, fillcolorr=0, fillcolorg=1, fillcolorb=0, borderr=1, borderg=0,
                          borderb=0)  # fmt: skip
    array = op.numpyArray()
    outer = box(20 - grown, 44 + grown, 8 - grown, 24 + grown)
    inner = box(24 - grown, 40 + grown, 12 - grown, 20 + grown)
    assert np.array_equal(array[..., 1], inner)
    assert np.array_equal(array[..., 0], outer - inner)


def test_a_border_of_no_width_leaves_no_fringe(net):
    op = net.rectangleTOP(**SIZE, sizex=10.5, sizey=9.5, sizeunit="pixels", rotate=20, fillcolorg=0, fillcolorb=0)
    array = op.numpyArray()
    assert array[..., 0].any()
    assert not array[..., 1].any()


def test_corners_are_circles(net):
    op = net.rectangleTOP(**SIZE, sizex=24, sizey=24, sizeunit="pixels", cornerradius=99, cornerradiusunit="pixels")
    x, y = centres()
    wanted = np.clip(12.5 - np.hypot(x - 32, y - 16), 0, 1)
    np.testing.assert_allclose(red(op), wanted, atol=1e-5)
    assert red(op).sum() == pytest.approx(np.pi * 144, rel=0.003)


def test_softness_widens_the_edge(net):
    op = net.rectangleTOP(**SIZE, sizex=32, sizey=99, sizeunit="pixels", softness=8, softnessunit="pixels")
    x, _ = centres()
    t = np.clip((np.abs(x - 32) - 16 + 4) / 8, 0, 1)
    np.testing.assert_allclose(red(op), 1 - t * t * (3 - 2 * t), atol=1e-5)


def test_colours_are_premultiplied_unless_told_otherwise(net):
    pars = {**SIZE, "fillalpha": 0.5, "fillcolorg": 0.5, "bgcolorr": 1, "bgalpha": 0.25}
    array = net.rectangleTOP(**pars).numpyArray()
    assert array[16, 32].tolist() == [0.5, 0.25, 0.5, 0.5]
    assert array[0, 0].tolist() == [0.25, 0, 0, 0.25]
    assert net.rectangleTOP(**pars, premultrgbbyalpha=False).numpyArray()[16, 32].tolist() == [1, 0.5, 1, 0.5]


def test_over_an_input_the_background_covers_by_its_alpha(net):
    back = net.constantTOP(colorr=0, colorg=0, **SIZE)
    op = net.rectangleTOP(inputs=[back], compoverinput=True, bgalpha=0, fillcolorb=0)
    assert op.numpyArray()[16, 32].tolist() == [1, 1, 0, 1]
    assert op.numpyArray()[0, 0].tolist() == [0, 0, 1, 1]


def test_it_moves_across_the_picture_once_a_second(net):
    op = net.rectangleTOP(**SIZE, sizex=2, sizey=32, sizeunit="pixels", centerx="=(absTime.seconds % 1) - 0.5")
    for frame, column in ((16, 16), (31, 32), (46, 48)):
        net.run(frames=frame - net.begun)
        assert red(op)[0].nonzero()[0].mean() + 0.5 == column


def test_it_is_not_drawn_again_while_only_time_moves(fast):
    op = fast.rectangleTOP()
    fast.frames(10, pull=[op])
    assert fast.cooked == [op.path]


def test_what_moves_compiles_nothing(fast):
    names = ("sizex", "rotate", "centerx", "fillcolorr", "bgalpha", "borderwidth", "borderoffset", "cornerradius")
    op = fast.rectangleTOP(**dict.fromkeys(names, "=0.5 + 0.01 * absTime.frame"))
    fast.frames(1, pull=[op])
    before = op.image().gpu.programs.compiled
    fast.frames(5, pull=[op])
    assert fast.cooked.count(op.path) == 6
    assert op.image().gpu.programs.compiled == before
