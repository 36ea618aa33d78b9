"""Facts that narrow an answer only together are told so; values of every single one are tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.missing.together import Together, together
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.values import State
from tests.examples import examples
from tests.run.worlds import compiled

HEAD = """
module a "A" jurisdiction US
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
  h : boolean "h"
  k : boolean "k"
  n : number "n"
  other : Thing "other"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 otherwise a0
"""
TWO_OF_THREE = """
rule r for x: Thing
  when exactly 2 of
    (a) x.f
    (b) x.g
    (c) x.h
  end
  then alpha of x is a2
"""
DAY = date(2026, 1, 1)


def decided(policy: Policy, facts: Facts) -> Decision:
    return decide(policy, facts, [Subject("Thing", "one")], as_of=DAY, evaluate=reference.evaluate)[0]


def found(text: str, one: dict[str, Any], two: dict[str, Any] | None = None) -> tuple[Together, ...]:
    policy = compiled(HEAD + text)
    assert policy is not None
    return together(decided(policy, Facts({"Thing": {"one": Record(one), "two": Record(two or {})}}, {})))


def named(groups: tuple[Together, ...]) -> list[set[str]]:
    return [{f"{of[1]}.{fact}" for of, fact in group} for answer in groups for group in answer.groups]


@pytest.mark.parametrize(
    ("text", "one", "expected"),
    [
        ("rule r for x: Thing when x.f and x.g then alpha of x is a2", {}, []),  # any one that fails settles it
        (
            """
rule r for x: Thing when x.f and x.g then alpha of x is a2
rule s for x: Thing when x.h and x.k then alpha of x is a2
""",
            {"k": True},
            [],
        ),  # `h` brings it
        (
            """
rule r for x: Thing when x.f and x.g then alpha of x is a2
rule s for x: Thing when x.h and x.k then alpha of x is a2
""",
            {},
            [{f"one.{a}", f"one.{b}"} for a, b in combinations("fghk", 2)],
        ),
        (
            TWO_OF_THREE,
            {"h": True, "k": True},
            [{"one.f", "one.g"}],
        ),
        (
            """
rule r for x: Thing when x.f and x.other.f then alpha of x is a1
rule s for x: Thing when x.f is no and x.other.f is no then alpha of x is a1
rule t for x: Thing when x.f is not applicable or x.other.f is not applicable then alpha of x is a1
""",
            {"other": "two"},
            [],
        ),
    ],
)
def test_groups_are_told_where_no_fact_narrows_alone(text: str, one: dict[str, Any], expected: list[set[str]]) -> None:
    assert sorted(map(sorted, named(found(text, one)))) == sorted(map(sorted, expected))


def test_an_explanation_says_so() -> None:
    policy = compiled(HEAD + TWO_OF_THREE)
    assert policy is not None
    said = explain(decided(policy, Facts({"Thing": {"one": Record({"h": True})}}, {}))).together

    assert said == (
        "alpha: no one of these was seen to narrow it alone; together do `f` of Thing one and `g` of Thing one",
    )


def test_it_is_told_where_there_are_too_many_values_to_try() -> None:
    values = " and ".join(f"x.n is not {i}" for i in range(40))
    text = f"""
rule r for x: Thing when x.f and x.g and {values} then alpha of x is a2
rule s for x: Thing when x.h and x.k then alpha of x is a2
"""
    (answer,) = found(text, {})
    assert (answer.groups, answer.searched) == ((), False)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    atoms = draw(
        st.lists(st.sampled_from(["x.f", "x.g", "x.h", "not x.k", "x.k"]), min_size=2, max_size=3, unique=True)
    )
    limbs = " ".join(f"({label}) {atom}" for label, atom in zip("abc", atoms, strict=False))
    return draw(st.sampled_from([" and ".join(atoms), " or ".join(atoms), f"exactly 1 of {limbs} end"]))


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(bodies(), st.sampled_from(["a0", "a1", "a2"])), min_size=1, max_size=3), st.integers(0, 3))
def test_no_single_fact_narrows_what_is_said_to_need_several(rules: list[tuple[str, str]], known: int) -> None:
    """By brute force, every value of every fact: a group is told exactly where it narrows and no fact does alone."""
    text = "".join(f"rule r{i} for x: Thing when {b} then alpha of x is {o}\n" for i, (b, o) in enumerate(rules))
    policy = compiled(HEAD + text)
    assert policy is not None
    facts = Facts({"Thing": {"one": Record(dict.fromkeys("fghk"[:known], True))}}, {})
    before = decided(policy, facts)
    open_facts = [m.fact for m in before.missing]

    def narrows(names: tuple[str, ...]) -> bool:
        return any(
            _answer(policy, facts, dict(zip(names, values, strict=True)))
            != before.answers[0].may + before.answers[0].must
            for values in product([True, False, State.NOT_APPLICABLE], repeat=len(names))
        )

    singles = [name for name in open_facts if narrows((name,))]
    groups = named(together(before))
    if before.answers[0].determined or singles:
        assert groups == []
        return
    for group in groups:
        assert narrows(tuple(name.removeprefix("one.") for name in group)), (text, group)
    assert groups, text


def _answer(policy: Policy, facts: Facts, told: dict[str, Any]) -> str:
    record = facts.entities["Thing"]["one"]
    known = replace(facts, entities={"Thing": {"one": Record({**record.facts, **told})}})
    answer = decided(policy, known).answers[0]
    return answer.may + answer.must
