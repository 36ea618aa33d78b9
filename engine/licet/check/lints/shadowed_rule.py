"""W003: a rule that another one makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted, conjuncts
from licet.diagnostics import Diagnostic
from licet.ir.policy import Rule


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Another rule concludes the same under conditions that are all among this one's."""
    rules = [r for r in linted.rules() if r.kind == "rule"]
    by_effects: dict[object, list[Rule]] = {}
    for rule in rules:
        by_effects.setdefault((rule.effects, rule.entity, rule.jurisdiction, rule.live, rule.variable), []).append(rule)
    for group in by_effects.values():
        for rule in group:
            wider = next((o for o in group if o is not rule and _covers(linted, o, rule)), None)
            if wider is not None:
                yield Diagnostic(
                    "W003",
                    f"`{rule.name}` adds nothing to `{wider.name}`, which concludes the same with fewer conditions",
                    rule.span,
                    others=((wider.span, "the wider rule"),) if wider.span else (),
                    help="delete it, or give it another conclusion",
                    severity="warning",
                )


def _covers(linted: Linted, wider: Rule, rule: Rule) -> bool:
    """Everything the wider rule asks, the other asks too; exceptions to the wider one might make them differ."""
    if any(wider.id in other.excepts for other in linted.policy.rules.values()):
        return False
    asked = list(conjuncts(rule.body)) if rule.body is not None else []
    needed = list(conjuncts(wider.body)) if wider.body is not None else []
    if len(needed) == len(asked) and all(part in asked for part in needed):
        return wider.id < rule.id  # equal: the later one is superfluous
    return all(part in asked for part in needed)
