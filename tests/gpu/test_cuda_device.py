"""CUDA itself, on a machine that has it: pictures both ways, exactly, for many frames. Run: pytest -m gpu"""

from __future__ import annotations

import numpy as np
import pytest

import tdlite as td
from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import cuda_of
from tdlite.gpu.cudamemory import cuda_memory
from tdlite.gpu.devices import egl_devices
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Spec
from tdlite.gpu.readback import read_raw
from tdlite.gpu.upload import upload
from tdlite.gpu.yuv import YuvConversion, YuvReadback
from tdlite.gpu.yuvlayout import NAMES, YuvLayout

pytestmark = pytest.mark.gpu


def on_cpu(cuda, address, nbytes, stream=0):
    """Bytes of CUDA memory, after the work in a stream."""
    from cuda.bindings import runtime

    cuda.wait(stream)
    found = np.empty(nbytes, np.uint8)
    (status,) = runtime.cudaMemcpy(found.ctypes.data, address, nbytes, runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost)
    assert int(status) == 0, status
    return found


def free_memory():
    from cuda.bindings import runtime

    status, free, _ = runtime.cudaMemGetInfo()
    assert int(status) == 0
    return free


def picture(gpu, format="rgba8fixed", width=61, height=35, seed=0):
    array = np.random.default_rng(seed).random((height, width, 4), np.float32)
    return upload(gpu, array, Spec.square(width, height, format))


def stored(image):
    raw = read_raw(image)
    return np.dstack([raw, np.ones_like(raw[..., :1])]) if image.spec.format == "rgba11float" else raw


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_comes_to_cuda_bit_by_bit(gpu, format):
    image = picture(gpu, format)
    memory = cuda_memory(image)
    found = on_cpu(gpu.cuda, memory.ptr, memory.size)
    assert found.tobytes() == stored(image).tobytes()


@pytest.mark.parametrize("own", [False, True])
def test_a_float_top_in_cuda_is_its_numpy_array(fast, own):
    noise = fast.noiseTOP(resolution=(320, 180), format="rgba32float", mono=False)
    stream = cuda_of(Gpu.shared()).stream if own else 0
    memory = noise.cudaMemory(stream=stream)
    found = on_cpu(Gpu.shared().cuda, memory.ptr, memory.size, stream)
    assert found.tobytes() == noise.numpyArray().tobytes()


@pytest.mark.parametrize("format", ["rgba8fixed", "rgba16float", "rgba32float", "mono16fixed", "rg8fixed"])
def test_a_picture_that_goes_to_cuda_and_back_stays_what_it_is(fast, format):
    noise = fast.noiseTOP(resolution=(333, 77), format=format, mono=False)
    script = fast.scriptTOP(inputs=[noise])

    def onCook(op):
        memory = op.inputs[0].cudaMemory()
        op.copyCUDAMemory(memory.ptr, memory.size, memory.shape)

    script.par.callbacks.eval().bind(onCook=onCook)
    assert np.array_equal(script.numpyArray(), noise.numpyArray())
    assert script.pixelFormatName == format


def test_ten_thousand_frames_leave_no_memory_behind(gpu):
    image = picture(gpu, width=640, height=360)
    conversion = YuvConversion(gpu, YuvLayout("nv12", 640, 360))
    cuda = cuda_of(gpu)

    def frame():
        memory = cuda_memory(image, cuda.stream)
        planes = conversion.convert(image)
        with cuda.mapped_buffer(planes.buffer, cuda.stream) as (address, size):
            cuda.copy(memory.ptr, address, size, cuda.stream)
        gpu.frame()

    for _ in range(200):
        frame()
    cuda.wait(cuda.stream)
    before = free_memory()
    for _ in range(10_000):
        frame()
    cuda.wait(cuda.stream)
    assert before - free_memory() < 1 << 20
    conversion.release()


def test_textures_that_come_and_go_are_unregistered(gpu):
    cuda = cuda_of(gpu)
    cuda_memory(picture(gpu))
    gpu.pool.clear()
    before, free = len(cuda._registered), free_memory()
    for width in range(100, 300):
        cuda_memory(picture(gpu, width=width))
    gpu.pool.clear()
    assert len(cuda._registered) == before
    for _ in range(200):
        cuda.frame()
    assert free - free_memory() < 8 << 20


def test_gl_and_cuda_mean_the_same_device(gpu):
    ordinal = egl_devices()[gpu.index].cuda_ordinal
    assert ordinal is not None
    assert cuda_of(gpu).ordinal == ordinal
    assert Gpu.shared(ordinal) is gpu


@pytest.mark.parametrize("name", NAMES)
def test_converted_planes_are_the_same_through_cuda_and_through_the_readback(gpu, name):
    image = picture(gpu, "rgba16float", 126, 34)
    conversion = YuvConversion(gpu, YuvLayout(name, 126, 34, 256))
    frame = conversion.convert(image)
    cuda = cuda_of(gpu)
    with cuda.mapped_buffer(frame.buffer, cuda.stream) as (address, _):
        data = on_cpu(cuda, address, conversion.layout.nbytes, cuda.stream)
    readback = YuvReadback(conversion)
    for here, there in zip(conversion.layout.views(data), readback.finish(readback.start(image)), strict=True):
        assert np.array_equal(here, there)


def test_what_is_drawn_after_the_copy_does_not_come_into_it(gpu):
    """The texture is drawn over at once: CUDA's copy comes first, nobody waits."""
    cuda = cuda_of(gpu)
    memories = []
    for level in range(50):
        grey = np.full((512, 512, 4), level, np.uint8)
        memories.append(cuda_memory(upload(gpu, grey, Spec.square(512, 512)), cuda.stream))
    for level, memory in enumerate(memories):
        assert (on_cpu(cuda, memory.ptr, memory.size, cuda.stream) == level).all()


def test_cupy_takes_it(gpu):
    cupy = pytest.importorskip("cupy")
    image = picture(gpu, "rgba16float")
    for take in (cupy.asarray, cupy.from_dlpack):
        assert np.array_equal(cupy.asnumpy(take(cuda_memory(image))), read_raw(image))


def test_torch_takes_it(gpu):
    torch = pytest.importorskip("torch")
    image = picture(gpu, "rgba32float")
    for take in (lambda memory: torch.as_tensor(memory, device="cuda"), torch.from_dlpack):
        assert np.array_equal(take(cuda_memory(image)).cpu().numpy(), read_raw(image))


def test_a_torch_tensor_becomes_a_top(fast):
    torch = pytest.importorskip("torch")
    tensor = torch.rand((35, 61, 3), device="cuda")
    script = fast.scriptTOP()

    def onCook(op):
        shape = td.CUDAMemoryShape(61, 35, 3, np.float32)
        op.copyCUDAMemory(tensor.data_ptr(), tensor.nbytes, shape, torch.cuda.current_stream().cuda_stream)

    script.par.callbacks.eval().bind(onCook=onCook)
    assert np.array_equal(script.numpyArray()[..., :3], tensor.cpu().numpy())
