from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tdlite.media.encoder import Packet, Pixels, Settings, StreamInfo
from tdlite.media.errors import EncoderError, MediaError, OutputError
from tdlite.media.libav import LibavEncoder
from tdlite.media.movie import MovieWriter

from .movies import decode, number_of, numbered_frame, probe

CONTAINERS = ["mp4", "mov", "mkv"]


def record(
    path: Path,
    frames: int,
    rate: Fraction | float = 30,
    settings: Settings | None = None,
    encoder: str = "libx264",
) -> None:
    settings = settings or Settings(keyframe_interval=20)
    with MovieWriter(path, LibavEncoder(encoder), "automatic", 160, 96, rate, settings) as movie:
        for index in range(frames):
            movie.put(numbered_frame(index))
        assert movie.frames_accepted == frames


def numbers(path: Path) -> list[int]:
    return [number_of(picture) for picture in decode(path)]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("rate", [Fraction(24000, 1001), 25, 30, 60])
def test_each_frame_is_there_once_in_order_at_its_exact_time(
    container: str, rate: Fraction | int, tmp_path: Path
) -> None:
    path, count = tmp_path / f"a.{container}", 75
    record(path, count, rate)
    assert numbers(path) == list(range(count))
    found = probe(path, "-show_frames")
    stream = found["streams"][0]
    assert Fraction(stream["avg_frame_rate"]) == rate
    assert Fraction(stream["r_frame_rate"]) == rate
    assert stream["start_pts"] == 0
    assert stream["has_b_frames"] > 0, "the test is about files with B-frames"
    unit = Fraction(stream["time_base"])
    times = [frame["pts"] * unit for frame in found["frames"]]
    if container == "mkv":  # whole milliseconds
        error = max(abs(time - index / Fraction(rate)) for index, time in enumerate(times))
        assert error <= Fraction(1, 2000)
        assert abs(Fraction(found["format"]["duration"]) - count / Fraction(rate)) <= Fraction(1, 1000)
    else:
        assert times == [index / Fraction(rate) for index in range(count)]
        assert {frame["pkt_duration"] * unit for frame in found["frames"]} == {1 / Fraction(rate)}
        assert stream["duration_ts"] * unit == count / Fraction(rate)
        assert stream["nb_frames"] == str(count)
        assert stream["codec_tag_string"] == "avc1"


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_single_frame_is_a_movie(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    record(path, 1)
    assert numbers(path) == [0]


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_file_says_how_its_colours_are_to_be_read(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    record(path, 3)
    stream = probe(path)["streams"][0]
    names = ("color_primaries", "color_transfer", "color_space", "color_range", "pix_fmt")
    assert [stream[name] for name in names] == ["bt709", "bt709", "bt709", "tv", "yuv420p"]
    if container != "mkv":
        atom = path.read_bytes().index(b"colrncl") + 8  # nclx in mp4, nclc in mov
        assert path.read_bytes()[atom : atom + 6] == b"\0\1\0\1\0\1"


@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_a_finished_file_is_ordinary_without_visible_fragments(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    record(path, 75)
    data, position, boxes = path.read_bytes(), 0, []
    while position < len(data):
        size = int.from_bytes(data[position : position + 4])
        boxes.append(data[position + 4 : position + 8].decode())
        position += size if size > 1 else int.from_bytes(data[position + 8 : position + 16])
    assert "moof" not in boxes
    assert boxes.count("moov") == 1


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_killed_process_leaves_a_playable_file(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    result = run_recorder(path, 200, "kill")
    assert result.returncode == -9
    found = numbers(path)
    assert found == list(range(len(found)))
    # Lost: one key-frame interval (30; or a second), the queue (3) and what x264 holds back.
    assert len(found) >= 200 - 30 - 3 - 60
    assert probe(path)["streams"][0]["start_pts"] == 0


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_full_disk_is_an_error_that_names_the_file_and_the_file_stays_playable(
    container: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{container}"
    result = run_recorder(path, 200, "limit=150000")
    assert (result.returncode, result.stderr) == (0, "")
    assert f"cannot write {path} (File too large); raise the file size limit" in result.stdout
    found = numbers(path)
    assert len(found) > 5
    assert found[:-2] == list(range(len(found) - 2)), "only the torn end may be damaged"


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_disk_too_small_by_one_byte_is_an_error_too(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    run_recorder(path, 40, "limit=1000000000")
    size = path.stat().st_size
    path.unlink()
    assert "File too large" in run_recorder(path, 40, f"limit={size - 1}").stdout
    assert numbers(path)[:-2] == list(range(38))


def test_a_process_that_forgets_to_close_still_ends_and_finishes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    result = run_recorder(path, 20, "forget")
    assert (result.returncode, result.stderr) == (0, "")
    assert numbers(path) == list(range(20))


@pytest.mark.parametrize(
    ("codec", "container", "delay"),
    [
        # What the encoder holds back: nothing, or what it looks ahead.
        *(("rle", "mov", 2), ("mjpa", "mp4", 2), ("mpeg4", "mp4", 4), ("prores", "mov", 4), ("prores", "mkv", 4)),
        *(("hap", "mov", 30), ("cineform", "mov", 4), ("h265nvgpu", "mp4", 40), ("h265nvgpu", "mkv", 40)),
        *(("vp9", "webm", 40), ("vp8", "mkv", 40), ("av1", "mp4", 70), ("av1", "mkv", 70)),
    ],
)
def test_a_killed_process_leaves_a_playable_file_with_other_codecs(
    codec: str, container: str, delay: int, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{container}"
    result = run_recorder(path, 160, "kill", codec)
    assert result.returncode == -9
    found = numbers(path)
    assert found == list(range(len(found)))
    # Lost: one key-frame interval (30; or a second), the queue (3), and threads that encode ahead.
    assert len(found) >= 160 - 30 - 3 - 6 - delay
    assert probe(path)["streams"][0]["start_pts"] == 0


def run_recorder(path: Path, frames: int, how: str, *codec: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(Path(__file__).with_name("recorder.py")), str(path), str(frames), how, *codec]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_a_forgotten_writer_finishes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    movie = MovieWriter(path, LibavEncoder(), "automatic", 160, 96, 30, Settings())
    thread = movie._recording.thread
    movie.put(numbered_frame(0))
    del movie
    gc.collect()
    thread.join(60)
    assert numbers(path) == [0]


@pytest.mark.parametrize(
    ("pixel_format", "size", "mend"),
    [
        ("yuv420", (161, 97), r"4:2:0 \(needs even sizes\); set the resolution to 162×98 or .* yuv444"),
        ("yuv422", (161, 97), r"4:2:2 \(needs an even width\); set the resolution to 162×97"),
    ],
)
def test_odd_sizes_are_refused_before_anything_is_written(
    pixel_format: str, size: tuple[int, int], mend: str, tmp_path: Path
) -> None:
    settings = Settings(pixel_format=pixel_format)
    with pytest.raises(EncoderError, match=f"cannot record 161×97 as H.264 {mend}"):
        MovieWriter(tmp_path / "new" / "a.mp4", LibavEncoder(), "automatic", *size, 30, settings)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_container_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="webm does not hold H.264"):
        MovieWriter(tmp_path / "new" / "a.webm", LibavEncoder(), "automatic", 160, 96, 30, Settings())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="a part of the path is a file"):
        MovieWriter(tmp_path / "file" / "a.mp4", LibavEncoder(), "automatic", 160, 96, 30, Settings())
    with pytest.raises(OutputError, match="add a file name"):
        MovieWriter(tmp_path, LibavEncoder(), "mp4", 160, 96, 30, Settings())


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folders" / "a.mp4"
    record(path, 2)
    assert numbers(path) == [0, 1]


def test_a_movie_without_frames_leaves_no_file(tmp_path: Path) -> None:
    record(tmp_path / "a.mp4", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_movie_without_frames_leaves_an_older_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"older")
    record(path, 0)
    assert path.read_bytes() == b"older"
    record(path, 3)
    assert numbers(path) == [0, 1, 2]


def test_two_movies_cannot_be_one_file_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a.mp4")
    with MovieWriter(tmp_path / "a.mp4", LibavEncoder(), "automatic", 160, 96, 30, Settings()) as movie:
        movie.put(numbered_frame(7))
        for name in ("a.mp4", "link.mp4"):
            with pytest.raises(OutputError, match=rf"{name} \(.* busy\); another recording is writing it"):
                MovieWriter(tmp_path / name, LibavEncoder(), "automatic", 160, 96, 30, Settings())
    assert numbers(tmp_path / "a.mp4") == [7]
    with MovieWriter(tmp_path / "link.mp4", LibavEncoder(), "automatic", 160, 96, 30, Settings()) as movie:
        movie.put(numbered_frame(8))
    assert numbers(tmp_path / "a.mp4") == [8]


def test_an_aborted_movie_leaves_no_file(tmp_path: Path) -> None:
    settings = Settings(keyframe_interval=2)
    movie = MovieWriter(tmp_path / "a.mp4", LibavEncoder(), "automatic", 160, 96, 30, settings)
    for index in range(80):
        movie.put(numbered_frame(index))
    movie.abort()
    movie.abort()
    movie.close()
    assert list(tmp_path.iterdir()) == []


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    movie = MovieWriter(tmp_path / "a.mp4", LibavEncoder(), "automatic", 160, 96, 30, Settings())
    movie.put(numbered_frame(0))
    movie.close()
    movie.close()
    movie.abort()
    assert numbers(tmp_path / "a.mp4") == [0]
    with pytest.raises(MediaError, match="closed"):
        movie.put(numbered_frame(1))


class Failing:
    """libx264 until frame `last`; there it fails."""

    codec = "h264"
    warnings: list[str] = []

    def __init__(self, last: int, gate: threading.Event | None = None) -> None:
        self.inner, self.last, self.gate = LibavEncoder(), last, gate
        self.error = EncoderError("the encoder is on fire")

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        return self.inner.open(width, height, rate, settings)

    def encode(self, frame: Pixels, index: int) -> Iterable[Packet]:
        if self.gate is not None:
            assert self.gate.wait(100)
        if index == self.last:
            raise self.error
        return self.inner.encode(frame, index)

    def finish(self) -> Iterable[Packet]:
        return self.inner.finish()

    def abort(self) -> None:
        self.inner.abort()


def test_an_error_of_the_encoder_arrives_as_itself_and_the_file_is_finished(tmp_path: Path) -> None:
    path, encoder = tmp_path / "a.mp4", Failing(120)
    movie = MovieWriter(path, encoder, "automatic", 160, 96, 30, Settings())

    def feed() -> None:
        for index in range(500):
            movie.put(numbered_frame(index))

    with pytest.raises(EncoderError) as caught:
        feed()
    assert caught.value is encoder.error
    with pytest.raises(EncoderError):
        movie.put(numbered_frame(0))
    movie.close()  # it was raised already
    assert numbers(path) == list(range(120)), "every frame before the failing one"
    assert movie.queued == 0


def test_an_error_nobody_has_seen_is_raised_by_close_once(tmp_path: Path) -> None:
    encoder = Failing(0)
    movie = MovieWriter(tmp_path / "a.mp4", encoder, "automatic", 160, 96, 30, Settings())
    movie.put(numbered_frame(0))
    with pytest.raises(EncoderError) as caught:
        movie.close()
    assert caught.value is encoder.error
    movie.close()
    assert list(tmp_path.iterdir()) == []


def test_put_waits_while_the_queue_is_full_and_loses_nothing(tmp_path: Path) -> None:
    path, gate = tmp_path / "a.mp4", threading.Event()
    movie = MovieWriter(path, Failing(-1, gate), "automatic", 160, 96, 30, Settings(), depth=2)

    def feed() -> None:
        for index in range(12):
            movie.put(numbered_frame(index))

    feeder = threading.Thread(target=feed)
    feeder.start()
    deadline = time.monotonic() + 60
    while movie.frames_accepted < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    assert movie.frames_accepted == movie.queued == 3, "one with the encoder, two in the queue"
    gate.set()
    feeder.join(60)
    movie.close()
    assert numbers(path) == list(range(12))


def test_a_frame_of_another_size_is_an_error_that_says_both(tmp_path: Path) -> None:
    movie = MovieWriter(tmp_path / "a.mp4", LibavEncoder(), "automatic", 160, 96, 30, Settings())
    movie.put(np.zeros((48, 80, 4), np.uint8))
    with pytest.raises(EncoderError, match=r"frame 0: it is \[48, 80, 4\] .* takes \[96, 160, 4\] uint8"):
        movie.close()


def test_two_recordings_of_the_same_frames_are_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mov", "b.mov"):  # of a codec whose encoder has no choice
        record(tmp_path / name, 90, settings=Settings(pixel_format="rgb"), encoder="qtrle")
    assert (tmp_path / "a.mov").read_bytes() == (tmp_path / "b.mov").read_bytes()


def test_two_recordings_of_the_same_frames_show_the_same_at_the_same_times(tmp_path: Path) -> None:
    """Also where an encoder of several threads is free to write the same picture otherwise."""
    found = []
    for name in ("a.mp4", "b.mp4"):
        record(tmp_path / name, 90)
        frames = probe(tmp_path / name, "-show_frames")["frames"]
        found.append([[each[key] for key in ("pts", "pkt_duration", "key_frame")] for each in frames])
        assert numbers(tmp_path / name) == list(range(90))
    assert found[0] == found[1]
