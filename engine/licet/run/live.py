"""Whether a rule stands on a day (LANGUAGE, Live)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from licet.ir.policy import Interval, Live
from licet.values import Truth

T, U, F = Truth.T, Truth.U, Truth.F


def live(rule: Live, day: date | None, *, enforced_only: bool = False) -> Truth:
    """Unconfirmed is unknown; suspended is not; in force, or without any interval, is.

    With `enforced_only` a rule that is announced as not enforced does not stand either.
    """
    stands = _stands(rule, day)
    return min(stands, ~_inside(rule.not_enforced, day)) if enforced_only else stands


def _stands(rule: Live, day: date | None) -> Truth:
    if day is None:
        return _stands_always(rule)
    if _inside(rule.unconfirmed, day) is T:
        return U
    if _inside(rule.suspended, day) is T:
        return F
    return T if not rule.in_force else _inside(rule.in_force, day)


def _stands_always(rule: Live) -> Truth:
    """Without a date only what is the same on every date is known."""
    if rule.unconfirmed:
        return U
    whole = T if not rule.in_force else _inside(rule.in_force, None)
    return min(whole, ~_inside(rule.suspended, None))


def _inside(intervals: Sequence[Interval], day: date | None) -> Truth:
    if day is not None:
        return T if any(i.contains(day) for i in intervals) else F
    if not intervals:
        return F
    return T if any(i.start is None and i.end is None for i in intervals) else U
