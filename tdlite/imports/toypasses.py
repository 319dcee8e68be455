"""A Shadertoy's passes as a sketch: what feeds its uniforms, and what is on its channels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from . import feeds
from .channels import helpers, read_through, spatial
from .glsl import Declared, defines, desktop, uniforms, without_uniforms, words
from .model import Custom, ImportFault, Picture, Read, Sketch, Step, Value, op_name, par_name

BUFFERS = ("bufferA", "bufferB", "bufferC", "bufferD")
"""The passes before the picture, in the order in which they are drawn."""
_CUSTOM = re.compile(
    r"^[ \t]*#[ \t]*iUniform[ \t]+(\w+)[ \t]+(\w+)[ \t]*(?:=[ \t]*([^\n]*?))?[ \t]*"
    r"(?:\bin[ \t]*\{([^}\n]*)\})?[ \t]*(?:\bstep\b[^\n]*)?$", re.M,
)  # fmt: skip
TYPES = {
    "iResolution": "vec3", "iTime": "float", "iGlobalTime": "float", "iTimeDelta": "float", "iFrame": "int",
    "iFrameRate": "float", "iMouse": "vec4", "iDate": "vec4", "iSampleRate": "float",
}  # fmt: skip
"""What Shadertoy declares in front of every pass."""
STANDS_IN = {
    "keyboard": ("black", "the keyboard; no key is down"),
    "webcam": ("clouds", "a webcam"), "video": ("clouds", "a video"), "music": ("black", "music; it is silent"),
    "musicstream": ("black", "music; it is silent"), "mic": ("black", "a microphone; it is silent"),
    "cubemap": ("clouds", "a cube map; a sky is computed for it"), "volume": ("noise", "a volume"),
    "texture": ("noise", "a picture"), "image": ("noise", "a picture"),
}  # fmt: skip
"""What stands in for each kind of channel, and what the channel was."""


@dataclass
class Channel:
    """What is on an iChannel: another pass, a file, or a kind of thing that is not here."""

    kind: str = "texture"
    source: str = ""
    filter: str = "linear"
    wrap: str = "repeat"
    lost: str = ""
    """A file that should be on it, and is not there."""


@dataclass
class Toy:
    """One pass as it was written."""

    name: str
    text: str
    channels: dict[int, Channel] = field(default_factory=dict)


def sketched(name: str, toys: list[Toy], common: str, about: list[str]) -> Sketch:
    order = [role for role in (*BUFFERS, "image") if any(toy.name == role for toy in toys)]
    toys = sorted(toys, key=lambda toy: order.index(toy.name))
    sketch = Sketch(name, "Shadertoy", [], about=about)
    common, feeds_of_common = _customs(common, sketch)
    if common.strip():
        # Its functions may look up the channels of every pass that includes it.
        ways = {name: way for toy in toys for name, way in _ways(toy.channels).items()}
        sketch.texts["common"] = read_through(desktop(common), ways)
    for toy in toys:
        if "mainImage" not in words(toy.text) | words(common):  # a macro of Common may be all of its head
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


def _ways(channels: dict[int, Channel]) -> dict[str, str]:
    """The functions other than texture() that read channels of other kinds."""
    other = {"cubemap": "textureSky", "volume": "textureVolume"}
    return {f"iChannel{n}": other[channel.kind] for n, channel in channels.items() if channel.kind in other}


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
    text = read_through(text, _ways(live))
    for number, channel in live.items():
        sampler = f"iChannel{number}"
        if channel.kind == "buffer" and channel.source in order:
            past = order.index(channel.source) >= order.index(toy.name)
            step.reads.append(Read(sampler, channel.source, past, *_sampling(channel)))
        else:
            step.reads.append(Read(sampler, _picture(channel, number, sketch), False, *_sampling(channel)))
    text = without_uniforms(
        text,
        keep=lambda one: one.name not in TYPES and not one.name.startswith("iChannel") and one.type != "sampler2D",
        rest=lambda one: "",
    )
    prelude = []
    for name, type_ in TYPES.items():
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
        if value is not None:
            step.values[made.name] = value
    prelude += _channel_macros(used, live, step)
    parts = ["\n".join(prelude), helpers(text + sketch.texts.get("common", "")).rstrip()]
    if "common" in sketch.texts:
        parts.append("#include <common>")
    pixel, color = (_unused(name, used) for name in ("pixelColor", "color"))
    parts += [
        text.strip("\n"),
        f"layout(location = 0) out vec4 {pixel};\n"
        f"void main() {{\n    vec4 {color} = vec4(0.0);\n    mainImage({color}, gl_FragCoord.xy);\n"
        f"    {pixel} = {f'vec4({color}.rgb, 1.0)' if toy.name == 'image' else color};\n}}",
    ]
    step.text = "\n\n".join(part for part in parts if part) + "\n"
    if defines(toy.text, "mainSound"):
        sketch.note("mainSound() is not called: a TOP makes no sound")
    return step


def _unused(name: str, used: set[str]) -> str:
    """A name of ours that the author does not use."""
    while name in used:
        name += "_"
    return name


def _channel_macros(used: set[str], live: dict[int, Channel], step: Step) -> list[str]:
    """What Shadertoy tells about channels, where a pass uses it: sizes, times, and both in a struct."""
    made = []
    samplers = [f"iChannel{n}" for n in range(4)]
    if "iChannelResolution" in used:
        sizes = [f"vec3(textureSize({s}, 0), 1.0)" if n in live else "vec3(0.0)" for n, s in enumerate(samplers)]
        made.append(f"#define iChannelResolution vec3[4]({', '.join(sizes)})")
    if "iChannelTime" in used:
        if "iTime" not in step.values:
            made.append("uniform float iTime;")
            step.values["iTime"] = feeds.SECONDS
        made.append("#define iChannelTime float[4](iTime, iTime, iTime, iTime)")
    if "iChannel" in used:
        made.append("struct Channel { vec3 resolution; float time; };")
        sizes = [f"Channel(vec3(textureSize({s}, 0), 1.0), 0.0)" if n in live else "Channel(vec3(0.0), 0.0)"
                 for n, s in enumerate(samplers)]  # fmt: skip
        made.append(f"#define iChannel Channel[4]({', '.join(sizes)})")
    return made


def _sampling(channel: Channel) -> tuple[str, str]:
    """The channel's wrap and filter in the words of the Samplers page."""
    extend = {"repeat": "repeat", "mirror": "mirror"}.get(channel.wrap[:6], "hold")
    return extend, {"nearest": "nearest", "mipmap": "mipmaplinear"}.get(channel.filter, "linear")


def _picture(channel: Channel, number: int, sketch: Sketch) -> str:
    """The name of the picture on a channel; passes share those that are the same."""
    if channel.source and channel.kind != "buffer":
        return _file(channel.source, sketch)
    kind, what = STANDS_IN.get(channel.kind, ("noise", f"a {channel.kind}"))
    name = f"channel{number}" if channel.kind == "texture" else f"{op_name(channel.kind, 'picture')}{number}"
    if channel.source:
        name, kind, what = op_name(channel.source), "black", f"{_title(channel.source)}, which is not here"
    if channel.lost:
        name, what = op_name(Path(channel.lost).stem, "picture"), f"{channel.lost}, which was not found"
    note = f"iChannel{number} was {what}"
    there = next((picture for picture in sketch.pictures if picture.name == name), None)
    if there is None:
        custom = sketch.custom(Custom(par_name(name), "TOP", name, note=f"{note}."))
        there = Picture(name, kind, custom=custom.name, note=note)
        sketch.pictures.append(there)
    sketch.note(f"{note}; {name} stands in, and the parameter {there.custom} takes another TOP")
    return name


def _title(role: str) -> str:
    """A pass as the site calls it."""
    return f"Buffer {role[-1]}" if role in BUFFERS else role


def _file(path: str, sketch: Sketch) -> str:
    """The name of the picture that is a file; files of the same name in different folders are different pictures."""
    there = next((picture.name for picture in sketch.pictures if picture.path == path), "")
    if there:
        return there
    stem = name = op_name(Path(path).stem, "picture")
    taken, number = {picture.name for picture in sketch.pictures}, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    sketch.pictures.append(Picture(name, "file", path))
    return name
