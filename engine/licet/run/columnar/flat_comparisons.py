"""Comparisons of plain columns, numbers and days, with a known value, with the day or with one another."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import repeat
from operator import and_, invert
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from licet.facts.tables import STATES, Plain, decimal_of, number_of_day
from licet.ir import nodes as n
from licet.ir.operators import COMPARISONS, FLIPPED, Operator, over_thresholds
from licet.ir.rewrite import rewrite
from licet.ir.types import DATE
from licet.ir.walk import Part
from licet.run.columnar.bitmaps import Pair, Words, packed
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.fact_kinds import NOTHING, VAGUE, VALUE, WORD, kinds
from licet.run.columnar.ranked import by_rank
from licet.run.columnar.row_batch import Frame
from licet.run.reference.moments import moments
from licet.run.reference.unknown_values import arithmetic, compare, of_type
from licet.values import Duration, State

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_MOST_STRETCHES = 4096  # of days in which parameters of one condition are the same, tried at once
_NO_VALUE = STATES.index(State.NOT_APPLICABLE)
Bools = NDArray[np.bool_]


def compared(formula: n.Compare, frame: Frame) -> Pair | None:
    """The truth in every row as two bitmaps; None where the sides are not of these kinds."""
    if moments(formula):
        return _with_parameters(formula, frame)
    operator, left, right = formula.operator, formula.left, formula.right
    column = _column(left, frame)
    if column is None:
        operator, left, right = FLIPPED[operator], right, left
        column = _column(left, frame)
    if column is not None and isinstance(right, n.Known) and not isinstance(right.value, Duration):
        return _with_known(operator, column, left, right)
    if isinstance(left, n.Known) or isinstance(right, n.Known):
        return None  # no other day and no other fact
    one, other = _days_of(formula.left, frame), _days_of(formula.right, frame)
    if one is None or other is None:
        same = _same(formula, frame) if COMPARISONS[formula.operator].is_equality else _lesser_id(formula, frame)
        return by_rank(formula, frame) if same is None else same
    must, may = _two_days(formula.operator, one, other)
    return packed(must), packed(may)


def _lesser_id(formula: n.Compare, frame: Frame) -> Pair | None:
    """Which of two records of one table has the lesser id: of one of which nothing is known it may be either."""
    sides = [path_of(side, frozenset(frame.bindings)) for side in (formula.left, formula.right)]
    bindings = [frame.bindings[side[0]] for side in sides if side is not None and side[1] == ("id",)]
    if formula.operator != "<" or len(bindings) < len(sides) or any(b.further or b.table.ids is None for b in bindings):
        return None
    if bindings[0].table is not bindings[1].table:
        return None
    places, every = bindings[0].table.places_of_ids, np.arange(frame.length)
    one, other = (every if binding.rows is None else binding.rows for binding in bindings)
    if not len(places):
        return None
    vague = (one < 0) | (other < 0)
    less = places[one] < places[other]
    must = packed(less & ~vague)
    return must, packed(less | vague) if vague.any() else must


@dataclass(frozen=True, slots=True, eq=False)
class AgainstBounds:
    """A comparison of a plain column with a known value: it depends on which of two bounds a number reaches."""

    column: Plain
    operator: Operator
    operand: n.FieldOf
    value: Any

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        return _bounds(self.column, self.value)

    def of_ranks(self, reaches: Callable[[float | None], Bools]) -> Bools:
        """Where it holds, by what reaches a bound."""
        at_least, more = self.bounds
        return over_thresholds(self.operator, lambda: reaches(at_least), lambda: reaches(more), invert, and_)

    def of_states(self) -> list[int]:
        """Its truth for each state that is recorded instead of a value, in the order of `STATES`."""
        operand = self.operand
        found = []
        for state in STATES[1:]:
            assert state is not None
            truth = compare(self.operator, of_type(state, operand.type, applies=operand.applies), self.value)
            found.append(int(truth.must) + int(truth.may))
        return found


def ranked(formula: n.Compare, frame: Frame) -> AgainstBounds | None:
    """None where it is no such comparison."""
    if moments(formula):
        return None
    operator, left, right = formula.operator, formula.left, formula.right
    column = _column(left, frame)
    if column is None:
        operator, left, right = FLIPPED[operator], right, left
        column = _column(left, frame)
    if column is None or not isinstance(left, n.FieldOf) or not isinstance(right, n.Known):
        return None
    return None if isinstance(right.value, Duration) else AgainstBounds(column, operator, left, right.value)


def _with_parameters(formula: n.Compare, frame: Frame) -> Pair | None:
    """A comparison with what parameters say, stretch by stretch of days; None where that is no value on some day."""
    number = np.zeros(frame.length, np.int64)
    said: list[tuple[_Said, ...]] = [()]
    for day, parts in moments(formula):
        found = _by_stretch(day, tuple(part.name for part in parts), frame)
        if found is None or any(isinstance(part, n.ListNamed) for part in parts):
            return None
        codes, values = found
        if len(said) * len(values) > _MOST_STRETCHES:
            return None
        number = number * len(values) + codes
        said = [(*before, *more) for before in said for more in values]
    must: Words | None = None
    may: Words | None = None
    for place in np.unique(number).tolist():
        known = _with_values(formula, said[place])
        bits = None if known is None else compared(known, frame)
        if bits is None:
            return None
        here = packed(number == place)
        must = bits[0] & here if must is None else must | (bits[0] & here)
        may = bits[1] & here if may is None else may | (bits[1] & here)
    return None if must is None or may is None else (must, may)


def _by_stretch(
    day: n.Operand | None, names: tuple[str, ...], frame: Frame
) -> tuple[NDArray[np.int64], list[tuple[_Said, ...]]] | None:
    """For each row the number of what parameters say on a day, and what that is; None where a day is not known."""
    parameters = [frame.world.policy.parameters.get(name) for name in dict.fromkeys(names)]
    days = _days_of(n.AsOf(None) if day is None else day, frame)
    if days is None or days.strange or None in parameters:
        return None
    turns = sorted({turn for parameter in parameters if parameter is not None for turn in parameter.days()})
    places = np.searchsorted(np.array([number_of_day(turn) for turn in turns], np.int64), days.values, side="right")
    values = [
        tuple((day, parameter.name, parameter.on(first)) for parameter in parameters if parameter is not None)
        for first in (date.min, *turns)
    ]
    return places.astype(np.int64), values


_Said = tuple[n.Operand | None, str, Any]  # what says the day, a parameter, and what it is then


@lru_cache(maxsize=256)
def _with_values(formula: n.Compare, said: tuple[_Said, ...]) -> n.Compare | None:
    """The comparison with values in place of parameters; None where one side is neither a fact nor a value then."""
    known = {(day, name): value for day, name, value in said}
    if any(isinstance(value, State | frozenset) for value in known.values()):
        return None

    def change(part: Part) -> Part | None:
        match part:
            case n.OnDay(part=n.ParameterNamed(name=name), day=day):
                return n.Known(None, known[day, name], part.type)
            case n.ParameterNamed(name=name):
                return n.Known(None, known[None, name], part.type)
            case _:
                return None

    changed = rewrite(formula, change)
    sides = [_worked_out(side) for side in (changed.left, changed.right)]
    return None if None in sides else n.Compare(None, formula.operator, sides[0], sides[1])  # type: ignore[arg-type]


def _worked_out(operand: n.Operand) -> n.Operand | None:
    """A value that is made of values; a fact as it is; None for anything else."""
    match operand:
        case n.Known() | n.FieldOf() | n.AsOf():
            return operand
        case n.Arithmetic(operator=operator, left=n.Known(value=left), right=n.Known(value=right)):
            found = arithmetic(operator, left, right)
            if isinstance(found, int | Fraction | date) and not isinstance(found, bool):
                return n.Known(None, found, operand.type)
            return None
        case _:
            return None


def _same(formula: n.Compare, frame: Frame) -> Pair | None:
    """Whether two paths say the same word, or lead to the same thing; None where either says anything else."""
    sides = (formula.left, formula.right)
    paths = [path_of(side, frozenset(frame.bindings)) for side in sides]
    if paths[0] is None or paths[1] is None or any(map(_is_sure, sides)):
        return None
    if (
        any(isinstance(side, n.FieldOf) and side.applies for side in sides)
        and len({_words(side) for side in sides}) > 1
    ):
        return None  # one that is not known may be surely none of the other's
    left, right = frame.leaf(*paths[0]), frame.leaf(*paths[1])
    kinds_of = [kinds(side.facts) for side in (left, right)]
    if any(((found == VALUE) | (found == VAGUE)).any() for found in kinds_of):
        return None
    places: dict[object, int] = {fact: code for code, fact in enumerate(left.facts) if isinstance(fact, str)}
    there = np.fromiter(map(places.get, right.facts, repeat(-1)), np.int64, len(right.facts))
    same = left.codes == there[right.codes]
    known, nothing = np.ones(frame.length, np.bool_), np.zeros(frame.length, np.bool_)
    for side, found in zip((left, right), kinds_of, strict=True):
        if (found != WORD).any():
            known &= (found == WORD)[side.codes]
            nothing |= (found == NOTHING)[side.codes]
    holds = same if formula.operator == "=" else ~same
    return packed(holds & known), packed((holds | ~known) & ~nothing)


def _words(operand: n.Operand) -> tuple[str, ...]:
    return operand.type.values if isinstance(operand, n.FieldOf) else ()


def _is_sure(operand: n.Operand) -> bool:
    """Whether an unknown fact can have but one value."""
    return isinstance(operand, n.FieldOf) and operand.applies and len(operand.type.values) == 1


def _column(operand: n.Operand, frame: Frame) -> Plain | None:
    path = path_of(operand, frozenset(frame.bindings))
    return None if path is None else frame.plain(*path)


def _with_known(operator: Operator, column: Plain, operand: n.Operand, known: n.Known) -> Pair:
    value: Any = known.value
    must = packed(_holds(operator, column, value))
    if not column.strange:
        return must, must
    states = _States.of(column)
    must = may = must & states.known
    assert isinstance(operand, n.FieldOf)
    for code, rows in states.strange:
        state = STATES[code]
        assert state is not None
        truth = compare(operator, of_type(state, operand.type, applies=operand.applies), value)
        if truth.must:
            must = must | rows
        if truth.may:
            may = may | rows
    return must, may


@dataclass(frozen=True, slots=True)
class _States:
    """Where a column has a value, and where each of the other states, as bitmaps."""

    known: Words
    strange: tuple[tuple[int, Words], ...]

    @classmethod
    def of(cls, column: Plain) -> _States:
        found = _STATES.get(column)
        if found is None:
            strange = tuple((code, packed(rows)) for code, rows in column.strange)
            found = _STATES[column] = cls(packed(column.known), strange)
        return found


_STATES: WeakKeyDictionary[Plain, _States] = WeakKeyDictionary()


def _holds(operator: Operator, column: Plain, value: Any) -> Bools:
    """The comparison on the stored numbers: the exact value becomes the least or greatest stored one that fits."""
    stored = column.values
    at_least, more = _bounds(column, value)
    return over_thresholds(operator, lambda: _from(stored, at_least), lambda: _from(stored, more), invert, and_)


def _from(stored: NDArray[Any], least: float | None) -> Bools:
    if least is None:
        return np.zeros(len(stored), np.bool_)
    if stored.dtype.kind == "f":
        return stored >= least
    return np.ones(len(stored), np.bool_) if least <= _LEAST else stored >= np.int64(least)


def _bounds(column: Plain, value: Any) -> tuple[float | None, float | None]:
    """The least stored number that is at least the value, and the least that is more; None if there is none."""
    if column.days:
        assert isinstance(value, date)
        return number_of_day(value), number_of_day(value) + 1
    if column.values.dtype.kind == "f":
        return _least_float(value, more=False), _least_float(value, more=True)
    scaled = Fraction(value) * 10**column.scale
    bounds = math.ceil(scaled), math.floor(scaled) + 1
    return tuple(None if b > _MOST else max(b, _LEAST) for b in bounds)  # type: ignore[return-value]


def _least_float(value: Any, *, more: bool) -> float:
    """The least binary number that stands for a decimal of at least, or of more than, the value."""

    def fits(stored: float) -> bool:
        stands_for = decimal_of(stored)
        return bool(stands_for > value if more else stands_for >= value)

    try:
        found = float(value)
    except OverflowError:  # beyond every binary number
        return math.inf if value > 0 else -math.inf
    while fits(found):
        found = math.nextafter(found, -math.inf)
    while not fits(found):
        found = math.nextafter(found, math.inf)
    return found


def _days_of(operand: n.Operand, frame: Frame) -> Plain | None:
    """The days that an operand says, or the day that governs each row; None where it is neither, or a range."""
    if isinstance(operand, n.AsOf):
        facts: Sequence[Any] = [State.ABSENT if day is None else day for day in frame.days]
        codes = frame.day
    else:
        path = path_of(operand, frozenset(frame.bindings))
        if path is None or operand.type != DATE:
            return None
        plain = frame.plain(*path)
        if plain is not None:
            return plain
        leaf = frame.leaf(*path)
        facts, codes = leaf.facts, leaf.codes
    days = _numbered(tuple(facts))
    return None if days is None else days.take(codes)


@lru_cache(maxsize=32)  # the days of an inventory are asked for again and again
def _numbered(facts: tuple[Any, ...]) -> Plain | None:
    """Days by their numbers; None if any is something else than a day or a state."""
    if not all(isinstance(fact, date | State) for fact in facts):
        return None
    numbers = np.array([number_of_day(fact) if isinstance(fact, date) else 0 for fact in facts], np.int64)
    states = np.array([0 if isinstance(fact, date) else STATES.index(fact) for fact in facts], np.uint8)
    return Plain(numbers, states, days=True)


def _two_days(operator: Operator, left: Plain, right: Plain) -> tuple[Bools, Bools]:
    """An unknown day may be any; a comparison with no day at all is false."""
    one, other = left.values, right.values
    holds: Bools = over_thresholds(operator, lambda: one >= other, lambda: one > other, invert, and_)
    if not left.strange and not right.strange:
        return holds, holds
    nothing = (left.states == _NO_VALUE) | (right.states == _NO_VALUE)
    unknown = (left.states != 0) | (right.states != 0)
    return holds & ~unknown, (holds | unknown) & ~nothing
