"""Casts as C writes them, which NVIDIA's compilers take, as the constructors that GLSL has."""

from __future__ import annotations

import re

from tdlite.gpu.source import Line

_CAST = re.compile(
    r"\((?P<type>[ \t]*(?:float|int|uint|bool|(?:float|half|int|uint|bool|[iub]?vec)[234])[ \t]*)\)[ \t]*(?=[\w(.+!~-])"
)
_START = re.compile(r"[-+!~ \t]*[\w.]*")
_FIELD = re.compile(r"\s*\.\s*\w+")
_OPENS = {"(": 1, "[": 1, ")": -1, "]": -1}


def uncast(lines: list[Line]) -> list[Line]:
    """``(float)x`` as ``float(x)``; each line keeps its number."""
    text = "\n".join(line.text for line in lines)
    for match in reversed([*_CAST.finditer(text)]):  # from behind, so that a cast of a cast finds it done
        end = _end(text, match.end())
        text = f"{text[: match.start()]}{match['type']}({text[match.end() : end]}){text[end:]}"
    return [line._replace(text=new) for line, new in zip(lines, text.split("\n"), strict=True)] if lines else lines


def _end(text: str, start: int) -> int:
    """Where the operand ends that starts there: a name, number or bracket with its arguments, indices and fields."""
    first = _START.match(text, start)
    end = first.end() if first else start
    while True:
        field = _FIELD.match(text, end)
        if field:
            end = field.end()
        elif text[end : end + 1] in ("(", "["):
            end = _closing(text, end)
        else:
            return end


def _closing(text: str, start: int) -> int:
    """The place after the bracket that closes the one there, or the end of the text."""
    depth = 0
    for place in range(start, len(text)):
        depth += _OPENS.get(text[place], 0)
        if not depth:
            return place + 1
    return len(text)
