"""What sums, differences, products and quotients are: their types and units (language.md#units)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from operator import add, mul, sub

from licet.check.context import type_of
from licet.ir import nodes as n
from licet.ir.types import DATE, DAYS, NUMBER, PERCENT, Kind, Type
from licet.ir.units import combined
from licet.values import Duration, Number

_WORKED_OUT: dict[str, Callable[[Number, Number], Number]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": lambda one, other: Fraction(one) / other,  # never by zero, which is refused
}
_PLAIN = (Kind.NUMBER, Kind.PERCENT)


def fitted(found: n.Operand, wanted: Type | None) -> n.Operand:
    """A stretch of days as the quantity, and a quotient of equal units as the share, that it meets."""
    if wanted == DAYS and isinstance(found, n.Known) and isinstance(found.value, Duration) and not found.value.months:
        return n.Known(found.span, found.value.days, DAYS)
    return _as_share(found) or found if wanted == PERCENT else found


def _as_share(found: n.Operand) -> n.Operand | None:
    """Quotients of equal units, and sums, extremes and roundings of nothing but these and shares, as shares."""
    match found:
        case n.Arithmetic(operator="+" | "-", left=left, right=right):
            one, other = _as_share(left), _as_share(right)
            return None if one is None or other is None else replace(found, left=one, right=other, type=PERCENT)
        case n.Arithmetic() if _is_quotient(found):
            return replace(found, type=PERCENT)
        case n.Call(arguments=arguments) if found.type == NUMBER:
            shares = [_as_share(part) for part in arguments]
            known = tuple(part for part in shares if part is not None)
            return replace(found, arguments=known, type=PERCENT) if len(known) == len(shares) else None
        case n.Aggregate(operand=operand) if operand is not None and found.type == NUMBER:
            share = _as_share(operand)
            return None if share is None else replace(found, operand=share, type=PERCENT)
        case _:
            return found if type_of(found) == PERCENT else None


def _is_quotient(operand: n.Arithmetic) -> bool:
    """Whether it is a quotient of equal units, or a product in which all units cancel."""
    left, right = type_of(operand.left), type_of(operand.right)
    if operand.operator == "/":
        return left == right
    return operand.type == NUMBER and left.kind is right.kind is Kind.QUANTITY


def written_number(operand: n.Operand) -> Number | None:
    """The number that an operand without facts comes to."""
    match operand:
        case n.Known(value=int() | Fraction() as value):
            return value
        case n.Arithmetic(operator=operator, left=left, right=right):
            one, other = written_number(left), written_number(right)
            return None if one is None or other is None else _WORKED_OUT[operator](one, other)
        case _:
            return None


def prepared(operator: str, left: n.Operand, right: n.Operand) -> tuple[n.Operand, n.Operand]:
    """Both sides as they meet."""
    if operator in "*/":
        return fitted(left, DAYS), fitted(right, DAYS)
    return fitted(left, type_of(right)), fitted(right, type_of(left))


def type_of_arithmetic(operator: str, one: n.Operand, other: n.Operand) -> Type | None:
    """None where the two cannot be combined so."""
    left, right = type_of(one), type_of(other)
    match operator:
        case "+" | "-" if left == right and left.is_numeric:
            return left
        case "+" | "-" if left.kind is Kind.DATE and right.kind is Kind.DURATION:
            return DATE
        case "-" if left.kind is Kind.DATE and right.kind is Kind.DATE:
            return DAYS
        case "*" | "/" if left.is_numeric and right.is_numeric:
            return _of_units(operator, one, other)
        case _:
            return None


def _of_units(operator: str, one: n.Operand, other: n.Operand) -> Type:
    left, right = type_of(one), type_of(other)
    if left.kind in _PLAIN and right.kind in _PLAIN:
        if operator == "*":
            return _of_plain(one, other)
        return NUMBER if left == right else left
    base = combined(left.name, right.name, inverse=operator == "/")  # a plain number has no units
    return Type(Kind.QUANTITY, base) if base else NUMBER


def _of_plain(left: n.Operand, right: n.Operand) -> Type:
    """A share of a number is a number; a share times a written number, twice the share, is a share."""
    if type_of(left) == type_of(right):
        return type_of(left)
    share, number = (left, right) if type_of(left) == PERCENT else (right, left)
    return PERCENT if isinstance(number, n.Known) and not isinstance(share, n.Known) else NUMBER
