"""Shadertoys as people keep them: all passes in one file, parts for other hosts, channels that are told in words."""

from __future__ import annotations

import json
import re
from typing import Any

from tdlite.glsl.text import bare, code

from .glsl import defines

_HEADING = re.compile(r"^[ \t]*(?://|/\*)([^\n]{0,150})$", re.M)
_MAIN = re.compile(r"\bvoid\s+mainImage\s*\(")
_ROLE = re.compile(r"buf(?:fer)? ?([a-d])\b|(main image|image|common|sound|cube ?map|cube)\b(?: [ab]\b)?")
_KIND = re.compile(r"(?: (?:tab|pass|buffer|image|common|sound|shader|code|cubemap|glsl))*\Z")
_TOLD = re.compile(
    r"\biChannel([0-3])\b[ \t*_`\"':=|>-]{1,9}(?:is |the |previous ){0,2}\[?(?:(self|this)\b|"
    r"buf(?:fer)?[ _-]?([A-D])\b|(cube ?map|texture|volume|keyboard|webcam|music|video|mic)\b)"
    r"(?:(?:(?!iChannel)[^\n]){0,300}?\((linear|nearest|mipmap)\b(?:,[ \t]*(clamp|repeat|mirror))?)?", re.IGNORECASE,
)  # fmt: skip
_KEPT = re.compile(r"\b(keyboard|webcam|music|microphone)\b[^\n.;]{0,40}\biChannel([0-3])\b", re.IGNORECASE)
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.S)

_FILE = re.compile(
    r"\biChannel([0-3])\b[ \t*_`\"':=|>-]{1,9}"
    r"(?:(?:is|the|an?|texture|image|picture|video|movie|file)\b[ \t:=]{0,4}){0,3}"
    r"(?:\"([^\"\n]{1,300})\"|'([^'\n]{1,300})'|([^\s\"'`()<>|,;]{1,300}\.\w{2,5})\b)", re.IGNORECASE,
)  # fmt: skip

Told = dict[int, tuple[str, str, str]]
"""By number: what is on a channel ("bufferA", "self", "cubemap"…), its filter and its wrap, '' where not told."""


def sections(text: str) -> dict[str, str]:
    """The passes of a text in which comments such as ``// ==== Buffer A (buffer) ====`` head them, by role.

    Empty where the text is one pass: it has no two headed mainImage().
    """
    plain = code(text)
    if len(_MAIN.findall(plain)) < 2:
        return {}
    starts, depth, last = [(0, "")], 0, 0
    for match in _HEADING.finditer(text):
        depth += plain.count("{", last, match.start()) - plain.count("}", last, match.start())
        last = match.start()
        if depth == 0 and (role := title(match[1])):
            starts.append((last, role))
    found: dict[str, str] = {}
    ends = [start for start, _ in starts[1:]] + [len(text)]
    parts = [(role, text[start:end]) for (start, role), end in zip(starts, ends, strict=True)]
    parts[0] = ("image" if defines(parts[0][1], "mainImage") else "common", parts[0][1])
    for role, part in parts:
        if role in found and defines(found[role], "mainImage") and defines(part, "mainImage"):
            return {}
        found[role] = found.get(role, "") + part
    passes = [role for role, part in found.items() if role not in ("common", "sound") and defines(part, "mainImage")]
    return found if len(passes) > 1 and "image" in passes else {}


def title(line: str) -> str:
    """The role of the pass that a heading names: "bufferA", "common", "image" or ''; "sound" for what is left out."""
    words = " ".join(re.findall(r"[a-z0-9]+", line.lower()))
    match = _ROLE.match(words)
    if match is None or not _KIND.match(words[match.end() :]):
        return ""
    if match[1]:
        return f"buffer{match[1].upper()}"
    return match[2].split()[-1] if match[2].endswith(("image", "common")) else "sound"


def chosen(text: str) -> str:
    """The text, comments blanked, without what is under an ``#ifdef`` of a name that it does not define."""
    plain = bare(text)
    known = {"GL_ES", *re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", plain, re.M)}
    lines: list[str] = []
    unset: list[bool | None] = []
    for line in plain.split("\n"):
        match = re.match(
            r"[ \t]*#[ \t]*(ifdef|if|ifndef|elif|else|endif)\b[ \t]*(?:defined\b[ \t(]*)?(\w*)[ \t)]*(\S?)", line
        )
        word = match[1] if match else ""
        if match and word.startswith("if"):
            named = word == "ifdef" or (word == "if" and "defined" in match[0] and not match[3])
            unset.append(match[2] not in known if named else None)
        elif unset and word in ("elif", "else"):
            unset[-1] = None if word == "elif" or unset[-1] is None else not unset[-1]
        elif unset and word == "endif":
            unset.pop()
        lines.append("" if True in unset else line)
    return "\n".join(lines)


def told(text: str) -> Told:
    """What a text says about channels, such as ``iChannel0: Buffer A (linear, clamp)``."""
    found: Told = {}
    for match in _TOLD.finditer(text):
        what = "self" if match[2] else f"buffer{match[3].upper()}" if match[3] else match[4].lower().replace(" ", "")
        found.setdefault(int(match[1]), (what, (match[5] or "").lower(), (match[6] or "").lower()))
    for match in _KEPT.finditer(text):
        found.setdefault(int(match[2]), (match[1].lower().replace("microphone", "mic"), "", ""))
    return found


def told_in_comments(text: str) -> Told:
    """What the comments of a pass say about its channels."""
    return told("\n".join(_COMMENTS.findall(text)))


def files_in_comments(text: str) -> dict[int, str]:
    """The files that the comments of a pass put on its channels, as in ``iChannel1: video f.mp4``, one each."""
    found: dict[int, set[str]] = {}
    for number, *names in _FILE.findall("\n".join(_COMMENTS.findall(text))):
        found.setdefault(int(number), set()).add("".join(names))
    return {number: names.pop() for number, names in found.items() if len(names) == 1}


def told_in_readme(text: str) -> dict[str, Told]:
    """What a README says, by role: its headings name the passes."""
    found: dict[str, Told] = {}
    parts = re.split(r"^#+[ \t]*([^\n]*)$", text, flags=re.M)
    role = ""
    for heading, part in zip(parts[1::2], parts[2::2], strict=True):
        role = title(heading) or role
        if role and (channels := told(part)):
            found.setdefault(role, {}).update(channels)
    return found


def told_in_json(text: str) -> dict[str, Told]:
    """What a configuration such as ``{"BufferA": {"iChannel0": "BufferA"}}`` says, by role."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, Told] = {}
    for name, entry in data.items() if isinstance(data, dict) else ():
        role = title(re.sub(r"([a-z])([A-D])\Z", r"\1 \2", name))
        channels = entry.get("channels", entry) if isinstance(entry, dict) else None
        if role and isinstance(channels, dict):
            found[role] = told("\n".join(f"iChannel{key[-1:]}: {_source(value)}" for key, value in channels.items()))
    return found


def _source(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    source = value.get("buffer") or value.get("source") or value.get("type")
    return f"{source} ({value.get('filter', 'linear')}, {value.get('wrap', 'clamp')})"
