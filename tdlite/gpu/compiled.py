"""Compiled programs, and the cache that compiles the same text only once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from struct import pack
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import WeakValueDictionary

from . import gl
from .formats import PixelFormat
from .source import Line, guarded
from .wrapper import VERSION, VERTEX

if TYPE_CHECKING:
    from .context import Gpu

Value: TypeAlias = float | Iterable[float] | Iterable[Iterable[float]]
"""A uniform's value: a number, a vector or flat matrix, or a sequence of those for an array."""

_GLSL_TYPES = {
    0x1404: "int", 0x1405: "uint", 0x1406: "float", 0x8B50: "vec2", 0x8B51: "vec3", 0x8B52: "vec4",
    0x8B53: "ivec2", 0x8B54: "ivec3", 0x8B55: "ivec4", 0x8B56: "bool", 0x8B57: "bvec2", 0x8B58: "bvec3",
    0x8B59: "bvec4", 0x8B5A: "mat2", 0x8B5B: "mat3", 0x8B5C: "mat4", 0x8B5E: "sampler2D", 0x8DC6: "uvec2",
    0x8DC7: "uvec3", 0x8DC8: "uvec4", 0x8B65: "mat2x3", 0x8B66: "mat2x4", 0x8B67: "mat3x2", 0x8B68: "mat3x4",
    0x8B69: "mat4x2", 0x8B6A: "mat4x3", 0x8B5D: "sampler1D", 0x8B5F: "sampler3D", 0x8B60: "samplerCube",
    0x8DC1: "sampler2DArray", 0x8DC2: "samplerBuffer", 0x8DCA: "isampler2D", 0x8DD2: "usampler2D",
    0x904D: "image2D",
}  # fmt: skip


class Kernel:
    """One compiled and linked text: a compute shader, or a raster program with its empty vertex array."""

    __slots__ = (
        "__weakref__", "_initial", "_software", "_trash", "_uniforms", "group", "outputs", "shader", "vertices",
    )  # fmt: skip

    def __init__(self, gpu: Gpu, lines: list[Line], compute: bool, vertex: Sequence[Line] = ()) -> None:
        import moderngl

        self._trash = gpu.trash
        self._software = gpu.software
        self.vertices: Any = None
        self.group = (0, 0, 0)
        """The local size of a compute shader."""
        self.outputs: frozenset[int] = frozenset()
        """The color attachments that a fragment shader writes."""
        if compute:
            self.shader: Any = guarded(lines, gpu.ctx.compute_shader)
            self.group = gl.group_size(self.shader.glo)
        else:
            self.shader = guarded(
                lines,
                lambda text, own=VERSION + VERTEX: gpu.ctx.program(vertex_shader=own, fragment_shader=text),
                vertex,
            )
            self.outputs = gl.outputs(self.shader.glo)
            self.vertices = gpu.ctx.vertex_array(self.shader, [], mode=moderngl.TRIANGLE_STRIP)
            self.vertices.vertices = 4 if vertex else 3
        self._uniforms: dict[str, Any] = {  # moderngl's stubs lack gl_type and fmt
            name: self.shader[name] for name in self.shader if isinstance(self.shader[name], moderngl.Uniform)
        }
        self._initial: dict[str, bytes] = {}
        self._part_samplers(gpu.max_inputs)
        inputs = self._uniforms.get("sTD2DInputs")
        if inputs is not None:
            inputs.write(pack(f"{inputs.array_length}i", *range(inputs.array_length)))

    def dispatch(self, columns: int, rows: int, layers: int = 1) -> None:
        """Run a compute shader on so many work groups."""
        if self._software:
            # There the call is the drawing, and moderngl keeps Python's lock meanwhile: writers would have to wait.
            gl.call("glUseProgram", self.shader.glo)
            gl.call("glDispatchCompute", columns, rows, layers)
        else:
            self.shader.run(columns, rows, layers)

    def __del__(self) -> None:
        # May run on any thread: GL objects are released by the next frame's sweep.
        made = (getattr(self, "vertices", None), getattr(self, "shader", None))
        self._trash.extend(filter(None, made))

    def _part_samplers(self, units: int) -> None:
        """Put samplers of other kinds than sampler2D on units of their own: GL allows one kind a unit."""
        for name, (kind, length) in self.uniform_types().items():
            if "sampler" in kind and kind != "sampler2D":
                units -= length
                self.set_unit(name, units, length)

    def set_unit(self, sampler: str, unit: int, count: int = 1) -> None:
        """Tell a sampler, of whatever kind, its texture unit; an array of them those from there on."""
        gl.set_unit(self.shader.glo, sampler, unit, count)

    def uniform_types(self) -> dict[str, tuple[str, int]]:
        """The active uniforms: name → (GLSL type, array length)."""
        return {
            name: (_GLSL_TYPES.get(uniform.gl_type, hex(uniform.gl_type)), uniform.array_length)
            for name, uniform in self._uniforms.items()
        }

    def counter(self, name: str) -> tuple[int, int, int, int] | None:
        """Where an atomic counter lies: binding, size of that buffer, offset, array length. None if unused."""
        return gl.counter(self.shader.glo, name)

    def set(self, values: Mapping[str, Value]) -> None:
        """Set uniforms by name; a name that the shader does not use is passed over.

        A uniform takes as many numbers as it has and ignores the rest; what is missing is 0. One that is not
        named has the value that its declaration gives it, whoever set it before: programs are shared.
        """
        for name, value in values.items():
            uniform = self._uniforms.get(name)
            if uniform is not None:
                if name not in self._initial:
                    self._initial[name] = uniform.read()
                uniform.write(_packed(uniform, value))
        for name in self._initial.keys() - values.keys():
            self._uniforms[name].write(self._initial[name])


def _packed(uniform: Any, value: Value) -> bytes:
    size, length, code = uniform.dimension, uniform.array_length, uniform.fmt[-1]
    items = list(_numbers(value)) if length > 1 else [value]
    flat: list[float] = []
    for item in items[:length]:
        numbers = [float(number) for number in _numbers(item)][:size]
        flat += numbers + [0.0] * (size - len(numbers))
    flat += [0.0] * (size * length - len(flat))
    if code not in "fd":
        low, high = (0, 2**32 - 1) if code == "I" else (-(2**31), 2**31 - 1)
        return pack(f"{len(flat)}{code}", *(int(min(max(number, low), high)) for number in flat))
    return pack(f"{len(flat)}{code}", *flat)


def _numbers(value: Any) -> Iterable[Any]:
    return value if isinstance(value, Iterable) else (value,)


class Compiled(NamedTuple):
    """What a draw needs to know: the kernel, whether it is compute, and the format that it writes."""

    kernel: Kernel
    compute: bool
    format: PixelFormat


class Programs:
    """The compile cache of one device, by complete text. ``compiled`` counts compilations."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._kernels: WeakValueDictionary[tuple[str, bool, str], Kernel] = WeakValueDictionary()
        # Kernels live as long as their programs; the latest outlive them, for operators that come and go.
        self._latest: deque[Kernel] = deque(maxlen=64)
        self.compiled = 0

    def kernel(self, lines: list[Line], compute: bool, vertex: Sequence[Line] = ()) -> Kernel:
        """The kernel of this text, compiled now if nobody has it. Raises ShaderError.

        A raster program may have a ``vertex`` shader of its own, for the four corners of a strip.
        """
        key = "\n".join(line.text for line in lines), compute, "\n".join(line.text for line in vertex)
        kernel = self._kernels.get(key)
        if kernel is None:
            self.compiled += 1
            kernel = self._kernels[key] = Kernel(self._gpu, lines, compute, vertex)
            self._latest.append(kernel)
        return kernel
