"""Work that asks for other work, however deep: nothing depends on how deeply Python calls may nest."""

from __future__ import annotations

from collections.abc import Callable

_MOST_NESTED = 10  # of which each may take some dozens of calls
Task = Callable[[], None]


class Agenda:
    """Does tasks that ask for one another, for whoever remembers what they came to; one thread at a time.

    Tasks nest a few deep. One that lies deeper is done first, by itself, and those that waited for it are begun again
    and find it done: a chain of any length costs each of its tasks twice at most. So a task leaves nothing behind that
    it has not finished.
    """

    __slots__ = ("_depth",)

    def __init__(self) -> None:
        self._depth = 0

    def do(self, task: Task) -> None:
        """Does a task that is not done yet."""
        if self._depth == _MOST_NESTED:
            raise _DeeperError(task)
        if self._depth:
            self._nested(task)
            return
        waiting = [task]
        while waiting:
            try:
                self._nested(waiting[-1])
            except _DeeperError as deeper:
                waiting.append(deeper.task)
            else:
                waiting.pop()

    def _nested(self, task: Task) -> None:
        self._depth += 1
        try:
            task()
        finally:
            self._depth -= 1


class _DeeperError(Exception):
    """A task lies too deep and has to be done first."""

    def __init__(self, task: Task) -> None:
        super().__init__("a task lies too deep")
        self.task = task
