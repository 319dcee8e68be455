"""``run.sh`` and ``test.sh``, with a Python that only tells how it was called."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
TOLD = """#!/bin/sh
pwd
for argument in "$@"; do echo "<$argument>"; done
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose path has a space, with the scripts alone."""
    folder = tmp_path / "a checkout"
    (folder / ".ci").mkdir(parents=True)
    for name in ("run.sh", "test.sh", ".ci/setup.sh", ".ci/run", "pyproject.toml"):
        shutil.copy(TOP / name, folder / name)
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """The same, set up already."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(TOLD)
    python.chmod(0o755)
    (checkout / ".venv" / ".tdlite-gl").touch()
    command = ["bash", "-c", '. "$1/.ci/setup.sh" && wanted', "bash", str(checkout)]
    stamp = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (checkout / ".venv" / ".tdlite-test").write_text(stamp)
    return checkout


def call(script: Path, *arguments: str, folder: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": path or os.environ["PATH"], "HOME": "/nowhere"}
    command = ["/bin/bash", str(script), *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_second_call_runs_the_network_at_once_in_the_callers_folder(ready: Path, tmp_path: Path) -> None:
    here = tmp_path / "some where"
    here.mkdir()
    (here / "link").symlink_to(ready / "run.sh")
    for script in (ready / "run.sh", here / "link"):
        result = call(script, "my net.py", "--set", "/a.b=c d", folder=here)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.splitlines() == [
            str(here),
            *("<-P>", "<-m>", "<tdlite>", "<run>", "<my net.py>", "<--set>", "</a.b=c d>"),
        ]


def test_the_tests_are_found_from_anywhere_and_can_be_chosen(ready: Path, tmp_path: Path) -> None:
    everything = call(ready / "test.sh", "-k", "movie", folder=tmp_path).stdout.splitlines()
    assert everything[-3:] == ["<-k>", "<movie>", f"<{ready}/tests>"]
    (tmp_path / "test_one.py").touch()
    one = call(ready / "test.sh", "test_one.py::test_it", folder=tmp_path).stdout.splitlines()
    assert one[-1] == "<test_one.py::test_it>"


def test_other_packages_in_pyproject_or_a_moved_checkout_need_an_installation(ready: Path, tmp_path: Path) -> None:
    def is_ready(checkout: Path) -> bool:
        command = ["bash", "-c", '. "$1/.ci/setup.sh" && ready "$2"', "bash", str(checkout), "run"]
        return subprocess.run(command, check=False).returncode == 0

    assert is_ready(ready)
    moved = tmp_path / "moved"
    shutil.copytree(ready, moved)
    assert not is_ready(moved)
    with (ready / "pyproject.toml").open("a") as file:
        file.write("# more\n")
    assert not is_ready(ready)


def with_python(folder: Path, text: str) -> str:
    """A PATH with the few commands that the scripts need, and this as python3."""
    folder.mkdir()
    for name in ("bash", "cat", "dirname", "env", "flock", "grep", "readlink", "rm", "sha256sum", "sh"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    (folder / "python3").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "python3").chmod(0o755)
    return str(folder)


def test_without_a_new_enough_python_one_line_says_so(checkout: Path, tmp_path: Path) -> None:
    result = call(checkout / "run.sh", "net.py", folder=tmp_path, path=with_python(tmp_path / "bin", "exit 1"))
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "tdlite: Python 3.11 or later is needed; install it, for example with: "
        "sudo apt-get install python3 python3-venv"
    ]


def test_without_the_venv_module_and_a_way_to_install_one_line_says_so(checkout: Path, tmp_path: Path) -> None:
    text = 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.12;; esac'
    result = call(checkout / "run.sh", "net.py", folder=tmp_path, path=with_python(tmp_path / "bin", text))
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "tdlite: python3.12 has no venv module; install it with: sudo apt-get install python3.12-venv"
    ]
    assert not (checkout / ".venv").exists()
