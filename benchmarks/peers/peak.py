"""The memory that a command and the processes that it starts have together, looked at many times a second."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress

import psutil

PAUSE = 0.02  # seconds between two looks


def peak(command: list[str], stderr: int | None = None) -> tuple[float, float]:
    """The peak in MiB, and seconds; `stderr` as `Popen` takes it. Errors: `CalledProcessError`."""
    start = time.perf_counter()
    run = psutil.Popen(command, stderr=stderr)
    most = 0
    while run.poll() is None:
        most = max(most, together(run))
        time.sleep(PAUSE)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, command)
    return most / 2**20, time.perf_counter() - start


def together(run: psutil.Process) -> int:
    """Bytes that a process and its children have in memory now."""
    found = 0
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        for process in (run, *run.children(recursive=True)):
            used = process.memory_full_info()
            found += getattr(used, "pss", used.rss)
    return found
