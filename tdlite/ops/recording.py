"""Recording: when a sink's pictures become frames of a file, by its record, pause and length parameters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tdlite.gpu.image import Image
from tdlite.graph.engine import VALUE, Cell, CookError, Fault, kind_of, sentence
from tdlite.graph.errors import OpError, ParError
from tdlite.media.colour import Conversion
from tdlite.media.errors import MediaError, OutputError
from tdlite.media.rates import rational_rate

from .channels import Channels
from .colourspace import outward
from .layers import Layers
from .recordingaudio import Track, hear
from .recordingfiles import MovieFile, writable
from .recordingnames import Names, plan
from .recordingstills import Stills
from .recordingtake import Take, metadata

if TYPE_CHECKING:
    from tdlite.graph.journal import Change
    from tdlite.graph.op import OP


def _rate(row: Any) -> Fraction:
    """The file's frames per second. OpError when there cannot be so many."""
    try:
        return rational_rate(row.fps)
    except MediaError as error:
        raise OpError(f"cannot record: par.fps is {row.fps:g}; set it to a number that files can count") from error


class Recording:
    """What an operator records, and the counts that it shows.

    Counts are of what was accepted, in the order in which frames were cooked: they do not depend on how far
    the writing threads are.
    """

    def __init__(self, op: OP) -> None:
        self._op = op
        self._names = Names(op)
        self._cell = Cell(VALUE, "recording")
        self._on = False
        self._row: Any = None
        self._take: Take | None = None
        self._owed = False
        """A single image that record asked for and that is not written yet."""
        self._pressed = 0
        self._stills = Stills(op, self._warn)
        self._layers = Layers()
        self._error: Exception | None = None
        """What went wrong in this recording, or in the last one until another begins."""
        self.warnings: list[str] = []
        """What is recorded otherwise than asked for."""
        self._unlisten: Callable[[], None] | None = None
        self._files = 0
        self._index = -1
        self.last_frames = 0
        self.total_frames = 0
        self.last_samples = 0
        self.total_samples = 0
        self.sound_rate = Fraction(1)
        """Samples of the sound in a file frame."""
        self.dropped_frames = 0

    # -- what is told ------------------------------------------------------------------------------------------

    @property
    def files(self) -> int:
        """How many files were written: images when accepted, movies when finished."""
        self._op.engine.read(self._cell)
        return self._files

    @property
    def index(self) -> int:
        """The index of the last image of the sequence; -1 before the first."""
        self._op.engine.read(self._cell)
        return self._index

    @property
    def active(self) -> int:
        """How many images are being written now."""
        return self._stills.active

    @property
    def suffix(self) -> str:
        """The suffix of the file that is written next."""
        self._op.engine.read(self._cell)
        names, take = self._names, self._take
        if names.asked is not None:
            made, n, index = names.asked
        elif take is not None:
            made, n, index = take.plan, take.number, take.frames
        else:
            par = self._op.par
            made, index = plan(par), 0
            n = names.number(made, int(par.n), bool(par.uniquesuff))
        return made.suffix(n, index)

    def _told(self) -> None:
        """What is told has changed."""
        self._cell = self._op.engine.changed(self._cell)

    # -- frames ------------------------------------------------------------------------------------------------

    def frame(self, image: Image | None, layers: Layers) -> None:
        """Do what this frame asks for; without a picture nothing is written. Raises what went wrong.

        ``layers`` are what EXR images have besides the picture.
        """
        row, broken = self._row_now()
        presses, self._pressed = row.addframe.count - self._pressed, row.addframe.count
        self._count_anew()
        heard = self._heard_now(row)
        try:
            if row.record != self._on:
                self._switch(row.record)
                self._begin(row, heard) if self._on else self._end(self._op.project.step_now - 1)
            self._layers = layers  # not before: what ends here belongs to the frame before
            if self._take is None and row.type == "image":
                self._single(row, image, presses)
            elif self._take is not None:
                self._record(self._take, row, image, heard, presses)
            elif presses:
                self._warn("addframe was pressed while nothing is recorded; set record and pause on first")
        except Exception as error:
            self._error = error
            self._end()
        self._tell(broken)

    def rest(self) -> None:
        """Do nothing in this frame, as a bypassed operator does: what is being recorded ends. Raises what went wrong.

        Presses of addframe are forgotten; with record still on, another recording begins after the bypass.
        """
        with suppress(CookError, ParError):
            self._pressed = self._op.values.row(0).addframe.count
        self._count_anew()
        self._owed = False
        if self._on:
            self._switch(False)
            self._end(self._op.project.step_now - 1)
        self._tell()

    def _count_anew(self) -> None:
        """Nothing was written in this frame yet."""
        if self.last_frames or self.last_samples:
            self.last_frames = self.last_samples = 0
            self._told()

    def _tell(self, broken: Exception | None = None) -> None:
        """Show what is recorded otherwise than asked for, and raise what went wrong, or else ``broken``."""
        self._collect(self._stills.errors())
        for warning in self.warnings:
            self._op.warn(warning)
        wrong = self._error or broken
        if wrong is not None:
            raise wrong.with_traceback(None)

    def _row_now(self) -> tuple[Any, Exception | None]:
        """The parameters; while recording, where one of them fails, those of the frame before, and the error.

        No frame is lost over a parameter, and most of them are those of the moment in which record went on.
        """
        try:
            self._row = self._op.values.row(0)
        except (CookError, ParError) as error:
            if self._take is None:
                raise
            return self._row, error
        return self._row, None

    def _switch(self, on: bool) -> None:
        """Note that record went on or off; while it is on, listen to hear of off between frames."""
        self._on = on
        self._listen(on)

    def _listen(self, on: bool) -> None:
        if self._unlisten is not None:
            self._unlisten()
        self._unlisten = self._op.project.listen(self._heard) if on else None

    def _heard_now(self, row: Any) -> Channels | None:
        """The sound of this frame. Like the picture, it is cooked whether it is recorded or not."""
        if self._take is not None:
            return hear(self._take.track.chop) if self._take.track is not None else None
        return hear(row.audiochop[0]) if row.audiochop else None

    def _begin(self, row: Any, heard: Channels | None) -> None:
        self._fresh()
        self.total_frames = self.dropped_frames = self.total_samples = 0
        if row.type == "image":
            self._owed = True
            return
        made = plan(row)
        rate = _rate(row)
        if row.limitlength and row.length <= 0:
            self._warn(f"length is {row.length:g} and limitlength on: nothing is recorded")
        number = self._names.number(made, row.n, row.uniquesuff)
        claim = self._names.claim(made, number, row.uniquesuff, row.overwrite)
        self.warnings += self._names.mistaken(made, number)
        self._take = Take(row, made, number, rate, claim, self._op.project.frame, None)
        if made.image:
            self._index = -1
            if not row.encodetestmode:
                writable(claim)
        else:
            movie = self._take.movie = MovieFile(claim, row, rate, metadata(row, self._warn))
            if row.audiochop:
                track = self._take.track = Track(self._op.project, row.audiochop[0], heard, rate)
                self.sound_rate = movie.with_sound(track.channels, track.rate) / rate
        self._told()

    def _fresh(self) -> None:
        """Forget what the recording before had to say."""
        self._error = None
        self.warnings = []
        self._op.warnings_now.clear()

    def _single(self, row: Any, image: Image | None, presses: int) -> None:
        """Type image: one when record goes on, and one for each press, paused or not."""
        self._owed = self._owed and self._on
        if image is None:
            return
        owed = self._owed and not row.pause
        if owed or presses:
            self._owed = self._owed and not owed
            self._fresh()
        for _ in range(owed + presses):
            made = plan(row)
            n = self._names.number(made, row.n, row.uniquesuff)
            if self._names.path(made, n) in self._stills.claims:
                self._close_images()
            path = self._names.claim(made, n, row.uniquesuff, row.overwrite)
            self.warnings += self._names.mistaken(made, n)
            self._stills.claims.append(path)
            self._write_image(row, image, path)

    def _record(self, take: Take, row: Any, image: Image | None, heard: Channels | None, presses: int) -> None:
        if image is not None:
            if take.movie is not None and not take.movie.open(image):
                return
            clocked = self._clocked(take, row, presses)
            step = self._op.project.step_now if take.elapsed else 1  # what was skipped before is not part of it
            times = take.due(step, self._op.project) if clocked else presses if row.pause else 0
            times = min(times, take.left(row, self._op.project.frame))
            if take.track is not None and (clocked or times):
                take.track.take(heard, step if clocked else 1)
                if not clocked:
                    take.track.fit(take.frames + times)
            self._write(take, image, times)
            if clocked:
                self.dropped_frames += max(0, times - 1)
            take.last = image if clocked and self._op.project.realTime else None
        for part in (take.movie, take.track):
            if part is not None:
                self.warnings += [text for text in part.warnings if text not in self.warnings]
        if take.left(row, self._op.project.frame + 1) <= 0:
            self._end()

    def _clocked(self, take: Take, row: Any, presses: int) -> bool:
        """Whether the timeline makes frames now, rather than presses of addframe."""
        if presses and not row.pause:
            self._warn("addframe does nothing while pause is off")
        return not row.pause and take.row.type != "stopframemovie"

    def _write(self, take: Take, image: Image, times: int) -> None:
        for _ in range(times):
            if take.movie is not None:
                sound = take.track.deal(take.frames + 1) if take.track is not None else None
                take.movie.add(image, self._way(take.row), sound)
                self._counted()
                self._count_samples(take)
            else:
                path = self._names.path(take.plan, take.number, take.frames)
                if take.frames and not take.row.overwrite and os.path.lexists(path):
                    raise OutputError(f"cannot record {path}: it exists; set overwrite on to replace it", path)
                self._write_image(take.row, image, path)
                self._index = take.frames
            take.frames += 1
        if times:
            self._told()

    def _write_image(self, row: Any, image: Image, path: str) -> None:
        self._stills.add(row, image, path, self._way(row), self._layers)
        self._files += not row.encodetestmode
        self._counted()
        self._told()

    def _way(self, row: Any) -> Conversion:
        """How pictures come from the project's working colour space, as it is now, into that of the file."""
        return outward(self._op.project, row.outputcolorspace, row.outputreferencewhite)

    def _counted(self) -> None:
        self.last_frames += 1
        self.total_frames += 1

    def _count_samples(self, take: Take) -> None:
        if take.track is not None and take.movie is not None:
            total = take.movie.samples(take.track.dealt)
            self.last_samples += total - self.total_samples
            self.total_samples = total

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    # -- ends --------------------------------------------------------------------------------------------------

    def _end(self, missed: int = 0) -> None:
        """End the recording, if there is one: its file is complete afterwards.

        ``missed`` frames of it were skipped before this one, in real time.
        """
        take, self._take = self._take, None
        if take is None:
            return
        try:
            if missed and take.last is not None:
                times = min(take.due(missed, self._op.project), take.left(take.row, self._op.project.frame))
                if take.track is not None:
                    take.track.skip(missed)
                self._write(take, take.last, times)
                self.dropped_frames += times
            if take.movie is not None:
                self._close_movie(take, take.movie)
        except KeyboardInterrupt:
            self._take = take  # given up: who ends it once more is told so
            raise
        except Exception as error:
            self._error = self._error or error
        if take.movie is not None and take.frames:
            self._files += not take.row.encodetestmode
        self._close_images()
        self._names.claimed.discard(take.claim)
        self._told()

    def _close_movie(self, take: Take, movie: MovieFile) -> None:
        """Finish the file, its sound as long as the picture."""
        rest = None
        if take.track is not None:
            take.track.fit(take.frames)
            rest = take.track.deal(take.frames)
            self._count_samples(take)
        movie.close(rest)

    def _close_images(self) -> None:
        """Have all images on disk, and let their threads go."""
        self._collect(self._stills.close())
        self._names.claimed.difference_update(self._stills.claims)
        self._stills.claims.clear()

    def _collect(self, wrong: list[Exception]) -> None:
        """Keep the first of what went wrong, to be shown."""
        for error in wrong:
            self._error = self._error or error

    def _heard(self, change: Change) -> None:
        """Between frames, record off or bypass end the recording at once, whatever moves that parameter."""
        if change.kind in ("parameter", "flag") and not self._op.project.in_frame:
            with self._shown():
                self._end_if_off()

    def _end_if_off(self) -> None:
        on = True
        with suppress(CookError), self._op.project.pulling():  # a failing expression is the next frame's error
            on = bool(self._op.par.record.eval()) and not self._op.bypass
        if not on:
            self._switch(False)
            self._end()

    @contextmanager
    def _shown(self) -> Iterator[None]:
        """Errors outside of frames appear on the operator, and keep nobody else from finishing."""
        before = self._error
        try:
            yield
        except Exception as error:
            self._error = self._error or error
        if self._error is not None and self._error is not before:
            fault = Fault(self._op, sentence(self._error), self._op, kind=kind_of(self._error))
            self._op.phase_error("sink", fault)

    def flush(self) -> None:
        """Have every accepted image on disk; finish a movie whose record is off."""
        with self._shown():
            self._end_if_off()
            take = self._take
            if take is None:
                self._close_images()
            elif take.movie is not None:
                take.movie.flush()
            else:
                self._stills.flush()
                self._collect(self._stills.errors())

    def finish(self) -> None:
        """End what is being recorded."""
        with self._shown():
            self._end()
            self._close_images()

    def release(self) -> None:
        """The operator is gone: listen no longer."""
        self._listen(False)
