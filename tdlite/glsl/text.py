"""Comments, preprocessor lines, lists and brackets in GLSL text."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMMENT = re.compile(r"//(?:[^\n\\]|\\.|\\\n)*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_CONTINUES = re.compile(r"[ \t]*\S")
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+\w+", re.MULTILINE)
_BRACKET = re.compile(r"[()\[\]{}]")
PRECISION = r"(?:(?:highp|mediump|lowp)\s+)?"
"""A pattern of what may stand before a type."""
_FAR = 4000
"""Characters in which a bracket is expected to close."""


def blanked(text: str, pattern: re.Pattern[str]) -> str:
    """The text with what matches blanked; lines and columns stay."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def bare(text: str) -> str:
    """The text with comments blanked; one of a line goes on behind a backslash, as everything does in GLSL."""
    return blanked(text, _COMMENT)


def joined(text: str) -> str:
    """The text in which a directive goes on behind a comment over several lines, as GLSL has it, by backslashes."""
    plain = bare(text)
    edits = []
    ended = 0
    for match in _COMMENT.finditer(text):
        if match[0][1] != "*" or "\n" not in match[0] or not _CONTINUES.match(plain, match.end()):
            continue
        start = plain.rfind("\n", 0, match.start()) + 1
        while plain[start - 2 : start] == "\\\n":
            start = plain.rfind("\n", 0, start - 1) + 1
        if start < ended or plain[start : match.start()].lstrip(" \t")[:1] == "#":
            ended = match.end()
            edits.append((match.start(), len(match[0]), " \\\n" * match[0].count("\n") + " "))
    return edited(text, edits) if edits else text


def unclosed(text: str) -> int | None:
    """The index of a comment that does not end, None if all do."""
    for match in _COMMENT.finditer(text):
        if match.end() == len(text) and match[0].startswith("/*") and (match[0] == "/*/" or match[0][-2:] != "*/"):
            return match.start()
    return None


def code(text: str) -> str:
    """The text with comments and preprocessor lines blanked."""
    return blanked(bare(text), _DIRECTIVE)


def owns(text: str, name: str) -> bool:
    """Whether a text, comments blanked, has a function or macro of its own of that name."""
    if re.search(rf"#[ \t]*define[ \t]+{name}\b", text):
        return True
    plain = _MACRO.sub(";", text)  # behind whose name a call is no declaration
    return re.search(rf"\b(?!(?:return|else)\b)[A-Za-z_]\w*\s+{name}\s*\(", plain) is not None


def split(text: str, separator: str = ",") -> list[str]:
    """The parts of a list, where brackets hold together what is in them."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == separator and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def enclosed(text: str, start: int) -> int:
    """The index behind the bracket that closes the one at ``start``; ``start`` itself if none does, or far away."""
    depth = 0
    for match in _BRACKET.finditer(text, start, start + _FAR):
        depth += 1 if match[0] in "([{" else -1
        if depth == 0:
            return match.end()
    return start


def arguments(text: str, start: int) -> list[str]:
    """The arguments of the call whose opening bracket is at ``start``; none if it is empty or does not close."""
    inside = text[start + 1 : enclosed(text, start) - 1]
    return split(inside) if inside.strip() else []


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text after edits: from which index on how many characters become what."""
    pieces, last = [], 0
    for at, length, new in sorted(edits, key=lambda edit: edit[0]):
        pieces += [text[last:at], new]
        last = at + length
    return "".join([*pieces, text[last:]])
