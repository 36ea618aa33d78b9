"""Entries as records of an inventory: the parties that they name, and a listing for each programme of an entry.

A listing holds *as of the import*. The file has no day of listing for most entries: `from` then is a range that ends
on the day of the import, or on that of the entry's last notice where the notices have days. So an answer for a later
day is that the party is listed, and for an earlier one that it is not known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from licet.errors import UsageError
from licet.ir import policy as ir
from licet.ir.countries import CODES, instead_of
from licet.ir.types import Type
from licet.names import matched
from licet.release.screening.entries import ListEntry, is_no_value

PARTY, LISTED, OTHER = "Party", "listed", "other"
ENTITY_LIST = "EL"
NO_END, UNKNOWN_END = "not applicable", "unknown"
Record = dict[str, Any]  # as a line of a sheet has it
_CODE = re.compile(r"\((\w+)[^)]*\)")
_EXCEPTION = re.compile(r"Licen[sc]e Exceptions? ([A-Z]{3}(?:(?:,| and|,? or) [A-Z]{3})*)")
_DIGEST = 12  # hexadecimal digits of an id: one in a billion that any two of 600 thousand names share theirs
_CITED = re.compile(r"\bF\.?\s?R\b|\bVol\b", re.IGNORECASE)
_DATED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b")
_KINDS = {"Individual": "individual"}
_PLAIN = ("", "Entity", *_KINDS)  # types of which nothing is to be noted


def lists_of(policy: ir.Policy) -> Type:
    """The lists that the vocabulary knows. Errors: `UsageError` where it has no listings of parties."""
    relation = policy.relations.get(LISTED)
    if PARTY not in policy.entities or relation is None or "list" not in relation.parameters:
        made = f"a screening list becomes `{PARTY}` records and rows of `{LISTED}`"
        raise UsageError(f"{made}: the vocabulary of these policies lacks them")
    return relation.parameters["list"].type


def list_value(lists: Type, source: str) -> str:
    """Which list a name is of: as the vocabulary spells it, else by the code in brackets; else `other`."""
    if found := lists.value_spelt(source):
        return found
    code = _CODE.search(source)
    return code[1] if code and code[1] in lists.values else OTHER


def party_id(list_: str, entry: ListEntry) -> str:
    """The same in every import: the list's code and number, or a digest of the name for want of one."""
    if entry.number and list_ != OTHER:
        return f"{list_}-{entry.number}"
    named = f"{list_ if list_ != OTHER else entry.source}\n{entry.number or matched(entry.name)}"
    return f"{list_}-{hashlib.sha256(named.encode()).hexdigest()[:_DIGEST]}"


def parties(entries: Iterable[tuple[str, ListEntry]]) -> dict[str, Record]:
    """The parties by their ids. Entries of one list with one name and no number are one party."""
    together: dict[str, list[ListEntry]] = {}
    for list_, entry in entries:
        together.setdefault(party_id(list_, entry), []).append(entry)
    return {id_: _party(id_, same) for id_, same in sorted(together.items())}


def _party(id_: str, entries: list[ListEntry]) -> Record:
    name = entries[0].name
    others = dict.fromkeys(alias for e in entries for alias in (e.name, *e.aliases) if alias != name)
    aliases = sorted(alias for alias in others if not is_no_value(alias))
    kinds = sorted({e.type for e in entries})
    countries = [country for e in entries for country in e.countries]
    codes = {country if country in CODES else instead_of(country) for country in countries}
    notes = [f"{kind}" for kind in kinds if kind not in _PLAIN]
    record: Record = {"id": id_, "name": name}
    if aliases:
        record["aliases"] = aliases
    if len(codes) == 1 and (code := codes.pop()):
        record["country"] = code
    elif written := sorted({country or "an unnamed country" for country in countries}):
        notes.append(f"addresses in {', '.join(written)}")
    if kind := _KINDS.get(kinds[0] if len(kinds) == 1 else ""):
        record["kind"] = kind
    if hidden := sorted(alias for alias in others if is_no_value(alias)):
        notes.append(f"also called {', '.join(f'`{alias}`' for alias in hidden)}")
    record["source"] = entries[0].source
    if notes:
        record["note"] = "; ".join(notes)
    return record


def listings(entries: Iterable[tuple[str, ListEntry]], day: date) -> list[Record]:
    """A row for each programme of each entry, one where it has none; what differs in notices alone is one."""
    found: dict[tuple[Any, ...], Record] = {}
    for list_, entry in entries:
        for row in _rows(list_, entry, day):
            same = (*key(row), row["from"], row["until"])
            first = found.setdefault(same, row)
            for column in ("source", "note"):
                first[column] = _joined(first.get(column, ""), row.get(column, ""))
    return [{k: v for k, v in row.items() if v != ""} for row in found.values()]


def _joined(first: str, second: str) -> str:
    parts = [*first.split(" / "), *second.split(" / ")]
    return " / ".join(dict.fromkeys(part for part in parts if part))


def _rows(list_: str, entry: ListEntry, day: date) -> Iterator[Record]:
    until, note = _until(entry, day)
    policy = f"review policy: {entry.policy}" if entry.policy else ""
    for programme in entry.programmes or ("",):
        row: Record = {"party": party_id(list_, entry), "list": list_}
        if programme:
            row["programme"] = programme
        if entry.requirement:
            row["requirement"] = entry.requirement
            if list_ == ENTITY_LIST:
                row["exceptions"] = exceptions_in(entry.requirement)
        row["from"] = str(entry.start) if entry.start else at_most(_noticed(entry.notice, day) or day)
        row["until"] = until
        source = "; ".join(part for part in (entry.notice, entry.url) if part)
        yield {**row, "source": source, "note": _joined(policy, note)}


def exceptions_in(requirement: str) -> list[str]:
    """The licence exceptions that the wording of an entry names: it leaves no other one open."""
    named = [part for group in _EXCEPTION.findall(requirement) for part in re.findall(r"\b[A-Z]{3}\b", group)]
    return sorted(set(named))


def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a listing the same in two imports: all that rules read of it, but for its days."""
    allowed = row.get("exceptions")
    said = (row.get(name, "") for name in ("party", "list", "programme", "requirement"))
    return (*said, None if allowed is None else tuple(allowed))


def _noticed(notice: str, day: date) -> date | None:
    """The last day in a text of notices, if each of them has one: on it, at the latest, the entry stood."""
    days = [_day(*match) for match in _DATED.findall(notice)]
    known = [found for found in days if found is not None and found <= day]
    return max(known) if known and len(known) == len(days) >= len(_CITED.findall(notice)) else None


def _day(month: str, of_month: str, year: str) -> date | None:
    """Two digits of a year are of the century in which the lists began, but for what lies before it."""
    whole = int(year) + (0 if len(year) == 4 else 1900 if int(year) > 50 else 2000)
    try:
        return date(whole, int(month), int(of_month))
    except ValueError:
        return None


def _until(entry: ListEntry, day: date) -> tuple[str, str]:
    """When it ends, and a note. On its last day nobody can say whether it still stands; nor where that has passed."""
    if entry.end in (None, date.max):
        return NO_END, ""
    if entry.end < day:
        return UNKNOWN_END, f"it was to end on {entry.end}, and is in the file of a later day"
    return between(entry.end, entry.end + timedelta(days=1)), ""


# ---- days in a cell


def at_most(day: date) -> str:
    return f"<= {day}"


def between(first: date, last: date) -> str:
    return str(first) if first == last else f"{first}..{last}"


def last_of(cell: str) -> date:
    """The last day that one of these cells may be."""
    return date.fromisoformat(cell[-10:])
