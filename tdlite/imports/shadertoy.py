"""Shadertoy: mainImage(), Common, Buffers A to D, channels; one file, a folder, or the site's own JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tdlite.glsl.text import bare, code

from .glsl import clean, defines, included, read_text, renamed, replaced, words
from .model import ImportFault, Sketch, op_name
from .sections import Told, chosen, files_in_comments, sections, told_in_comments, told_in_json, told_in_readme
from .toypasses import BUFFERS, STANDS_IN, TYPES, Channel, Toy, sketched

_NAMES = re.compile(
    r"(?:.*[\s_.-])?(?:(common)|(?:buffer|buf)[\s_.-]?([a-d0-3])|(image|main|shader|mainimage|final|output)|"
    r"(sound|cube[\s_-]?[abm]?\w*|cubemap))\Z", re.IGNORECASE,
)  # fmt: skip
_SUFFIXES = (".glsl", ".frag", ".fs", ".shader", ".txt", ".fsh", ".glslf", ".fragment", ".shadertoy")
_DIRECTIVE = re.compile(r'^[ \t]*#[ \t]*iChannel([0-3])(?:::(\w+))?[ \t]+"?([^"\n]*?)"?[ \t]*(?:\n|\Z)', re.M)
_OTHER_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*i(?:Vertex|Keyboard|Channel\d?)\b[^\n]*\n?", re.M)
_ANOTHER = re.compile(r"\bvoid\s+mainImage\s*\((?:[^(),]*,){2}")
"""A function of that name with more arguments, which other hosts call."""
_MACRO = re.compile(r"^[ \t]*#[ \t]*define\b[^\n]*\bvoid[ \t]+mainImage[ \t]*\(", re.M)
_MOVIES = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v", ".ogv", ".mpg", ".mpeg")
_MEDIA = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".exr", ".hdr", ".webp", ".dds", ".tga", *_MOVIES)
_SIDECARS = {"README.md": told_in_readme, "config.json": told_in_json, "shadertoy.config.json": told_in_json,
             "shadertoy.json": told_in_json}  # fmt: skip


def is_shadertoy(text: str) -> bool:
    """Whether a text is the fragment of a Shadertoy."""
    if not defines(text, "mainImage") and not _MACRO.search(bare(text)):
        return False
    return (not defines(chosen(text), "main") or _undeclared(text)) and not _ANOTHER.search(code(text))


def _undeclared(text: str) -> bool:
    """Whether a text with a main() of its own still leaves it to its host to declare what Shadertoy does."""
    plain = bare(text)
    return any(
        not re.search(rf"\b(?:float|int|vec[234]|define)\s+{name}\b", plain) for name in words(text) & TYPES.keys()
    )


def _without_main(text: str) -> str:
    """A pass whose own main(), which another host calls, is an ordinary function that nobody calls."""
    if not defines(chosen(text), "main"):
        return text
    text = replaced(text, re.compile(r"\bout\s+(?=vec4\s+\w+\s*;)"), lambda match: "")
    before = "vec4 hostColor;\n" if "gl_FragColor" in words(text) else ""
    return before + renamed(text, {"main": "hostMain", "gl_FragColor": "hostColor"})


def from_text(path: Path, text: str, name: str) -> Sketch:
    """A single mainImage, with the buffers that its directives name."""
    toys: dict[str, Toy] = {}
    parts = sections(text)
    if not parts:
        common = _pass(path, text, "image", toys)
        for toy in toys.values():
            _tell_by_comments(toy, path.parent)
        return sketched(name, list(toys.values()), common, [])
    common = included(parts.get("common", ""), [path.parent], str(path))
    for role in (*BUFFERS, "image"):
        if role in parts:
            common += _pass(path, parts[role], role, toys)
    skipped = ["the sound pass is not imported: there is no sound here"] if "sound" in parts else []
    return _kept(name, toys, common, path.parent, {}, skipped)


def from_folder(path: Path, name: str) -> Sketch:
    """A folder with the passes as files: ``common.glsl``, ``bufferA.glsl``, ``image.glsl``."""
    found: dict[str, Path] = {}
    skipped: list[str] = []
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES and file.is_file())
    for file in files[:1000]:
        match = _NAMES.match(file.stem)
        if match:
            role = _role(match)
            if role:
                found.setdefault(role, file)
            else:
                skipped.append(f"{file.name} is not imported: there is no sound and there are no cube map passes here")
    others = [file for file in files if file not in found.values() and not _NAMES.match(file.stem)]
    if "image" not in found:
        images = [file for file in others if is_shadertoy(read_text(file))]
        if len(images) != 1:
            what = f"{len(images)} files with a mainImage()" if images else "no file with a mainImage()"
            raise ImportFault(f"{path} has no image.glsl and {what}; name the picture's file image.glsl")
        found["image"] = images[0]
    common = included(read_text(found["common"]), [path], str(found["common"])) if "common" in found else ""
    toys: dict[str, Toy] = {}
    for role in (*BUFFERS, "image"):
        if role in found:
            common += _pass(found[role], read_text(found[role]), role, toys)
    return _kept(name, toys, common, path, _sidecar(path), skipped)


def _kept(
    name: str, toys: dict[str, Toy], common: str, folder: Path, told: dict[str, Told], skipped: list[str]
) -> Sketch:
    """Passes as somebody keeps them, where words or their order say what is on the channels."""
    present = [role for role in BUFFERS if role in toys]
    guessed = False
    for role, toy in toys.items():
        _tell(toy, told.get(role, {}))
        _tell_by_comments(toy, folder)
        if present and not told and not toy.channels:
            guessed = guessed or "iChannel" in toy.text + common
            for index, source in enumerate(present):
                toy.channels[index] = Channel("buffer", source, "linear", "clamp")
    sketch = sketched(name, list(toys.values()), common, [])
    for text in skipped:
        sketch.note(text)
    if guessed:
        sketch.note("nothing says what is on which channel: iChannel0 is Buffer A, iChannel1 Buffer B, …")
    return sketch


def _sidecar(path: Path) -> dict[str, Told]:
    """What a README or a configuration in a folder says about channels, by role."""
    for name, read in _SIDECARS.items():
        if _is_file(path / name) and (told := read(read_text(path / name))):
            return told
    return {}


def _tell(toy: Toy, told: Told) -> None:
    """Put on a pass's channels what words say, where nothing else did."""
    for number, (what, filter, wrap) in told.items():
        buffer = toy.name if what == "self" else what if what in BUFFERS else ""
        made = Channel("buffer", buffer, wrap="clamp") if buffer else Channel(what)
        made.filter, made.wrap = filter or made.filter, wrap or made.wrap
        toy.channels.setdefault(number, made)


def _tell_by_comments(toy: Toy, folder: Path) -> None:
    """Put on a pass's channels what its comments say: files that are there, and other things."""
    said = told_in_comments(toy.text)
    for number, file in files_in_comments(toy.text).items():
        path = folder / file.removeprefix("file://")
        if path.suffix.lower() in _MEDIA and _is_file(path):
            _, filter, wrap = said.get(number, ("", "", ""))
            toy.channels.setdefault(number, Channel("texture", str(path), filter or "linear", wrap or "repeat"))
    _tell(toy, said)


def from_json(data: Any, name: str, path: Path) -> Sketch:
    """The site's JSON: a list of passes with their inputs."""
    shader = _shader_of(data)
    if shader is None:
        raise ImportFault(f'{path} is JSON, but no Shadertoy: it has no list "renderpass"')
    info = shader["info"] if isinstance(shader.get("info"), dict) else {}
    passes = [one for one in shader["renderpass"] if isinstance(one, dict) and isinstance(one.get("code"), str)]
    common, toys, skipped, by_output = "", [], [], {}
    letters = iter(BUFFERS)
    for one in passes:
        kind = str(one.get("type", "image"))
        if kind == "buffer":
            match = _NAMES.match(str(one.get("name", "")))
            role = (match and _role(match)) or next(letters, "")
            if role not in BUFFERS:
                continue
            for output in _dicts(one.get("outputs")):
                by_output[str(output.get("id"))] = role
            toys.append((role, one))
        elif kind == "common":
            common += clean(one["code"]) + "\n"
        elif kind == "image":
            toys.append(("image", one))
        else:
            skipped.append(f"the {kind} pass is not imported: there is no sound and there are no cube map passes here")
    made: dict[str, Toy] = {}
    for role, one in sorted(toys, key=lambda pair: (*BUFFERS, "image").index(pair[0])):
        channels = {}
        for entry in _dicts(one.get("inputs")):
            number = entry.get("channel")
            if number in (0, 1, 2, 3):
                channels[number] = _json_channel(entry, by_output, path)
        extra: dict[str, Toy] = {}
        common += _pass(path, clean(one["code"]), role, extra)
        if role in extra:
            extra[role].channels.update(channels)
        made |= extra
    if "image" not in made:
        raise ImportFault(f"{path} has no image pass")
    about = [str(info.get(key)) for key in ("name", "username", "description") if info.get(key)]
    if info.get("username"):
        about[about.index(str(info["username"]))] = f"by {info['username']}"
    if isinstance(info.get("id"), str):
        about.append(f"Shadertoy {info['id']}")
    sketch = sketched(op_name(str(info.get("name") or name), "shader"), list(made.values()), common, about)
    for text in skipped:
        sketch.note(text)
    return sketch


def parsed(text: str) -> Any:
    """The JSON in a text, None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _shader_of(data: Any, depth: int = 0) -> dict[str, Any] | None:
    if isinstance(data, dict):
        if isinstance(data.get("renderpass"), list):
            return data
        for key in ("Shader", "shader", "data"):
            if key in data and depth < 4:
                return _shader_of(data[key], depth + 1)
    if isinstance(data, list) and data and depth < 4:
        return _shader_of(data[0], depth + 1)
    return None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _role(match: re.Match[str]) -> str:
    if match[1]:
        return "common"
    if match[2]:
        return BUFFERS["abcd".find(match[2].lower()) if match[2].isalpha() else int(match[2])]
    return "image" if match[3] else ""


def _json_channel(entry: dict[str, Any], by_output: dict[str, str], path: Path) -> Channel:
    kind = str(entry.get("ctype") or entry.get("type") or "texture")
    sampler = entry["sampler"] if isinstance(entry.get("sampler"), dict) else {}
    made = Channel(kind, "", str(sampler.get("filter", "linear")), str(sampler.get("wrap", "repeat")))
    source = str(entry.get("src") or entry.get("filepath") or "")
    if kind == "buffer":
        number = re.search(r"buffer0?([0-3])\.png", source)
        made.source = by_output.get(str(entry.get("id")), BUFFERS[int(number[1])] if number else "")
        if not made.source:
            made.kind = "texture"
    elif kind in ("texture", "video") and source:
        file = path.parent / Path(source).name
        made.source, made.lost = (str(file), "") if _is_file(file) else ("", source)
    return made


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _pass(path: Path, text: str, role: str, toys: dict[str, Toy], depth: int = 0) -> str:
    """Add the pass of a file to ``toys``, after those that its directives read; what they share is returned.

    A channel that names the file itself reads the pass itself.
    """
    text = _without_main(included(text, [path.parent], str(path)))
    toy = Toy(role, _OTHER_DIRECTIVE.sub("", _DIRECTIVE.sub("", text)))
    toys[role] = toy
    for match in _DIRECTIVE.finditer(text):
        channel = toy.channels.setdefault(int(match[1]), Channel(wrap="clamp"))
        what, value = (match[2] or "").lower(), match[3].strip()
        if what in ("minfilter", "magfilter"):
            channel.filter = "nearest" if "nearest" in value.lower() else "linear"
        elif what == "wrapmode":
            channel.wrap = value.lower()
        elif what == "type":
            channel.kind = {"cubemap": "cubemap"}.get(value.lower(), channel.kind)
        elif not what:
            _named_channel(channel, value, path, role, toys, depth)
    return ""


def _named_channel(channel: Channel, value: str, path: Path, role: str, toys: dict[str, Toy], depth: int) -> None:
    value = value.removeprefix("file://")
    match = _NAMES.match(Path(value).stem)
    if value == "self":
        channel.kind, channel.source = "buffer", role
    elif match and _role(match) in toys and not Path(value).suffix:
        channel.kind, channel.source = "buffer", _role(match)
    elif Path(value).suffix.lower() in _MEDIA:
        file = path.parent / value
        channel.kind = "video" if file.suffix.lower() in _MOVIES else "texture"
        channel.source, channel.lost = (str(file), "") if _is_file(file) else ("", value)
    elif Path(value).suffix.lower() in _SUFFIXES and _is_file(path.parent / value):
        file = path.parent / value
        if file.resolve() == path.resolve():
            channel.kind, channel.source = "buffer", role
            return
        other = _role(match) if match else ""
        if other not in BUFFERS:
            other = next((name for name in BUFFERS if name not in toys), "")
        if not other or depth > 8:
            raise ImportFault(f"{path}: there are more buffers than A to D")
        if other not in toys:
            _pass(file, read_text(file), other, toys, depth + 1)
        channel.kind, channel.source = "buffer", other
    elif value in STANDS_IN:
        channel.kind = value
