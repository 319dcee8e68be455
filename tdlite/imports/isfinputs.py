"""ISF's inputs as custom parameters."""

from __future__ import annotations

from typing import Any

from .model import Custom

KINDS = {
    "int": "int",
    "float": "float",
    "long": "int",
    "bool": "bool",
    "event": "bool",
    "color": "vec4",
    "point2D": "vec2",
}
"""The type of the uniform that each type of input feeds."""


def true(value: Any) -> bool:
    """Whether a switch is on: a number that is not 0, or a word that says so."""
    return str(value).strip().lower() in ("true", "yes", "on") or _number(value, 0.0) != 0


def _number(value: Any, otherwise: float) -> float:
    if isinstance(value, list):
        value = value[0] if value else otherwise
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return number if abs(number) < 1e30 else otherwise


def _chosen(default: Any, menu: dict[str, str], first: str) -> str:
    """The entry of a menu that is meant by a number or by a label."""
    number = str(int(_number(default, float(first))))
    return next((token for token, label in menu.items() if label == default), number)


def custom_of(entry: dict[str, Any], kind: str, name: str, label: str) -> Custom:
    """The custom parameter of an input."""
    default, low, high = entry.get("DEFAULT"), entry.get("MIN"), entry.get("MAX")
    if kind == "event":
        return Custom(name, "Pulse", label)
    if kind == "bool":
        return Custom(name, "Toggle", label, true(default))
    if kind in ("long", "int"):
        values, labels = entry.get("VALUES"), entry.get("LABELS")
        if isinstance(values, list) and values:
            tokens = [str(int(_number(value, index))) for index, value in enumerate(values)]
            names = labels if isinstance(labels, list) else []
            words = [value if isinstance(value, str) else token for value, token in zip(values, tokens, strict=True)]
            menu = {token: str(names[i]) if i < len(names) else words[i] for i, token in enumerate(tokens)}
            chosen = _chosen(default, menu, tokens[0])
            return Custom(name, "Menu", label, chosen if chosen in menu else tokens[0], menu=menu)
        if isinstance(labels, list) and labels:
            menu = {str(index): str(text) for index, text in enumerate(labels)}
            chosen = _chosen(default, menu, "0")
            return Custom(name, "Menu", label, chosen if chosen in menu else "0", menu=menu)
        ends = [int(_number(limit, 0)) if limit is not None else None for limit in (low, high)]
        return Custom(name, "Int", label, int(_number(default, ends[0] or 0)), low=ends[0], high=ends[1])
    if kind == "float":
        lowest, highest = _number(low, 0.0), _number(high, 1.0)
        middle = (lowest + highest) / 2  # as in the format's own host; many shaders divide by it, so 0 shows nothing
        return Custom(name, "Float", label, _number(default, middle), lowest, highest)
    count = 4 if kind == "color" else 2
    style = "RGBA" if kind == "color" else "XY"
    start = [0.0, 0.0, 0.0, 1.0][:count] if kind == "color" else [0.0, 0.0]
    given = default if isinstance(default, list) else []
    numbers = [_number(given[i], start[i]) if i < len(given) else start[i] for i in range(count)]
    if kind == "color":
        return Custom(name, style, label, tuple(numbers), (0.0,) * 4, (1.0,) * 4)
    least, most = (
        tuple(_number(limit[i] if i < len(limit) else None, end) for i in range(count))
        if isinstance(limit, list) and limit else None for limit, end in ((low, 0.0), (high, 1.0))
    )  # fmt: skip
    return Custom(name, style, label, tuple(numbers), least, most)
