"""Comments, preprocessor lines and lists in GLSL text."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"//(?:[^\n\\]|\\.|\\\n)*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)


def blanked(text: str, pattern: re.Pattern[str]) -> str:
    """The text with what matches blanked; lines and columns stay."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def bare(text: str) -> str:
    """The text with comments blanked."""
    return blanked(text, _COMMENT)


def code(text: str) -> str:
    """The text with comments and preprocessor lines blanked."""
    return blanked(bare(text), _DIRECTIVE)


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
