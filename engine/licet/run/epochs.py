"""Stretches of days throughout which everything that rules read of the resident tables stays the same."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from licet.facts.tables import Coded, Plain, Table, Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.walk import Part, parts
from licet.values import Range

_DAY = timedelta(days=1)
Read = tuple[str, str]  # an entity or relation, and a field


class Epochs:
    """Days are equivalent if no rule, list or recorded day that is compared with the day changes between them.

    Where the day is read in another way, each day is an epoch of its own.
    """

    def __init__(self, policy: ir.Policy, resident: Tables, streamed: str | None = None) -> None:
        changes = set(_of_policy(policy))
        self._exact = False
        tables: Mapping[str, Table] = {**resident.entities, **resident.relations}
        for read in _days_read(policy, streamed):
            if read is None:
                self._exact = True
            elif isinstance(read, date):
                changes |= {read, read + _DAY}
            elif read[0] in tables:
                changes |= set(_recorded(tables[read[0]], read[1]))
        self._changes = sorted(changes)

    def of(self, day: date | None) -> object:
        """What is equal for days of one epoch; a day that is not known is one of its own."""
        return day if day is None or self._exact else bisect_right(self._changes, day)


def _of_policy(policy: ir.Policy) -> Iterator[date]:
    """The days on which rules and lists change."""
    for rule in policy.rules.values():
        stands = rule.live
        for intervals in (stands.in_force, stands.suspended, stands.not_enforced, stands.unconfirmed):
            for interval in intervals:
                yield from _ends(interval)
    for dated in policy.lists.values():
        yield from _ends(dated.covers)
        for member in dated.members:
            yield from _ends(member.interval)
        yield from (territory.since for territory in dated.territories if territory.since is not None)


def _ends(interval: ir.Interval) -> Iterator[date]:
    yield from (day for day in (interval.start, interval.end) if day is not None)


def _days_read(policy: ir.Policy, streamed: str | None) -> Iterator[Read | date | None]:
    """What conclusions about resident things compare with the day of the decision; None for any other use of it."""
    for rule in policy.rules.values():
        if rule.entity == streamed:
            continue
        if rule.body is not None:
            yield from _reads(rule.body)
        for effect in rule.effects:
            if isinstance(effect, ir.TermValue):
                yield from _reads(effect.value)


def _reads(node: Part) -> Iterator[Read | date | None]:
    match node:
        case n.Compare(left=n.AsOf(), right=other) | n.Compare(left=other, right=n.AsOf()):
            yield _compared(other)
        case n.AsOf():
            yield None
        case _:
            for part in parts(node):
                yield from _reads(part)


def _compared(other: n.Operand) -> Read | date | None:
    if isinstance(other, n.FieldOf) and not isinstance(other.base, n.AsOf):
        return other.base.type.name, other.name
    return other.value if isinstance(other, n.Known) and isinstance(other.value, date) else None


def _recorded(table: Table, name: str) -> Iterator[date]:
    """Each recorded day, and the day after it: comparisons change on both."""
    column = table.columns.get(name)
    facts: Any = ()
    if isinstance(column, Coded):
        facts = column.facts
    elif isinstance(column, Plain):
        facts = [column.value(v) for v in set(column.values[column.states == 0].tolist())]
    for fact in facts:
        for day in (fact.low, fact.high) if isinstance(fact, Range) else (fact,):
            if isinstance(day, date):
                yield from (day, day + _DAY)
