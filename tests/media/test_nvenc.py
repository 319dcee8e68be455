"""NVENC's encoder with a double in the place of PyNvVideoCodec: all but the silicon is what a GPU machine runs."""

from __future__ import annotations

import gc
import sys
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doubles.cudaarray import CudaArray
from numpy.typing import NDArray

from tdlite.gpu import dlpack
from tdlite.media.encoder import Colour, Settings
from tdlite.media.errors import EncoderError
from tdlite.media.movie import MovieWriter
from tdlite.media.nvenc import nvenc_for
from tdlite.media.nvencencoder import NoNvenc

from . import movies

WIDTH, HEIGHT = 160, 96
TOKENS = {"h264": "h264nvgpu", "hevc": "h265nvgpu", "av1": "av1"}


def numbered(index: int, layout: str = "nv12") -> CudaArray:
    """The numbered frame in luma, from the top, and grey in chroma."""
    luma: NDArray[Any] = movies.numbered_frame(index, WIDTH, HEIGHT)[::-1, :, 0].astype(np.uint16)
    deep = layout in ("p010le", "p210le", "yuv444p10msble")
    rows = {"nv12": 0.5, "p010le": 0.5, "nv16": 1, "p210le": 1}.get(layout, 2)
    grey = np.full((round(HEIGHT * rows), WIDTH), 128)
    samples = np.concatenate([luma, grey])
    return CudaArray((samples << 8).astype(np.uint16) if deep else samples.astype(np.uint8))


def record(path: Path, codec: str, count: int, settings: Settings, rate: Fraction | int = 30) -> list[str]:
    encoder = nvenc_for(TOKENS[codec], settings, stream=77)
    with MovieWriter(path, encoder, "automatic", WIDTH, HEIGHT, rate, settings) as movie:
        for index in range(count):
            movie.put(numbered(index, encoder.layout.name))
        return movie.warnings


@pytest.mark.parametrize(
    ("codec", "suffix", "b_frames"),
    [("h264", "mp4", 2), ("h264", "mov", 0), ("h264", "mkv", 3), ("hevc", "mp4", 2), ("hevc", "mkv", 0),
     ("av1", "mp4", 2), ("av1", "webm", 0)],
)  # fmt: skip
def test_every_frame_is_in_the_file_once_in_order_and_at_its_time(
    nvenc: Any, tmp_path: Path, codec: str, suffix: str, b_frames: int
) -> None:
    rate = Fraction(30000, 1001)
    path = tmp_path / f"a.{suffix}"
    assert record(path, codec, 20, Settings(max_bframes=b_frames, keyframe_interval=8), rate) == []
    shown = movies.decode(path)
    assert [movies.number_of(picture) for picture in shown] == list(range(20))
    frames = movies.probe(path, "-show_frames", "-select_streams", "v")
    times = [float(each["pts_time"]) for each in frames["frames"]]
    exact = [float(index / rate) for index in range(20)]
    assert np.abs(np.subtract(times, exact)).max() < (1e-6 if suffix in ("mp4", "mov") else 0.00051)
    keys = [index for index, each in enumerate(frames["frames"]) if each["key_frame"]]
    assert keys == [0, 8, 16] or codec == "av1"
    assert frames["streams"][0]["codec_name"] == codec


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_the_colour_is_written_where_the_package_leaves_it_out(nvenc: Any, tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.mp4"
    record(path, codec, 6, Settings(colour=Colour(9, 16, 9, full_range=True)))
    stream = movies.probe(path, "-show_frames")["frames"][-1]  # as the decoder finds it, not the container
    told = [stream.get(f"color_{name}") for name in ("primaries", "transfer", "space", "range")]
    assert told == ["bt2020", "smpte2084", "bt2020nc", "pc"]


def test_hevc_has_the_tag_that_players_of_apple_want(nvenc: Any, tmp_path: Path) -> None:
    record(tmp_path / "a.mp4", "hevc", 6, Settings())
    assert movies.probe(tmp_path / "a.mp4")["streams"][0]["codec_tag_string"] == "hvc1"


@pytest.mark.parametrize(
    ("codec", "pixel_format", "movie"),
    [("hevc", "yuv420p10bit", "yuv420p10le"), ("hevc", "yuv444p10bit", "yuv444p10le"),
     ("h264", "yuv444", "yuv444p"), ("av1", "yuv420p10bit", "yuv420p10le")],
)  # fmt: skip
def test_a_pixel_format_reaches_the_file(nvenc: Any, tmp_path: Path, codec: str, pixel_format: str, movie: str) -> None:
    path = tmp_path / "a.mp4"
    record(path, codec, 4, Settings(pixel_format=pixel_format))
    assert movies.probe(path)["streams"][0]["pix_fmt"] == movie
    assert [movies.number_of(picture) for picture in movies.decode(path)] == [0, 1, 2, 3]


@pytest.mark.parametrize(("codec", "pixel_format"), [("h264", "yuv422"), ("hevc", "yuv422p10bit")])
def test_a_gpu_that_has_halved_chroma_across_alone_records_it(
    nvenc: Any, tmp_path: Path, codec: str, pixel_format: str
) -> None:
    nvenc.gpu.caps["support_yuv422_encode"] = 1
    record(tmp_path / "a.mp4", codec, 3, Settings(pixel_format=pixel_format))
    assert movies.probe(tmp_path / "a.mp4")["streams"][0]["pix_fmt"].startswith("yuv422p")
    assert [movies.number_of(picture) for picture in movies.decode(tmp_path / "a.mp4")] == [0, 1, 2]


def test_lossless_keeps_every_sample(nvenc: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    record(path, "h264", 3, Settings(preset="lossless", pixel_format="yuv444"))
    stored = movies.samples(path, 3)
    assert all((stored[index] == numbered(index, "yuv444p").array.ravel()).all() for index in range(3))


def test_packets_come_late_and_all_of_them_at_the_end(nvenc: Any) -> None:
    encoder = nvenc_for("h264nvgpu", Settings(max_bframes=2))
    encoder.open(WIDTH, HEIGHT, Fraction(30), Settings(max_bframes=2))
    counts = [len(encoder.encode(numbered(index), index)) for index in range(7)]
    assert counts[:5] == [0] * 5
    rest = encoder.finish()
    assert sum(counts) + len(rest) == 7
    assert rest[-1].dts == 7 - 1 - 2


def test_the_stream_is_the_recordings_own_and_the_producer_is_told_of_it(nvenc: Any) -> None:
    encoder = nvenc_for("h264nvgpu", Settings(), stream=4711)
    encoder.open(WIDTH, HEIGHT, Fraction(30), Settings())
    frame = numbered(0)
    encoder.encode(frame, 0)
    assert nvenc.PyNvEncoder.created[-1].stream == 4711
    assert frame.streams == [4711]


def test_a_frame_of_another_shape_is_refused(nvenc: Any) -> None:
    encoder = nvenc_for("h264nvgpu", Settings())
    encoder.open(WIDTH, HEIGHT, Fraction(30), Settings())
    with pytest.raises(EncoderError, match=r"cannot encode frame 0: it is \[96, 160\], the movie takes nv12 in"):
        encoder.encode(CudaArray(np.zeros((HEIGHT, WIDTH), np.uint8)), 0)


@pytest.mark.parametrize("shape", [(HEIGHT, WIDTH), (HEIGHT * 3, WIDTH), (HEIGHT * 3 // 2, WIDTH + 2), (1, 144, 160)])
def test_the_double_itself_refuses_a_frame_of_another_shape(nvenc: Any, shape: tuple[int, ...]) -> None:
    class Frame(CudaArray):
        def cuda(self) -> Frame:
            return self

        def __dlpack__(self, stream: int | None = None) -> Any:  # type: ignore[override]  # as it is called
            return super().__dlpack__(stream=stream)

    session = nvenc.CreateEncoder(WIDTH, HEIGHT, "NV12", False, preset="P4", bf=0)
    with pytest.raises(nvenc.PyNvVCException, match="is not NV12"):
        session.Encode(Frame(np.zeros(shape, np.uint8)))
    with pytest.raises(nvenc.PyNvVCException, match="CPU input buffer"):
        session.Encode(np.zeros((HEIGHT * 3 // 2, WIDTH), np.uint8))
    keyword_only: Any = CudaArray(np.zeros((HEIGHT * 3 // 2, WIDTH), np.uint8))
    keyword_only.cuda = lambda: keyword_only
    with pytest.raises(TypeError, match="positional"):
        session.Encode(keyword_only)


def test_the_double_itself_refuses_other_memory_another_device_and_a_second_thread(nvenc: Any) -> None:
    class Frame(CudaArray):
        device = 0, 0

        def cuda(self) -> Frame:
            return self

        def __dlpack__(self, stream: int | None = None) -> Any:  # type: ignore[override]  # as it is called
            array = self.array
            return dlpack.capsule(self, array.ctypes.data, array.shape, array.strides, array.dtype, self.device)

    session = nvenc.CreateEncoder(WIDTH, HEIGHT, "NV12", False, preset="P4", bf=3, gop=2)
    assert session.GetNumBFrames() == 1
    frame = Frame(np.zeros((HEIGHT * 3 // 2, WIDTH), np.uint8))
    for device, reason in (((dlpack.CPU, 0), "is not CUDA"), ((dlpack.CUDA, 1), "out of reach")):
        frame.device = device
        with pytest.raises(nvenc.PyNvVCException, match=reason):
            session.Encode(frame)
    frame.device = dlpack.CUDA, 0
    session.Encode(frame)
    caught: list[AssertionError] = []

    def elsewhere() -> None:
        try:
            session.EndEncode()
        except AssertionError as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert caught


def test_the_double_itself_refuses_what_silicon_would(nvenc: Any) -> None:
    """As FFmpeg and the driver do: nothing that our own checks let through by mistake may work here."""
    caps = nvenc.gpu.caps
    for kwargs, cap, value in (
        ({"fmt": "YUV444"}, "support_yuv444_encode", 0),
        ({"fmt": "NV16"}, "support_yuv422_encode", 0),
        ({"codec": "hevc", "fmt": "P010"}, "support_10bit_encode", 0),
        ({"tuning_info": "lossless"}, "support_lossless_encode", 0),
        ({"bf": 3}, "num_max_bframes", 2),
    ):
        usual = caps[cap]
        caps[cap] = value
        options = {"fmt": "NV12", "preset": "P4", **kwargs}
        with pytest.raises(nvenc.PyNvVCException, match="error 12"):
            nvenc.CreateEncoder(WIDTH, HEIGHT, options.pop("fmt"), False, **options)
        caps[cap] = usual
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        nvenc.CreateEncoder(64.0, 48, "NV12", False)
    with pytest.raises(nvenc.PyNvVCException, match="Invalid codec given"):
        nvenc.CreateEncoder(64, 48, "NV12", False, codec="H264")
    with pytest.raises(nvenc.PyNvVCException, match="GPU ordinal out of range"):
        nvenc.CreateEncoder(64, 48, "NV12", False, gpu_id=-1)
    assert nvenc.GetEncoderCaps(0, "vp9") == {}
    gc.collect()
    assert nvenc.gpu.sessions == 0


@pytest.mark.parametrize("dtype", ["i1", "i2", "f2"])
def test_the_double_itself_refuses_numbers_that_are_no_samples(nvenc: Any, dtype: str) -> None:
    class Frame(CudaArray):
        def cuda(self) -> Frame:
            return self

        def __dlpack__(self, stream: int | None = None) -> Any:  # type: ignore[override]  # as it is called
            return super().__dlpack__(stream=stream)

    deep = dtype != "i1"
    session = nvenc.CreateEncoder(WIDTH, HEIGHT, "P010" if deep else "NV12", False, codec="hevc", preset="P4")
    with pytest.raises(nvenc.PyNvVCException, match="are no samples of"):
        session.Encode(Frame(np.zeros((HEIGHT * 3 // 2, WIDTH), dtype)))
    assert session.EndEncode() == session.EndEncode() == []


@pytest.mark.parametrize(
    ("settings", "size", "reason"),
    [
        (Settings(pixel_format="yuv420p10bit"), (64, 64), "no H.264 of 10 bits"),
        (Settings(pixel_format="yuv422"), (64, 64), "no H.264 of 4:2:2"),
        (Settings(), (8192, 64), "no H.264 of more than 4096×4096"),
        (Settings(), (16, 16), "no H.264 of less than 32×32"),
        (Settings(pixel_format="yuv444"), (65, 64), "no H.264 of odd sizes"),
    ],
)
def test_what_is_beyond_the_gpu_is_refused_at_once(
    nvenc: Any, settings: Settings, size: tuple[int, int], reason: str
) -> None:
    encoder = nvenc_for("h264nvgpu", settings)
    with pytest.raises(NoNvenc, match=reason):
        encoder.open(*size, Fraction(30), settings)
    assert nvenc.gpu.sessions == 0


def test_sessions_are_ended_by_the_end_of_a_recording_and_by_giving_it_up(nvenc: Any) -> None:
    for ending in ("finish", "abort"):
        encoder = nvenc_for("h264nvgpu", Settings())
        encoder.open(WIDTH, HEIGHT, Fraction(30), Settings())
        nvenc.PyNvEncoder.created.clear()
        encoder.encode(numbered(0), 0)
        assert nvenc.gpu.sessions == 1
        getattr(encoder, ending)()
        assert nvenc.gpu.sessions == 0


def test_fewer_b_frames_than_asked_for_are_told(nvenc: Any) -> None:
    nvenc.gpu.caps["num_max_bframes"] = 0
    for asked, warnings in (
        (2, []),
        (3, ["this GPU's NVENC makes at most 0 B-frames of H.264; maxbframes 3 is not used"]),
    ):
        settings = Settings(max_bframes=asked)
        encoder = nvenc_for("h264nvgpu", settings)
        encoder.open(WIDTH, HEIGHT, Fraction(30), settings)
        assert encoder.warnings == warnings
        assert nvenc.PyNvEncoder.created[-1].kwargs["bf"] == "0"


@pytest.mark.parametrize("slices", [0, 2])
def test_no_session_left_is_noticed_before_anything_is_written(nvenc: Any, tmp_path: Path, slices: int) -> None:
    settings = Settings(slices=slices)
    encoder = nvenc_for("h264nvgpu", settings)
    nvenc.gpu.session_limit = 0
    with pytest.raises(NoNvenc, match="no room for another session"):
        MovieWriter(tmp_path / "a.mp4", encoder, "automatic", WIDTH, HEIGHT, 30, settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("slices", [0, 2])
def test_a_recording_without_pictures_ends_without_an_error(nvenc: Any, slices: int) -> None:
    encoder = nvenc_for("h264nvgpu", Settings(slices=slices))
    encoder.open(WIDTH, HEIGHT, Fraction(30), Settings(slices=slices))
    assert encoder.finish() == []


def test_all_keywords_are_known_to_the_package(nvenc: Any) -> None:
    known = {"codec", "preset", "tuning_info", "rc", "bitrate", "maxbitrate", "vbvbufsize", "cq", "gop", "idrperiod"}
    known |= {"bf", "fps", "multipass", "gpu_id"}
    base = Settings(average_bitrate=1_000_000, peak_bitrate=2_000_000)
    for mode in ("quality", "constant", "variable", "constanthq", "variablehq"):
        for preset in ("none", "lossless"):
            settings = replace(base, bitrate_mode=mode, preset=preset)
            nvenc_for("h264nvgpu", settings).open(WIDTH, HEIGHT, Fraction(30), settings)
            assert set(nvenc.PyNvEncoder.created[-1].kwargs) <= known


def test_importing_the_encoders_does_not_load_the_package() -> None:
    assert "PyNvVideoCodec" not in sys.modules
