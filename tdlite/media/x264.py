"""Neutral settings in the words of libx264."""

from __future__ import annotations

import numpy as np

from tdlite.media.encoder import Settings
from tdlite.media.errors import EncoderError

SPEEDS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow", "placebo"),
)
"""x264's presets, fastest first."""


def x264_options(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Return libx264's options for `settings`, and a sentence for each setting that it cannot follow.

    Quality 0, 0.85, 1 are crf 51, 20, 8, linear between. The HQ bit-rate modes use the preset 'medium'
    unless a speed is set (two passes need the whole movie first). EncoderError for an unknown speed and for
    a profile that cannot hold the pixel format.
    """
    if settings.speed and settings.speed not in SPEEDS:
        raise EncoderError(f"cannot encode with encoderspeed {settings.speed!r}; use one of {', '.join(SPEEDS)}")
    default = "medium" if settings.bitrate_mode.endswith("hq") else "veryfast"
    # Key frames exactly every interval and each group closed: files can be cut and joined there.
    parameters = ["open-gop=0", "scenecut=0"]
    options = {"preset": settings.speed or default}
    warnings = []

    if settings.preset == "lossless":
        options["qp"] = "0"
        if settings.profile != "auto":
            warnings.append(f"lossless H.264 has its own profile; {settings.ignored('profile')}")
        if settings.bitrate_mode != "quality":
            warnings.append(f"lossless H.264 has no bit rate; {settings.ignored('bitrate_mode')}")
    else:
        options |= _rate_control(settings)
        if settings.bitrate_mode.startswith("constant"):
            parameters.append("nal-hrd=cbr")
        if settings.profile != "auto":
            if settings.pixel_format != "yuv420":
                raise EncoderError(
                    f"cannot record {settings.pixel_format} in H.264's {settings.profile} profile; "
                    "set profile to autoselect or moviepixelformat to yuv420"
                )
            options["profile"] = settings.profile
            if settings.profile == "high":
                parameters.append("8x8dct=1")  # without it, as in 'ultrafast', the stream is of a lower profile
    if settings.profile == "baseline" and settings.preset != "lossless":
        if settings.entropy == "cabac":
            warnings.append(f"H.264's baseline profile has no CABAC; {settings.ignored('entropy')}")
        if settings.max_bframes:
            parameters.append("bframes=0")
        if settings.max_bframes > Settings.max_bframes:
            warnings.append(f"H.264's baseline profile has no B-frames; {settings.ignored('max_bframes')}")
    elif settings.entropy != "auto":
        options["coder"] = settings.entropy
    if settings.slices:
        options["slices"] = str(settings.slices)
    if settings.motion == "full":
        parameters.append("subme=0")
    elif settings.motion == "quarter" and options["preset"] == "ultrafast":
        parameters.append("subme=1")  # of all speeds this one alone predicts by whole pixels
    elif settings.motion == "half":
        warnings.append(f"x264 has no half-pixel motion prediction; {settings.ignored('motion')}")
    options["x264-params"] = ":".join(parameters)
    return options, warnings


def _rate_control(settings: Settings) -> dict[str, str]:
    if settings.bitrate_mode == "quality":
        return {"crf": f"{np.interp(settings.quality, (0, 0.85, 1), (51, 20, 8)):.2f}"}
    rate = str(settings.average_bitrate)
    if settings.bitrate_mode.startswith("constant"):
        return {"b": rate, "maxrate": rate, "bufsize": rate}
    if settings.peak_bitrate == 0:
        return {"b": rate}
    peak = str(settings.peak_bitrate)
    return {"b": rate, "maxrate": peak, "bufsize": peak}
