"""What has to be found again where something is another: the lowest stratum first, so that each is found once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

from licet.explain.memory import Memory
from licet.explain.remembered import AskedCondition, Question
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.strata import Name, Strata
from licet.run.reference.interpreter import Key

RuleOf = tuple[str, Subject]  # a rule and the thing that it is for


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


@dataclass(frozen=True, slots=True)
class _Levels:
    """Of a rule: the lowest stratum in which something is concluded that hangs on its condition; and all of them that
    read themselves.
    """

    first: int
    recursive: frozenset[int]


@by_policy
def _levels(policy: ir.Policy) -> Mapping[str, _Levels]:
    strata = Strata.of(policy)
    recursive = {strata.component_of[name] for name in strata.recursive}
    found = {}
    for rule, others in dependents(policy).items():
        levels = {strata.component_of[name] for id_ in others for name in strata.conclusions(policy.rules[id_])}
        found[rule] = _Levels(min(levels, default=len(strata.components)), frozenset(levels & recursive))
    return found


class Waiting:
    """Conditions, rules and conclusions that may be others, by the stratum in which they are found."""

    def __init__(self, policy: ir.Policy, memory: Memory) -> None:
        self.component: frozenset[Name] = frozenset()  # what the stratum that is being found concludes
        self.is_recursive = False  # whether that reads itself
        self.is_concluding = False  # whether conclusions of it wait
        self._heap: list[int] = []
        self._now = self._lowest = -1  # the stratum that is being found, and the first in which anything may wait
        self._levels = _levels(policy)
        self._strata = Strata.of(policy)
        self._memory = memory
        self._conditions: dict[int, dict[AskedCondition, None]] = {}
        self._rules: dict[int, dict[RuleOf, None]] = {}
        self._keys: dict[int, dict[Key, None]] = {}

    def __bool__(self) -> bool:
        return bool(self._heap)

    # ---- who waits

    def for_answers(self, questions: Iterable[Question]) -> None:
        """Whoever asked something that has another answer."""
        for question in questions:
            self.for_conditions(self._memory.asking.get(question, ()))
            self.for_conclusions(self._memory.told_by.get(question, ()))

    def for_conditions(self, conditions: Iterable[AskedCondition]) -> None:
        """Conditions; also with each component that reads itself and hangs on them."""
        for condition in conditions:
            levels = [self._levels[rule] for rule in condition.in_rules()]
            for level in {min(of.first for of in levels)}.union(*(of.recursive for of in levels)):
                self._add(self._conditions, level, condition)

    def for_rules(self, rules: Iterable[RuleOf]) -> None:
        """Rules that stand, or do not, otherwise than before."""
        for rule in rules:
            levels = self._levels[rule[0]]
            for level in {levels.first, *levels.recursive}:
                self._add(self._rules, level, rule)

    def for_conclusions(self, keys: Iterable[Key]) -> None:
        """Conclusions."""
        for key in keys:
            self._add(self._keys, self._strata.component_of[key[0]], key)

    def _add(self, waiting: dict[int, dict[Any, None]], level: int, one: AskedCondition | RuleOf | Key) -> None:
        if level >= self._lowest:
            if level != self._now and not any(level in of for of in (self._conditions, self._rules, self._keys)):
                heappush(self._heap, level)
            waiting.setdefault(level, {})[one] = None

    # ---- who is next

    def lowest(self) -> tuple[Iterable[AskedCondition], Iterable[RuleOf]]:
        """The conditions and rules of the lowest stratum, which is found now."""
        self._now = self._lowest = heappop(self._heap)
        components = self._strata.components
        self.component = components[self._now] if self._now < len(components) else frozenset()
        self.is_recursive = not self.component.isdisjoint(self._strata.recursive)
        self.is_concluding = self._now in self._keys
        return self._conditions.pop(self._now, {}), self._rules.pop(self._now, {})

    def conclusions(self) -> Iterable[Key]:
        """The conclusions of that stratum: when they are found, all of it is."""
        self._lowest += 1
        return self._keys.pop(self._now, {})

    def reading(self, keys: Iterable[Key]) -> Iterator[AskedCondition]:
        """The conditions of that stratum that read some conclusions."""
        for key in keys:
            for question in self._memory.readings.get(key, ()):
                for condition in self._memory.asking.get(question, ()):
                    if any(self._now in self._levels[rule].recursive for rule in condition.in_rules()):
                        yield condition
