"""The columnar engine: atoms once per column, rules as bit operations, conclusions of entities gathered by key."""

from __future__ import annotations

from collections.abc import Iterable

from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.run.columnar.tabled import Tabled
from licet.run.outcome import EngineOutcome
from licet.values import Day

NAME = "columnar"


def evaluate(
    policy: ir.Policy, facts: Facts, subjects: Iterable[Subject], as_of: Day, *, enforced_only: bool = False
) -> EngineOutcome:
    """Every rule about the subjects asked for; conclusions about everything."""
    return outcome(Tabled(policy, facts, dict.fromkeys(subjects, as_of)), as_of, enforced_only=enforced_only)


def outcome(tabled: Tabled, as_of: Day, *, enforced_only: bool = False) -> EngineOutcome:
    """What was found for those subjects of an inventory whose day it is."""
    rules = tabled.rules(as_of, enforced_only=enforced_only)
    return EngineOutcome(as_of, enforced_only, NAME, rules, tabled.terms(as_of, enforced_only=enforced_only))
