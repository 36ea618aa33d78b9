"""Why an answer is another from a day on: which clocks that turned on it, held back, bring the answer before back.

What turned is all that was read and may read otherwise; most of it is not to blame. So each set that is told was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from licet.decide.minimal_sets import minimal_sets
from licet.facts.store import Subject
from licet.run.reference.clock import Cause
from licet.run.reference.held_back import Held, clock_of

_MOST_SETS = 4
_NEAREST = ("fact", "day", "rule", "list", "parameter")  # what is told where one of several would do
_Answers = TypeVar("_Answers")


@dataclass(frozen=True, slots=True)
class StepCauses:
    """`undoing` are minimal sets of what turned: held back, each brings the answer before back, and no part of it does.

    Several sets are several ways: what is in any of them was needed. `either` is whether, of the one set that there is,
    each alone brings the new answer.
    """

    undoing: tuple[tuple[Cause, ...], ...] = ()
    either: bool = False

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All that is in some set."""
        return tuple(dict.fromkeys(cause for one in self.undoing for cause in one))


def because(
    subject: Subject,
    turned: Iterable[Cause],
    before: _Answers,
    after: _Answers,
    tried: Callable[[frozenset[Held]], _Answers],
) -> StepCauses:
    """Why `before` became `after`; `tried` gives the answers while some clocks are held back."""
    clocks: dict[Held, list[Cause]] = {}
    for cause in sorted(turned, key=lambda one: (_distance(subject, one), one)):
        clocks.setdefault(clock_of(cause), []).append(cause)
    if len(clocks) == 1:
        return StepCauses((tuple(*clocks.values()),))

    def undoes(held: Collection[Held]) -> bool:
        return tried(frozenset(held)) == before

    found = list(minimal_sets(list(clocks), undoes, _MOST_SETS))
    told = tuple(tuple(cause for one in clocks if one in held for cause in clocks[one]) for held in found)
    (first, *others) = found
    alone = (tried(frozenset(clocks) - {one}) == after for one in first)
    return StepCauses(told, not others and len(first) > 1 and all(alone))


def _distance(subject: Subject, cause: Cause) -> tuple[bool, int]:
    """What is the subject's own is the nearest to it."""
    return cause.of != str(subject).replace(" ", "/"), _NEAREST.index(cause.kind)
