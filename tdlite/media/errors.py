"""What can go wrong between a finished frame and a file: one family of errors, each a whole sentence."""

from __future__ import annotations

import errno
import os


class MediaError(Exception):
    """Something about an image or a movie cannot be done; the message says what, found what, and the mend."""

    is_message = True
    """The text is the whole message: it needs no type name before it."""

    kind = "encoder"


class EncoderError(MediaError):
    """An encoder is missing, refuses its settings or its size, or failed on a frame."""


class OutputError(MediaError):
    """A file or folder cannot be written; `path` is the file, `__cause__` the operating system's error."""

    kind = "output"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class InputError(MediaError):
    """An image or a movie cannot be read."""

    kind = "output"


_MENDS = {
    errno.ENOENT: "the folder is missing, or was removed: make it, or choose another",
    errno.ENOSPC: "free some space or write to another disk",
    errno.EDQUOT: "free some of the quota or write to another disk",
    errno.EFBIG: "raise the file size limit (ulimit -f) or record shorter files",
    errno.EACCES: "choose a folder that this user may write to, or change its permissions",
    errno.EPERM: "choose a folder that this user may write to, or change its permissions",
    errno.EROFS: "choose a folder on a disk that is mounted for writing",
    errno.ENOTDIR: "a part of the path is a file: choose another folder, or remove that file",
    errno.EEXIST: "a part of the path is a file: choose another folder, or remove that file",
    errno.EISDIR: "the path is a folder: add a file name to it",
    errno.ELOOP: "a link leads back to itself: remove it, or choose another path",
    errno.ENAMETOOLONG: "shorten the file's name",
    errno.ESTALE: "it was removed or replaced while it was written: leave it alone, and record again",
    errno.EBUSY: "another recording is writing it: give each a file of its own",
    errno.EMFILE: "raise the limit of open files (ulimit -n) or write fewer files at once",
}


def output_error(attempt: str, path: str | os.PathLike[str], error: OSError) -> OutputError:
    """Turn an operating system's error into the sentence a user reads.

    `attempt` is what was tried, as a verb ("write"); `path` the file meant by the user.
    """
    name = os.fspath(path)
    found = os.strerror(error.errno) if error.errno else str(error)
    mend = _MENDS.get(error.errno or 0, "check the path and the disk")
    return OutputError(f"cannot {attempt} {name} ({found}); {mend}", name)
