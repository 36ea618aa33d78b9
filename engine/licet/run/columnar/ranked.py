"""Comparisons of two recorded numbers, days or ids with each other, however vague these are: their bounds by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.facts.tables import Coded
from licet.ir import nodes as n
from licet.ir.operators import Operator, over_orders
from licet.ir.types import TEXT
from licet.run.columnar.bitmaps import Pair, packed
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.row_batch import Frame, World
from licet.run.reference.unknown_values import NOTHING, Bounded, Reading, of_type, ranging
from licet.values import Range, State

_KEPT = 4  # pairs of columns whose ranks are kept: as large as the tables are
_MANY = 1 << 10  # rows, for which ranking the facts is worth it
_EXACT = (int, Fraction, date)
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Of each row the rank of the least and the most that a side may be, and whether it may be, or is, nothing."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    maybe_nothing: Bools
    nothing: Bools

    def take(self, rows: NDArray[np.int32]) -> _Bounds:
        return _Bounds(self.low[rows], self.high[rows], self.maybe_nothing[rows], self.nothing[rows])


def by_rank(formula: n.Compare, frame: Frame) -> Pair | None:
    """The truth in every row, as by `unknown_values.compare`; None where the sides are not of these kinds, or few."""
    if frame.length < _MANY:
        return None
    sides = [_side(operand, frame) for operand in (formula.left, formula.right)]
    if sides[0] is None or sides[1] is None:
        return None
    if sum(len(leaf.facts) for leaf, _ in (sides[0], sides[1])) > 2 * frame.length:
        return None
    if (ends := _ends(frame.world, sides[0], sides[1])) is None:
        return None
    one, other = (bounds.take(leaf.codes) for bounds, (leaf, _) in zip(ends, (sides[0], sides[1]), strict=True))
    must, may = _compared(formula.operator, one, other)
    something = ~(one.nothing | other.nothing)
    return packed(must & something & ~(one.maybe_nothing | other.maybe_nothing)), packed(may & something)


def _side(operand: n.Operand, frame: Frame) -> tuple[Coded, n.FieldOf] | None:
    path = path_of(operand, frozenset(frame.bindings))
    if path is None or not isinstance(operand, n.FieldOf) or not (operand.type.is_ordered or _is_id(operand)):
        return None
    return frame.leaf(*path), operand


def _is_id(operand: n.FieldOf) -> bool:
    """Ids have an order too: that of their characters."""
    return operand.name == "id" and operand.type == TEXT


def _ends(world: World, one: tuple[Coded, n.FieldOf], other: tuple[Coded, n.FieldOf]) -> tuple[_Bounds, _Bounds] | None:
    """The bounds of all that two columns hold, ranked together; None where something is no number and no day.

    Kept for the same facts: pairs of rows are looked at in portions, and each brings the columns of the whole table.
    """
    facts = one[0].facts, other[0].facts
    key = (*(id(found) for found in facts), *((o.type, o.applies, o.name == "id") for o in (one[1], other[1])))
    known = world.ranked.get(key)
    if known is None:
        if len(world.ranked) >= _KEPT:
            world.ranked.clear()  # at once, since other threads look into it
        known = world.ranked[key] = facts, _ranked(one, other)
    return known[1]


def _ranked(one: tuple[Coded, n.FieldOf], other: tuple[Coded, n.FieldOf]) -> tuple[_Bounds, _Bounds] | None:
    of_one, of_other = _readings(one[0].facts, one[1]), _readings(other[0].facts, other[1])
    if of_one is None or of_other is None:
        return None
    ends = {end for reading in (*of_one, *of_other) for end in (reading.low, reading.high) if end is not None}
    ranks = {end: rank for rank, end in enumerate(sorted(ends))}
    return _bounds(one[0].facts, of_one, ranks), _bounds(other[0].facts, of_other, ranks)


def _readings(facts: Sequence[Any], operand: n.FieldOf) -> list[Bounded] | None:
    """What each fact says; None where one is no number and no day. What is nothing has the bounds of anything."""
    exact = str if _is_id(operand) else _EXACT
    found: list[Bounded] = []
    for fact in facts:
        if isinstance(fact, exact) and not isinstance(fact, bool):
            found.append(Bounded(fact, fact))
            continue
        reading: Reading | None = ranging(fact, operand.type) if isinstance(fact, Range) else None
        if isinstance(fact, State):
            reading = Bounded(None, None) if fact is NOTHING else of_type(fact, operand.type, applies=operand.applies)
        if not isinstance(reading, Bounded):
            return None
        found.append(reading)
    return found


def _bounds(facts: Sequence[Any], readings: Sequence[Bounded], ranks: dict[Any, int]) -> _Bounds:
    return _Bounds(
        np.array([-1 if r.low is None else ranks[r.low] for r in readings], np.int64),
        np.array([len(ranks) if r.high is None else ranks[r.high] for r in readings], np.int64),
        np.array([r.maybe_nothing for r in readings], np.bool_),
        np.array([fact is NOTHING for fact in facts], np.bool_),
    )


def _compared(operator: Operator, a: _Bounds, b: _Bounds) -> tuple[Bools, Bools]:
    return over_orders(operator, a.low < b.high, (a.low <= b.high) & (b.low <= a.high), a.high > b.low)
