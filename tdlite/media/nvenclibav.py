"""NVENC through FFmpeg, with pictures that are in CUDA memory already: profile, slices and entropy mode."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tdlite.media.cudastream import cupy_stream
from tdlite.media.encoder import Colour, Packet, Settings
from tdlite.media.libav import packet_of
from tdlite.media.nvencencoder import NvencEncoder
from tdlite.media.nvencframes import DeviceArray
from tdlite.media.nvencoptions import b_frames, libav_options
from tdlite.media.nvencprobe import encoder_caps

if TYPE_CHECKING:
    from av.video.frame import CudaContext


class LibavNvencEncoder(NvencEncoder):
    """FFmpeg's h264_nvenc, hevc_nvenc or av1_nvenc, of 4:2:0 pictures.

    NVENC reads a picture some time after it was handed over; so it is copied on the GPU first.
    """

    def _opened(
        self, width: int, height: int, rate: Fraction, settings: Settings, colour: Colour
    ) -> tuple[Any, list[str]]:
        options, warnings = libav_options(self.codec, settings)
        self._cuda = self._cuda_context()
        self._time_base = 1 / rate
        context = _created(f"{self.codec}_nvenc")
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

        copy, height = self._copied(frame), self._size[1]
        picture = VideoFrame.from_dlpack((copy[:height], copy[height:]), self.layout.name, cuda_context=self._cuda)
        picture.pts, picture.time_base = index, self._time_base
        return [packet_of(each) for each in self._session.encode(picture)]

    def _drained(self) -> list[Packet]:
        return [packet_of(each) for each in self._session.encode(None)] if self._session.is_open else []

    def _cuda_context(self) -> CudaContext:
        """Return CUDA's current context, which is the device's primary one, in FFmpeg's words.

        Asked for the primary context itself, FFmpeg refuses one that others use already. It takes streams for
        the first device only.
        """
        from av.video.frame import CudaContext

        stream = self._stream if self._device == 0 and self._stream else None
        return CudaContext(self._device, primary_ctx=False, current_ctx=True, cuda_stream=stream)

    def _copied(self, frame: DeviceArray) -> Any:
        """Return a copy of the picture that lives as long as anybody refers to it, FFmpeg too.

        Its memory is of cupy's pool, which gives the same few blocks again and again: NVENC registers each once.
        """
        import cupy

        with cupy.cuda.Device(self._device), cupy_stream(self._stream) as stream:
            copy = cupy.from_dlpack(frame).copy()
            if self._cuda.cuda_stream == 0:
                stream.synchronize()  # FFmpeg's stream does not wait for this one
        return copy


def _created(name: str) -> Any:
    import av

    return av.CodecContext.create(name, "w")
