"""CUDA beside OpenGL: GL buffers and textures registered once, mapped for a moment, ordered by streams."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

from .devices import loads, nvidia_but_software
from .errors import CudaError

if TYPE_CHECKING:
    import moderngl

    from .context import Gpu

_TEXTURE_2D = 0x0DE1
_DEVICE_TO_DEVICE, _NON_BLOCKING, _ALL_DEVICES = 3, 1, 1
_KEPT = 120  # frames for which freed memory waits for the next one of its size


def cuda_of(gpu: Gpu) -> Cuda:
    """CUDA on the GPU that draws; made when first asked for. CudaError says what is missing, and the mend."""
    if gpu.cuda is None:
        gpu.check()
        gpu.cuda = Cuda(gpu, _runtime(gpu))
    return gpu.cuda


def _runtime(gpu: Gpu) -> Any:
    """cuda-bindings' runtime module, where it can be of use."""
    if "NVIDIA" not in gpu.vendor:
        raise CudaError(
            nvidia_but_software(gpu)
            or f"CUDA shares memory only with an NVIDIA GPU, and OpenGL runs on {gpu.renderer} ({gpu.vendor})"
        )
    try:
        from cuda.bindings import runtime
    except ImportError as error:
        raise CudaError(f"without cuda-bindings there is no CUDA ({error}): pip install 'tdlite[nvidia]'") from None
    return runtime


def stream_handle(stream: Any) -> int:
    """The handle of a stream: itself, 0 for None, or what an object says by the protocol ``__cuda_stream__``."""
    if hasattr(stream, "__cuda_stream__"):
        stream = stream.__cuda_stream__()[1]
    if stream is None:
        return 0
    if isinstance(stream, bool) or not isinstance(stream, SupportsIndex) or (handle := index(stream)) < 0:
        raise CudaError(
            f"{stream!r} is no CUDA stream: give its handle, which is stream.cuda_stream in PyTorch, stream.ptr in "
            "cupy and stream.handle.value in numba, or None for the default stream"
        )
    return handle


class Cuda:
    """CUDA on the device of one GL context, to be used on the context's thread, except ``free`` and ``order``.

    A registration lasts until ``forget``; mapping orders: what GL was asked before comes first, then what is put into
    the stream, then what GL is asked afterwards. Nobody waits on the CPU. ``ordinal`` is CUDA's number of the device.
    Streams are handles, 0 the default one. CudaError for what the driver refuses.
    """

    def __init__(self, gpu: Gpu, runtime: Any) -> None:
        self.gpu = gpu
        self.runtime = runtime
        self._stream: int | None = None
        self.ordinal = self._ordinal()
        self._registered: dict[tuple[str, int], Any] = {}
        self._blocks: dict[tuple[int, int], list[tuple[int, int]]] = {}
        """Freed memory by (bytes, stream): addresses, each with the frame of its freeing."""
        self._freed: deque[tuple[int, int, int, bool]] = deque()
        self._frame = 0

    def _ordinal(self) -> int:
        try:
            count, ordinals = self._asked(
                "find the CUDA device of OpenGL",
                self.runtime.cudaGLGetDevices(8, self._kind("cudaGLDeviceList", _ALL_DEVICES)),
            )
        except CudaError as error:
            if "InsufficientDriver" in str(error):
                raise CudaError(f"{error}: {self._mend()}") from None
            raise CudaError(
                f"{error}. OpenGL runs on {self.gpu.renderer}, which is no CUDA device of this process: see that "
                "CUDA_VISIBLE_DEVICES does not hide it, that the driver's libraries have one version, and that it is "
                "no MIG slice, which has no graphics"
            ) from None
        if not count:
            raise CudaError(f"{self.gpu.renderer} is no CUDA device of this process: see CUDA_VISIBLE_DEVICES")
        return int(ordinals[0])

    @staticmethod
    def _mend() -> str:
        """What helps against a driver that is too old for the runtime, or is not there at all."""
        if not loads("libcuda.so.1"):
            return (
                "libcuda.so.1 does not load; in a container set NVIDIA_DRIVER_CAPABILITIES=all (it needs `compute`), "
                "else install the driver's CUDA library"
            )
        return "update the NVIDIA driver, or for one of CUDA 12 pip install 'cuda-bindings<13'"

    def _kind(self, enum: str, value: int) -> Any:
        return getattr(self.runtime, enum)(value)

    def _asked(self, doing: str, answer: Any, stream: int = 0) -> Any:
        """The values of a call that went well: one, a tuple, or None. ``stream`` is the one that may be to blame."""
        status, *values = answer
        if int(status):
            said = self.runtime.cudaGetErrorString(status)[1]
            words = said.decode() if isinstance(said, bytes) else said
            name = str(getattr(status, "name", int(status)))
            hint = ""
            if stream not in (0, self._stream) and "Handle" in name:
                hint = f"; is {stream:#x} a stream of CUDA device {self.ordinal}, which draws, and still there?"
            raise CudaError(f"CUDA cannot {doing}: {words} ({name}){hint}")
        return values[0] if len(values) == 1 else tuple(values) or None

    @contextmanager
    def _device(self) -> Iterator[None]:
        """Work on this device, whatever others in this thread work on."""
        before = self._asked("tell the device", self.runtime.cudaGetDevice())
        if before == self.ordinal:
            yield
            return
        self._asked("change the device", self.runtime.cudaSetDevice(self.ordinal))
        try:
            yield
        finally:
            self.runtime.cudaSetDevice(before)

    # -- GL objects --------------------------------------------------------------------------------------------

    @contextmanager
    def mapped_buffer(self, buffer: moderngl.Buffer, stream: int = 0) -> Iterator[tuple[int, int]]:
        """The address and size of a GL buffer, for work in ``stream``; valid only inside, and another each time.

        GL must not touch the buffer inside.
        """
        with self._mapped("buffer", buffer.glo, stream) as resource:
            address, size = self._asked("map a buffer", self.runtime.cudaGraphicsResourceGetMappedPointer(resource))
            yield int(address), int(size)

    @contextmanager
    def mapped_texture(self, texture: moderngl.Texture, stream: int = 0) -> Iterator[Any]:
        """A texture as a CUDA array, for work in ``stream``; valid only inside. GL must not touch it inside.

        CUDA knows {R, RG, RGBA} × {8, 16, 16F, 32F}: no sRGB, no packed formats.
        """
        with self._mapped("texture", texture.glo, stream) as resource:
            yield self._asked("map a texture", self.runtime.cudaGraphicsSubResourceGetMappedArray(resource, 0, 0))

    @contextmanager
    def _mapped(self, kind: str, name: int, stream: int) -> Iterator[Any]:
        runtime = self.runtime
        self.gpu.check()
        with self._device():
            resource = self._registered.get((kind, name))
            if resource is None:
                if kind == "buffer":
                    answer = runtime.cudaGraphicsGLRegisterBuffer(name, 0)
                else:
                    answer = runtime.cudaGraphicsGLRegisterImage(name, _TEXTURE_2D, 0)
                resource = self._registered[kind, name] = self._asked(f"register a GL {kind}", answer)
            self._asked(f"map a {kind}", runtime.cudaGraphicsMapResources(1, resource, stream), stream)
            try:
                yield resource
            finally:
                answer = runtime.cudaGraphicsUnmapResources(1, resource, stream)
            self._asked(f"unmap a {kind}", answer)

    def forget(self, kind: str, name: int) -> None:
        """Unregister a GL 'buffer' or 'texture'; to be called before GL deletes it, registered or not."""
        resource = self._registered.pop((kind, name), None)
        if resource is not None:
            self.gpu.check()
            with self._device():
                answer = self.runtime.cudaGraphicsUnregisterResource(resource)
                self._asked(f"unregister a {kind}", answer)

    # -- memory and streams ------------------------------------------------------------------------------------

    @property
    def stream(self) -> int:
        """A stream of tdlite's own, which does not wait for the default one."""
        if self._stream is None:
            with self._device():
                made = self._asked("make a stream", self.runtime.cudaStreamCreateWithFlags(_NON_BLOCKING))
            self._stream = int(made)
        return self._stream

    def wait(self, stream: int = 0) -> None:
        """Wait until everything in a stream is done."""
        with self._device():
            self._asked("finish the work of a stream", self.runtime.cudaStreamSynchronize(stream), stream)

    def order(self, first: int, then: int) -> None:
        """Have later work in the stream ``then`` wait for what is in ``first`` now; on any thread."""
        if first == then:
            return
        with self._device():
            event = self._asked("make an event", self.runtime.cudaEventCreateWithFlags(2))  # without timing
            try:
                self._asked("record an event", self.runtime.cudaEventRecord(event, first), first)
                self._asked("wait for an event", self.runtime.cudaStreamWaitEvent(then, event, 0), then)
            finally:
                self.runtime.cudaEventDestroy(event)

    def allocate(self, nbytes: int, stream: int = 0) -> int:
        """The address of memory for work in ``stream``. What was freed there comes back without asking the driver."""
        self.gpu.check()
        self._sort_freed()
        kept = self._blocks.get((nbytes, stream))
        if kept:
            return kept.pop()[0]
        with self._device():
            try:
                answer = self._asked(f"allocate {nbytes / 1e6:.1f} MB", self.runtime.cudaMalloc(nbytes))
            except CudaError:
                if not self._give_back(self._frame + 1):
                    raise
                answer = self._asked(f"allocate {nbytes / 1e6:.1f} MB", self.runtime.cudaMalloc(nbytes))
        return int(answer)

    def free(self, address: int, nbytes: int, stream: int = 0, again: bool = True) -> None:
        """Free memory, from any thread. Later work in its ``stream`` may use it ``again``, unless others still do."""
        self._freed.append((address, nbytes, stream, again))

    def copy(self, target: int, source: int, nbytes: int, stream: int = 0) -> None:
        """Copy memory of the device, in ``stream``."""
        with self._device():
            answer = self.runtime.cudaMemcpyAsync(
                target, source, nbytes, self._kind("cudaMemcpyKind", _DEVICE_TO_DEVICE), stream
            )
            self._asked(f"copy {nbytes / 1e6:.1f} MB", answer)

    def copy_texture(self, target: int, texture: moderngl.Texture, row_bytes: int, stream: int = 0) -> None:
        """Copy a texture to memory, row 0 (the bottom) first and without padding, in ``stream``."""
        with self.mapped_texture(texture, stream) as array:
            answer = self.runtime.cudaMemcpy2DFromArrayAsync(
                target, row_bytes, array, 0, 0, row_bytes, texture.height,
                self._kind("cudaMemcpyKind", _DEVICE_TO_DEVICE), stream,
            )  # fmt: skip
            self._asked("copy a texture", answer)

    def frame(self) -> None:
        """Count a frame; give memory back that nobody wanted for a while."""
        self._frame += 1
        self._sort_freed()
        self._give_back(self._frame - _KEPT)

    def _sort_freed(self) -> None:
        while self._freed:
            address, nbytes, stream, again = self._freed.popleft()
            if again:
                self._blocks.setdefault((nbytes, stream), []).append((address, self._frame))
            else:
                self._release(address)

    def _release(self, address: int) -> None:
        """Give memory back to the driver, which waits for the device: no stream still uses it then."""
        with self._device():
            self._asked("free memory", self.runtime.cudaFree(address))

    def _give_back(self, before: int) -> bool:
        """Give memory that was freed before a frame back to the driver; whether there was any."""
        given = False
        for key, kept in list(self._blocks.items()):
            old = [address for address, freed in kept if freed < before]
            if old:
                self._blocks[key] = [(address, freed) for address, freed in kept if freed >= before]
                for address in old:
                    self._release(address)
                given = True
            if not self._blocks[key]:
                del self._blocks[key]
        return given
