"""Whether a rule stands on a day, or on all that it may be (language.md#live); what is so on every one of some days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from licet.ir.policy import Interval, Live
from licet.values import Day, Truth, ends_of

T, U, F = Truth.T, Truth.U, Truth.F


def live(rule: Live, day: Day, *, enforced_only: bool = False) -> Truth:
    """Unconfirmed is unknown; suspended is not; in force, or without any interval, is.

    With `enforced_only` a rule that is announced as not enforced does not stand either. Where it is not known which day
    it is, what is the same on every day that it may be is: a rule that stands on none does not stand.
    """
    if isinstance(day, date):
        stands = _stands(rule, day)
        return min(stands, ~_inside(rule.not_enforced, day)) if enforced_only else stands
    intervals = (*rule.in_force, *rule.suspended, *rule.not_enforced, *rule.unconfirmed)
    return same_on_every_day(day, intervals, lambda some: live(rule, some, enforced_only=enforced_only))


def same_on_every_day(day: Day, intervals: Iterable[Interval], truth_on: Callable[[date], Truth]) -> Truth:
    """What is so on every day that it may be, where it changes only as intervals begin and end; else U."""
    found = {truth_on(some) for some in days_between(day, (turn for i in intervals for turn in (i.start, i.end)))}
    return found.pop() if len(found) == 1 else U


def days_between(day: Day, turns: Iterable[date | None]) -> Sequence[date]:
    """One of each stretch in which nothing turns, among the days that it may be."""
    low, high = ends_of(day)
    first = low or date.min
    return sorted({first, *(turn for turn in turns if turn and first < turn and (high is None or turn <= high))})


def _stands(rule: Live, day: date) -> Truth:
    if _inside(rule.unconfirmed, day) is T:
        return U
    if _inside(rule.suspended, day) is T:
        return F
    return T if not rule.in_force else _inside(rule.in_force, day)


def _inside(intervals: Sequence[Interval], day: date) -> Truth:
    return T if any(i.contains(day) for i in intervals) else F
