"""Reading back and uploading: orientation, types, and reading while drawing goes on."""

import threading

import numpy as np
import pytest

from tdlite.gpu import gl
from tdlite.gpu.errors import GpuError
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Spec
from tdlite.gpu.readback import Readback, read, read_raw
from tdlite.gpu.upload import upload

SPEC = Spec.square(5, 3)


def ramp(gpu):
    array = np.arange(3 * 5 * 4, dtype=np.uint8).reshape(3, 5, 4)
    return array, upload(gpu, array, SPEC)


def test_row_zero_is_the_bottom_row(draw, gpu):
    _, image = ramp(gpu)
    lowest = draw("vec4 pixel(vec2 uv) { return input0(vec2(0.1, 0.5 / 3.0)); }", 1, 1, inputs=(image,))
    np.testing.assert_allclose(lowest[0, 0] * 255, (0, 1, 2, 3), atol=1e-4)


def test_what_was_uploaded_is_read_back(gpu):
    array, image = ramp(gpu)
    assert np.array_equal(read_raw(image), array)
    np.testing.assert_allclose(read(image), array / np.float32(255), rtol=1e-6)


def test_raw_values_come_in_the_type_that_is_asked_for(gpu):
    array, image = ramp(gpu)
    assert np.array_equal(read_raw(image, np.uint8), array)
    assert np.array_equal(read_raw(image, np.uint16), array.astype(np.uint16) * 257)
    assert read_raw(image, np.float16).dtype == np.float16
    grey = upload(gpu, array[..., :1], Spec.square(5, 3, "mono8fixed"))
    assert read_raw(grey).shape == (3, 5, 1)
    assert np.array_equal(read_raw(grey, np.uint8), np.dstack([array[..., :1]] * 3 + [np.full((3, 5, 1), 255, "u1")]))


@pytest.mark.parametrize(
    ("channels", "wanted"), [(1, (1, 1, 1, 1)), (2, (1, 2, 0, 1)), (3, (1, 2, 3, 1)), (4, (1, 2, 3, 4))]
)
def test_missing_channels_are_filled_in(gpu, channels, wanted):
    array = np.arange(1, channels + 1, dtype=np.float64)[None, None]
    assert read(upload(gpu, array, Spec.square(1, 1, "rgba32float"))).tolist() == [[list(wanted)]]


def test_integers_count_as_fractions_of_their_range(gpu):
    array = np.array([[[0], [65535]]], np.uint16)
    assert read(upload(gpu, array, Spec.square(2, 1, "mono32float")))[0, :, 0].tolist() == [0, 1]


def test_a_wrong_shape_is_refused(gpu):
    with pytest.raises(GpuError, match=r"\(3, 5\).*5×3"):
        upload(gpu, np.zeros((3, 5)), SPEC)
    with pytest.raises(GpuError, match="5×3"):
        upload(gpu, np.zeros((5, 3, 4)), SPEC)


@pytest.mark.parametrize("software", [True, False])
def test_a_started_read_gives_the_image_of_its_start(gpu, monkeypatch, software):
    monkeypatch.setattr(gpu, "software", software)
    readback = Readback(gpu)
    tokens, arrays = [], []
    for i in range(6):
        array = np.full((3, 5, 4), i, np.uint8)
        tokens.append(readback.start(upload(gpu, array, SPEC)))
        if len(tokens) > 2:
            arrays.append(readback.finish(tokens.pop(0)))
    arrays += [readback.finish(token, np.uint8) for token in tokens]
    assert [array[0, 0, 0] for array in arrays] == list(range(6))
    readback.release()


def test_started_reads_lie_in_memory_from_the_top_and_in_the_same_memory_again(gpu):
    array, image = ramp(gpu)
    readback = Readback(gpu)

    def found():
        return readback.finish(readback.start(image))

    first, second = found(), found()
    assert np.array_equal(first, array)
    assert first[::-1].flags.c_contiguous
    assert not np.shares_memory(first, second)
    address = first.ctypes.data
    del first
    assert found().ctypes.data == address
    assert np.array_equal(read_raw(image), array), "other reads are as before"


@pytest.mark.parametrize("software", [True, False])
def test_what_a_read_gave_stays_while_others_are_made(gpu, monkeypatch, software):
    monkeypatch.setattr(gpu, "software", software)
    readback, found = Readback(gpu), []
    for i in range(6):
        image = upload(gpu, np.full((3, 5, 4), i, np.uint8), SPEC)
        found.append(readback.finish(readback.start(image))[1:])
        found[::2] = [each.copy() for each in found[::2]]
    assert [np.unique(each).tolist() for each in found] == [[i] for i in range(6)]
    readback.release()


def test_started_reads_use_three_buffers_for_two_in_flight(gpu, monkeypatch):
    monkeypatch.setattr(gpu, "software", False)
    readback, made = Readback(gpu), []
    mapped = gl.mapped_buffer
    monkeypatch.setattr(gl, "mapped_buffer", lambda nbytes: made.append(nbytes) or mapped(nbytes))
    _, image = ramp(gpu)
    tokens = []
    for _ in range(10):
        tokens.append(readback.start(image))
        if len(tokens) > 2:
            readback.finish(tokens.pop(0))
    assert made == [5 * 3 * 4] * 3


@pytest.mark.parametrize("software", [True, False])
@pytest.mark.parametrize("format", FORMATS)
def test_a_read_that_is_started_gives_what_is_stored(gpu, monkeypatch, format, software):
    monkeypatch.setattr(gpu, "software", software)
    array = np.random.default_rng(3).random((3, 5, 4), np.float32)
    image, readback = upload(gpu, array, Spec.square(5, 3, format)), Readback(gpu)
    assert np.array_equal(readback.finish(readback.start(image)), read_raw(image))
    readback.release()


def test_the_gpu_belongs_to_one_thread(gpu):
    _, image = ramp(gpu)
    caught = []

    def elsewhere():
        try:
            read(image)
        except GpuError as error:
            caught.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "another thread" in caught[0]
