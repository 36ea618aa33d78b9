"""Running totals in columns: what is earlier than a row is summed once for each key, in the order of the days.

`total s.q over s in T where (s is earlier than t and s.x is t.x and ...)`: one pass over the sorted records, instead of
one over all that have a row's key, which would take time that grows with their square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from licet.facts.tables import Coded, Table
from licet.ir import nodes as n
from licet.ir.equations import conjuncts
from licet.ir.one_fact import two_reads
from licet.ir.remembered import by_identity
from licet.ir.types import Kind
from licet.ir.walk import Part, walk
from licet.run.columnar.aggregates import Addends, addends
from licet.run.columnar.fact_kinds import NOTHING, UNKNOWN, VALUE, kinds
from licet.run.columnar.row_batch import ABSENT_REFERENCE, Binding, Frame
from licet.run.reference.unknown_values import Bounded, Reading
from licet.values import State

if TYPE_CHECKING:
    from licet.run.columnar.formulas import Vector

_BEFORE, _NEVER = 0, 1 << 22  # in place of a day's number: before every day, and after it
_FACTS = (n.FieldOf, n.Variable, n.Known, n.Arithmetic, n.Compare, n.Member, n.SetOf, n.HasState, n.CodeTest, n.Call)
_JOINED = (n.AllOf, n.AnyOf, n.Not, n.Limb)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
F, T = np.uint8(0), np.uint8(2)


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """The member's side of an equation, and the other one."""

    inner: n.Operand
    other: n.Operand
    may_be_one_fact: bool  # where the records differ too, so that what is not known may equal itself


@dataclass(frozen=True, slots=True, eq=False)
class FilterPlan:
    """A filter taken apart: whose days, facts that are equal inside and outside, and conditions on the member alone."""

    day: n.Operand  # of the member
    other: n.Operand  # the record that it is earlier than
    equal: tuple[Equation, ...]
    tests: tuple[n.Formula, ...]


@by_identity
def plan_of(aggregate: n.Aggregate) -> FilterPlan | None:
    """None where it is no running total, or one that reads more than facts."""
    own, where = aggregate.each.variable, aggregate.where
    if aggregate.kind not in ("total", "count") or aggregate.each.kind != "population" or where is None:
        return None
    if aggregate.operand is not None and variables(aggregate.operand) != {own}:
        return None
    earlier: list[n.Earlier] = []
    equal: list[tuple[n.Formula, n.Operand, n.Operand]] = []
    tests: list[n.Formula] = []
    for part in conjuncts(where):
        if isinstance(part, n.Earlier):
            earlier.append(part)
        elif variables(part) == {own}:
            tests.append(part)
        elif (sides := _equal(part, own)) is not None:
            equal.append((part, *sides))
        else:
            return None
    if len(earlier) != 1:
        return None
    one, other = earlier[0].sides
    outer = variables(other)
    if not isinstance(one, n.Variable) or one.name != own or outer is None or own in outer:
        return None
    equations = (Equation(inner, outside, _may_be_one_fact(part, one, other)) for part, inner, outside in equal)
    return FilterPlan(earlier[0].days.left, other, tuple(equations), tuple(tests))


def _may_be_one_fact(equation: n.Formula, one: n.Operand, other: n.Operand) -> bool:
    """Nothing is earlier than itself, so that facts of the two records themselves are two."""
    reads = two_reads(equation) if isinstance(equation, n.Compare) else None
    return reads is not None and {reads.left.base, reads.right.base} != {one, other}


def _equal(part: n.Formula, own: str) -> tuple[n.Operand, n.Operand] | None:
    """The member's side of an equation, and the other one."""
    if isinstance(part, n.Compare) and part.operator == "=":
        for side, other in ((part.left, part.right), (part.right, part.left)):
            outer = variables(other)
            if variables(side) == {own} and outer is not None and own not in outer:
                return side, other
    return None


def variables(part: Part) -> set[str] | None:
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
    """One running total over one table. A moment is a number that grows with the day, and on one day with the id.

    Of both sides of an equation it may be open what they say: members and rows are sorted by which of their sides say
    anything at all, and members are summed once for each such sort, by the sides that are known of both.
    """

    def __init__(self, plan: FilterPlan, vector: Vector, aggregate: n.Aggregate, table: Table) -> None:
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
        self._when = _Moments.of(table, vector.readings(plan.day, members))
        self._places: list[dict[Any, int]] = [{} for _ in plan.equal]
        sides = _Sides.of(
            plan, members, [vector.readings(e.inner, members) for e in plan.equal], self._places, new=True
        )
        there = sides.there & self._when.dated & (weight != F)
        self.strange = np.flatnonzero(there & sides.odd)
        self._sides, self._counted, self._is_sure = sides, there & ~sides.odd, weight == T
        self._sums: dict[tuple[int, int], _Sums] = {}
        read = Coded(undated, (1,)) if aggregate.operand is None else vector.readings(aggregate.operand, members)
        self.addends: Addends | None = addends(read, table.length)

    def before(self, vector: Vector, outer: Frame, rows: Ints) -> tuple[Ints, Bools]:
        """The bounds of the sum for each row of a frame, as `Addends` has them, and for which rows they are not told:
        it is not known which record they are, or to which of some groups they belong. The record of a row stands in
        `rows`; below zero it is none, or not known which.
        """
        known, there = rows >= 0, np.maximum(rows, 0)
        sides = self._asked(vector, outer)
        asks = np.where(known, self._when.dated[there], rows == ABSENT_REFERENCE) & sides.there
        vague = asks & (~known | sides.odd)
        found = np.zeros((4, outer.length), np.int64)
        told = np.flatnonzero(asks & ~vague)
        for open_ in np.unique(sides.open[told]).tolist():
            these = told[sides.open[told] == open_]
            for theirs in np.unique(self._sides.open[self._counted]).tolist():
                found[:, these] += self._of(theirs, open_ | theirs, sides.take(these), there[these])
        return found, vague

    def _of(self, theirs: int, free: int, asked: _Sides, rows: Ints) -> Ints:
        """What members whose sides `theirs` are open add to the sums of rows, equal in all sides but those `free`."""
        assert self.addends is not None
        if (theirs, free) not in self._sums:
            members = np.flatnonzero(self._counted & (self._sides.open == theirs))
            sure = self._is_sure[members] if not free else np.zeros(len(members), np.bool_)
            keys = self._sides.take(members)
            self._sums[theirs, free] = _Sums(keys, free, members, sure, self._when, self.addends)
        return self._sums[theirs, free].before(asked, rows)

    def _asked(self, vector: Vector, outer: Frame) -> _Sides:
        said = [vector.readings(equation.other, outer) for equation in self._plan.equal]
        return _Sides.of(self._plan, outer, said, self._places)

    def may_have_more(self, vector: Vector, outer: Frame, rows: Ints) -> Bools:
        """Whether a member of which nothing is known, not even that it is recorded, may be earlier than each row and of
        its group; as `before` takes rows. What is asked of the member alone is asked once.
        """
        found = np.where(rows >= 0, self._when.dated[np.maximum(rows, 0)], rows == ABSENT_REFERENCE)
        found &= _Sides.of(
            self._plan, outer, [vector.readings(e.other, outer) for e in self._plan.equal], self._places
        ).there
        undated = np.zeros(1, np.int32)
        one = Frame(vector.world, {self._own: self._nobody}, 1, (None,), undated, undated)
        if any(vector.truth(test, one)[0] == F for test in self._plan.tests):
            found[:] = False
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """What one side of each equation says, in each row of a frame."""

    codes: tuple[NDArray[np.int32], ...]  # of each equation: the place of a value, below zero where none has it
    open: Ints  # a bit for each equation: it may be any value, or none
    odd: Bools  # in some equation it is one of some values
    there: Bools  # in each equation it says, or may say, something
    places: tuple[int, ...]  # how many there are, in each equation

    @classmethod
    def of(
        cls,
        plan: FilterPlan,
        frame: Frame,
        columns: Sequence[Coded],
        places: Sequence[dict[Any, int]],
        *,
        new: bool = False,
    ) -> _Sides:
        """With `new`, values get places."""
        length = frame.length
        codes: list[NDArray[np.int32]] = []
        open_, odd, there = np.zeros(length, np.int64), np.zeros(length, np.bool_), np.ones(length, np.bool_)
        for bit, (equation, column, known) in enumerate(zip(plan.equal, columns, places, strict=True)):
            sorts = kinds(column.facts)
            code = np.full(len(column.facts), -1, np.int32)
            for i in np.flatnonzero(sorts <= VALUE).tolist():
                value = column.facts[i]
                code[i] = known.setdefault(value, len(known)) if new else known.get(value, -1)
            is_open = sorts == UNKNOWN
            is_open |= np.array(
                [isinstance(f, Bounded) and f.low is None and f.high is None for f in column.facts], np.bool_
            )
            if equation.may_be_one_fact:
                is_open[:] = False
            codes.append(code[column.codes])
            open_ |= is_open[column.codes].astype(np.int64) << bit
            odd |= ((sorts >= UNKNOWN) & ~is_open)[column.codes]
            there &= (sorts != NOTHING)[column.codes]
        return cls(tuple(codes), open_, odd, there, tuple(len(known) for known in places))

    def take(self, rows: Ints) -> _Sides:
        codes = tuple(code[rows] for code in self.codes)
        return _Sides(codes, self.open[rows], self.odd[rows], self.there[rows], self.places)


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Of each record the first and the last moment that may be its own, the first after which it surely is, and whether
    it may have any.
    """

    first: Ints
    last: Ints
    surely: Ints  # as `first`, but before all others where it may have none
    dated: Bools

    @classmethod
    def of(cls, table: Table, days: Coded) -> _Moments:
        place = table.places_of_ids
        ends = np.array([_ends(day) for day in days.facts], np.int64).reshape(-1, 3)  # type: ignore[arg-type]
        dated = np.array([day is not State.NOT_APPLICABLE for day in days.facts], np.bool_)[days.codes]
        sides = [ends[:, side] for side in range(3)]
        is_known = (ends == ends[:, :1]).all(axis=1)[days.codes]
        if (is_known | ~dated).all():  # one array is enough; nobody asks when what has no day is
            sides = sides[:1]
        found = [side[days.codes] * max(table.length, 1) + place for side in sides]
        return cls(found[0], found[len(found) // 2], found[-1], dated)


class _Sums:
    """What members add up to, by the sides of equations that are known of them, in the order of their moments."""

    def __init__(self, sides: _Sides, free: int, members: Ints, sure: Bools, when: _Moments, addends: Addends) -> None:
        """The `free` equations are not asked. Row i of `sides` is of `members[i]`, which `sure`ly adds, or may."""
        self._when = when
        self._levels: list[tuple[int, int, Ints]] = []  # an equation, how many values, and groups that come about
        group = np.zeros(len(members), np.int64)
        for bit, codes in enumerate(sides.codes):
            if not free >> bit & 1:
                raw = group * max(sides.places[bit], 1) + codes
                different = np.unique(raw)
                group = np.searchsorted(different, raw)
                self._levels.append((bit, sides.places[bit], different))
        whole, part = addends.sure(members), addends.possible(members)
        self._possible = _InOrder(group, when.first[members], part)
        late = np.flatnonzero(sure)
        self._certain = _InOrder(group[late], when.last[members[late]], (whole - part)[:, late])
        # a member that may be earlier than itself, as far as its days tell: the others need no place
        vague = np.flatnonzero(when.first[members] < when.last[members])
        self._vague: Ints = members[vague]  # in their order, for members are
        self._group, self._part = group[vague], part[:, vague]

    def before(self, asked: _Sides, rows: Ints) -> Ints:
        """The sums of what is earlier than records that stand in `rows`, of which `asked` says what is equal."""
        group, met = np.zeros(len(rows), np.int64), np.ones(len(rows), np.bool_)
        for bit, places, different in self._levels:
            raw = group * max(places, 1) + asked.codes[bit]
            group = np.searchsorted(different, raw)
            met &= (asked.codes[bit] >= 0) & (np.append(different, -1)[group] == raw)
        when = self._when
        found = self._possible.before(group, when.last[rows]) + self._certain.before(group, when.surely[rows])
        if len(self._vague):  # a record is not earlier than itself, even if nobody knows when it is
            own = np.minimum(np.searchsorted(self._vague, rows), len(self._vague) - 1)
            itself = np.flatnonzero((self._vague[own] == rows) & (self._group[own] == group))
            found[:, itself] -= self._part[:, own[itself]]
        return np.where(met, found, 0)


class _InOrder:
    """Sums of columns by group, from the first moment on; none are held of a column that adds nothing."""

    def __init__(self, group: Ints, moments: Ints, added: Ints) -> None:
        self._turns = np.unique(moments)
        keys = group * (len(self._turns) + 1) + np.searchsorted(self._turns, moments)
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._sums = {i: np.append(np.int64(0), np.cumsum(own[order])) for i, own in enumerate(added) if own.any()}

    def before(self, group: Ints, moments: Ints) -> Ints:
        base = group * (len(self._turns) + 1)
        first = np.searchsorted(self._keys, base)
        last = np.searchsorted(self._keys, base + np.searchsorted(self._turns, moments))
        found = np.zeros((4, len(group)), np.int64)
        for side, sums in self._sums.items():
            found[side] = sums[last] - sums[first]
        return found


def _ends(day: Reading) -> tuple[int, int, int]:
    if isinstance(day, date):
        return (day.toordinal(),) * 3
    if not isinstance(day, Bounded):
        return _BEFORE, _NEVER, _BEFORE
    low = day.low.toordinal() if isinstance(day.low, date) else _BEFORE
    high = day.high.toordinal() if isinstance(day.high, date) and not day.maybe_nothing else _NEVER
    return low, high, _BEFORE if day.maybe_nothing else low
