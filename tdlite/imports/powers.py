"""Powers of numbers below 0, which browsers and most drivers compute for whole exponents and GLSL leaves undefined."""

from __future__ import annotations

import re

from .glsl import bare, enclosed, split

_CALL = re.compile(r"(?<![\w.])pow\s*\(")
_OWN = re.compile(r"\b(?:float|vec[234])\s+pow\s*\(")
_WHOLE = re.compile(r"\s*(?:vec[234]\s*\(\s*)?(?:[3-9]|[1-9]\d)(?:\.0*)?f?\s*\)?\s*\Z")

WHOLE_POWER = "// A power with a whole exponent, also of numbers below 0.\n" + "".join(
    f"{type_} powWhole({type_} x, {type_} n) {{ return pow(abs(x), n) * mix({type_}(1.0), sign(x), mod(n, 2.0)); }}\n"
    for type_ in ("float", "vec2", "vec3", "vec4")
)


def whole_powers(text: str) -> str:
    """The text in which ``pow(x, 3.0)``, with a whole number from 3 on, calls ``powWhole``.

    Squares stay: drivers multiply there.
    """
    plain = bare(text)
    if _OWN.search(plain):
        return text
    pieces, last = [], 0
    for match in _CALL.finditer(plain):
        parts = split(plain[match.end() : enclosed(plain, match.end() - 1) - 1])
        if len(parts) == 2 and _WHOLE.match(parts[1]):
            pieces += [text[last : match.start()], "powWhole"]
            last = match.start() + len("pow")
    return "".join([*pieces, text[last:]])
