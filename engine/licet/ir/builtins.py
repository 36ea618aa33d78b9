"""The built-in functions: their types, and their meaning on exact values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Builtin:
    """`takes` is the sort of its arguments; every function on values is monotone in each argument,

    so that an interval goes through it bound by bound. `closure` and `reaches` walk `relation` from its
    first parameter to its second and stop where the boolean field `stop` holds.
    """

    name: str
    takes: Literal["ordered", "dates", "date", "entity"]
    gives: Literal["same", "number", "set", "boolean"]
    arguments: tuple[int, int | None]  # at least, at most
    meaning: str
    function: Callable[[Sequence[Any]], Any] | None = None
    entity: str = ""
    relation: str = ""
    stop: str = ""


def _latest(values: Sequence[date]) -> date:
    return max(values)


def _earliest(values: Sequence[date]) -> date:
    return min(values)


BUILTINS: dict[str, Builtin] = {
    b.name: b
    for b in (
        Builtin("max", "ordered", "same", (2, None), "the greatest of its arguments", max),
        Builtin("min", "ordered", "same", (2, None), "the least of its arguments", min),
        Builtin("latest", "dates", "same", (2, None), "the last of its days", _latest),
        Builtin("earliest", "dates", "same", (2, None), "the first of its days", _earliest),
        Builtin("year", "date", "number", (1, 1), "the calendar year of a day", lambda days: days[0].year),
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
