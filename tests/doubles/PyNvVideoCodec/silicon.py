"""The encoder behind the double: a software one whose packets look like NVENC's."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .options import Options


class Silicon:
    """Encode pictures to Annex B or OBUs with the headers in the key frames, in the order of NVENC's."""

    FORMATS: ClassVar = {
        "NV12": "yuv420p",
        "YUV420": "yuv420p",
        "P010": "yuv420p10le",
        "YUV444": "yuv444p",
        "YUV444_10BIT": "yuv444p10le",
        "YUV444_16BIT": "yuv444p10le",
        "NV16": "yuv422p",
        "P210": "yuv422p10le",
    }

    def __init__(self, codec: str, format: str, width: int, height: int, options: Options) -> None:
        import av
        from av.codec.context import ThreadType

        names = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1"}
        self._format, self._size = format, (width, height)
        self._name = codec
        context: Any = av.CodecContext.create(names[codec], "w")
        context.width, context.height = width, height
        context.pix_fmt = self.FORMATS[format]
        context.framerate, context.time_base = options.rate, 1 / options.rate
        context.gop_size = options.gop
        context.thread_type, context.thread_count = ThreadType.FRAME, 2
        if codec != "av1":
            context.max_b_frames = options.bf
        context.options = _options(codec, options)
        context.open()
        self._context = context
        self._given = 0

    def encode(self, picture: NDArray[Any]) -> list[tuple[bytes, int, bool]]:
        """Take a picture and return packets with the number and whether they are key frames."""
        from av.video.frame import VideoFrame

        planes = _planes(picture, self._format, self._size[1])
        frame = VideoFrame.from_dlpack(planes, self.FORMATS[self._format])
        frame.pts = self._given
        frame.time_base = self._context.time_base
        self._given += 1
        return self._told(self._context.encode(frame))

    def drain(self) -> list[tuple[bytes, int, bool]]:
        """Return what is inside."""
        return self._told(self._context.encode(None))

    @staticmethod
    def _told(packets: Any) -> list[tuple[bytes, int, bool]]:
        return [(bytes(each), each.pts, each.is_keyframe) for each in packets]


def _options(codec: str, options: Options) -> dict[str, str]:
    """The quality of NVENC's modes, roughly; never the colour, which the real package leaves out, too."""
    speed = {"h264": "ultrafast", "hevc": "ultrafast", "av1": "12"}[codec]
    made = {"preset": speed}
    lossless = options.tuning == "lossless" and not options.rate_control
    if codec == "h264":
        made["x264-params"] = "scenecut=0:open-gop=0:b-pyramid=none:bframes=" + str(options.bf)
        made |= {"qp": "0"} if lossless else {}
    elif codec == "hevc":
        interval = f"keyint={options.gop}:min-keyint={options.gop}:bframes={options.bf}:b-pyramid=0"
        made["x265-params"] = f"log-level=error:scenecut=0:open-gop=0:{interval}" + (":lossless=1" if lossless else "")
    if lossless:
        return made
    if options.bitrate:
        return made | {"b": str(options.bitrate)}
    return made | {"crf": str(options.quality or 23)}


def _planes(picture: NDArray[Any], format: str, height: int) -> tuple[NDArray[Any], ...]:
    """Take the planes apart; high bits of 16 become the low 10."""
    deep = picture.dtype.itemsize == 2
    samples = picture >> 6 if deep else picture
    luma, chroma = samples[:height], samples[height:]
    if format.startswith("YUV444"):
        parts = [luma, chroma[:height], chroma[height:]]
    elif format == "YUV420":
        quarter = chroma.reshape(2, -1, picture.shape[1] // 2)
        parts = [luma, quarter[0], quarter[1]]
    else:
        parts = [luma, chroma[:, 0::2], chroma[:, 1::2]]
    return tuple(np.ascontiguousarray(part) for part in parts)
