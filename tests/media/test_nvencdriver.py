"""NVENC's encoders with a driver of the CPU: the real FFmpeg and PyNvVideoCodec, and what they ask of NVENC.

The driver (tests/fakedriver) encodes nothing: it writes down what it is told and gives packets made beforehand. What is
shown is which settings reach NVENC, which samples it can read until when, and that its packets become the right movie.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from . import movies

HERE = Path(__file__).parents[1] / "fakedriver"
WIDTH, HEIGHT, COUNT = 94, 48, 30  # a width of NV12 that is no multiple of 4
RATE = Fraction(30000, 1001)
TOKENS = {"h264": "h264nvgpu", "hevc": "h265nvgpu", "av1": "av1"}
LAYOUTS = {
    "yuv420": ("yuv420p", 1.5), "yuv420p10bit": ("yuv420p10le", 1.5), "yuv444": ("yuv444p", 3),
    "yuv444p10bit": ("yuv444p10le", 3),
}  # fmt: skip
PACKAGE = pytest.mark.skipif(find_spec("PyNvVideoCodec") is None, reason="PyNvVideoCodec is not installed")

PITCH = 256
RATES = {"average_bitrate": 3_000_000, "peak_bitrate": 5_000_000}

# Numbers of 32 bits, by their offsets in NV_ENC_INITIALIZE_PARAMS and NV_ENC_CONFIG.
INITIALIZE = {"width": 36, "height": 40, "rate": 52, "scale": 56, "tuning": 136}
CONFIG = {
    "gop": 20, "interval_p": 24, "rc": 44, "qp_p": 48, "average": 60, "most": 64, "buffer": 68, "multipass": 140,
}  # fmt: skip
CODEC = {
    "h264": {
        "idr": 176, "entropy": 212, "slice_mode": 232, "slices": 236, "described": 248, "full": 256, "primaries": 264,
        "transfer": 268, "matrix": 272, "chroma": 360,
    },
    "hevc": {"idr": 188, "slice_mode": 220, "slices": 224},
    "av1": {"idr": 188, "tile_columns": 204},
}  # fmt: skip
TARGET_QUALITY = 128  # of 8 bits
PRESETS = {"fc0a8d3e": "P1", "90a7b826": "P4", "8e75c279": "P6"}
PROFILES = {"bfd6f8e7": "auto", "60b5c1d4": "main", "e7cbc309": "high"}
HQ, LOSSLESS = 1, 4
CONSTQP, VBR, CBR = 0, 1, 2
CAVLC = 2


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the fake libcuda.so.1 and libnvidia-encode.so.1."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    folder = tmp_path_factory.mktemp("driver")
    for source, library in (("cuda.c", "libcuda.so.1"), ("nvenc.c", "libnvidia-encode.so.1")):
        subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-o", folder / library, HERE / source], check=True)
    return folder


class Recorded(NamedTuple):
    """What came of a recording: our answer, the driver's log by word, the movie, and what it was made of."""

    answer: dict[str, Any]
    log: dict[str, list[list[str]]]
    path: Path
    frames: NDArray[Any]

    def asked(self, codec: str) -> dict[str, Any]:
        """The numbers that NVENC was opened with, and the names of preset and profile."""
        opened, config = (bytes.fromhex(self.log[word][-1][0]) for word in ("initialize", "config"))
        found: dict[str, Any] = {}
        for data, table in ((opened, INITIALIZE), (config, CONFIG | CODEC[codec])):
            found |= {name: struct.unpack_from("<I", data, offset)[0] for name, offset in table.items()}
        found["quality"] = config[TARGET_QUALITY]
        for name, table, data, offset in (("preset", PRESETS, opened, 20), ("profile", PROFILES, config, 4)):
            found[name] = table.get(f"{struct.unpack_from('<I', data, offset)[0]:08x}", "another")
        return found

    def read(self) -> NDArray[Any]:
        """The samples that NVENC read, at the last moment at which it may."""
        data = [np.frombuffer(bytes.fromhex(text), self.frames.dtype) for _, text in self.log["surface"]]
        return np.stack(data).reshape(-1, *self.frames.shape[1:])


def pictures(pixel_format: str, deep: bool) -> tuple[NDArray[Any], NDArray[Any]]:
    """Numbered frames as a GPU hands them over, and as rows of RGBA to make the packets of."""
    rows = round(HEIGHT * LAYOUTS[pixel_format][1])
    rgba = np.stack([movies.numbered_frame(index, WIDTH, HEIGHT) for index in range(COUNT)])
    random = np.random.default_rng(1).integers(0, 1024 if deep else 256, (COUNT, rows, WIDTH))
    frames = (random << 6).astype("<u2") if deep else random.astype(np.uint8)
    return frames, rgba


def packets(codec: str, pixels: str, interval: int, b_frames: int, rgba: NDArray[Any]) -> bytes:
    """What NVENC would give for these frames, by a software encoder, as the driver reads it."""
    import av
    from av.video.frame import VideoFrame

    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 announces itself on stderr
    names = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1"}
    context: Any = av.CodecContext.create(names[codec], "w")
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, pixels
    context.framerate, context.time_base, context.gop_size = RATE, 1 / RATE, interval
    context.thread_count = 1
    if codec == "h264":
        params = f"scenecut=0:open-gop=0:b-adapt=0:b-pyramid=none:bframes={b_frames}"
        context.options = {"preset": "ultrafast", "x264-params": params}
        context.max_b_frames = b_frames
    elif codec == "hevc":
        params = f"log-level=error:scenecut=0:open-gop=0:b-adapt=0:b-pyramid=0:bframes={b_frames}"
        context.options = {"preset": "ultrafast", "x265-params": f"{params}:keyint={interval}:min-keyint={interval}"}
    else:
        context.options = {"preset": "12"}
    made = b""
    for index in range(len(rgba) + 1):
        frame = None
        if index < len(rgba):
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgba[index][::-1]), "rgba").reformat(format=pixels)
            frame.pts, frame.time_base = index, 1 / RATE
        for each in context.encode(frame):
            data = bytes(each)
            made += struct.pack("<4I", len(data), each.pts, 3 if each.is_keyframe else 0, 0) + data
    return made


def record(
    driver: Path, folder: Path, codec: str, suffix: str = "mp4", pitch: int = PITCH, machine: Any = (), **settings: Any
) -> Recorded:
    """Record with these settings on the machine that the fake driver's variables tell of."""
    pixel_format = settings.get("pixel_format", "yuv420")
    pixels = LAYOUTS[pixel_format][0]
    frames, rgba = pictures(pixel_format, "10" in pixels)
    interval = settings.get("keyframe_interval", 60)
    b_frames = min(settings.get("max_bframes", 2), interval - 1)
    if settings.get("preset") == "lossless" or settings.get("profile") == "baseline":
        b_frames = 0
    (folder / "packets").write_bytes(packets(codec, pixels, interval, b_frames, rgba))
    np.save(folder / "frames.npy", frames)
    path = folder / f"a.{suffix}"
    job = {"token": TOKENS[codec], "settings": settings, "frames": str(folder / "frames.npy"), "height": HEIGHT}
    (folder / "job").write_text(json.dumps({**job, "path": str(path), "rate": str(RATE), "pitch": pitch}))
    environment = {
        **os.environ, "LD_LIBRARY_PATH": str(driver), "FAKE_NVENC_LOG": str(folder / "log"),
        "FAKE_NVENC_PACKETS": str(folder / "packets"), **dict(machine), "SVT_LOG": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, HERE / "record.py", folder / "job"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    log: dict[str, list[list[str]]] = {}
    if (folder / "log").exists():
        for line in (folder / "log").read_text().splitlines():
            word, *rest = line.split()
            log.setdefault(word, []).append(rest)
    return Recorded(json.loads(done.stdout.splitlines()[-1]), log, path, frames)


def check(found: Recorded) -> None:
    """NVENC read each picture as it was handed over, and its packets are the movie, in order and at their times."""
    assert "reason" not in found.answer, found.answer
    assert found.answer["warnings"] == []
    assert np.array_equal(found.read(), found.frames)
    assert [movies.number_of(picture) for picture in movies.decode(found.path)] == list(range(COUNT))
    shown = movies.probe(found.path, "-show_frames")
    times = [float(each["pts_time"]) for each in shown["frames"]]
    assert np.abs(np.subtract(times, [float(index / RATE) for index in range(COUNT)])).max() < 0.00051
    said = [shown["frames"][-1].get(f"color_{name}") for name in ("primaries", "transfer", "space", "range")]
    assert said == ["bt709", "bt709", "bt709", "tv"]
    assert shown["frames"][-1].get("chroma_location", "left") == "left"
    # Everything is given back, and all of it happened in our stream.
    for one, other in (("open", "destroy"), ("register", "unregister")):
        assert len(found.log[one]) == len(found.log[other])
    assert found.answer["given"] == [found.answer["stream"]]
    assert found.log["streams"] == [[hex(found.answer["stream"])] * 2]


@PACKAGE
@pytest.mark.parametrize(
    ("codec", "suffix", "settings", "version"),
    [
        ("h264", "mp4", {}, "13.0"),
        ("h264", "mov", {"max_bframes": 0, "keyframe_interval": 12}, "12.1"),
        ("h264", "mkv", {"pixel_format": "yuv444"}, "13.0"),
        ("hevc", "mp4", {"pixel_format": "yuv420p10bit"}, "12.1"),
        ("hevc", "mkv", {"pixel_format": "yuv444p10bit", "max_bframes": 3}, "13.0"),
        ("av1", "mp4", {"pixel_format": "yuv420p10bit"}, "13.0"),
        ("av1", "webm", {}, "12.1"),
    ],
)
def test_pynvvideocodec_reads_our_pictures_and_its_packets_are_the_movie(
    driver: Path, tmp_path: Path, codec: str, suffix: str, settings: dict[str, Any], version: str
) -> None:
    major, minor = map(int, version.split("."))
    machine = {"FAKE_NVENC_VERSION": str(major << 4 | minor)}
    found = record(driver, tmp_path, codec, suffix, machine=machine, **settings)
    assert found.answer["encoder"] == "PyNvEncoder"
    check(found)
    late = found.asked(codec)["interval_p"] + 2  # bf + 3
    assert found.answer["counts"] == [0] * late + [1] * (COUNT - late)


@pytest.mark.parametrize(
    ("codec", "suffix", "settings"),
    [
        ("h264", "mp4", {"profile": "high", "slices": 3}),
        ("h264", "mkv", {"entropy": "cavlc", "max_bframes": 0, "keyframe_interval": 12}),
        ("hevc", "mp4", {"slices": 2, "pixel_format": "yuv420p10bit"}),
        ("av1", "webm", {"slices": 2}),
    ],
)
def test_ffmpeg_reads_our_pictures_until_their_packets_are_out(
    driver: Path, tmp_path: Path, codec: str, suffix: str, settings: dict[str, Any]
) -> None:
    found = record(driver, tmp_path, codec, suffix, **settings)
    assert found.answer["encoder"] == "LibavNvencEncoder"
    check(found)
    if codec == "av1":
        assert movies.probe(found.path, "-show_frames")["frames"][0]["chroma_location"] == "left"


@pytest.mark.parametrize("profile", ["auto", pytest.param("main", id="ffmpeg")])
@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, {"rc": VBR, "quality": 21, "average": 0, "most": 0, "preset": "P4", "tuning": HQ}),
        ({"speed": "ultrafast"}, {"preset": "P1"}),
        ({"speed": "slower"}, {"preset": "P6"}),
        ({"bitrate_mode": "constant"}, {"rc": CBR, "average": 3e6, "most": 3e6, "buffer": 3e6, "multipass": 0}),
        ({"bitrate_mode": "variable"}, {"rc": VBR, "average": 3e6, "most": 5e6, "quality": 0, "multipass": 0}),
        ({"bitrate_mode": "constanthq"}, {"rc": CBR, "average": 3e6, "most": 3e6, "multipass": 2}),
        ({"bitrate_mode": "variablehq"}, {"rc": VBR, "average": 3e6, "most": 5e6, "multipass": 2}),
        ({"keyframe_interval": 7, "max_bframes": 1}, {"gop": 7, "idr": 7, "interval_p": 2}),
        ({"max_bframes": 0}, {"interval_p": 1}),
        ({"max_bframes": 3, "keyframe_interval": 2}, {"interval_p": 2, "gop": 2}),
    ],
)
def test_the_settings_are_what_nvenc_is_asked_for(
    driver: Path, tmp_path: Path, profile: str, settings: dict[str, Any], asked: dict[str, Any]
) -> None:
    if profile == "auto" and find_spec("PyNvVideoCodec") is None:
        pytest.skip("PyNvVideoCodec is not installed")
    found = record(
        driver, tmp_path, "h264", profile=profile, **(RATES if "bitrate_mode" in settings else {}), **settings
    )
    numbers = found.asked("h264")
    assert {name: numbers[name] for name in asked} == asked
    sizes = [numbers[name] for name in ("width", "height", "rate", "scale")]
    assert sizes == [WIDTH, HEIGHT, RATE.numerator, RATE.denominator]
    assert numbers["profile"] == profile


@PACKAGE
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_lossless_leaves_the_rate_control_to_the_driver(driver: Path, tmp_path: Path, codec: str) -> None:
    numbers = record(driver, tmp_path, codec, preset="lossless").asked(codec)
    assert (numbers["tuning"], numbers["interval_p"]) == (LOSSLESS, 1)
    assert (numbers["average"], numbers["most"], numbers["quality"]) == (0, 0, 0)


def test_ffmpeg_tells_slices_entropy_and_colour(driver: Path, tmp_path: Path) -> None:
    colour = {"primaries": 9, "transfer": 16, "matrix": 9, "full_range": True}
    found = record(driver, tmp_path, "h264", slices=4, entropy="cavlc", profile="high", colour=colour)
    numbers = found.asked("h264")
    assert (numbers["slice_mode"], numbers["slices"], numbers["entropy"]) == (3, 4, CAVLC)
    names = ("described", "full", "primaries", "transfer", "matrix", "profile")
    assert [numbers[name] for name in names] == [1, 1, 9, 16, 9, "high"]
    assert record(driver, tmp_path, "av1", "webm", slices=4).asked("av1")["tile_columns"] == 4


@PACKAGE
@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        ({"FAKE_NVENC_NO_AV1": "1"}, "this GPU's NVENC has no AV1"),
        ({"FAKE_NVENC_ERROR": "2"}, "this GPU opens no NVENC session for H.264 (NVENC error 2)"),
        ({"FAKE_NVENC_ERROR": "10"}, "NVENC has no room for another session (error 10)"),
        ({"FAKE_NVENC_VERSION": str(11 << 4 | 1)}, "the driver's NVENC is 11.1, at least 12.1 is needed"),
    ],
)
def test_what_the_driver_refuses_is_told_in_a_sentence(
    driver: Path, tmp_path: Path, machine: dict[str, str], reason: str
) -> None:
    codec = "av1" if "FAKE_NVENC_NO_AV1" in machine else "h264"
    assert reason in record(driver, tmp_path, codec, "mkv", machine=machine).answer["reason"]


def test_a_driver_without_nvdec_is_told_although_ffmpeg_hides_it(driver: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=s=64x48:d=0.2", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-v", "error", *source, str(path)], check=True)
    text = f"""
from tdlite.media.moviesource import Movie
movie = Movie({str(path)!r}, hardware=True)
movie.picture(1)
print(movie.hardware, *movie.warnings)
"""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(driver)}
    done = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False hwdecode is on, but NVDEC does not decode this h264, or is not there")
