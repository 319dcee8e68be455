"""``tdlite render``: record one TOP to a movie, an image or numbered images."""

from __future__ import annotations

import argparse
import os
import string
from collections.abc import Callable
from typing import Any

from tdlite.graph.engine import sentence
from tdlite.graph.errors import TdError
from tdlite.graph.journal import Problem
from tdlite.graph.op import OP
from tdlite.graph.project import Project
from tdlite.media.containers import CONTAINERS
from tdlite.media.files import make_folder
from tdlite.media.images import SUFFIXES

from .exits import OUTPUT, USAGE, Stop
from .network import absolute, assign, find
from .report import Report
from .session import session

_NAME = "tdlite_render"
"""The operator that records, beside the TOP."""
_MOST_FILES = 10_000_000
_CODECS = {".gif": "gif", ".webm": "vp9"}
"""The codec of a movie whose file says which it must be; H.264 otherwise."""


def command(args: argparse.Namespace) -> int:
    """Check what was asked for, then cook the frames up to the last one and record from the first."""
    target = Target(args)
    target.refuse_existing()

    def work(project: Project, report: Report) -> None:
        first, last = target.range(project)
        target.refuse_existing(last)
        top = find(project, args.top)
        if not top.isTOP:
            raise Stop(USAGE, f"{top.path} is of type {top.opType}, not a TOP: it has no picture to record")
        make_folder(target.path)
        recorder = target.recorder(top, first, last)
        project.sinks = (recorder,)
        project.on_problem.append(_quit_with(recorder, report))
        report.follow(project, last)
        # The recorder asks for the picture in these frames too, so that what has a state arrives at A in step.
        _run(project, first - 1, ended_by_quit=False)
        if target.movie:
            recorder.par.record = True
        _run(project, last, ended_by_quit=args.frames is None)
        if target.movie:
            recorder.par.record = False

    return session(args, work, {target.place})


def _run(project: Project, last: int, ended_by_quit: bool) -> None:
    """Cook up to frame ``last``. Frames that were asked for by number are cooked whether the network quits or not."""
    while project.begun < last and not (project.failed and project.strict):
        project.run(frames=last - project.begun)
        if project.begun < last and (ended_by_quit or _failed(project)):
            break


def _failed(project: Project) -> bool:
    """Whether the recorder itself failed: more frames would change nothing."""
    assert project.sinks is not None
    return any(problem.path == op.path and not problem.warning for op in project.sinks for problem in project.problems)


def _quit_with(recorder: OP, report: Report) -> Callable[[Problem], None]:
    """End the run at an error of the recorder; if it is one of the encoder's, say how its parameters are set here."""

    def listener(problem: Problem) -> None:
        if problem.path != recorder.path or problem.warning:
            return
        recorder.project.quit()
        if problem.kind == "encoder":
            report.say(
                f"note: in tdlite render, --size WxH sets the resolution, and --set {recorder.path}.NAME=VALUE "
                "another parameter of the Movie File Out TOP that records"
            )

    return listener


class Target:
    """The file or files to write: what the name means, and which frames it takes. Stop when it means nothing."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        name: str = args.output
        self.path = absolute(name)
        self.place = "/".join(["", *args.top.strip("/").split("/")[:-1], _NAME])
        """The path of the recorder."""
        suffix = os.path.splitext(name)[1].lower()
        self.movie = suffix.removeprefix(".") in CONTAINERS
        self.numbered = self._numbered(name)
        if not self.movie and suffix not in SUFFIXES:
            known = " ".join([*(f".{token}" for token in CONTAINERS), *sorted(SUFFIXES)])
            raise Stop(USAGE, f"cannot tell what to write from the name {name!r}; end it with one of {known}")
        if self.movie and self.numbered:
            raise Stop(USAGE, f"{name} is a movie: it holds all frames and needs no {{frame}} in its name")
        if not self.movie and args.audio:
            raise Stop(USAGE, f"--audio is for movies; {name} is an image")
        if not self.movie and args.codec:
            raise Stop(USAGE, f"--codec is for movies; {name} is an image")
        first, last = args.frames or (1, None)
        if not self.movie and not self.numbered and args.frames and first != last:
            stem, dot, ending = name.rpartition(".")
            raise Stop(USAGE, f"{name} holds one frame; for several name it {stem}.{{frame:05}}{dot}{ending}")

    @staticmethod
    def _numbered(name: str) -> bool:
        try:
            fields = {field for _, field, _, _ in string.Formatter().parse(name) if field is not None}
            if fields and name.format(frame=1) == name.format(frame=2):
                raise ValueError("every frame would have the same name")
        except (ValueError, LookupError, AttributeError, MemoryError, OverflowError) as error:
            raise Stop(
                USAGE, f"{name}: {sentence(error)}; a pattern has one field, the frame: out/frame.{{frame:05}}.png"
            ) from error
        return bool(fields)

    def range(self, project: Project) -> tuple[int, int]:
        """The first and last frame to record."""
        first, last = self.args.frames or (1, None)
        if last is None:
            last = max(project.timeline.end, first) if self.movie or self.numbered else first
        count = last - first + 1
        if self.numbered and count > _MOST_FILES:
            raise Stop(USAGE, f"{self.path} would be {count:,} files; --frames takes {_MOST_FILES:,} at a time")
        return first, last

    def name(self, frame: int) -> str:
        """The file of a frame."""
        return self.path.format(frame=frame) if self.numbered else self.path

    def refuse_existing(self, last: int | None = None) -> None:
        """Stop if a file is in the way; of numbered ones those up to ``last`` are looked at."""
        if self.args.overwrite:
            return
        first = self.args.frames[0] if self.args.frames else 1
        frames = range(first, last + 1) if self.numbered and last is not None else range(0 if self.numbered else 1)
        there = [name for name in map(self.name, frames) if os.path.exists(name)]
        if there:
            exist = f"and {len(there) - 1} more exist" if len(there) > 1 else "exists"
            raise Stop(OUTPUT, f"{there[0]} {exist}; choose another name or give --overwrite")

    def recorder(self, top: OP, first: int, last: int) -> Any:
        """The operator that writes, beside the TOP and wired to it."""
        args = self.args
        home: Any = top.parent()
        recorder = self._movie(home) if self.movie else self._images(home, first, last)
        recorder.inputConnectors[0].connect(top)
        try:
            if args.size:
                recorder.par.outputresolution = "custom"
                recorder.par.resolutionw, recorder.par.resolutionh = args.size
            if args.audio:
                recorder.par.audiochop = self._sound(top)
            if self.movie and args.quality is not None:
                recorder.par.quality = args.quality
            if self.movie:
                recorder.par.videocodec = args.codec or _CODECS.get(os.path.splitext(self.path)[1].lower(), "h264nvgpu")
        except TdError as error:
            raise Stop(USAGE, sentence(error)) from error
        for path, name, value in args.set:
            if path == self.place:
                assign(top.project, recorder.path, name, value)
        return recorder

    def _sound(self, top: OP) -> OP:
        chop = find(top.project, self.args.audio)
        if not chop.isCHOP:
            raise Stop(USAGE, f"{chop.path} is of type {chop.opType}, not a CHOP: it has no sound to record")
        return chop

    def _movie(self, home: Any) -> Any:
        recorder = home.create("moviefileoutTOP", _NAME)
        recorder.par.type = "movie"
        recorder.par.file = self.path
        recorder.par.uniquesuff = False
        recorder.par.overwrite = self.args.overwrite
        return recorder

    def _images(self, home: Any, first: int, last: int) -> Any:
        from .frames import framesTOP

        recorder = home.create(framesTOP, _NAME)
        recorder.record(self.name, first, last, 1.0 if self.args.quality is None else self.args.quality)
        return recorder
