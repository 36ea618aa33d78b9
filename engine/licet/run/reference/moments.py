"""Parameters of the law, and lists and parameters read on another day than the one that governs.

Where nobody knows the day, a condition is true or false if it is so on every day that it may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_identity
from licet.ir.types import Type
from licet.ir.walk import Part, parts
from licet.run.columnar.epochs import changes_of
from licet.run.reference.live import days_between
from licet.run.reference.unknown_values import NOTHING, UNKNOWN, Bounded, OneOf, Reading, U, interval, of_type
from licet.values import Day, Range, State, Truth, ends_of

if TYPE_CHECKING:
    from licet.run.reference.formulas import Environment, Formulas

Moment = date | State  # a day; *not applicable*
Fixed = Mapping["n.Operand | None", Moment]  # by what says the day; None: the day that governs
_FIXED = "(days)"  # where an environment has them: nobody else may see that they are only tried
_MOST_WAYS = 4096  # in which the days of one condition are tried together: beyond them it is open
Dated = n.ParameterNamed | n.ListNamed


@by_identity
def moments(node: Part) -> tuple[tuple[n.Operand | None, tuple[Dated, ...]], ...]:
    """The days on which a node reads parameters, or lists on another day, outside of quantifiers; and what it reads."""
    found: dict[n.Operand | None, list[Dated]] = {}
    for day, part in _read_on(node):
        found.setdefault(day, []).append(part)
    return tuple((day, tuple(read)) for day, read in found.items())


def _read_on(node: Part) -> Iterator[tuple[n.Operand | None, Dated]]:
    match node:
        case n.Some() | n.Every() | n.Aggregate():
            return
        case n.ParameterNamed():
            yield None, node
        case n.OnDay(part=part, day=day):
            yield day, part
            yield from _read_on(day)
        case _:
            for inner in parts(node):
                yield from _read_on(inner)


def truth_on_days(formulas: Formulas, formula: n.Formula, env: Environment) -> Truth | None:
    """What is so on every day that its days may be; None where they are all known."""
    fixed = _fixed(env)
    open_ = [
        (day, list(_days(formulas, day, read, env)))
        for day, read in moments(formula)
        if day not in fixed and not _is_known(formulas, day, env)
    ]
    if not open_:
        return None
    if prod(len(days) for _, days in open_) > _MOST_WAYS:
        return U
    found: set[Truth] = set()
    for chosen in product(*(days for _, days in open_)):
        days = {day: moment for (day, _), moment in zip(open_, chosen, strict=True)}
        inner: Any = {**env, _FIXED: {**fixed, **days}}
        truth = formulas.truth(formula, inner)
        found.add(truth)
        if truth is U or len(found) > 1:
            return U
    return found.pop()


def untried(env: Environment) -> Environment:
    """The same without days that are only tried: a quantifier's own are other ones."""
    return {name: bound for name, bound in env.items() if name != _FIXED} if _FIXED in env else env


def _fixed(env: Environment) -> Fixed:
    """The days that some operands are taken to say; None is the day that governs."""
    found: Any = env.get(_FIXED, {})
    return found  # type: ignore[no-any-return]


def _is_known(formulas: Formulas, day: n.Operand | None, env: Environment) -> bool:
    if day is None:
        return isinstance(formulas.as_of, date)
    found = formulas.read(day, env)
    return isinstance(found, date) or found is NOTHING


def _days(formulas: Formulas, day: n.Operand | None, read: Iterable[Dated], env: Environment) -> Iterator[Moment]:
    """A day of each stretch in which nothing changes that is read, among those that it may be."""
    said: Reading = Bounded(*ends_of(formulas.as_of)) if day is None else formulas.read(day, env)
    known = said if isinstance(said, Bounded) else Bounded(None, None, maybe_nothing=True)
    turns = (turn for part in read for turn in changes_of(formulas.policy, part.name))
    yield from days_between(Range(known.low, known.high), turns)
    if known.maybe_nothing:
        yield State.NOT_APPLICABLE


# ---- operands


def moment_of(formulas: Formulas, operand: n.OnDay, env: Environment) -> Moment | None:
    """The day on which something is read; None where nobody knows it."""
    fixed = _fixed(env)
    if operand.day in fixed:
        return fixed[operand.day]
    found = formulas.read(operand.day, env)
    if found is NOTHING:
        return State.NOT_APPLICABLE
    return found if isinstance(found, date) else None


def day_said(reading: Reading) -> Day:
    """What a reading tells of a day that applies."""
    if isinstance(reading, Bounded) and not reading.maybe_nothing and (reading.low or reading.high):
        return Range(reading.low, reading.high)
    return reading if isinstance(reading, date) else None


def parameter(formulas: Formulas, operand: n.ParameterNamed, env: Environment) -> Reading:
    """A parameter on the day that governs."""
    day = _fixed(env).get(None, formulas.as_of)
    if isinstance(day, date):
        return _on(formulas.policy, operand, day)
    days = _days(formulas, None, (operand,), env)
    return _hull([_on(formulas.policy, operand, d) for d in days if isinstance(d, date)], operand.type)


def on_another_day(formulas: Formulas, operand: n.OnDay, env: Environment) -> Reading:
    """A parameter on the day that an operand says; where nobody knows it, whatever it is on the days that it may be."""
    part = operand.part
    if isinstance(part, n.ListNamed):
        return formulas.as_set(operand, env)
    day = moment_of(formulas, operand, env)
    if day is State.NOT_APPLICABLE:
        return NOTHING
    if isinstance(day, date):
        return _on(formulas.policy, part, day)
    days = list(_days(formulas, operand.day, (part,), env))
    return _hull([NOTHING if isinstance(d, State) else _on(formulas.policy, part, d) for d in days], operand.type)


def _on(policy: ir.Policy, operand: n.ParameterNamed, day: date) -> Reading:
    found = policy.parameters[operand.name].on(day)
    assert not isinstance(found, frozenset)
    return of_type(found, operand.type) if isinstance(found, State) else found  # type: ignore[return-value]


def _hull(readings: list[Reading], type_: Type) -> Reading:
    """What leaves room for all of some readings."""
    first, *others = readings
    if all(reading == first for reading in others):
        return first
    something = [reading for reading in readings if reading is not NOTHING]
    maybe_nothing = len(something) < len(readings)
    if type_.is_ordered:
        ends = [interval(reading) for reading in something]
        lows, highs = [end.low for end in ends], [end.high for end in ends]
        return Bounded(
            None if None in lows else min(lows),
            None if None in highs else max(highs),
            maybe_nothing or any(end.maybe_nothing for end in ends),
        )
    if all(isinstance(reading, str) for reading in something):
        return OneOf(frozenset(map(str, something)), maybe_nothing)
    return UNKNOWN
