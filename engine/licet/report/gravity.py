"""Which answers are read first: the gravest, and what may turn out to be as grave."""

from __future__ import annotations

from typing import Any

from licet.decide.decision import Decision, Overall
from licet.ir import policy as ir

Rank = tuple[float, float]


def rank(policy: ir.Policy, overall: Overall) -> Rank:
    """Greater for what is read earlier: the gravest that it may be, from 0 to 1, and what it is at least."""
    chain = policy.decisions[overall.decision].outcomes
    may, must = (chain.index(outcome) / max(1, len(chain) - 1) for outcome in (overall.may, overall.must))
    return may, must


def order(decision: Decision) -> tuple[Any, ...]:
    """A sort key for subjects: by the gravest answer, then the next; by facts that cannot be, then by scores."""
    policy = decision.settled.policy
    ranks = sorted((rank(policy, overall) for overall in decision.overall), reverse=True)
    doubtful = bool(decision.conflicts or decision.contradictions)
    return [(-may, -must) for may, must in ranks], not doubtful, [-s.high for s in decision.scores]
