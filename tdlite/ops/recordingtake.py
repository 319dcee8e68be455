"""A take: one recording, and how many frames of its file are due."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tdlite.gpu.image import Image
from tdlite.graph.errors import OpError

from .dat import DAT
from .recordingaudio import Track
from .recordingfiles import MovieFile
from .recordingnames import Plan

if TYPE_CHECKING:
    from tdlite.graph.project import Project

_NO_LIMIT = 1 << 30


@dataclass
class Take:
    """One recording, from record on to record off. Its parameters are those of the moment it began."""

    row: Any
    plan: Plan
    number: int
    rate: Fraction
    """Frames per second of the file."""
    claim: str
    began: int
    """The frame in which record went on."""
    movie: MovieFile | None
    track: Track | None = None
    """The sound of the movie."""
    frames: int = 0
    """File frames accepted so far."""
    elapsed: int = 0
    """Timeline frames that the file covers; more than were cooked, where real time skipped some."""
    clocked: int = 0
    """File frames written for those."""
    last: Image | None = None
    """The last picture, to repeat where real time needs it."""

    def due(self, step: int, project: Project) -> int:
        """How many file frames the next ``step`` timeline frames make."""
        self.elapsed += step
        covered = Fraction(self.elapsed)
        if project.realTime:  # the file keeps to the clock, also at another rate
            covered *= self.rate / project.rate
        due = math.ceil(covered) - self.clocked
        self.clocked += due
        return due

    def left(self, row: Any, frame: int) -> int:
        """How many more file frames the length that ``row`` has allows in this frame of the timeline."""
        if not row.limitlength:
            return _NO_LIMIT
        if row.lengthunit == "frames":
            return _NO_LIMIT if frame - self.began < row.length else 0
        length = Fraction(row.length).limit_denominator(1_000_000)
        if row.lengthunit == "seconds":
            length *= self.rate
        return max(0, math.ceil(length) - self.frames)


def metadata(row: Any, warn: Callable[[str], None]) -> list[tuple[str, str]]:
    """The keys and values of the table that ``headerdat`` names. OpError for a table that has no such two columns."""
    if not row.headerdat:
        return []
    if row.type in ("image", "imagesequence") and row.imagefiletype != "exr":
        warn("headerdat is not written: of the image files, only EXR keeps it")
        return []
    table: DAT = row.headerdat[0]
    pairs = []
    for cells in table.rows():
        if len(cells) != 2:
            raise OpError(
                f"cannot write the metadata of {table.path}: a row has {len(cells)} cells; give it keys in the "
                "first column and values in the second"
            )
        if not str(cells[0]):
            raise OpError(f"cannot write the metadata of {table.path}: a row has no key; fill its first column")
        pairs.append((str(cells[0]), str(cells[1])))
    return pairs
