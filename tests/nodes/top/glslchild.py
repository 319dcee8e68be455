"""Cooks the shaders that come in, one JSON text a line, and answers each with its errors: run as a process."""

import json
import sys

import tdlite as td


def main() -> None:
    with td.Project() as project:
        tops = {}
        for mode, stage in (("vertexpixel", "pixeldat"), ("compute", "computedat")):
            top = project.root.create("glslTOP")
            top.par.mode = mode
            top.par.outputresolution = "custom"
            top.par.resolutionw = top.par.resolutionh = 8
            tops[mode] = top, getattr(top.par, stage).eval()
        for line in sys.stdin:
            mode, text = json.loads(line)
            top, dat = tops[mode]
            dat.text = text
            top.cook()
            print(json.dumps(top.errors() or f"good: {top.numpyArray().shape}"), flush=True)
            project.run(frames=1)


if __name__ == "__main__":
    main()
