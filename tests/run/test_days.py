"""Days, their differences and roundings: what is said of a range is what is so on its days."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ir.builtins import BUILTINS
from licet.run.readings import Interval, apply_monotone, apply_turning, arithmetic
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
    reading = apply_turning(found.function, Interval(days[0], days[-1]), found.most)

    assert isinstance(reading, Interval)
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
    reading = apply_monotone(function, [Interval(days[0], days[-1])])

    assert [function([day]) for day in days] == said
    assert reading == Interval(min(said), max(said))


@given(DAYS, DAYS, DAYS, DAYS)
def test_a_difference_of_ranges_holds_every_difference(one: date, two: date, three: date, four: date) -> None:
    (a, b), (c, d) = sorted((one, two)), sorted((three, four))
    reading = arithmetic("-", Interval(a, b), Interval(c, d))

    assert reading == Interval((a - d).days, (b - c).days)
    assert arithmetic("-", b, c) == (b - c).days


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
