"""Every example runs, and what it writes can be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def tdlite(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tdlite", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_checks_without_errors_and_writes_nothing(example, tmp_path):
    done = tdlite("check", str(example), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["feedback", "loop", "glsl_piece"])
def test_an_example_records_its_movie(name, tmp_path):
    done = tdlite("run", str(EXAMPLES / f"{name}.py"), "--frames", "3", "--progress", "none", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    probed = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames", "-of", "json",
         str(tmp_path / f"{name}.mp4")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (stream,) = json.loads(probed.stdout)["streams"]
    assert stream == {"codec_name": "h264", "nb_read_frames": "3"}
