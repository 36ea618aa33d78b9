"""Days of work: all but weekends and the days of a list, on the days that the list covers (docs/language.md#days)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from licet.ir.policy import DatedList
from licet.ir.remembered import by_identity

_DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_working(holidays: DatedList, day: date) -> bool | None:
    """None on a day that the list does not cover."""
    if not holidays.covers.contains(day):
        return None
    if day.weekday() in holidays.weekend:
        return False
    return day not in _days_off(holidays)


@by_identity
def _days_off(holidays: DatedList) -> frozenset[date]:
    """The days of the list, on which they stand in it."""
    return frozenset(m.member for m in holidays.members if isinstance(m.member, date) and m.interval.contains(m.member))


def working_days(holidays: DatedList, start: date, end: date) -> int | None:
    """How many days of work there are after `start` and up to `end`; negative if that is before it."""
    if end < start:
        found = working_days(holidays, end, start)
        return None if found is None else -found
    if end == start:
        return 0
    if not (holidays.covers.contains(start + _DAY) and holidays.covers.contains(end)):
        return None
    weeks, rest = divmod((end - start).days, 7)
    days = weeks * (7 - len(holidays.weekend))
    days += sum((end - i * _DAY).weekday() not in holidays.weekend for i in range(rest))
    return days - sum(start < day <= end and day.weekday() not in holidays.weekend for day in _days_off(holidays))


def after_working_days(holidays: DatedList, start: date, number: int) -> date | None:
    """The day of work that is so many after another; for none, that day itself or the next that is one."""
    day, left = start, number
    if not number:
        left = 1
        day -= _DAY if day > date.min else timedelta(0)
    while left:
        if day == date.max:
            return None
        day += _DAY
        works = is_working(holidays, day)
        if works is None:
            return None
        left -= works
    return day


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def quarter_end(day: date) -> date:
    return month_end(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def year_end(day: date) -> date:
    return day.replace(month=12, day=31)


def quarter(day: date) -> int:
    return (day.month + 2) // 3
