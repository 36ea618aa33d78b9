"""The law otherwise: rules that stand, or do not, whatever the day says, and other days (docs/explanation.md#parts)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from licet.explain.cone import Cone
from licet.facts.store import Facts
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_identity, by_policy
from licet.ir.strata import Name, Strata
from licet.ir.walk import parts_of, walk
from licet.run.reference.interpreter import Interpreter
from licet.values import Day, Truth

_ANY_DAY = ""  # no name: what is another on every day
Forced = frozenset[tuple[str, Truth]]  # rules, and whether they stand


class Supposed(Interpreter):
    """The reference where some rules stand, or do not, whatever the day says."""

    def __init__(self, policy: ir.Policy, facts: Facts, as_of: Day, forced: Forced = frozenset()) -> None:
        super().__init__(policy, facts, as_of)
        self._forced = dict(forced)

    def live(self, rule: ir.Rule) -> Truth:
        found = self._forced.get(rule.id)
        return super().live(rule) if found is None else found

    def otherwise(self, as_of: Day, forced: Forced) -> Supposed:
        """The same facts with the law otherwise; what nothing that changes bears on is not found again."""
        world = Supposed(self.policy, self.facts, as_of, forced)
        rules, names = _bears_on(self.policy, self._changed(world))
        decisions = {name.name for name in names if name.sort == "decision"}
        defaults = _defaults(self.policy)
        if as_of == self.as_of:
            world._live = self._live
        world._done = {key: found for key, found in self._done.items() if key[0] not in names}
        world._beats = {key: found for key, found in self._beats.items() if key[0] not in rules}
        world._applied = {key: found for key, found in self._applied.items() if key[0] not in rules}
        world._weighed = {
            key: found for key, found in self._weighed.items() if key[0] not in rules and key[0] not in defaults
        }
        world._decisions = {key: found for key, found in self._decisions.items() if key[0] not in decisions}
        return world

    def _changed(self, other: Supposed) -> Iterable[str]:
        """The rules that may be others there, by themselves: what they ask, or whether they stand."""
        if self.as_of == other.as_of:
            return self._forced.keys() | other._forced.keys()
        turned = _turned(self.policy, self.as_of, other.as_of)
        return [
            rule.id
            for rule in self.policy.rules.values()
            if self.live(rule) is not other.live(rule) or not turned.isdisjoint(_dated(rule))
        ]


class OtherLaw:
    """Worlds with the law otherwise, which the answers of one subject share."""

    def __init__(self, policy: ir.Policy, facts: Facts, as_of: Day, cones: Iterable[Cone]) -> None:
        self._as_it_is = Supposed(policy, facts, as_of)
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
def _dated(rule: ir.Rule) -> frozenset[str]:
    """The lists and parameters that what a rule asks or concludes may hang on, and whether it may hang on any day."""
    found: set[str] = set()
    for part in parts_of(rule):
        for node in walk(part):
            match node:
                case n.ListNamed(name=name) | n.ParameterNamed(name=name):
                    found.add(name)
                case n.AsOf() | n.RowAbove():  # a row of a table: one above it may
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


def _bears_on(policy: ir.Policy, changed: Iterable[str]) -> tuple[set[str], set[Name]]:
    """The rules and the names of conclusions that may be others where some rules are."""
    conclusions, weighed_with, readers = Strata.of(policy).conclusions, dependents(policy), _readers(policy)
    rules: set[str] = set()
    names: set[Name] = set()
    looked_at: set[str] = set()
    waiting = list(changed)
    while waiting:
        current = waiting.pop()
        if current not in looked_at:
            looked_at.add(current)
            fresh = weighed_with[current] - rules
            rules |= fresh
            concluded = {name for rule in fresh for name in conclusions(policy.rules[rule])} - names
            names |= concluded
            waiting += (rule for name in concluded for rule in readers.get(name, ()))
    return rules, names


@by_policy
def dependents(policy: ir.Policy) -> Mapping[str, frozenset[str]]:
    """For each rule, itself and those that are weighed by its condition: what it beats, and exceptions to it."""
    strata = Strata.of(policy)
    found: dict[str, set[str]] = {rule: {rule} for rule in policy.rules}
    for rule in policy.rules:
        for beater in strata.exceptions_to(rule):
            found[beater].add(rule)
        for target in strata.excepted_by(rule):
            found[target].add(rule)
    return {rule: frozenset(others) for rule, others in found.items()}


@by_policy
def _readers(policy: ir.Policy) -> Mapping[Name, frozenset[str]]:
    """For each name, the rules that read it."""
    strata = Strata.of(policy)
    found: dict[Name, set[str]] = {}
    for rule in policy.rules.values():
        for read in strata.reads(rule):
            found.setdefault(read.name, set()).add(rule.id)
    return {name: frozenset(rules) for name, rules in found.items()}


@by_policy
def _defaults(policy: ir.Policy) -> frozenset[str]:
    """What holds where nothing else does is weighed by all rules of its decision."""
    return frozenset(rule.id for rule in policy.rules.values() if rule.kind == "default")
