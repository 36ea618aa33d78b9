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
from licet.decide.asked_for import check_jurisdictions, names_of, subjects_of
from licet.decide.batches import Asked
from licet.decide.conflicts import with_conflicts
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.from_tables import table_of
from licet.decide.gate import Gate
from licet.diagnostics import Diagnostic
from licet.errors import PolicyError, UsageError
from licet.explain.from_decision import explain
from licet.explain.proof import Explanation
from licet.facts.from_tables import read_sources
from licet.facts.inventory import facts_in
from licet.facts.policy_files import check_files
from licet.facts.sources import sources_of
from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.facts.values_from_python import day_from_python
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint

Day = date | str | Any | None  # a date and time of numpy or pandas too


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
        """An inventory, checked against this policy's vocabulary: a file, a folder, a table or frame, or records.

        A table is whatever offers `__arrow_c_stream__` (of pyarrow, pandas, Polars or DuckDB), a lazy frame of Polars,
        a dataset or scanner of pyarrow, a list of dicts, or a dict of lists; a dict of the names of entities and
        relations has several of all these. `table` names what a single table is of, where its name and columns do not
        tell; `mapping` is a file that says what foreign columns mean. Errors: `FactsError` with every finding.
        """
        self._usable()
        sources = sources_of(inventory, self.checked, table)
        return facts_in(read_sources(sources, self.checked, mapping=Path(mapping) if mapping else None))

    def decide(
        self,
        facts: Facts | Any,
        subjects: Sequence[Subject | tuple[str, str]] | None = None,
        as_of: Day = None,
        *,
        today: Day = None,
        engine: str = "auto",
        jurisdictions: str | Sequence[str] = (),
    ) -> tuple[Decision, ...]:
        """A decision for each subject, a pair of type and id; without any, for all that a decision or score is about.

        `facts` is what the method of that name gives, or takes. `as_of` governs every subject, `today` only those
        without a date of their own or of the inventory: a date, a date and time at midnight, or text. `jurisdictions`
        leave the others out; one text is one name.
        """
        self._usable()
        places = names_of(jurisdictions)
        check_jurisdictions(self.checked, places)
        inventory = self._inventory(facts)
        return decide(
            self.checked,
            inventory,
            None if subjects is None else subjects_of(inventory, subjects),
            as_of=day_from_python(as_of, "as_of"),
            today=day_from_python(today, "today"),
            engine_name=engine,
            jurisdictions=places,
        )

    def gate(
        self,
        entity: str,
        facts: Facts | Any | None = None,
        *,
        as_of: Day = None,
        jurisdictions: str | Sequence[str] = (),
    ) -> Gate:
        """Decides one case of an entity after the other, in microseconds; `facts` are what cases may refer to.

        `facts`, `as_of` and `jurisdictions` are those of `decide`.
        """
        self._usable()
        places = names_of(jurisdictions)
        check_jurisdictions(self.checked, places)
        resident = tables_from_facts(Facts({}, {}) if facts is None else self._inventory(facts), self.checked)
        return Gate(self.checked, entity, resident, day_from_python(as_of, "as_of"), places)

    def decide_table(
        self,
        tables: str | Path | Any | Mapping[str, str | Path | Any],
        *,
        table: str | None = None,
        mapping: str | Path | None = None,
        as_of: Day = None,
        today: Day = None,
        types: str | Sequence[str] = (),
        jurisdictions: str | Sequence[str] = (),
        missing: bool = True,
        workers: int = 1,
    ) -> pa.Table:
        """The decisions about an inventory of any size, a row a subject, with the columns that `licet batch` writes.

        `tables` is what `facts` takes. `table` and `mapping` are those of `facts`, the dates those of `decide`; `types`
        and `jurisdictions` leave the others out; one text is one name. Errors: `FactsError` with every finding,
        `UsageError` where there is nothing to decide.
        """
        self._usable()
        if workers < 1:
            raise UsageError(f"`workers` is how many work at a time: at least 1, not {workers}")
        sources = sources_of(tables, self.checked, table)
        dates = day_from_python(as_of, "as_of"), day_from_python(today, "today")
        return table_of(
            self.checked,
            sources,
            Asked((), *dates, names_of(jurisdictions), missing=missing),
            types=names_of(types),
            mapping=Path(mapping) if mapping else None,
            workers=workers,
        )

    def explain(self, decision: Decision) -> Explanation:
        """Why the decision is what it is, and why it is nothing else."""
        return explain(decision)

    def _inventory(self, given: Facts | Any) -> Facts:
        return given if isinstance(given, Facts) else self.facts(given)

    def _usable(self) -> None:
        errors = [d for d in self.findings if d.severity == "error"]
        if errors:
            raise PolicyError(errors)


def load(*paths: str | Path) -> Policy:
    """The policy in files and folders; without any, the shipped library. Errors: `UsageError` if nothing is there."""
    checked = check_files([Path(p) for p in paths])
    return Policy(checked.policy, checked.diagnostics)
