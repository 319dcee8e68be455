"""Movie File Out with other codecs than H.264: the parameters reach the encoder, independent readers agree."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from recordings import recorder, stream

from tdlite.media.codecs import CODECS, codec
from tdlite.media.encoder import PARAMETERS, Settings
from tdlite.media.libav import prepared
from tdlite.ops.recordingfiles import settings


@pytest.mark.parametrize(
    ("pars", "suffix", "name", "pixels"),
    [
        ({"videocodec": "h265nvgpu"}, "mp4", "hevc", "yuv420p"),
        ({"videocodec": "h265nvgpu", "moviepixelformat": "yuv420p10bit"}, "mov", "hevc", "yuv420p10le"),
        ({"videocodec": "prores", "videocodectype": "4444"}, "mov", "prores", "yuva444p12le"),
        ({"videocodec": "rle", "moviepixelformat": "rgba"}, "mov", "qtrle", "argb"),
        ({"videocodec": "vp9"}, "webm", "vp9", "yuv420p"),
        ({"videocodec": "mjpa"}, "mov", "mjpeg", "yuvj420p"),
    ],
)
def test_a_codec_and_its_pixel_format_reach_the_file(fast, tmp_path, pars, suffix, name, pixels):
    out = recorder(fast, file=f"movie.{suffix}", type="movie", encoder="auto", record=True, **pars)
    fast.run(frames=4)
    out.par.record = False
    assert out.errors() == ""
    found = stream(tmp_path / f"movie.{suffix}")
    assert (found["codec_name"], found["pix_fmt"], found["nb_read_frames"]) == (name, pixels, "4")


def test_the_software_in_the_place_of_nvenc_is_named_once_for_each_codec(fast, no_nvenc):
    out = recorder(fast, file="movie.mp4", type="movie", videocodec="h265nvgpu", encoder="auto", record=True)
    fast.run(frames=3)
    assert out.warnings() == "NVENC is not used (it is out): H.265 is encoded by libx265, on the CPU"


@pytest.mark.parametrize(
    ("pars", "said"),
    [
        ({"avgbitrate": 500}, "avgbitrate and peakbitrate are not used while bitratemode is quality; set it to"),
        ({"peakbitrate": 500}, "avgbitrate and peakbitrate are not used while bitratemode is quality; set it to"),
        ({"bitratemode": "constant", "peakbitrate": 20000}, "peakbitrate is not used while bitratemode is constant"),
        ({"bitratemode": "constanthq", "peakbitrate": 1}, "peakbitrate is not used while bitratemode is constanthq"),
        ({"bitratemode": "variablehq", "quality": 0.5}, "quality is not used while bitratemode is variablehq; set it"),
        ({"bitratemode": "variable", "avgbitrate": 500, "peakbitrate": 900}, ""),
        ({"quality": 0.5}, ""),
    ],
)
def test_a_number_that_the_bit_rate_mode_overrules_is_a_warning(fast, pars, said):
    out = recorder(fast, file="movie.mp4", record=True, **pars)
    fast.run(frames=1)
    assert out.errors() == ""
    assert out.warnings().startswith(said)
    assert bool(out.warnings()) == bool(said)


@pytest.mark.parametrize("token", CODECS)
@pytest.mark.parametrize(
    "pars",
    [
        {"profile": "baseline", "entropymode": "cabac", "maxbframes": 5},
        {"profile": "main", "preset": "lossless", "bitratemode": "variable"},
        {"motionpredict": "half"},
        {"motionpredict": "full"},
        {"entropymode": "cavlc"},
        {"encoderspeed": "slow"},
        {"quality": 0.5},
        {"bitratemode": "constant"},
        {"bitratemode": "variable", "peakbitrate": 12_001},
        {"keyframeinterval": 700},
        {"maxbframes": 0},
        {"frameslicing": True, "numslices": 256},
        {"frameslicing": True, "numslices": 4, "secondarycompression": False},
    ],
)
def test_what_a_codec_cannot_follow_is_said_with_the_names_and_values_of_parameters(fast, token, pars):
    wanted = settings(recorder(fast, videocodec=token, **pars).values.row(0))
    made = codec(token)
    for warning in prepared(made, 64, 64, Fraction(30), wanted).warnings:
        ignored = re.findall(r"(\w+)(?: ([\w.]+))? is not used", warning)
        assert ignored or re.search(r"peakbitrate of 1.5 times avgbitrate|preset lossless", warning), warning
        for name, value in ignored:
            assert name in pars, warning
            assert value in ("", str(pars[name])), warning


def test_what_users_call_the_settings_of_an_encoder_are_parameters(fast):
    assert set(PARAMETERS) == {each.name for each in dataclasses.fields(Settings)}
    assert set(PARAMETERS.values()) <= {par.name for par in recorder(fast).pars()}


def test_an_automatic_name_has_the_extension_that_the_codec_prefers(fast):
    out = recorder(fast, type="movie", videocodec="vp9")
    assert out.fileSuffix == "0.webm"
    out.par.videocodec = "gif"
    assert out.fileSuffix == "0.gif"


def test_animation_keeps_every_bit_of_colour_and_alpha(fast, tmp_path):
    noise = fast.noiseTOP(resolution=(32, 16), type="randomgpu", mono=False, alpha="random")
    out = recorder(fast, source=noise, file="movie.mov", type="movie", videocodec="rle", moviepixelformat="rgba")
    out.par.record = True
    fast.run(frames=1)
    out.par.record = False
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "movie.mov"), "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    shown = np.frombuffer(raw, np.uint8).reshape(16, 32, 4)[::-1]
    assert (shown == np.round(noise.numpyArray() * 255)).all()


def test_a_ten_bit_movie_of_a_float_ramp_has_more_than_eight_bits_of_steps(fast, tmp_path):
    ramp = fast.glslTOP(resolution=(1024, 16), format="rgba16float")
    fast.op("glsl1_pixel").text = "out vec4 c;\nvoid main() { c = TDOutputSwizzle(vec4(vec3(vUV.s), 1.0)); }"
    out = recorder(fast, source=ramp, file="movie.mp4", type="movie", videocodec="h265nvgpu", preset="lossless")
    out.par.moviepixelformat = "yuv420p10bit"
    out.par.record = True
    fast.run(frames=1)
    out.par.record = False
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(tmp_path / "movie.mp4"),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray10le",
        "-",
    ]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    assert len(np.unique(np.frombuffer(raw, np.uint16).reshape(16, 1024)[8])) > 600
