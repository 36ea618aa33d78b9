"""Python values to facts of a type: the one reading for cases, records and the arguments of the Python interface."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from licet.errors import UsageError
from licet.facts.cells.texts import BOUNDS, doubts, fact_from_cell, range_of
from licet.facts.cells.values_from_text import NEVER_NOTHING, Problem, never_nothing
from licet.facts.tables import decimal_of
from licet.ir import policy as ir
from licet.ir.types import DOUBTS, Kind, Type
from licet.ir.units import Units
from licet.suggest import did_you_mean
from licet.values import Fact, Number, Range, State, parse_date, simplest

PROVENANCE = ("source", "note")  # of a record: what no rule reads
_LISTS = (list, tuple, set, frozenset)


def facts_from_python(
    values: Mapping[str, Any], fields: Mapping[str, ir.Field], units: Units
) -> tuple[dict[str, Fact], list[str]]:
    """The facts of one record, and what is wrong with each value that is none. `source` and `note` are passed over."""
    facts: dict[str, Fact] = {}
    problems: list[str] = []
    for name, value in values.items():
        known = fields.get(name)
        if known is None:
            if name not in PROVENANCE:
                help_ = did_you_mean(str(name), [f.name for f in fields.values() if not f.derived])
                problems.append(f"there is no field `{name}`" + (f"; {help_}" if help_ else ""))
            continue
        if known.derived:
            problems.append(f"`{name}` is derived by rules and cannot be given")
            continue
        found = fact_from_python(value, known.type, units)
        if isinstance(found, Problem):
            more = f"; {found.help}" if found.help else ""
            problems.append(f"`{_shown(value)}` is not a value of `{name}`: expected {found.expected}{more}")
        elif known.always and found is State.NOT_APPLICABLE:
            problems.append(f"{never_nothing(name)}; {NEVER_NOTHING}")
        else:
            facts[name] = State.NOT_APPLICABLE if known.blank and is_empty(value) else found
    return facts, problems


def is_empty(value: Any) -> bool:
    """Whether nothing was given; `unknown`, written, is something."""
    found = plain_value(value)
    return found is None or (isinstance(found, str) and not found.strip())


def plain_value(value: Any) -> Any:
    """The same value without its library: of numpy, pandas and pyarrow; None where it stands for none that is known."""
    if isinstance(value, pa.Scalar):
        value = value.as_py()
    if type(value).__name__ in ("NAType", "NaTType"):  # of pandas, which need not be here
        return None
    if isinstance(value, np.datetime64):
        value = None if np.isnat(value) else value.astype("datetime64[us]").item()
    elif isinstance(value, np.floating):
        value = float(str(value))  # a narrow number stands for its own shortest decimal
    elif isinstance(value, np.generic):
        value = value.item()
    elif isinstance(value, np.ndarray):
        value = value.tolist()
    elif isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    is_nan = (isinstance(value, float) and math.isnan(value)) or (isinstance(value, Decimal) and value.is_nan())
    return None if is_nan else value


def fact_from_python(value: Any, wanted: Type, units: Units) -> Fact | Problem:
    """A fact: text as it would stand in a cell of a typed table, or a Python value of the kind that is wanted."""
    value = plain_value(value)
    if value is None:
        return State.ABSENT
    if isinstance(value, State) or (isinstance(value, Range) and wanted.is_ordered):
        return value
    if isinstance(value, Mapping) and wanted.is_ordered and value and value.keys() <= BOUNDS:
        return _range(value, wanted, units)
    if isinstance(value, bool) and wanted.kind is not Kind.BOOLEAN:
        value = "true" if value else "false"
    if isinstance(value, str):
        return fact_from_cell(value, wanted, units, bare_shares=True)
    match wanted.kind:
        case Kind.SET if wanted == DOUBTS and isinstance(value, Mapping):
            return doubts(value)
        case Kind.SET if isinstance(value, _LISTS):
            return _set(value, wanted, units)
        case Kind.BOOLEAN if isinstance(value, bool):
            return value
        case Kind.DATE if isinstance(value, date):
            return _day(value)
        case Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT:
            return _number(value, wanted)
        case Kind.TEXT | Kind.ENTITY if isinstance(value, int):
            return str(value)
        case Kind.CODE if isinstance(value, int):
            return fact_from_cell(str(value), wanted, units, bare_shares=True)
        case _:
            return _expected(wanted, units)


def day_from_python(value: Any, name: str) -> date | None:
    """The day that an argument says: None, a date, a date and time at midnight, or text. Errors: `UsageError`."""
    found = None if value is None else plain_value(value)
    if isinstance(found, str):
        found = parse_date(found)
    day = _day(found) if isinstance(found, date) else None
    if isinstance(day, date):
        return day
    if value is None:
        return None
    help_ = f"; {day.help}" if isinstance(day, Problem) else ""
    raise UsageError(f"`{name}` is no day: `{_shown(value)}`; give a date, or text such as 2026-06-15{help_}")


def _day(value: date) -> date | Problem:
    if not isinstance(value, datetime):
        return value
    day = value.date()
    if value.replace(tzinfo=None) != datetime(day.year, day.month, day.day):  # noqa: DTZ001 - its own calendar day
        return Problem("a day without a time of day", f"write {day}")
    return day


def _set(value: Any, wanted: Type, units: Units) -> Fact | Problem:
    assert wanted.element is not None
    members = []
    for member in value:
        found = fact_from_python(member, wanted.element, units)
        if isinstance(found, Problem):
            return Problem(f"each member to be {found.expected}", found.help)
        if not isinstance(found, State):
            members.append(str(found))
        elif found is not State.ABSENT:
            return Problem("members that are values", "leave out what is not known, or the whole set")
    return frozenset(members)


def _range(bounds: Mapping[str, Any], wanted: Type, units: Units) -> Fact | Problem:
    read = {end: fact_from_python(bound, wanted, units) for end, bound in bounds.items()}
    for found in read.values():
        if isinstance(found, Range) or found in (State.UNDETERMINED, State.NOT_APPLICABLE):
            return Problem("a value on each side of a range", "leave out the side that is not known")
    ends = {end: found for end, found in read.items() if found is not State.ABSENT}
    return range_of(ends.get("at_least"), ends.get("at_most")) if ends else State.ABSENT


def _number(value: Any, wanted: Type) -> Fact | Problem:
    number: Number
    if isinstance(value, int):
        number = int(value)
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


def _expected(wanted: Type, units: Units) -> Problem:
    """What any value of another kind should have been."""
    if wanted.kind is Kind.SET:
        return Problem(f"a list of {wanted.element}")
    found = fact_from_cell("\0", wanted, units, bare_shares=True)
    return found if isinstance(found, Problem) else Problem(f"a {wanted}")


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
