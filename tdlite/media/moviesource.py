"""Movies read: any frame by its number, forwards, backwards, at random, each as the file has it."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

from tdlite.media.decoded import Form, Picture
from tdlite.media.errors import InputError
from tdlite.media.frameindex import Key, counted, index_of, timing
from tdlite.media.opening import open_video
from tdlite.media.samples import picture_of

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_KEPT_BYTES = 256 << 20
"""How much of what was decoded is kept, for going backwards."""
_READ_ON = 8
"""Packets to the next key frame up to which decoding on is quicker than to seek it."""
_TRIED = 100
"""How many frames may be damaged before the first good one."""
_RETRIES = 2
"""Key frames further back that decoding is tried from, before a frame is given up."""


class Movie:
    """The video of a movie file.

    Decoding begins at the key frame before the frame that is asked for and goes on from there; what is decoded on
    the way is kept while there is room, so that a group of pictures is decoded once to be shown backwards.
    InputError when there is no video in the file or its first frame cannot be decoded.
    """

    start = 0
    straight = True
    profile = ""
    usual_space = "rec709"

    def __init__(self, path: str, hardware: bool = False) -> None:
        self._path = path
        self.name = os.path.basename(path)
        self.warnings: list[str] = []
        self.hardware = False
        self._hardware = hardware
        self._frames: OrderedDict[int, VideoFrame] = OrderedDict()
        self._lost: set[int] = set()
        """Frames that cannot be decoded."""
        self._fed = 0
        """The number in the file of the last packet that the decoder got."""
        self._began = 0
        """The same of the first one that it got since it was empty."""
        self._next = 0
        """The number after the last frame that came out."""
        self._ended = False
        self._packets: Iterator[Packet[VideoStream]] = iter(())
        self._standing = False
        """Whether the file is open: it may be gone when it is opened anew."""
        self._open()
        self._known = _identity(path)
        try:
            self._survey()
        except BaseException:
            self.close()
            raise

    # -- opening -----------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Open the file and its decoder anew: everything is as before the first packet."""
        opened = open_video(self._path, self._hardware)
        self._hardware = self._hardware and opened.hardware
        if opened.warning:
            self.warnings.append(opened.warning)
        self._container, self._stream, self._decoder = opened.container, opened.stream, opened.decoder
        self._standing = True
        self._rewound()

    def _survey(self) -> None:
        """Learn all frames and their times, and what the first one is like."""
        stream, codec = self._stream, self._stream.codec_context.name
        self.rate: Fraction | None
        self.has_audio = bool(self._container.streams.audio)
        self.headers = {**self._container.metadata, **stream.metadata}
        tick = stream.time_base or Fraction(1, 1000)
        claims = (stream.average_rate, stream.guessed_rate, stream.base_rate)
        aspect = stream.sample_aspect_ratio
        self._pixel_aspect = float(aspect) if aspect else 1.0
        del stream  # it goes when the file is opened anew
        self._index = index_of(self._all_packets(), codec)
        if self._index.counted and len(self._index.shown) > 1:
            self._index = counted(self._count())
        if not self._index.shown:
            raise InputError(f"cannot show {self._path}: there is not one frame in it")
        self.rate, self.times = timing(self._index, tick, claims)
        self.count = len(self._index.shown)
        self.duration = (
            self.count / self.rate if self.times is None else self.times[-1] + max(self._index.last * tick, Fraction(0))
        )
        self._go_to_start()
        self.form: Form = self._first().form
        self.tags = int(self._decoder.color_primaries), int(self._decoder.color_trc)
        # What has been decoded tells: FFmpeg goes on in software without a word, and calls that hardware still.
        self.hardware = self._hardware and self._decoder.pix_fmt == "cuda"
        if self._hardware and not self.hardware:
            self.warnings.append(
                f"hwdecode is on, but NVDEC does not decode this {codec}, or is not there (containers need "
                "NVIDIA_DRIVER_CAPABILITIES=all); decoding on the CPU"
            )

    def _first(self) -> Picture:
        """The first picture that can be decoded."""
        for number in range(min(self.count, _TRIED)):
            with suppress(InputError):
                return self.picture(number)
        raise InputError(f"cannot decode any of the first frames of {self.name}: the file is damaged")

    def _all_packets(self) -> Iterator[Packet[VideoStream]]:
        import av

        try:
            yield from self._container.demux(self._stream)
        except (av.FFmpegError, EOFError) as error:
            said = getattr(error, "strerror", None) or str(error)
            self.warnings.append(f"{self.name} is damaged ({said}); the frames after that are not shown")

    def _count(self) -> int:
        """Decode everything, only to count it."""
        self._go_to_start()
        count = 0
        while (batch := self._batch()) is not None:
            count += len(batch)
        return count

    def close(self) -> None:
        """Close the file and forget what was decoded."""
        self._packets = iter(())
        self._frames.clear()
        self._container.close()

    # -- frames ------------------------------------------------------------------------------------------------

    def picture(self, number: int) -> Picture:
        """Frame ``number``, from 0. Where it cannot be decoded the nearest before it, with its ``trouble``.

        InputError when there is none before it either.
        """
        earlier, trouble = number, ""
        while (found := self._find(earlier)) is None:
            self._lost.add(earlier)
            earlier = next((each for each in range(earlier - 1, -1, -1) if each not in self._lost), -1)
            if earlier < 0:
                raise InputError(f"cannot decode frame {number} of {self.name} nor any before it; the file is damaged")
            trouble = f"frame {number} of {self.name} cannot be decoded: the file is damaged; showing frame {earlier}"
        if found.is_corrupt:
            trouble = trouble or f"frame {number} of {self.name} is damaged"
        picture, odd = picture_of(found, self._stream.codec_context.name, self._pixel_aspect)
        if odd and odd not in self.warnings:
            self.warnings.append(odd)
        return picture._replace(trouble=trouble)

    def _find(self, number: int) -> VideoFrame | None:
        frames = self._frames
        if number in frames:
            frames.move_to_end(number)
            return frames[number]
        if self._goes_on_to(number) and self._decode_to(number):
            return frames[number]
        index = self._index
        for earlier in range(_RETRIES + 1):
            if number in self._lost:
                break
            key = index.key_for(number, earlier)
            self._seek(key)
            if self._decode_to(number):
                return frames[number]
            if key.order == 0:
                break
        return None

    def _goes_on_to(self, number: int) -> bool:
        """Whether decoding on from here gets to the frame soon."""
        if self._ended or number < self._next:
            return False
        return self._index.counted or self._index.key_for(number).order <= self._fed + _READ_ON

    def _decode_to(self, number: int) -> bool:
        """Decode on until the frame is there; False when it was passed over."""
        while number not in self._frames:
            if self._next > number:
                return False
            batch = self._batch()
            if batch is None:
                return number in self._frames
            for each, frame in batch:
                self._keep(each, frame)
        return True

    def _batch(self) -> list[tuple[int, VideoFrame]] | None:
        """Feed the decoder one packet: the frames that come out, with their numbers. None at the end."""
        import av

        if self._ended:
            return None
        try:
            packet = next(self._packets, None)
        except (av.FFmpegError, EOFError):
            packet = None
        try:
            if packet is None or packet.size == 0:
                self._ended = True
                decoded = self._decoder.decode(None)
            else:
                if packet.pts is not None and packet.pts in self._index.orders:
                    self._fed = self._index.orders[packet.pts]
                decoded = self._decoder.decode(packet)
        except (av.FFmpegError, EOFError):
            return []  # a damaged packet: its frames are missing
        return [(number, frame) for frame in decoded if (number := self._number(frame)) is not None]

    def _number(self, frame: VideoFrame) -> int | None:
        """The frame's number; None for one that is not shown, or whose references lie before the key frame."""
        index = self._index
        if index.counted:
            number = self._next
        else:
            if frame.pts is None or frame.pts < self._from:
                return None
            known = index.numbers.get(frame.pts)
            if known is None:
                return None
            number = known
            for passed in range(self._next, number):
                if index.key_for(passed).order > self._began:
                    self._lost.add(passed)  # all that it refers to was decoded on the way: it is damaged
        self._next = number + 1
        return number

    def _keep(self, number: int, frame: VideoFrame) -> None:
        frames = self._frames
        if number in frames:
            del frames[number]
        frames[number] = frame
        size = max(sum(plane.buffer_size for plane in frame.planes), 1)
        room = max(_KEPT_BYTES // size, 2)
        while len(frames) > room:
            frames.popitem(last=False)

    # -- seeking -----------------------------------------------------------------------------------------------

    def _seek(self, key: Key) -> None:
        """Have ``key`` be the next packet, or one before it."""
        import av

        if key.order == 0 or self._index.counted or not self._standing:
            self._go_to_start()
            return
        for time in (key.pts, key.dts):
            with suppress(av.FFmpegError):
                if time is not None:
                    self._container.seek(time, stream=self._stream)
                    self._rewound()
                    if self._lands(key):
                        return
        self._go_to_start()

    def _lands(self, key: Key) -> bool:
        """Whether the next key packet is ``key`` or an earlier one; it is put back."""
        import av

        packets = self._packets
        try:
            for packet in packets:
                order = self._index.orders.get(packet.pts) if packet.pts is not None else None
                if packet.size == 0 or (order is not None and order > key.order):
                    return False
                if order is not None and packet.is_keyframe:
                    self._packets = _before(packet, packets)
                    self._fed = self._began = order
                    self._from = packet.pts or 0
                    self._next = self._index.numbers.get(self._from, 0)
                    return True
        except (av.FFmpegError, EOFError):
            pass
        return False

    def _go_to_start(self) -> None:
        """Open the file again. InputError when it is gone, or another one took its place."""
        self._container.close()
        self._standing, self._ended = False, True
        inode, size = _identity(self._path)
        if inode and (inode != self._known[0] or size < self._known[1]):
            raise InputError(f"{self._path} was changed while it played: press reloadpulse, or set reload on")
        self._open()

    def _rewound(self) -> None:
        """The container stands somewhere else: nothing in the decoder counts any more."""
        if self._decoder.is_open:
            self._decoder.flush_buffers()
        self._packets = self._container.demux(self._stream)
        self._ended = False
        self._fed = self._next = self._began = 0
        self._from = -(1 << 62)


def _identity(path: str) -> tuple[int, int]:
    """Which file this is, and its size; zeros if there is none."""
    with suppress(OSError):
        state = os.stat(path)
        return state.st_ino, state.st_size
    return 0, 0


def _before(packet: Packet[VideoStream], rest: Iterator[Packet[VideoStream]]) -> Iterator[Packet[VideoStream]]:
    yield packet
    yield from rest
