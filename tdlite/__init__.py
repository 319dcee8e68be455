"""tdlite: networks of TOPs, CHOPs, DATs and COMPs in Python, rendered headless.

    import tdlite as td

    with td.Project(cookRate=60) as project:
        noise = project.root.create(td.noiseTOP, 'noise1')
        noise.par.tz.expr = 'absTime.seconds * 0.05'
        project.run(frames=120)
        image = noise.numpyArray()          # float32 [h, w, 4], row 0 at the bottom

Operator classes are attributes of this module, imported at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdlite.graph import tdu
from tdlite.graph.engine import CookError
from tdlite.graph.errors import OpError, ParError, TdError
from tdlite.graph.parvalues import ParMode
from tdlite.graph.project import Project
from tdlite.graph.scripts import CookLevel
from tdlite.graph.settings import WorkingColorSpace

if TYPE_CHECKING:
    from tdlite.gpu.cudamemory import CUDAMemoryShape
    from tdlite.graph.op import OP

__version__ = "0.1.0"
__all__ = [
    "CUDAMemoryShape",
    "CookError",
    "CookLevel",
    "OpError",
    "ParError",
    "ParMode",
    "Project",
    "TdError",
    "WorkingColorSpace",
    "__version__",
    "import_shader",
    "load",
    "ops",
    "register",
    "tdu",
]


def _find(name: str) -> type[OP]:
    from tdlite.ops.registry import find

    return find(name)


Project.types = staticmethod(_find)


def register(cls: Any) -> Any:
    """Make an operator class of one's own known by its name; usable as a decorator."""
    from tdlite.ops.registry import register as register_class

    return register_class(cls)


def load(path: str) -> list[type[OP]]:
    """Import a Python file and register the operator classes in it."""
    from tdlite.ops.registry import load as load_file

    return load_file(path)


def import_shader(path: str) -> str:
    """A network file, as text, from a Shadertoy, an ISF or a plain fragment: see docs/importing.md.

    Raises OSError for what cannot be read and tdlite.imports.ImportFault for what is no shader.
    """
    from tdlite.imports import read

    return read(path).python


def __getattr__(name: str) -> Any:
    if name.endswith(("TOP", "CHOP", "DAT", "COMP")):
        try:
            return _find(name)
        except OpError as error:
            raise AttributeError(f"tdlite: {error}") from None
    if name == "CUDAMemoryShape":  # needs numpy
        from tdlite.gpu.cudamemory import CUDAMemoryShape

        return CUDAMemoryShape
    raise AttributeError(f"module 'tdlite' has no attribute {name!r}")


def __dir__() -> list[str]:
    from tdlite.ops.registry import names

    return [*__all__, *names()]
