"""One import, from the file to what is written and told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from licet.diagnostics import Diagnostic
from licet.errors import UsageError
from licet.ir import policy as ir
from licet.ir.types import Type
from licet.release.recorded import on_screen
from licet.release.screening import folder, records
from licet.release.screening.entries import COLUMNS, ListEntry, Wrong, read_entry
from licet.release.screening.history import EntryChange, Sheets, changes, continued
from licet.release.screening.shapes import ListFile
from licet.values import counted, parse_date

NOT_MATCHED = "no names were matched: that a party is not found in these lists says nothing of it"
_TOLD = 20  # findings of unreadable entries, and list names that are not known


@dataclass(frozen=True, slots=True)
class Import:
    """What was read and made of it; `before` is the import that it is compared with."""

    file: ListFile
    lists: Type
    entries: Sequence[tuple[str, ListEntry]]
    wrong: Sequence[Wrong]
    sheets: Sheets
    before: Sheets | None
    changes: Sequence[EntryChange]


def day_of(file: ListFile, asked: date | None, today: date) -> date:
    """The day of which the list is: the one that is asked, else the file's, else today.

    Errors: `UsageError` where the file is of a later day than is asked.
    """
    generated = parse_date(file.generated[:10])
    if asked and generated and asked < generated:
        raise UsageError(
            f"`{file.name}` is of {generated}: it says nothing as of {asked}; name that day or a later one"
        )
    return asked or generated or today


def make(policy: ir.Policy, file: ListFile, day: date, previous: Path | None) -> Import:
    """Errors: `UsageError` where the vocabulary or the import before does not fit."""
    lists = records.lists_of(policy)
    before = folder.read(previous) if previous is not None else None
    if before is not None and before.day > day:
        raise UsageError(
            f"the import in `{previous}` is as of {before.day}, later than {day}; compare with an earlier one"
        )
    found = [read_entry(place, raw) for place, raw in file.entries]
    wrong = [one for one in found if isinstance(one, Wrong)]
    entries = [(records.list_value(lists, one.source), one) for one in found if isinstance(one, ListEntry)]
    sheets = Sheets(day, records.parties(entries), records.listings(entries, day))
    if before is None:
        return Import(file, lists, entries, wrong, sheets, None, ())
    whole = continued(sheets, before, _unsure(lists, wrong))
    return Import(file, lists, entries, wrong, whole, before, changes(whole, before))


def _unsure(lists: Type, wrong: Sequence[Wrong]) -> set[str]:
    """The lists of which entries could not be read; where it is not known of which, all."""
    if any(not one.source for one in wrong):
        return set(lists.values)
    return {records.list_value(lists, one.source) for one in wrong}


def counts(made: Import) -> Iterator[dict[str, Any]]:
    """For each list, as the file spells it, its entries, parties and those left out; the longest list first."""
    entries = Counter(entry.source for _, entry in made.entries)
    left_out = Counter(one.source for one in made.wrong)
    parties: dict[str, set[str]] = {}
    for list_, entry in made.entries:
        parties.setdefault(entry.source, set()).add(records.party_id(list_, entry))
    for source in sorted({*entries, *left_out}, key=lambda name: (-entries[name], name)):
        yield {
            "list": records.list_value(made.lists, source),
            "source": source,
            "entries": entries[source],
            "parties": len(parties.get(source, ())),
            "rejected": left_out[source],
        }


# ---- what is told


def findings(made: Import) -> list[Diagnostic]:
    """What cannot be read, each thing once with the number of its entries."""
    alike: dict[tuple[str, str, str], list[Wrong]] = {}
    for one in made.wrong:
        alike.setdefault((one.column, one.value, one.expected), []).append(one)
    told = []
    for same in list(alike.values())[:_TOLD]:
        first = same[0]
        more = f", and in {counted(len(same) - 1, 'further entry', 'further entries')}" if len(same) > 1 else ""
        told.append(Diagnostic("F005", f"{made.file.name}, {first.place}: {first.reason}{more}", help=first.help))
    if len(alike) > _TOLD:
        words = f"{made.file.name}: {counted(len(alike) - _TOLD, 'other cell', 'other cells')} cannot be read"
        told.append(Diagnostic("F005", words, help="`--keep-going` writes all of them beside the sheets"))
    return told


def summary(made: Import, where: Path) -> Iterator[str]:
    """What whoever imports has to know besides, and what was written there."""
    if made.wrong:
        words = counted(len(made.wrong), "entry", "entries")
        yield f"{words} left out, with the reasons in {where / folder.REJECTS}"
    yield from remarks(made)
    parties = counted(len(made.sheets.parties), "party", "parties")
    yield f"{parties} and {counted(len(made.sheets.listings), 'listing')} written to {where}"


def remarks(made: Import) -> Iterator[str]:
    """What of the file is not as it should be, though its entries can be read."""
    unknown = sorted({e.source for list_, e in made.entries if list_ == records.OTHER})
    for name in unknown[:_TOLD]:
        yield f"`{name}` is no list that the vocabulary knows: its entries are of the list `{records.OTHER}`"
    if made.before is not None:
        here = {list_ for list_, _ in made.entries}
        for list_ in sorted({row["list"] for row in made.before.listings} - here):
            yield f"the file has no entry of `{list_}` any more, and the import before had: look whether it is whole"
        if kept := _unsure(made.lists, made.wrong) & {row["list"] for row in made.before.listings}:
            named = ", ".join(f"`{name}`" for name in sorted(kept))
            yield f"entries of {named} cannot be read: nothing of them is said to be gone"


def document(made: Import, files: Mapping[str, str], notice: str) -> dict[str, Any]:
    """The whole for a program; `provenance.json` is the same."""
    before = made.before
    return {
        "schema": folder.SCHEMA,
        "as_of": str(made.sheets.day),
        "file": {
            "name": made.file.name,
            "shape": made.file.shape,
            "sha256": made.file.sha256,
            "generated": made.file.generated,
        },
        "importer": f"licet {version('licet')}",
        "lists": list(counts(made)),
        "entries": len(made.entries),
        "rejected": len(made.wrong),
        "not_read": _not_read(made.file),
        "files": folder.digests(files),
        "previous": None if before is None else {"as_of": str(before.day), "listings": len(before.listings)},
        "changes": [
            {
                "what": one.what,
                "id": one.id,
                "list": one.list,
                "name": one.name,
                "fields": [{"field": f, "before": old, "now": new} for f, old, new in one.fields],
            }
            for one in made.changes
        ],
        "notes": [*remarks(made), NOT_MATCHED],
        "notice": notice,
    }


def _not_read(file: ListFile) -> dict[str, int]:
    """Columns that stay in the file, with the number of entries that say something there."""
    said = Counter(name for _, raw in file.entries if isinstance(raw, dict) for name, value in raw.items() if value)
    return {name: said[name] for name in sorted(said) if name not in COLUMNS}


def text(made: Import, width: int) -> str:
    """For a screen of a width."""
    return on_screen(_lines(made), width)


def _lines(made: Import) -> Iterator[str]:
    lists = list(counts(made))
    words = counted(len(made.entries), "entry", "entries")
    yield f"as of {made.sheets.day}: {words} of {counted(len(lists), 'list')}"
    for one in lists:
        left_out = f", {one['rejected']} left out" if one["rejected"] else ""
        yield f"  {one['list']}: {one['entries']} ({one['source'] or 'no list is named'}){left_out}"
    if made.before is not None:
        yield from _changed(made, made.before.day)
    yield NOT_MATCHED


def _changed(made: Import, before: date) -> Iterator[str]:
    number = Counter(one.what for one in made.changes)
    yield f"since {before}: " + ", ".join(f"{number[what]} {what}" for what in ("new", "gone", "changed"))
    for one in made.changes:
        yield f"  {one.what} {one.id}: {one.name}"
        for field, old, new in one.fields:
            yield f"      {field}: {old or 'nothing'} -> {new or 'nothing'}"
