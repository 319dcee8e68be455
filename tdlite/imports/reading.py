"""Which kind of shader a file is, and from there to a network file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from . import isf, plain, shadertoy
from .glsl import included, other_names, read_text, with_names, words
from .isfheader import header
from .model import ImportFault, Sketch, op_name
from .writer import written


class Imported(NamedTuple):
    """A network file's text, the kind of shader it was made from, and what is not as in the original."""

    python: str
    kind: str
    notes: tuple[str, ...]


def read(path: str | Path, folder: str | Path | None = None) -> Imported:
    """Import a shader file, a folder with a Shadertoy's passes, or a Shadertoy's JSON.

    Files that the network reads are named from ``folder``, where it will lie, if they are in it.

    Raises OSError for what cannot be read, and ImportFault for what is no shader, lacks an include, or is broken in
    a way that leaves nothing to import. GLSL errors are not found here: the GLSL TOP reports them.
    """
    path = Path(path)
    try:
        sketch = _sketch(path)
        _rename(sketch)
        for picture in sketch.pictures:
            picture.path = _named_from(picture.path, folder) if picture.path else ""
    except RecursionError:
        raise ImportFault(f"{path}: brackets or includes are nested too deep") from None
    except ValueError as error:
        raise ImportFault(f"{path}: {error}") from None
    return Imported(written(sketch, path.name or str(path)), sketch.origin, tuple(sketch.notes))


def _sketch(path: Path) -> Sketch:
    name = op_name(path.resolve().name if path.is_dir() else path.stem)
    if path.is_dir():
        return shadertoy.from_folder(path, name)
    text = read_text(path)
    if not text.strip():
        raise ImportFault(f"{path} is empty")
    if path.suffix.lower() == ".json" or text.lstrip()[:1] in "{[":
        data = shadertoy.parsed(text)
        if data is not None:
            return shadertoy.from_json(data, name, path)
        if path.suffix.lower() == ".json":
            raise ImportFault(f"{path} is not JSON")
    if isf.is_isf(text):
        return isf.from_text(path, text, name)
    whole = _whole(path, text)
    if shadertoy.is_shadertoy(whole):
        return shadertoy.from_text(path, text, name)
    if plain.is_plain(whole):
        return plain.from_text(path, text, name)
    found = words(whole)
    if header(text) is not None:
        raise ImportFault(f"{path} begins with a comment in braces that has none of ISF's keys, such as INPUTS")
    if "mainSound" in found or "mainCubemap" in found:
        what = "mainSound" if "mainSound" in found else "mainCubemap"
        raise ImportFault(f"{path} has a {what}(), which nothing here calls: only mainImage() makes a picture")
    if "gl_Position" in found:
        raise ImportFault(f"{path} is a vertex shader; import the fragment shader that it belongs to")
    raise ImportFault(
        f"{path} is no shader that can be imported: there is neither a mainImage(), nor an ISF header, nor a "
        "void main() that writes a colour"
    )


def _named_from(path: str, folder: str | Path | None) -> str:
    whole = Path(path).resolve()
    if folder is not None and whole.is_relative_to(Path(folder).resolve()):
        return str(whole.relative_to(Path(folder).resolve()))
    return str(whole)


def _rename(sketch: Sketch) -> None:
    """Give other names to what the shader calls by words that desktop GLSL keeps for itself."""
    samplers = [f"sampler2D {read.sampler};" for step in sketch.steps for read in step.reads]
    names = other_names("\n".join([*samplers, *sketch.texts.values(), *(step.text for step in sketch.steps)]))
    sketch.texts = {name: with_names(text, names) for name, text in sketch.texts.items()}
    for step in sketch.steps:
        step.text = with_names(step.text, names)
        step.values = {names.get(name, name): value for name, value in step.values.items()}
        step.reads = [read._replace(sampler=names.get(read.sampler, read.sampler)) for read in step.reads]


def _whole(path: Path, text: str) -> str:
    """The text with its includes, those that are missing left out."""
    return included(text, [path.parent], str(path), missing=lambda name: "")
