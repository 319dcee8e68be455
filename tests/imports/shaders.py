"""Shaders to import, and the networks that become of them."""

import json
from pathlib import Path
from typing import Any

from tdlite.imports import read

MAIN_IMAGE = "void mainImage(out vec4 fragColor, in vec2 fragCoord) {{ vec2 uv = fragCoord / iResolution.xy; {} }}\n"
DEEP = "rgba32float"


def imported(net: Any, path: Path, size: tuple[int, int] = (8, 4)) -> Any:
    """The COMP that an import makes, at this size, its picture kept in 32-bit floats."""
    made = read(path)
    scope: dict[str, Any] = {}
    exec(compile(made.python, "imported.py", "exec"), scope)
    before = set(net.root.children)
    scope["build"](net.root)
    (comp,) = set(net.root.children) - before
    comp.par.Resolutionw, comp.par.Resolutionh = size
    comp.op("out1").inputs[0].par.format = DEEP
    return comp


def toy(folder: Path, body: str, before: str = "", name: str = "toy.frag") -> Path:
    """A Shadertoy with this body of mainImage()."""
    return text(folder / name, before + MAIN_IMAGE.format(body))


def isf(folder: Path, body: str, name: str = "test.fs", before: str = "", **header: Any) -> Path:
    """An ISF with this body of main()."""
    header = {"ISFVSN": "2", **header}
    return text(folder / name, f"/*{json.dumps(header, indent=1)}*/\n{before}void main() {{ {body} }}\n")


def plain(folder: Path, body: str, before: str = "", name: str = "plain.frag") -> Path:
    """A fragment as The Book of Shaders writes them."""
    uniforms = "uniform vec2 u_resolution;\nuniform vec2 u_mouse;\nuniform float u_time;\n"
    start = "vec2 st = gl_FragCoord.xy / u_resolution;"
    return text(folder / name, f"{uniforms}{before}void main() {{ {start} {body} }}\n")


def text(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path
