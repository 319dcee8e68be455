"""The GL context: one per process and device, made on first use, used on the thread that made it."""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from . import gl
from .compiled import Programs
from .devices import Device, choices, egl_devices
from .dispatch import Dispatch, carried_out
from .errors import GpuError, NoDevice
from .image import Image
from .memory import Memory
from .passes import Executor, Pass, Samplers
from .pool import Pool

if TYPE_CHECKING:
    import moderngl

    from .cuda import Cuda

_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software rasterizer")
_LIBEGL = "libEGL.so.1"


class Gpu:
    """One GL device: its context, texture pool, compiled programs and executor. Made by ``Gpu.shared()``.

    ``renderer``, ``vendor`` and ``version`` are the driver's words; ``software`` says that it renders on the
    CPU; ``max_size`` is the longest side of an image in pixels, ``max_inputs`` the most inputs of a pass.
    """

    _shared: ClassVar[dict[int, Gpu]] = {}
    _chosen: ClassVar[dict[Device, Gpu]] = {}
    _current: ClassVar[Gpu | None] = None

    def __init__(self, ctx: moderngl.Context) -> None:
        self.ctx = ctx
        self._thread = threading.get_ident()
        self._handle = _current()
        info = ctx.info
        self.renderer: str = info["GL_RENDERER"]
        self.vendor: str = info["GL_VENDOR"]
        self.version: str = info["GL_VERSION"]
        self.software = any(name in self.renderer.lower() for name in _SOFTWARE)
        self.converts = not self.software
        """Whether movies' pictures become YUV here: a GPU then sends fewer bytes, where a CPU only works harder."""
        self.max_size: int = info["GL_MAX_TEXTURE_SIZE"]
        self.max_inputs: int = info["GL_MAX_TEXTURE_IMAGE_UNITS"]
        self.index = 0
        """EGL's number of the device."""
        self.asked_software = False
        """Whether somebody chose the device that renders on the CPU."""
        self.cuda: Cuda | None = None
        """CUDA on this device, once ``cuda_of`` was asked for it."""
        self.trash: deque[Any] = deque()
        self.pool = Pool(self)
        self.memory = Memory()
        """What is read back lies here."""
        self.programs = Programs(self)
        self.samplers = Samplers(self)
        self._executor = Executor(self)
        self.rest = ctx.simple_framebuffer((1, 1))
        """What is bound while nothing is drawn."""
        self._path = "raster" if self.software else "compute"
        self.why = (
            "llvmpipe draws a pass of 1920×1080 5 to 10 ms of one core faster so than by compute"
            if self.software
            else "it runs on all of a GPU, raster only on a small part of data-centre ones"
        )
        """Why passes run the way they do where nobody says it; what needs raster gets it."""

    @classmethod
    def shared(cls, device: Device = None) -> Gpu:
        """The device's one Gpu, made on the first call; ``device`` is as in ``devices.choices``.

        Raises NoDevice when there is no usable GL, GpuError on another thread than the first call's.
        """
        gpu = cls._chosen.get(device)
        if gpu is None:
            gpu = cls._chosen[device] = cls._opened(device)
            gpu.asked_software |= device == "software"
        gpu.check()
        return gpu

    @classmethod
    def _opened(cls, device: Device) -> Gpu:
        """The Gpu of the first device of the choice that has one or can have one."""
        reasons = []
        for index in choices(device, egl_devices()):
            if index in cls._shared:
                return cls._shared[index]
            try:
                context = _context(index)
            except Exception as error:  # glcontext raises bare Exception
                reasons.append(f"EGL device {index}: {error}")
                continue
            gpu = cls._shared[index] = cls._current = cls(context)
            gpu.index = index
            return gpu
        raise NoDevice(
            f"no usable OpenGL 4.3 ({'; '.join(reasons)}). Without a GPU, Mesa's software renderer does: "
            "apt-get install libegl1 libgl1 libgl1-mesa-dri"
        )

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

    def regain(self) -> None:
        """``check``, also when somebody else has made another context current: too slow to ask for every pass."""
        if _current() != self._handle:
            Gpu._current = None
        self.check()

    def draw(self, job: Pass | Dispatch) -> Image:
        """Draw a pass, or carry out a dispatch; see ``Executor.draw`` and ``carried_out``."""
        return carried_out(self._executor, job) if isinstance(job, Dispatch) else self._executor.draw(job)

    def forget(self, kind: str, name: int) -> None:
        """Tell CUDA that a 'texture' or 'buffer' is about to be deleted."""
        if self.cuda is not None:
            self.cuda.forget(kind, name)

    def frame(self) -> None:
        """To be called once a frame: trims the pool and releases programs that nobody uses any more."""
        self.check()
        self.pool.frame()
        if self.cuda is not None:
            self.cuda.frame()
        while self.trash:
            self.trash.popleft().release()


@cache
def _get_current() -> Any:
    function = ctypes.PyDLL(_LIBEGL).eglGetCurrentContext  # too short to let other threads run meanwhile
    function.restype = ctypes.c_void_p
    return function


def _current() -> int | None:
    """EGL's handle of the context that is current on this thread."""
    handle: int | None = _get_current()()
    return handle


def _context(index: int) -> moderngl.Context:
    """A standalone EGL context of GL 4.3 or later on a device."""
    import moderngl

    create: Any = moderngl.create_context  # its stub has no words for the backend's settings
    context: moderngl.Context = create(
        standalone=True, backend="egl", device_index=index, libgl=gl.LIBRARY, libegl=_LIBEGL, require=430
    )
    return context
