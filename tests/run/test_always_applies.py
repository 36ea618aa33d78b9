"""What always applies, by brute force: every way in which facts may turn out, and every way to know them better."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from licet.ir import nodes as n
from licet.ir.types import PERCENT, Kind, Ranked, Type
from licet.run.reference.unknown_values import Reading, arithmetic, compare, of_type, ranging, with_itself
from licet.values import Range, State, Truth

OPERATORS: dict[n.Operator, Any] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
QUANTITY = Type(Kind.QUANTITY, "gram")
WORDS = ("low", "middle", "high")
RANKED = Type(Kind.ENUMERATION, "grade", WORDS, ranked=True)
PLAIN = Type(Kind.ENUMERATION, "colour", WORDS)
VALUES: dict[Type, Sequence[Any]] = {
    QUANTITY: (0, 1, 2, 3),
    PERCENT: (0, Fraction(1, 2), 1),
    RANKED: tuple(Ranked.of(word, WORDS) for word in WORDS),
    PLAIN: WORDS,
}
NOTHING = State.NOT_APPLICABLE


def facts(type_: Type, *, always: bool) -> Iterator[Any]:
    """All that may be recorded of a fact: its values, ranges, and what is said where there is none."""
    values = VALUES[type_]
    yield from values
    yield from (State.ABSENT, State.UNDETERMINED)
    if not always:
        yield NOTHING
    if type_.is_ordered:
        yield from (Range(low, high) for low, high in product((None, *values), repeat=2) if _is_range(low, high))


def _is_range(low: Any, high: Any) -> bool:
    return (low, high) != (None, None) and (low is None or high is None or low < high)


def ways(fact: Any, type_: Type, *, always: bool) -> list[Any]:
    """What a fact may turn out to be."""
    if fact is State.ABSENT:
        return [*VALUES[type_], *([] if always else [NOTHING])]
    if fact is State.UNDETERMINED:
        return list(VALUES[type_])
    if isinstance(fact, Range):
        return [
            v for v in VALUES[type_] if (fact.low is None or v >= fact.low) and (fact.high is None or v <= fact.high)
        ]
    return [fact]


def better(fact: Any, type_: Type, *, always: bool) -> Iterator[Any]:
    """Whatever knows as much, or more."""
    if fact is State.ABSENT:
        yield from facts(type_, always=always)
    elif isinstance(fact, Range):
        inside = set(ways(fact, type_, always=always))
        for other in facts(type_, always=always):
            if isinstance(other, Range) and other.high is None and type_ is QUANTITY and fact.high is not None:
                continue  # it may be more than the few values here
            if not isinstance(other, State) and set(ways(other, type_, always=always)) <= inside:
                yield other


def read(fact: Any, type_: Type, *, always: bool) -> Reading:
    if isinstance(fact, Range):
        return ranging(fact, type_)
    return of_type(fact, type_, applies=always) if isinstance(fact, State) else fact


def holds(operator_: n.Operator, left: Any, right: Any) -> bool:
    return NOTHING not in (left, right) and bool(OPERATORS[operator_](left, right))


def check(found: Truth, worlds: set[bool], case: object) -> None:
    assert found is Truth.U or worlds == {found is Truth.T}, (case, found, worlds)


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("type_", list(VALUES), ids=str)
def test_a_comparison_leaves_room_for_all_that_a_fact_may_be(type_: Type, always: bool) -> None:
    operators = list(OPERATORS) if type_.is_ordered else ["=", "!="]
    for fact, value, operator_ in product(facts(type_, always=always), VALUES[type_], operators):
        found = compare(operator_, read(fact, type_, always=always), value)
        worlds = {holds(operator_, way, value) for way in ways(fact, type_, always=always)}
        check(found, worlds, (fact, operator_, value))
        for known in better(fact, type_, always=always):
            later = compare(operator_, read(known, type_, always=always), value)
            assert found in (Truth.U, later), (fact, known, operator_, value)


def test_of_what_always_applies_nothing_that_its_type_decides_is_left_open() -> None:
    """The type's ends, for every comparison with every value; there is always a value."""
    for type_, operators in ((PERCENT, OPERATORS), (RANKED, OPERATORS), (PLAIN, ("=", "!="))):
        for value, operator_, state in product(VALUES[type_], operators, (State.ABSENT, State.UNDETERMINED)):
            worlds = {holds(operator_, way, value) for way in VALUES[type_]}
            wanted = Truth.U if len(worlds) > 1 else Truth.T if True in worlds else Truth.F
            assert compare(operator_, of_type(state, type_, applies=True), value) is wanted, (type_, operator_, value)


@pytest.mark.parametrize(("one", "other"), list(product([False, True], repeat=2)))
def test_a_sum_leaves_room_for_all_that_its_parts_may_be(one: bool, other: bool) -> None:
    """With every part known to be there, what is added can settle it; with one that there need not be, it cannot."""
    settled = 0
    for left, right, operator_ in product(facts(QUANTITY, always=one), facts(QUANTITY, always=other), OPERATORS):
        found = compare(
            operator_, arithmetic("+", read(left, QUANTITY, always=one), read(right, QUANTITY, always=other)), 2
        )
        worlds = {
            NOTHING not in (a, b) and holds(operator_, a + b, 2)
            for a in (*ways(left, QUANTITY, always=one), *([9] if left is State.ABSENT else []))
            for b in ways(right, QUANTITY, always=other)
        }
        check(found, worlds, (left, operator_, right))
        settled += found is Truth.T and State.ABSENT in (left, right)
    assert (settled > 0) is (one or other)


@pytest.mark.parametrize("always", [False, True])
def test_a_fact_compared_with_itself_leaves_room_for_all_that_it_may_be(always: bool) -> None:
    added = list(product(range(3), repeat=2))
    for fact, (a, b), operator_ in product(facts(QUANTITY, always=always), added, OPERATORS):
        found = with_itself(operator_, fact, (a, b), applies=always)
        worlds = {w is not NOTHING and holds(operator_, w + a, w + b) for w in ways(fact, QUANTITY, always=always)}
        if found is not None:
            check(found, worlds, (fact, operator_, a, b))
            assert found is not Truth.U or len(worlds) == 2, "whatever it is, the constants decide"
