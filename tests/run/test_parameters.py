"""Parameters by brute force: every day that may be meant, and all that facts and what nobody confirmed may be."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest

from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir.policy import Policy
from licet.run.reference.formulas import Formulas
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import Bounded
from licet.values import Range, State, Truth
from tests.run.worlds import compiled

ROWS = [
    "is 1 gram from 2025-01-02 until 2025-01-04",
    "is 1 gram from 2025-01-01 until 2025-01-03 is 3 grams from 2025-01-03",
    "is not applicable until 2025-01-03 is 2 grams from 2025-01-03",
    'is 2 grams until 2025-01-03 is unconfirmed from 2025-01-03 "?"',
    'is unconfirmed until 2025-01-03 "?" is 2 grams from 2025-01-03 until 2025-01-04 is not applicable from 2025-01-04',
]
POLICY = """
module m "M" jurisdiction A
unit gram, grams "grams"
entity Thing "thing"
  q : quantity gram "q"
  d : date{} "d"
parameter p : quantity gram "p" {}
decision verdict of x: Thing "verdict" outcomes a < b otherwise a
rule r for x: Thing when {} then verdict of x is b
"""
OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
DAYS = [date(2025, 1, day) for day in range(1, 6)]
VALUES = [0, 1, 2, 3, 4]
NOTHING = State.NOT_APPLICABLE


def policy_of(rows: str, condition: str, *, always: bool) -> Policy:
    text = rows.replace(" is ", "\n  is ")
    found = compiled(POLICY.format(" always applies" if always else "", text, condition))
    assert found is not None
    return found


def days(*, always: bool) -> Iterator[Any]:
    yield from DAYS
    yield from (Range(a, b) for a, b in product((None, *DAYS), repeat=2) if _is_range(a, b))
    yield from (State.ABSENT, State.UNDETERMINED)
    if not always:
        yield NOTHING


def _is_range(low: date | None, high: date | None) -> bool:
    return (low, high) != (None, None) and (low is None or high is None or low < high)


def ways(fact: Any, *, always: bool = False) -> list[Any]:
    """The days that one may turn out to be; an open range has others, of which the first and the last stand for all."""
    if isinstance(fact, Range):
        return [d for d in DAYS if (fact.low is None or d >= fact.low) and (fact.high is None or d <= fact.high)]
    if fact is State.ABSENT:
        return [*DAYS, *([] if always else [NOTHING])]
    return DAYS if fact is State.UNDETERMINED else [fact]


def values_on(policy: Policy, day: Any) -> list[Any]:
    """What the parameter may be on a day."""
    if day is NOTHING:
        return [NOTHING]
    said = policy.parameters["p"].on(day)
    return [*VALUES, NOTHING] if said is State.ABSENT else [said]


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("rows", ROWS)
def test_on_another_day_a_condition_is_what_it_is_on_every_day_that_it_may_be(rows: str, always: bool) -> None:
    for word, holds in OPERATORS.items():
        policy = policy_of(rows, f"x.q {word} p on x.d", always=always)
        body = policy.rules["m.r"].body
        assert body is not None
        for q, day in product([*VALUES, NOTHING], days(always=always)):
            facts = Facts({"Thing": {"i": Record({"q": q, "d": day})}}, {})
            found = Interpreter(policy, facts, DAYS[0]).formulas.truth(body, {"x": "i"})
            worlds = {
                NOTHING not in (q, value) and bool(holds(q, value))
                for way in ways(day, always=always)
                for value in values_on(policy, way)
            }
            assert found is Truth.U or worlds == {found is Truth.T}, (word, q, day, found, worlds)
            if all(len(values_on(policy, way)) == 1 for way in ways(day, always=always)):
                open_ = day in (State.ABSENT, State.UNDETERMINED) or (
                    isinstance(day, Range) and None in (day.low, day.high)
                )
                assert open_ or found is not Truth.U or len(worlds) == 2, (word, q, day)


@pytest.mark.parametrize("rows", ROWS)
def test_one_day_is_one_day_however_often_it_is_read(rows: str) -> None:
    """A parameter is at most itself on a day that nobody knows; on the day that governs too."""
    for condition, as_of in (("p on x.d <= p on x.d", DAYS[0]), ("p <= p", None)):
        policy = policy_of(rows, condition, always=True)
        body = policy.rules["m.r"].body
        assert body is not None
        facts = Facts({"Thing": {"i": Record({})}}, {})
        found = Interpreter(policy, facts, as_of).formulas.truth(body, {"x": "i"})
        days_of = (date.min, *policy.parameters["p"].days())
        sure = all(policy.parameters["p"].on(day) not in (State.ABSENT, NOTHING) for day in days_of)
        assert found is (Truth.T if sure else Truth.U)


def test_in_a_total_each_member_has_its_own_day() -> None:
    """What is read of a parameter there is whatever it may be."""
    policy = policy_of(
        ROWS[1], "total (y.q + p on y.d) over y in Thing where (y.q is at least 1 gram) >= 5 grams", always=True
    )
    body = policy.rules["m.r"].body
    assert isinstance(body, n.Compare)
    things = {"i": Record({"q": 1, "d": DAYS[1]}), "j": Record({"q": 1, "d": Range(DAYS[1], DAYS[3])})}
    formulas: Formulas = Interpreter(policy, Facts({"Thing": things}, {}), DAYS[0]).formulas

    assert formulas.truth(body, {"x": "i"}) is Truth.U
    assert formulas.read(body.left, {"x": "i"}) == Bounded(4, 6)
