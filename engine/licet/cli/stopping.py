"""A run that is told to end by its system ends like one that somebody stops with Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT  # what shells give for Ctrl-C
_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(KeyboardInterrupt):
    """The system asked this process to end."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(signal.Signals(number).name)


def exit_code(stopped: BaseException) -> int:
    """What shells give for a process that a signal ended."""
    return stopped.exit_code if isinstance(stopped, Stopped) else INTERRUPTED


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise `Stopped`, once; what comes afterwards does not disturb the ending.

    A signal that is ignored, as under `nohup`, stays so.
    """
    if threading.current_thread() is not threading.main_thread():  # nobody else can say what signals do
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    asked = False

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise Stopped(number)

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
