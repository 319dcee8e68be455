"""Audio File In CHOP: files written by Python's wave module and by ffmpeg come out as they are."""

import subprocess
import wave

import numpy as np
import pytest
from scipy.io import wavfile

from tdlite.media.soundfile import SoundFile


def numbered(count, channels=1, seed=3):
    """16-bit samples that are all different from their neighbours."""
    return np.random.default_rng(seed).integers(-32768, 32768, (channels, count), dtype=np.int16)


def write_wav(path, samples, rate=48000):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.T.tobytes())
    return str(path)


def heard(net, chop, frames):
    """All samples of so many frames, as 16-bit numbers."""
    out = []
    chop.viewer = True
    net.on_frame.append(lambda: out.append(chop.numpyArray()))
    net.run(frames)
    net.on_frame.pop()
    return np.concatenate(out, axis=1) * 32768


@pytest.fixture
def wav(tmp_path):
    samples = numbered(48000)
    return samples[0], write_wav(tmp_path / "a.wav", samples)


@pytest.mark.parametrize(("channels", "rate"), [(1, 44100), (2, 48000), (4, 22050), (8, 48000), (2, 12345)])
def test_a_file_comes_out_sample_for_sample(net, tmp_path, channels, rate):
    samples = numbered(rate // 2 + 7, channels)
    chop = net.audiofileinCHOP(file=write_wav(tmp_path / "a.wav", samples, rate), repeat="off")
    found = heard(net, chop, 40)
    assert (chop.rate, chop.numChans, chop.isTimeSlice, chop[0].name) == (rate, channels, True, "chan1")
    assert found.shape[1] == int(40 * rate / 60)
    np.testing.assert_array_equal(found[:, : samples.shape[1]], samples)
    assert not found[:, samples.shape[1] :].any()


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32])
def test_every_kind_of_wav_is_its_values(tmp_path, kind):
    values = np.array([0, 1, -1, 0.5, -0.25])
    whole = {np.uint8: values * 127 + 128, np.int16: values * 32767, np.int32: values * (2.0**31 - 1)}
    stored = whole.get(kind, values)
    wavfile.write(tmp_path / "a.wav", 8000, stored.astype(kind))
    sound = SoundFile(tmp_path / "a.wav")
    assert (sound.rate, sound.channels, sound.length) == (8000, 1, 5)
    np.testing.assert_allclose(sound.read(-1, 7)[0], [0, *values, 0], atol=2 / 127 if kind == np.uint8 else 1e-4)


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3", "a.m4a", "a.mp4", "a.mkv", "a.aiff"])
def test_other_formats_begin_at_the_sample_and_have_their_length(tmp_path, name):
    time = np.arange(24000) / 48000
    tone = (0.5 * np.sin(2 * np.pi * (300 * time + 2000 * time**2)) * 32767).astype(np.int16)[None]
    source = write_wav(tmp_path / "source.wav", tone)
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=30:duration=0.5"] if name in ("a.mp4", "a.mkv") else []
    command = ["ffmpeg", "-v", "error", "-i", source, *picture, "-b:a", "192k", str(tmp_path / name)]
    subprocess.run(command, check=True)
    sound = SoundFile(tmp_path / name)
    found = sound.read(0, 24000)[0] * 32768
    lossless = name in ("a.flac", "a.aiff")
    assert 0 <= sound.length - 24000 <= (0 if lossless else 2400)
    if name != "a.mkv":  # Debian's ffmpeg leaves the run-up of its encoder in there
        error = found - tone[0]
        assert np.abs(error).max() == 0 if lossless else np.sqrt(np.mean(error[2000:22000] ** 2)) < 0.1 * 16384


def test_a_long_file_is_not_held_in_memory_and_can_be_read_anywhere(tmp_path):
    count = 200 * 65536
    samples = (np.arange(count) % 65536 - 32768).astype(np.int16)[None]
    sound = SoundFile(write_wav(tmp_path / "a.wav", samples))
    assert sound.length == count
    for first in (0, count - 100, 65500, count // 2, 199 * 65536 - 50, 10):
        np.testing.assert_array_equal(sound.read(first, 100) * 32768, samples[:, first : first + 100])
    assert len(sound._blocks) <= 128
    sound.close()
    np.testing.assert_array_equal(sound.read(5, 5) * 32768, samples[:, 5:10])


def test_it_repeats_without_a_gap(net, wav):
    samples, path = wav
    found = heard(net, net.audiofileinCHOP(file=path), 150)[0]
    np.testing.assert_array_equal(found, np.resize(samples, 150 * 800))


def test_play_cue_and_cue_pulse(net, wav):
    samples, path = wav
    chop = net.audiofileinCHOP(file=path, cuepoint=0.5)
    np.testing.assert_array_equal(heard(net, chop, 2)[0], samples[24000:25600])
    chop.par.play = False
    assert not heard(net, chop, 3).any()
    chop.par.play = True
    np.testing.assert_array_equal(heard(net, chop, 1)[0], samples[25600:26400])
    chop.par.cue = True
    assert not heard(net, chop, 3).any()
    chop.par.cue = False
    np.testing.assert_array_equal(heard(net, chop, 1)[0], samples[24000:24800])
    chop.par.cuepointunit, chop.par.cuepoint = "samples", 100
    chop.par.cuepulse.pulse()
    np.testing.assert_array_equal(heard(net, chop, 2)[0], samples[100:1700])


@pytest.mark.parametrize(
    ("start", "end", "unit"), [(0.25, 0.5, "fraction"), (15, 30, "frames"), (12000, 24000, "samples")]
)
def test_trim_plays_a_part(net, wav, start, end, unit):
    samples, path = wav
    trim = {"trim": True, "trimstart": start, "trimend": end, "trimstartunit": unit, "trimendunit": unit}
    found = heard(net, net.audiofileinCHOP(file=path, **trim), 40)[0]
    np.testing.assert_array_equal(found, np.resize(samples[12000:24000], 32000))


def test_the_timeline_leads_in_locked_mode(net, wav):
    samples, path = wav
    net.run(frames=10)
    chop = net.audiofileinCHOP(file=path, playmode="locked")
    np.testing.assert_array_equal(heard(net, chop, 3)[0], samples[8000:10400])
    net.run(frames=7)
    np.testing.assert_array_equal(heard(net, chop, 1)[0][-800:], samples[16000:16800])


def test_an_index_is_played_from_and_silent_while_it_stands(net, wav):
    samples, path = wav
    chop = net.audiofileinCHOP(file=path, playmode="specify", index="=min(absTime.seconds, 0.1)")
    found = heard(net, chop, 10)[0]
    np.testing.assert_array_equal(found[:5600], samples[:5600])
    assert not found[5600:].any()


def test_other_speeds_are_interpolated(net, tmp_path):
    ramp = np.arange(0, 32000, 2, dtype=np.int16)[None]
    path = write_wav(tmp_path / "a.wav", ramp)
    found = heard(net, net.audiofileinCHOP(file=path, speed=0.5, repeat="off"), 10)[0]
    np.testing.assert_allclose(found, np.arange(8000), atol=0.01)
    found = heard(net, net.audiofileinCHOP(file=path, speed=-1, cuepoint=9999, cuepointunit="samples"), 3)[0]
    np.testing.assert_allclose(found, 2 * (9999 - np.arange(2400)), atol=0.01)


def test_mono_and_volume(net, tmp_path):
    samples = numbered(800, 2)
    chop = net.audiofileinCHOP(file=write_wav(tmp_path / "a.wav", samples), mono=True, volume=0.5)
    found = heard(net, chop, 1)
    np.testing.assert_allclose(found, samples.mean(axis=0, keepdims=True) / 2, atol=0.01)


def test_info_says_where_it_stands(net, wav):
    _, path = wav
    chop = net.audiofileinCHOP(file=path, trim=True, trimstart=0.5)
    heard(net, chop, 3)
    info = chop.info()
    assert (info["sample"], info["true_sample"], info["fraction"]) == (2400, 26400, 0.1)
    assert (info["file_length"], info["file_length_frames"]) == (24000, 30)
    assert (info["true_file_length"], info["true_file_length_frames"], info["open"]) == (48000, 60, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file; correct the path"),
        (b"nonsense" * 100, "cannot read sound from"),
        ("silent.mp4", "there is none in it; give another file"),
    ],
)
def test_what_cannot_be_read_is_an_error(net, tmp_path, content, said):
    path = tmp_path / "a.wav"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path = tmp_path / content
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=size=64x48:duration=0.1", str(path)]
        subprocess.run(command, check=True)
    chop = net.audiofileinCHOP(file=str(path))
    net.frames(2, pull=[chop])
    assert said in chop.errors()
    assert chop.info()["open_failed"] == 1


def test_reload_reads_a_new_file(net, tmp_path):
    path = write_wav(tmp_path / "a.wav", numbered(4800))
    chop = net.audiofileinCHOP(file=path)
    heard(net, chop, 1)
    other = numbered(4800, seed=9)
    write_wav(tmp_path / "a.wav", other)
    chop.par.reloadpulse.pulse()
    np.testing.assert_array_equal(heard(net, chop, 1), other[:, :800])
