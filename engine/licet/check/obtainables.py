"""What somebody may give on request: records of which every fact is the case's own, the day, or said here."""

from __future__ import annotations

from licet.check.checks import refuse_clauses
from licet.check.context import Context, type_of
from licet.check.examples import STATES
from licet.check.operands import compatible, mismatch, operand
from licet.check.rules import citations, subject_context
from licet.check.scope import ModuleScope, Scope
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.syntax import tree as t
from licet.values import Duration, State


def obtainables(scope: Scope) -> tuple[ir.Obtainable, ...]:
    """All of them, in the order of the text."""
    trees = [(m, item) for m in scope.modules.values() for item in m.items if isinstance(item, t.Obtainable)]
    built = [obtainable(scope, m, tree) for m, tree in trees if scope.declare("obtainable", tree.name, m)]
    return tuple(found for found in built if found is not None)


def obtainable(scope: Scope, module: ModuleScope, tree: t.Obtainable) -> ir.Obtainable | None:
    """One; None where its subject or its record is no entity."""
    refuse_clauses(scope, tree.clauses, "in what may be obtained")
    context = subject_context(scope, module, tree.clauses, tree.name)
    owner = scope.entity_named(tree.record, module)
    if context is None or owner is None:
        return None
    (variable, type_), *_ = context.variables.items()
    facts: dict[str, n.Operand | State] = dict.fromkeys(ir.blanks(owner.fields), State.NOT_APPLICABLE)
    words = scope.once_each("field", (word for word, _ in tree.fields))
    for name in words:
        word, value = next((word, value) for word, value in tree.fields if word.text == name)
        fact = _fact(word, value, owner, context)
        if fact is not None:
            facts[name] = fact
    return ir.Obtainable(
        f"{module.name}.{tree.name.text}",
        tree.title,
        variable,
        type_.name,
        tree.giver,
        owner.name,
        facts,
        citations(scope, module, tree.clauses.cites),
        tree.name.span,
    )


def _fact(word: t.Word, tree: t.GivenValue, owner: ir.Entity, context: Context) -> n.Operand | State | None:
    """What one field says; None after an error."""
    field = context.scope.field_named(owner.name, word)
    if field is None:
        return None
    if field.derived:
        help_ = "say the facts it is derived from"
        context.error("E059", f"`{word.text}` is derived and cannot be given", word.span, help_)
        return None
    if isinstance(tree, t.GivenState):
        return STATES[tree.state]
    found = None if isinstance(tree, t.GivenRange) else operand(tree, context, field.type)
    if isinstance(tree, t.GivenRange) or (found is not None and not _is_of_the_case(found)):
        help_ = "write a recorded fact of the subject, `as_of`, or a value"
        context.error("E044", "what is given says nothing but what the case says", tree.span, help_)
        return None
    if found is None:
        return None
    is_empty = isinstance(found, n.SetOf) and not found.items and field.type.kind is Kind.SET
    if not is_empty and not compatible(field.type, type_of(found)):
        mismatch(context, field.type, type_of(found), tree.span)
        return None
    return found


def _is_of_the_case(found: n.Operand) -> bool:
    if isinstance(found, n.SetOf):
        return all(_is_of_the_case(item) for item in found.items)
    if isinstance(found, n.FieldOf):
        return isinstance(found.base, n.Variable)
    return isinstance(found, n.Variable | n.AsOf) or (
        isinstance(found, n.Known) and not isinstance(found.value, Duration)
    )
