"""Licet: the reference interpreter as the truth of a few hundred rows, the table engine and the gate as measured."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.peers import facts
from benchmarks.peers.policy import AS_OF, OUTCOMES, Column, Policy, text
from licet.api import load
from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.run.reference import evaluate
from licet.values import Fact, State, Truth

_BITS = {Truth.T: True, Truth.F: False, Truth.U: None}


def write_policy(policy: Policy, folder: Path) -> Path:
    """The policy's text as a file."""
    path = folder / f"generated_{len(policy.rules)}.licet"
    path.write_text(text(policy), encoding="utf-8")
    return path


def fact(column: Column, value: Any) -> Fact:
    """A cell of `facts.records` as Licet knows it."""
    if value is None:
        return State.ABSENT
    if column.kind == "percent":
        return Fraction(value, 10_000)
    return date(1970, 1, 1) + timedelta(days=value) if column.kind == "date" else value


def reference(policy: Policy, checked: ir.Policy, path: Path, rows: int) -> pa.Table:
    """What the reference interpreter says of the first rows."""
    records = {
        str(cells["id"]): Record({c.name: fact(c, cells[c.name]) for c in policy.columns})
        for cells in facts.records(path, rows)
    }
    subjects = [Subject("Transfer", id_) for id_ in records]
    inventory = Facts({"Transfer": records}, {})
    outcome = evaluate(checked, inventory, subjects, AS_OF)
    decisions = decide(checked, inventory, subjects, as_of=AS_OF, engine_name="reference")
    module = next(iter(checked.modules))
    found: dict[str, list[Any]] = {
        "must": [decision.overall[0].must for decision in decisions],
        "may": [decision.overall[0].may for decision in decisions],
    }
    for rule in policy.rules:
        found[rule.name] = [_BITS[outcome.rules[f"{module}.{rule.name}", s].effective] for s in subjects]
    types = [(name, pa.string() if name in ("must", "may") else pa.bool_()) for name in found]
    return pa.table(found, schema=pa.schema(types))
