"""Earned defaults: `otherwise X only when C else Y` as rules that are read where no other rule concludes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from licet.check.conditions import condition
from licet.check.rules import parameter_context
from licet.check.scope import ModuleScope, Scope
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of
from licet.ir.rewrite import seen_from
from licet.ir.walk import parts_of, walk
from licet.syntax import tree as t
from licet.values import Truth


def with_earned(scope: Scope, rules: Mapping[str, ir.Rule]) -> dict[str, ir.Rule]:
    """The rules, and one for each earned default in each jurisdiction with rules of it, and in each view that is read.

    Where a rule reads a decision as its own law has it, and that law says nothing, it is no more earned than elsewhere.
    """
    found = dict(rules)
    for module in scope.modules.values():
        for item in module.items:
            if isinstance(item, t.Decision) and item.otherwise.only_when is not None:
                for rule in _defaults(scope, module, item, rules):
                    found[rule.id] = rule
    return found


def _defaults(scope: Scope, module: ModuleScope, tree: t.Decision, rules: Mapping[str, ir.Rule]) -> Iterator[ir.Rule]:
    """Where it is not earned a default is Y, and without an `else` anything up to the gravest outcome."""
    decision = scope.decisions.get(tree.name.text)
    if decision is None or tree.otherwise.only_when is None:
        return
    context = parameter_context(scope, module, tree.parameter)
    if context is None:
        return
    span, unearned = tree.otherwise.span, tree.otherwise.unearned
    earned = condition(tree.otherwise.only_when, context)
    found = {rule.jurisdiction for rule in rules.values() if outcome_of(rule, decision.name) is not None}
    places = sorted(place for place in found if place is not None)
    if unearned is not None and unearned.text not in decision.outcomes:
        scope.unknown("E038", f"outcome of `{decision.name}`", unearned.text, unearned.span, decision.outcomes)
        return
    views: Sequence[str | None] = places or ([None] if found else [])
    for place in (*views, *(sorted(_reading(rules, decision.name) - {*views}) if places else ())):
        not_earned: n.Formula = n.Not(span, seen_from(earned, place))
        if unearned is None:
            not_earned = n.AllOf(span, (not_earned, n.Constant(span, Truth.U)))
        outcome = len(decision.outcomes) - 1 if unearned is None else decision.outcomes.index(unearned.text)
        group = f"{module.name}.{decision.name}"
        yield ir.Rule(
            id=f"{group}.otherwise" + (f"_{place}" if len(places) > 1 or place not in views else ""),
            group=group,
            kind="default",
            title=f"{decision.outcomes[decision.otherwise].replace('_', ' ')} is not earned",
            module=module.name,
            jurisdiction=place,
            variable=tree.parameter.name.text,
            entity=decision.entity,
            body=not_earned,
            effects=(ir.HasOutcome(decision.name, outcome, ()),),
            because="",
            live=ir.Live(),
            cites=(),
            certainty="verified",  # there is no legal text of it
            certainty_note="",
            tags=(),
            excepts=(),
            notes=(),
            span=span,
        )


def _reading(rules: Mapping[str, ir.Rule], decision: str) -> set[str]:
    """The views in which a rule reads a decision; of `common`, rules of no jurisdiction."""
    return {
        node.view
        for rule in rules.values()
        for part in parts_of(rule)
        for node in walk(part)
        if isinstance(node, n.Outcome) and node.decision == decision and node.view != n.OVERALL
    }
