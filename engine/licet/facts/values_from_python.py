"""Python values to facts of a type, for callers that have no file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from licet.facts.tables import decimal_of
from licet.facts.values_from_text import Problem, Units, state_named, value_from_text
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.suggest import did_you_mean
from licet.values import Fact, Number, Range, State, simplest


def facts_from_python(
    values: Mapping[str, Any], fields: Mapping[str, ir.Field], units: Units
) -> tuple[dict[str, Fact], list[str]]:
    """The facts of one record, and what is wrong with each value that is none. None is absent."""
    facts: dict[str, Fact] = {}
    problems: list[str] = []
    for name, value in values.items():
        known = fields.get(name)
        if known is None:
            help_ = did_you_mean(name, [f.name for f in fields.values() if not f.derived])
            problems.append(f"there is no field `{name}`" + (f"; {help_}" if help_ else ""))
            continue
        if known.derived:
            problems.append(f"`{name}` is derived by rules and cannot be given")
            continue
        found = fact_from_python(value, known.type, units)
        if isinstance(found, Problem):
            more = f"; {found.help}" if found.help else ""
            problems.append(f"`{_shown(value)}` is not a value of `{name}`: expected {found.expected}{more}")
        else:
            facts[name] = found
    return facts, problems


def fact_from_python(value: Any, wanted: Type, units: Units) -> Fact | Problem:
    """A fact: text as it would stand in a file, or a Python value of the kind that is wanted."""
    if value is None:
        return State.ABSENT
    if isinstance(value, State):
        return value
    if isinstance(value, str):
        state = state_named(value)
        if state is not None:
            return state
        if wanted.kind is not Kind.SET:
            return value_from_text(value, wanted, units)
    if isinstance(value, Range) and wanted.is_ordered:
        return value
    match wanted.kind:
        case Kind.SET if isinstance(value, list | tuple | set | frozenset) and wanted.element is not None:
            members = [fact_from_python(member, wanted.element, units) for member in value]
            bad = next((m for m in members if isinstance(m, Problem)), None)
            return bad or frozenset(str(member) for member in members)
        case Kind.BOOLEAN if isinstance(value, bool):
            return value
        case Kind.DATE if isinstance(value, date) and not isinstance(value, datetime):
            return value
        case Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT:
            return _number(value, wanted)
        case Kind.SET:
            return Problem(f"a list of {wanted.element}")
        case _:
            return value_from_text(repr(value), wanted, units)


def _number(value: Any, wanted: Type) -> Fact | Problem:
    number: Number
    if type(value) is int:
        number = value
    elif isinstance(value, float) and math.isfinite(value):
        number = decimal_of(value)
    elif isinstance(value, Fraction) or (isinstance(value, Decimal) and value.is_finite()):
        number = simplest(Fraction(value))
    else:
        return Problem(f"an exact number for a {wanted}", "give an int, a Fraction, a Decimal, a finite float or text")
    if wanted.kind is Kind.QUANTITY and number < 0:
        return Problem("a quantity that is not negative")
    if wanted.kind is Kind.PERCENT and not 0 <= number <= 1:
        return Problem("a share from 0 to 1, or text such as `40%`")
    return number


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
