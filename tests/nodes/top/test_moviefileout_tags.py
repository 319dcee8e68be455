"""What Movie File Out's files say of their colours, by ffprobe, and by the bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from charts import chart, image, record, said
from PIL import Image
from recordings import recorder

from tdlite.media.colour import SPACES

TAGS = {
    "srgb": ("bt709", "iec61966-2-1", "bt709"),
    "srgblinear": ("bt709", "linear", "bt709"),
    "rec601ntsc": ("smpte170m", "smpte170m", "smpte170m"),
    "rec709": ("bt709", "bt709", "bt709"),
    "rec2020": ("bt2020", "bt2020-10", "bt2020nc"),
    "rec2020st2084pq": ("bt2020", "smpte2084", "bt2020nc"),
    "rec2020hlg": ("bt2020", "arib-std-b67", "bt2020nc"),
    "dcip3": ("smpte432", "smpte428", "bt709"),
    "dcip3d60": (None, None, "bt709"),
    "displayp3d65": ("smpte432", "iec61966-2-1", "bt709"),
    "displayp3d65linear": ("smpte432", "linear", "bt709"),
    "aces2065-1": (None, None, "bt709"),
    "acescg": (None, None, "bt709"),
    "acesproxy": (None, None, "bt709"),
    "passthrough": (None, None, "bt709"),
}
"""What ffprobe calls primaries, transfer function and matrix."""

TAGGED: dict[str, tuple[dict[str, Any], str]] = {
    "h264 mp4": ({"videocodec": "h264nvgpu"}, "mp4"),
    "h264 mkv": ({"videocodec": "h264nvgpu"}, "mkv"),
    "h265 mov": ({"videocodec": "h265nvgpu", "moviepixelformat": "yuv420p10bit"}, "mov"),
    "av1 mp4": ({"videocodec": "av1", "moviepixelformat": "yuv420p10bit"}, "mp4"),
    "prores mov": ({"videocodec": "prores"}, "mov"),
    "vp9 webm": ({"videocodec": "vp9"}, "webm"),
}


@pytest.mark.parametrize("kind", TAGGED)
def test_ffprobe_shows_the_tags_of_every_space(fast: Any, tmp_path: Path, kind: str) -> None:
    parameters, container = TAGGED[kind]
    record(fast, *({**parameters, "file": f"{token}.{container}", "outputcolorspace": token} for token in SPACES))
    for token in SPACES:
        stream = said(tmp_path / f"{token}.{container}")
        tags = tuple(stream.get(name) for name in ("color_primaries", "color_transfer", "color_space"))
        assert tags == TAGS[token], token
        assert stream["color_range"] == "tv"
        # 4:2:0 with chroma at the left edge; Matroska's own word for it cannot be set for VP9, 4:2:2 has no choice.
        assert stream.get("chroma_location") == (None if kind in ("prores mov", "vp9 webm") else "left")


def colr(path: Path) -> bytes:
    """The colour box; a movie that was written to survive a crash has it in its first index and in its last."""
    pieces = path.read_bytes().split(b"colr")[1:]
    assert pieces
    assert len({piece[:10] for piece in pieces}) == 1
    return pieces[-1][:11]


def test_mp4_and_mov_have_colr_and_h265_is_hvc1(fast: Any, tmp_path: Path) -> None:
    h265 = {"videocodec": "h265nvgpu", "moviepixelformat": "yuv420p10bit", "outputcolorspace": "rec2020st2084pq"}
    record(fast, {**h265, "file": "a.mp4"}, {**h265, "file": "a.mov"}, {"file": "b.mp4"})
    # ISO/IEC 14496-12: nclx, three codes of 16 bits, a flag for full range. QuickTime: nclc, and the codes.
    assert colr(tmp_path / "a.mp4") == b"nclx" + bytes([0, 9, 0, 16, 0, 9, 0])
    assert colr(tmp_path / "a.mov")[:10] == b"nclc" + bytes([0, 9, 0, 16, 0, 9])
    assert colr(tmp_path / "b.mp4") == b"nclx" + bytes([0, 1, 0, 13, 0, 1, 0])
    assert said(tmp_path / "a.mp4")["codec_tag_string"] == said(tmp_path / "a.mov")["codec_tag_string"] == "hvc1"


@pytest.mark.parametrize(
    ("parameters", "suffix", "matrix"),
    [
        ({"videocodec": "rle", "moviepixelformat": "rgba"}, "mov", "gbr"),
        ({"videocodec": "cineform", "moviepixelformat": "rgb"}, "mov", "gbr"),
        ({"videocodec": "mjpa"}, "mov", "bt470bg"),
        ({"videocodec": "vp8"}, "webm", "bt470bg"),
    ],
)
def test_the_matrix_is_the_one_that_the_codec_uses(
    fast: Any, tmp_path: Path, parameters: dict[str, Any], suffix: str, matrix: str
) -> None:
    record(fast, {**parameters, "file": f"a.{suffix}", "outputcolorspace": "displayp3d65"})
    stream = said(tmp_path / f"a.{suffix}")
    assert (stream["color_primaries"], stream["color_transfer"]) == ("smpte432", "iec61966-2-1")
    assert stream["color_space"] == matrix


def test_the_tags_are_in_the_stream_itself_not_only_in_the_container(fast: Any, tmp_path: Path) -> None:
    kinds = {"h264nvgpu": "h264", "h265nvgpu": "hevc", "av1": "obu"}
    hlg = {"moviepixelformat": "yuv420p10bit", "outputcolorspace": "rec2020hlg"}
    record(fast, *({**hlg, "videocodec": codec, "file": f"{codec}.mp4"} for codec in kinds))
    for codec, raw in kinds.items():
        bare = tmp_path / f"{codec}.{raw}"
        subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / f"{codec}.mp4", "-c", "copy", bare], check=True)
        stream = said(bare)
        assert [stream[name] for name in ("color_primaries", "color_transfer", "color_space", "color_range")] == [
            *("bt2020", "arib-std-b67", "bt2020nc", "tv")
        ]


@pytest.mark.parametrize("curve", ["rec2020st2084pq", "rec2020hlg"])
def test_hdr_in_8_bits_is_warned_of_and_in_10_bits_is_not(fast: Any, curve: str) -> None:
    few, many = record(
        fast,
        {"file": "a.mp4", "outputcolorspace": curve},
        {"file": "b.mp4", "outputcolorspace": curve, "moviepixelformat": "yuv420p10bit"},
    )
    assert "8 bits" in few.warnings()
    assert "yuv420p10bit" in few.warnings()
    assert many.warnings() == ""


def test_a_jpeg_of_hdr_is_warned_of(fast: Any) -> None:
    made = recorder(fast, type="image", imagefiletype="jpeg", file="a.jpg", record=1, outputcolorspace="rec2020hlg")
    fast.run(frames=1)
    assert "8 bits" in made.warnings()


@pytest.mark.parametrize(
    ("token", "codes"), [("srgb", None), ("rec2020st2084pq", b"\x09\x10\0\1"), ("displayp3d65", b"\x0c\x0d\0\1")]
)
def test_png_says_its_colour_space(fast: Any, tmp_path: Path, token: str, codes: bytes | None) -> None:
    image(fast, chart(fast), "png", token)
    data = (tmp_path / f"{token}.png").read_bytes()
    if codes is None:
        with Image.open(tmp_path / f"{token}.png") as opened:
            assert opened.info["srgb"] == 0
        assert b"cICP" not in data
    else:  # PNG, third edition, 11.3.2.6: before the pixels
        assert data[data.index(b"cICP") + 4 :].startswith(codes)
        assert data.index(b"cICP") < data.index(b"IDAT")
        assert b"sRGB" not in data


def test_png_of_a_space_without_codes_says_nothing(fast: Any, tmp_path: Path) -> None:
    image(fast, chart(fast), "png", "passthrough")
    data = (tmp_path / "passthrough.png").read_bytes()
    assert b"cICP" not in data
    assert b"sRGB" not in data
