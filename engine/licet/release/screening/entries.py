"""An entry of the list with its cells read, or what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.facts.cells.texts import fact_from_cell
from licet.ir.types import TEXT
from licet.names import normal
from licet.values import parse_date

# What of an entry is read. Birth, identity papers and remarks are no facts of the vocabulary, and stay where they are.
COLUMNS = (
    "source entity_number type programs name addresses federal_register_notice start_date end_date license_requirement "
    "license_policy source_list_url alt_names"
).split()
_NUMBER = re.compile(r"[A-Za-z0-9-]+")
_LONGEST = 20  # letters of a word that means no value
_AGAIN = "mend it in the file, or download the file again"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry; texts are empty where the file says nothing, `countries` one for each address, as they are written."""

    place: str
    source: str
    number: str
    type: str
    name: str
    aliases: tuple[str, ...]
    countries: tuple[str, ...]
    programmes: tuple[str, ...]
    requirement: str
    policy: str
    notice: str
    url: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be read: where it stands, what is expected there, and what to do."""

    place: str
    source: str  # the list, where that could be read
    column: str
    value: str
    expected: str
    help: str
    cells: tuple[tuple[str, str], ...]  # the whole entry

    @property
    def reason(self) -> str:
        return f"`{self.column}` is `{self.value}`; expected {self.expected}" if self.column else self.expected


class _UnreadError(Exception):
    """A cell that is none."""

    def __init__(self, column: str, value: Any, expected: str, help_: str = _AGAIN) -> None:
        super().__init__(column)
        self.said = (column, shown(value), expected, help_)


def read_entry(place: str, raw: Any) -> ListEntry | Wrong:
    """The entry at a place; the first thing that is wrong with it where it cannot be read."""
    if not isinstance(raw, Mapping):
        cells = [shown(cell) for cell in raw] if isinstance(raw, list) else [shown(raw)]
        named = tuple((f"cell_{i}", cell) for i, cell in enumerate(cells, 1))
        return Wrong(place, "", "", "", f"a cell for each column; here are {len(cells)}", _AGAIN, named)
    try:
        return _entry(place, raw)
    except _UnreadError as error:
        source = raw.get("source")
        cells_ = tuple((name, shown(raw[name])) for name in raw)
        return Wrong(place, spaced(source) if isinstance(source, str) else "", *error.said, cells_)


def _entry(place: str, raw: Mapping[str, Any]) -> ListEntry:
    start, end = _day(raw, "start_date"), _day(raw, "end_date")
    if start and end and end < start:
        raise _UnreadError("end_date", raw["end_date"], f"a day that is not before the start, {start}")
    number = _text(raw, "entity_number")
    if number and not _NUMBER.fullmatch(number):
        raise _UnreadError("entity_number", number, "a number of letters, digits and hyphens")
    return ListEntry(
        place,
        _needed(raw, "source", "the name of a list"),
        number,
        _text(raw, "type"),
        _needed(raw, "name", "a name"),
        _texts(raw, "alt_names"),
        _countries(raw),
        tuple(programme for programme in _texts(raw, "programs") if not is_no_value(programme)),
        _text(raw, "license_requirement"),
        _text(raw, "license_policy"),
        _text(raw, "federal_register_notice"),
        _text(raw, "source_list_url"),
        start,
        end,
    )


def shown(value: Any) -> str:
    """A cell as it is told: a list as its members, an address as its parts."""
    match value:
        case None:
            return ""
        case list():
            return "; ".join(shown(part) for part in value)
        case dict():
            return ", ".join(shown(part) for part in value.values() if part)
    return str(value).encode(errors="backslashreplace").decode()


def spaced(text: str) -> str:
    """A text as it is kept: composed, with one space where the file has several, which mean nothing."""
    return " ".join(normal(text).split())


def _whole(column: str, text: str) -> str:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise _UnreadError(column, text, "whole characters: half of one stands alone")
    return text


def _text(raw: Mapping[str, Any], column: str) -> str:
    value = raw.get(column)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise _UnreadError(column, value, "a text")
    text = _whole(column, spaced(value or ""))
    return "" if is_no_value(text) else text


def is_no_value(text: str) -> bool:
    """Whether a sheet would read a text as no value, or refuse it: `unknown`, `N/A`, `nan`."""
    return len(text) <= _LONGEST and fact_from_cell(text, TEXT, {}, bare_shares=False) != text


def _needed(raw: Mapping[str, Any], column: str, what: str) -> str:
    text = _text(raw, column)
    if not text:
        raise _UnreadError(column, "", f"{what}: an entry without one is nobody's")
    return text


def _texts(raw: Mapping[str, Any], column: str) -> tuple[str, ...]:
    """A list of texts; where the file has one text, its members are between semicolons."""
    value = raw.get(column)
    if value is None or isinstance(value, str):
        value = re.split(r";\s+|;$", value or "")
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise _UnreadError(column, value, "a list of texts")
    return tuple(dict.fromkeys(text for part in value if (text := _whole(column, spaced(part)))))


def _countries(raw: Mapping[str, Any]) -> tuple[str, ...]:
    value = raw.get("addresses") or []
    if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
        raise _UnreadError("addresses", value, "a list of addresses with their countries")
    return tuple(_text(part, "country") for part in value)


def _day(raw: Mapping[str, Any], column: str) -> date | None:
    text = _text(raw, column)
    day = parse_date(text)
    if text and day is None:
        raise _UnreadError(column, text, "a day as year-month-day", "write it as 2026-07-31, or empty the cell")
    return day
