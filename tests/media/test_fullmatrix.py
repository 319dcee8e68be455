"""The whole product of codec, type, container, pixel format and sound, at changing rates, sizes and channels.

Some ten minutes, and so not in the ordinary run: ``./test.sh -m matrix``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import chain, combinations, product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.codecs import CODECS, UNAVAILABLE
from tdlite.media.containers import CONTAINERS
from tdlite.media.errors import MediaError
from tdlite.media.formats import PIXEL_FORMATS

from .combinations import COUNT, SILENT, Case, Take, cases, check_movie, record, settings
from .test_audio import LOSSLESS, heard, lag, noise, stream

pytestmark = pytest.mark.matrix

RATES = (Fraction(24), Fraction(30000, 1001), Fraction(60))
ODD = ((63, 47), (64, 47), (62, 46), (60, 44))
"""Sizes that are not multiples of 16, the least even ones first."""
SOUNDS = (SILENT, *AUDIO_CODECS)


def held(sound: str, container: str) -> bool:
    return sound == SILENT or container in AUDIO_CODECS[sound].containers


@cache
def refused_size(case: Case, size: tuple[int, int]) -> bool:
    codec = CODECS[case.codec]
    try:
        codec.check(*size, RATES[0], codec.resolve(settings(case)))
    except MediaError:
        return True
    return False


@cache
def takes(case: Case, sound: str) -> list[Take]:
    """All ways to record it."""
    sizes = (64, 48), next(size for size in ODD if not refused_size(case, size))
    if sound == SILENT:
        return [Take(rate, size) for rate, size in product(RATES, sizes)]
    codec = AUDIO_CODECS[sound]
    samples = (44100, 48000, *(rate for rate in (8000, 96000) if rate in codec.rates))
    channels = [count for count in (1, 2, 6, 8) if count in codec.channels]
    return [Take(*each) for each in product(RATES, sizes, (sound,), channels, samples)]


@cache
def values(of: Case | Take) -> list[str]:
    """All that meets other values; all odd sizes are one, and silence has neither samples nor channels."""
    known = {"rate", "size", "sound"} if isinstance(of, Take) and of.sound == SILENT else set(of._fields)
    found = ((name, value) for name, value in of._asdict().items() if name in known)
    return [f"{name} {value == (64, 48) if name == 'size' else value}" for name, value in found]


def pairs(case: Case, take: Take) -> list[tuple[str, str]]:
    """Each two values that occur together and are not in the product anyway."""
    return [*product(values(case), values(take)), *combinations(values(take), 2)]


EVERY = [each for each in product(cases(True), SOUNDS) if held(each[1], each[0].container)]


@cache
def chosen() -> Mapping[tuple[Case, str], list[Take]]:
    """For each case with each sound a take, or more, until each two values that can be together have been."""
    ways = {each: [(take, pairs(each[0], take)) for take in takes(*each)] for each in EVERY}
    missing = {pair for way in ways.values() for _, found in way for pair in found}
    seen: Counter[tuple[str, str]] = Counter()
    found_for: dict[tuple[Case, str], list[Take]] = {each: [] for each in EVERY}
    left = EVERY
    while left:
        for each in left:
            # What has been together seldom comes first.
            take, found = max(ways[each], key=lambda way: sum(0.5 ** seen[pair] for pair in way[1]))
            seen.update(found)
            missing.difference_update(found)
            found_for[each].append(take)
        left = [each for each in EVERY if missing.intersection(chain.from_iterable(found for _, found in ways[each]))]
    return found_for


@pytest.mark.parametrize(
    ("case", "sound"), [pytest.param(*each, id="-".join((*each[0], each[1] or "silent"))) for each in EVERY]
)
def test_what_the_table_allows_is_right_in_picture_and_sound(case: Case, sound: str, tmp_path: Path) -> None:
    for take in chosen()[case, sound]:
        path = tmp_path / f"a.{case.container}"
        source = noise(take.channels, take.heard(COUNT), take.samples) if sound else None
        record(case, path, take, source)
        check_movie(case, path, take)
        if source is not None:
            check_sound(path, take, source)


def check_sound(path: Path, take: Take, source: NDArray[np.float64]) -> None:
    """Debian's ffmpeg hears the right sound in every channel, from time 0 on, to the end."""
    codec = AUDIO_CODECS[take.sound]
    rate = codec.rate(Fraction(take.samples))
    if rate != take.samples:
        curve = CubicSpline(np.arange(source.shape[1]), source, axis=1)
        source = curve(np.arange(source.shape[1] * rate // take.samples) * take.samples / rate)
    found, sound = stream(path), heard(path, take.channels)
    assert (found["codec_name"], found["sample_rate"], found["channels"]) == (codec.name, str(rate), take.channels)
    if take.sound in LOSSLESS:
        np.testing.assert_allclose(sound, source, rtol=0, atol=2.0 ** -LOSSLESS[take.sound])
        return
    # Matroska's times are whole milliseconds; Opus and Vorbis are not decoded by them.
    tolerance = rate // 2000 if path.suffix == ".mkv" and take.sound in ("aac", "mp3") else 0
    for channel, (each, wanted) in enumerate(zip(sound, source, strict=True)):
        if take.channels < 6 or channel != 3:  # low effects have no noise
            assert abs(lag(each, wanted)) <= tolerance, f"channel {channel}"
    assert abs(sound.shape[1] - source.shape[1]) <= 1152 + tolerance, "no more than a packet too much"


ALLOWED = frozenset(cases(True))
VOCABULARY: Mapping[str, tuple[str, Collection[str]]] = {
    "moviepixelformat": ("pixels", PIXEL_FORMATS),
    "videocodectype": ("type", {"automatic", *chain.from_iterable(codec.types for codec in CODECS.values())}),
    "moviecontainer": ("container", CONTAINERS),
    "end the name": ("container", CONTAINERS),
    "record into": ("container", CONTAINERS),
    "audiocodec": ("sound", AUDIO_CODECS),
    "videocodec": ("codec", CODECS),
    "use": ("codec", CODECS),
}
"""How refusals name what to set: the field of Case or Take, and its values."""


def wishes(token: str) -> Iterator[tuple[Case, Take]]:
    """All that can be asked for with that codec, possible or not."""
    types = CODECS[token].types if token in CODECS else {"": None}
    sounds = [{"sound": SILENT}, *({"sound": each, "channels": n} for each in AUDIO_CODECS for n in (1, 2, 6, 8))]
    for kind, pixels, container in product(types, PIXEL_FORMATS, CONTAINERS):
        for sound, size in product(sounds, ((64, 48), (63, 47))):
            yield Case(token, kind or "automatic", pixels, container), Take(size=size, **sound)


def possible(case: Case, take: Take) -> bool:
    sound = AUDIO_CODECS.get(take.sound)
    fits = sound is None or (case.container in sound.containers and take.channels in sound.channels)
    kinds = CODECS[case.codec].types if case.codec in CODECS and case.type == "automatic" else (case.type,)
    known = any(case._replace(type=kind or "automatic") in ALLOWED for kind in kinds)
    return known and fits and not refused_size(case, take.size)


@cache
def refusal(case: Case, take: Take, folder: Path) -> str:
    """The sentence with which it is refused, before anything is written."""
    sound = np.zeros((take.channels, take.heard(COUNT))) if take.sound else None
    with pytest.raises(MediaError, match=r"cannot record [^;]*; \w") as refused:
        record(case, folder / "new" / f"a.{case.container}", take, sound)
    assert not list(folder.iterdir()), refused.value
    return str(refused.value)


def offers(case: Case, take: Take, message: str) -> Iterator[tuple[Case, Take]]:
    """What the sentence says to do, done: each value that it names for a parameter."""
    mend = message.partition(";")[2]
    words = re.split(rf"\b({'|'.join(VOCABULARY)})\b", mend)
    for name, text in zip(words[1::2], words[2::2], strict=True):
        field, values = VOCABULARY[name]
        found = [word for word in re.findall(r"\w+", text) if word in values]
        for value in found or (CODECS if "another videocodec" in mend and field == "codec" else ()):
            yield (
                (case._replace(**{field: value}), take) if field in Case._fields else (case, take._replace(sound=value))
            )
    if "leave audiochop empty" in mend:
        yield case, take._replace(sound=SILENT)
    if (size := re.search(r"resolution to (\d+)×(\d+)", mend)) is not None:
        yield case, take._replace(size=(int(size[1]), int(size[2])))


@cache
def led(case: Case, take: Take, folder: Path, steps: int = 6) -> bool:
    """Whether what refusals say to do comes to a movie in so many steps."""
    if possible(case, take):
        return True
    return steps > 0 and any(led(*each, folder, steps - 1) for each in offers(case, take, refusal(case, take, folder)))


@pytest.mark.parametrize("token", [*CODECS, *UNAVAILABLE])
def test_all_else_is_refused_before_anything_is_written_with_a_way_out(token: str, tmp_path: Path) -> None:
    refused = [each for each in wishes(token) if not possible(*each)]
    for case, take in refused:
        message = refusal(case, take, tmp_path)
        for each in offers(case, take, message):
            assert led(*each, tmp_path), f"{message}\n{each} is a dead end"
        assert led(case, take, tmp_path), message
    print(f"{token}: {len(refused)} of {sum(1 for _ in wishes(token))} refused")
