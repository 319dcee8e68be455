"""Casts as C writes them, which NVIDIA's compilers take, as the constructors that GLSL has."""

from __future__ import annotations

import re

from tdlite.glsl.text import edited, enclosed
from tdlite.gpu.source import Line

from .glsltext import retold

_TYPE = r"[ \t]*(?:float|int|uint|bool|(?:float|half|int|uint|bool|[iub]?vec)[234])[ \t]*"
_CAST = re.compile(rf"(?P<before>(?:\bdefine[ \t]+)?\b\w+[ \t]*)?\((?P<type>{_TYPE})\)[ \t]*(?=[\w(.+!~-])")
_SPEAKS = re.compile(r"(?:return|else|case)[ \t]*|define[ \t]+\w+[ \t]+")
"""Words that a cast may follow upon; behind other names the bracket holds the argument of a macro or function."""
_START = re.compile(rf"(?:[-+!~ \t]|\({_TYPE}\)){{0,20}}(?:\.?\d(?:[eE][-+]|[\w.])*|\w*)")
_FIELD = re.compile(r"\s*\.\s*\w+")
_OPENS = re.compile(r"[ \t]*[(\[]")
_COUNTS = re.compile(r"\+\+|--")
_MOST_PARTS = 50
"""Fields, indices and arguments that an operand has at most."""


def uncast(lines: list[Line]) -> list[Line]:
    """``(float)x`` as ``float(x)``; each line keeps its number."""
    text = "\n".join(line.text for line in lines)
    edits = []
    for match in _CAST.finditer(text):
        if not match["before"] or _SPEAKS.fullmatch(match["before"]):
            start = match.start("type") - 1
            edits += [(start, match.end() - start, f" {match['type']}("), (_end(text, match.end()), 0, ")")]
    return retold(lines, edited(text, edits)) if edits else lines


def _end(text: str, start: int) -> int:
    """Where the operand ends that starts there: a name, number or bracket with its arguments, indices and fields."""
    first = _START.match(text, start)
    end = first.end() if first else start
    for _ in range(_MOST_PARTS):
        if field := _FIELD.match(text, end):
            end = field.end()
        elif (opens := _OPENS.match(text, end)) and (closed := enclosed(text, opens.end() - 1)) >= opens.end():
            end = closed
        else:
            break
    counts = _COUNTS.match(text, end)
    return counts.end() if counts else end
