"""What became of each rule for a subject, as decisions list it."""

from __future__ import annotations

from functools import partial

from licet.decide.decision import RuleLine
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.run.outcome import RuleResult
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F, T, U
from licet.values import Truth

_MOST_LINES = 1 << 16


class RuleLines:
    """What is said of a rule: made once for a result that many subjects share."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[RuleResult, RuleLine]] = {}  # a result that is kept keeps its identity

    def of(self, rule: ir.Rule, settled: Settled, subject: Subject) -> RuleLine:
        result = settled.result(rule, subject)
        key = rule.id, id(result)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_LINES:
                self._known.clear()
            found = self._known[key] = result, rule_line(rule, settled, subject)
        return found[1]


def rule_line(rule: ir.Rule, settled: Settled, subject: Subject) -> RuleLine:
    """What became of a rule for a thing."""
    result = settled.result(rule, subject)
    return RuleLine(
        rule.id,
        result.status,
        ir.citations(rule),
        rule.certainty,
        partial(_look, settled, rule, subject),
        result.defeated_by,
        _word(result.body) if result.status == "not_in_force" else None,
    )


def _look(settled: Settled, rule: ir.Rule, subject: Subject) -> tuple[str, ...]:
    with settled.turn:
        return settled.stopped_at(rule, subject)


def _word(truth: Truth) -> str:
    return {T: "holds", U: "unknown", F: "fails"}[truth]
