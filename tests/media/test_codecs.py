from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdlite.media import matrix
from tdlite.media.codecs import CODEC_MENU, CODECS, PIXEL_FORMAT_MENU, TYPE_MENU, codec, frame_bits
from tdlite.media.convert import Converter, planes
from tdlite.media.encoder import Pixels, Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError, MediaError
from tdlite.media.movie import MovieWriter

from . import movies

ROOT = Path(__file__).parents[2]
SIZE = 64, 48


def record(path: Path, token: str, frames: list[Pixels], settings: Settings, rate: Fraction | int = 30) -> list[str]:
    return movies.record(path, encoder_for(token, settings), frames, settings, rate)


def options(token: str, **changes: Any) -> dict[str, str]:
    row = codec(token)
    return row.options(row.resolve(replace(Settings(pixel_format="automatic"), **changes)))[0]


def warnings(token: str, **changes: Any) -> list[str]:
    row = codec(token)
    return row.options(row.resolve(replace(Settings(pixel_format="automatic"), **changes)))[1]


def variable(**more: Any) -> dict[str, Any]:
    return {"bitrate_mode": "variable", "average_bitrate": 4_000_000, "peak_bitrate": 9_000_000, **more}


def constant(**more: Any) -> dict[str, Any]:
    return variable(bitrate_mode="constant", **more)


X265 = "log-level=error:open-gop=0:scenecut=0:keyint=60:min-keyint=60:bframes=2"

GOLDEN: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("rle", {}, {}),
    ("mjpa", {}, {"flags": "+qscale", "global_quality": "354", "qmin": "1"}),
    ("mjpa", {"quality": 1.0}, {"flags": "+qscale", "global_quality": "118", "qmin": "1"}),
    ("mpeg4", {}, {"flags": "+qscale+cgop", "global_quality": "354", "qmin": "1", "sc_threshold": "1000000000"}),
    (
        *("mpeg4", constant(motion="quarter")),
        {
            "flags": "+cgop+qpel",
            "qmin": "1",
            "sc_threshold": "1000000000",
            "b": "4000000",
            "maxrate": "4000000",
            "bufsize": "4000000",
            "minrate": "4000000",
        },
    ),
    ("h264nvgpu", {}, {"preset": "veryfast", "crf": "20.00", "x264-params": "open-gop=0:scenecut=0"}),
    ("h265nvgpu", {}, {"preset": "veryfast", "crf": "22.00", "x265-params": X265}),
    ("h265nvgpu", {"preset": "lossless"}, {"preset": "veryfast", "x265-params": f"{X265}:lossless=1"}),
    (
        *("h265nvgpu", constant(slices=3)),
        {
            "preset": "veryfast",
            "b": "4000000",
            "x265-params": f"{X265}:vbv-maxrate=4000:vbv-bufsize=4000:strict-cbr=1:slices=3",
        },
    ),
    (
        *("h265nvgpu", variable(bitrate_mode="variablehq", profile="main")),
        {
            "preset": "medium",
            "b": "4000000",
            "profile": "main",
            "x265-params": f"{X265}:vbv-maxrate=9000:vbv-bufsize=9000",
        },
    ),
    ("av1", {}, {"preset": "10", "crf": "30", "svtav1-params": "scd=0"}),
    ("av1", {"preset": "lossless"}, {"preset": "10", "svtav1-params": "scd=0:lossless=1"}),
    ("av1", constant(), {"preset": "10", "b": "4000000", "svtav1-params": "scd=0:rc=2:pred-struct=1"}),
    (
        *("av1", {"bitrate_mode": "variable", "average_bitrate": 5000, "slices": 3, "speed": "slow"}),
        {"preset": "5", "b": "5000", "svtav1-params": "scd=0:rc=1:tile-columns=2"},
    ),
    ("cineform", {}, {"quality": "film2+"}),
    ("cineform", {"quality": 1.0}, {"quality": "film3+"}),
    ("cineform", {"quality": 0.0}, {"quality": "low"}),
    ("hap", {}, {"format": "hap", "compressor": "snappy"}),
    ("hap", {"pixel_format": "rgba"}, {"format": "hap_alpha", "compressor": "snappy"}),
    ("hap", {"type": "hapalpha", "slices": 4}, {"format": "hap_alpha", "compressor": "snappy", "chunks": "4"}),
    ("hap", {"type": "hapq", "secondary_compression": False}, {"format": "hap_q", "compressor": "none"}),
    ("gif", {}, {"stats_mode": "single", "reserve_transparent": "0", "max_colors": "256"}),
    ("gif", {"quality": 0.0}, {"stats_mode": "single", "reserve_transparent": "0", "max_colors": "8"}),
    ("vp8", {}, {"deadline": "good", "cpu-used": "6", "crf": "16", "qmin": "0", "b": "1000000000"}),
    (
        *("vp8", variable(slices=4)),
        {
            "deadline": "good",
            "cpu-used": "6",
            "b": "4000000",
            "maxrate": "9000000",
            "bufsize": "9000000",
            "slices": "4",
        },
    ),
    ("vp9", {}, {"deadline": "good", "cpu-used": "6", "row-mt": "1", "crf": "24", "b": "0"}),
    (
        *("vp9", {"pixel_format": "rgba", "speed": "placebo"}),
        {"deadline": "best", "cpu-used": "0", "auto-alt-ref": "0", "row-mt": "1", "crf": "24", "b": "0"},
    ),
    ("vp9", {"preset": "lossless"}, {"deadline": "good", "cpu-used": "6", "row-mt": "1", "lossless": "1"}),
    ("prores", {}, {"profile": "hq", "vendor": "apl0"}),
    (
        *("prores", {"type": "4444", "pixel_format": "rgba"}),
        {"profile": "4444", "vendor": "apl0", "alpha_bits": "16"},
    ),
    ("vvc", {}, {"preset": "faster", "vvenc-params": "IntraPeriod=60:poc0idr=1", "qp": "24"}),
    (
        *("vvc", variable(speed="slow")),
        {"preset": "slow", "vvenc-params": "IntraPeriod=60:poc0idr=1", "b": "4000000", "maxrate": "9000000"},
    ),
]


@pytest.mark.parametrize(("token", "changes", "expected"), GOLDEN)
def test_settings_become_the_options_of_each_encoder(
    token: str, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert options(token, **changes) == expected


@pytest.mark.parametrize("token", [each.token for each in CODECS.values() if not each.process and each.token != "gif"])
def test_encoders_know_the_options_that_they_are_given(token: str) -> None:
    import av

    known = av.CodecContext.create(codec(token).encoder, "w").supported_options
    names = {each.name for each in (*known.generic, *known.private)}
    for changes in ({}, variable(), constant(slices=4), {"preset": "lossless"}, {"slices": 2, "motion": "quarter"}):
        assert set(options(token, **changes)) <= names


@pytest.mark.parametrize(
    ("token", "changes", "words"),
    [
        ("rle", {"quality": 0.3}, "Animation has no quality to choose"),
        ("mjpa", {"keyframe_interval": 10}, "Motion JPEG has no key-frame interval"),
        (
            "mjpa",
            {"preset": "lossless"},
            "Motion JPEG is never lossless; preset lossless is not used, but the best quality",
        ),
        ("mpeg4", {"motion": "full"}, "motionpredict full is not used, but half"),
        ("h265nvgpu", {"entropy": "cavlc"}, "entropymode cavlc is not used"),
        ("h265nvgpu", {"profile": "high"}, "profile high is not used"),
        ("h265nvgpu", {"motion": "half"}, "half-pixel"),
        ("av1", {"max_bframes": 0}, "AV1 has no B-frames to limit"),
        ("av1", variable(), "no peak"),
        ("av1", {"preset": "lossless", **variable()}, "lossless AV1 has no bit rate"),
        ("cineform", variable(), "CineForm has no bit rates"),
        ("hap", {"slices": 3, "secondary_compression": False}, "one piece"),
        ("prores", {"preset": "lossless"}, "ProRes is never lossless"),
        ("vp8", {"entropy": "cabac"}, "VP8 has no entropy mode"),
        ("vp9", {"profile": "main"}, "VP9 has no profiles"),
        ("vvc", constant(), "no constant bit rate"),
        ("vvc", variable(peak_bitrate=4_000_001), "6000 kb/s is used"),
        ("gif", {"speed": "slow"}, "GIF has no speeds"),
        ("gif", {"preset": "lossless"}, "256 colours"),
    ],
)
def test_what_an_encoder_cannot_follow_is_one_warning(token: str, changes: dict[str, Any], words: str) -> None:
    found = warnings(token, **changes)
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    ("token", "size", "asked", "made"),
    [
        ("h264nvgpu", (64, 200), 20, 13),
        ("h265nvgpu", (64, 200), 5, 4),
        ("av1", (320, 64), 9, 5),
        ("vp8", (64, 64), 9, 8),
        ("vp9", (800, 64), 3, 2),
        ("hap", (64, 48), 5, 4),
    ],
)
def test_more_slices_than_a_picture_can_have_are_a_warning(
    token: str, size: tuple[int, int], asked: int, made: int
) -> None:
    for wanted in (asked, made):
        settings = Settings(pixel_format="automatic", slices=wanted)
        encoder = encoder_for(token, settings)
        encoder.open(*size, Fraction(30), settings)
        encoder.abort()
        expected = (
            f"{size[0]}×{size[1]} is cut into {made} slices as {codec(token).title}; numslices {asked} is not used"
        )
        assert encoder.warnings == ([expected] if wanted == asked else [])


@pytest.mark.parametrize("speed", ["ultrafast", "superfast", "veryfast", "medium"])
def test_x265_looks_far_enough_ahead_for_any_number_of_b_frames(speed: str, tmp_path: Path) -> None:
    for bframes in (5, 16):
        settings = Settings(max_bframes=bframes, speed=speed)
        record(tmp_path / "a.mp4", "h265nvgpu", [movies.numbered_frame(0)] * 2, settings)
        assert len(movies.decode(tmp_path / "a.mp4")) == 2


@pytest.mark.parametrize("token", CODECS)
def test_default_settings_are_no_reason_to_warn(token: str) -> None:
    assert warnings(token) == []


def test_the_menus_are_touchdesigner_s() -> None:
    tokens = "rle mjpa mpeg4 h264nvgpu cineform hap h265nvgpu gif notchlc vp8 vp9 prores vvc av1"
    assert [token for token, _ in CODEC_MENU] == tokens.split()
    assert dict(CODEC_MENU)["prores"] == "Apple ProRes"
    tokens = "automatic hap hapalpha hapq hq standard lt proxy 4444 4444xq"
    assert [token for token, _ in TYPE_MENU] == tokens.split()
    seed = {"yuv420", "yuv420p10bit", "yuv422", "yuv444", "yuv444p10bit", "rgb", "rgba", "3"}
    assert {token for token, _ in PIXEL_FORMAT_MENU} == seed | {"automatic", "yuv422p10bit"}


@pytest.mark.parametrize(
    ("token", "changes", "found"),
    [
        ("h264nvgpu", {}, ("", "yuv420")),
        ("prores", {}, ("hq", "yuv422p10bit")),
        ("prores", {"type": "4444"}, ("4444", "rgba")),
        ("prores", {"pixel_format": "rgba"}, ("4444", "rgba")),
        ("hap", {}, ("hap", "rgb")),
        ("gif", {}, ("", "3")),
    ],
)
def test_automatic_is_the_usual_type_and_pixel_format(
    token: str, changes: dict[str, str], found: tuple[str, str]
) -> None:
    settings = codec(token).resolve(replace(Settings(pixel_format="automatic"), **changes))
    assert (settings.type, settings.pixel_format) == found


@pytest.mark.parametrize(
    ("token", "changes", "words"),
    [
        ("notchlc", {}, r"NotchLC: there is no open NotchLC encoder; use prores \(4444\), cineform or hap"),
        ("theora", {}, "set videocodec to one of rle, mjpa"),
        (
            "rle",
            {"pixel_format": "yuv420"},
            "cannot record 4:2:0 as Animation; set moviepixelformat to one of rgb, rgba",
        ),
        ("prores", {"type": "ultra"}, "set videocodectype to one of hq, standard, lt, proxy, 4444, 4444xq"),
        (
            "prores",
            {"type": "hq", "pixel_format": "rgba"},
            r"set moviepixelformat to yuv422p10bit, or videocodectype to 4444 or 4444xq",
        ),
        (
            "hap",
            {"type": "hapq", "pixel_format": "rgba"},
            r"Hap \(Hap Q\); set moviepixelformat to rgb, or videocodectype to hap or hapalpha",
        ),
        ("av1", {"type": "hq"}, "set videocodectype to automatic"),
        ("av1", {"pixel_format": "yuv444"}, "set moviepixelformat to one of yuv420, yuv420p10bit"),
    ],
)
def test_what_a_codec_does_not_have_is_an_error_with_what_it_has(
    token: str, changes: dict[str, str], words: str
) -> None:
    with pytest.raises(EncoderError, match=words):
        encoder_for(token, replace(Settings(pixel_format="automatic"), **changes))


@pytest.mark.parametrize(
    ("token", "size", "words"),
    [
        ("h265nvgpu", (161, 97), r"H\.265 4:2:0 \(needs even sizes\); set the resolution to 162×98 or .* to yuv444"),
        ("vvc", (161, 97), r"VVC 4:2:0 10-bit \(needs even sizes\); set the resolution to 162×98$"),
        ("cineform", (70, 48), r"CineForm \(needs a width divisible by 16\); set the resolution to 80×48"),
        (
            "prores",
            (17, 9),
            r"ProRes 4:2:2 10-bit \(needs an even width\); .* 18×9 or .* yuv444p10bit and .* to 4444$",
        ),
        ("hap", (70, 50), r"divisible by 4 and a height divisible by 4\); set the resolution to 72×52"),
        ("h265nvgpu", (16, 8), r"needs at least 16×16\); set the resolution to 16×16$"),
        ("h265nvgpu", (1, 1), r"needs even sizes, at least 16×16\); set the resolution to 16×16$"),
        ("cineform", (70, 2), r"divisible by 16, at least 48×32\); set the resolution to 80×32$"),
        ("av1", (3, 90), r"needs at least 4×4\); set the resolution to 4×90$"),
    ],
)
def test_a_size_that_a_codec_cannot_take_is_an_error_with_one_that_it_can(
    token: str, size: tuple[int, int], words: str, tmp_path: Path
) -> None:
    settings = Settings(pixel_format="automatic")
    suffix = codec(token).containers[0]
    with pytest.raises(EncoderError, match=words):
        MovieWriter(tmp_path / "new" / f"a.{suffix}", encoder_for(token, settings), "automatic", *size, 30, settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("token", [each.token for each in CODECS.values() if not each.even and each.multiple == (1, 1)])
def test_odd_sizes_are_as_good_where_the_codec_takes_them(token: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{codec(token).containers[0]}"
    frame = np.full((9, 17, 4), 255, np.uint8)
    frame[:5, :, :3] = 0
    record(path, token, [frame] * 3, Settings(pixel_format="automatic"))
    back = movies.decode(path)
    assert back.shape == (3, 9, 17, 3)
    assert back[2, 0].min() > 245, "row 0 of the file is the top"
    assert back[2, 8].max() < 10


def test_rates_that_a_format_cannot_count_are_refused() -> None:
    settings = Settings(pixel_format="automatic")
    with pytest.raises(EncoderError, match=r"120 frames/s as GIF \(at most 100\)"):
        encoder_for("gif", settings).open(*SIZE, Fraction(120), settings)
    with pytest.raises(EncoderError, match=r"1000 frames/s as AV1 \(at most 240\); set a lower fps"):
        encoder_for("av1", settings).open(*SIZE, Fraction(1000), settings)
    with pytest.raises(EncoderError, match="at most 65535 parts of a second"):
        encoder_for("mpeg4", settings).open(*SIZE, Fraction(120000, 1001), settings)


def test_a_gif_faster_than_players_show_is_a_warning() -> None:
    settings = Settings(pixel_format="automatic")
    encoder = encoder_for("gif", settings)
    encoder.open(*SIZE, Fraction(60), settings)
    assert encoder.warnings == ["players show GIF at no more than 50 frames/s; fps is 60"]


def test_alpha_that_a_container_does_not_keep_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    settings = Settings(pixel_format="rgba")
    with pytest.raises(
        MediaError, match=r"mp4 does not keep the alpha of VP9; set moviecontainer or the name's end to webm or mkv"
    ):
        MovieWriter(tmp_path / "new" / "a.mp4", encoder_for("vp9", settings), "automatic", *SIZE, 30, settings)
    assert list(tmp_path.iterdir()) == []


def noise(dtype: type[np.uint8] | type[np.uint16] = np.uint8) -> Pixels:
    return np.random.default_rng(7).integers(0, np.iinfo(dtype).max, (48, 64, 4), dtype, endpoint=True)


@pytest.mark.parametrize(
    ("token", "pixel_format"),
    [
        *(("h264nvgpu", "yuv420"), ("h264nvgpu", "yuv422p10bit"), ("h264nvgpu", "yuv444p10bit")),
        *(("h265nvgpu", "yuv444"), ("h265nvgpu", "yuv420p10bit"), ("h265nvgpu", "yuv444p10bit")),
        *(("vp9", "yuv444"), ("av1", "yuv420"), ("av1", "yuv420p10bit")),
    ],
)
def test_lossless_keeps_every_bit_of_the_converted_picture(token: str, pixel_format: str, tmp_path: Path) -> None:
    frames = [noise(np.uint16), noise(np.uint16)[::-1].copy(), noise(np.uint16)]
    settings = Settings(preset="lossless", pixel_format=pixel_format)
    path = tmp_path / "a.mkv"
    assert record(path, token, frames, settings) == []
    converter = Converter(*SIZE, codec(token).pixels(settings), settings.colour)
    pictures = [planes(converter.picture(frame, index, Fraction(1))) for index, frame in enumerate(frames)]
    back = movies.samples(path, 3)
    assert [each.tobytes() for each in back] == pictures


def test_animation_keeps_every_bit_of_rgba(tmp_path: Path) -> None:
    frames = [noise(), noise()[::-1].copy()]
    record(tmp_path / "a.mov", "rle", frames, Settings(pixel_format="rgba"))
    np.testing.assert_array_equal(movies.decode(tmp_path / "a.mov", "rgba")[:, ::-1], np.stack(frames))


def ramp(dtype: Any) -> Pixels:
    """256 columns from 1/4 to 1/2: fewer than 64 steps in 8 bits, a step a column in 10."""
    values = np.linspace(0.25, 0.5, 256)[None, :, None] * np.ones((32, 1, 4))
    values[..., 3] = 1
    if np.issubdtype(dtype, np.integer):
        values = np.round(values * np.iinfo(dtype).max)
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint16, np.float16, np.float32])
@pytest.mark.parametrize(
    ("token", "changes", "error"),
    [
        ("h264nvgpu", {"pixel_format": "yuv420p10bit", "preset": "lossless"}, 1),
        ("h265nvgpu", {"pixel_format": "yuv444p10bit", "preset": "lossless"}, 1),
        ("av1", {"pixel_format": "yuv420p10bit", "preset": "lossless"}, 1),
        ("prores", {"type": "hq", "pixel_format": "yuv422p10bit"}, 2),
        ("cineform", {"pixel_format": "yuv422p10bit", "quality": 1.0}, 4),
    ],
)
def test_ten_bits_are_ten_bits(token: str, changes: dict[str, Any], error: int, dtype: Any, tmp_path: Path) -> None:
    settings = replace(Settings(), **changes)
    path = tmp_path / f"a.{codec(token).containers[0]}"
    assert frame_bits(token, settings) == 10
    record(path, token, [ramp(dtype)] * 2, settings)
    luma = movies.samples(path, 2)[0, 16 * 256 : 17 * 256].astype(int)
    expected = 64 + 876 * np.linspace(0.25, 0.5, 256)
    assert np.abs(luma - expected).max() <= error
    assert len(np.unique(luma)) > 180, "eight bits would have 55 steps"


def test_cineform_keeps_twelve_bits_of_rgb_and_alpha(tmp_path: Path) -> None:
    path, settings = tmp_path / "a.mov", Settings(pixel_format="rgba", quality=1.0)
    frame = ramp(np.uint16)
    frame[..., 3] = frame[..., 0]
    record(path, "cineform", [frame] * 2, settings)
    back = movies.decode(path, "rgba64le")[0, 16]
    assert np.abs(back.astype(int) - frame[16]).max() <= 6 * 16
    assert len(np.unique(back[:, 0])) > 180


def test_prores_4444_keeps_alpha_in_ten_bits(tmp_path: Path) -> None:
    path, settings = tmp_path / "a.mov", Settings(type="4444", pixel_format="rgba")
    frame = ramp(np.uint16)
    frame[..., 3] = frame[..., 0]
    record(path, "prores", [frame] * 2, settings)
    alpha = movies.decode(path, "rgba64le")[0, 16, :, 3].astype(int)
    assert np.abs(alpha - frame[16, :, 3]).max() <= 65536 // 1024
    assert len(np.unique(alpha)) > 180


@pytest.mark.parametrize("compression", [True, False])
def test_secondary_compression_of_hap_is_smaller_and_the_same_picture(compression: bool, tmp_path: Path) -> None:
    frame = movies.numbered_frame(5, 64, 48)
    settings = Settings(pixel_format="rgb", secondary_compression=compression)
    record(tmp_path / "a.mov", "hap", [frame] * 3, settings)
    stored = 3 * 64 * 48 // 2  # four bits a pixel
    assert ((tmp_path / "a.mov").stat().st_size < stored) == compression
    assert [movies.number_of(each) for each in movies.decode(tmp_path / "a.mov")] == [5, 5, 5]


def test_each_frame_of_a_gif_has_the_colours_that_it_needs(tmp_path: Path) -> None:
    frames: list[Pixels] = []
    for base in (0, 128):  # 256 colours each, none in common
        frame = np.full((16, 16, 4), 255, np.uint8)
        frame[..., 0], frame[..., 1] = np.mgrid[0:16, 0:16] * 4 + base
        frame[..., 2] = base
        frames.append(frame)
    record(tmp_path / "a.gif", "gif", frames, Settings(pixel_format="3"))
    back = movies.decode(tmp_path / "a.gif")[:, ::-1].astype(int)
    error = np.abs(back - np.stack(frames)[..., :3])
    assert error.max() <= 8
    assert error.mean() < 1


@pytest.mark.parametrize("token", ["h265nvgpu", "mpeg4", "vp9", "vp8", "av1"])
def test_key_frames_come_at_the_interval(token: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    frames: list[Pixels] = [movies.numbered_frame(index, 64, 48) for index in range(26)]
    record(path, token, frames, Settings(keyframe_interval=8))
    found = movies.probe(path, "-show_frames")["frames"]
    assert [index for index, each in enumerate(found) if each["key_frame"]] == [0, 8, 16, 24]


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("token", CODECS)
def test_movies_of_a_frame_or_two_are_whole(token: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / f"a.{codec(token).containers[0]}"
    frames: list[Pixels] = [movies.numbered_frame(index, *SIZE) for index in range(count)]
    record(path, token, frames, Settings(pixel_format="automatic"))
    packets = movies.probe(path, "-show_packets")["packets"]
    assert len(packets) == count
    assert min(float(each["pts_time"]) for each in packets) == 0


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("bframes", [0, 1, 2, 8])
def test_h265_is_decoded_two_frames_ahead_however_short_it_is(bframes: int, count: int) -> None:
    settings = Settings(max_bframes=bframes)
    encoder = encoder_for("h265nvgpu", settings)
    encoder.open(*SIZE, Fraction(30), settings)
    packets = [each for index in range(count) for each in encoder.encode(movies.numbered_frame(index, *SIZE), index)]
    packets += encoder.finish()
    ahead = 2 if bframes else 0
    assert [each.dts for each in packets] == [index - ahead for index in range(count)]
    assert all(each.dts <= each.pts for each in packets)


def test_the_page_of_codecs_is_up_to_date() -> None:
    assert (ROOT / "docs" / "codecs.md").read_text() == matrix.page(), (
        "run python -m tdlite.media.matrix > docs/codecs.md"
    )
