"""Commands are run as a user runs them: in a process of their own, in an empty folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Result = subprocess.CompletedProcess[str]
Tdlite = Callable[..., Result]

RECTANGLE = """
def build(root):
    root.time.end = 12
    rect = root.create('rectangleTOP', 'rect1')
    rect.par.outputresolution = 'custom'
    rect.par.resolutionw, rect.par.resolutionh = 32, 16
    rect.par.sizex = rect.par.sizey = 2
    rect.par.fillcolorr.expr = 'absTime.frame / 255'
    rect.par.fillcolorg = rect.par.fillcolorb = 0
"""
"""A picture whose red is the number of the frame."""

RECORDER = (
    RECTANGLE
    + """
    out = root.create('moviefileoutTOP', 'out1')
    out.inputConnectors[0].connect(rect)
    out.par.type = 'imagesequence'
    out.par.imagefiletype = 'png'
    out.par.uniquesuff = False
    out.par.file.expr = "'own.' + me.fileSuffix"
    out.par.record = True
"""
)
"""The same, recording itself."""

QUITS_AT_5 = """
    quitter = root.create('executeDAT', 'quitter')
    quitter.text = 'def onFrameEnd(frame):\\n    if frame == 5: project.quit()'
    quitter.par.frameend = True
"""
"""More of a build function."""


@pytest.fixture
def tdlite(tmp_path: Path) -> Tdlite:
    """Run ``tdlite`` with arguments; ``net`` is the text of the network file net.py."""

    def run(*arguments: str, net: str = "", env: dict[str, str] | None = None) -> Result:
        if net:
            (tmp_path / "net.py").write_text(net)
        return subprocess.run(
            [sys.executable, "-P", "-m", "tdlite", *arguments],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run
