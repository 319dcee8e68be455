"""docs/moviefileout.md speaks of every parameter that there is, and of every one that TouchDesigner has."""

import re
from pathlib import Path

import tdlite as td

PAGE = (Path(__file__).parent.parent / "docs" / "moviefileout.md").read_text()
NAMES = set(re.findall(r"`(\w+)`", PAGE))

TOUCHDESIGNERS = (
    *("type", "videocodec", "videocodectype", "imagefiletype", "uniquesuff", "n", "leadingzerosdigits", "file"),
    *(
        "moviepixelformat",
        "moviecontainer",
        "videopixelformat",
        "outputcolorspace",
        "outputreferencewhite",
        "audiochop",
        "audiobitrate",
        "audiocodec",
    ),
    *("quality", "fps", "limitlength", "length", "lengthunit", "record", "pause", "addframe"),
    *("maxthread", "headerdat", "pointcloud", "input", "stallforopen", "starttimecode", "profile", "preset"),
    *(
        "bitratemode",
        "avgbitrate",
        "peakbitrate",
        "keyframeinterval",
        "maxbframes",
        "motionpredict",
        "frameslicing",
        "numslices",
    ),
    *(
        "entropymode",
        "stereomode",
        "sphericalmode",
        "secondarycompression",
        "encodetestmode",
        "mipmaps",
        "resmenu",
        "armenu",
    ),
)


def test_the_page_names_every_parameter_of_the_operator() -> None:
    with td.Project() as project:
        out = project.root.create(td.moviefileoutTOP)
        own = {par.name for par in out.pars() if par.page != "Common" and not re.match(r"input\d", par.name)}
    assert own <= NAMES, own - NAMES


def test_the_page_names_every_parameter_of_touchdesigner_and_there_are_no_others_missing() -> None:
    assert set(TOUCHDESIGNERS) <= NAMES
    missing, _, _ = PAGE.partition("## Info CHOP")
    not_offered = set(re.findall(r"`(\w+)`", missing.partition("## Not offered")[2]))
    with td.Project() as project:
        out = project.root.create(td.moviefileoutTOP)
        for name in TOUCHDESIGNERS:
            if name not in not_offered and name != "input":  # which is a sequence of blocks
                assert getattr(out.par, name, None) is not None, name
