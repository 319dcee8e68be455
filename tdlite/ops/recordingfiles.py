"""The files of a recording: images and movies from pictures on the GPU."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from tdlite.gpu.image import Image
from tdlite.media.audio import BIT_RATES, Sound, audio_codec
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.codecs import codec, frame_bits
from tdlite.media.colour import SPACES, Conversion
from tdlite.media.containers import container_for
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import EncoderError, MediaError, OutputError
from tdlite.media.files import make_folder
from tdlite.media.filetags import FileTags
from tdlite.media.movie import MovieWriter
from tdlite.media.nvencencoder import NoNvenc
from tdlite.media.nvencoptions import TITLES
from tdlite.media.picture import ImageOptions
from tdlite.media.sequence import ImageWriter
from tdlite.media.timecode import checked_timecode

from .colourspace import Converted, file_format
from .gpustill import GpuStill
from .reading import PixelSource, Reader
from .recordingroads import Discarding, DiscardingAudio, Road, nvenc_road, software_road
from .saving import encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

AVERAGE_BIT_RATE = 12_000
"""In kb/s, unless another is asked for."""


class ImageFiles:
    """Writes images with up to ``threads`` at once; with ``dry`` it only encodes them, with ``gpu`` there if it can."""

    def __init__(self, threads: int, dry: bool, gpu: bool) -> None:
        self._gpu = GpuStill() if gpu else None
        self._writer = ImageWriter(threads, dry)
        self._reader = Reader(PixelSource(lambda image: None))
        self._converted = Converted()

    @property
    def active(self) -> int:
        """Images that are accepted and not on disk yet."""
        return self._writer.active

    @property
    def problem(self) -> str:
        """Why the GPU, which could have, makes no files; empty when it does, or cannot."""
        return self._gpu.problem if self._gpu is not None else ""

    def add(
        self, image: Image, path: str, options: ImageOptions, way: Conversion, others: Sequence[Image] = ()
    ) -> None:
        """Accept a picture for ``path``, to be converted on the ``way``; the ``others`` in its file are not."""
        keeps_alpha = not path.lower().endswith((".jpg", ".jpeg"))
        image = self._converted(image, way, file_format(image.spec.format, way.target), keeps_alpha)
        still = self._gpu.file(image, path, options.quality) if self._gpu is not None and not others else None
        if still is not None:
            self._writer.submit(path, lambda: still)
            return
        specs = tuple(each.spec for each in (image, *others))
        options = replace(options, space=way.target)

        def use(*stored: NDArray[Any]) -> None:
            self._writer.submit(path, partial(encoded, stored, specs, path, options))

        self._reader.ask(image, use, *others)

    def errors(self) -> list[MediaError]:
        """What went wrong since the last call, in the order of the images."""
        return [error for _, error in self._writer.errors()]

    def flush(self) -> None:
        """Wait until every accepted image is on disk."""
        self._reader.flush()
        self._writer.flush()

    def close(self) -> None:
        """Flush, and end the threads."""
        try:
            self._reader.flush()
        finally:
            self._reader.release()
            if self._gpu is not None:
                self._gpu.release()
            self._writer.close()


class MovieFile:
    """A movie by an operator's parameters: checked when made, opened with the first picture's size."""

    def __init__(self, path: str, row: Any, rate: Fraction, metadata: Sequence[tuple[str, str]]) -> None:
        self.path = path
        self.frames = 0
        """Frames accepted so far."""
        self.warnings: list[str] = []
        self.size: tuple[int, int] | None = None
        self._row = row
        self._settings = settings(row)
        made = codec(row.videocodec)
        self._hardware = row.encoder != "software" and made.name in TITLES
        if row.encoder == "nvenc" and not self._hardware:
            raise EncoderError(self._without_nvenc(f"NVENC has no {made.title}"))
        if not self._hardware:
            self._encoder = encoder_for(row.videocodec, self._settings)
        deep = frame_bits(row.videocodec, self._settings) > 8
        self._converted = Converted()
        self._format = "rgba16fixed" if deep else "rgba8fixed"
        self._keeps_alpha = codec(row.videocodec).resolve(self._settings).pixel_format == "rgba"
        if not deep and SPACES[row.outputcolorspace].steep:
            self.warnings.append(_shallow(row))
        self.warnings += _outruled(row)
        self._road: Road | None = None
        self._writer: MovieWriter[Any] | None = None
        self._rate = rate
        self._container = container_for(path, row.moviecontainer, made.name)
        self._audio: AudioEncoder | None = None
        timecode = checked_timecode(row.starttimecode, rate) if row.starttimecode else ""
        self._tags = FileTags(timecode, row.stereomode, row.sphericalmode, tuple(metadata))
        self._opening: Future[MovieWriter[Any]] | None = None

    def with_sound(self, channels: int, rate: Fraction) -> int:
        """Have sound at ``rate`` samples a second in the movie; returns that of the file. MediaError if it cannot."""
        row = self._row
        coded = audio_codec(row.audiocodec, self._container.token)
        made = DiscardingAudio if row.encodetestmode else AudioEncoder
        self._audio = made(coded, channels, rate, BIT_RATES[row.audiobitrate])
        if self._rate > self._audio.rate:
            raise EncoderError(
                f"cannot record sound at {self._audio.rate} samples a second with {float(self._rate):g} frames: they "
                "are shorter than a sample; set a lower fps, or leave audiochop empty"
            )
        if self._audio.rate != rate:
            self.warnings.append(
                f"sound at {float(rate):g} samples a second is resampled to {self._audio.rate}, as {coded.title}"
            )
        return self._audio.rate

    def samples(self, count: int) -> int:
        """How many samples of the file ``count`` samples of sound make."""
        return self._audio.written(count) if self._audio is not None else 0

    def open(self, image: Image) -> bool:
        """Open the file for pictures of this one's size, unless it is open; whether it is.

        Without Stall for File Open it may take a few frames. MediaError before anything is written.
        """
        size = image.spec[:2]
        if self._road is None:
            self.size = size
            if not (self._hardware and self._opened_by_nvenc(image)):
                self._start(software_road(image, self._row.videocodec, self._encoder, self._settings))
        elif size != self.size:
            raise EncoderError(
                f"cannot add a picture of {size[0]}×{size[1]} to {self.path} ({self.size[0]}×{self.size[1]}); "  # type: ignore[index]  # open with a size
                f"the movie ends after {self.frames} frames: keep the resolution while recording"
            )
        if self._opening is not None and self._opening.done():
            self._open_at_last(self._opening)
        return self._writer is not None

    def _opened_by_nvenc(self, image: Image) -> bool:
        """Whether the movie is open for NVENC; where it need not be, a warning says why it is not."""
        row = self._row
        try:
            self._start(nvenc_road(image, row.videocodec, self._settings))
        except NoNvenc as error:
            if row.encoder == "nvenc":
                raise EncoderError(self._without_nvenc(error.reason)) from error
            made = codec(row.videocodec)
            self._encoder = encoder_for(row.videocodec, self._settings)
            self.warnings.append(
                f"NVENC is not used ({error.reason}): {made.title} is encoded by {made.encoder}, on the CPU"
            )
            return False
        return True

    def _without_nvenc(self, reason: str) -> str:
        return f"cannot record {self.path} with encoder nvenc: {reason}; set encoder to auto or software"

    def _start(self, road: Road) -> None:
        assert self.size is not None
        row = self._row
        encoder = Discarding(road.encoder) if row.encodetestmode else road.encoder
        target = (self.path, encoder, row.moviecontainer, *self.size, self._rate, self._settings)
        make = partial(MovieWriter[Any], *target, audio=self._audio, tags=self._tags)
        opening: Future[MovieWriter[Any]]
        if row.stallforopen or not road.opens_elsewhere:
            opening = Future()
            try:
                opening.set_result(make())
            except BaseException:
                road.release()
                raise
        else:
            opener = ThreadPoolExecutor(1, "open")
            opening = opener.submit(make)
            opener.shutdown(wait=False)
        self._road, self._opening = road, opening
        if opening.done():
            self._open_at_last(opening)

    def _open_at_last(self, opening: Future[MovieWriter[Any]]) -> None:
        """Take over the file, or the error that it could not be opened with."""
        self._opening = None
        self._writer = opening.result()
        self.warnings += self._writer.warnings

    def add(self, image: Image, way: Conversion, sound: Sound | None = None) -> None:
        """Accept the next frame, to be converted on the ``way``, and the sound that comes with it."""
        assert self._road is not None
        assert self._writer is not None
        image = self._converted(image, way, self._format, self._keeps_alpha)
        self._road.add(image, partial(self._writer.put, sound=sound))
        self.frames += 1

    def flush(self) -> None:
        """Hand every accepted frame to the encoder."""
        if self._road is not None:
            self._road.flush()

    def close(self, sound: Sound | None = None) -> None:
        """Finish the file, whatever happened, with the last of its ``sound``; without frames there is none."""
        if self._road is None:
            return
        try:
            if self._opening is not None:
                self._open_at_last(self._opening)
            if self._writer is None:
                return
            self._road.finish(self._writer.put)
            if sound is not None:
                self._writer.put(None, sound)
        finally:
            try:
                self._road.release()
            finally:
                if self._writer is not None:
                    self._writer.close()


def _shallow(row: Any) -> str:
    """What is to be said of a movie with the curve of HDR in 8 bits."""
    made, space = codec(row.videocodec), SPACES[row.outputcolorspace]
    better = next((token for token in made.pixel_formats if token.endswith("10bit")), "")
    mend = f"set moviepixelformat to {better}" if better else "use a codec of 10 bits, such as h265nvgpu"
    return f"{space.label} in 8 bits shows steps in smooth areas; {mend}"


def _outruled(row: Any) -> list[str]:
    """A sentence for what is set and means nothing in this bit rate mode."""
    mode = row.bitratemode
    if mode == "quality" and (row.avgbitrate != AVERAGE_BIT_RATE or row.peakbitrate):
        return ["avgbitrate and peakbitrate are not used while bitratemode is quality; set it to variable or constant"]
    found = []
    if mode.startswith("constant") and row.peakbitrate:
        found.append(f"peakbitrate is not used while bitratemode is {mode}; set it to variable")
    if mode != "quality" and row.quality != Settings.quality:
        found.append(f"quality is not used while bitratemode is {mode}; set it to quality")
    return found


def untold(row: Any) -> list[str]:
    """A sentence for what is set and has no place in image files."""
    found = ["audiochop is not recorded: images have no sound"] if row.audiochop else []
    tags = ("starttimecode", row.starttimecode), ("stereomode", row.stereomode), ("sphericalmode", row.sphericalmode)
    no_place = "is not written: image files have no place for it"
    return found + [f"{name} {no_place}" for name, value in tags if value not in ("", "off")]


def settings(row: Any) -> Settings:
    """The encoder settings that an operator's parameters mean. EncoderError for impossible ones."""
    automatic = {"autoselect": "auto"}
    return Settings(
        profile=automatic.get(row.profile, row.profile),
        preset=row.preset,
        bitrate_mode=row.bitratemode,
        quality=row.quality,
        average_bitrate=round(row.avgbitrate * 1000),
        peak_bitrate=round(row.peakbitrate * 1000),
        keyframe_interval=row.keyframeinterval,
        max_bframes=row.maxbframes,
        slices=row.numslices if row.frameslicing else 0,
        entropy=automatic.get(row.entropymode, row.entropymode),
        motion=row.motionpredict,
        speed="" if row.encoderspeed == "automatic" else row.encoderspeed,
        pixel_format=row.moviepixelformat,
        type=row.videocodectype,
        secondary_compression=row.secondarycompression,
        colour=SPACES[row.outputcolorspace].colour,
    )


def writable(path: str) -> None:
    """Make the folder of ``path``. OutputError when that, or writing there, cannot be."""
    make_folder(path)
    folder = os.path.dirname(path)
    if not os.access(folder, os.W_OK):
        raise OutputError(f"cannot record {path}: this user may not write into {folder}; choose another folder", path)
