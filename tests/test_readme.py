"""The README tells the truth: its table of operators, its network, its operator. ``--write`` updates the table."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import tdlite as td
from tdlite.ops.registry import builtin, find

README = Path(__file__).parent.parent / "README.md"
MARKS = ("<!-- operators -->\n", "<!-- /operators -->")


def table() -> str:
    """The operators by family, each with the first line of its documentation."""
    rows = ["| operator | does |", "|---|---|"]
    for name in sorted(builtin(), key=lambda name: (["TOP", "CHOP", "DAT", "COMP"].index(find(name).family), name)):
        summary = (find(name).__doc__ or "").strip().splitlines()[0]
        rows.append(f"| `{name}` | {summary} |")
    return "\n".join(rows) + "\n"


def blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_table_of_operators_is_the_registry():
    text = README.read_text()
    shown = text[text.index(MARKS[0]) + len(MARKS[0]) : text.index(MARKS[1])]
    assert shown == table(), "run python tests/test_readme.py --write"


def test_the_readme_leads_to_every_page_and_every_link_leads_somewhere():
    pages = sorted((README.parent / "docs").glob("*.md"))
    linked = {page: set(re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())) for page in (README, *pages)}
    assert {f"docs/{page.name}" for page in pages} <= linked[README]
    assert [(page.name, to) for page in linked for to in linked[page] if not (page.parent / to).exists()] == []


def test_the_network_of_the_readme_records_its_movie(tmp_path):
    network = next(block for block in blocks(README.read_text()) if "def build" in block)
    (tmp_path / "piece.py").write_text(network)
    assert len(network.strip().splitlines()) <= 20
    command = [sys.executable, "-m", "tdlite", "run", "piece.py", "--frames", "2", "--progress", "none"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "piece.mp4").stat().st_size > 1000


def test_the_operator_of_the_readme_darkens_the_corners(tmp_path, net):
    source = next(block for block in blocks(README.read_text()) if "vignette.py" in block)
    (tmp_path / "vignette.py").write_text(source)
    (cls,) = td.load(str(tmp_path / "vignette.py"))
    op = net.make(cls, inputs=[net.constantTOP(resolution=(65, 65))], strength=1)
    image = op.numpyArray()
    assert image[32, 32, 0] == 1
    assert image[0, 0, 0] < 0.02
    assert (image[..., 3] == 1).all()


if __name__ == "__main__" and "--write" in sys.argv:
    before, after = README.read_text().split(MARKS[0])[0], README.read_text().split(MARKS[1])[1]
    README.write_text(before + MARKS[0] + table() + MARKS[1] + after)
