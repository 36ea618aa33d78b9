"""The built-in functions: their types, and their meaning on exact values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Builtin:
    """`takes` is the sort of its arguments; every function on values is monotone in each argument, so that an interval
    goes through it bound by bound. One that `chooses` gives the least or the greatest of its arguments, which has a
    bound on one side even where some argument has none. A function without values walks `relation` from its first
    parameter to its second and stops where the boolean field `stop` holds.
    """

    name: str
    takes: Literal["ordered", "dates", "date", "entity"]
    gives: Literal["same", "number", "set", "boolean"]
    arguments: tuple[int, int | None]  # at least, at most
    meaning: str
    function: Callable[[Sequence[Any]], Any] | None = None
    chooses: Literal["least", "greatest", ""] = ""
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
