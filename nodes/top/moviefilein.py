"""Movie File In TOP: movies, images and image sequences."""

from __future__ import annotations

from typing import ClassVar

from tdlite.gpu.context import Gpu
from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import MASKED, Pass
from tdlite.graph.engine import WithError
from tdlite.media.colour import SPACE_MENU, WHITE_MENU, Conversion, tagged
from tdlite.media.decoded import Form, field
from tdlite.media.errors import InputError
from tdlite.media.reading import PictureSource
from tdlite.ops import At, File, Menu, Page, Pulse, Toggle, pictures, playing
from tdlite.ops.colourspace import conversion, file_format, inward
from tdlite.ops.movieplayer import MoviePlayer
from tdlite.ops.top import gpu_of

_KEPT = 4
"""How many finished pictures stay on the GPU."""


class moviefileinTOP(MoviePlayer):
    """Show a movie, an image, or a sequence of images: every frame exactly, in any order.

    A frame is there when it is asked for: nothing is loaded ahead, nothing comes late. Only another picture than
    before is decoded, uploaded and drawn. Size, pixel format and aspect are the file's unless the Common page says
    otherwise. Relative paths start in project.folder, else beside the network file; a folder or a pattern such as
    ``shot.*.png`` is a sequence of its images in natural order.
    """

    title: ClassVar[str] = "Movie File In"
    parameters = (
        Page(
            "Play",
            File("file", label="File", help="A movie, an image, a folder of images, or a pattern with * or ?."),
            Toggle("reload", help="While on, read the file again whenever it has changed on the disk."),
            Pulse("reloadpulse", label="Reload Pulse", help="Read the file again."),
            *playing.play_page,
        ),
        Page(
            "Image",
            Toggle("interp", label="Interpolate Frames", help="Blend neighbouring pictures between their times."),
            Menu("deinterlace", ("off", "even", "odd", ("bob", "Bob (Split)")),
                 help="Show one field, rows 0, 2… or 1, 3… from the top, or split each picture into both in turn."),
            Menu("precedence", ("even", "odd"), label="Field Precedence", help="The field that Bob shows first."),
            Toggle("bottomhalfalpha", label="Bottom Half is Alpha (AAA)",
                   help="The picture is the upper half; the lower half is its alpha."),
            Menu("premultrgbbyalpha", ("off", "on", "automatic"), "automatic", label="Pre-Multiply RGB by Alpha",
                 help="Multiply colours by alpha; automatic: unless the format says that they are, as EXR does.",
                 aliases=("multalpha",)),
            Menu("inputcolorspace", (("automatic", "Automatic"), *SPACE_MENU), label="Input Color Space",
                 help="What the file's colours mean, on their way to project.workingColorSpace: what it says."),
            Menu("inputreferencewhite", WHITE_MENU, label="Input Reference White",
                 help="Which of the project's reference whites is 1 in the file."),
            Menu("loadingerrorimage", (("coloredbottomright", "Colored Bottom Right Square"), "zero"),
                 label="Loading/Error Image", help="What is shown while there is no picture."),
        ),
        playing.trim_page,
        Page(
            "Tune",
            Toggle("hwdecode", label="Hardware Decode", help="Decode on the GPU (NVDEC); where it cannot, say so."),
        ),
    )  # fmt: skip

    def _way(self, source: PictureSource) -> Conversion:
        """The way of the file's colours to the project's working colour space."""
        space, white = self.par.inputcolorspace.eval(), self.par.inputreferencewhite.eval()
        if space == "automatic":
            named = tagged(*source.tags)
            space = named.token if named is not None else source.usual_space
        return inward(self.project, space, white)

    def size(self, first: Spec | None) -> Spec:
        source = self._file.pull()
        if not isinstance(source, InputError):
            first = pictures.spec_of(source.form)
            if self.par.bottomhalfalpha.eval():
                first = pictures.half(first)
            way = self._way(source)
            if not way.nothing:
                first = first._replace(format=file_format(first.format, way.target))
        return super().size(first)

    def _cook(self) -> Image | WithError:
        if self._flags.get("lock") or self._flags.get("bypass"):
            return super()._cook()
        # Parameters that only move the index are no reason to draw the same picture again.
        made = self._shown(self.spec_memo.pull())
        common = self.values.row(1)
        if isinstance(made, WithError):
            return made._replace(value=self._drawn(made.value, common))
        return self._drawn(made, common)

    def describe(self, at: At, spec: Spec) -> Pass | Image | WithError:
        return self._shown(spec)

    def _shown(self, spec: Spec) -> Pass | Image | WithError:
        source, place = self._file.pull(), self._place.pull()
        if isinstance(source, InputError):
            return WithError(self._failure(spec), str(source))
        self._trouble = ""
        try:
            image = self._picture(source, place.first, place.odd, spec)
            shown = self.shown(image, spec)
            if place.weight:
                second = self._picture(source, place.second, place.odd, spec)
                shown = pictures.blended(image, second, place.weight, spec)
        except InputError as error:
            self._trouble = str(error)
            shown = self._failure(spec)
        for warning in source.warnings:
            self.warn(warning)
        if source.profile and self.par.inputcolorspace.eval() == "automatic":
            self.warn(
                f"the file's colour profile ({source.profile}) is not used: its colours are taken for sRGB; "
                "set inputcolorspace to what they are"
            )
        if self.values.row(1).chanmask != "rgba":
            whole = shown if isinstance(shown, Image) else gpu_of(self.project).draw(shown)
            shown = Pass(MASKED, spec, inputs=(None, whole))
        return WithError(shown, self._trouble) if self._trouble else shown

    def _failure(self, spec: Spec) -> Pass:
        """What stands for a picture that cannot be shown."""
        return pictures.filled(spec, 0) if self.par.loadingerrorimage.eval() == "zero" else pictures.failed(spec)

    def _picture(self, source: PictureSource, number: int, odd: bool, spec: Spec) -> Image:
        """A picture of the file as the parameters want it; the last few are kept."""
        par, gpu = self.par, gpu_of(self.project)
        if number < 0:
            return gpu.draw(pictures.filled(spec, float(number == playing.BLACK)))
        rows = par.deinterlace.eval()
        if rows == "bob":
            rows = "odd" if (par.precedence.eval() == "odd") != odd else "even"
        halves, multiply = par.bottomhalfalpha.eval(), par.premultrgbbyalpha.eval()
        wanted = (number, rows, halves, multiply, self._way(source))
        if wanted not in self._images:
            self._images[wanted] = self._made(gpu, source, *wanted)
            self.lastIndexUploaded = number
            while len(self._images) > _KEPT:
                del self._images[next(iter(self._images))]
        image, trouble, note = self._images[wanted]
        self._trouble = self._trouble or trouble
        if note:
            self.warn(note)
        return image

    def _made(
        self, gpu: Gpu, source: PictureSource, number: int, rows: str, halves: bool, multiply: str, way: Conversion
    ) -> tuple[Image, str, str]:
        """Decode, upload and finish a picture; what is wrong with it and what is to be told come along."""
        picture = source.picture(number)
        if rows != "off":
            picture = field(picture, rows == "odd")
        image = pictures.image_of(gpu, picture)
        alpha = picture.form.alpha or halves
        straight = source.straight or halves
        if halves:
            image = gpu.draw(pictures.halved(image))
        if not way.nothing:
            made = conversion(image, way, file_format(image.spec.format, way.target), alpha and not straight)
            image = made if isinstance(made, Image) else gpu.draw(made)
        if alpha and (multiply == "on" or (multiply == "automatic" and straight)):
            image = gpu.draw(pictures.multiplied(image))
        return image, picture.trouble, _unlike(picture.form, source.form, number)


def _unlike(form: Form, first: Form, number: int) -> str:
    """The sentence about a picture that is of another size or kind than the first one."""
    if form._replace(alpha=first.alpha) == first:
        return ""
    told, wanted = (f"{each.width}×{each.height} {each.components} {each.dtype}" for each in (form, first))
    return f"picture {number} is {told}, the first one {wanted}: it is converted to that"
