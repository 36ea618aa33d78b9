"""The file in each shape in which it comes: official JSON, official CSV, and a compaction of the JSON.

Whatever the shape, an entry is told by the columns of the official file. Which shape it is, its keys say.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licet.errors import UsageError
from licet.facts.files.opened import opened, shown_name

Raw = Mapping[str, Any]  # an entry by the columns of the official file, unread
_COLUMNS = ("source", "name", "programs", "alt_names")  # what tells the official file from any other
_STAMPS = ("search_performed_at", "sourceGeneratedAt")
_KEY = re.compile(r"(?P<column>[^()]+?)(?: \((?:index into tables\.(?P<table>\w+)|[^()]*)\))?")
_COUNTRIES = "address countries"  # how the compaction calls what it keeps of addresses
_SPLIT = re.compile(r";\s+|;$")
_COUNTRY = re.compile(r"[A-Z]{2}")
# Of addresses of the Denied Persons List the country is often left out: what then ends them is a state.
_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA PR RI SC SD TN TX UT VT VA WA WV WI WY".split()
)
_OF_DENIED = "(DPL)"


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that was read: its entries, each with its place, and what is said of it as a whole."""

    name: str
    shape: str
    sha256: str
    generated: str  # the moment that the file says it is of; empty where it says none
    entries: Sequence[tuple[str, Any]]


def read(path: Path) -> ListFile:
    """Errors: `UsageError` where it is none of the shapes."""
    content = opened(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"`{shown_name(path)}` is not UTF-8 text; download it again, as JSON or CSV") from error
    shape, generated, entries = _of_json(path, text) if text.lstrip()[:1] in ("{", "[") else _of_csv(path, text)
    return ListFile(path.name, shape, hashlib.sha256(content).hexdigest(), generated, entries)


def _no_list(path: Path, why: str) -> UsageError:
    help_ = "download consolidated.json or consolidated.csv of the Consolidated Screening List from trade.gov"
    return UsageError(f"`{shown_name(path)}` is not the Consolidated Screening List: {why}; {help_}")


def _of_json(path: Path, text: str) -> tuple[str, str, Sequence[tuple[str, Any]]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_list(path, f"it is not JSON ({error})") from error
    if not isinstance(document, dict):
        raise _no_list(path, "it is a list, and no object with `results`")
    generated = next((str(document[name]) for name in _STAMPS if document.get(name)), "")
    if isinstance(results := document.get("results"), list):
        return "official JSON", generated, [(f"entry {i}", entry) for i, entry in enumerate(results, 1)]
    if isinstance(document.get("fieldKey"), dict) and isinstance(document.get("entries"), list):
        keys = _keys(path, document)
        return (
            "compact JSON",
            generated,
            [(f"entry {i}", _unfolded(entry, keys)) for i, entry in enumerate(document["entries"], 1)],
        )
    raise _no_list(path, "it has neither `results` nor `entries` with a `fieldKey`")


def _keys(path: Path, document: Mapping[str, Any]) -> dict[str, tuple[str, Sequence[Any] | None]]:
    """What each key of a compact entry stands for: a column, and the table that its number is a place of."""
    found: dict[str, tuple[str, Sequence[Any] | None]] = {}
    for key, words in document["fieldKey"].items():
        match = _KEY.fullmatch(str(words))
        table = document.get("tables", {}).get(match["table"]) if match and match["table"] else None
        if match is None or (match["table"] and not isinstance(table, list)):
            raise _no_list(path, f"its `fieldKey` does not say what `{key}` is")
        found[key] = match["column"], table
    return found


def _unfolded(entry: Any, keys: Mapping[str, tuple[str, Sequence[Any] | None]]) -> Any:
    if not isinstance(entry, dict):
        return entry
    raw: dict[str, Any] = {}
    for key, value in entry.items():
        column, table = keys.get(key, (key, None))
        if table is not None:
            is_place = isinstance(value, int) and 0 <= value < len(table)
            value = table[value] if is_place else {"index": value}  # noqa: PLW2901 - what is no place is no text either
        raw[column] = value
    if _COUNTRIES in raw:
        countries = raw.pop(_COUNTRIES)
        raw["addresses"] = [{"country": c} for c in countries] if isinstance(countries, list) else countries
    return raw


def _of_csv(path: Path, text: str) -> tuple[str, str, Sequence[tuple[str, Any]]]:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip() for name in next(rows, [])]
        entries = list(_rows(rows, header)) if set(_COLUMNS) <= set(header) else []
    except csv.Error as error:
        raise _no_list(path, f"line {rows.line_num} is no CSV ({error})") from error
    if missing := [name for name in _COLUMNS if name not in header]:
        raise _no_list(path, f"it lacks the columns {', '.join(f'`{name}`' for name in missing)}")
    return "official CSV", "", entries


def _rows(rows: Any, header: Sequence[str]) -> Iterator[tuple[str, Any]]:
    line = rows.line_num + 1
    for cells in rows:
        if any(cell.strip() for cell in cells):
            entry = dict(zip(header, cells, strict=False)) if len(cells) == len(header) else cells
            yield f"line {line}", _told(entry) if isinstance(entry, dict) else entry
        line = rows.line_num + 1


def _told(row: dict[str, Any]) -> Raw:
    """A row with its lists as lists; of an address all that is read is its country, which ends it."""
    for name in ("programs", "alt_names"):
        row[name] = [part for part in _SPLIT.split(row[name]) if part.strip()]
    states = _STATES if _OF_DENIED in row["source"] else ()
    addresses = [part for part in _SPLIT.split(row.get("addresses") or "") if part.strip()]
    ends = [part.rpartition(",")[2].strip() for part in addresses]
    row["addresses"] = [{"country": c if _COUNTRY.fullmatch(c) and c not in states else ""} for c in ends]
    return row
