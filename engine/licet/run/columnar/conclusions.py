"""Conclusions about everything in the resident tables, each term at its fixpoint, for every epoch at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from licet.agenda import Agenda
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.operators import over_thresholds
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.plan.bits import SELF, AtLeast, OfRule, Program, Wanted, compile_program
from licet.run.columnar.bit_program import run_program
from licet.run.columnar.bitmaps import unpacked
from licet.run.columnar.distinct_evaluation import Truths
from licet.run.columnar.formulas import Vector
from licet.run.columnar.row_batch import Binding, Frame, Rows, World, distinct
from licet.run.columnar.row_epochs import Spans, spans_of
from licet.run.columnar.terms import TermColumn
from licet.run.reference.bounds import Bounds
from licet.run.reference.fixpoint import least_fixpoint
from licet.run.reference.interpreter import union
from licet.run.reference.unknown_values import Bounded, SetReading, values_of
from licet.values import Day, Truth, Value

F, U, T = np.uint8(0), np.uint8(1), np.uint8(2)


class Solver:
    """`days` are one day of each epoch."""

    def __init__(
        self,
        world: World,
        days: Sequence[Day],
        *,
        enforced_only: bool = False,
        epoch_of: Callable[[Day], int] | None = None,
    ) -> None:
        self.world = world
        self.policy = world.policy
        self.days = tuple(days)
        self.enforced_only = enforced_only
        self.strata = Strata.of(self.policy)
        self.vector = Vector(world, self)
        self._epoch_of = epoch_of or self.days.index
        self._frames: dict[str, Frame] = {}
        self._done: dict[Name, TermColumn] = {}
        self._running: dict[Name, TermColumn] = {}
        self._reached: dict[tuple[str, str, str, int], Truths] = {}
        self._agenda = Agenda()
        self._working = RLock()  # conclusions are worked out once, by whichever thread asks first

    # ---- what formulas ask

    def serves(self, entity: str) -> bool:  # noqa: ARG002 - everything that is resident
        return True

    def written(self, term: n.TermOf) -> tuple[n.Member, ...]:  # noqa: ARG002
        return ()

    def of_rows(self, formula: n.Holds | n.Outcome | n.Member, vector: Vector, frame: Frame) -> Truths | None:  # noqa: ARG002
        return None

    def includes(self, entity: str, term: str, view: str | None, value: Value) -> Truths:
        """As `ColumnConclusions.includes`: for every row of the entity at each epoch in turn."""
        found = np.full(self.frame(entity).length, F)
        for place in {view or "", ""}:
            part = self.term(Name("term", entity, term, place)).includes(value)
            if part is not None:
                found = np.maximum(found, part)
        return self._everywhere(entity, found)

    def compared(self, outcome: n.Outcome, entity: str) -> Truths:
        """As `ColumnConclusions.compared`: for every row of the entity at each epoch in turn."""
        return self._everywhere(entity, self._compared(outcome, entity))

    def _compared(self, outcome: n.Outcome, entity: str) -> Truths:
        reaches = partial(self._reaches, outcome.decision, entity, outcome.view)
        this, above = (partial(reaches, place) for place in (outcome.outcome, outcome.outcome + 1))
        return over_thresholds(outcome.operator, this, above, _negated, np.minimum)

    def at(self, day: Day) -> At:
        return At(self, day)

    def place(self, subject: Subject, day: Day) -> int:
        """Where a resident subject stands in the frame of its entity on a day."""
        table = self.world.table(subject.type)
        place = self._epoch_of(day) * table.length + table.rows_by_id[subject.id]
        return place if len(self.days) == 1 else int(self.spans[subject.type].number[place])

    def stands(self, entity: str, rows: Rows, epochs: NDArray[np.int32]) -> Iterator[tuple[Solver, Rows, Rows]]:
        """Where resident rows stand at epochs, all in the frame of this solver: as `Solved.stands`."""
        if not len(rows):  # an entity of which nothing is recorded has no spans
            return
        places = epochs.astype(np.int64) * self.world.table(entity).length + rows
        yield self, np.arange(len(rows)), places if len(self.days) == 1 else self.spans[entity].number[places]

    @cached_property
    def spans(self) -> Mapping[str, Spans]:
        with self._working:
            if self.days not in self.world.spans:  # the same whatever is enforced
                self.world.spans[self.days] = spans_of(self.world, self.days)
            return self.world.spans[self.days]

    def _everywhere(self, entity: str, truths: Truths) -> Truths:
        """What was found for the spans of an entity, for every row at each epoch in turn."""
        return truths if len(self.days) == 1 or entity not in self.spans else truths[self.spans[entity].number]

    # ---- terms: language.md#derived, language.md#recursion, language.md#two-runs

    def term(self, name: Name) -> TermColumn:
        """A name's values at their fixpoint; those of the last round while its component is being worked out."""
        found = self._done.get(name)
        if found is not None:
            return found
        with self._working:
            if name in self._running:
                return self._running[name]
            if name not in self._done:
                if name not in self.strata.concluders:
                    return TermColumn()
                self._agenda.do(partial(self._work_out, name))
            return self._done[name]

    def _work_out(self, name: Name) -> None:
        if name not in self.strata.recursive:
            self._done[name] = self.concluded(name)
            return
        component = self.strata.components[self.strata.component_of[name]]
        try:
            self._done.update(least_fixpoint(self, component, self._running))
        finally:
            for one in component:
                self._running.pop(one, None)

    def concluded(self, name: Name, rows: Rows | None = None) -> TermColumn:
        """What the rules of a name conclude from what is known so far, for all spans of its entity or for some."""
        rules = self.strata.concluders[name]
        frame = self.frame(name.entity) if rows is None else self.frame(name.entity).take(rows)
        truths = self.run(self.program(name.entity, tuple(OfRule("effective", r.id) for r in rules)), frame)
        found = TermColumn()
        for rule, effective in zip(rules, truths, strict=True):
            if not effective.any():
                continue
            for operand in concluded(rule.effects, name.name):
                self._conclude(found, operand, rule.variable, frame, effective)
        return found

    def _conclude(self, found: TermColumn, operand: n.Operand, variable: str, frame: Frame, truths: Truths) -> None:
        if isinstance(operand, n.Known) and not isinstance(operand.value, frozenset):
            found.conclude(operand.value, truths)  # type: ignore[arg-type]
            return
        readings = self.vector.readings(renamed(operand, variable, SELF), frame)
        order = np.argsort(readings.codes, kind="stable")
        ends = np.searchsorted(readings.codes[order], np.arange(len(readings.facts) + 1))
        for code, reading in enumerate(readings.facts):
            rows = order[ends[code] : ends[code + 1]]
            said = values_of(reading)  # type: ignore[arg-type]
            if not truths[rows].any():
                continue
            for value, own in said.members.items():
                found.conclude_at(value, rows, np.minimum(truths[rows], np.uint8(own)), frame.length)
            if said.others is not Truth.F:
                found.conclude_others_at(rows, np.minimum(truths[rows], U), frame.length)

    def sets(self, entity: str, term: str, view: str | None, places: Rows) -> tuple[Rows, list[SetReading]]:
        """The different readings of a term at places of the entity's frame, as read in a view, and each place's own."""
        names = [Name("term", entity, term, place) for place in sorted({view or "", ""})]
        columns = [self.term(name) for name in names if name in self.strata.concluders]
        truths = [own[places] for column in columns for own in column.truths()]
        number, shown = distinct([(own.astype(np.int32), 3) for own in truths if own.any()], len(places))
        return number, [union(column.reading(place) for column in columns) for place in places[shown].tolist()]

    # ---- decisions

    def _reaches(self, decision: str, entity: str, view: str, outcome: int) -> Truths:
        key = (decision, entity, view, outcome)
        with self._working:
            if key not in self._reached:
                self._agenda.do(partial(self._reach, *key))
            return self._reached[key]

    def _reach(self, decision: str, entity: str, view: str, outcome: int) -> None:
        program = self.program(entity, (AtLeast(decision, view, outcome),))
        self._reached[decision, entity, view, outcome] = self.run(program, self.frame(entity))[0]

    def bounds(self, decision: str, view: str, place: int) -> Bounds:
        declared = self.policy.decisions[decision]
        steps = [self._reaches(decision, declared.entity, view, i)[place] for i in range(1, len(declared.outcomes))]
        return Bounds(sum(int(s == T) for s in steps), sum(int(s != F) for s in steps))

    def forget(self) -> None:
        """Lets go of what was looked up on the way; conclusions stay."""
        with self._working:
            self._frames.clear()

    # ---- programs

    def frame(self, entity: str) -> Frame:
        """Every row of an entity, at each epoch from which on it may be another."""
        if entity not in self._frames:
            table = self.world.table(entity)
            if len(self.days) == 1 or entity not in self.spans:
                rows, epochs = None, np.zeros(table.length, np.int32)
            else:
                rows, epochs = self.spans[entity].rows, self.spans[entity].epochs
            binding = {SELF: Binding(table, rows)}
            self._frames[entity] = Frame(self.world, binding, len(epochs), self.days, epochs, epochs)
        return self._frames[entity]

    def program(self, entity: str, wanted: tuple[Wanted, ...]) -> Program:
        return _program(self.policy, entity, wanted)

    def run(self, program: Program, frame: Frame) -> list[Truths]:
        """The truth of each thing wanted, which must come in pairs of bits."""
        bits = run_program(program, self.vector, frame, enforced_only=self.enforced_only)
        return [
            unpacked(must, frame.length) + unpacked(may, frame.length)
            for must, may in zip(bits[::2], bits[1::2], strict=True)
        ]


class At:
    """Conclusions about one thing after the other on one day."""

    def __init__(self, solver: Solver, day: Day) -> None:
        self._solver = solver
        self._day = day

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        place = self._solver.place(Subject(entity, subject), self._day)
        names = [Name("term", entity, term, p) for p in sorted({view or "", ""})]
        return union(
            [self._solver.term(name).reading(place) for name in names if name in self._solver.strata.concluders]
        )

    def conclusion(self, name: Name, subject: Subject) -> SetReading:
        """What the rules of one jurisdiction, or the common ones, conclude."""
        return self._solver.term(name).reading(self._solver.place(subject, self._day))

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        return self._solver.bounds(decision, view, self._solver.place(subject, self._day))

    def score(self, score: str, subject: Subject) -> Bounded:
        raise AssertionError(f"a rule reads the score {score} of {subject}")


def _negated(truths: Truths) -> Truths:
    found: Truths = T - truths
    return found


@by_policy
def _program(policy: ir.Policy, entity: str, wanted: tuple[Wanted, ...]) -> Program:
    return compile_program(policy, Strata.of(policy), entity, wanted)
