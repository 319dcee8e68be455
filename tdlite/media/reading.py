"""Movies, images and image sequences, all read alike: numbered pictures of one file, one folder or one pattern."""

from __future__ import annotations

import glob
import os
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol

from tdlite.media.decoded import Form, Picture
from tdlite.media.errors import InputError
from tdlite.media.files import check_readable
from tdlite.media.moviesource import Movie
from tdlite.media.samples import picture_of
from tdlite.media.stills import SUFFIXES, Still, read_still, reader

__all__ = ["Images", "Movie", "PictureSource", "open_pictures"]


class PictureSource(Protocol):
    """What can be shown picture by picture, all of it known when it is open."""

    @property
    def count(self) -> int:
        """How many pictures there are."""

    @property
    def start(self) -> int:
        """The number of the first one, where names count."""

    @property
    def rate(self) -> Fraction | None:
        """Pictures per second; None when the file does not say. The mean where it varies."""

    @property
    def times(self) -> Sequence[Fraction] | None:
        """When each picture is shown, in seconds, the first at 0, where the rate varies."""

    @property
    def duration(self) -> Fraction | None:
        """The length in seconds, where there is a rate."""

    @property
    def form(self) -> Form:
        """What the first picture is like; others may differ."""

    @property
    def tags(self) -> tuple[int, int]:
        """Primaries and transfer function as the file names them, codes of ITU-T H.273; 2 is unspecified."""

    @property
    def usual_space(self) -> str:
        """The colour space, by its token, of such files where they do not say."""

    @property
    def profile(self) -> str:
        """What its colour profile is called, where it has one that is not sRGB's."""

    @property
    def straight(self) -> bool:
        """Whether colours are not multiplied by alpha, as the format defines it."""

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""

    @property
    def hardware(self) -> bool:
        """Whether a GPU decodes it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The metadata."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with it although it can be shown."""

    def picture(self, number: int) -> Picture:
        """Picture ``number``, 0 … count − 1. InputError when it cannot be read."""

    def close(self) -> None:
        """Close what is open."""


def open_pictures(path: str, by_name: bool = False, hardware: bool = False) -> PictureSource:
    """Open a movie, an image, a folder of images, or all images that a pattern with ``*`` or ``?`` matches.

    Images of a folder or a pattern are in natural order: a2 before a10. With ``by_name`` each has the number in its
    name, and where numbers are missing the image before stays. ``hardware`` asks for a decoder on the GPU. InputError
    says what is not there or cannot be read.
    """
    if os.path.isdir(path):
        with os.scandir(path) as entries:
            names = [each.path for each in entries if _suffix(each.name) in SUFFIXES and not each.name.startswith(".")]
        if not names:
            raise InputError(f"there is no image in the folder {path}; images end in .png .jpg .tif .exr and so on")
        return Images(names, by_name)
    if not os.path.exists(path):
        if not re.search(r"[*?]", path):
            raise InputError(f"there is no file {path}; set par.file to a movie, an image or a folder of images")
        names = [name for name in glob.glob(path) if _suffix(name) in SUFFIXES]
        if not names:
            raise InputError(f"no image matches {path}")
        return Images(names, by_name)
    start = _bytes(path, 64)
    if not start:
        raise InputError(f"cannot show {path}: the file is empty")
    if start.startswith(b"\x89PNG") and b"acTL" in start:
        return Movie(path, hardware)
    if reader(start) is None and not _single(path, start):
        return Movie(path, hardware)
    image = Images([path], False)
    if start[8:16] == b"WEBPVP8X" and start[20] & 2:
        image.warnings.append(f"{path} moves, but only its first picture can be read: save it as PNG, GIF or a movie")
    return image


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _single(path: str, start: bytes) -> bool:
    """Whether a file that FFmpeg reads is one image: known by its name, but a GIF may move."""
    return _suffix(path) in SUFFIXES and not start.startswith(b"GIF8")


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key by which a2 comes before a10, and names that only differ in case stay in one order."""
    parts = re.split(r"(\d+)", os.path.basename(name))
    return (*((int(part), "") if part.isdecimal() else (-1, part.lower()) for part in parts), (0, name))


def _number(name: str) -> int | None:
    """The last number in a file's name."""
    found = re.findall(r"\d+", os.path.splitext(os.path.basename(name))[0])
    return int(found[-1]) if found else None


class Images:
    """One image file or a sequence of them; the last few read are kept."""

    rate: Fraction | None = None
    times = None
    duration = None
    has_audio = False
    hardware = False
    tags = (2, 2)
    _KEPT = 4

    def __init__(self, paths: Sequence[str], by_name: bool) -> None:
        self.warnings: list[str] = []
        self._still: dict[str, Still] = {}
        self._paths = sorted(paths, key=_natural)
        self._numbers: Sequence[int] = range(len(self._paths))
        if by_name:
            numbered = {number: path for path in self._paths if (number := _number(path)) is not None}
            if len(numbered) < len(self._paths):
                lacking = len(self._paths) - len(numbered)
                self.warnings.append(
                    f"{lacking} of {len(self._paths)} images have no number of their own in their name; left out"
                )
            if not numbered:
                raise InputError(f"cannot number the images of {os.path.dirname(self._paths[0])} by their names")
            self._numbers = sorted(numbered)
            self._paths = [numbered[number] for number in self._numbers]
        self.start = self._numbers[0] if by_name else 0
        self.count = self._numbers[-1] - self.start + 1
        first = self._read(self._paths[0])
        self.form = first.picture.form
        self.straight = first.straight
        self.profile = first.profile
        self.usual_space = "srgblinear" if self.form.dtype.startswith("float") else "srgb"
        self.headers: Mapping[str, str] = first.headers

    def picture(self, number: int) -> Picture:
        """Image ``number``; InputError names the file that cannot be read."""
        position = bisect_right(self._numbers, number + self.start) - 1
        return self._read(self._paths[max(position, 0)]).picture

    def close(self) -> None:
        """Forget what was read."""
        self._still.clear()

    def _read(self, path: str) -> Still:
        still = self._still.get(path)
        if still is None:
            still = self._still[path] = _still(path)
            while len(self._still) > self._KEPT:
                del self._still[next(iter(self._still))]
        return still


def _still(path: str) -> Still:
    """The image in a file. InputError, with its name."""
    data = _bytes(path)
    try:
        read = reader(data[:64])
        still = read_still(data, read) if read is not None else None
        return still or _by_ffmpeg(path)
    except InputError as error:
        raise InputError(f"cannot show {path}: {error}") from error


def _bytes(path: str, count: int = -1) -> bytes:
    """What is in a file, or the first ``count`` bytes. InputError when it cannot be read."""
    check_readable(path)
    try:
        with open(path, "rb") as file:
            return file.read(count)
    except OSError as error:
        raise InputError(f"cannot open {path} ({error.strerror})") from error


def _by_ffmpeg(path: str) -> Still:
    """The first picture that FFmpeg finds in a file."""
    import av

    try:
        with av.open(path, metadata_errors="replace") as container:
            frame = next(container.decode(video=0))
            picture, _ = picture_of(frame, container.streams.video[0].codec_context.name)
            # The file is closed now, and the frame's memory goes with it.
            return Still(picture._replace(planes=tuple(plane.copy() for plane in picture.planes)), straight=True)
    except (av.FFmpegError, StopIteration, IndexError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or "no picture in it"
        raise InputError(f"it is not an image that can be read ({said})") from error
