"""``tdlite run``: a network that records itself."""

from __future__ import annotations

import argparse

from tdlite.graph.project import Project

from .report import Report
from .session import session


def command(args: argparse.Namespace) -> int:
    """Run the timeline to project.quit(), to the length asked for, or to its end."""

    def work(project: Project, report: Report) -> None:
        frames: int = args.frames or project.timeline.end
        if args.seconds:
            frames = max(1, round(args.seconds * project.rate))
        report.follow(project, frames)
        project.run(frames=frames)
        operators = project.all_ops()
        if not any(op.totalCooks for op in operators) and any(op.isTOP for op in operators):
            report.say(
                "note: nothing was cooked, since nothing asked for a picture: wire a Movie File Out TOP with Record "
                f"on, or record a TOP with: tdlite render {args.network} --top PATH -o OUT"
            )

    return session(args, work)
