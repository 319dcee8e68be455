"""GLSL TOP: pixel shaders by compute and by raster give the same pixels, and what decides which runs."""

import numpy as np
import pytest
from glslshaders import OUT, pixel_shader

from tdlite.gpu.context import Gpu
from tdlite.gpu.formats import FORMATS

SHADERS = {
    "coordinates": f"{OUT}void main() {{ fragColor = vec4(vUV, gl_FragCoord.w) + gl_FragCoord * 0.01; }}",
    "declared": "in vec3 vUV; out vec4 c; void main() { c = vec4(vUV.st, gl_FrontFacing ? 1.0 : 0.0, 1.0); }",
    "global": f"{OUT}vec2 uv = vUV.st * 2.0; float x = gl_FragCoord.x; void main() {{ fragColor = vec4(uv, x, 1); }}",
    "parameters": f"{OUT}void f(in vec2 a, inout vec2 b, out vec4 c) {{ b += a; c = vec4(a, b); }}\n"
    "void main() { vec2 b = vec2(1); f(vUV.st, b, fragColor); }",
    "early": f"{OUT}void main() {{ fragColor = vec4(1, 0, 0, 1); if (vUV.s > 0.5) return; fragColor.g = vUV.t; }}",
    "input": f"{OUT}void main() {{ fragColor = texture(sTD2DInputs[0], vUV.st * 1.7 - 0.3).bgra * 0.5; }}",
    "fetch": f"{OUT}void main() {{ ivec2 p = ivec2(gl_FragCoord.xy); ivec2 s = textureSize(sTD2DInputs[0], 0);\n"
    "fragColor = texelFetch(sTD2DInputs[0], s - 1 - p % s, 0) + textureOffset(sTD2DInputs[0], vUV.st, ivec2(1)); }",
    "old": "varying vec2 unused_; void main() { gl_FragColor = vec4(gl_FragCoord.xy / 64.0, 0.25, 1.0); }".replace(
        "varying vec2 unused_; ", ""
    ),
    "library": f"{OUT}void main() {{ fragColor = TDOutputSwizzle(TDDither(vec4(TDPerlinNoise(vUV * 9.0) * 0.5 + 0.5,\n"
    "TDSimplexNoise(vUV.st * 9.0) * 0.5 + 0.5, TDHSVToRGB(vec3(vUV.s, 1, 1)).xy))); }",
    "two lines": "layout(\n  location = 0)\n out highp vec4\n c;\nvoid\n main\n () { c = vec4(vUV.s); }",
    "loop": f"{OUT}void main() {{ vec2 z = vUV.st; int n = 0; for (; n < 9; n++) {{ if (n == 7) continue;\n"
    "z = 0.5 + 0.4 * sin(z.yx * 2.0 + vec2(0.0, float(n))); } fragColor = vec4(z, float(n), 1.0); }",
    "macros": "#if __VERSION__ >= 130\n#define varying in\nout vec4 c;\n#define gl_FragColor c\n#endif\n"
    "varying vec3 vUV;\nvoid main() { gl_FragColor = vec4(vUV, 1); }",
    "beyond": f"{OUT}void main() {{ fragColor = vec4(-0.5, 1.5, vUV.s, 0.3); }}",
}


def paths(net, text, **pars):
    """The pictures of a shader by compute and by raster."""
    both = [pixel_shader(net, text, pathmode=path, **pars) for path in ("compute", "raster")]
    pictures = [top.numpyArray() for top in both]
    assert [top.errors() for top in both] == ["", ""]
    assert [f"Path: {path}" in top.compileResult for top, path in zip(both, ("compute", "raster"), strict=True)]
    return pictures


def agree(compute, raster, format):
    made = FORMATS[format]
    if made.kind == "fixed":
        np.testing.assert_allclose(compute, raster, atol=1 / 255 + 1e-6)
    else:
        # Half floats and 11-bit floats may be rounded one step apart.
        step = {"16": 2**-10, "11": 2**-5}.get(format.lstrip("abgmnoprlh")[:2], 1e-5)
        np.testing.assert_allclose(compute, raster, rtol=step, atol=1e-5)


@pytest.mark.parametrize("name", SHADERS)
def test_both_paths_give_the_same_pixels(net, name):
    source = net.noiseTOP(resolution=(13, 7), mono=False)
    agree(*paths(net, SHADERS[name], size=(37, 21), inputs=[source]), "rgba32float")


@pytest.mark.parametrize("format", [token for token in FORMATS if FORMATS[token].image])
def test_both_paths_agree_in_every_format(net, format):
    for name in ("library", "beyond", "early"):
        agree(*paths(net, SHADERS[name], size=(33, 9), format=format), format)


@pytest.mark.parametrize("kind", ["vec3", "vec2", "float"])
@pytest.mark.parametrize("way", ["compute", "raster"])
def test_an_output_of_fewer_numbers_has_the_missing_ones_of_a_texture(net, way, kind):
    text = f"layout(location = 0) out {kind} c; void main() {{ c = {kind}(0.25); }}"
    expected = {"vec3": (0.25, 0.25, 0.25, 1), "vec2": (0.25, 0.25, 0, 1), "float": (0.25, 0, 0, 1)}[kind]
    assert np.all(pixel_shader(net, text, pathmode=way).numpyArray() == expected)


def test_several_buffers_masks_and_passes_agree(net):
    text = "layout(location = 1) out vec4 b; layout(location = 0) out vec4 a;\n"
    text += "void main() { a = texture(sTD2DInputs[0], vUV.st) + 0.1; b = vec4(uTDPass, vUV.st, 1); }"
    source = net.constantTOP(colorr=0.2, format="rgba32float", resolution=(9, 5))
    pars = {"size": (9, 5), "numcolorbufs": 3, "npasses": 3, "chanmask": "rga", "inputs": [source]}
    tops = [pixel_shader(net, text, pathmode=path, **pars) for path in ("compute", "raster")]
    for index in range(3):
        views = [net.renderselectTOP(top=top, colorbufferindex=index).numpyArray() for top in tops]
        np.testing.assert_allclose(*views, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(views[0][..., 0], 0)


def test_an_array_of_outputs_fills_the_buffers_from_its_location(net):
    text = "layout(location = 1) out vec4 b[2]; layout(location = 0) out vec4 a;\n"
    text += "void main() { a = vec4(1); b[0] = vec4(2); b[1] = vec4(3); }"
    for path in ("compute", "raster"):
        top = pixel_shader(net, text, numcolorbufs=3, pathmode=path)
        drawn = [net.renderselectTOP(top=top, colorbufferindex=n).numpyArray()[0, 0, 0] for n in range(3)]
        assert drawn == [1, 2, 3]


def test_counters_count_each_pixel_once(net):
    text = f"uniform atomic_uint n;\n{OUT}void main() {{ fragColor = vec4(atomicCounterIncrement(n)); }}"
    drawn = pixel_shader(net, text, size=(11, 5), pathmode="compute").numpyArray()[..., 0]
    assert sorted(drawn.ravel().tolist()) == list(range(55))


OUTPUTS = {
    "different names": "#if 0\nlayout(location = 0) out vec4 a;\n#define c a\n#elif 1\n"
    "layout(location = 0) out vec4 b;\n#define c b\n#else\nout vec4 d;\n#endif\n",
    "different names without a place": "#ifdef GL_ES\nout vec4 a;\n#else\nout vec4 c;\n#endif\n",
    "different types": "#if __VERSION__ < 130\nout vec3 c;\n#else\nout vec4 c;\n#endif\n",
    "a name of a colour in another branch": "#if 1\nout vec4 c;\n#else\nout vec4 a[2], c;\n#endif\n",
    "more in a branch that is left out": "out vec4 c;\n#if TD_NUM_COLOR_BUFFERS > 1\nout vec4 more;\n#endif\n",
    "invariant": "invariant out vec4 c;\n",
    "invariant behind its layout": "layout(location = 0) invariant out highp vec4 c;\n",
    "invariant and precise": "precise invariant out vec4 c;\n",
    "invariant by itself": "out vec4 c;\ninvariant c;\n",
}  # fmt: skip


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_that_a_compiler_would_understand_run_by_compute(net, name):
    compute, raster = paths(net, OUTPUTS[name] + "void main() { c.rgb = vec3(0.25, vUV.st); c += 0.5; }", size=(5, 3))
    np.testing.assert_allclose(compute, raster, rtol=1e-6)
    assert np.all(compute[..., 0] == 0.75)


@pytest.mark.parametrize("path", ["compute", "raster"])
def test_a_branch_that_is_there_has_its_outputs(net, path):
    text = "out vec4 c;\n#if TD_NUM_COLOR_BUFFERS > 1\nout vec4 more;\n#endif\nvoid main() {\n    c = vec4(1.0);\n"
    text += "#if TD_NUM_COLOR_BUFFERS > 1\n    more = vec4(2.0);\n#endif\n}"
    top = pixel_shader(net, text, pathmode=path, numcolorbufs=2)
    assert np.all(top.numpyArray() == 1)
    assert np.all(net.renderselectTOP(top=top.path, colorbufferindex=1).numpyArray() == 2)
    assert top.errors() == ""


RASTER = {
    "dFdx": f"{OUT}void main() {{ fragColor = vec4(dFdx(gl_FragCoord.x * 3.0)); }}",
    "fwidthFine": f"#version 450\n{OUT}void main() {{ fragColor = vec4(fwidthFine(gl_FragCoord.x)); }}",
    "discard": f"{OUT}void main() {{ if (vUV.s < 0.5) discard; fragColor = vec4(1); }}",
    "origin_upper_left": f"layout(origin_upper_left) in vec4 gl_FragCoord;\n{OUT}"
    "void main() { fragColor = vec4(gl_FragCoord.y); }",
    "gl_FragDepth": f"{OUT}void main() {{ gl_FragDepth = 0.5; fragColor = vec4(1); }}",
    "texture() with a bias": f"{OUT}void main() {{ fragColor = texture(sTD2DInputs[0], fract(vUV.st), 1.0); }}",
    "out ivec4 c": "layout(location = 0) out ivec4 c; void main() { c = ivec4(1); }",
}


@pytest.mark.parametrize("reason", RASTER)
def test_what_needs_raster_is_drawn_by_raster_and_says_why(net, reason):
    top = pixel_shader(net, RASTER[reason])
    top.cook()
    assert top.errors() == ""
    assert f"Path: raster, because {reason} needs raster" in top.compileResult


@pytest.mark.parametrize("reason", RASTER)
def test_forcing_compute_on_it_is_an_error_that_names_the_word(net, reason):
    top = pixel_shader(net, RASTER[reason], pathmode="compute")
    top.cook()
    assert top.errors() == f"pathmode is compute, but {reason} needs raster; set it to auto"
    top.par.pathmode = "auto"
    top.cook()
    assert top.errors() == ""


def test_a_word_in_a_comment_needs_nothing(net):
    text = f"// discard\n{OUT}/* dFdx(x) */ void main() {{ fragColor = vec4(1); }}"
    assert "Path: compute" in pixel_shader(net, text).compileResult


def test_mipmaps_and_srgb_are_drawn_by_raster(net):
    source = net.noiseTOP(resolution=(64, 64))
    top = pixel_shader(net, SHADERS["input"], inputs=[source], inputfiltertype="mipmap")
    assert "raster, because Input Smoothness mipmap" in top.compileResult
    top.par.inputfiltertype = "linear"
    assert "Path: compute" in top.compileResult
    top.par.format = "srgba8fixed"
    assert "raster, because the pixel format srgba8fixed" in top.compileResult
    assert "Path: compute" in pixel_shader(net, SHADERS["coordinates"], inputfiltertype="mipmap").compileResult


def test_a_text_that_only_raster_takes_falls_back_and_says_so(net):
    text = f"#version 330\n{OUT}void main() {{ float sample = 0.5; fragColor = vec4(sample); }}"
    top = pixel_shader(net, text)
    assert np.all(top.numpyArray() == 0.5)
    assert "raster, because the text does not compile for compute" in top.compileResult
    top.par.pathmode = "compute"
    top.cook()
    assert top.errors().startswith("pathmode is compute, but the text does not compile for compute (")
    assert "SAMPLE" in top.errors()


@pytest.mark.parametrize("path", ["auto", "compute", "raster"])
def test_messages_are_about_the_authors_text(net, path):
    top = pixel_shader(net, f"// one\n{OUT}void main() {{\n    fragColor = vec4(missing);\n}}", pathmode=path)
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:4: `missing' undeclared")
    assert "td_" not in top.errors()


@pytest.mark.parametrize("written", ["vUV = vec3(0);", "vUV.x += 1.0;", "gl_FragCoord.x = 1.0;"])
def test_what_a_pixel_shader_may_not_do_is_an_error_on_every_path(net, written):
    top = pixel_shader(net, f"{OUT}void main() {{ {written} fragColor = vec4(1); }}")
    top.cook()
    assert top.errors().startswith("/glsl1_pixel:2: ")


@pytest.mark.parametrize("path", ["compute", "raster"])
def test_the_device_chooses_for_auto(fast, path, monkeypatch):
    monkeypatch.setattr(Gpu.shared(), "path", path)
    top = pixel_shader(fast, SHADERS["coordinates"])
    said = {"compute": "Path: compute", "raster": "Path: raster, because pathmode or the device wants it"}
    assert said[path] in top.compileResult


def test_changing_the_path_draws_the_same_and_goes_back_without_compiling(net):
    top = pixel_shader(net, f"// {__name__}\n{SHADERS['coordinates']}")
    first = top.numpyArray()
    top.par.pathmode = "raster"
    np.testing.assert_allclose(top.numpyArray(), first, rtol=1e-5, atol=1e-6)
    before = Gpu.shared().programs.compiled
    top.par.pathmode = "auto"
    assert "Path: compute" in top.compileResult
    np.testing.assert_array_equal(top.numpyArray(), first)
    assert Gpu.shared().programs.compiled == before
