"""The law otherwise: what is taken over from the law as it is, is what would be found anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licet.explain.cone import Cones
from licet.explain.questions import OfDecision
from licet.explain.supposed import Forced, OtherLaw
from licet.explain.units import Rows
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import Day, Truth
from tests.examples import examples
from tests.run.worlds import DATES, compiled, policy_texts, subjects, worlds

DAY = date(2026, 9, 24)


class Anew(reference.Interpreter):
    """The reference with nothing taken over, where some rules stand, or do not, whatever the day says."""

    def __init__(self, policy: Policy, facts: Facts, as_of: Day, forced: Forced) -> None:
        super().__init__(policy, facts, as_of)
        self._forced = dict(forced)

    def live(self, rule: ir.Rule) -> Truth:
        return self._forced.get(rule.id, super().live(rule))


@pytest.mark.parametrize("id_", ["t-swiss", "t-listed-japan", "t-release-contractor"])
def test_worlds_are_those_found_anew(id_: str, library: Policy, frontier: Facts) -> None:
    subject = Subject("Transfer", id_)
    settled = Settled(library, frontier, reference.evaluate(library, frontier, [subject], DAY))
    made = Cones(settled, Rows(frontier))
    asked = [("licensing", place, subject) for place in jurisdictions_of(library, "licensing")]
    cones = [made.of(OfDecision(*one[:2]), subject) for one in asked]
    otherwise = OtherLaw(library, frontier, DAY, cones)
    rules = sorted({node.rule.id for cone in cones for node in cone.nodes.values()})
    forced = [(DAY, frozenset({(rule, truth)})) for rule in rules[::5] for truth in (Truth.F, Truth.T)]
    other = [(DAY + timedelta(days=days), frozenset[tuple[str, Truth]]()) for days in range(-900, 1200, 150)]
    for law in [*forced, *other]:
        world, anew = otherwise.on(*law), Anew(library, frontier, *law)
        for one in asked:
            assert world.decision(*one) == anew.decision(*one), (law, one)


@settings(max_examples=examples(25))
@given(policy_texts(), worlds(), DATES, st.data())
def test_worlds_of_generated_policies_too(text: str, facts: Facts, day: date | None, data: st.DataObject) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    asked = [
        (decision.name, place, subject)
        for subject in subjects(facts)
        for decision in policy.decisions.values()
        if decision.entity == subject.type
        for place in jurisdictions_of(policy, decision.name)
    ]
    settled = Settled(policy, facts, reference.evaluate(policy, facts, subjects(facts), day))
    made = Cones(settled, Rows(facts))
    otherwise = OtherLaw(policy, facts, day, [made.of(OfDecision(*one[:2]), one[2]) for one in asked])
    truths = st.sampled_from([Truth.F, Truth.T])
    forced = st.dictionaries(st.sampled_from(sorted(policy.rules)), truths, max_size=2)
    for on in data.draw(st.lists(st.tuples(DATES, forced), min_size=3, max_size=6)):
        law = on[0], frozenset(on[1].items())
        world, anew = otherwise.on(*law), Anew(policy, facts, *law)
        for one in asked:
            assert world.decision(*one) == anew.decision(*one), (law, one)
