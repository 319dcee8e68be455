"""Matrices of Transform pages, as flat tuples column by column: what a shader's mat3 or mat4 takes.

Vectors are columns, so in a product the last matrix acts first. Angles are in degrees, counter-clockwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, hypot, radians, sin
from typing import Any

from tdlite.gpu.image import Spec
from tdlite.graph.pardefs import Group, Menu

from .shader import pixels_xy

Matrix = tuple[float, ...]

ORDERS = (
    ("srt", "Scale Rotate Translate"),
    ("str", "Scale Translate Rotate"),
    ("rst", "Rotate Scale Translate"),
    ("rts", "Rotate Translate Scale"),
    ("tsr", "Translate Scale Rotate"),
    ("trs", "Translate Rotate Scale"),
)
ROTATE_ORDERS = tuple(
    (order, " ".join(f"R{axis}" for axis in order)) for order in ("xyz", "xzy", "yxz", "yzx", "zxy", "zyx")
)


def transform_order() -> Group:
    """The menu ``xord`` of Transform pages."""
    return Menu("xord", ORDERS, label="Transform Order", shader=False, help="What is done first, second and last.")


def product(*matrices: Matrix) -> Matrix:
    """The matrix product, in the order in which it is written."""
    result, *rest = matrices
    for matrix in rest:
        # Written out: animated operators do this in every frame.
        if len(matrix) == 9:
            a, b, c, d, e, f, g, h, i = result
            columns = zip(matrix[::3], matrix[1::3], matrix[2::3], strict=True)
            result = tuple(
                value
                for x, y, z in columns
                for value in (a * x + d * y + g * z, b * x + e * y + h * z, c * x + f * y + i * z)
            )
        else:
            a, b, c, d, e, f, g, h, i, j, k, q, m, n, o, p = result
            result = tuple(
                value
                for x, y, z, w in zip(matrix[::4], matrix[1::4], matrix[2::4], matrix[3::4], strict=True)
                for value in (
                    a * x + e * y + i * z + m * w,
                    b * x + f * y + j * z + n * w,
                    c * x + g * y + k * z + o * w,
                    d * x + h * y + q * z + p * w,
                )
            )
    return result


def translation(*by: float) -> Matrix:
    """Moves by a vector: 3×3 for two numbers, 4×4 for three."""
    n = len(by) + 1
    last = (*by, 1.0)
    return tuple(last[row] if column == n - 1 else float(row == column) for column in range(n) for row in range(n))


def scaling(*by: float) -> Matrix:
    """Scales each axis: 3×3 for two numbers, 4×4 for three."""
    n = len(by) + 1
    diagonal = (*by, 1.0)
    return tuple(diagonal[row] if column == row else 0.0 for column in range(n) for row in range(n))


def rotation(degrees: float) -> Matrix:
    """Turns the plane: 3×3."""
    c, s = cosine_sine(degrees)
    return (c, s, 0.0, -s, c, 0.0, 0.0, 0.0, 1.0)


def rotation3(x: float, y: float, z: float, order: str = "xyz") -> Matrix:
    """Turns about the axes, the first letter of ``order`` first: 4×4."""
    if not (x or y or z):
        return scaling(1.0, 1.0, 1.0)
    turns = {}
    for axis, angle in enumerate((x, y, z)):
        c, s = cosine_sine(angle)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        matrix = [float(i % 5 == 0) for i in range(16)]
        matrix[a * 4 + a], matrix[a * 4 + b], matrix[b * 4 + a], matrix[b * 4 + b] = c, s, -s, c
        turns["xyz"[axis]] = tuple(matrix)
    return product(*(turns[axis] for axis in reversed(order)))


def ordered(order: str, parts: Mapping[str, Matrix]) -> Matrix:
    """The product of the parts named by the letters of ``order``, the first letter's acting first."""
    return product(*(parts[letter] for letter in reversed(order)))


def about(pivot: tuple[float, ...], matrix: Matrix) -> Matrix:
    """The same transformation about ``pivot`` instead of the origin."""
    if not any(pivot):
        return matrix
    return product(translation(*pivot), matrix, translation(*(-value for value in pivot)))


def inverse(matrix: Matrix) -> Matrix:
    """The inverse of a 3×3 transformation of the plane. ZeroDivisionError if it has none."""
    a, b, _, c, d, _, x, y, _ = matrix
    area = a * d - b * c
    a, b, c, d = d / area, -b / area, -c / area, a / area
    return (a, b, 0.0, c, d, 0.0, -a * x - c * y, -b * x - d * y, 1.0)


def xy_pixels(row: Any, name: str, spec: Spec) -> tuple[float, float]:
    """The length that ``<name>x``, ``<name>y`` and ``<name>unit`` of a row of values give, in pixels."""
    x, y, unit = getattr(row, name + "x"), getattr(row, name + "y"), getattr(row, name + "unit")
    return pixels_xy(x, y, unit, spec.width, spec.height)


LOOKUP = (
    ("xform", "mat3"),  # from a pixel's numbers to its place in the other picture, 0 to 1
    ("drawn", "vec2"),  # the size of that picture in pixels, as it is drawn
)
"""What a shader has to know that draws another picture somewhere, as ``lookup`` computes it."""


def lookup(back: Matrix, spec: Spec) -> tuple[float, ...]:
    """The numbers of LOOKUP for a picture that fills ``spec`` where ``back``, in pixels from the centre, is no move."""
    half = translation(0.5, 0.5)
    to_unit = product(half, scaling(1 / spec.width, 1 / spec.height))
    xform = product(to_unit, back, translation(-spec.width / 2, -spec.height / 2), half)
    # However far it is enlarged, the size is a number that a float can hold.
    return (*xform, *(1 / max(hypot(*row), 1e-12) for row in (xform[0:4:3], xform[1:5:3])))


def within(extend: Any) -> Any:
    """How to sample a picture whose shader leaves out what lies beyond the edge, with ``covered``, for ``zero``.

    So an edge is as soft as one pixel of the output, however large the picture is drawn.
    """
    return "hold" if extend == "zero" else extend


def not_flat(scale: float) -> float:
    """A scale that has an inverse: what is scaled to nothing becomes too small to be seen."""
    return scale if abs(scale) > _SMALLEST else _SMALLEST


_SMALLEST = 1e-6


def cosine_sine(degrees: float) -> tuple[float, float]:
    """Of an angle; exact for quarter turns, so that they move pixels onto pixels."""
    if not degrees:
        return 1.0, 0.0
    quarters, rest = divmod(degrees, 90)
    if rest == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarters) % 4]
    angle = radians(degrees)
    return cos(angle), sin(angle)
