"""What an importer understands of a shader, before it is written as a network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Value = str | float | tuple[str | float, ...]
"""What a uniform gets: an expression, a number, or one of these for each component."""


class ImportFault(Exception):
    """A shader that cannot be imported: the message says what was found, where, and what to do."""

    is_message = True


@dataclass
class Custom:
    """A custom parameter of the COMP. ``name`` is TouchDesigner-like: letters and digits, a capital first."""

    name: str
    style: str
    """Float, Int, Toggle, Pulse, Menu, XY, WH, XYZ, XYZW, RGBA or TOP."""
    label: str = ""
    default: Any = 0.0
    low: Any = None
    high: Any = None
    menu: dict[str, str] = field(default_factory=dict)
    """Token → label."""
    note: str = ""


@dataclass
class Picture:
    """A texture that no pass draws: a file, or what stands in for something that is not here.

    ``kind`` is file, noise (every pixel a random colour), clouds (a soft coloured picture), black or grey (0.5);
    ``custom`` the TOP parameter that selects another picture, if there is one.
    """

    name: str
    kind: str
    path: str = ""
    custom: str = ""
    note: str = ""


class Read(NamedTuple):
    """That a pass reads a picture or another pass under the name of a sampler; ``past`` is that of the last frame.

    ``extend`` and ``smooth`` are the words of the GLSL TOP's Samplers page.
    """

    sampler: str
    source: str
    past: bool = False
    extend: str = "hold"
    smooth: str = "linear"


@dataclass
class Step:
    """One GLSL TOP: its text, what it reads, and the values of its uniforms."""

    name: str
    text: str
    reads: list[Read] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    size: tuple[str, str] | None = None
    """Expressions of another width and height than the COMP's."""
    deep: bool = False
    """Whether pixels are 32-bit floats, not 8-bit numbers."""
    note: str = ""


RESERVED = {"Parentshortcut", "Opshortcut", "Resolutionw", "Resolutionh"}
"""Parameters that the COMP has anyway."""


@dataclass
class Sketch:
    """All that becomes one COMP. The last step is the picture."""

    name: str
    origin: str
    """The kind of shader, for the reader: Shadertoy, ISF, glslViewer."""
    steps: list[Step]
    pictures: list[Picture] = field(default_factory=list)
    customs: list[Custom] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """DATs that steps include by name."""
    vertex: str = ""
    """A vertex shader that all steps have."""
    about: list[str] = field(default_factory=list)
    """What the shader says of itself: author, description."""
    notes: list[str] = field(default_factory=list)
    """What could not be carried over as it was."""
    _taken: set[str] = field(default_factory=lambda: {name.lower() for name in RESERVED})
    _numbers: dict[str, int] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Say once what is not as in the original."""
        if text not in self.notes:
            self.notes.append(text)

    def custom(self, made: Custom) -> Custom:
        """Add a custom parameter, under another name where its own is taken; the one that was added."""
        stem = made.name
        while self._taken & {part.lower() for part in _parts(made)}:
            self._numbers[stem] = self._numbers.get(stem, 1) + 1
            made.name = f"{stem}{self._numbers[stem]}"
        self._taken |= {part.lower() for part in _parts(made)}
        self.customs.append(made)
        return made


COMPONENTS = {"XY": "xy", "WH": "wh", "XYZ": "xyz", "XYZW": "xyzw", "RGBA": "rgba"}
"""The endings of the parameters that a group is made of."""


def _parts(custom: Custom) -> Iterable[str]:
    return [custom.name + part for part in COMPONENTS.get(custom.style, ("",))]


def par_name(text: str) -> str:
    """A name for a custom parameter from whatever a shader calls it."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return name if name[:1].isalpha() else f"P{name}"


def op_name(text: str, otherwise: str = "shader") -> str:
    """A name for an operator from whatever a file is called: ASCII letters, digits and underscores."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text)
    name = "_".join(kept.split())[:60].strip("_") or otherwise
    return name if name[0].isalpha() else f"{otherwise}_{name}"
