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
from licet.ir.operators import Operator
from licet.ir.walk import Part
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.epochs import against_day, ends_of_rule, recorded, turns
from licet.run.columnar.lists import Lists
from licet.run.columnar.looks import JoinReader, Look, RowScope, Scopes
from licet.run.columnar.row_batch import Rows, World
from licet.run.columnar.sorted_unique import once
from licet.values import Day

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


def spans_of(world: World, days: Sequence[Day]) -> Mapping[str, Spans]:
    """For every entity with resident rows; `days` are one of each epoch, in any order."""
    known = sorted((day, epoch) for epoch, day in enumerate(days) if isinstance(day, date))
    order = [epoch for _, epoch in known] + [epoch for epoch, day in enumerate(days) if not isinstance(day, date)]
    found = _Changes(world, [day for day, _ in known], len(days))
    return {entity: Spans.of(marks, np.array(order, np.int64)) for entity, marks in found.marks.items()}


class _Changes(JoinReader):
    """Marks the epochs at which a row may differ from the epoch before, first by itself, then by what it looks at."""

    def __init__(self, world: World, days: Sequence[date], epochs: int) -> None:
        super().__init__(world)
        self._days = np.array(days, "datetime64[D]")
        tables = world.tables.entities
        self.marks = {name: np.zeros((table.length, epochs), np.bool_) for name, table in tables.items()}
        for marks in self.marks.values():
            marks[:, len(days) :] = True  # an epoch of which no day is known has nothing in common with any other
        for rule in world.policy.rules.values():
            if rule.entity in self.marks:
                self.rule(rule)
        self._carry()

    def rule(self, rule: ir.Rule) -> None:
        self.entity = rule.entity
        self._mark_all(ends_of_rule(rule))
        super().rule(rule)

    # ---- what is read

    def visit(self, node: Part, scopes: Scopes) -> None:
        match node:
            case n.Compare() if (compared := against_day(node)) is not None:
                self._compared(*compared, scopes)
                return
            case n.AsOf():
                self.marks[self.entity][:] = True
            case n.ParameterNamed(name=name):
                self._mark_all(self.world.policy.parameters[name].days())
            case n.ListNamed(name=name):
                self._mark_all(self.world.policy.lists[name].days())
            case _:
                pass
        super().visit(node, scopes)

    # ---- days

    def _compared(self, operator: Operator, other: n.Operand, scopes: Scopes) -> None:
        """The day of the decision is compared with something."""
        path = path_of(other, frozenset(scopes))
        match other:
            case n.Known(value=value):
                self._mark_all(turns(operator, value))
            case n.FieldOf() if path is not None:
                self._recorded(operator, scopes[path[0]], path)
            case n.FieldOf(base=base) if not isinstance(base, n.AsOf):
                column = self.world.table(base.type.name).columns.get(other.name)
                self._mark_all(day for fact in recorded(column) for day in turns(operator, fact))
                self.visit(base, scopes)
            case _:
                self.marks[self.entity][:] = True

    def _recorded(self, operator: Operator, scope: RowScope, path: tuple[str, tuple[str, ...]]) -> None:
        leaf = scope.frame.leaf(*path)
        places = [self._places(turns(operator, fact)) for fact in leaf.facts]
        if scope.origin is None:
            self.marks[self.entity][:, once(np.concatenate(places)) if places else []] = True
            return
        counts = np.array([len(p) for p in places], np.int64)[leaf.codes]
        for turn in range(int(counts.max(initial=0))):
            rows = np.flatnonzero(counts > turn)
            which = np.array([p[turn] if len(p) > turn else 0 for p in places], np.int64)
            self.marks[self.entity][scope.origin[rows], which[leaf.codes[rows]]] = True

    def _mark_all(self, days: Iterable[date]) -> None:
        self.marks[self.entity][:, self._places(days)] = True

    def _places(self, days: Iterable[date]) -> NDArray[np.int64]:
        """The first epoch on or after each day; none for those that the epochs do not reach."""
        found = np.searchsorted(self._days, np.array([*days], "datetime64[D]"))
        return found[found < len(self._days)]

    def _carry(self) -> None:
        """What changes changes all that look at it, and these all that look at them."""
        packed = {entity: np.packbits(marks, axis=1) for entity, marks in self.marks.items()}
        sizes = {entity: len(marks) for entity, marks in self.marks.items()}
        paths = [_Path(look, sizes) for look in self.looks if len(look.seen) and look.entity in sizes]
        changed = {entity: np.arange(size) for entity, size in sizes.items()}
        while changed:
            after: dict[str, list[Rows]] = {}
            for path in paths:
                if path.entity in changed:
                    readers, found = path.carried(packed[path.entity], changed[path.entity])
                    before = packed[path.reader][readers]
                    different = (before | found != before).any(axis=1)
                    packed[path.reader][readers] = before | found
                    after.setdefault(path.reader, []).append(readers[different])
            changed = {entity: once(np.concatenate(rows)) for entity, rows in after.items() if any(map(len, rows))}
        for entity, marks in self.marks.items():
            self.marks[entity] = np.unpackbits(packed[entity], axis=1, count=marks.shape[1]).astype(np.bool_)


class _Path:
    """Who looks at whom: where what is looked at has changed, it is carried to those that look at it."""

    def __init__(self, look: Look, sizes: Mapping[str, int]) -> None:
        self.reader = look.reader
        self.entity = look.entity
        self._size = sizes[look.reader]
        self._seen = look.seen
        self._lists = None
        if look.rows is not None:
            self._lists = Lists(look.rows, look.seen, self._size), Lists(look.seen, look.rows, sizes[look.entity])

    def carried(self, marks: NDArray[np.uint8], changed: Rows) -> tuple[Rows, NDArray[np.uint8]]:
        """Those that look at something changed, and the marks of all that each looks at."""
        if self._lists is None:
            return np.arange(self._size), np.bitwise_or.reduce(marks[self._seen], axis=0, keepdims=True)
        looking, looked_at = self._lists
        readers = once(looked_at.at(changed)[1])
        belongs, seen = looking.at(readers)
        starts = np.flatnonzero(np.diff(belongs, prepend=-1))
        return readers, np.bitwise_or.reduceat(marks[seen], starts, axis=0) if len(seen) else marks[:0]
