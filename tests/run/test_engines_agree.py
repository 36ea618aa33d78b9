"""M4: the forward engine and the reference interpreter agree on every status, conclusion and range."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given, settings

from licet.facts.store import Facts
from licet.run import forward, reference
from licet.run.premises import premises
from licet.run.settled import Settled
from tests.run.worlds import DATES, compiled, policy_texts, subjects, worlds

SEEN: Counter[str] = Counter()


def differences(text: str, facts: Facts, as_of: date | None, *, enforced_only: bool = False) -> list[str] | None:
    """Everything on which the engines differ; None where the generated policy is refused."""
    policy = compiled(text)
    if policy is None:
        return None
    wanted = subjects(facts)
    left = reference.evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)
    right = forward.evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)
    found = [
        f"{key}: reference {left.rules.get(key)}, forward {right.rules.get(key)}"
        for key in sorted(set(left.rules) | set(right.rules), key=str)
        if left.rules.get(key) != right.rules.get(key)
    ]
    for key in set(left.terms) & set(right.terms):
        if left.terms[key] != right.terms[key]:
            found.append(f"{key}: reference {left.terms[key]}, forward {right.terms[key]}")
    one, two = Settled(policy, facts, left), Settled(policy, facts, right)
    for decision in policy.decisions:
        for subject in wanted:
            if one.decision(decision, "overall", subject) != two.decision(decision, "overall", subject):
                found.append(f"{decision} of {subject}")
    found.extend(
        f"premises of {rule} for {subject}"
        for rule, subject in left.rules
        if premises(one, policy.rules[rule], subject) != premises(two, policy.rules[rule], subject)
    )
    SEEN.update(result.status for result in left.rules.values())
    return found


@settings(max_examples=2000)
@given(policy_texts(), worlds(), DATES)
def test_reference_and_forward_agree(text: str, facts: Facts, as_of: date | None) -> None:
    found = differences(text, facts, as_of)
    SEEN["refused" if found is None else "compared"] += 1
    assert not found, "\n".join([text, str(facts), *found])


def test_the_generated_cases_are_worth_comparing() -> None:
    """Nearly all policies are accepted, and every status comes about often."""
    assert SEEN["compared"] > 9 * SEEN["refused"], SEEN
    for status in ("holds", "fails", "unknown", "defeated", "not_in_force"):
        assert SEEN[status] > 100, SEEN
