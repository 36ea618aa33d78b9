"""Tasks done by forked processes, which know all that their parent knew; the answers come in the order of the tasks."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

import pyarrow as pa

from licet.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")

CAN_FORK = sys.platform == "linux"  # elsewhere there is no fork, or system libraries do not stand it
_AHEAD = 2  # tasks that a process has been given: one that it does, one that it goes on with


def forked(work: Callable[[T], R], tasks: Iterable[T], workers: int) -> Generator[R]:
    """What `work` makes of each task; tasks are taken when a process is free for them.

    Tasks and answers are sent, so they should be small. What a task raises is raised here. When the answers are no
    longer wanted, the processes are ended. Errors: `EngineError` where a process died.
    """
    crew: list[_Worker[T, R]] = []
    try:
        _fork(crew, work, workers)
        given: deque[_Worker[T, R]] = deque()
        for number, task in enumerate(tasks):
            if len(given) == _AHEAD * workers:
                yield given.popleft().answer()
            crew[number % workers].give(task)
            given.append(crew[number % workers])
        while given:
            yield given.popleft().answer()
    finally:
        for worker in crew:
            worker.stop()
        for worker in crew:
            worker.join()


def _fork(crew: list[_Worker[T, R]], work: Callable[[T], R], workers: int) -> None:
    """Adds processes. None hears Ctrl-C or a request to end, which are sent to all at once: their parent ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    gc.freeze()  # or a child's collector would write to, and so copy, all that it shares
    try:
        for _ in range(workers):
            crew.append(_Worker(work, [worker.connection for worker in crew]))
    finally:
        gc.unfreeze()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker(Generic[T, R]):
    """A process and the end of a pipe to it."""

    def __init__(self, work: Callable[[T], R], others: Sequence[Connection]) -> None:
        context = get_context("fork")
        self.connection, far = context.Pipe()
        arguments = (work, far, [*others, self.connection])
        self._process: BaseProcess = context.Process(target=_serve, args=arguments, daemon=True)
        with warnings.catch_warnings():
            # Python warns of other threads; Arrow's, the only ones, are started again in a child.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        far.close()

    def give(self, task: T) -> None:
        try:
            self.connection.send(task)
        except BrokenPipeError:
            raise self._death() from None

    def answer(self) -> R:
        try:
            answer, error = self.connection.recv()
        except (EOFError, ConnectionResetError):
            raise self._death() from None
        if error is not None:
            raise error
        found: R = answer
        return found

    def stop(self) -> None:
        self.connection.close()
        self._process.kill()

    def join(self) -> None:
        self._process.join()

    def _death(self) -> EngineError:
        self._process.join()
        code = self._process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with the exit code {code}"
        return EngineError(f"a process that decides batches {how}; it may have run out of memory: try `--workers 1`")


def _serve(work: Callable[[T], R], own: Connection, others: Sequence[Connection]) -> None:
    """Does tasks until nobody is there who would give any."""
    for other in others:  # while these are open here, a process at their end does not see that its parent is gone
        other.close()
    pa.set_cpu_count(1)
    while True:
        try:
            task = own.recv()
        except EOFError:
            os._exit(0)
        answer = _answer(work, task)
        try:
            own.send(answer)
        except BrokenPipeError:
            os._exit(0)


def _answer(work: Callable[[T], R], task: T) -> tuple[R | None, Exception | None]:
    try:
        return work(task), None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where somebody waits
        return None, error
