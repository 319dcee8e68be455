"""Rendering image sequences: a Base COMP that records takes of a set length, numbered by themselves.

Run it in an empty folder: ``tdlite run image_sequence.py`` writes 0.0.jpg … 0.119.jpg and 1.0.jpg … 1.119.jpg.
"""

from typing import Any

import tdlite as td

SIZE = 1024

ON_VALUE_CHANGE = """
def onValueChange(channel, sampleIndex, val, prev):
    if channel.name == 'record' and channel.val == 1:
        op('timer1').par.start.pulse()
    if channel.name == 'recordLength':
        op('timer1').par.initialize.pulse()
"""

ON_DONE = """
def onDone(timerOp, segment, interrupt):
    parent.par.record.val = 0
"""

PRESS_RECORD = """
def onFrameStart(frame):
    if frame in (1, 181):
        op('render').par.record = 1
    if frame == 301:
        project.quit()
"""


def build(root: Any) -> None:
    comp = root.create(td.baseCOMP, "render")
    page = comp.appendCustomPage("Render")
    page.appendFolder("folder", label="Folder")
    page.appendToggle("record", label="Record")
    page.appendFloat("recordLength", label="Record Length (S)")
    comp.par.folder = "."
    comp.par.recordLength = 2

    picture(comp)

    # What the parameters do: the length sets the timer, Record starts it, and it ends the take.
    watch = comp.create(td.parameterCHOP, "parameter1")
    watch.par.ops = ".."
    watch.par.parameter = "record recordLength"
    timer = comp.create(td.timerCHOP, "timer1")
    timer.par.length.expr = "parent.par.recordLength.eval()"
    callbacks = comp.create(td.textDAT, "timer1_callbacks")
    callbacks.text = ON_DONE
    timer.par.callbacks = callbacks
    execute = comp.create(td.chopexecuteDAT, "chopexecute1")
    execute.par.chop = watch
    execute.text = ON_VALUE_CHANGE

    # Each take gets the next number.
    takes = comp.create(td.parameterCHOP, "parameter2")
    takes.par.ops = ".."
    takes.par.parameter = "record"
    takes.par.mode = "count"

    out = comp.create(td.moviefileoutTOP, "moviefileout1")
    out.inputConnectors[0].connect(comp.op("rectangle1"))
    out.par.type = "imagesequence"
    out.par.imagefiletype = "jpeg"
    out.par.file.expr = "parent.par.folder.eval() + '/'"
    out.par.n.expr = "op('parameter2')['record']"
    out.par.uniquesuff = False
    out.par.overwrite = True
    out.par.record.expr = "parent.par.record"

    press = root.create(td.executeDAT, "execute1")
    press.par.framestart = True
    press.text = PRESS_RECORD


def picture(comp: Any) -> None:
    """Two noises, one bent by the other, and a rectangle that crosses once a second."""
    noise1 = comp.create(td.noiseTOP, "noise1")
    noise2 = comp.create(td.noiseTOP, "noise2")
    for noise in (noise1, noise2):
        noise.par.outputresolution = "custom"
        noise.par.resolutionw = noise.par.resolutionh = SIZE
        noise.par.period = 4
        noise.par.tz.expr = "absTime.seconds*0.05"
    noise1.inputConnectors[1].connect(noise2)
    noise2.par.format = "rgba32float"  # it says where noise1 looks: 8 bits would show as contour lines

    rectangle = comp.create(td.rectangleTOP, "rectangle1")
    rectangle.par.sizex = rectangle.par.sizey = 0.25
    rectangle.par.centerx.expr = "(absTime.seconds % 1) - 0.5"
    rectangle.par.bgalpha = 0
    rectangle.par.compoverinput = True
    rectangle.inputConnectors[0].connect(noise1)
