"""Dated lists: who is on one on a day, and on which days nobody is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from licet.ir.policy import DatedList
from licet.ir.remembered import by_identity
from licet.run.reference.live import days_between, same_on_every_day
from licet.values import Day, Truth, Value

F, U, T = Truth.F, Truth.U, Truth.T


def listed_on(dated: DatedList, member: object, day: date) -> Truth:
    """Membership of a dated list on a day; U outside the days that the list covers, and of whom an open one lacks."""
    if not dated.covers.contains(day):
        return U
    return T if dated.has(member, day) else U if dated.open else F


@by_identity
def all_on(dated: DatedList, day: Day) -> tuple[Mapping[Value, Truth], Truth]:
    """Membership of all that a list ever names, on a day or on each that it may be, and of whoever else."""
    days = [day] if isinstance(day, date) else days_between(day, dated.days())
    known = [dated.on(one) for one in days if dated.covers.contains(one)]
    if len(known) < len(days):
        return dict.fromkeys(dated.named, U), U
    others = U if dated.open else F
    on_all, on_some = frozenset.intersection(*known), frozenset.union(*known)
    members: dict[Value, Truth] = {
        name: T if name in on_all else U if name in on_some else others for name in dated.named
    }
    return members, others


def surely_empty(dated: DatedList, day: Day) -> bool:
    """Whether nobody is on a list on a day, or on every day that it may be."""
    if isinstance(day, date):
        return dated.is_empty(day)
    intervals = [dated.covers, *(m.interval for m in dated.members)]
    return same_on_every_day(day, intervals, lambda one: F if dated.is_empty(one) else U) is F
