"""Colour spaces on the GPU: pictures converted, from and to the project's working colour space."""

from __future__ import annotations

from functools import lru_cache

from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.source import Source
from tdlite.graph.project import Project
from tdlite.media.colour import SPACES, Conversion, Space, Whites

_PIXEL = """
vec4 pixel(vec2 uv) {
    vec4 c = input0();
    float whole = premultiplied != 0 && c.a > 0.0 ? c.a : 1.0;
    return vec4(in_space(vec4(c.rgb / whole, 1.0)).rgb * whole, c.a);
}
"""


def outward(project: Project, space: str, white: str = "default") -> Conversion:
    """The way from the project's working colour space to ``space``, with a reference white of ``WHITE_MENU``."""
    working, target, whites = _working(project), SPACES[space], _whites(project)
    return Conversion(working, target, whites.of(working), whites.of(target, white))


def inward(project: Project, space: str, white: str = "default") -> Conversion:
    """The way from ``space``, with a reference white of ``WHITE_MENU``, to the project's working colour space."""
    working, source, whites = _working(project), SPACES[space], _whites(project)
    return Conversion(source, working, whites.of(source, white), whites.of(working))


def _working(project: Project) -> Space:
    return SPACES[project.workingColorSpace.value]


def _whites(project: Project) -> Whites:
    return Whites(project.sdrReferenceWhiteNits, project.hdrReferenceWhiteNits)


def conversion(image: Image, way: Conversion, format: str, premultiplied: bool = True) -> Pass | Image:
    """The pass that converts a picture into an image of ``format``; the picture itself where nothing changes.

    Colours that are ``premultiplied`` are divided by alpha, converted, and multiplied again; otherwise they
    are converted as they are, which is right where alpha is dropped afterwards.
    """
    if way.nothing:
        return image
    return Pass(_program(way, premultiplied), image.spec._replace(format=format), inputs=(image,))


@lru_cache(maxsize=64)
def _program(way: Conversion, premultiplied: bool) -> PixelProgram:
    source = Source(f"{way.source.token} to {way.target.token}", way.glsl("in_space") + _PIXEL)
    return PixelProgram(source, inputs=1, variants=[("premultiplied", int(premultiplied))])


def file_format(format: str, space: Space) -> str:
    """The format for pictures of ``format`` on their way into image files of ``space``, where nothing is lost.

    Floats stay floats of as many bits. Fixed-point ones stay that where a space ends at 0 and 1, with 16 bits for
    HDR's curves; amounts of light become floats, half for 8 bits.
    """
    made = FORMATS[format]
    deep = made.step < 1 / 255
    if made.kind == "float":
        return "rgba32float" if "32" in format else "rgba16float"
    if space.linear:
        return "rgba32float" if deep else "rgba16float"
    return "rgba16fixed" if deep or space.steep else "rgba8fixed"


def shallow(path: str, space: Space) -> list[str]:
    """A sentence where the type of an image file has 8 bits and ``space`` asks for more."""
    if not (space.steep and path.lower().endswith((".jpg", ".jpeg", ".bmp"))):
        return []
    return [f"{space.label} in 8 bits shows steps in smooth areas; set imagefiletype to png"]


class Converted:
    """Pictures on their way to a file: one that stays is converted once."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._last: Image | None = None

    def __call__(self, image: Image, way: Conversion, format: str, premultiplied: bool) -> Image:
        """The picture in the target space: see ``conversion``."""
        key = (image.serial, way, format, premultiplied)
        if self._last is None or self._key != key:
            made = conversion(image, way, format, premultiplied)
            self._key, self._last = key, made if isinstance(made, Image) else image.gpu.draw(made)
        return self._last
