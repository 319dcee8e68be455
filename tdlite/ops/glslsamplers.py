"""The Samplers page of GLSL TOPs: TOPs that a shader reads by name, each sampled in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tdlite.gpu.image import Image
from tdlite.gpu.passes import Filter, Sampler
from tdlite.gpu.volume import KINDS
from tdlite.graph.errors import OpError
from tdlite.graph.pardefs import Blocks, Menu, Page, Str, TOPRef

if TYPE_CHECKING:
    from .cook import At

SAMPLERS = {"sampler2D": "texture2d", "sampler3D": "texture3d", "sampler2DArray": "texture2darray"}
"""The kinds of uniforms that the page sets, and what their TOPs must be."""
KIND_NAMES = {"texture2d": "2D texture", **KINDS}
_FILTERS: dict[str, Filter] = {"nearest": "nearest", "linear": "linear", "mipmaplinear": "mipmap"}
_EXTENDS = ("hold", "zero", "repeat", "mirror")

Textures = dict[str, tuple[Image | None, Sampler]]

page = Page(
    "Samplers",
    Blocks("sampler", Str("name", label="Name", help="The sampler uniform that reads the TOP."),
           TOPRef("top", label="TOP", help="The TOP that it reads; it needs no wire."),
           Menu("extendu", _EXTENDS, label="Extend U", help="What lies beyond its left and right edges."),
           Menu("extendv", _EXTENDS, label="Extend V", help="What lies beyond its lower and upper edges."),
           Menu("extendw", _EXTENDS, label="Extend W", help="What lies beyond its first and last slices."),
           Menu("filter", (("nearest", "Nearest"), ("linear", "Linear"), ("mipmaplinear", "Mipmap Linear")), "linear",
                label="Filter", help="What is read between its pixels, and where it is drawn smaller."),
           help="TOPs for samplers with names of one's own."),
)  # fmt: skip


def mipmapped(blocks: list[tuple[object, ...]]) -> bool:
    """Whether one of the page's blocks asks for mipmaps."""
    return any(name and how == "mipmaplinear" for name, *_, how in blocks)


def textures(at: At, uniforms: Mapping[str, tuple[str, int]]) -> Textures:
    """What the page gives to the samplers of a shader, whose active uniforms these are; TOPs are cooked for it.

    A 2D sampler without a TOP is there with None. Raises OpError for a TOP of another kind than its sampler.
    """
    made: Textures = {
        name: (None, Sampler()) for name, (kind, _) in uniforms.items() if kind == "sampler2D" and name[:3] != "sTD"
    }
    named = set()
    for name, tops, u, v, w, how in at.blocks("sampler"):
        if not name:
            continue
        if name in named:
            at.warn(f"the sampler {name} is named twice; the last TOP counts")
        named.add(name)
        if not tops:
            at.warn(f"the sampler {name} has no TOP; set the TOP beside its name")
            continue
        kind, length = uniforms.get(name, ("", 1))
        if kind not in SAMPLERS:
            continue  # nothing would read it, so it need not cook
        if length > 1:
            raise OpError(f"{name} is an array of {length} samplers, and a block sets a single one")
        image: Image = tops[0].result.pull()
        if image.spec.kind != SAMPLERS[kind]:
            found = KIND_NAMES[image.spec.kind]
            raise OpError(f"the sampler {name} is a {kind}, and {tops[0].path} is a {found}; declare it as such")
        made[name] = image, Sampler(_FILTERS[how], extend=u, vertical=v, depth=w)
    return made
