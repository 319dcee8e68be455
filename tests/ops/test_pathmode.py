"""The path that a project's shaders take."""

import numpy as np
import pytest

import tdlite as td
from tdlite.gpu.context import Gpu


@pytest.fixture
def paths(monkeypatch):
    """The paths of the passes that are drawn: None is the device's own."""
    drawn = []
    draw = Gpu.draw
    monkeypatch.setattr(Gpu, "draw", lambda gpu, job: drawn.append(job.path) or draw(gpu, job))
    return drawn


def picture(pathmode):
    with td.Project(pathmode=pathmode) as project:
        noise = project.root.create(td.noiseTOP)
        noise.par.resolutionw = noise.par.resolutionh = 16
        return noise.numpyArray()


def test_a_project_can_have_its_shaders_run_either_way(paths):
    pictures = [picture(pathmode) for pathmode in ("auto", "compute", "raster")]
    assert paths == [None, "compute", "raster"]
    for other in pictures[1:]:
        np.testing.assert_allclose(other, pictures[0], atol=1.001 / 255)


def test_another_path_is_refused():
    with pytest.raises(td.TdError, match="auto, compute, raster, not 'fragment'"):
        td.Project(pathmode="fragment")
