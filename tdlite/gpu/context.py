"""The GL context: one per process and device, made on first use, used on the thread that made it."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from . import gl
from .compiled import Programs
from .devices import SOFTWARE, egl_devices
from .dispatch import Dispatch, carried_out
from .errors import GpuError, NoDevice
from .image import Image
from .passes import Executor, Pass, Samplers
from .pool import Pool

if TYPE_CHECKING:
    import moderngl

_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software rasterizer")
_LIBEGL = "libEGL.so.1"
_WRAP_S, _WRAP_T, _MIRRORED_REPEAT = 0x2802, 0x2803, 0x8370


class Gpu:
    """One GL device: its context, texture pool, compiled programs and executor. Made by ``Gpu.shared()``.

    ``renderer``, ``vendor`` and ``version`` are the driver's words; ``software`` says that it renders on the
    CPU; ``max_size`` is the longest side of an image in pixels, ``max_inputs`` the most inputs of a pass.
    """

    _shared: ClassVar[dict[int, Gpu]] = {}
    _first: ClassVar[Gpu | None] = None
    _current: ClassVar[Gpu | None] = None

    def __init__(self, ctx: moderngl.Context) -> None:
        self.ctx = ctx
        self._thread = threading.get_ident()
        info = ctx.info
        self.renderer: str = info["GL_RENDERER"]
        self.vendor: str = info["GL_VENDOR"]
        self.version: str = info["GL_VERSION"]
        self.software = any(name in self.renderer.lower() for name in _SOFTWARE)
        self.max_size: int = info["GL_MAX_TEXTURE_SIZE"]
        self.max_inputs: int = info["GL_MAX_TEXTURE_IMAGE_UNITS"]
        self.trash: deque[Any] = deque()
        self.pool = Pool(self)
        self.programs = Programs(self)
        self.samplers = Samplers(self)
        self._executor = Executor(self)
        self.rest = ctx.simple_framebuffer((1, 1))
        """What is bound while nothing is drawn."""
        # Compute everywhere: on Hopper data-centre GPUs only 2 of 66 TPCs can run fragment shaders. llvmpipe draws a
        # 1080p pass 1 to 3 ms faster by raster, but what is tested there should be what runs on a GPU.
        self._path = "compute"

    @classmethod
    def shared(cls, device: int | None = None) -> Gpu:
        """The device's one Gpu, made on the first call; ``device`` is an EGL index, None the best that works.

        Raises NoDevice when there is no usable GL, GpuError on another thread than the first call's.
        """
        gpu = cls._first if device is None else cls._shared.get(device)
        if gpu is None:
            index, ctx = _context(device)
            gpu = cls._shared[index] = cls._current = cls(ctx)
            if device is None:
                cls._first = gpu
        gpu.check()
        return gpu

    @property
    def path(self) -> str:
        """How passes are drawn that do not say it: 'compute' or 'raster'."""
        return self._path

    @path.setter
    def path(self, path: str) -> None:
        if path not in ("compute", "raster"):
            raise GpuError(f"the path is 'compute' or 'raster', not {path!r}")
        self._path = path

    def check(self) -> None:
        """Make the context current; raises GpuError on another thread than the one that made it."""
        if threading.get_ident() != self._thread:
            raise GpuError(
                "the GPU was used from another thread than the one that made its context; "
                "hand the work to that thread, with project.post(fn)"
            )
        if Gpu._current is not self:
            self.ctx.__enter__()  # type: ignore[no-untyped-call]  # its stub has no types
            Gpu._current = self

    def draw(self, job: Pass | Dispatch) -> Image:
        """Draw a pass, or carry out a dispatch; see ``Executor.draw`` and ``carried_out``."""
        return carried_out(self._executor, job) if isinstance(job, Dispatch) else self._executor.draw(job)

    def frame(self) -> None:
        """To be called once a frame: trims the pool and releases programs that nobody uses any more."""
        self.check()
        self.pool.frame()
        while self.trash:
            self.trash.popleft().release()

    def mirror(self, sampler: moderngl.Sampler) -> None:
        """Make a sampler repeat mirrored, for which moderngl has no word."""
        # moderngl does not publish a sampler's GL name, whatever its stub says.
        name: int = sampler._glo  # type: ignore[attr-defined]  # see above
        for axis in (_WRAP_S, _WRAP_T):
            gl.call("glSamplerParameteri", name, axis, _MIRRORED_REPEAT)


def _context(device: int | None) -> tuple[int, moderngl.Context]:
    """A standalone EGL context of GL 4.3 or later, on the device or on the first that works."""
    import moderngl

    create: Any = moderngl.create_context  # its stub has no words for the backend's settings
    indexes = [device] if device is not None else _preferred()
    reasons = []
    for index in indexes:
        try:
            return index, create(
                standalone=True, backend="egl", device_index=index, libgl=gl.LIBRARY, libegl=_LIBEGL, require=430
            )
        except Exception as error:  # glcontext raises bare Exception
            reasons.append(f"EGL device {index}: {error}")
    raise NoDevice(
        f"no usable OpenGL 4.3 ({'; '.join(reasons)}). Without a GPU, Mesa's software renderer does: "
        "apt-get install libegl1 libgl1 libgl1-mesa-dri"
    )


def _preferred() -> list[int]:
    """EGL indexes: CUDA devices first, software last; 0 when they cannot be listed."""
    devices = sorted(egl_devices(), key=lambda device: (device.cuda_ordinal is None, device.name == SOFTWARE))
    return [device.index for device in devices] or [0]
