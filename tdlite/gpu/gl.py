"""The few GL calls that moderngl has no word for, by their names."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from .errors import GpuError

LIBRARY = "libGL.so.1"

ACTIVE_TEXTURE = 0x84C0
TEXTURE_BUFFER = 0x8C2A
TEXTURE_1D = 0x0DE0
_RED, _FLOAT, _MAX_LEVEL = 0x1903, 0x1406, 0x813D
ATOMIC_COUNTER_BUFFER = 0x92C0
_BUFFER_FORMATS = {1: 0x822E, 2: 0x8230, 3: 0x8815, 4: 0x8814}
_WORK_GROUP_SIZE = 0x8267
_UNIFORM_SIZE, _UNIFORM_OFFSET, _UNIFORM_COUNTER_BUFFER = 0x8A38, 0x8A3B, 0x92DA
_COUNTER_BUFFER_BINDING = 0x92C1
_COUNTER_BUFFER_SIZE = 0x92C4
_PROGRAM_OUTPUT, _ACTIVE_RESOURCES, _LOCATION, _ARRAY_SIZE = 0x92E4, 0x92F5, 0x930E, 0x92FB
_NO_INDEX = 0xFFFFFFFF
_COPY_READ, _COPY_WRITE = 0x8F36, 0x8F37
# Map for reading, keep mapped, see what the GPU wrote without unmapping, and lie on the CPU's side.
_MAPPED, _CLIENT_STORAGE = 0x1 | 0x40 | 0x80, 0x200
_SYNC_COMPLETE, _FLUSH, _TIMED_OUT, _WAIT_FAILED = 0x9117, 0x1, 0x911B, 0x911D
_WAIT = 1_000_000_000


@cache
def _library() -> Any:
    return ctypes.CDLL(LIBRARY)


def call(name: str, *arguments: Any) -> None:
    """Call a GL function; ints are passed as 32 bits."""
    getattr(_library(), name)(*(ctypes.c_uint(a & 0xFFFFFFFF) if isinstance(a, int) else a for a in arguments))


def group_size(program: int) -> tuple[int, int, int]:
    """The local size of a linked compute program."""
    size = (ctypes.c_int * 3)()
    call("glGetProgramiv", program, _WORK_GROUP_SIZE, size)
    return size[0], size[1], size[2]


def set_unit(program: int, sampler: str, unit: int, count: int = 1) -> None:
    """Tell a sampler of a program, of whatever kind, its texture unit; an array of them those from there on."""
    location = _library().glGetUniformLocation(ctypes.c_uint(program), sampler.encode())
    if location >= 0:
        units = (ctypes.c_int * count)(*range(unit, unit + count))
        call("glProgramUniform1iv", program, location, count, units)


def outputs(program: int) -> frozenset[int]:
    """The color attachments that a fragment shader writes."""
    count = ctypes.c_int()
    call("glGetProgramInterfaceiv", program, _PROGRAM_OUTPUT, _ACTIVE_RESOURCES, ctypes.byref(count))
    written: set[int] = set()
    wanted, found, length = (ctypes.c_uint * 2)(_LOCATION, _ARRAY_SIZE), (ctypes.c_int * 2)(), ctypes.c_int()
    for index in range(count.value):
        arguments = (program, _PROGRAM_OUTPUT, index, 2, wanted, 2, ctypes.byref(length), found)
        call("glGetProgramResourceiv", *arguments)
        written.update(range(found[0], found[0] + max(1, found[1])))
    return frozenset(written)


def counter(program: int, name: str) -> tuple[int, int, int, int] | None:
    """Where an atomic counter lies: binding, size of that buffer, offset in it, array length. None if unused."""
    for spelled in (name, f"{name}[0]"):
        index = ctypes.c_uint(_NO_INDEX)
        names = (ctypes.c_char_p * 1)(spelled.encode())
        call("glGetUniformIndices", program, 1, names, ctypes.byref(index))
        if index.value != _NO_INDEX:
            break
    else:
        return None
    found = []
    for what in (_UNIFORM_COUNTER_BUFFER, _UNIFORM_OFFSET, _UNIFORM_SIZE):
        value = ctypes.c_int()
        call("glGetActiveUniformsiv", program, 1, ctypes.byref(index), what, ctypes.byref(value))
        found.append(value.value)
    buffer, offset, length = found
    binding, size = ctypes.c_int(), ctypes.c_int()
    call("glGetActiveAtomicCounterBufferiv", program, buffer, _COUNTER_BUFFER_BINDING, ctypes.byref(binding))
    call("glGetActiveAtomicCounterBufferiv", program, buffer, _COUNTER_BUFFER_SIZE, ctypes.byref(size))
    return binding.value, size.value, offset, length


def buffer_texture(buffer: int, components: int) -> int:
    """The name of a new texture that reads a buffer of floats, so many a texel."""
    name = ctypes.c_uint()
    call("glGenTextures", 1, ctypes.byref(name))
    call("glBindTexture", TEXTURE_BUFFER, name.value)
    call("glTexBuffer", TEXTURE_BUFFER, _BUFFER_FORMATS[components], buffer)
    call("glBindTexture", TEXTURE_BUFFER, 0)
    return name.value


def curve_texture(floats: bytes) -> int:
    """The name of a new 1D texture of red floats."""
    name = ctypes.c_uint()
    call("glGenTextures", 1, ctypes.byref(name))
    call("glBindTexture", TEXTURE_1D, name.value)
    size = len(floats) // 4
    call("glTexImage1D", TEXTURE_1D, 0, _BUFFER_FORMATS[1], size, 0, _RED, _FLOAT, ctypes.c_char_p(floats))
    call("glTexParameteri", TEXTURE_1D, _MAX_LEVEL, 0)
    call("glBindTexture", TEXTURE_1D, 0)
    return name.value


def delete_texture(name: int) -> None:
    """Give a texture back to the driver."""
    call("glDeleteTextures", 1, ctypes.byref(ctypes.c_uint(name)))


def mapped_buffer(nbytes: int) -> tuple[int, int]:
    """The name of a new buffer on the CPU's side, and the address where it stays mapped for reading."""
    name, library = ctypes.c_uint(), _library()
    call("glGenBuffers", 1, ctypes.byref(name))
    call("glBindBuffer", _COPY_WRITE, name.value)
    library.glBufferStorage(
        ctypes.c_uint(_COPY_WRITE), ctypes.c_ssize_t(nbytes), None, ctypes.c_uint(_MAPPED | _CLIENT_STORAGE)
    )
    library.glMapBufferRange.restype = ctypes.c_void_p
    address = library.glMapBufferRange(
        ctypes.c_uint(_COPY_WRITE), ctypes.c_ssize_t(0), ctypes.c_ssize_t(nbytes), ctypes.c_uint(_MAPPED)
    )
    call("glBindBuffer", _COPY_WRITE, 0)
    if not address:
        delete_buffer(name.value)
        raise GpuError(f"cannot map {nbytes / 1e6:.1f} MB for reading: out of memory")
    return name.value, int(address)


def copy_buffer(source: int, target: int, nbytes: int) -> None:
    """Copy the first bytes of one buffer to another."""
    call("glBindBuffer", _COPY_READ, source)
    call("glBindBuffer", _COPY_WRITE, target)
    zero = ctypes.c_ssize_t(0)
    call("glCopyBufferSubData", _COPY_READ, _COPY_WRITE, zero, zero, ctypes.c_ssize_t(nbytes))
    call("glBindBuffer", _COPY_READ, 0)
    call("glBindBuffer", _COPY_WRITE, 0)


def delete_buffer(name: int) -> None:
    """Give a buffer back to the driver, mapped or not."""
    call("glDeleteBuffers", 1, ctypes.byref(ctypes.c_uint(name)))


def fence() -> int:
    """A mark behind all that was asked for until now, to wait for."""
    make = _library().glFenceSync
    make.restype = ctypes.c_void_p
    mark = int(make(ctypes.c_uint(_SYNC_COMPLETE), ctypes.c_uint(0)))
    call("glFlush")
    return mark


def wait(mark: int) -> None:
    """Wait until the GPU has passed a fence, and forget it."""
    sync = ctypes.c_void_p(mark)
    client_wait = _library().glClientWaitSync
    try:
        while (said := client_wait(sync, ctypes.c_uint(_FLUSH), ctypes.c_uint64(_WAIT))) == _TIMED_OUT:
            pass
        if said == _WAIT_FAILED:
            raise GpuError("waiting for the GPU failed: its context was lost")
    finally:
        call("glDeleteSync", sync)
