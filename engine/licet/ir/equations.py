"""What a condition says that must all hold, and to be equal: by that members of collections are looked up."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_identity
from licet.ir.walk import walk
from licet.values import Number


@by_identity
def equations(where: n.Formula) -> tuple[tuple[str, str, n.Operand], ...]:
    """The facts of variables that a filter says to equal what is recorded of other variables, or a known value."""
    return tuple(found for part in conjuncts(where) for found in _equated(part))


def _equated(part: n.Formula) -> Iterator[tuple[str, str, n.Operand]]:
    if isinstance(part, n.Compare) and part.operator == "=":
        for side, other in ((part.left, part.right), (part.right, part.left)):
            own, of = _recorded_of(side), _recorded_of(other)
            if own is not None and len(own) == 2 and of is not None and of[:1] != own[:1]:
                yield own[0], own[1], other


@by_identity
def keys(where: n.Formula) -> tuple[tuple[str, str, n.Operand, tuple[n.Formula, ...]], ...]:
    """By what members can be looked up: the fact of a variable that equals, or contains, what is recorded of others.

    With each the alternatives, which say nothing of the variable: it must be so where all of them are false.
    """
    found: list[tuple[str, str, n.Operand, tuple[n.Formula, ...]]] = []
    for part in conjuncts(where):
        alternatives = part.parts if isinstance(part, n.AnyOf) else (part,)
        for i, alternative in enumerate(alternatives):
            others = alternatives[:i] + alternatives[i + 1 :]
            found += [
                (*equation, others)
                for formula in conjuncts(alternative)
                for equation in (*_equated(formula), *_contained(formula))
                if not any(reads_variable(other, equation[0]) for other in others)
            ]
    return tuple(found)


def _contained(part: n.Formula) -> Iterator[tuple[str, str, n.Operand]]:
    if isinstance(part, n.Member) and isinstance(part.collection, n.FieldOf):
        own, of = _recorded_of(part.collection), _recorded_of(part.item)
        is_sure = not part.negated and not part.collection.open
        if is_sure and own is not None and len(own) == 2 and of is not None and of[:1] != own[:1]:
            yield own[0], own[1], part.item


def reads_variable(part: n.Formula | n.Operand, variable: str) -> bool:
    """Whether a condition, or an operand, asks anything of a variable."""
    return any(isinstance(node, n.Variable) and node.name == variable for node in walk(part))


@by_identity
def conjuncts(where: n.Formula) -> tuple[n.Formula, ...]:
    """The parts that must all hold."""
    match where:
        case n.AllOf(parts=inner):
            return tuple(found for part in inner for found in conjuncts(part))
        case n.Limb(part=part):
            return conjuncts(part)
    return (where,)


def parts_about(where: n.Formula | None, variable: str, facts: Collection[str]) -> list[n.Formula]:
    """The parts of a filter that ask of a variable some of these facts, and nothing else."""
    return [part for part in (() if where is None else conjuncts(where)) if _asks_only(part, variable, facts)]


def _asks_only(part: n.Formula, variable: str, facts: Collection[str]) -> bool:
    nodes = list(walk(part))
    asked = sum(isinstance(node, n.Variable) and node.name == variable for node in nodes)
    of_these = sum(
        isinstance(node, n.FieldOf)
        and node.name in facts
        and isinstance(node.base, n.Variable)
        and node.base.name == variable
        for node in nodes
    )
    return 0 < asked == of_these


def _recorded_of(operand: n.Operand) -> tuple[str, ...] | None:
    """A variable and the facts that lead from it; nothing at all for a known value; None for anything else."""
    match operand:
        case n.Known():
            return ()
        case n.Variable(name=name):
            return name, "id"
        case n.FieldOf(base=n.Variable(name=variable), name=name):
            return variable, name
        case n.FieldOf(base=base, name=name):
            before = _recorded_of(base)
            return None if before is None else (*before, name)
    return None


def cap_of(policy: ir.Policy, operand: n.Aggregate) -> Number | None:
    """The vocabulary's bound of a total, where the filter keeps to the rows that it bounds."""
    summed, each = operand.operand, operand.each
    if each.kind != "rows" or operand.where is None or not isinstance(summed, n.FieldOf):
        return None
    if not isinstance(summed.base, n.Variable) or summed.base.name != each.variable:
        return None
    for bound in policy.relations[each.name].bounds:
        if bound.summed == summed.name and _fixes(operand.where, each.variable, bound.per):
            return bound.limit
    return None


def _fixes(where: n.Formula, variable: str, parameter: str) -> bool:
    """Whether a filter keeps to the rows with one value of a parameter, whatever row it is."""
    compared = [part for part in conjuncts(where) if isinstance(part, n.Compare) and part.operator == "="]
    return any(
        isinstance(side, n.FieldOf)
        and side.name == parameter
        and isinstance(side.base, n.Variable)
        and side.base.name == variable
        and not any(isinstance(node, n.Variable) and node.name == variable for node in walk(other))
        for part in compared
        for side, other in ((part.left, part.right), (part.right, part.left))
    )
