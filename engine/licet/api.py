"""The Python interface: the verbs of the command line, on frozen values and without global state.

import licet
policy = licet.load()
facts = policy.facts("fixtures/frontier")
for decision in policy.decide(facts, as_of=date(2026, 6, 15)):
    print(decision)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.check.policy import Checked
from licet.decide.batches import Asked
from licet.decide.conflicts import with_conflicts
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.from_tables import table_of
from licet.decide.gate import Gate
from licet.diagnostics import Diagnostic
from licet.errors import PolicyError
from licet.explain.from_decision import explain
from licet.explain.proof import Explanation
from licet.facts.inventory import load_facts
from licet.facts.policy_files import check_files
from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A loaded policy. `check` says what was found; with errors among that, deciding raises `PolicyError`.

    Any number of threads may use it at once. Policies are equal if they answer alike and the same was found in them.
    """

    checked: ir.Policy = field(repr=False)
    findings: tuple[Diagnostic, ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"<Policy {self.checked.name}: {len(self.checked.rules)} rules, {len(self.findings)} findings>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return self.fingerprint == other.fingerprint and repr(self.findings) == repr(other.findings)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of everything that can change an answer."""
        return fingerprint(self.checked)

    def check(self) -> list[Diagnostic]:
        """Every finding, by file and place, and the rules for which facts were found on which they contradict."""
        return list(with_conflicts(Checked(self.checked, self.findings)))

    def facts(self, inventory: str | Path | Any, table: str | None = None, mapping: str | Path | None = None) -> Facts:
        """An inventory, checked against this policy's vocabulary: a file, a folder, or an Arrow table or frame.

        `table` names what a single table is of, where its name and columns do not tell; `mapping` is a file that says
        what foreign columns mean. Errors: `FactsError` with every finding.
        """
        self._usable()
        where = Path(inventory) if isinstance(inventory, str) else inventory
        return load_facts(where, self.checked, table, Path(mapping) if mapping else None)

    def decide(
        self,
        facts: Facts,
        subjects: Sequence[Subject] | None = None,
        as_of: date | None = None,
        *,
        today: date | None = None,
        engine: str = "auto",
    ) -> tuple[Decision, ...]:
        """A decision for each subject; without any, for everything that a decision or score is about."""
        self._usable()
        return decide(self.checked, facts, subjects, as_of=as_of, today=today, engine_name=engine)

    def gate(self, entity: str, facts: Facts | None = None, *, as_of: date | None = None) -> Gate:
        """Decides one case of an entity after the other, in microseconds; `facts` are what cases may refer to."""
        self._usable()
        resident = tables_from_facts(facts or Facts({}, {}), self.checked)
        return Gate(self.checked, entity, resident, as_of)

    def decide_table(
        self,
        tables: str | Path | Any | Mapping[str, str | Path | Any],
        *,
        table: str | None = None,
        mapping: str | Path | None = None,
        as_of: date | None = None,
        today: date | None = None,
        types: Sequence[str] = (),
        jurisdictions: Sequence[str] = (),
        missing: bool = True,
        workers: int = 1,
    ) -> pa.Table:
        """The decisions about an inventory of any size, a row a subject, with the columns that `licet batch` writes.

        `tables` is a file, a folder, or whatever offers `__arrow_c_stream__` (a pyarrow, pandas or Polars table, a
        DuckDB result), or several of these by the entity or relation that they are tables of. `table` and `mapping` are
        those of `facts`, the dates those of `decide`; `types` and `jurisdictions` leave the others out. Errors:
        `FactsError` with every finding, `UsageError` where there is nothing to decide.
        """
        self._usable()
        named = tables.items() if isinstance(tables, Mapping) else [(table, tables)]
        sources = [(Path(source) if isinstance(source, str) else source, name) for name, source in named]
        return table_of(
            self.checked,
            sources,
            Asked((), as_of, today, tuple(jurisdictions), missing=missing),
            types=types,
            mapping=Path(mapping) if mapping else None,
            workers=workers,
        )

    def explain(self, decision: Decision) -> Explanation:
        """Why the decision is what it is, and why it is nothing else."""
        return explain(decision)

    def _usable(self) -> None:
        errors = [d for d in self.findings if d.severity == "error"]
        if errors:
            raise PolicyError(errors)


def load(*paths: str | Path) -> Policy:
    """The policy in files and folders; without any, the shipped library. Errors: `UsageError` if nothing is there."""
    checked = check_files([Path(p) for p in paths])
    return Policy(checked.policy, checked.diagnostics)
