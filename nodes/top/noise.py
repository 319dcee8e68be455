"""Noise TOP: noise, computed for each pixel."""

from hashlib import blake2b
from struct import pack, unpack

from tdlite.gpu.formats import FORMATS
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.graph.engine import WithError
from tdlite.ops import TOP, XYZ, At, Float, Int, Menu, OpError, Page, Toggle, optional
from tdlite.ops.xform import ROTATE_ORDERS, about, ordered, rotation3, scaling, transform_order, translation

TYPES = (
    ("perlin2d", "Perlin 2D (GPU)"),
    ("perlin3d", "Perlin 3D (GPU)"),
    ("perlin4d", "Perlin 4D (GPU)"),
    ("simplex2d", "Simplex 2D (GPU)"),
    ("simplex3d", "Simplex 3D (GPU)"),
    ("simplex4d", "Simplex 4D (GPU)"),
    ("randomgpu", "Random (GPU)"),
    ("sparse", "Sparse"),
    ("hermite", "Hermite"),
    ("harmonic", "Harmonic Summation"),
    ("random", "Random"),
    ("alligator", "Alligator"),
)


class noiseTOP(TOP):
    """Fill the picture with noise: offset + amp · (the sum of the harmonics) ^ exp.

    A pixel's coordinate is its place in the picture, 0 to 1, or what the coordinate map says instead, then
    transformed and divided by the period. The same parameters give the same picture.
    """

    wires = optional("Composite Input", "Noise Coordinate Map")
    # Whatever is the same for all pixels is worked out once here.
    derived = (
        ("lattice", "ivec4"),  # where in the lattice of cells the seed lies
        ("xform", "mat4"),  # from 0..1 to cells
        ("fourth", "vec2"),  # the same for the fourth coordinate: factor and shift
        ("level", "vec2"),  # what to add to the sum of the layers, and its factor
        ("steepness", "float"),  # of a layer whose slope is 1
        ("step_size", "float"),
    )
    parameters = (
        Page(
            "Noise",
            Menu("type", TYPES, "simplex3d", variant=True,
                 help="The kind of noise. Random (GPU) gives every pixel a value of its own, whatever the period; "
                      "Sparse is a single layer, Harmonic Summation layers it, all others are layered."),
            Float("seed", 1, shader=False, help="Another seed is another noise; fractions count."),
            Float("period", 1, low=0, shader=False,
                  help="Size of a cell; 0, for Random, makes it different in every pixel."),
            Int("harmon", 2, low=0, high=32, label="Harmonics", help="Layers of finer noise on top of the first."),
            Float("spread", 2, label="Harmonic Spread", help="How much finer each layer is than the one before."),
            Float("gain", 0.7, label="Harmonic Gain",
                  help="How strong each layer is beside the one before: Perlin and Simplex."),
            Float("rough", 0.5, label="Roughness",
                  help="How strong each layer is beside the one before: the types that are not marked GPU."),
            Float("exp", 1, low=0, label="Exponent", help="Power of the noise; its sign stays."),
            Float("amp", 0.5, label="Amplitude", shader=False, help="Factor on the noise."),
            Float("offset", 0.5, shader=False, help="The middle value."),
            Toggle("mono", True, label="Monochrome", variant=True,
                   help="The same noise in all channels; off, each has its own."),
            Toggle("aspectcorrect", True, label="Aspect Correct", shader=False,
                   help="Make cells square in pictures that are not."),
        ),
        Page(
            "Transform",
            transform_order(),
            Menu("rord", ROTATE_ORDERS, label="Rotate Order", shader=False, help="The axis to turn about first."),
            XYZ("t", label="Translate", help="Move the coordinate; animate z to let the noise evolve."),
            XYZ("r", label="Rotate", unit="deg", shader=False, help="Turn the coordinate about the pivot."),
            XYZ("s", (1, 1, 1), label="Scale", shader=False, help="Scale the coordinate about the pivot."),
            XYZ("p", label="Pivot", shader=False, help="The fixed point of turning and scaling."),
            Float("t4d", 0, label="Translate 4D", help="Move the fourth coordinate."),
            Float("s4d", 1, label="Scale 4D", shader=False, help="Scale the fourth coordinate."),
        ),
        Page(
            "Output",
            Menu("rgb", ("noise", ("multiply", "Input * Noise"), ("add", "Input + Noise"),
                         ("subtract", "Input - Noise")), label="RGB", variant=True,
                 help="What to do with the input's colour."),
            Float("inputscale", 1, label="Input Scale", help="Factor on the input."),
            Float("noisescale", 1, label="Noise Scale", shader=False, help="Factor on the noise."),
            Menu("alpha", ("zero", "one", ("random", "Noise"), "input", ("multiply", "Input * Noise"),
                           ("add", "Input + Noise"), ("addclamp", "Input + clamp(Noise)")), "one",
                 variant=True, help="What alpha is made of."),
            Toggle("dither", variant=True, help="Hide the steps of fixed pixel formats with noise of one step."),
            Toggle("gradient", variant=True,
                   help="Instead of the noise, its derivative by x, y, z and w in R, G, B and A, without the offset: "
                        "Perlin and Simplex. It may be negative: use a float format."),
            Menu("mode", ("performance", "quality"), variant=True,
                 help="Quality averages four places in each pixel, against flicker of small periods."),
        ),
    )  # fmt: skip

    def describe(self, at: At, spec: Spec) -> Pass | Image | WithError:
        type_ = at.par.type
        if at.par.period == 0 and type_ not in ("random", "randomgpu"):
            raise OpError(f"par.period is 0, which only random noise can have, not {type_}; set it above 0")
        if at.par.gradient and not type_.startswith(("perlin", "simplex")):
            at.warn(f"{type_} has no gradient; set par.type to a Perlin or Simplex type")
        return super().describe(at, spec)

    def choices(self, at: At) -> tuple[tuple[str, int], ...]:
        harmon, period = at.par.harmon, at.par.period
        # Powers are dear, and so are loops whose end a CPU's compiler does not know.
        return (
            ("powered", int(at.par.exp != 1)),
            ("few_layers", harmon if harmon <= 8 else -1),
            ("cells", int(period > 0)),
        )

    def derive(self, at: At, spec: Spec) -> tuple[float, ...]:
        par = at.par
        parts = {
            "s": scaling(par.sx, par.sy, par.sz),
            "r": rotation3(par.rx, par.ry, par.rz, par.rord),
            "t": translation(par.tx, par.ty, par.tz),
        }
        frequency = 1 / par.period if par.period else 1.0
        width, height = spec.aspect if par.aspectcorrect else (1, 1)
        turned = about((par.px, par.py, par.pz), ordered(par.xord, parts))
        amp = par.amp * par.noisescale
        return (
            *unpack("<4i", blake2b(pack("<d", par.seed + 0.0), digest_size=16).digest()),  # + 0.0: −0 is 0
            *(value * frequency * width / height for value in turned[:4]),
            *(value * frequency for value in turned[4:]),
            par.s4d * frequency,
            par.t4d * frequency,
            par.offset * par.noisescale,
            amp,
            amp * frequency,
            FORMATS[spec.format].step,
        )
