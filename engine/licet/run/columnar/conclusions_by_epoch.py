"""Conclusions about resident things at more and more epochs: those that come later are worked out by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.strata import Name
from licet.run.columnar.conclusions import At, Solver
from licet.run.columnar.distinct_evaluation import Truths
from licet.run.columnar.formulas import Vector
from licet.run.columnar.row_batch import Frame, Rows, World
from licet.run.reference.bounds import Bounds
from licet.run.reference.unknown_values import Bounded, SetReading
from licet.values import Day, Value

MOST_ROWS = 1 << 23  # of an entity at several epochs, worked out together


class Solved:
    """What a `Solver` says, for the epochs of several; an epoch keeps its number as others are added."""

    def __init__(self, world: World, number_of: Callable[[Day], int], *, enforced_only: bool) -> None:
        """`number_of` gives the epoch of a day."""
        self.enforced_only = enforced_only
        self._world = world
        self._number_of = number_of
        self._solvers: list[Solver] = []
        self._starts: list[int] = []  # the first epoch of each
        self._found: dict[object, tuple[int, Truths]] = {}  # with how many solvers it is from
        self._adding = RLock()
        largest = max((table.length for table in world.tables.entities.values()), default=1)
        self._most = max(1, MOST_ROWS // max(largest, 1))

    def add(self, days: Sequence[Day]) -> None:
        """One day of each epoch that is new, in the order of their numbers."""
        for first in range(0, len(days), self._most):
            some = days[first : first + self._most]
            start = self._starts[-1] + len(self._solvers[-1].days) if self._solvers else 0
            self._starts.append(start)
            self._solvers.append(
                Solver(
                    self._world,
                    some,
                    enforced_only=self.enforced_only,
                    epoch_of=lambda day, start=start: self._number_of(day) - start,  # type: ignore[misc]
                )
            )

    def serves(self, entity: str) -> bool:  # noqa: ARG002 - everything that is resident
        return True

    def written(self, term: n.TermOf) -> tuple[n.Member, ...]:  # noqa: ARG002
        return ()

    def of_rows(self, formula: n.Holds | n.Outcome | n.Member, vector: Vector, frame: Frame) -> Truths | None:  # noqa: ARG002
        return None

    def includes(self, entity: str, term: str, view: str | None, value: Value) -> Truths:
        key = entity, term, view, type(value), value
        return self._together(key, lambda solver: solver.includes(entity, term, view, value))

    def compared(self, outcome: n.Outcome, entity: str) -> Truths:
        key = entity, outcome.decision, outcome.view, outcome.operator, outcome.outcome
        return self._together(key, lambda solver: solver.compared(outcome, entity))

    def at(self, day: Day) -> AtDay:
        return AtDay(self, day)

    def stands(self, entity: str, rows: Rows, epochs: NDArray[np.int32]) -> Iterator[tuple[Solver, Rows, Rows]]:
        """Where resident rows stand at epochs: for each solver which of the rows are its own, and their places."""
        number = np.searchsorted(self._starts, epochs, side="right") - 1
        for i in np.unique(number).tolist():
            which = np.flatnonzero(number == i)
            for solver, _, places in self._solvers[i].stands(entity, rows[which], epochs[which] - self._starts[i]):
                yield solver, which, places

    def on(self, day: Day) -> At:
        """Conclusions on a day of an epoch that is there."""
        number = self._number_of(day)
        place = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self._solvers[place].at(day)

    def _together(self, key: object, ask: Callable[[Solver], Truths]) -> Truths:
        with self._adding:
            solvers = list(self._solvers)
            count, known = self._found.get(key, (0, None))
            if known is None or count < len(solvers):
                parts = [] if known is None else [known]
                parts += [ask(solver) for solver in solvers[count:]]
                known = np.concatenate(parts)
                self._found[key] = len(solvers), known
                if len(solvers) > 1:  # what it took is more than what came of it
                    for solver in solvers[count:]:
                        solver.forget()
            return known


class AtDay:
    """Conclusions on a day, whose epoch is only looked for when somebody asks."""

    def __init__(self, solved: Solved, day: Day) -> None:
        self._solved = solved
        self._day = day

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        return self._solved.on(self._day).term(entity, term, view, subject)

    def conclusion(self, name: Name, subject: Subject) -> SetReading:
        return self._solved.on(self._day).conclusion(name, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        return self._solved.on(self._day).decision(decision, view, subject)

    def score(self, score: str, subject: Subject) -> Bounded:
        return self._solved.on(self._day).score(score, subject)
