"""The operator with which ``tdlite render`` writes images that are named by their frame."""

from collections.abc import Callable

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.graph.engine import kind_of
from tdlite.graph.project import Project
from tdlite.media.picture import ImageOptions
from tdlite.media.sequence import ImageWriter
from tdlite.ops import COMP, TOP, At, required
from tdlite.ops.saving import encoder


class framesTOP(TOP):
    """Write the picture of every frame in a range to a file of its own, several at a time."""

    wires = required("Picture")

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        super().__init__(project, name, parent)
        self._writer = ImageWriter(4)
        self._frames = range(0)
        self._file: Callable[[int], str] = str
        self._quality = 1.0

    def record(self, name: Callable[[int], str], first: int, last: int, quality: float) -> None:
        """Write frames ``first`` to ``last``, frame k to ``name(k)``."""
        self._file, self._frames, self._quality = name, range(first, last + 1), quality

    def describe(self, at: At, spec: Spec) -> Pass | Image:
        return self.shown(at.inputs[0], spec)

    def sink(self) -> None:
        image: Image = self.result.pull()
        if self.project.frame in self._frames:
            path = self._file(self.project.frame)
            self._writer.submit(path, encoder(image, path, ImageOptions(self._quality)))
        self._tell()

    def flush(self) -> None:
        """Wait until every file is on disk."""
        self._writer.flush()
        self._tell()

    finish = flush

    def _tell(self) -> None:
        for _, error in self._writer.errors():
            self.addScriptError(str(error), kind_of(error))

    def released(self) -> None:
        super().released()
        self._writer.close()
