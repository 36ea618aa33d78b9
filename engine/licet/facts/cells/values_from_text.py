"""One written value to a fact of a type, or what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from licet.facts.cells.written_otherwise import (
    NO_TEXTS,
    NO_VALUE_HELP,
    country_help,
    date_help,
    has_currency_sign,
    no_value,
    number_after,
    number_at_start,
    number_help,
    number_in_words,
    plain_number,
    power_of_ten,
    share_in_words,
    truth_help,
)
from licet.ir.countries import CODES, instead_of
from licet.ir.types import Kind, Type
from licet.ir.units import Units, in_plural, is_simple, unit_named
from licet.names import normal
from licet.suggest import did_you_mean, meant, nearest
from licet.values import Number, State, Value, parse_date, parse_number, parse_percent, share_meant, simplest

STATE_WORDS = {
    "": State.ABSENT,
    "unknown": State.ABSENT,
    "undetermined": State.UNDETERMINED,
    "not applicable": State.NOT_APPLICABLE,
    "not_applicable": State.NOT_APPLICABLE,
}
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_SHORT = 3  # letters of a unit that one slip makes another unit of
_NAMED = 8  # units that a message names
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Problem:
    """What was expected instead of a value, and what to do."""

    expected: str
    help: str = ""


NEVER_NOTHING = "write `unknown` where nobody knows it; if it need not apply, the vocabulary says so by mistake"


def never_nothing(name: str) -> str:
    """What is wrong with *not applicable* where a field always applies."""
    return f"`{name}` always applies, and is never `not applicable`"


def state_named(text: str) -> State | None:
    """The state a word stands for: `unknown`, `undetermined`, `not applicable` or nothing at all."""
    return STATE_WORDS.get(text.strip())


def value_from_text(text: str, wanted: Type, units: Units) -> Value | Problem:
    """A plain value. A reference is the id it names; whether that exists is asked later."""
    text = text.strip()
    found = _value(text, wanted, units)
    return Problem(found.expected, NO_VALUE_HELP) if isinstance(found, Problem) and no_value(text) else found


def _value(text: str, wanted: Type, units: Units) -> Value | Problem:
    match wanted.kind:
        case Kind.BOOLEAN:
            found = _TRUTHS.get(text.lower())
            return Problem("`yes` or `no`", truth_help(text)) if found is None else found
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
        case Kind.CODE:
            return _code(text, wanted)
        case Kind.TEXT | Kind.ENTITY:
            return Problem("a text" if wanted.kind is Kind.TEXT else "an id") if _is_none(text) else normal(text)
        case _:
            return Problem("a plain value")


def _no_value(text: str, wanted: Type) -> Problem:
    """Names every value, and the nearest: of a spelling that is near, the value that it stands for."""
    near = nearest(text, [*wanted.values, *(spelling for spelling, _ in wanted.spelt)])
    value = dict(wanted.spelt).get(near[0], near[0]) if near else ""
    return Problem(" or ".join(f"`{v}`" for v in wanted.values), meant(text, value) if value else "")


def _code(text: str, wanted: Type) -> str | Problem:
    assert wanted.form is not None
    code = wanted.form.reads(text)
    if code is None or not wanted.form.knows(code):
        return Problem(f"a code of `{wanted.name}` such as {wanted.form.example}", wanted.form.help(text))
    return code


def _is_none(text: str) -> bool:
    return text.casefold() in NO_TEXTS


def _number(text: str) -> Number | Problem:
    found = parse_number(text)
    if found is not None:
        return found
    number, rest = power_of_ten(text)
    help_ = f"write {number}" if number and not rest else number_help(text)
    return Problem("a number such as 26_900_000, 2e26 or 10^26", help_)


def _quantity(text: str, wanted: Type, units: Units) -> Number | Problem:
    number, rest = power_of_ten(text)
    if number:
        return Problem(f"a number of {in_plural(wanted.name)}, such as 2e26 or 10^26", f"write {number}{rest}")
    words = text.split(maxsplit=1)
    unit = words[1].strip() if len(words) > 1 else wanted.name
    found = _number(words[0] if words else "")
    head = number_at_start(text)
    rest = text.removeprefix(head)
    is_of_it = not rest.strip() or (unit_named(units, rest.strip()) or ("", 1))[0] == wanted.name
    help_ = number_help(head, rest if is_of_it else "")
    help_ += "" if is_of_it or not help_ else f", in {in_plural(wanted.name)}"
    if isinstance(found, Problem) and not help_ and rest in units and parse_number(head) is not None:
        help_ = f"write {head} {rest}"
    if not help_ and len(words) > 1 and (number := number_in_words(*words)):
        return Problem(f"a number of {in_plural(wanted.name)}, such as 2e26 or 10^26", f"write {number}")
    before, number = number_after(text)
    if number and (unit_named(units, before) or ("", 1))[0] == wanted.name:
        help_ = f"write {number} {before}"
    elif number and has_currency_sign(before):
        help_ = f"write {number} {wanted.name} if `{before}` means that"
    if isinstance(found, Problem) or help_:  # a number with blanks in it begins with one
        return Problem(f"a number of {in_plural(wanted.name)}, such as 2e26 or 10^26", help_)
    base, factor = unit_named(units, unit) or ("", 1)
    if base != wanted.name:
        return Problem(f"a quantity in `{wanted.name}`", _unit_meant(words[0], unit, wanted, units))
    if found < 0:
        return Problem("a quantity that is not negative")
    return simplest(Fraction(found) * factor)


def _unit_meant(number: str, unit: str, wanted: Type, units: Units) -> str:
    """`5 TPP/mm2` is `5 TPP per mm2`; else a unit that has the base that is wanted."""
    written = " per ".join(part.strip() for part in unit.split("/"))
    if "/" in unit and (unit_named(units, written) or ("", 1))[0] == wanted.name:
        return f"write {number} {written}"
    fitting = [name for name, (of, _) in units.items() if of == wanted.name]
    known = fitting if is_simple(wanted.name) else [wanted.name, *fitting]
    if len(unit) <= _SHORT and unit.lower() not in {name.lower() for name in known}:  # `g` is not meant to be `kg`
        return f"known here: {', '.join(f'`{name}`' for name in sorted(known)[:_NAMED])}"
    return did_you_mean(unit, known)


def _percent(text: str) -> Number | Problem:
    found = parse_percent(text)
    if found is None:
        if text.endswith("%"):
            return Problem("a share such as 40%", number_help(text[:-1], "%"))
        if said := share_in_words(text):
            return Problem("a share such as 40%", f"write {said}%")
        text = plain_number(text)
        number = parse_number(text)
        help_ = share_meant(text) if number is not None and 0 <= number <= 100 else ""
        return Problem("a share such as 40%", help_)
    return found if 0 <= found <= 1 else Problem("a share from 0% to 100%")


def _date(text: str) -> date | Problem:
    midnight = _MIDNIGHT.fullmatch(text)
    found = parse_date(midnight[1] if midnight else text)
    if found is not None:
        return found
    help_ = date_help(text)
    return Problem("a date as year-month-day" + ("" if help_ else ", for example 2026-06-15"), help_)


def _country(text: str) -> str | Problem:
    if text in CODES:
        return text
    code = instead_of(text)
    help_ = meant(text, code) if code else country_help(text)
    return Problem("a country code of ISO 3166-1, such as CH", help_)
