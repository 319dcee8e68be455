"""ISF: a fragment shader after a JSON header with its parameters, passes and pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from . import feeds
from .channels import flattened, helpers, read_through
from .expressions import size_expression
from .glsl import Declared, defines, desktop, not_ours, read_text, renamed, uniforms, without_uniforms, words
from .isfheader import entries, header, parsed, passes
from .isfinputs import KINDS, custom_of
from .isfvertex import Varyings
from .model import Custom, ImportFault, Picture, Read, Sketch, Step, Value, op_name, par_name

_KEYS = {"ISFVSN", "VSN", "INPUTS", "PASSES", "CATEGORIES", "CREDIT", "DESCRIPTION", "IMPORTED", "PERSISTENT_BUFFERS"}
_TYPES = {
    "TIME": "float", "TIMEDELTA": "float", "FRAMEINDEX": "int", "PASSINDEX": "int", "RENDERSIZE": "vec2",
    "DATE": "vec4",
}  # fmt: skip
_MACROS = {
    "IMG_SIZE": "#define IMG_SIZE(image) vec2(textureSize(image, 0))",
    "IMG_NORM_PIXEL": "#define IMG_NORM_PIXEL(image, uv) texture(image, uv)",
    "IMG_PIXEL": "#define IMG_PIXEL(image, p) texture(image, (p) / vec2(textureSize(image, 0)))",
    "IMG_THIS_PIXEL": "#define IMG_THIS_PIXEL(image) texture(image, vUV.st)",
    "IMG_THIS_NORM_PIXEL": "#define IMG_THIS_NORM_PIXEL(image) texture(image, vUV.st)",
    "isf_FragNormCoord": "#define isf_FragNormCoord vUV.st",
    "vv_FragNormCoord": "#define vv_FragNormCoord vUV.st",
    "isf_FragCoord": "#define isf_FragCoord gl_FragCoord.xy",
}
_RECTANGLE = re.compile(r"\bIMG_(?:NORM_)?(?:PIXEL|THIS_PIXEL)_?RECT\b")
_OTHERS = {
    "materialColorForPixel": "a MadMapper material", "fxColorForPixel": "a MadMapper effect",
    "laserMaterialFunc": "a MadMapper laser material", "MM_SHADER_THIS_NORM_PIXEL": "a MadMapper surface",
    "VERTEX_SHADER_ART": "a vertex shader that draws points", "vertexId": "a vertex shader that draws points",
}  # fmt: skip


def is_isf(text: str) -> bool:
    """Whether the first block comment of a text is the header of an ISF."""
    found = header(text)
    if found is None:
        return False
    return any(f'"{key}"' in found[0] for key in _KEYS) or not words(text).isdisjoint({*_MACROS, "RENDERSIZE"})


def from_text(path: Path, text: str, name: str) -> Sketch:
    """The ISF in a text; the vertex shader is looked for beside it."""
    found = header(text)
    if found is None:
        raise ImportFault(f"{path} has no JSON header /*{{ … }}*/")
    data = parsed(found[0], text, path)
    body = found[1]
    used = words(body)
    for word, what in _OTHERS.items():
        if word in used or data.get("MODE") == word:
            raise ImportFault(f"{path} has a JSON header, but is {what}, not an ISF that draws a picture")
    if not defines(body, "main"):
        raise ImportFault(f"{path} has a JSON header, but no void main()")
    return _Importer(path, data, body, name).sketch


class _Importer:
    def __init__(self, path: Path, data: dict[str, Any], body: str, name: str) -> None:
        self.path, self.data = path, data
        self.sketch = sketch = Sketch(name, "ISF", [])
        for key in ("DESCRIPTION", "CREDIT"):
            if isinstance(data.get(key), str) and data[key].strip():
                sketch.about.append(" ".join(data[key].split()))
        body = not_ours(desktop(body))
        used = words(body)
        self.varyings = Varyings(self._vertex(), body, sketch)
        used |= words(self.varyings.text)
        self.fed: dict[str, tuple[str, Value]] = {}
        self.pictures: dict[str, str] = {}
        """Sampler → the picture behind it."""
        self.ways: dict[str, str] = {}
        """Sampler → what reads it instead of texture()."""
        self.passes = passes(data)
        targets = [one["TARGET"] for one in self.passes if one["TARGET"]]
        for entry in entries(data.get("INPUTS"), "NAME"):
            self._input(entry, used, targets)
        for entry in entries(data.get("IMPORTED"), "NAME"):
            self._imported(entry)
        self._steps(body)

    def _vertex(self) -> str:
        for suffix in (".vs", ".vert", ".VS"):
            try:
                if (file := self.path.with_suffix(suffix)).is_file():
                    return not_ours(desktop(read_text(file)))
            except (OSError, ValueError):
                continue
        return ""

    # -- the header --------------------------------------------------------------------------------------------

    def _input(self, entry: dict[str, Any], used: set[str], targets: list[str]) -> None:
        name, kind = entry.get("NAME"), str(entry.get("TYPE", "")).strip()
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_]\w*", name):
            self.sketch.note(f"the input {name!r} is left out: that is no name for a uniform")
            return
        label, own = str(entry.get("LABEL") or name), not_ours(name)
        if own in self.fed:
            self.sketch.note(f"there are two inputs {name}; the first one counts")
            return
        if kind in ("image", "cube") or kind.startswith("audio"):
            if own not in targets and own not in self.pictures:
                self._sky(name) if kind == "cube" else self._image(name, kind, label)
            return
        if kind not in KINDS:
            self.sketch.note(f"the input {name} is of the unknown type {kind!r}; it is 0")
            if own in used:
                self.fed[own] = ("float", 0.0)
            return
        custom = self.sketch.custom(custom_of(entry, kind, par_name(name), label))
        value = feeds.values_of(custom)
        if custom.style == "Menu":
            value = f"int(parent().par.{custom.name})"
        self.fed[own] = (KINDS[kind], value)

    def _image(self, name: str, kind: str, label: str) -> None:
        spectrum = kind == "audioFFT" or kind.lower().endswith(("hist", "histogram"))
        note = "" if kind == "image" else f"{name} is {'a spectrum' if spectrum else 'a waveform'}; silence"
        custom = self.sketch.custom(Custom(par_name(name), "TOP", label, note=note))
        stand_in = "clouds" if kind == "image" else "black" if spectrum else "grey"  # waveforms are centred on 0.5
        picture = Picture(op_name(name), stand_in, custom=custom.name, note=note)
        self.sketch.pictures.append(picture)
        self.pictures[not_ours(name)] = picture.name
        what = "a picture" if kind == "image" else "sound"
        self.sketch.note(f"{name} takes {what}: set the parameter {custom.name} to a TOP; until then one stands in")

    def _imported(self, entry: dict[str, Any]) -> None:
        name, file = entry.get("NAME"), entry.get("PATH")
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_]\w*", name) or name in self.pictures:
            return
        if entry.get("TYPE") == "cube" or isinstance(file, list):
            self._sky(name)
            return
        path = self.path.parent / str(file or "")
        try:
            there = bool(file) and path.is_file()
        except (OSError, ValueError):
            there = False
        if there:
            self.sketch.pictures.append(Picture(op_name(name), "file", str(path)))
        else:
            self.sketch.pictures.append(Picture(op_name(name), "noise", note=f"the picture {file} was not found"))
            self.sketch.note(f"the imported picture {file} of {name} was not found; noise stands in")
        self.pictures[not_ours(name)] = op_name(name)

    def _sky(self, name: str) -> None:
        """What stands in for a cube map."""
        self.sketch.note(f"{name} is a cube map; a sky is computed for it")
        self.sketch.pictures.append(Picture(op_name(name), "black", note="a cube map; a sky is computed for it"))
        own = not_ours(name)
        self.pictures[own], self.ways[own] = op_name(name), "textureSky"

    # -- the passes --------------------------------------------------------------------------------------------

    def _steps(self, body: str) -> None:
        """A step for each pass, all of the same text."""
        sketch = self.sketch
        own = {**_TYPES, **{name: type_ for name, (type_, _) in self.fed.items()}}
        samplers = [*self.pictures, *dict.fromkeys(one["TARGET"] for one in self.passes if one["TARGET"])]
        body = without_uniforms(
            body, lambda one: one.name not in own and one.type not in ("sampler2D", "sampler2DRect"), lambda one: ""
        )
        body = self.varyings.without(body)
        body, sizes = _special_names(flattened(body), samplers)
        body = read_through(body, self.ways)
        used = words(body + self.varyings.text)
        prelude, shared = self._uniforms(body, used)
        macros = _MACROS
        if self.varyings.vertex:
            macros = {name: line.replace("vUV.st", "isf_FragNormCoord") for name, line in _MACROS.items()}
            del macros["isf_FragNormCoord"]
            kept = words(self.varyings.vertex)
            sketch.vertex = "".join(f"{line}\n" for line in prelude if words(line) & kept) + self.varyings.vertex
        prelude += [line for name, line in macros.items() if name in used]
        prelude += sizes
        prelude += self.varyings.declarations
        text = "\n\n".join(
            part for part in ("\n".join(prelude), helpers(body).rstrip(), self.varyings.function,
                              body.strip("\n"), self.varyings.main) if part
        ) + "\n"  # fmt: skip
        for index, (one, name) in enumerate(zip(self.passes, _step_names(self.passes), strict=True)):
            step = Step(name, text, values=dict(shared), deep=one["FLOAT"])
            if "PASSINDEX" in used:
                step.values["PASSINDEX"] = index
            step.size = self._size(one["SIZE"], name)
            sketch.steps.append(step)
        self._connect([name for name in samplers if name in used])

    def _uniforms(self, body: str, used: set[str]) -> tuple[list[str], dict[str, Value]]:
        """The declarations of the uniforms that hosts declare, and the values of all."""
        declared: list[str] = []
        values: dict[str, Value] = {}
        for name, type_ in _TYPES.items():
            if name in used:
                declared.append(f"uniform {type_} {name};")
                if name != "PASSINDEX":
                    made = feeds.feed(Declared(name, type_), self.sketch)
                    values[name] = made if made is not None else 0.0
        for name, (type_, value) in self.fed.items():
            if name in used:
                declared.append(f"uniform {type_} {name};")
                values[name] = value
        for one in uniforms(body):
            made = feeds.feed(one, self.sketch)
            if made is not None:
                values[one.name] = made
        return declared, values

    def _connect(self, samplers: list[str]) -> None:
        """What each step reads: of a target what was drawn last, in this frame or, where it is kept, in the one before.

        Every step reads what the text names, for all have the same.
        """
        pairs = [(one["TARGET"], step.name) for one, step in zip(self.passes, self.sketch.steps, strict=True)]
        kept = {one["TARGET"] for one in self.passes if one["PERSISTENT"]}
        last = dict(pairs)
        latest: dict[str, str] = {}
        for (target, name), step in zip(pairs, self.sketch.steps, strict=True):
            for sampler in samplers:
                if sampler in self.pictures:
                    step.reads.append(Read(sampler, self.pictures[sampler]))
                elif sampler in latest:
                    step.reads.append(Read(sampler, latest[sampler]))
                elif sampler in kept:
                    step.reads.append(Read(sampler, last[sampler], past=True))
                else:
                    step.reads.append(Read(sampler, self._nothing()))
            if target:
                latest[target] = name

    def _nothing(self) -> str:
        """The picture that a pass sees of one that comes later and is not kept."""
        if not any(picture.name == "nothing" for picture in self.sketch.pictures):
            self.sketch.pictures.append(
                Picture("nothing", "black", note="what a later pass will draw is not there yet")
            )
        return "nothing"

    def _size(self, texts: list[str], name: str) -> tuple[str, str] | None:
        sides = []
        for text, own in zip(texts, ("Resolutionw", "Resolutionh"), strict=True):
            if not text.strip() or text.strip() == {"Resolutionw": "$WIDTH", "Resolutionh": "$HEIGHT"}[own]:
                sides.append(f"parent().par.{own}")
                continue
            values = {n: v for n, (_, v) in self.fed.items() if isinstance(v, str)}
            made = size_expression(not_ours(text), values)
            if made is None:
                self.sketch.note(f"the size {text!r} of the pass {name} was not understood; it has the whole size")
                made = f"parent().par.{own}"
            sides.append(made)
        whole = ["parent().par.Resolutionw", "parent().par.Resolutionh"]
        return None if sides == whole else (sides[0], sides[1])


def _step_names(passes: list[dict[str, Any]]) -> list[str]:
    names: list[str] = []
    for index, one in enumerate(passes):
        name = op_name(one["TARGET"] or ("image" if index == len(passes) - 1 else f"pass{index}"), "pass")
        while name.lower() in {other.lower() for other in names}:
            name += f"_{index}"
        names.append(name)
    return names


def _special_names(body: str, samplers: list[str]) -> tuple[str, list[str]]:
    """The text with what hosts' own generated names stand for, and the macros for the sizes of pictures."""
    used, macros = words(body), []
    for name in samplers:
        for made, value in (
            (f"_{name}_imgSize", f"vec2(textureSize({name}, 0))"),
            (f"_{name}_imgRect", "vec4(0.0, 0.0, 1.0, 1.0)"),
            (f"_{name}_flip", "false"),
        ):
            if made in used:
                macros.append(f"#define {made} {value}")
    body = _RECTANGLE.sub("IMG_PIXEL", body)
    old = {"vv_vertShaderInit": "isf_vertShaderInit", "gl_ModelViewProjectionMatrix": "mat4(1.0)"}
    return renamed(body, {name: new for name, new in old.items() if name in used}), macros
