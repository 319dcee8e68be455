"""The noises of lib/: range, mean, smoothness, gradients, isotropy, seeds, and the same on both paths."""

import numpy as np
import pytest

from tdlite.gpu.image import Spec
from tdlite.gpu.layout import Layout
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import read
from tdlite.gpu.source import Source

GRADIENT = {f"{name}{n}": (name, n) for name in ("perlin", "simplex") for n in (2, 3, 4)}
OTHER = {"hermite": ("hermite", 3), "sparse": ("sparse", 3), "alligator": ("alligator", 3), "white": ("white", 3)}
ALL = GRADIENT | OTHER
SMOOTH = [name for name in ALL if name != "white"]
SWIZZLE = {2: "xy", 3: "xyz", 4: "xyzw"}
LAYOUT = Layout([("x", "vec4"), ("y", "vec4"), ("start", "vec4"), ("seed", "ivec4")])


def sample(gpu, name, x, y, start=(0, 0, 0, 0), seed=1, size=256, path="compute", gradient=False):
    """The noise on the plane start + u·x + v·y; [size, size], or with the gradient's first channels [size, size, 4]."""
    function, n = ALL[name]
    lattice = np.random.default_rng(seed).integers(-(2**31), 2**31, 4)
    at = f"p.{SWIZZLE[n]}"
    seed_ = "uvec4(par.seed)"
    if gradient:
        body = f"vec{n} g; float value = {function}({at}, {seed_}, g); return vec4(value, g.xy, g[{n - 1}]);"
    else:
        body = f"return vec4({function}({at}, {seed_}));"
    text = (
        '#include "lib/noise.glsl"\nvec4 pixel(vec2 uv) { vec4 p = par.start + uv.x * par.x + uv.y * par.y; '
        + body
        + "}"
    )
    program = PixelProgram(Source(name, text), LAYOUT)
    job = Pass(program, Spec.square(size, size, "rgba32float"), LAYOUT.pack((*x, *y, *start, *lattice)), path=path)
    drawn = read(gpu.draw(job))
    return drawn if gradient else drawn[..., 0]


def oblique(extent):
    """A plane that is parallel to no axis, so that it meets all parts of a cell."""
    return tuple(np.array((1, 0.31, 0.17, 0.23)) * extent), tuple(np.array((-0.29, 1, 0.37, 0.41)) * extent)


@pytest.mark.parametrize("name", ALL)
def test_values_reach_about_minus_one_and_one(gpu, name):
    values = sample(gpu, name, *oblique(300), size=512)
    low, high = values.min(), values.max()
    limit = 1.15 if name == "sparse" else 1.0001
    assert -limit <= low < -0.85
    assert 0.85 < high <= limit


@pytest.mark.parametrize("name", [name for name in ALL if name != "alligator"])
def test_the_mean_is_zero(gpu, name):
    values = sample(gpu, name, *oblique(400), size=512)
    assert abs(values.mean()) < 0.02


@pytest.mark.parametrize("name", SMOOTH)
def test_there_are_no_seams(gpu, name):
    """The steps between neighbours shrink with their distance; at a seam they would not."""
    x, y = oblique(1)
    steps = []
    for extent in (4.0, 2.0):
        values = sample(gpu, name, np.array(x) * extent, np.array(y) * extent, (7.3, 2.1, 5.7, 1.9), size=512)
        steps.append(np.abs(np.diff(values, axis=1)).max())
    assert steps[0] < 0.1
    assert steps[1] < 0.7 * steps[0]


@pytest.mark.parametrize("name", SMOOTH)
def test_there_is_no_seam_where_coordinates_are_equal(gpu, name):
    """On the diagonal no coordinate is the greatest, as in a grey picture that serves as a map of coordinates."""
    along, across = (9.0, 9.0, 9.0, 9.0), (0.0, 0.0, 0.0, 0.0)
    on = sample(gpu, name, along, across)
    beside = sample(gpu, name, along, across, (0.0, 1e-4, -1e-4, 2e-4))
    assert np.abs(on - beside).max() < 0.005


@pytest.mark.parametrize("name", GRADIENT)
def test_the_gradient_is_the_slope(gpu, name):
    """Central differences along x and y, and along the last axis, against the analytic gradient."""
    last = ALL[name][1] - 1
    extent = 8.0
    step = extent / 512
    unit = np.eye(4)
    plane = (extent * unit[0], extent * unit[1])
    start = np.array((0.3, 0.7, 0.37, 0.61))
    drawn = sample(gpu, name, *plane, start, size=512, gradient=True)
    value = drawn[..., 0].astype(np.float64)
    across = (value[1:-1, 2:] - value[1:-1, :-2]) / (2 * step)
    up = (value[2:, 1:-1] - value[:-2, 1:-1]) / (2 * step)
    np.testing.assert_allclose(drawn[1:-1, 1:-1, 1], across, rtol=0.01, atol=0.02)
    np.testing.assert_allclose(drawn[1:-1, 1:-1, 2], up, rtol=0.01, atol=0.02)
    h = 0.01
    beyond = [sample(gpu, name, *plane, start + side * h * unit[last], size=512) for side in (1, -1)]
    np.testing.assert_allclose(drawn[..., 3], (beyond[0] - beyond[1]) / (2 * h), rtol=0.01, atol=0.02)


@pytest.mark.parametrize("name", [name for name in GRADIENT if name != "perlin4"] + ["sparse"])
def test_no_direction_is_preferred(gpu, name):
    """The mean square slope along x, y and the diagonals is the same: equal second moments of the spectrum."""
    values = np.stack([sample(gpu, name, (32, 0, 0, 0), (0, 32, 0, 0), (0.5, 0.1, z * 3.7, z * 1.3), size=512)
                       for z in range(6)]).astype(np.float64)  # fmt: skip
    along_x = values[:, 1:-1, 2:] - values[:, 1:-1, :-2]
    along_y = values[:, 2:, 1:-1] - values[:, :-2, 1:-1]
    slopes = [along_x, along_y, (along_x + along_y) / np.sqrt(2), (along_x - along_y) / np.sqrt(2)]
    powers = np.array([np.mean(slope**2) for slope in slopes])
    assert powers.max() / powers.min() < 1.12, powers


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_is_the_same_noise_and_another_is_unrelated(gpu, name):
    plane = oblique(100)
    one = sample(gpu, name, *plane, seed=1)
    assert np.array_equal(one, sample(gpu, name, *plane, seed=1))
    for other in (2, 3, 4):
        correlation = np.corrcoef(one.ravel(), sample(gpu, name, *plane, seed=other).ravel())[0, 1]
        assert abs(correlation) < 0.06, other


@pytest.mark.parametrize("name", ALL)
def test_compute_and_raster_agree(gpu, name):
    both = [sample(gpu, name, *oblique(20), seed=3, path=path) for path in ("compute", "raster")]
    np.testing.assert_allclose(both[0], both[1], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_negative_coordinates_are_like_others(gpu, name):
    values = sample(gpu, name, (-40, 0, -7, 3), (0, -40, 5, -2))
    elsewhere = sample(gpu, name, (40, 0, 7, 3), (0, 40, 5, 2))
    assert values.std() == pytest.approx(elsewhere.std(), rel=0.15)
    assert np.isfinite(values).all()


def test_gradient_noise_is_zero_at_the_corners_of_the_cells(gpu):
    """Pixel centres on whole numbers: extent 16 over 16 pixels, from −½."""
    for name in ("perlin2", "perlin3"):
        at_corners = sample(gpu, name, (16, 0, 0, 0), (0, 16, 0, 0), (-0.5, -0.5, 3, 0), size=16)
        assert np.abs(at_corners).max() < 1e-5


def test_white_is_even_and_one_value_a_cell(gpu):
    cells = sample(gpu, "white", (512, 0, 0, 0), (0, 512, 0, 0), size=512)
    counts, _ = np.histogram(cells, bins=16, range=(-1, 1))
    assert np.all(np.abs(counts / counts.mean() - 1) < 0.05)
    wide = sample(gpu, "white", (64, 0, 0, 0), (0, 64, 0, 0), size=512)
    assert np.array_equal(wide, wide[::8, ::8].repeat(8, 0).repeat(8, 1))
    spectrum = np.abs(np.fft.fft2(cells - cells.mean())) ** 2
    assert spectrum[1:, 1:].max() < 25 * spectrum.mean()  # no line stands out


def pcg3d(v):
    """The hash again, in numpy."""
    with np.errstate(over="ignore"):
        x, y, z = (part * np.uint32(1664525) + np.uint32(1013904223) for part in v)
        for last in (False, True):
            x = x + y * z
            y = y + z * x
            z = z + x * y
            if not last:
                x, y, z = x ^ x >> np.uint32(16), y ^ y >> np.uint32(16), z ^ z >> np.uint32(16)
    return x, y, z


def test_the_hash_is_pcg_in_integers(draw, path):
    text = '#include "lib/hash.glsl"\nvec4 pixel(vec2 uv) { return vec4(unit(pcg3d(uvec3(pixel_coord, 77))), 1.0); }'
    y, x = np.mgrid[0:32, 0:32].astype(np.uint32)
    wanted = np.stack(pcg3d((x, y, np.full_like(x, 77))), axis=-1) >> np.uint32(8)
    assert np.array_equal(draw(text, 32, 32, path=path)[..., :3], wanted / np.float32(1 << 24))
