"""Formulas and operands with some of their parts replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import RLock
from typing import Any, assert_never

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import with_operands
from licet.ir.walk import Part

_RENAMING = RLock()
Change = Callable[[Part], Part | None]


def rewrite(node: Part, change: Change) -> Any:  # noqa: C901 - one case for each sort of node
    """The node with `change` applied from above; where it gives None, to the parts instead. Keeps the sort of node."""
    changed = change(node)
    if changed is not None:
        return changed
    match node:
        case n.Constant() | n.RowAbove() | n.Known() | n.Variable() | n.AsOf() | n.ListNamed() | n.ParameterNamed():
            return node
        case n.AllOf(parts=parts) | n.AnyOf(parts=parts) | n.Counted(parts=parts):
            return replace(node, parts=tuple(rewrite(part, change) for part in parts))
        case n.Call(arguments=arguments):
            return replace(node, arguments=tuple(rewrite(a, change) for a in arguments))
        case n.SetOf(items=items):
            return replace(node, items=tuple(rewrite(item, change) for item in items))
        case n.CodeTest(item=item, codes=codes):
            return replace(node, item=rewrite(item, change), codes=tuple(rewrite(code, change) for code in codes))
        case n.Some(each=each, where=where):
            return replace(node, each=_each(each, change), where=_maybe(where, change))
        case n.Every(each=each, where=where, condition=condition):
            inner = rewrite(condition, change)
            return replace(node, each=_each(each, change), where=_maybe(where, change), condition=inner)
        case n.Aggregate(each=each, where=where, operand=operand):
            summed = _maybe(operand, change)
            return replace(node, each=_each(each, change), where=_maybe(where, change), operand=summed)
        case n.Not(part=part) | n.Limb(part=part):
            return replace(node, part=rewrite(part, change))
        case n.Compare(left=left, right=right) | n.Arithmetic(left=left, right=right):
            return replace(node, left=rewrite(left, change), right=rewrite(right, change))
        case n.Member(item=item, collection=collection):
            return replace(node, item=rewrite(item, change), collection=rewrite(collection, change))
        case n.HasState(operand=operand):
            return replace(node, operand=rewrite(operand, change))
        case n.Holds(subject=subject) | n.Outcome(subject=subject) | n.ScoreOf(subject=subject):
            return replace(node, subject=rewrite(subject, change))
        case n.Named(thing=thing):
            return replace(node, thing=rewrite(thing, change))
        case n.FieldOf(base=base) | n.TermOf(base=base):
            return replace(node, base=rewrite(base, change))
        case n.OnDay(part=part, day=day):
            return replace(node, part=rewrite(part, change), day=rewrite(day, change))
        case _:
            assert_never(node)


def rewrite_rule(rule: ir.Rule, change: Change) -> ir.Rule:
    """The rule with its condition and the operands of what it concludes rewritten."""
    effects = tuple(with_operands(effect, lambda operand: rewrite(operand, change)) for effect in rule.effects)
    return replace(rule, body=_maybe(rule.body, change), effects=effects)


def _each(each: n.Each, change: Change) -> n.Each:
    return replace(each, members=_maybe(each.members, change))


def _maybe(part: Part | None, change: Change) -> Any:
    return None if part is None else rewrite(part, change)


def renamed(node: Any, old: str, new: str) -> Any:
    """The node with a free variable under another name; no variable may hide another, so none is captured."""

    def change(part: Part) -> Part | None:
        if isinstance(part, n.Variable) and part.name == old:
            return replace(part, name=new)
        if isinstance(part, n.RowAbove) and part.variable == old:
            return replace(part, variable=new, rows=_rows_renamed(part.rows, old, new))
        return None

    return rewrite(node, change)


def _rows_renamed(rows: n.RowConditions, old: str, new: str) -> n.RowConditions:
    """Once for all rows of a table. A row of `otherwise` leads back to the rows that are being renamed."""
    with _RENAMING:
        found = rows.renamed.get(new)
        if found is None:
            found = rows.renamed[new] = n.RowConditions(())
            found.conditions = tuple(renamed(condition, old, new) for condition in rows.conditions)
        return found


def seen_from(node: Any, place: str | None) -> Any:
    """The node with what it reads of no jurisdiction in particular as a jurisdiction sees it."""
    if place is None:
        return node

    def change(part: Part) -> Part | None:
        match part:
            case n.TermOf(base=base, view=None):
                return replace(part, view=place, base=rewrite(base, change))
            case n.Holds(subject=subject, view=None):
                return replace(part, view=place, subject=rewrite(subject, change))
            case n.Outcome(subject=subject, view=n.OVERALL):
                return replace(part, view=place, subject=rewrite(subject, change))
            case _:
                return None

    return rewrite(node, change)
