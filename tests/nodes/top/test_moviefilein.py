"""Movie File In: what it shows of which file, when, and how little it does for it."""

from __future__ import annotations

import random
import subprocess

import numpy as np
import OpenEXR
import pytest
import tifffile
from media.test_moviesource import H264, encode, number
from media.test_orientation import MATRICES, movie
from PIL import Image as Pillow
from PIL import ImageCms
from recordings import recorder

from tdlite.media.orientation import _TURNS

RANDOM = np.random.default_rng(5)
COUNT = 24


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """COUNT numbered frames at 30 frames/s."""
    return str(encode(tmp_path_factory.mktemp("clip") / "clip.mp4", *H264, count=COUNT))


def playing(net, file, **pars):
    return net.moviefileinTOP(file=str(file), premultrgbbyalpha="off", **pars)


def numbers(net, op, frames):
    """The number that each of the next frames shows."""
    out = []
    for _ in range(frames):
        net.frames(1, pull=[op])
        out.append(shown(op))
    return out


def shown(op):
    from tdlite.media.decoded import packed

    return number(packed((op.numpyArray()[::-1] * 255).astype(np.uint8)))


def still(path, pixels, **options):
    Pillow.fromarray(pixels).save(path, **options)
    return path


# -- play ------------------------------------------------------------------------------------------------------


def test_it_plays_from_frame_to_frame(net, clip):
    net.cookRate = 30
    assert numbers(net, playing(net, clip), 30) == [n % COUNT for n in range(30)]


def test_rates_of_file_and_project_are_kept_exactly(net, clip):
    net.cookRate = 60
    op = playing(net, clip)
    assert numbers(net, op, 9) == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    op.par.overridesample, op.par.samplerate = True, 120
    assert numbers(net, op, 3) == [6, 8, 10]


@pytest.mark.parametrize("rate", [0, 1e-300])
def test_a_sample_rate_that_is_none_leaves_the_files(net, clip, rate):
    net.cookRate = 30
    op = playing(net, clip, overridesample=True, samplerate=rate)
    assert numbers(net, op, 3) == [0, 1, 2]
    assert op.errors() == ""


def test_speed_may_be_negative_and_play_may_be_off(net, clip):
    net.cookRate = 30
    op = playing(net, clip, speed=-1)
    assert numbers(net, op, 3) == [0, 23, 22]
    op.par.play = False
    assert numbers(net, op, 2) == [22, 22]
    op.par.play, op.par.speed = True, 0.5
    assert numbers(net, op, 4) == [22, 23, 23, 0]


@pytest.mark.parametrize(("behaviour", "after"), [("repeat", [7, 8]), ("play", [8, 9])])
def test_cue_holds_a_place_and_lets_go(net, clip, behaviour, after):
    net.cookRate = 30
    op = playing(net, clip, cuepoint=7, cuebehavior=behaviour)
    assert numbers(net, op, 1) == [7]  # where the file begins
    op.par.cue = True
    assert numbers(net, op, 2) == [7, 7]
    op.par.cue = False
    assert numbers(net, op, 2) == after


def test_cue_pulse_jumps_and_goes_on(net, clip):
    net.cookRate = 30
    op = playing(net, clip)
    numbers(net, op, 4)
    op.par.cuepoint, op.par.cuepointunit = 0.5, "fraction"
    op.par.cuepulse.pulse()
    assert numbers(net, op, 3) == [12, 13, 14]


def test_locked_to_the_timeline_it_shows_the_time_of_the_timeline(net, clip):
    net.cookRate = 60
    net.root.time.end = 10
    op = playing(net, clip, playmode="locked")
    assert numbers(net, op, 12) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0]


def test_any_index_is_shown_in_any_order(net, clip):
    op = playing(net, clip, playmode="specify")
    for index in random.Random(1).sample(range(COUNT), COUNT):
        op.par.index = index
        assert shown(op) == index == op.trueIndex
    for unit, value in {"seconds": 0.4, "frames": 24, "fraction": 0.5}.items():
        op.par.indexunit, op.par.index = unit, value
        assert shown(op) == 12


def test_what_a_script_reads_does_not_make_it_go_on(net, clip):
    net.cookRate = 30
    op = playing(net, clip)
    net.frames(3, pull=[op])
    assert [shown(op), op.index, op.index] == [2, 2, 2]
    net.frames(1, pull=[op])
    assert op.index == 3


def test_extends_and_trim_are_those_of_the_parameters(net, clip):
    net.cookRate = 30
    op = playing(net, clip, trim=True, tstart=5, tend=8, tendunit="indices", textendright="mirror")
    assert numbers(net, op, 8) == [5, 6, 7, 7, 6, 5, 5, 6]
    assert (op.numImages, op.trueNumImages, op.numSeconds) == (3, COUNT, 0.1)
    op.par.playmode, op.par.index = "specify", 3
    for mode, alpha in {"black": 1, "zero": 0}.items():
        op.par.textendright = mode
        assert op.numpyArray()[0, 0].tolist() == [0, 0, 0, alpha]
        assert op.trueIndex == -1


def test_neighbours_are_blended_if_asked_for(net, tmp_path):
    for index, grey in enumerate((0, 100)):
        still(tmp_path / f"a{index}.png", np.full((2, 2, 3), grey, np.uint8))
    op = playing(net, tmp_path / "a*.png", playmode="specify", index=0.25, interp=True)
    assert op.numpyArray()[0, 0, 0] * 255 == pytest.approx(25)
    op.par.interp = False
    assert op.numpyArray()[0, 0, 0] == 0


# -- nothing that need not be ----------------------------------------------------------------------------------


def test_an_image_is_loaded_once(fast, tmp_path):
    op = playing(fast, still(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8)))
    null = fast.nullTOP(inputs=[op])
    fast.frames(5, pull=[null])
    assert fast.cooked.count(op.path) == 1
    assert fast.cooked.count(null.path) == 1


def test_only_another_picture_is_cooked(fast, clip):
    fast.cookRate = 120
    op = playing(fast, clip)
    null = fast.nullTOP(inputs=[op])
    fast.frames(12, pull=[null])
    assert shown(op) == 2
    assert fast.cooked.count(op.path) == fast.cooked.count(null.path) == 3
    op.par.play = False
    fast.frames(5, pull=[null])
    assert fast.cooked.count(op.path) <= 4
    assert fast.cooked.count(null.path) == 3


def test_an_index_that_moves_within_a_picture_draws_nothing(fast, clip):
    op = playing(fast, clip, playmode="specify", index="=absTime.frame / 100")
    fast.frames(8, pull=[op])
    assert fast.cooked.count(op.path) == 1


# -- what is in the picture ------------------------------------------------------------------------------------


def test_size_format_and_aspect_are_the_files(net, tmp_path):
    grey = still(tmp_path / "grey.png", np.zeros((3, 5), np.uint8))
    deep = tmp_path / "deep.exr"
    OpenEXR.File({"pixelAspectRatio": 2.0}, {"RGBA": np.zeros((4, 6, 4), np.float16)}).write(str(deep))
    wide = tmp_path / "wide.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=s=64x48:d=0.2", "-pix_fmt", "yuv420p10le",
                    "-vf", "setsar=4/3", str(wide)], check=True)  # fmt: skip
    op = playing(net, grey)
    assert (op.width, op.height, op.pixelFormatName) == (5, 3, "mono8fixed")
    op.par.file = str(deep)
    assert (op.width, op.height, op.pixelFormatName, op.aspect) == (6, 4, "rgba16float", 3)
    op.par.file = str(wide)
    assert (op.width, op.height, op.pixelFormatName) == (64, 48, "rgba16fixed")
    assert op.aspect == pytest.approx(64 * 4 / 3 / 48)
    op.par.outputresolution, op.par.format = "half", "rgba8fixed"
    assert op.numpyArray().shape == (24, 32, 4)


WEIGHTS = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}


def defined(raw, bits, matrix, full, across, down, centred=False):
    """RGB from planes of YUV by the definition, chroma interpolated linearly; rows from the top."""
    y, u, v = (plane.astype(float) for plane in raw)
    unit = 2 ** (bits - 8)
    y = y / (2**bits - 1) if full else (y - 16 * unit) / (219 * unit)
    u, v = ((c - 128 * unit) / ((2**bits - 1) if full else 224 * unit) for c in (u, v))
    rows, columns = np.indices(y.shape)
    at_x = columns if across == 1 else (columns - (0.5 if centred else 0)) / across
    at_y = rows if down == 1 else (rows - 0.5) / down

    def between(c):
        x0, y0 = np.floor(at_x).astype(int), np.floor(at_y).astype(int)
        fx, fy = at_x - x0, at_y - y0
        x0, x1 = (np.clip(n, 0, c.shape[1] - 1) for n in (x0, x0 + 1))
        y0, y1 = (np.clip(n, 0, c.shape[0] - 1) for n in (y0, y0 + 1))
        upper, lower = (c[n, x0] * (1 - fx) + c[n, x1] * fx for n in (y0, y1))
        return upper * (1 - fy) + lower * fy

    u, v = between(u), between(v)
    kr, kb = WEIGHTS[matrix]
    red, blue = y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u
    green = (y - kr * red - kb * blue) / (1 - kr - kb)
    return np.clip(np.stack((red, green, blue), -1), 0, 1)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize(("pixels", "bits", "across", "down"), [
    ("yuv420p", 8, 2, 2), ("yuv422p", 8, 2, 1), ("yuv444p", 8, 1, 1), ("yuv420p10le", 10, 2, 2),
    ("yuv444p12le", 12, 1, 1)])  # fmt: skip
def test_colours_are_those_of_the_definition(net, tmp_path, pixels, bits, across, down, matrix, full):
    size = 22, 13  # odd where chroma is halved, too
    chroma = -(-size[1] // down), -(-size[0] // across)
    dtype = np.uint8 if bits == 8 else np.uint16
    raw = [RANDOM.integers(0, 2**bits, shape, dtype) for shape in ((size[1], size[0]), chroma, chroma)]
    path = tmp_path / "a.mkv"
    tags = ["-colorspace", matrix, "-color_range", "pc" if full else "tv"]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", pixels, "-s", "22x13", "-i", "-", *tags,
                    "-c:v", "ffv1", str(path)], check=True, input=b"".join(each.tobytes() for each in raw))  # fmt: skip
    got = playing(net, path).numpyArray()[::-1]
    step = 1 / 255 if bits == 8 else 1 / 65535
    np.testing.assert_allclose(got[..., :3], defined(raw, bits, matrix, full, across, down), atol=0.501 * step + 1e-6)
    assert (got[..., 3] == 1).all()


def test_alpha_multiplies_colours_unless_the_format_says_that_it_has(net, tmp_path):
    pixels = np.array([[[200, 100, 50, 128]]], np.uint8)
    straight = still(tmp_path / "a.png", pixels)
    OpenEXR.File({}, {"RGBA": (pixels / 255).astype(np.float32)}).write(str(tmp_path / "a.exr"))
    plain = pixels / 255
    times = np.concatenate((plain[..., :3] * plain[..., 3:], plain[..., 3:]), -1)
    op = net.moviefileinTOP()
    for file, how, wanted in (
        (straight, "automatic", times),
        (straight, "off", plain),
        (straight, "on", times),
        (tmp_path / "a.exr", "automatic", plain),
        (tmp_path / "a.exr", "on", times),
    ):
        op.par.file, op.par.premultrgbbyalpha = str(file), how
        np.testing.assert_allclose(op.numpyArray(), wanted, atol=0.51 / 255)


def test_a_recorded_tiff_says_that_it_is_multiplied_and_comes_back_as_it_was(net, tmp_path):
    source = net.rectangleTOP(resolution=(16, 8), fillcolorr=0.5, fillalpha=0.5, sizex=0.5)
    recorder(net, source, type="image", imagefiletype="tiff", file="a.tif", record=True)
    net.advance()
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert [each.name for each in file.pages[0].extrasamples] == ["ASSOCALPHA"]
    assert 0 < source.numpyArray()[4, 8, 3] < 1
    op = net.moviefileinTOP(file="a.tif")
    assert op.par.premultrgbbyalpha.eval() == "automatic"
    np.testing.assert_array_equal(op.numpyArray(), source.numpyArray())


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p"])
@pytest.mark.parametrize("orientation", MATRICES)
@pytest.mark.parametrize("size", [(48, 32), (47, 31)])
def test_a_movie_of_a_phone_is_the_same_picture_turned_with_its_chroma_in_place(
    fast, tmp_path, orientation, pixels, size
):
    if size[0] % 2 and pixels != "yuv444p":
        size = (46, 30)  # x264 takes no odd ones
    movie(tmp_path / "flat.mp4", MATRICES[1], size, pixels)
    movie(tmp_path / "held.mp4", MATRICES[orientation], size, pixels)
    flat, held = (fast.moviefileinTOP(file=name) for name in ("flat.mp4", "held.mp4"))
    picture = flat.numpyArray()[::-1]
    swap, mirror, flip = _TURNS[orientation]
    wanted = picture.swapaxes(0, 1) if swap else picture
    wanted = wanted[:, ::-1] if mirror else wanted
    wanted = wanted[::-1] if flip else wanted
    assert (held.width, held.height) == (size[::-1] if swap else size)
    np.testing.assert_allclose(held.numpyArray()[::-1], wanted, atol=0.51 / 255)
    assert held.warnings() == ""


def test_a_colour_profile_is_told_unless_somebody_said_what_the_colours_are(net, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    still(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8), icc_profile=profile)
    op = net.moviefileinTOP(file="a.png")
    op.cook()
    assert op.warnings().startswith("the file's colour profile (Lab")
    op.par.inputcolorspace = "srgb"
    op.cook()
    assert op.warnings() == ""


def test_the_lower_half_may_be_alpha(net, tmp_path):
    pixels = np.array([[[9, 8, 7]], [[90, 80, 70]], [[50, 50, 50]], [[150, 150, 150]]], np.uint8)
    op = playing(net, still(tmp_path / "a.png", pixels), bottomhalfalpha=True)
    assert (op.width, op.height) == (1, 2)
    assert (op.numpyArray()[::-1, 0] * 255).round().tolist() == [[9, 8, 7, 50], [90, 80, 70, 150]]


def test_fields_are_shown_apart(net, tmp_path):
    rows = np.array([0, 100, 20, 120], np.uint8)[:, None, None].repeat(3, 2)
    op = playing(net, still(tmp_path / "a.png", rows), deinterlace="even")

    def column():
        return (op.numpyArray()[::-1, 0, 0] * 255).round().tolist()

    assert column() == [0, 10, 20, 20]
    op.par.deinterlace = "odd"
    assert column() == [100, 100, 110, 120]


def test_bob_shows_both_fields_in_turn(net, tmp_path):
    for index in range(2):
        rows = np.array([0, 100], np.uint8)[:, None, None].repeat(3, 2) + np.uint8(index)
        still(tmp_path / f"a{index}.png", rows)
    net.cookRate = 60
    op = playing(net, tmp_path / "a*.png", deinterlace="bob", overridesample=True, samplerate=30)
    seen = []
    for _ in range(4):
        net.frames(1, pull=[op])
        seen.append(round(op.numpyArray()[0, 0, 0] * 255))
    assert seen == [0, 100, 1, 101]
    op.par.precedence = "odd"
    net.frames(1, pull=[op])
    assert round(op.numpyArray()[0, 0, 0] * 255) == 100


def test_masked_channels_are_zero(net, tmp_path):
    path = still(tmp_path / "a.png", np.array([[[200, 100, 50, 255]]], np.uint8))
    op = playing(net, path, chanmask="ga")
    assert (op.numpyArray()[0, 0] * 255).round().tolist() == [0, 100, 0, 255]


@pytest.mark.parametrize(("file", "options"), [
    ("a.webm", ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-lossless", "1")),
    ("a.webm", ("-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-b:v", "5M", "-qmin", "0")),
    ("a.mov", ("-c:v", "prores_ks", "-pix_fmt", "yuva444p10le", "-profile:v", "4444")),
    ("a.mov", ("-c:v", "qtrle", "-pix_fmt", "argb")),
    ("a.mov", ("-c:v", "png", "-pix_fmt", "rgba")),
    ("a.mkv", ("-c:v", "ffv1", "-pix_fmt", "gbrap10le"))])  # fmt: skip
def test_alpha_of_movies_is_kept(net, tmp_path, file, options):
    left = "color=red@0.25:s=32x32:d=0.2,format=rgba"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", left, *options, str(tmp_path / file)], check=True)
    op = playing(net, tmp_path / file)
    np.testing.assert_allclose(op.numpyArray()[16, 16], [1, 0, 0, 0.25], atol=0.025)
    assert op.sourceChannels == ["r", "g", "b", "a"]
    op.par.premultrgbbyalpha = "automatic"
    np.testing.assert_allclose(op.numpyArray()[16, 16], [0.25, 0, 0, 0.25], atol=0.025)


def linear(encoded):
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def test_colours_are_converted_to_the_working_colour_space(net, tmp_path):
    pixels = np.array([[[200, 100, 50, 128], [10, 20, 30, 255]]], np.uint8)
    path = still(tmp_path / "a.png", pixels)
    assert np.array_equal(playing(net, path).numpyArray() * 255, pixels)  # nobody says what numbers mean
    net.workingColorSpace = "srgblinear"
    op = net.moviefileinTOP(file=str(path))
    wanted = linear(pixels[..., :3] / 255)
    alpha = pixels[..., 3:] / 255
    assert op.pixelFormatName == "rgba16float"
    np.testing.assert_allclose(op.numpyArray(), np.concatenate((wanted * alpha, alpha), -1), atol=1e-3)
    op.par.inputcolorspace = "srgblinear"
    assert op.pixelFormatName == "rgba8fixed"
    np.testing.assert_allclose(op.numpyArray()[..., :3], pixels[..., :3] / 255 * alpha, atol=0.51 / 255)
    op.par.inputcolorspace = "passthrough"
    op.par.premultrgbbyalpha = "off"
    assert np.array_equal(op.numpyArray() * 255, pixels)


def test_a_movie_says_what_its_colours_mean(net, tmp_path):
    grey = ["-f", "lavfi", "-i", "color=gray:s=16x16:d=0.1", "-pix_fmt", "gbrp", "-c:v", "ffv1"]
    for name, transfer in {"srgb": "iec61966-2-1", "linear": "linear"}.items():
        tags = ["-color_primaries", "bt709", "-color_trc", transfer]
        subprocess.run(["ffmpeg", "-v", "error", *grey, *tags, str(tmp_path / f"{name}.mkv")], check=True)
    net.workingColorSpace = "srgblinear"
    for name, wanted in {"srgb": linear(np.float64(128 / 255)), "linear": 128 / 255}.items():
        op = net.moviefileinTOP(file=str(tmp_path / f"{name}.mkv"))
        np.testing.assert_allclose(op.numpyArray()[0, 0, :3], wanted, atol=2e-3)


# -- what was recorded -----------------------------------------------------------------------------------------


def noisy(net, **pars):
    return net.noiseTOP(resolution=(48, 32), tz="=absTime.frame * 0.37", mono=False, alpha="random", **pars)


RECORDED = {
    "animation": ({"videocodec": "rle", "moviepixelformat": "rgba", "file": "a.mov"}, "a.mov", "rgba8fixed"),
    "png": ({"type": "imagesequence", "imagefiletype": "png", "file": "f/a.png"}, "f", "rgba8fixed"),
    "png 16": ({"type": "imagesequence", "imagefiletype": "png", "file": "f/a.png"}, "f", "rgba16fixed"),
    "tiff": ({"type": "imagesequence", "imagefiletype": "tiff", "file": "f/a.tif"}, "f", "rgba32float"),
    "dds": ({"type": "imagesequence", "imagefiletype": "dds", "file": "f/a.dds"}, "f", "rgba8fixed"),
    "exr": ({"type": "imagesequence", "imagefiletype": "exr", "file": "f/a.exr"}, "f", "rgba16float"),
}


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_without_loss_comes_back_bit_for_bit(fast, tmp_path, name):
    pars, file, format = RECORDED[name]
    fast.cookRate = 30
    source = noisy(fast, format=format)
    out = recorder(fast, source, uniquesuff=False, **{**pars, "file": str(tmp_path / pars["file"])})
    out.par.record = True
    wanted = []
    for _ in range(6):
        fast.frames(1)
        wanted.append(source.numpyArray())
    out.par.record = False
    fast.advance()
    assert not out.errors()
    op = playing(fast, tmp_path / file, playmode="specify")
    assert (op.pixelFormatName, op.trueNumImages) == (format, 6)
    assert not np.array_equal(wanted[0], wanted[1])
    for index in (5, 0, 3, 1, 4, 2):
        op.par.index = index
        assert np.array_equal(op.numpyArray(), wanted[index], equal_nan=True), index
    assert not op.errors()


# -- what goes wrong -------------------------------------------------------------------------------------------


def test_without_a_file_it_says_what_to_do(net):
    op = net.moviefileinTOP()
    op.cook()
    assert "par.file is empty" in op.errors()
    assert op.isInvalid
    red = op.numpyArray()
    assert red[0, -1].tolist() == [1, 0, 0, 1]
    assert red[-1, 0].tolist() == [0, 0, 0, 0]
    op.par.loadingerrorimage = "zero"
    assert not op.numpyArray().any()


def test_a_missing_file_is_told_and_a_good_one_clears_it(net, clip):
    op = playing(net, "nowhere.mp4")
    op.cook()
    assert "there is no file" in op.errors()
    assert "nowhere.mp4" in op.errors()
    assert op.numImages == 0
    op.par.file = clip
    assert shown(op) == 0
    assert not op.errors()


def test_a_text_that_is_called_mp4_is_told(net, tmp_path):
    (tmp_path / "a.mp4").write_text("no movie\n" * 100)
    op = playing(net, tmp_path / "a.mp4")
    op.cook()
    assert "cannot open" in op.errors()
    assert "a.mp4" in op.errors()


def test_an_unreadable_image_of_a_sequence_costs_that_image_alone(net, tmp_path):
    for index in range(3):
        still(tmp_path / f"a{index}.png", np.full((2, 2, 3), 50 * index, np.uint8))
    (tmp_path / "a1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    op = playing(net, tmp_path / "a*.png", playmode="specify", index=1)
    op.cook()
    assert "a1.png" in op.errors()
    op.par.index = 2
    assert round(op.numpyArray()[0, 0, 0] * 255) == 100
    assert not op.errors()


def test_images_of_another_size_are_fitted_with_a_warning(net, tmp_path):
    still(tmp_path / "a0.png", np.zeros((4, 4, 3), np.uint8))
    still(tmp_path / "a1.png", np.full((8, 6, 3), 255, np.uint8))
    op = playing(net, tmp_path / "a*.png", playmode="specify", index=1)
    assert op.numpyArray().shape == (4, 4, 4)
    assert (op.numpyArray() == 1).all()
    assert "picture 1 is 6×8" in op.warnings()


def test_a_file_is_read_again_when_asked_to(net, tmp_path):
    path = still(tmp_path / "a.png", np.full((2, 2, 3), 10, np.uint8))
    op = playing(net, path)

    def grey():
        net.frames(1, pull=[op])
        return round(op.numpyArray()[0, 0, 0] * 255)

    assert grey() == 10
    still(path, np.full((3, 3, 3), 20, np.uint8))
    assert grey() == 10
    op.par.reloadpulse.pulse()
    assert grey() == 20
    assert op.width == 3
    op.par.reload = True
    assert grey() == 20
    still(path, np.full((2, 2, 3), 30, np.uint8), compress_level=0)
    assert grey() == 30


def test_paths_start_in_the_project_folder(net, tmp_path):
    still(tmp_path / "a.png", np.full((2, 2, 3), 10, np.uint8))
    (tmp_path / "f").mkdir()
    still(tmp_path / "f" / "b1.png", np.full((2, 2, 3), 20, np.uint8))
    for file in ("a.png", "f", "f/b*.png"):
        assert playing(net, file).isOpen, file


def test_it_tells_about_the_file(net, clip):
    net.cookRate = 30
    op = playing(net, clip)
    net.frames(24, pull=[op])
    info = op.info()
    wanted = {"index": 23, "true_index": 23, "file_resx": 160, "file_resy": 96, "length": 24, "sample_rate": 30,
              "open": 1, "last_frame": 1, "loop_frame": 0, "last_index_uploaded": 23, "mv_has_audio": 0}  # fmt: skip
    assert {name: info[name] for name in wanted} == wanted
    assert (op.isLastFrame, op.isLoopFrame, op.rate, op.start, op.numSeconds) == (True, False, 30, 0, 0.8)
    net.frames(1, pull=[op])
    assert op.isLoopFrame
    assert op.sourceChannels == ["r", "g", "b"]


def test_it_can_be_unloaded_and_comes_back(net, clip):
    op = playing(net, clip, playmode="specify", index=9)
    assert shown(op) == 9
    op.unload()
    assert shown(op) == 9
    assert op.preload(3)
