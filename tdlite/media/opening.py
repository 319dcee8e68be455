"""Opening a movie: the file, the stream that is its picture, and what decodes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdlite.media.errors import InputError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders leave out the alpha of WebM."""


_TEXTS = ("tty",)
"""What FFmpeg draws the letters of."""


class Opened(NamedTuple):
    """An open movie; ``hardware`` tells whether a GPU was found to decode it, ``warning`` why it was not."""

    container: InputContainer
    stream: VideoStream
    decoder: VideoCodecContext
    hardware: bool
    warning: str = ""


def open_video(path: str, hardware: bool) -> Opened:
    """Open the first stream of ``path`` that is a moving picture, with a GPU for decoding if that is asked for.

    InputError when the file cannot be read or there is no video in it.
    """
    import av
    from av.video.codeccontext import VideoCodecContext

    warning = ""
    try:
        container, warning = _by_gpu(path) if hardware else (av.open(path, metadata_errors="replace"), "")
    except (av.FFmpegError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        gone = isinstance(error, FileNotFoundError)
        mend = "" if gone else "; it is damaged, cut short, or of another kind: give another file"
        raise InputError(f"cannot open {path} as a movie or an image ({said}){mend}") from error
    videos = sorted(container.streams.video, key=_is_cover)
    stream = videos[0] if videos and container.format.name not in _TEXTS else None
    if stream is None or stream.codec_context is None:
        container.close()
        raise InputError(f"cannot show {path}: there is no video in it that can be decoded")
    stream.thread_type = "AUTO"
    decoder = stream.codec_context
    name = _ALPHA_DECODERS.get(decoder.name)
    if name is not None and stream.metadata.get("alpha_mode") == "1":
        own = av.CodecContext.create(name, "r")
        assert isinstance(own, VideoCodecContext)
        own.extradata = decoder.extradata
        decoder = own
    return Opened(container, stream, decoder, hardware and not warning, warning)


def _by_gpu(path: str) -> tuple[InputContainer, str]:
    """The file with NVDEC, or else without, and why."""
    import av
    from av.codec.hwaccel import HWAccel

    try:
        return av.open(path, metadata_errors="replace", hwaccel=HWAccel("cuda", allow_software_fallback=True)), ""
    except (OSError, RuntimeError, NotImplementedError, av.FFmpegError) as error:
        container = av.open(
            path, metadata_errors="replace"
        )  # what is wrong with the file itself is said without the GPU
        said = getattr(error, "strerror", None) or str(error)
        return container, f"hwdecode is on, but there is no NVDEC that can be used here ({said}); decoding on the CPU"


def _is_cover(stream: VideoStream) -> bool:
    """Whether the stream is only a cover picture."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)
