"""One inventory in columns: what rules say of many subjects, each on its own day, worked out together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.facts.store import Facts, Subject
from licet.facts.tables import Table, tables_from_facts
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.strata import Name, Strata
from licet.plan.bits import OfFormula, OfRule, Program, compile_program
from licet.run.case.rules import rules_read, written_reading, written_terms
from licet.run.columnar.batch import Batches, Days, Verdicts
from licet.run.columnar.bit_program import run_program
from licet.run.columnar.bitmaps import unpacked
from licet.run.columnar.distinct_evaluation import Truths
from licet.run.columnar.formulas import Vector
from licet.run.columnar.row_batch import Frame, Rows, distinct
from licet.run.outcome import RuleResult
from licet.run.reference.live import live
from licet.run.reference.unknown_values import SetReading
from licet.values import Day, Truth

RuleKey = tuple[str, Subject]
TermKey = tuple[Name, Subject]


class Tabled:
    """Worked out when somebody looks, then for all subjects of an entity at once."""

    def __init__(self, policy: ir.Policy, facts: Facts, days: Mapping[Subject, Day]) -> None:
        """`days` are those that govern the subjects; none for what was not asked for."""
        self.policy = policy
        self.facts = facts
        self.days = days
        self._of_entity: dict[str, list[Subject]] = {}
        for subject in days:
            self._of_entity.setdefault(subject.type, []).append(subject)
        self._groups: dict[str, Group] = {}
        self._results: dict[tuple[str, bool], Results] = {}
        self._working = RLock()

    @cached_property
    def batches(self) -> Batches:
        with self._working:
            found = Batches(self.policy, tables_from_facts(self.facts, self.policy), facts=self.facts)
            for entity in self._of_entity:  # their days are known before somebody asks for conclusions on them
                self.group(entity, found)
            return found

    def epoch(self, day: Day) -> int:
        """A number that days share between which nothing differs that is concluded."""
        return self.batches.epoch(day)

    def group(self, entity: str, batches: Batches | None = None) -> Group:
        """The subjects of an entity."""
        with self._working:
            if entity not in self._groups:
                subjects = self._of_entity[entity]
                self._groups[entity] = Group(batches or self.batches, entity, subjects, self.days)
            return self._groups[entity]

    def results(self, entity: str, *, enforced_only: bool = False) -> Results:
        """What became of every rule for the subjects of an entity."""
        key = entity, enforced_only
        found = self._results.get(key)
        if found is None:
            with self._working:
                if key not in self._results:
                    self._results[key] = Results(self.group(entity), enforced_only=enforced_only)
                found = self._results[key]
        return found

    def rules(self, day: Day, *, enforced_only: bool = False) -> Mapping[RuleKey, RuleResult]:
        """Every rule about the subjects of a day."""
        return _Rules(self, day, enforced_only)

    def terms(self, day: Day, *, enforced_only: bool = False) -> Mapping[TermKey, SetReading]:
        """Every conclusion about everything on the day of some subject."""
        return _Terms(self, day, enforced_only)


class Group:
    """Subjects of one entity, each on its own day."""

    def __init__(self, batches: Batches, entity: str, subjects: Sequence[Subject], days: Mapping[Subject, Day]) -> None:
        self.batches = batches
        self.entity = entity
        self.subjects = subjects
        self.places = {subject: place for place, subject in enumerate(subjects)}
        self.table: Table = batches.world.table(entity)
        rows_by_id = self.table.rows_by_id
        self.rows: Rows = np.fromiter((rows_by_id[subject.id] for subject in subjects), np.int64, len(subjects))
        numbers: dict[Day, int] = {}
        codes = [numbers.setdefault(days[subject], len(numbers)) for subject in subjects]
        self.days = Days(list(numbers), np.array(codes, np.int32))
        self.frame_of(enforced_only=False)

    def frame_of(self, *, enforced_only: bool) -> tuple[Frame, Vector]:
        return self.batches.rows(self.entity, self.table, self.rows, self.days, enforced_only=enforced_only)

    @cached_property
    def verdicts(self) -> Verdicts:
        """The bounds of decisions and the statuses of rules, as of a batch."""
        _, wanted = rules_read(self.batches.policy, self.entity)
        return self.batches.verdicts(self.entity, self.table, self.rows, self.days, wanted)


class Results:
    """One result for each different combination of what the result of a rule depends on, and who has which."""

    def __init__(self, group: Group, *, enforced_only: bool) -> None:
        policy, entity = group.batches.policy, group.entity
        self.places = group.places
        rules, wanted = rules_read(policy, entity)
        if enforced_only:
            frame, vector = group.frame_of(enforced_only=True)
            bits = run_program(_program(policy, entity, wanted), vector, frame, enforced_only=True)
            pairs = list(zip(bits[::2], bits[1::2], strict=True))
        else:
            frame, pairs = group.verdicts.frame, list(group.verdicts.also)
        truths = [unpacked(must, frame.length) + unpacked(may, frame.length) for must, may in pairs]
        self._of_rule: dict[str, tuple[list[int], list[RuleResult]]] = {}
        for read in rules:
            own = [truths[place] for place in read.places]
            stands = np.array([live(read.rule.live, day, enforced_only=enforced_only) for day in frame.days], np.uint8)
            stood = stands[frame.day]
            number, shown = distinct([(column, 3) for column in _different([*own, stood])], frame.length)
            results = [
                read.reported(policy, [Truth(int(t[row])) for t in own], Truth(int(stood[row])))
                for row in shown.tolist()
            ]
            self._of_rule[read.rule.id] = number.tolist(), results

    def result(self, rule: str, subject: Subject) -> RuleResult:
        numbers, results = self._of_rule[rule]
        return results[numbers[self.places[subject]]]

    def __iter__(self) -> Iterator[str]:
        """The rules."""
        return iter(self._of_rule)


def _different(columns: Sequence[Truths]) -> Iterator[NDArray[np.int32]]:
    """The columns that tell rows apart."""
    for column in columns:
        if len(column) and column.min() != column.max():
            yield column.astype(np.int32)


@by_policy
def _program(policy: ir.Policy, entity: str, wanted: tuple[OfRule | OfFormula, ...]) -> Program:
    return compile_program(policy, Strata.of(policy), entity, wanted)


@dataclass(frozen=True, slots=True)
class _Rules(Mapping[RuleKey, RuleResult]):
    """Every rule about the subjects whose day it is. A pickled copy has all of them."""

    tabled: Tabled
    day: Day
    enforced_only: bool

    def __getitem__(self, key: RuleKey) -> RuleResult:
        rule, subject = key
        if self.tabled.days.get(subject, _NEVER) != self.day:
            raise KeyError(key)
        return self.tabled.results(subject.type, enforced_only=self.enforced_only).result(rule, subject)

    def __iter__(self) -> Iterator[RuleKey]:
        for subject, day in self.tabled.days.items():
            if day == self.day:
                results = self.tabled.results(subject.type, enforced_only=self.enforced_only)
                yield from ((rule, subject) for rule in results)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __reduce__(self) -> tuple[type[dict[Any, Any]], tuple[dict[RuleKey, RuleResult]]]:
        return dict, (dict(self),)


@dataclass(frozen=True, slots=True)
class _Terms(Mapping[TermKey, SetReading]):
    """Every conclusion about every resident thing on a day. A pickled copy has all of them."""

    tabled: Tabled
    day: Day
    enforced_only: bool

    def __getitem__(self, key: TermKey) -> SetReading:
        name, subject = key
        if name.sort != "term" or name not in Strata.of(self.tabled.policy).concluders:
            raise KeyError(key)
        written = written_terms(self.tabled.policy, name.entity).get(name)
        if written is not None and self.tabled.days.get(subject, _NEVER) == self.day:
            # what became of the rules is known: no program is compiled for each term that somebody looks at
            results = self.tabled.results(subject.type, enforced_only=self.enforced_only)
            return written_reading((value, results.result(rule, subject).effective) for value, rule in written)
        return self.tabled.batches.at(self.day, enforced_only=self.enforced_only).conclusion(name, subject)

    def __iter__(self) -> Iterator[TermKey]:
        for name in Strata.of(self.tabled.policy).concluders:
            for subject in self.tabled.facts.subjects(name.entity) if name.sort == "term" else ():
                yield name, subject

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __reduce__(self) -> tuple[type[dict[Any, Any]], tuple[dict[TermKey, SetReading]]]:
        return dict, (dict(self),)


_NEVER: Any = object()
