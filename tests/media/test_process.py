from __future__ import annotations

import errno
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tdlite.media import program
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError
from tdlite.media.movie import MovieWriter
from tdlite.media.process import ProcessEncoder, probe
from tdlite.media.program import program_with

from . import movies

ANY = Settings(pixel_format="automatic")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The ffmpeg programs that there are: none, until a test adds some."""
    found: list[str] = []
    monkeypatch.setattr(program, "_programs", lambda: iter(found))
    yield found
    program._has.cache_clear()


def script(path: Path, encoding: str) -> str:
    """A program that says it has the encoder, and does `encoding` when it is to encode."""
    path.write_text(f'#!/bin/sh\ncase "$*" in *encoder=*) echo "Encoder hap [it says]"; exit;; esac\n{encoding}\n')
    path.chmod(0o755)
    return str(path)


def record(path: Path, codec: str, count: int, size: tuple[int, int] = (160, 96)) -> None:
    movies.record(path, encoder_for(codec, ANY), [movies.numbered_frame(index, *size) for index in range(count)], ANY)


def test_a_codec_whose_program_is_missing_is_refused_with_the_extra_that_brings_it(programs: list[str]) -> None:
    assert probe("hap") is not None
    with pytest.raises(EncoderError, match=r"VVC: no ffmpeg with the encoder libvvenc .*install the extra tdlite\[cod"):
        encoder_for("vvc", ANY)


def test_a_program_without_the_encoder_is_passed_over(programs: list[str], tmp_path: Path) -> None:
    (tmp_path / "old").write_text("#!/bin/sh\necho Codec is not recognized\n")
    (tmp_path / "old").chmod(0o755)
    programs += [str(tmp_path / "old"), str(tmp_path / "absent")]
    assert program_with("hap") is None
    programs.append(script(tmp_path / "new", "exit 1"))
    assert program_with("hap") == str(tmp_path / "new")


def test_the_system_s_ffmpeg_will_do(programs: list[str], tmp_path: Path) -> None:
    found = shutil.which("ffmpeg")
    assert found is not None
    programs.append(found)
    if probe("hap") is not None:
        pytest.skip("this ffmpeg has no hap")
    record(tmp_path / "a.mov", "hap", 5)
    assert [movies.number_of(each) for each in movies.decode(tmp_path / "a.mov")] == list(range(5))


def test_an_unknown_encoder_is_an_error() -> None:
    with pytest.raises(EncoderError, match="no encoder 'tape' is known here; use one of hap, libvvenc"):
        ProcessEncoder("tape")


def test_a_long_movie_has_each_frame_once_in_order_at_its_time(tmp_path: Path) -> None:
    record(tmp_path / "a.mov", "hap", 150)
    found = movies.probe(tmp_path / "a.mov", "-show_frames")
    unit = Fraction(found["streams"][0]["time_base"])
    assert [each["pts"] * unit for each in found["frames"]] == [Fraction(index, 30) for index in range(150)]
    assert [movies.number_of(each) for each in movies.decode(tmp_path / "a.mov")] == list(range(150))


def test_vvc_has_a_key_frame_at_each_interval_and_all_frames(tmp_path: Path) -> None:
    import av

    settings = Settings(pixel_format="automatic", keyframe_interval=10)
    with MovieWriter(tmp_path / "a.mp4", encoder_for("vvc", settings), "automatic", 64, 48, 30, settings) as movie:
        for index in range(25):
            movie.put(movies.numbered_frame(index, 64, 48))
    with av.open(tmp_path / "a.mp4") as file:
        frames = list(file.decode(video=0))
    assert [frame.key_frame for frame in frames] == [index % 10 == 0 for index in range(25)]
    assert [movies.number_of(frame.to_ndarray(format="rgb24")) for frame in frames] == list(range(25))


@pytest.mark.parametrize("still", [False, True])
@pytest.mark.parametrize("size", [(128, 64), (160, 96)])
def test_vvc_has_room_for_noise_at_its_best_quality(tmp_path: Path, size: tuple[int, int], still: bool) -> None:
    import av

    random = np.random.default_rng(1)
    pictures = [random.integers(0, 2, (size[1], size[0], 4)).astype(np.uint8) * np.uint8(255) for _ in range(10)]
    settings = Settings(pixel_format="automatic", quality=1.0)
    with MovieWriter(tmp_path / "a.mp4", encoder_for("vvc", settings), "automatic", *size, 30, settings) as movie:
        for picture in pictures:
            movie.put(pictures[0] if still else picture)
    with av.open(tmp_path / "a.mp4") as file:
        assert len(list(file.decode(video=0))) == 10


def test_vvc_says_what_to_do_where_a_bit_rate_makes_frames_that_it_has_no_room_for(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    settings = Settings(pixel_format="automatic", bitrate_mode="variable", average_bitrate=100_000_000)
    movie = MovieWriter(tmp_path / "a.mp4", encoder_for("vvc", settings), "automatic", 160, 96, 30, settings)
    with pytest.raises(EncoderError, match="the byte a pixel there is room for: lower quality or avgbitrate"):  # noqa: PT012  # which call hears of it is left to chance
        for _ in range(20):
            movie.put(random.integers(0, 256, (96, 160, 4), np.uint8))
        movie.close()
    movie.close()


def test_what_a_failing_program_says_is_the_error_and_no_file_is_left(programs: list[str], tmp_path: Path) -> None:
    programs.append(script(tmp_path / "ffmpeg", "echo '[hap @ 0x55d0] the texture is on fire' >&2; exit 3"))
    movie = MovieWriter(tmp_path / "new" / "a.mov", encoder_for("hap", ANY), "automatic", 64, 48, 30, ANY)
    with pytest.raises(EncoderError, match=r"\(ffmpeg with hap: the texture is on fire\)"):  # noqa: PT012  # which call hears of it is left to chance
        for _ in range(20):
            movie.put(np.zeros((48, 64, 4), np.uint8))
        movie.close()
    movie.close()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_program_that_takes_no_more_frames_and_does_not_end_is_ended(
    programs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_GRACE", 0.2)
    deaf = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.close(0); time.sleep(600)"
    programs.append(script(tmp_path / "ffmpeg", f"exec {shlex.quote(sys.executable)} -c '{deaf}'"))
    encoder = ProcessEncoder("hap")
    encoder.open(640, 480, Fraction(30), ANY)
    assert encoder._program is not None
    child = encoder._program.process
    with pytest.raises(EncoderError, match=r"cannot encode frame \d \(ffmpeg with hap: it ended early\)"):  # noqa: PT012  # the pipe takes what fits
        for index in range(3):
            encoder.encode(np.zeros((480, 640, 4), np.uint8), index)
    assert child.returncode == -signal.SIGKILL
    assert encoder.finish() == []


def test_a_program_that_cannot_be_started_is_an_error(programs: list[str], tmp_path: Path) -> None:
    programs.append(script(tmp_path / "ffmpeg", ""))
    encoder = encoder_for("hap", ANY)
    os.chmod(tmp_path / "ffmpeg", 0o644)
    (tmp_path / "ffmpeg").unlink()
    with pytest.raises(EncoderError, match="No such file"):
        encoder.open(64, 48, Fraction(30), ANY)


def test_a_vvc_picture_that_no_level_allows_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EncoderError, match=r"cannot record 25336×64 as VVC \(at most 25328×25328\)"):
        encoder_for("vvc", ANY).open(25336, 64, Fraction(30), ANY)
    assert capfd.readouterr().err == ""


def test_no_room_for_what_a_program_says_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(EncoderError, match=r"as Hap: .*\(No usable .* found\); see to TMPDIR"):
        encoder_for("hap", ANY).open(64, 48, Fraction(30), ANY)


def test_a_program_killed_in_the_middle_leaves_what_it_encoded(tmp_path: Path) -> None:
    encoder = encoder_for("hap", ANY)
    assert isinstance(encoder, ProcessEncoder)
    movie = MovieWriter(tmp_path / "a.mov", encoder, "automatic", 160, 96, 30, ANY)
    with pytest.raises(EncoderError, match="ffmpeg with hap: it ended early"):  # noqa: PT012  # which call hears of it is left to chance
        for index in range(400):
            movie.put(movies.numbered_frame(index))
            if index == 200:
                assert encoder._program is not None
                os.kill(encoder._program.process.pid, signal.SIGKILL)
        movie.close()
    movie.close()
    found = [movies.number_of(each) for each in movies.decode(tmp_path / "a.mov")]
    assert len(found) > 50
    assert found == list(range(len(found)))


def test_an_aborted_movie_ends_its_program_and_leaves_no_file(tmp_path: Path) -> None:
    encoder = encoder_for("hap", ANY)
    assert isinstance(encoder, ProcessEncoder)
    movie = MovieWriter(tmp_path / "a.mov", encoder, "automatic", 160, 96, 30, ANY)
    assert encoder._program is not None
    child = encoder._program.process
    for index in range(5):
        movie.put(movies.numbered_frame(index))
    movie.abort()
    assert child.poll() is not None
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_is_not_open_says_so() -> None:
    encoder = encoder_for("hap", ANY)
    with pytest.raises(EncoderError, match="frame 0: the encoder is not open"):
        encoder.encode(np.zeros((4, 4, 4), np.uint8), 0)
    assert list(encoder.finish()) == []
    encoder.abort()
