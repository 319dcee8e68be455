"""Packets of any encoder into a movie file."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tdlite.media.containers import Container
from tdlite.media.encoder import Packet, StreamInfo
from tdlite.media.errors import MediaError, OutputError, output_error
from tdlite.media.files import make_folder

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import PacketSideData
    from av.video.stream import VideoStream
    from typing_extensions import Buffer

# NUT leaves packets as they are, but does not know these; MOV does. VVC is known as a raw stream only.
_MOV = ("qtrle", "prores", "hap")
_RAW = {"vvc": "vvc"}


def _addition(data: bytes) -> PacketSideData:
    """Return a Matroska block addition for a packet."""
    from av.packet import PacketSideData, packet_sidedata_type_from_literal

    kind = packet_sidedata_type_from_literal("matroska_block_additional")
    addition = PacketSideData(kind, len(data))  # type: ignore[call-arg]  # the stub lacks its arguments
    addition.update(data)
    return addition


def _opened(file: io.BytesIO, format: str) -> InputContainer:
    import av
    from av.container import InputContainer

    container = av.open(file, format=format)
    assert isinstance(container, InputContainer)
    return container


class _File(io.FileIO):
    """An unbuffered file that writes all it is given.

    What libav hands over is in the kernel when `write` returns, so a killed process loses none of it; and
    a failure arrives as the operating system's own error. libav cannot take a short write.
    """

    def write(self, data: Buffer) -> int:
        left = memoryview(data)
        while left:
            left = left[super().write(left) :]
        return memoryview(data).nbytes


class Muxer:
    """Write the packets of one stream into the movie `path`.

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
    ) -> None:
        self.path = os.fspath(path)
        self._container = container
        self._info = info
        self._options = {"flush_packets": "1", **container.options, **(options or {})}
        self._output: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._packets = 0
        self._last: int | None = None
        make_folder(self.path)
        self._existed = os.path.lexists(self.path)
        try:
            self._file = _File(self.path, "r+" if self._existed else "x+")
        except OSError as error:
            raise output_error("write", self.path, error) from error

    def write(self, packet: Packet) -> None:
        """Write one packet; they come in decoding order, the first one a key frame.

        After an error the file is closed as it lies, playable as after a crash.
        """
        import av

        try:
            # libav ends the process over such times, at the latest when it writes the index.
            if packet.dts > packet.pts or (self._last is not None and packet.dts <= self._last):
                raise ValueError(f"packet {self._packets} is to be decoded at {packet.dts}, shown at {packet.pts}")
            self._last = packet.dts
            if self._output is None:
                self._open(packet)
            assert self._output is not None
            muxed = av.Packet(packet.data)
            muxed.stream = self._stream  # type: ignore[assignment]  # set by _open
            muxed.time_base = self._info.time_base
            muxed.pts, muxed.dts, muxed.duration = packet.pts, packet.dts, packet.duration
            muxed.is_keyframe = packet.key
            if packet.alpha:
                muxed.set_sidedata(_addition(packet.alpha))
            self._output.mux(muxed)
            self._packets += 1
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

    def abort(self) -> None:
        """Close and remove the file; one that existed before and got no packet stays."""
        self._file.close()
        self._remove()

    def _remove(self) -> None:
        if not self._existed or self._output is not None:
            with contextlib.suppress(OSError):
                os.unlink(self.path)

    def _open(self, first: Packet) -> None:
        """Start the container, with the stream's parameters as libav finds them in the first packet.

        PyAV can describe a foreign stream only by copying one, so the packet takes a detour through a file in
        memory that yields such a stream.
        """
        import av

        info = self._info
        with self._carrier(first) as carrier:
            self._file.truncate(0)
            self._output = av.open(self._file, "w", format=self._container.format, options=self._options)
            stream = self._output.add_stream_from_template(carrier.streams.video[0], opaque=True)
        context = stream.codec_context
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
        stream.time_base = info.time_base
        self._stream = stream

    def _carrier(self, first: Packet) -> InputContainer:
        """Return a file in memory with the first packet in it."""
        import av

        info = self._info
        if info.codec in _RAW:
            return _opened(io.BytesIO(first.data), _RAW[info.codec])
        carrier = io.BytesIO()
        format = "mov" if info.codec in _MOV else "nut"
        with av.open(carrier, "w", format=format) as file:
            source = file.add_mux_stream(info.codec, info.rate, width=info.width, height=info.height)
            packet = av.Packet(first.data)
            packet.stream, packet.time_base = source, info.time_base
            packet.pts = packet.dts = 0
            packet.is_keyframe = True
            file.mux(packet)
        carrier.seek(0)
        return _opened(carrier, format)

    def _error(self, error: Exception) -> MediaError:
        import av

        if isinstance(error, OSError) and not isinstance(error, av.FFmpegError):
            return output_error("write", self.path, error)
        return OutputError(
            f"cannot write {self.path} ({self._info.codec} in {self._container.token}: {error}); try another container",
            self.path,
        )
