"""The parts of rules, formulas and operands: one place that knows what contains what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never, overload

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import operands_of
from licet.ir.remembered import by_identity

Part = n.Formula | n.Operand


@overload
def parts(node: n.Connectives | n.Constant) -> tuple[n.Formula, ...]: ...
@overload
def parts(node: n.Atom | n.Computed | n.Leaf) -> tuple[n.Operand, ...]: ...
@overload
def parts(node: Part) -> tuple[Part, ...]: ...
def parts(node: Part) -> tuple[Part, ...]:
    """What stands directly inside a node, in source order."""
    match node:
        case n.FieldOf(base=inner) | n.TermOf(base=inner) | n.Named(thing=inner):  # the first are the most
            return (inner,)
        case n.Variable() | n.Known() | n.Constant() | n.RowAbove() | n.AsOf() | n.ListNamed() | n.ParameterNamed():
            return ()
        case n.OnDay(part=part, day=day):
            return (part, day)
        case n.Not(part=part) | n.Limb(part=part):
            return (part,)
        case n.AllOf(parts=several) | n.AnyOf(parts=several) | n.Counted(parts=several):
            return several
        case n.Compare(left=left, right=right) | n.Arithmetic(left=left, right=right):
            return (left, right)
        case n.Member(item=item, collection=collection):
            return (item, collection)
        case n.CodeTest(item=item, codes=codes):
            return (item, *codes)
        case n.Holds(subject=inner) | n.Outcome(subject=inner) | n.ScoreOf(subject=inner) | n.HasState(operand=inner):
            return (inner,)
        case n.Call(arguments=arguments):
            return arguments
        case n.SetOf(items=items):
            return items
        case n.Some(each=each, where=where):
            return (*_each(each), *_maybe(where))
        case n.Every(each=each, where=where, condition=condition):
            return (*_each(each), *_maybe(where), condition)
        case n.Aggregate(each=each, where=where, operand=operand):
            return (*_each(each), *_maybe(where), *_maybe(operand))
        case _:
            assert_never(node)


def _each(each: n.Each) -> tuple[Part, ...]:
    return () if each.members is None else (each.members,)


def _maybe(part: Part | None) -> tuple[Part, ...]:
    return () if part is None else (part,)


def walk(node: Part) -> Iterator[Part]:
    """The node and everything inside it, in source order."""
    waiting: list[Part] = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(parts(found))


@by_identity
def nesting(node: Part) -> int:
    """How deep quantifiers and aggregates stand in one another."""
    deepest = max((nesting(part) for part in parts(node)), default=0)
    return deepest + isinstance(node, n.Some | n.Every | n.Aggregate)


def parts_of(rule: ir.Rule) -> Iterator[Part]:
    """The condition of a rule and the operands of what it concludes."""
    if rule.body is not None:
        yield rule.body
    for effect in rule.effects:
        yield from operands_of(effect)
