"""Runs of `licet watch` that are killed, each one write later than the one before; prints how many it took to finish.

A program of its own: a process in which threads were begun should not be forked. What a run imports is imported once,
before. Arguments: the folder of the story,
the snapshots to go on from, the folder for what each run leaves.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import licet.changes.watch.run
import licet.cli.watch  # noqa: F401
from licet.cli.main import main

_WRITES = ((os, "fsync"), (os, "mkdir"), (os, "rename"), (os, "replace"), (os, "open"))


def killed_at(left: int) -> None:
    """Kills this process before some call that changes a folder or forces it to the disk."""
    counted = [left]

    def counting(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted_call(*args: Any, **kwargs: Any) -> Any:
            if not counted[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            counted[0] -= 1
            return call(*args, **kwargs)

        return counted_call

    for module, name in _WRITES:
        setattr(module, name, counting(getattr(module, name)))


def run(story: Path, folder: Path) -> None:
    words = [str(story / "tuesday.yaml"), "--inventory", "deals", "--policy", str(story / "policy.licet")]
    main(["watch", *words, "--snapshot", str(folder)], standalone_mode=False)


def all_runs(story: Path, before: Path, into: Path) -> int:
    number = 0
    while True:
        folder = into / str(number)
        shutil.copytree(before, folder)
        process = os.fork()
        if not process:
            os.close(1)
            os.open(os.devnull, os.O_WRONLY)
            killed_at(number)
            run(story, folder)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if os.WIFEXITED(status):
            assert not os.WEXITSTATUS(status), status
            return number
        number += 1


if __name__ == "__main__":
    print(all_runs(*map(Path, sys.argv[1:])))
