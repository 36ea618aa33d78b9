"""Licet and its peers on the same generated policy and facts, in one run.

    pip install -e '.[benchmark]'
    python benchmarks/peers/run.py [--rules 50,200,1000] [--rows 1e5,1e6] [--single] [--out report.md]

Each peer goes its fastest documented way, its policy parsed beforehand. Two things are timed: *whole*, from opening
the Parquet file to the results closed on disk (the two bounds of the decision and, three-valued, every rule), and
*compute*, the same up to the answers in memory; beside them stands a bare scan of the columns that rules read.
Before anything is timed, every engine's file is compared with Licet's, row by row and rule by rule, and Licet's
first rows with the reference interpreter: a difference ends the run. Times are medians of turns, engines interleaved.

Three-valued engines get facts with a tenth of the cells missing. For the others the facts have no gaps, they get as
many of the first rows as take about two seconds, and Licet is timed on the same rows.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from benchmarks.peers import facts
from benchmarks.peers.answers import DisagreementError
from benchmarks.peers.engine import Engine
from benchmarks.peers.licet_ import Licet
from benchmarks.peers.measure import Cost, Timing, cost, latency, take_turns
from benchmarks.peers.policy import OUTCOMES, Policy, generate
from benchmarks.peers.report import render

Peer = tuple[str, str, str]  # module, class, distribution
THREE_VALUED: tuple[Peer, ...] = (("duckdb_sql", "DuckDB", "duckdb"), ("polars_", "Polars", "polars"))
TWO_VALUED: tuple[Peer, ...] = (
    ("openfisca", "OpenFisca", "openfisca-core"),
    ("generated_python", "GeneratedPython", "licet"),
    ("zen_", "Zen", "zen-engine"),
    ("zen_", "ZenGraph", "zen-engine"),
    ("clips_", "Clips", "clipspy"),
    ("cedar", "Cedar", "cedarpy"),
    ("durable_", "Durable", "durable-rules"),
    ("rule_engine_", "RuleEngine", "rule-engine"),
)
SINGLE = ("GeneratedPython", "Zen", "ZenGraph", "Cedar")
TRUTH_ROWS = 40
PROBE_ROWS, TURN_SECONDS, MOST_ROWS = 100, 2.0, 100_000
MOST_CELLS = 100_000_000
CASES = 200


def numbers(text: str) -> list[int]:
    return [int(float(part)) for part in text.split(",")]


def made(peers: Sequence[Peer], policy: Policy, folder: Path) -> list[Engine]:
    return [getattr(import_module(f"benchmarks.peers.{module}"), name)(policy, folder) for module, name, _ in peers]


def with_gaps(policy: Policy, licet: Licet, chosen: argparse.Namespace, folder: Path) -> list[Timing]:
    """Three-valued engines on tables of every size asked for; who would take too long stays at the size before."""
    peers = made(THREE_VALUED, policy, folder)
    scan = made([("scan", "Scan", "pyarrow")], policy, folder)
    found: list[Timing] = []
    for rows in sorted(chosen.rows):
        path = facts.write(policy, folder / "gaps.parquet", rows, seed=chosen.seed)
        for peer in list(peers):
            before = [t.whole.wall * rows / t.rows for t in found if t.engine == peer.name and t.whole]
            if before and before[-1] > chosen.patience:
                print(f"{peer.name} would take {before[-1]:.0f} s for {rows:,} rows, beyond --patience: left out there")
                peers.remove(peer)
        truth = licet.reference(path, TRUTH_ROWS)
        found += take_turns(policy, [licet, *peers, *scan], path, rows, chosen.repeats, gaps=True, truth=truth)
    return found


def without_gaps(policy: Policy, licet: Licet, chosen: argparse.Namespace, folder: Path) -> list[Timing]:
    """Two-valued engines, each beside Licet on the same rows."""
    probe = facts.write(policy, folder / "probe.parquet", PROBE_ROWS, missing=0, seed=chosen.seed)
    found = []
    for engine in made(TWO_VALUED, policy, folder):
        engine.compute(probe)
        speed = PROBE_ROWS / cost(lambda e=engine: e.compute(probe)).wall
        rows = max(200, min(MOST_ROWS, max(chosen.rows), int(speed * TURN_SECONDS) // 100 * 100))
        if engine.name == "openfisca-core":  # what it costs is per table; it keeps every condition of every row
            rows = min(max(chosen.rows), MOST_CELLS // len(policy.rules))
        path = facts.write(policy, folder / "whole.parquet", rows, missing=0, seed=chosen.seed)
        found += take_turns(policy, [licet, engine], path, rows, chosen.repeats, gaps=False, truth=None)
    return found


def one_case(policy: Policy, licet: Licet, chosen: argparse.Namespace, folder: Path) -> dict[str, Cost]:
    """What one case costs, without explanation, and Licet with its proof. Errors: `DisagreementError`."""
    number = CASES * (chosen.repeats + 1)
    path = facts.write(policy, folder / "cases.parquet", number, missing=0, seed=chosen.seed + 1)
    records = facts.records(path)
    cases = [licet.case(record) for record in records]
    check = licet.one()
    said = [check(case) for case in cases[:CASES]]
    gate = licet.one()  # another one: the first has seen some of the cases
    ones = {"Licet gate": (gate, cases)}
    for engine in made([p for p in TWO_VALUED if p[1] in SINGLE], policy, folder):
        for record, (must, may) in zip(records[:CASES], said, strict=True):
            place = engine.one(record)[0]
            if (must, may) != (OUTCOMES[place], OUTCOMES[place]):
                raise DisagreementError(f"{engine.name}: {OUTCOMES[place]}, Licet's gate: {must} to {may}: {record}")
        ones[engine.name] = (engine.one, records)
    found = latency(ones, chosen.repeats)
    return found | latency(
        {"Licet with its proof": (licet.proved(), cases[: 5 * (chosen.repeats + 1)])}, chosen.repeats
    )


def machine() -> list[str]:
    """What the numbers were measured with."""
    names = sorted({"numpy", "pyarrow", *(p[2] for p in (*THREE_VALUED, *TWO_VALUED))})
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} missing")
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load average at the start {load}",
        ", ".join(found),
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rules", type=numbers, default=[50, 200, 1000])
    options.add_argument("--rows", type=numbers, default=[100_000, 1_000_000])
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--patience", type=float, default=20.0, help="seconds a turn of one engine may take")
    options.add_argument("--single", action="store_true", help="single cases only")
    options.add_argument("--out", type=Path, help="also write the report to this file")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")  # peers' deprecations are not ours to report
    gc.set_threshold(100_000)  # as the `licet` command has it, for every engine alike
    head = machine()
    timings: list[Timing] = []
    single: dict[int, dict[str, Cost]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rules in chosen.rules:
            policy = generate(rules, chosen.seed)
            licet = Licet(policy, folder)
            print(f"{rules} rules, {len(policy.atoms)} distinct conditions …", flush=True)
            print("  single cases", flush=True)
            single[rules] = one_case(policy, licet, chosen, folder)
            if not chosen.single:
                print("  tables with gaps", flush=True)
                timings += with_gaps(policy, licet, chosen, folder)
                print("  tables without gaps", flush=True)
                timings += without_gaps(policy, licet, chosen, folder)
    text = render(head, timings, single, chosen.repeats)
    print(text)
    if chosen.out:
        chosen.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
