"""The six comparisons: what follows from one line of each, against Python's own and against every case."""

from __future__ import annotations

import operator as python
from itertools import product
from typing import get_args

import pytest

from licet.ir.operators import COMPARISONS, DENIED, FLIPPED, Operator, holds, over_orders, over_thresholds

MEANT = {"=": python.eq, "!=": python.ne, ">=": python.ge, "<=": python.le, ">": python.gt, "<": python.lt}
ALL = [pytest.param(operator, id=operator) for operator in COMPARISONS]
SMALL = range(4)


def test_each_has_its_line() -> None:
    assert list(COMPARISONS) == list(get_args(Operator))


@pytest.mark.parametrize("operator", ALL)
def test_values(operator: Operator) -> None:
    for left, right in product(SMALL, SMALL):
        assert holds(operator, left, right) is MEANT[operator](left, right)
        assert holds(FLIPPED[operator], right, left) is holds(operator, left, right)
        assert holds(DENIED[operator], left, right) is not holds(operator, left, right)


@pytest.mark.parametrize("operator", ["=", "!="])
def test_values_without_an_order(operator: Operator) -> None:
    one, other = frozenset({"a"}), frozenset({"b"})
    assert holds(operator, one, one) is (operator == "=")
    assert holds(operator, one, other) is (operator == "!=")


@pytest.mark.parametrize("operator", ALL)
def test_bounds(operator: Operator) -> None:
    """What surely and what possibly holds is what holds of every and of some pair within the bounds."""
    ranges = [range(low, high + 1) for low, high in product(SMALL, SMALL) if low <= high]
    for left, right in product(ranges, ranges):
        pairs = list(product(left, right))
        orders = [any(compare(a, b) for a, b in pairs) for compare in (python.lt, python.eq, python.gt)]
        found = [holds(operator, a, b) for a, b in pairs]
        assert over_orders(operator, *orders) == (all(found), any(found))


@pytest.mark.parametrize("operator", ALL)
def test_thresholds(operator: Operator) -> None:
    """Sets of values that are at least, and more than, another one; only those that are needed are made."""
    whole = frozenset(SMALL)
    for value in SMALL:
        asked: list[str] = []

        def at_least(value: int = value, asked: list[str] = asked) -> frozenset[int]:
            asked.append("at least")
            return frozenset(v for v in whole if v >= value)

        def more(value: int = value, asked: list[str] = asked) -> frozenset[int]:
            asked.append("more")
            return frozenset(v for v in whole if v > value)

        found = over_thresholds(operator, at_least, more, whole.__sub__, frozenset.intersection)
        assert found == {v for v in whole if MEANT[operator](v, value)}
        assert len(asked) == (2 if COMPARISONS[operator].is_equality else 1)
