"""Ctrl-C, SIGTERM and a terminal that goes away let the frame being cooked finish; a second one interrupts at once."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

_AGAIN = 0.5  # seconds within which one interrupt may come twice: to this process, and to its group


class Interrupts:
    """While active, notes interrupts instead of raising; only in the main thread, and only over the defaults."""

    def __init__(self) -> None:
        self.came = False
        self._when = -_AGAIN
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number, default in (
                (signal.SIGINT, signal.default_int_handler),
                (signal.SIGTERM, signal.SIG_DFL),
                (signal.SIGHUP, signal.SIG_DFL),
            ):
                if signal.getsignal(number) is default:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._when > _AGAIN:
            again, self.came, self._when = self.came, True, now
            if again:
                raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
