"""Causes of a difference: minimal sets of changes that bring the first answer back when they are undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from licet.changes.causes.change import WorldChange
from licet.changes.causes.worlds import WorldsBetween
from licet.decide.minimal_sets import minimal_sets
from licet.decide.steps import Answers
from licet.facts.store import Subject

_MOST_SETS = 2
How = Literal["alone", "together", "either", "overlapping"]


@dataclass(frozen=True, slots=True)
class MovedAnswer:
    """A decision about a subject that had one answer in the world before, and has another in the one after."""

    subject: Subject
    decision: str
    before: Answers
    after: Answers


@dataclass(frozen=True, slots=True)
class Causes:
    """Each of the `sets` brings the first answer back when it is undone, and no part of it does: that was tried.

    `how` is about the first: one change; several that are needed *together* for the new answer; several of which
    *either* is enough for it; or neither of these. `fault` says why nothing could be verified.
    """

    sets: tuple[tuple[WorldChange, ...], ...]
    how: How = "alone"
    fault: str = ""


def causes_of(worlds: WorldsBetween, moved: MovedAnswer) -> Causes:
    """What has to be undone; a fault where the first answer does not come back with all that changed."""
    undone = _Undone(worlds, moved)
    if undone.answers(()) != moved.after:
        return Causes((), fault="the reference does not give the answer of today")
    while True:
        changes = worlds.changes(moved.subject, moved.decision)
        if not undone.brings_back(changes):
            return Causes((), fault="the answer before does not come back with all that changed undone")
        sets = list(minimal_sets(changes, undone.brings_back, _MOST_SETS))
        if not any(change.of == "as_of" for one in sets for change in one) or not worlds.tell_days_apart():
            break
    told = tuple(tuple(change for change in changes if change in one) for one in sets)
    return Causes(told, undone.how(sets[0]))


class _Undone:
    """One answer, where some changes are undone."""

    def __init__(self, worlds: WorldsBetween, moved: MovedAnswer) -> None:
        self._worlds = worlds
        self._moved = moved

    def answers(self, changes: Collection[WorldChange]) -> Answers:
        return self._worlds.answers(self._moved.subject, self._moved.decision, frozenset(changes))

    def brings_back(self, changes: Collection[WorldChange]) -> bool:
        return self.answers(changes) == self._moved.before

    def how(self, needed: frozenset[WorldChange]) -> How:
        if len(needed) == 1:
            return "alone"
        if all(self.answers(needed - {one}) == self._moved.after for one in needed):
            return "either"
        return "together" if all(self.answers({one}) != self._moved.after for one in needed) else "overlapping"

    def holds(self, causes: Causes) -> bool:
        """Whether all that is told of another subject is so of this one."""
        sets = [frozenset(one) for one in causes.sets]
        return (
            bool(sets)
            and self.answers(()) == self._moved.after
            and all(self.brings_back(one) for one in sets)
            and not any(self.brings_back(one - {less}) for one in sets if len(one) > 1 for less in one)
            and self.how(sets[0]) == causes.how
        )


def causes_by_group(worlds: WorldsBetween, moved: Iterable[MovedAnswer]) -> Iterator[tuple[MovedAnswer, Causes]]:
    """The causes of each. What is found of one is tried for all that moved alike, and told of those it holds for.

    Those moved alike that had the same answers, and of which the same is another: in the causes of one that has changes
    of its own stand those of the other.
    """
    alike: dict[object, list[MovedAnswer]] = {}
    for one in moved:
        own = frozenset(worlds.own(one.subject, one.decision))
        alike.setdefault((one.subject.type, own, one.decision, one.before, one.after), []).append(one)
    waiting = list(alike.values())
    while waiting:
        first, *others = waiting.pop()
        found = causes_of(worlds, first)
        yield first, found
        apart = []
        for one in others:
            same = _said_of(worlds, found, first, one)
            if same is not None and _Undone(worlds, one).holds(same):
                yield one, same
            else:
                apart.append(one)
        if apart:
            waiting.append(apart)


def _said_of(worlds: WorldsBetween, causes: Causes, first: MovedAnswer, other: MovedAnswer) -> Causes | None:
    """What was found of one subject, of another; None where nothing that is its own is such a change."""
    ours, theirs = (worlds.own(one.subject, one.decision) for one in (first, other))
    places = {change: theirs.get(key) for key, change in ours.items()}
    sets = [tuple(places.get(change, change) for change in one) for one in causes.sets]
    told = tuple(tuple(change for change in one if change is not None) for one in sets)
    return replace(causes, sets=told) if list(map(len, told)) == list(map(len, sets)) else None
