"""Every codec in every container with every pixel format: a file that an independent reader opens, or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.codecs import CODECS, Codec
from tdlite.media.containers import CONTAINERS
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import MediaError
from tdlite.media.formats import PIXEL_FORMATS
from tdlite.media.movie import MovieWriter

from . import movies

RATE = Fraction(30000, 1001)
WIDTH, HEIGHT, COUNT = 64, 48, 7
EXACT = ("-sws_flags", "accurate_rnd+full_chroma_int+bitexact")


class Case(NamedTuple):
    codec: str
    type: str
    pixels: str
    container: str


def cases(possible: bool) -> Iterator[Case]:
    """All combinations, by what the table says of them."""
    for token, codec in CODECS.items():
        for (kind, each), container, pixels in product(codec.types.items(), CONTAINERS, PIXEL_FORMATS):
            held = container in codec.containers and pixels in each.pixels
            if pixels == "rgba" and codec.alpha_containers:
                held = held and container in codec.alpha_containers
            if held == possible:
                yield Case(token, kind or "automatic", pixels, container)


def frame(index: int) -> NDArray[np.uint8]:
    """From top to bottom: bars that spell `index`, a smooth field of colours, the corners of the RGB cube."""
    image = movies.numbered_frame(index, WIDTH, HEIGHT)
    y, x = np.mgrid[0:16, 0:WIDTH]
    image[16:32, :, 0], image[16:32, :, 1], image[16:32, :, 2] = x * 4, y * 12 + index, 255 - x * 4
    for corner in range(8):
        image[:16, corner * 8 : corner * 8 + 8, :3] = [255 * (corner >> bit & 1) for bit in range(3)]
    image[16:, :, 3] = 255 - np.mgrid[16:HEIGHT, 0:WIDTH][1] * 2
    return image


def settings(case: Case) -> Settings:
    return Settings(type=case.type, pixel_format=case.pixels, keyframe_interval=4, speed="fast", quality=1.0)


def record(case: Case, path: Path) -> None:
    wanted = settings(case)
    encoder = encoder_for(case.codec, wanted)
    with MovieWriter(path, encoder, case.container, WIDTH, HEIGHT, RATE, wanted) as movie:
        for index in range(COUNT):
            movie.put(frame(index))


class Found(NamedTuple):
    """What a reader found: its own words for the stream, and all times and pictures (RGBA, row 0 on top)."""

    stream: dict[str, Any]
    times: list[Fraction]
    pictures: NDArray[np.uint8]


def read(path: Path, codec: Codec) -> Found:
    """Open with Debian's ffprobe and ffmpeg, or what they do not know with PyAV."""
    if codec.name == "vvc":
        return read_with_pyav(path)
    found = movies.probe(path, "-show_frames")
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


@pytest.mark.parametrize("case", list(cases(True)), ids="-".join)
def test_what_the_table_allows_is_a_movie_that_an_independent_reader_opens(case: Case, tmp_path: Path) -> None:
    codec, path = CODECS[case.codec], tmp_path / f"a.{case.container}"
    record(case, path)
    stream, times, pictures = read(path, codec)
    assert stream["codec_name"] == codec.name
    assert (stream["width"], stream["height"]) == (WIDTH, HEIGHT)
    pixels = codec.pixels(settings(case))
    assert stream["pix_fmt"] in SHOWN.get(pixels, {pixels})
    if case.container in ("mov", "mp4") and not (case.codec == "mjpa" and case.container == "mp4"):
        assert stream["codec_tag_string"] == tag(case)

    tolerance = {"mkv": Fraction(1, 2000), "webm": Fraction(1, 2000), "gif": Fraction(1, 200)}
    errors = [abs(time - index / RATE) for index, time in enumerate(times)]
    assert len(times) == COUNT
    assert max(errors) <= tolerance.get(case.container, 0)
    if case.container != "gif":
        assert Fraction(stream["avg_frame_rate"]) == RATE

    assert [movies.number_of(each[..., :3]) for each in pictures] == list(range(COUNT))
    for index in (0, COUNT - 1):
        check_pixels(case, pictures[index][::-1].astype(int), frame(index).astype(int))
    check_colour_tags(case, stream)


def check_pixels(case: Case, found: NDArray[np.int_], source: NDArray[np.int_]) -> None:
    """Hues and range within a few codes, the smooth field within the codec's error, alpha where it is kept."""
    if case.codec == "rle":
        kept = 4 if case.pixels == "rgba" else 3
        np.testing.assert_array_equal(found[..., :kept], source[..., :kept])
    # Blocks of four colours, 5-6-5 bits, or 256 colours for a whole picture are coarse by design.
    coarse = case.codec in ("hap", "gif")
    error = found - source
    psnr = 10 * np.log10(255**2 / max(np.mean(error[18:30, :, :3] ** 2), 1e-9))
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


def sound_cases() -> Iterator[Any]:
    """All combinations in containers with sound, with one audio codec after the other."""
    for index, case in enumerate(case for case in cases(True) if case.container != "gif"):
        fitting = [each.token for each in AUDIO_CODECS.values() if case.container in each.containers]
        yield pytest.param(case, fitting[index % len(fitting)], id="-".join((*case, fitting[index % len(fitting)])))


@pytest.mark.parametrize(("case", "sound"), list(sound_cases()))
def test_whatever_the_picture_there_can_be_sound_beside_it(case: Case, sound: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{case.container}"
    audio = AudioEncoder(AUDIO_CODECS[sound], 2, 48000)
    wanted = settings(case)
    sounds = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 12000))
    target = (path, encoder_for(case.codec, wanted), case.container, WIDTH, HEIGHT, RATE, wanted)
    with MovieWriter(*target, audio=audio) as movie:
        for index in range(COUNT):
            first, last = (int(each * 48000 / RATE) for each in (index, index + 1))
            movie.put(frame(index), sounds[:, first:last])
    with av.open(str(path)) as file:  # Debian's ffprobe does not know all of them
        picture, heard = file.streams.video[0], file.streams.audio[0]
        pictures, samples = [], 0
        for packet in file.demux(picture, heard):
            if packet.stream is heard:
                samples += sum(each.samples for each in packet.decode())
            elif packet.size:
                pictures.append(packet.pts * packet.time_base)
        assert heard.codec_context.name.removesuffix("float") in (AUDIO_CODECS[sound].name, f"lib{sound}")
    tolerance = Fraction(1, 2000) if case.container in ("mkv", "webm") else 0
    assert len(pictures) == COUNT
    assert max(abs(time - index / RATE) for index, time in enumerate(sorted(pictures))) <= tolerance
    # Some readers give the run-up of an encoder in Matroska, too, before 0.
    assert 0 <= samples - int(COUNT * 48000 / RATE) <= 2 * 1152


@pytest.mark.parametrize("codec", CODECS)
def test_what_the_table_does_not_allow_is_refused_with_a_sentence_before_anything_is_written(
    codec: str, tmp_path: Path
) -> None:
    refused = [case for case in cases(False) if case.codec == codec]
    for case in refused:
        with pytest.raises(MediaError, match=r"cannot record .*; (use|set|or)"):
            record(case, tmp_path / "new" / f"a.{case.container}")
    assert list(tmp_path.iterdir()) == []
    assert len(refused) + sum(case.codec == codec for case in cases(True)) == (
        len(CODECS[codec].types) * len(CONTAINERS) * len(PIXEL_FORMATS)
    )
