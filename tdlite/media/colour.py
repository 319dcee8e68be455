"""Colour spaces: what the numbers of a picture mean, and the way from one meaning to another.

A space is a set of primaries and a transfer function. Linear light is the meeting point: 1 is the space's
*reference white*, which is some number of nits (cd/m²): that of SDR or that of HDR. OpenColorIO puts the steps
together, as text for a shader and as a processor for arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdlite.media.encoder import Colour

if TYPE_CHECKING:
    import PyOpenColorIO as ocio

Point = tuple[float, float]


class Chromaticities(NamedTuple):
    """The x, y (CIE 1931) of a space's primaries and white."""

    red: Point
    green: Point
    blue: Point
    white: Point


_D65 = (0.3127, 0.3290)
_D60 = (0.32168, 0.33767)  # the white of ACES
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
REC709 = Chromaticities((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
REC601 = Chromaticities((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)
REC2020 = Chromaticities((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65)
P3_D65 = Chromaticities(*_P3, _D65)
P3_D60 = Chromaticities(*_P3, _D60)
AP0 = Chromaticities((0.73470, 0.26530), (0.0, 1.0), (0.00010, -0.07700), _D60)
AP1 = Chromaticities((0.713, 0.293), (0.165, 0.830), (0.128, 0.044), _D60)

UNSPECIFIED = 2
"""The code of H.273 for what is unknown."""


@dataclass(frozen=True)
class Space:
    """One colour space of the menus.

    `hdr` tells which reference white is its own. `curve` is its transfer function, one of `_CURVES`; ''
    stands for numbers that are left alone. `tags` are the codes of H.273 for primaries and transfer function,
    None where it has none for both; `matrix` is the one that YUV is made with.
    """

    token: str
    label: str
    hdr: bool
    chromaticities: Chromaticities
    curve: str
    tags: tuple[int, int] | None = None
    matrix: int = 1

    @property
    def linear(self) -> bool:
        """Whether its numbers are amounts of light, so that those below 0 and above 1 count."""
        return self.curve == "linear"

    @property
    def steep(self) -> bool:
        """Whether its transfer function spans so much light that 8 bits show steps."""
        return self.curve in ("pq", "hlg")

    @property
    def colour(self) -> Colour:
        """What movies say of their samples."""
        return Colour(*(self.tags or (UNSPECIFIED, UNSPECIFIED)), self.matrix)


SPACES: Mapping[str, Space] = {
    each.token: each
    for each in (
        Space("srgb", "sRGB", False, REC709, "srgb", (1, 13)),
        Space("srgblinear", "sRGB - Linear", False, REC709, "linear", (1, 8)),
        Space("rec601ntsc", "Rec.601 (NTSC)", False, REC601, "rec709", (6, 6), 6),
        Space("rec709", "Rec.709", False, REC709, "rec709", (1, 1)),
        Space("rec2020", "Rec.2020", True, REC2020, "rec709", (9, 14), 9),
        Space("rec2020st2084pq", "Rec.2020 ST2084PQ", True, REC2020, "pq", (9, 16), 9),
        Space("rec2020hlg", "Rec.2020 HLG", True, REC2020, "hlg", (9, 18), 9),
        Space("dcip3", "DCI-P3", True, P3_D65, "gamma26", (12, 17)),
        Space("dcip3d60", "DCI-P3 (D60)", True, P3_D60, "gamma26"),
        Space("displayp3d65", "Display-P3 (D65)", True, P3_D65, "srgb", (12, 13)),
        Space("displayp3d65linear", "Display-P3 (D65) - Linear", True, P3_D65, "linear", (12, 8)),
        Space("aces2065-1", "ACES2065-1", True, AP0, "linear"),
        Space("acescg", "ACEScg", True, AP1, "linear"),
        Space("acesproxy", "ACESproxy", True, AP1, "proxy"),
        Space("passthrough", "Passthrough", False, REC709, ""),
    )
}
"""The colour spaces by token, in the order of TouchDesigner's menu."""

SPACE_MENU = tuple((each.token, each.label) for each in SPACES.values())
"""Tokens and labels of `outputcolorspace`."""

WHITE_MENU = (("default", "Default For Color Space"), ("sdr", "Standard (SDR)"), ("hdr", "High (HDR)"))
"""Tokens and labels of `outputreferencewhite`."""

# Rec.601, Rec.709 and Rec.2020 have one transfer function under four codes.
_SAME_TRANSFER = {6: 1, 14: 1, 15: 1}


def tagged(primaries: int, transfer: int) -> Space | None:
    """Return the space that the codes of H.273 name; None when it is not in the table."""

    def key(codes: tuple[int, int]) -> tuple[int, int]:
        return codes[0], _SAME_TRANSFER.get(codes[1], codes[1])

    wanted = key((primaries, transfer))
    return next((each for each in SPACES.values() if each.tags is not None and key(each.tags) == wanted), None)


class Whites(NamedTuple):
    """The reference whites of a project, in nits."""

    sdr: float
    hdr: float

    def of(self, space: Space, kind: str = "default") -> float:
        """The white of `space` by an entry of `WHITE_MENU`."""
        return self.hdr if (space.hdr if kind == "default" else kind == "hdr") else self.sdr


def rgb_to_xyz(of: Chromaticities) -> NDArray[np.float64]:
    """Return the matrix from linear RGB to CIE XYZ with Y = 1 for white (SMPTE RP 177)."""
    primaries = np.array([_xyz(point) for point in (of.red, of.green, of.blue)]).T
    return primaries * np.linalg.solve(primaries, _xyz(of.white))


def _xyz(point: Point) -> NDArray[np.float64]:
    x, y = point
    return np.array([x / y, 1, (1 - x - y) / y])


# Cone responses, by Bradford.
_CONES = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def between(source: Chromaticities, target: Chromaticities) -> NDArray[np.float64]:
    """Return the matrix from linear RGB to linear RGB; white goes to white, other whites adapted by Bradford."""
    adapt = np.diag((_CONES @ _xyz(target.white)) / (_CONES @ _xyz(source.white)))
    adaptation = np.linalg.inv(_CONES) @ adapt @ _CONES
    return np.asarray(np.linalg.inv(rgb_to_xyz(target)) @ adaptation @ rgb_to_xyz(source))


@dataclass(frozen=True)
class Conversion:
    """The way from one space to another, white being `source_white` nits here and `target_white` there.

    Light stays what it is: a white of 80 nits becomes 2/3 of a white of 120. PQ and HLG say themselves how
    many nits they mean (HLG on its display of 1000 nits), so there the target's white counts for nothing.
    """

    source: Space
    target: Space
    source_white: float
    target_white: float

    @property
    def nothing(self) -> bool:
        """Whether the numbers stay as they are."""
        if not (self.source.curve and self.target.curve):
            return True
        return self.source == self.target and self.source_white == self.target_white

    def glsl(self, name: str) -> str:
        """Return a GLSL function `vec4 name(vec4)` that converts RGB; the fourth component is without meaning."""
        import PyOpenColorIO as ocio

        text = ocio.GpuShaderDesc.CreateShaderDesc(
            language=ocio.GPU_LANGUAGE_GLSL_4_0, functionName=name, resourcePrefix=name
        )
        _processor(self).getDefaultGPUProcessor().extractGpuShaderInfo(text)
        return str(text.getShaderText())

    def apply(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        """Return float32 pixels [..., 3 or 4], converted on the CPU; the fourth channel stays as it is."""
        import PyOpenColorIO as ocio

        made = np.array(pixels, np.float32, order="C")
        if not self.nothing:
            processor = _processor(self).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
            flat = np.ascontiguousarray(made.reshape(-1, made.shape[-1])[:, :3])
            processor.applyRGB(flat)
            made[..., :3] = flat.reshape(*made.shape[:-1], 3)
        return made


@lru_cache(maxsize=64)
def _processor(way: Conversion) -> ocio.Processor:
    import PyOpenColorIO as ocio

    source, target = way.source, way.target
    decode = ocio.GroupTransform(_encoding(source.curve, way.source_white), ocio.TRANSFORM_DIR_INVERSE)
    matrix = between(source.chromaticities, target.chromaticities) * (way.source_white / way.target_white)
    steps = [decode, _matrix(matrix), *_encoding(target.curve, way.target_white)]
    return ocio.Config.CreateRaw().getProcessor(ocio.GroupTransform(steps))


def _matrix(rgb: NDArray[np.float64]) -> ocio.MatrixTransform:
    import PyOpenColorIO as ocio

    full = np.identity(4)
    full[:3, :3] = rgb
    return ocio.MatrixTransform(full.flatten().tolist())


def _scale(factor: float) -> ocio.MatrixTransform:
    return _matrix(np.identity(3) * factor)


# ITU-R BT.2100, table 5.
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2
"""The nominal display of HLG: its peak in nits, and the system gamma for that."""


def _encoding(curve: str, white: float) -> list[ocio.Transform]:
    """Return the steps of a transfer function, from linear light with 1 at `white` nits to what is stored.

    Where a function is given for 0..1 only, negative values are mirrored.
    """
    import PyOpenColorIO as ocio

    back, mirror = ocio.TRANSFORM_DIR_INVERSE, ocio.NEGATIVE_MIRROR

    def monotone(gamma: float, offset: float) -> ocio.Transform:
        """A power with an offset and a straight piece at black, where both meet with equal slope."""
        return ocio.ExponentWithLinearTransform([gamma] * 3 + [1], [offset] * 3 + [0], mirror, back)

    match curve:
        case "linear":
            return []
        case "srgb":  # IEC 61966-2-1
            return [monotone(2.4, 0.055)]
        case "rec709":  # ITU-R BT.2020, whose equations for α give BT.709's 1.099 more digits
            return [monotone(1 / 0.45, 0.09929682680944)]
        case "gamma26":
            return [ocio.ExponentTransform([2.6] * 3 + [1], mirror, back)]
        case "pq":  # SMPTE ST 2084; OpenColorIO's is for light with 1 at 100 nits
            return [_scale(white / 100), ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_LIN_TO_PQ)]
        case "hlg":  # ITU-R BT.2100: light of the display in nits, of the scene, of the scene in 0..1, signal
            surround = ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_REC2100_SURROUND, [1 / _HLG_GAMMA])
            oetf = [0, 1 / 12, 0.5, math.sqrt(3), 0, math.e, _HLG_A, _HLG_C, 12, -_HLG_B]
            signal = ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_LIN_TO_GAMMA_LOG, oetf)
            return [_scale(white), surround, _scale(_HLG_PEAK ** (-1 / _HLG_GAMMA)), signal]
        case "proxy":  # ACES S-2013-001, 10 bits; AP1 is in the matrix already
            from_ap1 = ocio.BuiltinTransform("ACEScg_to_ACES2065-1")
            return [from_ap1, ocio.BuiltinTransform("ACESproxy10i_to_ACES2065-1", back)]
        case _:
            raise ValueError(f"there is no transfer function {curve!r}")
