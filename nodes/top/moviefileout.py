"""Movie File Out TOP: pictures into movies and image files."""

from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.graph.engine import CookError, Memo, WithError
from tdlite.media.audio import AUDIO_MENU, BIT_RATE_MENU
from tdlite.media.codecs import CODEC_MENU, PIXEL_FORMAT_MENU, TYPE_MENU
from tdlite.media.colour import SPACE_MENU, WHITE_MENU
from tdlite.media.x264 import SPEEDS
from tdlite.ops import TOP, At, CHOPRef, DATRef, File, Float, Int, Menu, Page, Pulse, Str, Toggle, required
from tdlite.ops.cook import gather
from tdlite.ops.layers import Layers, exr_page, layers
from tdlite.ops.recording import Recording
from tdlite.ops.recordingfiles import AVERAGE_BIT_RATE


class moviefileoutTOP(TOP):
    """Record the input while Record is on: a movie, an image sequence, a stop-frame movie or single images.

    Each cooked frame is one frame of the file; the frame in which Record goes on is the first, the one in
    which it goes off is no longer part of it. The input and the Audio CHOP are cooked every frame, recorded or
    not; the input is the output. What is recorded and how is fixed when Record goes on, but for the EXR page's
    blocks, which are read for each image; their TOPs are cooked every frame as well while images are EXR files.
    Bypassed, it cooks and records nothing, and what it was recording is finished.
    """

    title: ClassVar[str] = "Movie File Out"
    wires = required("Input")
    parameters = (
        Page(
            "Movie Out",
            Menu("type", ("movie", "image", ("imagesequence", "Image Sequence"),
                          ("stopframemovie", "Stop-Frame Movie")), label="Type", help="What to write."),
            Menu("videocodec", CODEC_MENU, "h264nvgpu", label="Video Codec", help="How movies are compressed."),
            Menu("videocodectype", TYPE_MENU, label="Video Codec Type",
                 help="The kind of ProRes or Hap; other codecs have none."),
            Menu("encoder", (("auto", "Automatic"), ("nvenc", "NVENC"), ("software", "Software")),
                 help="What runs the codec: NVENC where there is one, NVENC or nothing, or the CPU; also of JPEGs."),
            Menu("imagefiletype", (("tiff", "TIFF"), ("jpeg", "JPEG"), ("bmp", "BMP"), ("exr", "OpenEXR"),
                                   ("png", "PNG"), ("dds", "DDS"), ("jp2", "JPEG 2000")), label="Image File Type",
                 help="The format of images."),
            Toggle("uniquesuff", True, label="Unique Suffix",
                   help="Count N up to the first take of which there is no file yet."),
            Int("n", 0, low=0, label="N", help="The number of the take, read when Record goes on; or where to begin."),
            Int("leadingzerosdigits", 0, low=0, high=32, label="Leading Zeros Digits",
                help="The least number of digits of a sequence's index."),
            File("file", label="File", expr="'TDMovieOut.' + me.fileSuffix",
                 help="Where to write; suffix, index and missing folders are added where the path lacks them."),
            Toggle("overwrite", help="Replace existing files; older images beyond the end of a sequence stay."),
            Menu("moviepixelformat", PIXEL_FORMAT_MENU, label="Movie Pixel Format", aliases=("videopixelformat",),
                 help="Colour resolution, bits and alpha of a movie; automatic is the codec's most common one."),
            Menu("moviecontainer", ("automatic", "mov", "mp4", "mkv", "webm"), label="Movie Container",
                 help="The kind of movie file; automatic goes by the extension."),
            Menu("outputcolorspace", SPACE_MENU, label="Output Color Space",
                 help="What pictures are converted to, from project.workingColorSpace; the file is marked as that."),
            Menu("outputreferencewhite", WHITE_MENU, label="Output Reference White",
                 help="Which of the project's reference whites is 1 in the file."),
            CHOPRef("audiochop", label="Audio CHOP",
                    help="The sound of a movie: a time-sliced CHOP with a channel for each speaker."),
            Menu("audiocodec", AUDIO_MENU, label="Audio Codec",
                 help="How sound is compressed; automatic is AAC, in webm files Opus."),
            Menu("audiobitrate", BIT_RATE_MENU, "b192", label="Audio Bit Rate",
                 help="For one or two channels, and again for each further pair; lossless codecs have none."),
            Float("quality", 0.85, low=0, high=1,
                  help="0 is small, 1 is best: of JPEG images, and of movies whose Bit Rate Mode is Quality."),
            Float("fps", 60, low=0, label="Movie FPS", expr="me.time.rate",
                  help="Frames per second of the file; by default the project's."),
            Toggle("limitlength", label="Limit Length", help="Stop by itself after Length."),
            Float("length", 10, low=0, help="How long to record."),
            Menu("lengthunit", (("indices", "I"), ("frames", "F"), ("seconds", "S")), "seconds", label="Length Unit",
                 help="Frames of the file, frames of the timeline since Record went on, or seconds of the file."),
            Toggle("record", help="On while recording."),
            Toggle("pause", help="Record nothing but what Add Frame adds."),
            Pulse("addframe", label="Add Frame", help="Write one frame; Pause must be on, except for single images."),
            Int("maxthread", 4, low=1, high=256, label="Max Threads",
                help="How many images are written at once; 1 writes them before the next frame is cooked."),
            DATRef("headerdat", label="Header Source DAT",
                   help="Metadata of EXR files and movies: rows of key and value."),
        ),
        exr_page,
        Page(
            "Settings",
            Toggle("stallforopen", True, label="Stall for File Open",
                   help="Wait until a movie's file is open; off, the frames until then are not recorded."),
            Str("starttimecode", label="Start Timecode",
                help="Of a movie's first frame: HH:MM:SS:FF, or with ; before the frames for drop-frame counting."),
            Menu("profile", (("autoselect", "Auto-Select"), "baseline", "main", "high"), help="The H.264 profile."),
            Menu("preset", ("none", "lossless"), help="Lossless keeps every bit of the converted picture."),
            Menu("encoderspeed", ("automatic", *SPEEDS), label="Encoder Speed",
                 help="libx264's preset; automatic is veryfast, and medium in the HQ modes."),
            Menu("bitratemode", ("quality", ("constant", "Constant (CBR)"), ("variable", "Variable (VBR)"),
                                 ("constanthq", "Constant HQ (CBR)"), ("variablehq", "Variable HQ (VBR)")),
                 label="Bit Rate Mode", help="Whether Quality decides about the size of a movie, or a bit rate."),
            Float("avgbitrate", AVERAGE_BIT_RATE, low=0, label="Average Bitrate (Kb/s)", unit="kb/s",
                  help="The bit rate to keep, unless Quality decides."),
            Float("peakbitrate", 0, low=0, label="Peak Bitrate (Kb/s)", unit="kb/s",
                  help="The highest bit rate in variable modes; 0 for none."),
            Int("keyframeinterval", 60, low=1, label="Keyframe Interval", unit="frames",
                help="Frames from key frame to key frame."),
            Int("maxbframes", 2, low=0, high=16, label="Max B-Frames", help="The most B-frames in a row."),
            Menu("motionpredict", ("default", "quarter", "half", "full"), label="Motion Prediction",
                 help="How finely motion is predicted: quarters of a pixel, halves, or whole ones."),
            Toggle("frameslicing", label="Frame Slicing", help="Cut each frame into slices that decode in parallel."),
            Int("numslices", 4, low=1, high=256, label="Num Slices", help="How many slices."),
            Menu("entropymode", (("autoselect", "Auto-Select"), ("cabac", "CABAC"), ("cavlc", "CAVLC")),
                 label="Entropy Mode", help="CABAC is smaller, CAVLC decodes faster."),
            Menu("stereomode", ("off", ("leftright", "Left-Right"), ("topbottom", "Top-Bottom")), label="Stereo Mode",
                 help="Say in the file which half is for which eye; the picture has to hold both already."),
            Menu("sphericalmode", ("off", "equirectangular"), label="Spherical Mode",
                 help="Say in the file that the picture is a whole sphere."),
            Toggle("secondarycompression", True, label="Secondary Compression",
                   help="Hap's second stage: smaller files, a little slower to play."),
            Toggle("encodetestmode", label="Encode Test Mode", help="Encode and throw away: no file is written."),
            Toggle("mipmaps", label="Include Mip Maps",
                   help="Add all smaller levels, down to one pixel, to DDS files."),
        ),
    )  # fmt: skip

    @cached_property
    def recording(self) -> Recording:
        """What is being recorded."""
        return Recording(self)

    @cached_property
    def layers(self) -> Memo:
        """The channels of EXR files."""
        return Memo(self.engine, self, "layers", self._layers)

    def _layers(self) -> Layers:
        # Not the row of all values: that one moves with the file's name.
        exr = self.par.imagefiletype.eval() == "exr" and self.par.type.eval() in ("image", "imagesequence")
        return layers(self) if exr else Layers()

    def _memos(self) -> Iterator[Memo]:
        yield self.layers
        yield from super()._memos()

    def _cook(self) -> Image | WithError:
        for message in self.recording.warnings:  # a cook forgets warnings; these are of the whole recording
            self.warn(message)
        # The picture has nothing to do with the own pages: a moving parameter there is no reason to draw it again.
        if self._flags:
            return super()._cook()
        image = gather(self)[0]
        self.layers.pull()
        return self._drawn(self.shown(image, self.spec_memo.pull()), self.values.row(1))

    def size(self, first: Spec | None) -> Spec:
        return super().size(first).flat()

    def describe(self, at: At, spec: Spec) -> Pass | Image:
        return self.shown(at.inputs[0], spec)

    def sink(self) -> None:
        """Cook the input, and record it if that is asked for; bypassed, do neither."""
        if self.bypass:
            self.recording.rest()
            return
        try:
            image, added = self.result.pull(), self.layers.pull()
        except CookError:  # shown as the error of the result; record and pause still count
            image, added = None, Layers()
        self.recording.frame(image, added)

    def flush(self) -> None:
        """Have every accepted image on disk; finish a movie whose record is off."""
        self.recording.flush()

    def finish(self) -> None:
        """End what is being recorded."""
        self.recording.finish()

    removed = finish

    def released(self) -> None:
        super().released()
        self.recording.release()

    writeCount = property(lambda self: self.recording.files, doc="How many files were written.")
    curSeqIndex = property(lambda self: self.recording.index, doc="Index of the sequence's last image; -1 before it.")

    @property
    def fileSuffix(self) -> str:
        """``N.ext``, or ``N.i.ext`` of a sequence, for the file that is written next."""
        return self.recording.suffix

    def own_info(self) -> dict[str, float]:
        recording = self.recording
        return {
            "last_frames_written": recording.last_frames,
            "total_frames_written": recording.total_frames,
            "last_audio_samples_written": recording.last_samples,
            "total_audio_samples_written": recording.total_samples,
            "last_audio_frames_written": float(recording.last_samples / recording.sound_rate),
            "total_audio_frames_written": float(recording.total_samples / recording.sound_rate),
            "total_frames_dropped": recording.dropped_frames,
            "active_records": recording.active,
            "cur_seq_index": recording.index,
        }
