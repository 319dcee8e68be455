"""NVENC through FFmpeg, with pictures that are in CUDA memory already: profile, slices and entropy mode."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tdlite.media.encoder import Colour, Packet, Settings
from tdlite.media.libav import packet_of
from tdlite.media.nvencencoder import DeviceArray, NvencEncoder
from tdlite.media.nvencoptions import b_frames, libav_options
from tdlite.media.nvencprobe import encoder_caps


class LibavNvencEncoder(NvencEncoder):
    """FFmpeg's h264_nvenc, hevc_nvenc or av1_nvenc, of 4:2:0 pictures.

    FFmpeg has NVENC read a picture where it lies, some time after it was handed over.
    """

    keeps = True

    def _opened(
        self, width: int, height: int, rate: Fraction, settings: Settings, colour: Colour
    ) -> tuple[Any, list[str]]:
        import av
        from av.video.frame import CudaContext

        options, warnings = libav_options(self.codec, settings)
        # Asked for the primary context by name, FFmpeg refuses one that others use already; so it is told to take the
        # current one. It takes streams for the first device only; work on others goes into the default stream.
        self._ffmpegs_stream = self._stream if self._device == 0 and self._stream else None
        self._cuda = CudaContext(self._device, primary_ctx=False, current_ctx=True, cuda_stream=self._ffmpegs_stream)
        self._time_base = 1 / rate
        context: Any = av.CodecContext.create(f"{self.codec}_nvenc", "w")
        context.width, context.height = width, height
        context.pix_fmt, context.sw_format = "cuda", self.layout.name
        context.framerate, context.time_base = rate, self._time_base
        context.gop_size, context.max_b_frames = settings.keyframe_interval, b_frames(self.codec, settings)
        context.color_primaries, context.color_trc = colour.primaries, colour.transfer
        context.colorspace, context.color_range = colour.matrix, 2 if colour.full_range else 1
        context.options = options
        # FFmpeg learns where pictures are from the first one, and opens the session then. Whether there will be one
        # is seen now.
        encoder_caps(self.codec, self._device)
        return context, warnings

    def _encoded(self, frame: DeviceArray, index: int) -> list[Packet]:
        from av.video.frame import VideoFrame

        width, height = self._size
        planes = frame.rows(0, height), frame.rows(height, *self.layout.shape(width, height)[:1])
        picture = VideoFrame.from_dlpack(planes, self.layout.name, stream=self._ffmpegs_stream, cuda_context=self._cuda)
        picture.pts, picture.time_base = index, self._time_base
        return [packet_of(each) for each in self._session.encode(picture)]

    def _drained(self) -> list[Packet]:
        return [packet_of(each) for each in self._session.encode(None)] if self._session.is_open else []
