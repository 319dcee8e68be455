"""Recording by NVENC: the road of a GPU machine, played on the CPU where there is no GPU.

On llvmpipe the mapped GL buffer is a copy in host memory. On an NVIDIA GPU, with NVENC or without, it is CUDA's, and
the double's frames come from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakecuda import played
from media.movies import decode, probe, samples
from recordings import counting, frames_of, recorder
from roads import SIZE, make, movie_samples, ratio, textured

from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import cuda_of
from tdlite.gpu.cudamemory import CudaArray
from tdlite.gpu.errors import CudaError
from tdlite.media.nvencpynv import PyNvEncoder


@pytest.fixture
def cuda(nvenc: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """CUDA on the GPU that draws: the real one, or host memory in its place; yields the double of PyNvVideoCodec."""
    gpu = Gpu.shared()
    try:
        own = cuda_of(gpu)
    except CudaError:
        own = None
    if own is not None:
        nvenc.gpu.devices = own.ordinal + 1
        monkeypatch.setattr(nvenc.frames, "memory", nvenc.frames.cuda)
        yield nvenc
        nvenc.PyNvEncoder.created.clear()
    else:
        with played(gpu) as nvenc.runtime:
            yield nvenc
            nvenc.PyNvEncoder.created.clear()
        del nvenc.runtime


@pytest.mark.parametrize(
    ("codec", "pixel_format", "bound"),
    [("h264nvgpu", "yuv420", 33), ("h265nvgpu", "yuv420p10bit", 33), ("h264nvgpu", "yuv444", 36),
     ("h265nvgpu", "yuv444p10bit", 36), ("av1", "yuv420", 33)],
)  # fmt: skip
def test_the_pixels_of_the_network_are_those_of_the_file(
    fast: Any, cuda: Any, tmp_path: Path, codec: str, pixel_format: str, bound: float
) -> None:
    source = textured(fast)
    seen = []
    fast.executeDAT(frameend=True).bind(onFrameEnd=lambda frame: seen.append(source.numpyArray()[::-1, :, :3] * 255))
    out = make(fast, source, 5, videocodec=codec, moviepixelformat=pixel_format, quality=0.95)
    cuda.PyNvEncoder.created.clear()
    assert cuda.gpu.sessions == 0
    assert out.errors() == ""
    assert out.warnings() == ""
    shown = decode(tmp_path / "a.mp4", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int")
    assert len(shown) == 5
    assert min(map(ratio, shown, seen)) > bound
    # Upright, and in order: each frame is nearer to its own picture than to its neighbour's.
    assert all(ratio(shown[n], seen[n]) > ratio(shown[n], seen[n - 1]) for n in range(1, 5))


def test_lossless_444_is_the_gpus_conversion_bit_by_bit(fast: Any, cuda: Any, tmp_path: Path) -> None:
    source = textured(fast)
    make(fast, source, 1, preset="lossless", moviepixelformat="yuv444")
    red, green, blue = np.round(source.numpyArray()[::-1, :, :3] * 255).astype(float).transpose(2, 0, 1) / 255
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    expected = [219 * luma + 16, 224 * (blue - luma) / 1.8556 + 128, 224 * (red - luma) / 1.5748 + 128]
    stored = samples(tmp_path / "a.mp4", 1).reshape(3, *SIZE[::-1])
    assert np.abs(stored - np.stack(expected)).max() < 0.5 + 1e-3


def test_every_frame_is_there_once_at_its_time_also_one_that_stays(fast: Any, cuda: Any, tmp_path: Path) -> None:
    out = recorder(fast, counting(fast, SIZE), file="a.mp4", type="movie", encoder="nvenc", record=True, fps=30)
    fast.run(frames=4)
    out.par.pause = True
    for _ in range(3):
        out.par.addframe.pulse()
        out.inputs[0].par.fillcolorr.expr = "0.2"
        out.inputs[0].par.fillcolorg.expr = "0.2"
        out.inputs[0].par.fillcolorb.expr = "0.2"
        fast.run(frames=1)
    out.par.record = False
    grey = frames_of(tmp_path / "a.mp4")
    assert grey[:4] == [1, 2, 3, 4]
    assert len(set(grey[4:])) == 1
    assert len(grey) == 7
    times = [float(each["pts_time"]) for each in probe(tmp_path / "a.mp4", "-show_frames")["frames"]]
    assert np.abs(np.subtract(times, np.arange(7) / 30)).max() < 1e-6
    assert out.own_info()["total_frames_written"] == 7


def test_the_work_is_ordered_by_one_stream_and_nothing_waits(fast: Any, cuda: Any) -> None:
    if "runtime" not in vars(cuda):
        pytest.skip("a real CUDA runtime keeps no log")
    make(fast, textured(fast), 6)
    log = cuda.runtime.log
    assert [each for each in log if each.startswith(("map", "unmap"))] == ["map 4096", "unmap 4096"] * 6
    assert not [each for each in log if each.startswith(("wait", "record", "copy"))]
    assert log.count("register buffer") == log.count("unregister buffer") <= 3


def test_an_encoder_that_keeps_pictures_gets_copies_which_are_used_again(
    fast: Any, cuda: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "runtime" not in vars(cuda):
        pytest.skip("a real CUDA runtime keeps no log")
    monkeypatch.setattr(PyNvEncoder, "keeps", True)
    make(fast, counting(fast, SIZE), 6)
    log = cuda.runtime.log
    assert [each for each in log if each.startswith(("map", "copy", "unmap"))] == [
        "map 4096",
        "copy 4096",
        "unmap 4096",
    ] * 6
    assert log.count("malloc") == 1
    assert frames_of(tmp_path / "a.mp4") == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("width", [62, 64])
def test_rows_begin_where_nvenc_can_take_them(fast: Any, cuda: Any, tmp_path: Path, width: int) -> None:
    pitches = []
    array = CudaArray.__init__

    def noted(self: Any, *args: Any) -> None:
        array(self, *args)
        pitches.append(self._strides[0])

    CudaArray.__init__ = noted  # for a moment
    try:
        make(fast, counting(fast, (width, 48)), 2, moviepixelformat="yuv444")
    finally:
        CudaArray.__init__ = array
    assert set(pitches) == {256}
    assert frames_of(tmp_path / "a.mp4") == [1, 2]


def test_nvenc_is_used_by_itself_and_only_the_finished_movie_leaves_the_gpu(
    fast: Any, cuda: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tdlite.gpu.hostbuffer import HostBuffer
    from tdlite.gpu.readback import Readback

    for each in (Readback, HostBuffer):
        monkeypatch.setattr(each, "__init__", lambda *_: pytest.fail("something was read back"))
    out = make(fast, textured(fast), 3, encoder="auto")
    assert out.warnings() == ""
    assert len(decode(tmp_path / "a.mp4")) == 3
    assert len(cuda.PyNvEncoder.created) == 1


def test_parameters_reach_the_encoder(fast: Any, cuda: Any) -> None:
    make(
        fast, textured(fast), 2, videocodec="h265nvgpu", bitratemode="variablehq", avgbitrate=3000, peakbitrate=5000,
        keyframeinterval=12, maxbframes=1, encoderspeed="slower", fps=59.94,
    )  # fmt: skip
    kwargs = cuda.PyNvEncoder.created[0].kwargs
    assert kwargs == {
        "codec": "hevc", "preset": "P6", "tuning_info": "high_quality", "fps": "60000/1001", "gop": "12",
        "idrperiod": "12", "bf": "1", "rc": "vbr", "bitrate": "3000000", "maxbitrate": "5000000",
        "multipass": "fullres", "gpu_id": "0",
    }  # fmt: skip


def test_what_it_cannot_follow_is_a_warning(fast: Any, cuda: Any) -> None:
    out = make(fast, textured(fast), 2, motionpredict="full", moviepixelformat="yuv444", frameslicing=True)
    assert out.warnings().splitlines() == [
        "NVENC has no motion prediction by full pixels; motionpredict full is not used",
        "NVENC through PyNvVideoCodec has no slices to choose; numslices 4 is not used",
    ]


def test_without_a_session_auto_records_in_software_and_says_so_once(fast: Any, cuda: Any, tmp_path: Path) -> None:
    cuda.gpu.error = 2
    out = make(fast, textured(fast), 3, encoder="auto")
    assert out.errors() == ""
    (warning,) = out.warnings().splitlines()
    assert warning.startswith("NVENC is not used (this GPU opens no NVENC session for H.264 (NVENC error 2)")
    assert warning.endswith("H.264 is encoded by libx264, on the CPU")
    assert len(decode(tmp_path / "a.mp4")) == 3


@pytest.mark.parametrize(
    ("change", "pars", "size", "reason"),
    [
        ({"error": 2}, {}, SIZE, "opens no NVENC session"),
        ({"session_limit": 0}, {}, SIZE, "NVENC has no room for another session"),
        ({}, {"moviepixelformat": "yuv420p10bit"}, SIZE, "no H.264 of 10 bits"),
        ({}, {}, (16, 16), "no H.264 of less than 32×32"),
        ({}, {"videocodec": "prores", "file": "a.mov"}, SIZE, "NVENC has no ProRes"),
    ],
)
def test_nvenc_or_nothing_is_an_error_before_anything_is_written(
    fast: Any, cuda: Any, tmp_path: Path, change: dict[str, int], pars: dict[str, Any], size: Any, reason: str
) -> None:
    for name, value in change.items():
        setattr(cuda.gpu, name, value)
    out = make(fast, counting(fast, size), 2, **pars)
    assert reason in out.errors()
    assert "set encoder to auto or software" in out.errors()
    assert list(tmp_path.iterdir()) == []


def test_a_limit_of_sessions_that_comes_after_the_probe_does_not_stop_auto(
    fast: Any, cuda: Any, tmp_path: Path
) -> None:
    cuda.gpu.session_limit = 1
    first = recorder(fast, counting(fast, SIZE), file="a.mp4", type="movie", encoder="auto", record=True)
    second = recorder(fast, first.inputs[0], file="b.mp4", type="movie", encoder="auto", record=True)
    fast.run(frames=3)
    first.par.record = second.par.record = False
    assert "no room for another session" in second.warnings()
    assert frames_of(tmp_path / "a.mp4") == frames_of(tmp_path / "b.mp4") == [1, 2, 3]


def test_an_encoder_that_fails_keeps_the_frames_before(
    fast: Any, cuda: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = cuda.PyNvEncoder.Encode

    def failing(self: Any, frame: Any) -> Any:
        if self._calls == 8:
            raise cuda.PyNvVCException("NVENC broke : Error code : 20\nwith a long text")
        return encode(self, frame)

    monkeypatch.setattr(cuda.PyNvEncoder, "Encode", failing)
    out = recorder(fast, counting(fast, SIZE), file="a.mp4", type="movie", encoder="nvenc", record=True)
    fast.run(frames=12)
    assert "cannot encode frame 8 with NVENC (NVENC broke : Error code : 20)" in out.errors()
    assert frames_of(tmp_path / "a.mp4") == [*range(1, 9)]


def test_sound_keeps_its_place_beside_packets_that_come_late(fast: Any, cuda: Any, tmp_path: Path) -> None:
    tone = fast.audiooscillatorCHOP()
    out = make(fast, counting(fast, SIZE), 30, audiochop=tone, audiocodec="alac", maxbframes=3)
    assert out.errors() == ""
    assert frames_of(tmp_path / "a.mp4")[:12] == list(range(1, 13))
    for stream in probe(tmp_path / "a.mp4")["streams"]:
        assert abs(float(stream["start_time"])) < 1e-3
        assert abs(float(stream["duration"]) - 0.5) < 1e-3


def test_test_mode_encodes_and_writes_nothing(fast: Any, cuda: Any, tmp_path: Path) -> None:
    make(fast, textured(fast), 7, encodetestmode=True)
    assert cuda.PyNvEncoder.created[0]._calls == 0  # drained
    assert list(tmp_path.iterdir()) == []


# -- the real one ----------------------------------------------------------------------------------------------


@pytest.mark.nvenc
@pytest.mark.parametrize(
    ("pars", "suffix", "pixels", "bound"),
    [
        ({}, "mp4", "yuv420p", 33),
        ({"moviepixelformat": "yuv444"}, "mp4", "yuv444p", 36),
        ({"profile": "main", "frameslicing": True, "entropymode": "cavlc"}, "mov", "yuv420p", 33),
        ({"videocodec": "h265nvgpu", "moviepixelformat": "yuv420p10bit"}, "mp4", "yuv420p10le", 33),
        ({"videocodec": "h265nvgpu", "frameslicing": True}, "mkv", "yuv420p", 33),
        ({"videocodec": "av1"}, "mp4", "yuv420p", 33),
        ({"videocodec": "av1", "frameslicing": True, "numslices": 2}, "webm", "yuv420p", 33),
    ],
)
def test_nvenc_itself_writes_the_pixels_at_their_times(
    fast: Any, tmp_path: Path, pars: dict[str, Any], suffix: str, pixels: str, bound: float
) -> None:
    from tdlite.gpu.cuda import cuda_of
    from tdlite.media.codecs import codec
    from tdlite.media.nvencprobe import nvenc_status

    name = codec(pars.get("videocodec", "h264nvgpu")).name
    if (reason := nvenc_status(name, cuda_of(Gpu.shared()).ordinal).reason) is not None:
        pytest.skip(reason)
    source = textured(fast, (256, 160))
    seen: list[Any] = []
    fast.executeDAT(frameend=True).bind(onFrameEnd=lambda frame: seen.append(source.numpyArray()[::-1, :, :3] * 255))
    out = make(fast, source, 70, file=f"a.{suffix}", quality=0.95, fps=29.97, **pars)
    assert out.errors() == ""
    assert out.warnings() == ""
    found = probe(tmp_path / f"a.{suffix}", "-show_frames")
    assert found["streams"][0]["pix_fmt"] == pixels
    assert found["streams"][0]["color_space"] == "bt709"
    times = [float(each["pts_time"]) for each in found["frames"]]
    assert np.abs(np.subtract(times, np.arange(70) * 1001 / 30000)).max() < 0.00051
    assert [index for index, each in enumerate(found["frames"]) if each["key_frame"]] == [0, 60]
    shown = decode(tmp_path / f"a.{suffix}", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int")
    assert min(map(ratio, shown, seen)) > bound


@pytest.mark.nvenc
def test_nvencs_lossless_is_the_gpus_conversion_bit_by_bit(fast: Any, tmp_path: Path) -> None:
    still = textured(fast, (256, 160))
    still.par.vec0valuex.expr = "1.5"
    pars = {"preset": "lossless", "moviepixelformat": "yuv444"}
    make(fast, still, 3, **pars)
    planes, _ = movie_samples(fast, still, "software.mp4", True, **pars)
    assert (samples(tmp_path / "a.mp4", 3) == planes).all()
