from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from recordings import STEP, counting, files, frame_of, frames_of, recorder, sequence

from tdlite.gpu.readback import Readback
from tdlite.media import sequence as media_sequence
from tdlite.ops import saving


def shown(folder: Path) -> list[int]:
    """The frames that the images of a take show, by index."""
    paths = sorted(folder.glob("*.png"), key=lambda path: int(path.stem.rpartition(".")[2]))
    return [frame_of(path) for path in paths]


# -- when frames are written -----------------------------------------------------------------------------------


def test_every_frame_is_written_from_record_on_up_to_the_frame_before_record_off(net: Any, tmp_path: Path) -> None:
    sequence(net, record="=3 <= absTime.frame < 7")
    net.run(frames=10)
    assert shown(tmp_path) == [3, 4, 5, 6]


def test_record_that_is_on_at_the_first_frame_begins_there(net: Any, tmp_path: Path) -> None:
    out = sequence(net, record=True)
    net.run(frames=3)
    assert shown(tmp_path) == [1, 2, 3]
    assert out.curSeqIndex == 2


def test_record_set_between_frames_acts_on_the_next_frame_and_one_take_spans_several_runs(
    net: Any, tmp_path: Path
) -> None:
    out = sequence(net)
    net.run(frames=1)
    out.par.record = True
    net.run(frames=2)
    net.run(frames=1)
    net.advance()
    out.par.record = False
    net.run(frames=2)
    assert files(tmp_path) == [f"TDMovieOut.0.{index}.png" for index in range(4)]
    assert shown(tmp_path) == [2, 3, 4, 5]


def test_record_that_goes_off_and_on_between_frames_begins_another_take(net: Any, tmp_path: Path) -> None:
    out = sequence(net, record=True)
    net.run(frames=2)
    out.par.record = False
    out.par.record = True
    net.run(frames=1)
    assert files(tmp_path) == ["TDMovieOut.0.0.png", "TDMovieOut.0.1.png", "TDMovieOut.1.0.png"]


def test_a_bypassed_operator_does_nothing_and_its_take_is_finished_at_once(net: Any, tmp_path: Path) -> None:
    out = recorder(net, file="a", record=True)
    net.run(frames=5)
    out.bypass = True
    assert frames_of(tmp_path / "a.0.mov") == [1, 2, 3, 4, 5]
    assert out.writeCount == 1
    cooked = out.inputs[0].totalCooks
    out.par.addframe.pulse()
    net.run(frames=3)
    assert out.inputs[0].totalCooks == cooked
    assert files(tmp_path) == ["a.0.mov"]
    out.bypass = False
    net.run(frames=2)
    out.par.record = False
    assert files(tmp_path) == ["a.0.mov", "a.1.mov"]
    assert frames_of(tmp_path / "a.1.mov") == [9, 10]
    assert out.warnings() == ""
    assert not net.problems


@pytest.mark.parametrize("type_", ["movie", "imagesequence"])
def test_a_bypass_within_a_frame_ends_the_take_with_the_frame_before(net: Any, tmp_path: Path, type_: str) -> None:
    out = recorder(net, type=type_, imagefiletype="png", file="a", record=True)
    net.delay(lambda: setattr(out, "bypass", True), frames=2)
    net.run(frames=5)
    if type_ == "movie":
        assert frames_of(tmp_path / "a.0.mov") == [1, 2]
    else:
        assert shown(tmp_path) == [1, 2]
    assert out.fileSuffix.startswith("1.")


def test_a_bypassed_operator_writes_no_single_image(net: Any, tmp_path: Path) -> None:
    out = recorder(net, type="image", imagefiletype="png", file="a")
    out.bypass = True
    out.par.record = True
    out.par.addframe.pulse()
    net.run(frames=2)
    assert files(tmp_path) == []
    out.bypass = False
    net.run(frames=2)
    assert files(tmp_path) == ["a.0.png"]
    assert frame_of(tmp_path / "a.0.png") == 3


def test_paused_frames_are_left_out(net: Any, tmp_path: Path) -> None:
    sequence(net, record=True, pause="=absTime.frame in (2, 3)")
    net.run(frames=5)
    assert shown(tmp_path) == [1, 4, 5]


def test_while_paused_each_press_of_addframe_writes_one_frame(net: Any, tmp_path: Path) -> None:
    out = sequence(net, record=True, pause=True)
    net.run(frames=1)
    for _ in range(3):
        out.par.addframe.pulse()
    net.run(frames=2)
    out.par.addframe.pulse()
    net.run(frames=1)
    assert shown(tmp_path) == [2, 2, 2, 4]
    assert not out.warnings()


def test_addframe_without_pause_or_record_writes_nothing_and_says_so(net: Any, tmp_path: Path) -> None:
    out = sequence(net)
    out.par.addframe.pulse()
    net.run(frames=1)
    assert "while nothing is recorded" in out.warnings()
    out.par.record = True
    out.par.addframe.pulse()
    net.run(frames=2)
    assert "while pause is off" in out.warnings()
    assert shown(tmp_path) == [2, 3]


def test_a_single_image_is_written_once_when_record_goes_on(net: Any, tmp_path: Path) -> None:
    out = recorder(net, type="image", imagefiletype="png", record="=absTime.frame in (2, 3, 5)")
    net.run(frames=6)
    assert files(tmp_path) == ["TDMovieOut.0.png", "TDMovieOut.1.png"]
    assert shown(tmp_path) == [2, 5]
    assert (out.writeCount, out.curSeqIndex) == (2, -1)


def test_record_that_goes_off_and_on_between_frames_writes_another_single_image(net: Any, tmp_path: Path) -> None:
    out = recorder(net, type="image", imagefiletype="png", record=True)
    net.run(frames=2)
    out.par.record = False
    out.par.record = True
    net.run(frames=2)
    assert shown(tmp_path) == [1, 3]


def test_a_single_image_waits_for_its_picture_and_for_the_end_of_a_pause(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, rotate="=1 / (absTime.frame != 1)")
    pars = {"type": "image", "imagefiletype": "png", "record": True}
    recorder(fast, source, file="picture.0.png", **pars)
    recorder(fast, source, file="pause.1.png", pause="=absTime.frame < 3", **pars)
    fast.run(frames=4)
    assert shown(tmp_path) == [2, 3]


def test_a_single_image_that_had_no_picture_while_record_was_on_is_not_written_later(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, rotate="=1 / (absTime.frame != 1)")
    recorder(fast, source, type="image", imagefiletype="png", record="=absTime.frame < 2")
    fast.run(frames=3)
    assert files(tmp_path) == []


def test_presses_of_addframe_write_single_images_without_pause_or_record(net: Any, tmp_path: Path) -> None:
    out = recorder(net, type="image", imagefiletype="png")
    out.par.addframe.pulse()
    out.par.addframe.pulse()
    net.run(frames=2)
    out.par.addframe.pulse()
    net.run(frames=1)
    assert files(tmp_path) == [f"TDMovieOut.{number}.png" for number in range(3)]
    assert shown(tmp_path) == [1, 1, 3]
    assert not out.errors()
    assert not out.warnings()


def test_a_second_single_image_of_the_same_name_is_refused_or_replaces_the_first(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, type="image", imagefiletype="png", file="a.png")
    for _ in range(2):
        out.par.addframe.pulse()
    fast.run(frames=1)
    assert "it exists" in out.errors()
    out.par.overwrite = True
    for _ in range(2):
        out.par.addframe.pulse()
    fast.run(frames=1)
    assert not out.errors()
    assert frame_of(tmp_path / "a.png") == 2


@pytest.mark.parametrize(
    ("unit", "length", "pause", "expected"),
    [
        ("indices", 3, False, [1, 2, 3]),
        ("indices", 3, "=absTime.frame == 2", [1, 3, 4]),
        ("frames", 3, "=absTime.frame == 2", [1, 3]),
        ("frames", 3, False, [1, 2, 3]),
        ("seconds", 0.1, False, [1, 2, 3]),
        ("seconds", 0.11, False, [1, 2, 3, 4]),
        ("seconds", 0.1, "=absTime.frame == 2", [1, 3, 4]),
        ("indices", 0, False, []),
        ("frames", 0, False, []),
    ],
)
def test_a_limit_ends_the_recording_by_itself(
    net: Any, tmp_path: Path, unit: str, length: float, pause: Any, expected: list[int]
) -> None:
    out = sequence(net, record=True, pause=pause, limitlength=True, length=length, lengthunit=unit, fps=30)
    net.run(frames=8)
    assert shown(tmp_path) == expected
    assert out.fileSuffix == ("1.0.png" if expected else "0.0.png")
    out.par.record = False
    out.par.record = True
    out.par.pause = False
    net.run(frames=1)
    assert (tmp_path / "TDMovieOut.1.0.png").exists() == bool(expected)


def test_a_limit_of_nothing_records_nothing_and_says_so(net: Any, tmp_path: Path) -> None:
    out = recorder(net, record=True, limitlength=True, length=0)
    net.run(frames=3)
    assert out.warnings() == "length is 0 and limitlength on: nothing is recorded"
    assert files(tmp_path) == []


def test_more_presses_than_the_limit_allows_are_cut_off(net: Any, tmp_path: Path) -> None:
    out = sequence(net, record=True, pause=True, limitlength=True, length=2, lengthunit="indices")
    for _ in range(5):
        out.par.addframe.pulse()
    net.run(frames=1)
    assert shown(tmp_path) == [1, 1]
    assert out.info()["total_frames_written"] == 2


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The pictures read from the GPU."""
    seen: list[Any] = []
    finish = Readback.finish
    monkeypatch.setattr(Readback, "finish", lambda *args: seen.append(args) or finish(*args))
    return seen


def test_the_input_is_cooked_but_not_read_while_nothing_is_recorded(fast: Any, reads: list[Any]) -> None:
    source = counting(fast)
    sequence(fast, source)
    fast.run(frames=3)
    assert fast.cooked.count(source.path) == 3
    assert reads == []


def test_a_static_input_is_cooked_and_read_once_and_gives_a_file_each_frame(
    fast: Any, tmp_path: Path, reads: list[Any]
) -> None:
    source = counting(fast, fillcolorr=0.5, fillcolorg=0.5, fillcolorb=0.5)
    out = sequence(fast, source, record=True)
    fast.run(frames=5)
    assert len(files(tmp_path)) == 5
    assert len(reads) == 1
    assert fast.cooked == [source.path, out.path]


# -- what is written -------------------------------------------------------------------------------------------


def test_the_picture_stands_upright_and_keeps_its_colours_and_alpha(net: Any, tmp_path: Path) -> None:
    source = net.rectangleTOP(
        resolution=(8, 4), sizex=1, sizey=0.5, sizeunit="fraction", centery=0.25, centerunit="fraction",
        fillcolorr=1, fillcolorg=0.2, fillcolorb=0, bgcolorr=0, bgcolorg=0, bgcolorb=0.4, bgalpha=0.4, antialias=False,
    )  # fmt: skip
    for token in ("png", "tiff", "bmp"):
        sequence(net, source, imagefiletype=token, record=True)
    net.run(frames=1)
    for extension in ("png", "tif", "bmp"):
        path = tmp_path / f"TDMovieOut.0.0.{extension}"
        # Pillow divides by alpha where a TIFF says that it is multiplied.
        array = tifffile.imread(path) if extension == "tif" else np.asarray(Image.open(path).convert("RGBA"))
        assert array.shape == (4, 8, 4)
        assert (array[:2] == [255, 51, 0, 255]).all()
        expected = source.numpyArray()[0, 0] * 255
        assert (array[2:] == np.rint(expected)).all()


def test_a_jpeg_of_a_gradient_is_within_its_quality(net: Any, tmp_path: Path) -> None:
    source = net.rectangleTOP(resolution=(64, 32), sizex=0.5, sizey=0.5, softness=0.6)
    sequence(net, source, imagefiletype="jpeg", record=True)
    net.run(frames=1)
    expected = source.numpyArray()[::-1, :, :3] * 255
    found = np.asarray(Image.open(tmp_path / "TDMovieOut.0.0.jpg")).astype(float)
    assert expected.std() > 20
    assert np.abs(found - expected).max() < 12
    assert np.sqrt(((found - expected) ** 2).mean()) < 3


def test_quality_decides_about_the_size_of_a_jpeg(net: Any, tmp_path: Path) -> None:
    source = net.rectangleTOP(resolution=(64, 64), rotate=30)
    for name, quality in (("low", 0.1), ("high", 1)):
        sequence(net, source, imagefiletype="jpeg", quality=quality, file=f"{name}.jpg", record=True)
    net.run(frames=1)
    assert 2 * (tmp_path / "low.0.jpg").stat().st_size < (tmp_path / "high.0.jpg").stat().st_size


def test_a_float_picture_keeps_its_values_and_metadata_in_exr(net: Any, tmp_path: Path) -> None:
    import OpenEXR

    source = net.rectangleTOP(resolution=(8, 8), sizex=2, sizey=2, fillcolorr=4.25, format="rgba32float")
    header = net.tableDAT()
    header.appendRow(["shot", "a 1"])
    header.appendRow(["take", 7])
    sequence(net, source, imagefiletype="exr", headerdat=header, record=True)
    net.run(frames=1)
    file = OpenEXR.File(str(tmp_path / "TDMovieOut.0.0.exr"))
    assert (file.channels()["RGBA"].pixels[..., 0] == 4.25).all()
    assert file.header()["shot"] == "a 1"
    assert file.header()["take"] == "7"


def test_metadata_for_other_formats_is_a_warning(net: Any) -> None:
    header = net.tableDAT()
    header.appendRow(["shot", "a 1"])
    out = sequence(net, headerdat=header, record=True)
    net.run(frames=2)
    assert out.warnings() == "headerdat is not written: of the image files, only EXR keeps it"
    assert not out.errors()


def test_the_output_is_the_input_and_the_common_page_may_resize_what_is_recorded(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, resolution=(32, 16))
    out = sequence(fast, source, record=True)
    half = sequence(fast, source, file="half.png", outputresolution="half", record=True)
    fast.run(frames=2)
    assert out.image() is source.image()
    assert (half.width, half.height) == (16, 8)
    assert np.asarray(Image.open(tmp_path / "half.1.png")).shape[:2] == (8, 16)
    assert frame_of(tmp_path / "half.1.png") == 2


@pytest.mark.parametrize("late", [False, True])
def test_any_number_of_threads_writes_the_same_files(
    fast: Any, tmp_path: Path, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one frame late, as on a GPU that draws the next picture while this one is copied."""
    source = counting(fast)
    for threads in (1, 8):
        sequence(fast, source, maxthread=threads, file=f"{threads}/", record=True)
    if late:
        monkeypatch.setattr(source.image().gpu, "software", False)
    fast.run(frames=15)
    fast.run(frames=15)
    found = []
    for threads in (1, 8):
        assert shown(tmp_path / str(threads)) == [min(frame, 255 // STEP) for frame in range(1, 31)]
        images = sorted((tmp_path / str(threads)).iterdir())
        found.append([(path.name, np.asarray(Image.open(path)).tobytes()) for path in images])
    assert found[0] == found[1]


def test_one_thread_has_each_image_on_disk_before_the_frame_ends(fast: Any, tmp_path: Path) -> None:
    sequence(fast, maxthread=1, record=True)
    seen = []
    fast.on_frame.append(lambda: seen.append(len(files(tmp_path))))
    fast.run(frames=3)
    assert seen == [1, 2, 3]


def test_encode_test_mode_writes_no_image(fast: Any, tmp_path: Path) -> None:
    out = sequence(fast, encodetestmode=True, file="new/", record=True)
    fast.run(frames=3)
    assert list(tmp_path.iterdir()) == []
    assert out.info()["total_frames_written"] == 3
    assert out.writeCount == 0


# -- counts ----------------------------------------------------------------------------------------------------


def test_the_info_channels_count_frame_by_frame(net: Any) -> None:
    out = sequence(net, record="=absTime.frame in (2, 3, 5)", pause="=absTime.frame == 3")
    seen = []
    names = ("last_frames_written", "total_frames_written", "cur_seq_index", "total_frames_dropped")
    net.on_frame.append(lambda: seen.append(tuple(out.info()[name] for name in names)))
    for presses in (0, 0, 2, 0, 0):
        for _ in range(presses):
            out.par.addframe.pulse()
        net.run(frames=1)
    assert seen == [(0, 0, -1, 0), (1, 1, 0, 0), (2, 3, 2, 0), (0, 3, 2, 0), (1, 1, 0, 0)]
    assert out.writeCount == 4
    info = out.info()
    assert info["active_records"] == 0
    audio = [name for name in info if "audio" in name]
    assert sorted(audio) == [
        *("last_audio_frames_written", "last_audio_samples_written"),
        *("total_audio_frames_written", "total_audio_samples_written"),
    ]


def test_a_new_take_counts_from_the_beginning(net: Any) -> None:
    out = sequence(net, record="=absTime.frame != 3", pause="=absTime.frame > 3")
    net.run(frames=2)
    assert (out.curSeqIndex, out.info()["total_frames_written"]) == (1, 2)
    net.run(frames=2)
    assert (out.curSeqIndex, out.info()["total_frames_written"]) == (-1, 0)
    assert out.writeCount == 2


def test_an_info_chop_tells_when_no_frame_was_written(net: Any) -> None:
    out = sequence(net, record="=absTime.frame == 2")
    info = net.infoCHOP(op=out)
    seen = []
    for _ in range(4):
        net.run(frames=1)
        seen.append([info[name].eval() for name in ("last_frames_written", "total_frames_written")])
    assert seen == [[0, 0], [1, 1], [0, 1], [0, 1]]


def test_counts_are_of_what_was_accepted_however_far_the_threads_are(
    fast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    encode = saving.encode_image
    monkeypatch.setattr(saving, "encode_image", lambda *args: gate.wait(60) and encode(*args))
    out = sequence(fast, maxthread=8, record=True)
    fast.on_frame.append(lambda: seen.append((out.writeCount, out.curSeqIndex, out.info()["active_records"])))
    fast.on_frame.append(lambda: gate.set() if fast.frame == 3 else None)
    seen: list[Any] = []
    fast.run(frames=3)
    assert seen == [(1, 0, 1), (2, 1, 2), (3, 2, 3)]
    assert out.info()["active_records"] == 0


def test_expressions_follow_the_counts(fast: Any) -> None:
    out = sequence(fast, record=True)
    other = fast.rectangleTOP(centery="=op('moviefileout1').curSeqIndex", centerx="=op('moviefileout1').writeCount")
    assert other.par.centerx.eval() == 0
    fast.run(frames=4)
    assert out.curSeqIndex == 3
    assert other.par.centerx.eval() == 4
    assert other.par.centery.eval() == 3


# -- real time -------------------------------------------------------------------------------------------------


def test_in_real_time_missed_frames_are_repeated_and_counted(fast: Any, tmp_path: Path) -> None:
    fast.realTime = True
    out = sequence(fast, record="=5 <= absTime.frame < 14")
    for step in (1, 4, 1, 3, 2, 4):  # the frames 1, 5, 6, 9, 11 and 15
        fast._frame(step)
    fast.flush()
    assert shown(tmp_path) == [5, 6, 9, 9, 9, 11, 11, 11, 11, 11]
    assert out.info()["total_frames_dropped"] == 6


@pytest.mark.parametrize(
    ("fps", "frames"), [(30, [1, 3, 5]), (120, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]), (60, [1, 2, 3, 4, 5])]
)
def test_in_real_time_the_file_keeps_to_the_clock_at_another_rate(
    fast: Any, tmp_path: Path, fps: float, frames: list[int]
) -> None:
    fast.realTime = True
    sequence(fast, record=True, fps=fps)
    for _ in range(5):
        fast._frame(1)
    fast.flush()
    assert shown(tmp_path) == frames


def test_without_real_time_each_cooked_frame_is_one_frame_at_any_rate(net: Any, tmp_path: Path) -> None:
    sequence(net, record=True, fps=24)
    net.run(frames=5)
    assert shown(tmp_path) == [1, 2, 3, 4, 5]


def test_the_rate_is_the_projects_unless_it_is_set() -> None:
    from tdlite import Project

    with Project(cookRate=29.97) as project:
        assert project.root.create("moviefileoutTOP").par.fps.eval() == pytest.approx(30000 / 1001)


# -- errors ----------------------------------------------------------------------------------------------------


def test_frames_without_a_picture_are_left_out_and_the_recording_goes_on(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, rotate="=1 / (absTime.frame not in (1, 3))")
    out = sequence(fast, source, record=True)
    seen = []
    fast.on_frame.append(lambda: seen.append(out.errors()))
    fast.run(frames=4)
    assert [bool(text) for text in seen] == [True, False, True, False]
    assert seen[0].startswith(f"depends on {source.path}")
    assert shown(tmp_path) == [2, 4]


def test_record_that_goes_off_while_there_is_no_picture_ends_the_recording(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, rotate="=1 / (absTime.frame != 3)")
    out = sequence(fast, source, record="=absTime.frame in (1, 2, 4)")
    fast.run(frames=4)
    assert files(tmp_path) == ["TDMovieOut.0.0.png", "TDMovieOut.0.1.png", "TDMovieOut.1.0.png"]
    assert not out.errors()


def test_an_open_input_is_an_error(net: Any, tmp_path: Path) -> None:
    out = net.moviefileoutTOP(record=True)
    net.run(frames=1)
    assert "connect input 0" in out.errors()
    assert files(tmp_path) == []


def test_an_image_that_cannot_be_written_costs_no_other_and_no_other_operator(fast: Any, tmp_path: Path) -> None:
    source = counting(fast)
    bad, good = (sequence(fast, source, file=f"{name}/", record=True, maxthread=2) for name in ("bad", "good"))
    fast.run(frames=1)
    (tmp_path / "bad" / "0.2.png").mkdir()
    bad.par.overwrite = True
    fast.run(frames=3)
    assert "0.2.png" in bad.errors()
    assert good.errors() == ""
    assert shown(tmp_path / "good") == [1, 2, 3, 4]


def test_a_disk_error_is_shown_in_the_frame_where_it_is_noticed_and_other_images_are_tried(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = media_sequence.write_atomically

    def failing(path: str, data: bytes) -> None:
        if path.endswith(".1.png"):
            raise media_sequence.MediaError(f"cannot write {path} (No space left on device)")
        write(path, data)

    monkeypatch.setattr(media_sequence, "write_atomically", failing)
    out = sequence(fast, maxthread=1, record=True)
    seen = []
    fast.on_frame.append(lambda: seen.append(out.errors()))
    fast.run(frames=4)
    assert seen[0] == ""
    assert all(text.endswith("0.1.png (No space left on device)") for text in seen[1:])
    assert [frame_of(tmp_path / f"TDMovieOut.0.{index}.png") for index in (0, 2, 3)] == [1, 3, 4]
    assert len(fast.problems) == 1
    assert out.info()["total_frames_written"] == 4  # accepted, in order


def test_an_image_that_appears_during_the_recording_is_not_overwritten(fast: Any, tmp_path: Path) -> None:
    out = sequence(fast, record=True, maxthread=2)
    fast.run(frames=2)
    (tmp_path / "TDMovieOut.0.3.png").write_text("mine")
    fast.run(frames=4)
    assert out.errors().endswith("TDMovieOut.0.3.png: it exists; set overwrite on to replace it")
    assert (tmp_path / "TDMovieOut.0.3.png").read_text() == "mine"
    assert len(files(tmp_path)) == 4


def test_an_error_that_only_the_end_of_the_run_notices_is_shown_as_well(
    fast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: str, data: bytes) -> None:
        time.sleep(0.05)
        raise media_sequence.MediaError("cannot write it")

    monkeypatch.setattr(media_sequence, "write_atomically", failing)
    out = sequence(fast, maxthread=2, record=True)
    fast.run(frames=1)
    assert out.errors() == "cannot write it"
    assert fast.failed


def test_a_destroyed_operator_finishes_its_files(fast: Any, tmp_path: Path) -> None:
    out = sequence(fast, record=True, maxthread=8)
    fast.run(frames=3)
    out.destroy()
    fast.run(frames=1)
    assert shown(tmp_path) == [1, 2, 3]
