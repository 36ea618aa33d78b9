"""The law otherwise: rules that stand, or do not, whatever the day says, and other days (docs/explanation.md#parts)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from licet.explain.cone import Cone
from licet.explain.memory import Memory
from licet.explain.remembered import AskedCondition
from licet.explain.trial_world import TrialWorld
from licet.explain.waiting import Waiting
from licet.facts.store import Facts
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import worked_out
from licet.ir.remembered import by_identity
from licet.ir.walk import Part, walk
from licet.values import Day, Truth

_ANY_DAY = ""  # no name: what is another on every day
Forced = frozenset[tuple[str, Truth]]  # rules, and whether they stand


class Supposed(TrialWorld):
    """The reference where some rules stand, or do not, whatever the day says."""

    def __init__(self, policy: ir.Policy, facts: Facts, as_of: Day, memory: Memory) -> None:
        super().__init__(policy, facts, as_of, memory)
        self._forced: Mapping[str, Truth] = {}
        self._turned: frozenset[str] = frozenset()  # what may say something else than on the day that is remembered

    def live(self, rule: ir.Rule) -> Truth:
        found = self._forced.get(rule.id)
        return super().live(rule) if found is None else found

    def find(self, condition: AskedCondition) -> Truth:
        """What hangs on the day is remembered of no other."""
        if not self._has_turned(condition.formula):
            return super().find(condition)
        found = self.evaluated(condition)
        self.settle(condition, found)
        return found.truth

    def otherwise(self, as_of: Day, forced: Forced) -> Supposed:
        """The same facts with the law otherwise; what nothing that changes bears on is not found again."""
        world = self.another()
        world.suppose(as_of, forced)
        return world

    def suppose(self, as_of: Day, forced: Forced) -> None:
        """The law is that of a day, and some rules stand, or do not."""
        rules = self.policy.rules
        known = {*self._results, *self._applied, *self._beats}
        concluding = {rule.id for name, _ in self._done for rule in self.strata.concluders[name]}
        stood = {id_: self.live(rules[id_]) for id_ in {id_ for id_, _ in known} | concluding}
        self._forced = dict(forced)
        if as_of != self.as_of:
            self._turned = _turned(self.policy, self.as_of, as_of)
            self.as_of, self._live = as_of, {}
        changed = {id_ for id_, truth in stood.items() if self.live(rules[id_]) is not truth}
        waiting = Waiting(self.policy, self.memory)
        waiting.for_rules(key for key in known if key[0] in changed)
        waiting.for_conditions(one for one in self.memory.bodies.conditions if self._has_turned(one.formula))
        changed |= {id_ for id_ in concluding if any(self._has_turned(e.value) for e in worked_out(rules[id_].effects))}
        for key in self._done:
            if any(rule.id in changed for rule in self.strata.concluders[key[0]]):
                waiting.for_conclusions([key])
        self.find_again(waiting)

    def _has_turned(self, part: Part) -> bool:
        return not self._turned.isdisjoint(_dated(part))


class OtherLaw:
    """Worlds with the law otherwise, which the answers of one subject share."""

    def __init__(self, policy: ir.Policy, facts: Facts, as_of: Day, cones: Iterable[Cone]) -> None:
        self._as_it_is = Supposed(policy, facts, as_of, Memory(policy))
        self._worlds: dict[tuple[Day, Forced], Supposed] = {(as_of, frozenset()): self._as_it_is}
        self._cones = list(cones)

    def on(self, day: Day, forced: Forced) -> Supposed:
        """The law of a day, with some rules standing, or not, whatever that says."""
        while self._cones:  # all is found once as it is, before anything is taken from there
            cone = self._cones.pop()
            cone.question.outcome(self._as_it_is, cone.subject)
        if (day, forced) not in self._worlds:
            self._worlds[day, forced] = self._as_it_is.otherwise(day, forced)
        return self._worlds[day, forced]


@by_identity
def _dated(part: Part) -> frozenset[str]:
    """The lists and parameters that a condition or an operand may hang on, and whether it may hang on any day."""
    found: set[str] = set()
    for node in walk(part):
        match node:
            case n.ListNamed(name=name) | n.ParameterNamed(name=name):
                found.add(name)
            case n.AsOf():
                found.add(_ANY_DAY)
            case n.Call(calendar=calendar) if calendar:
                found.add(_ANY_DAY)
    return frozenset(found)


def _turned(policy: ir.Policy, one: Day, other: Day) -> frozenset[str]:
    """The lists and parameters that may say something else on another day."""
    named: Mapping[str, ir.DatedList | ir.Parameter] = {**policy.lists, **policy.parameters}
    if not isinstance(one, date) or not isinstance(other, date):
        return frozenset({_ANY_DAY, *named})
    first, last = min(one, other), max(one, other)
    turned = (name for name, said in named.items() if any(day and first < day <= last for day in said.days()))
    return frozenset({_ANY_DAY, *turned})
