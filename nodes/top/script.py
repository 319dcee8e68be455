"""Script TOP: a picture from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdlite.gpu.arrays import format_of
from tdlite.gpu.cudamemory import CudaBuffer
from tdlite.gpu.errors import GpuError
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.upload import upload
from tdlite.graph.custom import CustomPages
from tdlite.graph.engine import VALUE, Cell, CookError, Memo
from tdlite.graph.scripts import CookLevel, script_message
from tdlite.media.errors import InputError
from tdlite.media.stills import read_still, reader
from tdlite.ops import DAT, TOP, At, DATRef, OpError, Page, Pulse, Toggle, many, pictures
from tdlite.ops.callbacks import absent
from tdlite.ops.cook import gather
from tdlite.ops.top import gpu_of

CALLBACKS = '''\
# me is this DAT, scriptOp the Script TOP.

import numpy as np


def onSetupParameters(scriptOp):
    """Make custom parameters; called by the Setup Parameters button."""
    # page = scriptOp.appendCustomPage('Custom')
    # page.appendFloat('Level')
    return


def onPulse(par):
    """A custom pulse parameter was pressed."""
    return


def onCook(scriptOp):
    """Put the picture in: [height, width, 1 to 4] of uint8, uint16, float16 or float32, the first row at the bottom."""
    scriptOp.copyNumpyArray(np.zeros((256, 256, 4), dtype=np.uint8))


def onGetCookLevel(scriptOp):
    """When to cook, beyond what onCook reads having changed: WHEN_USED and ALWAYS are every frame."""
    return CookLevel.AUTOMATIC
'''


_TYPES = ("uint8", "uint16", "float16", "float32")
_MENDS = {
    "f": "; array.astype('float32') is one",
    "b": "; array.astype('float32') is one",
    "i": "; array.astype('float32') is one if 1 is white, array.astype('uint8') if 255 is",
    "u": "; array.astype('float32') is one if 1 is white, array.astype('uint8') if 255 is",
}
"""How arrays of other kinds of numbers become pictures."""
ARGUMENTS = {"onSetupParameters": "scriptOp", "onPulse": "par", "onCook": "scriptOp", "onGetCookLevel": "scriptOp"}
"""The callbacks, and what each is called with."""


class scriptTOP(CustomPages, TOP):
    """Show the picture that a callback puts in: an array of numpy or CUDA, or an image file's bytes.

    ``onCook(scriptOp)`` runs when something changed that it read the last time: an input, a parameter, the time, a
    channel. It calls copyNumpyArray, copyCUDAMemory or loadByteArray; if it calls none, the last picture stays.
    With Use Input, resolution and pixel format are those of the array.
    """

    title = "Script"
    wires = many("Input", required=False)
    parameters = (
        Page(
            "Setup",
            DATRef("callbacks", label="Callbacks DAT", help="The DAT with onCook and the other callbacks."),
            Pulse("setuppars", label="Setup Parameters", help="Call onSetupParameters, which makes custom parameters."),
            Toggle("modoutsidecook", label="Modify Outside of Cook",
                   help="Let other scripts put a picture in, too; it stays until the next."),
        ),
    )  # fmt: skip

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self._script = Memo(self.engine, self, "callbacks", self._run)
        self._level = Memo(self.engine, self, "cook level", self._find_level)
        self._put = Cell(VALUE, "picture")
        self._picture: Image | None = None
        self._running = False
        self._memory: CudaBuffer | None = None

    def created(self) -> None:
        dat = self.parent().create("textDAT", f"{self.name}_callbacks")
        dat.text, dat.par.language, dat.dock = CALLBACKS, "python", self
        self.par.callbacks.val = dat.name

    # -- when and what to cook ---------------------------------------------------------------------------------

    def watch(self) -> None:
        if self._level.pull() in (CookLevel.ALWAYS, CookLevel.ON_CHANGE):
            with self.project.demand():
                self.result.pull()

    def _find_level(self) -> CookLevel:
        """What onGetCookLevel answers."""
        function = self._callback("onGetCookLevel")
        level = CookLevel.AUTOMATIC if function is None else self._called(function, self)
        if not isinstance(level, CookLevel):
            raise OpError(f"onGetCookLevel returned {level!r}; return one of {', '.join(map(repr, CookLevel))}")
        return level

    def _run(self) -> Image | None:
        """The picture at its own size and format, after onCook ran; None when nobody ever put one in."""
        gather(self)
        if self._level.pull() in (CookLevel.ALWAYS, CookLevel.WHEN_USED):
            self.engine.read(self.project._frame_cell)
        if self.par.modoutsidecook.eval():
            self.engine.read(self._put)
        function = self._callback("onCook")
        if function is not None:
            self._running = True
            try:
                self._called(function, self)
            finally:
                self._running = False
        return self._picture

    def _callback(self, name: str) -> Callable[..., Any] | None:
        """A callback of the DAT, if there is one. OpError when its text does not run."""
        dat = self.par.callbacks.eval()
        if not isinstance(dat, DAT) or not dat.defines(name):
            return None
        function = dat.function(name)
        if function is None and dat.script_errors:
            raise OpError(f"the callbacks in {dat.path} do not run: {dat.scriptErrors()}")
        return function

    def _called(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a callback returns; what it raises becomes this operator's error, with the line."""
        try:
            return function(*arguments)
        except CookError:
            raise
        except (Exception, SystemExit) as error:
            raise OpError(script_message(error)) from error

    def _pulsed(self, name: str) -> None:
        setup = self.par.setuppars.name == name
        argument: Any = self if setup else self.par[name]
        self.project.call(self, self._tell, "onSetupParameters" if setup else "onPulse", argument)

    def _tell(self, name: str, argument: Any) -> None:
        function = self._callback(name)
        if function is not None:
            self._called(function, argument)

    def size(self, first: Spec | None) -> Spec:
        picture = self._script.pull()
        return super().size(picture.spec if picture is not None else first)

    def describe(self, at: At, spec: Spec) -> Pass | Image:
        picture = self._script.pull()
        dat = at.ref("callbacks")
        for message in absent(dat, ARGUMENTS, False, dat.path) if dat is not None else ():
            at.warn(message)
        if picture is None:
            at.warn("nobody has put a picture in: let onCook call scriptOp.copyNumpyArray")
            return pictures.filled(spec, 0)
        return self.shown(picture, spec)

    def _memos(self) -> Iterator[Memo]:
        yield self._level
        yield self._script
        yield from super()._memos()

    def released(self) -> None:
        super().released()
        self._picture = None
        if self._memory is not None:
            self._memory.release()
            self._memory = None

    # -- putting a picture in ----------------------------------------------------------------------------------

    def copyNumpyArray(self, npArray: NDArray[Any], is3D: bool = False, isCube: bool = False) -> None:
        """Show an array [height, width, 1…4] of uint8, uint16, float16 or float32, row 0 at the bottom.

        Integers are 0..1 of their range; one channel is mono, two are red and green. With slices, [slice, height,
        width, 1…4], it is a 2D texture array, or a 3D texture with ``is3D``. OpError for other arrays.
        """
        if hasattr(npArray, "__cuda_array_interface__"):
            raise OpError(
                "copyNumpyArray() takes arrays in the CPU's memory, and this one is in CUDA's: copyCUDAMemory() shows "
                "it without bringing it here"
            )
        array = np.asarray(npArray)
        shape = array.shape
        if isCube or array.ndim not in (3, 4) or (is3D and array.ndim != 4) or 0 in shape:
            raise OpError(
                f"copyNumpyArray() takes [height, width, 1…4], with slices before, not {list(shape)}"
                f"{' as a cube map' if isCube else ''}; a grey picture is array[..., None]"
            )
        slices = {} if array.ndim == 3 else {"kind": "texture3d" if is3D else "texture2darray", "depth": shape[0]}
        self._allowed("copyNumpyArray")
        try:
            gpu = gpu_of(self.project)
            gpu.check()
            spec = Spec.square(shape[-2], shape[-3], format_of(array.dtype, shape[-1]))._replace(**slices)
            self._show(upload(gpu, array, spec))
        except GpuError as error:
            hint = _MENDS.get(array.dtype.kind, "") if array.dtype.name not in _TYPES else ""
            raise OpError(f"copyNumpyArray(): {error}{hint}") from None

    def copyCUDAMemory(self, address: int, size: int, shape: Any, stream: Any = None) -> None:
        """Show what lies at an address of CUDA memory, ``size`` bytes described by a CUDAMemoryShape.

        The rows go from the bottom, without padding. The copy is made in ``stream``, a CUDA stream or its handle; None
        is the default stream: after the work that is in it, before that to come. OpError without CUDA, for memory of
        the CPU, or for another shape.
        """
        self._allowed("copyCUDAMemory")
        try:
            where, count = index(address), index(size)
        except TypeError:
            raise OpError(
                "copyCUDAMemory() takes an address and a number of bytes: tensor.data_ptr() and tensor.nbytes in "
                f"PyTorch, array.data.ptr and array.nbytes in cupy, not {address!r} and {size!r}"
            ) from None
        try:
            if self._memory is None:
                self._memory = CudaBuffer(gpu_of(self.project))
            self._show(self._memory.image(where, count, shape, stream))
        except GpuError as error:
            raise OpError(f"copyCUDAMemory(): {error}") from None

    def loadByteArray(self, fileType: str, byteArray: bytes | bytearray | memoryview) -> bool:
        """Show the image in the bytes of a file, such as '.png'; its first bytes tell what it is.

        OpError when they are damaged or of a kind that only files are read of.
        """
        self._allowed("loadByteArray")
        data = bytes(byteArray)
        read = reader(data[:64])
        try:
            still = read_still(data, read) if read is not None else None
        except InputError as error:
            raise OpError(f"loadByteArray({fileType!r}): {error}") from None
        if still is None:
            raise OpError(
                f"loadByteArray(): these {len(data)} bytes are no {fileType} image that can be read from memory"
            )
        image = pictures.image_of(gpu_of(self.project), still.picture)
        self._show(image.gpu.draw(pictures.multiplied(image)) if still.straight else image)
        return True

    def _allowed(self, method: str) -> None:
        if not self._running and not self.par.modoutsidecook.eval():
            raise OpError(
                f"{self.path}: {method}() belongs into onCook; from elsewhere it needs par.modoutsidecook to be on"
            )

    def _show(self, image: Image) -> None:
        self._picture = image
        if not self._running:
            self._put = self.engine.changed(self._put)
