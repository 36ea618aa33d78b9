"""All that an engine says of rules, also where each stopped, which is looked for only where somebody asks."""

from __future__ import annotations

from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.run.outcome import EngineOutcome, RuleResult
from licet.run.reference.settled import Settled


def told(policy: Policy, facts: Facts, outcome: EngineOutcome) -> dict[tuple[str, Subject], object]:
    """Of every rule and subject that the engine looked at."""
    settled = Settled(policy, facts, outcome)
    return {key: told_of(settled, *key) for key in outcome.rules}


def told_of(settled: Settled, rule: str, subject: Subject) -> tuple[RuleResult, tuple[str, ...]]:
    """The result, and where the rule stopped."""
    own = settled.policy.rules[rule]
    return settled.result(own, subject), settled.stopped_at(own, subject)
