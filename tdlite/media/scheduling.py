"""How threads are scheduled: what a library changes about that is undone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def ordinary() -> Iterator[None]:
    """Let a library start threads, none of them above all others: they and this thread are scheduled as before.

    SVT-AV1, run by root, makes the thread that opens it and all of its own real-time threads of the highest
    priority (SCHED_FIFO, 99), and everything that these start inherits it. Each of them then keeps its core until
    it blocks: other programs stand still, and where one waits in a loop for another (libvpx's VP8 does), on the
    same core, it waits for ever.
    """
    if sys.platform != "linux":
        yield
        return
    policy, parameters, before = os.sched_getscheduler(0), os.sched_getparam(0), _threads()
    try:
        yield
    finally:
        for thread in {0, *_threads()} - before:
            with contextlib.suppress(OSError):  # it has ended, or may not be changed
                if os.sched_getscheduler(thread) in (os.SCHED_FIFO, os.SCHED_RR):
                    os.sched_setscheduler(thread, policy, parameters)


def _threads() -> set[int]:
    """The threads of this process, by the kernel's numbers."""
    return {int(name) for name in os.listdir("/proc/self/task")}
