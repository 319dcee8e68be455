"""Pictures on their way from the GPU to a file: read back while the next ones are drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from tdlite.gpu.image import Image
from tdlite.gpu.readback import Readback
from tdlite.gpu.yuv import YuvConversion, YuvReadback
from tdlite.media.encoder import Planes

Use = Callable[..., None]


class Source(Protocol):
    """A way of reading pictures: ``start`` asks for one, ``finish`` waits for it, each once."""

    def start(self, image: Image) -> Any: ...

    def finish(self, token: Any) -> Any: ...

    def release(self) -> None: ...


class PixelSource:
    """Reads RGBA [h, w, 4] of the type that ``dtype`` gives, or the stored channels if it gives none."""

    def __init__(self, dtype: Callable[[Image], type[Any] | None]) -> None:
        self._dtype = dtype
        self._readback: Readback | None = None

    def start(self, image: Image) -> Any:
        """Ask for a picture."""
        if self._readback is None:
            self._readback = Readback(image.gpu)
        return self._readback.start(image), self._dtype(image)

    def finish(self, token: Any) -> NDArray[Any]:
        """The pixels, row 0 at the bottom."""
        assert self._readback is not None
        started, dtype = token
        return self._readback.finish(started, dtype)

    def release(self) -> None:
        """Give GPU memory back."""
        if self._readback is not None:
            self._readback.release()
            self._readback = None


class PlaneSource:
    """Reads luma and chroma, made on the GPU."""

    def __init__(self, conversion: YuvConversion) -> None:
        self._name = conversion.layout.name
        self._readback = YuvReadback(conversion)

    def start(self, image: Image) -> Any:
        """Ask for a picture."""
        return self._readback.start(image)

    def finish(self, token: Any) -> Planes:
        """The planes, row 0 at the top."""
        return Planes(self._name, self._readback.finish(token))

    def release(self) -> None:
        """Give GPU memory back."""
        self._readback.release()


class _Read:
    """One picture, read once."""

    def __init__(self, source: Source, image: Image) -> None:
        self._source = source
        self._token = source.start(image)
        self._found: Any = None

    @property
    def found(self) -> Any:
        if self._token is not None:
            self._found, self._token = self._source.finish(self._token), None
        return self._found


class Reader:
    """Hands on pictures, as a source reads them, in the order they come; one that stays is read once.

    On a GPU the newest picture waits until the next one comes, or ``flush``: it is copied while that one is
    drawn. Where the CPU draws nothing waits.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: dict[int, _Read] = {}
        self._waiting: deque[tuple[list[_Read], Use]] = deque()

    def ask(self, image: Image, use: Use, *others: Image) -> None:
        """Have ``use`` called with what is read of each picture. It must not be changed."""
        found = self._last
        self._last = {each.serial: found.get(each.serial) or _Read(self._source, each) for each in (image, *others)}
        self._waiting.append(([self._last[each.serial] for each in (image, *others)], use))
        self._hand_on(0 if image.gpu.software else 1)

    def _hand_on(self, keep: int) -> None:
        while len(self._waiting) > keep:
            reads, use = self._waiting.popleft()
            use(*(read.found for read in reads))

    def flush(self) -> None:
        """Hand on everything that waits."""
        self._hand_on(0)

    def release(self) -> None:
        """Forget what waits and give GPU memory back."""
        self._waiting.clear()
        self._last = {}
        self._source.release()
