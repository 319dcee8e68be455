"""The values that a GLSL TOP's pages give to uniforms: by the page, what kinds it can set and what it sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tdlite.gpu.compiled import Value
from tdlite.gpu.texels import Texels
from tdlite.graph.errors import OpError
from tdlite.graph.op import OP
from tdlite.graph.pardefs import (
    RGB,
    XYZW,
    Blocks,
    CHOPRef,
    Float,
    Int,
    Menu,
    Page,
    Python,
    Str,
    Toggle,
)

from .channels import Channels
from .chop import CHOP
from .dat import DAT

if TYPE_CHECKING:
    from tdlite.gpu.context import Gpu

    from .cook import At

NUMBERS = frozenset(
    f"{prefix}vec{n}" for prefix in ("", "i", "u", "b") for n in (2, 3, 4)
) | {"float", "int", "uint", "bool"}  # fmt: skip
MATRICES = frozenset({"mat2", "mat3", "mat4"})
BUFFERS = frozenset({"samplerBuffer"})

pages = (
    Page(
        "Vectors",
        Blocks("vec", Str("name", label="Name", help="The uniform that gets the value."),
               XYZW("value", label="Value", help="Its value; it takes as many numbers as it has components."),
               help="Values for uniforms of floats, ints and bools."),
    ),
    Page(
        "Colors",
        Toggle("premultrgbbyalpha", label="Pre-Multiply RGB by Alpha", help="Multiply the colours by their alpha."),
        Blocks("color", Str("name", label="Name", help="The uniform, a vec4, that gets the colour."),
               RGB("rgb", (1, 1, 1), label="Color", help="The colour."),
               Float("alpha", 1, label="Alpha", help="Its opacity."), help="Colours for uniforms."),
    ),
    Page(
        "Arrays",
        Blocks("array", Str("name", label="Name", help="The uniform that gets the samples."),
               Menu("type", ("float", "vec2", "vec3", "vec4"), label="Type",
                    help="What one element is: the sample of one channel, or of the first two, three or four."),
               CHOPRef("chop", label="CHOP", help="The CHOP whose samples to send, one an element."),
               Menu("arraytype", (("uniformarray", "Uniform Array"), ("texturebuffer", "Texture Buffer")),
                    label="Array Type", help="A uniform array, or a samplerBuffer, which can be much longer."),
               help="Arrays of the samples of CHOPs."),
    ),
    Page(
        "Matrices",
        Blocks("matrix", Str("name", label="Name", help="The uniform, a mat2, mat3 or mat4, that gets the matrix."),
               Python("value", label="Matrix", help="A table of its rows; a CHOP whose channels are its numbers "
                      "column by column; rows in Python; or numbers in Python, column by column."),
               help="Matrices for uniforms."),
    ),
    Page(
        "Atomic Counters",
        Blocks("ac", Str("name", label="Name", help="The atomic counter, or array of them."),
               Menu("initvalue", (("val", "Single Value"), ("chop", "CHOP Values")), label="Initial Value Type",
                    help="Where the values come from that each cook starts with."),
               Int("singlevalue", 0, low=0, label="Initial Value", help="The value for all of them."),
               CHOPRef("chopvalue", label="Initial Values CHOP", help="A sample for each of them."),
               help="What atomic counters start with."),
    ),
    Page(
        "Constants",
        Blocks("const", Str("name", label="Name", help="The constant, declared with layout(constant_id = …)."),
               Float("value", label="Value", help="Its value; another one compiles the shader anew."),
               help="Values of specialization constants."),
    ),
)  # fmt: skip
"""The pages, in order."""


@dataclass
class Sent:
    """What goes to a shader, by the names of its uniforms."""

    uniforms: dict[str, Value] = field(default_factory=dict)
    texels: dict[str, Texels] = field(default_factory=dict)
    counters: dict[str, float | Sequence[float]] = field(default_factory=dict)
    kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    """The kinds of uniform that each name's page can set."""


def sent(at: At, kinds: dict[str, tuple[str, int]], counters: Iterable[str], gpu: Callable[[], Gpu]) -> Sent:
    """The values of all pages; ``kinds`` are the uniforms of the shader with their types and lengths."""
    out = Sent()
    _vectors(at, out)
    for name, size, chops, how in at.blocks("array"):
        if name and chops:
            values = _elements(at, name, chops[0], 1 if size == "float" else int(size[3:]))
            if how == "texturebuffer":
                _name(at, out, name, BUFFERS)
                out.texels[name] = Texels(gpu(), values if len(values) else np.zeros((1, values.shape[1])))
            else:
                _name(at, out, name, NUMBERS)
                out.uniforms[name] = values.tolist() if kinds.get(name, ("", 1))[1] > 1 else values[0].tolist()
    for name, value in at.blocks("matrix"):
        if name:
            _name(at, out, name, MATRICES)
            kind, length = kinds.get(name, ("mat4", 1))
            if kind in MATRICES:
                numbers = _matrix(at.op, name, value, int(kind[3:]))
                out.uniforms[name] = [numbers] if length > 1 else numbers
    declared = set(counters)
    for name, how, single, chops in at.blocks("ac"):
        if name and name not in declared:
            at.warn(f"the shader declares no atomic counter {name}")
        elif name:
            samples: Channels | None = chops[0].result.pull() if how == "chop" and chops else None
            out.counters[name] = single if samples is None else samples.samples.T.ravel().tolist()
    return out


def _vectors(at: At, out: Sent) -> None:
    for sequence in ("vec", "color"):
        for name, *values in at.blocks(sequence):
            if name:
                if sequence == "color" and at.par.premultrgbbyalpha:
                    values[:3] = (channel * values[3] for channel in values[:3])
                _name(at, out, name, NUMBERS)
                out.uniforms[name] = values


def _name(at: At, out: Sent, name: str, kinds: frozenset[str]) -> None:
    if name in out.kinds:
        at.warn(f"the uniform {name} is named twice; the last value counts")
    out.kinds[name] = kinds


def _elements(at: At, name: str, chop: CHOP, size: int) -> NDArray[np.float64]:
    """The samples of a CHOP as rows of ``size`` numbers, at least one row."""
    channels: Channels = chop.result.pull()
    values = np.zeros((max(1, channels.length), size))
    used = channels.samples[:size].T
    if used.shape[1] < size:
        at.warn(f"the array {name}: {chop.path} has {len(channels)} channels of the {size} that vec{size} takes")
    values[: used.shape[0], : used.shape[1]] = used
    return values


def _matrix(me: OP, name: str, value: Any, side: int) -> list[float]:
    """A matrix column by column, as GLSL has it; of a larger one the upper left part."""
    if isinstance(value, str) and value:
        found = me.op(value)
        if found is None:
            raise OpError(f"the matrix {name}: there is no operator {value!r}")
        value = found
    if value is None or (isinstance(value, str) and not value):
        return [float(row == column) for column in range(side) for row in range(side)]
    try:
        columns = _columns(value)
    except (TypeError, ValueError):
        columns = np.zeros((0, 0))
    if columns.shape[0] != columns.shape[1] or columns.shape[0] < side:
        what = getattr(value, "path", type(value).__name__)
        raise OpError(f"the matrix {name}: {what} does not hold the {side} × {side} numbers of a mat{side}")
    out: list[float] = columns[:side, :side].ravel().tolist()
    return out


def _columns(value: Any) -> NDArray[np.float64]:
    """[column, row] of what stands for a matrix."""
    if isinstance(value, DAT):
        return np.array([[float(cell.val) for cell in row] for row in value.rows()], np.float64).T
    if isinstance(value, CHOP):
        channels: Channels = value.result.pull()
        value = channels.samples[:, -1] if channels.length else ()
    numbers = np.asarray(value, np.float64)
    if numbers.ndim == 2:
        return numbers.T
    side = round(float(numbers.size) ** 0.5)
    return numbers.reshape(side, side)
