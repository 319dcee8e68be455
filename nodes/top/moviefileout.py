"""Movie File Out TOP: pictures into movies and image files."""

from functools import cached_property
from typing import ClassVar

from tdlite.gpu.image import Image, Spec
from tdlite.gpu.passes import Pass
from tdlite.graph.engine import CookError, WithError
from tdlite.media.codecs import CODEC_MENU, PIXEL_FORMAT_MENU, TYPE_MENU
from tdlite.media.x264 import SPEEDS
from tdlite.ops import TOP, At, DATRef, File, Float, Int, Menu, Page, Pulse, Toggle, required
from tdlite.ops.cook import gather
from tdlite.ops.recording import Recording


class moviefileoutTOP(TOP):
    """Record the input while Record is on: a movie, an image sequence, a stop-frame movie or single images.

    Each cooked frame is one frame of the file; the frame in which Record goes on is the first, the one in
    which it goes off is no longer part of it. The input is cooked every frame, recorded or not, and is the
    output. What is recorded and how is fixed when Record goes on.
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
                 help="What runs the codec: NVENC where there is one, NVENC or nothing, or the CPU."),
            Menu("imagefiletype", (("tiff", "TIFF"), ("jpeg", "JPEG"), ("bmp", "BMP"), ("exr", "OpenEXR"),
                                   ("png", "PNG")), label="Image File Type", help="The format of images."),
            Toggle("uniquesuff", True, label="Unique Suffix",
                   help="Count N up to the first take of which there is no file yet."),
            Int("n", 0, low=0, label="N", help="The number of the take, read when Record goes on; or where to begin."),
            Int("leadingzerosdigits", 0, low=0, high=32, label="Leading Zeros Digits",
                help="The least number of digits of a sequence's index."),
            File("file", label="File", expr="'TDMovieOut.' + me.fileSuffix",
                 help="Where to write; suffix, index and missing folders are added where the path lacks them."),
            Toggle("overwrite", help="Replace existing files; older images beyond the end of a sequence stay."),
            Menu("moviepixelformat", PIXEL_FORMAT_MENU, label="Movie Pixel Format",
                 help="Colour resolution, bits and alpha of a movie; automatic is the codec's most common one."),
            Menu("moviecontainer", ("automatic", "mov", "mp4", "mkv", "webm"), label="Movie Container",
                 help="The kind of movie file; automatic goes by the extension."),
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
            DATRef("headerdat", label="Header Source DAT", help="Metadata of EXR files: rows of key and value."),
        ),
        Page(
            "Settings",
            Menu("profile", (("autoselect", "Auto-Select"), "baseline", "main", "high"), help="The H.264 profile."),
            Menu("preset", ("none", "lossless"), help="Lossless keeps every bit of the converted picture."),
            Menu("encoderspeed", ("automatic", *SPEEDS), label="Encoder Speed",
                 help="libx264's preset; automatic is veryfast, and medium in the HQ modes."),
            Menu("bitratemode", ("quality", ("constant", "Constant (CBR)"), ("variable", "Variable (VBR)"),
                                 ("constanthq", "Constant HQ (CBR)"), ("variablehq", "Variable HQ (VBR)")),
                 label="Bit Rate Mode", help="Whether Quality decides about the size of a movie, or a bit rate."),
            Float("avgbitrate", 12_000, low=0, label="Average Bitrate (Kb/s)", unit="kb/s",
                  help="The bit rate to keep, unless Quality decides."),
            Float("peakbitrate", 0, low=0, label="Peak Bitrate (Kb/s)", unit="kb/s",
                  help="The highest bit rate in variable modes; 0 for none."),
            Int("keyframeinterval", 60, low=1, label="Keyframe Interval", unit="frames",
                help="Frames from key frame to key frame."),
            Int("maxbframes", 2, low=0, high=16, label="Max B-Frames", help="The most B-frames in a row."),
            Menu("motionpredict", ("default", "quarter", "half", "full"), label="Motion Prediction",
                 help="How finely motion is predicted: quarters of a pixel, halves, or whole ones."),
            Toggle("frameslicing", label="Frame Slicing", help="Cut each frame into slices that decode in parallel."),
            Int("numslices", 4, low=1, high=256, label="Num Slices", help="How many."),
            Menu("entropymode", (("autoselect", "Auto-Select"), ("cabac", "CABAC"), ("cavlc", "CAVLC")),
                 label="Entropy Mode", help="CABAC is smaller, CAVLC decodes faster."),
            Toggle("secondarycompression", True, label="Secondary Compression",
                   help="Hap's second stage: smaller files, a little slower to play."),
            Toggle("encodetestmode", label="Encode Test Mode", help="Encode and throw away: no file is written."),
        ),
    )  # fmt: skip

    @cached_property
    def recording(self) -> Recording:
        """What is being recorded."""
        return Recording(self)

    def _cook(self) -> Image | WithError:
        for message in self.recording.warnings:  # a cook forgets warnings; these are of the whole recording
            self.warn(message)
        # The picture has nothing to do with the own pages: a moving parameter there is no reason to draw it again.
        if self._flags:
            return super()._cook()
        return self._drawn(self.shown(gather(self)[0], self.spec_memo.pull()), self.values.row(1))

    def describe(self, at: At, spec: Spec) -> Pass | Image:
        return self.shown(at.inputs[0], spec)

    def sink(self) -> None:
        """Cook the input, and record it if that is asked for."""
        try:
            image = self.result.pull()
        except CookError:  # shown as the error of the result; record and pause still count
            image = None
        self.recording.frame(image)

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
            "last_audio_samples_written": 0,
            "total_audio_samples_written": 0,
            "last_audio_frames_written": 0,
            "total_audio_frames_written": 0,
            "total_frames_dropped": recording.dropped_frames,
            "active_records": recording.active,
            "cur_seq_index": recording.index,
        }
