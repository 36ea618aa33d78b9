"""Records that cannot be as they are recorded, or hardly can, beside the decisions that read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.decide.dates import date_of
from licet.decide.decision import Finding
from licet.decide.grounds.grounds import deciding
from licet.decide.table.result_table import WORDS
from licet.decide.table.word_columns import lists_of
from licet.facts.store import Facts, Subject
from licet.facts.tables import Table
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.types import Kind
from licet.ir.walk import parts_of, walk
from licet.plan.bits import SELF
from licet.run.columnar.batch import Batches, Days, Verdicts
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.formulas import Vector
from licet.run.columnar.row_batch import Frame, Path
from licet.run.reference.formulas import Formulas
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import T
from licet.values import Day

VERDICTS = {"contradictions": "impossible", "doubts": "doubtful"}  # columns of the result table
Truths = NDArray[np.bool_]
DaysOf = Callable[[Table], Days]  # the day that governs each record of a table


@by_policy
def checks_of(policy: ir.Policy, entity: str) -> tuple[ir.Check, ...]:
    """The checks of the records of an entity."""
    return tuple(check for check in policy.checks.values() if check.entity == entity)


@by_policy
def records_read(policy: ir.Policy, entity: str, jurisdictions: tuple[str, ...]) -> tuple[tuple[Path, str], ...]:
    """The records, besides its own, of which rules about an entity read something: the fields that lead to each, and
    its type, where there are checks of such records.
    """
    checked = {check.entity for check in policy.checks.values()}
    found: dict[tuple[Path, str], None] = {}
    for id_ in (id_ for ids in deciding(policy, entity, jurisdictions) for id_ in ids) if checked else ():
        rule = policy.rules[id_]
        if rule.entity != entity:
            continue
        for node in (node for part in parts_of(rule) for node in walk(part)):
            base = _base(node)
            path = None if base is None else path_of(base, frozenset({rule.variable}))
            if path is not None and path[1] and isinstance(base, n.FieldOf) and base.type.name in checked:
                found[path[1], base.type.name] = None
    return tuple(sorted(found))


def _base(node: object) -> n.Operand | None:
    """What a node reads something of."""
    match node:
        case n.FieldOf(base=base) | n.TermOf(base=base):
            return base if isinstance(base, n.FieldOf) and base.type.kind is Kind.ENTITY else None
        case n.Holds(subject=subject) | n.Outcome(subject=subject):
            return subject
        case _:
            return None


@by_policy
def _body(policy: ir.Policy, check: str) -> n.Formula:
    """A check's condition about a row: one object, so that what is prepared for it is found again."""
    found = policy.checks[check]
    body: n.Formula = renamed(found.body, found.variable, SELF)
    return body


class Checks:
    """Asked of one subject after the other, on the day that governs each record."""

    def __init__(
        self, policy: ir.Policy, facts: Facts, as_of: date | None, today: date | None, jurisdictions: Sequence[str]
    ) -> None:
        self._policy = policy
        self._facts = facts
        self._days = as_of, today
        self._jurisdictions = tuple(jurisdictions)
        self._formulas: dict[Day, Formulas] = {}
        self._known: dict[Subject, tuple[Finding, ...]] = {}

    def of(self, subject: Subject) -> tuple[Finding, ...]:
        """What is found of the subject, and of the records that rules about it read."""
        if not self._policy.checks:
            return ()
        paths = records_read(self._policy, subject.type, self._jurisdictions)
        read = (self._at(subject, path, type_) for path, type_ in paths)
        subjects = dict.fromkeys([subject, *(found for found in read if found is not None)])
        return tuple(finding for one in subjects for finding in self._own(one))

    def _at(self, subject: Subject, path: Path, type_: str) -> Subject | None:
        id_ = subject.id
        owner = subject.type
        for step in path:
            fact = self._facts.entities[owner][id_].get(step)
            if not isinstance(fact, str):
                return None
            owner, id_ = self._policy.entities[owner].fields[step].type.name, fact
        return Subject(type_, id_) if id_ in self._facts.entities.get(type_, {}) else None

    def _own(self, subject: Subject) -> tuple[Finding, ...]:
        if subject not in self._known:
            self._known[subject] = tuple(self._found(subject))
        return self._known[subject]

    def _found(self, subject: Subject) -> Iterator[Finding]:
        checks = checks_of(self._policy, subject.type)
        formulas = self._on(date_of(self._policy, self._facts, subject, *self._days)) if checks else None
        for check in checks:
            assert formulas is not None
            if formulas.truth(check.body, {check.variable: subject.id}) is T:
                fact = self._facts.record(subject).get(ir.ACCEPTED)
                reason = ir.accepted(fact, check.name) if check.verdict == "doubtful" else ""
                yield Finding(check.name, check.verdict, subject, check.because, reason)

    def _on(self, day: Day) -> Formulas:
        if day not in self._formulas:
            self._formulas[day] = Interpreter(self._policy, self._facts, day).formulas
        return self._formulas[day]


class CheckRows:
    """The same for batches of rows; what it learns of resident records serves every later batch."""

    def __init__(self, policy: ir.Policy, entity: str, batches: Batches, jurisdictions: tuple[str, ...]) -> None:
        self._policy = policy
        self._entity = entity
        self._batches = batches
        self._read = records_read(policy, entity, jurisdictions)
        self._resident: dict[str, Mapping[str, Truths]] = {}

    def columns(self, verdicts: Verdicts, day_of: DaysOf) -> Mapping[str, pa.Array]:
        """The columns `contradictions` and `doubts`: names of checks, without the doubts that are accepted."""
        frame = verdicts.frame
        found = found_in(self._policy, self._entity, verdicts.vector, frame)
        for path, type_ in self._read:
            rows = frame.rows_at(SELF, path, type_)
            known = rows >= 0
            for name, truths in self._of_resident(type_, day_of).items():
                mine = found.setdefault(name, np.zeros(frame.length, np.bool_))
                mine[known] |= truths[rows[known]]
        columns = {}
        for column, verdict in VERDICTS.items():
            names = [name for name, check in self._policy.checks.items() if name in found and check.verdict == verdict]
            columns[column] = lists_of([found[name] for name in names], names, WORDS, frame.length)
        return columns

    def _of_resident(self, type_: str, day_of: DaysOf) -> Mapping[str, Truths]:
        if type_ not in self._resident:
            table = self._batches.world.table(type_)
            frame, vector = self._batches.rows(type_, table, None, day_of(table), enforced_only=False)
            self._resident[type_] = found_in(self._policy, type_, vector, frame)
        return self._resident[type_]


def found_in(
    policy: ir.Policy, entity: str, vector: Vector, frame: Frame, *, accepted_too: bool = False
) -> dict[str, Truths]:
    """For each check of an entity the rows of which it is surely true, by its name; without those that accept it."""
    found = {}
    for check in checks_of(policy, entity):
        truths: Truths = vector.truth(_body(policy, check.name), frame) == np.uint8(T)
        if truths.any() and not accepted_too:
            truths &= ~accepting(check, frame)
        found[check.name] = truths
    return found


def accepting(check: ir.Check, frame: Frame) -> Truths:
    """The rows that accept what a check doubts; nobody accepts what is impossible."""
    if check.verdict == "impossible":
        return np.zeros(frame.length, np.bool_)
    leaf = frame.leaf(SELF, (ir.ACCEPTED,))
    told: Truths = np.array([bool(ir.accepted(fact, check.name)) for fact in leaf.facts], np.bool_)
    return told[leaf.codes]
