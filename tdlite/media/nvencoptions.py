"""Neutral settings in NVENC's words: those of PyNvVideoCodec, and those of FFmpeg's nvenc encoders.

Both functions take resolved settings (`codecs.Codec.resolve`) and return options and a sentence for each
setting that this way of asking cannot express. `name` is FFmpeg's of the format: 'h264', 'hevc', 'av1'.
"""

from __future__ import annotations

from fractions import Fraction

from tdlite.media.encoder import Settings
from tdlite.media.errors import EncoderError
from tdlite.media.options import Translation, rates, scale, speed, unused
from tdlite.media.x264 import SPEEDS

TITLES = {"h264": "H.264", "hevc": "H.265", "av1": "AV1"}

_PRESETS = dict(zip(SPEEDS, "1123345677", strict=True))
_USUAL_PRESET = "4"

# The target qualities of 0, 0.85 and 1. PyNvVideoCodec takes 1..51, FFmpeg the same and up to 63 for AV1.
_QUALITY = {"h264": (51, 21, 8), "hevc": (51, 23, 8), "av1": (51, 30, 10)}


def pynv_options(name: str, rate: Fraction, settings: Settings) -> Translation:
    """Keyword arguments of `PyNvVideoCodec.CreateEncoder`, without those that name the GPU and its stream.

    Names that it does not know it ignores in silence. Bit rates are plain numbers (its "5M" is 5·1024²), and
    the frame rate is a fraction, the only exact form.
    """
    warnings = _inexpressible(name, settings)
    interval = str(settings.keyframe_interval)
    options = {"codec": name, "preset": f"P{_preset(settings)}", "tuning_info": "high_quality"}
    options |= {"fps": f"{rate.numerator}/{rate.denominator}", "gop": interval, "idrperiod": interval}
    options["bf"] = str(b_frames(name, settings))
    if settings.preset == "lossless":
        # Any rate control of ours would replace the one that makes it lossless.
        options["tuning_info"] = "lossless"
    elif settings.bitrate_mode == "quality":
        options |= {"rc": "vbr", "cq": str(_target(name, settings))}
    else:
        options |= _rate_control(settings, "bitrate", "maxbitrate", "vbvbufsize")
    if settings.slices:
        warnings.append(f"NVENC through PyNvVideoCodec has no slices to choose; {settings.ignored('slices')}")
    if name == "h264" and settings.profile != "auto" and settings.preset != "lossless":
        warnings.append(f"NVENC through PyNvVideoCodec chooses the profile; {settings.ignored('profile')}")
    if name == "h264" and settings.entropy == "cavlc":
        warnings.append(f"NVENC through PyNvVideoCodec has no entropy mode to choose; {settings.ignored('entropy')}")
    return options, warnings


def libav_options(name: str, settings: Settings) -> Translation:
    """Options of FFmpeg's h264_nvenc, hevc_nvenc, av1_nvenc; interval and B-frames are attributes of the codec."""
    warnings = _inexpressible(name, settings)
    options = {"preset": f"p{_preset(settings)}", "tune": "hq", "forced-idr": "1"}
    if settings.preset == "lossless":
        options["tune"] = "lossless"
    elif settings.bitrate_mode == "quality":
        # b=0: FFmpeg's default of 2 Mb/s would cap the quality.
        options |= {"rc": "vbr", "cq": str(_target(name, settings)), "b": "0"}
    else:
        options |= _rate_control(settings, "b", "maxrate", "bufsize")
    if settings.slices:
        options["tile-columns" if name == "av1" else "slices"] = str(min(settings.slices, 64))
    if name == "h264":
        if settings.profile != "auto" and settings.preset != "lossless":
            options["profile"] = settings.profile
        if settings.entropy != "auto" and options.get("profile") != "baseline":
            options["coder"] = settings.entropy
    return options, warnings


def b_frames(name: str, settings: Settings) -> int:
    """The most B-frames in a row: none where the profile or losslessness exclude them, and fewer than the interval."""
    if settings.preset == "lossless" or (name == "h264" and settings.profile == "baseline"):
        return 0
    return min(settings.max_bframes, settings.keyframe_interval - 1)


def only_libav(name: str, settings: Settings) -> bool:
    """Whether `settings` ask for what FFmpeg's encoders can be told and PyNvVideoCodec cannot."""
    if name != "h264":
        return settings.slices > 0
    profile = settings.profile != "auto" and settings.preset != "lossless"
    return settings.slices > 0 or settings.entropy == "cavlc" or profile


def _inexpressible(name: str, settings: Settings) -> list[str]:
    """What no way of asking NVENC can express. EncoderError for a profile that cannot hold the pixel format."""
    title = TITLES[name]
    warnings = []
    lossless = settings.preset == "lossless"
    if name == "av1":
        warnings += unused(title, settings, "profile", "entropy")
    elif lossless and settings.profile != "auto":
        warnings.append(f"lossless {title} has its own profile; {settings.ignored('profile')}")
    elif name == "hevc" and settings.profile not in ("auto", "main" if settings.pixel_format == "yuv420" else "auto"):
        warnings.append(f"H.265's profile follows from moviepixelformat; {settings.ignored('profile')}")
    elif name == "h264" and settings.profile != "auto" and settings.pixel_format != "yuv420":
        raise EncoderError(
            f"cannot record {settings.pixel_format} in H.264's {settings.profile} profile; "
            "set profile to autoselect or moviepixelformat to yuv420"
        )
    if name == "h264" and settings.profile == "baseline" and settings.entropy == "cabac" and not lossless:
        warnings.append(f"H.264's baseline profile has no CABAC; {settings.ignored('entropy')}")
    if name == "hevc" and settings.entropy == "cavlc":
        warnings.append(f"H.265 has no CAVLC; {settings.ignored('entropy')}")
    if lossless and settings.bitrate_mode != "quality":
        warnings.append(f"lossless {title} has no bit rate; {settings.ignored('bitrate_mode')}")
    if settings.motion in ("half", "full"):
        warnings.append(f"NVENC has no motion prediction by {settings.motion} pixels; {settings.ignored('motion')}")
    return warnings


def _preset(settings: Settings) -> str:
    speed(settings)  # EncoderError for a speed that there is not
    return _PRESETS[settings.speed] if settings.speed else _USUAL_PRESET


def _target(name: str, settings: Settings) -> int:
    """NVENC's target quality, of which PyNvVideoCodec takes whole numbers only."""
    return round(scale(settings.quality, *_QUALITY[name]))


def _rate_control(settings: Settings, average: str, peak: str, buffer: str) -> dict[str, str]:
    """Bit rates, under the names that options have for the average, the peak and the decoder's buffer."""
    rate, highest = rates(settings)
    constant = settings.bitrate_mode.startswith("constant")
    options = {"rc": "cbr" if constant else "vbr", average: str(rate)}
    if highest:
        options[peak] = str(highest)
    if constant:
        options[buffer] = str(rate)
    if settings.bitrate_mode.endswith("hq"):
        # Two passes over each frame; the old names of the mode no longer do anything.
        options["multipass"] = "fullres"
    return options
