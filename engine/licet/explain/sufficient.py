"""Least sets of units from which a claim about an answer still follows (docs/explanation.md#parts)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from licet.explain.cone import Cone
from licet.explain.hidden import HiddenWorld, Kept
from licet.explain.memory import Memory
from licet.explain.supposed import OtherLaw, Supposed
from licet.explain.units import Rows, Unit
from licet.ir import policy as ir
from licet.values import Day, Truth

Claim = Callable[[Any], bool]  # about what the question tells of a world
Units = frozenset[Unit]


class AnswerTrials:
    """Decides one answer again and again, each time from other units."""

    def __init__(
        self, policy: ir.Policy, rows: Rows, as_of: Day, cone: Cone, otherwise: OtherLaw | None = None
    ) -> None:
        self.policy = policy
        self._otherwise = otherwise or OtherLaw(policy, rows.facts, as_of, [cone])
        self.cone = cone
        self.rows = rows
        self.as_of = as_of
        self.supposed: list[Supposed] = []  # the worlds in which it was decided again
        memory = Memory(policy)
        whole = Kept(cone, cone.units)
        self._worlds = _NarrowingWorlds(HiddenWorld(policy, rows, as_of, whole, memory))
        self._announced = None
        if cone.question.is_enforced and any(
            interval.contains_any(as_of) for node in cone.nodes.values() for interval in node.rule.live.not_enforced
        ):
            enforced = HiddenWorld(policy, rows, as_of, whole, memory, enforced_only=True)
            self._announced = _NarrowingWorlds(enforced)
        self._told: dict[Units, Any] = {}

    def told(self, units: Collection[Unit]) -> Any:
        """The answer from some units."""
        known = frozenset(units)
        if known not in self._told:
            announced = None if self._announced is None else partial(self._announced.at, known)
            world = self._worlds.at(known)
            self._told[known] = self.cone.question.told(world, self.cone.subject, announced)
        return self._told[known]

    def outcome(self, *, forced: Mapping[str, Truth] | None = None, day: date | None = None) -> Hashable:
        """The answer from all facts, with rules forced to stand or not, or on another day.

        There a condition may read what nothing reads here, so that the units of the cone are not enough.
        """
        world = self._otherwise.on(self.as_of if day is None else day, frozenset((forced or {}).items()))
        self.supposed.append(world)
        return self.cone.question.outcome(world, self.cone.subject)

    def least(self, claim: Claim, units: Iterable[Unit], order: Mapping[Unit, int]) -> Units:
        """A sufficient set of which no unit can be left out; units of a high place in the order go first."""
        start = frozenset(units)
        waiting = sorted(start, key=lambda u: (-order.get(u, 0), str(u)))
        tried = dict.fromkeys(waiting, start)
        if all(start - {unit} in self._told for unit in waiting):  # by another claim, which holds or not with each
            kept = self._without_loose(claim, start, [u for u in waiting if claim(self.told(start - {u}))])
            waiting = [unit for unit in waiting if unit in kept and tried[unit] != kept]
        else:
            kept = start
        while waiting:
            for unit in waiting:
                tried[unit] = kept
                if claim(self.told(kept - {unit})):
                    kept -= {unit}
            # What could not go may go without others: a record half known leaves more open than one not known at all.
            waiting = [unit for unit in waiting if unit in kept and tried[unit] != kept]
        return kept

    def _without_loose(self, claim: Claim, kept: Units, loose: Sequence[Unit]) -> Units:
        """A set without units each of which can go by itself: as many as can go together, from the first on.

        What leaving out one after the other leaves too, as far as nothing is surer where less is known.
        """
        while loose:
            low, high = 0, len(loose)
            number = high
            while low < high:
                if claim(self.told(kept - frozenset(loose[:number]))):
                    low = number
                else:
                    high = number - 1
                number = (low + high + 1) // 2
            kept -= frozenset(loose[:low])
            loose = loose[low + 1 :]  # the one between cannot go without those before it
        return kept


class _NarrowingWorlds:
    """Worlds of one law, each made from one that knows more."""

    def __init__(self, whole: HiddenWorld) -> None:
        self._near = [whole]  # each knows less than the one before it

    def at(self, units: Units) -> HiddenWorld:
        """The world in which some units are known."""
        while not units <= self._near[-1].kept.units:
            self._near.pop()
        nearest = self._near[-1]
        if units != nearest.kept.units:
            self._near.append(nearest.without(nearest.kept.units - units))
        return self._near[-1]
