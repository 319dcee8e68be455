"""The context: shared, honest about what it is, and never loaded by an import."""

import subprocess
import sys
import threading

import moderngl
import pytest

from tdlite.gpu import context
from tdlite.gpu.context import Gpu
from tdlite.gpu.errors import GpuError, NoDevice
from tdlite.gpu.image import Spec
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import read
from tdlite.gpu.source import Source

RED = PixelProgram(Source("red.glsl", "vec4 pixel(vec2 uv) { return vec4(1.0, 0.0, 0.0, 1.0); }"))


def test_there_is_one_gpu_a_process(gpu):
    assert Gpu.shared() is gpu


def test_the_driver_says_what_it_is(gpu):
    assert gpu.renderer
    assert gpu.version
    assert gpu.max_size >= 4096
    assert gpu.software == ("llvmpipe" in gpu.renderer)


def test_a_gpu_draws_by_compute_and_software_by_raster(gpu):
    assert Gpu(gpu.ctx).path == ("raster" if gpu.software else "compute")


def test_importing_the_gpu_layer_does_not_load_moderngl():
    modules = ["context", "devices", "formats", "layout", "passes", "program", "readback", "upload"]
    code = ";".join(f"import tdlite.gpu.{name}" for name in modules) + ";import sys;sys.exit('moderngl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_thread_is_told_where_to_go(gpu):
    caught = []

    def elsewhere():
        try:
            Gpu.shared()
        except GpuError as error:
            caught.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "project.post" in caught[0]


def test_two_devices_keep_their_own_textures(gpu):
    """Two contexts on one device stand for two devices."""
    other = Gpu(context._context(0))
    Gpu._current = other
    first, second = (each.draw(Pass(RED, Spec.square(2, 2))) for each in (gpu, other))
    third = gpu.draw(Pass(RED, Spec.square(3, 3)))
    for image in (second, first, third):
        assert read(image)[0, 0].tolist() == [1, 0, 0, 1]
        assert image.gpu.ctx.error == "GL_NO_ERROR"
    gpu.check()


def test_somebody_elses_context_is_not_drawn_into(gpu):
    """They make it current between frames, and use names that are ours as well."""
    first = gpu.draw(Pass(RED, Spec.square(2, 2)))
    with moderngl.create_context(standalone=True, backend="egl", require=430) as theirs:
        theirs.texture((2, 2), 4)
        assert read(first)[0, 0].tolist() == [1, 0, 0, 1]
    gpu.regain()


def test_a_run_draws_into_its_own_context(net):
    top = net.constantTOP(resolution=(2, 2), colorr=1, colorb=0)
    top.par.colorg.expr = "absTime.frame - 2"
    top.viewer = True
    net.run(frames=1)
    with moderngl.create_context(standalone=True, backend="egl", require=430) as theirs:
        theirs.texture((2, 2), 4)
        net.run(frames=2)
        assert top.numpyArray()[0, 0].tolist() == [1, 1, 0, 1]


def test_without_gl_the_message_says_what_to_install(monkeypatch):
    def fail(**settings):
        raise Exception("libGL.so.1 not loaded")

    monkeypatch.setattr(moderngl, "create_context", fail)
    monkeypatch.setattr(Gpu, "_shared", {})
    with pytest.raises(NoDevice, match=r"libGL\.so\.1 not loaded.*apt-get install libegl1"):
        Gpu._opened(None)
