"""The one date that governs each decision (LANGUAGE, Date)."""

from __future__ import annotations

from datetime import date

from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.values import Range, State


def date_of(policy: Policy, facts: Facts, subject: Subject, as_of: date | None, today: date | None) -> date | None:
    """`as_of`; else the subject's own date; else, for a type without one, the inventory's; else `today`.

    None where the subject should have a date and it is not known.
    """
    if as_of is not None:
        return as_of
    if "date" in policy.entities[subject.type].fields:
        own = facts.record(subject).get("date")
        return own if isinstance(own, date) else None
    return facts.as_of or today


def day_state(policy: Policy, facts: Facts, subject: Subject) -> str:
    """What is said of the governing date where it is not known; nothing where it is absent, or is no field."""
    if subject.type not in policy.entities or "date" not in policy.entities[subject.type].fields:
        return ""
    return state_told(facts.record(subject).get("date"))


def state_told(fact: object) -> str:
    """How a date that is no day is told."""
    if isinstance(fact, Range):
        return "range"
    return fact.value if isinstance(fact, State) and fact is not State.ABSENT else ""
