"""Pictures that know their frame, and the frames that files say they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from media.movies import decode, probe
from PIL import Image

STEP = 8
"""Grey levels from frame to frame: more than a movie's rounding."""


def counting(net: Any, resolution: tuple[int, int] = (16, 16), **pars: Any) -> Any:
    """A TOP whose picture is grey, STEP times the frame it was cooked in."""
    colour = dict.fromkeys(("fillcolorr", "fillcolorg", "fillcolorb"), f"=absTime.frame * {STEP} / 255")
    return net.rectangleTOP(resolution=resolution, sizex=2, sizey=2, **{**colour, **pars})


def recorder(net: Any, source: Any = None, **pars: Any) -> Any:
    """A Movie File Out with software encoding, wired to ``source`` or to a counting picture."""
    source = counting(net) if source is None else source
    return net.moviefileoutTOP(**{"inputs": [source], "encoder": "software", **pars})


def sequence(net: Any, source: Any = None, **pars: Any) -> Any:
    """The same, for a sequence of PNGs."""
    return recorder(net, source, **{"type": "imagesequence", "imagefiletype": "png", **pars})


def frame_of(path: Path) -> int:
    """The frame that an image shows."""
    return round(float(np.asarray(Image.open(path).convert("RGB")).mean()) / STEP)


def frames_of(path: Path) -> list[int]:
    """The frames that a movie shows, in order."""
    return [round(float(picture.mean()) / STEP) for picture in decode(path)]


def stream(path: Path) -> dict[str, Any]:
    """What ffprobe says of the picture, with every frame counted."""
    found: dict[str, Any] = probe(path, "-count_frames")["streams"][0]
    return found


def files(folder: Path) -> list[str]:
    """The files in a folder and below, with their paths in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
