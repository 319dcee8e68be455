"""Every codec in every container with every pixel format: a file that an independent reader opens, or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.codecs import CODECS
from tdlite.media.containers import CONTAINERS
from tdlite.media.errors import MediaError
from tdlite.media.formats import PIXEL_FORMATS

from .combinations import COUNT, Case, Take, cases, check_movie, record


@pytest.mark.parametrize("case", list(cases(True)), ids="-".join)
def test_what_the_table_allows_is_a_movie_that_an_independent_reader_opens(case: Case, tmp_path: Path) -> None:
    path = tmp_path / f"a.{case.container}"
    record(case, path)
    check_movie(case, path)


def sound_cases() -> Iterator[Any]:
    """All combinations in containers with sound, with one audio codec after the other."""
    for index, case in enumerate(case for case in cases(True) if case.container != "gif"):
        fitting = [each.token for each in AUDIO_CODECS.values() if case.container in each.containers]
        yield pytest.param(case, fitting[index % len(fitting)], id="-".join((*case, fitting[index % len(fitting)])))


@pytest.mark.parametrize(("case", "sound"), list(sound_cases()))
def test_whatever_the_picture_there_can_be_sound_beside_it(case: Case, sound: str, tmp_path: Path) -> None:
    path, take = tmp_path / f"a.{case.container}", Take(sound=sound)
    record(case, path, take, np.random.default_rng(1).uniform(-0.5, 0.5, (2, 12000)))
    with av.open(str(path)) as file:  # Debian's ffprobe does not know all of them
        picture, heard = file.streams.video[0], file.streams.audio[0]
        pictures, samples = [], 0
        for packet in file.demux(picture, heard):
            if packet.stream is heard:
                samples += sum(each.samples for each in packet.decode())
            elif packet.size:
                pictures.append(packet.pts * packet.time_base)
        assert heard.codec_context.name.removesuffix("float") in (AUDIO_CODECS[sound].name, f"lib{sound}")
    tolerance = Fraction(1, 2000) if case.container in ("mkv", "webm") else 0
    assert len(pictures) == COUNT
    assert max(abs(time - index / take.rate) for index, time in enumerate(sorted(pictures))) <= tolerance
    # Some readers give the run-up of an encoder in Matroska, too, before 0.
    assert 0 <= samples - take.heard(COUNT) <= 2 * 1152


@pytest.mark.parametrize("codec", CODECS)
def test_what_the_table_does_not_allow_is_refused_with_a_sentence_before_anything_is_written(
    codec: str, tmp_path: Path
) -> None:
    refused = [case for case in cases(False) if case.codec == codec]
    for case in refused:
        with pytest.raises(MediaError, match=r"cannot record .*; (use|set|or)"):
            record(case, tmp_path / "new" / f"a.{case.container}")
    assert list(tmp_path.iterdir()) == []
    assert len(refused) + sum(case.codec == codec for case in cases(True)) == (
        len(CODECS[codec].types) * len(CONTAINERS) * len(PIXEL_FORMATS)
    )
