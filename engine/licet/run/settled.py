"""Finished conclusions, from whichever engine: what decisions and explanations read."""

from __future__ import annotations

from licet.facts.store import Facts, Subject
from licet.ir.policy import AddsPoints, Policy
from licet.run.outcome import Outcome
from licet.run.readings import F, Interval, T, interval
from licet.run.reference import Interpreter
from licet.values import Number, simplest


class Settled(Interpreter):
    """Answers from an outcome; what the engine did not need to ask is worked out when somebody looks."""

    def __init__(self, policy: Policy, facts: Facts, outcome: Outcome) -> None:
        super().__init__(policy, facts, outcome.as_of, enforced_only=outcome.enforced_only)
        self.engine = outcome.engine
        self._done.update(outcome.terms)
        self._results.update(outcome.rules)

    def score(self, score: str, subject: Subject) -> Interval:
        """The sum of the effective items, within the score's range; unknown items make it an interval."""
        low: Number = 0
        high: Number = 0
        for rule in self.rules_about(subject.type):
            for effect in rule.effects:
                if isinstance(effect, AddsPoints) and effect.score == score:
                    effective = self.result(rule, subject).effective
                    least, most = self.points(effect, rule.variable, subject)
                    if effective is T:
                        low, high = low + least, high + most
                    elif effective is not F:
                        low, high = low + min(0, most, least), high + max(0, most, least)
        declared = self.policy.scores[score]
        return Interval(_clamp(low, declared.low, declared.high), _clamp(high, declared.low, declared.high))

    def points(self, effect: AddsPoints, variable: str, subject: Subject) -> tuple[Number, Number]:
        """The least and the most that an item adds if it holds."""
        if effect.per is None:
            return effect.points, effect.points
        return points_of(effect, interval(self.formulas.read(effect.per, {variable: subject.id})))


def points_of(effect: AddsPoints, times: Interval) -> tuple[Number, Number]:
    """The least and the most that an item adds for so many members."""
    most_times = effect.maximum if times.high is None else times.high * effect.points
    least = _at_most(effect.points * times.low, effect.maximum)
    most = least if most_times is None else _at_most(most_times, effect.maximum)
    return least, most


def _at_most(number: Number, maximum: Number | None) -> Number:
    return number if maximum is None else min(number, maximum)


def _clamp(number: Number, low: Number, high: Number) -> Number:
    return simplest(max(low, min(high, number)))
