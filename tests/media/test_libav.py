from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tdlite.media.encoder import Colour, Settings
from tdlite.media.errors import EncoderError
from tdlite.media.libav import LibavEncoder, probe
from tdlite.media.movie import MovieWriter
from tdlite.media.x264 import x264_options

from . import movies


def record(path: Path, frames: list[NDArray[np.uint8]], settings: Settings) -> list[str]:
    return movies.record(path, LibavEncoder(), frames, settings)


def chart(height: int = 128, width: int = 256) -> NDArray[np.uint8]:
    """Patches of the eight corners of the RGB cube above a smooth field of colours."""
    image = np.zeros((height, width, 4), np.uint8)
    y, x = np.mgrid[0 : height // 2, 0:width]
    image[: height // 2, :, 0] = x * 255 // width
    image[: height // 2, :, 1] = y * 255 // (height // 2)
    image[: height // 2, :, 2] = 255 - x * 255 // width
    for corner in range(8):
        patch = image[height // 2 :, corner * 32 : corner * 32 + 32]
        patch[..., :3] = [255 * (corner >> bit & 1) for bit in range(3)]
    return image


def rec709(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Limited-range Y'CbCr [3, h, w] by the formulas of ITU-R BT.709 (items 3.2 to 3.4)."""
    red, green, blue = (image[..., :3] / 255.0).transpose(2, 0, 1)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return np.stack([219 * luma + 16, 224 * (blue - luma) / 1.8556 + 128, 224 * (red - luma) / 1.5748 + 128])


def test_colours_survive_the_movie(tmp_path: Path) -> None:
    image = chart()
    record(tmp_path / "a.mp4", [image] * 3, Settings())
    back = movies.decode(tmp_path / "a.mp4", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int")[1][::-1]
    error = back.astype(float) - image[..., :3]
    # Away from hard colour edges, which 4:2:0 blurs by definition.
    assert 10 * np.log10(255**2 / np.mean(error[:60] ** 2)) > 38
    for corner in range(8):
        assert np.abs(error[72:120, corner * 32 + 8 : corner * 32 + 24]).max() <= 4


def test_lossless_444_holds_the_rounded_rec_709_values_bit_by_bit(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (64, 96, 4), np.uint8, endpoint=True)
    settings = Settings(preset="lossless", pixel_format="yuv444")
    assert record(tmp_path / "a.mkv", [noise, noise[::-1], noise], settings) == []
    back = movies.decode(tmp_path / "a.mkv", "yuv444p")[:, :, ::-1]
    stream = movies.probe(tmp_path / "a.mkv")["streams"][0]
    assert (stream["pix_fmt"], stream["profile"]) == ("yuv444p", "High 4:4:4 Predictive")
    np.testing.assert_array_equal(back[0], back[2])
    np.testing.assert_array_equal(back[0], back[1][:, ::-1])
    assert np.abs(back[0] - rec709(noise)).max() < 1.0, "more than rounding"


def test_full_range_uses_all_codes(tmp_path: Path) -> None:
    settings = Settings(preset="lossless", pixel_format="yuv444", colour=Colour(full_range=True))
    record(tmp_path / "a.mp4", [chart()], settings)
    assert movies.probe(tmp_path / "a.mp4")["streams"][0]["color_range"] == "pc"
    luma = movies.decode(tmp_path / "a.mp4", "yuvj444p")[0][0]
    assert (luma.min(), luma.max()) == (0, 255)


@pytest.mark.parametrize("pixel_format", ["yuv422", "yuv444"])
def test_finer_chroma_takes_odd_heights(pixel_format: str, tmp_path: Path) -> None:
    width = 17 if pixel_format == "yuv444" else 18
    record(tmp_path / "a.mp4", [np.zeros((9, width, 4), np.uint8)] * 2, Settings(pixel_format=pixel_format))
    stream = movies.probe(tmp_path / "a.mp4")["streams"][0]
    assert (stream["width"], stream["height"], stream["pix_fmt"]) == (width, 9, pixel_format + "p")


@pytest.mark.parametrize("bframes", [0, 2, 4])
def test_key_frames_come_every_interval_and_b_frames_within_the_limit(bframes: int, tmp_path: Path) -> None:
    frames = [movies.numbered_frame(index) for index in range(70)]
    record(tmp_path / "a.mp4", frames, Settings(keyframe_interval=24, max_bframes=bframes))
    found = movies.probe(tmp_path / "a.mp4", "-show_frames")["frames"]
    types = "".join(frame["pict_type"] for frame in found)
    assert [index for index, frame in enumerate(found) if frame["key_frame"]] == [0, 24, 48]
    assert types.count("I") == 3
    assert max(map(len, types.replace("I", "P").split("P"))) <= bframes
    assert ("B" in types) == (bframes > 0)


@pytest.mark.parametrize(
    ("profile", "found"), [("baseline", "Constrained Baseline"), ("main", "Main"), ("high", "High")]
)
@pytest.mark.parametrize("speed", ["", "ultrafast"])
def test_the_profile_is_the_one_asked_for(profile: str, found: str, speed: str, tmp_path: Path) -> None:
    record(tmp_path / "a.mp4", [movies.numbered_frame(n) for n in range(8)], Settings(profile=profile, speed=speed))
    assert movies.probe(tmp_path / "a.mp4")["streams"][0]["profile"] == found


def slices(data: bytes) -> int:
    """Count the slice units (types 1 and 5) of an Annex-B picture."""
    return sum(unit[0] & 31 in (1, 5) for unit in data.split(b"\0\0\1")[1:])


@pytest.mark.parametrize("count", [0, 4])
def test_a_frame_has_one_slice_or_as_many_as_asked(count: int) -> None:
    encoder = LibavEncoder()
    encoder.open(640, 352, Fraction(30), Settings(slices=count))
    packets = [*encoder.encode(movies.numbered_frame(0, 640, 352), 0), *encoder.finish()]
    assert [slices(packet.data) for packet in packets] == [count or 1]


def test_a_constant_bit_rate_is_kept(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    frames = [random.integers(0, 255, (96, 160, 4), np.uint8) for _ in range(60)]
    for mode in ("constant", "variable"):
        settings = Settings(bitrate_mode=mode, average_bitrate=400_000, peak_bitrate=400_000)
        record(tmp_path / f"{mode}.mp4", frames, settings)
        rate = int(movies.probe(tmp_path / f"{mode}.mp4")["streams"][0]["bit_rate"])
        assert rate == pytest.approx(400_000, rel=0.35)


def test_more_quality_is_a_larger_file(tmp_path: Path) -> None:
    frames = [movies.numbered_frame(index) + np.uint8(index) for index in range(20)]
    sizes = []
    for quality in (0.0, 0.5, 0.85, 1.0):
        record(tmp_path / "a.mp4", frames, Settings(quality=quality))
        sizes.append((tmp_path / "a.mp4").stat().st_size)
    assert sizes == sorted(sizes)


def options(**changes: object) -> dict[str, str]:
    return x264_options(replace(Settings(), **changes))[0]


def test_settings_become_the_options_of_x264() -> None:
    assert options() == {"preset": "veryfast", "crf": "20.00", "x264-params": "open-gop=0:scenecut=0"}
    assert options(quality=1.0)["crf"] == "8.00"
    assert options(preset="lossless")["qp"] == "0"
    assert options(speed="slow")["preset"] == "slow"
    variable = options(bitrate_mode="variablehq", average_bitrate=5000, peak_bitrate=9000)
    assert [variable[key] for key in ("preset", "b", "maxrate", "bufsize")] == ["medium", "5000", "9000", "9000"]
    assert "maxrate" not in options(bitrate_mode="variable", average_bitrate=5000)
    constant = options(bitrate_mode="constant", average_bitrate=5000)
    assert constant["maxrate"] == "5000"
    assert "nal-hrd=cbr" in constant["x264-params"]
    assert options(entropy="cavlc")["coder"] == "cavlc"
    assert "subme=0" in options(motion="full")["x264-params"]
    assert "crf" not in constant
    assert "subme=1" in options(motion="quarter", speed="ultrafast")["x264-params"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"motion": "half"}, "half-pixel"),
        ({"profile": "baseline", "entropy": "cabac"}, "entropymode cabac is not used"),
        ({"profile": "baseline", "max_bframes": 5}, "no B-frames; maxbframes 5 is not used"),
        ({"preset": "lossless", "profile": "main"}, "main is not used"),
        ({"preset": "lossless", "bitrate_mode": "variable"}, "variable is not used"),
    ],
)
def test_what_x264_cannot_follow_is_a_warning(changes: dict[str, str], word: str, tmp_path: Path) -> None:
    warnings = record(tmp_path / "a.mp4", [movies.numbered_frame(0)], Settings(**changes))
    assert len(warnings) == 1
    assert word in warnings[0]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"profile": "extreme"}, "auto, baseline, main, high"),
        ({"speed": "warp"}, "ultrafast"),
        ({"pixel_format": "yuv999"}, "yuv420, yuv422, yuv444"),
        ({"profile": "high", "pixel_format": "yuv444"}, "set profile to autoselect"),
        ({"colour": Colour(matrix=77)}, "matrix 77"),
        ({"quality": 1.5}, "0 .* to 1"),
        ({"keyframe_interval": 0}, "keyframeinterval 0; use 1 to"),
        ({"slices": -1}, "0 or more"),
        ({"bitrate_mode": "constant"}, "set avgbitrate"),
        ({"bitrate_mode": "variable", "average_bitrate": 9, "peak_bitrate": 5}, "raise peakbitrate"),
    ],
)
def test_settings_that_mean_nothing_are_errors_with_the_mend(changes: dict[str, object], word: str) -> None:
    with pytest.raises(EncoderError, match=word):
        LibavEncoder().open(160, 96, Fraction(30), Settings(**changes))


@pytest.mark.parametrize(
    ("name", "size", "most"),
    [
        ("mjpeg", (65501, 16), r"65501×16 as Motion JPEG \(at most 65500×65500\)"),
        ("libx264", (16386, 16), r"16386×16 as H\.264 \(at most 16384×16384\); lower the resolution"),
        ("mpeg4", (16, 8192), r"16×8192 as MPEG-4 Part 2 \(at most 8191×8191\)"),
        ("libvpx", (16384, 16), r"16384×16 as VP8 \(at most 16383×16383\)"),
        ("libsvtav1", (64, 8706), r"64×8706 as AV1 \(at most 16384×8704\)"),
    ],
)
def test_a_size_that_is_too_large_is_refused_with_the_largest(
    name: str, size: tuple[int, int], most: str, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(pixel_format="automatic")
    with pytest.raises(EncoderError, match=f"cannot record {most}"):
        LibavEncoder(name).open(*size, Fraction(30), settings)
    largest = {"libx264": (16384, 16), "mpeg4": (16, 8191), "libvpx": (16383, 16), "libsvtav1": (64, 8704)}
    encoder = LibavEncoder(name)
    encoder.open(*largest.get(name, (65500, 16)), Fraction(30), settings)
    encoder.abort()
    assert capfd.readouterr().err == ""


def test_a_size_that_only_the_encoder_refuses_is_an_error_with_the_size() -> None:
    with pytest.raises(EncoderError, match=r"16384×16 as H\.265 \(libx265: .*use another size"):
        LibavEncoder("libx265").open(16384, 16, Fraction(30), Settings())


@pytest.mark.parametrize("size", [(128, 16), (24, 200), (2048, 4)])
def test_a_strip_does_not_stop_svt_av1(size: tuple[int, int], tmp_path: Path) -> None:
    """Its threads wait for each other for ever, unless there is only one."""
    settings = Settings(pixel_format="automatic")
    with MovieWriter(tmp_path / "a.mp4", LibavEncoder("libsvtav1"), "automatic", *size, 30, settings) as movie:
        for index in range(5):
            movie.put(movies.numbered_frame(index, *size))
    assert len(movies.decode(tmp_path / "a.mp4")) == 5


@pytest.mark.parametrize("size", [(48, 16), (16, 48), (34, 34)])
def test_a_narrow_picture_does_not_break_x265(size: tuple[int, int]) -> None:
    """It wrote past the end of its memory, which the C library notices when it is told to look."""
    library = "/lib/x86_64-linux-gnu/libc_malloc_debug.so.0"
    if not os.path.exists(library):
        pytest.skip("the C library of this machine cannot look after memory")
    text = (
        "import numpy as np; from fractions import Fraction; from tdlite.media.encoder import Settings\n"
        "from tdlite.media.libav import LibavEncoder\n"
        "encoder, random = LibavEncoder('libx265'), np.random.default_rng(0)\n"
        f"encoder.open({size[0]}, {size[1]}, Fraction(30), Settings())\n"
        f"for index in range(14): encoder.encode(random.integers(0, 255, ({size[1]}, {size[0]}, 4), np.uint8), index)\n"
        "encoder.finish()\n"
    )
    environment = {**os.environ, "LD_PRELOAD": library, "GLIBC_TUNABLES": "glibc.malloc.check=3"}
    done = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_probe_says_why_an_encoder_is_missing() -> None:
    assert probe("libx264") is None
    assert "libx264" in (probe("h264_tape") or "")
    with pytest.raises(EncoderError, match="h264_tape"):
        LibavEncoder("h264_tape")
