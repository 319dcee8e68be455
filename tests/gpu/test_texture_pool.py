"""Textures are used again, but never while anybody holds the image."""

import threading

import numpy as np
import pytest

from tdlite.gpu.errors import GpuError
from tdlite.gpu.image import Spec
from tdlite.gpu.layout import Layout
from tdlite.gpu.passes import Pass
from tdlite.gpu.program import PixelProgram
from tdlite.gpu.readback import read
from tdlite.gpu.source import Source

LAYOUT = Layout([("level", "float")])
FLAT = PixelProgram(Source("flat.glsl", "vec4 pixel(vec2 uv) { return vec4(par.level); }"), LAYOUT)
SPEC = Spec.square(33, 17, "mono32float")  # a size that no other test uses


@pytest.fixture(autouse=True)
def _empty_pool(gpu):
    gpu.pool.clear()


def flat(gpu, level, **job):
    return gpu.draw(Pass(FLAT, SPEC, LAYOUT.pack((level,)), **job))


def test_an_image_that_is_held_is_never_drawn_into(gpu, path):
    rng = np.random.default_rng(0)
    held, others = {}, gpu.pool.held
    for level in range(200):
        held[level] = flat(gpu, level, path=path)
        if len(held) > 5:
            del held[rng.choice(list(held))]
        for kept, image in held.items():
            assert read(image)[0, 0, 0] == kept
    assert gpu.pool.held - others == len(held) == 5


def test_a_texture_that_nobody_holds_is_used_again(gpu):
    first = flat(gpu, 1).texture.glo
    assert flat(gpu, 2).texture.glo == first


def test_every_image_has_a_serial_of_its_own_though_textures_return(gpu):
    assert len({flat(gpu, 1).serial for _ in range(50)}) == 50


def test_the_pool_counts_what_is_held_and_what_is_free(gpu):
    count, held, free = gpu.pool.count, gpu.pool.bytes_held, gpu.pool.bytes_free
    image = flat(gpu, 1)
    assert image.nbytes == 33 * 17 * 4
    assert (gpu.pool.count - count, gpu.pool.bytes_held - held, gpu.pool.bytes_free - free) == (1, image.nbytes, 0)
    del image
    assert (gpu.pool.count - count, gpu.pool.bytes_held - held, gpu.pool.bytes_free - free) == (1, 0, 33 * 17 * 4)


def test_a_long_run_needs_no_more_textures_than_it_holds(gpu):
    previous = None
    count = gpu.pool.count
    for level in range(500):
        previous = flat(gpu, level)
        gpu.frame()
    assert previous is not None
    assert gpu.pool.count == count + 2


def test_textures_unused_for_long_go_back_to_the_driver_and_held_ones_stay(gpu):
    held, dropped = flat(gpu, 3), flat(gpu, 4)
    count = gpu.pool.count
    del dropped
    for _ in range(400):
        gpu.frame()
    assert gpu.pool.count == count - 1
    assert read(held)[0, 0, 0] == 3


def test_another_thread_may_drop_the_last_reference(gpu):
    box = [flat(gpu, 5)]
    free = gpu.pool.free
    thread = threading.Thread(target=box.clear)
    thread.start()
    thread.join()
    assert gpu.pool.free == free + 1
    assert read(flat(gpu, 6))[0, 0, 0] == 6


def test_a_draw_that_fails_gives_its_texture_back(gpu):
    held = gpu.pool.held
    with pytest.raises(TypeError):
        gpu.draw(Pass(FLAT, SPEC, "not bytes"))
    assert gpu.pool.held == held


def test_an_impossible_size_is_refused_with_the_limit(gpu):
    with pytest.raises(GpuError, match=f"1 to {gpu.max_size}"):
        gpu.pool.take(Spec.square(gpu.max_size + 1, 1))
    with pytest.raises(GpuError, match="0×5"):
        gpu.pool.take(Spec.square(0, 5))


def test_when_allocation_fails_free_textures_are_released_and_it_is_tried_again(gpu, monkeypatch):
    flat(gpu, 1)
    assert gpu.pool.free >= 1
    texture, tries = gpu.ctx.texture, []

    def scarce(*args, **kwargs):
        tries.append(gpu.pool.free)
        if gpu.pool.free:
            raise MemoryError("GL_OUT_OF_MEMORY")
        return texture(*args, **kwargs)

    monkeypatch.setattr(gpu.ctx, "texture", scarce)
    gpu.pool.take(Spec.square(35, 3)).release()
    assert len(tries) == 2


def test_out_of_memory_names_what_was_asked_and_what_is_held(gpu, monkeypatch):
    def none(*args, **kwargs):
        raise MemoryError("GL_OUT_OF_MEMORY")

    image = flat(gpu, 1)
    monkeypatch.setattr(gpu.ctx, "texture", none)
    with pytest.raises(GpuError, match=r"1000×500 rgba8fixed image \(2\.0 MB\).*OUT_OF_MEMORY.*images hold"):
        gpu.pool.take(Spec.square(1000, 500))
    del image


def test_releasing_the_texture_that_was_drawn_last_by_raster_leaves_no_error(gpu, draw):
    gpu.path = "raster"
    draw("vec4 pixel(vec2 uv) { return vec4(1.0); }", 7, 5)
    gpu.pool.clear()
    draw("vec4 pixel(vec2 uv) { return vec4(1.0); }", 5, 7)
    assert gpu.ctx.error == "GL_NO_ERROR"
