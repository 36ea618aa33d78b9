"""Which conclusions about resident things the rules of rows read: pairs of a row and a place, for all rows at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from licet.decide.grounds.grounds import ConclusionRead, read_by, reads_in, subject_of
from licet.decide.missing.columns import KnownOnDay, combinations
from licet.ir import nodes as n
from licet.ir.remembered import by_identity
from licet.ir.walk import Part, parts, walk
from licet.plan.bits import SELF
from licet.run.columnar.conclusions import Solver
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.formulas import Vector
from licet.run.columnar.joins import joins, of_members
from licet.run.columnar.lists import Lists
from licet.run.columnar.row_batch import Frame, Rows
from licet.values import Day


@dataclass(frozen=True, slots=True)
class SolvedRead:
    """A conclusion that is read, where a solver has worked it out."""

    solver: Solver
    read: ConclusionRead


class ReadsColumns:
    """`looks` are pairs of an origin, a number that stands for a row, and the place of what it reads about.

    What a row's rules conclude about the row itself is not among them.
    """

    def __init__(self, vector: Vector, entity: str) -> None:
        self.looks: list[tuple[SolvedRead, Rows, Rows]] = []
        self._vector = vector
        self._entity = entity
        self._settled: dict[Day, KnownOnDay] = {}

    def part(self, part: Part, frame: Frame, origin: Rows) -> None:
        """Follows the reads of a condition or operand."""
        if not frame.length or not reads(part):
            return
        match part:
            case n.Some(each=each) | n.Every(each=each) | n.Aggregate(each=each):
                if of_members(each):
                    self._members(part, frame, origin)
                else:
                    self._by_reference(part, frame, origin)
            case n.Holds() | n.TermOf() | n.Outcome():
                self._conclusion(part, frame, origin)
            case other:
                for inner in parts(other):
                    self.part(inner, frame, origin)

    def _members(self, node: n.Some | n.Every | n.Aggregate, frame: Frame, origin: Rows) -> None:
        for joined in joins(self._vector, node, frame):
            weighty = np.flatnonzero((joined.weight != 0) & ~joined.nameless)
            inner, outer = joined.frame.take(weighty), origin[joined.parent[weighty] + joined.first]
            for part in parts(node):
                self.part(part, inner, outer)

    def _conclusion(self, node: n.Holds | n.TermOf | n.Outcome, frame: Frame, origin: Rows) -> None:
        read = read_by(node)
        assert read is not None
        path = path_of(subject_of(node), frozenset(frame.bindings))
        if path is None:
            self._by_reference(node, frame, origin)
        elif path != (SELF, ()):
            self._note(read, origin, frame.rows_at(*path, read.entity), frame)

    def _note(self, read: ConclusionRead, origin: Rows, rows: Rows, frame: Frame) -> None:
        settled = self._vector.settled
        if settled.serves(read.entity):
            known = np.flatnonzero(rows >= 0)
            for solver, which, places in settled.stands(read.entity, rows[known], frame.epoch[known]):
                self.looks.append((SolvedRead(solver, read), origin[known[which]], places))

    def _by_reference(self, node: Part, frame: Frame, origin: Rows) -> None:
        """Once for each combination of what the node reads."""
        number, shown = combinations(node, frame, self._entity)
        found: dict[ConclusionRead, list[tuple[int, int]]] = defaultdict(list)
        for place, row in enumerate(shown.tolist()):
            env = {name: frame.bound(name, row) for name in frame.bindings}
            for read, id_ in reads_in(self._known(frame.days[frame.day[row]]).formulas, node, env):
                if self._vector.settled.serves(read.entity):
                    found[read].append((place, self._vector.world.table(read.entity).rows_by_id[id_]))
        for read, pairs in found.items():
            places, rows = np.array(pairs, np.int64).T
            belongs, seen = Lists(places, rows, len(shown)).at(number)
            self._note(read, origin[belongs], seen, frame.take(belongs))

    def _known(self, day: Day) -> KnownOnDay:
        if day not in self._settled:
            self._settled[day] = KnownOnDay(self._vector.world, self._vector.settled.at(day), day)
        return self._settled[day]


@by_identity
def reads(part: Part) -> bool:
    """Whether a part reads conclusions about anything else than the row itself."""
    for node in walk(part):
        if read_by(node) is not None:
            subject = subject_of(node)
            if not isinstance(subject, n.Variable) or subject.name != SELF:
                return True
    return False
