"""Powers of numbers below 0, which most drivers compute for whole exponents and GLSL leaves undefined."""

from __future__ import annotations

import re

from tdlite.glsl.text import arguments, edited, owns
from tdlite.gpu.source import Line

from .glsltext import retold

_CALL = re.compile(r"\bpow\s*\(")
_WHOLE = re.compile(r"\s*(?:vec[234]\s*\(\s*)?(?:[3-9]|[1-9]\d)(?:\.0*)?[fF]?\s*\)?\s*\Z")
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_CONST = re.compile(r"\bconst\b")
_NEAR = 1000
"""Characters before a call in which its statement begins."""

_POWERS = [
    f"{type_} td_pow({type_} x, {type_} n) {{ return pow(abs(x), n) * mix({type_}(1.0), sign(x), mod(n, 2.0)); }}"
    for type_ in ("float", "vec2", "vec3", "vec4")
]


def whole_powers(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """Lines in which ``pow(x, 3.0)``, with a whole number from 3 on, also takes numbers below 0; and what they need.

    Squares stay, since drivers multiply there; and so do constants, which must not call a function of one's own.
    """
    text = "\n".join(line.text for line in lines)
    if owns(text, "pow"):
        return lines, []
    edits = []
    for match in _CALL.finditer(text):
        parts = arguments(text, match.end() - 1)
        if len(parts) == 2 and _WHOLE.match(parts[1]) and _NAME.search(parts[0]):
            near = max(0, match.start() - _NEAR)
            statement = max(near, *(text.rfind(end, near, match.start()) for end in ";{}"))
            if not _CONST.search(text, statement, match.start()):
                edits.append((match.start(), len("pow"), "td_pow"))
    return (retold(lines, edited(text, edits)), _POWERS) if edits else (lines, [])
