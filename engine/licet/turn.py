"""A lock for whatever learns while it answers: one thread at a time, and no obstacle to a pickle or a copy."""

from __future__ import annotations

from threading import RLock
from types import TracebackType


class Turn:
    """`with turn:` lets one thread in; that thread may enter again. A copy, also a pickled one, is a new one."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[type[Turn], tuple[()]]:
        return Turn, ()
