"""CUDA beside GL: what is said without it, and with a stand-in for it, order, content, leaks and protocols."""

import ctypes
import gc
import sys
import threading
import weakref
from enum import IntEnum

import numpy as np
import pytest
from fakecuda import FakeCuda, Handle, cudaError_t, played

from tdlite.gpu import dlpack
from tdlite.gpu.arrays import format_of, image_from_buffer
from tdlite.gpu.cuda import Cuda, cuda_of, stream_handle
from tdlite.gpu.cudamemory import CudaBuffer, CUDAMemoryShape, check_shape, cuda_memory
from tdlite.gpu.devices import loads
from tdlite.gpu.errors import CudaError, GpuError
from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Spec
from tdlite.gpu.readback import read, read_raw
from tdlite.gpu.upload import upload
from tdlite.gpu.yuv import YuvConversion
from tdlite.gpu.yuvlayout import YuvLayout


@pytest.fixture
def fake(gpu):
    """A CUDA of the CPU's memory on this GPU; no registration may outlive its GL object."""
    with played(gpu) as runtime:
        yield runtime


def held(memory):
    """What lies in CUDA memory, as numpy reads it through the array's own description."""
    said = memory.__cuda_array_interface__
    data = (ctypes.c_uint8 * memory.size).from_address(said["data"][0])
    return np.ndarray(said["shape"], said["typestr"], bytearray(data), 0, said["strides"])


def picture(gpu, format="rgba8fixed", width=5, height=3, seed=0):
    array = np.random.default_rng(seed).random((height, width, 4), np.float32)
    return upload(gpu, array, Spec.square(width, height, format))


# -- without CUDA


@pytest.mark.skipif("cuda.bindings.runtime" in sys.modules, reason="cuda-bindings is loaded")
def test_without_an_nvidia_gpu_the_reason_is_a_sentence(gpu):
    if "NVIDIA" in gpu.vendor:
        pytest.skip("this GPU has CUDA")
    with pytest.raises(CudaError, match=r"CUDA shares memory only with an NVIDIA GPU, and OpenGL runs on .*|software"):
        cuda_memory(picture(gpu))
    assert gpu.cuda is None


def test_without_cuda_bindings_the_reason_is_a_sentence(gpu, monkeypatch):
    monkeypatch.setattr(gpu, "vendor", "NVIDIA Corporation")
    monkeypatch.setitem(sys.modules, "cuda.bindings", None)
    with pytest.raises(CudaError, match=r"without cuda-bindings.*pip install 'tdlite\[nvidia\]'"):
        cuda_of(gpu)


@pytest.mark.parametrize(
    ("broken", "devices", "said"),
    [
        (cudaError_t.cudaErrorOperatingSystem, [0], r"driver says .*cudaErrorOperatingSystem\).*MIG slice"),
        (cudaError_t.cudaSuccess, [], "CUDA_VISIBLE_DEVICES"),
    ],
)
def test_a_gpu_that_cuda_does_not_know_is_explained(gpu, broken, devices, said):
    runtime = FakeCuda()
    runtime.broken, runtime.devices = broken, devices
    with pytest.raises(CudaError, match=said):
        Cuda(gpu, runtime)


# -- the real cuda-bindings, without a driver behind it


def test_the_real_package_takes_our_calls_and_answers_with_as_many_values(fake, gpu):
    """No driver, no deed: it looks at the arguments, and answers that the driver is too old."""
    real = pytest.importorskip("cuda.bindings.runtime")
    if loads("libcuda.so.1"):
        pytest.skip("a driver would do what these calls ask for")
    gpu.cuda.order(gpu.cuda.stream, 0)
    way = CudaBuffer(gpu)
    memory = cuda_memory(picture(gpu, "rgba16float"), gpu.cuda.stream)
    way.image(memory.ptr, memory.size, memory.shape, gpu.cuda.stream)
    way.release()
    gpu.cuda.wait()
    fake.device = 1
    gpu.cuda.copy(memory.ptr, memory.ptr, 4)
    del memory
    gc.collect()
    gpu.pool.clear()
    for _ in range(200):
        gpu.cuda.frame()
    handles = {
        "Event": real.cudaEvent_t,
        "Resource": real.cudaGraphicsResource_t,
        "Mapped": real.cudaGraphicsResource_t,
    }

    def taken(name, argument):
        if isinstance(argument, IntEnum):
            return getattr(real, type(argument).__name__)(int(argument))
        if not isinstance(argument, Handle):
            return argument
        kind = real.cudaArray_t if "FromArray" in name else next(k for word, k in handles.items() if word in name)
        return kind(int(argument))

    assert {name for name, _, _ in fake.called} >= {
        name for name in dir(FakeCuda) if name.startswith("cuda") and not isinstance(getattr(FakeCuda, name), type)
    } - {"cudaGLGetDevices", "cudaGetErrorString"}
    fake.called.append(("cudaGLGetDevices", (8, fake.cudaGLDeviceList.cudaGLDeviceListAll), 3))
    for name, arguments, values in fake.called:
        answer = getattr(real, name)(*(taken(name, each) for each in arguments))
        assert answer[0] == real.cudaError_t.cudaErrorInsufficientDriver, name
        assert len(answer) == values, name
    assert real.cudaGetErrorString(answer[0])[1].startswith(b"CUDA driver version")
    for each in cudaError_t:
        assert real.cudaError_t(int(each)).name == each.name


def test_the_real_package_without_a_driver_is_told_in_a_sentence(gpu, monkeypatch):
    pytest.importorskip("cuda.bindings.runtime")
    if loads("libcuda.so.1"):
        pytest.skip("there is a driver")
    monkeypatch.setattr(gpu, "vendor", "NVIDIA Corporation")
    with pytest.raises(CudaError, match=r"cudaErrorInsufficientDriver\): libcuda.so.1 does not load; .*`compute`"):
        cuda_of(gpu)
    monkeypatch.setattr("tdlite.gpu.cuda.loads", lambda library: True)
    with pytest.raises(CudaError, match=r"update the NVIDIA driver, .*pip install 'cuda-bindings<13'"):
        cuda_of(gpu)
    assert gpu.cuda is None


# -- pictures to CUDA


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_comes_to_cuda_as_it_is_stored(fake, gpu, format):
    image = picture(gpu, format)
    memory = cuda_memory(image)
    stored = read_raw(image)
    if format == "rgba11float":  # kept with an alpha
        stored = np.dstack([stored, np.ones_like(stored[..., :1])])
    assert (memory.shape.width, memory.shape.height, memory.shape.numComps) == (5, 3, stored.shape[2])
    assert np.dtype(memory.shape.dataType) == stored.dtype
    assert memory.size == stored.nbytes
    assert np.array_equal(held(memory), stored)


def test_a_picture_is_mapped_copied_and_unmapped_in_one_stream_and_registered_once(fake, gpu):
    image = picture(gpu)
    for _ in range(2):
        cuda_memory(image, stream=7)
    assert fake.log == ["malloc", "register texture", "map 7", "copy 7", "unmap 7", "map 7", "copy 7", "unmap 7"]


def test_a_texture_is_unregistered_before_it_is_deleted(fake, gpu):
    image = picture(gpu, width=11)
    cuda_memory(image)
    del image
    gc.collect()
    gpu.pool.clear()
    assert fake.log[-1] == "unregister texture"
    assert not fake.registered


def test_a_failed_copy_still_unmaps(fake, gpu, monkeypatch):
    monkeypatch.setattr(fake, "cudaMemcpy2DFromArrayAsync", lambda *args: (cudaError_t.cudaErrorInvalidValue,))
    with pytest.raises(CudaError, match=r"cannot copy a texture: driver says .* \(cudaErrorInvalidValue\)"):
        cuda_memory(picture(gpu))
    assert fake.log[-1] == "unmap 0"


def test_memory_goes_back_with_the_object_and_two_thousand_frames_do_not_leak(fake, gpu):
    image = picture(gpu)
    for _ in range(2_000):
        memory = cuda_memory(image)
        gpu.cuda.frame()
    assert len(fake.allocated) <= 2
    del memory
    gc.collect()
    for _ in range(200):
        gpu.cuda.frame()
    assert fake.allocated == {}


def test_held_memory_is_not_used_again_and_each_stream_has_its_own(fake, gpu):
    image = picture(gpu)
    first, second = cuda_memory(image), cuda_memory(image)
    assert first.ptr != second.ptr
    old = second.ptr
    del second
    gc.collect()
    assert cuda_memory(image, stream=9).ptr != old
    assert cuda_memory(image).ptr == old


def test_memory_that_another_stream_may_still_use_goes_back_to_the_driver(fake, gpu):
    image = picture(gpu)
    for stream in (9, None, -1):
        memory = cuda_memory(image, stream=7)
        address = memory.ptr
        memory.__dlpack__(stream)
        del memory
        gc.collect()
        gpu.cuda.frame()
        assert address not in fake.allocated
    memory = cuda_memory(image, stream=7)
    address = memory.ptr
    assert memory.__cuda_array_interface__["stream"] == 7  # says nothing of the taker's own
    del memory
    gc.collect()
    gpu.cuda.frame()
    assert address not in fake.allocated
    memory = cuda_memory(image, stream=7)
    address = memory.ptr
    memory.__dlpack__(7)
    del memory
    gc.collect()
    assert cuda_memory(image, stream=7).ptr == address


def test_freed_memory_is_given_back_before_memory_is_out(fake, gpu):
    fake.left = 200
    del_me = cuda_memory(picture(gpu, width=5))  # 60 bytes
    del del_me
    gc.collect()
    kept = cuda_memory(picture(gpu, width=14))  # 168 bytes
    assert kept.size == 168
    with pytest.raises(CudaError, match="cannot allocate 0.0 MB: driver says cudaErrorMemoryAllocation"):
        cuda_memory(picture(gpu, width=14))


def test_the_current_device_of_the_thread_stays_what_it_was(gpu):
    with played(gpu, ordinal=2) as runtime:
        memory = cuda_memory(picture(gpu))
        assert gpu.cuda.ordinal == 2
        assert memory.__dlpack_device__() == (2, 2)
        assert runtime.device == 0
        del memory


def test_a_texture_with_slices_is_refused(fake, gpu):
    image = upload(gpu, np.zeros((2, 3, 5, 4), np.uint8), Spec.square(5, 3)._replace(kind="texture3d", depth=2))
    with pytest.raises(CudaError, match="5×3×2"):
        cuda_memory(image)


def test_converted_planes_are_mapped_where_they_lie(fake, gpu):
    conversion = YuvConversion(gpu, YuvLayout("nv12", 6, 4))
    frame = conversion.convert(picture(gpu, width=6, height=4))
    with gpu.cuda.mapped_buffer(frame.buffer, stream=gpu.cuda.stream) as (address, size):
        assert size == 36
        seen = bytes((ctypes.c_uint8 * size).from_address(address))
    assert seen == frame.buffer.read()
    del frame
    gc.collect()
    conversion.release()
    assert fake.log == ["register buffer", "map 4096", "unmap 4096", "unregister buffer"]


# -- the stand-in itself refuses what the driver refuses


def test_memory_that_is_not_mapped_any_more_cannot_be_copied(fake, gpu):
    buffer, target = gpu.ctx.buffer(reserve=64), gpu.cuda.allocate(64)
    with gpu.cuda.mapped_buffer(buffer) as (address, size):
        gpu.cuda.copy(target, address, size)
    with pytest.raises(CudaError, match="InvalidValue"):
        gpu.cuda.copy(target, address, size)
    gpu.cuda.free(target, 64)
    gpu.forget("buffer", buffer.glo)


def test_mapped_memory_belongs_to_the_stream_that_it_is_mapped_for(fake, gpu):
    buffer, target = gpu.ctx.buffer(reserve=64), gpu.cuda.allocate(64)
    with gpu.cuda.mapped_buffer(buffer, 7) as (address, size), pytest.raises(CudaError, match="InvalidValue"):
        gpu.cuda.copy(target, address, size, 9)
    gpu.cuda.free(target, 64)
    gpu.forget("buffer", buffer.glo)


def test_gl_must_not_write_what_is_mapped(fake, gpu):
    buffer = gpu.ctx.buffer(bytes(64))
    with pytest.raises(AssertionError, match="GL wrote into a buffer"), gpu.cuda.mapped_buffer(buffer):
        buffer.write(bytes(range(64)))
    image = picture(gpu)
    with pytest.raises(AssertionError, match="GL wrote into a texture"), gpu.cuda.mapped_texture(image.texture):
        image.texture.write(bytes(60))
    gpu.forget("buffer", buffer.glo)
    gpu.forget("texture", image.texture.glo)


def test_gl_objects_need_their_device_and_a_context_in_the_thread(fake, gpu):
    buffer = gpu.ctx.buffer(reserve=64)
    fake.device = 1
    assert fake.cudaGraphicsGLRegisterBuffer(buffer.glo, 0)[0] is cudaError_t.cudaErrorInvalidDevice
    assert fake.cudaMalloc(8)[0] is cudaError_t.cudaErrorInvalidDevice
    fake.device = 0
    found = []
    thread = threading.Thread(target=lambda: found.append(fake.cudaGraphicsGLRegisterBuffer(buffer.glo, 0)[0]))
    thread.start()
    thread.join()
    assert found == [cudaError_t.cudaErrorInvalidGraphicsContext]
    _, resource = fake.cudaGraphicsGLRegisterBuffer(buffer.glo, 0)
    assert fake.cudaGraphicsGLRegisterBuffer(buffer.glo, 0)[0] is cudaError_t.cudaErrorInvalidValue
    assert fake.cudaGraphicsUnmapResources(1, resource, 0)[0] is cudaError_t.cudaErrorInvalidResourceHandle
    assert fake.cudaGraphicsUnregisterResource(resource) == (cudaError_t.cudaSuccess,)


def test_memory_is_freed_once_and_not_used_afterwards(fake, gpu):
    (_, address), (_, other) = fake.cudaMalloc(8), fake.cudaMalloc(8)
    assert fake.cudaFree(address) == (cudaError_t.cudaSuccess,)
    assert fake.cudaFree(address) == (cudaError_t.cudaErrorInvalidValue,)
    kind = fake.cudaMemcpyKind.cudaMemcpyDeviceToDevice
    assert fake.cudaMemcpyAsync(other, address, 8, kind, 0) == (cudaError_t.cudaErrorInvalidValue,)
    assert fake.cudaMemcpyAsync(other, other, 9, kind, 0) == (cudaError_t.cudaErrorInvalidValue,)


# -- protocols


def test_the_array_interface_says_all_and_takes_no_zero_for_the_default_stream(fake, gpu):
    memory = cuda_memory(picture(gpu, "rgba16float"))
    assert memory.__cuda_array_interface__ == {
        "shape": (3, 5, 4), "strides": (40, 8, 2), "typestr": "<f2", "data": (memory.ptr, False), "version": 3,
        "stream": 1,
    }  # fmt: skip
    assert cuda_memory(picture(gpu), 7).__cuda_array_interface__["stream"] == 7


def test_dlpack_orders_the_takers_stream_behind_the_copy(fake, gpu):
    memory = cuda_memory(picture(gpu), stream=7)
    fake.log.clear()
    for given in (7, -1):
        memory.__dlpack__(given)
    assert fake.log == []
    memory.__dlpack__(9)
    memory.__dlpack__(stream=1, max_version=(1, 0))
    assert fake.log == ["record 7", "wait 9", "record 7", "wait 0"]


def test_dlpack_serves_takers_in_other_threads(fake, gpu):
    memory, found = cuda_memory(picture(gpu), stream=7), []
    thread = threading.Thread(target=lambda: found.append(memory.__dlpack__(9)))
    thread.start()
    thread.join()
    assert len(found) == 1
    assert fake.log[-2:] == ["record 7", "wait 9"]


def test_the_picture_itself_is_refused_in_another_thread(fake, gpu):
    image, said = picture(gpu), []

    def work():
        try:
            cuda_memory(image)
        except GpuError as error:
            said.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "another thread" in said[0]


def test_dlpack_refuses_what_it_cannot_hand_over(fake, gpu):
    memory = cuda_memory(picture(gpu))
    with pytest.raises(BufferError, match="CUDA memory of device 0"):
        memory.__dlpack__(copy=True)
    with pytest.raises(BufferError, match="CUDA memory of device 0"):
        memory.__dlpack__(dl_device=(dlpack.CPU, 0))
    memory.__dlpack__(dl_device=(dlpack.CUDA, 0), copy=False)


class Stream:
    def __cuda_stream__(self):
        return 0, 7


def test_a_stream_is_a_handle_or_an_object_that_tells_its_own(fake, gpu):
    image = picture(gpu)
    assert [stream_handle(each) for each in (None, 0, 7, np.uint64(7), Stream())] == [0, 0, 7, 7, 7]
    assert cuda_memory(image, Stream()).__cuda_array_interface__["stream"] == 7
    for wrong in (object(), 1.5, "7", -1, True):
        with pytest.raises(CudaError, match=r"no CUDA stream: give its handle, .*stream.cuda_stream in PyTorch"):
            cuda_memory(image, wrong)


def test_a_stream_of_another_device_is_named_as_the_cause(fake, gpu, monkeypatch):
    handle = cudaError_t.cudaErrorInvalidResourceHandle
    monkeypatch.setattr(fake, "cudaGraphicsMapResources", lambda *args: (handle,))
    with pytest.raises(CudaError, match=r"cannot map a texture: .*; is 0x1000f a stream of CUDA device 0, which draws"):
        cuda_memory(picture(gpu), 65551)
    with pytest.raises(CudaError, match=r"cannot map a texture: driver says \w+ \(cudaErrorInvalidResourceHandle\)$"):
        cuda_memory(picture(gpu))


class Host:
    """An array that hands numpy a capsule as CudaArray would hand one to cupy."""

    def __init__(self, array):
        self.array = array

    def __dlpack_device__(self):
        return dlpack.CPU, 0

    def __dlpack__(self, **more):
        a = self.array
        return dlpack.capsule(self, a.ctypes.data, a.shape, a.strides, a.dtype, self.__dlpack_device__())


@pytest.mark.parametrize("dtype", ["u1", "u2", "f2", "f4", "i4"])
def test_a_capsule_says_where_what_and_how_far_apart(dtype):
    array = np.arange(2 * 6 * 4).astype(dtype).reshape(2, 6, 4)[:, ::2]
    assert np.array_equal(np.from_dlpack(Host(array)), array)


def test_a_taken_capsule_keeps_the_owner_until_it_is_given_back():
    host = Host(np.arange(6))
    seen = weakref.ref(host)
    taken = np.from_dlpack(host)
    del host
    gc.collect()
    assert seen() is not None
    assert taken.tolist() == [0, 1, 2, 3, 4, 5]
    del taken
    gc.collect()
    assert seen() is None


def test_a_capsule_that_nobody_takes_frees_its_owner_even_in_the_middle_of_an_exception():
    seen = []

    def generate():
        host = Host(np.arange(6))
        seen.append(weakref.ref(host))
        yield host.__dlpack__()
        raise KeyError("the first error")

    with pytest.raises(KeyError, match="the first error"):
        list(generate())
    gc.collect()
    assert seen[0]() is None


def test_a_capsule_says_that_it_is_cudas(fake, gpu):
    capsule = cuda_memory(picture(gpu)).__dlpack__()
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    tensor = pointer(capsule, b"dltensor")
    device = [ctypes.c_int32.from_address(tensor + offset).value for offset in (8, 12)]
    assert device == [dlpack.CUDA, 0]


# -- arrays to pictures


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_an_array_in_a_buffer_becomes_the_picture_that_upload_makes(gpu, dtype, channels):
    random = np.random.default_rng(channels).random((3, 7, channels))
    array = (random * np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else random * 3 - 1).astype(dtype)
    data = array.tobytes()
    buffer = gpu.ctx.buffer(data + bytes(-len(data) % 4))
    found = image_from_buffer(gpu, buffer, dtype, array.shape)
    assert found.spec == Spec.square(7, 3, format_of(dtype, channels))
    np.testing.assert_array_equal(read(found), read(upload(gpu, array, found.spec)))


def test_what_is_no_picture_is_refused(gpu):
    with pytest.raises(GpuError, match="5 channels of uint8"):
        format_of(np.uint8, 5)
    with pytest.raises(GpuError, match="int32.*uint8, uint16, float16, float32"):
        format_of(np.int32, 4)
    with pytest.raises(GpuError, match="must have dataType, height, numComps, width"):
        check_shape((3, 4), 12)
    with pytest.raises(GpuError, match="takes 48 bytes; there are 47"):
        check_shape(CUDAMemoryShape(4, 3, 4), 47)
    with pytest.raises(GpuError, match="at least 1×1"):
        check_shape(CUDAMemoryShape(0, 3), 47)
