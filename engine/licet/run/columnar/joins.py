"""Quantifiers and aggregates over rows and populations: joins of a frame with a table, reduced by its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.facts.tables import Coded, Table
from licet.ir import nodes as n
from licet.ir.equations import cap_of, conjuncts, reads_variable
from licet.ir.remembered import by_identity
from licet.ir.strata import is_monotone
from licet.ir.walk import walk
from licet.run.columnar.aggregates import WeighedMembers, tallies
from licet.run.columnar.distinct_evaluation import Truths, path_of, prepare, things_met
from licet.run.columnar.fact_kinds import NOTHING, UNKNOWN, VALUE, kinds
from licet.run.columnar.row_batch import Binding, Frame, Path, Rows, distinct
from licet.run.columnar.running import Running, plan_of
from licet.run.columnar.sorted_unique import once
from licet.run.columnar.summed import Summed, as_recorded, open_rows
from licet.run.reference.unknown_values import Reading, SetReading
from licet.values import State, Truth

if TYPE_CHECKING:
    from licet.run.columnar.formulas import Vector

F, U, T = np.uint8(0), np.uint8(1), np.uint8(2)
_WORTH = 0.8  # of the pairs, to go on without the others
_FEW = 4  # members a row, so that no further way to look them up is tried
_MOST_WAYS = 8
MOST_PAIRS = 1 << 19  # looked at together, so that memory does not grow with the tables


def of_members(each: n.Each) -> bool:
    """Whether a variable ranges over a table."""
    return each.kind in ("rows", "population")


@dataclass(frozen=True, slots=True)
class Joined:
    """Some rows `first` up to `last` of the outer frame, each with its members: pair i belongs to `parent[i]`."""

    frame: Frame
    parent: Rows  # counted from `first`
    weight: Truths  # membership and filter
    nameless: NDArray[np.bool_]
    first: int
    last: int


def quantified(vector: Vector, formula: n.Some | n.Every, frame: Frame) -> tuple[Rows | None, Truths]:
    """Some member has weight; every member has none, or meets the condition. As `Vector.lookup`."""
    cases = _cases(formula)
    if len(cases) > 1:
        extreme = np.maximum if isinstance(formula, n.Some) else np.minimum
        return None, reduce(extreme, [vector.truth(case, frame) for case in cases])
    number, outer = _different(formula, frame)
    found = np.full(outer.length, F if isinstance(formula, n.Some) else T)
    for joined in joins(vector, formula, outer):
        part = found[joined.first : joined.last]
        if isinstance(formula, n.Some):
            np.maximum.at(part, joined.parent, joined.weight)
        else:
            condition = vector.truth(formula.condition, joined.frame)
            np.minimum.at(part, joined.parent, np.maximum(T - joined.weight, condition))
    return number, found


def tallied(vector: Vector, aggregate: n.Aggregate, frame: Frame) -> Coded:
    """The reading of an aggregate in each row."""
    number, outer = _different(aggregate, frame)
    found = _running(vector, aggregate, outer) or _one_by_one(vector, aggregate, outer)
    return Coded(found.codes[number], found.facts)


def _one_by_one(vector: Vector, aggregate: n.Aggregate, outer: Frame) -> Coded:
    """By all members that each row may have."""
    found: list[Reading] = []
    codes: list[Rows] = []
    for joined in joins(vector, aggregate, outer):
        operand = aggregate.operand
        readings = None if operand is None else vector.readings(operand, joined.frame)
        members = WeighedMembers(joined.last - joined.first, joined.parent, joined.weight, joined.nameless, readings)
        readings_of, which = tallies(aggregate, members, cap_of(vector.world.policy, aggregate))
        codes.append(which + len(found))
        found += readings_of
    each = np.concatenate(codes) if codes else np.zeros(0, np.int64)
    return Coded(each.astype(np.int32), found)  # type: ignore[arg-type]


def _running(vector: Vector, aggregate: n.Aggregate, outer: Frame) -> Coded | None:
    """By sums of what is earlier; None where it is no such total. Sums that stand beside rows are taken from there."""
    plan = plan_of(aggregate)
    path = None if plan is None else path_of(plan.other, frozenset(outer.bindings))
    table = vector.world.table(aggregate.each.name)
    if plan is None or path is None or not table.length:
        return None
    if not path[1] and outer.bindings[path[0]].table is not table:
        return None
    column = vector.world.summed.get(as_recorded(aggregate))
    if column is None:
        return _by_sums(vector, aggregate, outer, path, vector.running(aggregate, plan, table))
    summed, rest = Summed(plan, aggregate, table, column), open_rows(vector.world, aggregate, outer)
    if not len(rest):
        return _by_sums(vector, aggregate, outer, path, summed)
    told = np.setdiff1d(np.arange(outer.length), rest)
    found = _by_sums(vector, aggregate, outer.take(told), path, summed)
    assert found is not None
    outer = outer.take(rest)
    others = _by_sums(vector, aggregate, outer, path, vector.running(aggregate, plan, table))
    others = others or _one_by_one(vector, aggregate, outer)
    codes = np.empty(len(told) + len(rest), np.int32)
    codes[told], codes[rest] = found.codes, others.codes + len(found.facts)
    return Coded(codes, [*found.facts, *others.facts])


def _by_sums(
    vector: Vector, aggregate: n.Aggregate, outer: Frame, path: tuple[str, Path], running: Running | Summed
) -> Coded | None:
    """What running totals say for each row; what they do not tell of a row is told one by one. None where their sums
    do not fit.
    """
    if running.addends is None:
        return None
    table = vector.world.table(aggregate.each.name)
    rows = outer.rows_at(*path, table.name)
    sums, vague = running.before(vector, outer, rows)
    if len(running.strange):
        told = np.flatnonzero(~vague)
        sums[:, told] += _of_strange(vector, aggregate, outer.take(told), table, running)
    more = np.zeros(outer.length, np.bool_)
    if _has_nameless(vector, aggregate.each):
        more = running.may_have_more(vector, outer, rows)
    readings, codes = running.addends.sums(sums, more, None, non_negative=is_monotone(aggregate))
    rest = np.flatnonzero(vague)
    if len(rest):
        others = _one_by_one(vector, aggregate, outer.take(rest))
        codes[rest] = len(readings) + others.codes
        readings += others.facts  # type: ignore[arg-type]
    return Coded(codes.astype(np.int32), readings)  # type: ignore[arg-type]


def _of_strange(vector: Vector, aggregate: n.Aggregate, outer: Frame, table: Table, running: Running | Summed) -> Rows:
    """What members that may belong to several groups add to the sum of each row: each of them is looked at."""
    strange, addends, where = running.strange, running.addends, aggregate.where
    assert addends is not None
    assert where is not None
    found = [np.zeros((4, 0), np.int64)]
    step = max(1, MOST_PAIRS // len(strange))
    for first in range(0, outer.length, step):
        rows = np.arange(first, min(first + step, outer.length))
        members = np.tile(strange, len(rows))
        inner = outer.take(np.repeat(rows, len(strange))).bind(aggregate.each.variable, Binding(table, members))
        weight = vector.truth(where, inner)
        added = np.where(weight == T, addends.sure(members), np.where(weight == U, addends.possible(members), 0))
        found.append(added.reshape(4, len(rows), len(strange)).sum(axis=2))
    return np.concatenate(found, axis=1)


def _different(node: n.Some | n.Every | n.Aggregate, frame: Frame) -> tuple[NDArray[np.int64], Frame]:
    """The rows that differ in what the node reads of them."""
    read = prepare(node, frame.bindings)
    columns = [frame.leaf(*leaf) for leaf in read.leaves]
    sizes = [(c.codes, len(c.facts)) for c in columns]
    sizes += things_met(read, frame)
    if read.by_day:
        sizes.append((frame.day, len(frame.days)))
    if read.by_epoch or read.by_day:
        sizes.append((frame.epoch, len(frame.days)))
    number, shown = distinct(sizes, frame.length)
    return number, frame.take(shown)


def joins(vector: Vector, node: n.Some | n.Every | n.Aggregate, outer: Frame) -> Iterator[Joined]:
    """The members of a collection beside the rows that range over them, some rows at a time, as far as the filter may
    let them pass.
    """
    each, where = node.each, node.where
    world = vector.world
    if isinstance(node, n.Aggregate) and world.batch is not None:
        assert as_recorded(node) not in world.summed, "its rows are not all there"
    nameless = _has_nameless(vector, each)
    table, further = world.with_openings(each.name) if each.kind == "rows" else (world.table(each.name), ())
    if nameless:  # which takes in all that records' own marks make possible
        table, further = world.table(each.name), ()
    if each.name == world.batch:  # whoever asks for its rows is not decided here: they are not all there
        table, further = Table(each.name, 0, {}, pa.array([], pa.string())), ()
    matcher = _Matcher(each, where, table, outer, vector)
    for first, last in _chunks(matcher.counts + nameless):
        parent, rows = matcher.pairs(first, last)
        if nameless:
            parent = np.concatenate([parent, np.arange(last - first)])
            rows = np.concatenate([rows, np.full(last - first, -1)])
        binding = Binding(table, rows, further, nameless)
        inner = outer.take(parent + first).bind(each.variable, binding)
        weight = np.where(binding.unrecorded(rows), U, T)
        for part in () if where is None else _cheapest_first(where):
            weight = np.minimum(weight, vector.truth(part, inner))
            weighty = np.flatnonzero(weight)
            if len(weighty) < _WORTH * len(weight):  # what is left is looked at again by the next part
                inner, parent, weight = inner.take(weighty), parent[weighty], weight[weighty]
                rows = rows[weighty]
        yield Joined(inner, parent, weight, binding.unrecorded(rows), first, last)


@by_identity
def _cheapest_first(where: n.Formula) -> Sequence[n.Formula]:
    """The parts that must all hold: first what compares facts, which is done in columns; last what looks further."""

    def cost(part: n.Formula) -> int:
        inside = list(walk(part))
        if any(isinstance(node, n.Some | n.Every | n.Aggregate) for node in inside):
            return 3
        if any(isinstance(node, n.Arithmetic | n.Call | n.AsOf) for node in inside):
            return 2
        return int(not isinstance(part, n.Compare))

    return sorted(conjuncts(where), key=cost)


def _has_nameless(vector: Vector, each: n.Each) -> bool:
    """Whether there may be a further member of which nothing is known."""
    if isinstance(each, n.SupposedOpen):
        return True
    if each.kind == "population":
        return each.name in vector.world.tables.opened
    return vector.world.policy.relations[each.name].open


def pairs(
    each: n.Each, where: n.Formula | None, table: Table, outer: Frame, most: int = MOST_PAIRS
) -> tuple[Rows, Rows] | None:
    """Outer rows, and the members that a filter's equation leaves them; None without one, or if it leaves too many."""
    if not _ways_by(each, where, outer, closures=False):
        return None
    matcher = _Matcher(each, where, table, outer)
    return matcher.pairs(0, outer.length) if matcher.counts.sum() <= most else None


def _chunks(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Consecutive rows that have a bearable number of pairs together; at least one row each time."""
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + MOST_PAIRS, side="right")))
        yield first, last
        first = last


class _Matcher:
    """The pairs of an outer row and a member that a filter's equations do not rule out.

    Where several of its parts do so, each row asks the one that leaves it the fewest.
    """

    def __init__(
        self, each: n.Each, where: n.Formula | None, table: Table, outer: Frame, vector: Vector | None = None
    ) -> None:
        """Without `vector`, only equations of paths are used."""
        self._members = table.length
        self._ways: list[list[_Join]] = [[]]  # the first leaves every member
        self._chosen = np.zeros(outer.length, np.int64)
        self.counts = np.full(outer.length, table.length)
        for found in _ways_by(each, where, outer, closures=vector is not None)[:_MOST_WAYS]:
            if len(self._ways) > 1 and self.counts.sum() <= _FEW * outer.length:
                break
            joins = [_Join(*sides, each.variable, table, outer, vector) for sides in found.sides]
            unknown = np.logical_or.reduce([join.unknown for join in joins])
            for part in found.unless:
                assert vector is not None
                unknown |= vector.truth(part, outer) != F
            counts = np.where(unknown, table.length, sum(join.counts for join in joins))
            fewer = counts < self.counts
            self._chosen[fewer] = len(self._ways)
            self.counts[fewer] = counts[fewer]
            self._ways.append(joins)

    def pairs(self, first: int, last: int) -> tuple[Rows, Rows]:
        """Outer rows, counted from `first`, and the members that go with them."""
        found = []
        for way, joins in enumerate(self._ways):
            wanted = self._chosen[first:last] == way
            if not joins:
                these = np.flatnonzero(wanted)
                found.append((np.repeat(these, self._members), np.tile(np.arange(self._members), len(these))))
            elif wanted.any():
                found.append(self._together([join.pairs(first, last, wanted) for join in joins]))
        return np.concatenate([parent for parent, _ in found]), np.concatenate([rows for _, rows in found])

    def _together(self, found: Sequence[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
        """The pairs of several joins, each once."""
        if len(found) == 1:
            return found[0]
        numbers = once(np.concatenate([parent * self._members + rows for parent, rows in found]))
        return np.divmod(numbers, max(self._members, 1))


_Found = tuple[Rows, Rows, NDArray[np.bool_], NDArray[np.bool_]]  # starts, lengths, whether unknown, whether any fits


class _Join:
    """The pairs in which a path from the member and a path from outside may say the same, or a set from outside may
    include what the member's path says.
    """

    def __init__(
        self, inner: n.Operand, other: n.Operand, variable: str, table: Table, outer: Frame, vector: Vector | None
    ) -> None:
        undated = np.zeros(table.length, np.int32)
        members = Frame(outer.world, {variable: Binding(table)}, table.length, outer.days, undated, undated)
        inner_path = path_of(inner, frozenset({variable}))
        assert inner_path is not None
        left = members.leaf(*inner_path)
        self._order = np.argsort(left.codes, kind="stable")
        self._ends = np.searchsorted(left.codes[self._order], np.arange(len(left.facts) + 2))  # one more, for no fact
        left_kinds = kinds(left.facts)
        self._places = {left.facts[i]: i for i in np.flatnonzero(left_kinds <= VALUE).tolist()}
        self._vague = np.flatnonzero((left_kinds >= UNKNOWN)[left.codes])  # members that fit every outer row
        path = path_of(other, frozenset(outer.bindings))
        if path is not None:
            right = outer.leaf(*path)
            starts, lengths, unknown, fitting = self._said(right.facts)
        else:
            assert vector is not None
            right = vector.readings(other, outer)
            starts, lengths, unknown, fitting = self._included(right.facts)
        self._starts, self._lengths = starts[right.codes], lengths[right.codes]
        self._fitting, self.unknown = fitting[right.codes], unknown[right.codes]
        self.counts = np.where(self._fitting, self._lengths + len(self._vague), 0)

    def _said(self, facts: Sequence[Any]) -> _Found:
        """The members that say each fact."""
        nowhere = len(self._ends) - 2
        codes = np.fromiter(map(self._places.get, facts, repeat(nowhere)), np.int64, len(facts))
        found = kinds(facts)
        return self._ends[codes], self._ends[codes + 1] - self._ends[codes], found >= UNKNOWN, found != NOTHING

    def _included(self, readings: Sequence[Any]) -> _Found:
        """The members that say what each set includes; their order is another one from here on."""
        order, ends, places = self._order, self._ends, self._places
        sets = [SetReading({}) if r is State.NOT_APPLICABLE else r for r in readings]
        codes = [[places[v] for v in r.members if v in places] if isinstance(r, SetReading) else [] for r in sets]
        rows = [np.concatenate([order[:0], *(order[ends[c] : ends[c + 1]] for c in some)]) for some in codes]
        self._order = np.concatenate([order[:0], *rows])
        lengths = np.array([len(some) for some in rows], np.int64)
        unknown = np.array([not isinstance(r, SetReading) or r.others is not Truth.F for r in sets], np.bool_)
        return np.cumsum(lengths) - lengths, lengths, unknown, np.ones(len(sets), np.bool_)

    def pairs(self, first: int, last: int, wanted: NDArray[np.bool_]) -> tuple[Rows, Rows]:
        """The pairs of the outer rows wanted, where it is known what these say."""
        wanted = wanted & self._fitting[first:last]
        lengths = np.where(wanted, self._lengths[first:last], 0)
        parent = np.repeat(np.arange(last - first), lengths)
        offsets = np.arange(len(parent)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = self._order[np.repeat(self._starts[first:last], lengths) + offsets]
        these = np.flatnonzero(wanted)
        return (
            np.concatenate([parent, np.repeat(these, len(self._vague))]),
            np.concatenate([rows, np.tile(self._vague, len(these))]),
        )


@by_identity
def _cases(formula: n.Some | n.Every) -> Sequence[n.Some | n.Every]:
    """The same with the cases of a filter's `or` told apart, if each has an equation of its own to join by.

    What holds of some member that meets one case or another holds if it does in some case; of every member, in each.
    """
    parts = formula.where.parts if isinstance(formula.where, n.AllOf) else (formula.where,)
    for i, part in enumerate(parts):
        cases = part.parts if isinstance(part, n.AnyOf) else ()
        if cases and all(_equates(formula.each.variable, case) for case in cases):
            rest = (*parts[:i], *parts[i + 1 :])
            return [replace(formula, where=n.AllOf(None, (case, *rest))) for case in cases]
    return [formula]


def _equates(variable: str, formula: n.Formula) -> bool:
    """Whether a path from the variable is said to equal something else."""
    if not isinstance(formula, n.Compare) or formula.operator != "=":
        return False
    own = frozenset({variable})
    return (path_of(formula.left, own) is None) != (path_of(formula.right, own) is None)


@dataclass(frozen=True, slots=True)
class _Way:
    """A part of a filter by which members can be looked up: some paths from the member and for each a path from
    outside, of which one equals its own if the filter holds, `unless` something is so that does not ask of the member.
    """

    sides: tuple[tuple[n.Operand, n.Operand], ...]
    unless: tuple[n.Formula, ...] = ()


def _ways_by(each: n.Each, where: n.Formula | None, outer: Frame, *, closures: bool) -> Sequence[_Way]:
    """Those of a filter, beside the variables of a frame."""
    return () if where is None else _ways(where, each.variable, frozenset(outer.bindings), closures)


@by_identity
def _ways(where: n.Formula, variable: str, outer: frozenset[str], closures: bool) -> list[_Way]:
    """The parts of a filter by which members can be looked up.

    With `closures`, also with what something outside reaches, which includes it, and where something else is not so.
    """
    own = frozenset({variable})
    match where:
        case n.AllOf(parts=parts):
            return [way for part in parts for way in _ways(part, variable, outer, closures)]
        case n.AnyOf(parts=parts):
            unless = tuple(part for part in parts if closures and not reads_variable(part, variable))
            asked = [_ways(part, variable, outer, closures) for part in parts if part not in unless]
            sides = [min((way.sides for way in ways if not way.unless), key=len, default=()) for ways in asked]
            return [_Way(tuple(pair for some in sides for pair in some), unless)] if sides and all(sides) else []
        case n.Limb(part=part):
            return _ways(part, variable, outer, closures)
        case n.Compare(operator="=", left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if path_of(one, own) is not None and path_of(other, outer) is not None:
                    return [_Way(((one, other),))]
        case n.Member(item=item, collection=n.Call(arguments=arguments) as call, negated=False) if closures:
            if path_of(item, own) is not None and all(path_of(a, outer) is not None for a in arguments):
                return [_Way(((item, call),))]
    return []
