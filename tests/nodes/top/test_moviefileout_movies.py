from __future__ import annotations

import signal
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.movies import decode, probe
from network import Net
from recordings import counting, files, frame_of, frames_of, recorder, stream

from tdlite.media.errors import EncoderError, OutputError
from tdlite.media.libav import LibavEncoder
from tdlite.media.mux import Muxer


def pictures(path: Path) -> list[dict[str, Any]]:
    """What ffprobe says of each decoded frame."""
    found: list[dict[str, Any]] = probe(path, "-show_frames")["frames"]
    return found


def recorded(net: Any, path: Path, frames: int = 5, **pars: Any) -> Any:
    """Record ``frames`` frames into ``path``; the operator, which must have no error."""
    out = recorder(net, file=str(path), record=True, **pars)
    net.run(frames=frames)
    out.par.record = False
    assert not out.errors()
    return out


# -- what is written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_a_movie_has_each_frame_once_in_order_and_nothing_else(net: Any, tmp_path: Path, name: str) -> None:
    recorder(net, file=name, record="=4 <= absTime.frame < 24")
    net.run(frames=30)
    assert frames_of(tmp_path / name) == list(range(4, 24))
    found = stream(tmp_path / name)
    assert (found["codec_name"], found["width"], found["height"], found["pix_fmt"]) == ("h264", 16, 16, "yuv420p")
    assert found["avg_frame_rate"] == "60/1"
    assert float(pictures(tmp_path / name)[0]["best_effort_timestamp_time"]) == 0
    assert files(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
@pytest.mark.parametrize(("typed", "rate"), [(23.976, Fraction(24000, 1001)), (25, 25), (30, 30), (60, 60)])
def test_a_project_of_any_rate_gives_exact_timestamps_from_0(
    tmp_path: Path, name: str, typed: float, rate: Any
) -> None:
    with Net(cookRate=typed, folder=tmp_path) as net:
        recorded(net, tmp_path / name, frames=12)
    shown = [float(picture["best_effort_timestamp_time"]) for picture in pictures(tmp_path / name)]
    exact = [float(index / Fraction(rate)) for index in range(12)]
    # Matroska counts in milliseconds; mp4 and mov are exact, ffprobe prints six digits.
    assert shown == pytest.approx(exact, abs=5e-4 if name.endswith("mkv") else 1e-6)
    assert frames_of(tmp_path / name) == list(range(1, 13))


def test_the_rate_is_that_of_the_fps_parameter_exactly(net: Any, tmp_path: Path) -> None:
    recorded(net, tmp_path / "a.mov", fps=29.97, frames=30)
    found = stream(tmp_path / "a.mov")
    assert found["avg_frame_rate"] == "30000/1001"
    assert float(found["duration"]) == pytest.approx(30 * 1001 / 30000, abs=1e-6)
    assert found["nb_read_frames"] == "30"


def test_a_movie_stands_upright(net: Any, tmp_path: Path) -> None:
    source = net.rectangleTOP(
        resolution=(32, 32), sizex=2, sizey=0.5, sizeunit="fraction", centery=0.25, centerunit="fraction"
    )
    recorder(net, source, file="a.mov", record=True)
    net.run(frames=1)
    net.finish()
    picture = decode(tmp_path / "a.mov")[0]
    assert picture[:14].min() > 245
    assert picture[18:].max() < 10


@pytest.mark.parametrize(("token", "found"), [("yuv420", "yuv420p"), ("yuv422", "yuv422p"), ("yuv444", "yuv444p")])
def test_the_pixel_format_is_kept(net: Any, tmp_path: Path, token: str, found: str) -> None:
    recorded(net, tmp_path / "a.mp4", moviepixelformat=token)
    assert stream(tmp_path / "a.mp4")["pix_fmt"] == found


def test_a_stop_frame_movie_has_the_frames_that_were_added(net: Any, tmp_path: Path) -> None:
    out = recorder(net, type="stopframemovie", file="a.mov", record=True, pause=True)
    net.run(frames=2)
    out.par.addframe.pulse()
    out.par.addframe.pulse()
    net.run(frames=3)
    out.par.pause = False
    net.run(frames=1)
    out.par.pause = True
    out.par.addframe.pulse()
    net.run(frames=1)
    out.par.record = False
    assert frames_of(tmp_path / "a.mov") == [3, 3, 7]


def test_a_static_input_is_cooked_once_and_recorded_every_frame(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, fillcolorr=0.5, fillcolorg=0.5, fillcolorb=0.5)
    recorder(fast, source, file="a.mov", record=True)
    fast.run(frames=20)
    fast.finish()
    assert stream(tmp_path / "a.mov")["nb_read_frames"] == "20"
    assert fast.cooked.count(source.path) == 1


def test_a_movie_without_frames_leaves_no_file(net: Any, tmp_path: Path) -> None:
    out = recorder(net, type="stopframemovie", record=True, pause=True)
    net.run(frames=2)
    out.par.record = False
    assert files(tmp_path) == []
    assert out.writeCount == 0


def test_a_picture_that_waits_for_the_next_one_is_not_lost(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, where a frame is copied while the next one is drawn."""
    source = counting(fast)
    out = recorder(fast, source, file="a.mov", record=True, pause="=absTime.frame == 4")
    monkeypatch.setattr(source.image().gpu, "software", False)
    fast.run(frames=3)
    fast.run(frames=3)
    out.par.record = False
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3, 5, 6]


@pytest.mark.parametrize("type_", ["movie", "imagesequence"])
def test_the_last_picture_is_not_lost_when_record_goes_off_within_a_run(
    fast: Any, tmp_path: Path, type_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = counting(fast)
    recorder(fast, source, type=type_, imagefiletype="png", record="=absTime.frame < 4")
    monkeypatch.setattr(source.image().gpu, "software", False)
    fast.run(frames=5)
    if type_ == "movie":
        assert frames_of(tmp_path / "TDMovieOut.0.mov") == [1, 2, 3]
    else:
        assert frame_of(tmp_path / "TDMovieOut.0.2.png") == 3
        assert len(files(tmp_path)) == 3


def test_in_real_time_missed_frames_are_repeated_in_the_movie(fast: Any, tmp_path: Path) -> None:
    fast.realTime = True
    out = recorder(fast, file="a.mov", record="=2 <= absTime.frame < 10")
    for step in (1, 2, 3, 1, 5):  # the frames 1, 3, 6, 7 and 12
        fast._frame(step)
    assert frames_of(tmp_path / "a.mov") == [3, 6, 6, 6, 7, 7, 7, 7, 7]
    assert out.info()["total_frames_dropped"] == 2 + 4


def test_encode_test_mode_leaves_no_movie(fast: Any, tmp_path: Path) -> None:
    out = recorded(fast, tmp_path / "a.mov", encodetestmode=True)
    assert files(tmp_path) == []
    assert out.info()["total_frames_written"] == 5
    assert out.writeCount == 0


# -- settings --------------------------------------------------------------------------------------------------


def test_key_frames_and_b_frames_come_as_asked(net: Any, tmp_path: Path) -> None:
    recorded(net, tmp_path / "a.mov", frames=24, keyframeinterval=8, maxbframes=0)
    kinds = "".join(picture["pict_type"] for picture in pictures(tmp_path / "a.mov"))
    assert kinds == "IPPPPPPP" * 3
    recorded(net, tmp_path / "b.mov", frames=24, maxbframes=2)
    kinds = "".join(picture["pict_type"] for picture in pictures(tmp_path / "b.mov"))
    assert kinds.startswith("I")
    assert "B" in kinds
    assert kinds.count("I") == 1


@pytest.mark.parametrize(
    ("pars", "profile"),
    [
        ({"profile": "baseline", "maxbframes": 0}, "Constrained Baseline"),
        ({"profile": "main"}, "Main"),
        ({"profile": "high"}, "High"),
        ({"moviepixelformat": "yuv444"}, "High 4:4:4 Predictive"),
        ({"preset": "lossless"}, "High 4:4:4 Predictive"),
    ],
)
def test_the_profile_is_the_one_asked_for(net: Any, tmp_path: Path, pars: dict[str, Any], profile: str) -> None:
    recorded(net, tmp_path / "a.mov", **pars)
    assert stream(tmp_path / "a.mov")["profile"] == profile


def test_each_setting_reaches_the_encoder(net: Any, tmp_path: Path) -> None:
    """Software H.264 writes its settings into the file."""
    recorded(net, tmp_path / "a.mov", quality=1, encoderspeed="superfast", frameslicing=True, numslices=2,
             entropymode="cavlc", motionpredict="full", resolution=(64, 64))  # fmt: skip
    recorded(net, tmp_path / "b.mov", bitratemode="variable", avgbitrate=500, peakbitrate=800, entropymode="cabac")
    recorded(net, tmp_path / "c.mov", bitratemode="constanthq", avgbitrate=300, numslices=2)
    first, second, third = ((tmp_path / f"{name}.mov").read_bytes() for name in "abc")
    for text in (b"crf=8.0", b"slices=2", b"cabac=0", b"subme=0"):
        assert text in first
    for text in (b"rc=abr", b"bitrate=500", b"vbv_maxrate=800", b"cabac=1", b"rc_lookahead=10"):
        assert text in second
    for text in (b"rc=cbr", b"bitrate=300", b"rc_lookahead=40"):
        assert text in third
    assert b"slices=" not in third.replace(b"sliced_threads=", b"")


def test_software_in_place_of_nvenc_is_one_warning(net: Any, no_nvenc: None, tmp_path: Path) -> None:
    source = counting(net)
    automatic, software = (recorder(net, source, encoder=each, record=True) for each in ("auto", "software"))
    net.run(frames=5)
    assert automatic.warnings() == "NVENC is not used (it is out): H.264 is encoded by libx264, on the CPU"
    assert software.warnings() == ""
    assert [problem.path for problem in net.problems if problem.warning] == [automatic.path]


def test_what_the_encoder_cannot_follow_is_a_warning(net: Any, tmp_path: Path) -> None:
    out = recorded(net, tmp_path / "a.mov", motionpredict="half")
    assert out.warnings() == "x264 has no half-pixel motion prediction; motionpredict half is not used"


# -- when files end --------------------------------------------------------------------------------------------


def encoding() -> list[str]:
    """The movies that are being encoded."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("movie ")]


def test_one_movie_spans_several_runs_and_is_finished_when_record_goes_off(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, file="a.mov", record=True)
    for _ in range(3):
        fast.run(frames=4)
        assert encoding()
    assert out.writeCount == 0
    out.par.record = False
    assert not encoding()
    assert frames_of(tmp_path / "a.mov") == list(range(1, 13))
    assert out.writeCount == 1


def test_record_off_between_frames_ends_the_movie_at_once_whatever_moves_it(fast: Any, tmp_path: Path) -> None:
    fast.root.appendCustomPage("Render").appendToggle("Record")
    recorder(fast, file="a.mov", record="=parent.par.Record")
    fast.root.par.Record = True
    fast.run(frames=3)
    fast.root.par.Record = False
    assert not encoding()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3]


def test_record_off_at_the_end_of_the_last_frame_is_noticed_when_the_run_ends(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, file="a.mov", record=True)
    fast.delay(lambda: setattr(out.par, "record", False), 2, end_frame=True)
    fast.run(frames=3)
    assert not encoding()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3]


@pytest.mark.parametrize(("unit", "length"), [("seconds", 0.5), ("indices", 4), ("frames", 4)])
def test_a_limit_finishes_the_movie_in_its_frame(fast: Any, tmp_path: Path, unit: str, length: float) -> None:
    out = recorder(fast, file="a.mov", record=True, limitlength=True, length=length, lengthunit=unit, fps=8)
    seen = []
    fast.on_frame.append(lambda: seen.append(len(encoding())))
    fast.run(frames=6)
    assert seen == [1, 1, 1, 0, 0, 0]
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3, 4]
    assert out.par.record.eval()


def test_closing_the_project_finishes_movies(tmp_path: Path) -> None:
    with Net(folder=tmp_path) as net:
        recorder(net, file="a.mov", record=True)
        net.run(frames=7)
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3, 4, 5, 6, 7]


def test_an_interrupt_finishes_movies_after_the_frame(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, file="a.mov", record=True)
    fast.on_frame.append(lambda: signal.raise_signal(signal.SIGINT) if fast.frame == 4 else None)
    with pytest.raises(KeyboardInterrupt):
        fast.run(frames=100)
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3, 4]
    out.par.file = "b.mov"
    fast.run(frames=2)  # record was on all the time: no other movie begins
    assert files(tmp_path) == ["a.mov"]
    out.par.record = False
    out.par.record = True
    fast.run(frames=1)
    fast.finish()
    assert frames_of(tmp_path / "b.mov") == [7]


def test_a_destroyed_operator_finishes_its_movie(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, file="a.mov", record=True)
    fast.run(frames=3)
    out.destroy()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3]


# -- errors ----------------------------------------------------------------------------------------------------


def test_odd_sizes_are_refused_before_anything_is_written(net: Any, tmp_path: Path) -> None:
    out = recorder(net, counting(net, resolution=(17, 9)), file="new/a.mov", record=True)
    net.run(frames=2)
    assert "cannot record 17×9 as H.264 4:2:0 (needs even sizes); set the resolution to 18×10" in out.errors()
    assert list(tmp_path.iterdir()) == []
    assert len(net.problems) == 1


def test_a_change_of_resolution_ends_the_movie_with_what_it_has(fast: Any, tmp_path: Path) -> None:
    source = counting(fast)
    out = recorder(fast, source, file="a.mov", record=True)
    source.par.resolutionw.expr = "16 if absTime.frame < 4 else 32"
    fast.run(frames=6)
    assert "32×16" in out.errors()
    assert "ends after 3 frames: keep the resolution while recording" in out.errors()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3]
    assert [problem.frame for problem in fast.problems] == [4]


def test_frames_without_a_picture_are_left_out_of_the_movie(fast: Any, tmp_path: Path) -> None:
    source = counting(fast, rotate="=1 / (absTime.frame not in (1, 4))")
    out = recorder(fast, source, file="a.mov", record=True)
    fast.run(frames=6)
    out.par.record = False
    assert frames_of(tmp_path / "a.mov") == [2, 3, 5, 6]
    assert out.errors() == ""


def test_an_encoder_that_fails_costs_its_movie_the_rest_and_others_nothing(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = LibavEncoder.encode

    def failing(self: Any, frame: Any, index: int) -> Any:
        if index == 3 and frame.shape[1] == 32:
            raise EncoderError("cannot encode frame 3 (it is cursed)")
        return encode(self, frame, index)

    monkeypatch.setattr(LibavEncoder, "encode", failing)
    bad = recorder(fast, counting(fast, resolution=(32, 16)), file="bad.mov", record=True)
    good = recorder(fast, file="good.mov", record=True)
    fast.run(frames=20)
    fast.finish()
    assert bad.errors() == "cannot encode frame 3 (it is cursed)"
    assert good.errors() == ""
    assert frames_of(tmp_path / "bad.mov") == [1, 2, 3]
    assert frames_of(tmp_path / "good.mov") == list(range(1, 21))
    assert len(fast.problems) == 1
    assert not encoding()


def test_a_disk_error_at_the_very_end_is_shown(fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: Any) -> None:
        self._file.close()
        raise OutputError(f"cannot write {self.path} (No space left on device)")

    monkeypatch.setattr(Muxer, "close", failing)
    out = recorder(fast, file="a.mov", record=True)
    fast.run(frames=3)
    assert out.errors() == ""
    out.par.record = False
    assert out.errors().endswith("a.mov (No space left on device)")
    assert fast.failed


def test_pictures_of_any_format_are_recorded_in_eight_bits(net: Any, tmp_path: Path) -> None:
    for token in ("rgba32float", "rgba16fixed", "mono8fixed"):
        source = counting(net, fillcolorr=2, fillcolorg=2, fillcolorb=2, format=token)
        recorder(net, source, file=f"{token}.mov", record=True)
    net.run(frames=1)
    net.finish()
    for path in tmp_path.iterdir():
        assert np.abs(decode(path)[0].astype(int) - 255).max() <= 2
