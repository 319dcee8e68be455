"""What a movie file says of itself beside its streams: timecode, stereo, sphere, and a user's own entries."""

from __future__ import annotations

from dataclasses import dataclass, replace

_KNOWN_IN_ISO = {
    *("title", "artist", "album_artist", "composer", "album", "date", "comment", "genre", "copyright", "grouping"),
    *("lyrics", "description", "synopsis", "show", "network", "keywords"),
}
"""The entries for which ISO files have a place of their own."""

NO_BOXES = ("vp8", "vp9", "vvc")
"""Codecs that FFmpeg's ISO muxer cannot describe by a packet alone: no boxes for them, see ``spatial``."""

STEREO_MODES = {"leftright": "left_right", "topbottom": "top_bottom"}
"""What Matroska calls them."""


@dataclass(frozen=True)
class FileTags:
    """``stereo`` is off, leftright or topbottom; ``spherical`` off or equirectangular; ``metadata`` in order."""

    timecode: str = ""
    stereo: str = "off"
    spherical: str = "off"
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def spatial(self) -> bool:
        """Whether stereo or spherical metadata are asked for."""
        return (self.stereo, self.spherical) != ("off", "off")

    def kept(self, container: str, codec: str) -> tuple[FileTags, list[str]]:
        """What a file of this kind can keep of them, and a sentence for each that it cannot.

        ``container`` is a token of ``containers``, ``codec`` FFmpeg's name.
        """
        tags, warnings = self, []

        def drop(what: str, mend: str, **changes: str) -> FileTags:
            warnings.append(f"{what} cannot be written: {mend}")
            return replace(tags, **changes)  # type: ignore[arg-type]  # strings all

        if tags.timecode and container in ("webm", "gif"):
            tags = drop("starttimecode", f"{container} has no timecode; use mov, mp4 or mkv", timecode="")
        if tags.stereo != "off" and container in ("mov", "gif"):
            tags = drop("stereomode", f"{container} has no place for it; use mp4, mkv or webm", stereo="off")
        if tags.spherical != "off" and container in ("mov", "gif"):
            tags = drop("sphericalmode", f"{container} has no place for it; use mp4 or mkv", spherical="off")
        if codec in NO_BOXES:
            if tags.spherical != "off":
                tags = drop("sphericalmode", f"not with {codec}; use H.264, H.265 or AV1", spherical="off")
            if tags.stereo != "off" and container == "mp4":
                tags = drop("stereomode", f"not with {codec} in mp4; use mkv or webm", stereo="off")
        if tags.metadata and container == "gif":
            warnings.append("headerdat is not written: gif keeps no metadata")
            tags = replace(tags, metadata=())
        keys = [key.lower() for key, _ in tags.metadata]
        own = ("encoder", "duration") if container in ("mkv", "webm") else ("encoder",)
        warnings += [f"{key} of headerdat is not written: the file says its own" for key in own if key in keys]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        warnings += [f"headerdat has {key!r} more than once; the last one is written" for key in twice]
        return tags, warnings

    def options(self, format: str) -> dict[str, str]:
        """The options by which FFmpeg's muxer ``format`` writes them."""
        made = {"strict": "unofficial"} if self.spatial else {}
        if format in ("mov", "mp4") and any(key.lower() not in _KNOWN_IN_ISO for key, _ in self.metadata):
            made["movflags"] = "+use_metadata_tags"
        return made
