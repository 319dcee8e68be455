"""Packets of any encoder into a movie file."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import os
import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from tdlite.media.audio import AudioInfo
from tdlite.media.containers import Container
from tdlite.media.encoder import Packet, StreamInfo
from tdlite.media.errors import MediaError, OutputError, output_error
from tdlite.media.files import check_writable, make_folder
from tdlite.media.filetags import NO_BOXES, STEREO_MODES, FileTags
from tdlite.media.spatial import boxes, inserted

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import PacketSideData, PktSideDataT
    from av.video.stream import VideoStream
    from typing_extensions import Buffer

# NUT leaves packets as they are, but does not know these; MOV does. VVC is known as a raw stream only.
_MOV = ("qtrle", "prores", "hap")
_RAW = {"vvc": "vvc"}


def _side_data(kind: PktSideDataT, data: bytes) -> PacketSideData:
    """Return what a packet carries beside itself."""
    from av.packet import PacketSideData, packet_sidedata_type_from_literal

    number = packet_sidedata_type_from_literal(kind)
    side = PacketSideData(number, len(data))  # type: ignore[call-arg]  # the stub lacks its arguments
    side.update(data)
    return side


def _opened(file: io.BytesIO, format: str) -> InputContainer:
    import av
    from av.container import InputContainer

    container = av.open(file, format=format)
    assert isinstance(container, InputContainer)
    return container


class _File(io.FileIO):
    """An unbuffered file that writes all it is given.

    What libav hands over is in the kernel when `write` returns, so a killed process loses none of it; and
    a failure arrives as the operating system's own error. libav cannot take a short write. Writing to a file
    that nobody can find any more is such a failure as well, as it is on a network's disk; and so is opening one
    that is being written, by whatever name, project or process.
    """

    def __init__(self, path: str, mode: str) -> None:
        super().__init__(path, mode)
        self._status = os.fstat(self.fileno())
        try:
            fcntl.flock(self.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY)) from None
        except OSError:
            pass  # not all file systems lock

    def write(self, data: Buffer) -> int:
        # Not all file systems count names.
        if self._status.st_nlink and not os.fstat(self.fileno()).st_nlink:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        left = memoryview(data)
        while left:
            left = left[super().write(left) :]
        return memoryview(data).nbytes

    def remove(self) -> None:
        """Remove the file, not one that took its place."""
        with contextlib.suppress(OSError):
            if os.path.samestat(os.lstat(self.name), self._status):
                os.unlink(self.name)


class Muxer:
    """Write the packets of a picture, and of its sound if there is `audio`, into the movie `path`.

    Creating it makes missing folders and tries the file, but an existing file keeps its contents until the
    first packet. While recording, the file on disk is playable up to the last complete group of pictures
    (mp4, mov) or second (mkv). OutputError when the disk, MediaError when the container refuses.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        container: Container,
        info: StreamInfo,
        options: Mapping[str, str] | None = None,
        audio: AudioInfo | None = None,
        tags: FileTags | None = None,
    ) -> None:
        self.path = os.fspath(path)
        self._container = container
        self._info = info
        self._audio = audio
        self._tags = tags or FileTags()
        self._options = {"flush_packets": "1", **(container.sound_options if audio else container.options)}
        if audio is not None:
            # Sound waits for its picture however long that stays in the encoder; an edit list counts samples.
            self._options["max_interleave_delta"] = "0"
            if container.format in ("mov", "mp4"):
                self._options["movie_timescale"] = str(audio.rate)
        for name, value in {**self._tags.options(container.format), **(options or {})}.items():
            flags = self._options.get(name, "") if value.startswith("+") else ""
            self._options[name] = flags + value
        self._output: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._sound: AudioStream | None = None
        self._early: list[Packet] = []
        """Sound that came before the first picture."""
        self._packets = 0
        self._last: int | None = None
        self._last_sound: int | None = None
        make_folder(self.path)
        self._existed = os.path.lexists(self.path)
        check_writable(self.path)
        mode = "x+" if not self._existed else "r+" if os.path.exists(self.path) else "w+"  # w: a link to nowhere
        try:
            self._file = _File(self.path, mode)
        except OSError as error:
            raise output_error("write", self.path, error) from error

    def write(self, packet: Packet) -> None:
        """Write one packet of the picture; they come in decoding order, the first one a key frame.

        After an error the file is closed as it lies, playable as after a crash.
        """
        with self._closed_by_errors():
            # libav ends the process over such times, at the latest when it writes the index.
            if packet.dts > packet.pts or (self._last is not None and packet.dts <= self._last):
                raise ValueError(f"packet {self._packets} is to be decoded at {packet.dts}, shown at {packet.pts}")
            self._last = packet.dts
            if self._output is None:
                self._open(packet)
            self._mux(packet, self._stream, self._info.time_base)
            self._packets += 1
            early, self._early = self._early, []
            for each in early:
                self._mux(each, self._sound, self._sound_base)

    def write_sound(self, packet: Packet) -> None:
        """Write one packet of the sound; they come in order, and may come before the first picture."""
        with self._closed_by_errors():
            if self._last_sound is not None and packet.dts <= self._last_sound:
                raise ValueError(f"sound at {packet.dts} comes after sound at {self._last_sound}")
            self._last_sound = packet.dts
            if self._output is None:
                self._early.append(packet)
            else:
                self._mux(packet, self._sound, self._sound_base)

    @property
    def _sound_base(self) -> Fraction:
        assert self._audio is not None
        return Fraction(1, self._audio.rate)

    def _mux(self, packet: Packet, stream: VideoStream | AudioStream | None, time_base: Fraction) -> None:
        import av

        assert self._output is not None
        assert stream is not None
        muxed = av.Packet(packet.data)
        muxed.stream, muxed.time_base = stream, time_base
        muxed.pts, muxed.dts, muxed.duration = packet.pts, packet.dts, packet.duration
        muxed.is_keyframe = packet.key
        if packet.alpha:
            muxed.set_sidedata(_side_data("matroska_block_additional", packet.alpha))
        if packet.trailing:
            muxed.set_sidedata(_side_data("skip_samples", struct.pack("<IIH", 0, packet.trailing, 0)))
        self._output.mux(muxed)

    @contextlib.contextmanager
    def _closed_by_errors(self) -> Iterator[None]:
        import av

        try:
            yield
        except (OSError, ValueError, av.FFmpegError) as error:
            self._file.close()  # without its file libav writes no trailer over the good part
            if self._packets == 0:
                self._remove()
            raise self._error(error) from error

    def close(self) -> None:
        """Write the index and close the file; a movie without packets leaves no new file. Idempotent."""
        import av

        if self._file.closed:
            return
        try:
            if self._output is not None:
                self._output.close()
        except (OSError, ValueError, av.FFmpegError) as error:
            raise self._error(error) from error
        finally:
            self._file.close()
            if self._output is None:
                self._remove()
        if self._output is not None and not os.path.lexists(self.path):
            raise OutputError(
                f"cannot find {self.path} any more: it, or a folder above it, was moved while it was recorded; the "
                "movie is where it was moved to",
                self.path,
            )

    def abort(self) -> None:
        """Close and remove the file; one that existed before and got no packet stays."""
        self._file.close()
        self._remove()

    def _remove(self) -> None:
        if not self._existed or self._output is not None:
            self._file.remove()

    def _open(self, first: Packet) -> None:
        """Start the container, with the stream's parameters as libav finds them in the first packet.

        PyAV can describe a foreign stream only by copying one, so the packet takes a detour through a file in
        memory that yields such a stream.
        """
        import av
        from av.audio.stream import AudioStream

        with self._carrier(first) as carrier:
            self._file.truncate(0)
            self._output = av.open(self._file, "w", format=self._container.format, options=self._options)
            self._output.metadata.update(self._tags.metadata)
            if self._tags.timecode:
                self._output.metadata["timecode"] = self._tags.timecode
            stream = self._output.add_stream_from_template(carrier.streams.video[0], opaque=True)
        self._describe(stream, first)
        self._stream = stream
        if self._audio is not None:
            if self._audio.header:
                with _opened(io.BytesIO(self._audio.header), "ogg") as carrier:
                    self._sound = self._output.add_stream_from_template(carrier.streams.audio[0], opaque=True)
            else:
                # libav learns of an encoder's run-up from an encoder only, so the file has one that never runs.
                sound = self._output.add_stream(self._audio.encoder, self._audio.rate)
                assert isinstance(sound, AudioStream)
                self._audio.describe(sound.codec_context)
                self._sound = sound
            self._sound.time_base = self._sound_base

    def _describe(self, stream: VideoStream, first: Packet) -> None:
        info = self._info
        context = stream.codec_context
        context.width, context.height = info.width, info.height
        context.framerate = info.rate
        context.pix_fmt = info.pixel_format
        context.color_primaries = info.colour.primaries
        context.color_trc = info.colour.transfer
        context.colorspace = info.colour.matrix
        context.color_range = 2 if info.colour.full_range else 1
        if info.extradata is not None:
            context.extradata = info.extradata
        if info.tag:
            context.codec_tag = info.tag
        if info.depth:
            context.bits_per_coded_sample = info.depth
        if info.alpha and self._container.format in ("matroska", "webm") and first.alpha:
            stream.metadata["alpha_mode"] = "1"
        if self._tags.stereo != "off" and self._container.format in ("matroska", "webm"):
            stream.metadata["stereo_mode"] = STEREO_MODES[self._tags.stereo]
        stream.time_base = info.time_base

    def _carrier(self, first: Packet) -> InputContainer:
        """Return a file in memory with the first packet in it."""
        import av

        info = self._info
        if info.codec in _RAW:
            return _opened(io.BytesIO(first.data), _RAW[info.codec])
        carrier = io.BytesIO()
        spatial = self._tags.spatial and info.codec not in NO_BOXES
        format = "mov" if info.codec in _MOV else "mp4" if spatial else "nut"
        with av.open(carrier, "w", format=format) as file:
            source = file.add_mux_stream(info.codec, info.rate, width=info.width, height=info.height)
            packet = av.Packet(first.data)
            packet.stream, packet.time_base = source, info.time_base
            packet.pts = packet.dts = 0
            packet.is_keyframe = True
            file.mux(packet)
        content = carrier.getvalue()
        if spatial:
            content = inserted(content, boxes(self._tags.stereo, self._tags.spherical))
        return _opened(io.BytesIO(content), format)

    def _error(self, error: Exception) -> MediaError:
        import av

        if isinstance(error, OSError) and not isinstance(error, av.FFmpegError):
            return output_error("write", self.path, error)
        return OutputError(
            f"cannot write {self.path} ({self._info.codec} in {self._container.token}: {error}); try another container",
            self.path,
        )
