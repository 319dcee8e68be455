import numpy as np
import pytest

DEEP = {"resolution": (64, 64), "format": "rgba32float"}
GRADIENT = ("perlin2d", "perlin3d", "perlin4d", "simplex2d", "simplex3d", "simplex4d")
CELLS = ("sparse", "hermite", "harmonic", "random", "alligator")
ALL = (*GRADIENT, "randomgpu", *CELLS)


def red(op):
    return op.numpyArray()[..., 0].astype(float)


@pytest.mark.parametrize("type_", ALL)
def test_it_fills_the_range_around_the_middle(net, type_):
    values = red(net.noiseTOP(**DEEP, type=type_, period=0.05))
    if type_ != "alligator":  # bumps on black
        assert abs(values.mean() - 0.5) < 0.1
    assert values.std() > 0.05
    assert np.isfinite(values).all()


@pytest.mark.parametrize("type_", ALL)
def test_the_seed_alone_decides(net, type_):
    pars = {**DEEP, "type": type_, "period": 0.05}
    one = red(net.noiseTOP(**pars))
    assert np.array_equal(one, red(net.noiseTOP(**pars)))
    for seed in (2, 1.5, 1.0001, -1):
        other = red(net.noiseTOP(**pars, seed=seed))
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.2


@pytest.mark.parametrize("type_", [type_ for type_ in ALL if type_ not in ("randomgpu", "sparse")])
def test_value_is_offset_plus_amp_times_the_weighted_sum_of_the_layers(net, type_):
    """From pictures with one, two and three layers, and another falloff."""
    weight = "gain" if type_ in GRADIENT else "rough"

    def layers(count, falloff, **pars):
        return red(net.noiseTOP(**DEEP, type=type_, period=0.2, harmon=count - 1, **{weight: falloff}, **pars))

    base = layers(1, 0.5)
    second = (layers(2, 1.0) - base) / 1.0
    third = layers(3, 1.0) - layers(2, 1.0)
    np.testing.assert_allclose(layers(3, 0.3), base + 0.3 * second + 0.09 * third, atol=1e-5)
    n = (base - 0.5) / 0.5
    np.testing.assert_allclose(layers(1, 0.5, amp=0.2, offset=-1), -1 + 0.2 * n, atol=1e-6)
    np.testing.assert_allclose(layers(1, 0.5, exp=2), 0.5 + 0.5 * np.sign(n) * n**2, atol=1e-5)


def test_spread_makes_each_layer_finer(net):
    """A layer of spread s at period T has the statistics of a single layer at period T/s."""
    pars = {**DEEP, "resolution": (256, 256), "gain": 1}
    two = red(net.noiseTOP(**pars, period=0.4, harmon=1, spread=8)) - red(net.noiseTOP(**pars, period=0.4, harmon=0))
    one = red(net.noiseTOP(**pars, period=0.05, harmon=0)) - 0.5
    assert np.diff(two).std() == pytest.approx(np.diff(one).std(), rel=0.1)


@pytest.mark.parametrize("type_", ["perlin2d", "perlin3d", "perlin4d"])
def test_layers_do_not_all_vanish_at_the_corners_of_the_cells(net, type_):
    """Pixel centres on whole cells: one layer is 0 there, several are not."""
    pars = {**DEEP, "type": type_, "period": 1 / 64, "tx": -0.5 / 64, "ty": -0.5 / 64}
    assert np.abs(red(net.noiseTOP(**pars, harmon=0)) - 0.5).max() < 1e-3
    assert red(net.noiseTOP(**pars)).std() > 0.05


def test_period_and_scale_are_inverse(net):
    a = red(net.noiseTOP(**DEEP, period=0.25))
    b = red(net.noiseTOP(**DEEP, period=1, sx=4, sy=4, sz=4))
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_translation_moves_the_coordinate(net):
    a = red(net.noiseTOP(**DEEP, period=0.3))
    b = red(net.noiseTOP(**DEEP, period=0.3, tx=0.25, ty=-0.125))
    np.testing.assert_allclose(b[8:, :48], a[:-8, 16:], atol=1e-5)


def test_the_transform_page_is_its_matrix(net):
    """Turning by a quarter about the middle turns the picture."""
    a = red(net.noiseTOP(**DEEP, period=0.3))
    b = red(net.noiseTOP(**DEEP, period=0.3, rz=90, px=0.5, py=0.5))
    # The pixel at (x, y) shows the noise at (1 − y, x).
    np.testing.assert_allclose(b, a[:, ::-1].T, atol=1e-5)


@pytest.mark.parametrize(("type_", "moved_by"), [
    ("perlin2d", ""), ("simplex2d", ""), ("perlin3d", "tz"), ("simplex3d", "tz"), ("hermite", "tz"),
    ("perlin4d", "tz t4d"), ("simplex4d", "tz t4d"), ("randomgpu", "tz t4d"),
])  # fmt: skip
def test_a_type_depends_on_its_dimensions_alone(net, type_, moved_by):
    op = net.noiseTOP(**DEEP, type=type_)
    still = red(op)
    for name in ("tz", "t4d"):
        op.par[name] = 0.3
        assert np.array_equal(red(op), still) != (name in moved_by), name
        op.par[name] = 0


def test_the_fourth_coordinate_has_a_scale_of_its_own(net):
    grey = net.constantTOP(colorr=0.2, colorg=0.4, colorb=0.6, alpha=0.8, multrgbbyalpha=False, **DEEP)
    a = net.noiseTOP(inputs=[None, grey], **DEEP, type="simplex4d", s4d=2, t4d=0.1)
    b = net.noiseTOP(inputs=[None, grey], **DEEP, type="simplex4d", s4d=0, t4d=1.7)
    np.testing.assert_allclose(red(a), red(b), atol=1e-6)


def test_monochrome_is_grey_and_otherwise_channels_are_unrelated(net):
    grey = net.noiseTOP(**DEEP, period=0.05, alpha="random").numpyArray()
    assert (grey == grey[..., :1]).all()
    for type_ in ("simplex3d", "randomgpu"):
        colour = net.noiseTOP(**DEEP, period=0.05, type=type_, mono=False, alpha="random").numpyArray()
        together = np.corrcoef(colour.reshape(-1, 4).T) - np.eye(4)
        assert np.abs(together).max() < 0.2


def test_cells_are_square_in_wide_pictures(net):
    wide = {"resolution": (128, 64), "format": "rgba32float", "period": 0.5}
    square = red(net.noiseTOP(**DEEP, period=0.5))
    np.testing.assert_allclose(red(net.noiseTOP(**wide))[:, :64], square, atol=1e-5)
    stretched = red(net.noiseTOP(**wide, aspectcorrect=False))
    np.testing.assert_allclose((stretched[:, ::2] + stretched[:, 1::2]) / 2, square, atol=0.02)


def test_a_map_replaces_the_coordinate(net):
    y, x = (np.mgrid[0:64, 0:64] + 0.5) / 64
    plane = net.noiseTOP(**DEEP)
    point = net.constantTOP(colorr=x[20, 30], colorg=y[20, 30], colorb=0, alpha=0, multrgbbyalpha=False, **DEEP)
    mapped = red(net.noiseTOP(inputs=[None, point], **DEEP))
    np.testing.assert_allclose(mapped, red(plane)[20, 30], atol=1e-5)


def test_random_gives_each_pixel_or_each_cell_a_value(net):
    big = {"resolution": (256, 256), "format": "rgba32float"}
    for pars in ({"type": "randomgpu"}, {"type": "random", "period": 0}):
        values = red(net.noiseTOP(**big, **pars))
        counts, _ = np.histogram(values, 16, (0, 1))
        assert np.abs(counts / counts.mean() - 1).max() < 0.08
        assert abs(np.corrcoef(values[:, 1:].ravel(), values[:, :-1].ravel())[0, 1]) < 0.02
    cells = red(net.noiseTOP(**DEEP, type="random", period=0.125, harmon=0))
    assert np.array_equal(cells, cells[::8, ::8].repeat(8, 0).repeat(8, 1))
    assert len(np.unique(cells)) == 64


@pytest.mark.parametrize("type_", GRADIENT)
@pytest.mark.parametrize("exp", [1, 2])
def test_the_gradient_is_the_slope_of_the_value(net, type_, exp):
    pars = {**DEEP, "type": type_, "period": 0.5, "exp": exp, "amp": 0.3, "alpha": "random"}
    slope = net.noiseTOP(**pars, gradient=True).numpyArray()
    h = 1 / 1024
    away = np.abs(red(net.noiseTOP(**pars)) - 0.5) > 0.01  # from 0, where the square bends
    for channel, name in enumerate(("tx", "ty", "tz", "t4d")):
        ahead, behind = (red(net.noiseTOP(**pars, **{name: side * h})) for side in (1, -1))
        wanted = (ahead - behind) / (2 * h)
        np.testing.assert_allclose(slope[away, channel], wanted[away], rtol=0.02, atol=0.02)
    beyond = int(type_[-2])
    assert not slope[..., beyond:].any()


def test_types_without_a_gradient_say_so(net):
    op = net.noiseTOP(type="hermite", gradient=True)
    op.cook()
    assert "no gradient" in op.warnings()


@pytest.mark.parametrize(("rgb", "formula"), [
    ("noise", lambda i, n: n), ("multiply", lambda i, n: i * n),
    ("add", lambda i, n: i + n), ("subtract", lambda i, n: i - n),
])  # fmt: skip
def test_it_combines_with_the_input(net, rgb, formula):
    source = net.constantTOP(colorr=0.25, alpha=0.5, multrgbbyalpha=False, **DEEP)
    n = red(net.noiseTOP(**DEEP))
    drawn = net.noiseTOP(inputs=[source], rgb=rgb, inputscale=2, noisescale=3).numpyArray()
    np.testing.assert_allclose(drawn[..., 0], formula(0.25 * 2, n * 3), atol=1e-5)
    np.testing.assert_allclose(drawn[..., 1], formula(2, n * 3), atol=1e-5)
    assert (drawn[..., 3] == 1).all()


@pytest.mark.parametrize(("alpha", "formula"), [
    ("zero", lambda i, n: 0 * n), ("one", lambda i, n: 0 * n + 1), ("random", lambda i, n: n),
    ("input", lambda i, n: i + 0 * n), ("multiply", lambda i, n: i * n), ("add", lambda i, n: i + n),
    ("addclamp", lambda i, n: i + np.clip(n, 0, 1)),
])  # fmt: skip
def test_alpha_is_made_as_the_menu_says(net, alpha, formula):
    source = net.constantTOP(alpha=0.375, **DEEP)
    n = red(net.noiseTOP(**DEEP, amp=2))
    drawn = net.noiseTOP(inputs=[source], alpha=alpha, amp=2).numpyArray()
    np.testing.assert_allclose(drawn[..., 3], formula(0.375, n), atol=1e-6)


def test_dither_is_right_on_average(net):
    pars = {"resolution": (256, 256), "amp": 0, "offset": 100.25 / 255}
    assert set(np.unique(np.rint(red(net.noiseTOP(**pars)) * 255))) == {100}
    dithered = red(net.noiseTOP(**pars, dither=True)) * 255
    assert set(np.unique(np.rint(dithered))) == {100, 101}
    assert dithered.mean() == pytest.approx(100.25, abs=0.01)
    deep = net.noiseTOP(**{**pars, "format": "rgba32float"}, dither=True)
    assert (deep.numpyArray()[..., 0] == np.float32(100.25 / 255)).all()


def test_quality_averages_within_each_pixel(net):
    """Four samples a pixel are the four pixels of a picture twice as large."""
    pars = {"format": "rgba32float", "period": 0.02}
    fine = red(net.noiseTOP(resolution=(64, 64), **pars)).reshape(32, 2, 32, 2).mean((1, 3))
    np.testing.assert_allclose(red(net.noiseTOP(resolution=(32, 32), **pars, mode="quality")), fine, atol=1e-4)


def test_a_period_of_nothing_is_for_random_alone(net):
    op = net.noiseTOP(period=0)
    op.cook()
    assert "set it above 0" in op.errors()


def test_the_tutorials_noise_is_drawn_every_frame_and_its_still_neighbour_once(fast):
    moving = fast.noiseTOP("moving", resolution=(16, 16), period=4, tz="=absTime.seconds * 0.05")
    still = fast.noiseTOP("still", resolution=(16, 16), period=4)
    fast.frames(4, pull=[moving, still])
    assert fast.cooked.count("/moving") == 4
    assert fast.cooked.count("/still") == 1
