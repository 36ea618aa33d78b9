"""Whether a rule stands on a day (language.md#live)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from licet.ir.policy import Interval, Live
from licet.values import Truth

T, U, F = Truth.T, Truth.U, Truth.F


def live(rule: Live, day: date | None, *, enforced_only: bool = False) -> Truth:
    """Unconfirmed is unknown; suspended is not; in force, or without any interval, is.

    With `enforced_only` a rule that is announced as not enforced does not stand either. Without a day it is known what
    is the same on every day: a rule that stands on none does not stand.
    """
    if day is not None:
        stands = _stands(rule, day)
        return min(stands, ~_inside(rule.not_enforced, day)) if enforced_only else stands
    intervals = (*rule.in_force, *rule.suspended, *rule.not_enforced, *rule.unconfirmed)
    return same_on_every_day(intervals, lambda some: live(rule, some, enforced_only=enforced_only))


def same_on_every_day(intervals: Iterable[Interval], truth_on: Callable[[date], Truth]) -> Truth:
    """What is so on every day, where it changes only as intervals begin and end; else U."""
    turns = {day for interval in intervals for day in (interval.start, interval.end) if day is not None}
    found = {truth_on(day) for day in (date.min, *turns)}
    return found.pop() if len(found) == 1 else U


def _stands(rule: Live, day: date) -> Truth:
    if _inside(rule.unconfirmed, day) is T:
        return U
    if _inside(rule.suspended, day) is T:
        return F
    return T if not rule.in_force else _inside(rule.in_force, day)


def _inside(intervals: Sequence[Interval], day: date) -> Truth:
    return T if any(i.contains(day) for i in intervals) else F
