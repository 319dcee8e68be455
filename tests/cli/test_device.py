"""``--device`` and ``--pathmode``."""

from __future__ import annotations

from .conftest import Tdlite

NETWORK = """
import tdlite as td

def build(root):
    assert root.project.pathmode == "raster"
    root.create(td.noiseTOP)
"""


def test_a_device_and_a_path_can_be_chosen(tdlite: Tdlite) -> None:
    result = tdlite("check", "net.py", "--device", "egl:0", "--pathmode", "raster", net=NETWORK)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_device_that_is_not_there_ends_with_code_3_and_lists_the_others(tdlite: Tdlite) -> None:
    result = tdlite("check", "net.py", "--device", "egl:99", "--pathmode", "raster", net=NETWORK)
    assert result.returncode == 3
    assert "there is no device egl:99; EGL has egl:0" in result.stderr


def test_what_is_no_device_is_a_usage_error(tdlite: Tdlite) -> None:
    result = tdlite("check", "net.py", "--device", "gpu0", net=NETWORK)
    assert result.returncode == 2
    assert "'gpu0' is not a device: a number, cuda:N, egl:N or software" in result.stderr
