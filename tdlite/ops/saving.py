"""Pictures into image files: downloaded, and encoded in any thread; ``save()`` now or while the project goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.readback import converted, read_raw
from tdlite.gpu.volume import KINDS
from tdlite.graph.engine import kind_of
from tdlite.graph.errors import OpError
from tdlite.graph.op import OP
from tdlite.graph.project import Project
from tdlite.media.dds import LAYOUTS
from tdlite.media.errors import OutputError
from tdlite.media.files import make_folder, write_atomically
from tdlite.media.images import encode_image
from tdlite.media.picture import ImageOptions
from tdlite.media.sequence import ImageWriter


def encoder(image: Image, name: str, options: ImageOptions) -> Callable[[], bytes]:
    """Download a picture; what makes a file of it, of the type that ``name`` says, in any thread."""
    if image.spec.kind != "texture2d":
        raise OpError(f"image files hold 2D pictures; this is a {KINDS[image.spec.kind]} of {image.spec.depth} slices")
    return partial(encoded, (read_raw(image),), (image.spec,), name, options)


def encoded(stored: Sequence[NDArray[Any]], specs: Sequence[Spec], name: str, options: ImageOptions) -> bytes:
    """The bytes of an image file, of the type that ``name`` says, from the stored channels of pictures.

    MediaError when it cannot be. All but DDS files get RGBA of the type nearest to the pixel format; sRGB formats
    stay encoded, but for EXR files, which hold light.
    """
    suffix = suffix_of(name)
    if suffix == ".dds" and specs[0].format in LAYOUTS:
        return encode_image(stored[0], suffix, replace(options, format=specs[0].format))
    light = suffix == ".exr"
    first, *others = (
        converted(raw, spec, np.float16 if light and FORMATS[spec.format].srgb else file_type(spec.format))
        for raw, spec in zip(stored, specs, strict=True)
    )
    return encode_image(first, suffix, options, others)


def file_type(format: str) -> type[Any]:
    """The numpy type in which image files hold a pixel format without loss.

    uint8 for 8-bit, uint16 for 10- and 16-bit fixed, float16 and float32 for the float formats.
    """
    if "32float" in format:
        return np.float32
    if "float" in format:
        return np.float16
    return np.uint16 if "16" in format or "10" in format else np.uint8


def suffix_of(name: str) -> str:
    """What tells the type of an image file: ``.png`` of a path, or of ``.png`` itself; without a dot the name."""
    return (os.path.splitext(name)[1] or os.path.basename(name)).lower()


def unkept(name: str, format: str, metadata: bool) -> list[str]:
    """What a file of the type that ``name`` says keeps otherwise than asked for: a sentence for each."""
    found = []
    if metadata and suffix_of(name) != ".exr":
        found.append("metadata is not written: only EXR files keep it")
    if suffix_of(name) == ".dds" and format not in LAYOUTS:
        found.append(f"DDS has no pixel format {format}: it is written as RGBA of as many bits")
    return found


def save(op: OP, image: Image, path: str, asynchronous: bool, create_folders: bool, options: ImageOptions) -> None:
    """Write a picture; the format by the path's suffix. MediaError, or with ``asynchronous`` an error on ``op``."""
    folder = os.path.dirname(path)
    if create_folders:
        make_folder(path)
    elif not os.path.isdir(folder):
        raise OutputError(f"cannot save {path}: there is no folder {folder}; make it or give createFolders=True", path)
    encode = encoder(image, path, options)
    if asynchronous:
        saves = op.project.resources.get("saves")
        if saves is None:
            saves = op.project.resources["saves"] = Saves(op.project)
        saves.submit(op, path, encode)
    else:
        write_atomically(path, encode())


class Saves:
    """The asynchronous saves of a project; their errors appear on the operators that asked for them."""

    def __init__(self, project: Project) -> None:
        self._writer = ImageWriter(2)
        self._asked: dict[str, OP] = {}
        project.on_frame.append(self._report)
        project.on_close.append(self.close)

    def submit(self, op: OP, path: str, encode: Callable[[], bytes]) -> None:
        """Accept one picture; waits while two are being written."""
        self._asked[path] = op
        self._writer.submit(path, encode)

    def _report(self) -> None:
        idle = not self._writer.active  # asked first: what fails after the errors are fetched is still asked for
        for path, error in self._writer.errors():
            self._asked[path].addScriptError(f"save(): {error}", kind_of(error))
        if idle:
            self._asked.clear()

    def close(self) -> None:
        """Wait for every picture, then report."""
        self._writer.close()
        self._report()
