"""The values of a table's column in classes that no cell tells apart, and sets of them as a cell says them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, partial, reduce
from itertools import groupby, pairwise
from operator import or_
from typing import Any, Protocol

from licet.ir import nodes as n
from licet.ir.operators import COMPARISONS, Operator, holds, over_thresholds
from licet.ir.types import Kind, Type
from licet.values import Number, format_number

_MOST_NAMED = 8  # members that a cell names one by one


class Classes(Protocol):
    """Classes are the bits of a whole number, lowest first."""

    @property
    def whole(self) -> int:
        """Every class."""

    def where(self, operator: Operator, value: Any) -> int:
        """The classes whose values compare so with a constant."""

    def said(self, classes: int) -> tuple[str, ...]:
        """A cell that holds in these classes and in no other, where one can; else cells that do so together."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Values from `low` to `high`: one value, or those between two constants, which are not in it themselves."""

    sample: Any
    low: Any
    high: Any

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low == self.high


class Ordered:
    """Numbers and days: each constant, and what lies between each two and beyond the ends."""

    def __init__(self, written: Mapping[Any, str], low: Number | None, high: Number | None, *, whole: bool) -> None:
        """`written` says how each constant is written; of whole numbers and days not all have something between."""
        self._written = written
        self._whole = whole
        constants = sorted(written)
        beside = pairwise([None, *constants, None])
        found = [s for a, b in beside for s in (self._between(a, b), b if b is None else _Stretch(b, b, b)) if s]
        self._stretches = [s for s in found if _inside(s, low, high)]
        self._samples = [s.sample for s in self._stretches]

    @cached_property
    def whole(self) -> int:
        return (1 << len(self._stretches)) - 1

    def _between(self, a: Any, b: Any) -> _Stretch | None:
        """What lies strictly between two constants, if there is anything; None is no constant."""
        if a is None and b is None:
            return _Stretch(None, None, None)
        if a is not None and b is not None:
            if not self._whole:
                return _Stretch(Fraction(a + b) / 2, a, b)
            return _Stretch(self._step(a, 1), a, b) if self._step(a, 1) < b else None
        edge = date.max if a is not None else date.min
        if edge in (a, b):
            return None
        return _Stretch(self._step(a, 1) if b is None else self._step(b, -1), a, b)

    def _step(self, value: Any, step: int) -> Any:
        return value + timedelta(days=step) if isinstance(value, date) else value + step

    def holding(self, value: Any) -> int:
        """The class that a value is in."""
        return 1 << max(bisect_right(self._samples, value) - 1, 0)

    def where(self, operator: Operator, value: Any) -> int:
        below, up_to = bisect_left(self._samples, value), bisect_right(self._samples, value)

        def denied(classes: int) -> int:
            return self.whole & ~classes

        def from_place(place: int) -> int:
            return denied((1 << place) - 1)

        return over_thresholds(operator, partial(from_place, below), partial(from_place, up_to), denied, int.__and__)

    def said(self, classes: int) -> tuple[str, ...]:
        places = [i for i in range(len(self._stretches)) if classes >> i & 1]
        runs = [[i for _, i in run] for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0])]
        cells = [self._run(run[0], run[-1]) for run in runs]
        if all(len(cell) == 1 for cell in cells):
            return (", ".join(cell[0] for cell in cells),)
        return next(cell for cell in cells if len(cell) > 1)

    def _run(self, first: int, last: int) -> tuple[str, ...]:
        """Two cells where the values begin and end between constants: `> 56 bits` and `< 1 kilobit`."""
        start, end = self._stretches[first], self._stretches[last]
        opens = first == 0 or start.low is None
        closes = last == len(self._stretches) - 1 or end.high is None
        low = "" if opens else self._bound(start, start.low, 1)
        high = "" if closes else self._bound(end, end.high, -1)
        if opens and closes:
            return ("any",)
        if closes:
            return (f">= {low}" if low else f"> {self._written[start.low]}",)
        if opens:
            return (f"<= {high}" if high else f"< {self._written[end.high]}",)
        if low and high:
            return (low if low == high else f"{low} to {high}",)
        return (
            f">= {low}" if low else f"> {self._written[start.low]}",
            f"<= {high}" if high else f"< {self._written[end.high]}",
        )

    def _bound(self, stretch: _Stretch, constant: Any, step: int) -> str:
        """The first or last value of a stretch; nothing where there is none."""
        if stretch.is_point:
            return self._written[constant]
        if not self._whole:
            return ""
        value = self._step(constant, step)
        return value.isoformat() if isinstance(value, date) else f"{value}"


def _inside(stretch: _Stretch, low: Number | None, high: Number | None) -> bool:
    """Whether the bounds of the type leave anything of it."""
    is_below = (
        low is not None and stretch.high is not None and (stretch.high < low or stretch.high == low != stretch.low)
    )
    is_above = (
        high is not None and stretch.low is not None and (stretch.low > high or stretch.low == high != stretch.high)
    )
    return not is_below and not is_above


class NamedValues:
    """Values without an order: each one named, and all others together where there are others."""

    def __init__(
        self, names: Mapping[Any, str], *, others: bool, groups: Sequence[str] = (), few: bool = False
    ) -> None:
        """`names` says how each value is written. `groups` are lists that a cell may name; `few`: name every value."""
        self._names = names
        self._place = {name: 1 << i for i, name in enumerate(names)}
        self._others = 1 << len(names) if others else 0
        self._groups = dict.fromkeys(groups, 0)
        self._few = few

    @cached_property
    def whole(self) -> int:
        return ((1 << len(self._names)) - 1) | self._others

    def where(self, operator: Operator, value: Any) -> int:
        place = self._place.get(value, self._others)
        if COMPARISONS[operator].is_equality:
            return place if operator == "=" else self.whole & ~place
        # values of an ordered enumeration
        return reduce(or_, (bit for other, bit in self._place.items() if holds(operator, other, value)), 0)

    def list_holds(self, name: str, values: Iterable[Any]) -> int:
        """The classes of a list's members on the day that is looked at."""
        self._groups[name] = found = reduce(or_, (self._place.get(value, 0) for value in values), 0)
        return found

    def said(self, classes: int) -> tuple[str, ...]:
        if classes == self.whole:
            return ("any",)
        rest = self.whole & ~classes
        if classes & self._others:
            return (f"not {self._together(rest)}",)
        if not self._few and rest.bit_count() < classes.bit_count():
            return (f"not {self._together(rest)}",)
        return (self._together(classes),)

    def _together(self, classes: int) -> str:
        """The lists that are wholly in it, then the values that are in none of them."""
        parts: list[str] = []
        left = classes
        for name, members in sorted(self._groups.items(), key=lambda item: -item[1].bit_count()):
            if members & left and not members & ~classes and (members & left).bit_count() > 1:
                parts.append(name)
                left &= ~members
        values = [self._names[v] for v, place in self._place.items() if left & place]
        more = len(values) - _MOST_NAMED if len(values) > _MOST_NAMED + 1 else 0
        shown = values[: len(values) - more]
        return ", ".join([*parts, *shown]) + (f" and {more} more" if more else "")


def bounds_of(type_: Type) -> tuple[Number | None, Number | None]:
    """What no value of a type can be below or above."""
    low = 0 if type_.kind in (Kind.QUANTITY, Kind.PERCENT) else None
    return low, 1 if type_.kind is Kind.PERCENT else None


def written(constants: Iterable[n.Known]) -> dict[Any, str]:
    """Each constant as its author wrote it first; `10` of `10 to 20 USD` with the unit that it is meant in."""
    found: dict[Any, str] = {}
    for constant in constants:
        text = constant.span.said if constant.span else str(constant.value)
        if constant.type.kind is Kind.QUANTITY and text.replace("_", "").isdigit():
            text = f"{format_number(constant.value)} {constant.type.name}"  # type: ignore[arg-type]
        found.setdefault(constant.value, text)
    return found


class Tested:
    """Things told apart by conditions on them, each of which may hold or not."""

    def __init__(self, conditions: Sequence[n.Formula], names: Sequence[str]) -> None:
        """`names` says how a cell asks for each condition."""
        self._names = names
        self.whole = (1 << (1 << len(conditions))) - 1
        self._holds = {
            condition: sum(1 << case for case in range(1 << len(conditions)) if case >> i & 1)
            for i, condition in enumerate(conditions)
        }

    @property
    def facts(self) -> Iterator[n.Operand]:
        """What the conditions read beside the thing itself."""
        for condition in self._holds:
            if isinstance(condition, n.Compare):
                yield condition.left
                yield condition.right

    def where(self, operator: Operator, value: Any) -> int:
        """The cases in which a condition, in the place of a constant, holds or does not."""
        return self._holds[value] if operator == "=" else self.whole & ~self._holds[value]

    def said(self, classes: int) -> tuple[str, ...]:
        masks = dict(zip(self._names, self._holds.values(), strict=True))
        if classes == self.whole:
            return ("any",)
        for word, wanted in (("", classes), ("not ", self.whole & ~classes)):
            names = [name for name, mask in masks.items() if not mask & ~wanted]
            if names and reduce(or_, (masks[name] for name in names)) == wanted:
                return (word + ", ".join(names),)
        case = (classes & -classes).bit_length() - 1
        said = [name if case >> i & 1 else f"not {name}" for i, name in enumerate(self._names)]
        return (said[0], *said[1:])
