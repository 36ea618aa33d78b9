"""What a condition reads is all that it hangs on, and hiding some of it only leaves more open."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licet.explain.cone import Cone, Cones
from licet.explain.hidden import HiddenWorld, Kept
from licet.explain.memory import Memory
from licet.explain.questions import (
    OfDecision,
    OfObligation,
    OfScore,
    OfTerm,
    Question,
    Told,
    obligations_of,
    places_concluding,
    scores_of,
    terms_of,
)
from licet.explain.sufficient import AnswerTrials
from licet.explain.units import Rows, Unit
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import Range
from tests.examples import each_once, examples
from tests.run.worlds import DATES, compiled, policy_texts, subjects, worlds


def cones(policy: ir.Policy, facts: Facts, day: date | None) -> list[tuple[Settled, Cone, AnswerTrials]]:
    """The cones of every answer, and trials of each."""
    settled = Settled(policy, facts, reference.evaluate(policy, facts, subjects(facts), day))
    rows = Rows(facts)
    made = Cones(settled, rows)
    found = []
    for subject in subjects(facts):
        for decision in policy.decisions.values():
            if decision.entity == subject.type:
                for place in jurisdictions_of(policy, decision.name):
                    cone = made.of(OfDecision(decision.name, place), subject)
                    found.append((settled, cone, AnswerTrials(policy, rows, day, cone)))
    return found


def anew(trials: AnswerTrials, kept: frozenset[Unit]) -> Any:
    """The answer from some units, with nothing found before."""
    return AnswerTrials(trials.policy, trials.rows, trials.as_of, trials.cone).told(kept)


@settings(max_examples=examples(40))
@given(policy_texts(), worlds(), DATES, st.data())
def test_hiding_only_leaves_more_open(text: str, facts: Facts, day: date | None, data: st.DataObject) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    for settled, cone, trials in cones(policy, facts, day):
        bounds = settled.decision(cone.question.name, cone.question.place, cone.subject)
        whole = trials.told(cone.units)
        assert (whole.must, whole.may) == (bounds.must, bounds.may), "all that is read is all that it hangs on"
        world = HiddenWorld(policy, trials.rows, day, Kept(cone, cone.units), Memory(policy))
        for node in cone.nodes.values():
            assert world.result(node.rule, node.thing) == node.result, node.id
        kept = frozenset(cone.units)
        for unit in data.draw(st.permutations(sorted(cone.units, key=str)[:12])):
            before, kept = kept, kept - {unit}
            told = trials.told(kept)
            assert _is_within(trials.told(before), told), f"hiding {unit} settles something"
            assert told == anew(trials, kept), "as decided anew"


@settings(max_examples=examples(20))
@given(policy_texts(), worlds(), DATES, st.data())
def test_what_is_found_again_is_as_decided_anew(text: str, facts: Facts, day: date | None, data: st.DataObject) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    settled = Settled(policy, facts, reference.evaluate(policy, facts, subjects(facts), day))
    rows = Rows(facts)
    made = Cones(settled, rows)
    for subject in subjects(facts):
        asked: list[Question] = [OfScore(name) for name in sorted(scores_of(policy, subject.type))]
        for term in sorted(terms_of(policy, subject.type)):
            asked += [OfTerm(term, place) for place in places_concluding(policy, subject.type, term)]
        asked += [
            OfObligation(name, policy.rules[name].jurisdiction or ir.COMMON)
            for name in sorted(obligations_of(policy, subject.type))
        ]
        for question in asked:
            cone = made.of(question, subject)
            trials = AnswerTrials(policy, rows, day, cone)
            kept = frozenset(cone.units)
            for unit in data.draw(st.permutations(sorted(cone.units, key=str)[:12])):
                kept -= {unit}
                assert trials.told(kept) == anew(trials, kept), (question, unit)


@pytest.mark.parametrize(
    ("id_", "question"),
    [("t-swiss-early", OfScore("diversion_risk")), ("t-affiliate-2", OfDecision("licensing", "US"))],
)
def test_of_the_library_too(id_: str, question: Question, library: Policy, frontier: Facts) -> None:
    """Its components that read themselves, and rules that several strata hang on; compared after every third unit."""
    subject, day = Subject("Transfer", id_), date(2026, 9, 24)
    settled = Settled(library, frontier, reference.evaluate(library, frontier, [subject], day))
    rows = Rows(frontier)
    cone = Cones(settled, rows).of(question, subject)
    trials = AnswerTrials(library, rows, day, cone)
    kept = frozenset(cone.units)
    for number, unit in enumerate(sorted(kept, key=str, reverse=True)):
        kept -= {unit}
        told = trials.told(kept)
        assert number % 3 or told == anew(trials, kept), unit


def _is_within(narrow: Told, wide: Told) -> bool:
    return (
        wide.must <= narrow.must <= narrow.may <= wide.may
        and wide.enforced[0] <= narrow.enforced[0] <= narrow.enforced[1] <= wide.enforced[1]
    )


@settings(max_examples=examples(15))
@given(policy_texts(), worlds(), DATES)
@each_once
def test_least_sets_suffice_and_no_unit_of_them_can_go(text: str, facts: Facts, day: date | None) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    for _, cone, trials in cones(policy, facts, day):
        whole = trials.told(cone.units)
        least = trials.least(lambda told, whole=whole: told == whole, cone.units, {})  # type: ignore[misc]
        assert anew(trials, least) == whole
        assert all(anew(trials, least - {unit}) != whole for unit in least)


ITSELF = """
module core "Core"
  authority L "Law"
entity Thing "thing"
  d : date "d"
  tags : set of text "tags"
  labels : set of text derived "labels"
  t : boolean derived "t"
relation edge(src: Thing always applies, dst: Thing always applies, w: percent) "edge"
decision notice of x: Thing "notice" outcomes none < yearly otherwise none

gap other
  for x: Thing
  cites L "1"
  then x.labels may include each h over h in x.tags

rule r
  for x: Thing
  when any of (a) x.d is on or after 2025-06-01 (b) some o in edge where (o.dst is x and o.src is t) end
  then x is t and notice of x is yearly
"""


def test_nothing_holds_itself_up() -> None:
    """A row from a thing to itself gives no reason once the row from the first to it is hidden."""
    policy = compiled(ITSELF)
    assert policy is not None
    things = {"i0": Record({"d": Range(date(2025, 6, 1), None)}), "i1": Record({})}
    edges = tuple(Record({"src": src, "dst": "i1", "w": Fraction(1, 4)}) for src in ("i0", "i1"))
    facts = Facts({"Thing": things}, {"edge": edges}, None)
    sets = []
    for _, cone, trials in cones(policy, facts, date(2025, 1, 1)):
        whole = trials.told(cone.units)
        least = trials.least(lambda told, whole=whole: told == whole, cone.units, {})  # type: ignore[misc]
        assert anew(trials, least) == whole
        sets.append(least)
    assert max(map(len, sets)) == 2
