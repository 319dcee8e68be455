"""``tdlite run``: a network that records itself."""

from __future__ import annotations

import argparse

from tdlite.graph.project import Project

from .report import Report
from .session import session


def command(args: argparse.Namespace) -> int:
    """Run the timeline to project.quit(), to the length asked for, or to its end."""

    def work(project: Project, report: Report) -> None:
        frames: int = args.frames or (round(args.seconds * project.rate) if args.seconds else project.timeline.end)
        report.follow(project, frames)
        project.run(frames=frames)

    return session(args, work)
