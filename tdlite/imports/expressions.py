"""ISF's expressions for the size of a pass, as Python expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(\$?[A-Za-z_]\w*)|(\*\*|[-+*/%(),?:<>]|[<>=!]=))")
_FUNCTIONS = {
    "floor": "math.floor", "ceil": "math.ceil", "sqrt": "math.sqrt", "pow": "math.pow", "log": "math.log10",
    "ln": "math.log", "exp": "math.exp", "sin": "math.sin", "cos": "math.cos", "tan": "math.tan",
    "abs": "abs", "min": "min", "max": "max", "round": "round", "int": "int", "trunc": "int",
}  # fmt: skip
_MOST = 200


def size_expression(text: str, values: Mapping[str, str]) -> str | None:
    """An expression of ``$WIDTH``, ``$HEIGHT`` and inputs in Python; at least one pixel. None if it is none."""
    tokens: list[str] = []
    at, text = 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or len(tokens) >= _MOST:
            return None
        number, name, sign = match.groups()
        if number:
            tokens.append(str(float(number)) if not number.isdigit() else str(int(number)))
        elif name:
            made = _name(name, values)
            if made is None:
                return None
            tokens.append(made)
        elif sign in ("?", ":"):
            return None
        else:
            tokens.append(sign)
        at = match.end()
    made = "".join(f" {token} " if token in _SPACED else f"{token} " if token == "," else token for token in tokens)
    made = re.sub(r"(^|[(,*/%+-]\s*) ([-+]) ", r"\1\2", made).strip()
    expression = f"max(1, int({made}))"
    try:
        compile(expression, "size", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return expression


_SPACED = {"*", "/", "+", "-", "%", "**", "<", ">", "<=", ">=", "==", "!="}


def _name(name: str, values: Mapping[str, str]) -> str | None:
    bare = name.removeprefix("$")
    if bare in ("WIDTH", "HEIGHT"):
        return f"parent().par.Resolution{'w' if bare == 'WIDTH' else 'h'}"
    if bare in values:
        return values[bare]
    return _FUNCTIONS.get(name.lower()) if not name.startswith("$") else None
