"""The GPU benchmark runs everywhere, and says what it left out."""

import datetime
import platform
import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench" / "gpu.py"


def test_the_gpu_benchmark_measures_everything_or_says_why_not():
    result = subprocess.run([sys.executable, str(BENCH), "--small"], capture_output=True, text=True, check=True)
    lines = result.stdout.splitlines()
    assert lines[0].endswith(f"on {platform.node()}, {datetime.date.today()}")
    assert "WRONG" not in result.stdout
    rows = {cells[1].strip(): cells[2:4] for cells in (line.split("|") for line in lines) if len(cells) == 7}
    for what in (
        *("noiseTOP 128×72", "rectangleTOP 128×72", "memory bandwidth", "chain of 20, 128×72 rgba16float"),
        *("texture → CUDA, 128×72 rgba16float", "convert + read NV12, 128×72", "noise → H.264, 128×72"),
    ):
        measured, beside = rows[what]
        assert re.search(r"\d", measured) or ("not measured" in measured and beside.strip()), what


def test_a_measurement_that_fails_is_a_row_and_the_others_go_on(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH.parent))
    import gpurow

    def rows():
        yield gpurow.Row("first", "1 ms")
        raise RuntimeError("no such kernel\nand much more")

    found = [*gpurow.tried("both", rows()), *gpurow.tried("others", [gpurow.Row("third", "3 ms")])]
    assert [row[:3] for row in found] == [
        ("first", "1 ms", ""),
        ("both", "not measured", "RuntimeError: no such kernel"),
        ("third", "3 ms", ""),
    ]
