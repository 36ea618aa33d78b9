"""Timing engines in turns on the same facts, checking first that they answer alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import pyarrow as pa

from benchmarks.peers import answers
from benchmarks.peers.policy import Policy


class Engine(Protocol):
    """An engine with its policy ready. Those that are two-valued get facts without gaps."""

    name: str
    two_valued: bool

    def compute(self, path: Path) -> Any:
        """From a Parquet file to the answers in memory, in the engine's own form."""

    def write(self, found: Any, out: Path) -> None:
        """The answers in a file, closed, as `answers.read` reads them."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians in seconds; `whole` is from the closed Parquet file to the closed result, None for a bare scan."""

    rules: int
    rows: int
    gaps: bool
    engine: str
    compute: float
    whole: float | None
    compared: int


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def whole(engine: Engine, path: Path, out: Path) -> None:
    engine.write(engine.compute(path), out)


def take_turns(
    policy: Policy,
    engines: Sequence[Engine],
    path: Path,
    rows: int,
    *,
    repeats: int,
    gaps: bool,
    truth: pa.Table | None = None,
) -> list[Timing]:
    """Every engine once to be checked, untimed, then all of them in turns.

    Each must answer as the first does, row by row and rule by rule; the first rows must be as in `truth`.
    Errors: `answers.DisagreementError`.
    """
    compared = check_alike(policy, [e for e in engines if hasattr(e, "write")], path, truth)
    computing: dict[str, list[float]] = {e.name: [] for e in engines}
    writing: dict[str, list[float]] = {e.name: [] for e in engines}
    out = path.with_suffix(".answers")
    for _ in range(repeats):
        for engine in engines:
            computing[engine.name].append(seconds(lambda e=engine: e.compute(path)))
            if hasattr(engine, "write"):
                writing[engine.name].append(seconds(lambda e=engine: whole(e, path, out)))
                out.unlink()
    return [
        Timing(
            len(policy.rules),
            rows,
            gaps,
            e.name,
            median(computing[e.name]),
            median(writing[e.name]) if writing[e.name] else None,
            compared.get(e.name, 0),
        )
        for e in engines
    ]


def check_alike(policy: Policy, engines: Sequence[Engine], path: Path, truth: pa.Table | None) -> dict[str, int]:
    """How many answers of each engine were compared with another's, from the files that they write."""
    out = path.with_suffix(".answers")
    compared = {}
    first: pa.Table | None = None
    for engine in engines:
        whole(engine, path, out)
        found = answers.read(out)
        out.unlink()
        if truth is not None:
            answers.compare(policy, engine.name, found.slice(0, truth.num_rows), truth)
        if first is None:
            first = found
        compared[engine.name] = answers.compare(policy, engine.name, found, first)
    return compared


def latency(one: Callable[[Any], object], records: Sequence[Any], repeats: int) -> float:
    """The median, over turns, of the mean seconds a case."""
    turns = []
    for _ in range(repeats):
        turns.append(seconds(lambda: [one(record) for record in records]) / len(records))
    return median(turns)
