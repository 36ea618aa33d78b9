"""Transfers as a table of texts: those of the inventory, and generated ones with gaps, ranges, states and dates."""

from __future__ import annotations

import json
import random
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa

from licet.decide.batches import Asked, decide_batches
from licet.facts.from_tables import read_sources
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.values import Fact, Range, State

OTHER = ["undetermined", "not applicable", None]
WIDE = {
    "date": ["2025-05-01..2026-02-01", ">= 2026-01-01", "2025-05-15", "2026-09-24", "2024-12-31"],
    "ended_on": ["2025-12-31", "<= 2026-03-01"],
    "value": ["0", "1999.99", "2500..100000", ">= 5000"],
    "red_flags": ["[]", "unusual_routing; cash", "cash"],
    "destination": ["CN", "HK", "RU", "FR", "IR", "SE"],
}


def others(root: Path, folder: Path) -> Path:
    """The inventory without its transfers."""
    shutil.copytree(root / "fixtures" / "frontier", folder)
    (folder / "transfers.yaml").unlink()
    return folder


def recorded(policy: Policy, facts: Facts) -> pa.Table:
    """The transfers of an inventory."""
    records = facts.entities["Transfer"]
    columns = {"id": list(records)}
    for name in _fields(policy):
        columns[name] = [_cell(record.get(name)) for record in records.values()]
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def generated(policy: Policy, facts: Facts, rows: int) -> pa.Table:
    """Every column by itself takes what some transfer has there, or something wilder, or nothing."""
    chance = random.Random(4)
    like = recorded(policy, facts)
    columns = {"id": [f"g-{i}" for i in range(rows)]}
    for name in _fields(policy):
        pool = [*like[name].unique().to_pylist(), *WIDE.get(name, []), *OTHER]
        columns[name] = [chance.choice(pool) for _ in range(rows)]
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def columnar(policy: Policy, resident: Path, transfers: pa.Table) -> pa.Table:
    """What the columnar engine says of them on one machine."""
    reading = read_sources([(resident, None), (transfers, "Transfer")], policy)
    assert reading.usable, reading.diagnostics
    return pa.Table.from_batches(
        decided.rows for decided in decide_batches(policy, reading.tables, Asked(("Transfer",)), rows_per_batch=1000)
    )


def _fields(policy: Policy) -> list[str]:
    return [f.name for f in policy.entities["Transfer"].fields.values() if not f.derived]


def _cell(fact: Fact) -> str | None:
    match fact:
        case State.ABSENT:
            return None
        case State():
            return fact.value
        case Range(low, high):
            return f"{low}..{high}" if None not in (low, high) else f">= {low}" if high is None else f"<= {high}"
        case frozenset():
            return json.dumps(sorted(fact))
        case date():
            return fact.isoformat()
        case _:
            return str(fact)
