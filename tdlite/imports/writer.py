"""A sketch as a network file: Python that a person would go on editing."""

from __future__ import annotations

import json
import keyword
import re
import textwrap

from .model import COMPONENTS, Custom, Picture, Read, Sketch, Step, op_name
from .templates import CUSTOM, LAST_FRAME, MENU, MOVED, MOVIE, SHADER, SIZED, STAND_IN

WIDTH, HEIGHT = 1280, 720
_TAKEN = {"root", "comp", "page", "td", "Any", "custom", "shader", "sized", "last_frame", "stand_in", "build"}


def written(sketch: Sketch, source: str) -> str:
    """The network file; ``source`` is what was imported, for the reader."""
    names = _Names(sketch)
    texts = _texts(sketch, names)
    body = _build(sketch, names, texts)
    parts = [_docstring(sketch, source), "from typing import Any\n\nimport tdlite as td\n"]
    parts += [f"{constant} = {quoted(text)}\n" for text, constant in texts.items()]
    if sketch.vertex:
        parts.append(f"VERTEX = {quoted(sketch.vertex)}\n")
    parts += ["\n" + body, *_helpers(sketch, body)]
    return "\n".join(parts)


class _Names:
    """Names of operators, no two of which differ only in case, and of the variables that hold them."""

    def __init__(self, sketch: Sketch) -> None:
        self.operators: dict[str, str] = {}
        taken: set[str] = {"out1", "common"}
        for key in [picture.name for picture in sketch.pictures] + [step.name for step in sketch.steps]:
            name, number = op_name(key), 1
            while name.lower() in taken:
                number += 1
                name = f"{op_name(key)}_{number}"
            taken |= {name.lower(), f"{name.lower()}_past", f"{name.lower()}_black"}
            self.operators[key] = name

    def variable(self, key: str, ending: str = "") -> str:
        """The Python variable of an operator."""
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.operators[key]).lower() + ending
        taken = name in _TAKEN or name in STAND_IN or name in ("menu", "picture", "moved")
        return f"{name}_top" if taken or keyword.iskeyword(name) else name


def _texts(sketch: Sketch, names: _Names) -> dict[str, str]:
    """The texts of all shaders by the constants that hold them."""
    made: dict[str, str] = {text: name.upper() for name, text in sketch.texts.items()}
    used = {*made.values(), "VERTEX"}
    single = len({_whole(step) for step in sketch.steps}) == 1
    for step in sketch.steps:
        text = _whole(step)
        if text not in made:
            name = "SHADER" if single else names.variable(step.name).upper()
            made[text] = name if name not in used else f"{name}SHADER"
            used.add(made[text])
    return made


def _whole(step: Step) -> str:
    """The step's text after the declarations of its samplers."""
    samplers = dict.fromkeys(
        read.sampler for read in step.reads if not re.search(rf"#[ \t]*define[ \t]+{read.sampler}\b", step.text)
    )
    text = step.text if step.text.endswith("\n") else step.text + "\n"
    return "".join(f"uniform sampler2D {sampler};\n" for sampler in samplers) + text


def _build(sketch: Sketch, names: _Names, texts: dict[str, str]) -> str:
    lines = [
        "def build(root: Any) -> None:",
        f"    comp = root.create(td.baseCOMP, {_literal(op_name(sketch.name))})",
        f"    page = comp.appendCustomPage({_literal(_title(sketch))})",
        f'    custom(page.appendWH("Resolution"), {WIDTH}, {HEIGHT})',
    ]
    for one in sketch.customs:
        lines += _custom(one)
    for name in sketch.texts:
        lines += ["", f"    comp.create(td.textDAT, {_literal(name)}).text = {name.upper()}"]
    if sketch.pictures:
        lines.append("")
    for picture in sketch.pictures:
        lines += _picture(picture, names)
    steps = {step.name: step for step in sketch.steps}
    for step in sketch.steps:
        if step.size:
            lines += ["", f"    {names.variable(step.name, '_size')} = ("]
            lines += [*(f"        {_literal(side)}," for side in step.size), "    )"]
    past = dict.fromkeys(read.source for step in sketch.steps for read in step.reads if read.past)
    if past:
        lines.append("")
    for source in past:
        more = _more(steps[source], names)
        lines.append(
            f"    {names.variable(source, '_past')} = last_frame(comp, {_literal(names.operators[source])}{more})"
        )
    for step in sketch.steps:
        lines += ["", *_step(step, sketch, names, texts)]
    last = names.variable(sketch.steps[-1].name)
    lines += ["", '    out = comp.create(td.nullTOP, "out1")', f"    out.inputConnectors[0].connect({last})", ""]
    return "\n".join(lines)


def _more(step: Step, names: _Names) -> str:
    size = f", size={names.variable(step.name, '_size')}" if step.size else ""
    return size + (", deep=True" if step.deep else "")


def _custom(one: Custom) -> list[str]:
    lines = [f"    # {line}" for line in textwrap.wrap(_plain(one.note), 110)]
    label = f", {_literal(_plain(one.label)[:80])}" if one.label and one.label != one.name else ""
    made = f"page.append{one.style}({_literal(one.name)}{label})"
    if one.style in ("TOP", "Pulse"):
        return [*lines, f"    {made}"]
    if one.style == "Menu":
        entries = {token: _plain(text) for token, text in one.menu.items()}
        return [*lines, f"    menu({made}, {_folded(entries)}, {_literal(one.default)})"]
    values = one.default if one.style in COMPONENTS else (one.default,)
    limits = (
        f", low={_literal(one.low)}, high={_literal(one.high)}" if one.low is not None and one.high is not None else ""
    )
    return [*lines, f"    custom({made}, {', '.join(map(_literal, values))}{limits})"]


def _folded(entries: dict[str, str]) -> str:
    """A dict, one entry a line where it is long."""
    flat = "{" + ", ".join(f"{_literal(key)}: {_literal(value)}" for key, value in entries.items()) + "}"
    if len(flat) <= 70:
        return flat
    return "{\n" + "".join(f"        {_literal(key)}: {_literal(value)},\n" for key, value in entries.items()) + "    }"


def _picture(picture: Picture, names: _Names) -> list[str]:
    variable, name = names.variable(picture.name), names.operators[picture.name]
    note = f"  # {_plain(picture.note)[:90]}" if picture.note else ""
    if picture.kind == "file":
        return [f"    {variable} = picture(comp, {_literal(name)}, {_literal(picture.path)}){note}"]
    if picture.custom:
        variable = f"comp.par.{picture.custom}"
    return [f"    {variable} = {picture.kind}(comp, {_literal(name)}){note}"]


def _step(step: Step, sketch: Sketch, names: _Names, texts: dict[str, str]) -> list[str]:
    lines = [f"    {names.variable(step.name)} = shader("]
    lines += [
        f"        {argument}," for argument in ("comp", _literal(names.operators[step.name]), texts[_whole(step)])
    ]
    if step.reads:
        lines.append("        samplers={")
        for read in step.reads:
            source = _source(read, sketch, names)
            if (read.extend, read.smooth) != ("hold", "linear"):
                source = f"({source}, {_literal(read.extend)}, {_literal(read.smooth)})"
            lines.append(f"            {_literal(read.sampler)}: {source},")
        lines.append("        },")
    if step.values:
        lines.append("        values={")
        lines += [f"            {_literal(name)}: {_literal(value)}," for name, value in step.values.items()]
        lines.append("        },")
    if step.size:
        lines.append(f"        size={names.variable(step.name, '_size')},")
    if step.deep:
        lines.append("        deep=True,")
    lines.append("    )")
    return [*lines, f"    moved(comp, {names.variable(step.name)}, VERTEX)"] if sketch.vertex else lines


def _source(read: Read, sketch: Sketch, names: _Names) -> str:
    """What a sampler reads: a variable, or the expression of a custom parameter."""
    custom = next((one.custom for one in sketch.pictures if one.name == read.source and one.custom), "")
    return _literal(f"parent().par.{custom}") if custom else names.variable(read.source, "_past" if read.past else "")


def _helpers(sketch: Sketch, body: str) -> list[str]:
    """The functions that the body needs."""
    made = [CUSTOM, SIZED, SHADER]
    calls = {"menu(": MENU, "last_frame(": LAST_FRAME, "picture(": MOVIE, "moved(": MOVED}
    for call, text in (calls | {f"{kind}(": text for kind, text in STAND_IN.items()}).items():
        if re.search(rf"\b{re.escape(call)}", body):
            made.append(text)
    return made


def _title(sketch: Sketch) -> str:
    return " ".join(sketch.name.replace("_", " ").split())[:40].title() or "Shader"


def _docstring(sketch: Sketch, source: str) -> str:
    lines = textwrap.wrap(f"{_title(sketch)}: imported from {_plain(source)} ({sketch.origin}).", 110)
    for about in sketch.about:
        lines += ["", *textwrap.wrap(_plain(about), 110)]
    if sketch.notes:
        lines += ["", "What is not as in the original:"]
        for note in sketch.notes:
            lines += textwrap.wrap(_plain(note), 108, initial_indent="- ", subsequent_indent="  ")
    text = "\n".join(lines)
    return f'"""{text}\n"""\n' if len(lines) > 1 else f'"""{text}"""\n'


def _literal(value: object) -> str:
    """A value as Python, texts in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def _plain(text: str) -> str:
    """A text on one line that can stand in a comment or docstring."""
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return flat.replace("\\", "/").replace('"""', "'''").rstrip('"')[:2000]


def quoted(text: str) -> str:
    """A Python literal of a text over several lines, raw where that is possible."""
    plain = '"""' not in text and not text.endswith('"')
    if plain and "\\" not in text:
        return f'"""\n{text}"""'
    if plain and not text.endswith("\\"):
        return f'r"""\n{text}"""'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{escaped}"""'
