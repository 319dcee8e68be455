"""An author's shader text: the lines of a DAT, with the DATs and files that it includes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence

from tdlite.glsl.text import bare, joined, unclosed
from tdlite.gpu.errors import ShaderError
from tdlite.gpu.source import Line
from tdlite.graph.finding import near

from .dat import DAT

_INCLUDE = re.compile(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")\s*$')
_CONDITION = re.compile(r"\s*#\s*(ifdef|ifndef|if|else|elif|endif)\b")
_GUARD = re.compile(r"\s*#\s*ifndef\s+(\w+)\s*\n\s*#\s*define\s+\1\b")
_UNSEEN = re.compile(r"[^\S\n\t ]|[\x00\u200b-\u200f\u2060\ufeff]")
_MOST_LINES = 100_000

Stamp = tuple[int, int] | None
"""What tells one state of a file from another: time and size, None without a file."""


def stamp(path: str) -> Stamp:
    """The state of a file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    return found.st_mtime_ns, found.st_size


class Conditions:
    """Follows the ``#if`` … ``#endif`` of a text; a guard around all of it against including it twice is none."""

    def __init__(self, contents: list[str]) -> None:
        first = _GUARD.match("\n".join(content for content in contents if content.strip()))
        self._guard = first is not None
        self._open: list[bool] = []
        """Of each that is open, whether what it holds counts for certain."""

    @property
    def certain(self) -> bool:
        """Whether what comes now is there for certain."""
        return all(self._open)

    def pass_(self, content: str) -> None:
        """Go past a line."""
        match = _CONDITION.match(content)
        if match is None:
            return
        if match[1] == "endif":
            if self._open:
                self._open.pop()
        elif match[1] in ("else", "elif"):
            if self._open:
                self._open[-1] = False
        else:
            self._open.append(self._guard)
            self._guard = False


class Reader:
    """Reads texts, each DAT and file once, where it is first included for certain.

    An include between ``#if`` and ``#endif`` may count or not, so it does not keep later ones out. ``folders`` are
    searched for included files after the folder of the file that includes. ``files`` are all files that were looked
    for, with their states: those that were not there, too.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = folders
        self._seen: set[str] = set()
        self.files: dict[str, Stamp] = {}

    def another(self) -> Reader:
        """A reader for another stage, which may read the same texts again."""
        made = Reader(self._folders)
        made.files = self.files
        return made

    def lines(self, dat: DAT) -> list[Line]:
        """The lines of a DAT, comments blanked. Raises ShaderError."""
        self._seen.add(dat.path)
        return self._expanded(dat.text, dat.path, dat, "", (dat.path,))

    def _expanded(
        self, text: str, name: str, me: DAT, folder: str, stack: tuple[str, ...], certain: bool = True
    ) -> list[Line]:
        """The lines of a text; ``me`` is where its includes of DATs are looked for from, ``folder`` those of files."""
        lines: list[Line] = []
        text = plain(text)
        if (place := unclosed(text)) is not None:
            number = text.count("\n", 0, place) + 1
            raise fault(Line("", name, number), "the comment that begins here does not end; it needs a */")
        contents = bare(joined(text)).splitlines()
        conditions = Conditions(contents)
        for number, content in enumerate(contents, 1):
            line = Line(content, name, number)
            conditions.pass_(content)
            match = _INCLUDE.match(content)
            if match is None:
                lines.append(line)
                continue
            if len(lines) > _MOST_LINES:
                raise fault(line, f"#include: the text has grown over {_MOST_LINES} lines")
            wanted = match[1] or match[2]
            found = me.op(wanted)
            if found is not None and not isinstance(found, DAT):
                raise fault(line, f"#include: {found.path} is a {found.opType}, not a DAT")
            path = found.path if found is not None else self._file(wanted, folder, me, line)
            if path in stack:
                raise fault(line, f"#include: {' → '.join((*stack, path))}: a text cannot include itself")
            if path in self._seen:
                continue
            sure = certain and conditions.certain
            if sure:
                self._seen.add(path)
            if found is not None:
                lines.extend(self._expanded(found.text, found.path, found, "", (*stack, path), sure))
            else:
                read = self._read(path, line)
                lines.extend(self._expanded(read, path, me, os.path.dirname(path), (*stack, path), sure))
        return lines

    def _file(self, wanted: str, folder: str, me: DAT, line: Line) -> str:
        """The path of an included file; ShaderError when it is nowhere."""
        for place in (folder, *self._folders):
            if place or os.path.isabs(wanted):
                path = os.path.normpath(os.path.join(place, wanted))
                self.files[path] = stamp(path)
                if os.path.isfile(path):
                    return path
        hint = near(me, (wanted,))
        where = f", and no such file in {', '.join(filter(None, (folder, *self._folders)))}" if "." in wanted else ""
        raise fault(line, f"#include: there is no DAT {wanted!r}{hint}{where}")

    @staticmethod
    def _read(path: str, line: Line) -> str:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError as error:
            raise fault(line, f"#include: cannot read {path}: {error.strerror}") from None


def plain(text: str) -> str:
    """A text with Unix line ends, and spaces for the blanks of other writing and for what nobody sees.

    Editors and web pages leave byte order marks and unbreakable spaces in texts, at which drivers stop reading.
    """
    return _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def fault(line: Line, message: str) -> ShaderError:
    """A message about one line of an author."""
    return ShaderError(f"{line.name}:{line.number}: {message}", ((line.name, line.number, message),))


def substituted(
    lines: Iterable[Line], pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]
) -> list[Line]:
    """Lines in which all matches are replaced, also those over several lines; each line keeps its number."""
    lines = list(lines)

    def replaced(match: re.Match[str]) -> str:
        new = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
        return new + "\n" * (match[0].count("\n") - new.count("\n"))

    return retold(lines, pattern.sub(replaced, "\n".join(line.text for line in lines)))


def retold(lines: list[Line], text: str) -> list[Line]:
    """Lines with the words of another text of as many lines; each keeps its number."""
    return [line._replace(text=new) for line, new in zip(lines, text.split("\n"), strict=True)] if lines else lines
