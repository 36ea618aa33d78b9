"""Licet: its table engine and its gate as measured, its reference interpreter as the truth of the first rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
from benchmarks.peers import facts
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import AS_OF, Column, Policy
from benchmarks.peers.policy_text import text

from licet.api import load
from licet.decide.table.batches import Asked, Decided, schema_of
from licet.decide.table.from_tables import decide_split
from licet.decide.table.rule_bits import rule_bits_schema
from licet.facts.inventory.split import split_inventory
from licet.facts.inventory.stream import file_fingerprint
from licet.facts.store import Facts, Record, Subject
from licet.parallel.beside import begun
from licet.report.parts import Parts, ResultKind, bits_file
from licet.report.writer import ResultNotes
from licet.run.reference.interpreter import Interpreter
from licet.values import Fact, State, Truth

# The rows hold what every engine writes: of each subject the id and the two bounds.
COLUMNS = ("id", "licensing.must", "licensing.may")
ASKED = Asked(("Transfer",), AS_OF, lists=False, bitmaps=True, missing=False, columns=COLUMNS)
MODULE = "generated.transfers"
_BITS = {Truth.T: True, Truth.F: False, Truth.U: None}


def write_policy(policy: Policy, folder: Path) -> Path:
    """The policy's text as a file."""
    path = folder / f"generated_{len(policy.rules)}.licet"
    path.write_text(text(policy), encoding="utf-8")
    return path


class Licet(Engine):
    """`licet batch --rules bitmaps --no-missing` as it is by default: threads that read, decide and write.

    The policy is read and checked beforehand.
    """

    name = "Licet"

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.policy = policy
        self.path = write_policy(policy, folder)
        self.loaded = load(self.path)

    def _batches(self, path: Path, write: Callable[[Decided], None]) -> None:
        checked = self.loaded.checked
        split = split_inventory([(path, "Transfer")], checked, ("Transfer",))
        assert split.stream is not None
        for batch in decide_split(checked, split, ASKED, workers=os.cpu_count() or 1):
            write(batch)
        assert split.stream.usable, split.stream.diagnostics

    def compute(self, path: Path) -> list[Decided]:
        found: list[Decided] = []
        self._batches(path, found.append)
        return found

    def whole(self, path: Path, out: Path) -> None:
        """The rows in an Arrow IPC file, as the peers write them, the rules in another one beside it."""
        checked = self.loaded.checked
        fingerprint = begun(partial(file_fingerprint, path))
        parts = Parts(
            _rows_file(out),
            lambda: ResultKind(self.loaded.fingerprint, fingerprint(), {}),
            schema_of(checked, ASKED),
            rule_bits_schema(checked, ASKED.types),
            lambda: ResultNotes(checked, fingerprint(), "columnar"),
            resume=False,
        )
        self._batches(path, parts.write)
        parts.finish()
        _rows_file(out).replace(out)

    def read(self, out: Path) -> pa.Table:
        rows = feather.read_table(out, columns=["id", "licensing.must", "licensing.may"], memory_map=False)
        bits = feather.read_table(bits_file(_rows_file(out)), memory_map=False)
        columns = {"id": rows["id"], "must": rows["licensing.must"], "may": rows["licensing.may"]}
        unknown = pa.scalar(None, pa.bool_())
        for rule in self.policy.rules:
            name = f"{MODULE}.{rule.name}"
            columns[rule.name] = pc.if_else(bits[f"{name}.unknown"], unknown, bits[f"{name}.holds"])
        return pa.table(columns)

    def one(self) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
        """A gate: the two outcomes of a case."""
        gate = self.loaded.gate("Transfer", as_of=AS_OF)
        return lambda case: gate(case).outcomes["licensing"]

    def proved(self) -> Callable[[Mapping[str, Any]], object]:
        """The same with the whole explanation."""
        gate = self.loaded.gate("Transfer", as_of=AS_OF)
        return lambda case: self.loaded.explain(gate.decision(case))

    def case(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """A row of `facts.records` as the gate takes it."""
        return {c.name: fact(c, cells[c.name]) for c in self.policy.columns if cells[c.name] is not None}

    def reference(self, path: Path, rows: int) -> pa.Table:
        """What the reference interpreter says of the first rows."""
        records = {
            str(cells["id"]): Record({c.name: fact(c, cells[c.name]) for c in self.policy.columns})
            for cells in facts.records(path, rows)
        }
        interpreter = Interpreter(self.loaded.checked, Facts({"Transfer": records}, {}), AS_OF)
        subjects = [Subject("Transfer", id_) for id_ in records]
        bounds = [interpreter.decision("licensing", "US", subject) for subject in subjects]
        found: dict[str, pa.Array] = {
            "id": pa.array(list(records)),
            "must": pa.array([b.must for b in bounds], pa.int8()),
            "may": pa.array([b.may for b in bounds], pa.int8()),
        }
        for rule in self.policy.rules:
            results = [
                interpreter.result(self.loaded.checked.rules[f"{MODULE}.{rule.name}"], subject) for subject in subjects
            ]
            found[rule.name] = pa.array([_BITS[r.effective] for r in results], pa.bool_())
        return pa.table(found)


def _rows_file(out: Path) -> Path:
    return out.with_suffix(".arrow")


def fact(column: Column, value: Any) -> Fact:
    """A cell of `facts.records` as Licet knows it."""
    if value is None:
        return State.ABSENT
    if column.kind == "percent":
        return Fraction(value, 10_000)
    return date(1970, 1, 1) + timedelta(days=value) if column.kind == "date" else value
