"""Where an expression meets what it is compared with: values of a fact that is added, multiplied or divided there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, floor

from licet.facts.store import Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.walk import parts_of, walk

Number = int | Fraction
Compared = tuple[n.Arithmetic, n.Operand, Number]  # an expression, the fact in it, and the number on the other side


def meeting(policy: ir.Policy, fact: tuple[str, str], record: Record) -> set[Number]:
    """The whole numbers beside those at which some expression with the fact, of an entity, equals its bound.

    What else stands in the expression is read from the same record; an expression that reads more has none.
    """
    found: set[Number] = set()
    for expression, field, bound in _compared(policy).get(fact, ()):
        other = expression.right if expression.left is field else expression.left
        known = _known(other, field, record)
        if isinstance(known, int | Fraction) and not isinstance(known, bool):
            for value in _solved(expression, bound, known, is_left=expression.left is field):
                found |= {floor(value), ceil(value)}
    return found


def divides(policy: ir.Policy, fact: tuple[str, str]) -> bool:
    """Whether something is divided by the fact, so that zero says nothing of it."""
    compared = _compared(policy).get(fact, ())
    return any(expression.operator == "/" and expression.right is field for expression, field, _ in compared)


def _known(other: n.Operand, field: n.Operand, record: Record) -> object:
    """What stands beside the fact: a number that the policy names, or another fact of the record."""
    if isinstance(other, n.Known):
        return other.value
    is_own = isinstance(other, n.FieldOf) and isinstance(field, n.FieldOf) and other.base == field.base
    return record.get(other.name) if is_own and isinstance(other, n.FieldOf) else None


def _solved(expression: n.Arithmetic, bound: Number, known: Number, *, is_left: bool) -> Iterator[Number]:
    """The value at which the expression equals the bound; none where any does, or no one."""
    match expression.operator:
        case "+":
            yield bound - known
        case "-":
            yield bound + known if is_left else known - bound
        case "*" if known:
            yield Fraction(bound) / known
        case "/" if is_left:
            yield bound * known
        case "/" if bound:
            yield Fraction(known) / bound
        case _:
            return


@by_policy
def _compared(policy: ir.Policy) -> Mapping[tuple[str, str], tuple[Compared, ...]]:
    """By entity and fact."""
    found: dict[tuple[str, str], list[Compared]] = {}
    for part in (part for rule in policy.rules.values() for whole in parts_of(rule) for part in walk(whole)):
        if isinstance(part, n.Compare):
            for expression, bound in ((part.left, part.right), (part.right, part.left)):
                if isinstance(expression, n.Arithmetic) and isinstance(bound, n.Known):
                    for key, field in _facts_in(expression):
                        if isinstance(bound.value, int | Fraction):
                            found.setdefault(key, []).append((expression, field, bound.value))
    return {key: tuple(compared) for key, compared in found.items()}


def _facts_in(expression: n.Arithmetic) -> Iterator[tuple[tuple[str, str], n.Operand]]:
    """The facts of today that it adds, multiplies or divides, by entity and name."""
    for side in (expression.left, expression.right):
        if isinstance(side, n.FieldOf) and not isinstance(side.base, n.AsOf):
            yield (side.base.type.name, side.name), side
