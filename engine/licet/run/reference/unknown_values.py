"""What an operand says where facts may be missing: a value, an interval, or nothing that can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, assert_never

from licet.ir.builtins import Builtin
from licet.ir.nodes import AggregateKind
from licet.ir.operators import Operator, holds, over_orders
from licet.ir.policy import DatedList
from licet.ir.types import Kind, Type
from licet.values import Duration, Number, Range, State, Truth, Value, simplest

T, U, F = Truth.T, Truth.U, Truth.F
Bound = Number | date | None
Function = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number or date between two bounds, both included; None is unbounded.

    With `maybe_nothing` it may turn out not to be applicable, so that no comparison with it is surely true. With
    `undefined` it was computed with a divisor that may be zero: no number is known to be one, not even zero times it.
    """

    low: Any
    high: Any
    maybe_nothing: bool = False
    undefined: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these, unknown which: ids of a reference, or values of an enumeration.

    With `maybe_nothing` it may turn out to be nothing.
    """

    ids: frozenset[str]
    maybe_nothing: bool = True


@dataclass(frozen=True, slots=True)
class SetReading:
    """Members with their truth; `others` is the truth that values not listed may be members."""

    members: Mapping[Value, Truth]
    others: Truth = F

    def __hash__(self) -> int:
        return hash((frozenset(self.members.items()), self.others))

    def contains(self, value: Value) -> Truth:
        return self.members.get(value, self.others)


Reading = Value | Duration | Bounded | OneOf | SetReading | State
UNKNOWN = State.ABSENT
NOTHING = State.NOT_APPLICABLE


def of_type(state: State, type_: Type, *, applies: bool = False) -> Reading:
    """An absent or undetermined fact ranges over its type's bounds, if it has an order.

    It may also turn out not to be applicable, so that a comparison with it is false where its bounds make it so, never
    true; but not one that always `applies`: that is some value, of an enumeration too.
    """
    if state is NOTHING or type_.kind is Kind.DURATION:
        return state
    if type_.is_ordered:
        return Bounded(*_bounds_of(type_), maybe_nothing=not applies)
    if applies and type_.kind is Kind.ENUMERATION:
        return OneOf(frozenset(type_.values), maybe_nothing=False)
    return state


def ranging(known: Range, type_: Type) -> Bounded:
    """What is known of a fact: its type's bounds close an end that is left open."""
    low, high = _bounds_of(type_)
    return Bounded(low if known.low is None else known.low, high if known.high is None else known.high)


def possible(reading: Reading, type_: Type) -> frozenset[str] | None:
    """The values of an enumeration that something unknown surely has one of; None where it may be nothing."""
    if isinstance(reading, OneOf) and not reading.maybe_nothing:
        return reading.ids
    if isinstance(reading, Bounded) and type_.ranked and not reading.maybe_nothing:
        return frozenset(type_.values[reading.low.rank : reading.high.rank + 1])
    return None


def may_be_nothing(reading: object, *, applies: bool) -> bool:
    """Whether something of which no value is known may turn out not to be applicable; `applies` of a fact alone."""
    return reading.maybe_nothing if isinstance(reading, Bounded | OneOf) else isinstance(reading, State) and not applies


def _bounds_of(type_: Type) -> tuple[Any, Any]:
    """The least and the greatest value of a type; None where there is none."""
    if type_.ranked:
        return type_.value_named(type_.values[0]), type_.value_named(type_.values[-1])
    return 0 if type_.kind in (Kind.QUANTITY, Kind.PERCENT) else None, 1 if type_.kind is Kind.PERCENT else None


def interval(reading: Reading) -> Bounded:
    """A known value as the interval that holds just it."""
    return reading if isinstance(reading, Bounded) else Bounded(reading, reading)


def single(found: SetReading, type_: Type) -> Reading:
    """The one value of a derived field, as far as its rules agree (language.md#derived)."""
    sure = [value for value, truth in found.members.items() if truth is T]
    possible = [value for value, truth in found.members.items() if truth is U]
    if not sure and not possible and found.others is F:
        return NOTHING
    if len(sure) == 1 and not possible and found.others is F:
        value = sure[0]
        assert not isinstance(value, frozenset)
        return value
    if not sure and len(possible) == 1 and found.others is F and type_.is_ordered:
        return Bounded(possible[0], possible[0], maybe_nothing=True)
    if not sure and len(possible) == 1 and found.others is F:
        return OneOf(frozenset({str(possible[0])}))
    return UNKNOWN


# ---- comparisons


def compare(operator: Operator, left: Reading, right: Reading) -> Truth:
    """An atom: F with a not-applicable operand; T or F where everything still possible agrees; else U."""
    if left is NOTHING or right is NOTHING:
        return F
    if isinstance(left, OneOf) or isinstance(right, OneOf):
        return _compare_one_of(operator, left, right)
    if isinstance(left, State) or isinstance(right, State):
        return U
    if not isinstance(left, Bounded) and not isinstance(right, Bounded):
        return T if holds(operator, left, right) else F
    a, b = interval(left), interval(right)
    found = _compare_intervals(operator, a, b)
    return U if found is T and (a.maybe_nothing or b.maybe_nothing) else found


def with_itself(
    operator: Operator, fact: object, added: tuple[Number, Number], *, applies: bool = False
) -> Truth | None:
    """A fact compared with itself, each side with a constant added; None for a value, which compares as always.

    Whatever it turns out to be, the constants decide; but nothing is true of what is not applicable, as an absent one
    may turn out to be unless it always `applies`.
    """
    if fact is NOTHING:
        return F
    if not isinstance(fact, State | Range):
        return None
    if not holds(operator, *added):
        return F
    return U if fact is State.ABSENT and not applies else T


def _compare_one_of(operator: Operator, left: Reading, right: Reading) -> Truth:
    """Where it may also turn out to be nothing, neither comparison is ever surely true."""
    one, other = (left, right) if isinstance(left, OneOf) else (right, left)
    assert isinstance(one, OneOf)
    if not isinstance(other, str):
        return U
    equal = F if other not in one.ids else T if one.ids == {other} else U
    found = equal if operator == "=" else ~equal
    return U if found is T and one.maybe_nothing else found


def _compare_intervals(operator: Operator, a: Bounded, b: Bounded) -> Truth:
    less, more = _may_exceed(b.high, a.low), _may_exceed(a.high, b.low)
    equal = (less or a.low == b.high) and (more or a.high == b.low)
    surely, possibly = over_orders(operator, less, equal, more)
    return T if surely else U if possibly else F


def _may_exceed(high: Bound, low: Bound) -> bool:
    """Whether something up to `high` may be more than something from `low` on; None is no bound."""
    return high is None or low is None or high > low  # type: ignore[operator]


# ---- arithmetic


def arithmetic(operator: str, left: Reading, right: Reading) -> Reading:
    """Interval arithmetic; exact on values."""
    if left is NOTHING or right is NOTHING:
        return NOTHING
    if isinstance(right, Duration):
        return _shift(left, right if operator == "+" else right.negated())
    if isinstance(left, State) or isinstance(right, State):
        return UNKNOWN
    if not isinstance(left, Bounded) and not isinstance(right, Bounded) and not (operator == "/" and right == 0):
        return _exact(operator, left, right)
    a, b = interval(left), interval(right)
    maybe_nothing = a.maybe_nothing or b.maybe_nothing
    if a.undefined or b.undefined or (operator == "/" and _may_be_zero(b)):
        return Bounded(None, None, maybe_nothing, undefined=True)
    low, high = _bounds(operator, a, b)
    return Bounded(low, high, maybe_nothing)


def _may_be_zero(divisor: Bounded) -> bool:
    return (divisor.low is None or divisor.low <= 0) and (divisor.high is None or divisor.high >= 0)


def _shift(start: Reading, by: Duration) -> Reading:
    if isinstance(start, Bounded):
        low = None if start.low is None else by.after(start.low)
        return Bounded(low, None if start.high is None else by.after(start.high), start.maybe_nothing)
    return by.after(start) if isinstance(start, date) else start


def _exact(operator: str, left: Any, right: Any) -> Number:
    match operator:
        case "+":
            return simplest(left + right)
        case "-":
            return (left - right).days if isinstance(left, date) else simplest(left - right)
        case "*":
            return simplest(left * right)
        case _:
            return simplest(Fraction(left) / right)


def _bounds(operator: str, a: Bounded, b: Bounded) -> tuple[Bound, Bound]:
    match operator:
        case "+":
            return _plus(a.low, b.low), _plus(a.high, b.high)
        case "-":
            return _minus(a.low, b.high), _minus(a.high, b.low)
        case "*":
            return _product(a, b)
        case _:
            inverse_low = 0 if b.high is None else Fraction(1) / b.high
            inverse_high = 0 if b.low is None else Fraction(1) / b.low
            return _product(a, Bounded(inverse_low, inverse_high))


def _plus(a: Any, b: Any) -> Any:
    return None if a is None or b is None else simplest(a + b)


def _minus(a: Any, b: Any) -> Any:
    return None if a is None or b is None else _exact("-", a, b)


_INFINITE = float("inf")  # only ever compared, never computed with


def _product(a: Bounded, b: Bounded) -> tuple[Bound, Bound]:
    corners = [
        _times(x, y)
        for x in (-_INFINITE if a.low is None else a.low, _INFINITE if a.high is None else a.high)
        for y in (-_INFINITE if b.low is None else b.low, _INFINITE if b.high is None else b.high)
    ]
    low, high = min(corners), max(corners)
    return (None if low == -_INFINITE else low), (None if high == _INFINITE else high)


def _times(x: Any, y: Any) -> Any:
    if x == 0 or y == 0:
        return 0
    if isinstance(x, float) or isinstance(y, float):
        return _INFINITE if (x > 0) == (y > 0) else -_INFINITE
    return simplest(x * y)


def counted(truths: list[Truth], number: int, *, exactly: bool) -> Truth:
    """At least, or exactly, `number` of the truths."""
    sure = truths.count(T)
    possible = truths.count(U)
    if exactly:
        if sure == number and not possible:
            return T
        return F if sure > number or sure + possible < number else U
    return T if sure >= number else F if sure + possible < number else U


def called(builtin: Builtin, function: Function, arguments: Sequence[Reading], listed: DatedList | None) -> Reading:
    """What a built-in on values says; `listed` is the list that one of working days is given."""
    if listed is not None:
        return apply_listed(function, arguments, listed, falls=builtin.falls)
    if builtin.most:
        return apply_turning(function, arguments[0], builtin.most)
    return apply_monotone(function, arguments, builtin.chooses)


def apply_monotone(function: Function, arguments: Sequence[Reading], chooses: str = "") -> Reading:
    """A built-in that rises with each argument, bound by bound; `chooses` as in `ir.builtins.Builtin`.

    The least of some arguments is at most any of them, and nothing is below it where one has no lower bound.
    """
    if any(a is NOTHING for a in arguments):
        return NOTHING
    if any(isinstance(a, State) for a in arguments):
        return UNKNOWN
    if not any(isinstance(a, Bounded) for a in arguments):
        result: Reading = function(list(arguments))
        return result
    parts = [interval(a) for a in arguments]
    if any(p.undefined for p in parts):
        return Bounded(None, None, any(p.maybe_nothing for p in parts), undefined=True)
    low = _monotone_bound(function, [p.low for p in parts], missing_wins=chooses != "greatest")
    high = _monotone_bound(function, [p.high for p in parts], missing_wins=chooses != "least")
    return Bounded(low, high, any(p.maybe_nothing for p in parts))


def _monotone_bound(function: Function, bounds: Sequence[Any], *, missing_wins: bool) -> Any:
    """Without a bound on one side: `max` still has the other arguments' lower bounds, `min` their upper ones."""
    known = [b for b in bounds if b is not None]
    if not known or (missing_wins and len(known) < len(bounds)):
        return None
    return function(known)


def apply_turning(function: Function, argument: Reading, most: int) -> Reading:
    """A built-in that rises within a year and begins again with the next, from 1 to `most`."""
    if not isinstance(argument, Bounded):
        return argument if isinstance(argument, State) else function([argument])
    low, high = argument.low, argument.high
    if low is None or high is None or low.year != high.year:
        return Bounded(1, most, argument.maybe_nothing)
    return Bounded(function([low]), function([high]), argument.maybe_nothing)


def apply_listed(function: Function, arguments: Sequence[Reading], listed: DatedList, *, falls: bool) -> Reading:
    """A built-in that is given a list too: it rises with each argument, but for the first if it `falls` with that.

    Absent where the list does not tell what is needed.
    """
    if any(a is NOTHING for a in arguments):
        return NOTHING
    if any(isinstance(a, State) for a in arguments):
        return UNKNOWN
    parts = [interval(a) for a in arguments]
    covers = listed.covers
    if any((p.low is None and covers.start) or (p.high is None and covers.end) for p in parts):
        return Bounded(None, None, maybe_nothing=True)  # some of its days lie outside
    first = parts[0]
    turned = [Bounded(first.high, first.low), *parts[1:]] if falls else parts
    bounds: list[Any] = []
    for ends in ([p.low for p in turned], [p.high for p in turned]):
        bounds.append(None if None in ends else function([*ends, listed]))
        if bounds[-1] is None and None not in ends:
            return Bounded(None, None, maybe_nothing=True)
    if not any(isinstance(a, Bounded) for a in arguments):
        found: Reading = bounds[0]
        return found
    return Bounded(bounds[0], bounds[1], any(p.maybe_nothing for p in parts))


# ---- totals and extremes


@dataclass(slots=True)
class AggregateTally:
    """What an aggregate has seen of its members."""

    sure: list[Reading] = field(default_factory=list)
    possible: list[Reading] = field(default_factory=list)
    nameless: bool = False  # an open collection may have further members


def count(tally: AggregateTally) -> Bounded | int:
    sure, possible = len(tally.sure), len(tally.possible)
    if tally.nameless:
        return Bounded(sure, None)
    return Bounded(sure, sure + possible) if possible else sure


def total(tally: AggregateTally, *, non_negative: bool, cap: Number | None) -> Reading:
    """A sure member adds its interval, a possible one from nothing to its own bounds."""
    sure, possible = [addend(r) for r in tally.sure], [addend(r) for r in tally.possible]
    if any(part.undefined for part in (*sure, *possible)):
        return Bounded(None, None, undefined=True)
    low: Any = 0
    high: Any = 0
    for part in sure:
        low, high = _plus(low, part.low), _plus(high, part.high)
    for part in possible:
        low = None if part.low is None else _plus(low, min(0, part.low))
        high = None if part.high is None else _plus(high, max(0, part.high))
    return sum_within(Bounded(low, high), nameless=tally.nameless, non_negative=non_negative, cap=cap)


def sum_within(summed: Bounded, *, nameless: bool, non_negative: bool, cap: Number | None) -> Reading:
    """A sum of named members with what further ones may add, and within the vocabulary's bound."""
    low, high = summed.low, summed.high
    if nameless:
        high = None
        low = low if non_negative else None
    if cap is not None and (high is None or high > cap):
        high = cap if low is None or low <= cap else low
    return low if low is not None and low == high else Bounded(low, high)


def addend(reading: Reading) -> Bounded:
    """What a member may add to a sum."""
    if reading is NOTHING:
        return Bounded(0, 0)  # nothing to add
    if isinstance(reading, State):
        return Bounded(None, None)
    part = interval(reading)
    if part.maybe_nothing and not part.undefined:
        low = None if part.low is None else min(0, part.low)
        return Bounded(low, None if part.high is None else max(0, part.high))
    return part


def values_of(reading: Reading) -> SetReading:
    """What an operand says as a set: its members if it is one; one that is not known adds values without a name."""
    if isinstance(reading, SetReading):
        return reading
    if isinstance(reading, bool | int | Fraction | date | str):
        return SetReading({reading: T})
    return SetReading({}, F if reading is NOTHING else U)


def collected(tally: AggregateTally) -> SetReading:
    """The values of all members, each with the greatest weight of a member that says it."""
    members: dict[Value, Truth] = {}
    others = F
    for weight, readings in ((T, tally.sure), (U, tally.possible)):
        for reading in readings:
            found = values_of(reading)
            others = max(others, min(weight, found.others))
            for value, truth in found.members.items():
                members[value] = max(min(weight, truth), members.get(value, F))
    return SetReading(members, others)


def extreme(tally: AggregateTally, *, highest: bool) -> Reading:
    """The interval over sure and possible members; nothing where there surely is none.

    A further member of an open collection is a possible one that says whatever its type admits.
    """
    sure = [_spread(r) for r in tally.sure if r is not NOTHING]
    possible = [_spread(r) for r in tally.possible if r is not NOTHING]
    possible += [r for r in sure if r.maybe_nothing]
    sure = [r for r in sure if not r.maybe_nothing]
    if not sure and not possible:
        return NOTHING
    both = [*sure, *possible]
    if any(reading.undefined for reading in both):
        return Bounded(None, None, not sure, undefined=True)
    near = max if highest else min
    inner = [(r.low if highest else r.high) for r in sure or both]
    outer = [(r.high if highest else r.low) for r in both]
    if not sure:  # any of the possible ones may be the only one
        far = min if highest else max
        inner_bound = None if any(b is None for b in inner) else far(inner)
    else:
        known = [b for b in inner if b is not None]
        inner_bound = near(known) if known else None
    outer_bound = None if any(b is None for b in outer) else near(outer)
    low, high = (inner_bound, outer_bound) if highest else (outer_bound, inner_bound)
    if sure and low is not None and low == high:
        return low  # type: ignore[no-any-return]
    return Bounded(low, high, not sure)


def _spread(reading: Reading) -> Bounded:
    """What a member may say; anything or nothing, where rules do not agree on it."""
    return Bounded(None, None, maybe_nothing=True) if isinstance(reading, State) else interval(reading)


def adds_up(kind: AggregateKind) -> bool:
    """Whether it matters how many further members there are: each of them adds to it."""
    match kind:
        case "count" | "total":
            return True
        case "highest" | "lowest" | "each":
            return False
        case _:
            assert_never(kind)


def of_members(kind: AggregateKind, tally: AggregateTally, *, non_negative: bool, cap: Number | None) -> Reading:
    """What an aggregate says of its members."""
    match kind:
        case "count":
            return count(tally)
        case "total":
            return total(tally, non_negative=non_negative, cap=cap)
        case "each":
            return collected(tally)
        case "highest" | "lowest":
            return extreme(tally, highest=kind == "highest")
        case _:
            assert_never(kind)
