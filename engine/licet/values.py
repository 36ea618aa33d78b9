"""Exact values, what can be said of a fact or a day, and the three truth values."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum
from fractions import Fraction

Number = int | Fraction
Scalar = bool | int | Fraction | date | str
Value = bool | int | Fraction | date | str | frozenset[str]


class Truth(IntEnum):
    """Strong Kleene: AND is `min`, OR is `max`. Stands for the pair (must, may)."""

    F = 0
    U = 1
    T = 2

    def __invert__(self) -> Truth:
        return _NEGATIONS[self]

    @property
    def must(self) -> bool:
        return self is Truth.T

    @property
    def may(self) -> bool:
        return self is not Truth.F


_NEGATIONS = (Truth.T, Truth.U, Truth.F)


class State(Enum):
    """What is recorded of a fact that has no value."""

    ABSENT = "absent"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Range:
    """A number or date known to lie between two bounds, both included; None is no bound."""

    low: Number | date | None
    high: Number | date | None


Fact = Value | Range | State
Day = date | Range | None  # what is known of a day: which it is, two days that it lies between, or nothing


def is_given(fact: Fact | None) -> bool:
    """Whether something is recorded: a value, a range, or that somebody looked and cannot tell."""
    return fact is not None and fact is not State.ABSENT and fact is not State.NOT_APPLICABLE


def ends_of(day: Day) -> tuple[date | None, date | None]:
    """The first and the last day that it may be; None is no bound."""
    if isinstance(day, Range):
        return day.low, day.high  # type: ignore[return-value]
    return day, day


@dataclass(frozen=True, slots=True)
class Duration:
    """A stretch of calendar time."""

    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """The day this long after `start`; the last day of the month where the day does not exist.

        Beyond the calendar it is its last day, 9999-12-31, or its first.
        """
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        if not date.min.year <= year <= date.max.year:
            return date.max if year > date.max.year else date.min
        day = date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
        try:
            return day + timedelta(days=self.days)
        except OverflowError:
            return date.max if self.days > 0 else date.min

    def negated(self) -> Duration:
        return Duration(-self.months, -self.days)

    def __str__(self) -> str:
        parts = []
        if self.months:
            years, months = divmod(self.months, 12)
            parts += [f"{years} years"] if years else []
            parts += [f"{months} months"] if months else []
        if self.days or not parts:
            parts.append(f"{self.days} days")
        return " ".join(parts)


MOST_DIGITS = 400  # of a written number: beyond it reading and printing take time, and no law needs it
_POWER = re.compile(r"10\^([0-9]{1,4})")
_DECIMAL = re.compile(r"(-?)([0-9]+(?:_[0-9]{3})*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?")


def parse_number(text: str) -> Number | None:
    """An exact number from `10^26`, `2.5e25`, `26_900_000` or `0.5`; None if it is none of these or too long."""
    text = text.strip()
    if power := _POWER.fullmatch(text):
        return int(10 ** int(power[1])) if int(power[1]) <= MOST_DIGITS else None
    match = _DECIMAL.fullmatch(text)
    if not match or len(text) > MOST_DIGITS or abs(int(match[4] or 0)) > MOST_DIGITS:
        return None
    sign, whole, decimals, exponent = match.groups()
    digits = int(whole.replace("_", "") + (decimals or ""))
    scale = int(exponent or 0) - len(decimals or "")
    number = Fraction(digits) * Fraction(10) ** scale * (-1 if sign else 1)
    return simplest(number)


def parse_percent(text: str) -> Number | None:
    """A share as an exact fraction from `40%` or `12.5 %`; None if it is not one."""
    text = text.strip()
    if not text.endswith("%"):
        return None
    number = parse_number(text[:-1])
    return None if number is None else simplest(Fraction(number) / 100)


def parse_date(text: str) -> date | None:
    """A day from `2026-06-15`; None if there is no such day."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def simplest(number: Number) -> Number:
    """An int where the number is whole."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    return number


def format_number(number: Number) -> str:
    """The exact number as people read it: `10^26`, `5e26`, `99,999,999`, `0.25`, `1/3`."""
    number = simplest(number)
    if isinstance(number, Fraction):
        return _format_fraction(number)
    if abs(number) >= 10**15:
        digits = str(abs(number)).rstrip("0")
        exponent = len(str(abs(number))) - 1
        sign = "-" if number < 0 else ""
        if digits == "1":
            return f"{sign}10^{exponent}"
        if len(digits) <= 8:
            mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
            return f"{sign}{mantissa}e{exponent}"
    return f"{number:,}"


def _format_fraction(number: Fraction) -> str:
    denominator = number.denominator
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    places = max(twos, fives)
    whole = abs(number.numerator) * 10**places // number.denominator
    digits = str(whole).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{int(digits[:-places]):,}.{digits[-places:]}"


def format_percent(share: Number) -> str:
    return f"{format_number(simplest(Fraction(share) * 100))}%"


def counted(number: int, noun: str, several: str = "") -> str:
    """`1 row`, `2,000 rows`; of words that take more than an s, `several` is said of more than one, and of none."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def with_article(words: str) -> str:
    """`an entity`, `a list`: of words that may begin with a quotation mark."""
    return f"{'an' if words.lstrip('`')[:1].lower() in 'aeio' else 'a'} {words}"


def first_of(names: Sequence[str], most: int, of: int | None = None) -> str:
    """`a, b and 12 more`: the first names, and how many there are besides; `of` is how many in all, if not these."""
    more = (len(names) if of is None else of) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def share_meant(text: str) -> str:
    """What to write instead of a bare number where a share is wanted: 0.5 is rather a half than half a percent."""
    number = parse_number(text)
    if number is None or not 0 < number <= 1:
        return f"write `{text}%`"
    return f"write `{format_percent(number)}`, or `{text}%` if so little is meant"
