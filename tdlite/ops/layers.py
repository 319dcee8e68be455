"""The channels of an EXR file: those of the wired picture by other names, and those of additional TOPs."""

from __future__ import annotations

from typing import NamedTuple

from tdlite.gpu.image import Image
from tdlite.graph.errors import OpError
from tdlite.graph.op import OP
from tdlite.graph.pardefs import Blocks, Menu, Page, Str, Toggle, TOPRef
from tdlite.media.exr import COMPRESSIONS
from tdlite.media.picture import RGBA

exr_page = Page(
    "EXR",
    Menu("exrcompression", [(token, label) for token, (label, _) in COMPRESSIONS.items()], label="EXR Compression",
         help="How pixels are packed. ZIP is read everywhere; HTJ2K is faster and smaller, for OpenEXR 3.4 or later."),
    Toggle("pointcloud", label="Save as Point Cloud", help="Say in the header that the pixels are points."),
    Blocks(
        "input",
        TOPRef("top", label="TOP", help="A TOP whose channels are added as they are; in the first block it stands in "
                                        "for the wired input."),
        *(Str(name[0].lower(), label=name, help=f"What the TOP's {name.lower()} channel is called; blank leaves it "
                                                "out, and of two with one name the later is kept.")
          for name in ("Red", "Green", "Blue", "Alpha")),
        first=dict(zip("rgba", RGBA, strict=True)),
        help="The pictures in an EXR file, all of one size: the wired input, then additional ones.",
    ),
)  # fmt: skip


class Layer(NamedTuple):
    """An additional picture in an EXR file, where it comes from, and the names of its channels."""

    image: Image
    source: str
    names: tuple[str, ...]


class Layers(NamedTuple):
    """The names of the wired picture's channels, and what is added to them."""

    names: tuple[str, ...] = RGBA
    added: tuple[Layer, ...] = ()

    @property
    def channels(self) -> tuple[tuple[str, ...], ...]:
        """The names of all pictures, the wired one first."""
        return (self.names, *(layer.names for layer in self.added))

    def beside(self, image: Image) -> list[Image]:
        """The additional pictures. OpError when one is not of the wired picture's size."""
        for layer in self.added:
            if layer.image.spec[:2] != image.spec[:2]:
                found, wanted = (f"{spec.width}×{spec.height}" for spec in (layer.image.spec, image.spec))
                raise OpError(
                    f"cannot add {layer.source} ({found}) to an EXR file of {wanted}: its channels are of one size; "
                    "set the TOP's Output Resolution"
                )
        return [layer.image for layer in self.added]


def layers(op: OP) -> Layers:
    """What the operator's EXR page asks for; its TOPs are cooked. CookError when one of them has no picture."""
    wired: tuple[str, ...] = ("",) * 4
    added = []
    for index, (tops, *given) in enumerate(op.values.blocks_of("input")):
        names = tuple(name.strip() for name in given)
        if tops:
            added.append(Layer(tops[0].result.pull(), f"input{index}top {tops[0].path}", names))
        elif index == 0:
            wired = names
    return Layers(wired, tuple(added))


def idle(op: OP, exr: bool) -> list[str]:
    """A sentence for each block that adds nothing to a file, which is ``exr`` or of another type."""
    found = []
    for index, (tops, *given) in enumerate(op.values.blocks_of("input")):
        named = any(name.strip() for name in given)
        if tops and not exr:
            found.append(f"input{index}top is not written: only EXR files have additional inputs")
        elif tops and not named:
            found.append(f"input{index}top adds nothing: name its channels with input{index}r, g, b or a")
        elif index and named and not tops:
            found.append(f"the channels of block {index} are not written: set input{index}top")
    return found
