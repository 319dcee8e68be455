"""The branches of ``#if`` … ``#else`` … ``#endif`` that pieces of a text are in, whatever their conditions say."""

from __future__ import annotations

import re
from bisect import bisect_right

_CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b", re.M)

Branch = tuple[tuple[int, int], ...]
"""From outside in: which ``#if`` of the text, and which of its branches. Empty outside of all."""


class Branches:
    """Knows for each place of a text, comments blanked, in which branch it is."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        self._branches: list[Branch] = [()]
        here: list[tuple[int, int]] = []
        for number, match in enumerate(_CONDITION.finditer(text)):
            if match[1] in ("if", "ifdef", "ifndef"):
                here.append((number, 0))
            elif here and match[1] == "endif":
                here.pop()
            elif here:
                here[-1] = here[-1][0], here[-1][1] + 1
            self._starts.append(match.start())
            self._branches.append(tuple(here))

    def at(self, index: int) -> Branch:
        """The branch of what is at this index."""
        return self._branches[bisect_right(self._starts, index) - 1]


def exclusive(one: Branch, other: Branch) -> bool:
    """Whether two branches are never there at once: they are different ones of the same ``#if``."""
    branches = dict(one)
    return any(branches.get(number, branch) != branch for number, branch in other)
