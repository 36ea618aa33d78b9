"""W003: a rule that another one makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic
from licet.ir import nodes as n
from licet.ir.equations import conjuncts
from licet.ir.policy import Rule

Asked = frozenset[n.Formula]


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Another rule concludes the same under conditions that are all among this one's."""
    excepted = {target for rule in linted.policy.rules.values() for target in rule.excepts}
    groups: dict[object, list[tuple[Rule, Asked]]] = {}
    for rule in linted.rules():
        if rule.kind == "rule":
            asked = frozenset(conjuncts(rule.body)) if rule.body is not None else frozenset()
            key = (rule.effects, rule.entity, rule.jurisdiction, rule.live, rule.variable)
            groups.setdefault(key, []).append((rule, asked))
    for group in groups.values():
        yield from _within(group, excepted)


def _within(group: list[tuple[Rule, Asked]], excepted: set[str]) -> Iterator[Diagnostic]:
    """Each rule is kept under one of its conditions: a wider rule is found under one of the narrower rule's."""
    by_condition: dict[n.Formula | None, list[tuple[Rule, Asked]]] = {}
    for rule, asked in group:
        if rule.id not in excepted:  # exceptions to the wider rule might make the two differ
            by_condition.setdefault(next(iter(asked), None), []).append((rule, asked))
    for rule, asked in group:
        candidates = (pair for condition in (None, *asked) for pair in by_condition.get(condition, ()))
        for wider, needed in candidates:
            if wider.id != rule.id and needed <= asked and (needed != asked or wider.id < rule.id):
                yield _finding(rule, wider)
                break


def _finding(rule: Rule, wider: Rule) -> Diagnostic:
    return Diagnostic(
        "W003",
        f"`{rule.name}` adds nothing to `{wider.name}`, which concludes the same with fewer conditions",
        rule.span,
        others=((wider.span, "the wider rule"),) if wider.span else (),
        help="delete it, or give it another conclusion",
        severity="warning",
    )
