"""A user's complete fragment shader: its coordinates, inputs and uniforms."""

import numpy as np
import pytest

from tdlite.gpu.image import Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import FullProgram
from tdlite.gpu.readback import read

PREAMBLE = "#version 430\nin vec3 vUV;\nuniform sampler2D sTD2DInputs[2];\n"


def render(gpu, body, declarations="", size=(4, 4), **job):
    text = f"{declarations}\nlayout(location = 0) out vec4 fragColor;\nvoid main() {{ {body} }}"
    return read(gpu.draw(Pass(FullProgram(text, "text1", PREAMBLE), Spec.square(*size, "rgba32float"), **job)))


def test_vuv_is_the_pixels_centre_from_the_bottom_left(gpu):
    drawn = render(gpu, "fragColor = vec4(vUV, 1.0);", size=(6, 3))
    y, x = np.mgrid[0:3, 0:6]
    np.testing.assert_allclose(drawn[..., :2], np.dstack([(x + 0.5) / 6, (y + 0.5) / 3]), rtol=1e-5)
    assert not drawn[..., 2].any()


def test_inputs_come_in_order(gpu, image):
    inputs = (image(np.full((4, 4, 4), 0.25)), image(np.full((4, 4, 4), 0.5)))
    body = "fragColor = vec4(texture(sTD2DInputs[0], vUV.st).r, texture(sTD2DInputs[1], vUV.st).r, 0.0, 1.0);"
    assert np.all(render(gpu, body, inputs=inputs) == (0.25, 0.5, 0, 1))


def test_uniforms_are_set_by_name(gpu):
    drawn = render(
        gpu,
        "fragColor = vec4(gain, tint.y + tint.z, float(n) + float(on), weights[2] + pairs[1].y + m[1][0]);",
        "uniform float gain; uniform vec3 tint; uniform int n; uniform bool on; uniform float weights[3];"
        "uniform vec2 pairs[2]; uniform mat2 m;",
        uniforms={"gain": 2, "tint": (1, 2, 3, 4), "n": 5.0, "on": True, "weights": (1, 2, 3),
                  "pairs": ((1, 2), (10, 20)), "m": (0, 0, 100, 0), "absent": 1},
    )  # fmt: skip
    assert np.all(drawn == (2, 5, 6, 3 + 20 + 100))


def test_a_struct_uniform_is_set_by_its_members(gpu):
    drawn = render(
        gpu,
        "fragColor = infos[0].res;",
        "struct TDTexInfo { vec4 res; vec4 depth; }; uniform TDTexInfo infos[1];",
        uniforms={"infos[0].res": (1, 2, 3, 4)},
    )
    assert np.all(drawn == (1, 2, 3, 4))


def test_short_values_are_filled_with_zero(gpu):
    drawn = render(
        gpu, "fragColor = v + vec4(a[1]);", "uniform vec4 v; uniform float a[2];", uniforms={"v": 3, "a": (1,)}
    )
    assert np.all(drawn == (3, 0, 0, 0))


def test_the_active_uniforms_are_listed_with_type_and_length(gpu):
    text = "uniform float a[4]; uniform vec3 v; uniform int unused; out vec4 c; void main() { c = vec4(v, a[3]); }"
    assert FullProgram(text, "text1").uniforms(gpu) == {"a": ("float", 4), "v": ("vec3", 1)}


@pytest.mark.parametrize("path", ["compute", "raster"])
def test_a_full_shader_is_always_raster_and_may_discard(gpu, path):
    drawn = render(gpu, "if (vUV.x < 0.0) discard; fragColor = vec4(dFdx(vUV.x));", path=path)
    np.testing.assert_allclose(drawn, 0.25, rtol=1e-4)
