"""Batch after batch of one entity's rows, decided against resident tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.facts.store import Facts, Subject
from licet.facts.tables import Table, Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import about, concluded
from licet.ir.outcomes import bearing_rules, jurisdictions_of, outcome_of
from licet.ir.remembered import by_policy
from licet.ir.strata import Name, Strata
from licet.ir.types import Kind
from licet.ir.walk import Part, parts_of, walk
from licet.plan.bits import SELF, AtLeast, OfFormula, OfRule, Program, StatusOf, Wanted, compile_program
from licet.plan.registers import ZERO
from licet.run.columnar.bit_program import Known, run_and_count, run_program
from licet.run.columnar.bitmaps import Bits, Pair, unpacked
from licet.run.columnar.conclusions import Solver
from licet.run.columnar.conclusions_by_epoch import AtDay, Solved
from licet.run.columnar.distinct_evaluation import Truths
from licet.run.columnar.epochs import Epochs
from licet.run.columnar.formulas import Source, Vector
from licet.run.columnar.row_batch import Binding, Frame, Rows, World
from licet.run.columnar.summed import beside
from licet.run.reference.formulas import Conclusions, thing_type
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.settled import reads_conclusions
from licet.values import Day, Value

_QUANTIFIERS = n.Some | n.Every | n.Aggregate
Ranks = NDArray[np.uint8]  # places in a decision's chain of outcomes


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """The day that governs each row: `days[codes[i]]`, None where it is not known."""

    days: Sequence[Day]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Statuses:
    """Where a rule holds, is unknown, is defeated and is not encoded; elsewhere it fails or is not in force."""

    holds: Bits
    unknown: Bits
    defeated: Bits
    not_encoded: Bits


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """What was found for the rows of a batch. A view of a decision is a jurisdiction or `overall`."""

    frame: Frame
    vector: Vector
    atoms: Known
    statuses: Mapping[str, Statuses]
    counts: Mapping[str, tuple[int, int]] | None  # of each rule, in how many rows it holds and is unknown, if counted
    reached: Mapping[tuple[str, str], Sequence[Pair]]  # for each outcome but the first: must and may reach it
    enforced: Mapping[tuple[str, str], Sequence[Pair]]  # the same without rules announced as not enforced
    also: Sequence[Pair]  # must and may of whatever else was wanted, in order

    def bounds(self, decision: str, view: str, *, enforced: bool = False) -> tuple[Ranks, Ranks]:
        """The least and the most severe outcome of each row, as places in the chain."""
        steps = (self.enforced if enforced else self.reached)[decision, view]
        must, may = np.zeros(self.frame.length, np.uint8), np.zeros(self.frame.length, np.uint8)
        for reaches_must, reaches_may in steps:
            must += unpacked(reaches_must, self.frame.length)
            may += unpacked(reaches_may, self.frame.length)
        return must, may


class Batches:
    """Decides rows of the entities of one policy; with `streamed`, conclusions about rows of that entity are worked out
    only for those that are decided. Its rows come in batches, or from its table, as a whole or in part.

    Several threads may decide batches at once.
    """

    def __init__(
        self, policy: ir.Policy, resident: Tables, streamed: str | None = None, facts: Facts | None = None
    ) -> None:
        """`facts` are the resident tables as records, where they are at hand."""
        self.policy = policy
        self._whole = None if streamed is None else resident.entities.get(streamed)
        if self._whole is not None:
            others = {name: table for name, table in resident.entities.items() if name != streamed}
            resident = replace(resident, entities=others)
        self.world = World(policy, resident, facts)
        self._streamed = streamed
        self._epochs = Epochs(policy, resident, streamed)
        self._numbers: dict[object, int] = {}  # of epochs
        self._days: list[Day] = []  # one of each
        self._solved: dict[bool, Solved] = {}
        self._vectors: dict[bool, Vector] = {}
        self._setting_up = RLock()

    def verdicts(
        self,
        entity: str,
        table: Table,
        rows: NDArray[np.int64] | None,
        days: Days,
        also: tuple[OfRule | OfFormula, ...] = (),
    ) -> Verdicts:
        """What is found for some or all rows of a table, in their order; and the bits of `also`, if that is wanted."""
        with self._setting_up:
            frame = self._frame(table, rows, days)
            vector = self._vector(entity, table, enforced_only=False)
            other_vector = self._vector(entity, table, enforced_only=True) if self._announced(days) else None
        program = _program(self.policy, entity, also, enforced_only=False)
        atoms: dict[int, Source] = {}
        found, numbers = run_and_count(program, vector, frame, enforced_only=False, known=atoms)
        statuses, reached = _named(program, found)
        counts = None if numbers is None else _counted(program, numbers)
        further = found[len(found) - 2 * len(also) :]
        enforced = reached
        if other_vector is not None:
            other = _program(self.policy, entity, (), enforced_only=True)
            recorded = {id(a): atoms[id(a)] for a in program.atoms if not reads_conclusions(a)}
            bits = run_program(other, other_vector, frame, enforced_only=True, known=recorded)
            _, enforced = _named(other, bits)
        pairs = list(zip(further[::2], further[1::2], strict=True))
        return Verdicts(frame, vector, atoms, statuses, counts, reached, enforced, pairs)

    def rows(
        self, entity: str, table: Table, rows: NDArray[np.int64] | None, days: Days, *, enforced_only: bool
    ) -> tuple[Frame, Vector]:
        """Some or all rows of a table, and what evaluates formulas over them."""
        with self._setting_up:
            return self._frame(table, rows, days), self._vector(entity, table, enforced_only=enforced_only)

    def at(self, day: Day, *, enforced_only: bool) -> AtDay:
        """Conclusions about resident things on a day."""
        with self._setting_up:
            self._epochs_of([day])
            return self._solved_with(enforced_only=enforced_only).at(day)

    def epoch(self, day: Day) -> int:
        """The number of a day's epoch."""
        with self._setting_up:
            return self._epochs_of([day])[0]

    def _epochs_of(self, days: Sequence[Day]) -> list[int]:
        """The numbers of the epochs of some days."""
        new: list[Day] = []
        for day in days:
            if self._numbers.setdefault(self._epochs.of(day), len(self._days)) == len(self._days):
                self._days.append(day)
                new.append(day)
        for solved in self._solved.values() if new else ():
            solved.add(new)
        return [self._numbers[self._epochs.of(day)] for day in days]

    def _solved_with(self, *, enforced_only: bool) -> Solved:
        if enforced_only not in self._solved:
            solved = Solved(self.world, lambda day: self._numbers[self._epochs.of(day)], enforced_only=enforced_only)
            solved.add(self._days)
            self._solved[enforced_only] = solved
            self._vectors[enforced_only] = Vector(self.world, solved)
        return self._solved[enforced_only]

    def _frame(self, table: Table, rows: NDArray[np.int64] | None, days: Days) -> Frame:
        epochs = np.array(self._epochs_of(days.days), np.int32)
        length = table.length if rows is None else len(rows)
        governing = days.codes + np.int32(len(self._days))
        return Frame(
            self.world, {SELF: Binding(table, rows)}, length, (*self._days, *days.days), governing, epochs[days.codes]
        )

    def _vector(self, entity: str, table: Table, *, enforced_only: bool) -> Vector:
        solved = self._solved_with(enforced_only=enforced_only)
        if entity != self._streamed:
            return self._vectors[enforced_only]
        tables = self.world.tables
        held = replace(tables, entities={**tables.entities, entity: table})
        world = World(self.policy, held, like=self.world, summed=beside(self.policy, table))
        world.batch = None if table is self._whole else entity
        settled = _Streamed(solved, world, entity)
        return Vector(world, settled, self._vectors[enforced_only])

    def _announced(self, days: Days) -> bool:
        """Whether some rule is announced as not enforced on one of the days."""
        intervals = [i for rule in self.policy.rules.values() for i in rule.live.not_enforced]
        return any(i.contains_any(day) for day in days.days for i in intervals)


@by_policy
def _program(policy: ir.Policy, entity: str, also: tuple[OfRule | OfFormula, ...], *, enforced_only: bool) -> Program:
    """Compiled once for a policy, whoever runs it."""
    wanted: list[Wanted] = [] if enforced_only else [StatusOf(r.id) for r in Strata.of(policy).about.get(entity, ())]
    for decision in policy.decisions.values():
        if decision.entity == entity:
            wanted += _steps(policy, decision)
    return compile_program(policy, Strata.of(policy), entity, [*wanted, *also])


@by_policy
def never_so(policy: ir.Policy, entity: str) -> frozenset[tuple[str, str]]:
    """Rules about an entity with `defeated` or `not_encoded`, where no row can have that status."""
    program = _program(policy, entity, (), enforced_only=False)
    rules = [want.rule for want in program.wanted if isinstance(want, StatusOf)]
    pairs = ((rule, status) for rule in rules for status in ("holds", "unknown", "defeated", "not_encoded"))
    return frozenset(
        pair for pair, bit in zip(pairs, program.results, strict=False) if bit == ZERO and pair[1] not in _TRUTHS
    )


_TRUTHS = ("holds", "unknown")


def _steps(policy: ir.Policy, decision: ir.Decision) -> list[Wanted]:
    """For each jurisdiction and overall: each outcome but the first."""
    if all(outcome_of(rule, decision.name) is None for rule in policy.rules.values()):
        return []
    views = (*jurisdictions_of(policy, decision.name), n.OVERALL)
    return [AtLeast(decision.name, view, i) for view in views for i in range(1, len(decision.outcomes))]


def _named(program: Program, bits: Sequence[Any]) -> tuple[dict[str, Statuses], dict[tuple[str, str], list[Pair]]]:
    statuses: dict[str, Statuses] = {}
    reached: dict[tuple[str, str], list[Pair]] = {}
    place = 0
    for want in program.wanted:
        if isinstance(want, StatusOf):
            statuses[want.rule] = Statuses(*bits[place : place + 4])
            place += 4
        elif isinstance(want, AtLeast):
            reached.setdefault((want.decision, want.view), []).append((bits[place], bits[place + 1]))
            place += 2
    return statuses, reached


def _counted(program: Program, numbers: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Of the statuses, which stand first."""
    rules = [want.rule for want in program.wanted if isinstance(want, StatusOf)]
    return {rule: (numbers[4 * i], numbers[4 * i + 1]) for i, rule in enumerate(rules)}


@by_policy
def _of_row(policy: ir.Policy, entity: str, formula: n.Formula) -> Program | None:
    """What is concluded of a row, from its rules; None where it is recursive, or may be what nobody wrote."""
    program = compile_program(policy, Strata.of(policy), entity, [OfFormula(formula)])
    return None if formula in program.atoms else program


@by_policy
def _written(policy: ir.Policy, entity: str, term: n.TermOf) -> tuple[n.Member, ...]:
    """For each value that rules write for a term of a row: whether it is included; none where they conclude others."""
    element = term.type.element
    concluders = Strata.of(policy).concluders
    names = [Name("term", entity, term.name, place) for place in sorted({term.view or "", ""})]
    values = [v for name in names for rule in concluders.get(name, ()) for v in concluded(rule.effects, term.name)]
    if element is None or not all(isinstance(value, n.Known) for value in values):
        return ()
    members = [n.Member(term.span, value, term, negated=False) for value in dict.fromkeys(values)]
    return tuple(members) if all(_of_row(policy, entity, member) is not None for member in members) else ()


class _Streamed:
    """Conclusions for a batch: about resident things from the solver, about the rows of the batch one by one."""

    def __init__(self, solver: Solved, world: World, entity: str) -> None:
        self._solver = solver
        self._world = world
        self._entity = entity
        self._interpreters: dict[Day, OfBatch] = {}

    def serves(self, entity: str) -> bool:
        return entity != self._entity

    def written(self, term: n.TermOf) -> tuple[n.Member, ...]:
        is_of_row = isinstance(term.base, n.Variable) and term.base.name == SELF
        return _written(self._world.policy, self._entity, term) if is_of_row else ()

    def of_rows(self, formula: n.Holds | n.Outcome | n.Member, vector: Vector, frame: Frame) -> Truths | None:
        program = _of_row(self._world.policy, self._entity, formula)
        if program is None:
            return None
        must, may = run_program(program, vector, frame, enforced_only=self._solver.enforced_only)
        return unpacked(must, frame.length) + unpacked(may, frame.length)

    def includes(self, entity: str, term: str, view: str | None, value: Value) -> Truths:
        return self._solver.includes(entity, term, view, value)

    def compared(self, outcome: n.Outcome, entity: str) -> Truths:
        return self._solver.compared(outcome, entity)

    def stands(self, entity: str, rows: Rows, epochs: NDArray[np.int32]) -> Iterator[tuple[Solver, Rows, Rows]]:
        return self._solver.stands(entity, rows, epochs)

    def at(self, day: Day) -> Conclusions:
        if day not in self._interpreters:
            self._interpreters[day] = OfBatch(self._solver, self._world, self._entity, day)
        return self._interpreters[day]


class OfBatch(Interpreter):
    """The reference on one day of a batch; what it asks of resident things comes from the solver."""

    def __init__(self, solver: Solver | Solved, world: World, entity: str, day: Day) -> None:
        super().__init__(world.policy, world.facts, day, enforced_only=solver.enforced_only)
        self._resident = solver.at(day)
        self._entity = entity

    def term(self, entity: str, term: str, view: str | None, subject: str) -> Any:
        if entity != self._entity:
            return self._resident.term(entity, term, view, subject)
        return super().term(entity, term, view, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Any:
        if subject.type != self._entity:
            return self._resident.decision(decision, view, subject)
        return super().decision(decision, view, subject)


def can_stream(policy: ir.Policy, entity: str) -> bool:
    """Whether nothing but its own rules reads a row of the entity, so that its table need not be in memory at once."""
    return not is_named(policy, entity) and not ranges_over(policy, entity)


def is_named(policy: ir.Policy, entity: str) -> bool:
    """Whether other records may name one of the entity's, so that these have to be at hand."""
    of_records = (f for e in policy.entities.values() for f in e.fields.values() if not f.derived)
    of_rows = (f for r in policy.relations.values() for f in r.parameters.values())
    return any(_refers(field.type, entity) for field in (*of_records, *of_rows))


def ranges_over(policy: ir.Policy, entity: str) -> bool:
    """Whether a rule or a check asks for all records of the entity."""
    read = [part for rule in policy.rules.values() for part in parts_of(rule)]
    return _ranges_over([*read, *(check.body for check in policy.checks.values())], entity)


def _ranges_over(read: Iterable[Part], entity: str) -> bool:
    return any(
        isinstance(node, _QUANTIFIERS) and node.each.kind == "population" and node.each.name == entity
        for part in read
        for node in walk(part)
    )


@by_policy
def is_passing(policy: ir.Policy, entity: str) -> bool:
    """Whether nothing that bears on an answer reads what is concluded of a row of the entity, but rules about that row;
    and what is concluded from itself or from other rows is read in no quantifier, for which it is worked out faster for
    all rows together.
    """
    others = [part for rule in bearing_rules(policy) if rule.entity != entity for part in parts_of(rule)]
    others += [check.body for check in policy.checks.values() if check.entity != entity]
    if is_named(policy, entity) or _ranges_over(others, entity):
        return False
    if any(name.entity == entity for name in Strata.of(policy).recursive):
        return False
    own = [rule for rule in policy.rules.values() if rule.entity == entity]
    looking = [rule for rule in own if _ranges_over(parts_of(rule), entity)]
    if any(about(effect).sort == "term" for rule in looking for effect in rule.effects):
        return False
    inside = (node for rule in own for part in parts_of(rule) for node in walk(part) if isinstance(node, _QUANTIFIERS))
    return not (looking and any(_reads_outcome(node, entity) for node in inside))


def _reads_outcome(node: Part, entity: str) -> bool:
    return any(isinstance(part, n.Outcome) and thing_type(part.subject) == entity for part in walk(node))


def _refers(type_: Any, entity: str) -> bool:
    inner = type_.element if type_.kind is Kind.SET else type_
    return bool(inner is not None and inner.kind is Kind.ENTITY and inner.name == entity)
