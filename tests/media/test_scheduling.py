from __future__ import annotations

import os
import sys
import threading
from fractions import Fraction

import numpy as np
import pytest

from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.scheduling import ordinary

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have no numbers here")


def policies() -> set[int]:
    """How the threads of this process are scheduled."""
    return {os.sched_getscheduler(int(name)) for name in os.listdir("/proc/self/task")}


def raise_this_thread(to: int = 50) -> None:
    """Make this thread a real-time one."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(to))
    except PermissionError:
        pytest.skip("this user may not make real-time threads")


@pytest.mark.parametrize("token", ["av1", "h264nvgpu", "h265nvgpu", "vp8", "vp9"])
def test_no_encoder_makes_a_thread_that_comes_before_all_others(token: str) -> None:
    """Seen with SVT-AV1 run by root: VP8 beside it, or any other program on the machine, stood still."""
    before, settings = policies(), Settings(pixel_format="automatic")
    encoder = encoder_for(token, settings)
    encoder.open(64, 64, Fraction(30), settings)
    for index in range(3):
        encoder.encode(np.zeros((64, 64, 4), np.uint8), index)
        assert policies() == before
    encoder.finish()
    assert policies() == before


def test_a_library_s_threads_are_scheduled_as_the_one_that_started_them() -> None:
    stop, ready = threading.Event(), threading.Event()
    found: list[int] = []

    def raised() -> None:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
        ready.set()
        stop.wait(60)
        found.append(os.sched_getscheduler(0))

    def library() -> None:
        with ordinary():
            raise_this_thread()
            thread = threading.Thread(target=raised)
            thread.start()
            ready.wait(60)
        found.append(os.sched_getscheduler(0))
        stop.set()
        thread.join()

    try:
        raise_this_thread()
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    outer = threading.Thread(target=library)
    outer.start()
    outer.join()
    assert found == [os.SCHED_OTHER, os.SCHED_OTHER]


def test_real_time_threads_that_were_there_before_stay_so() -> None:
    found: list[tuple[int, int]] = []

    def caller() -> None:
        raise_this_thread(20)
        with ordinary():
            raise_this_thread(99)
        found.append((os.sched_getscheduler(0), os.sched_getparam(0).sched_priority))

    try:
        raise_this_thread()
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    thread = threading.Thread(target=caller)
    thread.start()
    thread.join()
    assert found == [(os.SCHED_FIFO, 20)]
