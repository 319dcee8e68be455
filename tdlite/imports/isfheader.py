"""The JSON header of an ISF: where it is in the text, and what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tdlite.glsl.text import bare

from .glsl import not_ours
from .isfinputs import true
from .model import ImportFault

_COMMENT = re.compile(r"//[^\n]*|/\*[\s*]*(\{)?")
_COMMA = re.compile(r",(?=\s*[}\]])")


def header(text: str) -> tuple[str, str] | None:
    """The JSON text of the first block comment, and the code around it; None when that comment is none."""
    match = next((one for one in _COMMENT.finditer(text) if one[0].startswith("/*")), None)
    end = text.find("*/", match.end()) if match and match[1] else -1
    if match is None or end < 0:
        return None
    before = text[: match.start()]
    return text[match.start(1) : end], (before if bare(before).strip() else "") + text[end + 2 :]


def parsed(text: str, whole: str, path: Path) -> dict[str, Any]:
    """The object that is the header's text; ImportFault with the line in the ``whole`` text where it is broken."""
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        try:
            data = json.loads(_COMMA.sub("", text), strict=False)  # a comma after the last entry is common
        except (ValueError, RecursionError):
            line = whole[: whole.find(text)].count("\n") + getattr(error, "lineno", 1)
            said = getattr(error, "msg", "too deep")
            raise ImportFault(f"{path} line {line}: the JSON header is broken: {said}") from None
    if not isinstance(data, dict):
        raise ImportFault(f"{path}: the JSON header is a {type(data).__name__}, not an object")
    return data


def entries(value: Any, key: str) -> list[dict[str, Any]]:
    """A list of objects; also an object of objects, whose keys are then their names, as in the first version."""
    if isinstance(value, dict):
        return [{key: name, **(one if isinstance(one, dict) else {})} for name, one in value.items()]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def passes(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The passes of a header: TARGET, PERSISTENT, FLOAT and SIZE of each, width and height as texts; at least one."""
    old = data.get("PERSISTENT_BUFFERS")
    kept: dict[str, dict[str, Any]] = {}
    if isinstance(old, list):
        kept = {one: {} for one in old if isinstance(one, str)}
    elif isinstance(old, dict):
        kept = {name: one if isinstance(one, dict) else {} for name, one in old.items()}
    made = []
    for entry in entries(data.get("PASSES"), "TARGET")[:64] or [{}]:
        target = entry.get("TARGET")
        target = target if isinstance(target, str) and re.fullmatch(r"[A-Za-z_]\w*", target) else ""
        more = kept.get(target, {})
        made.append({
            "TARGET": not_ours(target),
            "PERSISTENT": target in kept or true(entry.get("PERSISTENT")),
            "FLOAT": true(entry.get("FLOAT")) or true(more.get("FLOAT")),
            "SIZE": [str(entry.get(side) or more.get(side) or "") for side in ("WIDTH", "HEIGHT")],
        })  # fmt: skip
    return made
