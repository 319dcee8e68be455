"""What the GPU benchmark's parts share: how large and how long, a line of the table, and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tdlite.gpu.context import Gpu


class Scale(NamedTuple):
    """How large and how long: the sizes that stand for 1080p and 4K, seconds a measurement, for all TOPs, frames of a
    recording and its seconds at most."""

    hd: tuple[int, int] = (1920, 1080)
    uhd: tuple[int, int] = (3840, 2160)
    seconds: float = 0.5
    tops: float = 120.0
    frames: int = 120
    recording: float = 20.0


class Row(NamedTuple):
    """One line of the table: what was measured, the result, what stands beside it, the target and whether it is met."""

    what: str
    result: str
    beside: str = ""
    target: str = ""
    verdict: str = ""


def missing(what: str, error: Exception) -> Row:
    """A row that could not be measured, and why."""
    said = str(error).strip().split("\n", 1)[0]
    return Row(what, "not measured", said if getattr(error, "is_message", False) else f"{type(error).__name__}: {said}")


def tried(what: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, and where an error ends them one that says so: what comes after is measured all the same."""
    try:
        yield from rows
    except Exception as error:
        yield missing(what, error)


def judged(reached: float, target: float, unit: str, applies: bool = True) -> tuple[str, str]:
    """A target and the verdict; one that does not apply to this machine is told all the same."""
    return f"≥ {target:g}{unit}", ("met" if reached >= target else "MISSED") if applies else "not asked here"


def timed(gpu: Gpu, work: Callable[[], Any], seconds: float) -> float:
    """Seconds that ``work`` takes on the GPU, the CPU's time hidden where it can be: many in a row, then waiting."""
    work()
    gpu.ctx.finish()
    count, best = 1, float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(count):
            work()
        gpu.ctx.finish()
        spent = time.perf_counter() - start
        best = min(best, spent / count)
        if spent < seconds / 8:
            count *= 2
    return best


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{seconds * 1e3:.3f} ms"


def px(size: tuple[int, int]) -> str:
    """A size as it is read."""
    return f"{size[0]}×{size[1]}"
