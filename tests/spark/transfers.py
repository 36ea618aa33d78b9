"""Transfers as an Arrow table: those of an inventory, and generated ones with gaps, ranges, states and dates."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.decide.table.batches import Asked, decide_batches
from licet.facts.inventory.from_tables import read_sources
from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir.policy import Field, Policy
from licet.ir.remembered import by_policy
from licet.ir.walk import parts_of, walk
from tests.facts.written import cell, typed

OTHER = ["undetermined", "not applicable", None]
WIDE = {
    "date": ["2025-05-01..2026-02-01", ">= 2026-01-01", "2025-05-15", "2026-09-24", "2024-12-31"],
    "ended_on": ["2025-12-31", "<= 2026-03-01"],
    "value": ["0", "1999.99", "2500..100000", ">= 5000"],
    "red_flags": ["[]", "unusual_routing; cash", "cash"],
    "destination": ["CN", "HK", "RU", "FR", "IR", "SE"],
}


def others(root: Path, folder: Path) -> Path:
    """The inventory without its transfers, in whichever of its files they stand."""
    shutil.copytree(root / "fixtures" / "frontier", folder)
    (folder / "transfers.yaml").unlink()
    goods = folder / "goods.yaml"
    items, transfers = goods.read_text(encoding="utf-8").split("\nTransfer:\n")
    assert "- {" in items
    assert "- {" in transfers
    goods.write_text(items, encoding="utf-8")
    return folder


def arrow(policy: Policy, entity: str, records: Mapping[str, Record]) -> pa.Table:
    """Records as a table: columns of their own type where every fact is a value of it, else texts."""
    columns = {"id": pa.array(list(records), pa.string())}
    for field in _fields(policy, entity):
        column = typed([record.get(field.name) for record in records.values()], field.type.kind)
        columns[field.name] = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    return pa.table(columns)


def generated(policy: Policy, facts: Facts, rows: int) -> pa.Table:
    """Every column by itself takes what some transfer has there, or something wilder, or nothing."""
    chance = random.Random(4)
    columns = {"id": [f"g-{i}" for i in range(rows)]}
    for field in _fields(policy, "Transfer"):
        there = {cell(record.get(field.name), field.type.kind): None for record in facts.entities["Transfer"].values()}
        pool = [*there, *WIDE.get(field.name, []), *(o for o in OTHER if not (field.always and o == "not applicable"))]
        columns[field.name] = [chance.choice(pool) for _ in range(rows)]
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def columnar(policy: Policy, resident: Path, transfers: pa.Table) -> pa.Table:
    """What the columnar engine says of them on one machine."""
    reading = read_sources([(resident, None), (transfers, "Transfer")], policy)
    assert reading.usable, reading.diagnostics
    return pa.Table.from_batches(
        decided.rows for decided in decide_batches(policy, reading.tables, Asked(("Transfer",)), rows_per_batch=1000)
    )


def assumed_apart(row: Mapping[str, Any]) -> list[str]:
    """What a row takes as complete, without the other transfers: a partition, which has not all of them, does not."""
    return [one for one in row["assumptions"] if not one.startswith("`Transfer` taken as complete")]


def without_idle(row: Mapping[str, Any], policy: Policy) -> list[str]:
    """The rules that a row cannot know, but for those that ask for all transfers, which a partition has not: where they
    have no weight for the answer, nothing else says so.
    """
    return [rule for rule in row["rules.unknown"] if rule not in _ask_for_others(policy)]


@by_policy
def _ask_for_others(policy: Policy) -> frozenset[str]:
    return frozenset(
        rule.group
        for rule in policy.rules.values()
        for whole in parts_of(rule)
        for part in walk(whole)
        if isinstance(part, n.Some | n.Every | n.Aggregate)
        and (part.each.kind, part.each.name) == ("population", "Transfer")
    )


def _fields(policy: Policy, entity: str) -> list[Field]:
    return [field for field in policy.entities[entity].fields.values() if not field.derived]
