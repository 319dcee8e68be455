"""Files appear whole or not at all, in folders that are made when missing; what is read is a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat

from tdlite.media.errors import InputError, OutputError, output_error


def make_folder(path: str | os.PathLike[str]) -> None:
    """Create the folder that `path` will lie in, and those above it. OutputError when that cannot be."""
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    except OSError as error:
        raise output_error("create the folder of", path, error) from error


def check_readable(path: str | os.PathLike[str]) -> None:
    """InputError for pipes and devices, which may keep who reads them waiting for ever; a missing file is none yet."""
    with contextlib.suppress(OSError):
        kind = os.stat(path).st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise InputError(f"cannot open {os.fspath(path)}: it is a pipe or a device, not a file")


def check_writable(path: str | os.PathLike[str]) -> None:
    """OutputError for pipes and devices, in which nothing can be found again; a missing file is none yet."""
    with contextlib.suppress(OSError):
        kind = os.stat(path).st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            name = os.fspath(path)
            raise OutputError(f"cannot write {name}: it is a pipe or a device, not a file; choose another name", name)


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the whole new one, never a part.

    The bytes go to a hidden, unique name in the same folder, which is then renamed. There is no fsync: a
    killed process leaves nothing torn, a power cut may. OutputError, with the temporary file removed, when
    it cannot be written.
    """
    folder, name = os.path.split(os.path.abspath(path))
    # 50 characters are at most 200 bytes: with the unique part within the usual limit of 255 a name.
    temporary = os.path.join(folder, f".{name[:50]}.{secrets.token_hex(8)}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise output_error("write", path, error) from error
        raise
