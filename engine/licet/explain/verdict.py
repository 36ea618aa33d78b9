"""What the second program says of an explanation: it decides again from the documents alone, and agrees or refuses."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from licet.decide.decision import Decision
from licet.facts.inventory.document import facts_document
from licet.ir.canonical import document as policy_document
from licet.ir.policy import Policy
from licet.ir.remembered import by_policy
from licet_check.checks import refusals
from licet_check.policy import Policy as PolicyAgain

# What the checker counts, in the words of this side: answers decided again, rules and conditions of their proofs, sets
# of facts, and answers with something hidden, supposed or on another day.
COUNTED = ("answers", "rules", "conditions", "reads", "claims", "trials")
_DEPTH = 20_000  # of a policy; what is nested deeper is not checked


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refused` is empty where the second program agrees; `unread` says why it could not decide at all."""

    refused: tuple[str, ...]
    counts: Mapping[str, int]
    seconds: float
    unread: str = ""

    @property
    def agrees(self) -> bool:
        return not self.refused and not self.unread


def verdict(decision: Decision, explanation: Mapping[str, Any]) -> Verdict:
    """The document of a decision, checked against the policy and the inventory that it was made from."""
    with decision.settled.turn:
        facts = facts_document(decision.settled.facts)
    return verdict_on(read_again(decision.settled.policy), facts, explanation)


@by_policy
def read_again(policy: Policy) -> PolicyAgain:
    """A policy as the second program reads its document, once for all that it checks."""
    return PolicyAgain(policy_document(policy))


def verdict_on(policy: Any, facts: Any, explanation: Any) -> Verdict:
    """The same of three JSON documents, or a policy read before; of the explanation what its text says is checked."""
    start = time.perf_counter()
    refused, counts, unread = list[str](), dict[str, int](), ""
    try:
        with _deep():
            refused, found = refusals(policy, facts, json.loads(json.dumps(explanation)))
        counts = {name: found[name] for name in COUNTED}
    except ValueError as error:
        refused = [str(error)]
    except RecursionError:
        unread = "policy or explanation are nested too deeply for it"
    return Verdict(tuple(refused), counts, time.perf_counter() - start, unread)


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
