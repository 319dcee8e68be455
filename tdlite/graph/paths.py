"""Names, paths and patterns of operators, parameters and channels."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Container, Iterable, Sequence
from functools import lru_cache

from .errors import OpError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WILD = re.compile(r"[*?\[\]^]")
_LONGEST = 255
_MOST = 100_000
"""So many names or numbers a pattern stands for at most: a typing error must not fill the memory."""


def is_name(text: str) -> bool:
    """Whether ``text`` can name an operator: at most 255 letters, digits and underscores, not a digit first."""
    return isinstance(text, str) and len(text) <= _LONGEST and bool(_NAME.match(text))


def is_pattern(text: str) -> bool:
    """Whether ``text`` uses ``* ? [abc] [1-5]`` or ``^`` and so can name several things."""
    return bool(_WILD.search(text))


@lru_cache(1024)
def pattern(text: str) -> re.Pattern[str]:
    """Compile one word of a name pattern: ``*``, ``?``, ``[abc]``, ``[1-5]``, ``[1-9:2]``, ``[1,4,7]``."""
    out: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        end = text.find("]", position) if char == "[" else -1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif end > position + 1:
            out.append(_bracket(text[position + 1 : end]))
            position = end
        else:
            out.append(re.escape(char))
        position += 1
    return re.compile("".join(out) + r"\Z")


def _bracket(body: str) -> str:
    if re.fullmatch(r"\d+(-\d+(:\d+)?)?(,\d+(-\d+(:\d+)?)?)*", body) and re.search(r"[-,]|\d\d", body):
        return "(?:" + "|".join(str(number) for number in sorted(_numbers(body), reverse=True)) + ")"
    return "[" + re.escape(body) + "]"


def _numbers(body: str) -> set[int]:
    numbers: set[int] = set()
    for part in body.split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        numbers.update(_counted(body, int(first), int(last or first), int(step or 1)))
    return numbers


def _counted(text: str, first: int, last: int, step: int = 1) -> range:
    """The numbers of a range that a pattern ``text`` asks for. OpError when they are too many, or none."""
    if step < 1:
        raise OpError(f"the pattern {text!r} cannot count in steps of {step}; the number after : is at least 1")
    numbers = range(first, last + 1, step)
    if last - first >= step * _MOST:
        raise OpError(f"the pattern {text!r} counts from {first} to {last}; it takes {_MOST:,} numbers at most")
    return numbers


def expand(text: str) -> list[str]:
    """Names made by a creation pattern: ``t[xyz]`` → tx ty tz, ``chan[1-3]``, ``chan1-3``, several words."""
    names: list[str] = []
    for word in text.split():
        names.extend(_expand_word(word))
    return names


def _expand_word(word: str) -> list[str]:
    bracket = re.search(r"\[([^\]]+)\]", word)
    if bracket is None:
        legacy = re.fullmatch(r"(\D*)(\d+)-(\d+)", word)
        if legacy is None:
            return [word]
        stem, first, last = legacy[1], int(legacy[2]), int(legacy[3])
        return [f"{stem}{number}" for number in _counted(word, first, last)]
    body = bracket[1]
    numeric = re.fullmatch(r"[\d,:-]+", body) and re.search(r"[-,]|\d\d", body)
    items: Collection[object] = sorted(_numbers(body)) if numeric else body
    before, after = word[: bracket.start()], word[bracket.end() :]
    rests = _expand_word(after) or [""]
    if len(items) * len(rests) > _MOST:
        raise OpError(f"the pattern {word!r} stands for {len(items) * len(rests):,} names; {_MOST:,} are the most")
    return [before + str(item) + rest for item in items for rest in rests]


def match(patterns: str, names: Sequence[str]) -> list[str]:
    """The names that match a space-separated list of patterns; ``^word`` takes matches away again.

    In the order of ``names``.
    """
    kept: set[str] = set()
    words = patterns.split()
    if words and all(word.startswith("^") for word in words):
        kept.update(names)
    for word in words:
        compiled = pattern(word.removeprefix("^"))
        hits = {name for name in names if compiled.match(name)}
        kept = kept - hits if word.startswith("^") else kept | hits
    return [name for name in names if name in kept]


def renamed(names: Sequence[str], source: str, target: str) -> list[str]:
    """New names: those matching a word of ``source`` take the word of ``target`` at the same place.

    A wildcard in ``target`` stands for what the same wildcard of ``source`` matched: ``t*`` → ``pos*``. One
    ``source`` word without wildcards in ``target`` hands out the names in order: ``chan*`` → ``r g b``.
    """
    words, others = source.split(), expand(target)
    if len(words) == 1 and not re.search(r"[*?]", target):
        supply = iter(others)
        found = set(match(source, names))
        return [next(supply, name) if name in found else name for name in names]
    return [_renamed(name, words, others) for name in names]


def _renamed(name: str, words: list[str], others: list[str]) -> str:
    for word, other in zip(words, others, strict=False):
        parts = re.split(r"(\*|\?|\[[^\]]*\])", word)
        wild = "".join(f"({pattern(part).pattern[:-2]})" if i % 2 else re.escape(part) for i, part in enumerate(parts))
        found = re.fullmatch(wild, name)
        if found is not None:
            matched = iter(found.groups())
            return re.sub(r"[*?]", lambda _, matched=matched: next(matched, ""), other)  # type: ignore[misc]  # mypy cannot infer it
    return name


@lru_cache(1 << 16)
def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which ``a2`` comes before ``a10``, and ``/a/x`` before ``/a2/x``."""
    return tuple(
        (-1, 0, "") if part == "/" else (0, int(part), "") if part.isdecimal() else (1, 0, part.lower())
        for part in re.split(r"(\d+|/)", text)
        if part
    )


def nearest(name: str, names: Iterable[str]) -> str:
    """`` (nearest: 'tx')`` for the known name that resembles ``name`` most, or nothing."""
    found = closest(name, names, 0.5)
    return f" (nearest: {found!r})" if found is not None else ""


def closest(name: str, names: Iterable[str], alike: float) -> str | None:
    """The known name that resembles ``name`` most, upper case or lower, if it is at least so ``alike``, of 1."""
    known = {known.lower(): known for known in names}
    found = difflib.get_close_matches(name.lower(), known, n=1, cutoff=alike)
    return known[found[0]] if found else None


def base(name: str) -> str:
    """The part of a name before its first digits."""
    match_ = re.match(r"\D*", name.rpartition("/")[2])
    return match_[0] if match_ else ""


def digits(name: str) -> int | None:
    """The last group of digits in a name, or None."""
    groups = re.findall(r"\d+", name)
    return int(groups[-1]) if groups else None


def unique(name: str, used: Container[str]) -> str:
    """``name`` if it is free, else the first numbered name after it: noise1 → noise2."""
    if name not in used:
        return name
    match_ = re.fullmatch(r"(.*?)(\d*)", name)
    assert match_ is not None
    stem, number = match_[1], int(match_[2] or 0)
    while f"{stem}{number}" in used or not number:
        number += 1
    return f"{stem}{number}"
