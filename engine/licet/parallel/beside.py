"""Work that is begun at once, in a thread of its own, and waited for by whoever asks what came of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def begun(work: Callable[[], T]) -> Callable[[], T]:
    """What the work comes to, and what it raises. It brings something where the work lets other threads run."""
    pool = ThreadPoolExecutor(1, "licet-beside")
    found = pool.submit(work)
    pool.shutdown(wait=False)
    return found.result
