"""Variables without a value, which browsers set to 0 and desktop GL leaves undefined."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .text import PRECISION, code, edited, split

_ZERO = {"float": "0.0", "int": "0", "uint": "0u", "bool": "false"}
_TYPES = r"float|int|uint|bool|[iub]?vec[234]|mat[234](?:x[234])?"
_DECLARATION = re.compile(rf"(?:(?<=[{{}};(\s])|^){PRECISION}({_TYPES})\s+(?=[A-Za-z_])")
_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*\Z")
_VALUE = re.compile(r"\s*=(?!=)")
_HOLDER = re.compile(r"\b(?:struct|uniform|buffer|in|out)\b")
_OUT = re.compile(rf"\bmainImage\s*\(\s*(out)\s+{PRECISION}vec4\s+(\w+)")
_FUNCTION = re.compile(r"\w+\s*\(")
GLOBAL, CODE, NOT_CODE = range(3)
_FAR = 4000
"""Characters in which a variable's first use is looked for."""


def initialised(text: str) -> str:
    """The text with a 0 for each global, and each local that may be read before it is written; no more changes."""
    plain = code(text)
    edits: list[tuple[int, int, str]] = []
    inside = _places(plain)
    for match in _DECLARATION.finditer(plain):
        before = plain[max(0, match.start() - 400) : match.start()].rstrip()
        place = inside[match.start()]
        if place == NOT_CODE or before[-1:] not in ("", "{", "}", ";", "(", ")"):
            continue
        if _FUNCTION.match(plain, match.end()):
            continue
        if before[-1:] == "(" and not re.search(r"\bfor\s*\(\Z", before):
            continue
        end = _end(plain, match.end())
        if end is None:
            continue
        at = match.end()
        for part in split(plain[match.end() : end]):
            at += len(part)
            name = _NAME.match(part)
            if name and (place == GLOBAL or _reads_first(plain, end, name[1])):
                edits.append((at - len(part) + len(part.rstrip()), 0, f" = {_zero(match[1])}"))
            at += 1
    heads = [*_OUT.finditer(plain)]
    if any((start := _body(plain, head.end())) and _reads_first(plain, start, head[2]) for head in heads):
        edits += [(head.start(1), len("out"), "inout") for head in heads]  # the same in a prototype as in its function
    return edited(text, edits)


def _body(plain: str, head: int) -> int | None:
    """Where the body begins of the function whose head this is; None for a prototype."""
    start = plain.find("{", head)
    return start if start >= 0 and plain.find(";", head, start) < 0 else None


def _zero(type_: str) -> str:
    if type_ in _ZERO:
        return _ZERO[type_]
    return f"{type_}(false)" if type_[0] == "b" else f"{type_}(0)" if type_[0] in "iu" else f"{type_}(0.0)"


def variable(type_: str, name: str, length: str = "") -> str:
    """The declaration of a variable, or an array of that length, of zeros where the type is one of GLSL's own."""
    if not re.fullmatch(_TYPES, type_):
        return f"{type_} {name}{f'[{length}]' if length else ''};"
    zero = _zero(type_)
    if not length:
        return f"{type_} {name} = {zero};"
    if not length.isdigit() or not 0 < int(length) <= 256:
        return f"{type_} {name}[{length}];"
    return f"{type_} {name}[{length}] = {type_}[{length}]({', '.join([zero] * int(length))});"


def _places(plain: str) -> list[int]:
    """For each character whether it is outside of all braces, in a function's body, or in a struct or the like."""
    places: list[int] = []
    stack: list[int] = [GLOBAL]
    start = 0
    for index, letter in enumerate(plain):
        if letter == "{":
            stack.append(NOT_CODE if _holds(plain[start:index].rstrip()) else CODE)
        places.append(stack[-1])
        if letter == "}" and len(stack) > 1:
            stack.pop()
        if letter in ";{}":
            start = index + 1
    return places


def _holds(head: str) -> bool:
    """Whether what stands before a brace makes it one of a struct, a block or a list of values."""
    return head[-1:] in ("=", "]") or (head[-1:] != ")" and _HOLDER.search(head) is not None)


def _end(plain: str, start: int) -> int | None:
    """The index of the semicolon that ends a declaration, None if that is none."""
    depth = 0
    for index in range(start, min(len(plain), start + _FAR)):
        letter = plain[index]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif letter == ";" and depth == 0:
            return index
    return None


def _reads_first(plain: str, start: int, name: str) -> bool:
    """Whether what comes first after ``start`` may be a look at the variable, not a value for it."""
    for use in _uses(plain, start, name):
        plainly = _VALUE.match(plain, use + len(name))
        return not plainly or not _always(plain, start, use) or _self(plain, use, name)
    return False


def _always(plain: str, start: int, use: int) -> bool:
    """Whether the statement at ``use`` is in the same block as ``start`` and under no condition."""
    between = plain[start + 1 : use]
    depth = sum((letter in "({") - (letter in ")}") for letter in between)
    return depth == 0 and between.rstrip()[-1:] in ("", ";", "{", "}")


def _self(plain: str, use: int, name: str) -> bool:
    end = _end(plain, use) or use
    return next(_uses(plain, use + len(name), name), end) < end


def _uses(plain: str, start: int, name: str) -> Iterator[int]:
    for match in re.compile(rf"(?<![\w.]){name}\b").finditer(plain, start, min(len(plain), start + _FAR)):
        yield match.start()
