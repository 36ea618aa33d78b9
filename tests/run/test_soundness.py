"""Soundness by brute force: no completion of the facts contradicts an answer, and what is missing can settle it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.decide.table.batches import Asked, decide_batches
from licet.facts.store import Facts, Opening, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy, Rule
from licet.run.outcome import RuleResult
from licet.run.reference import bounds
from licet.run.reference import interpreter as reference
from licet.run.reference.bounds import Claim
from licet.values import State, Truth
from tests.examples import examples
from tests.policy.test_streamed import deal_policies, deals
from tests.run.recall import Recall, with_few_unknown
from tests.run.soundness import SmallWorlds, Soundness
from tests.run.worlds import DATES, compiled, policy_texts, worlds


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Facts]:
    """Things that refer to each other, or deals with days of their own that refer to things."""
    if draw(st.booleans()):
        return draw(policy_texts()), draw(worlds())
    facts = draw(worlds())
    return draw(deal_policies()), replace(facts, entities={**facts.entities, "Deal": draw(deals())})


@pytest.mark.slow
def test_every_answer_leaves_room_for_every_completion() -> None:
    """Most questions are asked of every completion there is. `benchmarks/soundness.py` asks about many more worlds."""
    sound = Soundness(most=12)

    @settings(max_examples=examples(40))
    @given(cases(), DATES)
    def look(case: tuple[str, Facts], as_of: date | None) -> None:
        text, facts = case
        policy = compiled(text)
        sound.seen["refused" if policy is None else "worlds"] += 1
        found = [] if policy is None else sound.of(policy, facts, as_of)
        assert not found, "\n".join([text, str(facts), str(as_of), *found])

    look()
    assert sound.seen["exhausted"] > 0.6 * sound.seen["questions"] > 1000, sound.seen
    assert sound.seen["worlds"] > 9 * sound.seen["refused"], sound.seen
    assert sound.seen["completions"] > 3 * sound.seen["questions"], sound.seen


@pytest.mark.slow
def test_what_is_missing_is_all_that_can_change_an_answer() -> None:
    """Most open answers are settled in the end."""
    recall = Recall(random.Random(0))

    @settings(max_examples=examples(30))
    @given(cases(), DATES)
    def look(case: tuple[str, Facts], as_of: date | None) -> None:
        text, facts = case
        policy = compiled(text)
        found = [] if policy is None else recall.of(policy, facts, as_of)
        assert not found, "\n".join([text, str(facts), str(as_of), *found])

    look()
    assert recall.seen["settled"] > recall.seen["open for good"] > 10, recall.seen


# ---- planted faults are found

PLANTED = """
module a "A" jurisdiction US
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 < a3 otherwise a0
decision beta of x: Thing "beta" outcomes b0 < b1 < b2 < b3 otherwise b0
rule r for x: Thing when x.f then alpha of x is a1 and beta of x is b3
exception e to r for x: Thing unconfirmed from 2026-01-01 "?" when x.g then alpha of x is a3
"""


@pytest.fixture
def planted() -> tuple[Policy, Facts]:
    policy = compiled(PLANTED)
    assert policy is not None
    return policy, Facts({"Thing": {"one": Record({"f": True})}}, {})


def test_a_floor_of_the_rule_is_found(planted: tuple[Policy, Facts], monkeypatch: pytest.MonkeyPatch) -> None:
    def claim_of(policy: Policy, decision: str, rule: Rule, outcome: int, result: RuleResult) -> Claim:
        return Claim(outcome, result.effective, 1 if result.effective is Truth.U else None)

    assert Soundness(most=20).of(*planted, date(2025, 6, 1)) == []
    monkeypatch.setattr(bounds, "claim_of", claim_of)
    found = Soundness(most=20).of(*planted, date(2025, 6, 1))
    assert any(line.startswith("beta in US, from b1 to b3,") for line in found), found


def test_a_floor_of_the_rule_is_found_in_small_worlds(
    planted: tuple[Policy, Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In which all that is asked of a completion is asked together."""
    policy, facts = planted

    def found(every: int) -> list[str]:
        small = SmallWorlds(20, random.Random(0), every)
        few = with_few_unknown(policy, facts, random.Random(1))
        said = small.of(policy, few, date(2025, 6, 1))
        assert small.seen["exhausted"] == (not said)
        assert small.seen["by all engines"] == (every == 1)
        return said

    def claim_of(policy: Policy, decision: str, rule: Rule, outcome: int, result: RuleResult) -> Claim:
        return Claim(outcome, result.effective, 1 if result.effective is Truth.U else None)

    assert [found(every) for every in (1, 2)] == [[], []]
    monkeypatch.setattr(bounds, "claim_of", claim_of)
    assert any(line.startswith("beta in US, from b1 to b3,") for line in found(2))


def test_law_that_is_taken_as_confirmed_is_found(
    planted: tuple[Policy, Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, facts = planted
    known = replace(facts, entities={"Thing": {"one": Record({"f": True, "g": True})}})

    assert Soundness(most=20).of(policy, known, date(2026, 6, 1)) == []
    monkeypatch.setattr(reference, "live", lambda *_, **__: Truth.T)
    found = Soundness(most=20).of(policy, known, date(2026, 6, 1))
    assert any(line.startswith("alpha in US, from a3 to a3,") for line in found), found


def test_a_fact_that_is_not_asked_for_is_found(planted: tuple[Policy, Facts], monkeypatch: pytest.MonkeyPatch) -> None:
    assert Recall(random.Random(0)).of(*planted, date(2025, 6, 1)) == []
    monkeypatch.setattr("licet.decide.missing.trace.MissingFacts._beater", lambda *_: None)
    found = Recall(random.Random(0)).of(*planted, date(2025, 6, 1))
    assert any("nothing is missing" in line for line in found), found


# ---- what was not asked for

ASKED = """
module a "A" jurisdiction US
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
  h : boolean "h"
relation note(of: Thing, weight: number) "note" open
relation tag(of: Thing, heavy: boolean) "tag"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 otherwise a0
rule r for x: Thing when x.f then alpha of x is a0
exception e to r for x: Thing when x.g
exception o to e for x: Thing when x.h then alpha of x is a2
score weight of x: Thing "weight" range 0 to 9
  add 2 per t in tag where (t.of is x and t.heavy)
  add 3 when some n in note where (n.of is x and x.f)
"""


@pytest.mark.parametrize("engine", ["reference", "columnar"])
def test_what_an_exception_to_an_exception_and_a_count_hang_on_is_asked_for(engine: str) -> None:
    """Whether what is excepted applies at all; how many members count, where one does; what closes an open question."""
    policy = compiled(ASKED)
    assert policy is not None
    things = {"one": Record({"g": True, "h": True})}
    tags = (Record({"of": "one", "heavy": True}), Record({"of": "one"}))
    facts = Facts({"Thing": things}, {"note": (), "tag": tags})
    (decision,) = decide(policy, facts, as_of=date(2026, 1, 1), engine_name=engine)
    (batch,) = decide_batches(policy, tables_from_facts(facts, policy), Asked(("Thing",), date(2026, 1, 1)))
    (row,) = batch.rows.to_pylist()
    asked = {(missing.fact, missing.decides) for missing in decision.missing}

    assert asked == {("f", ("alpha", "weight")), ("heavy", ("weight",)), ("note", ("weight",))}
    assert {missing["fact"] for missing in row["missing"]} == {"f", "heavy", "note"}


LED_FROM_A_ROW = """
module a "A" jurisdiction US
entity Thing "thing"
  boss : Thing "boss"
relation edge(src: Thing always applies, dst: Thing always applies) "edge"
decision alpha of x: Thing "alpha" outcomes a0 < a1 otherwise a0
rule r for x: Thing when some v in edge where (v.src is v.dst.boss) then alpha of x is a1
"""


@pytest.mark.parametrize("engine", ["reference", "columnar"])
def test_a_row_that_may_be_there_is_asked_for_where_more_than_what_is_known_of_it_counts(engine: str) -> None:
    """What is known of it alone decides nothing, and of what it refers to nobody can say whose fact is missing."""
    policy = compiled(LED_FROM_A_ROW)
    assert policy is not None
    one = Subject("Thing", "one")
    facts = Facts(
        {"Thing": {"one": Record({"boss": State.UNDETERMINED})}},
        {"edge": ()},
        opened={"edge": (Opening((("src", "one"),), one),)},
    )
    (decision,) = decide(policy, facts, as_of=date(2026, 1, 1), engine_name=engine)

    assert [(missing.of, missing.fact, missing.state) for missing in decision.missing] == [(tuple(one), "edge", "open")]
