"""Work in threads of its own: begun at once and waited for later, or done ahead of whoever takes it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


def begun(work: Callable[[], T]) -> Callable[[], T]:
    """What the work comes to, and what it raises. It brings something where the work lets other threads run."""
    pool = ThreadPoolExecutor(1, "licet-beside")
    found = pool.submit(work)
    pool.shutdown(wait=False)
    return found.result


def ahead(things: Iterator[T], most: int) -> Generator[T]:
    """The same things, made by a thread of their own, at most so many before somebody takes them.

    What making them raises is raised here. When they are no longer wanted the thread makes none after the next one, and
    is waited for.
    """
    made: Queue[tuple[T | None, BaseException | None, bool]] = Queue(most)
    unwanted = Event()

    def make() -> None:
        try:
            for thing in things:
                if unwanted.is_set():
                    return
                made.put((thing, None, False))
            made.put((None, None, True))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where somebody waits
            made.put((None, error, True))

    maker = Thread(target=make, name="licet-ahead", daemon=True)
    maker.start()
    try:
        while True:
            thing, error, is_last = made.get()
            if error is not None:
                raise error
            if is_last:
                return
            yield thing  # type: ignore[misc] # the last one alone is none
    finally:
        unwanted.set()
        while maker.is_alive():
            while not made.empty():
                made.get()
            maker.join(0.01)
