"""Timing engines in turns on the same facts, checking first that they answer alike."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from typing import Any

import pyarrow as pa
from benchmarks.peers import answers
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import Policy


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock, and seconds of processor time over all threads and all processes that ended meanwhile."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians. `whole` is None for a bare scan; `compared` are answers that were compared with another engine's."""

    rules: int
    rows: int
    gaps: bool
    engine: str
    compute: Cost
    whole: Cost | None
    compared: int


def cost(work: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), _processor_time()
    work()
    return Cost(time.perf_counter() - wall, _processor_time() - cpu)


def _processor_time() -> float:
    used = map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def middle(costs: Sequence[Cost]) -> Cost:
    return Cost(median(c.wall for c in costs), median(c.cpu for c in costs))


def take_turns(
    policy: Policy,
    engines: Sequence[Engine],
    path: Path,
    rows: int,
    repeats: int,
    *,
    gaps: bool,
    truth: pa.Table | None,
) -> list[Timing]:
    """Every engine once to be checked, which warms it, then all of them in turns. Errors: `DisagreementError`."""
    compared = check_alike(policy, [e for e in engines if e.writes], path, truth)
    computing: dict[str, list[Cost]] = {e.name: [] for e in engines}
    writing: dict[str, list[Cost]] = {e.name: [] for e in engines}
    for _ in range(repeats):
        for engine in engines:
            computing[engine.name].append(cost(lambda e=engine: e.compute(path)))
            if engine.writes:
                out = fresh(path)
                writing[engine.name].append(cost(lambda e=engine, out=out: e.whole(path, out)))
    found = []
    for e in engines:
        took = middle(writing[e.name]) if e.writes else None
        found.append(
            Timing(len(policy.rules), rows, gaps, e.name, middle(computing[e.name]), took, compared.get(e.name, 0))
        )
    return found


def fresh(path: Path) -> Path:
    """A file for answers in a folder of its own, where nothing is to be overwritten."""
    folder = path.with_name("answers")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder / "answers.out"


def check_alike(policy: Policy, engines: Sequence[Engine], path: Path, truth: pa.Table | None) -> dict[str, int]:
    """Each engine's file against the first engine's, row by row and rule by rule, and that one's against the truth.

    The number of answers compared, by engine. Errors: `DisagreementError`.
    """
    compared: dict[str, int] = {}
    first: pa.Table | None = None
    for engine in engines:
        out = fresh(path)
        engine.whole(path, out)
        found = engine.read(out)
        if first is None:
            first = found
            if truth is not None:
                answers.compare(policy, engine.name, found.slice(0, truth.num_rows), truth)
        else:
            compared[engine.name] = answers.compare(policy, engine.name, found, first)
    return compared


def latency(ones: dict[str, tuple[Callable[[Any], object], Sequence[Any]]], repeats: int) -> dict[str, Cost]:
    """A case's cost by engine: medians over turns. Each turn has cases of its own, so that no answer is remembered.

    A first turn, which is not timed, warms the engines.
    """
    turns: dict[str, list[Cost]] = {name: [] for name in ones}
    for turn in range(repeats + 1):
        for name, (one, cases) in ones.items():
            size = len(cases) // (repeats + 1)
            own = cases[turn * size : (turn + 1) * size]
            took = cost(lambda one=one, own=own: [one(case) for case in own])
            if turn:
                turns[name].append(Cost(took.wall / size, took.cpu / size))
    return {name: middle(costs) for name, costs in turns.items()}
