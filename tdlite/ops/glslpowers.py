"""Powers of numbers below 0, which most drivers compute for whole exponents and GLSL leaves undefined."""

from __future__ import annotations

import re

from tdlite.gpu.source import Line

_CALL = re.compile(r"\bpow\s*\(")
_OWN = re.compile(r"\b(?:float|vec[234])\s+pow\s*\(|#\s*define\s+pow\b")
_WHOLE = re.compile(r"\s*(?:vec[234]\s*\(\s*)?(?:[3-9]|[1-9]\d)(?:\.0*)?[fF]?\s*\)?\s*\Z")
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_CONST = re.compile(r"\bconst\b")

_POWERS = [
    f"{type_} td_pow({type_} x, {type_} n) {{ return pow(abs(x), n) * mix({type_}(1.0), sign(x), mod(n, 2.0)); }}"
    for type_ in ("float", "vec2", "vec3", "vec4")
]


def whole_powers(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """Lines in which ``pow(x, 3.0)``, with a whole number from 3 on, also takes numbers below 0; and what they need.

    Squares stay, since drivers multiply there; and so do constants, which must not call a function of one's own.
    """
    text = "\n".join(line.text for line in lines)
    if _OWN.search(text):
        return lines, []
    pieces, last = [], 0
    for match in _CALL.finditer(text):
        parts = _arguments(text, match.end())
        if len(parts) == 2 and _WHOLE.match(parts[1]) and _NAME.search(parts[0]):
            statement = max(text.rfind(end, 0, match.start()) for end in ";{}") + 1
            if not _CONST.search(text, statement, match.start()):
                pieces += [text[last : match.start()], "td_pow"]
                last = match.start() + len("pow")
    if not pieces:
        return lines, []
    changed = "".join([*pieces, text[last:]]).split("\n")
    return [line._replace(text=new) for line, new in zip(lines, changed, strict=True)], _POWERS


def _arguments(text: str, start: int) -> list[str]:
    """The arguments of the call whose opening bracket ends at ``start``; none if it does not close."""
    parts, depth, last = [], 1, start
    for end in range(start, len(text)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[end], 0)
        if not depth or (depth == 1 and text[end] == ","):
            parts.append(text[last:end])
            last = end + 1
        if not depth:
            return parts
    return []
