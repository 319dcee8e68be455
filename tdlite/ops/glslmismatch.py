"""Where the uniforms of a shader and the pages of its operator do not fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tdlite.graph.paths import nearest

from .glslbuild import Build
from .glslsamplers import SAMPLERS
from .glslvalues import BUFFERS, MATRICES, NUMBERS, Sent

if TYPE_CHECKING:
    from .cook import At

_PAGES = {
    "vec": "the Vectors page", "matrix": "the Matrices page", "array": "the Arrays page as a Texture Buffer",
    "sampler": "the Samplers page",
}  # fmt: skip


def mismatches(at: At, build: Build, values: Sent) -> Iterator[str]:
    """What to warn of: values that no uniform takes, uniforms without a value, and values of the wrong kind."""
    fed = values.kinds | {name: frozenset(SAMPLERS) for name, *_ in at.blocks("sampler") if name}
    for name in fed:
        if name not in build.declared:
            yield f"the shader declares no uniform {name}{nearest(name, build.declared)}"
    for name, (kind, _) in build.uniforms.items():
        if kind not in NUMBERS | MATRICES | BUFFERS | SAMPLERS.keys():
            yield f"the uniform {name} is a {kind}, which no page can set"
        elif name in fed and kind not in fed[name]:
            yield f"the uniform {name} is a {kind}; set it on {_PAGES[_page(kind, 1)]}"
        elif name not in fed and not build.declared[name]:
            unused = [other for other in fed if other not in build.declared]
            yield f"the uniform {name} has no value and is 0; name it on a page{nearest(name, unused)}"
    for name, _ in at.blocks("const"):
        if name and name not in build.constants:
            yield f"the shader declares no constant {name} with a constant_id{nearest(name, build.constants)}"


def unnamed(build: Build, named: set[str]) -> list[tuple[str, str]]:
    """The uniforms and counters that no block names and none has to, each with the sequence that would set it."""
    wanted = [(name, _page(*kind)) for name, kind in build.uniforms.items() if not build.declared[name]]
    wanted += [(counter, "ac") for counter in build.counters]
    return [(name, page) for name, page in wanted if name not in named and page]


def _page(kind: str, length: int) -> str:
    """The sequence that sets uniforms of a kind; none for kinds that nothing sets."""
    if kind in NUMBERS:
        return "vec" if length == 1 else "array"
    if kind in SAMPLERS:
        return "sampler" if length == 1 else ""
    return "matrix" if kind in MATRICES else "array" if kind in BUFFERS else ""
