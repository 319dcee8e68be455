"""What gets installed is the tree: nothing is missing from the wheel, nothing else is in it."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PLACES = {"tdlite": "tdlite", "nodes": "tdlite/nodes", "shaders": "tdlite/shaders"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, so that building leaves nothing behind."""
    copy = tmp_path_factory.mktemp("build") / "a tree"
    copy.mkdir()
    for name in PLACES:
        shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, copy / name)
    return copy


def built(kind: str, tree: Path, folder: Path) -> Path:
    """The one file that setuptools builds of that kind, without the network."""
    code = f"import sys; from setuptools import build_meta as b; print(b.build_{kind}(sys.argv[1]))"
    result = subprocess.run([sys.executable, "-c", code, folder], cwd=tree, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return folder / result.stdout.splitlines()[-1]


def wanted(tree: Path) -> set[str]:
    """The files of the tree at the places where they are to be installed."""
    return {
        f"{place}/{file.relative_to(tree / name).as_posix()}"
        for name, place in PLACES.items()
        for file in (tree / name).rglob("*")
        if file.is_file() and "egg-info" not in file.as_posix()
    }


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_exactly_the_tree(tree: Path, tmp_path: Path) -> None:
    wheel = built("wheel", tree, tmp_path)
    assert contents(wheel) == wanted(tree)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("/METADATA"))).decode()
        scripts = archive.read(next(name for name in names if name.endswith("/entry_points.txt"))).decode()
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "License-Expression: MIT" in metadata
    assert "tdlite = tdlite.cli:main" in scripts


def test_the_source_archive_builds_the_same_wheel(tree: Path, tmp_path: Path) -> None:
    archive = built("sdist", tree, tmp_path)
    with tarfile.open(archive) as source:
        source.extractall(tmp_path, filter="data")
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    (tmp_path / "wheel").mkdir()
    assert contents(built("wheel", unpacked, tmp_path / "wheel")) == wanted(tree)


def test_an_unpacked_wheel_runs(tree: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built("wheel", tree, tmp_path)) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, 'site'); import tdlite as td\n"
        "assert td.__file__.startswith(sys.argv[1]), td.__file__\n"
        "with td.Project() as project:\n"
        "    rect = project.root.create(td.rectangleTOP)\n"
        "    print(rect.numpyArray().shape, td.rectangleTOP.__module__)\n"
    )
    command = [sys.executable, "-P", "-c", code, tmp_path]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.stdout == "(256, 256, 4) tdlite.nodes.top.rectangle\n", result.stderr
