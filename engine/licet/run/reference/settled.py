"""Finished conclusions, from whichever engine: what decisions and explanations read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir.outcomes import points_for
from licet.ir.policy import AddsPoints, Policy, Rule
from licet.ir.remembered import by_identity
from licet.ir.strata import Name
from licet.ir.walk import Part, walk
from licet.run.outcome import EngineOutcome, RuleResult
from licet.run.reference.formulas import Bound, Conclusions, Environment, Formulas
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.limbs import stopped_at
from licet.run.reference.unknown_values import Bounded, F, SetReading, T, interval
from licet.turn import Turn
from licet.values import Day, Number, Truth, simplest

Points = tuple[Number, Number | None]
_MOST_KNOWN = 1 << 16


class Settled(Interpreter):
    """Answers from an outcome; what the engine did not need to ask is worked out when somebody looks.

    Whoever may not be alone in looking takes a `turn`.
    """

    def __init__(self, policy: Policy, facts: Facts, outcome: EngineOutcome) -> None:
        super().__init__(policy, facts, outcome.as_of, enforced_only=outcome.enforced_only)
        self.engine = outcome.engine
        self.turn = Turn()
        self._outcome = outcome

    @cached_property
    def formulas(self) -> Remembering:
        """They remember what they said."""
        return Remembering(self.policy, self.facts, self.as_of, self)

    def result(self, rule: Rule, subject: Subject) -> RuleResult:
        found = self._outcome.rules.get((rule.id, subject))
        return super().result(rule, subject) if found is None else found

    def stopped_at(self, rule: Rule, subject: Subject) -> tuple[str, ...]:
        """Where a rule stopped, which is looked for where the engine did not."""
        found = self.result(rule, subject)
        if found.stopped_at is not None:
            return found.stopped_at
        return stopped_at(rule, found.status, found.body, self.formulas, {rule.variable: subject.id})

    def results(self) -> Mapping[tuple[str, Subject], RuleResult]:
        return {**self._outcome.rules, **super().results()}

    def _conclusion(self, name: Name, subject: Subject) -> SetReading:
        key = (name, subject)
        if key not in self._done:
            found = self._outcome.terms.get(key)
            if found is None:
                return super()._conclusion(name, subject)
            self._done[key] = found
        return self._done[key]

    def score(self, score: str, subject: Subject) -> Bounded:
        """The sum of the effective items, within the score's range; unknown items make it an interval."""
        return sum_of(self.policy, score, factors_in(self, score, subject))

    def points(self, effect: AddsPoints, variable: str, subject: Subject) -> Points:
        """The least and the most that an item adds if it holds; None where that has no bound."""
        return points_in(self, effect, variable, subject)


class Remembering(Formulas):
    """Remembers what conditions on recorded facts alone have said of a subject: explanations ask again and again."""

    def __init__(self, policy: Policy, facts: Facts, as_of: Day, conclusions: Conclusions) -> None:
        super().__init__(policy, facts, as_of, conclusions)
        self._known: dict[tuple[int, Bound], tuple[n.Formula, Truth]] = {}  # a node that is kept keeps its identity

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        if len(env) != 1 or reads_conclusions(formula):
            return super().truth(formula, env)
        key = id(formula), next(iter(env.values()))
        found = self._known.get(key)
        if found is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = formula, super().truth(formula, env)
        return found[1]


def points_in(world: Interpreter, effect: AddsPoints, variable: str, subject: Subject) -> Points:
    """The least and the most that an item adds in a world if it holds; None where that has no bound."""
    if effect.per is None:
        return effect.points, effect.points
    return points_of(effect, interval(world.formulas.read(effect.per, {variable: subject.id})))


def factors_in(world: Interpreter, score: str, subject: Subject) -> Iterator[tuple[Rule, Points]]:
    """The rules that add to a score in a world, or may: the least and the most that each adds; None without a bound."""
    for rule, effect in points_for(world.policy, score):
        effective = world.result(rule, subject).effective
        if effective is not F:
            least, most = points_in(world, effect, rule.variable, subject)
            yield rule, (least if effective is T else 0, most)


def sum_of(policy: Policy, score: str, factors: Iterable[tuple[Rule, Points]]) -> Bounded:
    """The sum of what rules add, within the range of the score."""
    low: Number = 0
    high: Number | None = 0
    for _, (least, most) in factors:
        low += least
        high = None if high is None or most is None else high + most
    declared = policy.scores[score]
    most_severe = declared.high if high is None else high
    return Bounded(_clamp(low, declared.low, declared.high), _clamp(most_severe, declared.low, declared.high))


@by_identity
def reads_conclusions(formula: n.Formula | n.Operand) -> bool:
    """Whether what rules conclude can change the truth of a condition."""
    return any(isinstance(node, _CONCLUDED) or _reads_above(node) for node in walk(formula))


def _reads_above(node: Part) -> bool:
    return isinstance(node, n.RowAbove) and _rows_read(node.rows)


@by_identity
def _rows_read(rows: n.RowConditions) -> bool:
    """Of all rows of a table together."""
    return any(isinstance(node, _CONCLUDED) for condition in rows.conditions for node in walk(condition))


_CONCLUDED = n.Holds | n.TermOf | n.Outcome


def points_of(effect: AddsPoints, times: Bounded) -> Points:
    """The least and the most that an item adds for so many members; None where that has no bound."""
    least = _at_most(effect.points * times.low, effect.maximum)
    if times.high is None:
        return least, effect.maximum if effect.points else least
    return least, _at_most(effect.points * times.high, effect.maximum)


def _at_most(number: Number, maximum: Number | None) -> Number:
    return number if maximum is None else min(number, maximum)


def _clamp(number: Number, low: Number, high: Number) -> Number:
    return simplest(max(low, min(high, number)))
