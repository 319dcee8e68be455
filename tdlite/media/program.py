"""The ffmpeg programs there are, and one of them at work: raw pictures or samples in, packets out."""

from __future__ import annotations

import contextlib
import functools
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Generic, TypeVar

from tdlite.media.errors import EncoderError

PacketT = TypeVar("PacketT")

_GRACE = 5.0  # seconds for a process that takes no more to end by itself, and again once it is asked to


def _programs() -> Iterator[str]:
    """Yield the ffmpeg programs there are: that of imageio-ffmpeg, then the system's."""
    try:
        import imageio_ffmpeg

        yield imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        pass
    if (found := shutil.which("ffmpeg")) is not None:
        yield found


@functools.cache
def _has(program: str, encoder: str) -> bool:
    command = [program, "-hide_banner", "-h", f"encoder={encoder}"]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return f"Encoder {encoder} " in done.stdout


def program_with(encoder: str) -> str | None:
    """Return the first ffmpeg program that has `encoder` ('hap', 'libvvenc'), None when none has it."""
    return next((each for each in _programs() if _has(each, encoder)), None)


def missing(encoder: str) -> str:
    """Return the sentence for an `encoder` that no ffmpeg program has."""
    programs = " and ".join(_programs()) or "there is no ffmpeg at all"
    return f"no ffmpeg with the encoder {encoder} was found ({programs}); install the extra tdlite[codecs]"


def first_line(said: bytes) -> str:
    """What a program said first, without the addresses in it."""
    lines = said.decode(errors="replace").strip().splitlines()
    return re.sub(r"\[[^\]]*@ 0x[0-9a-f]+\] *", "", lines[0]) if lines else "it ended early"


class Program(Generic[PacketT]):
    """A program that encodes. `read` takes apart what it writes, in a thread of its own: it must never wait for us.

    `encoder` is FFmpeg's name, for messages; `failing` what it may mean when the encoder takes no more, and the mend.
    EncoderError when the program cannot be started.
    """

    def __init__(
        self,
        encoder: str,
        command: Sequence[str],
        read: Callable[[IO[bytes]], Iterable[PacketT]],
        failing: str = "",
    ) -> None:
        self._encoder = encoder
        self._failing = failing
        self._failed = False
        self._packets: queue.SimpleQueue[PacketT] = queue.SimpleQueue()
        try:
            self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        except OSError as error:
            raise EncoderError(f"cannot keep what {command[0]} says ({error.strerror}); see to TMPDIR") from error
        try:
            self.process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._messages,
                # Ctrl-C is for this process, which finishes the movie.
                start_new_session=True,
            )
        except OSError as error:
            self._messages.close()
            raise EncoderError(f"cannot run {command[0]} ({error.strerror}); check that file") from error
        assert self.process.stdin is not None
        self._input = self.process.stdin
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout, read), name=encoder, daemon=True)
        self._reader.start()

    def write(self, data: memoryview, what: str) -> list[PacketT]:
        """Give it bytes of `what` ('frame 3'), and return the packets that it has ready.

        EncoderError when it takes no more; the end then gives what it had ready.
        """
        try:
            while data:
                data = data[self._input.write(data) :]
        except OSError as error:
            self._end()
            self._failed = True
            raise EncoderError(f"cannot encode {what} ({self._complaint()})") from error
        return self._ready()

    def finish(self, what: str) -> list[PacketT]:
        """End it and return its last packets; EncoderError when it fails over them: they are of `what`."""
        code = self._close()
        complaint = self._complaint()
        self._messages.close()
        if code and not self._failed:
            raise EncoderError(f"cannot encode {what} ({complaint})")
        return self._ready()

    def abort(self) -> None:
        """End it at once; what is inside is dropped."""
        self.process.kill()
        self._close()
        self._messages.close()

    def _close(self) -> int:
        with contextlib.suppress(OSError):
            self._input.close()
        self._reader.join()
        return self.process.wait()

    def _end(self) -> None:
        """Wait for a process that has closed its input; if it does not end by itself it is made to."""
        for insist in (self.process.terminate, self.process.kill):
            try:
                self.process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                insist()
        self.process.wait()

    def _ready(self) -> list[PacketT]:
        packets = []
        with contextlib.suppress(queue.Empty):
            while True:
                packets.append(self._packets.get_nowait())
        return packets

    def _complaint(self) -> str:
        self._messages.seek(0)
        said = first_line(self._messages.read())
        guess = f": {self._failing}" if self._failing and "submitting" in said else ""
        return f"ffmpeg with {self._encoder}: {said}{guess}"

    def _read(self, pipe: IO[bytes], read: Callable[[IO[bytes]], Iterable[PacketT]]) -> None:
        import av

        # Without input there is nothing to read; what breaks, the process tells by its exit status.
        with contextlib.suppress(OSError, ValueError, av.FFmpegError), pipe:
            for packet in read(pipe):
                self._packets.put(packet)
