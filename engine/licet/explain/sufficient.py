"""Least sets of units from which a claim about an answer still follows (docs/explanation.md#parts)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.explain.cone import Cone
from licet.explain.hidden import HiddenWorld, Kept
from licet.explain.remembered import Memory
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
        self._as_of = as_of
        self._memory: Memory = {}
        self.supposed: list[Supposed] = []  # the worlds in which it was decided again
        self._is_announced = cone.question.is_enforced and any(
            interval.contains_any(as_of) for node in cone.nodes.values() for interval in node.rule.live.not_enforced
        )
        self._worlds: dict[Units, _EnforcedToo] = {}

    def told(self, units: Collection[Unit]) -> Any:
        """The answer from some units."""
        return self._both(frozenset(units)).told

    def outcome(self, *, forced: Mapping[str, Truth] | None = None, day: date | None = None) -> Hashable:
        """The answer from all facts, with rules forced to stand or not, or on another day.

        There a condition may read what nothing reads here, so that the units of the cone are not enough.
        """
        world = self._otherwise.on(self._as_of if day is None else day, frozenset((forced or {}).items()))
        self.supposed.append(world)
        return self.cone.question.outcome(world, self.cone.subject)

    def least(self, claim: Claim, units: Iterable[Unit], order: Mapping[Unit, int]) -> Units:
        """A sufficient set of which no unit can be left out; units of a high place in the order go first."""
        kept, tried = frozenset(units), dict[Unit, Units]()
        waiting = sorted(kept, key=lambda u: (-order.get(u, 0), str(u)))
        while waiting:
            for unit in waiting:
                tried[unit] = kept
                fewer = self.without(kept, unit)
                if claim(self._worlds[fewer].told):
                    kept = fewer
            # What could not go may go without others: a record half known leaves more open than one not known at all.
            waiting = [unit for unit in waiting if unit in kept and tried[unit] != kept]
        return kept

    def without(self, units: Units, unit: Unit) -> Units:
        """A set with a unit fewer, of which the world is made from that of the set."""
        fewer = units - {unit}
        if fewer not in self._worlds:
            before = self._both(units)
            self._worlds[fewer] = self._both_of(
                before.world.without(self.cone, frozenset({unit})),
                None if before.announced is None else before.announced.without(self.cone, frozenset({unit})),
            )
        return fewer

    def _both(self, units: Units) -> _EnforcedToo:
        if units not in self._worlds:
            self._worlds[units] = self._decided(units)
        return self._worlds[units]

    def _decided(self, units: Units) -> _EnforcedToo:
        kept = Kept(self.cone, units)
        world = HiddenWorld(self.policy, self.rows, self._as_of, kept, self._memory)
        announced = None
        if self._is_announced:
            announced = HiddenWorld(self.policy, self.rows, self._as_of, kept, self._memory, enforced_only=True)
        return self._both_of(world, announced)

    def _both_of(self, world: HiddenWorld, announced: HiddenWorld | None) -> _EnforcedToo:
        return _EnforcedToo(world, announced, self.cone.question.told(world, self.cone.subject, announced))


@dataclass(frozen=True, slots=True)
class _EnforcedToo:
    """One world, and the same without what is announced as not enforced, where that is another."""

    world: HiddenWorld
    announced: HiddenWorld | None
    told: Hashable
