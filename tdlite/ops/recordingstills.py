"""The image files of a recording: one picture after the other, written beside the frames that follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tdlite.gpu.image import Image
from tdlite.media.colour import SPACES, Conversion
from tdlite.media.picture import RGBA, ImageOptions

from .colourspace import shallow
from .layers import Layers, idle
from .recordingfiles import ImageFiles, untold
from .recordingtake import metadata
from .saving import unkept

if TYPE_CHECKING:
    from tdlite.graph.op import OP


class Stills:
    """Image files that are being written, by threads that start with the first and end with ``close``.

    ``warn`` is told what is written otherwise than asked for.
    """

    def __init__(self, op: OP, warn: Callable[[str], None]) -> None:
        self._op = op
        self._warn = warn
        self._files: ImageFiles | None = None
        self.claims: list[str] = []
        """Single images that may not be on disk yet."""

    @property
    def active(self) -> int:
        """How many images are being written now."""
        return self._files.active if self._files is not None else 0

    def add(self, row: Any, image: Image, path: str, way: Conversion, layers: Layers) -> None:
        """Write a picture, and what EXR files have beside it. Raises what is wrong before anything is written."""
        if self._files is None:
            self._files = ImageFiles(row.maxthread, row.encodetestmode, row.encoder != "software")
        exr = row.imagefiletype == "exr"
        unlike = (
            *unkept(path, image.spec.format, metadata=False),
            *shallow(path, SPACES[row.outputcolorspace]),
        )
        for message in (*idle(self._op, exr), *unlike, *untold(row)):
            self._warn(message)
        options = ImageOptions(
            quality=row.quality,
            metadata=metadata(row, self._warn),
            compression=row.exrcompression,
            channels=layers.channels if exr else (RGBA,),
            pointcloud=row.pointcloud,
            mipmaps=row.mipmaps,
        )
        self._files.add(image, path, options, way, layers.beside(image) if exr else ())
        if self._files.problem:
            self._warn(self._files.problem)

    def errors(self) -> list[Exception]:
        """What could not be written since the last call; the images after it are still tried."""
        return list(self._files.errors()) if self._files is not None else []

    def flush(self) -> None:
        """Have every image on disk."""
        if self._files is not None:
            self._files.flush()

    def close(self) -> list[Exception]:
        """Have every image on disk, and let the threads go; what went wrong."""
        wrong: list[Exception] = []
        if self._files is not None:
            try:
                self._files.close()
            except Exception as error:
                wrong.append(error)
            wrong += self.errors()
            self._files = None
        return wrong
