"""Other people's shaders as networks: Shadertoy, ISF, and the plain fragments of glslViewer and The Book of Shaders.

    text = read("ripples.fs").python        # a network file, to be edited and run

Only text is read and written here, with the standard library alone: nothing is compiled or drawn. A reader for each
kind of shader (``shadertoy`` with ``sections`` and ``toypasses``, ``isf`` with ``isfheader``, ``isfinputs`` and
``isfvertex``, ``plain`` with ``blocks``) makes a ``Sketch`` (``model``) of what it finds: passes, what they read, the
values of their uniforms, custom parameters, and notes on what could not be carried over. ``writer`` turns that into
Python, with the functions of ``templates``. ``glsl`` and ``channels`` look into shader text, ``feeds`` knows what
hosts' uniforms are called, ``expressions`` translates ISF's sizes.
"""

from __future__ import annotations

from .model import ImportFault
from .reading import Imported, read

__all__ = ["ImportFault", "Imported", "read"]
