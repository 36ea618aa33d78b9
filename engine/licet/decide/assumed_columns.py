"""`Assumed` for all subjects of an entity at once: the closed collections on which their answers rely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from licet.decide.behind import Behind, Conclusion, Direct, Look, together
from licet.decide.missing_columns import Known, combinations
from licet.decide.trace import Assumed, collections_in, rules_that_look
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import rules_deciding
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.ir.walk import Part, parts
from licet.plan.bits import SELF
from licet.run.batch import Verdicts
from licet.run.formulas import thing_type
from licet.run.frame import Frame, Rows
from licet.run.judge import path_of
from licet.run.lists import Lists, joined
from licet.run.live import live
from licet.run.members import joins, of_members
from licet.run.settled import Settled, reads_conclusions
from licet.run.vector import Vector


class AssumedRows:
    """Made once for an inventory; what it learns of resident things serves the subjects of every entity."""

    def __init__(self, policy: ir.Policy) -> None:
        self._policy = policy
        names = {name for rule in policy.rules.values() if rule.body is not None for name in collections_in(rule.body)}
        self._names = sorted(names)  # a collection's key is its place here
        self._behind = Behind(self._of_conclusion)
        self._by_vector: dict[int, _Supposing] = {}

    def names(self, verdicts: Verdicts, rules: Iterable[ir.Rule]) -> list[list[str]]:
        """For each row of a batch the collections, in order, on which the rules that concern its answers rely."""
        frame = verdicts.frame
        columns = self._columns(verdicts.vector)
        for rule in rules:
            columns.rule(rule, frame)
        rows, keys = joined([*columns.found, self._behind.found(columns.looks)])
        relies = np.zeros((len(self._names), frame.length), np.bool_)
        relies[keys, rows] = True
        different, number = np.unique(relies, axis=1, return_inverse=True)
        lists = [[self._names[key] for key in np.flatnonzero(column).tolist()] for column in different.T]
        return [lists[i] for i in number.ravel().tolist()]

    def _of_conclusion(self, conclusion: Conclusion) -> Direct:
        solver = conclusion.solver
        frame = solver.frame(conclusion.entity)
        columns = self._columns(solver.vector)
        for id_ in conclusion.rules:
            columns.rule(self._policy.rules[id_], frame)
        return Direct(
            Lists(*joined(columns.found), frame.length),
            {other: Lists(*pairs, frame.length) for other, pairs in together(columns.looks).items()},
        )

    def _columns(self, vector: Vector) -> _Columns:
        supposing = self._by_vector.setdefault(id(vector), _Supposing(vector, {}, {}))
        return _Columns(self._policy, self._names, supposing)


@dataclass(frozen=True, slots=True)
class _Supposing:
    """What evaluates formulas, and what does so where a collection is supposed to be open."""

    vector: Vector
    opened: dict[str, Vector]
    settled: dict[date | None, Settled]

    def on(self, day: date | None) -> Settled:
        if day not in self.settled:
            self.settled[day] = Known(self.vector.world, self.vector.settled.at(day), day)
        return self.settled[day]

    def where_open(self, name: str) -> Vector:
        if name not in self.opened:
            vector = self.vector
            self.opened[name] = Vector(vector.world, vector.settled, supposed_open=frozenset({name}))
        return self.opened[name]


class _Columns:
    """What rules rely on themselves (`found`: rows and keys), and the conclusions that they read (`looks`)."""

    def __init__(self, policy: ir.Policy, names: Sequence[str], supposing: _Supposing) -> None:
        self.found: list[tuple[Rows, Rows]] = []
        self.looks: list[Look] = []
        self._policy = policy
        self._names = names
        self._supposing = supposing
        self._vector = supposing.vector

    def rule(self, rule: ir.Rule, frame: Frame) -> None:
        """A rule about the rows of a frame, where it may stand."""
        if rule.body is None or rule.id not in rules_that_look(self._policy):
            return
        stands = np.array([int(live(rule.live, day)) for day in frame.days], np.uint8)
        rows = np.flatnonzero(stands[frame.day])
        body, there = renamed(rule.body, rule.variable, SELF), frame.take(rows)
        before = self._vector.truth(body, there)
        for name in collections_in(body):
            relies = rows[before != self._supposing.where_open(name).truth(body, there)]
            self.found.append((relies, np.full(len(relies), self._names.index(name), np.int64)))
        self._within(body, there, rows)

    # ---- the conclusions that a condition reads

    def _within(self, node: Part, frame: Frame, origin: Rows) -> None:
        if not reads_conclusions(node) or not frame.length:
            return
        match node:
            case n.Holds(subject=subject, entity=entity, term=term, view=view):
                self._term(node, subject, entity, term, view, frame, origin)
            case n.TermOf(base=subject, name=term, view=view):
                self._term(node, subject, thing_type(subject), term, view, frame, origin)
            case n.Outcome(subject=subject, decision=decision):
                rules = rules_deciding(self._policy)[decision]
                self._conclusion(node, subject, thing_type(subject), rules, frame, origin)
            case n.Some(each=each) | n.Every(each=each) | n.Aggregate(each=each):
                self._members(node, each, frame, origin)
                return
            case _:
                pass
        for part in parts(node):
            self._within(part, frame, origin)

    def _members(self, node: n.Some | n.Every | n.Aggregate, each: n.Each, frame: Frame, origin: Rows) -> None:
        if not of_members(each):
            self._by_reference(node, frame, origin)
            return
        for joined_ in joins(self._vector, node, frame):
            members = np.flatnonzero(joined_.weight.astype(np.bool_) & ~joined_.nameless)
            inner = joined_.frame.take(members)
            belongs = origin[joined_.parent[members] + joined_.first]
            for part in parts(node):
                if part is not each.members:
                    self._within(part, inner, belongs)

    def _term(
        self, node: Part, subject: n.Operand, entity: str, term: str, view: str | None, frame: Frame, origin: Rows
    ) -> None:
        concluders = Strata.of(self._policy).concluders
        names = [Name("term", entity, term, place) for place in sorted({view or "", ""})]
        rules = [rule for name in names for rule in concluders.get(name, ())]
        self._conclusion(node, subject, entity, rules, frame, origin)

    def _conclusion(
        self, node: Part, subject: n.Operand, entity: str, rules: Sequence[ir.Rule], frame: Frame, origin: Rows
    ) -> None:
        looking = tuple(rule.id for rule in rules if rule.id in rules_that_look(self._policy))
        if not looking:
            return
        path = path_of(subject, frozenset(frame.bindings))
        if path is None:
            self._by_reference(node, frame, origin)
            return
        rows = frame.rows_at(*path, entity)
        known = np.flatnonzero(rows >= 0)
        self._look(entity, looking, rows[known], frame.epoch[known], origin[known])

    def _look(self, entity: str, rules: tuple[str, ...], rows: Rows, epochs: NDArray[np.int32], origin: Rows) -> None:
        for solver, which, places in self._vector.settled.stands(entity, rows, epochs):
            self.looks.append((Conclusion(solver, entity, rules), origin[which], places))

    # ---- what has no columns: `Assumed`, once for each combination of what is read

    def _by_reference(self, node: Part, frame: Frame, origin: Rows) -> None:
        number, shown = combinations(node, frame, None)
        found: dict[tuple[str, tuple[str, ...]], list[tuple[int, int]]] = {}
        for place, row in enumerate(shown.tolist()):
            for rules, owner in self._read(node, frame, row):
                looking = tuple(rule.id for rule in rules if rule.id in rules_that_look(self._policy))
                if looking:
                    there = self._vector.world.table(owner.type).rows_by_id[owner.id]
                    found.setdefault((owner.type, looking), []).append((place, there))
        for (entity, looking), pairs in found.items():
            places, rows = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
            belongs, seen = Lists(places, rows, len(shown)).at(number)
            self._look(entity, looking, seen, frame.epoch[belongs], origin[belongs])

    def _read(self, node: Part, frame: Frame, row: int) -> Iterator[tuple[Sequence[ir.Rule], Subject]]:
        day = frame.days[frame.day[row]]
        env = {name: frame.bound(name, row) for name in frame.bindings}
        yield from Assumed(self._supposing.on(day)).read(node, env)
