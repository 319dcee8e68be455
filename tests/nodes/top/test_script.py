"""Script TOP: arrays, files and CUDA memory in, when it cooks, its own parameters, and its errors."""

import ctypes
import io
import threading

import numpy as np
import pytest
from fakecuda import played
from PIL import Image

import tdlite as td
from tdlite.ops.top import gpu_of


def scripted(net, text="", **pars):
    """A Script TOP with this text in its DAT, or with functions bound to it."""
    functions = {name: pars.pop(name) for name in list(pars) if name.startswith("on")}
    op = net.scriptTOP(**pars)
    dat = op.par.callbacks.eval()
    dat.text = "import numpy as np\n" + text
    dat.bind(**functions)
    return op


def showing(net, array, **pars):
    return scripted(net, onCook=lambda op: op.copyNumpyArray(array), **pars)


RANDOM = np.random.default_rng(2)


# -- arrays


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
def test_an_array_becomes_the_picture_at_its_own_size_and_in_its_own_format(net, dtype, channels):
    numbers = RANDOM.random((3, 5, channels))
    most = np.iinfo(dtype).max if dtype.startswith("u") else 1
    array = (numbers * most).astype(dtype)
    op = showing(net, array)
    picture = op.numpyArray()
    values = array.astype(np.float64) / most
    assert picture.shape == (3, 5, 4)
    if channels == 1:
        values = np.repeat(values, 3, 2)
    kept = values.shape[2]
    np.testing.assert_allclose(picture[..., :kept], values, rtol=1e-6)
    assert (picture[..., kept:3] == 0).all()
    assert kept == 4 or (picture[..., 3] == 1).all()
    assert (op.width, op.height) == (5, 3)
    token = ("mono", "rg", "rgb" if "float" in dtype else "rgba", "rgba")[channels - 1]
    depth = {"uint8": "8fixed", "uint16": "16fixed", "float16": "16float", "float32": "32float"}[dtype]
    assert op.pixelFormatName == token + depth


def test_the_common_page_resamples_and_converts_it(net):
    array = np.zeros((2, 2, 4), np.float32)
    array[0] = 1
    op = showing(net, array, resolution=(8, 8), format="rgba8fixed", inputfiltertype="nearest")
    picture = op.numpyArray()
    assert op.pixelFormatName == "rgba8fixed"
    assert (picture[:4] == 1).all()
    assert (picture[4:] == 0).all()


def test_slices_make_a_texture_array_or_a_3d_texture(net):
    array = RANDOM.random((4, 3, 5, 4)).astype(np.float32)
    op = showing(net, array)
    assert np.array_equal(op.numpyArray(), array)
    assert op.spec.kind == "texture2darray"
    solid = scripted(net, onCook=lambda op: op.copyNumpyArray(array, is3D=True))
    assert solid.depth == 4
    assert solid.spec.kind == "texture3d"


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((4, 4), np.uint8), r"not \[4, 4\].*array\[\.\.\., None\]"),
        (np.zeros((4, 4, 5), np.uint8), "5 channels of uint8"),
        (np.zeros((4, 4, 4)), r"float64.*uint8, uint16, float16, float32 are; array.astype\('float32'\) is one"),
        (np.zeros((4, 4, 3), int), r"int64.*'float32'\) is one if 1 is white, array.astype\('uint8'\) if 255 is"),
        (np.zeros((4, 4, 3), bool), r"bool.*array.astype\('float32'\) is one"),
        (np.zeros((2, 40_000, 1), np.uint8), "40000×2"),
        (np.zeros((0, 4, 4), np.uint8), r"\[0, 4, 4\]"),
        ("a picture", r"not \[\]"),
    ],
)
def test_what_is_no_picture_is_an_error_that_says_what_is(net, array, said):
    op = showing(net, array)
    op.cook()
    with pytest.raises(td.CookError, match=said):
        op.numpyArray()
    assert "copyNumpyArray()" in op.errors()


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "f2", ">f2", "f4", ">f4"])
@pytest.mark.parametrize(
    "view",
    [
        lambda array: array[::-1],
        lambda array: array[:, ::-1, :3],
        lambda array: array[..., 2:0:-1],
        lambda array: array[::2, 1::3],
        lambda array: array.transpose(1, 0, 2),
        lambda array: np.asfortranarray(array),
        lambda array: np.broadcast_to(array[:1, :, :1], array.shape),  # which cannot be written
    ],
)
def test_an_array_may_lie_in_memory_as_it_likes(fast, dtype, view):
    most = np.iinfo(dtype).max if "u" in dtype else 1
    array = view((RANDOM.random((6, 8, 4)) * most).astype(dtype))
    picture = showing(fast, array).numpyArray()
    expected = array.astype(np.float64) / most
    np.testing.assert_allclose(picture[..., : array.shape[2]], expected, rtol=1e-6)
    assert picture.shape == (*array.shape[:2], 4)


class OfCuda:
    """An array of cupy, as far as it says where it is."""

    __cuda_array_interface__ = {"shape": (2, 2, 4), "typestr": "|u1", "data": (4096, False), "version": 3}

    def __array__(self, *_, **__):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")


def test_an_array_in_cudas_memory_is_sent_the_other_way(net):
    op = showing(net, OfCuda())
    with pytest.raises(td.CookError, match=r"this one is in CUDA's: copyCUDAMemory\(\) shows it"):
        op.numpyArray()


def test_a_picture_put_in_by_another_thread_is_refused_in_a_sentence(net):
    op, said = net.scriptTOP(modoutsidecook=True), []

    def work():
        try:
            op.copyNumpyArray(np.zeros((2, 2, 4), np.uint8))
        except td.OpError as error:
            said.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "another thread" in said[0]
    assert "project.post" in said[0]


def test_inputs_are_read_in_the_callback_and_cook_it_again(fast):
    source = fast.constantTOP(colorr=0.25, colorg=0.5, colorb=1, alpha=1, resolution=(4, 2))
    op = scripted(
        fast,
        "def onCook(scriptOp):\n    scriptOp.copyNumpyArray(1 - scriptOp.inputs[0].numpyArray())",
        inputs=[source],
    )
    fast.frames(3, pull=[op])
    assert fast.cooked.count(op.path) == 1
    assert op.numpyArray()[0, 0].tolist() == pytest.approx([0.75, 0.5, 0, 0], abs=1 / 255)
    source.par.colorr = 1
    fast.frames(3, pull=[op])
    assert fast.cooked.count(op.path) == 2
    assert op.numpyArray()[0, 0, 0] == 0


def test_until_something_is_put_in_it_is_black_and_says_so(net):
    op = scripted(net, "def onCook(scriptOp):\n    pass", resolution=(6, 4))
    assert op.numpyArray().shape == (4, 6, 4)
    assert not op.numpyArray().any()
    assert "onCook" in op.warnings()
    assert op.errors() == ""


def test_a_cook_that_puts_nothing_in_keeps_the_last_picture(net):
    op = scripted(
        net,
        "def onCook(scriptOp):\n    if absTime.frame % 2:\n"
        "        scriptOp.copyNumpyArray(np.full((1, 1, 1), absTime.frame, 'float32'))",
    )
    seen = []
    for _ in range(4):
        net.run(frames=1)
        seen.append(float(op.numpyArray()[0, 0, 0]))
    assert seen == [1, 1, 3, 3]


# -- when it cooks


def counting(net, level, **pars):
    calls = []

    def onCook(op):
        calls.append(op.project.frame)
        op.copyNumpyArray(np.zeros((1, 1, 4), np.uint8))

    return scripted(net, onCook=onCook, onGetCookLevel=lambda op: level, **pars), calls


@pytest.mark.parametrize(
    ("level", "unused", "used"),
    [
        (td.CookLevel.AUTOMATIC, [], [4]),
        (td.CookLevel.ON_CHANGE, [1], [1]),
        (td.CookLevel.WHEN_USED, [], [4, 5, 6]),
        (td.CookLevel.ALWAYS, [1, 2, 3], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_the_cook_level_says_whether_it_waits_for_a_change_and_for_a_use(fast, level, unused, used):
    op, calls = counting(fast, level)
    fast.run(frames=3)
    assert calls == unused
    fast.frames(3, pull=[op])
    assert calls == used


def test_on_change_follows_its_inputs_without_being_used(fast):
    source = fast.constantTOP(resolution=(2, 2))
    _, calls = counting(fast, td.CookLevel.ON_CHANGE, inputs=[source])
    fast.run(frames=2)
    source.par.colorr = 0.5
    fast.run(frames=2)
    assert calls == [1, 3]


def test_another_answer_than_a_cook_level_is_an_error(net):
    op, _ = counting(net, "always")
    op.cook()
    assert "onGetCookLevel returned 'always'; return one of CookLevel.AUTOMATIC" in op.errors()


def test_callbacks_are_called_once_a_cook_also_in_a_checked_project(net):
    op, calls = counting(net, td.CookLevel.WHEN_USED)
    net.frames(3, pull=[op])
    assert calls == [1, 2, 3]


def test_the_cook_levels_are_known_in_callbacks(fast):
    text = "def onGetCookLevel(scriptOp):\n    return CookLevel.ALWAYS\n\n"
    op = scripted(fast, text + "def onCook(scriptOp):\n    scriptOp.copyNumpyArray(np.zeros((1, 1, 4), 'uint8'))")
    fast.run(frames=2)
    assert op.errors() == ""
    assert fast.cooked.count(op.path) == 2


# -- its own parameters


def test_setup_makes_parameters_that_cook_it_and_pulses_call_back(net):
    op = scripted(
        net,
        """
def onSetupParameters(scriptOp):
    page = scriptOp.appendCustomPage('Mine')
    page.appendFloat('Level')
    page.appendPulse('Flash')

def onPulse(par):
    par.owner.store('flashed', par.name)

def onCook(scriptOp):
    scriptOp.copyNumpyArray(np.full((1, 1, 1), scriptOp.par.Level.eval() if scriptOp.customPars else 9, 'float32'))
""",
    )
    assert op.numpyArray()[0, 0, 0] == 9
    op.par.setuppars.pulse()
    assert [page.name for page in op.customPages] == ["Mine"]
    op.par.Level = 0.5
    assert op.numpyArray()[0, 0, 0] == 0.5
    op.par.Flash.pulse()
    assert op.fetch("flashed") == "Flash"
    copy = op.parent().copy(op)
    assert copy.par.Level == 0.5
    assert op.destroyCustomPars() == 2
    assert op.customPages == []


# -- from outside


def test_from_outside_it_takes_pictures_only_when_told_so(net):
    op = scripted(net)
    array = np.full((2, 2, 4), 255, np.uint8)
    with pytest.raises(td.OpError, match="modoutsidecook"):
        op.copyNumpyArray(array)
    op.par.modoutsidecook = True
    assert not op.numpyArray().any()
    op.copyNumpyArray(array)
    assert op.numpyArray().shape == (2, 2, 4)
    assert op.numpyArray().all()


# -- files


def test_the_bytes_of_an_image_file_are_shown(net):
    pixels = RANDOM.integers(0, 256, (3, 4, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    op = scripted(net, onCook=lambda op: op.loadByteArray(".png", file.getvalue()))
    np.testing.assert_allclose(op.numpyArray()[::-1, :, :3] * 255, pixels, atol=1e-3)


@pytest.mark.parametrize(("data", "said"), [(b"nothing", r"7 bytes are no \.png"), (b"\x89PNG\r\n\x1a\nxx", "damaged")])
def test_bytes_that_are_no_image_are_an_error(net, data, said):
    op = scripted(net, onCook=lambda op: op.loadByteArray(".png", data))
    with pytest.raises(td.CookError, match=said):
        op.numpyArray()


# -- CUDA


@pytest.fixture
def cuda(net):
    """A CUDA of the CPU's memory."""
    with played(gpu_of(net)) as fake:
        yield fake
        net.close()
    assert fake.registered == []


def test_a_picture_goes_to_cuda_and_comes_back_the_same(net, cuda):
    source = net.noiseTOP(resolution=(7, 5), format="rgba16float", mono=False)

    def onCook(op):
        memory = op.inputs[0].cudaMemory()
        op.copyCUDAMemory(memory.ptr, memory.size, memory.shape)

    op = scripted(net, onCook=onCook, inputs=[source])
    assert np.array_equal(op.numpyArray(), source.numpyArray())
    assert op.pixelFormatName == "rgba16float"


@pytest.mark.parametrize(("dtype", "channels"), [("uint8", 3), ("uint16", 2), ("float32", 1), ("float16", 4)])
def test_cuda_memory_is_read_by_its_shape_in_the_stream_that_is_named(net, cuda, dtype, channels):
    array = (RANDOM.random((3, 5, channels)) * 100).astype(dtype)
    text = (
        "def onCook(scriptOp):\n    shape = CUDAMemoryShape()\n    shape.width, shape.height = 5, 3\n"
        f"    shape.numComps, shape.dataType = {channels}, np.{dtype}\n"
        f"    scriptOp.copyCUDAMemory({cuda.hold(array.tobytes())}, {array.nbytes}, shape, stream=7)"
    )
    op = scripted(net, text)
    assert np.array_equal(op.numpyArray(), showing(net, array).numpyArray())
    assert cuda.log == ["register buffer", "map 7", "copy 7", "unmap 7"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("a", 60), r"takes an address and a number of bytes: tensor.data_ptr\(\) and tensor.nbytes in PyTorch.*'a'"),
        ((1.5, 60), "not 1.5 and 60"),
        ((4096, 60, None), "the shape must have dataType, height, numComps, width"),
        ((4096, 60, td.CUDAMemoryShape(5, 3, 4, "torch.float32")), r"a shape has numbers and a numpy type"),
        ((4096, 60, td.CUDAMemoryShape(5, "three", 4)), r"a shape has numbers and a numpy type"),
        ((4096, 480, td.CUDAMemoryShape(5, 3, 4, np.float64)), "float64"),
        ((4096, 60, td.CUDAMemoryShape(5, 3, 4), "left"), "'left' is no CUDA stream: give its handle"),
        (
            (4096, 60, td.CUDAMemoryShape(5, 3, 4)),
            "are there 60 bytes of CUDA memory at 0x1000, which nobody has freed",
        ),
    ],
)
def test_what_is_no_cuda_memory_is_an_error_that_says_what_is(net, cuda, given, said):
    arguments = given if len(given) > 2 else (*given, td.CUDAMemoryShape(5, 3, 4))
    op = scripted(net, onCook=lambda op: op.copyCUDAMemory(*arguments))
    with pytest.raises(td.CookError, match=said):
        op.numpyArray()
    assert not cuda.mapped
    assert not [each for each in cuda.log if each.startswith("copy")]


def test_memory_freed_before_the_next_cook_is_an_error_then_and_the_next_memory_is_shown(net, cuda):
    array = (RANDOM.random((3, 5, 4)) * 100).astype(np.uint8)
    addresses = [cuda.hold(array.tobytes())]
    op = scripted(
        net,
        onCook=lambda op: op.copyCUDAMemory(addresses[-1], 60, td.CUDAMemoryShape(5, 3, 4)),
        onGetCookLevel=lambda op: td.CookLevel.WHEN_USED,
    )
    net.frames(1, pull=[op])
    assert np.array_equal(op.numpyArray(), showing(net, array).numpyArray())
    cuda.cudaFree(addresses[-1])
    net.frames(1, pull=[op])
    assert "which nobody has freed" in op.errors()
    addresses.append(cuda.hold(array.tobytes()))
    net.frames(1, pull=[op])
    assert op.errors() == ""
    assert np.array_equal(op.numpyArray(), showing(net, array).numpyArray())


def test_cuda_memory_can_be_asked_for_twice_and_outlives_its_project(net, cuda):
    constant = net.constantTOP(resolution=(4, 2), colorg=0, colorb=0, format="rgba8fixed")
    first, second = constant.cudaMemory(), constant.cudaMemory()
    assert first.ptr != second.ptr
    net.close()
    said = first.__cuda_array_interface__
    assert bytes((ctypes.c_uint8 * first.size).from_address(said["data"][0])) == bytes([255, 0, 0, 255] * 8)


def test_a_shape_that_does_not_fit_copies_nothing(net, cuda):
    op = scripted(net, onCook=lambda op: op.copyCUDAMemory(4096, 10, td.CUDAMemoryShape(5, 3, 4, np.uint8)))
    with pytest.raises(td.CookError, match=r"copyCUDAMemory\(\): .*takes 60 bytes; there are 10"):
        op.numpyArray()
    assert cuda.log == []


def test_without_cuda_the_error_says_why(net):
    if "NVIDIA" in gpu_of(net).vendor:
        pytest.skip("this GPU has CUDA")
    op = scripted(net, onCook=lambda op: op.copyCUDAMemory(4096, 60, td.CUDAMemoryShape(5, 3, 4)))
    with pytest.raises(td.CookError, match=r"copyCUDAMemory\(\): .*OpenGL"):
        op.numpyArray()


# -- errors


def test_an_error_in_the_callback_is_on_the_operator_with_its_line_and_goes_with_it(net):
    op = scripted(net, "def onCook(scriptOp):\n    scriptOp.copyNumpyArray(nothing)")
    after = net.nullTOP(inputs=[op])
    net.frames(1, pull=[after])
    assert op.errors() == "line 3, in onCook: NameError: name 'nothing' is not defined"
    assert "script1" in after.errors()
    op.par.callbacks.eval().text = "import numpy\ndef onCook(s):\n    s.copyNumpyArray(numpy.ones((1, 1, 4), 'uint8'))"
    net.frames(1, pull=[after])
    assert op.errors() == after.errors() == ""


def test_a_text_that_does_not_compile_is_an_error_of_both(net):
    op = scripted(net, "def onCook(scriptOp):\n    return (")
    op.cook()
    assert "/script1_callbacks" in op.errors()
    assert "SyntaxError" in op.errors()


def test_an_input_without_a_picture_is_named(net):
    source = net.feedbackTOP()
    op = scripted(net, "def onCook(scriptOp):\n    scriptOp.inputs[0].numpyArray()", inputs=[source])
    op.cook()
    assert "feedback1" in op.errors()


def test_errors_of_the_other_callbacks_are_on_the_operator_too(net):
    op = scripted(net, "def onSetupParameters(scriptOp):\n    scriptOp.appendCustomPage('A').appendFloat('no name')")
    op.par.setuppars.pulse()
    assert "'no name'" in op.scriptErrors()


def test_without_callbacks_it_is_black(net):
    op = net.scriptTOP(callbacks="")
    assert not op.numpyArray().any()
    assert op.errors() == ""
