"""NVENC through FFmpeg, as far as the CPU goes: what FFmpeg is given. Its encoder itself needs the driver."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from doubles.cudaarray import CudaArray
from numpy.typing import NDArray

from tdlite.media import nvenclibav
from tdlite.media.encoder import Colour, Settings
from tdlite.media.errors import EncoderError
from tdlite.media.nvenc import nvenc_for
from tdlite.media.nvencframes import NoNvenc

WIDTH, HEIGHT = 64, 48


class Context:
    """A stand-in for PyAV's h264_nvenc: an encoder of the CPU, opened with the first frame, as the real one is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_open = False
        self.frames: list[Any] = []

    def encode(self, frame: Any) -> list[Any]:
        import av

        if not self.is_open:
            assert self.pix_fmt == "cuda"  # type: ignore[attr-defined]  # set from outside
            assert self.sw_format == frame.format.name  # type: ignore[attr-defined]  # likewise
            self.is_open = True
            self._encoder: Any = av.CodecContext.create("libx264", "w")
            for each in ("width", "height", "framerate", "time_base", "gop_size", "max_b_frames"):
                setattr(self._encoder, each, getattr(self, each))
            self._encoder.pix_fmt = "yuv420p"
            self._encoder.options = {"preset": "ultrafast"}
        self.frames.append(frame)
        found: list[Any] = self._encoder.encode(frame.reformat(format="yuv420p") if frame else None)
        return found


@pytest.fixture
def made(nvenc: Any, monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """The contexts that are created in the place of FFmpeg's; copies are made on the CPU."""
    contexts: list[Context] = []

    def created(name: str) -> Context:
        contexts.append(Context(name))
        return contexts[-1]

    def copied(self: Any, frame: CudaArray) -> NDArray[Any]:
        return frame.array.copy()

    monkeypatch.setattr(nvenclibav, "_created", created)
    monkeypatch.setattr(nvenclibav.LibavNvencEncoder, "_copied", copied)
    monkeypatch.setattr(nvenclibav.LibavNvencEncoder, "_cuda_context", lambda self: None)
    return contexts


def picture(level: int, deep: bool = False) -> CudaArray:
    samples = np.full((HEIGHT * 3 // 2, WIDTH), level << 8 if deep else level, np.uint16 if deep else np.uint8)
    return CudaArray(samples)


def opened(settings: Settings, token: str = "h264nvgpu") -> tuple[Any, Any]:
    encoder = nvenc_for(token, settings)
    assert isinstance(encoder, nvenclibav.LibavNvencEncoder)
    return encoder, encoder.open(WIDTH, HEIGHT, Fraction(30000, 1001), settings)


def test_ffmpeg_is_told_profile_slices_entropy_interval_and_colour(made: list[Context]) -> None:
    colour = Colour(9, 16, 9, full_range=True)
    settings = Settings(profile="main", slices=4, entropy="cavlc", keyframe_interval=12, max_bframes=1, colour=colour)
    encoder, info = opened(settings)
    context: Any = made[0]
    assert context.name == "h264_nvenc"
    assert (context.pix_fmt, context.sw_format) == ("cuda", "nv12")
    assert (context.width, context.height, context.framerate) == (WIDTH, HEIGHT, Fraction(30000, 1001))
    assert (context.gop_size, context.max_b_frames) == (12, 1)
    assert context.options["profile"] == "main"
    assert (context.options["slices"], context.options["coder"]) == ("4", "cavlc")
    said = context.color_primaries, context.color_trc, context.colorspace, context.color_range
    assert said == (9, 16, 9, 2)
    assert encoder.warnings == []
    assert (info.codec, info.pixel_format, info.extradata) == ("h264", "yuv420p", None)


def test_ten_bits_go_as_p010(made: list[Context]) -> None:
    encoder, info = opened(Settings(pixel_format="yuv420p10bit", slices=2), "h265nvgpu")
    assert (made[0].name, made[0].sw_format) == ("hevc_nvenc", "p010le")  # type: ignore[attr-defined]  # set from outside
    assert (info.pixel_format, info.tag) == ("yuv420p10le", "hvc1")
    encoder.encode(picture(100, deep=True), 0)


def test_each_picture_is_a_copy_at_its_time_and_no_packet_is_lost(made: list[Context]) -> None:
    encoder, _ = opened(Settings(profile="high"))
    packets = []
    frame = picture(0)
    for index in range(8):
        frame.array[:] = 20 * index
        packets += encoder.encode(frame, index)
    packets += encoder.finish()
    frames = [each for each in made[0].frames if each is not None]
    assert [each.pts for each in frames] == list(range(8))
    assert [int(each.to_ndarray()[0, 0]) for each in frames] == [20 * index for index in range(8)]
    assert sorted(each.pts for each in packets) == list(range(8))
    assert all(each.dts <= each.pts for each in packets)


def test_a_picture_of_another_shape_is_refused(made: list[Context]) -> None:
    encoder, _ = opened(Settings(slices=2))
    with pytest.raises(EncoderError, match=r"it is \[48, 64\], the movie takes nv12 in \[72, 64\]"):
        encoder.encode(CudaArray(np.zeros((HEIGHT, WIDTH), np.uint8)), 0)


def test_a_session_that_there_is_no_room_for_is_noticed_when_it_is_opened(nvenc: Any, made: list[Context]) -> None:
    settings = Settings(slices=2)
    encoder = nvenc_for("h264nvgpu", settings)
    nvenc.gpu.session_limit = 0
    with pytest.raises(NoNvenc, match="no room for another session"):
        encoder.open(WIDTH, HEIGHT, Fraction(30), settings)


def test_a_recording_without_pictures_ends_without_an_error(made: list[Context]) -> None:
    encoder, _ = opened(Settings(slices=2))
    assert encoder.finish() == []
