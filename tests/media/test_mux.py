from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tdlite.media.containers import CONTAINERS
from tdlite.media.encoder import Colour, Packet, StreamInfo
from tdlite.media.errors import MediaError, OutputError
from tdlite.media.mux import Muxer

from .movies import decode, number_of, numbered_frame, probe

RATE = Fraction(30000, 1001)
COUNT = 45


def foreign_packets(encoder: str, header: bool, **options: str) -> tuple[list[Packet], bytes | None]:
    """Packets as some other encoder gives them, and its extradata when it keeps that out of the packets."""
    import av
    from av.codec.context import Flags
    from av.video.codeccontext import VideoCodecContext

    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = 160, 96, "yuv420p"
    context.framerate, context.time_base = RATE, 1 / RATE
    context.gop_size, context.max_b_frames, context.options = 20, 2, options
    if header:
        context.flags |= Flags.global_header
    packets = []
    for index in range(COUNT + 1):
        picture = None
        if index < COUNT:
            rgba = np.ascontiguousarray(numbered_frame(index)[::-1])
            picture = av.VideoFrame.from_ndarray(rgba, "rgba").reformat(format="yuv420p")
            picture.pts, picture.time_base = index, 1 / RATE
        for each in context.encode(picture):
            assert each.pts is not None
            assert each.dts is not None
            packets.append(Packet(bytes(each), each.pts, each.dts, 1, each.is_keyframe))
    return packets, context.extradata if header else None


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize(
    ("encoder", "codec", "header", "tag", "options"),
    [
        ("libx264", "h264", False, "", {}),
        ("libx265", "hevc", False, "hvc1", {"x265-params": "log-level=error"}),
        ("mpeg4", "mpeg4", True, "", {"qscale": "2"}),
    ],
)
def test_packets_of_any_encoder_make_a_movie(
    encoder: str, codec: str, header: bool, tag: str, options: dict[str, str], container: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{container}"
    packets, extradata = foreign_packets(encoder, header, **options)
    info = StreamInfo(codec, 160, 96, RATE, 1 / RATE, "yuv420p", Colour(), extradata, tag)
    muxer = Muxer(path, CONTAINERS[container], info)
    for packet in packets:
        muxer.write(packet)
    muxer.close()
    stream = probe(path)["streams"][0]
    assert stream["codec_name"] == codec
    assert stream["start_pts"] == 0
    assert Fraction(stream["avg_frame_rate"]) == RATE
    if tag and container != "mkv":
        assert stream["codec_tag_string"] == tag
    assert [number_of(picture) for picture in decode(path)] == list(range(COUNT))


@pytest.mark.parametrize(
    "rate", [Fraction(1), Fraction(1, 10), Fraction(25, 2), Fraction(120000, 1001), Fraction(1000)]
)
def test_unusual_rates_are_exact_as_well(rate: Fraction, tmp_path: Path) -> None:
    packets, _ = foreign_packets("libx264", False)
    muxer = Muxer(
        tmp_path / "a.mp4",
        CONTAINERS["mp4"],
        StreamInfo("h264", 160, 96, rate, 1 / rate, "yuv420p", Colour()),
    )
    for packet in packets:
        muxer.write(packet)
    muxer.close()
    found = probe(tmp_path / "a.mp4", "-show_frames")
    unit = Fraction(found["streams"][0]["time_base"])
    assert [frame["pts"] * unit for frame in found["frames"]] == [index / rate for index in range(COUNT)]


def test_packets_that_no_container_takes_are_an_error_and_leave_no_file(tmp_path: Path) -> None:
    info = StreamInfo("h264", 160, 96, RATE, 1 / RATE, "yuv420p", Colour())
    muxer = Muxer(tmp_path / "a.mp4", CONTAINERS["mp4"], info)
    with pytest.raises(OutputError, match=r"cannot write .*a\.mp4 \(h264 in mp4"):
        muxer.write(Packet(b"nonsense", 0, 0, 1, True))
    muxer.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("times", [(1, 2), (0, 0)])
def test_times_that_would_end_the_process_are_an_error(times: tuple[int, int], tmp_path: Path) -> None:
    packets, _ = foreign_packets("libx264", False)
    info = StreamInfo("h264", 160, 96, RATE, 1 / RATE, "yuv420p", Colour())
    muxer = Muxer(tmp_path / "a.mp4", CONTAINERS["mp4"], info)
    muxer.write(Packet(packets[0].data, 0, 0, 1, True))
    with pytest.raises(OutputError, match=r"packet 1 is to be decoded at \d, shown at"):
        muxer.write(Packet(packets[1].data, *times, 1, False))
    muxer.close()


def test_an_unknown_codec_is_an_error(tmp_path: Path) -> None:
    muxer = Muxer(tmp_path / "a.mp4", CONTAINERS["mp4"], StreamInfo("tape", 8, 8, RATE, 1 / RATE, "yuv420p", Colour()))
    with pytest.raises(MediaError, match="tape in mp4"):
        muxer.write(Packet(b"1234", 0, 0, 1, True))


@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_what_is_no_file_and_a_link_to_itself_are_refused_with_the_reason(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null" if kind == "device" else path)
    message = "a link leads back to itself" if kind == "link" else "it is a pipe or a device, not a file"
    with pytest.raises(OutputError, match=message):
        Muxer(path, CONTAINERS["mp4"], StreamInfo("h264", 160, 96, RATE, 1 / RATE, "yuv420p", Colour()))
    assert os.path.lexists(path)
