"""From pictures to planes: every layout, size, pitch and colour against the formulas in double precision."""

from __future__ import annotations

import gc
from fractions import Fraction

import numpy as np
import pytest

from tdlite.gpu.errors import GpuError
from tdlite.gpu.image import Spec
from tdlite.gpu.readback import read
from tdlite.gpu.upload import upload
from tdlite.gpu.yuv import SITINGS, YuvConversion, YuvReadback
from tdlite.gpu.yuvlayout import NAMES, YuvLayout
from tdlite.media.convert import Converter
from tdlite.media.encoder import Colour

# Columns and rows of a chroma sample, bits, and whether those are the high ones of 16.
SHAPES = {
    "nv12": (2, 2, 8, False), "nv16": (2, 1, 8, False), "p010le": (2, 2, 10, True), "p210le": (2, 1, 10, True),
    "yuv444p10msble": (1, 1, 10, True), "yuv420p": (2, 2, 8, False), "yuv422p": (2, 1, 8, False),
    "yuv444p": (1, 1, 8, False), "yuv420p10le": (2, 2, 10, False), "yuv422p10le": (2, 1, 10, False),
    "yuv444p10le": (1, 1, 10, False),
}  # fmt: skip
WEIGHTS = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}


def mean_around(rgb, step, on_pixel, axis):
    """Along an axis, what each chroma sample stands for: two pixels, or one with half of both neighbours."""
    if step == 1:
        return rgb
    count = rgb.shape[axis]
    first = np.arange(0, count, 2)
    taps = ((-1, 0.25), (0, 0.5), (1, 0.25)) if on_pixel else ((0, 0.5), (1, 0.5))
    return sum(share * np.take(rgb, np.clip(first + tap, 0, count - 1), axis) for tap, share in taps)


def expected(rgba, name, matrix=1, full=False, siting="left"):
    """Y, U and V before rounding, in steps of a code value, rows from the top; by BT.601, 709, 2020 and H.273."""
    across, down, bits, _ = SHAPES[name]
    rgb = np.clip(np.nan_to_num(rgba[::-1, :, :3].astype(np.float64), nan=0.0), 0, 1)
    around = mean_around(rgb, across, siting != "center", 1)
    around = mean_around(around, down, siting == "topleft", 0)
    kr, kb = WEIGHTS[matrix]

    def luma(c):
        return kr * c[..., 0] + (1 - kr - kb) * c[..., 1] + kb * c[..., 2]

    u = (around[..., 2] - luma(around)) / (2 * (1 - kb))
    v = (around[..., 0] - luma(around)) / (2 * (1 - kr))
    top, step = 2**bits - 1, 2 ** (bits - 8)
    if full:
        planes = top * luma(rgb), top * u + 2 ** (bits - 1), top * v + 2 ** (bits - 1)
    else:
        planes = (219 * luma(rgb) + 16) * step, (224 * u + 128) * step, (224 * v + 128) * step
    return [np.clip(plane, 0, top) for plane in planes]


def as_three(planes, name):
    """Y, U and V of a layout as their code values."""
    if len(planes) == 2:
        planes = planes[0], planes[1][:, 0::2], planes[1][:, 1::2]
    if SHAPES[name][3]:
        assert not any((plane & 63).any() for plane in planes)
        planes = [plane >> 6 for plane in planes]
    return [plane.astype(np.int64) for plane in planes]


def converted(gpu, image, layout, **colour):
    """The planes, and all bytes of the buffer."""
    conversion = YuvConversion(gpu, layout, **colour)
    frame = conversion.convert(image)
    data = frame.buffer.read()
    return layout.views(data), np.frombuffer(data, np.uint8)


def picture(width, height, seed=0):
    """Random colours, with values outside 0..1 and NaN among them."""
    rgba = np.random.default_rng(seed).random((height, width, 4), np.float32) * 1.2 - 0.1
    if width * height > 3:
        rgba[0, 0] = np.nan
    return rgba


def check(planes, rgba, name, **colour):
    """Each sample is the exact value's nearest integer; where it lies between two, either."""
    for found, exact in zip(as_three(planes, name), expected(rgba, name, **colour), strict=True):
        assert found.shape == exact.shape
        # 0.001 of a step: what single precision may turn around.
        assert np.abs(found - exact).max() <= 0.501
    return True


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (16, 4), (3, 34)])
@pytest.mark.parametrize("name", NAMES)
def test_every_layout_rounds_exactly_at_every_size_and_pitch(gpu, name, size):
    rgba = picture(*size)
    image = upload(gpu, rgba, Spec.square(*size, "rgba32float"))
    least = YuvLayout(name, *size)
    sample = least.sample_bytes
    for more in (0, sample, 7 * sample):
        layout = YuvLayout(name, *size, least.pitch + more)
        planes, data = converted(gpu, image, layout)
        check(planes, rgba, name)
        assert data.size == -(-layout.nbytes // 4) * 4
        written = np.zeros(data.size, bool)
        for view in layout.views(written.view(np.uint8)):
            view[...] = 0x0101 if sample == 2 else 1
        assert not data[~written].any()


@pytest.mark.parametrize("siting", SITINGS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [1, 5, 6, 7, 9])
def test_matrix_range_and_siting_are_those_that_were_asked_for(gpu, matrix, full, siting):
    rgba = picture(18, 10, matrix)
    image = upload(gpu, rgba, Spec.square(18, 10, "rgba32float"))
    for name in ("nv12", "p010le", "yuv422p", "yuv444p10le"):
        planes, _ = converted(gpu, image, YuvLayout(name, 18, 10), matrix=matrix, full_range=full, siting=siting)
        check(planes, rgba, name, matrix=matrix, full=full, siting=siting)


@pytest.mark.parametrize("full", [False, True])
def test_the_corners_of_the_colour_cube_have_the_values_of_the_standard(gpu, full):
    """Of Rec.709 with 8 bits, limited: the well-known colour bars."""
    bars = {
        (1, 1, 1): ((235, 128, 128), (255, 128, 128)),
        (0, 0, 0): ((16, 128, 128), (0, 128, 128)),
        (1, 0, 0): ((63, 102, 240), (54, 99, 255)),
        (0, 1, 0): ((173, 42, 26), (182, 30, 12)),
        (0, 0, 1): ((32, 240, 118), (18, 255, 116)),
    }
    rgb = np.ones((1, len(bars), 4), np.float32)
    rgb[0, :, :3] = list(bars)
    image = upload(gpu, rgb, Spec.square(len(bars), 1, "rgba8fixed"))
    planes, _ = converted(gpu, image, YuvLayout("yuv444p", len(bars), 1), full_range=full)
    assert list(zip(*(plane[0].tolist() for plane in planes), strict=True)) == [each[full] for each in bars.values()]


@pytest.mark.parametrize(
    "format", ["rgba8fixed", "srgba8fixed", "rgb10a2fixed", "rgba16float", "mono8fixed", "a8fixed"]
)
def test_every_pixel_format_gives_what_it_shows_or_for_srgb_what_it_stores(gpu, format):
    rgba = np.random.default_rng(1).random((6, 8, 4), np.float32)
    image = upload(gpu, rgba, Spec.square(8, 6, format))
    shown = read(image)
    if image.format.srgb:
        low = shown <= 0.0031308
        shown = np.where(low, 12.92 * shown, 1.055 * np.maximum(shown, 1e-9).astype(np.float64) ** (1 / 2.4) - 0.055)
        shown = np.round(shown * 255) / 255
    planes, _ = converted(gpu, image, YuvLayout("yuv420p10le", 8, 6))
    check(planes, shown, "yuv420p10le")


def test_the_pitch_of_chroma_follows_that_of_luma():
    assert [plane.pitch for plane in YuvLayout("nv12", 30, 4, 64).planes] == [64, 64]
    assert [plane.pitch for plane in YuvLayout("yuv420p", 30, 4, 64).planes] == [64, 32, 32]
    assert [plane.pitch for plane in YuvLayout("yuv444p10le", 30, 4, 64).planes] == [64, 64, 64]
    assert YuvLayout("nv12", 7, 5).pitch == 8  # four pairs of chroma
    assert YuvLayout("yuv420p", 7, 5).pitch == 7
    assert YuvLayout("nv12", 64, 4).nbytes == 64 * 4 * 3 // 2
    assert YuvLayout("p010le", 64, 4).nbytes == 64 * 4 * 3


@pytest.mark.parametrize(
    ("layout", "said"),
    [(("nv21", 4, 4), "nv21.*nv12"), (("nv12", 7, 4, 7), "7 bytes.*at least 8"), (("p010le", 4, 4, 9), "multiple of 2"),
     (("nv12", 0, 4), "0×4")],
)  # fmt: skip
def test_an_impossible_layout_is_refused(layout, said):
    with pytest.raises(GpuError, match=said):
        YuvLayout(*layout)


def test_what_cannot_be_converted_is_refused(gpu):
    with pytest.raises(GpuError, match=r"matrix 4.*\[1, 5, 6, 7, 9\]"):
        YuvConversion(gpu, YuvLayout("nv12", 4, 4), matrix=4)
    with pytest.raises(GpuError, match=r"bottom.*left, center, topleft"):
        YuvConversion(gpu, YuvLayout("nv12", 4, 4), siting="bottom")
    largest = gpu.ctx.info["GL_MAX_SHADER_STORAGE_BLOCK_SIZE"]
    with pytest.raises(GpuError, match="MB at once"):
        YuvConversion(gpu, YuvLayout("yuv444p", largest // 2, 2))
    conversion = YuvConversion(gpu, YuvLayout("nv12", 4, 4))
    with pytest.raises(GpuError, match="6×4 rgba8fixed> to a picture of 4×4 nv12"):
        conversion.convert(upload(gpu, picture(6, 4), Spec.square(6, 4)))
    with pytest.raises(GpuError, match="24 bytes.*buffer of 16"):
        conversion.into(upload(gpu, picture(4, 4), Spec.square(4, 4)), gpu.ctx.buffer(reserve=16))


def test_a_large_picture_needs_work_groups_in_two_directions(gpu, monkeypatch):
    monkeypatch.setattr("tdlite.gpu.yuv._MOST_GROUPS", 3)
    rgba = picture(120, 50)
    image = upload(gpu, rgba, Spec.square(120, 50, "rgba32float"))
    planes, _ = converted(gpu, image, YuvLayout("nv12", 120, 50))
    check(planes, rgba, "nv12")


def test_a_frame_that_is_held_is_never_written_and_a_free_one_is_used_again(gpu):
    conversion = YuvConversion(gpu, YuvLayout("yuv444p", 2, 2))
    white, black = (upload(gpu, np.full((2, 2, 4), v, np.float32), Spec.square(2, 2)) for v in (1, 0))
    first, second = conversion.convert(white), conversion.convert(black)
    assert first.buffer.read()[:4] == bytes([235] * 4)
    names = {first.buffer.glo, second.buffer.glo}
    assert len(names) == 2
    del first, second
    gc.collect()
    frames = [conversion.convert(white) for _ in range(2)]
    assert {frame.buffer.glo for frame in frames} == names
    del frames
    conversion.release()
    assert not conversion._free


def test_started_conversions_come_back_in_order_while_others_run(gpu):
    layout = YuvLayout("nv12", 4, 4)
    readback = YuvReadback(YuvConversion(gpu, layout, full_range=True))
    tokens, found = [], []
    for level in range(6):
        grey = np.full((4, 4, 4), level / 5, np.float32)
        tokens.append(readback.start(upload(gpu, grey, Spec.square(4, 4, "rgba32float"))))
        if len(tokens) > 2:
            found.append(readback.finish(tokens.pop(0)))
    found += [readback.finish(token) for token in tokens]
    assert [(int(luma[0, 0]), int(chroma[1, 3])) for luma, chroma in found] == [(51 * n, 128) for n in range(6)]
    assert all(plane.flags.writeable for plane in found[0])
    assert len(readback._free) == 3  # two in flight and one being started
    readback.release()


@pytest.mark.parametrize("colour", [Colour(), Colour(9, 16, 9), Colour(matrix=5, full_range=True)])
@pytest.mark.parametrize("name", ["yuv422p", "yuv444p10le", "yuv420p", "nv12"])
def test_the_planes_are_those_of_ffmpegs_scaler(gpu, name, colour):
    """Hardly a step apart, and not to one side, but for its full-range chroma, which it rounds down."""
    y, x = np.mgrid[:48, :64]
    waves = [127 + 100 * np.sin(x / 9), 127 + 100 * np.cos(y / 7 + x / 11), 127 + 100 * np.sin((x + y) / 13)]
    rgba = np.stack([*waves, np.full_like(waves[0], 255)], -1).astype(np.uint8)
    image = upload(gpu, rgba, Spec.square(64, 48))
    planes, _ = converted(gpu, image, YuvLayout(name, 64, 48), matrix=colour.matrix, full_range=colour.full_range)
    theirs = Converter(64, 48, name, colour).picture(rgba, 0, Fraction(1))
    for number, (plane, other) in enumerate(zip(planes, theirs.planes, strict=True)):
        rows = np.frombuffer(bytes(other), np.uint8).reshape(-1, other.line_size).view(plane.dtype)
        difference = plane.astype(int) - rows[: plane.shape[0], : plane.shape[1]]
        biased = colour.full_range and number > 0
        assert np.abs(difference).max() <= (2 if biased else 1)
        assert abs(difference.mean() - 0.5 * biased) < 0.05
