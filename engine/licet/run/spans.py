"""Epochs throughout which nothing changes that rules read of a row: conclusions about it are worked out once for each.

A listing that begins on some day changes what is concluded about the listed party, and about those whose rules look
at that party. For all others the day begins nothing. What may change is found without asking what is true: from the
recorded days that are compared with the day of the decision, carried along every reference and join that rules follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.walk import Part, parts
from licet.run.epochs import against_day, ends_of_list, ends_of_rule, recorded, turns
from licet.run.formulas import thing_type
from licet.run.frame import Binding, Frame, Rows, World
from licet.run.judge import path_of
from licet.run.members import of_members, pairs
from licet.run.once import once

Marks = NDArray[np.bool_]  # a row of an entity, and an epoch in the order of days


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Span i is of row `rows[i]` and begins with epoch `epochs[i]`; row r at epoch e is in `number[e * length + r]`."""

    rows: Rows
    epochs: NDArray[np.int32]
    number: NDArray[np.int32]

    @classmethod
    def of(cls, marks: Marks, order: NDArray[np.int64]) -> Spans:
        """`order[i]` is the epoch in place i of the marks."""
        marks[:, :1] = True
        rows, places = np.nonzero(marks)
        numbers = np.empty(marks.shape[::-1], np.int32)
        numbers[order] = (np.cumsum(marks.ravel()) - 1).reshape(marks.shape).T
        return cls(rows, order[places].astype(np.int32), numbers.ravel())


def spans_of(world: World, days: Sequence[date | None]) -> Mapping[str, Spans]:
    """For every entity with resident rows; `days` are one of each epoch, in any order."""
    known = sorted((day, epoch) for epoch, day in enumerate(days) if day is not None)
    order = [epoch for _, epoch in known] + [epoch for epoch, day in enumerate(days) if day is None]
    found = _Changes(world, [day for day, _ in known], len(days))
    return {entity: Spans.of(marks, np.array(order, np.int64)) for entity, marks in found.marks.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Scope:
    """Variables over rows that are read for the sake of row `origin[i]` of the entity; without it, for that of all."""

    frame: Frame
    origin: Rows | None


Scopes = Mapping[str, _Scope]


class _Changes:
    """Marks the epochs at which a row may differ from the epoch before, first by itself, then by what it looks at."""

    def __init__(self, world: World, days: Sequence[date], epochs: int) -> None:
        self._world = world
        self._days = np.array(days, "datetime64[D]")
        self._entity = ""  # whose rules are being read
        self._looks: list[tuple[str, Rows | None, str, Rows]] = []  # rows (None: all), and the rows they look at
        tables = world.tables.entities
        self.marks = {name: np.zeros((table.length, epochs), np.bool_) for name, table in tables.items()}
        for marks in self.marks.values():
            marks[:, len(days) :] = True  # the epoch without a day has nothing in common with any other
        for rule in world.policy.rules.values():
            if rule.entity in self.marks:
                self._rule(rule)
        self._carry()

    def _rule(self, rule: ir.Rule) -> None:
        self._entity = rule.entity
        self._mark_all(ends_of_rule(rule))
        frame = _undated(self._world, rule.variable, rule.entity)
        scopes = {rule.variable: _Scope(frame, np.arange(frame.length))}
        values = [effect.value for effect in rule.effects if isinstance(effect, ir.TermValue)]
        for part in values if rule.body is None else [rule.body, *values]:
            self._visit(part, scopes)

    # ---- what is read

    def _visit(self, node: Part, scopes: Scopes) -> None:
        match node:
            case n.Compare() if (compared := against_day(node)) is not None:
                self._compared(*compared, scopes)
                return
            case n.AsOf():
                self.marks[self._entity][:] = True
            case n.ListNamed(name=name):
                self._mark_all(ends_of_list(self._world.policy.lists[name]))
            case n.Holds(subject=subject, entity=entity):
                self._look(entity, subject, scopes)
            case n.TermOf(base=subject) | n.Outcome(subject=subject):
                self._look(thing_type(subject), subject, scopes)
            case n.Some() | n.Every() | n.Aggregate():
                self._members(node, scopes)
                return
            case _:
                pass
        for part in parts(node):
            self._visit(part, scopes)

    def _members(self, node: n.Some | n.Every | n.Aggregate, scopes: Scopes) -> None:
        each = node.each
        inner = {name: scope for name, scope in scopes.items() if name != each.variable}
        if of_members(each):
            inner[each.variable] = self._joined(each, node.where, scopes)
        for part in parts(node):
            self._visit(part, scopes if part is each.members else inner)

    def _joined(self, each: n.Each, where: n.Formula | None, scopes: Scopes) -> _Scope:
        """Members with the rows that an equation of the filter gives them to; with every row if there is none."""
        table = self._world.table(each.name)
        for scope in scopes.values():
            found = pairs(each, where, table, scope.frame)
            if found is not None:
                parent, rows = found
                frame = scope.frame.take(parent).bind(each.variable, Binding(table, rows))
                return _Scope(frame, None if scope.origin is None else scope.origin[parent])
        return _Scope(_undated(self._world, each.variable, each.name), None)

    # ---- days

    def _compared(self, operator: n.Operator, other: n.Operand, scopes: Scopes) -> None:
        """The day of the decision is compared with something."""
        path = path_of(other, frozenset(scopes))
        match other:
            case n.Known(value=value):
                self._mark_all(turns(operator, value))
            case n.FieldOf() if path is not None:
                self._recorded(operator, scopes[path[0]], path)
            case n.FieldOf(base=base) if not isinstance(base, n.AsOf):
                column = self._world.table(base.type.name).columns.get(other.name)
                self._mark_all(day for fact in recorded(column) for day in turns(operator, fact))
                self._visit(base, scopes)
            case _:
                self.marks[self._entity][:] = True

    def _recorded(self, operator: n.Operator, scope: _Scope, path: tuple[str, tuple[str, ...]]) -> None:
        leaf = scope.frame.leaf(*path)
        places = [self._places(turns(operator, fact)) for fact in leaf.facts]
        if scope.origin is None:
            self.marks[self._entity][:, once(np.concatenate(places)) if places else []] = True
            return
        counts = np.array([len(p) for p in places], np.int64)[leaf.codes]
        for turn in range(int(counts.max(initial=0))):
            rows = np.flatnonzero(counts > turn)
            which = np.array([p[turn] if len(p) > turn else 0 for p in places], np.int64)
            self.marks[self._entity][scope.origin[rows], which[leaf.codes[rows]]] = True

    def _mark_all(self, days: Iterable[date]) -> None:
        self.marks[self._entity][:, self._places(days)] = True

    def _places(self, days: Iterable[date]) -> NDArray[np.int64]:
        """The first epoch on or after each day; none for those that the epochs do not reach."""
        found = np.searchsorted(self._days, np.array([*days], "datetime64[D]"))
        return found[found < len(self._days)]

    # ---- conclusions about others

    def _look(self, entity: str, subject: n.Operand, scopes: Scopes) -> None:
        """A conclusion about something resident is read."""
        if entity not in self.marks:
            return
        path = path_of(subject, frozenset(scopes))
        if path is None:
            self._looks.append((self._entity, None, entity, np.arange(len(self.marks[entity]))))
            return
        scope = scopes[path[0]]
        rows = scope.frame.rows_at(*path, entity)
        known = rows >= 0
        origin = None if scope.origin is None else scope.origin[known]
        self._looks.append((self._entity, origin, entity, rows[known]))

    def _carry(self) -> None:
        """What changes changes all that look at it."""
        packed = {entity: np.packbits(marks, axis=1) for entity, marks in self.marks.items()}
        looks = [look for look in map(_grouped, self._looks) if look is not None]
        changed = True
        while changed:
            changed = False
            for entity, rows, other, seen, starts in looks:
                found = np.bitwise_or.reduceat(packed[other][seen], starts, axis=0)
                before = packed[entity][rows]
                after = before | found
                if not np.array_equal(before, after):
                    packed[entity][rows] = after
                    changed = True
        for entity, marks in self.marks.items():
            self.marks[entity] = np.unpackbits(packed[entity], axis=1, count=marks.shape[1]).astype(np.bool_)


_Grouped = tuple[str, Rows | slice, str, Rows, NDArray[np.int64]]


def _grouped(look: tuple[str, Rows | None, str, Rows]) -> _Grouped | None:
    """Each row that looks once, and from where on what it looks at stands among the rows seen."""
    entity, origin, other, seen = look
    if not len(seen):
        return None
    if origin is None:
        return entity, slice(None), other, once(seen), np.zeros(1, np.int64)
    size = int(seen.max()) + 1
    rows, places = np.divmod(once(origin * size + seen), size)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    return entity, rows[starts], other, places, starts


def _undated(world: World, variable: str, name: str) -> Frame:
    """Every row of a table, on no day."""
    table = world.table(name)
    none = np.zeros(table.length, np.int32)
    return Frame(world, {variable: Binding(table)}, table.length, (None,), none, none)
