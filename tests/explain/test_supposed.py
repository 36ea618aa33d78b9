"""The law otherwise: what is taken over from the law as it is, is what would be found anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from licet.explain.cone import Cones
from licet.explain.questions import OfDecision
from licet.explain.supposed import OtherLaw, Supposed
from licet.explain.units import Rows
from licet.facts.store import Facts, Subject
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import Truth

DAY = date(2026, 9, 24)


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
        world, anew = otherwise.on(*law), Supposed(library, frontier, *law)
        for one in asked:
            assert world.decision(*one) == anew.decision(*one), (law, one)
