"""A stand-in for cuda-bindings' runtime module, with the CPU's memory in the place of the GPU's.

It keeps the rules that the driver keeps (what can be registered, what must be mapped, what is freed once) and answers
with the driver's errors; what CUDA would copy from GL objects is really copied, so pictures can be compared.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from tdlite.gpu import gl
from tdlite.gpu.context import Gpu
from tdlite.gpu.cuda import Cuda

_GL = ctypes.CDLL(gl.LIBRARY)
_EGL = ctypes.CDLL("libEGL.so.1")
_EGL.eglGetCurrentContext.restype = ctypes.c_void_p
_TEXTURE_2D, _COPY_READ = 0x0DE1, 0x8F36
# Internal formats that cudaGraphicsGLRegisterImage lists, with bytes of a texel, and GL's format and type.
_UBYTE, _USHORT, _HALF, _FLOAT, _RED, _RG, _RGBA = 0x1401, 0x1403, 0x140B, 0x1406, 0x1903, 0x8227, 0x1908
_REGISTRABLE = {
    internal: (size * count, layout, kind)
    for count, layout, internals in (
        (1, _RED, (0x8229, 0x822A, 0x822D, 0x822E)),
        (2, _RG, (0x822B, 0x822C, 0x822F, 0x8230)),
        (4, _RGBA, (0x8058, 0x805B, 0x881A, 0x8814)),
    )
    for internal, (size, kind) in zip(internals, ((1, _UBYTE), (2, _USHORT), (2, _HALF), (4, _FLOAT)), strict=True)
}


class cudaError_t(IntEnum):
    cudaSuccess = 0
    cudaErrorInvalidValue = 1
    cudaErrorMemoryAllocation = 2
    cudaErrorInvalidResourceHandle = 400
    cudaErrorInvalidDevice = 101
    cudaErrorInvalidGraphicsContext = 219
    cudaErrorOperatingSystem = 304
    cudaErrorMapBufferObjectFailed = 205


OK = cudaError_t.cudaSuccess
DEVICE = cudaError_t.cudaErrorInvalidDevice
NO_GL = cudaError_t.cudaErrorInvalidGraphicsContext
INVALID = cudaError_t.cudaErrorInvalidValue
HANDLE = cudaError_t.cudaErrorInvalidResourceHandle


class Handle:
    """What the real module answers streams and events with: no number, but it has one."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __int__(self) -> int:
        return self.value


class _Resource(Handle):
    def __init__(self, kind: str, name: int, texel: tuple[int, int, int] = (0, 0, 0)) -> None:
        super().__init__(id(self))
        self.kind, self.name, self.texel = kind, name, texel
        self.memory: Any = None
        self.stream = 0
        self.content = b""


def _content(resource: _Resource) -> bytes:
    """What GL has in an object, without padding."""
    if resource.kind == "buffer":
        size = ctypes.c_int64()
        gl.call("glBindBuffer", _COPY_READ, resource.name)
        gl.call("glGetBufferParameteri64v", _COPY_READ, 0x8764, ctypes.byref(size))
        memory = (ctypes.c_uint8 * size.value)()
        gl.call("glGetBufferSubData", _COPY_READ, ctypes.c_ssize_t(0), ctypes.c_ssize_t(size.value), memory)
        return bytes(memory)
    texel, layout, type_ = resource.texel
    gl.call("glBindTexture", _TEXTURE_2D, resource.name)
    sides = [ctypes.c_int(), ctypes.c_int()]
    for side, name in zip(sides, (0x1000, 0x1001), strict=True):
        gl.call("glGetTexLevelParameteriv", _TEXTURE_2D, 0, name, ctypes.byref(side))
    memory = (ctypes.c_uint8 * (sides[0].value * sides[1].value * texel))()
    gl.call("glPixelStorei", 0x0D05, 1)
    gl.call("glGetTexImage", _TEXTURE_2D, 0, layout, type_, memory)
    return bytes(memory)


class FakeCuda:
    """Give it to ``Cuda`` as the runtime. ``log`` has the calls, without those that only ask.

    ``called`` has every call with its arguments, and how many values its answer has.
    """

    class cudaGLDeviceList(IntEnum):
        cudaGLDeviceListAll = 1

    class cudaMemcpyKind(IntEnum):
        cudaMemcpyDeviceToDevice = 3

    def __init__(self, ordinal: int = 0, memory: int = 1 << 40) -> None:
        self.log: list[str] = []
        self.called: list[tuple[str, tuple[Any, ...], int]] = []
        self.registered: list[_Resource] = []
        self.mapped: list[_Resource] = []
        self.allocated: dict[int, Any] = {}
        self.left = memory
        self.device = 0
        self.devices = [ordinal]
        self.streams: list[int] = []
        self.events: set[Handle] = set()
        self.broken: cudaError_t = OK
        """What the search for the device answers."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not name.startswith("cuda") or isinstance(found, type):
            return found

        def noted(*args: Any) -> tuple[Any, ...]:
            answer: tuple[Any, ...] = found(*args)
            self.called.append((name, args, len(answer)))
            return answer

        return noted

    @staticmethod
    def cudaGetErrorString(status: cudaError_t) -> tuple[cudaError_t, bytes]:
        return OK, f"driver says {status.name}".encode()

    def cudaGLGetDevices(self, most: int, devices: Any) -> tuple[Any, ...]:
        assert devices is self.cudaGLDeviceList.cudaGLDeviceListAll
        return (self.broken, None, None) if self.broken else (OK, len(self.devices), [*self.devices, *[0] * 8][:8])

    def cudaGetDevice(self) -> tuple[Any, ...]:
        return OK, self.device

    def cudaSetDevice(self, device: int) -> tuple[Any, ...]:
        self.device = device
        return (OK,)

    # -- GL objects

    def _hindered(self) -> cudaError_t:
        """What stands in the way of any work with GL objects: another device, or no GL in this thread."""
        if self.device not in self.devices:
            return DEVICE
        return OK if _EGL.eglGetCurrentContext() else NO_GL

    def cudaGraphicsGLRegisterBuffer(self, name: int, flags: int) -> tuple[Any, ...]:
        if (hindered := self._hindered()) or not _GL.glIsBuffer(name):
            return hindered or INVALID, None
        return self._register(_Resource("buffer", name))

    def cudaGraphicsGLRegisterImage(self, name: int, target: int, flags: int) -> tuple[Any, ...]:
        if (hindered := self._hindered()) or target != _TEXTURE_2D or not _GL.glIsTexture(name):
            return hindered or INVALID, None
        internal = ctypes.c_int()
        gl.call("glBindTexture", _TEXTURE_2D, name)
        gl.call("glGetTexLevelParameteriv", _TEXTURE_2D, 0, 0x1003, ctypes.byref(internal))
        if internal.value not in _REGISTRABLE:
            return INVALID, None
        return self._register(_Resource("texture", name, _REGISTRABLE[internal.value]))

    def _register(self, resource: _Resource) -> tuple[Any, ...]:
        if any((each.kind, each.name) == (resource.kind, resource.name) for each in self.registered):
            return INVALID, None
        self.log.append(f"register {resource.kind}")
        self.registered.append(resource)
        return OK, resource

    def cudaGraphicsMapResources(self, count: int, resource: _Resource, stream: int) -> tuple[Any, ...]:
        assert count == 1
        if (hindered := self._hindered()) or resource not in self.registered or resource in self.mapped:
            return (hindered or HANDLE,)
        self.log.append(f"map {stream}")
        self.mapped.append(resource)
        resource.stream = stream
        resource.content = _content(resource)
        if resource.kind == "buffer":
            resource.memory = (ctypes.c_uint8 * len(resource.content)).from_buffer_copy(resource.content)
        return (OK,)

    def cudaGraphicsResourceGetMappedPointer(self, resource: _Resource) -> tuple[Any, ...]:
        if resource not in self.mapped or resource.kind != "buffer":
            return HANDLE, None, None
        return OK, ctypes.addressof(resource.memory), len(resource.memory)

    def cudaGraphicsSubResourceGetMappedArray(self, resource: _Resource, index: int, level: int) -> tuple[Any, ...]:
        return (OK, resource) if resource in self.mapped and resource.kind == "texture" else (HANDLE, None)

    def cudaGraphicsUnmapResources(self, count: int, resource: _Resource, stream: int) -> tuple[Any, ...]:
        if (hindered := self._hindered()) or resource not in self.mapped:
            return (hindered or HANDLE,)
        self.log.append(f"unmap {stream}")
        self.mapped.remove(resource)
        assert resource.content == _content(resource), f"GL wrote into a {resource.kind} that CUDA had"
        assert resource.stream == stream, "work in one stream, and unmapped in another"
        if resource.kind == "buffer":
            size = ctypes.c_ssize_t(len(resource.memory))
            gl.call("glBindBuffer", _COPY_READ, resource.name)
            gl.call("glBufferSubData", _COPY_READ, ctypes.c_ssize_t(0), size, resource.memory)
            resource.memory = None
        return (OK,)

    def cudaGraphicsUnregisterResource(self, resource: _Resource) -> tuple[Any, ...]:
        if resource not in self.registered or resource in self.mapped:
            return (HANDLE,)
        self.log.append(f"unregister {resource.kind}")
        self.registered.remove(resource)
        return (OK,)

    def stale(self) -> list[int]:
        """Registered GL objects that are gone."""
        exists = {"buffer": _GL.glIsBuffer, "texture": _GL.glIsTexture}
        return [each.name for each in self.registered if not exists[each.kind](each.name)]

    # -- memory and streams

    def _within(self, address: int, nbytes: int, stream: int) -> bool:
        """Whether there is memory of the device: allocated, or mapped for this stream."""
        blocks = [(each, None) for each in self.allocated.values()]
        blocks += [(each.memory, each.stream) for each in self.mapped if each.kind == "buffer"]
        for memory, owner in blocks:
            start = ctypes.addressof(memory)
            if start <= address and address + nbytes <= start + len(memory):
                return owner in (None, stream)
        return False

    def cudaMalloc(self, nbytes: int) -> tuple[Any, ...]:
        if self.device not in self.devices:
            return DEVICE, None
        if nbytes > self.left:
            return cudaError_t.cudaErrorMemoryAllocation, None
        self.log.append("malloc")
        memory = (ctypes.c_uint8 * nbytes)()
        self.allocated[ctypes.addressof(memory)] = memory
        self.left -= nbytes
        return OK, ctypes.addressof(memory)

    def hold(self, data: bytes) -> int:
        """The address of memory with this in it, as another library would have allocated it."""
        memory = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
        self.allocated[ctypes.addressof(memory)] = memory
        return ctypes.addressof(memory)

    def cudaFree(self, address: int) -> tuple[Any, ...]:
        if address not in self.allocated:
            return (INVALID,)
        self.log.append("free")
        self.left += len(self.allocated.pop(address))
        return (OK,)

    def cudaMemcpyAsync(self, target: int, source: int, nbytes: int, kind: Any, stream: int) -> tuple[Any, ...]:
        if not (self._within(target, nbytes, stream) and self._within(source, nbytes, stream)):
            return (INVALID,)
        if kind is not self.cudaMemcpyKind.cudaMemcpyDeviceToDevice:
            return (INVALID,)
        self.log.append(f"copy {stream}")
        ctypes.memmove(target, source, nbytes)
        return (OK,)

    def cudaMemcpy2DFromArrayAsync(
        self, target: int, pitch: int, array: _Resource, x: int, y: int, width: int, height: int, kind: Any, stream: int
    ) -> tuple[Any, ...]:
        if array not in self.mapped or kind is not self.cudaMemcpyKind.cudaMemcpyDeviceToDevice:
            return (INVALID,)
        if array.stream != stream or not self._within(target, width * height, stream):
            return (INVALID,)
        self.log.append(f"copy {stream}")
        assert (x, y) == (0, 0)
        assert pitch == width
        assert width * height == len(array.content)
        ctypes.memmove(target, array.content, width * height)
        return (OK,)

    def cudaStreamCreateWithFlags(self, flags: int) -> tuple[Any, ...]:
        assert flags == 1
        self.streams.append(4096 + len(self.streams))
        return OK, Handle(self.streams[-1])

    def cudaStreamSynchronize(self, stream: int) -> tuple[Any, ...]:
        return (OK,)

    def cudaEventCreateWithFlags(self, flags: int) -> tuple[Any, ...]:
        self.events.add(event := Handle(len(self.events) + 1))
        return OK, event

    def cudaEventRecord(self, event: Handle, stream: int) -> tuple[Any, ...]:
        self.log.append(f"record {stream}")
        return (OK,)

    def cudaStreamWaitEvent(self, stream: int, event: Handle, flags: int) -> tuple[Any, ...]:
        self.log.append(f"wait {stream}")
        return (OK,)

    def cudaEventDestroy(self, event: Handle) -> tuple[Any, ...]:
        self.events.remove(event)
        return (OK,)


@contextmanager
def played(gpu: Gpu, ordinal: int = 0) -> Iterator[FakeCuda]:
    """This CUDA in the place of the GPU's own for a while; then nothing is mapped, and nothing gone registered."""
    own = gpu.cuda
    gc.collect()
    gpu.pool.clear()  # what the own one knows of goes with it
    runtime = FakeCuda(ordinal)
    gpu.cuda = Cuda(gpu, runtime)
    try:
        yield runtime
    finally:
        gc.collect()
        gpu.pool.clear()
        gpu.cuda = own
    assert runtime.stale() == []
    assert runtime.mapped == []
    assert runtime.events == set()
