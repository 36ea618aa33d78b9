"""The Python interface: the verbs of the command line, on frozen values and without global state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.check.policy import Checked
from licet.decide.asked_for import check_jurisdictions, check_types, names_of, subjects_of
from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable, decide
from licet.decide.gate import Gate
from licet.decide.overdue_law import with_overdue
from licet.decide.table.batches import Asked
from licet.decide.table.from_tables import NOTHING, table_of
from licet.decide.table.result_table import decisions_table
from licet.diagnostics import Diagnostic
from licet.errors import PolicyError, UsageError
from licet.explain.from_decision import explain
from licet.explain.proof import Explanation
from licet.explain.read import read_aloud
from licet.explain.ways import Plan, plan
from licet.facts.cells.values_from_python import day_from_python
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.load import facts_in
from licet.facts.inventory.sources import sources_of
from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.loading.policy_files import check_files
from licet.loading.policy_layout import laid_out
from licet.release.grid import cells, chosen_profiles, grid, with_places
from licet.release.grid_vocabulary import TRANSFER
from licet.resources import policies_folder
from licet.run.columnar import engine as columnar
from licet.syntax.format_expressions import Style
from licet.trials.all import Trials, trials_of
from licet.trials.conflicts import with_conflicts
from licet.values import counted

Day = date | str | Any | None  # a date, a date and time at midnight (of numpy and pandas too), or its text; None: none


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A loaded policy. `check` says what was found; with errors among that, deciding raises `PolicyError`.

    Any number of threads may use it at once. Policies are equal if they answer alike and the same was found in them.
    Wherever something is decided, these mean the same:

    - `as_of`: the day that governs every subject, in place of its own; `today`: the day of those that have none of
      their own nor of the inventory. A `date`, a date and time at midnight, or a text such as `"2026-06-15"`.
    - `jurisdictions`: the names of those that are asked, one text or several; without any, all.
    - `types`: the names of entities that subjects are of, one text or several; without any, all.
    - `engine`: `auto`, `reference`, `forward` or `columnar`; all give the same answers.

    Errors, wherever something is decided: `PolicyError`; `FactsError` with every finding about the facts; `UsageError`
    for a name, a day or an engine that is not there.
    """

    checked: ir.Policy = field(repr=False)
    findings: tuple[Diagnostic, ...] = field(repr=False)
    paths: tuple[Path, ...] = field(default=(), repr=False)  # the files and folders that it was loaded from

    def __repr__(self) -> str:
        findings = counted(len(self.findings), "finding")
        return f"<Policy {self.checked.name}: {counted(len(self.checked.rules), 'rule')}, {findings}>"

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

    def check(self, *, today: Day = None) -> list[Diagnostic]:
        """Every finding, by file and place, and the rules for which facts were found on which they contradict.

        Law that should have been read again is overdue by `today`.
        """
        checked = Checked(self.checked, self.findings)
        day = day_from_python(today, "today") or date.today()  # noqa: DTZ011 - the user's own calendar day
        return list(with_overdue(checked, with_conflicts(checked), day))

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
        types: str | Sequence[str] = (),
        engine: str = "auto",
        jurisdictions: str | Sequence[str] = (),
    ) -> tuple[Decision, ...]:
        """A decision for each subject, a pair of type and id; without any, for all that a decision or score is about.

        `facts` is what the method of that name gives, or takes. The order is that of `subjects`, else of the inventory.
        """
        self._usable()
        places = names_of(jurisdictions)
        check_jurisdictions(self.checked, places)
        inventory = self._inventory(facts)
        return decide(
            self.checked,
            inventory,
            self._subjects(inventory, subjects, names_of(types)),
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
        today: Day = None,
        engine: str = "auto",
        jurisdictions: str | Sequence[str] = (),
    ) -> Gate:
        """What decides one case of an entity after the other, in microseconds, where no other engine is named.

        `facts` are what cases may refer to. A case is a dict of fields, as a row of a table; calling the gate with it
        gives a `GateAnswer`.
        """
        self._usable()
        places = names_of(jurisdictions)
        check_jurisdictions(self.checked, places)
        resident = tables_from_facts(Facts({}, {}) if facts is None else self._inventory(facts), self.checked)
        days = day_from_python(as_of, "as_of"), day_from_python(today, "today")
        return Gate(self.checked, entity, resident, days[0], places, days[1], engine)

    def decide_table(
        self,
        tables: str | Path | Any | Mapping[str, str | Path | Any],
        *,
        table: str | None = None,
        mapping: str | Path | None = None,
        as_of: Day = None,
        today: Day = None,
        types: str | Sequence[str] = (),
        engine: str = "auto",
        jurisdictions: str | Sequence[str] = (),
        missing: bool = True,
        workers: int = 1,
    ) -> pa.Table:
        """The decisions about an inventory of any size, a row a subject, with the columns that `licet batch` writes.

        `tables`, `table` and `mapping` are those of `facts`, or `tables` is what that gives. Without `missing` that
        column is null, which is faster; `workers` is how many threads decide. An engine that is named, other than
        `columnar`, decides in memory.
        Errors: also `UsageError` where there is nothing to decide.
        """
        self._usable()
        if workers < 1:
            raise UsageError(f"`workers` is how many work at a time: at least 1, not {workers}")
        if isinstance(tables, Facts) or engine not in ("auto", columnar.NAME):
            given = tables if isinstance(tables, Facts) else self.facts(tables, table, mapping)
            made = self.decide(given, as_of=as_of, today=today, types=types, engine=engine, jurisdictions=jurisdictions)
            if not made:
                raise UsageError(NOTHING)
            return decisions_table(self.checked, made, names_of(jurisdictions), missing=missing)
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

    def matrix(
        self,
        facts: Facts | Any,
        *,
        models: str | Sequence[str] = (),
        destinations: str | Sequence[str] = (),
        profiles: str | Sequence[str] = (),
        as_of: Day = None,
        today: Day = None,
        engine: str = "auto",
        jurisdictions: str | Sequence[str] = (),
    ) -> pa.Table:
        """The export of every model to every destination: the columns of `decide_table`, and `model`, `destination`
        (a country code) and `profile` behind the id.

        `models`, `destinations` and `profiles` (`commercial`, where none is named; `academic`, `government`,
        `military`) leave the others out. All transfers are of one day: `as_of`, else the inventory's, else `today`.
        """
        self._usable()
        places = names_of(jurisdictions)
        check_jurisdictions(self.checked, places)
        inventory = self._inventory(facts)
        day = day_from_python(as_of, "as_of") or inventory.as_of or day_from_python(today, "today")
        if day is None:
            raise UsageError("neither is `as_of` given nor has the inventory a day: on which day is it decided?")
        made = grid(
            self.checked,
            tables_from_facts(inventory, self.checked),
            day,
            models=list(dict.fromkeys(names_of(models))) or None,
            destinations=[code.upper() for code in dict.fromkeys(names_of(destinations))] or None,
            profiles=chosen_profiles(names_of(profiles)),
        )
        return with_places(made, cells(self.checked, made.tables, TRANSFER, day, places, engine))

    def explain(self, decision: Decision) -> Explanation:
        """Why the decision is what it is, and why it is nothing else."""
        return explain(decision)

    def plan(
        self,
        facts: Facts | Any,
        subject: Subject | tuple[str, str],
        *,
        to: str | None = None,
        decision: str | None = None,
        as_of: Day = None,
        jurisdictions: str | Sequence[str] = (),
        audience: str = "applicant",
    ) -> Plan:
        """What would lawfully bring the answers about one subject to at most the outcome `to`: records to obtain from
        an authority, facts to find out, a day to wait for, each decided again. No fact is offered to be another.

        `to` is the most lenient outcome of each decision, where none is named; `decision` leaves the others out.
        `as_of` is the day on which somebody plans, else the inventory's, else today: a subject with a day of its own
        is decided on that, others on this. `audience` is `applicant` or `reviewer`. The `Plan` has one of its `answers`
        for each decision and jurisdiction: how it stands (`answer`), whether that is enough (`is_reached`), and
        `obtain`, `find_out`, `wait` and `hangs_on`. Errors: also `UsageError` for what has taken place before `as_of`.
        """
        self._usable()
        places = names_of(jurisdictions)
        check_jurisdictions(self.checked, places)
        inventory = self._inventory(facts)
        (asked,) = subjects_of(inventory, [subject])
        day = day_from_python(as_of, "as_of") or inventory.as_of or date.today()  # noqa: DTZ011 - the user's own day
        return plan(
            self.checked,
            inventory,
            asked,
            day,
            to=to,
            decision=decision,
            jurisdictions=places,
            audience=audience,
        )

    def test(self, *, facts: Facts | Any | None = None, engine: str = "reference") -> Trials:
        """Runs the tests that stand beside the rules, and looks for facts that break properties, in `facts` too."""
        self._usable()
        inventories = () if facts is None else (self._inventory(facts),)
        return trials_of(self.checked, engine_name=engine, inventories=inventories)

    def read(self, name: str) -> str:
        """A rule, a check or a parameter in English, by its id or its name; several of one name, a paragraph each."""
        return "\n\n".join(read_aloud(self.checked, name))

    def format(self, style: Style = "words") -> dict[Path, str]:
        """The text of each file of the policy, as it is on disk now, in the canonical layout; nothing is written.

        `style` is `words` (`is at least`) or `symbols` (`>=`). Literate pages are left out: their prose is the
        author's own. Errors: `PolicyError` where a file cannot be read as policy.
        """
        return {one.file: one.after for one in laid_out(self.paths, style)}

    def _subjects(
        self, inventory: Facts, given: Sequence[Subject | tuple[str, str]] | None, types: Sequence[str]
    ) -> Sequence[Subject] | None:
        """Those that are given, or all, as far as they are of the types."""
        check_types(self.checked, types)
        if given is None:
            return [s for s in decidable(self.checked, inventory) if s.type in types] if types else None
        return [s for s in subjects_of(inventory, given) if not types or s.type in types]

    def _inventory(self, given: Facts | Any) -> Facts:
        return given if isinstance(given, Facts) else self.facts(given)

    def _usable(self) -> None:
        errors = [d for d in self.findings if d.severity == "error"]
        if errors:
            raise PolicyError(errors)


def load(*paths: str | Path) -> Policy:
    """The policy in files and folders; without any, the shipped library.

    What is wrong in it is found (`Policy.check`), and raised by whatever decides. Errors: `UsageError` if no policy is
    there.
    """
    found = tuple(Path(p) for p in paths)
    checked = check_files(found)
    return Policy(checked.policy, checked.diagnostics, found or (policies_folder(),))
