"""The sound of a recording: which samples of a CHOP belong to which frame of the file."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tdlite.graph.engine import CookError
from tdlite.graph.errors import OpError
from tdlite.media.audio import Sound

from .channels import Channels
from .choppage import exact

if TYPE_CHECKING:
    from tdlite.graph.project import Project

    from .chop import CHOP


def hear(chop: CHOP) -> Channels | None:
    """What the CHOP has in this frame; None if it failed or is gone."""
    if not chop.valid:
        return None
    try:
        heard: Channels = chop.result.pull()
    except CookError:  # shown on the CHOP, and said by the track
        return None
    return heard


class Track:
    """Deals out the samples of one recording, so that sound and picture stay together to the sample.

    Each frame of the timeline that is recorded brings ⌊f · R / rate⌋ − ⌊(f − 1) · R / rate⌋ samples of a CHOP at R
    samples a second. Up to and with frame k of the file, counted from 0, ⌊(k + 1) · r / fps⌋ samples are dealt out,
    where r is how many of them a second of the file has: R in real time, where the file keeps to the clock. Else one
    cooked frame is one of the file, the sound becomes as much faster or slower as the picture does, and r is
    R · fps / rate. Nothing is ever rounded twice, so nothing drifts.
    """

    def __init__(self, project: Project, chop: CHOP, heard: Channels | None, fps: Fraction) -> None:
        if heard is None or not len(heard):
            found = "it has no channels" if heard is not None else "it has an error"
            raise OpError(f"cannot record the sound of {chop.path}: {found}; give it at least one channel")
        self._project = project
        self.chop = chop
        self._shape = self._shape_of(heard)
        self._fps = fps
        self.warnings: list[str] = []
        self._source = exact(heard.rate)
        self.rate = self._source if project.realTime else self._source * fps / project.rate
        """Samples in a second of the file."""
        self.channels = len(heard)
        self._waiting: list[Sound] = []
        self._held = 0
        self.dealt = 0
        """How many samples were dealt out."""
        if not heard.sliced:
            self._warn(f"{chop.path} is not time-sliced: its samples are taken at the times of the frames")
        if self.rate != self._source:
            speed = f"{float(self.rate / self._source):.4g}"
            self._warn(
                f"fps is {float(fps):g} at {float(project.rate):g} frames a second: picture and sound play at "
                f"{speed} times their speed"
            )

    @staticmethod
    def _shape_of(heard: Channels) -> tuple[int, float]:
        return len(heard), heard.rate

    def take(self, heard: Channels | None, step: int) -> None:
        """Accept the sound of the newest ``step`` frames of the timeline. OpError when its form has changed."""
        project = self._project
        first, stop = (int(frame * self._source / project.rate) for frame in (project.frame - step, project.frame))
        count = stop - first
        if heard is None or (count and not heard.samples.size):
            why = "has no samples" if heard is not None else "has an error" if self.chop.valid else "is gone"
            self._warn(f"{self.chop.path} {why}: silence is recorded while that lasts")
            self._put(np.zeros((self.channels, count)))
            return
        if self._shape_of(heard) != self._shape:
            (channels, rate), (now, other) = self._shape, self._shape_of(heard)
            raise OpError(
                f"cannot go on recording {self.chop.path}: it had {channels} channels at {rate:g} samples a second, "
                f"now {now} at {other:g}; keep both while recording"
            )
        samples = heard.samples if heard.sliced else heard.resampled(heard.rate, first, count)
        # The newest ones: a slice is longer if the CHOP was not asked in the frame before, and at most 0.2 s.
        samples = samples[:, max(0, samples.shape[1] - count) :]
        self._put(np.pad(samples, ((0, 0), (count - samples.shape[1], 0))))

    def skip(self, step: int) -> None:
        """Accept silence for ``step`` frames of the timeline before this one, in which nobody listened."""
        last = self._project.frame - 1
        first, stop = (int(frame * self._source / self._project.rate) for frame in (last - step, last))
        self._put(np.zeros((self.channels, stop - first)))

    def _put(self, samples: Sound) -> None:
        self._waiting.append(samples)
        self._held += samples.shape[1]

    def deal(self, frames: int) -> Sound:
        """The samples that come now, of those up to frame ``frames`` of the file (1 is the first)."""
        count = min(self._held, self._until(frames) - self.dealt)
        held = np.concatenate([*self._waiting, np.zeros((self.channels, 0))], axis=1)
        self._waiting = [held[:, count:]]
        self._held -= count
        self.dealt += count
        return held[:, :count]

    def fit(self, frames: int) -> None:
        """Make what waits end with frame ``frames``: with silence, or by leaving out what is too much."""
        missing = self._until(frames) - self.dealt - self._held
        if missing > 0:
            self._put(np.zeros((self.channels, missing)))
        elif missing < 0:
            held = np.concatenate(self._waiting, axis=1)[:, :missing]
            self._waiting, self._held = [held], held.shape[1]

    def _until(self, frames: int) -> int:
        return int(frames * self.rate / self._fps)

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)
