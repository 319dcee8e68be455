"""Shadertoy: mainImage(), Common, Buffers A to D, channels; one file, a folder, or the site's own JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import feeds
from .channels import helpers, read_through, spatial
from .glsl import Declared, clean, defines, desktop, included, read_text, uniforms, without_uniforms, words
from .locals import initialised
from .model import Custom, ImportFault, Picture, Read, Sketch, Step, Value, op_name, par_name

BUFFERS = ("bufferA", "bufferB", "bufferC", "bufferD")
"""The passes before the picture, in the order in which they are drawn."""
_NAMES = re.compile(
    r"(?:.*[\s_.-])?(?:(common)|(?:buffer|buf)[\s_.-]?([a-d0-3])|(image|main|shader|mainimage|final|output)|"
    r"(sound|cube[\s_-]?[abm]?\w*|cubemap))\Z", re.IGNORECASE,
)  # fmt: skip
_SUFFIXES = (".glsl", ".frag", ".fs", ".shader", ".txt", ".fsh", ".glslf", ".fragment", ".shadertoy")
_DIRECTIVE = re.compile(r'^[ \t]*#[ \t]*iChannel([0-3])(?:::(\w+))?[ \t]+"?([^"\n]*?)"?[ \t]*(?:\n|\Z)', re.M)
_OTHER_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*i(?:Vertex|Keyboard|Channel\d?)\b[^\n]*\n?", re.M)
_CUSTOM = re.compile(
    r"^[ \t]*#[ \t]*iUniform[ \t]+(\w+)[ \t]+(\w+)[ \t]*(?:=[ \t]*([^\n]*?))?[ \t]*"
    r"(?:\bin[ \t]*\{([^}\n]*)\})?[ \t]*(?:\bstep\b[^\n]*)?$", re.M,
)  # fmt: skip
_TYPES = {
    "iResolution": "vec3", "iTime": "float", "iGlobalTime": "float", "iTimeDelta": "float", "iFrame": "int",
    "iFrameRate": "float", "iMouse": "vec4", "iDate": "vec4", "iSampleRate": "float",
}  # fmt: skip
_STANDS_IN = {
    "keyboard": ("black", "the keyboard; no key is down"),
    "webcam": ("clouds", "a webcam"), "video": ("clouds", "a video"), "music": ("black", "music; it is silent"),
    "musicstream": ("black", "music; it is silent"), "mic": ("black", "a microphone; it is silent"),
    "cubemap": ("clouds", "a cube map; a sky is computed for it"), "volume": ("noise", "a volume"),
    "texture": ("noise", "a picture"), "image": ("noise", "a picture"),
}  # fmt: skip
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".exr", ".hdr", ".webp", ".mp4", ".mov", ".webm",
           ".mkv", ".avi")  # fmt: skip


@dataclass
class Channel:
    """What is on an iChannel: another pass, a file, or a kind of thing that is not here."""

    kind: str = "texture"
    source: str = ""
    filter: str = "linear"
    wrap: str = "repeat"


@dataclass
class Toy:
    """One pass as it was written."""

    name: str
    text: str
    channels: dict[int, Channel] = field(default_factory=dict)


def is_shadertoy(text: str) -> bool:
    """Whether a text is the fragment of a Shadertoy."""
    return defines(text, "mainImage") and not defines(text, "main")


def from_text(path: Path, text: str, name: str) -> Sketch:
    """A single mainImage, with the buffers that its directives name."""
    toys: dict[str, Toy] = {}
    common = _pass(path, text, "image", toys)
    return _sketch(name, list(toys.values()), common, [])


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
    present = [role for role in BUFFERS if role in toys]
    for toy in toys.values():
        _guess_channels(toy, present)
    sketch = _sketch(name, list(toys.values()), common, [])
    for text in skipped:
        sketch.note(text)
    if present and not any(toy.channels for toy in toys.values()):
        sketch.note("the files do not say what is on which channel: iChannel0 is Buffer A, iChannel1 Buffer B, …")
    return sketch


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
    sketch = _sketch(op_name(str(info.get("name") or name), "shader"), list(made.values()), common, about)
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
    elif kind == "texture" and source:
        file = path.parent / Path(source).name
        made.source = str(file) if _is_file(file) else ""
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
    text = included(text, [path.parent], str(path))
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
    elif Path(value).suffix.lower() in _IMAGES:
        channel.source = str(path.parent / value)
        if not _is_file(Path(channel.source)):
            channel.source = ""
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
    elif value in _STANDS_IN:
        channel.kind = value


def _guess_channels(toy: Toy, present: list[str]) -> None:
    """Without a word about channels, a multi-pass shader's are its buffers in their order."""
    if not toy.channels:
        for index, role in enumerate(present[:4]):
            toy.channels[index] = Channel("buffer", role, "linear", "clamp")


def _sketch(name: str, toys: list[Toy], common: str, about: list[str]) -> Sketch:
    order = [role for role in (*BUFFERS, "image") if any(toy.name == role for toy in toys)]
    toys = sorted(toys, key=lambda toy: order.index(toy.name))
    sketch = Sketch(name, "Shadertoy", [], about=about)
    common, feeds_of_common = _customs(common, sketch)
    if common.strip():
        # Its functions may look up the channels of every pass that includes it.
        ways = _ways([toy for toy in toys if toy.channels], common)
        sketch.texts["common"] = initialised(read_through(desktop(common), ways))
    for toy in toys:
        if not defines(toy.text, "mainImage") and not defines(common, "mainImage"):
            raise ImportFault(f"{toy.name} has no void mainImage(out vec4 fragColor, in vec2 fragCoord)")
        sketch.steps.append(_step(toy, common, sketch, order, feeds_of_common))
    return sketch


def _customs(text: str, sketch: Sketch) -> tuple[str, dict[str, tuple[str, Value]]]:
    """The text without ``#iUniform`` lines, and the types and values of those uniforms."""
    found: dict[str, tuple[str, Value]] = {}
    for type_, name, value, span in _CUSTOM.findall(text):
        count = feeds.components(type_)
        if count:
            before = len(sketch.customs)
            given = feeds.feed(Declared(name, type_, "", value or "0"), sketch)
            limits = [float(part) for part in span.split(",") if re.fullmatch(r"\s*-?\d+\.?\d*\s*", part)]
            for custom in sketch.customs[before:]:
                if len(limits) == 2:
                    custom.low, custom.high = limits
            found[name] = (type_, given if given is not None else 0.0)
    return _CUSTOM.sub("", text), found


def _ways(toys: list[Toy], text: str) -> dict[str, str]:
    """The functions other than texture() that read channels of other kinds."""
    ways: dict[str, str] = {}
    for toy in toys:
        for number, channel in toy.channels.items():
            if channel.kind == "cubemap":
                ways[f"iChannel{number}"] = "textureSky"
            elif channel.kind == "volume":
                ways[f"iChannel{number}"] = "textureVolume"
    return ways


def _step(toy: Toy, common: str, sketch: Sketch, order: list[str], shared: dict[str, tuple[str, Value]]) -> Step:
    text, own = _customs(desktop(toy.text), sketch)
    fed = {**shared, **own}
    used = words(text) | words(common)
    texts = common + text
    for number in range(4):
        name = f"iChannel{number}"
        if name in used and number not in toy.channels:
            kind = spatial(texts, name) or "texture"
            toy.channels[number] = Channel(kind, "", "linear", "repeat")
    step = Step(toy.name, "", deep=toy.name != "image")
    live = {n: c for n, c in sorted(toy.channels.items()) if used & {f"iChannel{n}", "iChannelResolution", "iChannel"}}
    step.extend, step.smooth, ways = _sampling(live)
    text = read_through(text, ways)
    prelude: list[str] = []
    for number, channel in live.items():
        sampler = f"iChannel{number}"
        if channel.kind == "buffer" and channel.source in order:
            past = order.index(channel.source) >= order.index(toy.name)
            step.reads.append(Read(sampler, channel.source, past))
        else:
            step.reads.append(Read(sampler, _picture(channel, number, sketch)))
    declared = {made.name for made in uniforms(text)}
    text = without_uniforms(
        text,
        keep=lambda one: one.name not in _TYPES and not one.name.startswith("iChannel") and one.type != "sampler2D",
        rest=lambda one: "",
    )
    for name, type_ in _TYPES.items():
        if name in used:
            prelude.append(f"uniform {type_} {name};")
            value = feeds.feed(Declared(name, type_), sketch)
            step.values[name] = value if value is not None else 0.0
    for name, (type_, value) in fed.items():
        if name in used:
            prelude.append(f"uniform {type_} {name};")
            step.values[name] = value
    for made in uniforms(text):
        value = feeds.feed(made, sketch)
        if value is not None and made.name in declared:
            step.values[made.name] = value
    samplers = [f"iChannel{n}" for n in range(4)]
    if "iChannelResolution" in used:
        sizes = [f"vec3(textureSize({s}, 0), 1.0)" if n in live else "vec3(0.0)" for n, s in enumerate(samplers)]
        prelude.append(f"#define iChannelResolution vec3[4]({', '.join(sizes)})")
    if "iChannelTime" in used:
        if "iTime" not in step.values:
            prelude.append("uniform float iTime;")
            step.values["iTime"] = feeds.SECONDS
        prelude.append("#define iChannelTime float[4](iTime, iTime, iTime, iTime)")
    if "iChannel" in used:
        prelude.append("struct Channel { vec3 resolution; float time; };")
        sizes = [f"Channel(vec3(textureSize({s}, 0), 1.0), 0.0)" if n in live else "Channel(vec3(0.0), 0.0)"
                 for n, s in enumerate(samplers)]  # fmt: skip
        prelude.append(f"#define iChannel Channel[4]({', '.join(sizes)})")
    help_text = helpers(text + sketch.texts.get("common", ""))
    parts = ["\n".join(prelude), help_text.rstrip()]
    if "common" in sketch.texts:
        parts.append("#include <common>")
    color = "vec4(color.rgb, 1.0)" if toy.name == "image" else "color"
    parts += [
        initialised(text).strip("\n"),
        "layout(location = 0) out vec4 pixelColor;\n"
        "void main() {\n    vec4 color = vec4(0.0);\n    mainImage(color, gl_FragCoord.xy);\n"
        f"    pixelColor = {color};\n}}",
    ]
    step.text = "\n\n".join(part for part in parts if part) + "\n"
    if defines(toy.text, "mainSound"):
        sketch.note("mainSound() is not called: a TOP makes no sound")
    return step


def _sampling(live: dict[int, Channel]) -> tuple[str, str, dict[str, str]]:
    """The GLSL TOP's own way to sample, and the functions that read the channels that want another."""
    flat = {n: c for n, c in live.items() if c.kind not in ("cubemap", "volume")}
    extend = "repeat" if any(c.wrap == "repeat" for c in flat.values()) else "hold"
    if flat and all(c.wrap.startswith("mirror") for c in flat.values()):
        extend = "mirror"
    smooth = "linear"
    if any(c.filter == "mipmap" for c in flat.values()):
        smooth = "mipmap"
    elif flat and all(c.filter == "nearest" for c in flat.values()):
        smooth = "nearest"
    ways = {}
    for number, channel in live.items():
        name = f"iChannel{number}"
        if channel.kind == "cubemap":
            ways[name] = "textureSky"
        elif channel.kind == "volume":
            ways[name] = "textureVolume"
        elif channel.filter == "nearest" and smooth != "nearest" and channel.wrap == "clamp":
            ways[name] = "textureNearest"
        elif channel.wrap == "clamp" and extend == "repeat":
            ways[name] = "textureClamped"
    return extend, smooth, ways


def _picture(channel: Channel, number: int, sketch: Sketch) -> str:
    """The name of the picture on a channel; passes share those that are the same."""
    if channel.source:
        name = op_name(Path(channel.source).stem, "picture")
        if not any(picture.name == name for picture in sketch.pictures):
            sketch.pictures.append(Picture(name, "file", channel.source))
        return name
    kind, what = _STANDS_IN.get(channel.kind, ("noise", f"a {channel.kind}"))
    name = f"channel{number}" if channel.kind == "texture" else f"{op_name(channel.kind, 'picture')}{number}"
    if not any(picture.name == name for picture in sketch.pictures):
        note = f"iChannel{number} was {what}"
        custom = sketch.custom(Custom(par_name(name), "TOP", name, f"{name}_standin", note=f"{note}."))
        sketch.pictures.append(Picture(name, kind, custom=custom.name, note=note))
        sketch.note(f"{note}; {name} stands in, and the parameter {custom.name} takes another TOP")
    return name
