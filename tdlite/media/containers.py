"""Movie containers: which file name means which, and which codec goes into which."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from tdlite.media.codecs import CODECS, named
from tdlite.media.encoder import StreamInfo
from tdlite.media.errors import MediaError

# A fragment per key frame while recording, an ordinary file with one index once finished; with negative
# composition offsets the first picture is shown at 0 in spite of B-frames.
_ISO = {"movflags": "+hybrid_fragmented+negative_cts_offsets"}
# With sound, edit lists say where it begins after the encoder's run-up; they must not be written before the first
# packets are known, or what a killed process leaves is out of step.
_ISO_SOUND = {"movflags": "+hybrid_fragmented+delay_moov"}
_MATROSKA = {"cluster_time_limit": "1000"}


@dataclass(frozen=True)
class Container:
    """One kind of movie file: FFmpeg's name of the format, the codecs it holds (FFmpeg's names), its options.

    `sound_options` take their place in a movie with sound.
    """

    token: str
    format: str
    codecs: frozenset[str]
    options: Mapping[str, str] = field(default_factory=dict)
    sound_options: Mapping[str, str] = field(default_factory=dict)
    largest_rate: int = 0
    """The most frames a second that it can tell apart; 0 is no limit."""


def _container(
    token: str, format: str, options: Mapping[str, str], sound: Mapping[str, str] | None = None, largest_rate: int = 0
) -> Container:
    holds = frozenset(each.name for each in CODECS.values() if token in each.containers)
    return Container(token, format, holds, options, sound or options, largest_rate)


CONTAINERS: Mapping[str, Container] = {
    "mov": _container("mov", "mov", _ISO, _ISO_SOUND),
    "mp4": _container("mp4", "mp4", _ISO, _ISO_SOUND),
    "mkv": _container("mkv", "matroska", _MATROSKA, largest_rate=1000),
    "webm": _container("webm", "webm", _MATROSKA, largest_rate=1000),
    "gif": _container("gif", "gif", {}),
}
"""By token, which is also the suffix without its dot."""


def container_for(path: str | os.PathLike[str], token: str, codec: str) -> Container:
    """Return the container of the movie `path`.

    `token` is 'automatic' (the suffix of `path` decides) or one of CONTAINERS, which a suffix must not
    contradict. MediaError for an unknown or contradicting suffix or token, and when the container cannot
    hold `codec`.
    """
    name = os.fspath(path)
    suffix = os.path.splitext(name)[1].lower().removeprefix(".")
    known = ", ".join(f".{each}" for each in CONTAINERS)
    if token == "automatic":
        if suffix not in CONTAINERS:
            raise MediaError(f"cannot choose a container for {name}; end its name with one of {known}")
        container = CONTAINERS[suffix]
    elif token not in CONTAINERS:
        tokens = ", ".join(("automatic", *CONTAINERS))
        raise MediaError(
            f"cannot record {name}: no container is called {token!r}; set moviecontainer to one of {tokens}"
        )
    elif suffix not in ("", token):
        raise MediaError(
            f"cannot record {name} in a {token} container (its suffix is .{suffix}); "
            f"end the name with .{token} or set moviecontainer to automatic"
        )
    else:
        container = CONTAINERS[token]
    if codec not in container.codecs:
        known_codec = named(codec)
        title = known_codec.title if known_codec else codec
        fitting = ", ".join(each.token for each in CONTAINERS.values() if codec in each.codecs) or "none"
        raise MediaError(
            f"cannot record {name}: {container.token} does not hold {title}; set another videocodec, or for "
            f"{title} moviecontainer or the name's end to {fitting}"
        )
    return container


def check_stream(path: str | os.PathLike[str], container: Container, info: StreamInfo) -> None:
    """MediaError when `container` holds the codec of `info`, but not all that is in its stream."""
    codec = named(info.codec)
    if container.largest_rate and info.rate > container.largest_rate:
        raise MediaError(
            f"cannot record {float(info.rate):g} frames/s into {os.fspath(path)}: {container.token} counts in "
            "milliseconds; set a lower fps, or use mov or mp4"
        )
    if info.alpha and codec is not None and codec.alpha_containers and container.token not in codec.alpha_containers:
        raise MediaError(
            f"cannot record {os.fspath(path)}: {container.token} does not keep the alpha of {codec.title}; "
            f"set moviecontainer or the name's end to {' or '.join(codec.alpha_containers)}, or moviepixelformat to "
            "one without alpha"
        )
