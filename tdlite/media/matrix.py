"""The page `docs/codecs.md`, from the table of codecs: ``python -m tdlite.media.matrix > docs/codecs.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tdlite.media.audio import AUDIO_CODECS, AudioCodec
from tdlite.media.codecs import CODECS, UNAVAILABLE, Codec
from tdlite.media.containers import CONTAINERS
from tdlite.media.encoder import Settings
from tdlite.media.formats import PIXEL_FORMATS, bits, has_alpha

_INTRODUCTION = """\
# Video codecs

What `videocodec` offers, printed from the table that the recorder itself goes by
(`python -m tdlite.media.matrix > docs/codecs.md`). What is not in the tables is refused with a sentence
before anything is written.

The encoders are FFmpeg's, in PyAV. Those marked † run in an ffmpeg program: that of the package
`imageio-ffmpeg` (`pip install tdlite[codecs]`), or the system's if it has the encoder. Codecs that
TouchDesigner runs on an NVIDIA GPU are made by the software encoders named here where there is no NVENC.
"""

_PIXELS = """\
## Containers and pixel formats

`moviepixelformat` and `videocodectype` `automatic` mean the first of those named. In brackets: bits of a
sample. Alpha is stored as it is: premultiplied where the picture is.
"""

_SETTINGS = """\
## Settings

● does what it says, ◐ does so for some of its values, ○ is of no use to the codec. What is not followed says so
in a warning.
"""

_SOUND = """\
## Sound

`audiocodec` `automatic` is AAC, in webm files Opus. The channels of the CHOP are, in order: left, right, centre, low
effects, back left and right, side left and right, of those as many as there are; of 4, two are in front and two behind
(Opus, Vorbis) or left, right, centre and back; 5 have no low effects, 7 a back centre. FFmpeg puts the channels of Opus
with 5 or 7 in the wrong places, so that those are refused. Vorbis runs in an ffmpeg program (†), since PyAV has only
FFmpeg's own encoder of it, which loses what is on the right alone.

A rate that the codec lacks is resampled to 48000, band-limited. `audiobitrate` is for one or two channels, and counts
again for each further pair.
The run-up of an encoder is not heard: files say how long it is (edit lists in mov and mp4, codec delay in mkv and
webm), so that sample 0 is heard at 0. Up to and with frame k, counted from 0, a movie has ⌊(k + 1) · rate / fps⌋
samples; Matroska's times are whole milliseconds, of sound as of pictures.

Without real time one cooked frame is one frame of the file: at an `fps` other than the project's rate, sound becomes
slower or faster as the picture does. In real time both keep to the clock. A frame added by hand has the sound of its
frame, once. Where the CHOP fails or has no samples, silence is recorded, with a warning.
"""

# The values of each setting that somebody may ask for, none of them the default.
_CHANGES: Mapping[str, tuple[dict[str, Any], ...]] = {
    "Quality": ({"quality": 0.5},),
    "Bit rate modes": tuple(
        {"bitrate_mode": mode, "average_bitrate": 1_000_000, "peak_bitrate": 2_000_000}
        for mode in ("constant", "variable")
    ),
    "Lossless": ({"preset": "lossless"},),
    "Key-frame interval": ({"keyframe_interval": 10},),
    "B-frames": ({"max_bframes": 1},),
    "Slices": ({"slices": 4},),
    "Profile": tuple({"profile": name} for name in ("baseline", "main", "high")),
    "Entropy": tuple({"entropy": name} for name in ("cabac", "cavlc")),
    "Motion": tuple({"motion": name} for name in ("quarter", "half", "full")),
    "Speed": ({"speed": "slow"},),
}

_ALWAYS_LOSSLESS = ("rle",)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row("---" for _ in head)
    yield from map(_row, rows)
    yield ""


def _title(codec: Codec | AudioCodec) -> str:
    return f"{codec.title} †" if codec.process else codec.title


def _sizes(codec: Codec) -> str:
    across, down = codec.multiple
    if down > 1:
        found = [f"multiples of {across}×{down}"]
    elif across > 1:
        found = [f"width a multiple of {across}"]
    elif codec.even:
        found = ["even where chroma is halved"]
    else:
        found = ["any"]
    if codec.smallest != (1, 1):
        found.append("at least {}×{}".format(*codec.smallest))
    if codec.largest != Codec.largest:
        found.append("at most {}×{}".format(*codec.largest))
    if codec.largest_rate:
        found.append(f"at most {codec.largest_rate} frames/s")
    return ", ".join(found)


def _pixels(codec: Codec, kind: str) -> str:
    words = []
    for token, name in codec.types[kind].pixels.items():
        depth = bits(name)
        alpha = has_alpha(name) and token == "rgba" and codec.alpha_containers
        limit = f", {' and '.join(codec.alpha_containers)} only" if alpha else ""
        words.append(f"`{token}` ({depth}{limit})")
    return ", ".join(words)


def _matrix() -> Iterator[tuple[str, ...]]:
    for codec in CODECS.values():
        for kind, each in codec.types.items():
            marks = ("●" if container in codec.containers else "" for container in CONTAINERS)
            yield _title(codec), f"`{kind}` {each.label}" if kind else "", *marks, _pixels(codec, kind)


def _mark(codec: Codec, changes: tuple[dict[str, Any], ...]) -> str:
    """Whether the encoder's options complain about the changed settings."""
    # With a type and a pixel format resolved, so that only the change can be at fault.
    settings = codec.resolve(Settings(pixel_format="automatic"))
    followed = [codec.options(replace(settings, **change))[1] == [] for change in changes]
    return "●" if all(followed) else "◐" if any(followed) else "○"


def _settings() -> Iterator[tuple[str, ...]]:
    for codec in CODECS.values():
        marks = {name: _mark(codec, changes) for name, changes in _CHANGES.items()}
        if codec.token in _ALWAYS_LOSSLESS:
            marks["Lossless"] = "always"
        yield _title(codec), *marks.values()


def _sound() -> Iterator[tuple[str, ...]]:
    for each in AUDIO_CODECS.values():
        marks = ("●" if container in each.containers else "" for container in CONTAINERS)
        rates = each.rates if len(each.rates) <= 6 else (each.rates[0], "…", each.rates[-1])
        channels = each.channels
        counts = f"1–{channels[-1]}" if channels == tuple(range(1, channels[-1] + 1)) else ", ".join(map(str, channels))
        bits = "●" if each.lossy else "lossless"
        yield _title(each), f"`{each.token}`", f"`{each.encoder}`", *marks, counts, ", ".join(map(str, rates)), bits


def page() -> str:
    """Return the text of `docs/codecs.md`."""
    head = ("Codec", "`videocodec`", "Encoder", "Sizes")
    codecs = ((_title(each), f"`{each.token}`", f"`{each.encoder}`", _sizes(each)) for each in CODECS.values())
    lines = [_INTRODUCTION, *_table(head, codecs)]
    lines += [f"{label} (`{token}`) cannot be written: {reason}.\n" for token, (label, reason) in UNAVAILABLE.items()]
    lines += [_PIXELS, *_table(("Codec", "Type", *CONTAINERS, "Pixel formats"), _matrix())]
    formats = ((f"`{each.token}`", each.label) for each in PIXEL_FORMATS.values())
    lines += [*_table(("`moviepixelformat`", ""), formats)]
    lines += [_SETTINGS, *_table(("Codec", *_CHANGES), _settings())]
    columns = ("Codec", "`audiocodec`", "Encoder", *CONTAINERS, "Channels", "Rates", "Bit rate")
    lines += [_SOUND, *_table(columns, _sound())]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page(), end="")
