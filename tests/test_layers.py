"""Imports point down only, and importing tdlite loads next to nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
FOLDERS = {
    "tdlite.graph": TOP / "tdlite" / "graph",
    "tdlite.gpu": TOP / "tdlite" / "gpu",
    "tdlite.media": TOP / "tdlite" / "media",
    "tdlite.glsl": TOP / "tdlite" / "glsl",
    "tdlite.imports": TOP / "tdlite" / "imports",
    "tdlite.ops": TOP / "tdlite" / "ops",
    "tdlite.nodes": TOP / "nodes",
    "tdlite.cli": TOP / "tdlite" / "cli",
}
BELOW = {
    "tdlite.graph": set(),
    "tdlite.gpu": {"tdlite.glsl"},
    "tdlite.media": set(),
    "tdlite.glsl": set(),
    "tdlite.imports": {"tdlite.glsl"},
    "tdlite.ops": {"tdlite.graph", "tdlite.gpu", "tdlite.media", "tdlite.glsl"},
    "tdlite.nodes": {"tdlite.graph", "tdlite.gpu", "tdlite.media", "tdlite.ops"},
    "tdlite.cli": {"tdlite.graph", "tdlite.gpu", "tdlite.media", "tdlite.imports", "tdlite.ops"},
}
PICTURES = {
    *("moderngl", "glcontext", "numpy", "av", "cv2", "OpenEXR", "PyOpenColorIO"),
    *("tifffile", "simplejpeg", "imagecodecs", "PIL"),
}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the layers by its full name."""
    for layer, folder in FOLDERS.items():
        for file in sorted(folder.rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            yield ".".join((layer, *(part for part in parts if part != "__init__"))), file


def imported(name: str, file: Path) -> set[str]:
    """The full names of what a module imports, wherever in it."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found.update({source, *(f"{source}.{alias.name}" for alias in node.names)})
    return found


def layer_of(name: str) -> str | None:
    return next((layer for layer in FOLDERS if name == layer or name.startswith(layer + ".")), None)


@pytest.mark.parametrize(("name", "file"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_module_imports_only_its_own_layer_and_those_below(name: str, file: Path) -> None:
    own = layer_of(name)
    assert own is not None
    used = {layer for module in imported(name, file) if (layer := layer_of(module)) is not None}
    assert used <= {own, *BELOW[own]}
    assert own == "tdlite.nodes" or "tdlite.nodes" not in used


def test_the_walk_sees_imports_of_every_form(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("def f():\n    from ..gpu import image\n    import tdlite.media\n    from . import y\n")
    assert {"tdlite.gpu.image", "tdlite.media", "tdlite.graph.y"} <= imported("tdlite.graph.x", file)


@pytest.mark.parametrize(("name", "file"), [(n, f) for n, f in modules() if n.startswith("tdlite.graph")])
def test_the_graph_knows_nothing_of_pictures(name: str, file: Path) -> None:
    assert {module.partition(".")[0] for module in imported(name, file)} & PICTURES == set()


def test_operators_are_never_imported_by_each_other() -> None:
    for name, file in modules():
        if layer_of(name) == "tdlite.nodes":
            assert not any(module.startswith("tdlite.nodes") for module in imported(name, file)), name


def test_importing_tdlite_loads_only_the_graph() -> None:
    code = "import sys; before = set(sys.modules); import tdlite; print(*(set(sys.modules) - before))"
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(out.split())
    own = {name for name in loaded if name.startswith("tdlite")}
    assert {layer_of(name) for name in own} == {None, "tdlite.graph"}
    assert {name for name in own if layer_of(name) is None} == {"tdlite"}
    foreign = {name.partition(".")[0] for name in loaded - own}
    assert foreign - sys.stdlib_module_names - {"_"} == set()


def test_an_operator_is_loaded_when_it_is_named() -> None:
    code = "import sys, tdlite; tdlite.constantCHOP; print(*(n for n in sys.modules if n.startswith('tdlite.nodes.')))"
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(out.split()) == {"tdlite.nodes.chop", "tdlite.nodes.chop.constant"}


def test_the_folder_of_operators_cannot_be_imported_under_another_name() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import nodes"], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert "tdlite.nodes" in result.stderr
    assert result.returncode == 1
