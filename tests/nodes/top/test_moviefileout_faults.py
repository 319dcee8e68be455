"""Faults while recording: what is said, what is kept, and that everything else goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.movies import decode, probe
from media.test_audio import heard
from network import Net
from PIL import Image
from recordings import STEP, counting, files, frame_of, frames_of, recorder, sequence
from test_moviefileout_audio import sound_source

from tdlite.media.encoder import Packet, Settings, StreamInfo
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError
from tdlite.media.movie import MovieWriter
from tdlite.ops import recordingfiles

CONTAINERS = ["mp4", "mov", "mkv"]


def sound(net: Any, wanted: bool = True) -> dict[str, Any]:
    """Parameters for a recording with sound."""
    return {"audiochop": sound_source(net), "audiocodec": "alac"} if wanted else {}


def streams(path: Path) -> dict[str, dict[str, Any]]:
    """What ffprobe says of picture and sound, with all packets counted."""
    return {each["codec_type"]: each for each in probe(path, "-count_packets")["streams"]}


def at_frame(net: Any, frame: int, do: Callable[[], object]) -> None:
    """Have something happen at the end of a frame."""
    net.on_frame.append(lambda: do() if net.frame == frame else None)


# -- the file goes away ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_sound", [False, True])
@pytest.mark.parametrize("kind", CONTAINERS)
@pytest.mark.parametrize("gone", ["folder", "file", "replaced"])
def test_a_movie_that_somebody_removes_is_an_error_in_the_middle_and_others_go_on(
    fast: Any, tmp_path: Path, gone: str, kind: str, with_sound: bool
) -> None:
    movie, other = tmp_path / "gone" / f"a.{kind}", tmp_path / "good.mov"

    def remove() -> None:
        if gone == "folder":
            shutil.rmtree(movie.parent)
        elif gone == "file":
            movie.unlink()
        else:
            (tmp_path / "theirs").write_text("somebody's")
            os.replace(tmp_path / "theirs", movie)

    out = recorder(fast, file=str(movie), record=True, keyframeinterval=5, **sound(fast, with_sound))
    recorder(fast, file=str(other), record=True)
    at_frame(fast, 5, remove)
    fast.run(frames=31)
    assert f"cannot write {movie}" in out.errors()
    assert "it was removed or replaced while it was written" in out.errors()
    assert len(fast.problems) == 1
    assert 5 < fast.problems[0].frame <= 31, "it is noticed while it records"
    fast.close()
    assert frames_of(other) == list(range(1, 32))
    if gone == "replaced":
        assert movie.read_text() == "somebody's"
    else:
        assert not movie.exists()


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_movie_whose_folder_is_renamed_is_whole_there_and_the_operator_says_so(
    fast: Any, tmp_path: Path, kind: str
) -> None:
    out = recorder(fast, file=f"old/a.{kind}", record=True, **sound(fast))
    at_frame(fast, 10, lambda: os.rename(tmp_path / "old", tmp_path / "new"))
    fast.run(frames=30)
    assert out.errors() == ""
    out.par.record = False
    assert f"cannot find {tmp_path / 'old' / f'a.{kind}'} any more" in out.errors()
    assert files(tmp_path) == [f"new/a.{kind}"]
    assert frames_of(tmp_path / "new" / f"a.{kind}") == list(range(1, 31))
    assert len(heard(tmp_path / "new" / f"a.{kind}", 1)[0]) == 30 * 800


def test_a_movie_that_was_replaced_before_its_first_packet_costs_nobody_their_file(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, file="a.mp4", record=True)
    fast.run(frames=1)
    (tmp_path / "theirs").write_text("somebody's")
    os.replace(tmp_path / "theirs", tmp_path / "a.mp4")
    out.par.record = False
    assert "removed or replaced" in out.errors()
    assert (tmp_path / "a.mp4").read_text() == "somebody's"


def test_images_without_their_folder_are_one_error_and_those_after_it_is_back_are_written(
    fast: Any, tmp_path: Path
) -> None:
    out = sequence(fast, file="frames/", record=True)
    other = recorder(fast, file="good.mov", record=True)
    at_frame(fast, 5, lambda: (fast.flush(), os.rename(tmp_path / "frames", tmp_path / "moved")))
    at_frame(fast, 10, lambda: (fast.flush(), os.mkdir(tmp_path / "frames")))
    fast.run(frames=15)
    assert "cannot write" in out.errors()
    assert "the folder is missing, or was removed" in out.errors()
    assert [problem.path for problem in fast.problems] == [out.path]
    fast.close()
    assert other.errors() == ""
    assert frames_of(tmp_path / "good.mov") == list(range(1, 16))
    found = {frame_of(path) for folder in ("moved", "frames") for path in (tmp_path / folder).iterdir()}
    assert found == {*range(1, 6), *range(11, 16)}


# -- the disk is full ------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tdlite", disk], capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("with_sound", [False, True])
@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_movie_on_a_full_disk_plays_as_far_as_it_was_written(
    fast: Any, small_disk: Path, tmp_path: Path, kind: str, with_sound: bool
) -> None:
    noise = fast.noiseTOP(resolution=(128, 128), type="random", period=0, seed="=absTime.frame")
    movie = small_disk / f"a.{kind}"
    out = recorder(fast, noise, file=str(movie), record=True, keyframeinterval=4, **sound(fast, with_sound))
    recorder(fast, file="good.mov", record=True)
    fast.run(frames=90)
    assert f"cannot write {movie} (No space left on device); free some space" in out.errors()
    assert [problem.path for problem in fast.problems] == [out.path]
    fast.close()
    assert len(decode(tmp_path / "good.mov")) == 90
    written = movie.stat().st_size
    found = len(decode(movie))
    assert found > 10
    # All of the disk was used, but for the open group of pictures.
    assert written > 300_000
    if with_sound:
        # What is behind the last picture is the end of a group that is torn off.
        count = len(heard(movie, 1)[0])
        assert found * 800 - 2 * 4096 <= count <= (found + 8) * 800


def test_images_on_a_full_disk_are_whole_or_not_there(fast: Any, small_disk: Path, tmp_path: Path) -> None:
    noise = fast.noiseTOP(resolution=(128, 128), type="random", period=0, seed="=absTime.frame")
    out = sequence(fast, noise, file=str(small_disk) + "/", record=True)
    recorder(fast, file="good.mov", record=True)
    fast.run(frames=30)
    assert "No space left on device" in out.errors()
    assert [problem.path for problem in fast.problems] == [out.path]
    fast.close()
    assert frames_of(tmp_path / "good.mov") == list(range(1, 31))
    found = sorted(small_disk.iterdir())
    assert found
    assert all(path.suffix == ".png" for path in found)
    for path in found:
        with Image.open(path) as image:
            image.load()


# -- the encoder fails at open ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "pars", "said"),
    [
        ((8, 8), {"videocodec": "h265nvgpu"}, "cannot record 8×8 as H.265 (needs at least 16×16)"),
        ((18, 18), {"videocodec": "hap"}, "cannot record 18×18 as Hap (needs a width divisible by 4"),
        ((16384, 16), {"videocodec": "h265nvgpu"}, "cannot record 16384×16 as H.265 (libx265: Invalid data"),
        ((16384, 16), {"videocodec": "mpeg4"}, "cannot record 16384×16 as MPEG-4 Part 2 (at most 8191×8191)"),
        ((16, 16), {"bitratemode": "constant", "avgbitrate": 1e12}, "use 1 to 2147483 kb/s"),
        ((16, 16), {"bitratemode": "constant", "avgbitrate": 0}, "set avgbitrate"),
        ((16, 16), {"profile": "baseline", "moviepixelformat": "yuv444"}, "cannot record yuv444 in H.264's baseline"),
        ((16, 16), {"fps": 0}, "par.fps is 0; set it"),
    ],
)
def test_an_encoder_that_does_not_open_says_so_and_leaves_no_file(
    fast: Any, tmp_path: Path, size: tuple[int, int], pars: dict[str, Any], said: str
) -> None:
    out = recorder(fast, counting(fast, resolution=size), file="new/a.mov", record=True, **pars, **sound(fast))
    fast.run(frames=3)
    assert said in out.errors()
    assert len(fast.problems) == 1
    assert list(tmp_path.iterdir()) == []
    out.par.record = False
    fast.close()
    assert list(tmp_path.iterdir()) == []


# -- the encoder fails in the middle ---------------------------------------------------------------------------


def children() -> set[int]:
    """The processes that this one started."""
    tasks = Path("/proc/self/task").iterdir()
    return {int(number) for task in tasks for number in (task / "children").read_text().split()}


def runs(process: int) -> bool:
    """Whether it is not dead, though its parent may not have asked yet."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def written(writer: Any) -> int:
    """How many packets of the picture are in the file."""
    packets: int = writer._recording._muxer._packets
    return packets


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes cannot be listed here")
@pytest.mark.parametrize("with_sound", [False, True])
@pytest.mark.parametrize(("codec", "kind"), [("hap", "mov"), ("vvc", "mkv")])
def test_an_encoder_process_that_is_killed_leaves_what_it_gave(
    fast: Any, tmp_path: Path, codec: str, kind: str, with_sound: bool
) -> None:
    import av

    before = children()
    movie = tmp_path / f"a.{kind}"
    source = counting(fast, resolution=(64, 48))
    out = recorder(fast, source, file=str(movie), videocodec=codec, record=True, **sound(fast, with_sound))
    other = recorder(fast, file="good.mov", record=True)
    while (writer := out.recording._take and out.recording._take.movie._writer) is None or written(writer) < 10:
        fast.run(frames=10)
        assert fast.frame < 1000
    frames, emitted = fast.frame, written(writer)
    (process,) = children() - before
    os.kill(process, signal.SIGKILL)
    while runs(process):
        time.sleep(0.01)
    fast.run(frames=20)
    assert "cannot encode" in out.errors()
    assert "it ended early" in out.errors()
    assert [problem.path for problem in fast.problems if not problem.warning] == [out.path]
    assert other.errors() == ""
    fast.close()
    assert len(decode(tmp_path / "good.mov")) == frames + 20
    with av.open(movie) as file:
        shown = [float(each.to_ndarray(format="rgb24").mean()) for each in file.decode(video=0)]
    if codec == "hap":  # which has no more than 32 greys; of VVC's last group the end may be there, not the middle
        assert shown == pytest.approx([min(STEP * (index + 1), 255) for index in range(len(shown))], abs=STEP)
    assert emitted <= len(shown) <= frames
    if with_sound:
        assert len(heard(movie, 1)[0]) >= len(shown) * 800
    assert children() == before


class Faulty:
    """An encoder that does something of its own before frame ``index``, counted from 0."""

    def __init__(self, encoder: Any, before: Callable[[int], object]) -> None:
        self._encoder = encoder
        self._before = before
        self.codec = encoder.codec
        self.warnings: list[str] = []
        self.emitted = 0

    def open(self, width: int, height: int, rate: Fraction, settings: Settings) -> StreamInfo:
        found: StreamInfo = self._encoder.open(width, height, rate, settings)
        return found

    def encode(self, frame: Any, index: int) -> list[Packet]:
        self._before(index)
        packets: list[Packet] = self._encoder.encode(frame, index)
        self.emitted += len(packets)
        return packets

    def finish(self) -> list[Packet]:
        packets: list[Packet] = self._encoder.finish()
        return packets

    def abort(self) -> None:
        self._encoder.abort()


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Faulty]]:
    """Have a codec's encoders do something before each frame."""

    def use(token: str, before: Callable[[int], object]) -> list[Faulty]:
        made: list[Faulty] = []

        def make(asked: str, settings: Settings) -> Any:
            encoder = encoder_for(asked, settings)
            if asked != token:
                return encoder
            made.append(Faulty(encoder, before))
            return made[-1]

        monkeypatch.setattr(recordingfiles, "encoder_for", make)
        return made

    return use


@pytest.mark.parametrize("with_sound", [False, True])
@pytest.mark.parametrize("kind", CONTAINERS)
def test_an_encoder_that_fails_in_the_middle_leaves_all_frames_before_with_their_sound(
    fast: Any, tmp_path: Path, faulty: Any, kind: str, with_sound: bool
) -> None:
    def fail(index: int) -> None:
        if index == 25:
            raise EncoderError("cannot encode frame 25 (it has had enough)")

    faulty("mpeg4", fail)
    movie = tmp_path / f"a.{kind}"
    out = recorder(fast, file=str(movie), videocodec="mpeg4", record=True, **sound(fast, with_sound))
    still = sequence(fast, file="frames/", record=True)
    other = recorder(fast, file="good.mov", record=True)
    fast.run(frames=31)
    assert out.errors() == "cannot encode frame 25 (it has had enough)"
    assert [problem.path for problem in fast.problems] == [out.path]
    assert still.errors() == other.errors() == ""
    fast.close()
    assert frames_of(movie) == list(range(1, 26))
    assert frames_of(tmp_path / "good.mov") == list(range(1, 32))
    assert len(files(tmp_path / "frames")) == 31
    if with_sound:
        assert len(heard(movie, 1)[0]) == 25 * 800


def test_a_change_of_resolution_ends_picture_and_sound_together(fast: Any, tmp_path: Path) -> None:
    source = counting(fast)
    out = recorder(fast, source, file="a.mp4", record=True, **sound(fast))
    source.par.resolutionw.expr = "16 if absTime.frame < 8 else 32"
    fast.run(frames=12)
    assert "the movie ends after 7 frames: keep the resolution while recording" in out.errors()
    assert frames_of(tmp_path / "a.mp4") == list(range(1, 8))
    assert len(heard(tmp_path / "a.mp4", 1)[0]) == 7 * 800


@pytest.mark.parametrize("fault", ["MemoryError", "an error of abort"])
def test_whatever_an_encoder_raises_the_recording_ends_and_nobody_waits(
    fast: Any, tmp_path: Path, faulty: Any, fault: str
) -> None:
    def fail(index: int) -> None:
        if index == 5:
            raise MemoryError

    made = faulty("mpeg4", fail)
    out = recorder(fast, file="a.mov", videocodec="mpeg4", record=True)
    fast.run(frames=1)
    if fault != "MemoryError":
        made[0].abort = lambda: (_ for _ in ()).throw(OSError("no such process"))
    fast.run(frames=30)
    assert "MemoryError" in out.errors()
    assert "no such process" not in out.errors()
    fast.close()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 3, 4, 5]


# -- a slow or stuck encoder -----------------------------------------------------------------------------------


def test_a_slow_encoder_makes_cooking_wait_and_memory_stays_that_of_a_few_frames(
    fast: Any, tmp_path: Path, faulty: Any
) -> None:
    def slow(index: int) -> None:
        while index == 10 and out.recording._take.movie._writer.queued < 4:  # however slow the cooking is
            time.sleep(0.001)
        time.sleep(0.01)

    made = faulty("mjpa", slow)
    picture = counting(fast, resolution=(512, 512))
    size = 512 * 512 * 4
    out = recorder(fast, picture, file="a.mov", videocodec="mjpa", record=True)
    fast.run(frames=1)
    waiting = []
    fast.on_frame.append(lambda: waiting.append(out.recording._take.movie._writer.queued))
    tracemalloc.start()
    try:
        fast.run(frames=39)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    fast.close()
    assert max(waiting) == 4, "three wait and one is encoded"
    assert peak < 8 * size
    assert len(decode(tmp_path / "a.mov")) == 40
    assert len(made) == 1


STUCK = """
import os, signal, sys, threading, time
import tdlite as td
from tdlite.media.libav import LibavEncoder

encode = LibavEncoder.encode

def slow(self, frame, index):
    if index == {index}:
        main = threading.main_thread().ident
        while sys._current_frames()[main].f_code.co_name != 'wait':
            time.sleep(0.01)
        print('stuck', file=sys.stderr, flush=True)
        time.sleep({pause})
    return encode(self, frame, index)

LibavEncoder.encode = slow

def build(root):
    root.time.end = 100000
    picture = root.create(td.constantTOP, 'picture')
    picture.par.outputresolution, picture.par.resolutionw, picture.par.resolutionh = 'custom', 64, 64
    out = root.create(td.moviefileoutTOP, 'movie')
    out.inputConnectors[0].connect(picture)
    out.par.file, out.par.encoder, out.par.keyframeinterval = 'a.{kind}', 'software', 5
    out.par.uniquesuff, out.par.record = False, True
"""


PATIENCE = 120
"""Seconds that a process may take to end, on a machine that does other things as well."""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Begin to run a network, with arguments of the command line; it does not outlive the test."""
    with ExitStack() as started:

        def begin(text: str, *arguments: str) -> subprocess.Popen[str]:
            (tmp_path / "net.py").write_text(text)
            command = [sys.executable, "-m", "tdlite", "run", "net.py", "--progress", "none", *arguments]
            child = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            started.enter_context(child)
            started.callback(child.kill)
            return child

        yield begin


AS_ON_A_GPU = """
from tdlite.gpu.context import Gpu
Gpu.shared().software = False  # a picture is read back while the next one is drawn
"""


@pytest.mark.parametrize(
    ("kind", "first"), [*((kind, "") for kind in CONTAINERS), pytest.param("mp4", AS_ON_A_GPU, id="as on a GPU")]
)
def test_ctrl_c_waits_for_an_encoder_and_twice_gives_it_up(start: Start, tmp_path: Path, kind: str, first: str) -> None:
    # A Matroska file has something to play from its first second on.
    child = start(first + STUCK.format(pause=10 * PATIENCE, kind=kind, index=140))
    assert child.stderr is not None
    while "stuck" not in child.stderr.readline():
        assert child.poll() is None
    for number in (signal.SIGINT, signal.SIGTERM):  # as one may arrive: from the terminal, and from who started this
        child.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(1)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    assert "/movie: cannot finish" in err
    assert "plays as far as it was written" in err
    assert "what was recorded is finished" not in err
    assert len(decode(tmp_path / f"a.{kind}")) >= 140 - 20 - (60 if kind == "mkv" else 5)


def test_an_interrupt_while_a_movie_is_finished_is_not_taken_for_finished(
    fast: Any, tmp_path: Path, faulty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    faulty("mpeg4", lambda index: gate.wait(PATIENCE))
    out = recorder(fast, file="a.mp4", videocodec="mpeg4", record=True)
    fast.run(frames=3)

    def interrupted(self: MovieWriter[Any], item: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MovieWriter, "_hand", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fast.finish()
    assert out.errors() == ""
    fast.finish()
    assert f"cannot finish {tmp_path / 'a.mp4'}: its encoder was busy when an interrupt came" in out.errors()
    gate.set()


def test_ctrl_c_while_an_encoder_is_slow_finishes_the_file_as_soon_as_it_can(start: Start, tmp_path: Path) -> None:
    child = start(STUCK.format(pause=1, kind="mp4", index=40))
    assert child.stderr is not None
    while "stuck" not in child.stderr.readline():
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130, err
    after = int(err.split("interrupted after frame ")[1].split(";")[0])
    assert len(decode(tmp_path / "a.mp4")) == after
    assert after >= 40


# -- sound -----------------------------------------------------------------------------------------------------


def test_a_sound_that_is_destroyed_is_silent_with_a_warning(fast: Any, tmp_path: Path) -> None:
    source = sound_source(fast)
    out = recorder(fast, file="a.mov", audiochop=source, audiocodec="pcm24", record=True)
    fast.run(frames=4)
    source.destroy()
    fast.run(frames=4)
    assert "par.audiochop: no operator '/numbered1'" in out.errors()
    assert "/numbered1 is gone: silence is recorded" in out.warnings()
    assert len([problem for problem in fast.problems if not problem.warning]) == 1
    fast.close()
    found = np.rint(heard(tmp_path / "a.mov", 1)[0] * 2**20).astype(int).tolist()
    assert found == [*range(4 * 800), *[0] * 3200]
    assert frames_of(tmp_path / "a.mov") == list(range(1, 9))


def test_a_parameter_that_fails_while_recording_costs_no_frame(fast: Any, tmp_path: Path) -> None:
    out = recorder(fast, file="a.mov", pause="=absTime.frame == 3", record=True, **sound(fast))
    out.par.quality.expr = "1 / (absTime.frame not in (5, 6))"
    shown: list[str] = []
    fast.on_frame.append(lambda: shown.append(out.errors()))
    fast.run(frames=9)
    assert ["par.quality" in error for error in shown] == [frame in (5, 6) for frame in range(1, 10)]
    fast.close()
    assert frames_of(tmp_path / "a.mov") == [1, 2, 4, 5, 6, 7, 8, 9]
    assert len(heard(tmp_path / "a.mov", 1)[0]) == 8 * 800


# -- the process is ended --------------------------------------------------------------------------------------

ENDED = """
import tdlite as td

def build(root):
    root.time.end = 100000
    ramp = root.create(td.rectangleTOP, 'picture')
    ramp.par.outputresolution, ramp.par.resolutionw, ramp.par.resolutionh = 'custom', 64, 64
    ramp.par.rotate.expr = 'absTime.frame'
    sound = root.create(td.audiooscillatorCHOP, 'sound')
    out = root.create(td.moviefileoutTOP, 'movie')
    out.inputConnectors[0].connect(ramp)
    out.par.file, out.par.encoder, out.par.keyframeinterval = 'a.{kind}', 'software', 10
    out.par.audiochop, out.par.uniquesuff, out.par.record = sound, False, True
    each = root.create(td.executeDAT, 'each')
    each.par.frameend = True
    each.text = '''
import os, signal
def onFrameEnd(frame):
    if frame == {frame}:
        os.kill(os.getpid(), signal.{signal})
'''
"""


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_killed_process_leaves_picture_and_sound_up_to_the_last_group(
    start: Start, tmp_path: Path, kind: str
) -> None:
    child = start(ENDED.format(kind=kind, frame=180, signal="SIGKILL"))
    child.communicate(timeout=PATIENCE)
    assert child.returncode == -signal.SIGKILL
    movie = tmp_path / f"a.{kind}"
    pictures = len(decode(movie))
    # Lost: the queue, what the encoder looks ahead, and an open group of pictures, or a second.
    assert pictures >= 180 - 4 - 20 - (60 if kind == "mkv" else 10)
    sounds = len(heard(movie, 1)[0])
    assert abs(sounds - pictures * 735) <= 12 * 735
    assert {name: float(each.get("start_time", 0)) for name, each in streams(movie).items()} == pytest.approx(
        {"video": 0, "audio": 0}, abs=0.03
    )


@pytest.mark.parametrize(("kind", "number"), [("mov", "SIGTERM"), ("mkv", "SIGINT")])
def test_an_ended_process_finishes_picture_and_sound(start: Start, tmp_path: Path, kind: str, number: str) -> None:
    child = start(ENDED.format(kind=kind, frame=30, signal=number))
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130, err
    assert "interrupted after frame 30; what was recorded is finished" in err
    assert len(decode(tmp_path / f"a.{kind}")) == 30
    assert len(heard(tmp_path / f"a.{kind}", 1)[0]) == pytest.approx(30 * 735, abs=1024)


# -- what the command line makes of it -------------------------------------------------------------------------

FAILING = """
import tdlite as td
from tdlite.media.errors import EncoderError
from tdlite.media.libav import LibavEncoder

encode = LibavEncoder.encode

def failing(self, frame, index):
    if index == 5:
        raise EncoderError('cannot encode frame 5 (it is cursed)')
    return encode(self, frame, index)

LibavEncoder.encode = failing

def build(root):
    root.time.end = 40
    picture = root.create(td.constantTOP, 'picture')
    picture.par.outputresolution, picture.par.resolutionw, picture.par.resolutionh = 'custom', 64, 64
    for name, type_ in (('movie', 'movie'), ('images', 'imagesequence')):
        out = root.create(td.moviefileoutTOP, name)
        out.inputConnectors[0].connect(picture)
        out.par.type, out.par.file, out.par.encoder = type_, name + {suffix!r} * (name == 'movie'), 'software'
        out.par.imagefiletype, out.par.uniquesuff, out.par.record = 'png', False, True
    {more}
"""


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("fault", ["encoder", "file"])
def test_the_run_goes_on_or_stops_as_strict_says_with_the_exit_code_of_the_fault(
    start: Start, tmp_path: Path, fault: str, strict: bool
) -> None:
    removing = (
        "each = root.create(td.executeDAT, 'each'); each.par.framestart = True; "
        "each.text = 'import os\\ndef onFrameStart(frame):\\n    if frame == 4: os.unlink(\"movie.mov\")'"
    )
    text = FAILING.format(suffix=".mov", more=removing if fault == "file" else "pass")
    if fault == "file":
        text = text.replace("index == 5", "False")
        text = text.replace("'png', False, True", "'png', False, True\n        out.par.keyframeinterval = 2")
    child = start(text, *["--strict"] * strict)
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == (4 if fault == "encoder" else 5), err
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if line.startswith("error: /movie")]
    assert len(lines) == 1
    assert ("it is cursed" if fault == "encoder" else "removed or replaced") in lines[0]
    images = len(list(tmp_path.glob("images.*.png")))
    if strict:
        assert 5 < images < 40
        assert f"stopped after frame {images}: --strict" in err
    else:
        assert images == 40
    if fault == "encoder":
        assert len(decode(tmp_path / "movie.mov")) == 5


# -- what is counted -------------------------------------------------------------------------------------------


def watch(net: Any, *outs: Any) -> list[list[dict[str, float]]]:
    """What the operators tell at the end of each frame."""
    told: list[list[dict[str, float]]] = [[] for _ in outs]
    net.on_frame.append(lambda: [rows.append(out.info()) for rows, out in zip(told, outs, strict=True)])
    return told


def assert_sums(rows: list[dict[str, float]]) -> None:
    """The totals at each frame are the sums of what each frame added."""
    for kind in ("frames", "audio_samples", "audio_frames"):
        total = 0.0
        for row in rows:
            total += row[f"last_{kind}_written"]
            assert row[f"total_{kind}_written"] == pytest.approx(total)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_the_counts_of_a_movie_add_up_at_every_frame_to_what_the_file_holds(
    fast: Any, tmp_path: Path, kind: str
) -> None:
    out = recorder(fast, file=f"a.{kind}", record="=3 <= absTime.frame < 33", **sound(fast))
    out.par.pause.expr = "absTime.frame in (7, 8, 20, 21, 22)"
    at_frame(fast, 20, lambda: [out.par.addframe.pulse() for _ in range(3)])
    (rows,) = watch(fast, out)
    fast.run(frames=36)
    assert_sums(rows)
    written = [row["last_frames_written"] for row in rows]
    paused = {7: 0, 8: 0, 20: 0, 21: 3, 22: 0}
    assert written == [paused.get(frame, float(3 <= frame < 33)) for frame in range(1, 37)]
    assert {row["active_records"] for row in rows} == {0}
    assert {row["cur_seq_index"] for row in rows} == {-1}
    found = streams(tmp_path / f"a.{kind}")
    assert int(found["video"]["nb_read_packets"]) == rows[-1]["total_frames_written"] == 28
    assert len(heard(tmp_path / f"a.{kind}", 1)[0]) == rows[-1]["total_audio_samples_written"] == 28 * 800
    assert rows[-1]["total_audio_frames_written"] == pytest.approx(28)
    assert rows[-1]["total_frames_dropped"] == 0


def test_the_counts_of_a_sequence_add_up_at_every_frame(fast: Any, tmp_path: Path) -> None:
    out = sequence(fast, file="frames/", record="=3 <= absTime.frame < 20", maxthread=3)
    out.par.pause.expr = "absTime.frame in (7, 8)"
    at_frame(fast, 7, lambda: [out.par.addframe.pulse() for _ in range(2)])
    (rows,) = watch(fast, out)
    fast.run(frames=22)
    assert_sums(rows)
    for row in rows:
        assert row["cur_seq_index"] == row["total_frames_written"] - 1
        assert 0 <= row["active_records"] <= 3
    assert rows[-1]["active_records"] == 0
    assert len(files(tmp_path / "frames")) == rows[-1]["total_frames_written"] == 17
    assert out.writeCount == 17


def test_in_real_time_the_counts_tell_of_every_frame_that_was_repeated(tmp_path: Path) -> None:
    with Net(cookRate=30, folder=tmp_path) as net:
        net.realTime = True
        out = recorder(net, file="a.mov", record=True, **sound(net))
        (rows,) = watch(net, out)
        # Three cooks that last longer than three frames.
        net.on_frame.append(lambda: time.sleep(0.12) if len(rows) in (3, 6, 9) else None)
        net.run(frames=30)
        out.par.record = False
        total = out.info()
        cooked = len(rows)
    assert_sums(rows)
    assert cooked <= 30 - 3 * 2
    assert total["total_frames_written"] == 30
    assert total["total_frames_dropped"] == 30 - cooked
    for earlier, later in pairwise(rows):
        repeated = later["last_frames_written"] - 1
        assert later["total_frames_dropped"] - earlier["total_frames_dropped"] == repeated >= 0
    found = streams(tmp_path / "a.mov")
    assert int(found["video"]["nb_read_packets"]) == 30
    assert len(heard(tmp_path / "a.mov", 1)[0]) == 30 * 1600 == total["total_audio_samples_written"]
