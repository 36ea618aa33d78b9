"""Days, their differences and roundings: what is said of a range is what is so on its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ir.builtins import BUILTINS
from licet.ir.calendars import after_working_days, is_working, working_days
from licet.ir.policy import DatedList, Membership
from licet.ir.policy import Interval as Period
from licet.ir.types import DATE
from licet.run.reference.unknown_values import Bounded, apply_monotone, apply_turning, arithmetic, called
from tests.run.second_reading import _called

DAYS = st.dates(date(2023, 11, 1), date(2026, 3, 31))
TURNING = [builtin for builtin in BUILTINS.values() if builtin.most]
ENDS = ["month_end", "quarter_end", "year_end", "year"]


@pytest.mark.parametrize("builtin", TURNING, ids=lambda b: b.name)
@given(DAYS, st.integers(0, 500))
def test_months_and_quarters_of_a_range_are_those_of_its_days(builtin: object, low: date, length: int) -> None:
    (found,) = (b for b in TURNING if b is builtin)
    assert found.function is not None
    days = [low + timedelta(days=i) for i in range(length + 1)]
    said = {_called(found.name, [day]) for day in days}
    reading = apply_turning(found.function, Bounded(days[0], days[-1]), found.most)

    assert isinstance(reading, Bounded)
    assert set(map(found.function, ([day] for day in days))) == said
    assert min(said) >= reading.low
    assert max(said) <= reading.high
    if days[0].year == days[-1].year:
        assert (reading.low, reading.high) == (min(said), max(said))
    elif length >= 365:
        assert (reading.low, reading.high) == (1, found.most)


@pytest.mark.parametrize("name", ENDS)
@given(DAYS, st.integers(0, 500))
def test_ends_of_a_range_become_the_ends_of_what_is_said(name: str, low: date, length: int) -> None:
    function = BUILTINS[name].function
    assert function is not None
    days = [low + timedelta(days=i) for i in range(length + 1)]
    said = [_called(name, [day]) for day in days]
    reading = apply_monotone(function, [Bounded(days[0], days[-1])])

    assert [function([day]) for day in days] == said
    assert reading == Bounded(min(said), max(said))


@given(DAYS, DAYS, DAYS, DAYS)
def test_a_difference_of_ranges_holds_every_difference(one: date, two: date, three: date, four: date) -> None:
    (a, b), (c, d) = sorted((one, two)), sorted((three, four))
    reading = arithmetic("-", Bounded(a, b), Bounded(c, d))

    assert reading == Bounded((a - d).days, (b - c).days)
    assert arithmetic("-", b, c) == (b - c).days


OFF = DatedList(
    "off",
    "",
    DATE,
    "",
    "",
    "",
    Period(date(2024, 1, 1), date(2026, 1, 1)),
    tuple(Membership(day, Period(None, None), "") for day in (date(2024, 12, 25), date(2025, 1, 4), date(2025, 5, 1))),
    (),
    weekend=(4, 5),
)


def by_the_day(start: date, end: date) -> int | None:
    """The days of work, one after the other."""
    if end < start:
        found = by_the_day(end, start)
        return None if found is None else -found
    days = [start + timedelta(days=i) for i in range(1, (end - start).days + 1)]
    works = [is_working(OFF, day) for day in days]
    return None if None in works else sum(map(bool, works))


@given(DAYS, DAYS)
def test_days_of_work_are_counted_as_one_by_one(start: date, end: date) -> None:
    assert working_days(OFF, start, end) == by_the_day(start, end)


@given(DAYS, st.integers(0, 60))
def test_the_day_after_so_many_days_of_work_is_one_and_that_many_later(start: date, number: int) -> None:
    found = after_working_days(OFF, start, number)
    if found is None:
        assert not OFF.covers.contains(start + timedelta(days=1)) or start + timedelta(days=2 * number + 10) > date(
            2026, 1, 1
        )
    else:
        assert is_working(OFF, found)
        assert by_the_day(start, found) == number or (number == 0 and by_the_day(start - timedelta(days=1), found) == 1)


@pytest.mark.parametrize("ends", [(None, date(2025, 3, 3)), (date(2025, 3, 3), None), (None, None)])
def test_of_a_range_without_an_end_some_days_lie_outside_the_list(ends: tuple[date | None, date | None]) -> None:
    builtin = BUILTINS["after_working_days"]
    reading = called(builtin, builtin.function or max, [Bounded(*ends), 3], OFF)

    assert reading == Bounded(None, None, maybe_nothing=True)
    always = replace(OFF, covers=Period(None, None))
    known = called(builtin, builtin.function or max, [Bounded(*ends), 3], always)
    assert known == Bounded(*(None if end is None else after_working_days(always, end, 3) for end in ends))


@given(DAYS, st.integers(0, 40), DAYS, st.integers(0, 40))
def test_days_of_work_between_ranges_are_those_between_their_days(one: date, more: int, two: date, longer: int) -> None:
    low = [Bounded(one, one + timedelta(days=more)), Bounded(two, two + timedelta(days=longer))]
    reading = called(BUILTINS["working_days"], BUILTINS["working_days"].function or max, low, OFF)
    said = [working_days(OFF, one + timedelta(days=i), two + timedelta(days=j)) for i in (0, more) for j in (0, longer)]

    assert isinstance(reading, Bounded)
    numbers = [number for number in said if number is not None]
    if len(numbers) < len(said):
        assert (reading.low, reading.high) == (None, None)
    else:
        assert (reading.low, reading.high) == (min(numbers), max(numbers))


@pytest.mark.parametrize(
    ("number", "nearest", "up", "down"),
    [
        (3, 4, 4, 2),
        (Fraction(29, 10), 2, 4, 2),
        (2, 2, 2, 2),
        (0, 0, 0, 0),
        (-1, -2, 0, -2),
        (Fraction(-1, 2), 0, 0, -2),
        (-3, -4, -2, -4),
    ],
)
def test_rounding_is_to_multiples_and_halves_go_away_from_zero(
    number: Fraction, nearest: int, up: int, down: int
) -> None:
    said = {"rounded": nearest, "rounded_up": up, "rounded_down": down}
    for name, wanted in said.items():
        function = BUILTINS[name].function
        assert function is not None
        assert function([number, 2]) == _called(name, [number, 2]) == wanted
