"""Formulas and operands with some of their parts replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import is_
from threading import RLock
from typing import Any, assert_never

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import with_operands
from licet.ir.remembered import by_identity
from licet.ir.walk import Part, parts

_RENAMING = RLock()
Change = Callable[[Part], Part | None]


def rewrite(node: Part, change: Change) -> Any:
    """The node with `change` applied from above; where it gives None, to the parts instead. Keeps the sort of node.

    A node in which nothing changes stays the one that it is.
    """
    changed = change(node)
    if changed is not None:
        return changed
    before = parts(node)
    after = tuple([rewrite(part, change) for part in before])
    return node if all(map(is_, before, after)) else _with_parts(node, after)


def _with_parts(node: Part, parts: tuple[Any, ...]) -> Any:
    """The node with other parts, in the order of `walk.parts`."""
    match node:
        case n.AllOf() | n.AnyOf() | n.Counted():
            return replace(node, parts=parts)
        case n.Call():
            return replace(node, arguments=parts)
        case n.SetOf():
            return replace(node, items=parts)
        case n.CodeTest():
            return replace(node, item=parts[0], codes=parts[1:])
        case n.Some(each=each) | n.Every(each=each) | n.Aggregate(each=each):
            return _ranging(node, each, list(parts))
        case n.Not() | n.Limb():
            return replace(node, part=parts[0])
        case n.Compare() | n.Arithmetic():
            return replace(node, left=parts[0], right=parts[1])
        case n.Member():
            return replace(node, item=parts[0], collection=parts[1])
        case n.HasState():
            return replace(node, operand=parts[0])
        case n.Holds() | n.Outcome() | n.ScoreOf():
            return replace(node, subject=parts[0])
        case n.Named():
            return replace(node, thing=parts[0])
        case n.FieldOf() | n.TermOf():
            return replace(node, base=parts[0])
        case n.OnDay():
            return replace(node, part=parts[0], day=parts[1])
        case n.Constant() | n.RowAbove() | n.Known() | n.Variable() | n.AsOf() | n.ListNamed() | n.ParameterNamed():
            raise AssertionError(f"{node} has no parts")
        case _:
            assert_never(node)


def _ranging(node: n.Some | n.Every | n.Aggregate, each: n.Each, parts: list[Any]) -> Any:
    """A node over the members of something: what that is, the filter, and what is asked of each, those that it has."""
    ranging = each if each.members is None else replace(each, members=parts.pop(0))
    where = None if node.where is None else parts.pop(0)
    match node:
        case n.Some():
            return replace(node, each=ranging, where=where)
        case n.Every():
            return replace(node, each=ranging, where=where, condition=parts.pop())
        case n.Aggregate():
            return replace(node, each=ranging, where=where, operand=parts.pop() if parts else None)
        case _:
            assert_never(node)


def rewrite_rule(rule: ir.Rule, change: Change) -> ir.Rule:
    """The rule with its condition and the operands of what it concludes rewritten."""
    effects = tuple(with_operands(effect, lambda operand: rewrite(operand, change)) for effect in rule.effects)
    return replace(rule, body=_maybe(rule.body, change), effects=effects)


def _maybe(part: Part | None, change: Change) -> Any:
    return None if part is None else rewrite(part, change)


@by_identity
def renamed(node: Any, old: str, new: str) -> Any:
    """The node with a free variable under another name; no variable may hide another, so none is captured.

    It is the same one whenever it is asked for, so that what is remembered of it is found again.
    """

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
