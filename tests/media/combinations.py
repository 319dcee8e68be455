"""Every codec in every container with every pixel format: what the table says, movies of them, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.codecs import CODECS, Codec
from tdlite.media.containers import CONTAINERS
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.formats import PIXEL_FORMATS
from tdlite.media.movie import MovieWriter

from . import movies

COUNT = 7
EXACT = ("-sws_flags", "accurate_rnd+full_chroma_int+bitexact")
SILENT = ""


class Case(NamedTuple):
    codec: str
    type: str
    pixels: str
    container: str


class Take(NamedTuple):
    """What a movie is recorded with: frames a second, pixels, and its sound, if any."""

    rate: Fraction = Fraction(30000, 1001)
    size: tuple[int, int] = (64, 48)
    sound: str = SILENT
    channels: int = 2
    samples: int = 48000

    def heard(self, frames: int) -> int:
        """How many samples have come when `frames` frames have."""
        return int(frames * self.samples / self.rate)


def cases(possible: bool) -> Iterator[Case]:
    """All combinations, by what the table says of them."""
    for token, codec in CODECS.items():
        for (kind, each), container, pixels in product(codec.types.items(), CONTAINERS, PIXEL_FORMATS):
            held = container in codec.containers and pixels in each.pixels
            if pixels == "rgba" and codec.alpha_containers:
                held = held and container in codec.alpha_containers
            if held == possible:
                yield Case(token, kind or "automatic", pixels, container)


def frame(index: int, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """From top to bottom: bars that spell `index`, a smooth field of colours, the corners of the RGB cube.

    Each but the last has 16 rows, so that edges fall where blocks end.
    """
    image = movies.numbered_frame(index, width, height)
    y, x = np.mgrid[0:16, 0:width]
    across, field = np.minimum(x * 4, 255), image[-32:-16]
    field[..., 0], field[..., 1], field[..., 2] = across, y * 12 + index, 255 - across
    for corner in range(8):
        image[:-32, corner * 8 : corner * 8 + 8, :3] = [255 * (corner >> bit & 1) for bit in range(3)]
    image[-32:, :, 3] = 255 - np.arange(width) * 2
    return image


def settings(case: Case) -> Settings:
    return Settings(type=case.type, pixel_format=case.pixels, keyframe_interval=4, speed="fast", quality=1.0)


def record(case: Case, path: Path, take: Take = Take(), sound: NDArray[np.float64] | None = None) -> None:  # noqa: B008  # it never changes
    """Record COUNT frames, and `sound` to the end of the last one, where it is asked for."""
    wanted = settings(case)
    encoder = encoder_for(case.codec, wanted)
    audio = AudioEncoder(AUDIO_CODECS[take.sound], take.channels, take.samples) if take.sound else None
    with MovieWriter(path, encoder, case.container, *take.size, take.rate, wanted, audio=audio) as movie:
        for index in range(COUNT):
            slice = None if sound is None else sound[:, take.heard(index) : take.heard(index + 1)]
            movie.put(frame(index, *take.size), slice)


class Found(NamedTuple):
    """What a reader found: its own words for the stream, and all times and pictures (RGBA, row 0 on top)."""

    stream: dict[str, Any]
    times: list[Fraction]
    pictures: NDArray[np.uint8]


def read(path: Path, codec: Codec) -> Found:
    """Open with Debian's ffprobe and ffmpeg, or what they do not know with PyAV."""
    if codec.name == "vvc":
        return read_with_pyav(path)
    # Like players, ffprobe takes GIF's shortest time for a mistake.
    shortest = ("-min_delay", "1") if codec.name == "gif" else ()
    found = movies.probe(path, "-show_frames", "-select_streams", "v", *shortest)
    stream = found["streams"][0]
    unit = Fraction(stream["time_base"])
    # Only libvpx decodes the alpha of its own formats.
    decoder = codec.encoder if "alpha_mode" in {key.lower() for key in stream.get("tags", {})} else ""
    pictures = movies.decode(path, "rgba", *EXACT, decoder=decoder)
    return Found(stream, [each["pts"] * unit for each in found["frames"]], pictures)


def read_with_pyav(path: Path) -> Found:
    import av

    with av.open(path) as file:
        source = file.streams.video[0]
        context = source.codec_context
        frames = list(file.decode(source))
        names = {1: "bt709"}
        stream = {
            "codec_name": context.name,
            "width": context.width,
            "height": context.height,
            "avg_frame_rate": str(source.average_rate),
            "codec_tag_string": context.codec_tag,
            "pix_fmt": context.pix_fmt,
            "color_range": {1: "tv", 2: "pc"}[context.color_range],
            "color_space": names[frames[0].colorspace],
            "color_primaries": names[frames[0].color_primaries],
            "color_transfer": names[frames[0].color_trc],
        }
        times = [each.pts * Fraction(each.time_base) for each in frames]
        pictures = [each.to_ndarray(format="rgba", interpolation="BILINEAR", src_colorspace=1) for each in frames]
    return Found(stream, times, np.stack(pictures))


# What decoders show for the pixel formats of which they have their own.
SHOWN = {"rgba": {"rgb0", "rgba"}, "pal8": {"bgra", "pal8"}, "yuva420p": {"yuv420p"}}
SHOWN |= {"yuva444p10le": {"yuva444p12le"}, "yuv444p10le": {"yuv444p12le", "yuv444p10le"}}

TAGS = {
    "rle": "rle ",
    "mjpa": "jpeg",
    "mpeg4": "mp4v",
    "h264nvgpu": "avc1",
    "cineform": "CFHD",
    "h265nvgpu": "hvc1",
    "vp9": "vp09",
    "vvc": "vvc1",
    "av1": "av01",
    ("hap", "hap", "rgb"): "Hap1",
    ("hap", "hap", "rgba"): "Hap5",
    ("hap", "hapalpha", "rgba"): "Hap5",
    ("hap", "hapq", "rgb"): "HapY",
    ("prores", "proxy"): "apco",
    ("prores", "lt"): "apcs",
    ("prores", "standard"): "apcn",
    ("prores", "hq"): "apch",
    ("prores", "4444"): "ap4h",
    ("prores", "4444xq"): "ap4x",
}


def tag(case: Case) -> str:
    """The four characters that QuickTime knows the codec by."""
    keys = (case.codec, case.type, case.pixels), (case.codec, case.type), case.codec
    return next(TAGS[key] for key in keys if key in TAGS)


def check_movie(case: Case, path: Path, take: Take = Take()) -> None:  # noqa: B008  # it never changes
    """An independent reader finds the right codec, size, format, tags, times, and each picture in its place."""
    codec = CODECS[case.codec]
    stream, times, pictures = read(path, codec)
    assert stream["codec_name"] == codec.name
    assert (stream["width"], stream["height"]) == take.size
    pixels = codec.pixels(settings(case))
    assert stream["pix_fmt"] in SHOWN.get(pixels, {pixels})
    if case.container in ("mov", "mp4") and not (case.codec == "mjpa" and case.container == "mp4"):
        assert stream["codec_tag_string"] == tag(case)

    tolerance = {"mkv": Fraction(1, 2000), "webm": Fraction(1, 2000), "gif": Fraction(1, 200)}
    errors = [abs(time - index / take.rate) for index, time in enumerate(times)]
    assert len(times) == COUNT
    assert max(errors) <= tolerance.get(case.container, 0)
    if case.container != "gif":
        assert Fraction(stream["avg_frame_rate"]) == take.rate

    assert [movies.number_of(each[..., :3]) for each in pictures] == list(range(COUNT))
    for index in (0, COUNT - 1):
        check_pixels(case, pictures[index][::-1].astype(int), frame(index, *take.size).astype(int))
    check_colour_tags(case, stream)


def check_pixels(case: Case, found: NDArray[np.int_], source: NDArray[np.int_]) -> None:
    """Hues and range within a few codes, the smooth field within the codec's error, alpha where it is kept."""
    if case.codec == "rle":
        kept = 4 if case.pixels == "rgba" else 3
        np.testing.assert_array_equal(found[..., :kept], source[..., :kept])
    # Blocks of four colours, 5-6-5 bits, or 256 colours for a whole picture are coarse by design.
    coarse = case.codec in ("hap", "gif")
    error = found - source
    psnr = 10 * np.log10(255**2 / max(np.mean(error[-30:-18, :, :3] ** 2), 1e-9))
    assert psnr > (25 if coarse else 33)
    for corner in range(8):
        patch = error[4:12, corner * 8 + 3 : corner * 8 + 5, :3]
        assert np.abs(patch.mean((0, 1))).max() <= (6 if coarse else 5), f"corner {corner} of the RGB cube"
    if case.pixels == "rgba":
        assert np.abs(error[..., 3]).max() <= 8
        assert abs(error[..., 3].mean()) < 1
    elif case.codec != "gif":
        assert found[..., 3].min() == 255


def check_colour_tags(case: Case, stream: dict[str, Any]) -> None:
    """Rec.709 and limited range for YUV, full range for RGB, what JPEG defines for JPEG."""
    if case.codec == "gif":
        return
    rgb = case.pixels in ("rgb", "rgba") and case.codec not in ("vp8", "vp9", "prores")
    matrix = "gbr" if rgb else "bt470bg" if case.codec in ("mjpa", "vp8") else "bt709"
    assert stream["color_space"] == matrix
    assert (stream["color_primaries"], stream["color_transfer"]) == ("bt709", "bt709")
    # The colour atom of mov has no range; where the codec has none either there is nothing to find.
    silent = case.container == "mov" and case.codec in ("rle", "mpeg4", "cineform", "hap")
    if not silent:
        assert stream["color_range"] == ("pc" if rgb or case.codec == "mjpa" else "tv")
    if case.codec in ("h264nvgpu", "h265nvgpu", "mpeg4") and case.pixels.startswith("yuv420"):
        assert stream["chroma_location"] == "left"
    if case.codec == "mjpa":
        assert stream["chroma_location"] == "center"
