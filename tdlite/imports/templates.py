"""The functions that network files bring along, as they are written into them."""

SIZED = '''
def sized(top: Any, size: tuple[str, str] | None = None, deep: bool = False) -> Any:
    """Give a TOP the size of its COMP, or that of these expressions, and 8-bit or 32-bit float pixels."""
    width, height = size or ("parent().par.Resolutionw", "parent().par.Resolutionh")
    top.par.outputresolution = "custom"
    top.par.resolutionw.expr, top.par.resolutionh.expr = width, height
    top.par.format = "rgba32float" if deep else "rgba8fixed"
    return top
'''
SHADER = '''
def shader(
    comp: Any,
    name: str,
    text: str,
    samplers: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
    size: tuple[str, str] | None = None,
    deep: bool = False,
) -> Any:
    """A GLSL TOP with its text, what its samplers read and what its uniforms are.

    A sampler reads a TOP, or an expression of one, or either with an extend mode and a filter. A uniform's value is
    a number, an expression or some of them.
    """
    top = sized(comp.create(td.glslTOP, name), size, deep)
    top.par.pixeldat.eval().text = text
    samplers, values = samplers or {}, values or {}
    top.seq.sampler.numBlocks, top.seq.vec.numBlocks = max(1, len(samplers)), max(1, len(values))
    for block, (sampler, source) in zip(top.seq.sampler, samplers.items(), strict=False):
        source, extend, smooth = source if isinstance(source, tuple) else (source, "hold", "linear")
        block.name, block.extendu, block.extendv, block.filter = sampler, extend, extend, smooth
        if isinstance(source, str):
            block.top.expr = source
        else:
            block.top.val = source.name
    for block, (uniform, value) in zip(top.seq.vec, values.items(), strict=False):
        block.name = uniform
        for part, number in zip("xyzw", value if isinstance(value, tuple) else (value,), strict=False):
            par = getattr(block, f"value{part}")
            if isinstance(number, str):
                par.expr = number
            else:
                par.val = number
    return top
'''
LAST_FRAME = '''
def last_frame(comp: Any, name: str, size: tuple[str, str] | None = None, deep: bool = False) -> Any:
    """The TOP of that name as it was in the frame before; black in the first."""
    black = sized(comp.create(td.constantTOP, f"{name}_black"), size, deep)
    black.par.colorr = black.par.colorg = black.par.colorb = black.par.alpha = 0
    past = comp.create(td.feedbackTOP, f"{name}_past")
    past.inputConnectors[0].connect(black)
    past.par.top = name
    return past
'''
CUSTOM = '''
def custom(group: Any, *values: Any, low: Any = None, high: Any = None) -> None:
    """Give new custom parameters their values and the range of their sliders."""
    for index, par in enumerate(group):
        par.default = par.val = values[index]
        if low is not None and high is not None:
            par.min = par.normMin = low[index] if isinstance(low, tuple) else low
            par.max = par.normMax = high[index] if isinstance(high, tuple) else high
'''
MENU = '''
def menu(group: Any, entries: dict[str, str], value: str) -> None:
    """Give a new menu its entries and its value."""
    par = group[0]
    par.menuNames, par.menuLabels = list(entries), list(entries.values())
    par.default = par.val = value
'''
STAND_IN = {
    "noise": '''
def noise(comp: Any, name: str) -> Any:
    """A picture of 256 × 256 pixels, each of a random colour."""
    top = comp.create(td.noiseTOP, name)
    top.par.outputresolution, top.par.resolutionw, top.par.resolutionh = "custom", 256, 256
    top.par.type, top.par.mono, top.par.alpha = "randomgpu", False, "random"
    return top
''',
    "clouds": '''
def clouds(comp: Any, name: str) -> Any:
    """A soft picture in colour, unlike the others of this COMP."""
    top = sized(comp.create(td.noiseTOP, name))
    top.par.seed = len(comp.children)
    top.par.mono, top.par.period, top.par.harmon, top.par.amp = False, 0.4, 4, 0.6
    return top
''',
    "black": '''
def black(comp: Any, name: str) -> Any:
    """A black picture."""
    top = comp.create(td.constantTOP, name)
    top.par.colorr = top.par.colorg = top.par.colorb = 0
    return top
''',
    "grey": '''
def grey(comp: Any, name: str) -> Any:
    """A picture of exactly 0.5, which is 0 where samples of -1 to 1 are stored as 0 to 1."""
    top = comp.create(td.constantTOP, name)
    top.par.format = "rgba32float"
    top.par.colorr = top.par.colorg = top.par.colorb = 0.5
    return top
''',
}
MOVED = '''
def moved(comp: Any, top: Any, text: str) -> None:
    """Give a GLSL TOP a vertex shader, which moves the corners of its picture."""
    corners = comp.create(td.textDAT, f"{top.name}_vertex")
    corners.text, top.par.vertexdat = text, corners.name
'''
MOVIE = '''
def picture(comp: Any, name: str, file: str) -> Any:
    """An image or movie from a file."""
    top = comp.create(td.moviefileinTOP, name)
    top.par.file = file
    return top
'''
