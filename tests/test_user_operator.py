"""An operator of one's own: a short file outside the package, registered, and recorded with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tdlite as td
from tdlite.ops.registry import _registered

STRIPES = '''
"""stripes.py: vertical stripes over the input."""

from tdlite.ops import TOP, Color, Int, Page, optional


class stripesTOP(TOP):
    """Draw stripes over the input."""

    wires = optional("Source")
    parameters = (Page("Stripes", Int("count", 4, low=1, help="Pairs."), Color("tint", (1, 0, 0, 1), "tintalpha")),)
    shader = """
    vec4 pixel(vec2 uv) {
        return fract(uv.x * float(par.count)) < 0.5 ? par.tint : input0();
    }
    """
'''


@pytest.fixture
def stripes(tmp_path: Path):
    file = tmp_path / "stripes.py"
    file.write_text(STRIPES)
    yield td.load(str(file))[0]
    _registered.pop("stripesTOP", None)


def test_a_twenty_line_file_makes_an_operator_that_records(stripes, net, tmp_path):
    assert len(STRIPES.strip().splitlines()) <= 20
    source = net.constantTOP(resolution=(16, 4), colorr=0, colorg=0, colorb=1)
    op = net.stripesTOP(count=2, inputs=[source])
    out = net.moviefileoutTOP(
        inputs=[op], type="imagesequence", imagefiletype="png", file="out/", uniquesuff=False, record=True
    )
    op.par.count.expr = "1 + absTime.frame"
    net.run(frames=2)
    assert out.errors() == ""
    for frame, count in enumerate((2, 3)):
        pixels = np.asarray(Image.open(tmp_path / "out" / f"0.{frame}.png").convert("RGB"))
        red = np.modf((np.arange(16) + 0.5) / 16 * count)[0] < 0.5
        assert (pixels == np.where(red[:, None], (255, 0, 0), (0, 0, 255))).all()


def test_an_own_operator_has_the_common_page_and_says_what_it_is(stripes, net):
    op = net.stripesTOP(format="rgba32float", npasses=2)
    assert op.opType == "stripesTOP"
    assert op.width == 256
    assert op.pixelFormatName == "rgba32float"
    assert "stripesTOP" in dir(td)


def test_an_own_operator_cannot_take_the_name_of_a_built_in_one():
    class noiseTOP(td.rectangleTOP):
        """Not the noise that everybody knows."""

    with pytest.raises(td.OpError, match="noiseTOP is a built-in operator"):
        td.register(noiseTOP)


def test_a_shader_error_of_an_own_operator_names_the_line_of_its_own_text(net, tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(STRIPES.replace("stripes", "broken").replace("par.tint :", "par.colour :"))
    td.load(str(file))
    try:
        op = net.brokenTOP()
        op.cook()
        assert "brokenTOP.shader:3" in op.errors()
        assert "colour" in op.errors()
    finally:
        _registered.pop("brokenTOP", None)
