"""Dated lists: who is on one on a day, and on which days nobody is."""

from __future__ import annotations

from datetime import date

from licet.ir.policy import DatedList
from licet.run.reference.live import same_on_every_day
from licet.values import Day, Truth

F, U, T = Truth.F, Truth.U, Truth.T


def listed_on(dated: DatedList, member: object, day: date) -> Truth:
    """Membership of a dated list on a day; U outside the days that the list covers, and of whom an open one lacks."""
    if not dated.covers.contains(day):
        return U
    return T if dated.has(member, day) else U if dated.open else F


def surely_empty(dated: DatedList, day: Day) -> bool:
    """Whether nobody is on a list on a day, or on every day that it may be."""
    if isinstance(day, date):
        return dated.is_empty(day)
    intervals = [dated.covers, *(m.interval for m in dated.members)]
    return same_on_every_day(day, intervals, lambda one: F if dated.is_empty(one) else U) is F
