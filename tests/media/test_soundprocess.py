"""The audio encoder that runs in an ffmpeg process: what happens when there is none, or when it ends early."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tdlite.media import soundprocess
from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError
from tdlite.media.movie import MovieWriter
from tdlite.media.soundprocess import SoundProcess

from .movies import numbered_frame, probe
from .test_audio import heard, noise, record

VORBIS = AUDIO_CODECS["vorbis"]


def test_without_a_program_that_has_the_encoder_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundprocess, "program_with", lambda encoder: None)
    missing = r"cannot record 2 channels of sound as Vorbis \(libvorbis: no ffmpeg .*\); set audiocodec to another"
    with pytest.raises(EncoderError, match=missing):
        record(tmp_path / "a.webm", noise(2, 4800), VORBIS)
    assert list(tmp_path.iterdir()) == []


def test_settings_that_the_encoder_refuses_are_an_error_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"cannot record 2 channels of sound as Vorbis \(.+\); set audiocodec"):
        record(tmp_path / "a.webm", noise(2, 4800), VORBIS, bits=100)
    assert list(tmp_path.iterdir()) == []


def started(path: Path) -> tuple[MovieWriter[object], int]:
    """A movie of 100 frames and their sound, and the encoder's process."""
    audio, settings, sound = AudioEncoder(VORBIS, 2, 48000), Settings(), noise(2, 160000)
    movie = MovieWriter(path, encoder_for("h264nvgpu", settings), "automatic", 160, 96, 30, settings, audio=audio)
    for index in range(100):
        movie.put(numbered_frame(index), sound[:, index * 1600 : index * 1600 + 1600])
    process = audio._context
    assert isinstance(process, SoundProcess)
    assert process._program is not None
    return movie, process._program.process.pid


def test_a_program_killed_in_the_middle_is_an_error_and_what_it_encoded_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    movie, process = started(path)
    os.kill(process, signal.SIGKILL)
    with pytest.raises(EncoderError, match=r"cannot encode .*sound \(ffmpeg with libvorbis: it ended early\)"):  # noqa: PT012  # which call hears of it is left to chance
        for index in range(100, 120):
            movie.put(numbered_frame(index), noise(2, 1600))
        movie.close()
    movie.close()
    # Three frames may have waited to be encoded.
    assert len(probe(path, "-show_frames", "-select_streams", "v")["frames"]) >= 97
    assert heard(path, 2).shape[1] > 16000


def test_an_aborted_movie_ends_the_program_and_leaves_no_file(tmp_path: Path) -> None:
    movie, process = started(tmp_path / "a.mkv")
    movie.abort()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert list(tmp_path.iterdir()) == []
