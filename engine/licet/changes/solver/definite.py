"""Whether something is surely so or surely not so wherever all facts are complete."""

from __future__ import annotations

from typing import assert_never

from licet.changes.law import cone_of_part, inside
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_node
from licet.ir.types import Kind
from licet.ir.walk import Part, parts_of
from licet.values import Truth


@by_node
def is_definite(policy: ir.Policy, part: Part) -> bool:
    """Whether nothing behind a condition, or an operand, leaves it open: no open collection, no status of law that is
    not known, nothing that is not encoded. Where that is not sure, it is not.
    """
    rules = [policy.rules[id_] for id_ in cone_of_part(policy, part).rules]
    tops = [part, *(top for rule in rules for top in parts_of(rule))]
    if any(rule.is_open or rule.kind == "default" or rule.live.unconfirmed for rule in rules):
        return False
    return not any(_may_be_open(policy, node) for top in tops for node in inside(top))


def _may_be_open(policy: ir.Policy, node: Part) -> bool:
    match node:
        case n.Constant(truth=truth):
            return truth is Truth.U
        case n.FieldOf(open=is_open):
            return is_open
        case n.Some(each=each) | n.Every(each=each) | n.Aggregate(each=each):
            return each.kind == "rows" and policy.relations[each.name].open
        case n.ListNamed(name=name):
            dated = policy.lists[name]
            return dated.open or dated.covers.start is not None or dated.covers.end is not None
        case n.TermOf(type=type_):
            return type_.kind is not Kind.SET
        case n.Arithmetic(operator=operator):
            return operator == "/"
        case n.ParameterNamed() | n.OnDay() | n.CodeTest() | n.Call() | n.Outcome() | n.ScoreOf():
            return True
        case n.Known() | n.Variable() | n.AsOf() | n.SetOf() | n.Compare() | n.Member() | n.HasState() | n.Named():
            return False
        case n.Not() | n.AllOf() | n.AnyOf() | n.Counted() | n.Limb() | n.Holds() | n.RowAbove():
            return False
        case _:
            assert_never(node)
