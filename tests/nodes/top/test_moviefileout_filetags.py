"""What Movie File Out's movies say of themselves: timecode, stereo, sphere, a user's entries; and when they open."""

from __future__ import annotations

import subprocess
import threading
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from media.movies import probe
from recordings import recorder

from tdlite.media.movie import MovieWriter

CODECS = {
    "h264": {"videocodec": "h264nvgpu"},
    "h265": {"videocodec": "h265nvgpu"},
    "av1": {"videocodec": "av1"},
    "mpeg4": {"videocodec": "mpeg4"},
    "vp9": {"videocodec": "vp9"},
    "vp8": {"videocodec": "vp8"},
    "prores": {"videocodec": "prores"},
    "vvc": {"videocodec": "vvc"},
}


def movie(net: Any, file: str, frames: int = 3, codec: str = "h264", **parameters: Any) -> Any:
    """Record a few frames into ``file``, the movie finished; returns the operator."""
    source = net.rectangleTOP(resolution=(64, 32))
    parameters = {"encoder": "software", "overwrite": True, **CODECS[codec], **parameters}
    out = net.moviefileoutTOP(inputs=[source], file=file, record=True, **parameters)
    net.run(frames=frames)
    out.par.record = False
    return out


def side_data(path: Path) -> dict[str, Any]:
    """The stereo and spherical metadata of the picture, by ffprobe's names for them."""
    stream = probe(path)["streams"][0]
    return {each["side_data_type"]: each for each in stream.get("side_data_list", ())}


@pytest.mark.parametrize("container", ["mov", "mp4", "mkv"])
@pytest.mark.parametrize("timecode", ["01:00:00:00", "10:11:12;13"])
def test_the_start_timecode_is_in_the_file(fast: Any, tmp_path: Path, container: str, timecode: str) -> None:
    out = movie(fast, f"a.{container}", fps=29.97, starttimecode=timecode)
    assert not out.errors()
    found = probe(tmp_path / f"a.{container}")
    if container == "mkv":
        assert found["format"]["tags"]["TIMECODE"] == timecode
    else:
        track = next(stream for stream in found["streams"] if stream["codec_type"] == "data")
        assert (track["codec_tag_string"], track["tags"]["timecode"]) == ("tmcd", timecode)
    assert next(stream for stream in found["streams"] if stream["codec_type"] == "video")["codec_name"] == "h264"


def test_a_wrong_timecode_is_refused_before_anything_is_written(fast: Any, tmp_path: Path) -> None:
    out = movie(fast, "a.mov", starttimecode="25:00:00:00")
    assert "cannot start at timecode 25:00:00:00" in out.errors()
    assert not list(tmp_path.iterdir())


def test_webm_says_that_it_has_no_timecode(fast: Any) -> None:
    out = movie(fast, "a.webm", codec="vp9", starttimecode="01:00:00:00")
    assert "starttimecode cannot be written: webm has no timecode; use mov, mp4 or mkv" in out.warnings()
    assert not out.errors()


@pytest.mark.parametrize(("mode", "type_"), [("leftright", "side by side"), ("topbottom", "top and bottom")])
@pytest.mark.parametrize(
    ("codec", "container"),
    [("h264", "mp4"), ("h264", "mkv"), ("h265", "mp4"), ("av1", "mp4"), ("av1", "mkv"), ("av1", "webm"),
     ("mpeg4", "mp4"), ("prores", "mkv"), ("vp9", "webm"), ("vp8", "mkv")],
)  # fmt: skip
def test_stereo_pairs_are_told(fast: Any, tmp_path: Path, codec: str, container: str, mode: str, type_: str) -> None:
    out = movie(fast, f"a.{container}", codec=codec, stereomode=mode)
    assert "stereomode" not in out.warnings()
    found = side_data(tmp_path / f"a.{container}")
    assert found["Stereo 3D"]["type"] == type_
    assert "Spherical Mapping" not in found


@pytest.mark.parametrize(
    ("codec", "container"), [("h264", "mp4"), ("h264", "mkv"), ("h265", "mp4"), ("av1", "webm"), ("prores", "mkv")]
)
def test_a_sphere_is_told(fast: Any, tmp_path: Path, codec: str, container: str) -> None:
    out = movie(fast, f"a.{container}", codec=codec, sphericalmode="equirectangular")
    assert "sphericalmode" not in out.warnings()
    found = side_data(tmp_path / f"a.{container}")
    assert found["Spherical Mapping"]["projection"] == "equirectangular"
    assert "Stereo 3D" not in found


def test_without_the_modes_nothing_is_told(fast: Any, tmp_path: Path) -> None:
    movie(fast, "a.mp4")
    assert not side_data(tmp_path / "a.mp4")
    assert not {b"st3d", b"sv3d"} & {(tmp_path / "a.mp4").read_bytes()[i : i + 4] for i in range(5000)}


@pytest.mark.parametrize(
    ("codec", "container", "parameters", "message"),
    [
        ("h264", "mov", {"stereomode": "leftright"}, "stereomode cannot be written: mov has no place for it"),
        ("h264", "mov", {"sphericalmode": "equirectangular"}, "sphericalmode cannot be written: mov has no place"),
        ("vp9", "webm", {"sphericalmode": "equirectangular"}, "sphericalmode cannot be written: not with vp9"),
        ("vp9", "mp4", {"stereomode": "leftright"}, "stereomode cannot be written: not with vp9 in mp4"),
        ("vvc", "mp4", {"sphericalmode": "equirectangular"}, "sphericalmode cannot be written: not with vvc"),
    ],
)
def test_what_a_file_cannot_keep_is_said(
    fast: Any, tmp_path: Path, codec: str, container: str, parameters: dict[str, str], message: str
) -> None:
    out = movie(fast, f"a.{container}", codec=codec, **parameters)
    assert message in out.warnings()
    assert not out.errors()
    assert (tmp_path / f"a.{container}").stat().st_size
    if codec != "vvc":
        assert not side_data(tmp_path / f"a.{container}")


@pytest.mark.parametrize("kind", ["image", "imagesequence"])
def test_what_images_cannot_keep_is_said(fast: Any, kind: str) -> None:
    tags = {"starttimecode": "01:00:00:00", "stereomode": "topbottom", "sphericalmode": "equirectangular"}
    sound = fast.constantCHOP()
    out = recorder(fast, type=kind, imagefiletype="png", audiochop=sound, record=True, **tags)
    fast.run(frames=2)
    assert out.warnings().splitlines() == [
        "audiochop is not recorded: images have no sound",
        *(f"{name} is not written: image files have no place for it" for name in tags),
    ]


@pytest.mark.parametrize("container", ["mov", "mp4", "mkv"])
def test_rows_of_the_header_dat_are_entries_of_the_movie(fast: Any, tmp_path: Path, container: str) -> None:
    header = fast.tableDAT()
    for row in (["title", "Ein Stück ♥"], ["shot number", "a 1"], ["take", 7]):
        header.appendRow(row)
    out = movie(fast, f"a.{container}", headerdat=header)
    assert not out.errors()
    tags = {
        key.lower().replace("_", " "): value
        for key, value in probe(tmp_path / f"a.{container}")["format"]["tags"].items()
    }
    assert (tags["title"], tags["shot number"], tags["take"]) == ("Ein Stück ♥", "a 1", "7")


def test_a_row_of_the_header_dat_without_a_key_is_an_error(fast: Any, tmp_path: Path) -> None:
    header = fast.tableDAT()
    header.appendRow(["", "nobody finds it"])
    out = movie(fast, "a.mp4", headerdat=header)
    assert out.errors() == f"cannot write the metadata of {header.path}: a row has no key; fill its first column"
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize(("container", "own"), [("mp4", ["encoder"]), ("mkv", ["encoder", "duration"])])
def test_entries_that_are_not_written_as_given_are_said(
    fast: Any, tmp_path: Path, container: str, own: list[str]
) -> None:
    header = fast.tableDAT()
    for row in (["Take", "1"], ["encoder", "mine"], ["duration", "9"], ["take", "2"]):
        header.appendRow(row)
    out = movie(fast, f"a.{container}", headerdat=header)
    tags = {key.lower(): value for key, value in probe(tmp_path / f"a.{container}")["format"]["tags"].items()}
    assert tags["take"] == "2"
    assert "mine" not in tags["encoder"]
    assert out.warnings().splitlines() == [
        *(f"{key} of headerdat is not written: the file says its own" for key in own),
        "headerdat has 'take' more than once; the last one is written",
    ]


def test_common_entries_alone_are_where_players_look_for_them(fast: Any, tmp_path: Path) -> None:
    header = fast.tableDAT()
    header.appendRow(["title", "Piece"])
    movie(fast, "a.mp4", headerdat=header)
    assert b"\xa9nam" in (tmp_path / "a.mp4").read_bytes()


def test_a_file_with_all_tags_survives_a_crash_and_its_frames_are_whole(fast: Any, tmp_path: Path) -> None:
    header = fast.tableDAT()
    header.appendRow(["my own", "entry"])
    every = {"starttimecode": "01:00:00:00", "stereomode": "leftright", "sphericalmode": "equirectangular"}
    source = fast.noiseTOP(resolution=(64, 32))
    out = fast.moviefileoutTOP(
        inputs=[source], file="a.mp4", encoder="software", headerdat=header, record=True, keyframeinterval=5, **every
    )
    fast.run(frames=30)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes((tmp_path / "a.mp4").read_bytes())  # as it lies on the disk while recording
    out.par.record = False
    for path, least in ((copy, 1), (tmp_path / "a.mp4", 30)):
        command = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-show_entries",
                   "stream=nb_read_frames", "-of", "csv=p=0", str(path)]  # fmt: skip
        assert int(subprocess.run(command, check=True, capture_output=True).stdout.split(b",")[0]) >= least


def test_without_stalling_a_recording_starts_when_its_file_is_open(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = threading.Event()
    begin = MovieWriter.__init__

    def slow(self: Any, *arguments: Any, **named: Any) -> None:
        ready.wait(60)
        begin(self, *arguments, **named)

    monkeypatch.setattr(MovieWriter, "__init__", slow)
    source = fast.noiseTOP(resolution=(64, 32))
    out = fast.moviefileoutTOP(
        inputs=[source], file="a.mp4", encoder="software", record=True, stallforopen=False, videocodec="h264nvgpu"
    )
    info = fast.infoCHOP(op=out)
    for _ in range(4):
        fast.advance()
        assert info["total_frames_written"] == 0
    ready.set()
    opening = out.recording._take.movie._opening
    opening.result(60)
    fast.run(frames=5)
    out.par.record = False
    assert info["total_frames_written"] == 5
    assert len(probe(tmp_path / "a.mp4", "-show_packets")["packets"]) == 5


def test_without_stalling_an_impossible_movie_is_an_error_all_the_same(fast: Any, tmp_path: Path) -> None:
    source = fast.noiseTOP(resolution=(63, 31))
    out = fast.moviefileoutTOP(inputs=[source], file="a.mp4", encoder="software", record=True, stallforopen=False)
    fast.advance()
    if out.recording._take is not None:  # it may be known at once
        wait([out.recording._take.movie._opening], 60)
        fast.advance()
    assert "needs even sizes" in out.errors()
    assert not list(tmp_path.iterdir())


def test_without_stalling_a_recording_that_ends_before_its_file_is_open_leaves_none(fast: Any, tmp_path: Path) -> None:
    out = movie(fast, "a.mp4", frames=1, stallforopen=False)
    assert not out.errors()
    assert not [path for path in tmp_path.iterdir() if not path.stat().st_size]
