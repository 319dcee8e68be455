"""Record a movie: frames in from one thread, encoded and written by another."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import threading
import weakref
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any, Generic, TypeVar

from tdlite.media.audio import Sound, audio_codec
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.containers import check_stream, container_for
from tdlite.media.encoder import Encoder, Settings
from tdlite.media.errors import EncoderError, MediaError, OutputError
from tdlite.media.filetags import FileTags
from tdlite.media.mux import Muxer
from tdlite.media.rates import rational_rate

FrameT = TypeVar("FrameT")

_END = object()
_POLL = 0.5  # seconds between looks for an owner that went away without closing
_LOOK = 0.1  # seconds between looks for signals: one of two that come at once may not wake a thread that waits
_PATIENCE = 3.0  # seconds that a process waits at its end for an encoder that was given up


class MovieWriter(Generic[FrameT]):
    """Encode frames into the movie `path`, in order, none lost.

    `encoder` is fresh and belongs to the writer; `container` is a token of `containers`; `rate` is in frames
    per second; at most `depth` frames wait. Opening checks sizes, settings, container and folder, and
    raises MediaError before anything is written. A movie without frames leaves no file.

    With `audio`, a fresh encoder as well, each frame comes with the sound that goes on while it is shown.
    What the container cannot keep of `tags` is said in `warnings`.

    Leave a `with` block by an exception and the movie is finished all the same: what was recorded is kept.
    An interrupt while `put` or `close` waits for the encoder gives it up: nobody waits any longer, not even the
    process when it ends. The file is finished if the encoder comes back, else it is as after a crash, playable.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        encoder: Encoder[FrameT],
        container: str,
        width: int,
        height: int,
        rate: Fraction | float,
        settings: Settings,
        depth: int = 3,
        audio: AudioEncoder | None = None,
        tags: FileTags | None = None,
    ) -> None:
        self.path = os.fspath(path)
        self.frames_accepted = 0
        kind = container_for(self.path, container, encoder.codec)
        if audio is not None:
            audio_codec(audio.codec.token, kind.token)
        info = encoder.open(width, height, rational_rate(rate), settings)
        try:
            check_stream(self.path, kind, info)
            kept, self._unkept = (tags or FileTags()).kept(kind.token, info.codec)
            muxer = Muxer(self.path, kind, info, audio=audio.open() if audio is not None else None, tags=kept)
        except BaseException:
            encoder.abort()
            raise
        self._encoder = encoder
        self._audio = audio
        self._recording = _Recording(encoder, audio, muxer, depth, weakref.ref(self))
        self._closed = False
        self._raised = False

    @property
    def queued(self) -> int:
        """How many accepted frames the encoder has not taken yet."""
        return self.frames_accepted - self._recording.taken

    @property
    def warnings(self) -> list[str]:
        """What the encoder cannot follow of the settings, and the file not keep of the tags, a sentence each."""
        return [*self._encoder.warnings, *self._unkept, *(self._audio.warnings if self._audio is not None else ())]

    def put(self, frame: FrameT | None, sound: Sound | None = None) -> None:
        """Accept the next frame; blocks while `depth` frames wait. It must not change afterwards.

        `sound` is [channels, n], −1 to 1, and follows that of the frame before without a gap. None is no frame, but
        more sound.
        Raises what went wrong in the encoding thread, as it was raised there; the frame is then not
        accepted. MediaError when the movie is closed.
        """
        if self._closed:
            raise MediaError(f"cannot add a frame to {self.path}: the movie is closed")
        if self._recording.error is not None:
            self._raised = True
            raise self._recording.error
        with self._waiting():
            self._hand((frame, sound))
        self.frames_accepted += frame is not None

    def close(self) -> None:
        """Encode what waits and finish the file. Idempotent; raises an error that `put` has not raised.

        EncoderError when the encoder was given up.
        """
        self._end()
        if self._recording.error is not None and not self._raised:
            self._raised = True
            raise self._recording.error

    def abort(self) -> None:
        """Give the movie up: drop what waits and remove the file. After `close` it does nothing."""
        if not self._closed:
            self._recording.abandoned = True
        self._end()

    def _end(self) -> None:
        with self._waiting():
            if not self._closed:
                self._closed = True
                self._hand(_END)
            while self._recording.thread.is_alive():
                self._recording.thread.join(_LOOK)

    def _hand(self, item: Any) -> None:
        while True:
            with contextlib.suppress(queue.Full):
                self._recording.frames.put(item, timeout=_LOOK)
                return

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        """Wait for the encoder, until an interrupt comes; the next time EncoderError says so."""
        if self._recording.given_up:
            self._closed = self._raised = True
            raise EncoderError(
                f"cannot finish {self.path}: its encoder was busy when an interrupt came; the file plays as far as "
                "it was written"
            )
        try:
            yield
        except KeyboardInterrupt:
            self._recording.given_up = True
            raise

    def __enter__(self) -> MovieWriter[FrameT]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Recording:
    """The encoding thread's side. It does not hold its owner, so that a forgotten writer can be collected."""

    def __init__(
        self,
        encoder: Encoder[Any],
        audio: AudioEncoder | None,
        muxer: Muxer,
        depth: int,
        owner: weakref.ref[MovieWriter[Any]],
    ) -> None:
        self.frames: queue.Queue[Any] = queue.Queue(depth)
        self.taken = 0
        self.error: Exception | None = None
        self.abandoned = False
        self.given_up = False
        self._encoder = encoder
        self._audio = audio
        self._muxer = muxer
        self._owner = owner
        name = f"movie {os.path.basename(muxer.path)}"
        # A daemon, since Python has no way to end without the others; `wait` is for those that are not stuck.
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        atexit.register(self.wait)
        self.thread.start()

    def wait(self) -> None:
        """Have the file finished before the process ends."""
        self.thread.join(_PATIENCE if self.given_up else None)

    def _run(self) -> None:
        try:
            self._record()
        finally:
            atexit.unregister(self.wait)

    def _record(self) -> None:
        for frame, sound in self._frames():
            # Frames are taken even when they can no longer be written, or `put` would wait for ever.
            if self.error is None and not self.abandoned:
                self._attempt(partial(self._put, frame, sound))
            self.taken += frame is not None
        if self.abandoned:
            self._abort()
            self._muxer.abort()
        elif self.error is None:
            self._attempt(self._rest)
            self._finish_file()

    def _frames(self) -> Iterator[Any]:
        """Yield frames until the end is signalled or nobody is left to signal it."""
        while True:
            try:
                frame = self.frames.get(timeout=_POLL)
            except queue.Empty:
                if self.given_up or self._owner() is None or not threading.main_thread().is_alive():
                    return
                continue
            if frame is _END:
                return
            yield frame

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self.error = error
            self._save()

    def _put(self, frame: Any, sound: Sound | None) -> None:
        if frame is not None:
            for packet in self._encoder.encode(frame, self.taken):
                self._muxer.write(packet)
        if self._audio is not None and sound is not None:
            for packet in self._audio.encode(sound):
                self._muxer.write_sound(packet)

    def _rest(self) -> None:
        for packet in self._encoder.finish():
            self._muxer.write(packet)
        if self._audio is not None:
            for packet in self._audio.finish():
                self._muxer.write_sound(packet)

    def _abort(self) -> None:
        self._encoder.abort()
        if self._audio is not None:
            self._audio.abort()

    def _save(self) -> None:
        """Finish the file after an error with what the encoders still give back."""
        if not isinstance(self.error, OutputError):
            with contextlib.suppress(Exception):  # it has failed before: the first error is the one to tell
                self._rest()
        with contextlib.suppress(Exception):  # as above
            self._abort()
        self._finish_file()

    def _finish_file(self) -> None:
        try:
            self._muxer.close()
        except Exception as error:
            self.error = self.error or error
