"""``tdlite import``."""

from pathlib import Path

import pytest

from .conftest import Tdlite

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
TOY = "void mainImage(out vec4 c, in vec2 p) { c = vec4(p / iResolution.xy, texture(iChannel0, p).r, 1.0); }"


def test_a_shader_becomes_a_network_that_checks(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "toy.frag").write_text(TOY)
    made = tdlite("import", "toy.frag", "-o", "net.py")
    assert made.returncode == 0
    assert made.stdout == ""
    note, done = made.stderr.splitlines()
    assert note == "note: iChannel0 was a picture; channel0 stands in, and the parameter Channel0 takes another TOP"
    assert done.startswith("net.py: Shadertoy")
    checked = tdlite("check", "net.py")
    assert (checked.returncode, checked.stdout) == (0, "net.py: 7 operators, 0 errors, 0 warnings\n")


def test_a_dash_prints_the_network(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "toy.frag").write_text(TOY)
    made = tdlite("import", "toy.frag", "-o", "-")
    compile(made.stdout, "net.py", "exec")
    assert [path.name for path in tmp_path.iterdir()] == ["toy.frag"]


def test_a_file_that_exists_is_kept_unless_asked_otherwise(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "toy.frag").write_text(TOY)
    (tmp_path / "net.py").write_text("mine")
    refused = tdlite("import", "toy.frag", "-o", "net.py")
    assert (refused.returncode, (tmp_path / "net.py").read_text()) == (5, "mine")
    assert "net.py exists" in refused.stderr
    assert tdlite("import", "toy.frag", "-o", "net.py", "--overwrite").returncode == 0
    assert "def build(root" in (tmp_path / "net.py").read_text()


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("none.frag", None, 5, "cannot read none.frag: No such file or directory"),
        ("words.frag", "no shader at all", 2, "words.frag is no shader that can be imported"),
        ("x.fs", '/*{"INPUTS": [}*/ void main() {}', 2, "x.fs line 1: the JSON header is broken"),
    ],
)
def test_what_cannot_be_imported_ends_in_one_line(
    tdlite: Tdlite, tmp_path: Path, name: str, content: str | None, code: int, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    made = tdlite("import", name, "-o", "net.py")
    assert made.returncode == code
    assert len(made.stderr.splitlines()) == 1
    assert said in made.stderr
    assert not (tmp_path / "net.py").exists()


@pytest.mark.parametrize(
    ("shader", "network"),
    [
        ("shadertoy/ink", "shadertoy/ink.py"),
        ("isf/halo.fs", "isf/halo.py"),
        ("book_of_shaders/tiles.frag", "book_of_shaders/tiles.py"),
    ],
)
def test_the_examples_are_what_the_import_makes_and_draw(tdlite: Tdlite, shader: str, network: str) -> None:
    made = tdlite("import", str(EXAMPLES / shader), "-o", "-")
    assert made.stdout == (EXAMPLES / network).read_text(encoding="utf-8")
    name = Path(network).stem
    sizes = [part for side in ("w=64", "h=36") for part in ("--set", f"/{name}.Resolution{side}")]
    drawn = tdlite("render", str(EXAMPLES / network), "--top", f"/{name}/out1", *sizes, "--frames", "20", "-o", "x.png")
    assert drawn.returncode == 0, drawn.stderr


def test_a_place_that_cannot_be_written_is_named(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "toy.frag").write_text(TOY)
    made = tdlite("import", "toy.frag", "-o", "toy.frag/net.py")
    assert made.returncode == 5
    assert "cannot create the folder of toy.frag/net.py (" in made.stderr
    (tmp_path / "net.py").mkdir()
    made = tdlite("import", "toy.frag", "-o", "net.py", "--overwrite")
    assert (made.returncode, made.stdout) == (5, "")
    assert made.stderr.endswith("cannot write net.py (Is a directory); the path is a folder: add a file name to it\n")


def test_a_folder_that_is_missing_is_made(tdlite: Tdlite, tmp_path: Path) -> None:
    (tmp_path / "toy.frag").write_text(TOY)
    assert tdlite("import", "toy.frag", "-o", "new/folder/net.py").returncode == 0
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["net.py"]
