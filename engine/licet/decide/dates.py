"""The one date that governs each decision (language.md#date)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal, TypeVar

from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import any_says
from licet.ir.policy import Entity, Policy
from licet.values import Day, Range, State

NO_DAY: Final = State.NOT_APPLICABLE  # of its own: time passes for it
OwnDay = Day | Literal[State.NOT_APPLICABLE]
_Otherwise = TypeVar("_Otherwise")


def date_of(policy: Policy, facts: Facts, subject: Subject, as_of: date | None, today: date | None) -> Day:
    """`as_of`; else the subject's own date; else, for what has none, the inventory's; else `today`.

    None where the subject should have a date and it is not known.
    """
    if as_of is not None:
        return as_of
    return own_day(policy.entities[subject.type], facts.record(subject).get, facts.as_of or today)


def own_day(entity: Entity, fact_of: Callable[[str], object], otherwise: _Otherwise) -> Day | _Otherwise:
    """The day of a record's own; `otherwise` where it has none: the one that decisions declare is not applicable."""
    if _undated(entity, fact_of):
        return otherwise
    fact = fact_of(entity.day)
    return fact if isinstance(fact, date | Range) else None


def own_day_of(policy: Policy, facts: Facts, subject: Subject) -> OwnDay:
    """The day of a subject's own, or that it has none: any recorded day, the first of all too, is a day."""
    return own_day(policy.entities[subject.type], facts.record(subject).get, NO_DAY)


def has_undated(entity: Entity, records: Mapping[str, Record]) -> bool:
    """Whether the day of the inventory governs one of these records."""
    if not entity.day:
        return bool(records)
    return bool(entity.governed_by) and any_says(records, entity.day, NO_DAY)


def _undated(entity: Entity, fact_of: Callable[[str], object]) -> bool:
    if not entity.day:
        return True
    return bool(entity.governed_by) and fact_of(entity.day) is State.NOT_APPLICABLE


def is_past(day: Day, today: date) -> bool:
    """Whether a day is certainly over: of one that is known between two ends, the later."""
    last = day.high if isinstance(day, Range) else day
    return isinstance(last, date) and last < today


def day_state(policy: Policy, facts: Facts, subject: Subject) -> str:
    """What is said of the governing date where it is not known; nothing where it is absent, or is no field."""
    if subject.type not in policy.entities or not policy.entities[subject.type].day:
        return ""
    return state_told(facts.record(subject).get(policy.entities[subject.type].day))


def state_told(fact: object) -> str:
    """How a date that is no day is told."""
    if isinstance(fact, Range):
        return "range"
    return fact.value if isinstance(fact, State) and fact is not State.ABSENT else ""
