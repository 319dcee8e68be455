"""Parameter layouts: the std140 block through which an operator's parameters reach its shader."""

import math
import re
import struct
from collections.abc import Iterable, Sequence

from .errors import GpuError

# GLSL type: its alignment, its size, and its struct codes, padding included (std140, GL 4.3 core §7.6.2.2).
_TYPES = {
    "float": (4, 4, "f"),
    "int": (4, 4, "i"),
    "bool": (4, 4, "i"),
    "vec2": (8, 8, "2f"),
    "vec3": (16, 12, "3f"),
    "vec4": (16, 16, "4f"),
    "ivec4": (16, 16, "4i"),
    "mat3": (16, 48, "3f4x3f4x3f4x"),
    "mat4": (16, 64, "16f"),
}
_FLOAT_MAX = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
_INT_MAX = 2**31 - 1
_LARGEST = 16_000  # every GL 4.3 takes blocks of 16 KiB; some of that is the engine's own
# Words of GLSL 4.60 that are also plausible names of parameters.
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        active asm attribute bool break buffer case cast centroid class coherent common const continue default
        discard do double else enum extern external false filter fixed flat float for goto half highp if in
        inline inout input int interface invariant layout long lowp mediump namespace noinline noperspective
        out output partition patch precise precision public readonly resource restrict return sample shared
        short sizeof smooth static struct subroutine superp switch template this true typedef uint uniform
        union unsigned using varying void volatile while writeonly
        """,
    )
)


class Layout:
    """An ordered set of parameters, each a name and a GLSL type, as a std140 block.

    Types: float, int, bool, vec2, vec3, vec4, ivec4, mat3, mat4 (matrices column by column). ``offsets`` has each
    parameter's byte offset, ``size`` the block's size in bytes, a multiple of 16, ``numbers`` how many
    numbers ``pack`` takes. Raises GpuError for an unknown type or a name that GLSL reserves.
    """

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.fields = tuple(fields)
        self.offsets: dict[str, int] = {}
        codes, end, largest = "<", 0, 4
        for name, kind in self.fields:
            check_name(name)
            if name in self.offsets:
                raise GpuError(f"parameter {name!r} is in the layout twice")
            if kind not in _TYPES:
                raise GpuError(f"parameter {name!r} has type {kind!r}; a layout knows {', '.join(_TYPES)}")
            align, size, code = _TYPES[kind]
            offset = -(-end // align) * align
            self.offsets[name] = offset
            codes += f"{offset - end}x{code}"
            end, largest = offset + size, max(largest, align)
        self.size = -(-end // 16) * 16
        if self.size > _LARGEST:
            raise GpuError(f"a layout of {self.size} bytes is too large; a block takes {_LARGEST}")
        packer = struct.Struct(f"{codes}{self.size - end}x")
        self._pack = packer.pack
        self._zeros = packer.unpack(bytes(self.size))
        self.numbers = len(self._zeros)

    def pack(self, values: Sequence[float]) -> bytes:
        """The block's bytes from all numbers in order, vectors and matrices flat.

        A number too large for its type becomes the largest of it: black times it stays black. Raises struct.error.
        """
        try:
            return self._pack(*values)
        except (OverflowError, struct.error):
            return self._pack(*map(_within, self._zeros, values), *values[self.numbers :])

    def glsl(self) -> str:
        """The members as GLSL declarations, one line; empty without parameters."""
        return " ".join(f"{kind} {name};" for name, kind in self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(self.fields)


def _within(zero: float, value: float) -> float:
    """The number of the type of ``zero``, as a shader has it, that is nearest to ``value``."""
    if isinstance(zero, int):
        return max(-_INT_MAX, min(value, _INT_MAX))
    return max(-_FLOAT_MAX, min(value, _FLOAT_MAX)) if math.isfinite(value) else value


def check_name(name: str) -> None:
    """Raise GpuError when ``name`` cannot be used as an identifier in GLSL."""
    if name in _RESERVED or not name.isascii() or not name.isidentifier() or "__" in name or name.startswith("gl_"):
        raise GpuError(f"{name!r} cannot be a name in GLSL: it is reserved or not an identifier")
