"""What a cell is meant to say, where it is written otherwise and only one thing can be meant: what a mend writes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from licet.facts.cells.texts import fact_from_cell
from licet.facts.cells.values_from_text import Problem, state_named, value_from_text
from licet.facts.cells.written_otherwise import no_value
from licet.ir.countries import instead_of
from licet.ir.types import Kind, Type
from licet.ir.units import Units

_SAID = re.compile(r"(?:decimals begin with a point: )?write (?:it without commas: )?`?([^`]+?)`?")
_BOTH_WAYS = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})(?:[./-][0-9]{4}|[./][0-9]{2})")
_NOBODY_KNOWS = frozenset(["tbd", "tbc", "?", "unk", "unkn", "not known", "unbekannt", "inconnu", "desconocido"])
_NOT_ONE_COUNTRY = frozenset(["false", "georgia"])  # Norway's code, or a truth that strayed; a state of America
_BLANKS_OF_PROGRAMS = frozenset(["null", "\\n", "nan"])  # a cell with nothing in it, as databases and frames print it


def meant(text: str, wanted: Type, units: Units, *, month_first: bool | None) -> str | None:
    """What to write instead of a text that is no fact of the type; None where it is one, or may mean several things.

    `month_first` says which of two numbers of a day is the month, where the days beside it tell.
    """
    text = text.strip()
    if not isinstance(fact_from_cell(text, wanted, units, bare_shares=False), Problem):
        return None
    if text.casefold() in _NOBODY_KNOWS:
        return "unknown"
    if text.casefold() in _BLANKS_OF_PROGRAMS:
        return ""
    if no_value(text):
        return None
    if wanted.kind is Kind.SET and wanted.element is not None:
        parts = [part.strip() for part in re.split("[;|]", text)]
        found = [_member(part, wanted.element, units, month_first) for part in parts]
        return None if None in found else "; ".join(part for part in found if part is not None)
    said = _meant(text, wanted, units, month_first)
    return said if said and not isinstance(value_from_text(said, wanted, units), Problem) else None


def _member(text: str, wanted: Type, units: Units, month_first: bool | None) -> str | None:
    return (
        text
        if state_named(text) is None and not isinstance(value_from_text(text, wanted, units), Problem)
        else (meant(text, wanted, units, month_first=month_first))
    )


def _meant(text: str, wanted: Type, units: Units, month_first: bool | None) -> str | None:
    match wanted.kind:
        case Kind.COUNTRY:
            return None if text.casefold() in _NOT_ONE_COUNTRY else instead_of(text)
        case Kind.ENUMERATION:
            names = {**{value: value for value in wanted.values}, **dict(wanted.spelt)}
            found = {value for name, value in names.items() if _letters(name) == _letters(text)}
            return found.pop() if len(found) == 1 else None
        case Kind.DATE if (ways := _BOTH_WAYS.fullmatch(text)) is not None:
            return _day(text, ways[1] == ways[2], month_first)
        case Kind.BOOLEAN | Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT | Kind.DATE:
            problem = value_from_text(text, wanted, units)
            said = _SAID.fullmatch(problem.help) if isinstance(problem, Problem) else None
            return said[1] if said and " if " not in said[1] and " or " not in said[1] else None
        case Kind.TEXT | Kind.ENTITY | Kind.CODE | _:
            return None


def _day(text: str, same: bool, month_first: bool | None) -> str | None:
    first, second, year = (int(part) for part in re.split("[./-]", text))
    if month_first is None and not same:
        return None
    year += 2000 if year < 100 else 0
    month, day = (first, second) if month_first else (second, first)
    return f"{year:04}-{month:02}-{day:02}"


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def months_first(texts: Iterable[str]) -> bool | None:
    """Whether days that are written `3/15/2026` have the month first; None where none of them tells, or two disagree.

    Points stand between numbers that begin with the day.
    """
    told = set()
    for text in texts:
        if (ways := _BOTH_WAYS.fullmatch(text.strip())) is None:
            continue
        first, second = int(ways[1]), int(ways[2])
        if first > 12 or "." in text:
            told.add(False)
        if second > 12 and "." not in text:
            told.add(True)
    return told.pop() if len(told) == 1 else None
