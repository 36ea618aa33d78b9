"""Checks of facts: what cannot be recorded together, or hardly can."""

from __future__ import annotations

from dataclasses import replace

from licet.check.conditions import condition
from licet.check.rules import citations, refuse_conclusions, subject_context
from licet.check.scope import ModuleScope, Scope
from licet.diagnostics import Span
from licet.ir import policy as ir
from licet.ir.types import DOUBTS, Kind
from licet.syntax import tree as t


def declare_checks(scope: Scope) -> None:
    """Claims the names of all checks. What somebody may doubt has a field that says why it is so all the same."""
    for module in scope.modules.values():
        for item in module.items:
            if not isinstance(item, t.Check) or not scope.declare("check", item.name, module):
                continue
            scope.checks[item.name.text] = item
            found = scope.type_of(item.clauses.parameters[0].type, module) if item.clauses.parameters else None
            if item.verdict == "doubtful" and found is not None and found.kind is Kind.ENTITY:
                _declare_accepted(scope, scope.entities[found.name], item.name)


def _declare_accepted(scope: Scope, entity: ir.Entity, check: t.Word) -> None:
    own = entity.fields.get(ir.ACCEPTED)
    if own is None:
        field = ir.Field(ir.ACCEPTED, DOUBTS, "doubts that somebody looked into", "", derived=False, open=False)
        scope.entities[entity.name] = replace(entity, fields={**entity.fields, ir.ACCEPTED: field})
    elif own.span is not None:
        scope.findings.error(
            "E034",
            f"`{ir.ACCEPTED}` of `{entity.name}` says which doubts are accepted",
            own.span,
            others=((check.span, "of this check"),),
            help="give the field another name",
        )


def fact_checks(scope: Scope) -> dict[str, ir.Check]:
    """All checks, by name."""
    trees = [(m, item) for m in scope.modules.values() for item in m.items if isinstance(item, t.Check)]
    built = (fact_check(scope, module, tree) for module, tree in trees)
    return {found.name: found for found in built if found is not None}


def fact_check(scope: Scope, module: ModuleScope, tree: t.Check) -> ir.Check | None:
    """One check; None where its head has no subject."""
    refuse_clauses(scope, tree.clauses, "in a check", "a day can be asked of `as_of`")
    context = subject_context(scope, module, tree.clauses, tree.name)
    if context is None:
        return None
    (variable, type_), *_ = context.variables.items()
    if tree.subject.text != variable:
        scope.unknown("E030", "subject", tree.subject.text, tree.subject.span, [variable])
    body = condition(tree.when, context)
    refuse_conclusions(body, context, "a check", tree.name.span)
    return ir.Check(
        f"{module.name}.{tree.name.text}",
        tree.title,
        variable,
        type_.name,
        body,
        tree.verdict,
        tree.because,
        citations(scope, module, tree.clauses.cites),
        tree.clauses.notes,
        tree.name.span,
    )


def refuse_clauses(scope: Scope, clauses: t.Clauses, where: str, instead: str = "") -> None:
    """What says something of a rule, and nothing of facts."""
    intervals = (*clauses.in_force, *clauses.suspended, *clauses.not_enforced, *clauses.unconfirmed)
    places: list[tuple[str, Span]] = [("source", certainty.span) for certainty in clauses.certainties]
    places += [("tagged", tag.span) for tag in clauses.tags]
    places += [("an interval", interval.span) for interval in intervals]
    for what, span in places:
        said = f"`{what}`" if what[:2] != "an" else what
        help_ = "leave it out" + (f": {instead}" if instead else "")
        scope.findings.error("E090", f"{said} means nothing {where}", span, help=help_)
