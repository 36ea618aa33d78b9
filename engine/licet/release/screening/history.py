"""What an import says beside the one before: listings that go on, those that ended, and what changed of entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from licet.release.screening.records import NO_END, UNKNOWN_END, Record, at_most, between, key, last_of

_OF_PARTIES = ("name", "aliases", "country", "kind", "note")
_OF_LISTINGS = ("programme", "requirement", "exceptions", "from", "until", "source", "note")
_AS = {"source": "notice", "note": "remark"}  # of a listing: what these columns hold


@dataclass(frozen=True, slots=True)
class Sheets:
    """The records of an import: parties by id, and listings, those that ended among them."""

    day: date
    parties: Mapping[str, Record]
    listings: Sequence[Record]

    def standing(self) -> dict[tuple[Any, ...], list[Record]]:
        """The listings that stood on the day of the import, by their keys."""
        found: dict[tuple[Any, ...], list[Record]] = {}
        for row in self.listings:
            if _stands(row, self.day):
                found.setdefault(key(row), []).append(row)
        return found


def _stands(row: Record, day: date) -> bool:
    return row["until"] in (NO_END, UNKNOWN_END) or last_of(row["until"]) > day


def continued(now: Sheets, before: Sheets, unsure: Iterable[str]) -> Sheets:
    """This import with what the one before knows: since when a listing stands at the latest, and those that ended.

    Of the lists `unsure` entries could not be read: what is not seen of them stays as it was.
    """
    standing, earlier = now.standing(), before.standing()
    rows = [_known_since(row, earlier.get(key(row), ())) for row in now.listings]
    kept = set(unsure)
    for row in before.listings:
        if not _stands(row, before.day):
            rows.append(row)
        elif key(row) not in standing:
            rows.append(row if row["list"] in kept else _ended(row, before.day, now.day))
    named = {row["party"] for row in rows} - set(now.parties)
    parties = {**now.parties, **{id_: before.parties[id_] for id_ in named}}
    return Sheets(now.day, dict(sorted(parties.items())), rows)


def _known_since(row: Record, earlier: Sequence[Record]) -> Record:
    """A row without a day of listing stands since the earliest day by which any import had it."""
    if not row["from"].startswith("<"):
        return row
    exact = [old["from"] for old in earlier if not old["from"].startswith("<")]
    bounds = [last_of(old["from"]) for old in (row, *earlier)]
    return {**row, "from": min(exact) if exact else at_most(min(bounds))}


def _ended(row: Record, before: date, day: date) -> Record:
    """It stood in the file of the day before, and does not in this one: it ended in between, if it did not say when."""
    if row["until"] not in (NO_END, UNKNOWN_END) and last_of(row["until"]) <= day:
        return row
    return {**row, "until": between(min(before + timedelta(days=1), day), day)}


# ---- what changed


@dataclass(frozen=True, slots=True)
class EntryChange:
    """A party that is listed now and was not, the reverse, or of which fields differ: (field, before, now)."""

    what: str  # new, gone or changed
    id: str
    list: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()


def changes(now: Sheets, before: Sheets) -> list[EntryChange]:
    """All of them, the new ones first, each kind by its ids."""
    seen, earlier = _by_party(now), _by_party(before)
    found = [_change("new", now, id_, seen[id_]) for id_ in sorted(seen.keys() - earlier.keys())]
    found += [_change("gone", before, id_, earlier[id_]) for id_ in sorted(earlier.keys() - seen.keys())]
    for id_ in sorted(seen.keys() & earlier.keys()):
        old, new = _said(before.parties[id_], earlier[id_]), _said(now.parties[id_], seen[id_])
        if fields := tuple((name, old[name], new[name]) for name in new if old[name] != new[name]):
            found.append(_change("changed", now, id_, seen[id_], fields))
    return found


def _by_party(sheets: Sheets) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for rows in sheets.standing().values():
        for row in rows:
            found.setdefault(row["party"], []).append(row)
    return found


def _change(
    what: str, sheets: Sheets, id_: str, rows: Sequence[Record], fields: tuple[tuple[str, str, str], ...] = ()
) -> EntryChange:
    return EntryChange(what, id_, rows[0]["list"], sheets.parties[id_]["name"], fields)


def _said(party: Record, rows: Sequence[Record]) -> dict[str, str]:
    """What is said of a party, field by field, as texts."""
    said = {name: _text(party.get(name, "")) for name in _OF_PARTIES}
    for name in _OF_LISTINGS:
        values = sorted({_text(row.get(name, "")) for row in rows} - {"", NO_END})
        said[_AS.get(name, name)] = "; ".join(values)
    return said


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
