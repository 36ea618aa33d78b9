"""The laws of the language: more knowledge never flips an answer, order never matters, and nothing is random."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.report.decision_json import document
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import Fact, Range, State, Truth
from tests.examples import each_once, examples
from tests.run.told import told
from tests.run.worlds import (
    ALWAYS,
    DATES,
    RANGES,
    STATES,
    UNKNOWN,
    VALUES,
    compiled,
    compiled_anew,
    encoded,
    facts_atoms,
    policy_texts,
    subjects,
    worlds,
)


def settled(policy: ir.Policy, facts: Facts, as_of: date | None, *, enforced_only: bool = False) -> Settled:
    outcome = reference.evaluate(policy, facts, subjects(facts), as_of, enforced_only=enforced_only)
    return Settled(policy, facts, outcome)


@st.composite
def refined(draw: st.DrawFn, facts: Facts) -> Facts:
    """The same world, known better: one fact climbs, or an open relation gets a row."""
    things = facts.entities["Thing"]
    ids = sorted(things)
    there = {(row.get("src"), row.get("dst")) for row in facts.relations["loose"]}
    rows = [(src, dst) for src in ids for dst in ids if (src, dst) not in there]
    climbs = [
        (id_, name, ways)
        for id_ in ids
        for name in (*VALUES, "ref", "home")
        if (ways := _climbs(name, things[id_].get(name), ids)) is not None
    ]
    if rows and (not climbs or draw(st.integers(0, 3)) == 0):
        src, dst = draw(st.sampled_from(rows))
        more = (*facts.relations["loose"], Record({"src": src, "dst": dst, "q": 2}))
        return replace(facts, relations={**facts.relations, "loose": more})
    assume(climbs)
    id_, name, ways = draw(st.sampled_from(climbs))
    climbed = Record({**things[id_].facts, name: draw(ways)})
    return replace(facts, entities={**facts.entities, "Thing": {**things, id_: climbed}})


def _climbs(name: str, before: Fact, ids: list[str]) -> st.SearchStrategy[Fact] | None:
    """Whatever is known better than `before`; None where it cannot be known better."""
    values = st.sampled_from(ids) if name in ("ref", "home") else VALUES[name]
    if isinstance(before, Range):
        low, high = before.low, before.high
        return values.filter(lambda v: (low is None or v >= low) and (high is None or v <= high))
    if before is not State.ABSENT:
        return None
    options: list[st.SearchStrategy[Fact]] = [values, UNKNOWN if name in ALWAYS else STATES]
    return st.one_of([*options, RANGES[name]] if name in RANGES else options)


def flips(before: Truth, after: Truth) -> bool:
    return before is not Truth.U and after is not before


@pytest.mark.slow
@settings(max_examples=examples(300))
@given(st.data(), policy_texts(), worlds(), DATES, st.booleans())
def test_m1_more_knowledge_never_flips(
    data: st.DataObject, text: str, facts: Facts, as_of: date | None, enforced: bool
) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    better = data.draw(refined(facts))
    one = settled(policy, facts, as_of, enforced_only=enforced)
    two = settled(policy, better, as_of, enforced_only=enforced)
    assert_narrower(one, two, facts, (text, better))


def assert_narrower(one: Settled, two: Settled, facts: Facts, case: object) -> None:
    """The second answers lie within the first, and no truth is another."""
    for subject in facts.subjects("Thing"):
        for decision in one.policy.decisions:
            for view in ("overall", "A", "B"):
                before, after = one.decision(decision, view, subject), two.decision(decision, view, subject)
                assert before.must <= after.must <= after.may <= before.may, (case, facts, decision, subject)
        for term in ("t0", "t1", "t2"):
            for view in ("A", "B", None):
                before_truth = one.term("Thing", term, view, subject.id).contains(True)
                after_truth = two.term("Thing", term, view, subject.id).contains(True)
                assert not flips(before_truth, after_truth), (case, facts, term, subject)
        for score in one.policy.scores:
            wide, narrow = one.score(score, subject), two.score(score, subject)
            assert wide.low <= narrow.low <= narrow.high <= wide.high, (case, facts, score, subject)


@pytest.mark.slow
@settings(max_examples=examples(150))
@given(st.data(), policy_texts(), worlds(), DATES, st.booleans())
def test_m5_encoding_a_gap_only_narrows(
    data: st.DataObject, text: str, facts: Facts, as_of: date | None, enforced: bool
) -> None:
    assume("\ngap " in text)
    open_, known = compiled(text), compiled(encoded(text, data.draw(facts_atoms("x"))))
    assume(open_ is not None)
    assume(known is not None)
    assert open_ is not None
    assert known is not None
    one = settled(open_, facts, as_of, enforced_only=enforced)
    two = settled(known, facts, as_of, enforced_only=enforced)
    assert_narrower(one, two, facts, text)


@pytest.mark.slow
@settings(max_examples=examples(120))
@given(st.data(), policy_texts(), worlds(), DATES)
def test_m2_the_order_of_facts_and_rules_is_irrelevant(
    data: st.DataObject, text: str, facts: Facts, as_of: date | None
) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    rules = data.draw(st.permutations(list(policy.rules.items())))
    things = data.draw(st.permutations(list(facts.entities["Thing"].items())))
    edges = data.draw(st.permutations(list(facts.relations["edge"])))
    shuffled_policy = replace(policy, rules=dict(rules))
    shuffled = replace(
        facts, entities={**facts.entities, "Thing": dict(things)}, relations={**facts.relations, "edge": tuple(edges)}
    )
    left = reference.evaluate(policy, facts, subjects(facts), as_of)
    right = reference.evaluate(shuffled_policy, shuffled, subjects(shuffled), as_of)

    assert told(policy, facts, left) == told(shuffled_policy, shuffled, right)
    assert _plain(left.terms) == _plain(right.terms)


def _plain(terms: Mapping[object, object]) -> dict[object, object]:
    return dict(terms)


@pytest.mark.slow
@settings(max_examples=examples(30))
@given(policy_texts(), worlds(), DATES)
@each_once
def test_m3_the_same_input_gives_the_same_bytes(text: str, facts: Facts, as_of: date | None) -> None:
    bytes_ = []
    for engine in ("reference", "forward", "reference"):
        policy = compiled_anew(text)
        assume(policy is not None)
        assert policy is not None
        documents = [document(d) for d in decide(policy, facts, as_of=as_of, engine_name=engine)]
        for found in documents:
            found.pop("engine")
        bytes_.append(json.dumps(documents))

    assert bytes_[0] == bytes_[1] == bytes_[2]


def test_nearly_all_texts_that_are_drawn_are_policies() -> None:
    """A law passes by what the checker refuses: one that passed everything by would hold of nothing."""
    refused = []

    @settings(max_examples=examples(100))
    @given(policy_texts())
    def drawn(text: str) -> None:
        refused.append(compiled(text) is None)

    drawn()
    assert sum(refused) <= len(refused) / 4
