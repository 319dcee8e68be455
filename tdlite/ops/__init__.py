"""What the author of an operator imports: family bases, parameter declarations, wires."""

from tdlite.graph.comp import COMP
from tdlite.graph.errors import OpError, ParError, TdError
from tdlite.graph.op import OP
from tdlite.graph.pardefs import (
    RGB,
    RGBA,
    WH,
    XY,
    XYZ,
    XYZW,
    Blocks,
    CHOPRef,
    Color,
    COMPRef,
    DATRef,
    Duration,
    File,
    Float,
    Folder,
    Int,
    Length,
    Menu,
    OPRef,
    Page,
    Pair,
    Pulse,
    Python,
    Quad,
    Str,
    StrMenu,
    Toggle,
    TOPRef,
)
from tdlite.graph.wires import many, optional, required

from .channels import Channels
from .chop import CHOP, Channel
from .cook import At
from .dat import DAT
from .top import TOP
from .toppage import BLEND_MODES, generator_output

__all__ = [
    "BLEND_MODES", "CHOP", "COMP", "DAT", "OP", "RGB", "RGBA", "TOP", "WH", "XY", "XYZ", "XYZW", "At", "Blocks",
    "CHOPRef", "COMPRef", "Channel", "Channels", "Color", "DATRef", "Duration", "File", "Float", "Folder", "Int",
    "Length", "Menu", "OPRef", "OpError", "Page", "Pair", "ParError", "Pulse", "Python", "Quad", "Str", "StrMenu",
    "TOPRef", "TdError", "Toggle", "generator_output", "many", "optional", "required",
]  # fmt: skip
