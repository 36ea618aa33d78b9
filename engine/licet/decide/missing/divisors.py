"""Divisors that are zero: nothing is known of the quotient, although everything that it is made of is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from licet.ir import nodes as n
from licet.ir.walk import parts
from licet.run.reference.unknown_values import Bounded, Reading

ZERO, IN_ZERO = "zero as a divisor", "in a divisor that is zero"  # states of what is missing
Leaf = n.FieldOf | n.TermOf | n.Aggregate
Read = Callable[[n.Operand], Reading]


def is_zero(reading: object) -> bool:
    """Whether an operand surely says zero."""
    if isinstance(reading, Bounded):
        return bool(reading.low == 0 and reading.high == 0)
    return reading == 0 and not isinstance(reading, bool)


def zero_leaves(divisor: n.Operand, read: Read) -> Iterator[tuple[Leaf, str]]:
    """What makes a divisor zero: each fact, conclusion or aggregate with the state that it is told by."""
    match divisor:
        case n.FieldOf() | n.TermOf() | n.Aggregate():
            yield divisor, ZERO if is_zero(read(divisor)) else IN_ZERO
        case n.Arithmetic(operator="*", left=left, right=right):
            for side in (left, right):
                if is_zero(read(side)):
                    yield from zero_leaves(side, read)
        case n.Arithmetic(operator="/", left=dividend):
            yield from zero_leaves(dividend, read)
        case other:
            for part in parts(other):
                yield from zero_leaves(part, read)
