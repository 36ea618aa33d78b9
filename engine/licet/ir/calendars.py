"""Ends of stretches of the calendar (docs/language.md#days)."""

from __future__ import annotations

import calendar
from datetime import date


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def quarter_end(day: date) -> date:
    return month_end(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def year_end(day: date) -> date:
    return day.replace(month=12, day=31)


def quarter(day: date) -> int:
    return (day.month + 2) // 3
