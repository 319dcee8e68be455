"""Neutral settings in the words of FFmpeg's encoders: one function an encoder.

Each returns the encoder's options and a sentence for each setting that it cannot follow. They take settings
whose type and pixel format are resolved (`codecs.Codec.resolve`).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tdlite.media.encoder import Settings
from tdlite.media.errors import EncoderError
from tdlite.media.x264 import SPEEDS

Translation = tuple[dict[str, str], list[str]]

_LACKS = {
    "profile": "profiles to choose from",
    "bitrate_mode": "bit rates to choose from",
    "quality": "quality to choose",
    "keyframe_interval": "key-frame interval to choose",
    "max_bframes": "B-frames to limit",
    "slices": "slices",
    "entropy": "entropy mode to choose",
    "motion": "motion prediction to choose",
    "speed": "speeds to choose from",
}
_DEFAULTS = Settings()

_INTRA = ("profile", "keyframe_interval", "max_bframes", "entropy", "motion", "speed")


def unused(title: str, settings: Settings, *names: str) -> list[str]:
    """Return a sentence for each setting of `names` that somebody changed and `title` has no use for."""
    changed = [name for name in names if getattr(settings, name) != getattr(_DEFAULTS, name)]
    return [f"{title} has no {_LACKS[name]} ({settings.ignored(name)})" for name in changed]


def lossy(title: str, settings: Settings) -> tuple[Settings, list[str]]:
    """Return settings without 'lossless' for a codec that cannot do that: its best quality, and a warning."""
    if settings.preset != "lossless":
        return settings, []
    best = replace(settings, preset="none", bitrate_mode="quality", quality=1.0)
    return best, [f"{title} is never lossless; {settings.ignored('preset')}, but the best quality"]


def scale(quality: float, worst: float, usual: float, best: float) -> float:
    """Map quality 0, 0.85, 1 to `worst`, `usual`, `best`, linear between."""
    return float(np.interp(quality, (0, 0.85, 1), (worst, usual, best)))


def speed(settings: Settings) -> str:
    """Return the asked speed, else 'veryfast', and 'medium' in the HQ modes. EncoderError for an unknown one."""
    if settings.speed and settings.speed not in SPEEDS:
        raise EncoderError(f"cannot encode with encoderspeed {settings.speed!r}; use one of {', '.join(SPEEDS)}")
    return settings.speed or ("medium" if settings.bitrate_mode.endswith("hq") else "veryfast")


def rates(settings: Settings) -> tuple[int, int]:
    """Return average and peak rate; a constant rate has its own as the peak, 0 is none."""
    constant = settings.bitrate_mode.startswith("constant")
    return settings.average_bitrate, settings.average_bitrate if constant else settings.peak_bitrate


def _bounded(title: str, settings: Settings, most: int) -> str:
    """Return the average rate for an encoder that takes at most so many kb/s; EncoderError for more."""
    if settings.average_bitrate > most * 1000:
        raise EncoderError(
            f"cannot record {title} with avgbitrate {settings.average_bitrate / 1000:g}; use at most {most} kb/s"
        )
    return str(settings.average_bitrate)


_LOOKAHEAD = {"ultrafast": 5, "superfast": 10, "veryfast": 15, "faster": 15, "fast": 15}
"""x265's, in frames; from medium on there are more than the most B-frames."""


def x265(settings: Settings) -> Translation:
    """libx265. Quality 0, 0.85, 1 are crf 51, 22, 8."""
    interval = settings.keyframe_interval
    # Key frames exactly every interval and each group closed, as in H.264.
    parameters = ["log-level=error", "open-gop=0", "scenecut=0", f"keyint={interval}", f"min-keyint={interval}"]
    parameters.append(f"bframes={settings.max_bframes}")
    options = {"preset": speed(settings)}
    if settings.max_bframes >= _LOOKAHEAD.get(options["preset"], 20):
        parameters.append(f"rc-lookahead={settings.max_bframes + 1}")
    warnings = []
    if settings.preset == "lossless":
        parameters.append("lossless=1")
        if settings.bitrate_mode != "quality":
            warnings.append(f"lossless H.265 has no bit rate; {settings.ignored('bitrate_mode')}")
    elif settings.bitrate_mode == "quality":
        options["crf"] = f"{scale(settings.quality, 51, 22, 8):.2f}"
    else:
        average, peak = rates(settings)
        options["b"] = str(average)
        if peak:
            parameters += [f"vbv-maxrate={max(peak // 1000, 1)}", f"vbv-bufsize={max(peak // 1000, 1)}"]
        if settings.bitrate_mode.startswith("constant"):
            parameters.append("strict-cbr=1")
    if settings.profile == "main" and settings.pixel_format == "yuv420":
        options["profile"] = "main"
    elif settings.profile != "auto":
        warnings.append(f"H.265's profile follows from moviepixelformat; {settings.ignored('profile')}")
    if settings.slices:
        parameters.append(f"slices={settings.slices}")
    if settings.entropy == "cavlc":
        warnings.append(f"H.265 has no CAVLC; {settings.ignored('entropy')}")
    if settings.motion in ("half", "full"):
        warnings.append(f"x265 has no {settings.motion}-pixel motion prediction; {settings.ignored('motion')}")
    options["x265-params"] = ":".join(parameters)
    return options, warnings


def svtav1(settings: Settings) -> Translation:
    """libsvtav1. Quality 0, 0.85, 1 are crf 63, 30, 10; slices become tile columns."""
    presets = dict(zip(SPEEDS, (12, 11, 10, 9, 8, 6, 5, 4, 3, 2), strict=True))
    options = {"preset": str(presets[speed(settings)])}
    parameters = ["scd=0"]
    warnings = unused("AV1", settings, "profile", "max_bframes", "entropy", "motion")
    if settings.preset == "lossless":
        parameters.append("lossless=1")
        if settings.bitrate_mode != "quality":
            warnings.append(f"lossless AV1 has no bit rate; {settings.ignored('bitrate_mode')}")
    elif settings.bitrate_mode == "quality":
        options["crf"] = f"{scale(settings.quality, 63, 30, 10):.0f}"
    else:
        options["b"] = _bounded("AV1", settings, 100_000)
        constant = settings.bitrate_mode.startswith("constant")
        # SVT-AV1 keeps a constant rate only without reordering.
        parameters += ["rc=2", "pred-struct=1"] if constant else ["rc=1"]
        if settings.peak_bitrate and not constant:
            warnings.append("SVT-AV1 has no peak bit rate; peakbitrate is not used, but avgbitrate")
    if settings.slices:
        parameters.append(f"tile-columns={min(math.ceil(math.log2(settings.slices)), 4)}")
    options["svtav1-params"] = ":".join(parameters)
    return options, warnings


def _vpx(title: str, settings: Settings) -> Translation:
    presets = dict(zip(SPEEDS, (8, 7, 6, 5, 4, 3, 2, 1, 0, 0), strict=True))
    warnings = unused(title, settings, "profile", "max_bframes", "entropy", "motion")
    asked = speed(settings)
    options = {"deadline": "best" if asked == "placebo" else "good", "cpu-used": str(presets[asked])}
    if settings.pixel_format == "rgba":
        options["auto-alt-ref"] = "0"  # libvpx drops alpha where it reorders
    if settings.bitrate_mode != "quality":
        average, peak = rates(settings)
        options["b"] = str(average)
        if peak:
            options |= {"maxrate": str(peak), "bufsize": str(peak)}
        if settings.bitrate_mode.startswith("constant"):
            options["minrate"] = str(average)
    return options, warnings


def vp8(settings: Settings) -> Translation:
    """libvpx. Quality 0, 0.85, 1 are crf 63, 16, 4; slices become token partitions."""
    settings, warnings = lossy("VP8", settings)
    options, more = _vpx("VP8", settings)
    if settings.bitrate_mode == "quality":
        # Constrained quality is the only one VP8 has: the bit rate is the constraint, out of reach here.
        options |= {"crf": f"{scale(settings.quality, 63, 16, 4):.0f}", "qmin": "0", "b": "1000000000"}
    if settings.slices:
        options["slices"] = str(min(settings.slices, 8))
    return options, warnings + more


def vp9(settings: Settings) -> Translation:
    """libvpx-vp9. Quality 0, 0.85, 1 are crf 63, 24, 8; slices become tile columns."""
    options, warnings = _vpx("VP9", settings)
    options["row-mt"] = "1"
    if settings.preset == "lossless":
        options |= {"lossless": "1"}
        if settings.bitrate_mode != "quality":
            warnings.append(f"lossless VP9 has no bit rate; {settings.ignored('bitrate_mode')}")
    elif settings.bitrate_mode == "quality":
        options |= {"crf": f"{scale(settings.quality, 63, 24, 8):.0f}", "b": "0"}
    if settings.slices:
        options["tile-columns"] = str(min(math.ceil(math.log2(settings.slices)), 6))
    return options, warnings


def _quantiser(settings: Settings) -> dict[str, str]:
    """Return the options of FFmpeg's MPEG encoders: quality 0, 0.85, 1 are quantisers 31, 3, 1; or a rate."""
    if settings.bitrate_mode == "quality":
        # 118 is FFmpeg's factor between a quantiser and the "lambda" that this option takes.
        quantiser = scale(settings.quality, 31, 3, 1)
        return {"flags": "+qscale", "global_quality": f"{118 * quantiser:.0f}", "qmin": "1"}
    average, peak = rates(settings)
    options = {"b": str(average), "qmin": "1"}
    if peak:
        options |= {"maxrate": str(peak), "bufsize": str(peak)}
    if settings.bitrate_mode.startswith("constant"):
        options["minrate"] = str(average)
    return options


MPEG4_INTERVAL = 600
"""FFmpeg's mpeg4 has a key frame at least as often."""


def mpeg4(settings: Settings) -> Translation:
    """FFmpeg's mpeg4."""
    title = "MPEG-4 Part 2"
    settings, warnings = lossy(title, settings)
    options = _quantiser(settings)
    # Key frames only at the interval, and no frame across one.
    options |= {"sc_threshold": "1000000000"}
    flags = options.get("flags", "") + "+cgop"
    if settings.motion == "quarter":
        flags += "+qpel"
    elif settings.motion == "full":
        warnings.append(f"{title} has no full-pixel motion prediction; {settings.ignored('motion')}, but half")
    options["flags"] = flags
    if settings.keyframe_interval > MPEG4_INTERVAL:
        more = settings.ignored("keyframe_interval")
        warnings.append(f"{title} has a key frame every {MPEG4_INTERVAL} frames at least; {more}")
    return options, warnings + unused(title, settings, "profile", "slices", "entropy", "speed")


def mjpeg(settings: Settings) -> Translation:
    """FFmpeg's mjpeg."""
    title = "Motion JPEG"
    settings, warnings = lossy(title, settings)
    return _quantiser(settings), warnings + unused(title, settings, *_INTRA, "slices")


def qtrle(settings: Settings) -> Translation:
    """FFmpeg's qtrle, which is always lossless."""
    names = ("profile", "max_bframes", "entropy", "motion", "speed", "slices", "quality", "bitrate_mode")
    return {}, unused("Animation", settings, *names)


_CINEFORM = (
    *("film3+", "film3", "film2+", "film2", "film1.5", "film1+", "film1"),
    *("high+", "high", "medium+", "medium", "low+", "low"),
)


def cineform(settings: Settings) -> Translation:
    """FFmpeg's cfhd: quality 1, 0.85, 0 are 'film3+', 'film2+', 'low'."""
    title = "CineForm"
    settings, warnings = lossy(title, settings)
    step = round(scale(settings.quality, len(_CINEFORM) - 1, 2, 0))
    return {"quality": _CINEFORM[step]}, warnings + unused(title, settings, *_INTRA, "slices", "bitrate_mode")


def prores(settings: Settings) -> Translation:
    """FFmpeg's prores_ks: the type is the profile, which decides about the size."""
    title = "ProRes"
    settings, warnings = lossy(title, settings)
    settings_unused = unused(title, settings, *_INTRA, "slices", "bitrate_mode")
    if not warnings:
        settings_unused += unused(title, settings, "quality")
    # QuickTime trusts files of this vendor.
    options = {"profile": settings.type, "vendor": "apl0"}
    if settings.pixel_format == "rgba":
        options["alpha_bits"] = "16"
    return options, warnings + settings_unused


def hap(settings: Settings) -> Translation:
    """FFmpeg's hap: slices become chunks, which are decompressed in parallel."""
    kinds = {"hap": "hap_alpha" if settings.pixel_format == "rgba" else "hap", "hapalpha": "hap_alpha"}
    options = {
        "format": kinds.get(settings.type, "hap_q"),
        "compressor": "snappy" if settings.secondary_compression else "none",
    }
    _, warnings = lossy("Hap", settings)
    warnings += unused("Hap", settings, *_INTRA, "quality", "bitrate_mode")
    if settings.slices:
        if settings.secondary_compression:
            options["chunks"] = str(min(settings.slices, 64))
        else:
            warnings.append(f"Hap without secondarycompression is one piece; {settings.ignored('slices')}")
    return options, warnings


def vvc(settings: Settings) -> Translation:
    """libvvenc. Quality 0, 0.85, 1 are qp 51, 24, 20; 'faster' unless a speed is set.

    FFmpeg has room for one byte a pixel of each frame and fails where that is not enough, which by qp 20 it is even
    for black and white noise that stands still, from 128×64 up (tried). Bit rates know no such bound.
    """
    title = "VVC"
    settings, warnings = lossy(title, settings)
    asked = speed(settings)
    preset = asked if asked in ("medium", "slow", "slower") else "fast" if asked in ("faster", "fast") else "faster"
    if asked in ("veryslow", "placebo"):
        preset = "slower"
    # Without poc0idr the first key frame is not the first picture.
    options = {"preset": preset, "vvenc-params": f"IntraPeriod={settings.keyframe_interval}:poc0idr=1"}
    if settings.bitrate_mode == "quality":
        options["qp"] = f"{scale(settings.quality, 51, 24, 20):.0f}"
    else:
        average, peak = rates(settings)
        options["b"] = _bounded(title, settings, 800_000)
        if settings.bitrate_mode.startswith("constant"):
            warnings.append(f"libvvenc has no constant bit rate; {settings.ignored('bitrate_mode')}, but variable")
        elif peak:
            least = math.ceil(1.5 * average)
            if peak < least:
                warnings.append(f"libvvenc needs a peakbitrate of 1.5 times avgbitrate; {least / 1000:g} kb/s is used")
            options["maxrate"] = str(max(peak, least))
    return options, warnings + unused(title, settings, "profile", "max_bframes", "slices", "entropy", "motion")


def gif(settings: Settings) -> Translation:
    """Options of FFmpeg's palettegen: quality 0, 0.85, 1 are 8, 256, 256 colours."""
    warnings = unused("GIF", settings, "profile", "keyframe_interval", "max_bframes", "entropy", "motion", "speed")
    warnings += unused("GIF", settings, "slices", "bitrate_mode")
    colours = 256
    if settings.preset == "lossless":
        warnings.append("GIF has 256 colours a frame: preset lossless is so only for pictures with no more")
    else:
        colours = round(scale(settings.quality, 8, 256, 256))
    return {"stats_mode": "single", "reserve_transparent": "0", "max_colors": str(colours)}, warnings
