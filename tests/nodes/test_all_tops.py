"""What holds for every TOP: said once here, for all that are registered."""

import inspect
import math
import random
import re
from importlib.resources import files

import numpy as np
import pytest

from tdlite.gpu.formats import FORMATS
from tdlite.graph.op import Phase
from tdlite.ops import TOP, glslvalues, layers, playing, registry, toppage, xform
from tdlite.ops import top as top_module
from tdlite.ops.top import gpu_of

TOPS = {name: registry.find(name) for name in registry.names() if name.endswith("TOP")}
DRAWN = [name for name, cls in TOPS.items() if Phase.SINK not in cls.phases]
"""Those that can be cooked without writing files."""
SHADED = [
    name
    for name, cls in TOPS.items()
    if cls.shader or (files("tdlite.shaders") / f"{name.removesuffix('TOP')}.glsl").is_file()
]
_EMPTY = ("renderselectTOP", "feedbackTOP")
"""Those that show what they are told of other operators."""
BASE = "".join(map(inspect.getsource, (top_module, toppage, xform, glslvalues, playing, layers)))


def made(net, name, size=(17, 9), **pars):
    """An operator of this type, with constantTOPs in the inputs that it requires, two if it takes any number."""
    cls = TOPS[name]
    count = 2 if any(wire.many for wire in cls.wires) else sum(wire.required for wire in cls.wires)
    inputs = [net.constantTOP(colorr=0.6 + 0.2 * i, colorg=0.3, alpha=0.8, resolution=size) for i in range(count)]
    return net.make(name, inputs=inputs, resolution=size, **pars)


def picture(op):
    """The operator's picture, or its error."""
    op.cook()
    return op.errors() or op.numpyArray()


def same(a, b, **tolerance):
    if isinstance(a, str) or isinstance(b, str):
        assert a == b
    else:
        np.testing.assert_allclose(a, b, **tolerance)


def shader_text(cls):
    cls._prepare()
    return "\n".join(line.text for line in cls.programs.program(cls.block.chosen(cls.table.own.defaults), None)._lines)


@pytest.mark.parametrize("name", TOPS)
def test_what_it_declares_it_uses(name):
    cls = TOPS[name]
    file = "".join(inspect.getsource(inspect.getmodule(base)) for base in cls.__mro__[: cls.__mro__.index(TOP)])
    shader = shader_text(cls) if name in SHADED else ""
    packed = {group.name + "unit" for group in cls.table.own.groups if group.length and group.glsl}
    for group in cls.table.own.groups:
        if shader and (group.variant or group.glsl):
            field = group.name if group.variant else f"par.{group.name}"
            assert re.search(rf"\b{re.escape(field)}\b", shader), group.name
        elif group.name not in packed:
            vector = rf'xy_pixels\(par, "{group.name.removesuffix("unit")}"'
            for pardef in group.pars:
                assert re.search(rf'\.{pardef.name}\b|"{pardef.name}"[,)]|{vector}', file + BASE), pardef.name


@pytest.mark.parametrize("size", [(1, 1), (17, 9)])
@pytest.mark.parametrize("name", DRAWN)
def test_it_cooks_with_its_defaults(net, name, size):
    op = made(net, name, size)
    drawn = picture(op)
    if not isinstance(drawn, str):  # an operator may need to be told what to show
        assert drawn.shape == (size[1], size[0], 4)
        assert np.isfinite(drawn).all()
    assert gpu_of(net).ctx.error == "GL_NO_ERROR"


def drawing(net, name, format):
    """An operator of this type that shows something that is different in every pixel, as far as it can."""

    def scripted(seed, dtype="f4"):
        script = net.scriptTOP()
        array = np.random.default_rng(seed).random((9, 17, 4)).astype(np.float32)
        script.par.callbacks.eval().bind(onCook=lambda op: op.copyNumpyArray(array))
        return script

    cls = TOPS[name]
    count = 2 if any(wire.many for wire in cls.wires) else len(cls.wires)
    op = scripted(9) if name == "scriptTOP" else net.make(name)
    for index in range(count):
        op.inputConnectors[index].connect(scripted(index))
    op.par.format, op.par.outputresolution, op.par.resolutionw, op.par.resolutionh = format, "custom", 17, 9
    if name == "moviefileinTOP":
        path = f"{net.folder}/a.png"
        scripted(8).save(path)
        op.par.file, op.par.resolutionw = path, 23
    elif name in ("glslTOP", "glslmultiTOP"):
        net.op(f"{op.name}_pixel").text = """
            out vec4 c;
            void main() {
                vec4 seen = texture(sTD2DInputs[0], vUV.st * 0.7);
                seen += vec4(sin(9.0 * vUV.s), fract(4.3 * vUV.t), 0.2, 0.1);
                c = TDOutputSwizzle(seen);
            }"""
    return op


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize(
    ("format", "tolerance"),
    [
        ("rgba8fixed", {"atol": 1.001 / 255, "rtol": 0}),
        ("rgba16float", {"rtol": 2**-10, "atol": 1e-6}),
        ("rgba32float", {"rtol": 1e-5, "atol": 1e-6}),
    ],
)
def test_compute_and_raster_draw_the_same(fast, name, format, tolerance):
    """With the defaults, with everything changed, and in floats with every entry of every menu."""
    op = drawing(fast, name, format)
    own = [par for par in op.pars() if par.page != "Common" and par.style in ("Float", "Int", "Toggle", "Menu")]
    gpu = gpu_of(fast)
    before = gpu.path

    def check(what):
        pictures = []
        try:
            for path in ("compute", "raster"):
                gpu.path = path
                op.cook(force=True, recurse=True)
                pictures.append(picture(op))
        finally:
            gpu.path = before
        np.testing.assert_equal(*map(type, pictures), err_msg=what)
        same(*pictures, **tolerance, **({} if isinstance(pictures[0], str) else {"err_msg": what}))
        return pictures[0]

    drawn = check("with its defaults")
    if name not in _EMPTY:
        assert not isinstance(drawn, str), drawn
        assert name == "constantTOP" or np.ptp(drawn, (0, 1)).max() > 0.1
    for par in own if format == "rgba32float" else ():
        for entry in par.menuNames if par.style == "Menu" else ():
            par.val = entry
            check(f"with {par.name} {entry}")
        par.val = par.default
    for step, par in enumerate(own):
        par.val = changed(par, step)
    check("with everything changed")


@pytest.mark.parametrize("name", DRAWN)
def test_its_common_page_works(fast, name):
    """Every size, format, mask and number of passes; where it shows nothing by itself, the same error each time."""
    op = made(fast, name)
    without = isinstance(picture(op), str) and op.errors()
    par = op.par
    for mode in par.outputresolution.menuNames:
        par.outputresolution = mode
        par.resolutionw, par.resolutionh = 12, 10
        assert isinstance(picture(op), str) == bool(without), mode
    par.outputresolution = "custom"
    for format in FORMATS:
        par.format = format
        drawn = picture(op)
        assert drawn == without if isinstance(drawn, str) else drawn.shape == (10, 12, 4), (format, drawn)
    par.format = "rgba32float"
    for mask in ("none", "r", "ga", "rgb"):
        par.chanmask = mask
        masked = picture(op)
        par.chanmask = "rgba"
        full = picture(op)
        if isinstance(full, str):
            assert masked == full
        else:
            off = [bit for bit, letter in enumerate("rgba") if letter not in mask]
            on = [bit for bit, letter in enumerate("rgba") if letter in mask]
            assert np.array_equal(masked[..., on], full[..., on])
            if not op.inputs:
                assert not masked[..., off].any(), mask
    par.npasses = 3
    assert isinstance(picture(op), str) == bool(without)


def changed(par, step):
    """A value that is not the default."""
    match par.style:
        case "Float":
            return min(par.default + 0.07 * (step % 5 + 1), 1 if "alpha" in par.name else 99)
        case "Int":
            return par.default + 1
        case "Toggle":
            return not par.default
        case "Menu":
            return par.menuNames[(par.menuNames.index(par.default) + 1) % len(par.menuNames)]
    return par.default


@pytest.mark.parametrize("name", DRAWN)
def test_it_can_be_made_again_from_what_it_says_about_itself(fast, name):
    op = made(fast, name)
    for step, par in enumerate(op.pars()):
        if par.page != "Common" and par.style in ("Float", "Int", "Toggle", "Menu"):
            par.val = changed(par, step)
    said = {par.name: par.val for par in op.pars() if not par.isDefault}
    again = getattr(fast, op.opType)(inputs=op.inputs, **said)
    same(picture(op), picture(again), rtol=0, atol=0)
    assert {par.name: par.val for par in again.pars() if not par.isDefault} == said


EXTREMES = (1e38, -1e38, 1e300, -1e300, 1e-300, -1.0, math.nan, math.inf, -math.inf)


@pytest.mark.parametrize("name", DRAWN)
def test_whatever_number_is_set_it_shows_a_picture_or_says_why_not(fast, name):
    """Each number alone, then all at random with every mode: never an error that is Python's and not the operator's."""
    op = drawing(fast, name, "rgba32float")
    # A billion passes would be drawn, and a size is told apart by tests of its own.
    numbers = [p for p in op.pars() if p.isNumber and p.name not in ("npasses", "resolutionw", "resolutionh")]
    modes = [p for p in op.pars() if p.style in ("Menu", "Toggle") and p.name != "format"]

    def check(what, finite):
        shown = picture(op)
        if isinstance(shown, str):
            assert not re.match(r"\w*([Ee]rror|Exception|Warning)\b", shown), what
        else:
            assert finite, what

    for par in numbers:
        for value in EXTREMES:
            par.val = value
            check((par.name, value), math.isfinite(par.val))
            if not math.isfinite(value):
                assert f"par.{par.name} is {value}; it must be a finite number" in op.errors().splitlines()
        par.val = par.default
    chance = random.Random(name)
    for _ in range(20):
        values = [chance.choice(EXTREMES[:6]) for _ in numbers]
        for par, value in zip(numbers, values, strict=True):
            par.val = value
        for par in modes:
            par.val = chance.choice(par.menuNames or [False, True])
        check({par.name: par.val for par in (*numbers, *modes) if not par.isDefault}, True)


def test_a_factor_beyond_all_floats_leaves_black_black_and_makes_the_rest_white(fast):
    half = fast.rectangleTOP(resolution=(4, 1), sizex=0.5, sizey=1, sizeunit="fraction", antialias=False)
    level = fast.levelTOP(inputs=[half], brightness1=1e30, brightness2=1e300)
    assert level.numpyArray()[0, :, 0].tolist() == [0, 1, 1, 0]
    assert level.errors() == ""
