"""Whole powers of numbers below 0 are what arithmetic says they are."""

import numpy as np
import pytest

from .shaders import imported, isf, plain, toy

BODY = (
    "float x = {place}.x - 0.5; {out} = vec4(pow(x, 3.0), pow(-abs(x), 4.), pow(vec2(x), vec2(5.0)).y, "
    "pow(pow(x, 3.0) * 2.0, 3));"
)


@pytest.mark.parametrize(
    "made",
    [
        lambda folder: isf(folder, BODY.format(place="isf_FragNormCoord", out="gl_FragColor")),
        lambda folder: plain(folder, BODY.format(place="st", out="gl_FragColor")),
    ],
)
def test_whole_powers_of_numbers_below_0_have_their_values(net, tmp_path, made):
    picture = imported(net, made(tmp_path)).op("out1").numpyArray()
    x = (np.arange(8) + 0.5) / 8 - 0.5
    expected = np.stack([x**3, x**4, x**5, (2 * x**3) ** 3], -1)
    np.testing.assert_allclose(picture, np.broadcast_to(expected, (4, 8, 4)), rtol=1e-4, atol=1e-9)


def test_whole_powers_in_a_shadertoy_and_its_common_part(net, tmp_path):
    toy(tmp_path, "fragColor = vec4(pow(uv.x - 0.5, 3.0), cube(uv.x - 0.5), 0.0, 1.0);", name="image.glsl")
    (tmp_path / "common.glsl").write_text("float cube(float x) { return pow(x, 3.0); }\n")
    picture = imported(net, tmp_path).op("out1").numpyArray()
    x = (np.arange(8) + 0.5) / 8 - 0.5
    for channel in range(2):
        np.testing.assert_allclose(picture[0, :, channel], x**3, rtol=1e-4)


def test_a_constant_of_an_isf_may_be_a_power(net, tmp_path):
    constants = "const float SIDE = 2.0; const float VOLUME = pow(SIDE, 3.0); float list[int(VOLUME)];"
    made = isf(tmp_path, "gl_FragColor = vec4(VOLUME, float(list.length()), pow(-SIDE, 3.0), 1.0);", before=constants)
    assert imported(net, made).op("out1").numpyArray()[0, 0].tolist() == [8, 8, -8, 1]
