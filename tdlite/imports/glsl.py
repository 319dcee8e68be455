"""Looking into GLSL text without a compiler: comments, names, declarations, includes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tdlite.glsl.text import PRECISION, bare, code, owns, split

from .model import ImportFault

_WORD = re.compile(r"\b[A-Za-z_]\w*")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|pragma[ \t]+include)[ \t]*\(?[ \t]*["<\']([^">\'\n]+)[">\']', re.M)
_FOREIGN = re.compile(r"^[ \t]*#[ \t]*(?:version|extension)\b[^\n]*|\bprecision\s+(?:low|medium|high)p\s+\w+\s*;", re.M)
_UNIFORM = re.compile(rf"(?:\blayout\s*\([^()]{{0,200}}\)\s*)?\buniform\s+{PRECISION}(\w+)\s+([^;{{}}]{{0,2000}});")
_VARYING = re.compile(
    r"(?:\blayout\s*\([^()]{0,200}\)\s*)?\b(?:(?:smooth|flat|centroid|noperspective)\s+)?(varying|in|out)\s+"
    rf"{PRECISION}(\w+(?:\s*\[\w+\])?)\s+([^;{{}}()]{{1,1000}});"
)
_EMPTY_CHOICE = re.compile(r"^[ \t]*#[ \t]*if\b[^\n]*\n\s*(?:#[ \t]*else\b[^\n]*\n\s*)?#[ \t]*endif\b[^\n]*\n?", re.M)
LARGEST = 2_000_000
"""Bytes of text that an import reads at most."""


def read_text(path: Path) -> str:
    """The text of a file in whatever encoding, with Unix line ends and no control characters.

    Raises OSError, and ImportFault when it is too large for a shader or no text.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ImportFault(f"{path} is larger than {LARGEST // 1_000_000} MB; that is no shader")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return clean(text)


def clean(text: str) -> str:
    """The text with Unix line ends, and without what a Python file or a driver would stumble over."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(
        letter if letter in "\n\t" or (letter.isprintable() and not 0xD800 <= ord(letter) < 0xE000) else " "
        for letter in text
    )


def words(text: str) -> set[str]:
    """All names in the text, comments aside."""
    return set(_WORD.findall(bare(text)))


def used(text: str, declared: str) -> set[str]:
    """All names in the text but in declarations that begin with one of these words: ``"varying|in"``."""
    return set(_WORD.findall(re.sub(rf"\b(?:{declared})\s[^;(){{}}]{{0,2000}};", "", bare(text))))


def replaced(text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> str:
    """The text with matches replaced outside of comments."""
    pieces, last = [], 0
    for match in pattern.finditer(bare(text)):
        pieces += [text[last : match.start()], new(match)]
        last = match.end()
    return "".join([*pieces, text[last:]])


def desktop(text: str) -> str:
    """The text without the lines that say which GL it is for: version, extensions, precision."""
    return replaced(text, _FOREIGN, lambda match: "")


class Declared(NamedTuple):
    """One name that a text declares between the shader and its host."""

    name: str
    type: str
    size: str = ""
    """What is in the brackets of an array."""
    value: str = ""


def _declarators(type_: str, text: str) -> Iterator[Declared]:
    type_, _, length = type_.rstrip("] ").partition("[")
    for part in split(text):
        name, _, value = part.partition("=")
        found = re.match(r"\s*([A-Za-z_]\w*)\s*(?:\[(.*)\])?\s*\Z", name, re.DOTALL)
        if found:
            yield Declared(found[1], type_.strip(), (found[2] or length).strip(), value.strip())


def uniforms(text: str) -> list[Declared]:
    """The uniforms that the text declares, in order, each once: one of several branches may declare it."""
    return _once(made for match in _UNIFORM.finditer(code(text)) for made in _declarators(match[1], match[2]))


def _once(declared: Iterable[Declared]) -> list[Declared]:
    found: dict[str, Declared] = {}
    for one in declared:
        found.setdefault(one.name, one)
    return list(found.values())


def without_uniforms(text: str, keep: Callable[[Declared], bool], rest: Callable[[Declared], str]) -> str:
    """The text in which a uniform that is not kept is declared otherwise, as ``rest`` says, or not at all."""

    def declared(match: re.Match[str]) -> str:
        made = list(_declarators(match[1], match[2]))
        if all(keep(one) for one in made):
            return match[0][match[0].index("uniform") :]  # a location is of no use here
        kept = [f"uniform {one.type} {one.name}{f'[{one.size}]' if one.size else ''};" for one in made if keep(one)]
        return " ".join(kept + [other for one in made if not keep(one) and (other := rest(one))])

    return replaced(text, _UNIFORM, declared)


def varyings(text: str, kinds: tuple[str, ...] = ("varying", "in")) -> list[Declared]:
    """What the text declares, outside of functions, as coming from or going to another stage."""
    return _once(
        made for match, kind in _interface(code(text)) if kind in kinds for made in _declarators(match[2], match[3])
    )


def without_varyings(text: str, kinds: tuple[str, ...] = ("varying", "in")) -> str:
    """The text without these declarations."""
    found = [match for match, kind in _interface(code(text)) if kind in kinds]
    pieces, last = [], 0
    for match in found:
        pieces.append(text[last : match.start()] + "\n" * match[0].count("\n"))
        last = match.end()
    return _EMPTY_CHOICE.sub("", "".join([*pieces, text[last:]]))


def _interface(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _VARYING.finditer(text):
        before = text[max(0, match.start() - 500) : match.start()].rstrip()
        if not before or before[-1] in ";}":
            yield match, match[1]


def defines(text: str, function: str) -> bool:
    """Whether the text has a void function of that name with a body."""
    return re.search(rf"\bvoid\s+{function}\s*\([^;{{}}]{{0,2000}}\)\s*\{{", code(text)) is not None


def renamed(text: str, names: dict[str, str]) -> str:
    """The text with whole names exchanged, outside of comments."""
    if not names:
        return text
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})\b")
    return replaced(text, pattern, lambda match: names[match[0]])


_RESERVED = frozenset({
    "sample", "patch", "buffer", "shared", "common", "active", "partition", "filter", "resource", "coherent",
    "restrict", "readonly", "writeonly", "subroutine", "input", "output", "half", "fixed", "superp", "centroid",
    "uint", "this", "class", "template", "enum", "union", "namespace", "using", "static", "public", "inline", "short",
    "long", "unsigned", "interface", "external", "extern", "volatile", "sizeof", "cast", "packed", "noinline", "asm",
    "typedef", "goto", "hvec2", "hvec3", "hvec4", "texture", "smooth", "flat", "noperspective", "layout",
})  # fmt: skip
_KEYWORD = re.compile(
    r"\b(?:uint\s+\w|uint\s*\(|(?:centroid|sample|patch)\s+(?:in|out|varying)\b|(?:shared|coherent|restrict|readonly|"
    r"writeonly)\s+(?:uniform|\w+\s+\w+)|buffer\s+\w+\s*\{|(?:smooth|flat|noperspective)\s+\w|layout\s*\()"
)


def other_names(text: str) -> dict[str, str]:
    """New names for those of the text that desktop GLSL keeps for itself, or that our names for old words would hide.

    Browsers let a shader of the first WebGL call a variable ``sample`` or ``texture``.
    """
    plain = bare(text)
    found = words(text) & _RESERVED
    found -= {match[0].split()[0].partition("(")[0] for match in _KEYWORD.finditer(plain)}
    if "texture" in found and not (_OWN_TEXTURE.search(plain) and re.search(r"\btexture(?:2D|Cube|Pixels)", plain)):
        found.discard("texture")
    return {name: f"{name}_" for name in found}


_OURS = re.compile(r"(?<!\w)(?:vUV\b|texture\b(?!\s*\())")


def not_ours(text: str) -> str:
    """The text with other names for what its author calls by names of ours; they know neither ours nor ``texture()``.

    A function of one of these names is left, as is all of a text that makes ``texture`` a macro.
    """
    if re.search(r"#\s*define\s+texture\b", text):
        return text
    return replaced(text, _OURS, lambda match: f"{match[0]}_")


def with_names(text: str, names: dict[str, str]) -> str:
    """The text with names exchanged, those of members too; what is included by a name keeps it."""
    if not names:
        return text
    # The built-in texture(), which the author's lookups have become, keeps its name.
    built_in = "" if owns(code(text), "texture") else r"(?!(?<=\btexture)\s*\()"
    pattern = re.compile(rf"(?<![\w<])(?:{'|'.join(names)})\b{built_in}")
    return replaced(text, pattern, lambda match: names[match[0]])


_OWN_TEXTURE = re.compile(r"\b(?:float|vec[234]|sampler2D|int)\s+(?:\w+\s*,\s*)*texture\b")


def included(text: str, folders: list[Path], name: str, missing: Callable[[str], str] | None = None) -> str:
    """The text with ``#include`` lines replaced by the files, each file once, as lygia's users expect.

    Raises ImportFault for a file that is not there, includes itself, or makes the text too large.
    """
    seen: set[Path] = set()

    def expand(text: str, folders: list[Path], name: str, depth: int, budget: list[int]) -> str:
        def one(match: re.Match[str]) -> str:
            wanted = match[1].strip()
            for folder in folders:
                try:
                    path = (folder / wanted).resolve()
                    if not path.is_file():
                        continue
                except (OSError, ValueError, RuntimeError):
                    continue
                if path in seen:
                    return ""
                seen.add(path)
                found = read_text(path)
                budget[0] -= len(found)
                if depth > 50 or budget[0] < 0:
                    raise ImportFault(f"{name}: what #include brings in is over {LARGEST // 1_000_000} MB or 50 deep")
                return expand(found, [path.parent, *folders], str(path), depth + 1, budget)
            if missing is not None:
                return missing(wanted)
            line = text[: match.start()].count("\n") + 1
            places = ", ".join(dict.fromkeys(map(str, folders)))
            raise ImportFault(f"{name} line {line}: #include: there is no file {wanted!r} in {places}")

        return replaced(text, _WHOLE_INCLUDE, one)

    return expand(text, folders, name, 0, [LARGEST])


_WHOLE_INCLUDE = re.compile(_INCLUDE.pattern + r"[^\n]*", re.M)
