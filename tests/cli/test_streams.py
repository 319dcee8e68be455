"""Standard streams that are closed, full, or that nobody reads any more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import RECORDER, RECTANGLE

TDLITE = f"'{sys.executable}' -P -m tdlite"
FAILS_AT_3 = RECORDER.replace("'absTime.frame / 255'", "'1 / (absTime.frame - 3)'")


def bash(command: str, folder: Path, net: str = RECORDER) -> subprocess.CompletedProcess[str]:
    (folder / "net.py").write_text(net)
    script = "unset PYTHONUNBUFFERED; " + command.replace("tdlite", TDLITE, 1)
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_reader_of_a_list_that_goes_away_is_no_error(tmp_path: Path) -> None:
    result = bash("tdlite ops --json | head -n 1", tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "[\n", "")


@pytest.mark.parametrize("command", ["ops", "check net.py", "run net.py", "run net.py --progress json", "--help"])
def test_commands_work_without_standard_output(command: str, tmp_path: Path) -> None:
    result = bash(f"tdlite {command} >&-", tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_without_any_stream_every_frame_is_written_and_the_exit_code_is_right(tmp_path: Path) -> None:
    assert bash("tdlite run net.py <&- >&- 2>&-", tmp_path).returncode == 0
    assert len(list(tmp_path.glob("own.*.png"))) == 12
    assert bash("tdlite run net.py <&- >&- 2>&-", tmp_path).returncode == 5  # the files exist


def test_messages_do_not_go_to_standard_output_when_standard_error_is_closed(tmp_path: Path) -> None:
    result = bash("tdlite run nothere.py 2>&-", tmp_path)
    assert (result.returncode, result.stdout) == (5, "")


def test_who_stops_reading_the_progress_loses_no_frames(tmp_path: Path) -> None:
    result = bash("tdlite run net.py --progress json | head -n 1", tmp_path)
    assert result.returncode == 0
    assert len(list(tmp_path.glob("own.*.png"))) == 12
    assert result.stderr == "nobody reads the progress any more; the run goes on without telling it\n"


def test_who_stops_reading_keeps_the_exit_code(tmp_path: Path) -> None:
    assert bash("tdlite run net.py --progress json | head -n 1", tmp_path, FAILS_AT_3).returncode == 1
    assert len(list(tmp_path.glob("own.*.png"))) == 11


def test_who_stops_reading_messages_loses_no_frames(tmp_path: Path) -> None:
    result = bash("(sleep 0.2; exec tdlite run net.py) 2>&1 | true", tmp_path, FAILS_AT_3)
    assert result.returncode == 1
    assert len(list(tmp_path.glob("own.*.png"))) == 11


def test_a_full_disk_for_the_progress_loses_no_frames(tmp_path: Path) -> None:
    result = bash("tdlite run net.py --progress json >/dev/full", tmp_path)
    assert result.returncode == 0
    assert len(list(tmp_path.glob("own.*.png"))) == 12
    assert result.stderr == (
        "the progress cannot be written (No space left on device); the run goes on without telling it\n"
    )


@pytest.mark.parametrize("buffered", ["", "PYTHONUNBUFFERED=1"])
@pytest.mark.parametrize("command", ["ops", "check net.py"])
def test_standard_output_on_a_full_disk_is_an_output_error(command: str, buffered: str, tmp_path: Path) -> None:
    result = bash(f"{buffered} tdlite {command} >/dev/full", tmp_path, RECTANGLE)
    assert result.returncode == 5
    assert "cannot write to standard output (No space left on device)" in result.stderr
    assert "Exception ignored" not in result.stderr
