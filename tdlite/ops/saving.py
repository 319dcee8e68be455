"""Saving single pictures, now or while the project goes on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from tdlite.graph.op import OP
from tdlite.graph.project import Project
from tdlite.media.errors import OutputError
from tdlite.media.files import make_folder
from tdlite.media.images import encode_image, write_atomically
from tdlite.media.sequence import ImageWriter


def save(
    op: OP,
    path: str,
    pixels: NDArray[Any],
    asynchronous: bool,
    create_folders: bool,
    quality: float,
    metadata: Sequence[tuple[str, str]],
) -> None:
    """Write a picture; the format by the path's suffix. MediaError, or with ``asynchronous`` an error on ``op``."""
    folder = os.path.dirname(path)
    if create_folders:
        make_folder(path)
    elif not os.path.isdir(folder):
        raise OutputError(f"cannot save {path}: there is no folder {folder}; make it or give createFolders=True", path)
    if asynchronous:
        saves = op.project.resources.get("saves")
        if saves is None:
            saves = op.project.resources["saves"] = Saves(op.project)
        saves.submit(op, path, pixels, quality, metadata)
    else:
        write_atomically(path, encode_image(pixels, suffix_of(path), quality, metadata))


def suffix_of(name: str) -> str:
    """What tells the type of an image file: ``.png`` of a path, or of ``.png`` itself; without a dot the name."""
    return (os.path.splitext(name)[1] or os.path.basename(name)).lower()


class Saves:
    """The asynchronous saves of a project; their errors appear on the operators that asked for them."""

    def __init__(self, project: Project) -> None:
        self._writer = ImageWriter(2)
        self._asked: dict[str, OP] = {}
        project.on_frame.append(self._report)
        project.on_close.append(self.close)

    def submit(
        self, op: OP, path: str, pixels: NDArray[Any], quality: float, metadata: Sequence[tuple[str, str]]
    ) -> None:
        """Accept one picture."""
        self._asked[path] = op
        self._writer.submit(path, pixels, quality, metadata)

    def _report(self) -> None:
        for path, error in self._writer.errors():
            self._asked[path].addScriptError(f"save(): {error}")
        if not self._writer.active:
            self._asked.clear()

    def close(self) -> None:
        """Wait for every picture, then report."""
        self._writer.close()
        self._report()
