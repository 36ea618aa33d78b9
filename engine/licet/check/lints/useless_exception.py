"""W004: an exception that can never apply."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted, contradict
from licet.diagnostics import Diagnostic
from licet.ir import nodes as n
from licet.ir.equations import conjuncts
from licet.ir.policy import Rule


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Its condition and that of what it excepts exclude each other, or their dates never meet."""
    for rule in linted.rules():
        targets = [linted.policy.rules[target] for target in rule.excepts]
        if targets and rule.kind == "exception" and all(_apart(rule, target) for target in targets):
            yield Diagnostic(
                "W004",
                f"`{rule.name}` can never apply to what it excepts",
                rule.span,
                others=((targets[0].span, "what it excepts"),) if targets[0].span else (),
                help="compare their conditions and their dates",
                severity="warning",
            )


def _apart(rule: Rule, target: Rule) -> bool:
    same_variable = rule.variable == target.variable
    if rule.body is not None and target.body is not None and same_variable and _exclude(rule.body, target.body):
        return True
    ours, theirs = rule.live.in_force, target.live.in_force
    if not ours or not theirs:
        return False
    return not any(
        (a.end is None or b.start is None or b.start < a.end) and (b.end is None or a.start is None or a.start < b.end)
        for a in ours
        for b in theirs
    )


def _exclude(one: n.Formula, other: n.Formula) -> bool:
    return contradict([*conjuncts(one), *conjuncts(other)])
