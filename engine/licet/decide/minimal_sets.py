"""The smallest sets of changes without which all is as before: each was tried, and so was all that is less."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from itertools import combinations
from typing import TypeVar

_Change = TypeVar("_Change", bound=Hashable)
_EVERY_PART = 6  # members of a set of which every part is tried, not only those that lack one member


def minimal_sets(
    changes: Sequence[_Change], undoes: Callable[[Collection[_Change]], bool], most: int
) -> Iterator[frozenset[_Change]]:
    """The first set, then one without each of its members, as far as there is one; `changes`, as a whole, undo.

    The nearest comes first in `changes`: where several would do, the farthest away is left out.
    """
    first = _minimal(changes, undoes)
    yield first
    seen = {first}
    for member in (one for one in changes if one in first):
        others = [one for one in changes if one != member]
        if len(seen) < most and others and undoes(others):
            another = _minimal(others, undoes)
            if another not in seen:
                seen.add(another)
                yield another


def _minimal(changes: Sequence[_Change], undoes: Callable[[Collection[_Change]], bool]) -> frozenset[_Change]:
    left = _nearest(changes, undoes)
    while len(fewer := _without_idle(left, left, undoes)) < len(left):  # what went later may make more of them idle
        left = fewer
    if len(left) <= _EVERY_PART:
        parts = (part for size in range(1, len(left) - 1) for part in combinations(left, size))
        return frozenset(next((part for part in parts if undoes(part)), left))
    return frozenset(left)


def _nearest(changes: Sequence[_Change], undoes: Callable[[Collection[_Change]], bool]) -> list[_Change]:
    """The first of them, twice as many each time, until they undo: what is to blame is seldom far away."""
    size = 1
    while size < len(changes) and not undoes(changes[:size]):
        size *= 2
    return list(changes[:size])


def _without_idle(
    all_: list[_Change], among: Sequence[_Change], undoes: Callable[[Collection[_Change]], bool]
) -> list[_Change]:
    """`all_` without those of a stretch of it that are not needed; as a whole first, then by halves, from behind."""
    if not among:
        return all_
    fewer = [one for one in all_ if one not in set(among)]
    if fewer and undoes(fewer):
        return fewer
    if len(among) == 1:
        return all_
    middle = len(among) // 2
    return _without_idle(_without_idle(all_, among[middle:], undoes), among[:middle], undoes)
