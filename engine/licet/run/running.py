"""Running totals in columns: what is earlier than a row is summed once for each key, in the order of the days.

`total s.q over s in T where (s is earlier than t and s.x is t.x and ...)`: one pass over the sorted records, instead of
one over all that have a row's key, which would take time that grows with their square.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.facts.tables import Coded, Table
from licet.ir import nodes as n
from licet.ir.equations import conjuncts
from licet.ir.remembered import by_identity
from licet.ir.types import Kind
from licet.ir.walk import Part, walk
from licet.run.frame import ABSENT_REFERENCE, Binding, Frame
from licet.run.kinds import NOTHING, VALUE, kinds
from licet.run.readings import Interval, Reading
from licet.run.tallies import Addends, addends
from licet.values import State

if TYPE_CHECKING:
    from licet.run.vector import Vector

_BEFORE, _NEVER = 0, 1 << 22  # in place of a day's number: before every day, and after it
_FACTS = (n.FieldOf, n.Variable, n.Known, n.Arithmetic, n.Compare, n.Member, n.SetOf, n.HasState, n.CodeTest, n.Call)
_JOINED = (n.AllOf, n.AnyOf, n.Not, n.Limb)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
F, T = np.uint8(0), np.uint8(2)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A filter taken apart: whose days, facts that are equal inside and outside, and conditions on the member alone."""

    day: n.Operand  # of the member
    other: n.Operand  # the record that it is earlier than
    equal: tuple[tuple[n.Operand, n.Operand], ...]
    tests: tuple[n.Formula, ...]


@by_identity
def plan_of(aggregate: n.Aggregate) -> Plan | None:
    """None where it is no running total, or one that reads more than facts."""
    own, where = aggregate.each.variable, aggregate.where
    if aggregate.kind not in ("total", "count") or aggregate.each.kind != "population" or where is None:
        return None
    if aggregate.operand is not None and _variables(aggregate.operand) != {own}:
        return None
    earlier: list[n.Earlier] = []
    equal: list[tuple[n.Operand, n.Operand]] = []
    tests: list[n.Formula] = []
    for part in conjuncts(where):
        if isinstance(part, n.Earlier):
            earlier.append(part)
        elif _variables(part) == {own}:
            tests.append(part)
        elif (sides := _equal(part, own)) is not None:
            equal.append(sides)
        else:
            return None
    if len(earlier) != 1:
        return None
    one, other = earlier[0].sides
    outer = _variables(other)
    if not isinstance(one, n.Variable) or one.name != own or outer is None or own in outer:
        return None
    return Plan(earlier[0].days.left, other, tuple(equal), tuple(tests))


def _equal(part: n.Formula, own: str) -> tuple[n.Operand, n.Operand] | None:
    """The member's side of an equation, and the other one."""
    if isinstance(part, n.Compare) and part.operator == "=":
        for side, other in ((part.left, part.right), (part.right, part.left)):
            outer = _variables(other)
            if _variables(side) == {own} and outer is not None and own not in outer:
                return side, other
    return None


def _variables(part: Part) -> set[str] | None:
    """The variables of what reads nothing but facts; None of anything else."""
    found: set[str] = set()
    for node in walk(part):
        is_looked_up = isinstance(node, n.Call) and (node.calendar or node.type.kind in (Kind.SET, Kind.BOOLEAN))
        if is_looked_up or not isinstance(node, (*_FACTS, *_JOINED)):
            return None
        if isinstance(node, n.Variable):
            found.add(node.name)
    return found


class Running:
    """One running total over one table. A moment is a number that grows with the day, and on one day with the id."""

    def __init__(self, plan: Plan, vector: Vector, aggregate: n.Aggregate, table: Table) -> None:
        """The world of `vector` has the table."""
        self._plan = plan
        self._own = aggregate.each.variable
        self._nobody = Binding(table, np.full(1, -1), (), nameless=True)
        undated = np.zeros(table.length, np.int32)
        members = Frame(
            vector.world, {aggregate.each.variable: Binding(table)}, table.length, (None,), undated, undated
        )
        weight = np.full(table.length, T)
        for test in plan.tests:
            weight = np.minimum(weight, vector.truth(test, members))
        self.least, self.last, self.dated = _moments(table, vector.readings(plan.day, members))
        self._levels: list[tuple[dict[Any, int], Ints]] = []
        group, known, there = self._grouped(vector, members, self.dated & (weight != F))
        self.strange = np.flatnonzero(there & ~known)
        read = Coded(undated, (1,)) if aggregate.operand is None else vector.readings(aggregate.operand, members)
        self.addends: Addends | None = addends(read, table.length)
        if self.addends is not None:
            self._add_up(self.addends, np.flatnonzero(there & known), group, weight)

    def _grouped(self, vector: Vector, members: Frame, there: Bools) -> tuple[Ints, Bools, Bools]:
        """Each member's group, whether it is known which, and which members are in any."""
        group, known = np.zeros(members.length, np.int64), np.ones(members.length, np.bool_)
        for inner, _ in self._plan.equal:
            places: dict[Any, int] = {}
            codes, is_known, is_something = _coded(vector.readings(inner, members), places, new=True)
            known, there = known & is_known, there & is_something
            raw = group * max(len(places), 1) + codes
            different = np.unique(raw[known & there])
            group = np.searchsorted(different, raw)
            self._levels.append((places, different))
        return group, known, there

    def _add_up(self, addends: Addends, members: Ints, group: Ints, weight: NDArray[np.uint8]) -> None:
        """What each member adds from a moment on: what it may, and from a later one on what it surely does."""
        least, last, sure = self.least[members], self.last[members], weight[members] == T
        whole, part = addends.sure(members), addends.possible(members)
        late = np.flatnonzero(sure & (least < last))
        moments = np.concatenate([least, last[late]])
        added = np.concatenate([np.where(sure & (least == last), whole, part), (whole - part)[:, late]], axis=1)
        groups = np.concatenate([group[members], group[members[late]]])
        self._turns = np.unique(moments)
        keys = groups * (len(self._turns) + 1) + np.searchsorted(self._turns, moments)
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._sums = np.concatenate([np.zeros((4, 1), np.int64), np.cumsum(added[:, order], axis=1)], axis=1)

    def before(self, vector: Vector, outer: Frame, rows: Ints) -> tuple[Ints, Bools]:
        """The bounds of the sum for each row of a frame, as `Addends` has them, and for which rows they are not told:
        it is not known when they are, or to which group they belong. The record of a row stands in `rows`; below zero
        it is none, or not known which.
        """
        known, there = rows >= 0, np.maximum(rows, 0)
        moments = self.least[there]
        group, asks = np.zeros(outer.length, np.int64), np.where(known, self.dated[there], rows == ABSENT_REFERENCE)
        vague = ~known | (self.last[there] != moments)
        for (places, different), (_, other) in zip(self._levels, self._plan.equal, strict=True):
            codes, is_known, is_something = _coded(vector.readings(other, outer), places)
            raw = group * max(len(places), 1) + codes
            group = np.searchsorted(different, raw)
            met = np.append(different, -1)[group] == raw
            vague |= ~is_known
            asks &= is_something & (vague | ((codes >= 0) & met))
        base = group * (len(self._turns) + 1)
        first = np.searchsorted(self._keys, base)
        last = np.searchsorted(self._keys, base + np.searchsorted(self._turns, moments))
        found = self._sums[:, last] - self._sums[:, first]
        return np.where(asks, found, 0), vague & asks

    def may_have_more(self, vector: Vector, outer: Frame, rows: Ints) -> Bools:
        """Whether a member of which nothing is known, not even that it is recorded, may be earlier than each row and of
        its group; as `before` takes rows. What is asked of the member alone is asked once.
        """
        found = np.where(rows >= 0, self.dated[np.maximum(rows, 0)], rows == ABSENT_REFERENCE)
        for _, other in self._plan.equal:
            found &= _coded(vector.readings(other, outer), {})[2]
        undated = np.zeros(1, np.int32)
        one = Frame(vector.world, {self._own: self._nobody}, 1, (None,), undated, undated)
        if any(vector.truth(test, one)[0] == F for test in self._plan.tests):
            found[:] = False
        return found


def _coded(column: Coded, places: dict[Any, int], *, new: bool = False) -> tuple[Ints, Bools, Bools]:
    """Of each row where its value stands among the `places`, below zero if nowhere; whether it has one, and whether it
    may have one. With `new`, values get places.
    """
    sorts = kinds(column.facts)
    codes = np.full(len(column.facts), -1, np.int64)
    for i in np.flatnonzero(sorts <= VALUE).tolist():
        value = column.facts[i]
        codes[i] = places.setdefault(value, len(places)) if new else places.get(value, -1)
    return codes[column.codes], (sorts <= VALUE)[column.codes], (sorts != NOTHING)[column.codes]


def _moments(table: Table, days: Coded) -> tuple[Ints, Ints, Bools]:
    """The first and the last moment that each record may have, and whether it has any."""
    assert table.ids is not None
    place = np.empty(table.length, np.int64)
    place[pc.sort_indices(table.ids).to_numpy()] = np.arange(table.length)
    ends = np.array([_ends(day) for day in days.facts], np.int64).reshape(-1, 2)  # type: ignore[arg-type]
    dated = np.array([day is not State.NOT_APPLICABLE for day in days.facts], np.bool_)[days.codes]
    least, last = (ends[:, side][days.codes] * max(table.length, 1) + place for side in (0, 1))
    return least, last, dated


def _ends(day: Reading) -> tuple[int, int]:
    if isinstance(day, date):
        return day.toordinal(), day.toordinal()
    if not isinstance(day, Interval):
        return _BEFORE, _NEVER
    low = day.low.toordinal() if isinstance(day.low, date) else _BEFORE
    high = day.high.toordinal() if isinstance(day.high, date) and not day.maybe_nothing else _NEVER
    return low, high
