"""Periodic waves by their phase, and noise by its index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .channels import Channels, Samples

WAVES = (
    ("sin", "Sine"),
    ("normal", "Gaussian"),
    ("tri", "Triangle"),
    ("ramp", "Ramp"),
    ("square", "Square"),
    ("pulse", "Pulse"),
)


def scaled(shape: Samples, amp: float, offset: float) -> Samples:
    """``offset + amp * shape``; what is beyond all numbers is infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        values: Samples = offset + amp * shape
    return values


def wave(kind: str, phases: Samples, steps: Samples, bias: float, source: Channels | None) -> Samples:
    """One of ``WAVES``, or the period that ``source`` holds, at ``phases`` from 0 to 1.

    ``steps`` is how far the phase goes from each sample to the next. Bias b moves the middle of the period to
    (1 + b) / 2 of it.
    """
    middle = (1 + bias) / 2
    early = phases < middle
    with np.errstate(divide="ignore", invalid="ignore"):
        bent: Samples = np.where(early, phases / middle, 1 + (phases - middle) / (1 - middle)) / 2
    if source is not None and len(source) and source.length:
        values: Samples = source.samples[0][np.minimum((bent * source.length).astype(int), source.length - 1)]
        return values
    match kind:
        case "sin":
            sine: Samples = np.sin(2 * np.pi * bent)
            return sine
        case "normal":
            bell: Samples = np.exp(-18 * (bent - 0.5) ** 2)
            return bell
        case "tri":
            triangle: Samples = 1 - np.abs((4 * bent + 1) % 4 - 2)
            return triangle
        case "ramp":
            return bent
        case "square":
            return np.where(early, 1.0, -1.0)
        case _:
            return (phases < steps * (1 - 1e-9)).astype(np.float64)


def white_noise(span: range, channel: int) -> Samples:
    """Independent values, even from −1 to 1, for the samples of a range: the finaliser of SplitMix64 of the index."""
    x: NDArray[np.uint64] = np.arange(span.start, span.stop, dtype=np.int64).view(np.uint64)
    x = x + np.uint64((channel + 1) * 0x9E3779B97F4A7C15 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) / 2**52 - 1
