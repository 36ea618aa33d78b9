"""The comparisons: for which orders of two values each holds, and everything that follows from that.

An operator is one line of `COMPARISONS`. What it means turned round, denied, of what is known exactly, of bounds, of
thresholds and on a calendar is worked out from that line, here and for every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, gt, lt
from typing import Any, Literal, TypeVar

Condition = TypeVar("Condition")
Possible = TypeVar("Possible", bound=Any)
Operator = Literal["=", "!=", ">=", "<=", ">", "<"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether it holds where the left side is less than the right one, equal to it, or more; and how it is said."""

    less: bool
    equal: bool
    more: bool
    words: str
    words_of_dates: str

    @property
    def is_equality(self) -> bool:
        """Whether it asks for no order: values without one can be compared by it."""
        return self.less == self.more

    @property
    def orders(self) -> tuple[bool, bool, bool]:
        return self.less, self.equal, self.more


COMPARISONS: Mapping[Operator, Comparison] = {
    "=": Comparison(False, True, False, "is", "is"),
    "!=": Comparison(True, False, True, "is not", "is not"),
    ">=": Comparison(False, True, True, "is at least", "is on or after"),
    "<=": Comparison(True, True, False, "is at most", "is on or before"),
    ">": Comparison(False, False, True, "is more than", "is after"),
    "<": Comparison(True, False, False, "is less than", "is before"),
}
_BY_ORDERS: Mapping[tuple[bool, bool, bool], Operator] = {c.orders: operator for operator, c in COMPARISONS.items()}
# The same comparison with its sides changed; the one that holds where it does not.
FLIPPED: Mapping[Operator, Operator] = {o: _BY_ORDERS[c.more, c.equal, c.less] for o, c in COMPARISONS.items()}
DENIED: Mapping[Operator, Operator] = {
    o: _BY_ORDERS[not c.less, not c.equal, not c.more] for o, c in COMPARISONS.items()
}


def _alone(less: bool, equal: bool, more: bool) -> tuple[int, bool]:
    """Of the three orders the one in which a comparison holds, or fails, alone; and whether it holds there."""
    held = less + equal + more == 1
    return (less, equal, more).index(held), held


_ORDERS = lt, eq, gt
_ALONE: Mapping[Operator, tuple[int, bool]] = {o: _alone(*c.orders) for o, c in COMPARISONS.items()}


def holds(operator: Operator, left: Any, right: Any) -> bool:
    """The comparison of two values; where it asks for no order, of any two."""
    order, held = _ALONE[operator]
    return bool(_ORDERS[order](left, right)) == held


def over_orders(operator: Operator, less: Possible, equal: Possible, more: Possible) -> tuple[Possible, Possible]:
    """Whether it surely and whether it possibly holds, from the orders that are possible: truth values, or arrays of
    them, a row each.
    """
    possible = less, equal, more
    order, held = _ALONE[operator]
    alone, others = possible[order], possible[order - 1] | possible[order - 2]
    return (others ^ True, alone) if held else (alone ^ True, others)


def over_thresholds(
    operator: Operator,
    at_least: Callable[[], Condition],
    more: Callable[[], Condition],
    denied: Callable[[Condition], Condition],
    both: Callable[[Condition, Condition], Condition],
) -> Condition:
    """The comparison where there are conditions for the left side being at least, and being more than, the right one:
    whatever stands for a condition and can be denied and joined, as sets, columns, bits and lines of a program can.
    Only the conditions that it needs are asked for.
    """
    comparison = COMPARISONS[operator]
    if comparison.is_equality:
        found, held = both(at_least(), denied(more())), comparison.equal
    else:
        threshold = at_least if comparison.equal == comparison.more else more
        found, held = threshold(), comparison.more
    return found if held else denied(found)
