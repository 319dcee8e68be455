"""Values to begin with: what a shader reads before it has written it is 0, not whatever was there before."""

from __future__ import annotations

from tdlite.glsl.zeros import initialised
from tdlite.gpu.source import Line

from .glsltext import retold


def begun(lines: list[Line]) -> list[Line]:
    """Lines in which variables that may be read before they are written begin at 0; each keeps its number."""
    return retold(lines, initialised("\n".join(line.text for line in lines)))
