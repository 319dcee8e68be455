"""The sound of movies, as an independent reader (Debian's ffmpeg) hears it."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate

from tdlite.media.audio import AUDIO_CODECS, AudioCodec, audio_codec
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.containers import CONTAINERS
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import MediaError
from tdlite.media.movie import MovieWriter

from .movies import decode, number_of, numbered_frame, probe

FPS = Fraction(30000, 1001)
LOSSLESS = {"alac": 24, "pcm16": 16, "pcm24": 24, "pcm32": 32}
VIDEO = {"webm": "vp8"}


def noise(channels: int, count: int, rate: int = 48000, seed: int = 1) -> NDArray[np.float64]:
    """Band-limited to an eighth of the rate, at most 0.9, different in each channel."""
    random = np.random.default_rng(seed)
    bins = np.fft.rfftfreq(count, 1 / rate)
    spectrum = random.normal(size=(channels, len(bins))) + 1j * random.normal(size=(channels, len(bins)))
    spectrum[:, (bins > rate / 8) | (bins < 40)] = 0
    sound = np.fft.irfft(spectrum, count, axis=1)
    return 0.9 * sound / np.abs(sound).max()


def record(
    path: Path,
    sound: NDArray[np.float64],
    codec: AudioCodec,
    rate: Any = 48000,
    fps: Fraction = FPS,
    bits: int = 192_000,
    video: str = "",
) -> int:
    """Record `sound` with as many numbered frames as it lasts, ⌊(k + 1) · rate / fps⌋ samples up to frame k."""
    settings = Settings(pixel_format="automatic", keyframe_interval=10)
    encoder = encoder_for(video or VIDEO.get(path.suffix[1:], "h264nvgpu"), settings)
    audio = AudioEncoder(codec, len(sound), rate, bits)
    frames = int(sound.shape[1] * fps / Fraction(rate))
    with MovieWriter(path, encoder, "automatic", 160, 96, fps, settings, audio=audio) as movie:
        for index in range(frames):
            first, last = (int((index + each) * Fraction(rate) / fps) for each in (0, 1))
            movie.put(numbered_frame(index % 512), sound[:, first:last])
    return frames


def heard(path: Path, channels: int) -> NDArray[np.float64]:
    """The sound from time 0 on, by its timestamps: [channels, n]."""
    command = ["ffmpeg", "-v", "error", "-copyts", "-i", str(path), "-map", "0:a", "-af", "atrim=start=0"]
    data = subprocess.run([*command, "-f", "f64le", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(data).reshape(-1, channels).T


def stream(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in probe(path)["streams"] if each["codec_type"] == "audio")
    return found


def lag(found: NDArray[np.float64], source: NDArray[np.float64]) -> int:
    """By how many samples `found` comes late."""
    return int(np.argmax(correlate(found, source))) - (len(source) - 1)


def cases(possible: bool) -> list[Any]:
    return [
        pytest.param(codec, container, id=f"{codec.token}-{container}")
        for codec, container in product(AUDIO_CODECS.values(), CONTAINERS)
        if (container in codec.containers) == possible
    ]


@pytest.mark.parametrize(("codec", "container"), cases(True))
def test_the_sound_is_in_the_file_to_the_sample_from_time_0(codec: AudioCodec, container: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    source = noise(2, 48000)
    frames = record(path, source, codec)
    kept = int(frames * 48000 / FPS)
    assert frames == 29
    found, sound = stream(path), heard(path, 2)
    assert (found["codec_name"], found["sample_rate"], found["channels"]) == (codec.name, "48000", 2)
    if codec.token in LOSSLESS:
        assert sound.shape[1] == kept
        assert np.abs(sound - source[:, :kept]).max() <= 2.0 ** -LOSSLESS[codec.token]
    else:
        late = [lag(sound[each], source[each, :kept]) for each in (0, 1)]
        # Matroska's times are whole milliseconds; Opus and Vorbis are not decoded by them.
        tolerance = 24 if container == "mkv" and codec.token in ("aac", "mp3") else 0
        assert max(map(abs, late)) <= tolerance
        assert abs(sound.shape[1] - kept) <= 1152 + tolerance, "no more than a packet too much"
        count = kept - 4000
        error = sound[:, late[0] :][:, 2000:count] - source[:, 2000:count] if tolerance == 0 else np.zeros((2, 1))
        assert 10 * np.log10(np.mean(source**2) / max(np.mean(error**2, axis=1).max(), 1e-12)) > 15
    if container in ("mov", "mp4"):
        assert float(found["start_time"]) == 0
        assert found["duration_ts"] * Fraction(found["time_base"]) == Fraction(kept, 48000)


@pytest.mark.parametrize(("codec", "container"), cases(False))
def test_what_a_container_does_not_hold_is_refused_before_anything_is_written(
    codec: AudioCodec, container: str, tmp_path: Path
) -> None:
    with pytest.raises(MediaError, match=r"cannot record .*; (set audiocodec to another \(|leave audiochop empty)"):
        audio_codec(codec.token, container)
    settings = Settings(pixel_format="automatic")
    video = encoder_for({"webm": "vp8", "gif": "gif"}.get(container, "h264nvgpu"), settings)
    path, audio = tmp_path / f"new/a.{container}", AudioEncoder(codec, 2, 48000)
    with pytest.raises(MediaError, match="cannot record sound"):
        MovieWriter(path, video, "automatic", 64, 48, 30, settings, audio=audio)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("codec", AUDIO_CODECS.values(), ids=AUDIO_CODECS)
def test_every_number_of_channels_comes_back_in_order_or_is_refused(codec: AudioCodec, tmp_path: Path) -> None:
    path = tmp_path / f"a.{codec.containers[0]}"
    for count in range(1, 10):
        if count not in codec.channels:
            with pytest.raises(MediaError, match=rf"cannot record {count} channels? of sound as .*; (set|leave)"):
                AudioEncoder(codec, count, 48000)
            continue
        # A tone of its own in each channel; that of low effects, where there is one, is low.
        tones = [90 if count >= 6 and each == 3 else 400 + 150 * each for each in range(count)]
        time = np.arange(24000) / 48000
        record(path, np.stack([0.4 * np.sin(2 * np.pi * tone * time) for tone in tones]), codec, bits=320_000)
        sound = heard(path, count)[:, 4800:19200]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.shape[1])))
        found = np.argmax(spectrum, axis=1) * 48000 / sound.shape[1]
        np.testing.assert_allclose(found, tones, atol=4)


@pytest.mark.parametrize("codec", AUDIO_CODECS.values(), ids=AUDIO_CODECS)
@pytest.mark.parametrize("tones", [(0, 1000), (1000, 0), (440, 9000), (1000, 1070)])
def test_left_and_right_stay_themselves(codec: AudioCodec, tones: tuple[int, int], tmp_path: Path) -> None:
    path, time = tmp_path / f"a.{codec.containers[0]}", np.arange(48000) / 48000
    source = np.stack([0.4 * np.sin(2 * np.pi * tone * time) for tone in tones])
    record(path, source, codec)
    sound = heard(path, 2)[:, 4800:38400]
    assert np.sqrt(np.mean((sound - source[:, 4800:38400]) ** 2, axis=1)).max() < 0.02


@pytest.mark.parametrize("codec", AUDIO_CODECS.values(), ids=AUDIO_CODECS)
def test_every_rate_of_the_table_is_kept(codec: AudioCodec, tmp_path: Path) -> None:
    for rate, container in product(codec.rates, codec.containers):
        path = tmp_path / f"{rate}.{container}"
        record(path, noise(2, rate // 4, rate), codec, rate)
        assert stream(path)["sample_rate"] == str(rate)
        assert abs(heard(path, 2).shape[1] - rate // 4) < max(2048, rate / 25)


def resampled(sound: NDArray[np.float64], rate: Any) -> NDArray[np.float64]:
    """What a codec that knows but 48000 samples a second makes of sound at `rate`."""
    encoder = AudioEncoder(replace(AUDIO_CODECS["pcm32"], rates=(48000,)), 1, rate)
    assert encoder.open().rate == 48000
    packets = []
    for first in range(0, len(sound), 1477):
        packets += encoder.encode(sound[None, first : first + 1477])
    packets += encoder.finish()
    return np.frombuffer(b"".join(packet.data for packet in packets), "<i4") / 2**31


@pytest.mark.parametrize("rate", [60, 1000, 44100, Fraction(48000 * 1000, 1001), 96000])
def test_other_rates_are_resampled_in_step_without_drift(rate: Any, tmp_path: Path) -> None:
    seconds = 20
    count = int(seconds * Fraction(rate))
    # The same curve at both rates, by its formula: slow enough for the lower one.
    tone = min(5, float(rate) / 12)

    def curve(at: Any) -> NDArray[np.float64]:
        return 0.5 * np.sin(2 * np.pi * tone * np.arange(int(seconds * Fraction(at))) / float(at))

    found = resampled(curve(rate), rate)
    assert len(found) == int(count * 48000 / Fraction(rate))
    middle = slice(48000, len(found) - 48000)
    np.testing.assert_allclose(found[middle], curve(48000)[: len(found)][middle], atol=2e-3)


def test_frequencies_that_the_file_cannot_hold_do_not_fold_back() -> None:
    found = resampled(np.sin(2 * np.pi * 30000 * np.arange(96000) / 96000), 96000)
    assert np.abs(found[1000:-1000]).max() < 0.01


@pytest.mark.parametrize(("rate", "count"), [(60, 1), (60, 12), (1000, 3), (44100, 10), (96000, 50), (192000, 7)])
def test_short_sounds_are_resampled_whole(rate: int, count: int) -> None:
    found = resampled(np.full(count, 0.25), rate)
    assert len(found) == count * 48000 // rate
    np.testing.assert_allclose(found, 0.25, atol=1e-5)


def test_a_bit_rate_that_the_codec_lacks_is_lowered_with_a_warning() -> None:
    encoder = AudioEncoder(AUDIO_CODECS["opus"], 1, 48000, 320_000)
    assert encoder.open().bit_rate == 256_000
    assert encoder.warnings == ["Opus of 1 channel has at most 256 kb/s: it gets those, not audiobitrate"]
    assert AudioEncoder(AUDIO_CODECS["opus"], 2, 48000, 320_000).warnings == []
    assert AudioEncoder(AUDIO_CODECS["aac"], 6, 48000, 192_000).open().bit_rate == 576_000
    assert AudioEncoder(AUDIO_CODECS["pcm16"], 6, 48000, 192_000).open().bit_rate == 0


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
def test_a_click_is_heard_when_its_frame_is_shown(container: str, tmp_path: Path) -> None:
    """200 frames at 30000/1001: the click is on the first sample of frame 150."""
    path = tmp_path / f"a.{container}"
    sound = np.zeros((1, int(201 * 48000 / FPS) + 1))
    first = int(150 * 48000 / FPS)
    sound[0, first] = 1
    frames = record(path, sound, AUDIO_CODECS["alac"])
    assert np.flatnonzero(heard(path, 1)[0]).tolist() == [first]
    found = probe(path, "-show_frames", "-select_streams", "v")
    shown = float(found["frames"][150]["best_effort_timestamp_time"])
    assert abs(first / 48000 - shown) <= (1 / 48000 + 1e-6 if container != "mkv" else 1 / 48000 + 5e-4)
    assert number_of(_picture(path, 150)) == 150
    assert frames == len(found["frames"]) == 201


def _picture(path: Path, index: int) -> NDArray[np.uint8]:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", f"select=eq(n\\,{index})", "-frames:v", "1"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(data, np.uint8).reshape(96, 160, 3)


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("codec", ["alac", "aac"])
def test_a_killed_process_leaves_sound_and_picture_together(container: str, codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container}"
    command = [sys.executable, Path(__file__).with_name("recorder.py"), str(path), "240", "kill", "h264nvgpu", codec]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    found = probe(path, "-show_frames", "-select_streams", "v")["frames"]
    times = [float(each["best_effort_timestamp_time"]) for each in found]
    np.testing.assert_allclose(times, np.arange(len(times)) / 30, atol=6e-4)
    assert [number_of(each) for each in decode(path)] == list(range(len(times)))
    assert len(times) >= 150
    sound = heard(path, 1)[0]
    assert len(sound) > 48000 * 150 / 30 - 4096
    if codec == "alac":
        np.testing.assert_array_equal(np.rint(sound * 2**23), np.arange(len(sound)))
    else:  # a slope of one part in 2^23 a sample: its place tells the sample
        place = np.mean(sound[20000:60000] * 2**23 - np.arange(20000, 60000))
        assert abs(place) < (2000 if container == "mkv" else 200)


def test_ten_seconds_at_29_97_are_as_long_as_their_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    frames = record(path, noise(2, int(300 * 48000 / FPS) + 1), AUDIO_CODECS["aac"])
    picture, sound = probe(path)["streams"]
    assert frames == int(picture["nb_frames"]) == 300
    assert Fraction(picture["duration_ts"]) * Fraction(picture["time_base"]) == 300 / FPS
    assert sound["duration_ts"] * Fraction(sound["time_base"]) == Fraction(int(300 * 48000 / FPS), 48000)


def test_silence_nothing_and_what_is_no_number_are_sound_as_well(tmp_path: Path) -> None:
    sound = np.zeros((2, 4800))
    sound[0, :4] = [np.nan, np.inf, -np.inf, 7]
    record(tmp_path / "a.mov", sound, AUDIO_CODECS["pcm16"])
    np.testing.assert_allclose(heard(tmp_path / "a.mov", 2)[0, :5], [0, 1, -1, 1, 0], atol=2**-15)


@pytest.mark.parametrize("codec", AUDIO_CODECS.values(), ids=AUDIO_CODECS)
def test_a_movie_of_one_frame_has_its_sound(codec: AudioCodec, tmp_path: Path) -> None:
    path = tmp_path / f"a.{codec.containers[0]}"
    assert record(path, noise(2, 1602), codec) == 1
    assert 1601 <= heard(path, 2).shape[1] <= 1601 + 1152


def test_a_wrong_shape_is_an_error_and_the_movie_is_finished(tmp_path: Path) -> None:
    settings = Settings()
    audio = AudioEncoder(AUDIO_CODECS["pcm16"], 2, 48000)
    video = encoder_for("h264nvgpu", settings)
    movie = MovieWriter(tmp_path / "a.mov", video, "automatic", 160, 96, 30, settings, audio=audio)
    for index in range(5):
        movie.put(numbered_frame(index), np.zeros((2, 1600)))
    movie.put(numbered_frame(5), np.zeros((3, 1600)))
    with pytest.raises(MediaError, match=r"cannot encode sound of shape \(3, 1600\); it must be \[2, n\]"):
        movie.close()
    assert heard(tmp_path / "a.mov", 2).shape[1] == 5 * 1600
    assert int(probe(tmp_path / "a.mov")["streams"][0]["nb_frames"]) == 6


def test_the_same_sound_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mov", "b.mov"):  # with pictures of a codec whose encoder has no choice
        record(tmp_path / name, noise(2, 24000), AUDIO_CODECS["aac"], video="rle")
    assert (tmp_path / "a.mov").read_bytes() == (tmp_path / "b.mov").read_bytes()


def test_the_same_sound_gives_the_same_packets_in_the_same_places_from_another_process(tmp_path: Path) -> None:
    for name in ("a.mkv", "b.mkv"):  # as above
        record(tmp_path / name, noise(2, 24000), AUDIO_CODECS["vorbis"], video="mjpa")
    # Matroska gives each file a number of its own.
    first, second = (probe(tmp_path / name, "-show_packets", "-show_data_hash", "md5") for name in ("a.mkv", "b.mkv"))
    assert first["packets"] == second["packets"]
    assert first["streams"] == second["streams"]
