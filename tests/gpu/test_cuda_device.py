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


def free_memory(cuda):
    """Bytes of the device that nobody has; others on it may take some at any moment."""
    from cuda.bindings import runtime

    with cuda._device():
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


def test_a_stream_object_is_as_good_as_its_handle(gpu):
    cupy = pytest.importorskip("cupy")
    stream = cupy.cuda.Stream(non_blocking=True)
    image = picture(gpu, "rgba32float")
    for each in (stream, stream.ptr) if hasattr(stream, "__cuda_stream__") else (stream.ptr,):
        memory = cuda_memory(image, each)
        with stream:
            assert np.array_equal(cupy.asnumpy(cupy.from_dlpack(memory)), read_raw(image))


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
    before = free_memory(cuda)
    for _ in range(10_000):
        frame()
    cuda.wait(cuda.stream)
    assert before - free_memory(cuda) < 1 << 20
    conversion.release()


def test_textures_that_come_and_go_are_unregistered(gpu):
    cuda = cuda_of(gpu)

    def come_and_go():
        for width in range(100, 300):
            cuda_memory(picture(gpu, width=width))
        gpu.pool.clear()
        for _ in range(200):
            cuda.frame()
        gpu.ctx.finish()
        return free_memory(cuda)

    gpu.pool.clear()
    before = len(cuda._registered)
    first = come_and_go()  # the driver keeps some memory for the next textures
    for _ in range(4):
        last = come_and_go()
    assert len(cuda._registered) == before
    assert first - last < 8 << 20


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


@pytest.mark.parametrize(
    ("fault", "said"),
    [(lambda memory: 4096, "which nobody has freed"), (lambda memory: memory.ptr + memory.size, None)],
)
def test_what_is_no_cuda_memory_is_refused_and_the_gpu_goes_on(fast, fault, said):
    """Behind the picture there may be other memory of the device: then it is copied, and nothing breaks."""
    noise, script = fast.noiseTOP(resolution=(64, 64)), fast.scriptTOP()

    def onCook(op):
        memory = noise.cudaMemory()
        op.copyCUDAMemory(fault(memory), memory.size, memory.shape)

    script.par.callbacks.eval().bind(onCook=onCook)
    script.cook()
    assert said is None or said in script.errors()
    assert np.array_equal(found_in(noise.cudaMemory()), read_raw(noise.image()))


def found_in(memory):
    return np.frombuffer(on_cpu(Gpu.shared().cuda, memory.ptr, memory.size), memory.shape.dtype).reshape(memory.lengths)


def test_nvdec_decodes_what_the_cpu_decodes(fast, tmp_path):
    """H.264 leaves a decoder no choice."""
    from media.test_moviesource import H264, encode, number

    from tdlite.media.moviesource import Movie

    path = str(encode(tmp_path / "a.mp4", *H264))
    by_gpu, by_cpu = Movie(path, hardware=True), Movie(path)
    if not by_gpu.hardware:
        pytest.skip(by_gpu.warnings[0])
    for index in (0, 31, 7, by_cpu.count - 1):
        here, there = by_gpu.picture(index), by_cpu.picture(index)
        assert np.array_equal(here.planes[0], there.planes[0])
        assert number(here) == index
    by_gpu.close()
    by_cpu.close()
    shown = [fast.moviefileinTOP(file=path, hwdecode=on) for on in (True, False)]
    fast.frames(12, pull=shown)
    assert [top.warnings() for top in shown] == ["", ""]
    assert np.abs(np.subtract(*(top.numpyArray() for top in shown))).max() <= 1.01 / 255


@pytest.mark.parametrize(("suffix", "bound"), [(".jpg", 12), (".jp2", 0)])
def test_stills_are_encoded_where_the_pictures_are(gpu, tmp_path, suffix, bound):
    """A smooth picture at the best quality: JPEG 2000 without loss, JPEG nearly."""
    from PIL import Image as Pillow

    from tdlite.media.gpustills import CHANNELS, gpu_stills
    from tdlite.ops.gpustill import GpuStill

    if gpu_stills(cuda_of(gpu).ordinal) is None:
        pytest.skip("nvImageCodec is not installed")
    ramp = np.add.outer(np.arange(35), np.arange(61))
    array = np.dstack([ramp, 2 * ramp, 255 - ramp, np.full_like(ramp, 255)]).astype(np.uint8)
    still = GpuStill()
    made = still.file(upload(gpu, array, Spec.square(61, 35)), f"a{suffix}", 1)
    still.release()
    assert still.problem == ""
    (tmp_path / f"a{suffix}").write_bytes(made)
    shown = np.asarray(Pillow.open(tmp_path / f"a{suffix}")).astype(int)
    assert np.abs(shown - array[::-1, :, : CHANNELS[suffix]]).max() <= bound
