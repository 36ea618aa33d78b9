"""What a decision about one case says beside what its rules conclude, followed from its rules down to the facts."""

from __future__ import annotations

from collections.abc import Sequence

from licet.decide.decision import View
from licet.decide.grounds.grounds import Grounds, deciding
from licet.decide.grounds.rests import Asked
from licet.decide.missing.rows import views_of
from licet.decide.missing.trace import FactKey, MissingFacts
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.outcomes import claims_in, points_for
from licet.ir.remembered import by_policy
from licet.ir.strata import Name
from licet.run.engines import Evaluate
from licet.run.reference import bounds
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F
from licet.values import Day


class Traced:
    """One day's subjects, one after the other."""

    def __init__(
        self, settled: Settled, group: Sequence[Subject], evaluate: Evaluate, jurisdictions: Sequence[str]
    ) -> None:
        self._settled = settled
        self._policy = settled.policy
        self._jurisdictions = tuple(jurisdictions)
        self._affected = _affected(settled, group, settled.as_of)
        self._without: Settled | None = None
        if self._affected:
            outcome = evaluate(self._policy, settled.facts, self._affected, settled.as_of, enforced_only=True)
            self._without = Settled(self._policy, settled.facts, outcome)

    def enforced(self, subject: Subject, decision: str, place: str) -> bounds.Bounds | None:
        if self._without is None or subject not in self._affected:
            return None
        return self._without.decision(decision, place, subject)

    def missing(self, subject: Subject) -> Asked:
        asked: dict[FactKey, list[View]] = {}
        for view in views_of(self._policy, subject.type, self._jurisdictions):
            trace = MissingFacts(self._settled)
            if view[0] in self._policy.scores:
                self._items(trace, view[0], subject)
            elif not self._settled.decision(*view, subject).determined:
                trace.from_rules([rule for rule, _ in claims_in(self._policy, *view)], subject)
            for key in trace.found:
                asked.setdefault(key, []).append(view)
        return asked

    def _items(self, trace: MissingFacts, score: str, subject: Subject) -> None:
        """What keeps open whether items of a score count, and how many members."""
        items = [
            (rule, effect)
            for rule, effect in points_for(self._policy, score)
            if self._settled.result(rule, subject).effective is not F
        ]
        trace.from_rules([rule for rule, _ in items], subject)
        for rule, effect in items:
            if effect.per is not None:
                trace.from_members(effect.per, rule.variable, subject)

    def grounds(self, subject: Subject) -> Grounds:
        found = Grounds(self._settled)
        found.of(subject, *deciding(self._policy, subject.type, self._jurisdictions))
        return found


def _affected(settled: Settled, group: Sequence[Subject], day: Day) -> list[Subject]:
    """The subjects whose decision may differ if rules announced as not enforced did not stand.

    A rule that does not apply changes nothing by falling away. One that only decides about its own subject, with a
    decision that no rule reads, concerns nobody else; any other may concern everybody, whoever it applies to. What
    applies is asked of every subject of a rule, not only of those that the engine happened to look at.
    """
    read = {edge.read.name for edge in settled.strata.edges if edge.read.name.sort == "decision"}
    own: set[Subject] = set()
    for rule in _ever_announced(settled.policy):
        if not _announced(rule, day):
            continue
        if _decides_alone(settled, rule, read):
            own |= {s for s in group if s.type == rule.entity and settled.result(rule, s).applies is not F}
        elif any(settled.applies(rule, s) is not F for s in settled.facts.subjects(rule.entity)):
            return list(group)
    return [subject for subject in group if subject in own]


def _decides_alone(settled: Settled, rule: ir.Rule, read: set[Name]) -> bool:
    """Whether the rule, and what it excepts and would bring back by falling away, only decides about its subject."""
    rules = [rule, *(settled.policy.rules[excepted] for excepted in rule.excepts)]
    names = [name for one in rules for name in settled.strata.conclusions(one)]
    return all(name.sort == "decision" and name not in read for name in names)


@by_policy
def _ever_announced(policy: ir.Policy) -> tuple[ir.Rule, ...]:
    return tuple(rule for rule in policy.rules.values() if rule.live.not_enforced)


def _announced(rule: ir.Rule, day: Day) -> bool:
    """Whether somebody announced not to enforce the rule on that day."""
    return any(i.contains_any(day) for i in rule.live.not_enforced)
