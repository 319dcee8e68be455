"""Feedback: a small bright shape leaves trails that spiral outwards. Writes feedback.mp4, ten seconds."""

from typing import Any

import tdlite as td

WIDTH, HEIGHT = 960, 540


def build(root: Any) -> None:
    root.time.end = 600

    # The seed: a turning rectangle whose colour goes round.
    shape = root.create(td.rectangleTOP, "shape")
    shape.par.outputresolution = "custom"
    shape.par.resolutionw, shape.par.resolutionh = WIDTH, HEIGHT
    shape.par.format = "rgba16float"
    shape.par.sizex, shape.par.sizey = 0.09, 0.012
    shape.par.cornerradius = 0.006
    shape.par.bgalpha = 0
    shape.par.rotate.expr = "absTime.seconds * 200"
    shape.par.centerx.expr = "0.2 * math.cos(absTime.seconds * 5.1)"
    shape.par.centery.expr = "0.3 * math.sin(absTime.seconds * 3.4)"
    for part, phase in zip("rgb", (0.0, 0.33, 0.67), strict=True):
        getattr(
            shape.par, f"fillcolor{part}"
        ).expr = f"0.5 + 0.5 * math.cos(6.2832 * (absTime.seconds * 0.1 + {phase}))"

    # The loop: last frame's picture, a little larger, turned and dimmer, under the seed.
    back = root.create(td.feedbackTOP, "back")
    back.par.top = "mix"
    back.inputConnectors[0].connect(shape)
    turn = root.create(td.transformTOP, "turn")
    turn.inputConnectors[0].connect(back)
    turn.par.sx = turn.par.sy = 1.006
    turn.par.rotate.expr = "1.1 * math.cos(absTime.seconds * 0.3)"
    fade = root.create(td.levelTOP, "fade")
    fade.inputConnectors[0].connect(turn)
    fade.par.brightness2 = 0.992
    fade.par.opacity = 0.994
    mix = root.create(td.compositeTOP, "mix")
    mix.par.operand = "over"
    mix.inputConnectors[0].connect(shape)
    mix.inputConnectors[1].connect(fade)

    out = root.create(td.moviefileoutTOP, "moviefileout1")
    out.inputConnectors[0].connect(mix)
    out.par.file = "feedback.mp4"
    out.par.encoder = "software"
    out.par.uniquesuff = False
    out.par.overwrite = True
    out.par.record = True
