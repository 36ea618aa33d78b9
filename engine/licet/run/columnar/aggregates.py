"""Aggregates over many members at once: counts and sums in columns, the rest member by member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.facts.tables import Coded
from licet.ir import nodes as n
from licet.ir.strata import is_monotone
from licet.run.reference.unknown_values import (
    AggregateTally,
    Bounded,
    Reading,
    addend,
    adds_up,
    count,
    of_members,
    sum_within,
)
from licet.values import Number, simplest

_MOST = 1 << 62
_UNKNOWN, _SURE = 1, 2
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class WeighedMembers:
    """Member i belongs to group `parent[i]`, with the weight of its membership and what the operand says of it."""

    groups: int
    parent: Ints
    weight: NDArray[np.uint8]
    nameless: NDArray[np.bool_]
    readings: Coded | None


def tallies(aggregate: n.Aggregate, members: WeighedMembers, cap: Number | None) -> tuple[Sequence[Reading], Ints]:
    """What the aggregate says, and which of these readings each group has; `cap` bounds a total."""
    non_negative = is_monotone(aggregate)
    if aggregate.kind == "count":
        return _counts(members)
    if aggregate.kind == "total":
        found = _totals(members, cap, non_negative=non_negative)
        if found is not None:
            return found
    groups = _tallies(members, further=not adds_up(aggregate.kind))
    each = [of_members(aggregate.kind, tally, non_negative=non_negative, cap=cap) for tally in groups]
    return each, np.arange(members.groups)


def _tallies(members: WeighedMembers, *, further: bool = False) -> list[AggregateTally]:
    """One after the other; with `further`, a nameless member is a possible one, however many there are."""
    found = [AggregateTally() for _ in range(members.groups)]
    counted = np.flatnonzero(members.weight)
    readings = members.readings
    for member, parent in zip(counted.tolist(), members.parent[counted].tolist(), strict=True):
        tally = found[parent]
        if members.nameless[member] and not further:
            tally.nameless = True
            continue
        reading: Any = True if readings is None else readings.facts[readings.codes[member]]
        (tally.sure if members.weight[member] == _SURE else tally.possible).append(reading)
    return found


def _which(members: WeighedMembers) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """The places of sure and of possible members, and the groups that may have nameless ones."""
    sure = np.flatnonzero((members.weight == _SURE) & ~members.nameless)
    possible = np.flatnonzero((members.weight == _UNKNOWN) & ~members.nameless)
    more = np.zeros(members.groups, np.bool_)
    more[members.parent[members.nameless & (members.weight != 0)]] = True
    return sure, possible, more


def _counts(members: WeighedMembers) -> tuple[list[Reading], Ints]:
    sure, possible, more = _which(members)
    least = np.bincount(members.parent[sure], minlength=members.groups)
    further = np.bincount(members.parent[possible], minlength=members.groups)
    different, codes = _different(least, further, more)
    return [count(AggregateTally([True] * a, [True] * b, bool(nameless))) for a, b, nameless in different], codes


def _different(*columns: NDArray[np.generic]) -> tuple[list[tuple[int, ...]], Ints]:
    """The different rows of some columns, and which of them each row is."""
    rows = np.stack([column.astype(np.int64) for column in columns])
    order = np.lexsort(rows)
    ordered = rows[:, order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    codes = np.empty(len(order), np.int64)
    codes[order] = np.cumsum(new) - 1
    return [tuple(row) for row in ordered[:, new].T.tolist()], codes


def _totals(members: WeighedMembers, cap: Number | None, *, non_negative: bool) -> tuple[list[Reading], Ints] | None:
    """None where the sums might not fit into 64 bits, or a member is undefined."""
    assert members.readings is not None
    parts = addends(members.readings, len(members.parent))
    if parts is None:
        return None
    sure, possible, more = _which(members)
    found = np.zeros((4, members.groups), np.int64)
    for places, added in ((sure, parts.sure(sure)), (possible, parts.possible(possible))):
        for side in range(4):
            np.add.at(found[side], members.parent[places], added[side])
    return parts.sums(found, more, cap, non_negative=non_negative)


@dataclass(frozen=True, slots=True, eq=False)
class Addends:
    """What each member may add to a sum, in whole parts of a unit: the least and the most, 0 where there is no bound,
    and 1 where there is none, of the least and of the most. A sum of such columns bounds a sum of members.
    """

    unit: int
    codes: NDArray[np.int32]
    bounds: Ints  # for each code

    def sure(self, members: Ints) -> Ints:
        """What some members add that are sure."""
        return self.bounds[:, self.codes[members]]

    def possible(self, members: Ints) -> Ints:
        """The same of members that may be none."""
        outward = np.concatenate([np.minimum(self.bounds[:1], 0), np.maximum(self.bounds[1:2], 0), self.bounds[2:]])
        return outward[:, self.codes[members]]

    def sums(
        self, found: Ints, nameless: NDArray[np.bool_], cap: Number | None, *, non_negative: bool
    ) -> tuple[list[Reading], Ints]:
        """What sums say, and which of these readings each has; there may be `nameless` members besides."""
        low, high, no_low, no_high = found
        different, codes = _different(low, no_low > 0, high, no_high > 0, nameless)
        return [
            sum_within(
                Bounded(
                    None if a_open else simplest(Fraction(a, self.unit)),
                    None if b_open else simplest(Fraction(b, self.unit)),
                ),
                nameless=bool(more),
                non_negative=non_negative,
                cap=cap,
            )
            for a, a_open, b, b_open, more in different
        ], codes


def addends(readings: Coded, times: int) -> Addends | None:
    """What members that say these may add; None where their sum might not fit into 64 bits, or one is undefined."""
    parts = [addend(reading) for reading in readings.facts]  # type: ignore[arg-type]
    if any(part.undefined for part in parts):
        return None
    numbers = [b for part in parts for b in (part.low, part.high) if b is not None]
    unit = lcm(*(Fraction(number).denominator for number in numbers))
    if any(abs(number) * unit * (times + 1) >= _MOST for number in numbers):
        return None
    bounds = [[part.low, part.high] for part in parts]
    whole = [[0 if bound is None else int(bound * unit) for bound in both] for both in bounds]
    columns = [[*said, *(bound is None for bound in both)] for said, both in zip(whole, bounds, strict=True)]
    return Addends(unit, readings.codes, np.array(columns, np.int64).reshape(-1, 4).T)
