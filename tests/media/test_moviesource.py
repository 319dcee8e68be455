"""Frames of movies by number, in any order, against ffmpeg and against the number that each shows."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tdlite.media import moviesource
from tdlite.media.errors import InputError
from tdlite.media.moviesource import Movie
from tdlite.media.reading import open_pictures
from tdlite.media.soundfile import SoundFile

from .movies import BITS, numbered_frame

COUNT = 70


def encode(path: Path, *options: str, rate: str = "30", count: int = COUNT, size: tuple[int, int] = (160, 96)) -> Path:
    """A movie made by the ffmpeg program, each frame with its number in it."""
    frames = b"".join(np.ascontiguousarray(numbered_frame(n, *size)[::-1]).tobytes() for n in range(count))
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{size[0]}x{size[1]}", "-r", rate, "-i", "-"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *options, str(path)], input=frames, check=True)
    return path


def number(picture) -> int:
    """The number that a picture shows: its luma, or its green."""
    plane = picture.planes[0]
    row = plane[plane.shape[0] * 3 // 4, :, 1 if plane.shape[2] == 4 else 0]
    half = 128 if plane.dtype == np.uint8 else plane.max() // 2
    bar = plane.shape[1] // BITS
    return sum(int(row[bit * bar + bar // 2] > half) << bit for bit in range(BITS))


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-g", "12", "-pix_fmt", "yuv420p")
WAYS = {
    "h264 mp4": ("a.mp4", "30", H264),
    "h264 mov 24000/1001": ("a.mov", "24000/1001", H264),
    "h264 mkv 25": ("a.mkv", "25", H264),
    "h264 mkv 30000/1001": ("b.mkv", "30000/1001", H264),
    "h264 mp4 60": ("b.mp4", "60", H264),
    "open gop": ("a.mp4", "30", (*H264, "-x264-params", "open-gop=1:bframes=3")),
    "one key frame": ("a.mp4", "30", (*H264[:-4], "-g", "1000", "-pix_fmt", "yuv420p")),
    "intra refresh": ("a.mp4", "30", (*H264, "-x264-params", "intra-refresh=1:bframes=0")),
    "transport stream": ("a.ts", "30", H264),
    "h265": ("a.mp4", "25", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=3",
                             "-g", "12", "-pix_fmt", "yuv420p")),
    "mpeg4 in avi": ("a.avi", "25", ("-c:v", "mpeg4", "-bf", "2", "-g", "12", "-q:v", "3")),
    "mpeg2": ("a.mpg", "25", ("-c:v", "mpeg2video", "-bf", "2", "-g", "12", "-q:v", "3")),
    "vp8": ("a.webm", "30", ("-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime", "-auto-alt-ref", "1",
                             "-pix_fmt", "yuv420p", "-lag-in-frames", "16")),
    "vp9": ("b.webm", "30", ("-c:v", "libvpx-vp9", "-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8")),
    "raw h264": ("a.h264", "25", H264),
    "ffv1": ("a.mkv", "30", ("-c:v", "ffv1", "-pix_fmt", "bgr0")),
    "animation": ("a.mov", "30", ("-c:v", "qtrle",)),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_every_frame_is_found_forwards_backwards_and_at_random(tmp_path, name):
    file, rate, options = WAYS[name]
    movie = Movie(str(encode(tmp_path / file, *options, rate=rate)))
    assert movie.count == COUNT
    assert movie.rate == Fraction(rate)
    assert movie.times is None
    orders = [*range(COUNT), *reversed(range(COUNT)), *random.Random(4).sample(range(COUNT), 25)]
    seen = [(n, number(movie.picture(n))) for n in orders]
    assert [pair for pair in seen if pair[0] != pair[1]] == []
    assert not movie.warnings
    movie.close()


def test_a_frame_at_random_costs_at_most_one_group_of_pictures(tmp_path, monkeypatch):
    movie = Movie(str(encode(tmp_path / "a.mp4", *H264)))
    fed = []
    batch = movie._batch
    monkeypatch.setattr(movie, "_batch", lambda: fed.append(1) or batch())
    for n in random.Random(2).sample(range(COUNT), 12):
        movie._frames.clear()
        fed.clear()
        movie._next = COUNT  # not from where it happens to stand
        assert number(movie.picture(n)) == n
        # The group, and as many packets more as the decoder holds back.
        assert len(fed) <= 12 + 3 + movie._decoder.thread_count + 4
    movie.close()


def test_a_group_is_decoded_once_to_be_shown_backwards(tmp_path, monkeypatch):
    movie = Movie(str(encode(tmp_path / "a.mp4", *H264)))
    fed = []
    batch = movie._batch
    monkeypatch.setattr(movie, "_batch", lambda: fed.append(1) or batch())
    for n in reversed(range(COUNT)):
        movie.picture(n)
    assert len(fed) < 3 * COUNT
    movie.close()


def test_what_is_decoded_is_what_ffmpeg_decodes(tmp_path):
    path = tmp_path / "a.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=192x108:r=25:d=1", *H264, str(path)],
                   check=True)  # fmt: skip
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-"], check=True,
                         capture_output=True).stdout  # fmt: skip
    wanted = np.frombuffer(raw, np.uint8).reshape(25, -1)
    movie = Movie(str(path))
    for n in (24, 3, 17, 0, 11):
        got = np.concatenate([plane[::-1].ravel() for plane in movie.picture(n).planes])
        assert np.array_equal(got, wanted[n])
    movie.close()


def test_an_edit_list_hides_frames_before_its_beginning(tmp_path):
    whole = encode(tmp_path / "a.mp4", *H264)
    cut = tmp_path / "cut.mp4"
    # Copied from between two key frames: the packets from the key frame on are there, the edit list begins later.
    subprocess.run(["ffmpeg", "-v", "error", "-ss", "0.6", "-i", str(whole), "-c", "copy", str(cut)], check=True)
    movie = Movie(str(cut))
    shown = [number(movie.picture(n)) for n in range(movie.count)]
    assert shown == list(range(18, 18 + movie.count))
    assert [number(movie.picture(n)) for n in reversed(range(movie.count))] == shown[::-1]
    movie.close()


def test_times_may_begin_anywhere(tmp_path):
    movie = Movie(str(encode(tmp_path / "a.mkv", *H264, "-output_ts_offset", "7.5")))
    assert movie.times is None
    assert [number(movie.picture(n)) for n in (40, 0, 69)] == [40, 0, 69]
    movie.close()


def test_a_variable_rate_keeps_each_frame_and_its_time(tmp_path):
    # Frame n is shown n²/100 s after the first.
    filters = ("-vf", "settb=1/1000,setpts=N*N*10", "-fps_mode", "vfr")
    movie = Movie(str(encode(tmp_path / "a.mkv", *filters, *H264, "-enc_time_base", "1/1000", count=20)))
    assert movie.count == 20
    assert [round(float(time) * 100) for time in movie.times] == [n * n for n in range(20)]
    assert movie.rate == Fraction(19 * 100, 19 * 19)
    assert [number(movie.picture(n)) for n in (19, 4, 5)] == [19, 4, 5]
    movie.close()


def test_a_file_cut_off_shows_what_is_left_of_it(tmp_path):
    path = encode(tmp_path / "a.mkv", *H264)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    movie = Movie(str(path))
    assert 20 < movie.count < COUNT
    pictures = [movie.picture(n) for n in range(movie.count)]
    assert [number(picture) for picture in pictures[:-4]] == list(range(movie.count - 4))
    movie.close()


def test_where_bytes_are_damaged_the_frame_before_is_shown_with_a_sentence(tmp_path):
    path = encode(tmp_path / "a.mov", "-c:v", "ffv1", "-g", "1", "-slicecrc", "1", "-pix_fmt", "bgr0", count=20)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)
    movie = Movie(str(path))
    assert movie.count == 20
    pictures = [movie.picture(n) for n in range(20)]
    lost = [n for n in range(20) if pictures[n].trouble]
    assert 1 <= len(lost) <= 4
    assert lost == list(range(lost[0], lost[-1] + 1))
    assert all(number(pictures[n]) == (lost[0] - 1 if n in lost else n) for n in range(20))
    assert f"frame {lost[0]} of a.mov cannot be decoded" in pictures[lost[0]].trouble
    movie.close()


def test_a_stream_that_begins_between_key_frames_begins_with_the_first_of_them(tmp_path):
    whole = encode(tmp_path / "a.ts", *H264)
    data = whole.read_bytes()
    headers = data[: 188 * 3]
    start = len(data) // 3 // 188 * 188
    (tmp_path / "b.ts").write_bytes(headers + data[start:])
    movie = Movie(str(tmp_path / "b.ts"))
    shown = [number(movie.picture(n)) for n in range(movie.count)]
    assert shown == list(range(COUNT - movie.count, COUNT))
    assert shown[0] % 12 == 0
    movie.close()


def test_a_damaged_beginning_leaves_the_rest(tmp_path):
    path = encode(tmp_path / "a.mov", "-c:v", "ffv1", "-g", "1", "-slicecrc", "1", "-pix_fmt", "bgr0", count=20)
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 8
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    movie = Movie(str(path))
    assert number(movie.picture(19)) == 19
    with pytest.raises(InputError, match="cannot decode frame 0 of a.mov"):
        movie.picture(0)
    movie.close()


@pytest.mark.parametrize("content", [b"It is only text.\n" * 50, bytes(4000), b"\0\0\0\x18ftypmp42" + bytes(300)])
def test_what_is_no_movie_is_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.mp4"):
        Movie(str(path))


def test_sound_alone_is_refused(tmp_path):
    path = tmp_path / "a.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=0.2", str(path)], check=True)
    with pytest.raises(InputError, match="no video"):
        Movie(str(path))


def test_nvdec_that_is_not_there_is_told_and_the_cpu_decodes(tmp_path):
    movie = Movie(str(encode(tmp_path / "a.mp4", *H264)), hardware=True)
    assert number(movie.picture(33)) == 33
    if not movie.hardware:
        assert "decoding on the CPU" in movie.warnings[0]
    movie.close()


# -- files that change while they play -------------------------------------------------------------------------


def noisy(path: Path, count: int = 60) -> Path:
    """Noise, so that no buffer holds the whole file."""
    source = f"nullsrc=s=320x240:r=30:d={count / 30},geq=random(1)*255:128:128"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*command, "-g", "10", "-qp", "18", str(path)], check=True)
    return path


def complaints(movie: Movie, numbers: Iterable[int]) -> set[str]:
    """What is said about frames that cannot be shown as they are."""
    said = set()
    for each in numbers:
        try:
            said.add(movie.picture(each).trouble)
        except InputError as error:
            said.add(str(error))
    return said


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_file_that_shrinks_while_it_plays_is_told_in_every_frame_that_is_missing(tmp_path: Path, kind: str) -> None:
    path = noisy(tmp_path / f"a.{kind}")
    movie = Movie(str(path))
    assert movie.picture(0).trouble == ""
    os.truncate(path, path.stat().st_size // 4)
    for _ in range(2):
        said = complaints(movie, range(40, 60, 7))
        assert said
        assert all("damaged" in each or "was changed while it played" in each for each in said), said
    movie.close()


def test_a_file_that_another_takes_the_place_of_is_told_and_never_mixed_up_with_it(tmp_path: Path) -> None:
    path, other = noisy(tmp_path / "a.mp4"), noisy(tmp_path / "b.mp4", 30)
    movie = Movie(str(path))
    movie.picture(20)
    path.write_bytes(other.read_bytes())
    assert complaints(movie, (59, 3)) == {f"{path} was changed while it played: press reloadpulse, or set reload on"}
    movie.close()


def test_a_file_that_is_gone_is_told_as_often_as_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moviesource, "_KEPT_BYTES", 0)
    path = noisy(tmp_path / "a.mp4")
    movie = Movie(str(path))
    movie.picture(59)
    path.unlink()
    for number in (2, 15, 3):
        said = complaints(movie, [number])
        assert said == {f"cannot open {path} as a movie or an image (No such file or directory)"}
    movie.close()


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    path = noisy(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    random = np.random.default_rng(1)
    for place in range(len(data) // 3, len(data) // 2, 50):
        data[place] = random.integers(256)
    path.write_bytes(data)
    movie = Movie(str(path))
    said = complaints(movie, range(60)) - {""}
    assert said
    assert all("is damaged" in each for each in said)
    assert complaints(movie, range(10)) == {""}
    movie.close()


def test_the_letters_of_a_text_are_no_movie(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello world\n" * 50)
    with pytest.raises(InputError, match="there is no video in it"):
        open_pictures(str(tmp_path / "a.txt"))


def test_a_pipe_that_nobody_writes_to_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    for path in (str(tmp_path / "a.mp4"), "/dev/zero"):
        for reads in (open_pictures, SoundFile):
            with pytest.raises(InputError, match="it is a pipe or a device, not a file"):
                reads(path)


def test_a_title_in_another_encoding_than_utf_8_does_not_matter(tmp_path: Path) -> None:
    sound = ("-f", "lavfi", "-i", "sine=duration=1")
    path = encode(tmp_path / "a.mkv", *sound, "-metadata", "title=Caf#", count=2)
    path.write_bytes(path.read_bytes().replace(b"Caf#", b"Caf\xe9"))
    assert number(open_pictures(str(path)).picture(1)) == 1
    assert len(SoundFile(str(path)).read(0, 100)[0]) == 100
