"""Comparisons whose two sides may read one and the same fact, by whatever paths: `b.day is after a.day`, a being b.

What is not known of a fact is not known of it twice over: no day, however vague, is after itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from licet.ir import nodes as n
from licet.ir.remembered import by_identity
from licet.ir.types import Kind
from licet.ir.walk import Part, parts
from licet.values import Duration, Number


@dataclass(frozen=True, slots=True)
class TwoReads:
    """The same field read of two things of one type, and how much each side adds to it (days, for a date)."""

    left: n.FieldOf
    right: n.FieldOf
    added: tuple[Number, Number]

    @property
    def applies(self) -> bool:
        """Whether the fact always applies; if it does along one of the paths, it is that fact along the other too."""
        return self.left.applies or self.right.applies


@by_identity
def two_reads(formula: n.Compare) -> TwoReads | None:
    """None where the sides cannot read the same fact, or do more with it than add a constant."""
    return _two(formula.left, formula.right)


@by_identity
def reads_in_set(formula: n.Member) -> tuple[TwoReads | None, ...]:
    """For each item of a set that is written out, the same of the item that is looked for and it."""
    items = formula.collection.items if isinstance(formula.collection, n.SetOf) else ()
    found = tuple(_two(formula.item, item) for item in items)
    return found if any(found) else ()


def _two(one: n.Operand, other: n.Operand) -> TwoReads | None:
    left, right = _shifted(one), _shifted(other)
    if left is None or right is None or left[0].name != right[0].name or left[0].name == "id":
        return None
    return TwoReads(left[0], right[0], (left[1], right[1])) if _owner(left[0]) == _owner(right[0]) else None


def _shifted(operand: n.Operand) -> tuple[n.FieldOf, Number] | None:
    match operand:
        case n.FieldOf():
            return operand, 0
        case n.Arithmetic(operator="+" | "-" as operator, left=inner, right=n.Known(value=value)):
            constant = _constant(value)
        case n.Arithmetic(operator="+" as operator, left=n.Known(value=value), right=inner):
            constant = _constant(value)
        case _:
            return None
    found = _shifted(inner)
    if found is None or constant is None:
        return None
    return found[0], found[1] + (constant if operator == "+" else -constant)


def _constant(value: object) -> Number | None:
    """What is added; months have no constant number of days."""
    if isinstance(value, Duration):
        return None if value.months else value.days
    return value if isinstance(value, int | Fraction) and not isinstance(value, bool) else None


def _owner(field: n.FieldOf) -> tuple[Kind, str] | None:
    base = field.base
    return None if isinstance(base, n.AsOf) else (base.type.kind, base.type.name)


def compares_one_fact(node: Part, besides: frozenset[n.Operand] = frozenset()) -> Iterator[TwoReads]:
    """Every comparison in a node that may read one fact twice, but for those in some operands."""
    match node:
        case n.Compare():
            reads: tuple[TwoReads | None, ...] = (two_reads(node),)
        case n.Member():
            reads = reads_in_set(node)
        case _:
            reads = ()
    yield from (found for found in reads if found is not None)
    for part in parts(node):
        if not besides or part not in besides:
            yield from compares_one_fact(part, besides)
