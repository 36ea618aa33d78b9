"""The built-in functions: their types, and their meaning on exact values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from licet.ir.calendars import after_working_days, month_end, quarter, quarter_end, working_days, year_end
from licet.values import Number, simplest

_STEP = "a multiple of a written step"


def _nearest(arguments: Sequence[Number]) -> Number:
    """Halves away from zero."""
    number, step = arguments
    half = Fraction(1, 2)
    times = math.floor(Fraction(number) / step + half) if number >= 0 else math.ceil(Fraction(number) / step - half)
    return simplest(times * step)


def _upwards(arguments: Sequence[Number]) -> Number:
    number, step = arguments
    return simplest(math.ceil(Fraction(number) / step) * step)


def _downwards(arguments: Sequence[Number]) -> Number:
    number, step = arguments
    return simplest(math.floor(Fraction(number) / step) * step)


@dataclass(frozen=True, slots=True)
class Builtin:
    """`takes` is the sort of its arguments; every function on values is monotone in each argument, so that an interval
    goes through it bound by bound. One that `chooses` gives the least or the greatest of its arguments, which has a
    bound on one side even where some argument has none. A function without values walks `relation` from its first
    parameter to its second and stops where the boolean field `stop` holds. One with a `most` rises within a year
    only. One that takes a calendar gets a list after its arguments, and gives None where that does not cover what
    it needs; one that `falls` does so in its first argument.
    """

    name: str
    takes: Literal["ordered", "rounded", "dates", "date", "entity", "calendar"]
    gives: Literal["same", "number", "set", "boolean"]
    arguments: tuple[int, int | None]  # at least, at most
    meaning: str
    function: Callable[[Sequence[Any]], Any] | None = None
    chooses: Literal["least", "greatest", ""] = ""
    most: int = 0
    falls: bool = False
    entity: str = ""
    relation: str = ""
    stop: str = ""


BUILTINS: dict[str, Builtin] = {
    b.name: b
    for b in (
        Builtin("max", "ordered", "same", (2, None), "the greatest of its arguments", max, "greatest"),
        Builtin("min", "ordered", "same", (2, None), "the least of its arguments", min, "least"),
        Builtin("latest", "dates", "same", (2, None), "the last of its days", max, "greatest"),
        Builtin("earliest", "dates", "same", (2, None), "the first of its days", min, "least"),
        Builtin("year", "date", "number", (1, 1), "the calendar year of a day", lambda days: days[0].year),
        Builtin("month", "date", "number", (1, 1), "the month of a day, 1 to 12", lambda days: days[0].month, most=12),
        Builtin(
            "quarter", "date", "number", (1, 1), "the quarter of a day, 1 to 4", lambda days: quarter(days[0]), most=4
        ),
        Builtin("month_end", "date", "same", (1, 1), "the last day of a day's month", lambda days: month_end(days[0])),
        Builtin(
            "quarter_end", "date", "same", (1, 1), "the last day of its quarter", lambda days: quarter_end(days[0])
        ),
        Builtin("year_end", "date", "same", (1, 1), "the last day of a day's year", lambda days: year_end(days[0])),
        Builtin(
            "working_days",
            "calendar",
            "number",
            (3, 3),
            "working_days(a, b, list): the days of work after a and up to b, which are no weekend and not on the list",
            lambda given: working_days(given[-1], *given[:-1]),
            falls=True,
        ),
        Builtin(
            "after_working_days",
            "calendar",
            "same",
            (3, 3),
            "written `a + 5 working days of list`",
            lambda given: after_working_days(given[-1], *given[:-1]),
        ),
        Builtin("rounded", "rounded", "same", (2, 2), f"{_STEP}, the nearest; halves away from zero", _nearest),
        Builtin("rounded_up", "rounded", "same", (2, 2), f"{_STEP}, the least that is not below it", _upwards),
        Builtin("rounded_down", "rounded", "same", (2, 2), f"{_STEP}, the greatest that is not above it", _downwards),
        Builtin(
            "lineage",
            "entity",
            "set",
            (1, 1),
            "a model and the unpublished models it descends from, as far as its published ancestors",
            entity="Model",
            relation="derived_from",
            stop="weights_published",
        ),
        Builtin(
            "derived_from_published",
            "entity",
            "boolean",
            (1, 1),
            "some published model is reached from it through unpublished ones",
            entity="Model",
            relation="derived_from",
            stop="weights_published",
        ),
    )
}
