"""One written value to a fact of a type, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from licet.ir.countries import CODES, instead_of
from licet.ir.types import Kind, Type
from licet.names import normal
from licet.suggest import did_you_mean, nearest
from licet.values import Number, State, Value, parse_date, parse_number, parse_percent, share_meant, simplest

STATE_WORDS = {
    "": State.ABSENT,
    "unknown": State.ABSENT,
    "undetermined": State.UNDETERMINED,
    "not applicable": State.NOT_APPLICABLE,
    "not_applicable": State.NOT_APPLICABLE,
}
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Problem:
    """What was expected instead of a value, and what to do."""

    expected: str
    help: str = ""


Units = Mapping[str, tuple[str, Number]]


def state_named(text: str) -> State | None:
    """The state a word stands for: `unknown`, `undetermined`, `not applicable` or nothing at all."""
    return STATE_WORDS.get(text.strip())


def value_from_text(text: str, wanted: Type, units: Units) -> Value | Problem:
    """A plain value. A reference is the id it names; whether that exists is asked later."""
    text = text.strip()
    match wanted.kind:
        case Kind.BOOLEAN:
            found = _TRUTHS.get(text.lower())
            return Problem("`yes` or `no`") if found is None else found
        case Kind.NUMBER:
            return _number(text)
        case Kind.QUANTITY:
            return _quantity(text, wanted, units)
        case Kind.PERCENT:
            return _percent(text)
        case Kind.DATE:
            return _date(text)
        case Kind.COUNTRY:
            return _country(text)
        case Kind.ENUMERATION:
            value = wanted.value_spelt(text)
            return _no_value(text, wanted) if value is None else value
        case Kind.TEXT | Kind.ENTITY:
            return normal(text)
        case _:
            return Problem("a plain value")


def _no_value(text: str, wanted: Type) -> Problem:
    """Names every value, and the nearest: of a spelling that is near, the value that it stands for."""
    near = nearest(text, [*wanted.values, *(spelling for spelling, _ in wanted.spelt)])
    meant = dict(wanted.spelt).get(near[0], near[0]) if near else ""
    return Problem(" or ".join(f"`{v}`" for v in wanted.values), f"did you mean `{meant}`?" if meant else "")


def _number(text: str) -> Number | Problem:
    found = parse_number(text)
    if found is not None:
        return found
    help_ = f"write it without commas: {text.replace(',', '_')}" if re.fullmatch(r"\d{1,3}(,\d{3})+", text) else ""
    return Problem("a number such as 26_900_000, 2e26 or 10^26", help_)


def _quantity(text: str, wanted: Type, units: Units) -> Number | Problem:
    words = text.split(maxsplit=1)
    unit = words[1].strip() if len(words) > 1 else wanted.name
    found = _number(words[0] if words else "")
    if isinstance(found, Problem):
        return Problem(f"a number of {wanted.name}s, such as 2e26 or 10^26", found.help)
    base, factor = units.get(unit, ("", 1))
    if base != wanted.name:
        fitting = [name for name, (of, _) in units.items() if of == wanted.name]
        return Problem(f"a quantity in `{wanted.name}`", did_you_mean(unit, fitting))
    if found < 0:
        return Problem("a quantity that is not negative")
    return simplest(Fraction(found) * factor)


def _percent(text: str) -> Number | Problem:
    found = parse_percent(text)
    if found is None:
        number = parse_number(text)
        help_ = share_meant(text) if number is not None and 0 <= number <= 100 else ""
        return Problem("a share such as 40%", help_)
    return found if 0 <= found <= 1 else Problem("a share from 0% to 100%")


def _date(text: str) -> date | Problem:
    found = parse_date(text)
    if found is not None:
        return found
    if match := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text):
        day, month, year = (int(g) for g in match.groups())
        return Problem("a date as year-month-day", f"write {year:04}-{month:02}-{day:02} if this is day/month/year")
    return Problem("a date as year-month-day, for example 2026-06-15")


def _country(text: str) -> str | Problem:
    if text in CODES:
        return text
    code = instead_of(text)
    return Problem("a country code of ISO 3166-1, such as CH", f"did you mean `{code}`?" if code else "")
