"""Movie File Out's colours: the pixels of its files, by the standards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import colours
import numpy as np
import OpenEXR
import pytest
from charts import LOSSLESS, Array, chart, decoded, image, patches, record, said, zimg
from PIL import Image
from recordings import files, recorder

import tdlite as td
from tdlite.media.colour import SPACES
from tdlite.ops.top import gpu_of

CONVERTED = [token for token in SPACES if token not in ("passthrough", "acescg")]


def wanted(token: str, white: float = 100) -> Array:
    return np.clip(colours.converted("acescg", token, colours.chart(), white, white), 0, 1)


def test_a_lossless_movie_has_the_standards_values_in_every_space(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = "acescg"
    record(fast, *({**LOSSLESS, "file": f"{token}.mp4", "outputcolorspace": token} for token in CONVERTED))
    for token in CONVERTED:
        found = patches(decoded(tmp_path / f"{token}.mp4"))
        # Half a step of luma, and half a step of each chroma times what it weighs at most.
        assert np.abs(found - wanted(token)).max() < 0.5 / 876 + 2 * 0.5 / 896 + 1e-4, token


LOSSY: dict[str, tuple[dict[str, Any], str, float]] = {
    "h264": ({"videocodec": "h264nvgpu", "moviepixelformat": "yuv420"}, "mp4", 0.02),
    "h265": ({"videocodec": "h265nvgpu", "moviepixelformat": "yuv420p10bit"}, "mov", 0.02),
    "av1": ({"videocodec": "av1", "moviepixelformat": "yuv420p10bit"}, "mkv", 0.02),
    "prores": ({"videocodec": "prores", "videocodectype": "hq"}, "mov", 0.008),
    "vp9": ({"videocodec": "vp9"}, "webm", 0.02),
}
"""Parameters, container, and the error of a patch's mean at quality 1: 8 bits, 4:2:0, and what the codec leaves out."""


@pytest.mark.parametrize("codec", LOSSY)
def test_ramp_and_chart_survive_a_lossy_codec(fast: Any, tmp_path: Path, codec: str) -> None:
    parameters, container, error = LOSSY[codec]
    spaces = ("srgb", "rec601ntsc", "rec709", "rec2020st2084pq", "rec2020hlg", "displayp3d65")
    fast.workingColorSpace = "acescg"
    jobs = ({**parameters, "quality": 1, "file": f"{token}.{container}", "outputcolorspace": token} for token in spaces)
    record(fast, *jobs)
    for token in spaces:
        found = patches(decoded(tmp_path / f"{token}.{container}"))
        assert np.abs(found - wanted(token)).max() < error, token
        assert np.abs(found[:33] - wanted(token)[:33]).max() < error / 2, token  # the ramp is grey, and easier


@pytest.mark.parametrize("token", ["srgb", "displayp3d65", "rec2020st2084pq", "srgblinear"])
def test_another_reader_finds_the_light_again_by_the_files_tags(fast: Any, tmp_path: Path, token: str) -> None:
    fast.workingColorSpace = "srgblinear"
    record(fast, {**LOSSLESS, "file": "a.mp4", "outputcolorspace": token})
    found, light = patches(zimg(tmp_path / "a.mp4", 100)), colours.chart()
    inside = light.max(axis=1) <= (4 if "pq" in token else 1)
    assert np.abs(found - light)[inside].max() < 0.02 * light[inside].max()


def test_srgb_and_rec709_differ_in_pixels_and_in_tags(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = "srgblinear"
    record(fast, *({**LOSSLESS, "file": f"{token}.mp4", "outputcolorspace": token} for token in ("srgb", "rec709")))
    light = colours.chart()[:33]
    curves = {"srgb": colours.srgb, "rec709": colours.rec709}
    for token, curve in curves.items():
        path = tmp_path / f"{token}.mp4"
        assert np.abs(patches(decoded(path))[:33] - curve(light)).max() < 0.001
        assert said(path)["color_transfer"] == {"srgb": "iec61966-2-1", "rec709": "bt709"}[token]
    assert np.abs(colours.srgb(light) - colours.rec709(light)).max() > 0.05


def test_a_passed_through_project_pays_no_pass_and_changes_no_pixel(
    fast: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = fast.noiseTOP(resolution=(32, 16), mono=False)
    gpu, draws = gpu_of(fast), []
    draw = type(gpu).draw
    monkeypatch.setattr(type(gpu), "draw", lambda self, job: draws.append(job) or draw(self, job))
    for number, token in enumerate(("srgb", "rec2020st2084pq", "passthrough")):
        recorder(
            fast, source, type="image", imagefiletype="png", file=f"{number}.png", uniquesuff=0, record=1,
            outputcolorspace=token,
        )  # fmt: skip
    fast.run(frames=1)
    assert [job.program.name for job in draws] == ["noise.glsl"]
    pixels = np.round(source.numpyArray()[::-1] * 255)
    for number in range(3):
        with Image.open(tmp_path / f"{number}.png") as opened:
            assert np.array_equal(np.asarray(opened), pixels)


def test_a_picture_that_stays_is_converted_once_for_the_whole_movie(fast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fast.workingColorSpace = "srgblinear"
    source = fast.rectangleTOP(resolution=(32, 16))
    fast.frames(1, pull=[source])
    gpu, draws = gpu_of(fast), []
    draw = type(gpu).draw
    monkeypatch.setattr(type(gpu), "draw", lambda self, job: draws.append(job) or draw(self, job))
    recorder(fast, source, file="a.mp4", record=1, outputcolorspace="rec709", moviepixelformat="yuv444")
    fast.run(frames=10)
    names = [getattr(getattr(job, "program", None), "name", "") for job in draws]
    assert names.count("srgblinear to rec709") == 1


def test_1_at_80_nits_of_hdr_is_two_thirds_at_120_nits_of_sdr(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = td.WorkingColorSpace.ACES_CG
    fast.sdrReferenceWhiteNits, fast.hdrReferenceWhiteNits = 120, 80
    white = fast.constantTOP(resolution=(16, 16), format="rgba32float")
    for kind in ("default", "sdr", "hdr"):
        recorder(
            fast, white, type="image", imagefiletype="exr", file=f"{kind}.exr", uniquesuff=0, record=1,
            outputcolorspace="srgblinear", outputreferencewhite=kind,
        )  # fmt: skip
    fast.run(frames=1)
    for kind, value in {"default": 80 / 120, "sdr": 80 / 120, "hdr": 1}.items():
        pixels = OpenEXR.File(str(tmp_path / f"{kind}.exr")).channels()["RGBA"].pixels
        assert pixels[..., :3] == pytest.approx(np.full((16, 16, 3), value), abs=1e-5)


@pytest.mark.parametrize("token", ["srgb", "rec709", "rec2020st2084pq", "acesproxy"])
def test_16_bit_images_have_the_standards_values(fast: Any, tmp_path: Path, token: str) -> None:
    import cv2

    fast.workingColorSpace = "acescg"
    image(fast, chart(fast), "png", token)
    stored = cv2.imread(str(tmp_path / f"{token}.png"), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    found = patches(stored[..., 2::-1]) / 65535
    assert np.abs(found - wanted(token)).max() < 3 / 65535 + 1.5e-5


@pytest.mark.parametrize("token", ["aces2065-1", "srgblinear", "displayp3d65linear", "acescg", "srgb"])
def test_exr_keeps_light_below_0_and_above_1_and_says_its_primaries(fast: Any, tmp_path: Path, token: str) -> None:
    fast.workingColorSpace = "acescg"
    image(fast, chart(fast), "exr", token)
    file = OpenEXR.File(str(tmp_path / f"{token}.exr"))
    found = patches(file.channels()["RGBA"].pixels)[:, :3]
    light = colours.converted("acescg", token, colours.chart())
    assert found.max() > 1.5
    assert np.abs(found - light).max() < 1e-4
    said = file.header().get("chromaticities")
    if token == "srgb":  # EXR has no word for a transfer function
        assert said is None
    else:
        assert said == pytest.approx([number for point in colours.PRIMARIES[token] for number in point])


def test_where_alpha_is_kept_colours_are_converted_without_it(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = "srgblinear"
    source = chart(fast)
    source.alpha = 0.5
    image(fast, source, "exr", "srgb")
    found = patches(OpenEXR.File(str(tmp_path / "srgb.exr")).channels()["RGBA"].pixels)
    assert np.abs(found[:, :3] - 0.5 * colours.encoded("srgb", colours.chart(), 100)).max() < 1e-4
    assert found[:, 3] == pytest.approx(0.5)


def test_where_alpha_is_dropped_the_light_over_black_is_converted(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = "srgblinear"
    source = chart(fast)
    source.alpha = 0.5
    made = recorder(fast, source, record=1, uniquesuff=0, file="a.mp4", **LOSSLESS)
    fast.run(frames=1)
    made.par.record = 0
    inside = np.clip(colours.encoded("srgb", 0.5 * colours.chart(), 100), 0, 1)
    assert np.abs(patches(decoded(tmp_path / "a.mp4")) - inside).max() < 0.002


def test_a_working_space_that_changes_while_recording_keeps_the_files_space(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = "acescg"
    made = recorder(
        fast, chart(fast), type="imagesequence", imagefiletype="exr", file="a.exr", record=1,
        outputcolorspace="aces2065-1",
    )  # fmt: skip
    fast.run(frames=1)
    fast.workingColorSpace = "srgblinear"
    fast.run(frames=1)
    made.par.record = 0
    for number, working in enumerate(("acescg", "srgblinear")):
        found = patches(OpenEXR.File(str(tmp_path / f"a.{number}.exr")).channels()["RGBA"].pixels)[:, :3]
        assert np.abs(found - colours.converted(working, "aces2065-1", colours.chart())).max() < 1e-4


def test_save_writes_the_numbers_as_they_are(fast: Any, tmp_path: Path) -> None:
    fast.workingColorSpace = "acescg"
    source = chart(fast)
    source.save(str(tmp_path / "a.exr"))
    file = OpenEXR.File(str(tmp_path / "a.exr"))
    assert np.abs(patches(file.channels()["RGBA"].pixels)[:, :3] - colours.chart()).max() < 1e-6
    assert "chromaticities" not in file.header()
    assert files(tmp_path) == ["a.exr"]
