"""A TOP that plays a file: it opens it, knows where it stands, and tells about both."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from math import floor
from typing import Any

from tdlite.gpu.image import Image
from tdlite.graph.engine import VALUE, Cell, Memo
from tdlite.media.errors import InputError
from tdlite.media.reading import PictureSource, open_pictures

from . import playing
from .cook import At, step
from .playing import Head, Part, Place, Position
from .top import TOP


class MoviePlayer(TOP):
    """The file, the position and the members of a TOP with the parameters of ``playing`` and ``file``.

    Three results follow each other: the open file, where it stands, which pictures that means. Only the last one
    concerns the picture, so a position that moves within a frame of the movie draws nothing.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._source: PictureSource | InputError | None = None
        self._key: Any = None
        self._unloaded = Cell(VALUE, "movie file")
        self._images: dict[Any, tuple[Image, str, str]] = {}
        """Finished pictures, each with what is wrong with it and what is told about it."""
        self._trouble = ""
        """Why the last cook could not show the picture that it should."""
        self.lastIndexUploaded = -1
        """The number of the picture that was last brought to the GPU; -1 before the first."""
        self._file = Memo(self.engine, self, "file", self._opened)
        self._position = Memo(self.engine, self, "position", self._moved)
        self._place = Memo(self.engine, self, "place", self._placed)

    # -- the file ----------------------------------------------------------------------------------------------

    def _opened(self) -> PictureSource | InputError:
        """The open file, or why there is none."""
        self.engine.read(self._unloaded)
        row: Any = self.values.row(0)
        if not row.file:
            return InputError("par.file is empty; set it to a movie, an image or a folder of images")
        path = self._found(row.file)
        stamp = None
        if row.reload:
            _ = self.project.absTime.frame  # look again in every frame
            stamp = _stamp(path)
        presses = getattr(row.reloadpulse, "count", row.reloadpulse)
        by_name = row.imageindexing == "filename"
        key = (path, presses, stamp, by_name, row.hwdecode)
        if key != self._key or self._source is None:
            self._close()
            try:
                self._source = open_pictures(path, by_name, row.hwdecode)
            except InputError as error:
                self._source = error
            self._key = key
        return self._source

    def _found(self, name: str) -> str:
        folder, last = os.path.split(name)
        if re.search(r"[*?]", last):
            return os.path.join(self.project.find_file(folder or "."), last)
        return self.project.find_file(name)

    def _close(self) -> None:
        if self._source is not None and not isinstance(self._source, InputError):
            self._source.close()
        self._source = self._key = None
        self._images.clear()

    # -- which picture -----------------------------------------------------------------------------------------

    def _part(self) -> Part | None:
        source = self._file.pull()
        return (
            None if isinstance(source, InputError) else playing.part_of(self.values.row(0), source, self.project.rate)
        )

    def _moved(self) -> Position | None:
        """Where the movie stands; an image stands still."""
        row = self.values.row(0)
        part = self._part()
        if part is None:
            return None
        at = At(self, row, [])
        if part.source.count == 1:
            return Position(Fraction(part.base))
        if row.playmode == "sequential":
            moved: Position = step(self, at)
            return moved
        return playing.position(at, part)

    def initial(self) -> Head:
        """Sequential playing before its first frame."""
        return Head()

    def step(self, at: At, head: Head) -> tuple[Any, Head]:
        """Go on by a frame; called for the position alone, and not when the picture is cooked."""
        part = self._part()
        assert part is not None
        return playing.advance(at, part, head)

    def steps(self, par: Any) -> bool:
        return False

    def _placed(self) -> Place | None:
        """The pictures to show."""
        moved = self._position.pull()
        part = self._part()
        return None if part is None else playing.place(moved.number, part, self.values.row(0))

    def released(self) -> None:
        super().released()
        self._close()

    # -- members -----------------------------------------------------------------------------------------------

    def _now(self, memo: Memo) -> Any:
        with self.project.pulling():
            return memo.pull()

    @property
    def isOpen(self) -> bool:
        """Whether the file is open."""
        return not isinstance(self._now(self._file), InputError)

    @property
    def isInvalid(self) -> bool:
        """Whether the file is not there or cannot be read."""
        return not self.isOpen

    isOpening = property(lambda self: False, doc="Whether the file is being opened: never, one waits for it.")

    @property
    def trueNumImages(self) -> int:
        """How many pictures the file has."""
        source = self._now(self._file)
        return 0 if isinstance(source, InputError) else int(source.count)

    def _playing(self) -> Part | None:
        with self.project.pulling():
            return self._part()

    @property
    def numImages(self) -> int:
        """How many pictures play, between Trim Start and Trim End."""
        part = self._playing()
        return part.length if part is not None else 0

    @property
    def numSeconds(self) -> float:
        """How long they take, at speed 1."""
        part = self._playing()
        return float(part.seconds_at(Fraction(part.base + part.length))) if part is not None else 0.0

    @property
    def rate(self) -> float:
        """Pictures per second."""
        part = self._playing()
        return float(part.rate) if part is not None else 0.0

    @property
    def start(self) -> int:
        """The index of the first picture: 0, or of a sequence that counts by names, the number in its name."""
        part = self._playing()
        return part.base if part is not None else 0

    @property
    def index(self) -> int:
        """Where it stands, in pictures from the start, however far beyond the end."""
        moved = self._now(self._position)
        return floor(moved.number) if moved is not None else 0

    @property
    def indexFraction(self) -> float:
        """How far it is from there to the next picture, 0 to 1."""
        moved = self._now(self._position)
        return float(moved.number - floor(moved.number)) if moved is not None else 0.0

    @property
    def trueIndex(self) -> int:
        """The number of the picture that is shown, counted in the file from 0; -1 when it is none of the file's."""
        place = self._now(self._place)
        return max(place.first, -1) if place is not None else -1

    @property
    def isLastFrame(self) -> bool:
        """Whether the last picture that plays is shown."""
        part = self._playing()
        return part is not None and self.trueIndex == part.first + part.length - 1

    @property
    def isLoopFrame(self) -> bool:
        """Whether this frame begins the movie again."""
        moved = self._now(self._position)
        return moved is not None and moved.looped

    @property
    def sourceChannels(self) -> list[str]:
        """The channels of the file's pictures."""
        source = self._now(self._file)
        if isinstance(source, InputError):
            return []
        return ["r", *(["g", "b"] if source.form.components == "rgba" else []), *(["a"] if source.form.alpha else [])]

    @property
    def headers(self) -> dict[str, str]:
        """The file's metadata: tags of a movie, attributes of an EXR image."""
        source = self._now(self._file)
        return {} if isinstance(source, InputError) else dict(source.headers)

    numHeaders = property(lambda self: len(self.headers), doc="How many entries of metadata the file has.")
    timecode = property(lambda self: self.headers.get("timecode", ""), doc="The file's start timecode, if it has one.")

    def preload(self, index: float | None = None) -> bool:
        """Open the file and decode picture ``index`` of it; whether that worked."""
        source = self._now(self._file)
        if isinstance(source, InputError):
            return False
        try:
            source.picture(min(max(int(index or 0), 0), source.count - 1))
        except InputError:
            return False
        return True

    def unload(self) -> None:
        """Close the file and free its memory; it is opened again when it is asked for."""
        self._unloaded = self.engine.changed(self._unloaded)
        self._close()

    def own_info(self) -> dict[str, float]:
        source = self._file.peek()
        if source is None or isinstance(source, InputError):
            return {"open": 0, "opening": 0, "open_failed": float(source is not None)}
        form = source.form
        place = self._place.peek()
        return {
            "index": self.index,
            "true_index": self.trueIndex,
            "index_fraction": self.indexFraction,
            "file_resx": form.width,
            "file_resy": form.height,
            "start": self.start,
            "length": self.numImages,
            "true_length": source.count,
            "sample_rate": self.rate,
            "last_index_uploaded": self.lastIndexUploaded,
            "mv_has_audio": source.has_audio,
            "odd_field": place is not None and place.odd,
            "last_frame": self.isLastFrame,
            "loop_frame": self.isLoopFrame,
            "open": 1,
            "opening": 0,
            "open_failed": 0,
            "has_decode_errors": bool(self._trouble),
            "hardrware_decode": source.hardware,
        }


def _stamp(path: str) -> tuple[int, int] | None:
    """What changes when a file does."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
