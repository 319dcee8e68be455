"""Blocks of uniforms, push constants and interfaces as the single variables that a GLSL TOP can feed."""

from __future__ import annotations

import re

from tdlite.glsl.text import bare

from .glsl import replaced

_BLOCK = re.compile(
    r"(?:\blayout\s*\([^()]{0,200}\)\s*)?\b(uniform|in)\s+[A-Za-z_]\w*\s*\{([^{}]{1,4000})\}\s*([A-Za-z_]\w*)?\s*;"
)
_FIELD = re.compile(
    r"(?:\blayout\s*\([^()]{0,200}\)\s*)?(?:\b(?:uniform|in|highp|mediump|lowp|flat|smooth|noperspective)\s+)*"
    r"(\w+)\s+([^;]+);"
)
_DIRECTIVE = re.compile(r"^([ \t]*#[^\n]*\n)", re.M)
_NAME = re.compile(r"\s*([A-Za-z_]\w*)")


def loosened(text: str) -> str:
    """The text in which each field of a block is declared by itself.

    ``block.field`` is ``field`` then, or ``block_field`` where something else has that name.
    """
    names: dict[tuple[str, str], str] = {}
    if not _BLOCK.search(bare(text)):
        return text
    rest = _BLOCK.sub("", bare(text))
    taken = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", rest))

    def one(match: re.Match[str]) -> str:
        kind, fields, instance = match.groups()

        def named(part: str) -> str:
            found = _NAME.match(part)
            if not instance or not found:
                return part
            name = found[1] if found[1] not in taken else f"{instance}_{found[1]}"
            names[instance, found[1]] = name
            return name + part[found.end() :]

        def alone(field: re.Match[str]) -> str:
            return f"{kind} {field[1]} {', '.join(named(part.strip()) for part in field[2].split(','))};"

        parts = [part if part.lstrip()[:1] == "#" else _FIELD.sub(alone, part) for part in _DIRECTIVE.split(fields)]
        made = "\n".join(line.strip() for line in "".join(parts).strip().splitlines())
        taken.update(names.values())
        return made

    text = replaced(text, _BLOCK, one)
    if not names:
        return text
    use = re.compile(rf"(?<![\w.])({'|'.join({instance for instance, _ in names})})\s*\.\s*([A-Za-z_]\w*)")
    return replaced(text, use, lambda match: names.get((match[1], match[2]), match[0]))
