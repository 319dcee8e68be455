"""The few GL calls that moderngl has no word for, by their names."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

LIBRARY = "libGL.so.1"

ACTIVE_TEXTURE = 0x84C0
TEXTURE_BUFFER = 0x8C2A
ATOMIC_COUNTER_BUFFER = 0x92C0
_BUFFER_FORMATS = {1: 0x822E, 2: 0x8230, 3: 0x8815, 4: 0x8814}
_WORK_GROUP_SIZE = 0x8267
_UNIFORM_SIZE, _UNIFORM_OFFSET, _UNIFORM_COUNTER_BUFFER = 0x8A38, 0x8A3B, 0x92DA
_COUNTER_BUFFER_BINDING = 0x92C1
_COUNTER_BUFFER_SIZE = 0x92C4
_PROGRAM_OUTPUT, _ACTIVE_RESOURCES, _LOCATION, _ARRAY_SIZE = 0x92E4, 0x92F5, 0x930E, 0x92FB
_NO_INDEX = 0xFFFFFFFF


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


def set_unit(program: int, sampler: str, unit: int) -> None:
    """Tell a sampler of a program, of whatever kind, its texture unit."""
    location = _library().glGetUniformLocation(ctypes.c_uint(program), sampler.encode())
    if location >= 0:
        call("glProgramUniform1i", program, location, unit)


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


def delete_texture(name: int) -> None:
    """Give a texture back to the driver."""
    call("glDeleteTextures", 1, ctypes.byref(ctypes.c_uint(name)))
