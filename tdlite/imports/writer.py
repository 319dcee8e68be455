"""A sketch as a network file: Python that a person would go on editing."""

from __future__ import annotations

import json
import keyword
import re
import textwrap

from .model import COMPONENTS, Custom, Picture, Sketch, Step, op_name
from .templates import CHOSEN, CUSTOM, LAST_FRAME, MENU, MOVIE, SHADER, SIZED, STAND_IN

WIDTH, HEIGHT = 1280, 720
_TAKEN = {"root", "comp", "page", "td", "Any", "custom", "shader", "sized", "last_frame", "stand_in", "chosen", "build"}


def written(sketch: Sketch, source: str) -> str:
    """The network file; ``source`` is what was imported, for the reader."""
    names = _Names(sketch)
    texts = _texts(sketch, names)
    body = _build(sketch, names, texts)
    parts = [_docstring(sketch, source), "from typing import Any\n\nimport tdlite as td\n"]
    parts += [f"{constant} = {quoted(text)}\n" for text, constant in texts.items()]
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
            taken |= {name.lower(), f"{name.lower()}_past", f"{name.lower()}_black", f"{name.lower()}_standin"}
            self.operators[key] = name

    def variable(self, key: str, ending: str = "") -> str:
        """The Python variable of an operator."""
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.operators[key]).lower() + ending
        taken = name in _TAKEN or name in STAND_IN or name in ("menu", "picture")
        return f"{name}_top" if taken or keyword.iskeyword(name) else name


def _texts(sketch: Sketch, names: _Names) -> dict[str, str]:
    """The texts of all shaders by the constants that hold them."""
    made: dict[str, str] = {text: name.upper() for name, text in sketch.texts.items()}
    used = set(made.values())
    single = len({_whole(step, names) for step in sketch.steps}) == 1
    for step in sketch.steps:
        text = _whole(step, names)
        if text not in made:
            name = "SHADER" if single else names.variable(step.name).upper()
            made[text] = name if name not in used else f"{name}SHADER"
            used.add(made[text])
    return made


def _inputs(step: Step) -> list[tuple[str, bool]]:
    """What the step's inputs are connected to: names, and whether it is the last frame."""
    return list(dict.fromkeys((read.source, read.past) for read in step.reads))


def _whole(step: Step, names: _Names) -> str:
    """The step's text with its samplers' names for the inputs."""
    inputs = _inputs(step)
    lines = [
        f"#define {read.sampler} sTD2DInputs[{inputs.index((read.source, read.past))}]"
        for read in step.reads
        if not re.search(rf"#[ \t]*define[ \t]+{read.sampler}\b", step.text)
    ]
    text = step.text if step.text.endswith("\n") else step.text + "\n"
    return "".join(f"{line}\n" for line in dict.fromkeys(lines)) + text


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
        lines += ["", *_step(step, names, texts)]
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
    if one.style == "TOP":
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
    if not picture.custom:
        return [f"    {variable} = {picture.kind}(comp, {_literal(name)}){note}"]
    stand_in = f"{picture.kind}(comp, {_literal(f'{name}_standin')})"
    return [f"    {variable} = chosen(comp, {_literal(name)}, {_literal(picture.custom)}, {stand_in}){note}"]


def _step(step: Step, names: _Names, texts: dict[str, str]) -> list[str]:
    inputs = [names.variable(source, "_past" if past else "") for source, past in _inputs(step)]
    first = ["comp", _literal(names.operators[step.name]), texts[_whole(step, names)], *inputs]
    named = []
    if step.size:
        named.append(f"size={names.variable(step.name, '_size')}")
    if step.deep:
        named.append("deep=True")
    if step.extend != "hold":
        named.append(f"extend={_literal(step.extend)}")
    if step.smooth != "linear":
        named.append(f"smooth={_literal(step.smooth)}")
    lines = [f"    {names.variable(step.name)} = shader("]
    lines += [f"        {argument}," for argument in first]
    if step.values:
        lines.append("        values={")
        lines += [f"            {_literal(name)}: {_literal(value)}," for name, value in step.values.items()]
        lines.append("        },")
    lines += [f"        {argument}," for argument in named]
    return [*lines, "    )"]


def _helpers(sketch: Sketch, body: str) -> list[str]:
    """The functions that the body needs."""
    made = [CUSTOM, SIZED, SHADER]
    for call, text in (("menu(", MENU), ("last_frame(", LAST_FRAME), ("picture(", MOVIE), ("chosen(", CHOSEN),
                       *((f"{kind}(", text) for kind, text in STAND_IN.items())):  # fmt: skip
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
