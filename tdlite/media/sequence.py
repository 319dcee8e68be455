"""Image files written by several threads at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tdlite.media.errors import MediaError
from tdlite.media.files import make_folder, write_atomically


class ImageWriter:
    """Write images with at most `threads` of them in flight, one thread an image.

    One thread means the calling thread: `submit` returns when the file is on disk. A failed file is kept
    in `errors` and costs no other file. With `dry` images are encoded and thrown away.
    """

    def __init__(self, threads: int, dry: bool = False) -> None:
        if threads < 1:
            raise MediaError(f"cannot write images with {threads} threads; use at least 1")
        self._threads = threads
        self._dry = dry
        self._pool = ThreadPoolExecutor(threads, "image") if threads > 1 else None
        self._changed = threading.Condition()
        self._active = 0
        self._accepted = 0
        self._closed = False
        self._folders: set[str] = set()
        self._errors: list[tuple[int, str, MediaError]] = []

    @property
    def active(self) -> int:
        """How many accepted images are not on disk yet."""
        return self._active

    def submit(self, path: str | os.PathLike[str], encode: Callable[[], bytes]) -> None:
        """Accept an image for `path`, whose missing folders are created.

        `encode` returns the bytes of the file and is called in the writing thread; the pixels that it holds
        must not change until then. Blocks while `threads` images are in flight. MediaError when the writer is
        closed; errors of the file itself go to `errors`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._active < self._threads)
            if self._closed:
                raise MediaError(f"cannot write {os.fspath(path)}: the image writer is closed")
            self._active += 1
            self._accepted += 1
            job = (self._accepted, os.fspath(path), encode)
        if self._pool is None:
            self._write(*job)
        else:
            self._pool.submit(self._write, *job)

    def _write(self, number: int, path: str, encode: Callable[[], bytes]) -> None:
        failure: MediaError | None = None
        try:
            data = encode()
            if not self._dry:
                self._make_folder(path)
                write_atomically(path, data)
        except MediaError as error:
            failure = error
        except Exception as error:
            failure = MediaError(f"cannot write {path}: {type(error).__name__}: {error}")
            failure.__cause__ = error
        finally:
            with self._changed:
                self._active -= 1
                if failure is not None:
                    self._errors.append((number, path, failure))
                self._changed.notify_all()

    def _make_folder(self, path: str) -> None:
        """Create a folder when it is first used: one that somebody takes away is an error, not a new one."""
        folder = os.path.dirname(path)
        if folder not in self._folders:
            make_folder(path)
            self._folders.add(folder)

    def errors(self) -> list[tuple[str, MediaError]]:
        """Return the failures since the last call, as (path, error) in the order of submission."""
        with self._changed:
            found, self._errors = sorted(self._errors, key=lambda entry: entry[0]), []
        return [(path, error) for _, path, error in found]

    def flush(self) -> None:
        """Wait until every accepted image is on disk or in `errors`."""
        with self._changed:
            self._changed.wait_for(lambda: self._active == 0)

    def close(self) -> None:
        """Flush and end the threads; closing twice does nothing."""
        with self._changed:
            self._closed = True
        self.flush()
        if self._pool is not None:
            self._pool.shutdown()
