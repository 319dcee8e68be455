from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from recordings import counting, files, frames_of, recorder, sequence


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("='TDMovieOut.' + me.fileSuffix", "TDMovieOut.0.0.png"),
        ("./", "0.0.png"),
        (".", "0.0.png"),
        ("='.' + '/' + 'filename'", "filename.0.0.png"),
        ("filename", "filename.0.0.png"),
        ("filename.", "filename.0.0.png"),
        ("shot.v2", "shot.v2.0.0.png"),
        ("new/folder/", "new/folder/0.0.png"),
        ("here", "here/0.0.png"),
        ("new/deep/a", "new/deep/a.0.0.png"),
        ("frame.png", "frame.0.png"),
        ("frame.PNG", "frame.0.PNG"),
        ("take.7.png", "take.7.0.png"),
        ("='a' + me.fileSuffix", "a0.0.png"),
        ("='shot' + me.fileSuffix.split('.')[0] + '.png'", "shot0.0.png"),
        ("='padded' + me.fileSuffix.split('.')[1].zfill(5) + '.png'", "padded00000.png"),
    ],
)
def test_a_sequence_is_named_by_its_path_and_the_suffix_that_the_path_lacks(
    fast: Any, tmp_path: Path, file: str, name: str
) -> None:
    (tmp_path / "here").mkdir()
    sequence(fast, file=file, record=True)
    fast.run(frames=1)
    assert files(tmp_path) == [name]


@pytest.mark.parametrize(
    ("file", "container", "name"),
    [
        ("='TDMovieOut.' + me.fileSuffix", "automatic", "TDMovieOut.0.mov"),
        ("='TDMovieOut.' + me.fileSuffix", "mkv", "TDMovieOut.0.mkv"),
        ("./", "mp4", "0.mp4"),
        ("filename", "automatic", "filename.0.mov"),
        ("filename.mp4", "automatic", "filename.mp4"),
        ("filename.mkv", "mkv", "filename.mkv"),
        ("new/folder/a.b.mov", "automatic", "new/folder/a.b.mov"),
    ],
)
def test_a_movie_is_named_by_its_path_and_the_suffix_that_the_path_lacks(
    fast: Any, tmp_path: Path, file: str, container: str, name: str
) -> None:
    movie = recorder(fast, file=file, moviecontainer=container, record=True)
    fast.run(frames=1)
    movie.par.record = False
    assert files(tmp_path) == [name]


@pytest.mark.parametrize(
    ("type_", "file", "written", "known"),
    [
        ("movie", "a.mp5", "a.mp5.0.mov", ".mov or .mp4 or .mkv or .webm or .gif"),
        ("movie", "a.MVO", "a.MVO.0.mov", ".mov or .mp4 or .mkv or .webm or .gif"),
        ("movie", "a.mp4 ", "a.mp4 .0.mov", ".mov or .mp4 or .mkv or .webm or .gif"),
        ("imagesequence", "a.pgn", "a.pgn.0.0.png", ".png"),
        ("image", "a.pgn", "a.pgn.0.png", ".png"),
    ],
)
def test_what_looks_like_an_extension_and_is_none_is_a_part_of_the_name_and_a_warning(
    net: Any, tmp_path: Path, type_: str, file: str, written: str, known: str
) -> None:
    out = recorder(net, type=type_, imagefiletype="png", file=file, record=True)
    net.run(frames=1)
    out.par.record = False
    assert files(tmp_path) == [written]
    extension = file[1:]
    assert out.warnings() == (
        f"par.file ends in {extension}, which is no file type known here: it is a part of the name, and "
        f"{tmp_path / written} is written; end it with {known}"
    )


@pytest.mark.parametrize("file", ["take.v2", "take.7", "a.b.mov", "shot.final", "clip", "folder.old/", "there.old"])
def test_a_name_with_dots_is_no_warning(fast: Any, tmp_path: Path, file: str) -> None:
    (tmp_path / "there.old").mkdir()
    out = recorder(fast, file=file, record=True)
    fast.run(frames=1)
    out.par.record = False
    assert len(files(tmp_path)) == 1
    assert out.warnings() == ""


@pytest.mark.parametrize(
    ("type_", "token", "extension"),
    [
        ("imagesequence", "jpeg", "jpg"),
        ("imagesequence", "tiff", "tif"),
        ("image", "exr", "exr"),
        ("image", "bmp", "bmp"),
        ("image", "png", "png"),
    ],
)
def test_the_suffix_has_no_leading_dot_and_the_extension_of_the_type(
    fast: Any, type_: str, token: str, extension: str
) -> None:
    out = recorder(fast, type=type_, imagefiletype=token, n=3)
    assert out.fileSuffix == ("3.0." if type_ == "imagesequence" else "3.") + extension
    assert out.par.file.eval() == "TDMovieOut." + out.fileSuffix


def test_an_absolute_path_and_a_home_folder_are_taken_as_they_are(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    sequence(fast, file=f"{tmp_path}/absolute/a.png", record=True)
    sequence(fast, file="~/b.png", record=True)
    fast.run(frames=1)
    assert files(tmp_path) == ["absolute/a.0.png", "home/b.0.png"]


def test_leading_zeros_pad_the_index_and_longer_indices_keep_their_digits(fast: Any, tmp_path: Path) -> None:
    sequence(fast, leadingzerosdigits=2, file="a", record=True)
    sequence(fast, leadingzerosdigits=1, file="b.png", record=True)
    fast.run(frames=11)
    assert files(tmp_path) == sorted(
        [f"a.0.{index:02}.png" for index in range(11)] + [f"b.{index}.png" for index in range(11)]
    )


def test_each_take_counts_from_zero_and_its_number_is_read_when_record_goes_on(fast: Any, tmp_path: Path) -> None:
    out = sequence(fast, uniquesuff=False, n=4, file="a", record=True)
    fast.run(frames=1)
    out.par.n = 9
    fast.run(frames=1)
    assert out.fileSuffix == "4.2.png"
    out.par.record = False
    assert out.fileSuffix == "9.0.png"
    fast.run(frames=1)
    out.par.record = True
    fast.run(frames=1)
    assert files(tmp_path) == ["a.4.0.png", "a.4.1.png", "a.9.0.png"]
    assert not fast.problems


@pytest.mark.parametrize(
    ("existing", "number"),
    [
        ([], 0),
        (["a.0.0.png"], 1),
        (["a.0.17.png"], 1),
        (["a.0.0017.png", "a.1.0.png", "a.3.0.png"], 2),
        (["a.0.final.png", "a.0.png", "a.0.0.jpg"], 0),
    ],
)
def test_unique_means_the_first_take_of_which_no_image_exists(
    fast: Any, tmp_path: Path, existing: list[str], number: int
) -> None:
    for name in existing:
        (tmp_path / name).touch()
    out = sequence(fast, file="a", record=True)
    fast.run(frames=1)
    assert set(files(tmp_path)) - set(existing) == {f"a.{number}.0.png"}
    assert not out.errors()


def test_unique_counts_from_n_and_notices_each_finished_take(fast: Any, tmp_path: Path) -> None:
    (tmp_path / "TDMovieOut.5.mov").touch()
    out = recorder(fast, n=5)
    assert out.fileSuffix == "6.mov"
    for _ in range(2):
        out.par.record = True
        fast.run(frames=2)
        out.par.record = False
    assert out.fileSuffix == "8.mov"
    assert out.par.file.eval() == "TDMovieOut.8.mov"
    assert files(tmp_path) == ["TDMovieOut.5.mov", "TDMovieOut.6.mov", "TDMovieOut.7.mov"]
    assert out.writeCount == 2


def test_two_operators_with_the_same_name_record_different_takes(net: Any, tmp_path: Path) -> None:
    source = counting(net)
    outs = [sequence(net, source, record=True, maxthread=8) for _ in range(2)]
    outs += [recorder(net, source, record=True) for _ in range(2)]
    net.run(frames=2)
    for out in outs:
        out.par.record = False
        assert not out.errors()
    assert files(tmp_path) == [
        *("TDMovieOut.0.0.png", "TDMovieOut.0.1.png", "TDMovieOut.0.mov"),
        *("TDMovieOut.1.0.png", "TDMovieOut.1.1.png", "TDMovieOut.1.mov"),
    ]


def test_write_count_may_count_the_files(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, type="image", imagefiletype="png", file="='a' + str(me.writeCount) + '.png'")
    for _ in range(3):
        out.par.addframe.pulse()
        fast.run(frames=1)
    assert files(tmp_path) == ["a0.png", "a1.png", "a2.png"]


@pytest.mark.parametrize(
    ("existing", "pars", "says"),
    [
        ("a.0.mov", {"file": "a", "uniquesuff": False}, "it exists; set uniquesuff on or choose another n"),
        ("a.mov", {"file": "a.mov"}, "it exists; put me.fileSuffix into par.file"),
        ("a.mov", {"file": "a.mov", "uniquesuff": False}, "it exists; put me.fileSuffix into par.file"),
        ("b", {"file": "a\0.mov"}, "no path has a null character"),
        ("b", {"file": "a\0.png", "type": "image"}, "no path has a null character"),
        ("a.0.3.png", {"file": "a", "type": "imagesequence", "uniquesuff": False}, "images of take 0 exist"),
        ("a.png", {"file": "a.png", "type": "image"}, "it exists"),
        ("b", {"file": "a.mp4", "moviecontainer": "mov"}, "its suffix is .mp4"),
        ("b", {"file": "a.mp4", "moviecontainer": "webm"}, "a.mp4 in a webm container"),
        ("b", {"file": "a.webm"}, "webm does not hold H.264"),
        ("b", {"file": "a.avi"}, "end its name with one of .mov, .mp4"),
        ("b", {"file": "a.jpg"}, "end its name with one of .mov"),
        ("b", {"file": "a.jpg", "type": "imagesequence"}, "end par.file with .png or set imagefiletype to jpeg"),
        ("b", {"file": "a.mov", "type": "image"}, "(its extension is .mov); end par.file with .png"),
        ("b", {"file": ""}, "par.file is empty"),
        ("b", {"file": "b/a.mov"}, "a part of the path is a file"),
        ("b", {"file": "b/a", "type": "imagesequence"}, "a part of the path is a file"),
        ("b", {"videocodec": "notchlc"}, "NotchLC"),
        ("b", {"encoder": "nvenc"}, "set encoder to auto or software"),
        ("b", {"fps": 0}, "par.fps is 0; set it"),
        ("b", {"fps": 0, "type": "imagesequence"}, "par.fps is 0; set it"),
        ("b", {"fps": 1e12}, "par.fps is 1e+12; set it"),
        ("b", {"fps": 1001, "file": "a.mkv"}, "mkv counts in milliseconds; set a lower fps, or use mov or mp4"),
        ("b", {"keyframeinterval": 2**31}, "keyframeinterval 2147483648; use 1 to 2147483647"),
        (
            "b",
            {"bitratemode": "variable", "avgbitrate": 0.5},
            "avgbitrate 0.5 and peakbitrate 0; use 1 to 2147483 kb/s",
        ),
        ("b", {"bitratemode": "variable", "avgbitrate": 1e300}, "use 1 to 2147483 kb/s"),
        ("b", {"bitratemode": "variable", "avgbitrate": 100_001, "videocodec": "av1"}, "use at most 100000 kb/s"),
        ("b", {"bitratemode": "constant", "avgbitrate": 0}, "set avgbitrate"),
        ("b", {"profile": "high", "moviepixelformat": "yuv444"}, "set profile to autoselect"),
    ],
)
def test_what_cannot_be_recorded_is_said_before_anything_is_written(
    fast: Any, no_nvenc: None, tmp_path: Path, existing: str, pars: dict[str, Any], says: str
) -> None:
    (tmp_path / existing).write_text("mine")
    out = recorder(fast, record=True, **{"imagefiletype": "png", **pars})
    fast.run(frames=2)
    assert says in out.errors()
    assert out.errors().startswith("cannot")
    assert fast.failed
    assert len(fast.problems) == 1
    out.par.record = False
    fast.run(frames=1)
    assert files(tmp_path) == [existing]
    assert (tmp_path / existing).read_text() == "mine"
    assert out.writeCount == 0


def test_overwrite_replaces_a_link_to_nowhere(fast: Any, tmp_path: Path) -> None:
    (tmp_path / "a.mov").symlink_to(tmp_path / "b.mov")
    out = recorder(fast, file="a.mov", overwrite=True, record=True)
    fast.run(frames=2)
    out.par.record = False
    assert out.errors() == ""
    assert frames_of(tmp_path / "b.mov") == [1, 2]


def test_overwrite_replaces_the_files_that_are_written_and_no_others(fast: Any, tmp_path: Path) -> None:
    for index in range(3):
        (tmp_path / f"a.{index}.png").write_text("old")
    (tmp_path / "a.mov").write_text("old")
    for out in (sequence(fast, file="a.png"), recorder(fast, file="a.mov")):
        out.par.overwrite = out.par.record = True
    fast.run(frames=2)
    fast.finish()
    assert not fast.failed
    assert [path.read_bytes() == b"old" for path in sorted(tmp_path.glob("a.*.png"))] == [False, False, True]
    assert (tmp_path / "a.mov").stat().st_size > 100


def test_a_file_that_another_operator_records_cannot_be_overwritten(fast: Any, tmp_path: Path) -> None:
    source = counting(fast)
    first, second = (recorder(fast, source, file="a.mov", overwrite=True, record=True) for _ in range(2))
    fast.run(frames=2)
    assert not first.errors()
    assert "it is being recorded already" in second.errors()


def test_an_error_stays_until_the_next_recording_begins(fast: Any, tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    out = recorder(fast, file="a.mov", record=True)
    fast.run(frames=1)
    out.par.record = False
    fast.run(frames=1)
    assert "it exists" in out.errors()
    out.par.file = "b.mov"
    out.par.record = True
    fast.run(frames=1)
    assert out.errors() == ""


def test_the_suffix_does_not_need_a_file(fast: Any) -> None:
    out = recorder(fast, file="", n=3, type="imagesequence", imagefiletype="png")
    assert out.fileSuffix == "3.0.png"
