"""What recorded files are called: suffixes, numbers of takes, and which names are still free."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from tdlite.graph.errors import OpError
from tdlite.graph.par import Par
from tdlite.graph.parvalues import ParMode
from tdlite.media.codecs import CODECS
from tdlite.media.containers import CONTAINERS
from tdlite.media.errors import OutputError
from tdlite.media.images import SUFFIXES

if TYPE_CHECKING:
    from tdlite.graph.op import OP

IMAGES = {
    "tiff": (".tif", ".tiff"),
    "jpeg": (".jpg", ".jpeg"),
    "bmp": (".bmp",),
    "exr": (".exr",),
    "png": (".png",),
    "dds": (".dds",),
    "jp2": (".jp2",),
}
"""The image file types and the extensions that fit each, the usual one first."""

# What ends in one of these has an extension; anything else after a dot is a part of the name.
_EXTENSIONS = {
    *SUFFIXES,
    *(f".{token}" for token in CONTAINERS),
    *(".avi", ".flv", ".gif", ".hdr", ".m4v", ".mpeg", ".mpg", ".mxf", ".ogv", ".tga", ".ts", ".webp"),
}

# What somebody most likely meant as an extension: two to four letters and digits, but for numbers and versions (.v2).
_MEANT = re.compile(r"\.(?![a-z]?\d+$)[a-z][a-z0-9]{1,3}", re.IGNORECASE)

# An index that is easy to find in a path, with more digits than anybody pads to.
_PROBE = 987_654_321_987_654_321


class Plan(NamedTuple):
    """What decides about a file's suffix beside the numbers in it; fixed when a recording starts."""

    image: str
    """The image file type; empty for movies."""
    sequence: bool
    extension: str
    """Without a dot."""
    digits: int

    def numeral(self, index: int) -> str:
        """The index of an image within its sequence, with leading zeros."""
        return f"{index:0{self.digits}d}"

    def suffix(self, n: int, index: int) -> str:
        """``N.ext``, or ``N.i.ext`` for sequences."""
        return f"{n}.{self.numeral(index)}.{self.extension}" if self.sequence else f"{n}.{self.extension}"


def plan(row: Any) -> Plan:
    """The plan that an operator's parameters make: ``row`` has them as attributes, values or Pars."""
    kind = row.type
    if kind in ("image", "imagesequence"):
        token = str(row.imagefiletype)
        return Plan(token, bool(kind == "imagesequence"), IMAGES[token][0][1:], int(row.leadingzerosdigits))
    container = str(row.moviecontainer)
    if container == "automatic":  # a codec that cannot be written is said when recording begins, not here
        made = CODECS.get(str(row.videocodec))
        container = made.containers[0] if made is not None else "mov"
    return Plan("", False, container, 0)


class Names:
    """The file names of one operator: its ``file`` parameter, completed where it lacks suffix or index."""

    def __init__(self, op: OP) -> None:
        self._op = op
        self.asked: tuple[Plan, int, int] | None = None
        """Plan, N and index that ``me.fileSuffix`` stands for while ``file`` is evaluated for a name."""

    @property
    def claimed(self) -> set[str]:
        """The files that recordings of this project are writing, though they may not be on disk yet."""
        claimed: set[str] = self._op.project.resources.setdefault("recorded files", set())
        return claimed

    def _file(self, plan: Plan, n: int, index: int) -> str:
        par: Par = self._op.par.file
        before, self.asked = self.asked, (plan, n, index)
        try:
            # Not through the parameter's own result: that one stands for the next name, this may be any.
            expression = par.mode is ParMode.EXPRESSION
            return str(self._op.evalExpression(par.expr) if expression else par.eval())
        finally:
            self.asked = before

    def path(self, plan: Plan, n: int, index: int = 0) -> str:
        """The absolute path of a file. OpError when ``file`` is empty."""
        text = self._file(plan, n, index)
        if not text:
            raise OpError("cannot record: par.file is empty; set it to a path, or reset it to its default")
        if "\0" in text:
            raise OpError(f"cannot record: par.file is {text!r}; no path has a null character, take it out")
        path = os.path.join(self._op.project.folder, os.path.expanduser(text))
        stem, extension = os.path.splitext(path)
        if extension.lower() not in _EXTENSIONS:
            if path.endswith("/") or os.path.isdir(path):
                path = os.path.join(path, plan.suffix(n, index))
            else:
                path = f"{path.removesuffix('.')}.{plan.suffix(n, index)}"
        elif plan.sequence and self._file(plan, n, index + 1) == text:
            path = f"{stem}.{plan.numeral(index)}{extension}"
        return os.path.abspath(path)

    def mistaken(self, plan: Plan, n: int) -> list[str]:
        """A sentence if ``file`` ends in what looks like an extension and is none: it is a part of the name then."""
        text = self._file(plan, n, 0)
        end = os.path.splitext(text)[1]
        path = self.path(plan, n)
        if end.lower() in _EXTENSIONS or not _MEANT.fullmatch(end.strip()) or os.path.dirname(path).endswith(end):
            return []
        known = IMAGES[plan.image] if plan.image else tuple(f".{token}" for token in CONTAINERS)
        return [
            f"par.file ends in {end}, which is no file type known here: it is a part of the name, and {path} is "
            f"written; end it with {' or '.join(known)}"
        ]

    def number(self, plan: Plan, n: int, unique: bool) -> int:
        """The N of a recording that would start now: ``n``, or with ``unique`` the first free one from there on."""
        before = ""
        for number in count(n) if unique and self._file(plan, n, 0) else ():
            path = self.path(plan, number)
            if path == before:  # the name has no N: no other number would be better
                break
            if not self._taken(plan, number):
                return number
            before = path
        return n

    def claim(self, plan: Plan, n: int, unique: bool, overwrite: bool) -> str:
        """Take the name of a recording for oneself; its first file. OpError or OutputError when it must not be."""
        path = self.path(plan, n)
        self._fits(plan, path)
        if path in self.claimed:
            raise OutputError(
                f"cannot record {path}: it is being recorded already; give each operator a file of its own", path
            )
        if not overwrite and self._taken(plan, n):
            found = f"images of take {n} exist" if plan.sequence and not os.path.lexists(path) else "it exists"
            mend = "put me.fileSuffix into par.file"
            with suppress(Exception):  # an expression may not know another take
                if not unique and self.path(plan, n + 1) != path:
                    mend = "set uniquesuff on or choose another n"
            raise OutputError(f"cannot record {path}: {found}; {mend}, or set overwrite on to replace it", path)
        self.claimed.add(path)
        return path

    @staticmethod
    def _fits(plan: Plan, path: str) -> None:
        """The container checks a movie's extension."""
        if plan.image and os.path.splitext(path)[1].lower() not in IMAGES[plan.image]:
            extension = os.path.splitext(path)[1]
            other = next((token for token, each in IMAGES.items() if extension.lower() in each), None)
            mend = f" or set imagefiletype to {other}" if other else ""
            raise OpError(
                f"cannot record {path} as {plan.image} (its extension is {extension or 'missing'}); "
                f"end par.file with {IMAGES[plan.image][0]}{mend}"
            )

    def _taken(self, plan: Plan, n: int) -> bool:
        """Whether a file of take ``n`` exists or is being written: any index, of a sequence."""
        first = self.path(plan, n)
        if first in self.claimed or os.path.lexists(first):
            return True
        if not plan.sequence:
            return False
        before, _, end = self.path(plan, n, _PROBE).partition(str(_PROBE))
        folder, start = os.path.split(before)
        entries: list[str] = []
        with suppress(OSError):
            entries = os.listdir(folder)
        return any(
            name.startswith(start) and name.endswith(end) and name[len(start) : len(name) - len(end)].isdecimal()
            for name in entries
        )
