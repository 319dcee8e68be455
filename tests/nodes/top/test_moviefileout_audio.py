"""The sound of a recorded movie: which samples belong to which frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.test_audio import heard, stream
from network import Net
from numpy.typing import NDArray
from recordings import files, frames_of, recorder

from tdlite.ops import CHOP, Channels, OpError

RATE = 48000


class numberedCHOP(CHOP):
    """Samples that say where on the time line they lie: index / 2^20, in a time slice."""

    sliced = True
    rate_now = RATE
    count = 1
    fails_at: tuple[int, ...] = ()

    def initial(self) -> None:
        return None

    def step(self, at: Any, state: None) -> tuple[Channels, None]:
        if at.frame in self.fails_at:
            raise OpError("no sound today")
        span = at.slice(self.rate_now)
        row = np.arange(span.start, span.stop) / 2**20
        return Channels([f"chan{i}" for i in range(self.count)], np.stack([row] * self.count), self.rate_now,
                        span.start, sliced=True), None  # fmt: skip


def sound_source(net: Any, **attributes: Any) -> Any:
    chop = net.root.create(numberedCHOP)
    for name, value in attributes.items():
        setattr(chop, name, value)
    return chop


def pcm(net: Any, chop: Any, **pars: Any) -> Any:
    """A recorder of ``a.mov`` with the sound of a CHOP, kept to the bit."""
    return recorder(net, **{"file": "a.mov", "audiochop": chop, "audiocodec": "pcm24", "record": True, **pars})


def indices(path: Path) -> NDArray[np.int64]:
    """The numbers of the samples in a file of 24-bit PCM."""
    return np.rint(heard(path, 1)[0] * 2**20).astype(np.int64)


def test_each_frame_comes_with_the_samples_of_its_time(net: Any, tmp_path: Path) -> None:
    out = pcm(net, sound_source(net), record="=4 <= absTime.frame < 24")
    net.run(frames=30)
    assert out.errors() == ""
    assert out.warnings() == ""
    assert frames_of(tmp_path / "a.mov") == list(range(4, 24))
    assert indices(tmp_path / "a.mov").tolist() == list(range(3 * 800, 23 * 800))


@pytest.mark.parametrize(("typed", "rate"), [(29.97, 48000), (23.976, 44100), (59.94, 44100), (60, 22050)])
def test_up_to_each_frame_there_are_exactly_as_many_samples_as_its_time(
    tmp_path: Path, typed: float, rate: int
) -> None:
    with Net(cookRate=typed, folder=tmp_path) as net:
        source = sound_source(net, rate_now=rate)
        out = pcm(net, source, record="=absTime.frame >= 3")
        fps, counts = net.rate, []
        net.on_frame.append(lambda: counts.append((out.info()["total_frames_written"], *audio(out))))
        net.run(frames=40)
        begin = int(2 * rate / fps)
        written = 0
        for frames, last, total, last_frames, total_frames in counts:
            assert total == int(int(frames) * rate / fps)
            assert last == total - written
            assert total_frames == pytest.approx(total * float(fps) / rate)
            assert last_frames == pytest.approx(last * float(fps) / rate)
            written = total
        out.par.record = False
    # A sample is held back where the frame's own count is one more than its time so far.
    assert indices(tmp_path / "a.mov").tolist() == list(range(begin, begin + int(38 * rate / fps)))


def audio(out: Any) -> tuple[float, ...]:
    info = out.info()
    kinds = ("last_audio_samples", "total_audio_samples", "last_audio_frames", "total_audio_frames")
    return tuple(info[f"{kind}_written"] for kind in kinds)


def test_an_hour_at_29_97_has_no_drift() -> None:
    """108 000 frames, by the arithmetic alone."""
    from tdlite.ops.recordingaudio import Track

    class Stub:
        rate, realTime, frame = Fraction(30000, 1001), False, 0
        path = "/sound1"

    project: Any = Stub()
    zeros = np.zeros((1, 1700))

    def of_frame(frame: int) -> Channels:
        first, stop = (int(each * 44100 / project.rate) for each in (frame - 1, frame))
        return Channels(["chan1"], zeros[:, : stop - first], 44100, first, sliced=True)

    track = Track(project, project, of_frame(1), project.rate)
    total = 0
    for index in range(108_000):
        project.frame = index + 7
        track.take(of_frame(project.frame), 1)
        total += track.deal(index + 1).shape[1]
        assert total == (index + 1) * 44100 * 1001 // 30000
        assert track._held <= 1
    assert track.dealt == 108_000 * 44100 * 1001 // 30000


def test_a_pause_leaves_out_sound_and_picture(net: Any, tmp_path: Path) -> None:
    pcm(net, sound_source(net), pause="=5 <= absTime.frame < 9")
    net.run(frames=12)
    net.close()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3, 4, 9, 10, 11, 12]
    assert indices(tmp_path / "a.mov").tolist() == [*range(4 * 800), *range(8 * 800, 12 * 800)]


def test_an_added_frame_has_the_sound_of_its_frame_once(net: Any, tmp_path: Path) -> None:
    out = pcm(net, sound_source(net), type="stopframemovie", pause=True)
    for frame, presses in ((1, 0), (2, 1), (3, 0), (4, 3), (5, 1)):
        for _ in range(presses):
            out.par.addframe.pulse()
        net.run(frames=1)
        assert out.info()["last_audio_samples_written"] == presses * 800, frame
    out.par.record = False
    assert frames_of(tmp_path / "a.mov") == [2, 4, 4, 4, 5]
    silence = [0] * 1600
    assert indices(tmp_path / "a.mov").tolist() == [*range(800, 1600), *range(2400, 3200), *silence, *range(3200, 4000)]


def test_a_limited_length_limits_both(net: Any, tmp_path: Path) -> None:
    pcm(net, sound_source(net), limitlength=True, length=0.1)
    net.run(frames=12)
    assert len(frames_of(tmp_path / "a.mov")) == 6
    assert indices(tmp_path / "a.mov").tolist() == list(range(4800))


def test_a_chop_that_fails_is_silent_with_a_warning_and_stays_in_step(net: Any, tmp_path: Path) -> None:
    source = sound_source(net, fails_at=(4, 5))
    out = pcm(net, source)
    net.run(frames=8)
    assert out.errors() == ""
    assert out.warnings() == f"{source.path} has an error: silence is recorded while that lasts"
    net.close()
    assert indices(tmp_path / "a.mov").tolist() == [*range(2400), *[0] * 1600, *range(4000, 6400)]
    assert len(frames_of(tmp_path / "a.mov")) == 8


def test_a_chop_that_fails_when_recording_begins_is_an_error_and_nothing_is_written(net: Any, tmp_path: Path) -> None:
    out = recorder(net, file="new/a.mov", audiochop=sound_source(net, fails_at=(1,)), record=True)
    net.run(frames=1)
    assert "cannot record the sound of /numbered1: it has an error; give it at least one channel" in out.errors()
    assert files(tmp_path) == []


@pytest.mark.parametrize("change", [{"count": 2}, {"rate_now": 44100}])
def test_another_form_of_sound_ends_the_movie_with_an_error(net: Any, tmp_path: Path, change: Any) -> None:
    source = sound_source(net)
    out = pcm(net, source)
    net.run(frames=3)
    for name, value in change.items():
        setattr(source, name, value)
    net.run(frames=2)
    assert "cannot go on recording /numbered1: it had 1 channels at 48000 samples a second, now" in out.errors()
    assert indices(tmp_path / "a.mov").tolist() == list(range(2400))
    assert len(frames_of(tmp_path / "a.mov")) == 3


def test_at_another_rate_sound_slows_down_with_the_picture(net: Any, tmp_path: Path) -> None:
    """One cooked frame is one of the file: at 30 instead of 60 a second everything lasts twice as long."""
    out = pcm(net, sound_source(net), fps=30)
    net.run(frames=20)
    assert out.info()["total_audio_samples_written"] == 20 * 800
    assert "picture and sound play at 0.5 times their speed" in out.warnings()
    net.close()
    assert stream(tmp_path / "a.mov")["sample_rate"] == "24000"
    assert indices(tmp_path / "a.mov").tolist() == list(range(20 * 800))
    with Net(folder=tmp_path) as other:
        pcm(other, sound_source(other), file="b.mov", fps=25)
        other.run(frames=20)
    assert stream(tmp_path / "b.mov")["sample_rate"] == "48000"
    found = heard(tmp_path / "b.mov", 1)[0] * 2**20
    assert len(found) == 20 * 48000 // 25
    np.testing.assert_allclose(found[500:-500], np.arange(len(found))[500:-500] * 25 / 60, atol=1)


def test_a_chop_at_the_frame_rate_is_resampled_and_one_without_slices_is_warned_of(net: Any, tmp_path: Path) -> None:
    source = net.constantCHOP(const0value=0.25)
    out = pcm(net, source)
    net.run(frames=12)
    assert f"{source.path} is not time-sliced" in out.warnings()
    assert "sound at 60 samples a second is resampled to 48000, as 24-bit PCM" in out.warnings()
    assert out.info()["total_audio_samples_written"] == 12 * 800
    net.close()
    found = heard(tmp_path / "a.mov", 1)[0]
    assert len(found) == 12 * 800
    np.testing.assert_allclose(found, 0.25, atol=2e-3)


def test_a_chop_with_fewer_samples_than_frames_is_not_called_silent(net: Any, tmp_path: Path) -> None:
    out = pcm(net, sound_source(net, rate_now=7))
    net.run(frames=60)
    assert out.warnings() == "sound at 7 samples a second is resampled to 48000, as 24-bit PCM"
    net.close()
    assert len(heard(tmp_path / "a.mov", 1)[0]) == 48000


@pytest.mark.parametrize(
    ("pars", "said"),
    [
        ({"file": "a.mp4", "audiocodec": "pcm16"}, "mp4 does not hold it; set audiocodec to another (alac, mp3, aac"),
        ({"file": "a.gif", "videocodec": "gif"}, "gif files have none"),
        ({"file": "a.mov", "audiocodec": "mp3"}, "3 channels of sound as MP3 (takes 1, 2); set audiocodec to another"),
        ({"file": "a.mov", "fps": 1e6}, "they are shorter than a sample; set a lower fps, or leave audiochop empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_before_anything_is_written(net: Any, tmp_path: Path, pars: Any, said: str) -> None:
    out = recorder(net, audiochop=sound_source(net, count=3), record=True, **pars)
    net.run(frames=2)
    assert said in out.errors()
    assert files(tmp_path) == []


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "aac"), ("a.mov", "aac"), ("a.mkv", "aac"), ("a.webm", "opus")])
def test_automatic_is_what_such_files_usually_have(net: Any, tmp_path: Path, name: str, codec: str) -> None:
    video = {"videocodec": "vp8"} if name.endswith("webm") else {}
    recorder(net, file=name, audiochop=sound_source(net), record=True, **video)
    net.run(frames=3)
    net.close()
    assert stream(tmp_path / name)["codec_name"] == codec


def test_images_have_no_sound_and_a_test_writes_none(net: Any, tmp_path: Path) -> None:
    source = sound_source(net)
    out = recorder(net, type="imagesequence", imagefiletype="png", audiochop=source, record=True)
    net.run(frames=1)
    assert out.warnings() == "audiochop is not recorded: images have no sound"
    test = recorder(net, file="t.mov", encodetestmode=True, audiochop=source, record=True)
    net.run(frames=3)
    assert test.info()["total_audio_samples_written"] == 3 * 800
    net.close()
    assert not (tmp_path / "t.mov").exists()


def test_the_sound_is_cooked_before_it_is_recorded_and_a_moving_sound_draws_no_picture(fast: Any) -> None:
    source = sound_source(fast)
    still = fast.rectangleTOP(resolution=(16, 16))
    pcm(fast, source, source=still, record="=absTime.frame >= 3")
    fast.run(frames=2)
    fast.trace.clear()
    fast.run(frames=3)
    assert fast.cooked.count(source.path) == 3
    assert still.path not in fast.cooked
    fast.close()
    assert indices(Path(fast.folder) / "a.mov").tolist() == list(range(1600, 4000))


@pytest.mark.parametrize("fps", [30, 60, 90])
def test_in_real_time_repeated_frames_keep_sound_and_picture_together(tmp_path: Path, fps: int) -> None:
    with Net(cookRate=60, folder=tmp_path) as net:
        net.realTime = True
        out = pcm(net, sound_source(net), fps=fps)
        for step in (1, 3, 1, 2, 5, 1, 30, 1):  # frames of the timeline that pass with each that is cooked
            net._frame(step)
        out.par.record = False
        assert out.errors() == ""
        info = out.info()
    found = indices(tmp_path / "a.mov")
    frames = len(frames_of(tmp_path / "a.mov"))
    passed = 44
    assert frames == -(-passed * fps // 60)
    assert len(found) == frames * RATE // fps == info["total_audio_samples_written"]
    # A slice has 0.2 s at most: of the 30 frames that passed at once, the sound of the first 18 is lost.
    expected = np.arange(passed * 800)
    expected[13 * 800 : (13 + 18) * 800] = 0
    assert found[: len(expected)].tolist() == expected.tolist()
    assert not found[len(expected) :].any()
    if fps == 60:
        assert info["total_frames_dropped"] == 44 - 8
