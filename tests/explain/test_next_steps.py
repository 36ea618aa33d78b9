"""What would settle an answer: by brute force, the least that has to be found out, and nothing that evades."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.explain.named import narrowed
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir.policy import Policy
from licet.report import explanation_page
from licet.report.explanation_json import document
from licet.report.explanation_layers import Layers
from licet.resources import schema_file
from licet.run.reference import interpreter as reference
from licet.values import Range, State
from tests.examples import each_once, examples
from tests.run.generated import of_generated
from tests.run.worlds import accepted, compiled

HEAD = """
module a "A" jurisdiction US
authority L "Law" url "https://example.org/{}"
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
  h : boolean "h"
  k : boolean "k"
  n : number "n"
  at : country "at"
  bad : boolean derived "bad"
relation owns(owner: Thing, owned: Thing) "holdings"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 otherwise a0
"""
DAY = date(2026, 1, 1)
SCHEMA = json.loads(schema_file("explanation-2.json").read_text(encoding="utf-8"))
NO = State.NOT_APPLICABLE


def decided(policy: Policy, facts: Facts) -> Decision:
    return decide(policy, facts, [Subject("Thing", "one")], as_of=DAY, evaluate=reference.evaluate)[0]


def next_of(policy: Policy, facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = document(decided(policy, facts))["next"][0]
    return found


def names(found: dict[str, Any]) -> list[list[str]]:
    return [sorted(one["fact"] for one in settling["unknown"]) for settling in found["settle"]]


GAP = """
gap r "g" for x: Thing
  cites L "1"
  when x.f
  then alpha of x may be a1
"""
LEAST = "rule r for x: Thing when x.n is at least 5 then alpha of x is a1"
CONDITION = "rule r for x: Thing when {} then alpha of x is a1"
RULES: Mapping[str, tuple[str, dict[str, Any], list[list[str]]]] = {
    "one": ("rule r for x: Thing when x.f then alpha of x is a2", {}, [["f"]]),
    "two together": ("rule r for x: Thing when x.f and x.g then alpha of x is a2", {}, [["f", "g"]]),
    "a number": (LEAST, {}, [["n"]]),
    "a number that is told within a range": (LEAST, {"n": Range(4, 9)}, [["n"]]),
    "a country": (
        "rule r for x: Thing when x.at is one of [CN, RU] and x.f then alpha of x is a1",
        {"f": True},
        [["at"]],
    ),
    "a gap": (GAP, {"f": True}, [["provision"]]),
    "a gap that perhaps does not concern it": (GAP, {}, [["provision"]]),
}


@pytest.mark.parametrize("name", RULES)
def test_the_least_sets(name: str) -> None:
    text, one, expected = RULES[name]
    found = next_of(accepted(HEAD + text), Facts({"Thing": {"one": Record(one)}}, {}))
    assert names(found) == expected
    assert found["searched"]


def test_what_is_compared_with_constants_only_is_proved() -> None:
    (settling,) = next_of(accepted(HEAD + LEAST), Facts({"Thing": {"one": Record({})}}, {}))["settle"]
    assert (settling["answers"], settling["proved"]) == (["a0", "a1"], True)


def test_what_is_added_to_something_is_only_tested() -> None:
    text = "rule r for x: Thing when x.n + x.n is at least 5 then alpha of x is a1"
    (settling,) = next_of(accepted(HEAD + text), Facts({"Thing": {"one": Record({})}}, {}))["settle"]
    assert settling["proved"] is False


@pytest.mark.parametrize(
    "condition",
    ["x.n - 1000 is at least 5", "1000 - x.n is less than 5", "x.n * 7 is at least 5000", "x.n / 70 is at least 9",
     "900 / x.n is less than 7", "x.n + 3 is at least 1000", "x.m / x.n is at least 30"],
)  # fmt: skip
def test_where_an_expression_meets_its_bound_is_tried(condition: str) -> None:
    """And no divisor of zero, which would settle nothing: of nothing that is measured, that is what comes out."""
    policy = accepted(
        HEAD.replace('  n : number "n"', '  n : number "n"\n  m : number "m"') + CONDITION.format(condition)
    )
    (settling,) = next_of(policy, Facts({"Thing": {"one": Record({"m": 9000})}}, {}))["settle"]
    assert (settling["answers"], settling["proved"]) == (["a0", "a1"], False)


def test_the_first_question_is_the_one_that_settles_most() -> None:
    text = """
rule r for x: Thing when x.f then alpha of x is a2
rule s for x: Thing when x.g and x.h then alpha of x is a2
"""
    found = next_of(accepted(HEAD + text), Facts({"Thing": {"one": Record({})}}, {}))
    assert found["questions"][0] == {
        "unknown": {"of": {"type": "Thing", "id": "one"}, "fact": "f"},
        "settled": 1,
        "tried": 3,
    }


def test_an_open_collection_may_have_a_row_more() -> None:
    text = """
rule bad for x: Thing when x.f then x is bad
rule r for x: Thing when some o in owns where (o.owned is x and o.owner is bad) then alpha of x is a1
"""
    things = {"one": Record({"f": False}), "good": Record({"f": False}), "worse": Record({"f": True})}
    opened = {"owns": (Opening((("owned", "one"),), Subject("Thing", "one")),)}
    (settling,) = next_of(accepted(HEAD + text), Facts({"Thing": things}, {}, None, opened))["settle"]
    assert [one["fact"] for one in settling["unknown"]] == ["owns"]
    assert settling["answers"] == ["a0", "a1"]


NAMED = """
rule bad "bad" for x: Thing when x.f and not x.g then x is bad
rule kinds "kinds" for x: Thing when x.f then x.kinds includes "k"
score risk of x: Thing "risk" range 0 to 20
  add 5 when x.f because "f"
  add 7 when x.d is on or after as_of because "d"
obligation report "report" for x: Thing when x.f or x.d is on or after as_of then x.to must "report" until x.d
"""
NAMED_HEAD = HEAD.replace("  bad : ", '  kinds : set of text derived "k"\n  to : Thing "to"\n  d : date "d"\n  bad : ')
BINDS = {"to": "one", "d": date(2025, 1, 1)}
STEPS: Mapping[str, tuple[str, dict[str, Any], list[tuple[list[str], list[Any]]]]] = {
    "a term": ("bad", {}, [(["f", "g"], ["false", "true"])]),
    "a term of which one fact is known": ("bad", {"g": False}, [(["f"], ["false", "true"])]),
    "a term that is settled": ("bad", {"f": False}, []),
    "a term with values": (
        "kinds",
        {},
        [(["f"], [{"members": {"k": "true"}, "others": "false"}, {"members": {}, "others": "false"}])],
    ),
    "a score": ("risk", {"d": date(2027, 1, 1)}, [(["f"], [["7", "7"], ["12", "12"]])]),
    "a score that is settled": ("risk", {"f": True, "d": date(2025, 1, 1)}, []),
    "an obligation": ("a.report", BINDS, [(["f"], ["false", "true"])]),
    "whom an obligation binds": ("a.report", {"f": True, "d": date(2025, 1, 1)}, [(["to"], ["true"])]),
    "an obligation that binds nobody": ("a.report", {**BINDS, "f": False}, []),
}


def named(name: str, one: dict[str, Any]) -> dict[str, Any]:
    """The explanation of what is called so alone."""
    things = {"one": Record(one), "two": Record({})}
    found = document(narrowed(decided(accepted(NAMED_HEAD + NAMED), Facts({"Thing": things}, {})), [name]))
    validator_for(SCHEMA)(SCHEMA).validate(found)
    assert [line for line in Layers(found, found["parts"][0]).steps() if not line.strip()] == []
    return found


@pytest.mark.parametrize("case", STEPS)
def test_what_settles_what_is_asked_for_by_name(case: str) -> None:
    name, one, expected = STEPS[case]
    found = named(name, one)
    (steps,) = found["next"]
    assert [(sorted(u["fact"] for u in s["unknown"]), s["answers"]) for s in steps["settle"]] == expected
    asked = {fact for facts, _ in expected for fact in facts}
    assert {m["fact"] for m in found["missing"]} == asked
    assert asked.isdisjoint(unit.rpartition(".")[2] for unit in steps["idle"])
    assert steps["obtain"] == []


@pytest.mark.parametrize(
    ("name", "one", "answer"),
    [
        ("risk", {"f": False, "d": date(2026, 3, 1)}, ["0", "0"]),
        ("risk", {"d": date(2026, 3, 1)}, None),  # lower for certain on no later day
        ("a.report", {"f": False, "to": "one", "d": date(2026, 3, 1)}, {"holds": "false", "duties": []}),
        ("a.report", {"f": True, "to": "one", "d": date(2026, 3, 1)}, None),
        ("bad", {"f": True, "g": False}, None),
    ],
)
def test_from_when_a_score_is_lower_and_an_obligation_binds_nobody(name: str, one: dict[str, Any], answer: Any) -> None:
    (steps,) = named(name, one)["next"]
    assert (steps["wait"] and (steps["wait"]["on"], steps["wait"]["answer"])) == (answer and ("2026-03-02", answer))


def test_the_page_tells_what_settles_a_term() -> None:
    found = named("bad", {})
    page = explanation_page.render(found)
    assert "Find out f of one and g of one: then it is no or yes" in page
    assert "<b><bdi>F</bdi></b>" in page


# ---- by brute force


@st.composite
def bodies(draw: st.DrawFn) -> str:
    atoms = draw(
        st.lists(st.sampled_from(["x.f", "x.g", "x.h", "not x.k", "x.k"]), min_size=1, max_size=3, unique=True)
    )
    limbs = " ".join(f"({label}) {atom}" for label, atom in zip("abc", atoms, strict=False))
    shapes = [" and ".join(atoms), " or ".join(atoms)] + ([f"exactly 1 of {limbs} end"] if len(atoms) > 1 else [])
    return draw(st.sampled_from(shapes))


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(bodies(), st.sampled_from(["a0", "a1", "a2"])), min_size=1, max_size=3), st.integers(0, 2))
@each_once
def test_by_brute_force(rules: list[tuple[str, str]], known: int) -> None:
    """Every value of every fact: a set is told exactly where it settles the answer and no smaller one does."""
    text = "".join(f"rule r{i} for x: Thing when {b} then alpha of x is {o}\n" for i, (b, o) in enumerate(rules))
    policy = compiled(HEAD + text)
    assert policy is not None
    facts = Facts({"Thing": {"one": Record(dict.fromkeys("fghk"[:known], True))}}, {})
    open_facts = "fghk"[known:]
    answers = {told: _range(policy, facts, told) for told in _all_told(open_facts)}
    found = next_of(policy, facts)
    if len(set(answers[()])) == 1:
        assert found["settle"] == []
        assert found["questions"] == []
        return
    settles = [
        sorted(group)
        for size in range(1, 4)
        for group in combinations(open_facts, size)
        if all(len(set(answers[told])) == 1 for told in answers if tuple(n for n, _ in told) == group)
    ]
    least = [group for group in settles if len(group) == min(map(len, settles))]
    assert sorted(names(found)) == sorted(least), text
    idle = {unit.rpartition(".")[2] for unit in found["idle"]}
    for name in idle:
        assert all(answers[told] == answers[tuple(t for t in told if t[0] != name)] for told in answers), (text, name)


def _all_told(open_facts: str) -> Iterator[tuple[tuple[str, object], ...]]:
    for size in range(len(open_facts) + 1):
        for group in combinations(open_facts, size):
            for values in product([True, False, NO], repeat=size):
                yield tuple(zip(group, values, strict=True))


def _range(policy: Policy, facts: Facts, told: tuple[tuple[str, object], ...]) -> tuple[str, str]:
    record = facts.entities["Thing"]["one"]
    known = replace(facts, entities={"Thing": {"one": Record({**record.facts, **dict(told)})}})  # type: ignore[dict-item]
    answer = decided(policy, known).answers[0]
    return answer.must, answer.may


@of_generated(5)
def test_only_what_is_not_known_is_ever_asked_for(policy: Policy, facts: Facts, day: date | None) -> None:
    """No recorded fact is offered to be another; and every step can be said."""
    for decision in decide(policy, facts, as_of=day, evaluate=reference.evaluate):
        found = document(decision)
        for part, steps in zip(found["parts"], found["next"], strict=True):
            asked = [q["unknown"] for q in steps["questions"]]
            asked += [one for settling in steps["settle"] for one in settling["unknown"]]
            missing = {(m["of"]["type"], m["of"]["id"], m["fact"]) for m in found["missing"]}
            assert all((one["of"]["type"], one["of"]["id"], one["fact"]) in missing for one in asked)
            for one in asked:
                said = facts.entities.get(one["of"]["type"], {}).get(one["of"]["id"], Record({})).get(one["fact"])
                assert isinstance(said, Range | State), one
            assert all(line.strip() for line in Layers(found, part).steps())
