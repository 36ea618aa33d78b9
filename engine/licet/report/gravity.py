"""Which answers are read first: the gravest, and what may turn out to be as grave.

An open answer stands beside what is determined to be the gravest that it may be, since neither is settled by milder
ones; and behind it, since what is certain wants something done whatever is found out, and what is open may come to
nothing. Of open ones that may be as grave, those that are grave at least come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from licet.decide.decision import Decision

Rank = tuple[float, float]
_NO_MORE = (1.0, 1.0)  # behind every answer: who has one more is read first


def rank(ends: Sequence[str], chain: Sequence[str]) -> Rank:
    """Of the least and the gravest that an answer may be; greater for what is read earlier, whatever is decided."""
    must, may = (chain.index(outcome) / max(1, len(chain) - 1) for outcome in ends)
    return may, must


def order(decision: Decision) -> tuple[Any, ...]:
    """A sort key for subjects: by the gravest answer, then the next; by facts that cannot be, then by scores."""
    chains = decision.settled.policy.decisions
    ranks = sorted((rank((o.must, o.may), chains[o.decision].outcomes) for o in decision.overall), reverse=True)
    doubtful = bool(decision.conflicts or decision.contradictions)
    return (
        [*((-may, -must) for may, must in ranks), _NO_MORE],
        not doubtful,
        [-s.high for s in decision.scores if s.told],
    )
