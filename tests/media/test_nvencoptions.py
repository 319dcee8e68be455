"""Settings in NVENC's words, both ways of asking: the tables of what each option does are the expectation."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tdlite.media.encoder import Settings
from tdlite.media.errors import EncoderError
from tdlite.media.nvenc import way
from tdlite.media.nvenclibav import LibavNvencEncoder
from tdlite.media.nvencoptions import b_frames, libav_options, pynv_options
from tdlite.media.nvencpynv import PyNvEncoder
from tdlite.media.x264 import SPEEDS

RATE = Fraction(30000, 1001)
RATES = {"average_bitrate": 12_000_000, "peak_bitrate": 20_000_000}


def pynv(name: str = "h264", **settings: Any) -> dict[str, str]:
    return pynv_options(name, RATE, Settings(**settings))[0]


def libav(name: str = "h264", **settings: Any) -> dict[str, str]:
    return libav_options(name, Settings(**settings))[0]


def warned(name: str, **settings: Any) -> tuple[list[str], list[str]]:
    made = Settings(**settings)
    return pynv_options(name, RATE, made)[1], libav_options(name, made)[1]


def test_the_usual_settings_in_full() -> None:
    assert pynv() == {
        "codec": "h264", "preset": "P4", "tuning_info": "high_quality", "fps": "30000/1001", "gop": "60",
        "idrperiod": "60", "bf": "2", "rc": "vbr", "cq": "21",
    }  # fmt: skip
    assert libav() == {"preset": "p4", "tune": "hq", "forced-idr": "1", "rc": "vbr", "cq": "21", "b": "0"}
    assert warned("h264") == ([], [])


@pytest.mark.parametrize(
    ("mode", "a", "b"),
    [
        ("constant", {"rc": "cbr", "bitrate": "12000000", "maxbitrate": "12000000", "vbvbufsize": "12000000"},
         {"rc": "cbr", "b": "12000000", "maxrate": "12000000", "bufsize": "12000000"}),
        ("variable", {"rc": "vbr", "bitrate": "12000000", "maxbitrate": "20000000"},
         {"rc": "vbr", "b": "12000000", "maxrate": "20000000"}),
        ("constanthq",
         {"rc": "cbr", "bitrate": "12000000", "maxbitrate": "12000000", "vbvbufsize": "12000000",
          "multipass": "fullres"},
         {"rc": "cbr", "b": "12000000", "maxrate": "12000000", "bufsize": "12000000", "multipass": "fullres"}),
        ("variablehq", {"rc": "vbr", "bitrate": "12000000", "maxbitrate": "20000000", "multipass": "fullres"},
         {"rc": "vbr", "b": "12000000", "maxrate": "20000000", "multipass": "fullres"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["h264", "hevc", "av1"])
def test_bit_rates_are_plain_numbers_and_no_mode_is_one_of_the_removed_ones(
    name: str, mode: str, a: dict[str, str], b: dict[str, str]
) -> None:
    common = {"codec", "preset", "tuning_info", "fps", "gop", "idrperiod", "bf"}
    found = pynv(name, bitrate_mode=mode, **RATES)
    assert {key: value for key, value in found.items() if key not in common} == a
    found = libav(name, bitrate_mode=mode, **RATES)
    assert {key: value for key, value in found.items() if key not in ("preset", "tune", "forced-idr")} == b


def test_no_peak_is_no_limit() -> None:
    variable = {"bitrate_mode": "variable", "average_bitrate": 1_000_000}
    assert "maxbitrate" not in pynv(**variable)
    assert "maxrate" not in libav(**variable)


@pytest.mark.parametrize("name", ["h264", "hevc", "av1"])
def test_lossless_is_left_to_the_preset_alone(name: str) -> None:
    found = pynv(name, preset="lossless", bitrate_mode="variable", **RATES)
    assert found["tuning_info"] == "lossless"
    assert not found.keys() & {"rc", "bitrate", "maxbitrate", "cq", "vbvbufsize", "multipass"}
    assert found["bf"] == "0"
    found = libav(name, preset="lossless", bitrate_mode="variable", **RATES)
    assert found == {"preset": "p4", "tune": "lossless", "forced-idr": "1"}
    for warnings in warned(name, preset="lossless", bitrate_mode="variable", **RATES):
        assert any("has no bit rate; bitratemode variable is not used" in each for each in warnings)


def test_quality_runs_from_the_worst_to_the_best_target_in_whole_numbers() -> None:
    for name, usual in (("h264", "21"), ("hevc", "23"), ("av1", "30")):
        found = [pynv(name, quality=quality)["cq"] for quality in (0, 0.85, 1)]
        assert found[:2] == ["51", usual]
        assert 1 <= int(found[2]) < int(usual)
        assert found == [libav(name, quality=quality)["cq"] for quality in (0, 0.85, 1)]


def test_speeds_are_presets_one_to_seven_in_the_case_that_each_way_wants() -> None:
    a = [pynv(speed=speed)["preset"] for speed in SPEEDS]
    b = [libav(speed=speed)["preset"] for speed in SPEEDS]
    assert a == sorted(a)
    assert (a[0], a[-1]) == ("P1", "P7")
    assert b == [each.lower() for each in a]
    with pytest.raises(EncoderError, match="cannot encode with encoderspeed 'ludicrous'"):
        pynv(speed="ludicrous")


def test_interval_and_b_frames() -> None:
    found = pynv(keyframe_interval=12, max_bframes=3)
    assert (found["gop"], found["idrperiod"], found["bf"]) == ("12", "12", "3")
    assert b_frames("h264", Settings(max_bframes=3)) == 3
    assert b_frames("h264", Settings(max_bframes=3, profile="baseline")) == 0
    assert b_frames("hevc", Settings(max_bframes=3, profile="baseline")) == 3
    assert b_frames("h264", Settings(max_bframes=3, keyframe_interval=1)) == 0


@pytest.mark.parametrize(
    ("settings", "b", "a_warning"),
    [
        ({"profile": "baseline"}, {"profile": "baseline"}, "chooses the profile; profile baseline is not used"),
        ({"profile": "main"}, {"profile": "main"}, "chooses the profile; profile main is not used"),
        ({"profile": "high"}, {"profile": "high"}, "chooses the profile; profile high is not used"),
        ({"entropy": "cavlc"}, {"coder": "cavlc"}, "no entropy mode to choose; entropymode cavlc is not used"),
        ({"entropy": "cabac"}, {"coder": "cabac"}, None),
        ({"slices": 4}, {"slices": "4"}, "no slices to choose; numslices 4 is not used"),
    ],
)
def test_what_only_ffmpeg_can_be_told_goes_there(settings: dict[str, Any], b: dict[str, str], a_warning: str) -> None:
    made = Settings(**settings)
    found, warnings = libav_options("h264", made)
    assert {key: found[key] for key in b} == b
    assert warnings == []
    other = pynv_options("h264", RATE, made)[1]
    assert [a_warning in each for each in other] == ([True] if a_warning else [])
    assert way("h264", made) is (LibavNvencEncoder if a_warning else PyNvEncoder)
    assert way("h264", replace(made, pixel_format="yuv444")) is PyNvEncoder


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("h264", {}, PyNvEncoder),
        ("h264", {"preset": "lossless"}, PyNvEncoder),
        ("h264", {"preset": "lossless", "profile": "high"}, PyNvEncoder),
        ("h264", {"preset": "lossless", "slices": 2}, LibavNvencEncoder),
        ("hevc", {"pixel_format": "yuv420p10bit"}, PyNvEncoder),
        ("hevc", {"pixel_format": "yuv420p10bit", "slices": 2}, LibavNvencEncoder),
        ("hevc", {"pixel_format": "yuv444p10bit", "slices": 2}, PyNvEncoder),
        ("hevc", {"profile": "main", "entropy": "cavlc"}, PyNvEncoder),
        ("av1", {"profile": "high"}, PyNvEncoder),
        ("av1", {"slices": 4}, LibavNvencEncoder),
    ],
)
def test_which_way_is_taken(name: str, settings: dict[str, Any], expected: type) -> None:
    assert way(name, Settings(**settings)) is expected


def test_slices_of_av1_are_tiles() -> None:
    assert libav("av1", slices=4)["tile-columns"] == "4"
    assert "slices" not in libav("av1", slices=4)


@pytest.mark.parametrize(
    ("name", "settings", "warning"),
    [
        ("h264", {"motion": "full"}, "NVENC has no motion prediction by full pixels; motionpredict full is not used"),
        ("hevc", {"motion": "half"}, "NVENC has no motion prediction by half pixels; motionpredict half is not used"),
        ("hevc", {"profile": "high"}, "H.265's profile follows from moviepixelformat; profile high is not used"),
        ("hevc", {"profile": "main", "pixel_format": "yuv444"},
         "H.265's profile follows from moviepixelformat; profile main is not used"),
        ("hevc", {"entropy": "cavlc"}, "H.265 has no CAVLC; entropymode cavlc is not used"),
        ("h264", {"preset": "lossless", "profile": "main"},
         "lossless H.264 has its own profile; profile main is not used"),
        ("av1", {"profile": "main"}, "AV1 has no profiles to choose from (profile main is not used)"),
        ("av1", {"entropy": "cabac"}, "AV1 has no entropy mode to choose (entropymode cabac is not used)"),
    ],
)  # fmt: skip
def test_what_no_way_can_ask_for_is_a_warning_of_both(name: str, settings: dict[str, Any], warning: str) -> None:
    assert warned(name, **settings) == ([warning], [warning])


def test_baseline_has_no_cabac() -> None:
    found, warnings = libav_options("h264", Settings(profile="baseline", entropy="cabac"))
    assert "coder" not in found
    assert warnings == ["H.264's baseline profile has no CABAC; entropymode cabac is not used"]


@pytest.mark.parametrize("settings", [{"motion": "quarter"}, {"profile": "main"}])
def test_what_is_so_anyway_is_no_warning(settings: dict[str, Any]) -> None:
    assert warned("hevc", **settings) == ([], [])


def test_a_profile_that_cannot_hold_the_format_is_an_error() -> None:
    for options in (pynv, libav):
        with pytest.raises(EncoderError, match="cannot record yuv444 in H.264's main profile"):
            options(profile="main", pixel_format="yuv444")


@pytest.mark.parametrize("name", ["h264", "hevc", "av1"])
def test_ffmpeg_knows_every_option(name: str) -> None:
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-h", f"encoder={name}_nvenc"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Encoder " not in said:
        pytest.skip("this ffmpeg has no nvenc")
    generic = {"b", "maxrate", "bufsize", "slices", "profile"}
    every = Settings(profile="high", entropy="cavlc", slices=4, bitrate_mode="constanthq", **RATES)
    for settings in (every, Settings(), Settings(preset="lossless")):
        for option, value in libav_options(name, settings)[0].items():
            assert f"  -{option} " in said or option in generic
            if option in ("preset", "tune", "rc", "multipass", "coder"):
                assert f"     {value} " in said
