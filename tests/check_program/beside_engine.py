"""What the second reading and an engine say of one inventory, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from licet.facts.inventory.document import facts_document
from licet.facts.store import Facts, Subject
from licet.ir.canonical import document
from licet.ir.outcomes import jurisdictions_of, rules_deciding
from licet.ir.policy import Policy
from licet.ir.types import Kind
from licet.run.outcome import EngineOutcome
from licet.run.reference.settled import Settled
from licet.values import Day, Range
from licet_check import policy as read_documents
from licet_check import reading as reading_again
from licet_check import values as known


def span(day: Day) -> known.Span:
    """A day as the second reading takes it."""
    low, high = (day.low, day.high) if isinstance(day, Range) else (day, day)
    return low.toordinal() if isinstance(low, date) else -known.INF, high.toordinal() if isinstance(
        high, date
    ) else known.INF


def read_again(policy: Policy, facts: Facts, as_of: Day, enforced_only: bool = False) -> reading_again.Reading:
    """The same policy and facts, of which only the documents are known."""
    return reading_again.Reading(
        read_policy(policy), read_documents.Facts(facts_document(facts)), span(as_of), enforced_only=enforced_only
    )


@lru_cache(8)
def read_policy(policy: Policy) -> read_documents.Policy:
    """A policy by its document, read once."""
    return read_documents.Policy(document(policy))


def differences(policy: Policy, facts: Facts, left: EngineOutcome, seen: Counter[str]) -> Iterator[str]:
    """Whatever is not said alike of rules, terms, decisions and scores."""
    right = read_again(policy, facts, left.as_of, left.enforced_only)
    asked = {subject for _, subject in left.rules}
    one = Settled(policy, facts, left)
    for (rule, subject), result in left.rules.items():
        seen[result.status] += 1
        seen["rules"] += 1
        again = right.result(rule, subject.id)
        said = (result.status, *(int(t) for t in (result.live, result.body, result.applies, result.effective)))
        if said != again[:5] or (result.status == "defeated" and result.defeated_by != again.beaten_by):
            yield f"{rule} of {subject}: engine {said} {result.defeated_by}, again {tuple(again)}"
    for (name, subject), reading in left.terms.items():
        beside = left.terms.get((name._replace(jurisdiction=""), subject))
        yield from _of_term(policy, right, name, subject, [reading, *([beside] if beside else [])], seen)
    for decision, rules in rules_deciding(policy).items():
        entity = policy.decisions[decision].entity
        for view in (*jurisdictions_of(policy, decision), "overall") if rules else ():
            for subject in asked & set(facts.subjects(entity)):
                seen["decisions"] += 1
                bounds, bounds_again = one.decision(decision, view, subject), right.bounds(decision, view, subject.id)
                if (bounds.must, bounds.may) != bounds_again:
                    yield f"{decision} of {subject} in {view}: engine {bounds}, again {bounds_again}"
    for name, score in policy.scores.items():
        for subject in asked & set(facts.subjects(score.entity)):
            seen["scores"] += 1
            found = one.score(name, subject)
            again_score = right.score(name, subject.id)
            if (found.low, found.high) != again_score:
                yield f"{name} of {subject}: engine {found}, again {again_score}"


def _of_term(
    policy: Policy, right: reading_again.Reading, name: Any, subject: Subject, parts: list[Any], seen: Counter[str]
) -> Iterator[str]:
    """A truth or a set, as the view of a jurisdiction reads it: its own conclusions and the common ones."""
    kind = policy.entities[name.entity].fields[name.name].type.kind
    if name.sort != "term" or kind not in (Kind.BOOLEAN, Kind.SET):
        return
    seen["terms"] += 1
    again = right.term(name.jurisdiction or None, name.entity, name.name, subject.id)
    if kind is Kind.BOOLEAN:
        found = max(int(part.contains(True)) for part in parts)
    else:
        members = {value for part in parts for value in part.members}
        others = max(int(part.others) for part in parts)
        found = {value: max(int(part.contains(value)) for part in parts) for value in members}, others
        values = members | set(again.members)
        again = {value: max(again.members.get(value, 0), again.more) for value in values}, again.more
    if found != again:
        yield f"{name} of {subject}: engine {found}, again {again}"
