"""A seamless loop in H.264: noise that walks a circle in its fourth dimension. Writes loop.mp4, eight seconds."""

from typing import Any

import tdlite as td

SECONDS = 8
cookRate = 30


def build(root: Any) -> None:
    root.time.end = SECONDS * cookRate

    # After one turn everything is where it began.
    circle = root.create(td.constantCHOP, "circle")
    turn = f"2 * math.pi * absTime.seconds / {SECONDS}"
    circle.par.const0name, circle.par.const1name = "x", "y"
    circle.par.const0value.expr = f"0.35 * math.cos({turn})"
    circle.par.const1value.expr = f"0.35 * math.sin({turn})"

    layers = []
    for number, (color, seed) in enumerate((((0.95, 0.45, 0.25), 1), ((0.15, 0.35, 0.75), 7)), start=1):
        noise = root.create(td.noiseTOP, f"noise{number}")
        noise.par.type = "perlin4d"
        noise.par.outputresolution = "custom"
        noise.par.resolutionw, noise.par.resolutionh = 960, 540
        noise.par.seed = seed
        noise.par.period = 0.5
        noise.par.harmon = 2
        noise.par.gain = 0.5
        noise.par.tz.expr = "op('circle')['x']"
        noise.par.t4d.expr = "op('circle')['y']"
        level = root.create(td.levelTOP, f"level{number}")
        level.inputConnectors[0].connect(noise)
        level.par.contrast = 1.3
        level.par.highr, level.par.highg, level.par.highb = color
        layers.append(level)

    mix = root.create(td.compositeTOP, "mix")
    mix.par.operand = "screen"
    for layer in layers:
        mix.inputConnectors[len(mix.inputs)].connect(layer)

    out = root.create(td.moviefileoutTOP, "moviefileout1")
    out.inputConnectors[0].connect(mix)
    out.par.file = "loop.mp4"
    out.par.encoder = "software"
    out.par.uniquesuff = False
    out.par.overwrite = True
    out.par.record = True
